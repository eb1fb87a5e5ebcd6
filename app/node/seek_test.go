package node

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"countersign/app/desk"
	"countersign/ledger"
	"countersign/ledger/ledgertest"
	"countersign/ledger/rules"
	"countersign/ledger/store"
)

// replica is a node of nobody: its record can be read, and nothing else.
type replica struct {
	desk.Node
	record *Node
	now    time.Time
}

func (r replica) Profile() desk.Profile { return desk.Profile{Agency: "tax"} }
func (r replica) Now() time.Time        { return r.now }
func (r replica) Read(_ context.Context, fn func(rules.Reader) error) error {
	return r.record.store.View(func(tx *store.Tx) error { return fn(tx) })
}
func (r replica) Recorded(ctx context.Context, q desk.RecordQuery) ([]desk.Recorded, error) {
	return r.record.Recorded(ctx, q)
}
func (r replica) RecordBlock(ctx context.Context, h ledger.Height) (desk.RecordBlock, error) {
	return r.record.RecordBlock(ctx, h)
}
func (r replica) CheckRecord(ctx context.Context, progress func(done, total uint64)) (desk.RecordCheck, error) {
	return r.record.CheckRecord(ctx, progress)
}

// bigRecord is a desk over a record of so many entries.
func bigRecord(t testing.TB, entries int) (*desk.Desk, replica) {
	t.Helper()
	st, err := store.Open(filepath.Join(t.TempDir(), "ledger.db"), store.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	l, err := ledgertest.BulkLoad(st, ledgertest.BulkOptions{Seed: 1, Entries: entries})
	if err != nil {
		t.Fatal(err)
	}
	r := replica{record: &Node{store: st}, now: l.World.Now().Std()}
	return desk.New(r, desk.Options{}), r
}

// seek is a whole search, in parts of so many found.
func seek(t testing.TB, d *desk.Desk, q desk.RecordSearch) (found []desk.RecordRow, looked uint64) {
	t.Helper()
	q.Public = true
	for {
		var part []desk.RecordRow
		at, err := d.SearchRecord(t.Context(), q, func(f desk.RecordFound) { part = append(part, f.Rows...) })
		if err != nil {
			t.Fatal(err)
		}
		looked += at.Looked
		if q.Limit > 0 && len(part) > q.Limit+1 {
			t.Fatalf("found %d where it was to rest after %d", len(part), q.Limit)
		}
		for _, r := range part {
			if !slices.ContainsFunc(found, func(o desk.RecordRow) bool { return o.ID == r.ID }) {
				found = append(found, r)
			}
		}
		if at.Older == 0 {
			return found, looked
		}
		q.Before = at.Older
	}
}

func words(text string) (out []desk.RecordWord) {
	for _, w := range strings.Fields(text) {
		out = append(out, desk.RecordWord{Text: w})
	}
	return out
}

// A search finds, anywhere on the record, exactly the entries of which a reader of
// every one of them would say that they fit.
func TestASearchFindsWhatFitsAnywhere(t *testing.T) {
	d, r := bigRecord(t, 6_000)
	var all []desk.Recorded
	for q := (desk.RecordQuery{Limit: 1000}); ; q.Before = all[len(all)-1].Position {
		list, err := r.Recorded(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		if all = append(all, list...); len(list) < q.Limit || all[len(all)-1].Position == 0 {
			break
		}
	}
	request := func(r desk.Recorded) ledger.EntryID {
		if r.Entry.Body.Kind == ledger.KindRequest {
			return r.Entry.ID()
		}
		about, _ := ledger.ActOf(r.Entry.Payload)
		return about.Request
	}
	agency, asker := map[ledger.KeyID]ledger.AgencyID{}, map[ledger.EntryID]ledger.AgencyID{}
	_ = r.Read(t.Context(), func(s rules.Reader) error {
		v := rules.NewView(s)
		for _, e := range all {
			if k := v.Key(e.Entry.Body.Author); k != nil {
				agency[e.Entry.Body.Author] = k.Agency
			}
			if q := v.Request(request(e)); q != nil {
				asker[request(e)] = q.Requester
			}
		}
		return nil
	})
	old := all[len(all)-500]   // far back
	middle := all[len(all)/2]  //
	of := request(all[5])      // of a request that goes on
	code := desk.CheckCode(of) // as screens write it
	cases := []struct {
		name  string
		q     desk.RecordSearch
		fits  func(desk.Recorded) bool
		least int  // so many have to fit, or the case says nothing
		quick bool // by indexes: a small part of the record is looked through
	}{
		{"an agency", desk.RecordSearch{Words: words("Police")}, func(e desk.Recorded) bool {
			return agency[e.Entry.Body.Author] == "police" || asker[request(e)] == "police"
		}, 1000, false},
		{"a data set", desk.RecordSearch{Words: words("income")}, func(e desk.Recorded) bool { return !request(e).IsZero() }, 4000, false},
		{"a kind", desk.RecordSearch{Words: words("deletion")}, func(e desk.Recorded) bool { return e.Entry.Body.Kind == ledger.KindDeletionReceipt }, 100, true},
		{"a kind by its name in the reader's language", desk.RecordSearch{Words: []desk.RecordWord{{Text: "zurückgegeben", Kinds: []string{"return"}}}},
			func(e desk.Recorded) bool { return e.Entry.Body.Kind == ledger.KindReturn }, 20, true},
		{"a refusal", desk.RecordSearch{Words: words("wrong-state")}, func(e desk.Recorded) bool { return e.Code == ledger.WrongState }, 10, true},
		{"what did not count", desk.RecordSearch{Words: []desk.RecordWord{{Text: "versuch", NotCounted: true}}}, func(e desk.Recorded) bool { return e.Code != ledger.Accepted }, 10, true},
		{"a reason", desk.RecordSearch{Words: words("excessive")}, func(e desk.Recorded) bool {
			p, ok := e.Entry.Payload.(*ledger.Refuse)
			return ok && p.Code == "excessive"
		}, 20, true},
		{"an entry's number", desk.RecordSearch{Words: words(old.Entry.ID().String())}, func(e desk.Recorded) bool { return e.Entry.ID() == old.Entry.ID() }, 1, true},
		{"a request's check code", desk.RecordSearch{Words: words(code)}, func(e desk.Recorded) bool { return request(e) == of }, 2, true},
		{"half of a check code", desk.RecordSearch{Words: words(code[:4])}, func(e desk.Recorded) bool {
			in := func(id ledger.EntryID) bool { return strings.Contains(id.Short(), strings.ToLower(code[:4])) }
			return in(e.Entry.ID()) || !request(e).IsZero() && in(request(e))
		}, 2, false},
		{"a block", desk.RecordSearch{Words: words(strconv.Itoa(int(old.Height)) + " tax")}, func(e desk.Recorded) bool {
			text, number := strconv.Itoa(int(old.Height)), false
			for _, id := range []ledger.EntryID{e.Entry.ID(), request(e)} {
				number = number || len(text) > 2 && !id.IsZero() && strings.Contains(id.Short(), text)
			}
			return (e.Height == old.Height || number) && (agency[e.Entry.Body.Author] == "tax" || asker[request(e)] != "")
		}, 10, false},
		{"two words", desk.RecordSearch{Words: words("health approve")}, func(e desk.Recorded) bool {
			return asker[request(e)] == "health" && e.Entry.Body.Kind == ledger.KindApprove
		}, 100, true},
		{"a filter", desk.RecordSearch{RecordQuery: desk.RecordQuery{Filter: desk.RecordReceipts}, Words: words("civil")}, func(e desk.Recorded) bool {
			return asker[request(e)] == "civil" && (e.Entry.Body.Kind == ledger.KindReceipt || e.Entry.Body.Kind == ledger.KindDeletionReceipt)
		}, 100, true},
		{"days", desk.RecordSearch{RecordQuery: desk.RecordQuery{From: old.At, At: middle.At}, Words: words("police")}, func(e desk.Recorded) bool {
			return e.At >= old.At && e.At <= middle.At && (agency[e.Entry.Body.Author] == "police" || asker[request(e)] == "police")
		}, 500, false},
		{"days without a word", desk.RecordSearch{RecordQuery: desk.RecordQuery{From: old.At, At: old.At}}, func(e desk.Recorded) bool { return e.At == old.At }, 10, true},
		{"nothing", desk.RecordSearch{Words: words("police nowhere")}, func(desk.Recorded) bool { return false }, 0, true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var want []ledger.EntryID
			for _, e := range all {
				if c.fits(e) {
					want = append(want, e.Entry.ID())
				}
			}
			if len(want) < c.least {
				t.Fatalf("only %d fit", len(want))
			}
			for _, limit := range []int{7, len(all)} {
				if limit == 7 && len(want) > 200 {
					continue // one search in hundreds of parts says no more
				}
				c.q.Limit = limit
				rows, looked := seek(t, d, c.q)
				slices.SortStableFunc(rows, func(a, b desk.RecordRow) int { return int(b.Position) - int(a.Position) })
				var got []ledger.EntryID
				for _, r := range rows {
					got = append(got, r.ID)
				}
				if !slices.Equal(got, want) {
					t.Errorf("limit %d: found %d, and %d fit", limit, len(got), len(want))
				}
				if c.quick && looked > uint64(len(all)/3) {
					t.Errorf("limit %d: %d of %d were looked at", limit, looked, len(all))
				}
			}
		})
	}
}

// A search that is stopped says what it has found and how far it came.
func TestASearchCanBeStopped(t *testing.T) {
	d, _ := bigRecord(t, 4_000)
	ctx, stop := context.WithCancel(t.Context())
	stop()
	at, err := d.SearchRecord(ctx, desk.RecordSearch{Public: true, Words: words("police")}, func(desk.RecordFound) {})
	if !errors.Is(err, context.Canceled) || at.Looked != 0 {
		t.Fatalf("looked at %d: %v", at.Looked, err)
	}
	if _, err := d.SearchRecord(t.Context(), desk.RecordSearch{Words: words("police")}, func(desk.RecordFound) {}); !errors.Is(err, desk.ErrLocked) {
		t.Errorf("a locked desk searches: %v", err)
	}
}

// BenchmarkSeek is how many entries a second a search looks through, with one worker.
func BenchmarkSeek(b *testing.B) {
	d, _ := bigRecord(b, 100_000)
	for _, text := range []string{"police", "income", "0417", "nowhere 77777"} {
		b.Run(text, func(b *testing.B) {
			looked, start := uint64(0), time.Now()
			for b.Loop() {
				q := desk.RecordSearch{Public: true, Words: words(text), RecordQuery: desk.RecordQuery{Limit: 1 << 30}}
				at, err := d.SearchRecord(context.Background(), q, func(desk.RecordFound) {})
				if err != nil {
					b.Fatal(err)
				}
				looked += at.Looked
			}
			b.ReportMetric(float64(looked)/time.Since(start).Seconds(), "entries/s")
		})
	}
}
