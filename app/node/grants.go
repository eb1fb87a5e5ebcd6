package node

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"

	"filippo.io/age"

	"countersign/app/desk"
	"countersign/ledger"
	"countersign/ledger/keyring/hybrid"
	"countersign/ledger/rules"
	"countersign/ledger/vault"
	"countersign/p2p"
)

// The office protocol runs between nodes of one agency only: grants, progress of
// releases and the journal go from the office node to the desks, a desk's own
// lines of the journal to the office node, and what one office node holds to the next.
const (
	protoOffice    = "office"
	maxOfficeBytes = 1 << 20
)

// officeAsk is one question: for a reader's grants, or how far requests are, or for
// the journal's lines about one, or what is kept; or it brings new grants, or lines.
type officeAsk struct {
	Reader   ledger.Hash      `cbor:"0,keyasint"`
	Bring    [][]byte         `cbor:"1,keyasint,omitempty"`
	Progress []ledger.EntryID `cbor:"2,keyasint,omitempty"`
	About    *ledger.EntryID  `cbor:"3,keyasint,omitempty"`
	Lines    []officeLine     `cbor:"4,keyasint,omitempty"`
	Holds    *ledger.Hash     `cbor:"5,keyasint,omitempty"` // what is kept after this commitment
	Has      []ledger.Hash    `cbor:"6,keyasint,omitempty"` // which of these the office node has
	Keeps    []ledger.Hash    `cbor:"7,keyasint,omitempty"` // which of these are on this disk
}

type officeAnswer struct {
	Grants   [][]byte         `cbor:"0,keyasint,omitempty"`
	Progress []officeProgress `cbor:"1,keyasint,omitempty"`
	Lines    []officeLine     `cbor:"2,keyasint,omitempty"`
	Has      uint64           `cbor:"3,keyasint,omitempty"` // up to here the asker's lines are kept
	Held     []ledger.Hash    `cbor:"4,keyasint,omitempty"` // sorted
}

// officeProgress is how far the office node is with a request.
type officeProgress struct {
	Request ledger.EntryID `cbor:"0,keyasint"`
	Step    string         `cbor:"1,keyasint"`
	Percent int8           `cbor:"2,keyasint"`
	Problem string         `cbor:"3,keyasint,omitempty"`
}

// writeFirstGrants wraps a new agency's first identity for its first readers.
func writeFirstGrants(dir string, network ledger.NetworkID, agency ledger.AgencyID, id *hybrid.Identity, readers []string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("write grants: %w", err)
	}
	g, _, err := vault.OpenGrants(dir)
	if err != nil {
		return err
	}
	for _, r := range readers {
		one, err := vault.Wrap(network, ledger.AgencyEpoch{Agency: agency}, id, r)
		if err != nil {
			return err
		}
		if err := g.Put(one); err != nil {
			return err
		}
	}
	return nil
}

// identities are the agency's age identities that this node may use: an office
// node has them all through its grants, any other node none.
func (n *Node) identities() ([]age.Identity, error) {
	if err := n.openGrants(); err != nil {
		return nil, err
	}
	return n.parts.epochs.Identities(), nil
}

// openGrants opens the node's own grants that are not open yet. A grant counts
// only if its identity yields the recipient on the ledger.
func (n *Node) openGrants() error {
	me := n.keys.Age()
	if me == nil {
		return nil
	}
	us := n.currentProfile().Agency
	for _, g := range n.parts.grants.For(vault.ReaderID(me.Recipient())) {
		if n.parts.epochs.Get(g.Epoch.Epoch) != nil || g.Epoch.Agency != us {
			continue
		}
		var rec *rules.EpochRecord
		if err := n.view(func(v rules.View) error { rec = v.Epoch(us, g.Epoch.Epoch); return nil }); err != nil {
			return err
		}
		if rec == nil { // not final yet
			continue
		}
		id, err := g.Open(me, rec.Recipient)
		if err != nil {
			n.log.Warn("grant", "epoch", g.Epoch.Epoch, "err", err)
			continue
		}
		n.parts.epochs.Add(g.Epoch.Epoch, id)
	}
	return nil
}

