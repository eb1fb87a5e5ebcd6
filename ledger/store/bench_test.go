package store_test

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"testing"
	"time"

	"countersign/ledger"
	"countersign/ledger/ledgertest"
	"countersign/ledger/rules"
	"countersign/ledger/store"
)

// benchEntries is the ledger that the benchmarks read; `countersignd bench`
// measures a million.
const benchEntries = 20_000

// BenchmarkFirstScreen reads what a desk shows first: the newest entries, the
// counters, the open requests.
func BenchmarkFirstScreen(b *testing.B) {
	st, l := load(b, ledgertest.BulkOptions{Seed: 1, Entries: benchEntries})
	for b.Loop() {
		err := st.View(func(tx *store.Tx) error {
			if _, err := tx.EntriesBefore(math.MaxUint64, 100); err != nil {
				return err
			}
			if _, err := tx.CountByState(l.Provider, store.AsProvider); err != nil {
				return err
			}
			_, _, err := tx.Requests(store.ListOpen(l.Provider, store.AsProvider), nil, 100)
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEntryByID(b *testing.B) {
	st, l := load(b, ledgertest.BulkOptions{Seed: 1, Entries: benchEntries})
	tx, release := st.Snapshot()
	defer release()
	for b.Loop() {
		if _, err := tx.EntryByID(l.Request); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCommit writes blocks durably: entries of one official whose requests
// all count.
func BenchmarkCommit(b *testing.B) {
	for _, n := range []int{0, 1, 100} {
		b.Run(fmt.Sprint(n), func(b *testing.B) { benchmarkCommit(b, n) })
	}
}

func benchmarkCommit(b *testing.B, n int) {
	st, err := store.Open(filepath.Join(b.TempDir(), "ledger.db"), store.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer st.Close()
	l, err := ledgertest.BulkLoad(st, ledgertest.BulkOptions{Seed: 1, Entries: 2000})
	if err != nil {
		b.Fatal(err)
	}
	tx, release := st.Snapshot()
	now := tx.Time()
	release()
	l.World.Now = func() ledger.Time { return now }
	asker := l.World.Agency(l.Askers[0]).Officials["clerk"]
	for b.Loop() {
		b.StopTimer()
		now = now.Add(time.Second)
		tx, release := st.Snapshot()
		block := rules.Block{Height: tx.Height() + 1, Head: tx.Head(), Digest: tx.Digest(), Time: now}
		for range n {
			block.Entries = append(block.Entries, l.World.Ask(asker, l.Provider, l.Dataset, l.Basis, l.Purpose, "income"))
		}
		res, err := rules.Apply(tx, block, rules.Signatures{})
		release()
		b.StartTimer()
		if err == nil {
			var p *store.Pending
			if p, err = st.Prepare(block, res, nil); err == nil {
				err = p.Commit()
			}
		}
		if err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerify(b *testing.B) {
	st, _ := load(b, ledgertest.BulkOptions{Seed: 1, Entries: benchEntries})
	for b.Loop() {
		r, err := st.Verify(context.Background(), nil)
		if err != nil || !r.OK() {
			b.Fatal(err, r.Problem)
		}
		b.ReportMetric(r.PerSecond, "entries/s")
	}
}
