package main

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"time"
)

// keyLimit is how long a key of a search may take to show in the list, on a
// machine that does much else.
const keyLimit = 2 * time.Second

// measureEmpty measures the memory of a window with nothing in it.
func (r *rig) measureEmpty(ctx context.Context, rep *report) (err error) {
	g, err := r.openGauged(ctx, "empty")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, g.end()) }()
	if err := until(ctx, openLimit, "an empty window", g.covered); err != nil {
		return err
	}
	if _, err := g.rests(ctx); err != nil {
		return err
	}
	m, err := g.memory()
	if err != nil {
		return err
	}
	r.empty = m.own
	rep.most("own memory of an empty window", "MB", r.empty, 0)
	return nil
}

// covered tells whether a window lies over the middle of the display, which is
// black by itself.
func (d *display) covered() (bool, error) {
	line := make([]byte, d.stride)
	if err := d.lines(high/2, high/2+1, line); err != nil {
		return false, err
	}
	return [3]byte(line[2*wide:2*wide+3]) != [3]byte{}, nil
}

// measurePlain scrolls the yardstick: nothing can be faster with this toolkit on
// this display.
func (r *rig) measurePlain(ctx context.Context, rep *report) (err error) {
	g, err := r.openGauged(ctx, "plain")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, g.end()) }()
	if err := g.drawn(ctx); err != nil {
		return err
	}
	s, err := g.scroll(ctx)
	if err == nil {
		s.report(rep, "a plain list", 0, 0)
	}
	return err
}

// report tells what a scroll has shown; the goals are for p50 and p90.
func (s scrolled) report(rep *report, of string, p50, p90 float64) {
	rep.most("scrolling "+of+", callback to callback p50", "ms", percentile(s.turns, 50), p50)
	rep.most("scrolling "+of+", callback to callback p90", "ms", percentile(s.turns, 90), p90)
	rep.most("scrolling "+of+", picture to picture p50", "ms", percentile(s.pictures, 50), 0)
	rep.most("scrolling "+of+", picture to picture p90", "ms", percentile(s.pictures, 90), 0)
	rep.most("scrolling "+of+", processor time a picture", "ms", s.processor, 0)
	rep.most("scrolling "+of+", allocations a picture", "", s.allocs, 0)
}

// measureInbox scrolls and searches the inbox and then looks at the memory.
func (r *rig) measureInbox(ctx context.Context, profile string, rep *report) (err error) {
	if err := dress(profile, english); err != nil {
		return err
	}
	g, err := r.openGauged(ctx, "desk", "--profile", profile)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, g.end()) }()
	began := time.Now()
	if err := g.unlock(ctx, "Passphrase", bigPassphrase); err != nil {
		return err
	}
	if _, err := g.says(ctx, "Needs your signature"); err != nil {
		return err
	}
	rep.most("unlocking, to the list on screen", "s", time.Since(began).Seconds(), 0)
	share, err := g.rests(ctx)
	if err != nil {
		return err
	}
	rep.most("unlocking, to having read all", "s", time.Since(began).Seconds(), 0)
	rep.most("processor used by a window that nobody touches", "%", 100*share, 0)
	s, err := g.profiled(ctx)
	if err != nil {
		return err
	}
	s.report(rep, "the inbox", 17, 33)
	if err := g.search(ctx, rep); err != nil {
		return err
	}
	return g.holds(ctx, rep, r.empty)
}

// profiled scrolls, and leaves a profile of the processor when one was asked for.
func (g *gauged) profiled(ctx context.Context) (s scrolled, err error) {
	if g.rig.profile == "" {
		return g.scroll(ctx)
	}
	var yes bool
	if err := g.gauge(ctx, "cpu "+g.rig.profile, &yes); err != nil {
		return s, err
	}
	s, err = g.scroll(ctx)
	return s, errors.Join(err, g.gauge(ctx, "cpu", &yes))
}

// holds tells what memory the window takes after all of that.
func (g *gauged) holds(ctx context.Context, rep *report, empty float64) error {
	var heap struct{ Screens, All float64 }
	if err := g.gauge(ctx, "heap", &heap); err != nil {
		return err
	}
	rep.most("heap of the screens, by profile", "MB", heap.Screens/(1<<20), 60)
	rep.most("heap of the whole process, by profile", "MB", heap.All/(1<<20), 0)
	m, err := g.memory()
	if err != nil {
		return err
	}
	rep.most("own memory above an empty window", "MB", m.own-empty, 0)
	rep.most("own memory of the whole process", "MB", m.own, 0)
	rep.most("pages of the record that it has looked at", "MB", m.mapped, 0)
	return nil
}

// search types into the search field and measures from each key to the list
// having changed. The letters are such that every one of them changes the list.
func (g *gauged) search(ctx context.Context, rep *report) error {
	if err := g.key("slash"); err != nil {
		return err
	}
	var times []float64
	for range 4 {
		for _, key := range []string{"p", "o", "x", "BackSpace", "BackSpace", "BackSpace"} {
			took, err := g.keyed(ctx, key)
			if err != nil {
				return err
			}
			if took > 0 {
				times = append(times, took)
			}
		}
	}
	if len(times) < 8 {
		return fmt.Errorf("the search changed the list only %d times", len(times))
	}
	rep.most("search, key to changed list p50", "ms", percentile(times, 50), 50)
	rep.most("search, key to changed list p90", "ms", percentile(times, 90), 0)
	return nil
}

// keyed presses a key and returns how many milliseconds later the list is another
// one; 0 when it stays as it is, since not every letter leaves something out that
// was on screen.
func (g *gauged) keyed(ctx context.Context, key string) (float64, error) {
	if _, err := g.still(ctx, 300*time.Millisecond); err != nil {
		return 0, err
	}
	seed, line := maphash.MakeSeed(), make([]byte, g.stride)
	before, err := g.list(seed, line)
	if err != nil {
		return 0, err
	}
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	began := time.Now()
	if err := g.key(key); err != nil {
		return 0, err
	}
	for time.Since(began) < keyLimit {
		now, err := g.list(seed, line)
		if err != nil {
			return 0, err
		}
		if now != before {
			return millis(time.Since(began)), nil
		}
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-tick.C:
		}
	}
	return 0, nil
}
