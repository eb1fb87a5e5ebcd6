package p2p

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
	ma "github.com/multiformats/go-multiaddr"
)

const (
	minRetry   = 250 * time.Millisecond
	maxRetry   = time.Second
	steadyTime = 5 * time.Second // a link that lasted so long starts its retries anew
	maxAddrs   = 24              // dialled for one peer
)

var errExpelled = errors.New("peer was expelled")

// link keeps the connection with one enrolled peer: one goroutine, run, dials and
// exchanges hellos. The side with the smaller peer ID opens the hello stream, both
// sides dial.
type link struct {
	h      *Host
	id     peer.ID
	opener bool
	ctx    context.Context
	stop   context.CancelCauseFunc

	wakeup chan struct{} // something about the connection has changed
	news   chan struct{} // our own state has changed: say hello now
	in     chan *visit

	mu      sync.Mutex
	keep    bool
	given   []ma.Multiaddr // from the ledger or an invitation
	told    []ma.Multiaddr // by the peer's own hello
	relayed []ma.Multiaddr // by records the peer signed and others passed on
	nearby  []ma.Multiaddr // seen in the local network
	status  PeerStatus
}

func newLink(h *Host, id peer.ID) *link {
	l := &link{
		h: h, id: id, opener: h.self < id, keep: true,
		wakeup: make(chan struct{}, 1), news: make(chan struct{}, 1), in: make(chan *visit),
		status: PeerStatus{ID: textOf(id), Since: time.Now()},
	}
	l.ctx, l.stop = context.WithCancelCause(h.ctx)
	return l
}

func (l *link) cancel() { l.stop(errExpelled) }

func (l *link) poke() { signal(l.wakeup) }

// signal wakes a waiter, or leaves the signal for when it comes.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// attempt is the outcome of dialling and, on the opener's side, opening.
type attempt struct {
	s   *Stream
	err error
}

// run is the link's life.
func (l *link) run() {
	var (
		trying    chan attempt // of the attempt under way
		next      time.Time    // earliest time of the next one
		pause     = minRetry
		connected time.Time // since when there is a connection without a hello
	)
	timer := time.NewTimer(0)
	defer timer.Stop()
	converse := func(s *Stream, v *visit) {
		for s != nil {
			began := time.Now()
			newer, err := l.talk(s)
			if v != nil {
				close(v.done)
			}
			if time.Since(began) > steadyTime {
				pause = minRetry
			}
			s, v = nil, newer
			if newer != nil {
				s = newer.s
				continue
			}
			l.setDown(err)
			if errors.Is(err, ErrSilent) { // a hole: never use that connection again
				_ = l.h.net.Network().ClosePeer(l.id)
			}
		}
		connected = time.Time{}
		if l.h.connected(l.id) {
			connected = time.Now() // the same one: no reason to hurry
		}
		next = time.Now().Add(jitter(pause))
		pause = min(2*pause, maxRetry)
	}
	for {
		now := time.Now()
		switch up := l.h.connected(l.id); {
		case !up && !connected.IsZero():
			connected = time.Time{}
			l.setDown(ErrRefused)
		case up && connected.IsZero():
			connected = now
			next = now
		case up && !l.opener && now.Sub(connected) > l.h.cfg.DeadAfter:
			connected = time.Time{}
			l.setDown(ErrSilent)
			_ = l.h.net.Network().ClosePeer(l.id)
		}
		if trying == nil && !now.Before(next) && l.wants(!connected.IsZero()) {
			trying = make(chan attempt, 1)
			go func(done chan<- attempt) { done <- l.try() }(trying)
			next = now.Add(jitter(pause))
			pause = min(2*pause, maxRetry)
		}
		timer.Reset(max(time.Until(next), 20*time.Millisecond))
		if trying != nil || !now.Before(next) {
			timer.Reset(maxRetry)
		}
		select {
		case <-l.ctx.Done():
			if trying != nil {
				if a := <-trying; a.s != nil {
					_ = a.s.Reset()
				}
			}
			l.setDown(context.Cause(l.ctx))
			return
		case v := <-l.in:
			converse(v.s, v)
		case a := <-trying:
			trying = nil
			if a.err != nil {
				l.setDown(a.err)
			}
			if a.s != nil {
				converse(a.s, nil)
			}
		case <-l.wakeup:
		case <-timer.C:
		}
	}
}

// wants reports whether an attempt makes sense now.
func (l *link) wants(connected bool) bool {
	if l.h.gate.isCut(l.id) {
		return false
	}
	if connected {
		return l.opener
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.keep && len(l.given)+len(l.told)+len(l.relayed)+len(l.nearby) > 0
}

// try dials if need be and opens the hello stream if that is our part.
func (l *link) try() attempt {
	ctx, cancel := context.WithTimeout(l.ctx, dialLimit)
	defer cancel()
	if !l.h.connected(l.id) {
		if err := l.h.dial(ctx, l.id); err != nil {
			return attempt{err: err}
		}
	}
	if !l.opener {
		return attempt{}
	}
	s, err := l.h.open(ctx, l.id, helloProtocol)
	if err != nil && !l.h.connected(l.id) {
		err = fmt.Errorf("%w: %w", ErrRefused, err)
	}
	return attempt{s: s, err: err}
}

// jitter spreads d over 75 to 125 percent, so that two hosts do not dial in step.
func jitter(d time.Duration) time.Duration {
	return d*3/4 + rand.N(d/2)
}

func (l *link) setKeep(on bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.keep = on
}

func (l *link) addGiven(addrs []ma.Multiaddr) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.given = merge(l.given, addrs)
}

func (l *link) setRelayed(addrs []ma.Multiaddr) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.relayed = addrs
}

func (l *link) setNearby(addrs []ma.Multiaddr) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.nearby = addrs
}

func (l *link) seenNearby() []ma.Multiaddr {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.nearby
}

// addrs returns where to dial: what the peer said last, then what others know.
func (l *link) addrs() []ma.Multiaddr {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := merge(merge(merge(merge(nil, l.nearby), l.told), l.given), l.relayed)
	return all[:min(len(all), maxAddrs)]
}

// merge appends to a what of b is not in it.
func merge(a, b []ma.Multiaddr) []ma.Multiaddr {
	for _, x := range b {
		if !ma.Contains(a, x) {
			a = append(a, x)
		}
	}
	return a
}
