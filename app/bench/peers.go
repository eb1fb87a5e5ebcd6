package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
)

// yardsticks runs another program that measures CometBFT on its own networking,
// and the least that a two-phase commit can cost, on this machine.
type yardsticks struct {
	program string
	dir     string
	opt     Options
	sync    float64 // block sync of full blocks, tx/s, over the rounds
}

// yardName is the program in the folder of the yardsticks; where there is only
// its source it is built.
const yardName = "peerbench"

// newYardsticks finds or builds the program; nil when none is wanted.
func newYardsticks(ctx context.Context, o Options, dir string) (*yardsticks, error) {
	if o.Peerbench == "" {
		return nil, nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("yardsticks: %w", err)
	}
	y := &yardsticks{program: filepath.Join(o.Peerbench, yardName), dir: dir, opt: o}
	info, err := os.Stat(y.program)
	if err == nil && info.Mode().IsRegular() {
		return y, nil
	}
	y.program = filepath.Join(dir, yardName)
	fmt.Fprintln(o.Log, "building the yardsticks")
	build := exec.CommandContext(ctx, "go", "build", "-o", y.program, ".")
	build.Dir, build.Env = o.Peerbench, append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=-buildvcs=false")
	if out, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build yardsticks: %w\n%s", err, out)
	}
	return y, nil
}

// yardMetric is one value of the program's report.
type yardMetric struct {
	Group  string  `json:"group"`
	Name   string  `json:"name"`
	Unit   string  `json:"unit"`
	Median float64 `json:"median"`
}

// run runs one command of the program and returns its metrics.
func (y *yardsticks) run(ctx context.Context, args ...string) (func(name, unit string) (float64, error), error) {
	file := filepath.Join(y.dir, "report.json")
	if err := os.Remove(file); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, y.program, append(args, "-dir", y.dir, "-json", file)...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("yardstick %s: %w\n%s", args[0], err, out)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("yardstick %s: %w", args[0], err)
	}
	var report struct {
		Metrics []yardMetric `json:"metrics"`
	}
	if err := json.Unmarshal(b, &report); err != nil {
		return nil, fmt.Errorf("yardstick %s: %w", args[0], err)
	}
	return func(name, unit string) (float64, error) {
		for _, m := range report.Metrics {
			if m.Name == name && m.Unit == unit {
				return m.Median, nil
			}
		}
		return 0, fmt.Errorf("yardstick %s: it does not report %q in %s", args[0], name, unit)
	}, nil
}

// round measures the yardsticks' side of one round.
func (y *yardsticks) round(ctx context.Context, s *sample) error {
	comet, err := y.run(ctx, "cometbft", "-n", "4", "-presets", "tuned", "-rounds", "1", "-window", strconv.Itoa(window),
		"-samples", strconv.Itoa(y.opt.Samples), "-tx", strconv.Itoa(y.opt.Entries))
	if err != nil {
		return err
	}
	floor, err := y.run(ctx, "floor", "-n", "4", "-rounds", "1", "-samples", strconv.Itoa(y.opt.Samples))
	if err != nil {
		return err
	}
	for _, v := range []struct {
		of         func(string, string) (float64, error)
		name, unit string
		to         *float64
	}{
		{comet, "submit to committed p50", "ms", &s.comet50},
		{comet, "submit to committed p99", "ms", &s.comet99},
		{comet, "throughput", "tx/s", &s.cometRate},
		{comet, "CPU per transaction, all nodes", "us", &s.cometCPU},
		{comet, "block sync", "tx/s", &s.cometSync},
		{floor, "submit to final at the submitter p50", "ms", &s.floor50},
	} {
		if *v.to, err = v.of(v.name, v.unit); err != nil {
			return err
		}
	}
	return nil
}

// small is CometBFT's block sync over blocks of about ten transactions, in
// blocks a second.
func (y *yardsticks) small(ctx context.Context) (float64, error) {
	of, err := y.run(ctx, "cometbft", "-n", "4", "-presets", "small", "-rounds", "1", "-small-blocks", strconv.Itoa(y.opt.SmallBlocks), "-small-txs", "10")
	if err != nil {
		return 0, err
	}
	return of("block sync", "blocks/s")
}
