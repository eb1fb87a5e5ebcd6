package p2p

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"
)

const (
	helloProtocol = "hello"
	helloBytes    = 8 << 10
	helloText     = 128 // bytes of a version or code
	helloAddrs    = 12  // addresses told at most
	announceGap   = 50 * time.Millisecond
	sentKept      = 32 // sending times kept for measuring delay
)

var (
	// ErrRefused says that the peer closed the connection before a hello came: it
	// does not know this node, or is cut off from it.
	ErrRefused = errors.New("peer closed the connection before its hello")
	// ErrSilent says that nothing was heard for too long.
	ErrSilent = errors.New("nothing heard from peer")

	errSuperseded = errors.New("peer opened a newer hello")
	errBadHello   = errors.New("hello is malformed")
)

// hello is what two hosts tell each other once a second, and more often when
// there is something new.
type hello struct {
	Version   string   `cbor:"1,keyasint"`
	Agency    string   `cbor:"2,keyasint"`
	Node      string   `cbor:"3,keyasint"`
	Clock     int64    `cbor:"4,keyasint"` // Unix milliseconds
	Height    int64    `cbor:"5,keyasint"`
	LogSize   uint64   `cbor:"6,keyasint"`
	Addresses []string `cbor:"7,keyasint"`
	Counter   uint64   `cbor:"8,keyasint"`  // from 1, one more each time
	Echo      uint64   `cbor:"9,keyasint"`  // the last counter received, or 0
	Held      int64    `cbor:"10,keyasint"` // microseconds since that was received
	Records   uint64   `cbor:"11,keyasint"` // counts changes of the addresses known
}

func (m *hello) check() error {
	if len(m.Version) > helloText || len(m.Agency) > helloText || len(m.Node) > helloText {
		return fmt.Errorf("%w: text too long", errBadHello)
	}
	if len(m.Addresses) > helloAddrs || m.Height < 0 || m.Held < 0 || m.Counter == 0 {
		return fmt.Errorf("%w: number out of range", errBadHello)
	}
	return nil
}

// visit is a hello stream that the other side opened, on its way to the link.
type visit struct {
	s    *Stream
	done chan struct{} // closed when the link is through with it
}

func (h *Host) serveHello() {
	h.SetHandler(helloProtocol, StreamLimits{PerPeer: 4, Total: maxConns}, func(ctx context.Context, s *Stream) {
		h.mu.Lock()
		l := h.links[s.id]
		h.mu.Unlock()
		if l == nil || l.opener {
			_ = s.Reset()
			return
		}
		v := &visit{s: s, done: make(chan struct{})}
		timeout := time.NewTimer(firstDeadline)
		defer timeout.Stop()
		select {
		case l.in <- v:
			<-v.done
		case <-l.ctx.Done():
			_ = s.Reset()
		case <-timeout.C:
			_ = s.Reset()
		}
	})
}

// talk exchanges hellos on s until it ends and returns why. If the peer opened a
// newer stream meanwhile, that is returned too.
func (l *link) talk(s *Stream) (*visit, error) {
	done := make(chan struct{})
	heard, failed, ended := make(chan hello), make(chan error, 1), make(chan struct{})
	defer func() {
		close(done)
		_ = s.Reset()
		<-ended
	}()
	go func() {
		defer close(ended)
		failed <- l.listen(s, heard, done)
	}()
	if err := s.SetWriteDeadline(time.Time{}); err != nil {
		return nil, err
	}
	var c conversation
	tick := time.NewTicker(l.h.cfg.Heartbeat)
	defer tick.Stop()
	later := time.NewTimer(0) // the first hello goes out at once
	defer later.Stop()
	for {
		select {
		case m := <-heard:
			c.receive(&m)
			l.setUp(&m, c.delay)
			if c.wantsRecords(&m) {
				l.h.askRecords(l)
			}
			if m.Counter == 1 { // so that the delay is known at once
				if err := l.say(s, &c); err != nil {
					return nil, err
				}
			}
		case <-l.news:
			later.Reset(max(0, announceGap-time.Since(c.spoke)))
		case <-later.C:
			if err := l.say(s, &c); err != nil {
				return nil, err
			}
		case <-tick.C:
			if err := l.say(s, &c); err != nil {
				return nil, err
			}
		case v := <-l.in:
			return v, errSuperseded
		case err := <-failed:
			return nil, l.reason(err, &c)
		case <-l.ctx.Done():
			return nil, context.Cause(l.ctx)
		}
	}
}

