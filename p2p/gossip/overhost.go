package gossip

import (
	"context"
	"errors"
	"net"
	"sync"

	"countersign/p2p"
)

// protocol is the name under which sessions are opened.
const protocol = "gossip"

// A session takes five streams of a peer, and a new one may come before the old
// one has gone; an office with many nodes has many sessions.
var hostLimits = p2p.StreamLimits{PerPeer: 4 * int(classes), Total: 8192}

var errNotConnected = errors.New("no connection with peer")

// OverHost returns the transport over a host's streams. It dials nobody: the host
// does that for every peer enrolled with it.
func OverHost(h *p2p.Host) Transport { return overHost{h} }

type overHost struct{ h *p2p.Host }

func (t overHost) Self() string { return string(t.h.ID()) }

func (t overHost) Open(ctx context.Context, peer string) (net.Conn, error) {
	id := p2p.PeerID(peer)
	if !t.h.Connected(id) {
		return nil, errNotConnected
	}
	s, err := t.h.Open(ctx, id, protocol)
	if err != nil {
		return nil, err
	}
	return &hostConn{Stream: s, closed: make(chan struct{})}, nil
}

func (t overHost) Handle(serve func(peer string, stream net.Conn)) {
	if serve == nil {
		t.h.RemoveHandler(protocol)
		return
	}
	t.h.SetHandler(protocol, hostLimits, func(ctx context.Context, s *p2p.Stream) {
		c := &hostConn{Stream: s, closed: make(chan struct{})}
		serve(string(s.Peer()), c)
		select { // returning would close the stream and free its place
		case <-c.closed:
		case <-ctx.Done():
			_ = c.Close()
		}
	})
}

func (t overHost) ClosePeer(peer string) { t.h.ClosePeer(p2p.PeerID(peer)) }

func (t overHost) Watch(tell func(peer string)) (stop func()) {
	return t.h.OnChange(func(s p2p.PeerStatus) {
		if s.Up {
			tell(string(s.ID))
		}
	})
}

// hostConn makes a net.Conn of a host's stream.
type hostConn struct {
	*p2p.Stream
	once   sync.Once
	closed chan struct{}
}

// Close resets the stream.
func (c *hostConn) Close() error {
	c.once.Do(func() { close(c.closed) })
	return c.Reset()
}

// LocalAddr returns no more than the kind of address.
func (c *hostConn) LocalAddr() net.Addr { return &net.TCPAddr{} }

// RemoteAddr returns the address of the peer, whose port means nothing.
func (c *hostConn) RemoteAddr() net.Addr { return &net.TCPAddr{IP: c.RemoteIP()} }