// wrapGrants wraps, on the office node, every epoch for every active official
// who has no grant yet, and drops the grants of those who have none to have.
func (n *Node) wrapGrants() error {
	if n.keys.Age() == nil {
		return nil
	}
	if err := n.openGrants(); err != nil {
		return err
	}
	us := n.currentProfile()
	now := n.clock.Ledger()
	wanted := map[ledger.Hash]string{vault.ReaderID(n.keys.Age().Recipient()): n.keys.Age().Recipient()}
	var last uint32
	known := map[ledger.Hash]bool{}
	err := n.view(func(v rules.View) error {
		a := v.Agency(us.Agency)
		if a == nil || a.Office != us.Node {
			wanted = nil
			return nil
		}
		last = a.Epoch
		for _, o := range v.OfficialsOf(us.Agency) {
			known[vault.ReaderID(o.Recipient)] = true
			if v.Active(o, now) {
				wanted[vault.ReaderID(o.Recipient)] = o.Recipient
			}
		}
		for _, x := range v.Readers(us.Agency) {
			wanted[vault.ReaderID(x.Recipient)] = x.Recipient
		}
		return nil
	})
	if err != nil || wanted == nil {
		return err
	}
	for _, recipient := range wanted {
		if err := n.wrapFor(recipient, last); err != nil {
			return err
		}
	}
	return n.parts.grants.Drop(func(g *vault.Grant) bool {
		_, wants := wanted[g.Reader]
		return known[g.Reader] && !wants
	})
}

