package ledgertest

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/cometbft/cometbft/p2p"
)

// redial is how long a link waits before it looks again.
const redial = 50 * time.Millisecond

var (
	errDropped = errors.New("the link was dropped")
	errSilent  = errors.New("nothing heard from the peer")
	errLeft    = errors.New("the peer has left")
)

// link is one pair of nodes. Its goroutine alone adds and removes the peers of
// its sessions, on both sides.
type link struct {
	f      *Fabric
	pair   [2]p2p.ID
	wake   chan struct{}
	cancel context.CancelFunc
	done   chan struct{}

	mu      sync.Mutex
	idle    sync.Cond
	session [2]*Peer // both or neither
}

func newLink(f *Fabric, pair [2]p2p.ID) *link {
	ctx, cancel := context.WithCancel(context.Background())
	l := &link{f: f, pair: pair, wake: make(chan struct{}, 1), cancel: cancel, done: make(chan struct{})}
	l.idle.L = &l.mu
	go l.run(ctx)
	return l
}

func (l *link) poke() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

func (l *link) run(ctx context.Context) {
	defer close(l.done)
	timer := time.NewTimer(redial)
	defer timer.Stop()
	for ctx.Err() == nil {
		a, b := l.f.node(l.pair[0]), l.f.node(l.pair[1])
		if a != nil && b != nil && !l.f.cut(l.pair) {
			l.serve(ctx, a, b)
		}
		timer.Reset(redial)
		select {
		case <-ctx.Done():
		case <-l.wake:
		case <-timer.C:
		}
	}
}

// serve runs one session to its end.
func (l *link) serve(ctx context.Context, a, b *Switch) {
	pa, pb := newPeer(a, b.id), newPeer(b, a.id)
	pa.twin, pb.twin = pb, pa
	l.mu.Lock()
	l.session = [2]*Peer{pa, pb}
	l.mu.Unlock()
	defer func() {
		l.mu.Lock()
		l.session = [2]*Peer{}
		l.idle.Broadcast()
		l.mu.Unlock()
	}()
	// A switch may have stopped meanwhile: then leave has found no session.
	if l.f.node(a.id) != a || l.f.node(b.id) != b {
		return
	}
	a.add(pa)
	b.add(pb)
	l.watch(ctx, pa, pb)
	a.remove(pa)
	b.remove(pb)
}

// watch waits for the end of a session: a side fails, or a direction stays cut.
func (l *link) watch(ctx context.Context, pa, pb *Peer) {
	var silent <-chan time.Time
	for {
		select {
		case <-ctx.Done():
			pa.fail(errLeft)
		case <-pa.dead:
		case <-pb.dead:
		case <-silent:
			pa.fail(errSilent)
		case <-l.wake:
			switch cut := l.f.cut(l.pair); {
			case cut && silent == nil:
				silent = time.After(l.f.DeadAfter)
			case !cut:
				silent = nil
			}
			continue
		}
		pa.fail(errLeft)
		pb.fail(errLeft)
		return
	}
}

func (l *link) drop() {
	l.mu.Lock()
	p := l.session[0]
	l.mu.Unlock()
	if p != nil {
		p.fail(errDropped)
	}
}

// end ends a session of this switch, if there is one, and waits for it.
func (l *link) end(s *Switch) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.session[0] != nil && (l.session[0].sw == s || l.session[1].sw == s) {
		l.session[0].fail(errLeft)
		l.idle.Wait()
	}
}

func (l *link) close() {
	l.cancel()
	<-l.done
}
