package p2p

import (
	"bytes"
	"errors"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
)

// cutPoll is how often a stream over a cut link looks whether it has healed.
const cutPoll = 20 * time.Millisecond

// Stream is one stream of one protocol with one peer. It is read by one goroutine
// and written by one. Over a link that a rehearsal has cut it is a black hole:
// what was written or arrives waits, and is lost only with the stream.
type Stream struct {
	raw  network.Stream
	gate *gate
	id   peer.ID

	held    []byte // read from the wire while the link was cut
	heldErr error  // what came after it

	readBy, writeBy atomic.Int64 // deadlines in Unix nanoseconds, zero for none
	once            sync.Once
	ended           chan struct{} // closed by Close and Reset
}

func newStream(raw network.Stream, g *gate) *Stream {
	return &Stream{raw: raw, gate: g, id: raw.Conn().RemotePeer(), ended: make(chan struct{})}
}

// Peer returns who is at the other end; libp2p has authenticated it.
func (s *Stream) Peer() PeerID { return textOf(s.id) }

// RemoteIP returns the address the peer connects from, or nil if it has none.
func (s *Stream) RemoteIP() net.IP { return ipOf(s.raw.Conn().RemoteMultiaddr()) }

// Read reads up to len(b) bytes.
func (s *Stream) Read(b []byte) (int, error) {
	if len(s.held) == 0 {
		n, err := s.raw.Read(b)
		s.gate.received.Add(uint64(n))
		if n == 0 || !s.gate.isCut(s.id) {
			return n, timely(err)
		}
		s.held, s.heldErr = bytes.Clone(b[:n]), timely(err)
	}
	if err := s.passable(&s.readBy); err != nil {
		return 0, err
	}
	n := copy(b, s.held)
	if s.held = s.held[n:]; len(s.held) > 0 {
		return n, nil
	}
	err := s.heldErr
	s.held, s.heldErr = nil, nil
	return n, err
}

// Write writes all of b or fails.
func (s *Stream) Write(b []byte) (int, error) {
	if err := s.passable(&s.writeBy); err != nil {
		return 0, err
	}
	n, err := s.raw.Write(b)
	s.gate.sent.Add(uint64(n))
	return n, timely(err)
}

// passable waits until the link is not cut.
func (s *Stream) passable(by *atomic.Int64) error {
	if !s.gate.isCut(s.id) {
		return nil
	}
	tick := time.NewTicker(cutPoll)
	defer tick.Stop()
	for s.gate.isCut(s.id) {
		if at := by.Load(); at != 0 && time.Now().UnixNano() >= at {
			return os.ErrDeadlineExceeded
		}
		if s.raw.Conn().IsClosed() {
			return net.ErrClosed
		}
		select {
		case <-s.ended:
			return net.ErrClosed
		case <-tick.C:
		}
	}
	return nil
}

// Close ends both directions once what was written has gone out.
func (s *Stream) Close() error {
	s.once.Do(func() { close(s.ended) })
	return s.raw.Close()
}

// CloseWrite tells the peer that nothing more will come.
func (s *Stream) CloseWrite() error { return s.raw.CloseWrite() }

// Reset ends both directions at once; the peer's reads and writes fail.
func (s *Stream) Reset() error {
	s.once.Do(func() { close(s.ended) })
	return s.raw.Reset()
}

// SetDeadline bounds reading and writing; the zero time takes the bound off.
func (s *Stream) SetDeadline(t time.Time) error {
	s.readBy.Store(unixNano(t))
	s.writeBy.Store(unixNano(t))
	return s.raw.SetDeadline(t)
}

// SetReadDeadline bounds reading.
func (s *Stream) SetReadDeadline(t time.Time) error {
	s.readBy.Store(unixNano(t))
	return s.raw.SetReadDeadline(t)
}

// SetWriteDeadline bounds writing.
func (s *Stream) SetWriteDeadline(t time.Time) error {
	s.writeBy.Store(unixNano(t))
	return s.raw.SetWriteDeadline(t)
}

func unixNano(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}

// timely gives timeouts of every transport the one name callers test for.
func timely(err error) error {
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		return os.ErrDeadlineExceeded
	}
	return err
}
