//go:build unix

package desk_test

import (
	"cmp"
	"context"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"countersign/app/desk"
	"countersign/ledger"
	"countersign/ledger/keyring"
	"countersign/ledger/ledgertest"
	"countersign/ledger/rules"
	"countersign/ledger/store"
)

// manyRequests is how many requests the benchmarks of the list have.
const manyRequests = 100_000

// bigNode serves a ledger that was built at once. Its letters lie nowhere.
type bigNode struct {
	fakeNode
	store  *store.Store
	ledger *ledgertest.BulkLedger
	folder string
}

func (n *bigNode) Profile() desk.Profile {
	return desk.Profile{Network: n.ledger.World.ID, Agency: "tax", Node: "office", Folder: n.folder}
}

func (n *bigNode) Now() time.Time { return n.ledger.World.Now().Std() }

func (n *bigNode) Read(_ context.Context, fn func(rules.Reader) error) error {
	return n.store.View(func(tx *store.Tx) error { return fn(tx) })
}

func (n *bigNode) List(_ context.Context, q desk.ListQuery) (desk.ListPage, error) {
	list := store.ListOpen("tax", store.AsProvider)
	switch q.Kind {
	case desk.ListDecided:
		list = store.ListDone("tax", store.AsProvider)
	case desk.ListProposals:
		return desk.ListPage{}, nil
	}
	var page desk.ListPage
	err := n.store.View(func(tx *store.Tx) (err error) {
		var next store.Cursor
		page.IDs, next, err = tx.RequestIDs(list, q.Cursor, cmp.Or(q.Limit, 100))
		page.Next = next
		return err
	})
	return page, err
}

func (n *bigNode) Changes(ctx context.Context) <-chan desk.Change { return (&feed{}).subscribe(ctx) }

func (n *bigNode) Part(context.Context, ledger.EntryID, ledger.Sealed) ([]byte, error) {
	return nil, desk.ErrPartAway
}

func (n *bigNode) Entry(context.Context, ledger.EntryID) (*ledger.Entry, desk.Final, error) {
	return nil, desk.Final{}, desk.ErrNotKept
}

func (n *bigNode) Grants(context.Context, ledger.OfficialID) ([]desk.Grant, error) { return nil, nil }

// bigDesk is a desk of the tax service among a hundred thousand requests.
func bigDesk(b *testing.B) *desk.Desk {
	b.Helper()
	folder := b.TempDir()
	st, err := store.Open(filepath.Join(folder, "ledger.db"), store.Options{NoSync: true})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { st.Close() })
	// A request has about four entries in its life.
	l, err := ledgertest.BulkLoad(st, ledgertest.BulkOptions{Seed: 1, Entries: manyRequests * 4, PerBlock: 500, PerCommit: 20_000})
	if err != nil {
		b.Fatal(err)
	}
	n := &bigNode{store: st, ledger: l, folder: folder}
	if err := os.MkdirAll(filepath.Join(folder, "keys"), 0o700); err != nil {
		b.Fatal(err)
	}
	d := desk.New(n, desk.Options{Keys: filepath.Join(folder, "keys")})
	keys, err := keyring.NewOfficial("tax", l.Approver.ID, ledger.Ed25519)
	if err != nil {
		b.Fatal(err)
	}
	if err := d.UnlockWith(context.Background(), keys, ""); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(d.Lock)
	start := time.Now()
	for {
		f, err := d.Find(context.Background(), desk.Query{})
		if err != nil {
			b.Fatal(err)
		}
		if !f.Reading {
			all := f.Counts.ToSign + f.Counts.Waiting + f.Counts.Decided
			b.Logf("%d requests (%d to sign, %d waiting) read in %v", all, f.Counts.ToSign, f.Counts.Waiting, time.Since(start))
			if all < manyRequests {
				b.Fatalf("only %d requests", all)
			}
			return d
		}
	}
}

// BenchmarkSearch is a keystroke in the search field, to the rows on screen. It
// fails when the slowest of twenty takes longer than a person notices.
func BenchmarkSearch(b *testing.B) {
	d := bigDesk(b)
	for _, q := range []desk.Query{{}, {Text: "p"}, {Text: "police income"}, {Text: "nothing has this"}, {Order: desk.ByNewest, Text: "civil"},
		{Due: true}, {Unread: true}, {Agency: "health"}} {
		name := cmp.Or(q.Text, string(q.Agency), "all")
		if q.Due {
			name = "due"
		} else if q.Unread {
			name = "unread"
		}
		b.Run(name, func(b *testing.B) {
			var took []time.Duration
			before := processor(b)
			for b.Loop() {
				start := time.Now()
				f, err := d.Find(context.Background(), q)
				if err != nil {
					b.Fatal(err)
				}
				ids := f.ToSign
				if len(ids) < 12 {
					ids = f.Decided
				}
				if _, err := d.Rows(context.Background(), ids[:min(len(ids), 12)]); err != nil {
					b.Fatal(err)
				}
				took = append(took, time.Since(start))
			}
			b.ReportMetric(float64((processor(b)-before).Microseconds())/1000/float64(len(took)), "cpu-ms/op")
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "median-ms")
			b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
			if median := took[len(took)/2]; median > 50*time.Millisecond {
				b.Errorf("a keystroke takes %v", median)
			}
		})
	}
}

// processor is the processor time this process has used: on a computer that does
// other work as well it says more than the clock.
func processor(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
