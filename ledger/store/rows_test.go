package store

import (
	"cmp"
	"slices"
	"testing"

	"countersign/ledger"
	"countersign/ledger/rules"
)

// pages reads a whole list by pages of n.
func pages(t *testing.T, tx *Tx, l List, n int) []*rules.Request {
	t.Helper()
	var out []*rules.Request
	var at Cursor
	for {
		page, next, err := tx.Requests(l, at, n)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, page...)
		if next == nil {
			return out
		}
		if at = next; len(page) != n {
			t.Fatalf("a page of %d with more behind it", len(page))
		}
	}
}

func TestListsOfRequestsAgreeWithRecords(t *testing.T) {
	s := newScript(21)
	st := s.found(t, Options{NoSync: true})
	for i := range 80 {
		s.write(t, st, i%13)
	}
	newest := func(key func(*rules.Request) ledger.Time) func(a, b *rules.Request) int {
		return func(a, b *rules.Request) int {
			return cmp.Or(cmp.Compare(key(b), key(a)), cmp.Compare(b.Submitted, a.Submitted), slices.Compare(b.ID[:], a.ID[:]))
		}
	}
	submitted := newest(func(r *rules.Request) ledger.Time { return r.Submitted })
	view(t, st, func(tx *Tx) error {
		check := func(name string, l List, belongs func(*rules.Request) bool, order func(a, b *rules.Request) int) {
			var want []*rules.Request
			for _, r := range s.requests {
				if belongs(r) {
					want = append(want, r)
				}
			}
			slices.SortFunc(want, order)
			got := pages(t, tx, l, 7)
			if !slices.EqualFunc(got, want, func(a, b *rules.Request) bool { return a.ID == b.ID && a.State == b.State }) {
				t.Errorf("%s: %d requests, want %d, or another order", name, len(got), len(want))
			}
		}
		for _, a := range s.agencies {
			for _, side := range Sides() {
				mine := func(r *rules.Request) bool {
					return side == AsProvider && r.Provider == a || side == AsRequester && r.Requester == a
				}
				counts, err := tx.CountByState(a, side)
				if err != nil {
					return err
				}
				check("all", ListAll(a, side), mine, submitted)
				for _, state := range rules.States() {
					n := uint64(0)
					check(string(state), ListByState(a, side, state), func(r *rules.Request) bool {
						ok := mine(r) && r.State == state
						if ok {
							n++
						}
						return ok
					}, submitted)
					if counts[state] != n {
						t.Errorf("%s %c %s: counted %d, there are %d", a, side, state, counts[state], n)
					}
				}
				check("open", ListOpen(a, side), func(r *rules.Request) bool { return mine(r) && Unanswered(r.State) },
					func(x, y *rules.Request) int {
						return cmp.Or(cmp.Compare(x.Deadline, y.Deadline), cmp.Compare(x.Submitted, y.Submitted), slices.Compare(x.ID[:], y.ID[:]))
					})
				check("done", ListDone(a, side), func(r *rules.Request) bool { return mine(r) && !Unanswered(r.State) },
					newest(func(r *rules.Request) ledger.Time { return r.Changed }))
				check("released", ListReleased(a, side), func(r *rules.Request) bool { return mine(r) && len(r.Releases) > 0 },
					newest(func(r *rules.Request) ledger.Time { return r.Releases[len(r.Releases)-1].At }))
			}
		}
		like := s.requests[0]
		check("similar", ListSimilar(like.Dataset, like.Basis, like.Purpose), func(r *rules.Request) bool { return r.Dataset == like.Dataset }, submitted)
		return nil
	})
}

func TestPrecedentsAreCountedOnce(t *testing.T) {
	s := newScript(22)
	st := s.found(t, Options{NoSync: true})
	for i := range 80 {
		s.write(t, st, i%13)
	}
	of := func(r *rules.Request) Like { return Like{Dataset: r.Dataset, Basis: r.Basis, Purpose: r.Purpose} }
	like := of(s.requests[0])
	want, first := map[Answer]uint64{}, uint64(0)
	for _, r := range s.requests {
		if of(r).Dataset != like.Dataset {
			continue
		}
		answered := false
		for i, step := range r.History {
			before := rules.State("")
			if i > 0 {
				before = r.History[i-1].State
			}
			a, ok := expectAnswer(before, step.State, r)
			if !ok {
				continue
			}
			want[a]++
			if !answered && a != EndedByWithdrawal {
				first++
				answered = true
			}
		}
	}
	view(t, st, func(tx *Tx) error {
		rows, err := tx.Precedents(like)
		if err != nil {
			return err
		}
		got := map[Answer]uint64{}
		for _, row := range rows {
			if year, month := row.Month.Date(); year != 2026 || month < 1 || month > 12 {
				t.Errorf("month %d-%d", year, month)
			}
			got[row.Answer] += row.Count
		}
		for _, a := range []Answer{AnsweredWhole, AnsweredPart, AnsweredOffer, AnsweredReturn, AnsweredRefusal, EndedByWithdrawal} {
			if got[a] != want[a] {
				t.Errorf("answer %c: counted %d, there were %d", a, got[a], want[a])
			}
		}
		days, err := tx.AnswerDays(like)
		sum := uint64(0)
		for _, n := range days {
			sum += n
		}
		if sum != first {
			t.Errorf("days of %d answers, there were %d", sum, first)
		}
		byFields := uint64(0)
		for n := 1; n <= 3; n++ {
			like.Fields = []ledger.FieldName{"a", "b", "c"}[:n]
			rows, err := tx.Precedents(like)
			if err != nil {
				return err
			}
			for _, row := range rows {
				byFields += row.Count
			}
		}
		all := uint64(0)
		for _, n := range got {
			all += n
		}
		if byFields != all || all == 0 {
			t.Errorf("%d by fields, %d in all", byFields, all)
		}
		return err
	})
}

func expectAnswer(before, state rules.State, r *rules.Request) (Answer, bool) {
	if before == state {
		return 0, false
	}
	switch state {
	case rules.Returned:
		return AnsweredReturn, true
	case rules.Refused:
		return AnsweredRefusal, true
	case rules.Withdrawn:
		return EndedByWithdrawal, true
	case rules.Approved:
		switch {
		case before == rules.Offered:
			return AnsweredOffer, true
		case len(r.Terms.Fields) == 1: // the script approves the first field only
			return AnsweredWhole, true
		}
		return AnsweredPart, true
	}
	return 0, false
}

func TestDaysFallIntoBuckets(t *testing.T) {
	for days, want := range map[float64]byte{0: 0, 0.9: 0, 1: 1, 4.5: 4, 5: 5, 7.9: 6, 30: 10, 31: 11, 400: 11} {
		if got := dayBucket(days); got != want {
			t.Errorf("%v days: bucket %d, want %d", days, got, want)
		}
	}
}
