package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/maphash"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The list of the inbox on the display, without its search field.
const (
	listLeft, listRight = 210, 520
	listTop, listEnd    = 180, 720
)

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
// it: the display's own memory is watched, and nothing is built into the window
// for it.
func (r *rig) bench(ctx context.Context, out string, entries int) (err error) {
	profile, err := bigReplica(filepath.Join(r.build, "uibench"), entries)
	if err != nil {
		return err
	}
	var rep report
	for _, s := range []string{"", "%d entries"} { // the first warms the disk's cache and is not counted
		if err := r.firstPaint(ctx, profile, s, entries, &rep); err != nil {
			return err
		}
	}
	d, err := r.openWindow(ctx, "big", profile, english, "--profile", profile)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.end()) }()
	if err := d.unlock(ctx, "Passphrase", bigPassphrase); err != nil {
		return err
	}
	if _, err := d.says(ctx, "Needs your signature"); err != nil {
		return err
	}
	if err := d.scroll(ctx, &rep); err != nil {
		return err
	}
	if err := d.search(ctx, &rep); err != nil {
		return err
	}
	private, err := d.private()
	if err != nil {
		return err
	}
	rep.most("private memory of the whole process after that", "MB", private, 0)
	b, err := json.MarshalIndent(rep, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(out, append(b, '\n'), 0o644)
}

// firstPaint measures from the start of the program to the first picture that is
// not blank; an empty name only warms up.
func (r *rig) firstPaint(ctx context.Context, profile, name string, entries int, rep *report) error {
	times := []float64{}
	for range 5 {
		at, err := os.MkdirTemp(r.work, "paint-")
		if err != nil {
			return err
		}
		d := &desk{rig: r, args: []string{"--profile", profile}, profile: profile, log: filepath.Join(at, "window.log")}
		if d.display, err = openDisplay(ctx, at); err != nil {
			return err
		}
		began := time.Now()
		if err := d.start(); err != nil {
			d.display.close()
			return err
		}
		err = until(ctx, openLimit, "the first picture", func() (bool, error) { return d.painted() })
		times = append(times, millis(time.Since(began)))
		if err = errors.Join(err, d.end()); err != nil {
			return err
		}
		if name == "" {
			return nil
		}
	}
	rep.most("start to first paint, "+fmt.Sprintf(name, entries)+", median of 5", "ms", percentile(times, 50), 1000)
	return nil
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

// tear is how long one picture may take to get into the display's memory:
// changes closer together are of one frame.
const tear = 4 * time.Millisecond

// scroll turns the wheel over the list and measures the time from one picture of
// it to the next.
func (d *desk) scroll(ctx context.Context, rep *report) error {
	if err := d.do("mousemove %d %d", (listLeft+listRight)/2, (listTop+listEnd)/2); err != nil {
		return err
	}
	turned := make(chan error, 1)
	go func() { turned <- d.do("click --repeat 400 --delay 8 5") }()
	seed, line := maphash.MakeSeed(), make([]byte, d.stride)
	var frames []float64
	var last uint64
	var shown time.Time
	for {
		select {
		case err := <-turned:
			if err != nil {
				return err
			}
			if len(frames) < 10 {
				return fmt.Errorf("the list moved only %d times while it was scrolled", len(frames))
			}
			rep.most("scrolling the inbox, frame to frame p50", "ms", percentile(frames, 50), 17)
			rep.most("scrolling the inbox, frame to frame p90", "ms", percentile(frames, 90), 33)
			return d.do("mousemove %d %d", wide-2, 1)
		case <-ctx.Done():
			return ctx.Err()
		default:
		}
		sum, err := d.list(seed, line)
		if err != nil {
			return err
		}
		now := time.Now()
		if sum != last {
			if since := now.Sub(shown); !shown.IsZero() && since > tear {
				frames = append(frames, millis(since))
				shown = now
			} else if shown.IsZero() {
				shown = now
			}
			last = sum
		}
		time.Sleep(300 * time.Microsecond) // a look costs the window processor time too
	}
}

// search types into the search field and measures from each key to the list
// having changed.
func (d *desk) search(ctx context.Context, rep *report) error {
	if err := d.key("slash"); err != nil {
		return err
	}
	seed, line := maphash.MakeSeed(), make([]byte, d.stride)
	var times []float64
	for range 4 {
		for _, key := range []string{"p", "o", "x", "BackSpace", "BackSpace", "BackSpace"} {
			if _, err := d.still(ctx, 300*time.Millisecond); err != nil {
				return err
			}
			before, err := d.list(seed, line)
			if err != nil {
				return err
			}
			began := time.Now()
			if err := d.key(key); err != nil {
				return err
			}
			changed := false
			for time.Since(began) < time.Second && !changed {
				now, err := d.list(seed, line)
				if err != nil {
					return err
				}
				changed = now != before
			}
			if changed { // not every letter makes the list another one
				times = append(times, millis(time.Since(began)))
			}
		}
	}
	if len(times) < 4 {
		return fmt.Errorf("the search changed the list only %d times", len(times))
	}
	rep.most("search, key to changed list p50", "ms", percentile(times, 50), 50)
	rep.most("search, key to changed list p90", "ms", percentile(times, 90), 0)
	return nil
}

// private is the memory of the window's process that it shares with nobody, in MB.
func (d *desk) private() (float64, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", d.process.Process.Pid))
	if err != nil {
		return 0, fmt.Errorf("memory of the window: %w", err)
	}
	kb := 0
	for line := range strings.SplitSeq(string(b), "\n") {
		if f := strings.Fields(line); len(f) == 3 && strings.HasPrefix(f[0], "Private_") {
			n, err := strconv.Atoi(f[1])
			if err != nil {
				return 0, fmt.Errorf("memory of the window: %w", err)
			}
			kb += n
		}
	}
	return float64(kb) / 1024, nil
}

func millis(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1e6 }

// percentile uses the nearest rank.
func percentile(v []float64, p int) float64 {
	s := slices.Sorted(slices.Values(v))
	return s[max((len(s)*p+99)/100-1, 0)]
}
