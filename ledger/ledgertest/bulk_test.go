package ledgertest_test

import (
	"path/filepath"
	"testing"
	"time"

	"countersign/ledger"
	"countersign/ledger/ledgertest"
	"countersign/ledger/rules"
	"countersign/ledger/store"
)

// A loaded record leaves nobody with a debt: what its retention is over for is
// destroyed, and it ends when it is told to.
func TestBulkLoadLeavesNothingOverdue(t *testing.T) {
	st, err := store.Open(filepath.Join(t.TempDir(), "ledger.db"), store.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	from := ledger.TimeOf(time.Date(2026, 2, 2, 8, 0, 0, 0, time.UTC))
	const over, perBlock, entries = 300 * 24 * time.Hour, 10, 6000
	l, err := ledgertest.BulkLoad(st, ledgertest.BulkOptions{Seed: 1, Entries: entries, PerBlock: perBlock, From: from, Over: over})
	if err != nil {
		t.Fatal(err)
	}
	const step = over / (entries / perBlock)
	if last := l.World.Now(); last < from.Add(over-2*step) || last > from.Add(over+2*step) {
		t.Errorf("ends at %s", last.Std())
	}
	err = st.View(func(tx *store.Tx) error {
		v, kept := rules.NewView(tx), 0
		open := v.OpenRequestIDs("tax")
		for _, id := range open {
			r := v.Request(id)
			if r.Deletion == nil {
				continue
			}
			if kept++; r.Deletion.Owed < l.World.Now().Add(-2*step) {
				t.Errorf("request %s was to be destroyed at %s", id.Short(), r.Deletion.Owed.Std())
			}
		}
		if all := int(tx.CountEntries()); kept == 0 || len(open) > all/5 {
			t.Errorf("%d open, %d of them kept, of %d entries", len(open), kept, all)
		}
		return tx.Err()
	})
	if err != nil {
		t.Error(err)
	}
}
