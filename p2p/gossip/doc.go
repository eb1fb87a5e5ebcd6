// Package gossip owns the networking of consensus: CometBFT's p2p.Switcher and
// p2p.Peer, carried over streams of the node's one host, and the push that makes
// its gossip immediate.
//
// It does not own consensus, which lives in package ledger/consensus and meets
// this one only in CometBFT's interface, nor connections, which belong to a
// Transport, nor membership: a caller who reads the ledger calls Enroll and Expel.
//
// Words are CometBFT's ("reactor", "channel", "envelope"; CometBFT specification,
// "P2P") and DOMAIN.md's.
//
// A session with a peer is one stream for each class of traffic: control,
// consensus, mempool, block sync, evidence. The side with the smaller peer ID opens
// them all, each headed by network, session and class, and the other acknowledges
// once it has all of them. Any error on any stream ends the whole session on both
// sides: CometBFT believes that what it sent has arrived, so a frame lost within a
// session that goes on would stall it. A new session is a new p2p.Peer.
//
// One goroutine for each enrolled peer, its link, adds it to the reactors and
// removes it, in this order:
//
//	InitPeer on every reactor → start → into the set → AddPeer on every reactor
//	…
//	RemovePeer on every reactor → out of the set
//
// StopPeerForError is called by reactors from inside Receive, so it only signals.
//
// The caller's order:
//
//	sw := gossip.New(gossip.Config{Network: id, Log: log}, transport)
//	sw.AddReactor("MEMPOOL", …)          // and the others
//	sw.AttachConsensus(gossip.Consensus{State: state, Reactor: reactor, Blocks: blocks})
//	sw.Start()                           // starts the reactors, then the links
//	sw.Enroll(peer)                      // before or after Start
//	sw.Stop()                            // ends the sessions, then the reactors
package gossip
