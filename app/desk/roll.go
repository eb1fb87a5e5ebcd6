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

	mu     sync.Mutex
	lines  map[ledger.EntryID]*rollLine
	read   map[ledger.EntryID]*rollLine // those whose letters have been looked into
	gone   map[ledger.EntryID]bool      // those whose letters are destroyed here
	order  map[Order][]rollSlot         // what has been asked for, sorted
	about  []string                     // what the record says in lines, in lower case, each once
	abouts map[string]uint32            // where in about
	names  map[ledger.OfficialID]string // in lower case
	title  map[ledger.AgencyID]string   // of who has asked
	seen   ledger.Height                // up to here the lines are the record's
	whole  bool                         // everything has been read once
	moved  chan struct{}                // closed at each step forward
	last   InboxCounts                  // of what the last search left: the next one needs as much room
	rests  time.Time                    // until then no letters are opened for a search
	want   chan struct{}                // holds a token when letters are wanted for a search
}

func newRoll() *roll {
	return &roll{lines: map[ledger.EntryID]*rollLine{}, read: map[ledger.EntryID]*rollLine{}, gone: map[ledger.EntryID]bool{}, order: map[Order][]rollSlot{}, abouts: map[string]uint32{}, names: map[ledger.OfficialID]string{},
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
	about       uint32              // what the record says, in roll.about
	letter      string              // in lower case: what the letter says
	opened      bool                // the letter has been looked into
	gone        bool                // it is destroyed here, and never looked into again
}

// rollSlot is a line in a sorted list, with what a search looks at in each of them:
// a list of a quarter of a million is gone through from one end of the memory to the
// other, and only lines that a query asks more about are followed.
type rollSlot struct {
	id     ledger.EntryID
	line   *rollLine
	about  uint32
	mine   bool
	waits  bool
	signed bool
}

func (l *rollLine) slot() rollSlot {
	return rollSlot{id: l.id, line: l, about: l.about, mine: l.mine, waits: l.waits(), signed: l.signed}
}

// waits tells whether either side still owes an answer.
func (l *rollLine) waits() bool {
	return pending(l.state) || l.state == rules.Returned || l.state == rules.Offered
}

// before orders two lines, those that are the same but for their number too.
func (o Order) before(s, t rollSlot) int {
	a, b := s.line, t.line
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

// put takes lines over; abouts are what the record says in each, in lower case.
func (r *roll) put(lines []*rollLine, abouts []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(lines) >= manyLines {
		clear(r.order)
	}
	for n, l := range lines {
		l.about = r.intern(abouts[n])
		old := r.lines[l.id]
		r.lines[l.id], r.title[l.other] = l, l.title
		delete(r.read, l.id)
		if l.opened {
			r.read[l.id] = l
		}
		if l.gone {
			r.gone[l.id] = true
		}
		for o, list := range r.order {
			if old != nil {
				if i, ok := slices.BinarySearchFunc(list, old.slot(), o.before); ok {
					list = slices.Delete(list, i, i+1)
				}
			}
			i, _ := slices.BinarySearchFunc(list, l.slot(), o.before)
			r.order[o] = slices.Insert(list, i, l.slot())
		}
	}
}

// intern is where in about a text stands.
func (r *roll) intern(about string) uint32 {
	i, ok := r.abouts[about]
	if !ok {
		i = uint32(len(r.about))
		r.about, r.abouts[about] = append(r.about, about), i
	}
	return i
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
	for i := range m.words {
		m.words[i].look(r)
	}
	out := Found{Reading: !r.whole, ToSign: make([]ledger.EntryID, 0, r.last.ToSign), Waiting: make([]ledger.EntryID, 0, r.last.Waiting),
		Decided: make([]ledger.EntryID, 0, r.last.Decided)}
	if len(m.words) > 0 {
		out.Unopened = len(r.lines) - len(r.read) - len(r.gone)
	}
	list := r.sorted(q.Order)
	for i := range list {
		l := &list[i]
		where, count := &out.Decided, &out.Counts.Decided
		switch {
		case l.mine:
			where, count = &out.ToSign, &out.Counts.ToSign
		case l.waits:
			where, count = &out.Waiting, &out.Counts.Waiting
		}
		*count++
		if !m.leaves(l) {
			continue
		}
		*where = append(*where, l.id)
		switch {
		case where != &out.Decided || !l.signed || q.Since == 0 || l.line.changed < q.Since:
		case l.line.state == rules.Approved:
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
func (r *roll) sorted(o Order) []rollSlot {
	if list := r.order[o]; list != nil {
		return list
	}
	list := make([]rollSlot, 0, len(r.lines))
	for _, l := range r.lines {
		list = append(list, l.slot())
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
		if l := r.lines[rows[i].ID]; l != nil && rows[i].Subjects > 0 && !l.gone {
			l.opened, l.letter = true, letterText(&rows[i])
			r.read[l.id] = l
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
		if l.mine && l.line.other == agency {
			if out = append(out, l.id); len(out) == limit {
				break
			}
		}
	}
	return out
}
