package bench

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"countersign/app/control"
	"countersign/ledger"
)

// SoakOptions of a run of Soak. Faults and For: whichever is given ends the run,
// by default 200 faults.
type SoakOptions struct {
	Program string // the countersignd whose NodeCommand runs Keep
	Dir     string // parent of the temporary folder
	Seed    uint64 // of the faults
	Faults  int
	For     time.Duration
	Keep    bool      // leave the nodes' folders there
	Log     io.Writer // progress; nil discards
}

// Goals of a soak.
const (
	goalStall     = 2 // seconds
	goalStallTime = 5 // percent
)

// soak is one run.
type soak struct {
	SoakOptions
	city    *city
	watch   *watch
	faults  int
	kills   int
	cuts    int
	crashed []string // ended by themselves
}

// Soak runs four keepers under load while they are killed, stopped and cut apart,
// and then compares everything.
func Soak(ctx context.Context, o SoakOptions) (_ *Report, err error) {
	if o.Faults == 0 && o.For == 0 {
		o.Faults = 200
	}
	if o.Faults == 0 {
		o.Faults = math.MaxInt
	}
	if o.Log == nil {
		o.Log = io.Discard
	}
	dir, err := os.MkdirTemp(o.Dir, "countersign-soak-")
	if err != nil {
		return nil, fmt.Errorf("soak: %w", err)
	}
	if o.Keep {
		fmt.Fprintln(o.Log, "folders:", dir)
	} else {
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	}
	r := newReport(fmt.Sprintf("countersignd soak --seed %d", o.Seed), o.Log)
	fmt.Fprintf(o.Log, "seed %d\nfounding four keepers\n", o.Seed)
	s := &soak{SoakOptions: o}
	if s.city, err = found(ctx, o.Program, filepath.Join(dir, "city"), false, o.Log); err != nil {
		return nil, fmt.Errorf("soak: %w", err)
	}
	s.watch = newWatch(len(s.city.nodes))
	s.city.heard = s.watch.heard
	defer func() { err = errors.Join(err, s.city.end()) }()
	if err := s.run(ctx); err != nil {
		return nil, fmt.Errorf("soak, seed %d, fault %d: %w", o.Seed, s.faults, err)
	}
	r.look()
	if err := s.judge(ctx, r); err != nil {
		return nil, fmt.Errorf("soak, seed %d: %w", o.Seed, err)
	}
	r.look()
	return r, nil
}

// run lets the faults happen.
func (s *soak) run(ctx context.Context) error {
	if err := s.city.startAll(ctx); err != nil {
		return err
	}
	s.watch.change(func() {
		for i := range s.watch.up {
			s.watch.up[i] = true
		}
	})
	if _, err := s.city.ask(ctx, request{Op: opWork}); err != nil {
		return err
	}
	plan, begun := newPlanner(len(s.city.nodes), s.Seed), time.Now()
	for s.faults < s.Faults && (s.For == 0 || time.Since(begun) < s.For) {
		f := plan.next()
		s.faults++
		fmt.Fprintf(s.Log, "%4d  %6.1f s  %s\n", s.faults, time.Since(begun).Seconds(), f)
		s.watch.during(fmt.Sprintf("fault %d, %s", s.faults, f))
		if err := s.happen(ctx, f); err != nil {
			return err
		}
		s.watch.during(fmt.Sprintf("after fault %d, %s", s.faults, f))
		if !pause(ctx, f.pause) {
			return ctx.Err()
		}
	}
	return nil
}

