package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"time"
)

// Options of a run of Bench. Zero values stand for the defaults given.
type Options struct {
	Program   string // the countersignd whose NodeCommand runs Keep
	Dir       string // parent of the temporary folder; decides which disk is measured
	Peerbench string // folder of the yardsticks' program; empty: no ratios

	Rounds      int           // of latency and throughput, beside the yardsticks; 3
	Samples     int           // latency samples a round; 100
	Entries     int           // a throughput round; 10,000
	SmallBlocks int           // blocks of about ten entries, for catching up; 600
	Idle        time.Duration // watched without an entry; 60 s
	Verify      int           // entries of the ledger that is verified; 100,000
	Small, Big  int           // entries of the ledgers that are opened; 10,000 and 1,000,000
	Log         io.Writer     // progress; nil discards
}

func (o *Options) complete() {
	for _, d := range []struct {
		at *int
		to int
	}{{&o.Rounds, 3}, {&o.Samples, 100}, {&o.Entries, 10_000}, {&o.SmallBlocks, 600}, {&o.Verify, 100_000}, {&o.Small, 10_000}, {&o.Big, 1_000_000}} {
		if *d.at == 0 {
			*d.at = d.to
		}
	}
	if o.Idle == 0 {
		o.Idle = time.Minute
	}
	if o.Log == nil {
		o.Log = io.Discard
	}
}

// window is how many entries of all keepers together may wait under load, as
// many as the yardstick's.
const window = 2000

// The goals of the issue that asked for these figures.
const (
	goalLatency    = 0.8 // of CometBFT's, tuned
	goalFloor      = 5   // of the floor's
	goalAwayMs     = 250
	goalThroughput = 0.9
	goalCPU        = 1.4
	goalIdleCPU    = 1 // percent of a core, a node
	goalCatchUp    = 1
	goalVerify     = 75 // percent of cores × batch rate
	goalPageMs     = 10
)

// Bench runs every measurement and returns the report. What it wrote it removes.
func Bench(ctx context.Context, o Options) (_ *Report, err error) {
	o.complete()
	dir, err := os.MkdirTemp(o.Dir, "countersign-bench-")
	if err != nil {
		return nil, fmt.Errorf("bench: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	r := newReport("countersignd bench", o.Log)
	peers, err := newYardsticks(ctx, o, filepath.Join(dir, "peers"))
	if err != nil {
		return nil, fmt.Errorf("bench: %w", err)
	}
	if peers == nil {
		r.note("no yardsticks were given (--peerbench), so ratios are left out")
	}
	b := &run{Options: o, report: r, peers: peers, dir: dir}
	if err := b.network(ctx); err != nil {
		return nil, fmt.Errorf("bench: %w", err)
	}
	r.look()
	if err := b.ledgers(ctx); err != nil {
		return nil, fmt.Errorf("bench: %w", err)
	}
	r.look()
	return r, nil
}

// run is one run of Bench.
type run struct {
	Options
	report *Report
	peers  *yardsticks // nil: none
	dir    string
	city   *city
}

func (b *run) say(format string, args ...any) { fmt.Fprintf(b.Log, format+"\n", args...) }

// network measures what four keepers do together.
func (b *run) network(ctx context.Context) (err error) {
	b.say("founding four keepers")
	if b.city, err = found(ctx, b.Program, filepath.Join(b.dir, "city"), true, b.Log); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.city.end()) }()
	if err := b.city.startAll(ctx); err != nil {
		return err
	}
	for _, stage := range []struct {
		name string
		run  func(context.Context) error
	}{{"idle", b.idle}, {"latency and throughput", b.rounds}, {"one keeper away", b.away}, {"catching up", b.catchUp}} {
		b.say("%s", stage.name)
		if err := stage.run(ctx); err != nil {
			return fmt.Errorf("%s: %w", stage.name, err)
		}
	}
	return nil
}

