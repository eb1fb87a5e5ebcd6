package desk

import (
	"context"
	"fmt"
	"strings"

	"countersign/ledger"
	"countersign/ledger/rules"
)

// DueDays is how many working days before its deadline a request counts as due.
const DueDays = 2

// MaxRows is how many whole rows are read at once.
const MaxRows = 200

// Order is an order of the inbox.
type Order string

// The orders.
const (
	ByDeadline Order = ""       // the soonest legal deadline first; what is decided: the last change first
	ByNewest   Order = "newest" // the last submission first
	ByAgency   Order = "agency" // by who asks, then as ByDeadline
)

// Query narrows the inbox down and orders it. The zero Query leaves everything,
// in the order of the legal deadline.
type Query struct {
	Text   string          // every word of it stands somewhere in a request
	Agency ledger.AgencyID // who asks; empty: anybody
	Due    bool            // pending, and at most DueDays are left
	Unread bool
	Signed bool // by the unlocked official
	Ended  bool // nothing more is decided or released
	Order  Order
	Since  ledger.Time // from when on something is news, for Leaving and Today
}

// Narrows tells whether the query leaves anything out.
func (q Query) Narrows() bool {
	return strings.TrimSpace(q.Text) != "" || q.Agency != "" || q.Due || q.Unread || q.Signed || q.Ended
}

// Found is what a query leaves of the inbox. Rows reads the requests that are on screen.
type Found struct {
	ToSign    []ledger.EntryID
	Waiting   []ledger.EntryID
	Decided   []ledger.EntryID
	Leaving   []ledger.EntryID // of Decided: signed by the official, approved since Query.Since
	Today     []ledger.EntryID // of Decided: signed by the official, otherwise decided since then
	Proposals []ProposalRow    // for admins, all of them
	Agencies  []AgencyName     // that have asked, by title
	Counts    InboxCounts      // without the query
	Reading   bool             // the record is still being read: more will follow with a Change
	Unopened  int              // requests whose letters the search has not looked into
}

// InboxCounts are the numbers at the heads of the inbox.
type InboxCounts struct{ ToSign, Waiting, Decided int }

// AgencyName is an agency with its title.
type AgencyName struct {
	ID    ledger.AgencyID
	Title string
}

// Find searches all requests to the official's agency, however many there are.
// What the letters say (case numbers, periods) is searched as far as they have
// been opened; a search has the others opened, the newest maxSearched at most.
func (d *Desk) Find(ctx context.Context, q Query) (Found, error) {
	s, err := d.session()
	if err != nil {
		return Found{}, err
	}
	m := matcher{words: strings.Fields(strings.ToLower(q.Text)), query: q, marks: s.marks}
	err = d.upToDate(ctx, s, func(l *look) { m.days, m.now = l.calendar(s.agency), l.now })
	if err != nil {
		return Found{}, fmt.Errorf("find requests: %w", err)
	}
	out := s.roll.find(q, m)
	if out.Proposals, err = d.proposals(ctx, s); err != nil {
		return Found{}, fmt.Errorf("find requests: %w", err)
	}
	if out.Unopened > 0 {
		s.openForSearch()
	}
	return out, nil
}

// Rows reads requests whole, in the order given: those on screen, at most
// MaxRows. What cannot be read any more is left out.
func (d *Desk) Rows(ctx context.Context, ids []ledger.EntryID) ([]RequestRow, error) {
	s, err := d.session()
	if err != nil {
		return nil, err
	}
	rows, err := d.rowsOf(ctx, s, ids[:min(len(ids), MaxRows)])
	if err != nil {
		return nil, fmt.Errorf("read requests: %w", err)
	}
	s.roll.learn(rows)
	return rows, nil
}

// height is that of the last block with entries.
func (l *look) height() ledger.Height {
	if n := len(l.global.Heads); n > 0 {
		return l.global.Heads[n-1].Height
	}
	return 0
}

// matcher tells which lines of the roll a query leaves.
type matcher struct {
	words []string
	query Query
	days  workdays
	now   ledger.Time
	marks *marks
	named []map[ledger.OfficialID]bool // for each word, whose names contain it
}

func (m *matcher) leaves(l *rollLine) bool {
	q := &m.query
	switch {
	case q.Agency != "" && l.other != q.Agency,
		q.Signed && !l.signed,
		q.Ended && !ended(l.state),
		q.Due && !m.due(l),
		q.Unread && !m.marks.unread(l.id, l.version, l.last):
		return false
	}
	for i, word := range m.words {
		if !strings.Contains(l.text, word) && !strings.Contains(l.letter, word) && !l.names(m.named[i]) {
			return false
		}
	}
	return true
}

func (m *matcher) due(l *rollLine) bool {
	return pending(l.state) && !l.paused && l.deadline != 0 && m.days.left(m.now, l.deadline).days <= DueDays
}

// names tells whether one of the line's people is in a set.
func (l *rollLine) names(set map[ledger.OfficialID]bool) bool {
	if len(set) == 0 {
		return false
	}
	if set[l.asker] {
		return true
	}
	for _, o := range l.people {
		if set[o] {
			return true
		}
	}
	return false
}

// ended tells whether a state is one in which nothing more is decided or released.
func ended(s rules.State) bool {
	switch s {
	case rules.Submitted, rules.Returned, rules.Offered, rules.Approved, rules.Suspended, rules.Appealed:
		return false
	}
	return true
}
