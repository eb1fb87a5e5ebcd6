package p2p

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
)

// How many streams of one protocol may be open towards us, unless its
// StreamLimits say otherwise.
const (
	defaultPerPeer = 16
	defaultTotal   = 1024
	firstDeadline  = 10 * time.Second
)

var (
	// ErrNotEnrolled says that a peer is not a member, nor a guest for the protocol asked.
	ErrNotEnrolled = errors.New("peer is not enrolled")
	// ErrClosed says that the host has been closed.
	ErrClosed = errors.New("host is closed")
)

// StreamLimits bounds the streams of one protocol that others open towards us.
type StreamLimits struct {
	PerPeer int // at once from one peer; zero means 16
	Total   int // at once from all; zero means 1024
}

// Handler serves one stream. The stream comes with a deadline ten seconds ahead,
// which a handler that goes on longer moves. Returning closes the stream. The
// context ends with the host.
type Handler func(ctx context.Context, s *Stream)

// SetHandler serves a protocol by its short name, such as "vault". A stream beyond
// the limits, or of a peer that may not speak the protocol, is reset unseen.
func (h *Host) SetHandler(protocol string, limits StreamLimits, handle Handler) {
	open := newSlots(limits)
	h.net.SetStreamHandler(protocolID(h.cfg.Network, protocol), func(raw network.Stream) {
		p := raw.Conn().RemotePeer()
		if !h.gate.speaks(p, protocol) {
			_ = raw.ResetWithError(network.StreamGated)
			return
		}
		if !open.take(p) {
			h.log.Warn("too many streams", "protocol", protocol, "peer", textOf(p).Short())
			_ = raw.ResetWithError(network.StreamResourceLimitExceeded)
			return
		}
		defer open.give(p)
		if !h.begin() {
			_ = raw.Reset()
			return
		}
		defer h.wait.Done()
		h.serve(protocol, newStream(raw, h.gate), handle)
	})
}

// RemoveHandler stops serving a protocol. Streams that are open go on.
func (h *Host) RemoveHandler(protocol string) {
	h.net.RemoveStreamHandler(protocolID(h.cfg.Network, protocol))
}

func (h *Host) serve(protocol string, s *Stream, handle Handler) {
	defer func() {
		if r := recover(); r != nil {
			h.log.Error("handler panicked", "protocol", protocol, "peer", s.Peer().Short(), "panic", r, "stack", string(debug.Stack()))
			_ = s.Reset()
		}
	}()
	if err := s.SetDeadline(time.Now().Add(firstDeadline)); err != nil {
		_ = s.Reset()
		return
	}
	if err := s.passable(&s.readBy); err != nil { // a cut link brings no new streams either
		_ = s.Reset()
		return
	}
	handle(h.ctx, s)
	_ = s.Close()
}

// Open opens a stream, and a connection for it if there is none. The context
// bounds the opening only; set a deadline on the stream.
func (h *Host) Open(ctx context.Context, p PeerID, protocol string) (*Stream, error) {
	id, err := p.decode()
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", protocol, err)
	}
	s, err := h.open(ctx, id, protocol)
	if err != nil {
		return nil, fmt.Errorf("open %s with %s: %w", protocol, p.Short(), err)
	}
	return s, nil
}

func (h *Host) open(ctx context.Context, id peer.ID, protocol string) (*Stream, error) {
	if !h.gate.speaks(id, protocol) {
		return nil, ErrNotEnrolled
	}
	if !h.connected(id) {
		if err := h.dial(ctx, id); err != nil {
			return nil, err
		}
	}
	raw, err := h.net.NewStream(network.WithNoDial(ctx, "dialled above"), id, protocolID(h.cfg.Network, protocol))
	if err != nil {
		return nil, err
	}
	s := newStream(raw, h.gate)
	if at, ok := ctx.Deadline(); ok {
		s.writeBy.Store(at.UnixNano())
	}
	if err := s.passable(&s.writeBy); err != nil {
		_ = s.Reset()
		return nil, err
	}
	s.writeBy.Store(0)
	return s, nil
}

// slots counts open streams of one protocol.
type slots struct {
	limits StreamLimits

	mu    sync.Mutex
	total int
	by    map[peer.ID]int
}

func newSlots(l StreamLimits) *slots {
	if l.PerPeer == 0 {
		l.PerPeer = defaultPerPeer
	}
	if l.Total == 0 {
		l.Total = defaultTotal
	}
	return &slots{limits: l, by: map[peer.ID]int{}}
}

func (s *slots) take(p peer.ID) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.total >= s.limits.Total || s.by[p] >= s.limits.PerPeer {
		return false
	}
	s.total++
	s.by[p]++
	return true
}

func (s *slots) give(p peer.ID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.total--
	if s.by[p]--; s.by[p] == 0 {
		delete(s.by, p)
	}
}