// idle watches the network without an entry.
func (b *run) idle(ctx context.Context) error {
	if !pause(ctx, 3*time.Second) { // what founding has left to do
		return ctx.Err()
	}
	before, err := b.city.stats(ctx)
	if err != nil {
		return err
	}
	start := time.Now()
	if !pause(ctx, b.Idle) {
		return ctx.Err()
	}
	after, err := b.city.stats(ctx)
	if err != nil {
		return err
	}
	secs, n := time.Since(start).Seconds(), float64(len(after))
	traffic := 0.0
	for i := range after {
		traffic += float64(after[i].Sent - before[i].Sent)
	}
	b.report.most("idle CPU, a node", "% of a core", (cpu(after)-cpu(before))/10/secs/n, goalIdleCPU)
	b.report.add("idle traffic sent, a node", "B/s", traffic/secs/n)
	b.report.note("idle: %.0f s with 4 keepers and no entry; blocks made meanwhile: %d", secs, after[0].Height-before[0].Height)
	return nil
}

// sample is what one round measured.
type sample struct {
	p50, p99, outbox50, outbox99, rate, blocks, cpu float64
	comet50, comet99, cometRate, cometCPU, floor50  float64
	cometSync                                       float64
}

// rounds measures latency and throughput, each round beside the yardsticks'.
func (b *run) rounds(ctx context.Context) error {
	var all []sample
	for i := range b.Rounds {
		b.say("round %d of %d", i+1, b.Rounds)
		var s sample
		if err := b.round(ctx, &s); err != nil {
			return err
		}
		if b.peers != nil {
			if err := b.peers.round(ctx, &s); err != nil {
				return err
			}
		}
		all = append(all, s)
		b.report.look()
	}
	mid := func(of func(sample) float64) float64 {
		var v []float64
		for _, s := range all {
			v = append(v, of(s))
		}
		return median(v)
	}
	r := b.report
	r.add("idle submit to final p50, 4 keepers", "ms", mid(func(s sample) float64 { return s.p50 }))
	r.add("idle submit to final p99, 4 keepers", "ms", mid(func(s sample) float64 { return s.p99 }))
	r.add("the same through the durable outbox p50", "ms", mid(func(s sample) float64 { return s.outbox50 }))
	r.add("the same through the durable outbox p99", "ms", mid(func(s sample) float64 { return s.outbox99 }))
	r.add("saturated throughput", "entries/s", mid(func(s sample) float64 { return s.rate }))
	r.add("saturated entries a block", "entries", mid(func(s sample) float64 { return s.blocks }))
	r.add("CPU an entry, all nodes", "us", mid(func(s sample) float64 { return s.cpu }))
	if b.peers == nil {
		return nil
	}
	r.add("CometBFT tuned: submit to committed p50", "ms", mid(func(s sample) float64 { return s.comet50 }))
	r.add("CometBFT tuned: submit to committed p99", "ms", mid(func(s sample) float64 { return s.comet99 }))
	r.add("CometBFT tuned: throughput", "tx/s", mid(func(s sample) float64 { return s.cometRate }))
	r.add("CometBFT tuned: CPU a transaction, all nodes", "us", mid(func(s sample) float64 { return s.cometCPU }))
	r.add("floor: submit to final p50", "ms", mid(func(s sample) float64 { return s.floor50 }))
	r.most("idle p50 / CometBFT tuned", "ratio", mid(func(s sample) float64 { return s.p50 / s.comet50 }), goalLatency)
	r.most("idle p50 / floor", "ratio", mid(func(s sample) float64 { return s.p50 / s.floor50 }), goalFloor)
	r.least("throughput / CometBFT tuned", "ratio", mid(func(s sample) float64 { return s.rate / s.cometRate }), goalThroughput)
	r.most("CPU an entry / CometBFT tuned", "ratio", mid(func(s sample) float64 { return s.cpu / s.cometCPU }), goalCPU)
	b.peers.sync = mid(func(s sample) float64 { return s.cometSync })
	r.note("ratios are medians over %d rounds, each with both sides measured one after the other", len(all))
	return nil
}

