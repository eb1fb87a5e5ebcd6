package desk_test

import (
	"context"
	"slices"
	"sync"
	"time"

	"countersign/app/desk"
	"countersign/ledger"
	"countersign/ledger/rules"
)

// fakeNode is an agency's node that works: what is submitted is final at once,
// and parts are handed over at once, unless it is told to keep or lose them.
type fakeNode struct {
	city   *city
	agency *agency

	mu   sync.Mutex
	away bool                   // the network is away: entries are kept
	lost map[ledger.Hash]bool   // parts that nobody has
	kept []*ledger.Entry        //
	wait map[ledger.Hash][]byte // parts of kept entries
	gate chan struct{}          // parts wait until it is closed
}

var _ desk.Node = (*fakeNode)(nil)

func (n *fakeNode) Profile() desk.Profile {
	return desk.Profile{Network: n.city.network, Agency: n.agency.id, Node: "office", Keeper: true, Rehearsal: true, Folder: n.agency.folder}
}

func (n *fakeNode) Now() time.Time {
	n.city.mu.RLock()
	defer n.city.mu.RUnlock()
	return n.city.now
}

func (n *fakeNode) Read(_ context.Context, fn func(rules.Reader) error) error {
	n.city.mu.RLock()
	defer n.city.mu.RUnlock()
	return fn(n.city.state)
}

func (n *fakeNode) List(_ context.Context, q desk.ListQuery) (desk.ListPage, error) {
	var page desk.ListPage
	for _, r := range n.city.requests() {
		ours := r.Provider == n.agency.id
		open := r.State == rules.Submitted || r.State == rules.Returned || r.State == rules.Offered
		var in bool
		switch q.Kind {
		case desk.ListToDecide:
			in = ours && open
		case desk.ListDecided:
			in = ours && !open
		case desk.ListMine:
			in = r.Requester == n.agency.id
		case desk.ListReceived:
			in = r.Requester == n.agency.id && len(r.Releases) > 0
		}
		if in {
			page.IDs = append(page.IDs, r.ID)
		}
	}
	return page, nil
}

func (n *fakeNode) Counts(context.Context) (desk.Counts, error) {
	c := desk.Counts{ToUs: map[rules.State]uint64{}, FromUs: map[rules.State]uint64{}}
	for _, r := range n.city.requests() {
		if r.Provider == n.agency.id {
			c.ToUs[r.State]++
		} else {
			c.FromUs[r.State]++
		}
	}
	return c, nil
}

func (n *fakeNode) Precedents(_ context.Context, dataset, basis ledger.EntryID, purpose ledger.Code) (desk.Precedents, error) {
	var p desk.Precedents
	for _, r := range n.city.requests() {
		if r.Dataset != dataset || r.Basis != basis || r.Purpose != purpose {
			continue
		}
		switch {
		case r.State == rules.Refused:
			p.Refused++
		case r.Agreement != nil && len(r.Agreement.Terms.Fields) < len(r.Terms.Fields):
			p.ApprovedPart++
		case r.Agreement != nil:
			p.Approved++
		}
	}
	return p, nil
}

func (n *fakeNode) Submit(_ context.Context, e *ledger.Entry, parts [][]byte) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	named := ledger.Parts(e.Payload)
	if len(named) != len(parts) {
		n.city.t.Errorf("%s names %d parts and brings %d", e.Body.Kind, len(named), len(parts))
	}
	if n.wait == nil {
		n.wait = map[ledger.Hash][]byte{}
	}
	for i, p := range named {
		n.wait[p.Commitment] = parts[i]
	}
	n.kept = append(n.kept, e)
	if !n.away {
		n.flush()
	}
	return nil
}

// flush sends what is kept.
func (n *fakeNode) flush() {
	for _, e := range n.kept {
		for _, p := range ledger.Parts(e.Payload) {
			n.city.mu.Lock()
			n.city.parts[p.Commitment] = n.wait[p.Commitment]
			n.city.mu.Unlock()
		}
		n.city.order(e)
	}
	n.kept = nil
}

