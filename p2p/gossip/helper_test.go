package gossip_test

import (
	"crypto/ed25519"
	"crypto/sha256"
	"fmt"
	"sync"
	"testing"
	"time"

	cmtp2p "github.com/cometbft/cometbft/p2p"
	protomem "github.com/cometbft/cometbft/proto/tendermint/mempool"

	"countersign/p2p"
	"countersign/p2p/gossip"
)

var harbour = sha256.Sum256([]byte("Harbour City, rehearsal"))

func host(t testing.TB, name string) *p2p.Host {
	t.Helper()
	seed := sha256.Sum256([]byte(name))
	h, err := p2p.New(p2p.Config{
		Key: ed25519.NewKeyFromSeed(seed[:]), Network: harbour, Rehearsal: true, Agency: name,
		Listen: []string{"/ip4/127.0.0.1/tcp/0", "/ip4/127.0.0.1/udp/0/quic-v1"},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	return h
}

// know enrols every host with every other.
func know(t testing.TB, hosts ...*p2p.Host) {
	t.Helper()
	for _, a := range hosts {
		for _, b := range hosts {
			if err := a.Enroll(b.ID(), b.Addresses()...); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// inOrder returns two hosts, the one that opens sessions first.
func inOrder(t testing.TB) (opener, other *p2p.Host) {
	t.Helper()
	a, b := host(t, "Treasury"), host(t, "Health")
	if a.ID() > b.ID() {
		a, b = b, a
	}
	know(t, a, b)
	return a, b
}

func eventually(t testing.TB, what string, limit time.Duration, ok func() bool) time.Duration {
	t.Helper()
	began := time.Now()
	for !ok() {
		if time.Since(began) > limit {
			t.Fatalf("not within %v: %s", limit, what)
		}
		time.Sleep(2 * time.Millisecond)
	}
	return time.Since(began)
}

const testChannel = 0x30

// ear is a reactor that keeps what it hears and what became of its peers.
type ear struct {
	cmtp2p.BaseReactor
	receive func(cmtp2p.Envelope) // instead of keeping it, if not nil

	mu    sync.Mutex
	heard []string
	log   []string // "init", "add", "remove" in order
}

func newEar() *ear {
	e := &ear{}
	e.BaseReactor = *cmtp2p.NewBaseReactor("Ear", e)
	return e
}

func (e *ear) GetChannels() []*cmtp2p.ChannelDescriptor {
	return []*cmtp2p.ChannelDescriptor{{ID: testChannel, Priority: 1, RecvMessageCapacity: 1000, MessageType: &protomem.Message{}}}
}

func (e *ear) note(what string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.log = append(e.log, what)
}

func (e *ear) InitPeer(p cmtp2p.Peer) cmtp2p.Peer { e.note("init"); return p }
func (e *ear) AddPeer(cmtp2p.Peer)                { e.note("add") }
func (e *ear) RemovePeer(cmtp2p.Peer, any)        { e.note("remove") }

func (e *ear) Receive(envelope cmtp2p.Envelope) {
	if e.receive != nil {
		e.receive(envelope)
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.heard = append(e.heard, string(envelope.Message.(*protomem.Txs).Txs[0]))
}

func (e *ear) all() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]string(nil), e.heard...)
}

func (e *ear) events() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]string(nil), e.log...)
}

func say(text string) cmtp2p.Envelope {
	return cmtp2p.Envelope{ChannelID: testChannel, Message: &protomem.Txs{Txs: [][]byte{[]byte(text)}}}
}

// listen starts a switch with one ear over a host.
func listen(t testing.TB, h *p2p.Host, e *ear) *gossip.Switch {
	t.Helper()
	sw := gossip.New(gossip.Config{Network: harbour}, gossip.OverHost(h))
	sw.AddReactor("EAR", e)
	if err := sw.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if sw.IsRunning() {
			_ = sw.Stop()
		}
	})
	return sw
}

func waitSession(t testing.TB, sw *gossip.Switch, peer *p2p.Host, up bool) time.Duration {
	t.Helper()
	return eventually(t, fmt.Sprintf("session with %s up: %v", peer.ID().Short(), up), 15*time.Second, func() bool {
		return sw.Peers().Has(cmtp2p.ID(peer.ID())) == up
	})
}

func lastError(sw *gossip.Switch) error {
	for _, s := range sw.Sessions() {
		return s.LastError
	}
	return nil
}
