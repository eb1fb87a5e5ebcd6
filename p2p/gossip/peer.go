package gossip

import (
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cometbft/cometbft/libs/cmap"
	"github.com/cometbft/cometbft/libs/service"
	"github.com/cometbft/cometbft/p2p"
	"github.com/cometbft/cometbft/p2p/conn"
)

var (
	// ErrSilent says that a session ended because nothing came over it.
	ErrSilent = errors.New("nothing heard from peer")
	// ErrRejected says that a session ended because the peer sent a frame that no
	// correct peer sends.
	ErrRejected = errors.New("frame rejected")

	errNotReading = errors.New("peer does not read what it is sent")
	errClosed     = errors.New("session closed by a reactor")
)

// What may wait for one stream. Blocks for a newcomer are large and come in
// volleys; a dropped one costs it 15 s.
const (
	queueFrames      = 400
	queueBytes       = 8 << 20
	queueBlocksBytes = 48 << 20
)

// Peer implements CometBFT's p2p.Peer: one session with one peer.
type Peer struct {
	service.BaseService
	sw      *Switch
	id      p2p.ID
	opener  bool
	streams [classes]net.Conn
	queues  [classes]*queue
	data    *cmap.CMap
	address *p2p.NetAddress
	kicks   chan struct{} // for the push: consensus has moved on, ours or the peer's

	once          sync.Once
	reason        atomic.Pointer[error]
	removalFailed atomic.Bool
}

var _ p2p.Peer = (*Peer)(nil)

func newPeer(s *Switch, id string, opener bool, x *session) *Peer {
	p := &Peer{
		sw: s, id: p2p.ID(id), opener: opener, streams: x.streams, data: cmap.NewCMap(),
		address: &p2p.NetAddress{ID: p2p.ID(id), IP: net.IPv4zero}, kicks: make(chan struct{}, 1),
	}
	if a, ok := x.streams[control].RemoteAddr().(*net.TCPAddr); ok && a.IP != nil {
		p.address.IP = a.IP
	}
	for c := range classes {
		p.queues[c] = newQueue(queueFrames, queueBytes)
	}
	p.queues[blocks] = newQueue(queueFrames, queueBlocksBytes)
	p.BaseService = *service.NewBaseService(s.Logger, "Peer", p)
	return p
}

// OnStart begins to read and write.
func (p *Peer) OnStart() error {
	for c, stream := range p.streams {
		if err := stream.SetDeadline(time.Time{}); err != nil {
			return fmt.Errorf("start session: %w", err)
		}
		p.sw.pumps.Add(2)
		go func() {
			defer p.sw.pumps.Done()
			p.fail(p.read(class(c)))
		}()
		go func() {
			defer p.sw.pumps.Done()
			if err := p.write(class(c)); err != nil {
				p.fail(err)
			}
		}()
	}
	return nil
}

// OnStop closes the streams, which ends the goroutines and the other side's session.
func (p *Peer) OnStop() {
	for _, stream := range p.streams {
		_ = stream.Close()
	}
}

// fail ends the session, for the first reason given. The link tells the reactors.
func (p *Peer) fail(err error) {
	p.once.Do(func() {
		p.reason.Store(&err)
		if p.Stop() != nil { // it had not been started
			p.OnStop()
		}
	})
}

// why returns the reason the session ended, or nil.
func (p *Peer) why() error {
	if err := p.reason.Load(); err != nil {
		return *err
	}
	return nil
}

func (p *Peer) kick() {
	select {
	case p.kicks <- struct{}{}:
	default:
	}
}

// Send queues a message, waiting for room up to ten seconds. False means that it
// was not sent.
func (p *Peer) Send(e p2p.Envelope) bool { return p.send(e, stay) }

// TrySend queues a message if there is room now.
func (p *Peer) TrySend(e p2p.Envelope) bool { return p.send(e, giveUp) }

func (p *Peer) send(e p2p.Envelope, patience patience) bool {
	f, err := p.sw.encode(e)
	if err != nil {
		p.Logger.Error("send", "channel", e.ChannelID, "err", err)
		return false
	}
	return p.put(e.ChannelID, f, patience, (*queue).put)
}

// put puts a frame into its queue by one of the queue's methods.
func (p *Peer) put(channel byte, f frame, patience patience, put func(*queue, frame, bool, patience, <-chan struct{}) bool) bool {
	if !p.IsRunning() {
		return false
	}
	if put(p.queues[classOf(channel)], f, urgent(channel), patience, p.Quit()) {
		return true
	}
	p.sw.count.dropped.Add(1)
	return false
}

// FlushStop ends the session.
func (p *Peer) FlushStop() { p.fail(errClosed) }

// CloseConn ends the session.
func (p *Peer) CloseConn() error {
	p.fail(errClosed)
	return nil
}

// ID returns the peer's ID.
func (p *Peer) ID() p2p.ID { return p.id }

// RemoteIP returns where the peer connects from, or 0.0.0.0.
func (p *Peer) RemoteIP() net.IP { return p.address.IP }

// RemoteAddr returns the same as an address; the port means nothing.
func (p *Peer) RemoteAddr() net.Addr { return &net.TCPAddr{IP: p.address.IP} }

// SocketAddr returns the same with the peer's ID.
func (p *Peer) SocketAddr() *p2p.NetAddress { return p.address }

// IsOutbound reports whether we opened the session.
func (p *Peer) IsOutbound() bool { return p.opener }

// IsPersistent says yes: sessions with members are kept.
func (p *Peer) IsPersistent() bool { return true }

// NodeInfo returns the peer's ID.
func (p *Peer) NodeInfo() p2p.NodeInfo { return p2p.DefaultNodeInfo{DefaultNodeID: p.id} }

// Status returns nothing; see Switch.Stats.
func (p *Peer) Status() conn.ConnectionStatus { return conn.ConnectionStatus{} }

// Set keeps a value of a reactor's.
func (p *Peer) Set(key string, value any) { p.data.Set(key, value) }

// Get returns a value of a reactor's.
func (p *Peer) Get(key string) any { return p.data.Get(key) }

// SetRemovalFailed marks the peer as gone before it was added.
func (p *Peer) SetRemovalFailed() { p.removalFailed.Store(true) }

// GetRemovalFailed reports that mark.
func (p *Peer) GetRemovalFailed() bool { return p.removalFailed.Load() }

// String names the peer in logs.
func (p *Peer) String() string { return "Peer{" + string(p.id) + "}" }
