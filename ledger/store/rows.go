package store

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"countersign/ledger"
	"countersign/ledger/rules"
)

// Side says in what part an agency stands in a request.
type Side byte

// The sides.
const (
	AsProvider  Side = 'p'
	AsRequester Side = 'r'
)

// Sides lists the sides.
func Sides() []Side { return []Side{AsProvider, AsRequester} }

// The lists of requests. Each request has one row in every list it belongs to;
// which ones follows from its record alone (rowsOf), so that a changed record
// moves exactly the rows that differ.
const (
	rowAll      byte = 'a' // side, agency, submitted, ID
	rowState    byte = 's' // side, agency, state, submitted, ID
	rowDeadline byte = 'd' // side, agency, deadline, submitted, ID: while it is pending
	rowDone     byte = 'f' // side, agency, changed, submitted, ID: when it is not pending any more
	rowReleased byte = 'x' // side, agency, last release, submitted, ID: when it has releases
	rowSimilar  byte = 'm' // dataset, basis, purpose, submitted, ID
)

// Unanswered tells whether a request still waits for an answer of either side.
func Unanswered(s rules.State) bool {
	return s == rules.Submitted || s == rules.Returned || s == rules.Offered || s == rules.Appealed
}

// rowRoom is what most rows take.
const rowRoom = 96

func agencyPrefix(row byte, side Side, agency ledger.AgencyID) []byte {
	out := make([]byte, 0, rowRoom)
	return append(append(append(out, row, byte(side)), agency...), 0)
}

func statePrefix(side Side, agency ledger.AgencyID, state rules.State) []byte {
	return append(append(agencyPrefix(rowState, side, agency), state...), 0)
}

func similarPrefix(dataset, basis ledger.EntryID, purpose ledger.Code) []byte {
	out := append(append(make([]byte, 0, 2*rowRoom), rowSimilar), dataset[:]...)
	out = append(out, basis[:]...)
	return append(append(out, purpose...), 0)
}

// listed is what the rows of a request follow from, besides its number.
type listed struct {
	*parties
	state                                  rules.State
	submitted, changed, deadline, released ledger.Time // released: the last time; 0: never
}

// parties are what many requests have in common.
type parties struct {
	provider, requester ledger.AgencyID
	dataset, basis      ledger.EntryID
	purpose             ledger.Code
}

func partiesOf(r *rules.Request) parties {
	return parties{provider: r.Provider, requester: r.Requester, dataset: r.Dataset, basis: r.Basis, purpose: r.Purpose}
}

func listedOf(r *rules.Request, p *parties) listed {
	l := listed{parties: p, state: r.State, submitted: r.Submitted, changed: r.Changed, deadline: r.Deadline}
	if n := len(r.Releases); n > 0 {
		l.released = r.Releases[n-1].At
	}
	return l
}

// deadlineLast puts requests without a deadline last.
func (l *listed) deadlineLast() uint64 {
	if l.deadline <= 0 {
		return math.MaxInt64
	}
	return uint64(l.deadline)
}

// rowsOf lists the keys of a request's rows.
func rowsOf(r *rules.Request) [][]byte {
	if r == nil {
		return nil
	}
	p := partiesOf(r)
	l := listedOf(r, &p)
	return l.rows(r.ID)
}

func (l *listed) rows(id ledger.EntryID) [][]byte {
	end := func(prefix []byte, times ...uint64) []byte {
		for _, t := range times {
			prefix = binary.BigEndian.AppendUint64(prefix, t)
		}
		return append(prefix, id[:]...)
	}
	submitted := uint64(l.submitted)
	rows := append(make([][]byte, 0, 9), end(similarPrefix(l.dataset, l.basis, l.purpose), submitted))
	for _, side := range Sides() {
		agency := l.provider
		if side == AsRequester {
			agency = l.requester
		}
		rows = append(rows, end(agencyPrefix(rowAll, side, agency), submitted),
			end(statePrefix(side, agency, l.state), submitted))
		if Unanswered(l.state) {
			rows = append(rows, end(agencyPrefix(rowDeadline, side, agency), l.deadlineLast(), submitted))
		} else {
			rows = append(rows, end(agencyPrefix(rowDone, side, agency), uint64(l.changed), submitted))
		}
		if l.released != 0 {
			rows = append(rows, end(agencyPrefix(rowReleased, side, agency), uint64(l.released), submitted))
		}
	}
	return rows
}

// moveRows brings the rows of a changed request up to date.
func (w *writer) moveRows(have, want [][]byte) {
	for _, row := range have {
		if !containsKey(want, row) {
			w.row(row, false)
		}
	}
	for _, row := range want {
		if !containsKey(have, row) {
			w.row(row, true)
		}
	}
}

