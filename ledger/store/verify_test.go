package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"countersign/ledger"
	"countersign/ledger/ledgertest"
	"countersign/ledger/rules"
	"countersign/ledger/store"
)

func load(t testing.TB, o ledgertest.BulkOptions) (*store.Store, *ledgertest.BulkLedger) {
	t.Helper()
	st, err := store.Open(filepath.Join(t.TempDir(), "ledger.db"), store.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	l, err := ledgertest.BulkLoad(st, o)
	if err != nil {
		t.Fatal(err)
	}
	return st, l
}

func TestWholeLedgerVerifies(t *testing.T) {
	st, l := load(t, ledgertest.BulkOptions{Seed: 1, Entries: 1500, PerBlock: 20, PerCommit: 400})
	var last, total uint64
	r, err := st.Verify(context.Background(), func(d, n uint64) { last, total = d, n })
	if err != nil || !r.OK() {
		t.Fatalf("%v %v", err, r.Problem)
	}
	if r.Entries != uint64(l.Entries) || r.Refused == 0 || last != total || total != 2*r.Entries || r.Height != l.LastBlock {
		t.Errorf("%+v, progress %d of %d", r, last, total)
	}
	left, err := filepath.Glob(filepath.Join(filepath.Dir(st.Path()), "*.verify-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
	stale := st.Path() + ".verify-of-a-killed-process"
	if err := os.Mkdir(stale, 0o700); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := st.Verify(ctx, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	if st, err = store.Open(st.Path(), store.Options{MustExist: true}); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(stale); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("still there: %v", err)
	}
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
}

// A young ledger has no record yet of some kinds that are compared by themselves.
func TestLedgerWithoutRequestsVerifies(t *testing.T) {
	st, l := load(t, ledgertest.BulkOptions{Seed: 6, Entries: 1})
	if !l.Request.IsZero() {
		t.Fatal("there is a request")
	}
	if r, err := st.Verify(context.Background(), nil); err != nil || !r.OK() || r.Entries == 0 {
		t.Fatalf("%d entries: %v %v", r.Entries, r.Problem, err)
	}
}

// TestFlippedBitIsFoundByVerify flips bits anywhere in the file, pages' own
// bookkeeping included. Either nothing that counts has changed, or it is said.
func TestFlippedBitIsFoundByVerify(t *testing.T) {
	const seed = 2
	st, _ := load(t, ledgertest.BulkOptions{Seed: seed, Entries: 150, PerBlock: 20, Over: 30 * 24 * time.Hour})
	var file bytes.Buffer
	if err := st.CopyTo(&file); err != nil {
		t.Fatal(err)
	}
	whole := file.Bytes()
	good, err := st.Verify(context.Background(), nil)
	if err != nil || !good.OK() {
		t.Fatal(err, good.Problem)
	}
	path := filepath.Join(t.TempDir(), "flipped.db")
	r := rand.New(rand.NewPCG(seed, 1))
	noticed := 0
	for range 80 {
		at, bit := r.IntN(len(whole)), byte(1)<<r.IntN(8)
		whole[at] ^= bit
		if err := os.WriteFile(path, whole, 0o600); err != nil {
			t.Fatal(err)
		}
		whole[at] ^= bit
		again, err := verifyFile(path)
		switch {
		case errors.Is(err, store.ErrDamaged) || errors.Is(err, store.ErrNotOurs) || again.Problem != nil:
			noticed++
		case err != nil:
			t.Errorf("seed %d: bit %#x of byte %d: %v", seed, bit, at, err)
		case again.AppHash != good.AppHash || again.Records != good.Records:
			// The newest meta page may be the one: then the file stands one
			// transaction earlier, which is whole, and the engine replays the rest.
			if again.Height >= good.Height {
				t.Errorf("seed %d: bit %#x of byte %d: another ledger verifies", seed, bit, at)
			}
		}
	}
	if noticed == 0 {
		t.Error("nothing was noticed")
	}
}

func verifyFile(path string) (store.Report, error) {
	st, err := store.Open(path, store.Options{MustExist: true, NoSync: true})
	if err != nil {
		return store.Report{}, err
	}
	defer st.Close()
	return st.Verify(context.Background(), nil)
}

func TestVerifyGoesOnBesideNewBlocks(t *testing.T) {
	st, l := load(t, ledgertest.BulkOptions{Seed: 3, Entries: 1500, PerBlock: 20})
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error)
	go func() {
		now := ledger.Time(0)
		pace := time.NewTicker(5 * time.Millisecond) // a block now and then, as on a live network
		defer pace.Stop()
		for ctx.Err() == nil {
			<-pace.C
			tx, release := st.Snapshot()
			if now == 0 {
				now = tx.Time()
			}
			now = now.Add(time.Second)
			l.World.Now = func() ledger.Time { return now }
			b := rules.Block{Height: tx.Height() + 1, Head: tx.Head(), Digest: tx.Digest(), Time: now,
				Entries: []*ledger.Entry{l.World.Approve(l.Approver, l.Request, "income")}}
			res, err := rules.Apply(tx, b, rules.Signatures{})
			release()
			if err == nil {
				var p *store.Pending
				if p, err = st.Prepare(b, res, nil); err == nil {
					err = p.Commit()
				}
			}
			if err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	r, err := st.Verify(context.Background(), nil)
	stop()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if err != nil || !r.OK() {
		t.Errorf("%v %v", err, r.Problem)
	}
	if r.Entries <= uint64(l.Entries) {
		t.Errorf("no block came in between: %d entries", r.Entries)
	}
}

// TestReadModelsOfRealBlocks counts what the rules' own records say.
func TestReadModelsOfRealBlocks(t *testing.T) {
	st, l := load(t, ledgertest.BulkOptions{Seed: 4, Entries: 2000, PerBlock: 33})
	err := st.View(func(tx *store.Tx) error {
		v := rules.NewView(tx)
		for _, side := range store.Sides() {
			agency := l.Provider
			if side == store.AsRequester {
				agency = l.Askers[0]
			}
			counts, err := tx.CountByState(agency, side)
			if err != nil {
				return err
			}
			recount := map[rules.State]uint64{}
			all, _, err := tx.Requests(store.ListAll(agency, side), nil, math.MaxInt)
			if err != nil {
				return err
			}
			for _, r := range all {
				if w := v.Request(r.ID); w == nil || w.State != r.State {
					t.Errorf("request %s: the rules see another", r.ID.Short())
				}
				recount[r.State]++
			}
			if fmt.Sprint(counts) != fmt.Sprint(recount) || len(all) == 0 {
				t.Errorf("%c: counted %v, there are %v", side, counts, recount)
			}
		}
		rows, err := tx.Precedents(store.Like{Dataset: l.Dataset, Basis: l.Basis, Purpose: l.Purpose})
		if err != nil || len(rows) == 0 {
			t.Errorf("precedents: %v %v", rows, err)
		}
		acts, err := tx.EntriesOfRequest(l.Request, math.MaxUint64, 10)
		if err != nil || len(acts) == 0 {
			t.Errorf("entries of a request: %d %v", len(acts), err)
		}
		mine, err := tx.EntriesByAgency(l.Askers[0], math.MaxUint64, 10)
		if err != nil || len(mine) != 10 {
			t.Errorf("entries of an agency: %d %v", len(mine), err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
