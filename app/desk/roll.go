package desk

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"countersign/ledger"
	"countersign/ledger/rules"
)

// roll is what the desk keeps in memory of every request to the official's
// agency while it is unlocked: enough to find, count and order them all at a
// keystroke. It is read once from the replica's indexes and follows the changes.
type roll struct {
	begin sync.Once

	mu    sync.Mutex
	lines map[ledger.EntryID]*rollLine
	order map[Order][]*rollLine        // what has been asked for, sorted
	names map[ledger.OfficialID]string // in lower case
	title map[ledger.AgencyID]string   // of who has asked
	seen  ledger.Height                // up to here the lines are the record's
	whole bool                         // everything has been read once
	moved chan struct{}                // closed at each step forward
	last  InboxCounts                  // of what the last search left: the next one needs as much room
	rests time.Time                    // until then no letters are opened for a search
	want  chan struct{}                // holds a token when letters are wanted for a search
}

func newRoll() *roll {
	return &roll{lines: map[ledger.EntryID]*rollLine{}, order: map[Order][]*rollLine{}, names: map[ledger.OfficialID]string{},
		title: map[ledger.AgencyID]string{}, moved: make(chan struct{}), want: make(chan struct{}, 1)}
}

// rollLine is one request. Only letter and opened change: a request that has
// changed gets a new line, so that the sorted lists can find the old one.
type rollLine struct {
	id, version ledger.EntryID
	other       ledger.AgencyID
	title       string // of other
	state       rules.State
	submitted   ledger.Time
	changed     ledger.Time
	last        ledger.Time // change of state
	deadline    ledger.Time
	due         ledger.Time // when time alone may change it; 0: never
	paused      bool
	mine        bool // the official may decide it now
	signed      bool // by the official
	asker       ledger.OfficialID
	people      []ledger.OfficialID // who have signed or may sign; shared between lines
	text        string              // in lower case: what the record says
	letter      string              // in lower case: what the letter says
	opened      bool                // the letter has been looked into
}

// waits tells whether either side still owes an answer.
func (l *rollLine) waits() bool {
	return pending(l.state) || l.state == rules.Returned || l.state == rules.Offered
}

// before orders two lines, those that are the same but for their number too.
func (o Order) before(a, b *rollLine) int {
	switch o {
	case ByNewest:
		return cmp.Or(cmp.Compare(b.submitted, a.submitted), slices.Compare(a.id[:], b.id[:]))
	case ByAgency:
		if c := cmp.Or(cmp.Compare(a.title, b.title), cmp.Compare(a.other, b.other)); c != 0 {
			return c
		}
	}
	if a.waits() != b.waits() {
		return first(a.waits())
	}
	if !a.waits() {
		return cmp.Or(cmp.Compare(b.changed, a.changed), cmp.Compare(b.submitted, a.submitted), slices.Compare(a.id[:], b.id[:]))
	}
	if a.paused != b.paused { // the clock stands still
		return first(b.paused)
	}
	return cmp.Or(cmp.Compare(a.deadline, b.deadline), cmp.Compare(a.submitted, b.submitted), slices.Compare(a.id[:], b.id[:]))
}

func first(yes bool) int {
	if yes {
		return -1
	}
	return 1
}

// manyLines is from how many new lines on sorting anew is cheaper than finding
// each its place.
const manyLines = 100

// put takes lines over. gone are requests that the agency has no part in.
func (r *roll) put(lines []*rollLine) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(lines) >= manyLines {
		clear(r.order)
	}
	for _, l := range lines {
		old := r.lines[l.id]
		r.lines[l.id], r.title[l.other] = l, l.title
		for o, list := range r.order {
			if old != nil {
				if i, ok := slices.BinarySearchFunc(list, old, o.before); ok {
					list = slices.Delete(list, i, i+1)
				}
			}
			i, _ := slices.BinarySearchFunc(list, l, o.before)
			r.order[o] = slices.Insert(list, i, l)
		}
	}
}

// step notes how far the lines have come.
func (r *roll) step(height ledger.Height, whole bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.seen, r.whole = max(r.seen, height), r.whole || whole
	close(r.moved)
	r.moved = make(chan struct{})
}

// await gives the lines a moment to come up to a height.
func (r *roll) await(ctx context.Context, height ledger.Height) {
	ctx, cancel := context.WithTimeout(ctx, listBudget)
	defer cancel()
	for {
		r.mu.Lock()
		ready, moved := r.whole && r.seen >= height, r.moved
		r.mu.Unlock()
		if ready {
			return
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return // what is there is shown, and a Change brings the rest
		}
	}
}

// find goes through all lines.
func (r *roll) find(q Query, m matcher) Found {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, word := range m.words {
		set := map[ledger.OfficialID]bool{}
		for id, name := range r.names {
			if strings.Contains(name, word) {
				set[id] = true
			}
		}
		m.named = append(m.named, set)
	}
	out := Found{Reading: !r.whole, ToSign: make([]ledger.EntryID, 0, r.last.ToSign), Waiting: make([]ledger.EntryID, 0, r.last.Waiting),
		Decided: make([]ledger.EntryID, 0, r.last.Decided)}
	for _, l := range r.sorted(q.Order) {
		where, count := &out.Decided, &out.Counts.Decided
		switch {
		case l.mine:
			where, count = &out.ToSign, &out.Counts.ToSign
		case l.waits():
			where, count = &out.Waiting, &out.Counts.Waiting
		}
		*count++
		if len(m.words) > 0 && !l.opened {
			out.Unopened++
		}
		if !m.leaves(l) {
			continue
		}
		*where = append(*where, l.id)
		switch {
		case where != &out.Decided || !l.signed || l.changed < q.Since || q.Since == 0:
		case l.state == rules.Approved:
			out.Leaving = append(out.Leaving, l.id)
		default:
			out.Today = append(out.Today, l.id)
		}
	}
	r.last = InboxCounts{len(out.ToSign), len(out.Waiting), len(out.Decided)}
	for id, title := range r.title {
		out.Agencies = append(out.Agencies, AgencyName{id, title})
	}
	slices.SortFunc(out.Agencies, func(a, b AgencyName) int {
		return cmp.Or(cmp.Compare(a.Title, b.Title), cmp.Compare(a.ID, b.ID))
	})
	return out
}

// sorted is all lines in an order.
func (r *roll) sorted(o Order) []*rollLine {
	if list := r.order[o]; list != nil {
		return list
	}
	list := make([]*rollLine, 0, len(r.lines))
	for _, l := range r.lines {
		list = append(list, l)
	}
	slices.SortFunc(list, o.before)
	r.order[o] = list
	return list
}

// learn takes over what rows read whole say of their letters.
func (r *roll) learn(rows []RequestRow) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range rows {
		if l := r.lines[rows[i].ID]; l != nil && rows[i].Subjects > 0 {
			l.opened, l.letter = true, letterText(&rows[i])
		}
	}
}

func letterText(row *RequestRow) string { return strings.ToLower(row.Case + " " + row.Period) }

// mineFrom are the requests of an agency that the official may decide, by
// deadline, at most so many.
func (r *roll) mineFrom(agency ledger.AgencyID, limit int) []ledger.EntryID {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []ledger.EntryID
	for _, l := range r.sorted(ByDeadline) {
		if l.mine && l.other == agency {
			if out = append(out, l.id); len(out) == limit {
				break
			}
		}
	}
	return out
}
