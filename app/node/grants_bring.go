package node

import (
	"context"
	"fmt"

	"countersign/app/desk"
	"countersign/ledger"
	"countersign/ledger/rules"
	"countersign/ledger/vault"
)

// PutGrants keeps wrapped identities and brings them to the office node.
func (n *Node) PutGrants(ctx context.Context, grants []desk.Grant) error {
	if err := n.ready(); err != nil {
		return fmt.Errorf("put grants: %w", err)
	}
	var bring [][]byte
	for _, g := range grants {
		one, err := n.ourGrant(g.Wrapped)
		if err != nil {
			return err
		}
		if err := n.noteWrite(n.parts.grants.Put(one)); err != nil {
			return err
		}
		bring = append(bring, g.Wrapped)
	}
	forOthers, err := n.bringToReaders(ctx, bring)
	if err != nil {
		return err
	}
	peer, err := n.officePeer()
	if err != nil { // we are the office node, or it is not known yet
		return nil
	}
	if !forOthers && !n.host.Connected(peer) { // gone, perhaps for good
		return nil
	}
	var a officeAnswer
	if err := n.host.Call(ctx, peer, protoOffice, officeAsk{Bring: bring}, &a, maxOfficeBytes); err != nil {
		return fmt.Errorf("bring grants to the office node: %w", err)
	}
	return nil
}

// bringToReaders brings grants to the nodes that they are wrapped for: one that is
// about to be the office node may have no other to get them from. It tells whether
// there are some for others than nodes.
func (n *Node) bringToReaders(ctx context.Context, bring [][]byte) (forOthers bool, err error) {
	us := n.currentProfile()
	nodes := map[ledger.Hash]ledger.NodeCode{}
	if err := n.view(func(v rules.View) error {
		for _, x := range v.NodesOf(us.Agency) {
			if x.Recipient != "" && x.Code != us.Node {
				nodes[vault.ReaderID(x.Recipient)] = x.Code
			}
		}
		return nil
	}); err != nil {
		return false, err
	}
	for _, b := range bring {
		g, err := n.ourGrant(b)
		if err != nil {
			return false, err
		}
		code, isNode := nodes[g.Reader]
		forOthers = forOthers || !isNode
		peer, known := n.peerAt(code)
		if !isNode || !known || !n.host.Connected(peer) {
			continue
		}
		var a officeAnswer
		if err := n.host.Call(ctx, peer, protoOffice, officeAsk{Bring: [][]byte{b}}, &a, maxOfficeBytes); err != nil {
			n.log.Info("bring a node its grant", "node", code, "err", err) // the office node has it too
		}
	}
	return forOthers, nil
}

// takeGrants keeps what another node of the agency has brought.
func (n *Node) takeGrants(brought [][]byte) error {
	for _, b := range brought {
		g, err := n.ourGrant(b)
		if err != nil {
			return err
		}
		if err := n.noteWrite(n.parts.grants.Put(g)); err != nil {
			return err
		}
	}
	n.office.look(nil, true)
	n.heirSoon()
	return nil
}

// grantsFor are a reader's grants, made now if need be.
func (n *Node) grantsFor(reader ledger.Hash) ([][]byte, error) {
	if err := n.wrapGrants(); err != nil {
		return nil, err
	}
	if err := n.wrapAsSpare(reader); err != nil {
		return nil, err
	}
	var out [][]byte
	for _, g := range n.parts.grants.For(reader) {
		out = append(out, g.Bytes())
	}
	return out, nil
}

// wrapAsSpare wraps, on a node that holds identities and is not the office node,
// for a reader who is to have them: the office node may be new, or gone.
func (n *Node) wrapAsSpare(reader ledger.Hash) error {
	if n.keys.Age() == nil {
		return nil
	}
	us := n.currentProfile().Agency
	recipient, last := "", uint32(0)
	err := n.view(func(v rules.View) error {
		a := v.Agency(us)
		if a == nil || n.isOffice(v) {
			return nil
		}
		last = a.Epoch
		for _, o := range v.OfficialsOf(us) {
			if v.Active(o, n.clock.Ledger()) && vault.ReaderID(o.Recipient) == reader {
				recipient = o.Recipient
			}
		}
		for _, x := range v.Readers(us) {
			if vault.ReaderID(x.Recipient) == reader {
				recipient = x.Recipient
			}
		}
		return nil
	})
	if err != nil || recipient == "" {
		return err
	}
	if err := n.openGrants(); err != nil {
		return err
	}
	return n.wrapFor(recipient, last)
}
