package node

import (
	"errors"
	"sync"
	"time"

	"countersign/ledger"
	"countersign/ledger/keyring"
	"countersign/ledger/rules"
	"countersign/ledger/vault"
	"countersign/p2p"
)

// A node with an age identity of its own can be its agency's office node: the
// first one, and every spare. While it is not, it holds the agency's identities,
// so that it goes on when the office node is gone for good. When two admins have
// moved the office to it, the ledger alone says what there is to do, as after a
// restart; it fetches what the former office node keeps while that one still
// answers, and the former one destroys no received file before it is here.

// heir is what a node with an age identity knows of the office's move.
type heir struct {
	wake chan struct{}

	mu    sync.Mutex
	since time.Time                // this process has seen itself as the office node since; zero: it is not
	left  map[ledger.NodeCode]int  // parts still to be fetched from a former office node; 0: all is here
	waits map[ledger.NodeCode]bool // nodes that are away and have a deletion to confirm

	// Received files that lie here although another node is the office node; the
	// loop's alone.
	listed   bool
	received []ledger.Hash
}

func newHeir() *heir {
	return &heir{wake: make(chan struct{}, 1), left: map[ledger.NodeCode]int{}, waits: map[ledger.NodeCode]bool{}}
}

// Intervals of a node that may be, or was, the office node.
const (
	heirEvery = 2 * time.Second // while something is left to do
	heirRest  = 30 * time.Second
	// lostPatience is how long a former office node may be away before a release
	// that only it holds is said to be lost; it is then made again.
	lostPatience = 15 * time.Second
	maxHolds     = 4096 // commitments in one answer
)

// heirSoon has the node look at once whether the office has moved.
func (n *Node) heirSoon() {
	select {
	case n.heir.wake <- struct{}{}:
	default:
	}
}

// tendHeir runs on a node with an age identity until the node closes.
func (n *Node) tendHeir() {
	if n.keys.Age() == nil {
		return
	}
	for {
		busy, err := n.tendHeirOnce()
		if err != nil {
			n.log.Warn("hold the office's keys and parts", "err", n.noteWrite(err))
		}
		wait := heirRest
		if busy {
			wait = heirEvery
		}
		timer := time.NewTimer(wait)
		select {
		case <-n.ctx.Done():
			timer.Stop()
			return
		case <-n.heir.wake:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// tendHeirOnce does what is due now, and tells whether something is left.
func (n *Node) tendHeirOnce() (busy bool, err error) {
	us := n.currentProfile()
	var me *rules.Node
	office := false
	if err := n.view(func(v rules.View) error {
		me, office = v.Node(us.Agency, us.Node), n.isOffice(v)
		return nil
	}); err != nil || me == nil || me.Removed != 0 {
		return false, err
	}
	n.heir.noteOffice(office)
	if me.Recipient != n.keys.Age().Recipient() {
		return true, n.declareIdentity(me)
	}
	if lacks, err := n.lacksGrants(); err != nil || lacks {
		if err == nil {
			err = n.askForOwnGrants(vault.ReaderID(me.Recipient), office)
		}
		if err == nil {
			lacks, err = n.lacksGrants()
		}
		if err != nil { // who has them is away, or has not wrapped them yet
			n.log.Debug("the agency's identities", "err", err)
		}
		if lacks && !office {
			return true, nil
		}
	}
	if office {
		return n.takeOver()
	}
	return n.handBack()
}

// await notes that a node that is away has something to confirm.
func (h *heir) await(code ledger.NodeCode) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.waits[code] = true
}

// awaited tells, once, whether a node that is back was waited for.
func (h *heir) awaited(code ledger.NodeCode) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	was := h.waits[code]
	delete(h.waits, code)
	return was
}

func (h *heir) noteOffice(is bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case !is:
		h.since = time.Time{}
		clear(h.left)
	case h.since.IsZero():
		h.since, h.listed, h.received = time.Now(), false, nil
	}
}

// declareIdentity puts the recipient of this node's age identity on the ledger:
// the admin who signed for the node did not know of it.
func (n *Node) declareIdentity(me *rules.Node) error {
	if me.Holder != nil || n.office.waitingKind(ledger.KindNodeIdentity) {
		return nil
	}
	us := n.currentProfile()
	p, err := keyring.NodeIdentity(us.Network, n.keys)
	if err != nil {
		return err
	}
	return n.office.sign(ledger.NewNonce(), p)
}

// askForOwnGrants asks the office node for this node's grants, or, on the office
// node, whoever may hold identities: it may have become it without them.
func (n *Node) askForOwnGrants(reader ledger.Hash, office bool) error {
	if !office {
		return n.askForGrants(n.ctx, reader)
	}
	codes, err := n.former()
	for _, code := range codes {
		if peer, known := n.peerAt(code); known && n.host.Connected(peer) {
			err = errors.Join(err, n.askForGrantsAt(n.ctx, peer, reader))
		}
	}
	return err
}

// lacksGrants tells whether an identity of the agency is not open here.
func (n *Node) lacksGrants() (bool, error) {
	if err := n.openGrants(); err != nil {
		return false, err
	}
	us := n.currentProfile().Agency
	lacks := false
	err := n.view(func(v rules.View) error {
		a := v.Agency(us)
		if a == nil {
			return nil
		}
		for epoch := range a.Epoch + 1 {
			lacks = lacks || n.parts.epochs.Get(epoch) == nil
		}
		return nil
	})
	return lacks, err
}

// former lists the other nodes of the agency that hold an age identity: what an
// office node of before holds lies on one of them.
func (n *Node) former() (out []ledger.NodeCode, err error) {
	us := n.currentProfile()
	err = n.view(func(v rules.View) error {
		for _, x := range v.NodesOf(us.Agency) {
			if x.Removed == 0 && x.Recipient != "" && x.Code != us.Node {
				out = append(out, x.Code)
			}
		}
		return nil
	})
	return out, err
}

// peerAt is the peer of another node of our agency.
func (n *Node) peerAt(code ledger.NodeCode) (p2p.PeerID, bool) {
	us := n.currentProfile().Agency
	n.peersMu.Lock()
	defer n.peersMu.Unlock()
	for peer, m := range n.peers {
		if m.agency == us && m.code == code && peer != n.host.ID() {
			return peer, true
		}
	}
	return "", false
}

// goneFor tells whether another node of the agency has been removed, or away for
// so long, since this one is the office node.
func (n *Node) goneFor(code ledger.NodeCode, patience time.Duration) bool {
	n.heir.mu.Lock()
	since := n.heir.since
	n.heir.mu.Unlock()
	if since.IsZero() || time.Since(since) < patience {
		return false
	}
	peer, known := n.peerAt(code)
	if !known {
		return true
	}
	for _, s := range n.host.Status() {
		if s.ID == peer {
			return !s.Up && time.Since(s.Since) > patience
		}
	}
	return true
}

// takingOver is how many parts are still to come from each former office node
// that has been asked.
func (n *Node) takingOver() map[ledger.NodeCode]int {
	n.heir.mu.Lock()
	defer n.heir.mu.Unlock()
	out := map[ledger.NodeCode]int{}
	for code, left := range n.heir.left {
		if left > 0 {
			out[code] = left
		}
	}
	return out
}
