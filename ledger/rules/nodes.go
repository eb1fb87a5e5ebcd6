package rules

import (
	"slices"

	"countersign/ledger"
)

// MaxNodes is how many nodes an agency may have at once.
const MaxNodes = 64

func checkNode(a *act) {
	n := &a.e.Payload.(*ledger.Node).Node
	a.failIf(!n.Proven(a.w.global.Network, a.agency.ID), ledger.ProofMissing)
	peer := ledger.PublicKey{Algorithm: ledger.Ed25519, Bytes: n.Peer}
	a.failIf(a.w.keyKnown(n.Key) || a.w.keyKnown(peer) || n.Key.ID() == peer.ID(), ledger.KeyReused)
	a.failIf(n.Recipient != "" && a.w.recipientKnown(n.Recipient), ledger.KeyReused)
	a.failIf(len(a.agency.Nodes) >= MaxNodes, ledger.WrongState)
	a.failIf(a.w.view.Node(a.agency.ID, n.Code) != nil, ledger.NameTaken) // a removed node's code too
	if n.Holder != nil {
		a.target(*n.Holder)
	}
}

func doNode(a *act) {
	a.w.addNode(a.agency, &a.e.Payload.(*ledger.Node).Node)
	a.w.saveAgency(a.agency)
}

// addNode enrols a node; the caller saves the agency.
func (w *walk) addNode(agency *Agency, n *ledger.NodeDocument) {
	w.state.put(nodeKey(agency.ID, n.Code), &Node{
		Agency: agency.ID, Code: n.Code, Peer: n.Peer, Key: n.Key.ID(), Recipient: n.Recipient, Holder: n.Holder, Added: w.now,
	})
	w.addKey(Key{Public: n.Key, Holder: ledger.HolderNode, Agency: agency.ID, Node: n.Code})
	peer := ledger.PublicKey{Algorithm: ledger.Ed25519, Bytes: n.Peer}
	w.addKey(Key{Public: peer, Holder: ledger.HolderPeer, Agency: agency.ID, Node: n.Code})
	if n.Recipient != "" {
		w.addRecipient(n.Recipient)
	}
	i, _ := slices.BinarySearch(agency.Nodes, n.Code)
	agency.Nodes = slices.Insert(agency.Nodes, i, n.Code)
}

// checkRemovable tests that a node can go: the office node moves first, and the
// network's last keeper stays.
func (a *act) checkRemovable(code ledger.NodeCode) {
	n := a.w.view.Node(a.agency.ID, code)
	a.failIf(n == nil || n.Removed != 0, ledger.UnknownTarget)
	a.failIf(code == a.agency.Office, ledger.WrongState)
	a.failIf(code == a.agency.KeeperNode() && a.w.lastKeeper(a.agency), ledger.KeeperNotReady)
}

func checkNodeRemove(a *act) {
	p := a.e.Payload.(*ledger.NodeRemove)
	a.checkNextEpoch(p.Next, a.key.Public)
	a.failIf(p.Next.Number != a.agency.Epoch+1, ledger.StaleEpoch)
	a.checkRemovable(p.Code)
}

func doNodeRemove(a *act) {
	p := a.e.Payload.(*ledger.NodeRemove)
	a.removeNode(p.Code)
	a.w.openEpoch(a.agency, p.Next)
}

// removeNode ends a node and its keys, and the agency's keeper with the node that
// holds its key; the caller saves the agency.
func (a *act) removeNode(code ledger.NodeCode) {
	n := a.w.view.Node(a.agency.ID, code)
	if n.Removed != 0 {
		return // named twice in one act
	}
	n.Removed = a.now()
	a.w.state.put(nodeKey(a.agency.ID, code), n)
	peer := ledger.PublicKey{Algorithm: ledger.Ed25519, Bytes: n.Peer}
	a.w.endKey(a.w.view.Key(n.Key), KeyRemoved)
	a.w.endKey(a.w.view.Key(peer.ID()), KeyRemoved)
	if code == a.agency.KeeperNode() {
		a.w.dropKeeper(a.agency)
	}
	a.agency.Nodes = slices.DeleteFunc(a.agency.Nodes, func(c ledger.NodeCode) bool { return c == code })
}

// checkNodeIdentity lets a node that is nobody's desktop declare a recipient that
// was never on the ledger.
func checkNodeIdentity(a *act) {
	p := a.e.Payload.(*ledger.NodeIdentity)
	if a.key.Holder != ledger.HolderNode {
		a.fail(ledger.MissingRole)
		return
	}
	n := a.w.view.Node(a.agency.ID, a.key.Node)
	a.failIf(n.Holder != nil, ledger.MissingRole)
	a.failIf(!p.Proven(a.w.global.Network, a.agency.ID, n.Code, a.key.Public), ledger.ProofMissing)
	a.failIf(a.w.recipientKnown(p.Recipient), ledger.KeyReused)
}

func doNodeIdentity(a *act) {
	p := a.e.Payload.(*ledger.NodeIdentity)
	n := a.w.view.Node(a.agency.ID, a.key.Node)
	n.Recipient, n.Declared = p.Recipient, true
	a.w.addRecipient(p.Recipient)
	a.w.state.put(nodeKey(a.agency.ID, n.Code), n)
}

// checkOffice tests that the node to be the office node exists and can hold the
// agency's identity.
func (a *act) checkOffice(p *ledger.MoveOffice) {
	n := a.w.view.Node(a.agency.ID, p.Node)
	a.failIf(n == nil || n.Removed != 0 || n.Recipient == "", ledger.UnknownTarget)
	a.failIf(p.Node == a.agency.Office, ledger.WrongState)
}

// moveOffice makes another node the office node. The consensus key stays where it is.
func (a *act) moveOffice(to ledger.NodeCode) {
	a.agency.Keeps = a.agency.KeeperNode()
	if a.agency.Keeps == to { // back where it was
		a.agency.Keeps = ""
	}
	a.agency.Office = to
	a.w.saveAgency(a.agency)
}
