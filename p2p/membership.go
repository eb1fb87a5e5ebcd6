package p2p

import (
	"fmt"
	"slices"

	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/peerstore"
)

// Enroll lets a peer in and, from now on, keeps a connection with it as far as
// addresses are known. Calling it again adds addresses. Our own ID is ignored.
func (h *Host) Enroll(p PeerID, addresses ...string) error {
	id, err := p.decode()
	if err != nil {
		return fmt.Errorf("enroll: %w", err)
	}
	addrs, err := parseAddrs(addresses)
	if err != nil {
		return fmt.Errorf("enroll %s: %w", p.Short(), err)
	}
	if id == h.self {
		return nil
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return fmt.Errorf("enroll %s: %w", p.Short(), ErrClosed)
	}
	h.gate.enrol(id)
	l := h.links[id]
	if l == nil {
		l = newLink(h, id)
		h.links[id] = l
		l.setNearby(h.nearby[id])
		delete(h.nearby, id)
		h.wait.Add(1)
		go func() {
			defer h.wait.Done()
			l.run()
		}()
	}
	l.addGiven(addrs)
	l.poke()
	return nil
}

// Expel puts a peer out: its connections are closed before this returns, and the
// gate refuses it from now on.
func (h *Host) Expel(p PeerID) {
	id, err := p.decode()
	if err != nil {
		return
	}
	h.gate.expel(id)
	h.mu.Lock()
	l := h.links[id]
	delete(h.links, id)
	if l != nil {
		if addrs := l.seenNearby(); len(addrs) > 0 {
			h.keepNearby(id, addrs) // it is told once: should it be let in again
		}
	}
	h.mu.Unlock()
	if l != nil {
		l.cancel()
	}
	_ = h.net.Network().ClosePeer(id)
	h.net.Peerstore().ClearAddrs(id)
	h.found.forget(id)
}

// Keep says whether this host dials an enrolled peer by itself, as it does from
// Enroll on, or only lets it in.
func (h *Host) Keep(p PeerID, dial bool) {
	if l := h.linkOf(p); l != nil {
		l.setKeep(dial)
		l.poke()
	}
}

// AdmitOnce lets a guest in for the protocols named, until revoke is called.
// Then its connections are closed, unless it has been enrolled meanwhile.
func (h *Host) AdmitOnce(p PeerID, protocols ...string) (revoke func(), err error) {
	id, err := p.decode()
	if err != nil {
		return nil, fmt.Errorf("admit: %w", err)
	}
	names := slices.Clone(protocols)
	h.gate.admit(id, names)
	var done bool
	return func() {
		h.mu.Lock()
		again := done
		done = true
		h.mu.Unlock()
		if !again && !h.gate.dismiss(id, names) {
			_ = h.net.Network().ClosePeer(id)
		}
	}, nil
}

// AddAddresses tells where a guest is found. For members Enroll does.
func (h *Host) AddAddresses(p PeerID, addresses ...string) error {
	id, err := p.decode()
	if err != nil {
		return fmt.Errorf("add addresses: %w", err)
	}
	addrs, err := parseAddrs(addresses)
	if err != nil {
		return fmt.Errorf("add addresses of %s: %w", p.Short(), err)
	}
	h.remember(id, addrs)
	return nil
}

// Enrolled reports whether the peer is enrolled.
func (h *Host) Enrolled(p PeerID) bool {
	id, err := p.decode()
	return err == nil && h.gate.isEnrolled(id)
}

// Peers returns the enrolled peers, sorted.
func (h *Host) Peers() []PeerID {
	h.mu.Lock()
	defer h.mu.Unlock()
	out := make([]PeerID, 0, len(h.links))
	for id := range h.links {
		out = append(out, textOf(id))
	}
	slices.Sort(out)
	return out
}

// Cut makes the link to a peer a black hole, or heals it. Streams fall silent in
// both directions but hold what they carry; new connections are refused. It fails
// on hosts that are not rehearsing.
func (h *Host) Cut(p PeerID, on bool) error {
	if !h.cfg.Rehearsal {
		return fmt.Errorf("cut %s: only a rehearsal network can be cut", p.Short())
	}
	id, err := p.decode()
	if err != nil {
		return fmt.Errorf("cut: %w", err)
	}
	h.gate.setCut(id, on)
	h.poke(id)
	return nil
}

func (h *Host) linkOf(p PeerID) *link {
	id, err := p.decode()
	if err != nil {
		return nil
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.links[id]
}

// poke makes the link look again at once.
func (h *Host) poke(id peer.ID) {
	h.mu.Lock()
	l := h.links[id]
	h.mu.Unlock()
	if l != nil {
		l.poke()
	}
}

// refreshAddrs hands libp2p what we know now, so that places a peer has left are
// not dialled for ever.
func (h *Host) refreshAddrs(id peer.ID) {
	h.mu.Lock()
	l := h.links[id]
	h.mu.Unlock()
	if l == nil {
		return // a guest: see AddAddresses
	}
	h.net.Peerstore().ClearAddrs(id)
	h.net.Peerstore().AddAddrs(id, l.addrs(), peerstore.PermanentAddrTTL)
}