// reason puts the end of a hello stream into words.
func (l *link) reason(err error, c *conversation) error {
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return fmt.Errorf("%w for %v", ErrSilent, l.h.cfg.DeadAfter)
	case c.heard == 0 && !errors.Is(err, errBadHello):
		return fmt.Errorf("%w: %w", ErrRefused, err)
	}
	return err
}

// listen reads hellos. Each must have come whole before the peer counts as dead.
func (l *link) listen(s *Stream, heard chan<- hello, done <-chan struct{}) error {
	for {
		if err := s.SetReadDeadline(time.Now().Add(l.h.cfg.DeadAfter)); err != nil {
			return err
		}
		var m hello
		if err := l.h.codec.Read(s, &m, helloBytes); err != nil {
			return err
		}
		if err := m.check(); err != nil {
			return err
		}
		select {
		case heard <- m:
		case <-done:
			return nil
		}
	}
}

func (l *link) say(s *Stream, c *conversation) error {
	cfg := &l.h.cfg
	state := cfg.State()
	addrs := l.h.Addresses()
	m := hello{
		Version: cfg.Version, Agency: cfg.Agency, Node: cfg.Node,
		Clock: cfg.Clock().UnixMilli(), Height: state.Height, LogSize: state.LogSize,
		Addresses: addrs[:min(len(addrs), helloAddrs)], Records: l.h.found.count(),
	}
	c.send(&m)
	if err := s.SetWriteDeadline(time.Now().Add(cfg.DeadAfter)); err != nil {
		return err
	}
	if err := l.h.codec.Write(s, m, helloBytes); err != nil {
		return l.reason(err, c)
	}
	return nil
}

// conversation is what one side remembers of one hello stream.
type conversation struct {
	counter uint64              // of the last hello sent
	sent    [sentKept]time.Time // by counter
	spoke   time.Time

	heard   uint64 // counter of the last hello received
	heardAt time.Time
	delay   time.Duration // round trip, smoothed; zero until measured

	records uint64    // the peer's count when we last asked for its records
	asked   time.Time // when that was
}

// wantsRecords reports whether the peer is to be asked for address records: at
// first, and when it has learnt of others since.
func (c *conversation) wantsRecords(m *hello) bool {
	now := time.Now()
	if !c.asked.IsZero() && (m.Records == c.records || now.Sub(c.asked) < recordsGap) {
		return false
	}
	c.records, c.asked = m.Records, now
	return true
}

func (c *conversation) send(m *hello) {
	c.counter++
	c.spoke = time.Now()
	c.sent[c.counter%sentKept] = c.spoke
	m.Counter, m.Echo = c.counter, c.heard
	if c.heard != 0 {
		m.Held = c.spoke.Sub(c.heardAt).Microseconds()
	}
}

// receive measures the way there and back, without the time the peer held on to it.
func (c *conversation) receive(m *hello) {
	c.heard, c.heardAt = m.Counter, time.Now()
	if m.Echo == 0 || m.Echo > c.counter || c.counter-m.Echo >= sentKept {
		return
	}
	sample := c.heardAt.Sub(c.sent[m.Echo%sentKept]) - time.Duration(m.Held)*time.Microsecond
	sample = max(sample, time.Microsecond)
	if c.delay == 0 {
		c.delay = sample
	} else {
		c.delay += (sample - c.delay) / 4
	}
}
