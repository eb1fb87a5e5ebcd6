package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"countersign/ledger"
)

// Report is what Verify found.
type Report struct {
	Height  ledger.Height  `json:"height"`
	Blocks  uint64         `json:"blocks"` // recorded ones
	Entries uint64         `json:"entries"`
	Refused uint64         `json:"refused"`
	Records uint64         `json:"records"` // compared in the whole file
	Head    ledger.LogHead `json:"head"`
	Digest  ledger.Hash    `json:"digest"`
	AppHash ledger.Hash    `json:"app_hash"`

	PerSecond float64 `json:"per_second"` // entries, over everything

	// Problem is the first thing that is not as it must be; nil: all is well.
	Problem *Problem `json:"problem,omitempty"`
}

// OK tells whether nothing was found.
func (r Report) OK() bool { return r.Problem == nil }

// Problem says what is wrong, from which block on, and what is not touched by it.
type Problem struct {
	Block ledger.Height `json:"block"` // 0: no block in particular
	What  string        `json:"what"`
	// Safe is the last block up to which everything was verified: signatures,
	// rules, log and digests.
	Safe ledger.Height `json:"safe"`
}

// Error says it in one line.
func (p *Problem) Error() string {
	if p.Block == 0 {
		return fmt.Sprintf("%s; verified up to block %d", p.What, p.Safe)
	}
	return fmt.Sprintf("block %d: %s; verified up to block %d", p.Block, p.What, p.Safe)
}

func problem(h ledger.Height, format string, args ...any) *Problem {
	return &Problem{Block: h, What: fmt.Sprintf(format, args...)}
}

// Verify proves the whole replica anew, beside commits. All cores read the
// blocks in order, a page at a time, and verify every signature. Behind them the
// rules judge every block again from the founding document, and each block's log
// root, state digest and outcomes are compared. At last every record of the file
// is compared with what the blocks lead to: state, log, indexes and counters.
// The engine's certificates are checked as records only; ledger/evidence
// verifies what they say. Of the state only requests grow big: those that were
// not touched lately wait in a folder beside the file, which is removed at the end.
//
// Progress counts entries twice: when their signatures hold, and when their
// block was judged. What is wrong with the ledger stands in the report; the
// error says why Verify could not end its work.
func (s *Store) Verify(ctx context.Context, progress func(done, total uint64)) (Report, error) {
	v := &verification{store: s, ctx: ctx, progress: progress, began: time.Now(), keys: ledger.NewKeyCache(readyKeys)}
	err := v.run()
	var p *Problem
	switch {
	case errors.As(err, &p):
		err = nil
	case errors.Is(err, ErrDamaged):
		p, err = damageProblem(err), nil
	}
	if p != nil {
		p.Safe = v.safe
		v.report.Problem = p
	}
	if err != nil {
		err = fmt.Errorf("verify ledger: %w", err)
	}
	return v.report, err
}

func damageProblem(err error) *Problem {
	var d *DamageError
	if errors.As(err, &d) {
		return &Problem{Block: d.Block, What: err.Error()}
	}
	return &Problem{What: err.Error()}
}

// readyKeys are kept ready for verifying: more sign at a time in few places.
const readyKeys = 4096

type verification struct {
	store  *Store
	ctx    context.Context
	began  time.Time
	report Report
	target tipRecord     // where the ledger stood when we last looked
	safe   ledger.Height // verified in full
	keys   *ledger.KeyCache

	mu       sync.Mutex // guards what follows
	progress func(done, total uint64)
	done     uint64 // entries, counted twice
}

func (v *verification) run() error {
	if err := v.look(); err != nil {
		return err
	}
	doc, err := v.store.Founding()
	if err != nil {
		return err
	}
	r, err := newReplay(v, doc)
	if err != nil {
		return err
	}
	defer r.remove()
	for err = errMoved; errors.Is(err, errMoved); { // a block came in between: take it along
		if err = r.toTarget(); err == nil {
			err = r.compare()
		}
	}
	if err != nil {
		return err
	}
	if took := time.Since(v.began).Seconds(); took > 0 {
		v.report.PerSecond = float64(v.report.Entries) / took
	}
	return nil
}

// look takes the ledger as it stands now for the target.
func (v *verification) look() error {
	return v.store.View(func(tx *Tx) error {
		tip, err := tx.tip()
		if err != nil {
			return err
		}
		v.mu.Lock()
		v.target = tip
		v.mu.Unlock()
		v.report.Height, v.report.Head, v.report.Digest = tip.Height, tip.Head, tip.Digest
		v.report.AppHash, v.report.Blocks, v.report.Entries = tip.appHash(), tip.Blocks, tip.Head.Size
		v.report.Refused = tx.CountRefused()
		return nil
	})
}

func (v *verification) tell(done int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.done += uint64(done)
	if v.progress != nil {
		v.progress(min(v.done, 2*v.target.Head.Size), 2*v.target.Head.Size)
	}
}
