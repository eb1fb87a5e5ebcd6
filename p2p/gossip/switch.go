package gossip

import (
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cometbft/cometbft/libs/log"
	"github.com/cometbft/cometbft/libs/service"
	"github.com/cometbft/cometbft/p2p"
	"github.com/cosmos/gogoproto/proto"
)

const (
	defaultHeartbeat = time.Second
	defaultDeadAfter = 4 * time.Second
	defaultMaxFrame  = 4 << 20
	stopLimit        = 3 * time.Second // for reactors to let go of the last frames
)

// Config describes a switch. Network is required.
type Config struct {
	Network  [32]byte
	Log      log.Logger    // nil discards
	MaxFrame int           // bytes of one message, above the largest block; zero means 4 MiB
	Beat     time.Duration // between heartbeats; zero means one second
	Dead     time.Duration // after so much silence a session ends; zero means four seconds
}

// Switch implements CometBFT's p2p.Switcher.
type Switch struct {
	service.BaseService
	transport  Transport
	network    [32]byte
	maxFrame   int
	beat, dead time.Duration
	info       p2p.NodeInfo
	peers      *p2p.PeerSet
	count      counters
	told       atomic.Pointer[roundAt] // where peers were last told that our consensus is

	reactors  []namedReactor // these three do not change once the switch has started
	channels  map[byte]channel
	consensus *Consensus

	pumps sync.WaitGroup // readers, writers and pushes of all peers
	watch func()         // ends watching the transport

	mu      sync.Mutex
	running bool
	links   map[string]*link
	leaving map[string]*link // expelled, coming to their end
}

var _ p2p.Switcher = (*Switch)(nil)

// roundAt is a height and a round of it.
type roundAt struct {
	height int64
	round  int32
}

type namedReactor struct {
	name    string
	reactor p2p.Reactor
}

// channel is one of CometBFT's, and who receives on it.
type channel struct {
	reactor  p2p.Reactor
	message  proto.Message // an empty one of its type
	maxBytes int
}

// Session is what the switch says of one enrolled peer.
type Session struct {
	Peer      string
	Up        bool
	Since     time.Time // when that became so
	LastError error     // why the last session or attempt ended
}

// New returns a switch over a transport.
func New(cfg Config, t Transport) *Switch {
	if cfg.Log == nil {
		cfg.Log = log.NewNopLogger()
	}
	if cfg.MaxFrame == 0 {
		cfg.MaxFrame = defaultMaxFrame
	}
	if cfg.Beat == 0 {
		cfg.Beat = defaultHeartbeat
	}
	if cfg.Dead == 0 {
		cfg.Dead = defaultDeadAfter
	}
	self := p2p.ID(t.Self())
	s := &Switch{
		transport: t, network: cfg.Network, maxFrame: cfg.MaxFrame, beat: cfg.Beat, dead: cfg.Dead,
		info:  p2p.DefaultNodeInfo{DefaultNodeID: self, Moniker: string(self), Network: fmt.Sprintf("%x", cfg.Network[:8])},
		peers: p2p.NewPeerSet(), channels: map[byte]channel{}, links: map[string]*link{}, leaving: map[string]*link{},
	}
	s.BaseService = *service.NewBaseService(cfg.Log, "Switch", s)
	return s
}

// OnStart starts the reactors in the order they were added, then the links.
func (s *Switch) OnStart() error {
	for i, r := range s.reactors {
		if err := r.reactor.Start(); err != nil {
			for _, started := range s.reactors[:i] {
				_ = started.reactor.Stop()
			}
			return fmt.Errorf("start reactor %s: %w", r.name, err)
		}
	}
	s.mu.Lock()
	s.running = true
	for _, l := range s.links {
		go l.run()
	}
	s.mu.Unlock()
	s.transport.Handle(s.onStream)
	s.watch = s.transport.Watch(s.poke)
	return nil
}

// OnStop ends every session, waits until the reactors have been told, and stops
// them.
func (s *Switch) OnStop() {
	s.watch()
	s.transport.Handle(nil)
	s.mu.Lock()
	s.running = false
	var ending []*link
	for _, l := range s.links {
		ending = append(ending, l)
	}
	for _, l := range s.leaving {
		ending = append(ending, l)
	}
	clear(s.links)
	s.mu.Unlock()
	for _, l := range ending {
		l.cancel(errStopped)
	}
	for _, l := range ending {
		<-l.done
	}
	for _, r := range s.reactors {
		if err := r.reactor.Stop(); err != nil {
			s.Logger.Error("stop reactor", "reactor", r.name, "err", err)
		}
	}
	s.drain()
}

// drain waits for the readers and writers. A reader that is inside a reactor whose
// consensus has stopped never comes back, as in CometBFT's own switch, so there is
// a limit.
func (s *Switch) drain() {
	done := make(chan struct{})
	go func() {
		s.pumps.Wait()
		close(done)
	}()
	limit := time.NewTimer(stopLimit)
	defer limit.Stop()
	select {
	case <-done:
	case <-limit.C:
		s.Logger.Error("a reactor still holds a frame")
	}
}

// Enroll keeps a session with a peer from now on. Our own ID is ignored. It may be
// called at any time and does not wait.
func (s *Switch) Enroll(peer string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if peer == s.transport.Self() || s.links[peer] != nil {
		return
	}
	l := newLink(s, peer)
	if old := s.leaving[peer]; old != nil {
		l.prev = old.done
	}
	s.links[peer] = l
	if s.running {
		go l.run()
	}
}

// Expel ends the session with a peer and begins no other. It does not wait for the
// reactors, so that it may be called from within a block's execution.
func (s *Switch) Expel(peer string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.links[peer]
	if l == nil {
		return
	}
	delete(s.links, peer)
	l.cancel(errExpelled)
	if !s.running {
		return // its goroutine never began
	}
	s.leaving[peer] = l
	go func() {
		<-l.done
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.leaving[peer] == l {
			delete(s.leaving, peer)
		}
	}()
}

// Sessions returns every enrolled peer, sorted.
func (s *Switch) Sessions() []Session {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Session, 0, len(s.links))
	for _, l := range s.links {
		out = append(out, l.snapshot())
	}
	slices.SortFunc(out, func(a, b Session) int { return strings.Compare(a.Peer, b.Peer) })
	return out
}

func (s *Switch) link(peer string) *link {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.links[peer]
}

func (s *Switch) poke(peer string) {
	if l := s.link(peer); l != nil {
		l.poke()
	}
}

// onStream takes a stream that a peer opened.
func (s *Switch) onStream(peer string, stream net.Conn) {
	l := s.link(peer)
	if l == nil || l.opener {
		_ = stream.Close()
		return
	}
	l.accept(stream)
}
