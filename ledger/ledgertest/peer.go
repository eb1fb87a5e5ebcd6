package ledgertest

import (
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/cometbft/cometbft/libs/cmap"
	"github.com/cometbft/cometbft/libs/log"
	"github.com/cometbft/cometbft/libs/service"
	"github.com/cometbft/cometbft/p2p"
	"github.com/cometbft/cometbft/p2p/conn"
	"github.com/cosmos/gogoproto/proto"
)

const (
	peerQueue = 1000
	sendWait  = 10 * time.Second
)

// The classes of channels that do not wait for one another, as p2p/gossip's streams.
const (
	classState = iota // 0x20, votes and vote bits
	classData         // block parts
	classPool
	classSync
	classEvidence
	classes
)

func classOf(ch byte) int {
	switch ch {
	case 0x20, 0x22, 0x23:
		return classState
	case 0x21:
		return classData
	case 0x30, 0x31:
		return classPool
	case 0x40:
		return classSync
	default:
		return classEvidence
	}
}

// Peer is one side of a session. What it sends is received by its twin.
type Peer struct {
	service.BaseService
	sw     *Switch
	id     p2p.ID // of the other node
	twin   *Peer
	data   *cmap.CMap
	queues [classes]chan message

	once   sync.Once
	dead   chan struct{} // closed by fail, also before the start
	reason error         // read after dead is closed
}

type message struct {
	channel byte
	bytes   []byte
}

var _ p2p.Peer = (*Peer)(nil)

func newPeer(sw *Switch, id p2p.ID) *Peer {
	p := &Peer{sw: sw, id: id, data: cmap.NewCMap(), dead: make(chan struct{})}
	for i := range p.queues {
		p.queues[i] = make(chan message, peerQueue)
	}
	p.BaseService = *service.NewBaseService(log.NewNopLogger(), "Peer", p)
	return p
}

// OnStart begins to carry what is sent.
func (p *Peer) OnStart() error {
	for i := range p.queues {
		go p.carry(p.queues[i])
	}
	return nil
}

// carry delivers the messages of one class in their order.
func (p *Peer) carry(queue chan message) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		var m message
		select {
		case <-p.dead:
			return
		case m = <-queue:
		}
		r := p.sw.f.rule(p.sw.id, p.id)
		for r.cut { // a black hole delays, it does not lose: the session ends first
			timer.Reset(redial / 5)
			select {
			case <-p.dead:
				return
			case <-timer.C:
			}
			r = p.sw.f.rule(p.sw.id, p.id)
		}
		if d := p.sw.f.wait(r); d > 0 {
			timer.Reset(d)
			select {
			case <-p.dead:
				return
			case <-timer.C:
			}
		}
		if !p.twin.receive(m) {
			return
		}
	}
}

// receive hands a message to the reactor, as a switch does with bytes from outside.
func (p *Peer) receive(m message) (ok bool) {
	defer func() {
		if r := recover(); r != nil {
			p.fail(fmt.Errorf("panic in Receive: %v", r))
		}
	}()
	for !p.IsRunning() { // the twin's first messages may come before our start
		select {
		case <-p.dead:
			return false
		case <-p.twin.dead:
			return false
		case <-time.After(time.Millisecond):
		}
	}
	c, known := p.sw.channels[m.channel]
	if !known || len(m.bytes) > c.max {
		p.fail(fmt.Errorf("channel %#x, %d bytes", m.channel, len(m.bytes)))
		return false
	}
	if f, filters := c.reactor.(p2p.MsgBytesFilter); filters {
		if err := f.FilterMsgBytes(m.channel, p, m.bytes); err != nil {
			p.fail(err)
			return false
		}
	}
	msg := proto.Clone(c.message)
	err := proto.Unmarshal(m.bytes, msg)
	if u, wrapped := msg.(p2p.Unwrapper); err == nil && wrapped {
		msg, err = u.Unwrap()
	}
	if err != nil {
		p.fail(err)
		return false
	}
	c.reactor.Receive(p2p.Envelope{ChannelID: m.channel, Src: p, Message: msg})
	return true
}

func (p *Peer) send(e p2p.Envelope, wait bool) bool {
	msg := e.Message
	if w, ok := msg.(p2p.Wrapper); ok {
		msg = w.Wrap()
	}
	raw, err := proto.Marshal(msg)
	if err != nil || !p.IsRunning() {
		return false
	}
	if p.sw.f.Tap != nil {
		p.sw.f.Tap(p.sw.id, p.id, e.ChannelID, raw)
	}
	if p.sw.f.Lose != nil && p.sw.f.Lose(p.sw.id, p.id, e.ChannelID, raw) {
		return true
	}
	q := p.queues[classOf(e.ChannelID)]
	select {
	case q <- message{e.ChannelID, raw}:
		return true
	default:
	}
	if !wait {
		return false
	}
	timer := time.NewTimer(sendWait)
	defer timer.Stop()
	select {
	case q <- message{e.ChannelID, raw}:
		return true
	case <-p.dead:
	case <-timer.C:
	}
	return false
}

// fail ends the session; the link's goroutine tells the reactors.
func (p *Peer) fail(err error) {
	p.once.Do(func() {
		p.reason = err
		close(p.dead)
	})
	_ = p.Stop() // not started yet: Switch.add stops it
}

func (p *Peer) failed() bool {
	select {
	case <-p.dead:
		return true
	default:
		return false
	}
}

// Send waits for room; TrySend does not.
func (p *Peer) Send(e p2p.Envelope) bool { return p.send(e, true) }

// TrySend sends if there is room.
func (p *Peer) TrySend(e p2p.Envelope) bool { return p.send(e, false) }

// ID is the other node's.
func (p *Peer) ID() p2p.ID { return p.id }

// Set and Get keep what reactors know of the peer, for this session alone.
func (p *Peer) Set(k string, v any) { p.data.Set(k, v) }

// Get returns what Set kept.
func (p *Peer) Get(k string) any { return p.data.Get(k) }

// The rest of p2p.Peer is about sockets.

func (p *Peer) FlushStop()                    { p.fail(errLeft) }
func (p *Peer) CloseConn() error              { p.fail(errLeft); return nil }
func (p *Peer) RemoteIP() net.IP              { return net.IPv4zero }
func (p *Peer) RemoteAddr() net.Addr          { return &net.TCPAddr{IP: net.IPv4zero} }
func (p *Peer) IsOutbound() bool              { return p.sw.id < p.id }
func (p *Peer) IsPersistent() bool            { return true }
func (p *Peer) NodeInfo() p2p.NodeInfo        { return p2p.DefaultNodeInfo{DefaultNodeID: p.id} }
func (p *Peer) Status() conn.ConnectionStatus { return conn.ConnectionStatus{} }
func (p *Peer) SocketAddr() *p2p.NetAddress   { return &p2p.NetAddress{ID: p.id, IP: net.IPv4zero} }
func (p *Peer) SetRemovalFailed()             {}
func (p *Peer) GetRemovalFailed() bool        { return false }
