package desk_test

import (
	"context"
	"sync"

	"countersign/app/desk"
)

// feed tells its readers what has changed; a slow reader finds all of it merged.
type feed struct {
	mu   sync.Mutex
	subs map[chan struct{}]*desk.Change
}

func (f *feed) publish(c desk.Change) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for wake, pending := range f.subs {
		pending.Height = max(pending.Height, c.Height)
		pending.Requests = append(pending.Requests, c.Requests...)
		pending.People = pending.People || c.People
		select {
		case wake <- struct{}{}:
		default:
		}
	}
}

func (f *feed) subscribe(ctx context.Context) <-chan desk.Change {
	out, wake := make(chan desk.Change), make(chan struct{}, 1)
	f.mu.Lock()
	if f.subs == nil {
		f.subs = map[chan struct{}]*desk.Change{}
	}
	f.subs[wake] = &desk.Change{}
	f.mu.Unlock()
	go func() {
		defer close(out)
		defer func() {
			f.mu.Lock()
			defer f.mu.Unlock()
			delete(f.subs, wake)
		}()
		for {
			select {
			case <-ctx.Done():
				return
			case <-wake:
			}
			f.mu.Lock()
			c := *f.subs[wake]
			*f.subs[wake] = desk.Change{}
			f.mu.Unlock()
			select {
			case <-ctx.Done():
				return
			case out <- c:
			}
		}
	}()
	return out
}
