package node

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"countersign/app/desk"
	"countersign/ledger"
	"countersign/ledger/rules"
	"countersign/ledger/vault"
	"countersign/p2p"
	"countersign/p2p/delivery"
)

// Sheets are what every member may read: officials' cards, descriptions of
// datasets, legal texts. Their publisher seals them for the members of that day.
// Whoever joins later, or has opened another epoch since, asks for a copy: a
// member that can open the sheet seals it again for all members of today. A copy
// has another root and the same commitment, so that whoever opens it sees that it
// is what the entry names.

// isSheet tells whether an entry's parts are for all members.
func isSheet(e *ledger.Entry) bool {
	return e.Body.Kind == ledger.KindSheet || e.Body.Kind == ledger.KindPropose || e.Body.Kind == ledger.KindMotion
}

// maxCopies bounds the copies that stay in memory, a few KiB each.
const maxCopies = 512

// copies are the sheets that were sealed again here.
type copies struct {
	mu sync.Mutex
	m  map[ledger.Hash]*sheetCopy // by commitment
}

// sheetCopy is a sheet as it was sealed again.
type sheetCopy struct {
	cipher []byte
	root   ledger.Hash
	epochs []ledger.AgencyEpoch
}

// copied serves a copy to delivery.
type copied struct{ *bytes.Reader }

func (c copied) Size() uint64 { return uint64(c.Reader.Size()) }
func (copied) Close() error   { return nil }

func (c *copies) get(commitment ledger.Hash) *sheetCopy {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.m[commitment]
}

func (c *copies) put(commitment ledger.Hash, s *sheetCopy) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.m) >= maxCopies {
		clear(c.m)
	}
	c.m[commitment] = s
}

// serveSheet returns a sheet for an agency: the ciphertext that it wants by root,
// or, when it wants any, one that it can open with its current identity.
func (n *Node) serveSheet(ctx context.Context, agency ledger.AgencyID, e *ledger.Entry, s ledger.Sealed, root ledger.Hash) (delivery.Ciphertext, error) {
	var now ledger.AgencyEpoch
	var members []ledger.AgencyEpoch
	if err := n.view(func(v rules.View) error {
		members = v.MemberEpochs()
		if a := v.Agency(agency); a != nil {
			now = ledger.AgencyEpoch{Agency: agency, Epoch: a.Epoch}
		}
		return nil
	}); err != nil {
		return nil, err
	}
	again := n.parts.copies.get(s.Commitment)
	if again != nil && (root == again.root || root.IsZero() && slices.Contains(again.epochs, now)) {
		return copied{bytes.NewReader(again.cipher)}, nil
	}
	kept, err := n.parts.store.Get(s.Commitment)
	if err != nil {
		return nil, err
	}
	if !root.IsZero() || kept.Part.Root == s.Root && slices.Contains(s.Epochs, now) {
		return kept, nil
	}
	defer kept.Close()
	if again, err = n.sealAgain(ctx, e, s, kept, members); err != nil {
		return nil, err
	}
	return copied{bytes.NewReader(again.cipher)}, nil
}

// sealAgain seals a sheet for all members of today. Only an office node can: it
// has its agency's identities.
func (n *Node) sealAgain(ctx context.Context, e *ledger.Entry, s ledger.Sealed, kept *vault.File, members []ledger.AgencyEpoch) (*sheetCopy, error) {
	ids, err := n.identities()
	if err != nil {
		return nil, err
	}
	want, err := n.expected(ctx, e.ID(), s)
	if err != nil {
		return nil, err
	}
	agencies := make([]ledger.AgencyID, len(members))
	for i, m := range members {
		agencies[i] = m.Agency
	}
	to, err := n.recipients(agencies...)
	if err != nil {
		return nil, err
	}
	cipher, err := kept.Bytes()
	if err != nil {
		return nil, err
	}
	cipher, sealed, err := vault.Reseal(cipher, ids, want, to)
	if err != nil {
		return nil, err
	}
	out := &sheetCopy{cipher: cipher, root: sealed.Root, epochs: sealed.Epochs}
	n.parts.copies.put(s.Commitment, out)
	return out, nil
}

