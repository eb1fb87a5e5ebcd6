package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// gaugeLimit is how long an answer of a gauge may take.
const gaugeLimit = 30 * time.Second

// gauged is a window that can be asked how it is: see app/rig/window.
type gauged struct {
	*desk
	ask     *os.File
	answers chan []byte
}

// openGauged opens a window of app/rig/window on a display of its own.
func (r *rig) openGauged(ctx context.Context, name string, args ...string) (*gauged, error) {
	at, err := os.MkdirTemp(r.work, name+"-")
	if err != nil {
		return nil, err
	}
	questions, ask, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer questions.Close()
	hear, answer, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, ask.Close())
	}
	defer answer.Close()
	g := &gauged{ask: ask, answers: make(chan []byte, 1),
		desk: &desk{rig: r, program: "rig-window", args: append([]string{name}, args...), files: []*os.File{questions, answer}, log: filepath.Join(at, "window.log")}}
	go func() {
		defer close(g.answers)
		defer hear.Close()
		for lines := bufio.NewScanner(hear); lines.Scan(); {
			g.answers <- append([]byte(nil), lines.Bytes()...)
		}
	}()
	if g.display, err = openDisplay(ctx, at); err != nil {
		return nil, errors.Join(err, ask.Close())
	}
	if err = g.start(); err != nil {
		g.display.close()
		return nil, errors.Join(err, ask.Close())
	}
	return g, nil
}

// end ends the window and its display.
func (g *gauged) end() error { return errors.Join(g.desk.end(), g.ask.Close()) }

// gauge asks one question and reads the answer into a value.
func (g *gauged) gauge(ctx context.Context, question string, into any) error {
	ctx, cancel := context.WithTimeout(ctx, gaugeLimit)
	defer cancel()
	if _, err := fmt.Fprintln(g.ask, question); err != nil {
		return fmt.Errorf("ask the window for %s: %w", question, err)
	}
	select {
	case answer, ok := <-g.answers:
		if !ok {
			return errors.Join(fmt.Errorf("the window does not say %s", question), g.running())
		}
		if err := json.Unmarshal(answer, into); err != nil {
			return fmt.Errorf("ask the window for %s: %s: %w", question, answer, err)
		}
		return nil
	case <-ctx.Done():
		return fmt.Errorf("ask the window for %s: %w", question, ctx.Err())
	}
}

// memory is what the window's process holds, in MB.
type memory struct {
	own    float64 // its heap, its stacks and what the painter in software keeps: nobody else can have it
	mapped float64 // pages of files that no other process has mapped: the record's, which the system drops at need
}

func (d *desk) memory() (m memory, err error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", d.process.Process.Pid))
	if err != nil {
		return m, fmt.Errorf("memory of the window: %w", err)
	}
	private := 0.0
	for line := range strings.SplitSeq(string(b), "\n") {
		f := strings.Fields(line)
		if len(f) != 3 || f[0] != "Anonymous:" && !strings.HasPrefix(f[0], "Private_") {
			continue
		}
		kb, err := strconv.ParseFloat(f[1], 64)
		if err != nil {
			return m, fmt.Errorf("memory of the window: %w", err)
		}
		if f[0] == "Anonymous:" {
			m.own = kb / 1024
		} else {
			private += kb / 1024
		}
	}
	m.mapped = max(private-m.own, 0)
	return m, nil
}

// A window rests that has used less than restShare of one processor for restFor.
const (
	restFor   = 2 * time.Second
	restShare = 0.05
	restLimit = 2 * time.Minute
)

// rests waits until the window has nothing left to do, and returns the share of
// one processor that it uses then. One that stays busy is measured as it is after
// restLimit.
func (g *gauged) rests(ctx context.Context) (share float64, err error) {
	var used time.Duration
	var since time.Time
	err = until(ctx, restLimit, "the window to rest", func() (bool, error) {
		if time.Since(since) < restFor {
			return false, g.running()
		}
		now, err := processor(g.process)
		rest := false
		if !since.IsZero() {
			share = (now - used).Seconds() / time.Since(since).Seconds()
			rest = share < restShare
		}
		used, since = now, time.Now()
		return rest, err
	})
	if errors.Is(err, errLate) {
		err = nil
	}
	return share, err
}

// ticksASecond is the unit of the times in /proc, which is fixed on Linux.
const ticksASecond = 100

// processor is the processor time of all threads of a process so far, the
// painter's in software among them: on a computer that does other work as well it
// says more than the clock.
func processor(process *exec.Cmd) (time.Duration, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", process.Process.Pid))
	if err != nil {
		return 0, fmt.Errorf("processor time: %w", err)
	}
	_, rest, _ := strings.Cut(string(b), ") ") // the name may have spaces in it
	f := strings.Fields(rest)
	if len(f) < 13 {
		return 0, fmt.Errorf("processor time: %q is not understood", b)
	}
	user, err := strconv.Atoi(f[11])
	system, err2 := strconv.Atoi(f[12])
	if err = errors.Join(err, err2); err != nil {
		return 0, fmt.Errorf("processor time: %w", err)
	}
	return time.Duration(user+system) * time.Second / ticksASecond, nil
}
