package node

import (
	"context"
	"maps"
	"slices"
	"sync"

	"countersign/app/desk"
	"countersign/ledger"
)

// feed hands changes to many readers; what a slow reader has not taken yet is merged.
type feed struct {
	ended <-chan struct{} // closed with the node

	mu   sync.Mutex
	subs map[*subscriber]struct{}
}

type subscriber struct {
	pending desk.Change
	wake    chan struct{}
}

func newFeed(ended <-chan struct{}) *feed {
	return &feed{ended: ended, subs: map[*subscriber]struct{}{}}
}

func (f *feed) publish(c desk.Change) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for s := range f.subs {
		s.pending = merge(s.pending, c)
		select {
		case s.wake <- struct{}{}:
		default:
		}
	}
}

// subscribe returns a channel that is closed when ctx or the node ends.
func (f *feed) subscribe(ctx context.Context) <-chan desk.Change {
	s := &subscriber{wake: make(chan struct{}, 1)}
	f.mu.Lock()
	f.subs[s] = struct{}{}
	f.mu.Unlock()
	out := make(chan desk.Change)
	go func() {
		defer close(out)
		defer f.drop(s)
		for {
			select {
			case <-ctx.Done():
				return
			case <-f.ended:
				return
			case <-s.wake:
			}
			select {
			case <-ctx.Done():
				return
			case <-f.ended:
				return
			case out <- f.take(s):
			}
		}
	}()
	return out
}

func (f *feed) take(s *subscriber) desk.Change {
	f.mu.Lock()
	defer f.mu.Unlock()
	c := s.pending
	s.pending = desk.Change{}
	return c
}

func (f *feed) drop(s *subscriber) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.subs, s)
}

// maxChanged is how many requests a merged change names; of more it names none
// and says that everything may have changed (People).
const maxChanged = 256

func merge(a, b desk.Change) desk.Change {
	a.Height = max(a.Height, b.Height)
	for _, r := range b.Requests {
		if !slices.Contains(a.Requests, r) {
			a.Requests = append(a.Requests, r)
		}
	}
	a.People = a.People || b.People || len(a.Requests) > maxChanged
	if len(a.Requests) > maxChanged {
		a.Requests = nil
	}
	a.Peers = a.Peers || b.Peers
	a.Outbox = a.Outbox || b.Outbox
	return a
}

// waiters lets callers wait for an entry to become final.
type waiters struct {
	mu sync.Mutex
	m  map[ledger.EntryID][]chan desk.Final
}

func newWaiters() *waiters { return &waiters{m: map[ledger.EntryID][]chan desk.Final{}} }

func (w *waiters) add(id ledger.EntryID) (<-chan desk.Final, func()) {
	ch := make(chan desk.Final, 1)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.m[id] = append(w.m[id], ch)
	return ch, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.m[id] = slices.DeleteFunc(w.m[id], func(c chan desk.Final) bool { return c == ch })
		if len(w.m[id]) == 0 {
			delete(w.m, id)
		}
	}
}

// waited tells whether anybody waits for an entry.
func (w *waiters) waited(id ledger.EntryID) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.m[id]) > 0
}

// all are the entries that somebody waits for.
func (w *waiters) all() []ledger.EntryID {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Collect(maps.Keys(w.m))
}

func (w *waiters) done(f desk.Final) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, ch := range w.m[f.ID] {
		select {
		case ch <- f:
		default:
		}
	}
}
