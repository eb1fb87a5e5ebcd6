package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"sync"
	"time"

	"countersign/app/story"
	"countersign/ledger"
)

// founding makes the city: four keepers, and a further node of the first agency
// that keeps nothing and is started empty when catching up is measured.
const founding = `agency tax "Tax Service"
agency police "Valmarine Police"
agency health "Health Fund"
agency civil "Civil Registry"
`

const newcomer = "node tax/replica\n"

// quorum is how many of the four keepers order entries.
const quorum = 3

// city is four keepers, each a process of its own.
type city struct {
	program string
	dir     string
	ids     []ledger.AgencyID
	nodes   []*process // nil: not running
	heard   func(i int, l line)
}

// found makes the city in dir; none of its nodes runs afterwards.
func found(ctx context.Context, program, dir string, replica bool, log io.Writer) (_ *city, err error) {
	text := founding
	if replica {
		text += newcomer
	}
	s, err := story.Parse("founding", []byte(text))
	if err != nil {
		return nil, err
	}
	p, err := story.NewPlayer(story.Options{Program: program, Dir: dir})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	if err := p.Play(ctx, s, func(r story.Report) { fmt.Fprintf(log, "  %s\n", r.Text) }); err != nil {
		return nil, err
	}
	c := &city{program: program, dir: dir, ids: []ledger.AgencyID{"tax", "police", "health", "civil"}}
	c.nodes = make([]*process, len(c.ids))
	return c, nil
}

func (c *city) folder(i int) string {
	return filepath.Join(c.dir, string(c.ids[i]), "office")
}

// start starts the i-th keeper.
func (c *city) start(ctx context.Context, i int) error {
	var heard func(line)
	if c.heard != nil {
		heard = func(l line) { c.heard(i, l) }
	}
	p, err := start(ctx, c.program, c.ids[i], c.folder(i), heard)
	if err != nil {
		return err
	}
	c.nodes[i] = p
	return nil
}

// startAll starts all keepers and waits until each sees all of them.
func (c *city) startAll(ctx context.Context) error {
	errs := make([]error, len(c.nodes))
	var wg sync.WaitGroup
	for i := range c.nodes {
		wg.Go(func() { errs[i] = c.start(ctx, i) })
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	return c.whole(ctx)
}

// whole waits until every keeper sees every other, and all have the same.
func (c *city) whole(ctx context.Context) error {
	return until(ctx, 2*time.Minute, "the keepers to be together", func() (bool, error) {
		stats, err := c.stats(ctx)
		if err != nil {
			return false, err
		}
		for _, s := range stats {
			if s.Keepers != len(c.nodes) || s.Online != len(c.nodes) || s.Height != stats[0].Height {
				return false, nil
			}
		}
		return true, nil
	})
}

// each calls fn for every running keeper at once.
func (c *city) each(fn func(i int, p *process) error) error {
	errs := make([]error, len(c.nodes))
	var wg sync.WaitGroup
	for i, p := range c.nodes {
		if p != nil {
			wg.Go(func() { errs[i] = fn(i, p) })
		}
	}
	wg.Wait()
	return errors.Join(errs...)
}

// ask asks every running keeper the same.
func (c *city) ask(ctx context.Context, r request) ([]reply, error) {
	out := make([]reply, len(c.nodes))
	err := c.each(func(i int, p *process) (err error) {
		out[i], err = p.call(ctx, r)
		return err
	})
	return out, err
}

func (c *city) stats(ctx context.Context) ([]reply, error) { return c.ask(ctx, request{Op: opStat}) }

// cpu is the processor time of all keepers in milliseconds.
func cpu(stats []reply) (ms float64) {
	for _, s := range stats {
		ms += s.CPUMs
	}
	return ms
}

// end ends all keepers in order.
func (c *city) end() error {
	err := c.each(func(_ int, p *process) error { return p.end() })
	clear(c.nodes)
	return err
}

// until asks every 20 ms until ok, an error, ctx's end or the limit.
func until(ctx context.Context, limit time.Duration, what string, ok func() (bool, error)) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(limit); ; {
		done, err := ok()
		if done || err != nil {
			return err
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("waited %s for %s", limit, what)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}
