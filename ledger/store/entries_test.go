package store

import (
	"math"
	"slices"
	"strings"
	"testing"

	"countersign/ledger"
	"countersign/ledger/rules"
)

// TestManyEntriesAreFoundByID crosses several levels of the identifier runs.
func TestManyEntriesAreFoundByID(t *testing.T) {
	s := newScript(5)
	st := s.found(t, Options{NoSync: true})
	var ids []ledger.EntryID
	for len(ids) < idTail*idFan+5*idTail {
		bulk, err := st.Bulk()
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			b, res := s.next(bulk.Next(), 1+s.rand.IntN(400))
			if _, err := bulk.Add(b, res, nil); err != nil {
				t.Fatal(err)
			}
			for _, e := range b.Entries {
				ids = append(ids, e.ID())
			}
		}
		if err := bulk.Commit(); err != nil {
			t.Fatal(err)
		}
	}
	view(t, st, func(tx *Tx) error {
		for i, id := range ids {
			if r, err := tx.EntryByID(id); err != nil || r.Position != uint64(i) {
				t.Fatalf("entry %d of %d: %v", i, len(ids), err)
			}
		}
		return nil
	})
	foundByDigits(t, st, ids)
}

// foundByDigits looks some entries up by the first digits of their numbers, which
// few others share, and asks for digits that none has.
func foundByDigits(t *testing.T, st *Store, ids []ledger.EntryID) {
	t.Helper()
	view(t, st, func(tx *Tx) error {
		for i := 0; i < len(ids); i += 97 {
			for _, length := range []int{4, 7, 8, 16, 17, 64} {
				digits := ids[i].String()[:length]
				var want []uint64
				for p := len(ids) - 1; p >= 0; p-- {
					if strings.HasPrefix(ids[p].String(), digits) {
						want = append(want, uint64(p))
					}
				}
				list, err := tx.EntriesNumbered(strings.ToUpper(digits), len(ids))
				var got []uint64
				for _, r := range list {
					got = append(got, r.Position)
				}
				if err != nil || !slices.Equal(got, want) {
					t.Fatalf("%s is at %v, want %v (%v)", digits, got, want, err)
				}
			}
		}
		for _, digits := range []string{"", "abc", "nothing", ids[0].String() + "0", strings.Repeat("0", 64), strings.Repeat("f", 64)} {
			if list, err := tx.EntriesNumbered(digits, 10); err != nil || len(list) != 0 {
				t.Errorf("%q is %d entries (%v)", digits, len(list), err)
			}
		}
		if list, err := tx.EntriesNumbered(ids[5].String()[:4], 1); err != nil || len(list) != 1 {
			t.Errorf("one is %d entries (%v)", len(list), err)
		}
		return nil
	})
}

// TestEqualPrefixesAreToldApart is what a stranger who grinds identifiers gets.
func TestEqualPrefixesAreToldApart(t *testing.T) {
	s := newScript(6)
	st := s.found(t, Options{NoSync: true})
	bulk, err := st.Bulk()
	if err != nil {
		t.Fatal(err)
	}
	defer bulk.Drop()
	id := s.hash()
	for i := range uint64(4 * idTail) {
		add := s.hash()
		if i%3 == 0 {
			copy(add[:], id[:idPrefix])
		}
		bulk.w.addID(add, i)
	}
	bulk.w.put(bIDs, []byte{idTailKey}, bulk.w.tail)
	found := map[uint64]bool{}
	bulk.w.tx.candidates(id, 4*idTail, func(p uint64) bool { found[p] = true; return false })
	for i := range uint64(4 * idTail) {
		if found[i] != (i%3 == 0) {
			t.Fatalf("position %d: %v", i, found[i])
		}
	}
	if err := bulk.w.err(); err != nil {
		t.Fatal(err)
	}
}

func TestEntriesAreListedNewestFirst(t *testing.T) {
	s := newScript(7)
	st := s.found(t, Options{NoSync: true})
	var all []rules.Outcome
	for i := range 60 {
		all = append(all, s.write(t, st, 1+i%17).result.Outcomes...)
	}
	view(t, st, func(tx *Tx) error {
		author := s.signers[0].Public().ID()
		check := func(name string, count uint64, want func(rules.Outcome) bool, page func(before uint64, n int) ([]*EntryRecord, error)) {
			var positions []uint64
			for i, o := range all {
				if want(o) {
					positions = append(positions, uint64(i))
				}
			}
			if count != uint64(len(positions)) {
				t.Errorf("%s: counted %d, want %d", name, count, len(positions))
			}
			before := uint64(math.MaxUint64)
			for {
				got, err := page(before, 7)
				if err != nil {
					t.Fatal(err)
				}
				if len(got) == 0 {
					break
				}
				for _, r := range got {
					if len(positions) == 0 || r.Position != positions[len(positions)-1] {
						t.Fatalf("%s: position %d, %d are left", name, r.Position, len(positions))
					}
					positions = positions[:len(positions)-1]
					before = r.Position
				}
			}
			if len(positions) > 0 {
				t.Errorf("%s: %d are missing", name, len(positions))
			}
		}
		check("all", tx.CountEntries(), func(rules.Outcome) bool { return true }, tx.EntriesBefore)
		check("author", tx.CountByAuthor(author), func(o rules.Outcome) bool { return o.Entry.Body.Author == author },
			func(p uint64, n int) ([]*EntryRecord, error) { return tx.EntriesByAuthor(author, p, n) })
		check("agency", tx.CountByAgency("tax"), func(o rules.Outcome) bool {
			a := o.Entry.Body.Author
			return a == s.signers[1].Public().ID() || a == s.signers[4].Public().ID()
		}, func(p uint64, n int) ([]*EntryRecord, error) { return tx.EntriesByAgency("tax", p, n) })
		check("kind", tx.CountByKind(ledger.KindWithdraw), func(o rules.Outcome) bool { return o.Entry.Body.Kind == ledger.KindWithdraw },
			func(p uint64, n int) ([]*EntryRecord, error) { return tx.EntriesByKind(ledger.KindWithdraw, p, n) })
		check("refused", tx.CountRefused(), func(o rules.Outcome) bool { return o.Code != ledger.Accepted }, tx.EntriesRefused)
		of := s.requests[3].ID
		list, err := tx.EntriesOfRequest(of, math.MaxUint64, 1000)
		if err != nil {
			return err
		}
		n := 0
		for _, o := range all {
			if id, ok := requestOf(o.Entry); ok && id == of {
				n++
			}
		}
		if len(list) != n || n == 0 {
			t.Errorf("entries of a request: %d of %d", len(list), n)
		}
		return nil
	})
}
