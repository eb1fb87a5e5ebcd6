package bench

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"time"

	"countersign/ledger"
	"countersign/ledger/ledgertest"
	"countersign/ledger/store"
)

// ledgers measures replicas without a network: opening, the first page,
// verifying everything.
func (b *run) ledgers(ctx context.Context) error {
	for _, size := range []int{b.Small, b.Big} {
		if err := b.firstPage(ctx, size); err != nil {
			return fmt.Errorf("ledger of %d entries: %w", size, err)
		}
	}
	if err := b.verify(ctx); err != nil {
		return fmt.Errorf("verify: %w", err)
	}
	return nil
}

// build fills a new ledger in the life of a city and closes it.
func (b *run) build(ctx context.Context, path string, entries int) (_ *ledgertest.BulkLedger, err error) {
	b.say("building a ledger of %d entries", entries)
	st, err := store.Open(path, store.Options{})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	return ledgertest.BulkLoad(st, ledgertest.BulkOptions{Seed: 1, Entries: entries, Progress: func(done, total int) {
		if done%100_000 < 5_000 && total > 100_000 {
			b.say("  %d of %d", done, total)
		}
	}, Each: nil})
}

// pageRounds is how often opening and the first page are repeated.
const pageRounds = 15

// firstPage times opening a ledger and reading what a desk shows first.
func (b *run) firstPage(ctx context.Context, entries int) error {
	path := filepath.Join(b.dir, fmt.Sprintf("ledger-%d.db", entries))
	l, err := b.build(ctx, path, entries)
	if err != nil {
		return err
	}
	var opens, pages []float64
	for range pageRounds {
		if err := ctx.Err(); err != nil {
			return err
		}
		start := time.Now()
		st, err := store.Open(path, store.Options{})
		if err != nil {
			return err
		}
		err = page(st, l.Provider)
		opens = append(opens, millis(time.Since(start)))
		start = time.Now()
		if err == nil {
			err = page(st, l.Provider)
		}
		pages = append(pages, millis(time.Since(start)))
		if err = errors.Join(err, st.Close()); err != nil {
			return err
		}
	}
	name := fmt.Sprintf("%d entries", l.Entries)
	b.report.add("open to first page, "+name, "ms", median(opens[1:]))
	b.report.most("first page warm, "+name, "ms", median(pages), goalPageMs)
	b.report.note("first page: the newest 100 entries, the counts by state and the open requests")
	return nil
}

// page reads what a desk shows first.
func page(st *store.Store, us ledger.AgencyID) error {
	return st.View(func(tx *store.Tx) error {
		if _, err := tx.EntriesBefore(math.MaxUint64, 100); err != nil {
			return err
		}
		if _, err := tx.CountByState(us, store.AsProvider); err != nil {
			return err
		}
		_, _, err := tx.Requests(store.ListOpen(us, store.AsProvider), nil, 100)
		return err
	})
}

// verify times the verification of a whole ledger against what all cores do
// when the library verifies batches of its signatures and nothing else, before
// and after.
func (b *run) verify(ctx context.Context) error {
	path := filepath.Join(b.dir, "verify.db")
	l, err := b.build(ctx, path, b.Verify)
	if err != nil {
		return err
	}
	st, err := store.Open(path, store.Options{})
	if err != nil {
		return err
	}
	defer st.Close()
	items, err := signatures(st, l)
	if err != nil {
		return err
	}
	before := batchRate(items)
	used, start := cpuMillis(), time.Now()
	rep, err := st.Verify(ctx, nil)
	if err == nil && !rep.OK() {
		err = rep.Problem
	}
	if err != nil {
		return err
	}
	wall, busy := time.Since(start).Seconds(), cpuMillis()-used
	batch := (before + batchRate(items)) / 2
	rate := float64(rep.Entries) / wall
	r := b.report
	r.add("full verify", "entries/s", rate)
	r.add("full verify, CPU an entry", "us", busy*1000/float64(rep.Entries))
	r.add("the library's batch verification, all cores", "signatures/s", batch)
	r.least("full verify / (cores × batch rate)", "%", 100*ratio(rate, batch), goalVerify)
	r.note("the batch rate is the library's own, with keys expanded beforehand; the ledger also adds up the factors of one key")
	return nil
}