// wrapFor wraps every identity that is open here, up to the last epoch, for a
// reader that has no grant of it yet.
func (n *Node) wrapFor(recipient string, last uint32) error {
	us, reader := n.currentProfile(), vault.ReaderID(recipient)
	for epoch := range last + 1 {
		at := ledger.AgencyEpoch{Agency: us.Agency, Epoch: epoch}
		id := n.parts.epochs.Get(epoch)
		if id == nil || n.parts.grants.Get(vault.GrantID(us.Network, at, reader)) != nil {
			continue
		}
		g, err := vault.Wrap(us.Network, at, id, recipient)
		if err == nil {
			err = n.parts.grants.Put(g)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Grants are the agency's epoch identities wrapped for an official: from here,
// or from the office node.
func (n *Node) Grants(ctx context.Context, official ledger.OfficialID) ([]desk.Grant, error) {
	if err := n.ready(); err != nil {
		return nil, fmt.Errorf("grants: %w", err)
	}
	var recipient string
	var epoch uint32
	office := false
	us := n.currentProfile().Agency
	if err := n.view(func(v rules.View) error {
		if o := v.Official(official); o != nil && o.Agency == us {
			recipient = o.Recipient
		}
		if a := v.Agency(us); a != nil {
			epoch = a.Epoch
		}
		office = n.isOffice(v)
		return nil
	}); err != nil {
		return nil, err
	}
	if recipient == "" {
		return nil, fmt.Errorf("grants: %w", desk.ErrNotYours)
	}
	var err error
	have := n.parts.grants.For(vault.ReaderID(recipient))
	if lacksEpochs(have, epoch) {
		if have, err = n.freshGrants(ctx, recipient, epoch, office); err != nil {
			return nil, err
		}
	}
	out := make([]desk.Grant, 0, len(have))
	for _, g := range have {
		out = append(out, desk.Grant{Agency: us, Epoch: g.Epoch.Epoch, Official: official, Wrapped: g.Bytes()})
	}
	return out, nil
}

// lacksEpochs tells whether a reader lacks an identity of the agency up to the last
// one: administrators who came by a vote bring the newest and lack the older.
func lacksEpochs(have []*vault.Grant, last uint32) bool {
	n := 0
	for _, g := range have {
		if g.Epoch.Epoch <= last {
			n++
		}
	}
	return n <= int(last)
}

// freshGrants wraps what an official lacks, where this node can, or asks the
// office node. A spare can too: the office node may be gone when it is needed.
func (n *Node) freshGrants(ctx context.Context, recipient string, last uint32, office bool) ([]*vault.Grant, error) {
	reader := vault.ReaderID(recipient)
	if office {
		err := n.wrapGrants()
		return n.parts.grants.For(reader), err
	}
	if err := n.wrapAsSpare(reader); err != nil {
		return nil, err
	}
	have := n.parts.grants.For(reader)
	if lacksEpochs(have, last) {
		if err := n.askForGrants(ctx, reader); err != nil {
			n.log.Info("grants are asked for again", "err", err)
			n.missGrants(reader)
		}
		have = n.parts.grants.For(reader)
	}
	return have, nil
}

// askForGrants fetches a reader's grants from the office node.
func (n *Node) askForGrants(ctx context.Context, reader ledger.Hash) error {
	peer, err := n.officePeer()
	if err != nil {
		return err
	}
	return n.askForGrantsAt(ctx, peer, reader)
}

func (n *Node) askForGrantsAt(ctx context.Context, peer p2p.PeerID, reader ledger.Hash) error {
	ctx, cancel := context.WithTimeout(ctx, askPatience)
	defer cancel()
	var a officeAnswer
	if err := n.host.Call(ctx, peer, protoOffice, officeAsk{Reader: reader}, &a, maxOfficeBytes); err != nil {
		return fmt.Errorf("ask for grants: %w", err)
	}
	for _, b := range a.Grants {
		g, err := n.ourGrant(b)
		if err != nil {
			return err
		}
		if g.Reader != reader {
			continue
		}
		if err := n.noteWrite(n.parts.grants.Put(g)); err != nil {
			return err
		}
	}
	return nil
}

// ourGrant reads a grant that came from elsewhere; it has to be of an epoch of
// this agency. Whether it holds shows when it is opened.
func (n *Node) ourGrant(b []byte) (*vault.Grant, error) {
	g, err := vault.ParseGrant(b)
	if err != nil {
		return nil, err
	}
	us := n.currentProfile()
	if g.Network != us.Network || g.Epoch.Agency != us.Agency {
		return nil, fmt.Errorf("grant of another agency: %w", vault.ErrMismatch)
	}
	return g, nil
}

// missGrants remembers that a reader here waits for grants.
func (n *Node) missGrants(reader ledger.Hash) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.missing[reader] = true
}

// fetchGrants asks once more for the grants that readers here wait for: the
// office node was away, or had not wrapped them yet.
func (n *Node) fetchGrants() {
	n.mu.Lock()
	missing := slices.Collect(maps.Keys(n.missing))
	n.mu.Unlock()
	for _, reader := range missing {
		if err := n.askForGrants(n.ctx, reader); err != nil || len(n.parts.grants.For(reader)) == 0 {
			continue
		}
		n.mu.Lock()
		delete(n.missing, reader)
		n.mu.Unlock()
		n.feed.publish(peopleChanged)
	}
}

// officePeer is the agency's office node, when it is somebody else and connected.
func (n *Node) officePeer() (p2p.PeerID, error) {
	us := n.currentProfile().Agency
	var office ledger.NodeCode
	if err := n.view(func(v rules.View) error {
		if a := v.Agency(us); a != nil {
			office = a.Office
		}
		return nil
	}); err != nil {
		return "", err
	}
	n.peersMu.Lock()
	defer n.peersMu.Unlock()
	for peer, m := range n.peers {
		if m.agency == us && m.code == office && peer != n.host.ID() {
			return peer, nil
		}
	}
	return "", errors.New("the office node is not known here")
}
