package ledgertest

import (
	"errors"
	"fmt"

	"github.com/cometbft/cometbft/libs/log"
	"github.com/cometbft/cometbft/libs/service"
	"github.com/cometbft/cometbft/p2p"
	"github.com/cosmos/gogoproto/proto"
)

// Switch is one node's end of a Fabric. It implements CometBFT's p2p.Switcher.
type Switch struct {
	service.BaseService
	f        *Fabric
	id       p2p.ID
	names    []string
	reactors map[string]p2p.Reactor
	channels map[byte]channel
	peers    *p2p.PeerSet
}

type channel struct {
	reactor p2p.Reactor
	message proto.Message
	max     int
}

var _ p2p.Switcher = (*Switch)(nil)

// NewSwitch makes a node's end. It is used once: a node that starts again gets
// a new one.
func (f *Fabric) NewSwitch(name string) *Switch {
	s := &Switch{f: f, id: p2p.ID(name), reactors: map[string]p2p.Reactor{}, channels: map[byte]channel{}, peers: p2p.NewPeerSet()}
	s.BaseService = *service.NewBaseService(log.NewNopLogger(), "Switch", s)
	return s
}

// AddReactor takes a reactor in, before the start.
func (s *Switch) AddReactor(name string, r p2p.Reactor) p2p.Reactor {
	for _, d := range r.GetChannels() {
		s.channels[d.ID] = channel{r, d.MessageType, d.FillDefaults().RecvMessageCapacity}
	}
	s.names = append(s.names, name)
	s.reactors[name] = r
	r.SetSwitch(s)
	return r
}

// RemoveReactor is not needed: reactors live as long as the switch.
func (s *Switch) RemoveReactor(name string, _ p2p.Reactor) { delete(s.reactors, name) }

// Reactor finds a reactor by name.
func (s *Switch) Reactor(name string) (p2p.Reactor, bool) {
	r, ok := s.reactors[name]
	return r, ok
}

// OnStart starts the reactors and joins the network.
func (s *Switch) OnStart() error {
	for _, name := range s.names {
		if err := s.reactors[name].Start(); err != nil {
			return fmt.Errorf("start %s: %w", name, err)
		}
	}
	s.f.join(s)
	return nil
}

// OnStop leaves the network and stops the reactors.
func (s *Switch) OnStop() {
	s.f.leave(s)
	for _, name := range s.names {
		_ = s.reactors[name].Stop()
	}
}

func (s *Switch) add(p *Peer) {
	for _, name := range s.names {
		s.reactors[name].InitPeer(p)
	}
	if err := p.Start(); err != nil {
		p.fail(err)
	}
	if p.failed() {
		_ = p.Stop()
	}
	if err := s.peers.Add(p); err != nil {
		p.fail(err)
	}
	for _, name := range s.names {
		s.reactors[name].AddPeer(p)
	}
}

func (s *Switch) remove(p *Peer) {
	for _, name := range s.names {
		s.reactors[name].RemovePeer(p, p.reason)
	}
	s.peers.Remove(p) // last, as p2p.Switch does
}

// BroadcastAsync sends to all peers; what finds no room waits in the background.
func (s *Switch) BroadcastAsync(e p2p.Envelope) {
	for _, p := range s.peers.Copy() {
		if !p.TrySend(e) {
			go p.Send(e)
		}
	}
}

// TryBroadcast sends to the peers that have room.
func (s *Switch) TryBroadcast(e p2p.Envelope) {
	for _, p := range s.peers.Copy() {
		p.TrySend(e)
	}
}

// StopPeerForError ends a session; it may be called from inside Receive.
func (s *Switch) StopPeerForError(p p2p.Peer, reason any) {
	if q, ok := p.(*Peer); ok {
		q.fail(fmt.Errorf("%v", reason))
	}
}

// StopPeerGracefully ends a session.
func (s *Switch) StopPeerGracefully(p p2p.Peer) { s.StopPeerForError(p, "graceful") }

// Peers are those with a session.
func (s *Switch) Peers() p2p.IPeerSet { return s.peers }

// NumPeers counts them as outbound.
func (s *Switch) NumPeers() (outbound, inbound, dialing int) { return s.peers.Size(), 0, 0 }

// NodeInfo names the node.
func (s *Switch) NodeInfo() p2p.NodeInfo { return p2p.DefaultNodeInfo{DefaultNodeID: s.id} }

// Log is the switch's logger.
func (s *Switch) Log() log.Logger { return s.Logger }

// The rest of p2p.PeerManager has no meaning in a fabric.

func (s *Switch) MaxNumOutboundPeers() int               { return 1000 }
func (s *Switch) AddPersistentPeers([]string) error      { return nil }
func (s *Switch) AddPrivatePeerIDs([]string) error       { return nil }
func (s *Switch) AddUnconditionalPeerIDs([]string) error { return nil }
func (s *Switch) DialPeersAsync([]string) error          { return nil }
func (s *Switch) MarkPeerAsGood(p2p.Peer)                {}
func (s *Switch) IsPeerPersistent(*p2p.NetAddress) bool  { return true }
func (s *Switch) IsPeerUnconditional(p2p.ID) bool        { return true }
func (s *Switch) DialPeerWithAddress(*p2p.NetAddress) error {
	return errors.New("a fabric has no addresses")
}
func (s *Switch) IsDialingOrExistingAddress(*p2p.NetAddress) bool { return false }
