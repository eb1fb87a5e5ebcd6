package consensus

import (
	"bytes"
	"context"
	"sync"

	"countersign/ledger"
)

// Blocks arrive in block sync well before their turn. Meanwhile their entries are
// parsed and their signatures verified, which need nothing of the blocks before
// but the authors' keys. Whether a block counts is decided as ever: by the
// keepers' commit, which the engine verifies, and by the rules.

const (
	// earlyBlocks bounds the blocks that wait to be looked at.
	earlyBlocks = 1024
	// earlyBytes bounds the entries that were looked at and wait for their turn.
	earlyBytes = 8 << 20
)

// early is what was done for blocks whose turn has not come.
type early struct {
	mu    sync.Mutex
	raw   map[int64][][]byte // transactions by height
	ready map[int64][]*ledger.Entry
	bytes int // of ready
	last  int64
	wake  chan struct{}
}

func newEarly() *early {
	return &early{raw: map[int64][][]byte{}, ready: map[int64][]*ledger.Entry{}, wake: make(chan struct{}, 1)}
}

// offer notes a block that a peer has sent; nobody has checked it yet.
func (h *early) offer(height int64, txs [][]byte) {
	h.mu.Lock()
	if len(txs) > 1 && height > h.last && len(h.raw) < earlyBlocks {
		h.raw[height] = txs[1:]
	}
	h.mu.Unlock()
	h.poke()
}

func (h *early) poke() {
	select {
	case h.wake <- struct{}{}:
	default:
	}
}

// next is the lowest block to be looked at, if there is room for it.
func (h *early) next() (height int64, txs [][]byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for at := range h.raw {
		if height == 0 || at < height {
			height = at
		}
	}
	if h.bytes >= earlyBytes {
		return 0, nil
	}
	txs = h.raw[height]
	if delete(h.raw, height); len(h.raw) > 0 {
		h.poke() // another core may take the next
	}
	return height, txs
}

// put keeps a block's entries, unless its turn has passed.
func (h *early) put(height int64, entries []*ledger.Entry) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, twice := h.ready[height]; height > h.last && !twice {
		h.ready[height] = entries
		h.bytes += sizeOf(entries)
	}
}

// take returns the entries of a block whose turn it is, in the places of the
// transactions that they are; nil for those that nobody has parsed.
func (h *early) take(height int64, txs [][]byte) []*ledger.Entry {
	h.mu.Lock()
	found := h.ready[height]
	h.last = max(h.last, height)
	for at, entries := range h.ready {
		if at <= height {
			h.bytes -= sizeOf(entries)
			delete(h.ready, at)
		}
	}
	for at := range h.raw {
		if at <= height {
			delete(h.raw, at)
		}
	}
	h.mu.Unlock()
	h.poke()
	out := make([]*ledger.Entry, len(txs))
	for i, e := range found {
		if i < len(txs) && e != nil && bytes.Equal(e.Bytes(), txs[i]) {
			out[i] = e
		}
	}
	return out
}

func sizeOf(entries []*ledger.Entry) (n int) {
	for _, e := range entries {
		if e != nil {
			n += len(e.Bytes())
		}
	}
	return n
}

// lookAhead looks at blocks until block sync is over.
func (a *application) lookAhead(ctx context.Context) {
	for a.syncing() && ctx.Err() == nil {
		height, txs := a.early.next()
		if txs == nil {
			select {
			case <-ctx.Done():
				return
			case <-a.early.wake:
			}
			continue
		}
		a.early.put(height, a.lookAt(txs))
	}
}

// lookAt parses transactions and verifies their signatures.
func (a *application) lookAt(txs [][]byte) []*ledger.Entry {
	entries := make([]*ledger.Entry, len(txs))
	var good []*ledger.Entry
	for i, raw := range txs {
		if e, err := ledger.Parse(raw); err == nil {
			entries[i], good = e, append(good, e)
		}
	}
	tx, release := a.store.Snapshot()
	defer release()
	defer func() {
		if r := recover(); r != nil {
			_ = asDamage(r) // the block will meet it and say so
		}
	}()
	a.verifier.verifyTogether(tx, good)
	return entries
}
