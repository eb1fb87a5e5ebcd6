package bench

import (
	"fmt"
	"sync"
	"time"

	"countersign/app/node"
	"countersign/ledger"
)

// watch follows what the nodes say while faults happen: whether they agree, what
// they acknowledged, and how long nothing became final although a quorum was
// connected. A quorum counts as connected from the moment its last process runs
// or its last link is healed: finding each other again is part of the stall.
type watch struct {
	mu sync.Mutex

	up  []bool
	cut map[[2]int]bool

	at    map[ledger.Height]node.Standing
	acked map[ledger.EntryID]final
	kept  map[ledger.EntryID]bool
	forks []string

	size  uint64    // of the longest log seen
	since time.Time // of the last progress, or of the quorum's return; zero: no quorum
	fresh bool      // nothing became final yet since the quorum's return

	connected time.Duration // in all
	lost      time.Duration // of that in stalls over a second
	longest   time.Duration
	returns   []float64 // milliseconds from a quorum's return to the next final block
	stalls    []stall   // those over a second
	now       string    // what is going wrong just now
}

// stall is a time without progress, and what was going wrong at its end.
type stall struct {
	d      time.Duration
	during string
}

// stallLimit is how long a stall may last before its time counts as lost.
const stallLimit = time.Second

func newWatch(n int) *watch {
	return &watch{up: make([]bool, n), cut: map[[2]int]bool{}, at: map[ledger.Height]node.Standing{},
		acked: map[ledger.EntryID]final{}, kept: map[ledger.EntryID]bool{}}
}

// heard takes in what a node says by itself.
func (w *watch) heard(i int, l line) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case l.Block != nil:
		w.block(i, *l.Block)
	case l.Final != nil:
		if was, ok := w.acked[l.Final.ID]; ok && was != *l.Final {
			w.forks = append(w.forks, fmt.Sprintf("entry %s was told as %v and as %v", l.Final.ID.Short(), was, *l.Final))
		}
		w.acked[l.Final.ID] = *l.Final
	case !l.Kept.IsZero():
		w.kept[l.Kept] = true
	}
}

func (w *watch) block(i int, s standingAt) {
	if was, ok := w.at[s.Height]; ok && was != s.Standing {
		w.forks = append(w.forks, fmt.Sprintf("node %d has another block %d", i, s.Height))
	}
	w.at[s.Height] = s.Standing
	if s.Log.Size <= w.size {
		return
	}
	w.size = s.Log.Size
	now := time.Unix(0, s.Nanos)
	if w.since.IsZero() || now.Before(w.since) {
		return
	}
	w.stall(now)
	if w.fresh {
		w.returns = append(w.returns, millis(now.Sub(w.since)))
	}
	w.since, w.fresh = now, false
}

// stall counts the time since the last progress.
func (w *watch) stall(now time.Time) {
	d := now.Sub(w.since)
	w.connected += d
	w.longest = max(w.longest, d)
	if d > stallLimit {
		w.lost += d
		w.stalls = append(w.stalls, stall{d, w.now})
	}
}

// change notes a change of what runs and which links work.
func (w *watch) change(fn func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	before, now := w.quorum(), time.Now()
	fn()
	after := w.quorum()
	switch {
	case before && !after:
		if !w.since.IsZero() && now.After(w.since) {
			w.stall(now)
		}
		w.since = time.Time{}
	case !before && after:
		w.since, w.fresh = now, true
	}
}

// during says what goes wrong from now on.
func (w *watch) during(what string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = what
}

// quorum tells whether some three nodes run and reach each other.
func (w *watch) quorum() bool {
	n := len(w.up)
	for set := range 1 << n {
		count, whole := 0, true
		for a := range n {
			if set>>a&1 == 0 {
				continue
			}
			count++
			whole = whole && w.up[a]
			for b := a + 1; b < n; b++ {
				whole = whole && (set>>b&1 == 0 || !w.cut[[2]int{a, b}])
			}
		}
		if whole && count >= quorum {
			return true
		}
	}
	return false
}

// finals are the acknowledged entries, and those that an outbox took and that
// were not acknowledged, with a zero height.
func (w *watch) finals() (acked, kept []final) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, f := range w.acked {
		acked = append(acked, f)
	}
	for id := range w.kept {
		if _, ok := w.acked[id]; !ok {
			kept = append(kept, final{ID: id})
		}
	}
	return acked, kept
}
