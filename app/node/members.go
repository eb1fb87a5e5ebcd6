package node

import (
	"crypto/ed25519"
	"slices"
	"sort"
	"time"

	"countersign/ledger"
	"countersign/ledger/rules"
	"countersign/p2p"
)

// extraKeepers is how many keepers a node without a keeper's key holds sessions
// with, besides its own agency's nodes.
const extraKeepers = 3

// farewell is how long an agency that left stays let in: a keeper votes until it
// has applied the block after the one that removed it, and its officials see
// that their leaving is final.
const farewell = time.Hour

// enrolled is a peer that the ledger lets in.
type enrolled struct {
	peer   p2p.PeerID
	agency ledger.AgencyID
	code   ledger.NodeCode
	keeper bool         // its agency keeps, and this is the node that holds the key
	votes  ledger.KeyID // the keeper's consensus key
}

// followMembers lets in the nodes of the ledger's members, and puts out those
// that are members no longer.
func (n *Node) followMembers() error {
	var want []enrolled
	err := n.view(func(v rules.View) error {
		want = members(v, n.clock.Ledger())
		return nil
	})
	if err != nil {
		return err
	}
	n.peersMu.Lock()
	defer n.peersMu.Unlock()
	next := make(map[p2p.PeerID]enrolled, len(want))
	for _, m := range want {
		next[m.peer] = m
	}
	for peer := range n.peers {
		if _, stays := next[peer]; !stays {
			n.sw().Expel(string(peer))
			n.host.Expel(peer)
		}
	}
	n.peers = next
	us := n.currentProfile()
	n.self = next[n.host.ID()]
	for _, m := range want {
		if m.peer == n.host.ID() {
			continue
		}
		if err := n.host.Enroll(m.peer, n.hints(m.peer)...); err != nil {
			n.log.Warn("enrol peer", "agency", m.agency, "node", m.code, "err", err)
		}
	}
	for _, peer := range n.partners(want, us.Agency) {
		n.sw().Enroll(string(peer))
	}
	return nil
}

// members lists the active nodes of all members, and of agencies that left and
// still owe a deletion receipt: they go on until they have signed it.
func members(v rules.View, now ledger.Time) []enrolled {
	var out []enrolled
	for _, a := range v.Agencies() {
		if a.Standing == rules.StandingExpelled || a.Standing == rules.StandingLeft && now.Sub(a.Ended) > farewell && !owes(v, a.ID) {
			continue
		}
		for _, node := range v.NodesOf(a.ID) {
			peer, err := p2p.PeerIDFromPublicKey(ed25519.PublicKey(node.Peer))
			if err != nil || node.Removed != 0 {
				continue
			}
			m := enrolled{peer: peer, agency: a.ID, code: node.Code, keeper: a.Keeper && node.Code == a.KeeperNode()}
			if m.keeper {
				m.votes = a.Consensus.ID()
			}
			out = append(out, m)
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].peer < out[j].peer })
	return out
}

// owes tells whether an agency has a deletion receipt to sign.
func owes(v rules.View, a ledger.AgencyID) bool {
	return slices.ContainsFunc(v.OpenRequests(a), func(r *rules.Request) bool {
		return r.Requester == a && r.Deletion != nil && r.Deletion.Deleted == 0
	})
}

// partners chooses whom we hold engine sessions with: office nodes with all
// office nodes (they keep, or will), any other node with its agency's nodes and
// a few keepers.
func (n *Node) partners(all []enrolled, us ledger.AgencyID) []p2p.PeerID {
	var out []p2p.PeerID
	office := n.profileIsKeeper()
	keepers := 0
	for _, m := range all {
		switch {
		case m.peer == n.host.ID():
		case m.agency == us, office:
			out = append(out, m.peer)
		case m.keeper && keepers < extraKeepers:
			keepers++
			out = append(out, m.peer)
		}
	}
	return out
}

// peerOf finds who a peer is.
func (n *Node) peerOf(p p2p.PeerID) (enrolled, bool) {
	n.peersMu.Lock()
	defer n.peersMu.Unlock()
	m, ok := n.peers[p]
	return m, ok
}

// keeperAt tells whether a peer is a keeper's node, and by which key it votes.
func (n *Node) keeperAt(peer string) (ledger.KeyID, bool) {
	m, _ := n.peerOf(p2p.PeerID(peer))
	return m.votes, m.keeper
}

// peersOf lists the peers of an agency, its office node first.
func (n *Node) peersOf(a ledger.AgencyID, office ledger.NodeCode) []p2p.PeerID {
	n.peersMu.Lock()
	defer n.peersMu.Unlock()
	var out []p2p.PeerID
	for _, m := range n.peers {
		if m.agency != a || m.peer == n.host.ID() {
			continue
		}
		if m.code == office {
			out = slices.Insert(out, 0, m.peer)
		} else {
			out = append(out, m.peer)
		}
	}
	return out
}

// hints are the addresses at which a peer was found last, or invited us from.
func (n *Node) hints(peer p2p.PeerID) []string {
	out := slices.Clone(n.lastSeen[peer])
	for _, h := range n.currentProfile().Peers {
		if h.Peer == string(peer) {
			out = append(out, h.Addrs...)
		}
	}
	return out
}
