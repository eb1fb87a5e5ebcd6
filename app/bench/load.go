package bench

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"countersign/ledger"
	"countersign/ledger/consensus"
)

// latency submits entries one at a time, at random moments, and times each from
// the call to its being final on this node.
func (k *keeper) latency(ctx context.Context, r request) ([]float64, error) {
	epochs, err := k.made.epochs()
	if err != nil {
		return nil, err
	}
	var out []float64
	for range r.Count {
		if !pause(ctx, time.Duration(rand.Float64()*r.GapMs*float64(time.Millisecond))) {
			return out, ctx.Err()
		}
		var e *ledger.Entry
		if r.Outbox {
			e, err = k.made.head()
		} else {
			e, err = k.made.sheet(epochs)
		}
		if err != nil {
			return out, err
		}
		start := time.Now()
		if r.Outbox {
			err = k.node.Submit(ctx, e, nil)
		} else {
			err = k.node.Engine().Submit(ctx, e)
		}
		if err != nil {
			return out, err
		}
		f, err := k.node.Await(ctx, e.ID())
		if err == nil && f.Code != ledger.Accepted {
			err = f.Code
		}
		if err != nil {
			return out, err
		}
		out = append(out, millis(time.Since(start)))
	}
	return out, nil
}

func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// resendAfter is how long a load waits without progress before it offers what
// is missing once more; the outbox does so every second.
const resendAfter = 3 * time.Second

// load submits the prepared entries, at most window of them not final, and
// returns when all are. It tells how many it had to offer again.
func (k *keeper) load(ctx context.Context, window int) (resent int, err error) {
	entries := k.ready
	k.ready = nil
	byID := make(map[ledger.EntryID]*ledger.Entry, len(entries))
	k.mu.Lock()
	clear(k.open)
	k.mu.Unlock()
	// await waits until fewer than limit are open.
	await := func(limit int) error {
		timer := time.NewTimer(resendAfter)
		defer timer.Stop()
		for k.openCount() >= limit {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-k.moved:
				timer.Reset(resendAfter)
			case <-timer.C:
				var again []*ledger.Entry
				k.mu.Lock()
				k.lookAgain(ctx)
				for id := range k.open {
					again = append(again, byID[id])
				}
				k.mu.Unlock()
				k.node.Engine().Resend(again)
				resent += len(again)
				timer.Reset(resendAfter)
			}
		}
		return nil
	}
	for _, e := range entries {
		if err := await(max(window, 1)); err != nil {
			return resent, err
		}
		byID[e.ID()] = e
		k.mu.Lock()
		k.open[e.ID()] = true
		k.mu.Unlock()
		err := k.node.Engine().Submit(ctx, e)
		if err != nil && !errors.Is(err, consensus.ErrPoolFull) { // a full pool is offered to again
			return resent, fmt.Errorf("load: %w", err)
		}
	}
	return resent, await(1)
}

func (k *keeper) openCount() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return len(k.open)
}

// workPatience is how long a client waits for one entry before it goes on; the
// outbox still has it.
const workPatience = 5 * time.Second

// straight is how many clients of a node go past its outbox, straight to the
// engine, beside the one that does not.
const straight = 3

// begin starts the clients' work, unless they are at work: each signs an entry,
// submits it, waits until it is final, and takes the next.
func (k *keeper) begin(ctx context.Context) {
	if k.work != nil {
		return
	}
	ctx, k.work = context.WithCancel(ctx)
	k.mu.Lock()
	k.telling = true
	k.mu.Unlock()
	for i := range 1 + straight {
		k.workers.Go(func() {
			for ctx.Err() == nil {
				if err := k.once(ctx, i == 0); err != nil && !pause(ctx, 100*time.Millisecond) {
					return
				}
			}
		})
	}
}

func (k *keeper) once(ctx context.Context, outbox bool) error {
	e, err := k.submit(ctx, outbox)
	if err != nil {
		return err
	}
	wait, cancel := context.WithTimeout(ctx, workPatience)
	defer cancel()
	f, err := k.node.Await(wait, e.ID())
	if err != nil {
		return err
	}
	k.tell(line{Final: &final{ID: f.ID, Height: f.Height, Index: f.Index, Code: f.Code}})
	return nil
}

// submit makes an entry and hands it to the outbox or to the engine.
func (k *keeper) submit(ctx context.Context, outbox bool) (*ledger.Entry, error) {
	if outbox {
		e, err := k.made.head()
		if err == nil {
			err = k.node.Submit(ctx, e, nil)
		}
		if err == nil {
			k.tell(line{Kept: e.ID()})
		}
		return e, err
	}
	made, err := k.made.sheets(1)
	if err != nil {
		return nil, err
	}
	return made[0], k.node.Engine().Submit(ctx, made[0])
}

// rest ends the clients' work and waits for it. Blocks are still told.
func (k *keeper) rest() {
	if k.work == nil {
		return
	}
	k.work()
	k.workers.Wait()
	k.work = nil
}

// check returns those finals that stand elsewhere on this replica, or nowhere.
// A zero height asks only whether the entry is there.
func (k *keeper) check(ctx context.Context, finals []final) ([]final, error) {
	var missing []final
	for _, f := range finals {
		_, at, err := k.node.Entry(ctx, f.ID)
		if err == nil && (f.Height == 0 || at.Height == f.Height && at.Index == f.Index && at.Code == f.Code) {
			continue
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		missing = append(missing, f)
	}
	return missing, nil
}
