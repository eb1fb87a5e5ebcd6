package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// benchLimit is how long all of it may take, without making the record: every
// step has a limit of its own, and this one is for all of them together.
const benchLimit = 15 * time.Minute

// metric is one measured value with the goal it is held against.
type metric struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	Unit  string  `json:"unit"`
	Goal  string  `json:"goal"` // empty: none
	Met   *bool   `json:"met"`  // nil: no goal
}

// report gathers metrics; a goal of 0 is none.
type report []metric

func (r *report) most(name, unit string, value, goal float64) {
	m := metric{Name: name, Value: float64(int(value*100+0.5)) / 100, Unit: unit}
	word := ""
	if goal > 0 {
		met := value <= goal
		m.Met, m.Goal, word = &met, fmt.Sprintf("at most %g", goal), "MISSED"
		if met {
			word = "met"
		}
	}
	*r = append(*r, m)
	fmt.Printf("  %-58s %10.2f %-4s %-14s %s\n", m.Name, m.Value, m.Unit, m.Goal, word)
}

// bench measures the window over a record of so many entries, as a person meets
// it: pointer and keys go in through the display, and the display's memory is
// watched. What only the process knows comes from the gauges of app/rig/window.
func (r *rig) bench(ctx context.Context, out string, entries int) error {
	stage(1, "the record")
	profile, err := bigReplica(filepath.Join(r.build, "uibench"), entries)
	if err != nil {
		return err
	}
	began := time.Now()
	ctx, cancel := context.WithTimeoutCause(ctx, benchLimit, fmt.Errorf("measuring took longer than %s", benchLimit))
	defer cancel()
	var rep report
	for i, measure := range []struct {
		what string
		do   func() error
	}{
		{"from the start to the first picture", func() error { return r.firstPaint(ctx, profile, entries, &rep) }},
		{"an empty window", func() error { return r.measureEmpty(ctx, &rep) }},
		{"a plain list of the toolkit, to compare with", func() error { return r.measurePlain(ctx, &rep) }},
		{"the inbox: scrolling, search and memory", func() error { return r.measureInbox(ctx, profile, &rep) }},
	} {
		stage(i+2, measure.what)
		if err := measure.do(); err != nil {
			return errors.Join(fmt.Errorf("%s: %w", measure.what, err), context.Cause(ctx))
		}
	}
	rep.most("measuring all of this took", "s", time.Since(began).Seconds(), 0)
	b, err := json.MarshalIndent(rep, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(out, append(b, '\n'), 0o644)
}

// stage heads one part of the measurement.
func stage(n int, what string) { fmt.Printf("[%d/5] %s\n", n, what) }

// paints is how often the first picture is waited for; once more before, to warm
// the disk's cache.
const paints = 5

// firstPaint measures from the start of the program to the first picture that is
// not blank.
func (r *rig) firstPaint(ctx context.Context, profile string, entries int, rep *report) error {
	if err := dress(profile, english); err != nil {
		return err
	}
	var times []float64
	for range paints + 1 {
		took, err := r.paintOnce(ctx, profile)
		if err != nil {
			return err
		}
		times = append(times, took)
	}
	rep.most(fmt.Sprintf("start to first picture, %d entries, median of %d", entries, paints), "ms", percentile(times[1:], 50), 1000)
	return nil
}

func (r *rig) paintOnce(ctx context.Context, profile string) (took float64, err error) {
	at, err := os.MkdirTemp(r.work, "paint-")
	if err != nil {
		return 0, err
	}
	d := &desk{rig: r, args: []string{"--profile", profile}, profile: profile, log: filepath.Join(at, "window.log")}
	if d.display, err = openDisplay(ctx, at); err != nil {
		return 0, err
	}
	began := time.Now()
	if err := d.start(); err != nil {
		d.display.close()
		return 0, err
	}
	defer func() { err = errors.Join(err, d.end()) }()
	err = until(ctx, openLimit, "the first picture", func() (bool, error) {
		if err := d.running(); err != nil {
			return false, err
		}
		return d.painted()
	})
	return millis(time.Since(began)), err
}

// painted tells whether the display shows more than one colour.
func (d *display) painted() (bool, error) {
	line := make([]byte, d.stride)
	for y := 20; y < high; y += 40 {
		if err := d.lines(y, y+1, line); err != nil {
			return false, err
		}
		for x := 4; x < 4*wide; x += 4 {
			if [3]byte(line[x:x+3]) != [3]byte(line[:3]) {
				return true, nil
			}
		}
	}
	return false, nil
}

func millis(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1e6 }

// percentile uses the nearest rank.
func percentile(v []float64, p int) float64 {
	s := slices.Sorted(slices.Values(v))
	return s[max((len(s)*p+99)/100-1, 0)]
}