func (n *fakeNode) Await(ctx context.Context, id ledger.EntryID) (desk.Final, error) {
	n.city.mu.RLock()
	f, ok := n.city.finals[id]
	n.city.mu.RUnlock()
	if ok {
		return f, nil
	}
	<-ctx.Done()
	return desk.Final{}, ctx.Err()
}

// lose keeps a part from everybody who asks for it, or gives it back.
func (n *fakeNode) lose(c ledger.Hash, on bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.lost = map[ledger.Hash]bool{c: on}
}

// slow holds back parts, or lets those go that are held back.
func (n *fakeNode) slow(on bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if on {
		n.gate = make(chan struct{})
	} else {
		close(n.gate)
		n.gate = nil
	}
}

func (n *fakeNode) Part(ctx context.Context, entry ledger.EntryID, part ledger.Sealed) ([]byte, error) {
	n.mu.Lock()
	gate := n.gate
	n.mu.Unlock()
	if gate != nil {
		select {
		case <-gate:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.city.mu.RLock()
	defer n.city.mu.RUnlock()
	cipher := n.city.parts[part.Commitment]
	if n.lost[part.Commitment] || cipher == nil || n.city.entries[entry] == nil {
		return nil, desk.ErrPartAway
	}
	return cipher, nil
}

func (n *fakeNode) Grants(_ context.Context, o ledger.OfficialID) ([]desk.Grant, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	var out []desk.Grant
	for _, g := range n.agency.grants {
		if g.Official == o {
			out = append(out, g)
		}
	}
	return out, nil
}

func (n *fakeNode) PutGrants(_ context.Context, grants []desk.Grant) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, g := range grants {
		n.agency.grants = slices.DeleteFunc(n.agency.grants, func(old desk.Grant) bool { return old.Epoch == g.Epoch && old.Official == g.Official })
		n.agency.grants = append(n.agency.grants, g)
	}
	return nil
}

func (n *fakeNode) Network(context.Context) (desk.Network, error) {
	return desk.Network{Height: n.city.height, Kept: len(n.kept)}, nil
}

func (n *fakeNode) Progress(context.Context, ledger.EntryID) (desk.Progress, error) {
	return desk.Progress{}, nil
}

func (n *fakeNode) Changes(ctx context.Context) <-chan desk.Change { return n.city.feed.subscribe(ctx) }

func (n *fakeNode) Journal(_ context.Context, line desk.JournalLine) error {
	n.agency.journal = append(n.agency.journal, line)
	return nil
}

func (n *fakeNode) Journals(_ context.Context, request ledger.EntryID) ([]desk.JournalLine, error) {
	var out []desk.JournalLine
	for _, l := range slices.Backward(n.agency.journal) {
		if l.Request == request {
			out = append(out, l)
		}
	}
	return out, nil
}

func (n *fakeNode) Entry(_ context.Context, id ledger.EntryID) (*ledger.Entry, desk.Final, error) {
	n.city.mu.RLock()
	defer n.city.mu.RUnlock()
	if e := n.city.entries[id]; e != nil {
		return e, n.city.finals[id], nil
	}
	return nil, desk.Final{}, desk.ErrNotKept
}

func (n *fakeNode) Kept(context.Context) ([]desk.Kept, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	var out []desk.Kept
	for _, e := range n.kept {
		out = append(out, desk.Kept{ID: e.ID(), Kind: e.Body.Kind, Author: e.Body.Author, ValidUntil: e.Body.ValidUntil})
	}
	return out, nil
}

func (n *fakeNode) Forget(_ context.Context, id ledger.EntryID) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.kept = slices.DeleteFunc(n.kept, func(e *ledger.Entry) bool { return e.ID() == id })
	return nil
}
