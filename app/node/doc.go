// Package node runs one replica of one agency: store, consensus, host, vault
// and outbox, and the acts a node does by itself (release after approval,
// receipts, sending again, erasing). Desktop and headless nodes are the same;
// a profile says whether this one keeps and whether it is the office node.
//
// It owns no rule (ledger/rules), no person's key (a desk's process has those)
// and no screen. It serves app/desk through desk.Node.
//
// The life of a node:
//
//	n, err := node.Open(folder, node.Options{...})  // refuses a folder in use
//	err = n.Start()                                 // joins the network
//	...
//	n.Close()                                       // waits for everything it started
package node