// fetchSheet fetches a sheet: as it was sealed first when it was sealed for this
// agency as it is today, else a copy. A desktop cannot tell a copy from anything
// else and takes one from its own agency's nodes alone: they have opened it.
func (n *Node) fetchSheet(ctx context.Context, e *ledger.Entry, part ledger.Sealed) error {
	us := n.currentProfile().Agency
	var own bool
	if err := n.view(func(v rules.View) error {
		a := v.Agency(us)
		own = a != nil && slices.Contains(part.Epochs, ledger.AgencyEpoch{Agency: us, Epoch: a.Epoch})
		return nil
	}); err != nil {
		return err
	}
	if own {
		if err := n.fetchFirst(ctx, e.ID(), part, nil); err == nil || !errors.Is(err, desk.ErrPartAway) {
			return err
		}
	}
	peers, err := n.whoHas(ctx, e.ID(), part)
	if err != nil {
		return err
	}
	ids, err := n.identities()
	if err != nil {
		return err
	}
	want, err := n.expected(ctx, e.ID(), part)
	if err != nil {
		return err
	}
	for _, p := range peers {
		if m, known := n.peerOf(p); !known || len(ids) == 0 && m.agency != us {
			continue
		}
		w, cipher, err := n.fetchCopy(ctx, p, delivery.Wanted{Entry: e.ID(), Part: part})
		if err != nil {
			continue // the next one may have it
		}
		if len(ids) > 0 {
			if err := vault.Check(cipher, ids, want); err != nil {
				n.log.Warn("a copy that is not what the record names was not kept", "from", p.Short(), "err", err)
				continue
			}
		}
		if err := n.parts.store.Put(vault.PartOf(w.Part, "", n.clock.Ledger()), cipher); err != nil {
			return n.noteWrite(err)
		}
		return n.noteWrite(n.parts.store.Name(part.Commitment))
	}
	return fmt.Errorf("sheet %s: %w", part.Commitment.Short(), desk.ErrPartAway)
}

func (n *Node) fetchCopy(ctx context.Context, p p2p.PeerID, w delivery.Wanted) (delivery.Wanted, []byte, error) {
	w, err := delivery.Copy(ctx, n.host, p, w)
	if err != nil {
		return w, nil, err
	}
	m := &memory{b: make([]byte, w.Part.Size)}
	err = delivery.Fetch(ctx, n.host, p, w, m, nil)
	return w, m.b, err
}

// Waits between two rounds of gathering: doubled while sheets are missing.
const (
	firstGather = 250 * time.Millisecond
	lastGather  = 30 * time.Second
)

// gatherPause is how long a change is left alone before its sheets are looked for.
const gatherPause = time.Second

// gather fetches the sheets that this node has not got: who joins was no
// recipient of those that were published before, and who was away missed some.
func (n *Node) gather() {
	wait, have := firstGather, map[ledger.Hash]bool{}
	for {
		got, missing := n.gatherOnce(have)
		if got > 0 {
			wait = firstGather
			n.feed.publish(peopleChanged)
		}
		var again <-chan time.Time
		if missing > 0 {
			again, wait = time.After(wait), min(2*wait, lastGather)
		}
		select {
		case <-n.ctx.Done():
			return
		case <-n.sheetsWake:
			select { // more of the same may follow, and the block that woke us goes first
			case <-n.ctx.Done():
				return
			case <-time.After(gatherPause):
			}
		case <-again:
		}
	}
}

// gatherSoon looks for sheets again now: people, members or the catalogue have changed.
func (n *Node) gatherSoon() {
	select {
	case n.sheetsWake <- struct{}{}:
	default:
	}
}

// gatherOnce fetches what is missing; have are those known to be here.
func (n *Node) gatherOnce(have map[ledger.Hash]bool) (got, missing int) {
	wanted, err := n.wantedSheets()
	if err != nil {
		n.log.Warn("list sheets", "err", err)
		return 0, 1
	}
	for entry, parts := range wanted {
		for _, s := range parts {
			if n.ctx.Err() != nil {
				return got, missing
			}
			if have[s.Commitment] {
				continue
			}
			if held, _ := n.parts.store.Has(s.Commitment); held {
				have[s.Commitment] = true
				continue
			}
			ctx, cancel := context.WithTimeout(n.ctx, partPatience)
			err := n.fetch(ctx, entry, s, nil)
			cancel()
			if err != nil {
				missing++
				n.log.Debug("sheet", "part", s.Commitment.Short(), "err", err)
				continue
			}
			have[s.Commitment] = true
			got++
		}
	}
	return got, missing
}

// wantedSheets are the cards, descriptions and texts that count today, by the
// entries that name them. A node of nobody who is a member gets none.
func (n *Node) wantedSheets() (map[ledger.EntryID][]ledger.Sealed, error) {
	out := map[ledger.EntryID][]ledger.Sealed{}
	add := func(e ledger.EntryID, s *ledger.Sealed) {
		if s != nil && !slices.ContainsFunc(out[e], func(o ledger.Sealed) bool { return o.Commitment == s.Commitment }) {
			out[e] = append(out[e], *s)
		}
	}
	us := n.currentProfile().Agency
	err := n.view(func(v rules.View) error {
		if a := v.Agency(us); a == nil || !a.Member() {
			return nil
		}
		for _, a := range v.Agencies() {
			for _, o := range v.OfficialsOf(a.ID) {
				add(o.CardEntry, o.Card)
			}
			for _, s := range v.Sheets(a.ID) {
				add(s.Entry, &s.Part)
			}
		}
		for _, m := range v.OpenMotions() {
			for i := range m.Motion.Cards {
				add(m.ID, &m.Motion.Cards[i])
			}
		}
		for _, d := range v.Datasets() {
			add(d.ID, d.Dataset.Sheet)
		}
		for _, b := range v.Bases() {
			add(b.ID, b.Basis.Sheet)
		}
		return nil
	})
	return out, err
}