// row notes that a row comes or goes; rows are written when the writer flushes.
func (w *writer) row(key []byte, there bool) {
	if was, noted := w.rows[string(key)]; noted && was != there {
		delete(w.rows, string(key)) // came and went, or went and came back
	} else {
		w.rows[string(key)] = there
	}
	if there {
		w.countRow(key, 1)
	} else {
		w.countRow(key, -1)
	}
}

func (w *writer) flushRows() {
	for _, key := range sortedKeys(w.rows) {
		if w.rows[key] {
			w.put(bRows, []byte(key), nil)
		} else {
			w.delete(bRows, []byte(key))
		}
	}
}

func containsKey(keys [][]byte, key []byte) bool {
	return slices.ContainsFunc(keys, func(k []byte) bool { return bytes.Equal(k, key) })
}

// List names one list of requests. The functions below make them.
type List struct {
	prefix      []byte
	oldestFirst bool
}

// ListAll is all requests from or to an agency, newest submission first.
func ListAll(agency ledger.AgencyID, side Side) List {
	return List{prefix: agencyPrefix(rowAll, side, agency)}
}

// ListByState is an agency's requests in one state, newest submission first.
func ListByState(agency ledger.AgencyID, side Side, state rules.State) List {
	return List{prefix: statePrefix(side, agency, state)}
}

// ListOpen is an agency's pending requests (Unanswered), the one with the earliest
// deadline first, those without one last.
func ListOpen(agency ledger.AgencyID, side Side) List {
	return List{prefix: agencyPrefix(rowDeadline, side, agency), oldestFirst: true}
}

// ListDone is an agency's requests that wait for no answer any more, the last
// changed first.
func ListDone(agency ledger.AgencyID, side Side) List {
	return List{prefix: agencyPrefix(rowDone, side, agency)}
}

// ListReleased is an agency's requests with releases, the last release first.
func ListReleased(agency ledger.AgencyID, side Side) List {
	return List{prefix: agencyPrefix(rowReleased, side, agency)}
}

// ListSimilar is the requests for the same editions and purpose, newest first.
func ListSimilar(dataset, basis ledger.EntryID, purpose ledger.Code) List {
	return List{prefix: similarPrefix(dataset, basis, purpose)}
}

// Cursor goes on with a list where the last call stopped: nil begins the list,
// and nil is returned at its end. A cursor belongs to its list.
type Cursor []byte

// Requests returns up to limit requests of a list and the cursor to the next ones.
func (tx *Tx) Requests(l List, at Cursor, limit int) ([]*rules.Request, Cursor, error) {
	ids, next, err := tx.RequestIDs(l, at, limit)
	if err != nil {
		return nil, nil, err
	}
	out := make([]*rules.Request, len(ids))
	for i, id := range ids {
		if out[i], err = tx.Request(id); err != nil {
			return nil, nil, asDamage(err, "the record of request "+id.Short())
		}
	}
	return out, next, nil
}

// RequestIDs is Requests without reading the records.
func (tx *Tx) RequestIDs(l List, at Cursor, limit int) ([]ledger.EntryID, Cursor, error) {
	var out []ledger.EntryID
	var last Cursor
	w, move := tx.enter(l, at)
	for ; w.valid(); move(w) {
		rest := w.key[len(l.prefix):]
		if len(rest) < len(ledger.EntryID{}) {
			tx.fail("row %x", w.key)
			break
		}
		if len(out) == limit {
			return out, last, tx.err
		}
		out = append(out, ledger.EntryID(rest[len(rest)-len(ledger.EntryID{}):]))
		last = bytes.Clone(rest)
	}
	return out, nil, tx.err
}

// enter stands behind the row at which the last page ended.
func (tx *Tx) enter(l List, at Cursor) (*walk, func(*walk)) {
	prefix := slices.Clip(l.prefix)
	if l.oldestFirst {
		if at == nil {
			return tx.ascend(bRows, prefix, nil), (*walk).next
		}
		return tx.ascend(bRows, prefix, append(append(prefix, at...), 0)), (*walk).next
	}
	if at == nil {
		return tx.descend(bRows, prefix, nil), (*walk).prev
	}
	return tx.descend(bRows, prefix, append(prefix, at...)), (*walk).prev
}

// Request returns the record of a request, or ErrNotFound.
func (tx *Tx) Request(id ledger.EntryID) (*rules.Request, error) {
	r := new(rules.Request)
	if err := tx.record(bState, requestKey(id), r); err != nil {
		return nil, fmt.Errorf("request %s: %w", id.Short(), err)
	}
	return r, nil
}
