package main

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"time"
)

// The list of the inbox on the display, below its search field.
const (
	listLeft, listRight = 210, 520
	listTop, listEnd    = 180, 720
)

// Turning the wheel: so many clicks, so many milliseconds apart.
const (
	wheelTurns = 400
	wheelDelay = 8
)

// tear is how long one picture may take to get into the display's memory:
// changes closer together are of one frame.
const tear = 4 * time.Millisecond

// lookEvery is how often the display is looked at; more often would cost the
// window processor time.
const lookEvery = 500 * time.Microsecond

// list is a sum over the list on the display, by which pictures are told apart.
func (d *display) list(seed maphash.Seed, line []byte) (uint64, error) {
	var h maphash.Hash
	h.SetSeed(seed)
	for y := listTop; y < listEnd; y += 9 {
		if err := d.lines(y, y+1, line); err != nil {
			return 0, err
		}
		_, _ = h.Write(line[4*listLeft : 4*listRight])
	}
	return h.Sum64(), nil
}

// scrolled is what one scroll through a list has shown.
type scrolled struct {
	turns     []float64 // ms from one callback on the interface's goroutine to the next
	pictures  []float64 // ms from one picture on the display to the next
	processor float64   // ms a picture
	allocs    float64   // a picture
}

// scroll turns the wheel over the list and watches the pictures of it.
func (g *gauged) scroll(ctx context.Context) (s scrolled, err error) {
	if err := g.do("mousemove %d %d", (listLeft+listRight)/2, (listTop+listEnd)/2); err != nil {
		return s, err
	}
	if _, err := g.still(ctx, time.Second); err != nil {
		return s, err
	}
	var yes bool
	if err := g.gauge(ctx, "turns", &yes); err != nil {
		return s, err
	}
	before, err := processor(g.process)
	if err != nil {
		return s, err
	}
	if s.pictures, err = g.watchWheel(ctx); err != nil {
		return s, err
	}
	after, err := processor(g.process)
	if err != nil {
		return s, err
	}
	var turns struct {
		Millis []float64
		Allocs uint64
	}
	if err := g.gauge(ctx, "turns end", &turns); err != nil {
		return s, err
	}
	if len(s.pictures) < 10 || len(turns.Millis) < 10 {
		return s, fmt.Errorf("while the wheel turned there were only %d pictures and %d callbacks", len(s.pictures), len(turns.Millis))
	}
	n := float64(len(s.pictures))
	s.turns, s.processor, s.allocs = turns.Millis, millis(after-before)/n, float64(turns.Allocs)/n
	return s, g.do("mousemove %d %d", wide-2, 1)
}

// watchWheel turns the wheel and returns the times from picture to picture.
func (g *gauged) watchWheel(ctx context.Context) (pictures []float64, err error) {
	turned := make(chan error, 1)
	go func() { turned <- g.do("click --repeat %d --delay %d 5", wheelTurns, wheelDelay) }()
	seed, line := maphash.MakeSeed(), make([]byte, g.stride)
	var last uint64
	var shown time.Time
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case err := <-turned:
			return pictures, err
		case <-ctx.Done():
			return nil, errors.Join(ctx.Err(), <-turned)
		case <-tick.C:
		}
		sum, err := g.list(seed, line)
		if err != nil {
			return nil, errors.Join(err, <-turned)
		}
		if sum == last {
			continue
		}
		now := time.Now()
		if since := now.Sub(shown); shown.IsZero() || since > tear {
			if !shown.IsZero() {
				pictures = append(pictures, millis(since))
			}
			shown = now
		}
		last = sum
	}
}
