package gossip

import (
	"errors"
	"fmt"

	"github.com/cometbft/cometbft/consensus"
	"github.com/cometbft/cometbft/libs/log"
	"github.com/cometbft/cometbft/p2p"
	cmtcons "github.com/cometbft/cometbft/proto/tendermint/consensus"
	"github.com/cosmos/gogoproto/proto"
)

// This file holds the methods of p2p.Switcher that reactors call. Those about
// dialling and peer exchange answer that there is nothing to do: who is a peer is
// read from the ledger, and the transport finds them.

// AddReactor adds a reactor under a name. Only before Start.
func (s *Switch) AddReactor(name string, r p2p.Reactor) p2p.Reactor {
	for _, d := range r.GetChannels() {
		s.channels[d.ID] = channel{
			reactor: r, message: d.MessageType,
			maxBytes: min(d.FillDefaults().RecvMessageCapacity, s.maxFrame),
		}
	}
	s.reactors = append(s.reactors, namedReactor{name, r})
	r.SetSwitch(s)
	return r
}

// RemoveReactor is not supported: the reactors are those of one running engine.
func (s *Switch) RemoveReactor(name string, _ p2p.Reactor) {
	s.Logger.Error("a reactor cannot be removed", "reactor", name)
}

// Reactor returns the reactor added under a name.
func (s *Switch) Reactor(name string) (p2p.Reactor, bool) {
	for _, r := range s.reactors {
		if r.name == name {
			return r.reactor, true
		}
	}
	return nil, false
}

// BroadcastAsync queues a message for every peer, in the order of the calls, and
// returns. A peer whose queue is full several times over is not reading: its
// session ends, for a session that goes on must not lose what reactors believe sent.
func (s *Switch) BroadcastAsync(e p2p.Envelope) { s.broadcast(e, insist) }

// TryBroadcast queues a message for every peer whose queue has room.
func (s *Switch) TryBroadcast(e p2p.Envelope) { s.broadcast(e, giveUp) }

func (s *Switch) broadcast(e p2p.Envelope, p patience) {
	f, err := s.encode(e)
	if err != nil {
		s.Logger.Error("broadcast", "channel", e.ChannelID, "err", err)
		return
	}
	put := (*queue).put
	if !s.awaited(e.Message) {
		put = (*queue).putIdly
	}
	for _, peer := range s.peers.Copy() {
		q, ok := peer.(*Peer)
		if !ok {
			continue
		}
		if !q.put(e.ChannelID, f, p, put) && p == insist {
			q.fail(errNotReading)
		}
		if e.ChannelID == consensus.StateChannel { // our consensus has moved on
			q.kick()
		}
	}
}

// awaited tells whether somebody may wait for a broadcast: which votes we have, and
// steps within a round, only spare others from sending what we have.
func (s *Switch) awaited(m proto.Message) bool {
	switch m := m.(type) {
	case *cmtcons.HasVote:
		return false
	case *cmtcons.NewRoundStep:
		at := roundAt{m.Height, m.Round}
		was := s.told.Swap(&at)
		return was == nil || *was != at
	}
	return true
}

// StopPeerForError ends a peer's session. It is called from inside Receive, so it
// signals and does not wait. The link tries again.
func (s *Switch) StopPeerForError(peer p2p.Peer, reason any) {
	if p, ok := peer.(*Peer); ok {
		s.Logger.Error("stopping peer", "peer", peer.ID(), "why", reason)
		if err, ok := reason.(error); ok {
			p.fail(err)
		} else {
			p.fail(fmt.Errorf("%v", reason))
		}
	}
}

// StopPeerGracefully ends a peer's session.
func (s *Switch) StopPeerGracefully(peer p2p.Peer) { s.StopPeerForError(peer, errStopped) }

// Peers returns the peers with a session.
func (s *Switch) Peers() p2p.IPeerSet { return s.peers }

// NumPeers counts all sessions as outbound.
func (s *Switch) NumPeers() (outbound, inbound, dialing int) { return s.peers.Size(), 0, 0 }

// MaxNumOutboundPeers is beyond any network of ours.
func (s *Switch) MaxNumOutboundPeers() int { return 1 << 16 }

// AddPersistentPeers does nothing.
func (s *Switch) AddPersistentPeers([]string) error { return nil }

// AddPrivatePeerIDs does nothing.
func (s *Switch) AddPrivatePeerIDs([]string) error { return nil }

// AddUnconditionalPeerIDs does nothing.
func (s *Switch) AddUnconditionalPeerIDs([]string) error { return nil }

// DialPeerWithAddress refuses.
func (s *Switch) DialPeerWithAddress(*p2p.NetAddress) error {
	return errors.New("peers are not dialled by address")
}

// DialPeersAsync does nothing.
func (s *Switch) DialPeersAsync([]string) error { return nil }

// IsDialingOrExistingAddress says no.
func (s *Switch) IsDialingOrExistingAddress(*p2p.NetAddress) bool { return false }

// IsPeerPersistent says yes: sessions with members are kept.
func (s *Switch) IsPeerPersistent(*p2p.NetAddress) bool { return true }

// IsPeerUnconditional says yes: transactions go to every peer.
func (s *Switch) IsPeerUnconditional(p2p.ID) bool { return true }

// MarkPeerAsGood does nothing.
func (s *Switch) MarkPeerAsGood(p2p.Peer) {}

// NodeInfo returns our own ID and network.
func (s *Switch) NodeInfo() p2p.NodeInfo { return s.info }

// Log returns the logger.
func (s *Switch) Log() log.Logger { return s.Logger }

// encode returns a message as the frame that goes on the wire, its channel first.
func (s *Switch) encode(e p2p.Envelope) (frame, error) {
	m := e.Message
	if w, ok := m.(p2p.Wrapper); ok {
		m = w.Wrap()
	}
	b, err := proto.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("encode message: %w", err)
	}
	if c, ok := s.channels[e.ChannelID]; ok && len(b) > c.maxBytes {
		s.count.dropped.Add(1)
		return nil, fmt.Errorf("message of %d bytes, cap %d", len(b), c.maxBytes)
	}
	return newFrame(e.ChannelID, b), nil
}