// happen lets one fault happen and puts it right.
func (s *soak) happen(ctx context.Context, f fault) error {
	if err := s.cut(ctx, f.cut, true); err != nil {
		return err
	}
	down := slices.Concat(f.kill, f.stop)
	s.watch.change(func() {
		for _, i := range down {
			s.watch.up[i] = false
		}
	})
	var wg sync.WaitGroup
	errs := make([]error, len(s.city.nodes))
	for _, i := range f.kill {
		s.kills++
		wg.Go(s.city.nodes[i].kill)
	}
	for _, i := range f.stop {
		wg.Go(func() { errs[i] = s.city.nodes[i].end() })
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	for _, i := range down {
		s.city.nodes[i] = nil
	}
	if !pause(ctx, f.hold) {
		return ctx.Err()
	}
	if err := s.cut(ctx, f.cut, false); err != nil {
		return err
	}
	for _, i := range down {
		wg.Go(func() { errs[i] = s.revive(ctx, i) })
	}
	wg.Wait()
	return errors.Join(append(errs, s.reviveCrashed(ctx))...)
}

// revive starts a node that is down and puts its client to work.
func (s *soak) revive(ctx context.Context, i int) error {
	if err := s.city.start(ctx, i); err != nil {
		return err
	}
	s.watch.change(func() { s.watch.up[i] = true })
	_, err := s.city.nodes[i].call(ctx, request{Op: opWork})
	return err
}

// reviveCrashed starts again what ended although nobody ended it.
func (s *soak) reviveCrashed(ctx context.Context) error {
	for i, p := range s.city.nodes {
		if p == nil || p.running() {
			continue
		}
		s.watch.change(func() { s.watch.up[i] = false })
		words := lastWords(filepath.Join(s.city.folder(i), "node.log"))
		s.crashed = append(s.crashed, fmt.Sprintf("%s during fault %d: %s", s.city.ids[i], s.faults, words))
		fmt.Fprintln(s.Log, "      ended by itself:", s.city.ids[i], words)
		if err := s.revive(ctx, i); err != nil {
			return err
		}
	}
	return nil
}

// cut cuts links or heals them, on both sides.
func (s *soak) cut(ctx context.Context, links [][2]int, on bool) error {
	if len(links) == 0 {
		return nil
	}
	if on {
		s.cuts++
	}
	others := map[int][]ledger.AgencyID{}
	for _, l := range links {
		others[l[0]] = append(others[l[0]], s.city.ids[l[1]])
		others[l[1]] = append(others[l[1]], s.city.ids[l[0]])
	}
	set := func() {
		for _, l := range links {
			if on {
				s.watch.cut[l] = true
			} else {
				delete(s.watch.cut, l)
			}
		}
	}
	if on {
		s.watch.change(set)
	}
	for i, agencies := range others {
		if s.city.nodes[i] == nil || !s.city.nodes[i].running() {
			continue // one that starts again has no cut
		}
		c, err := control.Dial(ctx, s.city.folder(i))
		if err != nil {
			return err
		}
		err = c.Cut(ctx, agencies, on)
		c.Close()
		if err != nil {
			return err
		}
	}
	if !on {
		s.watch.change(set)
	}
	return nil
}

// settleLimit is how long the healed network may take until all replicas have
// everything that any outbox held.
const settleLimit = 2 * time.Minute

// judge compares everything once the network is whole.
func (s *soak) judge(ctx context.Context, r *Report) error {
	if _, err := s.city.ask(ctx, request{Op: opRest}); err != nil {
		return err
	}
	var stats []reply // of the last look: a block may follow at any time
	settled := until(ctx, settleLimit, "the outboxes to be empty and the replicas the same", func() (bool, error) {
		now, err := s.city.stats(ctx)
		if err != nil {
			return false, err
		}
		stats = now
		for _, st := range stats {
			if st.Kept > 0 || st.Waiting > 0 || st.Standing != stats[0].Standing {
				return false, nil
			}
		}
		return true, nil
	})
	if settled != nil {
		r.note("%v", settled)
	}
	different, silent := 0, 0
	for i, st := range stats {
		if st.Standing != stats[0].Standing {
			different++
			r.note("%s stands at block %d with digest %s, %s at block %d with %s", s.city.ids[i], st.Height, st.Digest.Short(), s.city.ids[0], stats[0].Height, stats[0].Digest.Short())
		}
		if st.Problem != "" {
			silent++
			r.note("%s: %s", s.city.ids[i], st.Problem)
		}
	}
	acked, kept := s.watch.finals()
	lost, err := s.missing(ctx, acked)
	if err != nil {
		return err
	}
	forgotten, err := s.missing(ctx, kept)
	if err != nil {
		return err
	}
	verified := 0
	for i, p := range s.city.nodes {
		if _, err := p.call(ctx, request{Op: opVerify}); err != nil {
			r.note("%s: %v", s.city.ids[i], err)
		} else {
			verified++
		}
	}
	s.report(r, stats[0], len(acked), len(kept))
	r.most("forks", "", float64(len(s.watch.forks)), 0)
	for _, f := range s.watch.forks {
		r.note("fork: %s", f)
	}
	r.most("acknowledged entries lost", "entries", float64(lost), 0)
	r.most("kept but not acknowledged entries lost", "entries", float64(forgotten), 0)
	r.most("replicas with another digest", "", float64(different), 0)
	r.least("replicas that verify from the first entry on", "", float64(verified), float64(len(stats)))
	r.most("nodes that ended by themselves", "", float64(len(s.crashed)), 0)
	r.most("keepers with a problem at the end", "", float64(silent), 0)
	for _, c := range s.crashed {
		r.note("ended by itself: %s", c)
	}
	slices.SortFunc(s.watch.stalls, func(a, b stall) int { return cmp.Compare(b.d, a.d) })
	for _, x := range s.watch.stalls[:min(len(s.watch.stalls), 10)] {
		r.note("a stall of %.1f s: %s", x.d.Seconds(), x.during)
	}
	r.most("longest stall with a quorum connected", "s", s.watch.longest.Seconds(), goalStall)
	r.most("time lost in stalls over 1 s, of that with a quorum", "%", 100*ratio(s.watch.lost.Seconds(), s.watch.connected.Seconds()), goalStallTime)
	return nil
}

func (s *soak) report(r *Report, st reply, acked, kept int) {
	r.add("seed", "", float64(s.Seed))
	r.add("faults", "", float64(s.faults))
	r.add("of them with cuts", "", float64(s.cuts))
	r.add("processes killed", "", float64(s.kills))
	r.add("time with a quorum connected", "s", s.watch.connected.Seconds())
	r.add("blocks", "", float64(st.Height))
	r.add("entries", "", float64(st.Log.Size))
	r.add("acknowledged entries", "", float64(acked))
	r.add("kept but not acknowledged entries", "", float64(kept))
	if len(s.watch.returns) > 0 {
		r.add("from a quorum's return to the next block, median", "ms", median(s.watch.returns))
		r.add("from a quorum's return to the next block, longest", "ms", slices.Max(s.watch.returns))
	}
}

// checkAtOnce bounds the finals of one line.
const checkAtOnce = 2000

// missing counts the finals that some replica has not as it was told.
func (s *soak) missing(ctx context.Context, finals []final) (int, error) {
	lost := map[ledger.EntryID]bool{}
	for part := range slices.Chunk(finals, checkAtOnce) {
		replies, err := s.city.ask(ctx, request{Op: opCheck, Finals: part})
		if err != nil {
			return 0, err
		}
		for _, rep := range replies {
			for _, f := range rep.Missing {
				lost[f.ID] = true
			}
		}
	}
	return len(lost), nil
}
