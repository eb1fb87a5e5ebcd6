package bench

import (
	"math"
	"slices"
	"testing"
	"time"

	"countersign/app/node"
	"countersign/ledger"
)

func TestSeedRepeatsTheFaults(t *testing.T) {
	a, b, other := newPlanner(4, 7), newPlanner(4, 7), newPlanner(4, 8)
	same := true
	for range 50 {
		f, g := a.next(), b.next()
		if f.String() != g.String() || f.pause != g.pause {
			t.Fatalf("one seed drew %q and %q", f, g)
		}
		same = same && f.String() == other.next().String()
	}
	if same {
		t.Error("another seed drew the same faults")
	}
}

func TestQuorumNeedsThreeThatReachEachOther(t *testing.T) {
	for _, c := range []struct {
		name string
		up   []bool
		cut  [][2]int
		want bool
	}{
		{"all", []bool{true, true, true, true}, nil, true},
		{"one away", []bool{true, true, false, true}, nil, true},
		{"two away", []bool{true, false, false, true}, nil, false},
		{"one cut off", []bool{true, true, true, true}, [][2]int{{0, 1}, {0, 2}, {0, 3}}, true},
		{"halves", []bool{true, true, true, true}, [][2]int{{0, 2}, {0, 3}, {1, 2}, {1, 3}}, false},
		{"one link", []bool{true, true, true, true}, [][2]int{{0, 1}}, true},
		{"one away and a link", []bool{true, true, true, false}, [][2]int{{0, 1}}, false},
	} {
		w := newWatch(4)
		w.up = c.up
		for _, l := range c.cut {
			w.cut[l] = true
		}
		if got := w.quorum(); got != c.want {
			t.Errorf("%s: quorum %v, want %v", c.name, got, c.want)
		}
	}
}

func TestStallsCountOnlyWhileAQuorumIsConnected(t *testing.T) {
	w := newWatch(4)
	block := func(h ledger.Height, at time.Time) {
		w.heard(0, line{Block: &standingAt{Standing: node.Standing{Height: h, Log: ledger.LogHead{Size: uint64(h)}}, Nanos: at.UnixNano()}})
	}
	start := time.Now()
	block(1, start) // no quorum yet
	w.change(func() { w.up = []bool{true, true, true, true} })
	since := w.since
	block(2, since.Add(1500*time.Millisecond))
	block(3, since.Add(1600*time.Millisecond))
	if w.longest != 1500*time.Millisecond || w.lost != w.longest || w.connected != 1600*time.Millisecond {
		t.Errorf("longest %s, lost %s, connected %s", w.longest, w.lost, w.connected)
	}
	if len(w.returns) != 1 || w.returns[0] != 1500 {
		t.Errorf("returns %v, want one of 1500 ms", w.returns)
	}
	w.change(func() { w.up[0], w.up[1] = false, false })
	block(4, since.Add(time.Minute))
	if w.longest != 1500*time.Millisecond {
		t.Errorf("a stall without a quorum counts: %s", w.longest)
	}
}

func TestOtherBlockAtOneHeightIsAFork(t *testing.T) {
	w := newWatch(4)
	for i, digest := range []string{"a", "a", "b"} {
		w.heard(i, line{Block: &standingAt{Standing: node.Standing{Height: 5, Digest: ledger.Sum([]byte(digest))}}})
	}
	if len(w.forks) != 1 {
		t.Errorf("forks %v, want one", w.forks)
	}
	id := ledger.Sum([]byte("entry"))
	w.heard(0, line{Final: &final{ID: id, Height: 5}})
	w.heard(0, line{Final: &final{ID: id, Height: 6}})
	if len(w.forks) != 2 {
		t.Errorf("forks %v, want two", w.forks)
	}
}

func TestPaceRunsFromTheFirstBlockToTheLast(t *testing.T) {
	marks := []mark{{1, 0, 9}, {2, 1e9, 9}, {3, 2e9, 10}, {4, 3e9, 20}, {5, 4e9, 9}}
	blocks, entries := pace(marks, 2, 4)
	if blocks != 1 || entries != 15 {
		t.Errorf("%v blocks/s and %v entries/s, want 1 and 15", blocks, entries)
	}
}

func TestGoalsAreComparedAsTheySay(t *testing.T) {
	r := newReport("test", t.Output())
	r.most("low", "ms", 2, 3)
	r.most("high", "ms", 4, 3)
	r.least("enough", "ms", 3, 3)
	r.add("no goal", "ms", 1)
	r.add("not measured", "ms", math.NaN())
	if missed := r.Missed(); len(missed) != 1 || len(r.Metrics) != 4 || len(r.Notes) != 1 {
		t.Errorf("missed %v of %v, notes %v", missed, r.Metrics, r.Notes)
	}
}

func TestPercentilesAreNearestRanks(t *testing.T) {
	v := []float64{4, 1, 3, 2}
	if median(v) != 2.5 || percentile(v, 99) != 4 || percentile(v, 1) != 1 || !slices.Equal(v, []float64{4, 1, 3, 2}) {
		t.Errorf("median %v, p99 %v of %v", median(v), percentile(v, 99), v)
	}
}
