package desk

import (
	"bytes"
	"context"
	"encoding/hex"
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
	m := matcher{query: q, marks: s.marks, narrows: q.Narrows()}
	for _, word := range strings.Fields(strings.ToLower(q.Text)) {
		m.words = append(m.words, searchWord{text: word})
	}
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
	words   []searchWord
	query   Query
	narrows bool // leaves anything out
	days    workdays
	now     ledger.Time
	marks   *marks
}

func (m *matcher) leaves(l *rollSlot) bool {
	if !m.narrows {
		return true
	}
	q := &m.query
	switch {
	case q.Signed && !l.signed,
		q.Agency != "" && l.line.other != q.Agency,
		q.Ended && !ended(l.line.state),
		q.Due && !m.due(l.line),
		q.Unread && !m.marks.unread(l.id, l.line.version, l.line.last):
		return false
	}
	for i := range m.words {
		if !m.words[i].in(l) {
			return false
		}
	}
	return true
}

// searchWord is a word of a search, and where in the roll it stands: looked up once
// for what many lines have in common.
type searchWord struct {
	text    string
	about   []bool // for each of roll.about, whether it contains the word
	number  []byte // the word, when the short form of a number can contain it
	letters map[ledger.EntryID]bool
	people  map[ledger.OfficialID]bool
}

// look finds the word in what lines have in common, in letters and in names.
func (w *searchWord) look(r *roll) {
	w.about = make([]bool, len(r.about))
	for i, text := range r.about {
		w.about[i] = strings.Contains(text, w.text)
	}
	if strings.Trim(w.text, "0123456789abcdef") == "" {
		w.number = []byte(w.text)
	}
	w.letters, w.people = map[ledger.EntryID]bool{}, map[ledger.OfficialID]bool{}
	for id, l := range r.read {
		if strings.Contains(l.letter, w.text) {
			w.letters[id] = true
		}
	}
	for id, name := range r.names {
		if strings.Contains(name, w.text) {
			w.people[id] = true
		}
	}
}

// in tells whether the word stands somewhere in a line.
func (w *searchWord) in(l *rollSlot) bool {
	if w.about[l.about] || len(w.letters) > 0 && w.letters[l.id] {
		return true
	}
	if w.number != nil {
		var short [8]byte // as EntryID.Short writes it
		hex.Encode(short[:], l.id[:4])
		if bytes.Contains(short[:], w.number) {
			return true
		}
	}
	return len(w.people) > 0 && l.line.names(w.people)
}

func (m *matcher) due(l *rollLine) bool {
	return pending(l.state) && !l.paused && l.deadline != 0 && m.days.left(m.now, l.deadline).days <= DueDays
}

// names tells whether one of the line's people is in a set.
func (l *rollLine) names(set map[ledger.OfficialID]bool) bool {
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
