package consensus

import (
	"sync"

	"countersign/ledger"
	"countersign/ledger/rules"
)

// maxEventOutcomes bounds what a slow subscriber's event gathers.
const maxEventOutcomes = 4096

// BlockEvent says that blocks are final and durable here. One event may stand
// for several blocks when its reader was slow: Height and Time are the last
// one's, Outcomes are in order over all.
type BlockEvent struct {
	Height   ledger.Height
	Time     ledger.Time // ledger time after the block
	Outcomes []rules.Outcome
	Faults   int // double votes put on record
	// KeepersChanged says that the set of keepers changes from Height+2 on.
	KeepersChanged bool
	// Missed says that there were more outcomes than listed: read everything anew.
	Missed bool
}

func (e BlockEvent) merge(next BlockEvent) BlockEvent {
	out := BlockEvent{Height: next.Height, Time: next.Time, Faults: e.Faults + next.Faults,
		KeepersChanged: e.KeepersChanged || next.KeepersChanged, Missed: e.Missed || next.Missed}
	if len(e.Outcomes)+len(next.Outcomes) > maxEventOutcomes {
		out.Missed = true
		return out
	}
	out.Outcomes = append(append(out.Outcomes, e.Outcomes...), next.Outcomes...)
	return out
}

// hub hands events to subscribers without ever waiting for one: an event that
// was not fetched yet is merged with the next.
type hub struct {
	mu     sync.Mutex
	subs   map[chan BlockEvent]struct{}
	closed bool
}

func newHub() *hub { return &hub{subs: map[chan BlockEvent]struct{}{}} }

func (h *hub) subscribe() (<-chan BlockEvent, func()) {
	ch := make(chan BlockEvent, 1)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		close(ch)
		return ch, func() {}
	}
	h.subs[ch] = struct{}{}
	return ch, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		if _, ok := h.subs[ch]; ok {
			delete(h.subs, ch)
			close(ch)
		}
	}
}

func (h *hub) emit(e BlockEvent) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for ch := range h.subs {
		next := e
		select {
		case old := <-ch:
			next = old.merge(e)
		default:
		}
		ch <- next // has room: only emit sends, under the lock
	}
}

func (h *hub) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for ch := range h.subs {
		delete(h.subs, ch)
		close(ch)
	}
}
