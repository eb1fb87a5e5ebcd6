package node

import (
	"sync"
	"time"

	"countersign/ledger"
)

// timings measures how long the entries of this node took to become final, by
// this computer's clock. It remembers the newest ones only.
type timings struct {
	mu    sync.Mutex
	begun map[ledger.EntryID]time.Time
	took  map[ledger.EntryID]time.Duration
	older map[ledger.EntryID]time.Duration // the measurements before those in took
}

// maxTimings is how many measurements are remembered at least.
const maxTimings = 4096

func newTimings() *timings {
	return &timings{begun: map[ledger.EntryID]time.Time{}, took: map[ledger.EntryID]time.Duration{}}
}

func (t *timings) begin(id ledger.EntryID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.begun) >= maxTimings { // entries that never become final
		clear(t.begun)
	}
	t.begun[id] = time.Now()
}

// end notes that an entry is final; of somebody else's it notes nothing.
func (t *timings) end(id ledger.EntryID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	at, ok := t.begun[id]
	if !ok {
		return
	}
	delete(t.begun, id)
	if len(t.took) >= maxTimings {
		t.older, t.took = t.took, map[ledger.EntryID]time.Duration{}
	}
	t.took[id] = time.Since(at)
}

// of is how long an entry took; 0 when it is not known.
func (t *timings) of(id ledger.EntryID) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	if d, ok := t.took[id]; ok {
		return d
	}
	return t.older[id]
}