// round measures our side of one round.
func (b *run) round(ctx context.Context, s *sample) error {
	rep, err := b.city.nodes[0].call(ctx, request{Op: opLatency, Count: b.Samples, GapMs: 60})
	if err != nil {
		return err
	}
	s.p50, s.p99 = median(rep.Millis), percentile(rep.Millis, 99)
	if rep, err = b.city.nodes[0].call(ctx, request{Op: opLatency, Count: b.Samples / 2, GapMs: 60, Outbox: true}); err != nil {
		return err
	}
	s.outbox50, s.outbox99 = median(rep.Millis), percentile(rep.Millis, 99)
	l, err := b.load(ctx, b.Entries, window/len(b.city.nodes))
	if err != nil {
		return err
	}
	s.rate, s.blocks, s.cpu = l.rate, l.perBlock, l.cpu
	b.report.note("load: sheets sealed to all members, %d B each, signed by each agency's node and handed to the engine in its own process; at most %d not final", l.bytes, window)
	if l.resent > 0 {
		b.report.note("%d entries of a load were offered again", l.resent)
	}
	return nil
}

// loaded is what a load showed.
type loaded struct {
	rate, perBlock, cpu float64 // entries/s, entries, µs an entry over all nodes
	bytes, resent       int
	from, to            int64 // heights between which its blocks lie
}

// load has every keeper submit its share at once and waits until all replicas
// have everything. The rate runs from the first submission to the block with
// which 99 % are final on the first keeper, as the yardstick's does.
func (b *run) load(ctx context.Context, entries, each int) (loaded, error) {
	share := entries / len(b.city.nodes)
	total := share * len(b.city.nodes)
	prepared, err := b.city.ask(ctx, request{Op: opPrepare, Count: share})
	if err != nil {
		return loaded{}, err
	}
	before, err := b.city.stats(ctx)
	if err != nil {
		return loaded{}, err
	}
	start := time.Now()
	replies, err := b.city.ask(ctx, request{Op: opLoad, Window: each})
	if err != nil {
		return loaded{}, err
	}
	var after []reply
	err = until(ctx, 2*time.Minute, "all replicas to have the load", func() (bool, error) {
		if after, err = b.city.stats(ctx); err != nil {
			return false, err
		}
		for _, s := range after {
			if s.Log.Size < before[0].Log.Size+uint64(total) {
				return false, nil
			}
		}
		return true, nil
	})
	if err != nil {
		return loaded{}, err
	}
	marks, err := b.city.nodes[0].call(ctx, request{Op: opMarks, Since: int64(before[0].Height)})
	if err != nil {
		return loaded{}, err
	}
	l := loaded{bytes: prepared[0].Bytes, from: int64(before[0].Height), to: int64(after[0].Height), cpu: (cpu(after) - cpu(before)) * 1000 / float64(total)}
	for _, rep := range replies {
		l.resent += rep.Resent
	}
	blocks, done, last := 0, 0, start
	for _, m := range marks.Marks {
		if m.Entries > 0 && done*100 < total*99 {
			blocks++
			done += m.Entries
			last = time.Unix(0, m.Nanos)
		}
	}
	if blocks == 0 {
		return l, errors.New("the load left no trace")
	}
	l.rate, l.perBlock = float64(done)/last.Sub(start).Seconds(), float64(done)/float64(blocks)
	return l, nil
}

// away measures with one keeper of four gone.
func (b *run) away(ctx context.Context) error {
	if err := b.city.nodes[3].end(); err != nil {
		return err
	}
	b.city.nodes[3] = nil
	if !pause(ctx, 6*time.Second) { // until the others know
		return ctx.Err()
	}
	rep, err := b.city.nodes[0].call(ctx, request{Op: opLatency, Count: b.Samples, GapMs: 60})
	if err != nil {
		return err
	}
	b.report.add("idle submit to final p50, one of four away", "ms", median(rep.Millis))
	b.report.most("idle submit to final p99, one of four away", "ms", percentile(rep.Millis, 99), goalAwayMs)
	if err := b.city.start(ctx, 3); err != nil {
		return err
	}
	return b.city.whole(ctx)
}

// ratio keeps a division by nothing out of the report.
func ratio(a, b float64) float64 {
	if b == 0 {
		return math.NaN()
	}
	return a / b
}
