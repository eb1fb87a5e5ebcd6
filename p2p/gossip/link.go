package gossip

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"sync"
	"time"
)

const (
	minRetry   = 250 * time.Millisecond
	maxRetry   = time.Second
	steadyTime = 5 * time.Second // a session that lasted so long starts retries anew
)

var (
	errStopped    = errors.New("switch stopped")
	errExpelled   = errors.New("peer was expelled")
	errSuperseded = errors.New("peer opened a newer session")
)

// link keeps a session with one enrolled peer. Its goroutine, run, alone adds the
// peer to the reactors and removes it.
type link struct {
	sw     *Switch
	id     string
	opener bool
	prev   <-chan struct{} // an earlier link with this peer that has yet to end
	wake   chan struct{}
	in     chan *session // opened by the other side
	ctx    context.Context
	cancel context.CancelCauseFunc
	done   chan struct{}

	mu      sync.Mutex
	pending map[[sessionID]byte]*pending
	up      bool
	since   time.Time
	last    error
}

func newLink(s *Switch, id string) *link {
	l := &link{
		sw: s, id: id, opener: s.transport.Self() < id,
		wake: make(chan struct{}, 1), in: make(chan *session, 1), done: make(chan struct{}),
		pending: map[[sessionID]byte]*pending{}, since: time.Now(),
	}
	l.ctx, l.cancel = context.WithCancelCause(context.Background())
	return l
}

func (l *link) run() {
	defer close(l.done)
	defer l.clean()
	if l.prev != nil {
		<-l.prev // it takes the peer out of the set before we put it in
	}
	pause := minRetry
	for l.ctx.Err() == nil {
		x := l.next()
		began := time.Now()
		for x != nil {
			x = l.serve(x)
		}
		if time.Since(began) > steadyTime {
			pause = minRetry
		}
		x = l.rest(pause)
		for x != nil {
			x = l.serve(x)
		}
		pause = min(2*pause, maxRetry)
	}
}

// next opens a session if that is our part.
func (l *link) next() *session {
	if !l.opener {
		return nil
	}
	x, err := open(l.ctx, l.sw.transport, l.sw.network, l.id)
	if err != nil {
		l.note(err)
		return nil
	}
	return x
}

// rest waits before the next try; a session may come meanwhile.
func (l *link) rest(pause time.Duration) *session {
	t := time.NewTimer(pause*3/4 + rand.N(pause/2))
	defer t.Stop()
	retry := t.C
	if !l.opener {
		retry = nil // nothing to try
	}
	select {
	case <-l.ctx.Done():
	case <-l.wake:
	case <-retry:
	case x := <-l.in:
		return x
	}
	return nil
}

// serve runs one session to its end. It returns the one that took its place, if any.
func (l *link) serve(x *session) (next *session) {
	p, err := l.add(x)
	if err != nil {
		x.close()
		l.note(err)
		return nil
	}
	l.setUp(true)
	select {
	case <-p.Quit():
	case <-l.ctx.Done():
		p.fail(context.Cause(l.ctx))
	case next = <-l.in:
		p.fail(errSuperseded)
	}
	l.setUp(false)
	l.note(p.why())
	l.remove(p)
	if errors.Is(p.why(), ErrSilent) {
		l.sw.transport.ClosePeer(l.id) // a hole: never use that connection again
	}
	return next
}

// add makes a peer of a session and presents it to every reactor.
func (l *link) add(x *session) (p *Peer, err error) {
	s := l.sw
	p = newPeer(s, l.id, l.opener, x)
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("add peer: panic: %v", r)
			s.Logger.Error("reactor panicked", "peer", l.id, "panic", r, "stack", string(debug.Stack()))
		}
		if err != nil {
			p.fail(err)
			l.remove(p)
		}
	}()
	for _, r := range s.reactors {
		r.reactor.InitPeer(p)
	}
	if err := p.Start(); err != nil {
		return p, fmt.Errorf("add peer: %w", err)
	}
	if err := s.peers.Add(p); err != nil {
		return p, fmt.Errorf("add peer: %w", err)
	}
	for _, r := range s.reactors {
		r.reactor.AddPeer(p)
	}
	s.count.sessions.Add(1)
	s.startPush(p)
	return p, nil
}

func (l *link) remove(p *Peer) {
	s := l.sw
	s.Logger.Info("session ended", "peer", l.id, "why", p.why())
	for _, r := range s.reactors {
		r.reactor.RemovePeer(p, p.why())
	}
	if s.peers.Get(p.ID()) == p {
		s.peers.Remove(p) // last, as CometBFT's own switch does
	}
}

// clean closes what was never picked up.
func (l *link) clean() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for id, p := range l.pending {
		p.timer.Stop()
		p.close()
		delete(l.pending, id)
	}
	select {
	case x := <-l.in:
		x.close()
	default:
	}
}

func (l *link) poke() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

func (l *link) note(err error) {
	if err == nil || errors.Is(err, errSuperseded) {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last = err
}

func (l *link) setUp(up bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.up, l.since = up, time.Now()
}

func (l *link) snapshot() Session {
	l.mu.Lock()
	defer l.mu.Unlock()
	return Session{Peer: l.id, Up: l.up, Since: l.since, LastError: l.last}
}
