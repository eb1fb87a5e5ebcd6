package gossip

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"os"
	"runtime/debug"
	"time"

	"github.com/cometbft/cometbft/consensus"
	"github.com/cometbft/cometbft/p2p"
	"github.com/cosmos/gogoproto/proto"

	"countersign/p2p/wire"
)

const bufferBytes = 32 << 10

// heartbeat is the only frame of the control stream: an empty one.
var heartbeat = make(frame, wire.HeaderBytes)

// newFrame puts length and channel in front of a message (see package wire).
func newFrame(channel byte, message []byte) frame {
	f := make(frame, 0, wire.HeaderBytes+1+len(message))
	f = binary.BigEndian.AppendUint32(f, uint32(1+len(message)))
	return append(append(f, channel), message...)
}

// write sends what stands in a class's queue until the session ends.
func (p *Peer) write(c class) error {
	stream, q := p.streams[c], p.queues[c]
	if c == control {
		return p.beat(stream)
	}
	w := bufio.NewWriterSize(stream, bufferBytes)
	for {
		f := q.take()
		if f == nil {
			if err := w.Flush(); err != nil {
				return fmt.Errorf("write %s: %w", c, err)
			}
			select {
			case <-q.ready:
			case <-p.Quit():
				return nil
			}
			continue
		}
		if _, err := w.Write(f); err != nil {
			return fmt.Errorf("write %s: %w", c, err)
		}
		p.sw.count.framesSent.Add(1)
		p.sw.count.bytesSent.Add(uint64(len(f)))
	}
}

// beat sends heartbeats. One that cannot be sent in time means the same as none
// received.
func (p *Peer) beat(stream net.Conn) error {
	tick := time.NewTicker(p.sw.beat)
	defer tick.Stop()
	for {
		if err := stream.SetWriteDeadline(time.Now().Add(p.sw.dead)); err != nil {
			return fmt.Errorf("write heartbeat: %w", err)
		}
		if _, err := stream.Write(heartbeat); err != nil {
			return silence(fmt.Errorf("write heartbeat: %w", err))
		}
		select {
		case <-tick.C:
		case <-p.Quit():
			return nil
		}
	}
}

// silence names a missed deadline.
func silence(err error) error {
	var timeout net.Error
	if errors.Is(err, os.ErrDeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout() {
		return fmt.Errorf("%w: %w", ErrSilent, err)
	}
	return err
}

// read receives the frames of one class until the session ends and returns why. A
// reactor that panics over a frame costs the peer its session.
func (p *Peer) read(c class) (err error) {
	defer func() {
		if r := recover(); r != nil {
			p.Logger.Error("reactor panicked", "peer", p.id, "class", c, "panic", r, "stack", string(debug.Stack()))
			err = p.reject("%s: panic: %v", c, r)
		}
	}()
	if c == control {
		return p.listen()
	}
	limit := p.sw.classLimit(c)
	r := bufio.NewReaderSize(p.streams[c], bufferBytes)
	for {
		b, err := wire.ReadFrame(r, limit)
		switch {
		case errors.Is(err, wire.ErrFrameTooLarge):
			return p.reject("%s: %w", c, err)
		case err != nil:
			return fmt.Errorf("%s: %w", c, err)
		case len(b) == 0:
			return p.reject("%s: empty", c)
		}
		p.sw.count.framesReceived.Add(1)
		p.sw.count.bytesReceived.Add(uint64(wire.HeaderBytes + len(b)))
		if err := p.receive(c, b[0], b[1:]); err != nil {
			return err
		}
	}
}

// listen reads heartbeats.
func (p *Peer) listen() error {
	for {
		if err := p.streams[control].SetReadDeadline(time.Now().Add(p.sw.dead)); err != nil {
			return fmt.Errorf("read heartbeat: %w", err)
		}
		_, err := wire.ReadFrame(p.streams[control], 0)
		if errors.Is(err, wire.ErrFrameTooLarge) {
			return p.reject("%s: %w", control, err)
		}
		if err != nil {
			return silence(fmt.Errorf("read heartbeat: %w", err))
		}
	}
}

// receive hands one message to its reactor.
func (p *Peer) receive(c class, id byte, message []byte) error {
	ch, ok := p.sw.channels[id]
	if !ok || classOf(id) != c || len(message) > ch.maxBytes {
		return p.reject("%s: %d bytes on channel %#x", c, len(message), id)
	}
	if filter, ok := ch.reactor.(p2p.MsgBytesFilter); ok {
		if err := filter.FilterMsgBytes(id, p, message); err != nil {
			return p.reject("%s: %w", c, err)
		}
	}
	m := proto.Clone(ch.message)
	if err := proto.Unmarshal(message, m); err != nil {
		return p.reject("%s: %w", c, err)
	}
	if wrapped, ok := m.(p2p.Unwrapper); ok {
		var err error
		if m, err = wrapped.Unwrap(); err != nil {
			return p.reject("%s: %w", c, err)
		}
	}
	if !p.IsRunning() {
		return errClosed
	}
	ch.reactor.Receive(p2p.Envelope{ChannelID: id, Src: p, Message: m})
	if id == consensus.StateChannel { // the peer's consensus has moved on
		p.kick()
	}
	return nil
}

func (p *Peer) reject(format string, args ...any) error {
	p.sw.count.rejected.Add(1)
	return fmt.Errorf("%w: %w", ErrRejected, fmt.Errorf(format, args...))
}

// classLimit is the longest frame of a class: its largest message and the channel.
func (s *Switch) classLimit(c class) int {
	limit := 0
	for id, ch := range s.channels {
		if classOf(id) == c {
			limit = max(limit, ch.maxBytes)
		}
	}
	return limit + 1
}
