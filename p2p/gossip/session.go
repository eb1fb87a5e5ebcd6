package gossip

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"time"
)

const (
	openLimit   = 4 * time.Second // to have all streams of a session
	maxPending  = 2               // sessions that a peer may have half open
	sessionID   = 16
	headerBytes = 32 + sessionID + 1
	accepted    = 1 // the acknowledgement on the control stream
)

var (
	errHeader  = errors.New("stream header is not of this network or session")
	errPending = errors.New("session did not come about in time")
)

// session is one stream of each class.
type session struct {
	id      [sessionID]byte
	streams [classes]net.Conn
}

func (x *session) close() {
	for _, c := range x.streams {
		if c != nil {
			_ = c.Close()
		}
	}
}

// open opens a session with the peer and waits until it has acknowledged.
func open(ctx context.Context, t Transport, network [32]byte, peer string) (*session, error) {
	ctx, cancel := context.WithTimeout(ctx, openLimit)
	defer cancel()
	x := &session{}
	if _, err := rand.Read(x.id[:]); err != nil {
		return nil, fmt.Errorf("session ID: %w", err)
	}
	if err := x.dial(ctx, t, network, peer); err != nil {
		x.close()
		return nil, err
	}
	return x, nil
}

func (x *session) dial(ctx context.Context, t Transport, network [32]byte, peer string) error {
	deadline, _ := ctx.Deadline()
	for c := control; c < classes; c++ {
		stream, err := t.Open(ctx, peer)
		if err != nil {
			return fmt.Errorf("open %s stream: %w", c, err)
		}
		x.streams[c] = stream
		if err := stream.SetDeadline(deadline); err != nil {
			return fmt.Errorf("open %s stream: %w", c, err)
		}
		header := bytes.Join([][]byte{network[:], x.id[:], {byte(c)}}, nil)
		if _, err := stream.Write(header); err != nil {
			return fmt.Errorf("head %s stream: %w", c, err)
		}
	}
	stop := context.AfterFunc(ctx, func() { _ = x.streams[control].Close() })
	defer stop()
	var ack [1]byte
	if _, err := io.ReadFull(x.streams[control], ack[:]); err != nil {
		return fmt.Errorf("wait for acknowledgement: %w", err)
	}
	if ack[0] != accepted {
		return errHeader
	}
	return nil
}

// pending is a session of which not all streams have come yet.
type pending struct {
	session
	have  int
	timer *time.Timer
}

// accept takes one stream that the peer opened. The last of a session hands the
// session to the link.
func (l *link) accept(stream net.Conn) {
	if err := stream.SetDeadline(time.Now().Add(openLimit)); err != nil {
		_ = stream.Close()
		return
	}
	var header [headerBytes]byte
	if _, err := io.ReadFull(stream, header[:]); err != nil || [32]byte(header[:32]) != l.sw.network || class(header[headerBytes-1]) >= classes {
		_ = stream.Close()
		l.note(errHeader)
		return
	}
	id, c := [sessionID]byte(header[32:]), class(header[headerBytes-1])
	x := l.gather(id, c, stream)
	if x == nil {
		return
	}
	if _, err := x.streams[control].Write([]byte{accepted}); err != nil {
		x.close()
		l.note(fmt.Errorf("acknowledge session: %w", err))
		return
	}
	l.deliver(x)
}

// gather adds a stream to its session and returns the session once complete.
func (l *link) gather(id [sessionID]byte, c class, stream net.Conn) *session {
	l.mu.Lock()
	defer l.mu.Unlock()
	p := l.pending[id]
	if p == nil {
		if len(l.pending) >= maxPending || l.ctx.Err() != nil {
			_ = stream.Close()
			return nil
		}
		p = &pending{session: session{id: id}}
		p.timer = time.AfterFunc(openLimit, func() { l.forget(id) })
		l.pending[id] = p
	}
	if p.streams[c] != nil {
		_ = stream.Close()
		return nil
	}
	p.streams[c] = stream
	if p.have++; p.have < int(classes) {
		return nil
	}
	p.timer.Stop()
	delete(l.pending, id)
	return &p.session
}

// forget gives up on a session that is not complete.
func (l *link) forget(id [sessionID]byte) {
	l.mu.Lock()
	p := l.pending[id]
	delete(l.pending, id)
	l.mu.Unlock()
	if p != nil {
		p.timer.Stop()
		p.close()
		l.note(errPending)
	}
}

// deliver hands a session to the link's goroutine, in place of one that it has not
// picked up yet.
func (l *link) deliver(x *session) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ctx.Err() != nil {
		x.close()
		return
	}
	select {
	case old := <-l.in:
		old.close()
	default:
	}
	l.in <- x
}
