package p2p

import (
	"sync"
	"sync/atomic"

	"github.com/libp2p/go-libp2p/core/control"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	ma "github.com/multiformats/go-multiaddr"
)

// gate says who may connect and what they may say. libp2p asks it as its
// connection gater, once the other side has proved its key.
type gate struct {
	mu       sync.RWMutex
	enrolled map[peer.ID]bool
	guests   map[peer.ID]map[string]int // admissions by protocol
	cut      map[peer.ID]bool           // rehearsal: as if the cable were pulled

	sent, received atomic.Uint64 // bytes of what was said over all streams
}

func newGate() *gate {
	return &gate{enrolled: map[peer.ID]bool{}, guests: map[peer.ID]map[string]int{}, cut: map[peer.ID]bool{}}
}

// enrol reports whether the peer is new.
func (g *gate) enrol(p peer.ID) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	fresh := !g.enrolled[p]
	g.enrolled[p] = true
	return fresh
}

// expel reports whether the peer was enrolled. It ends admissions too.
func (g *gate) expel(p peer.ID) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	was := g.enrolled[p]
	delete(g.enrolled, p)
	delete(g.guests, p)
	return was
}

func (g *gate) admit(p peer.ID, protocols []string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.guests[p] == nil {
		g.guests[p] = map[string]int{}
	}
	for _, name := range protocols {
		g.guests[p][name]++
	}
}

// dismiss takes one admission back and reports whether the peer may still connect.
func (g *gate) dismiss(p peer.ID, protocols []string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	guest := g.guests[p]
	for _, name := range protocols {
		if guest[name] > 1 {
			guest[name]--
		} else {
			delete(guest, name)
		}
	}
	if len(guest) == 0 {
		delete(g.guests, p)
	}
	return g.enrolled[p] || g.guests[p] != nil
}

func (g *gate) setCut(p peer.ID, on bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if on {
		g.cut[p] = true
	} else {
		delete(g.cut, p)
	}
}

func (g *gate) isCut(p peer.ID) bool {
	g.mu.RLock()
	defer g.mu.RUnlock()
	return g.cut[p]
}

func (g *gate) isEnrolled(p peer.ID) bool {
	g.mu.RLock()
	defer g.mu.RUnlock()
	return g.enrolled[p]
}

// connects reports whether a new connection with the peer may come about.
func (g *gate) connects(p peer.ID) bool {
	g.mu.RLock()
	defer g.mu.RUnlock()
	return (g.enrolled[p] || g.guests[p] != nil) && !g.cut[p]
}

// speaks reports whether the protocol may be spoken with the peer.
func (g *gate) speaks(p peer.ID, protocol string) bool {
	g.mu.RLock()
	defer g.mu.RUnlock()
	return g.enrolled[p] || g.guests[p][protocol] > 0
}

// The five questions of libp2p's connmgr.ConnectionGater.

// InterceptPeerDial is asked before a peer is dialled.
func (g *gate) InterceptPeerDial(p peer.ID) bool { return g.connects(p) }

// InterceptAddrDial is asked for each of its addresses.
func (g *gate) InterceptAddrDial(p peer.ID, _ ma.Multiaddr) bool { return g.connects(p) }

// InterceptAccept is asked before anybody has proved anything; limits answer there.
func (g *gate) InterceptAccept(network.ConnMultiaddrs) bool { return true }

// InterceptSecured is asked once the other side has proved its key.
func (g *gate) InterceptSecured(_ network.Direction, p peer.ID, _ network.ConnMultiaddrs) bool {
	return g.connects(p)
}

// InterceptUpgraded is asked last.
func (g *gate) InterceptUpgraded(c network.Conn) (bool, control.DisconnectReason) {
	return g.connects(c.RemotePeer()), 0
}
