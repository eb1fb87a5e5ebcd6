package p2p

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/libp2p/go-libp2p"
	"github.com/libp2p/go-libp2p/core/connmgr"
	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/peerstore"
	"github.com/libp2p/go-libp2p/p2p/net/swarm"
	libp2ptls "github.com/libp2p/go-libp2p/p2p/security/tls"
	quic "github.com/libp2p/go-libp2p/p2p/transport/quic"
	"github.com/libp2p/go-libp2p/p2p/transport/tcp"
	ma "github.com/multiformats/go-multiaddr"
	manet "github.com/multiformats/go-multiaddr/net"

	"countersign/p2p/wire"
)

const (
	dialLimit = 5 * time.Second
	guestTime = time.Hour // how long addresses of guests are remembered
)

// Host is the one libp2p host of a node. Its methods may be called from any
// goroutine; none of them waits for a peer except Open and Call.
type Host struct {
	cfg   Config
	gate  *gate
	net   host.Host
	self  peer.ID
	codec *wire.Codec
	log   *slog.Logger
	found *records

	ctx    context.Context
	cancel context.CancelFunc
	wait   sync.WaitGroup // links, handlers, subscriptions

	mu     sync.Mutex
	closed bool
	links  map[peer.ID]*link
	subs   map[*subscription]bool
	nearby map[peer.ID][]ma.Multiaddr // found in the local network, and not enrolled
	mdns   interface{ Close() error }
}

// New starts a host. It listens at once and lets nobody in until Enroll.
func New(cfg Config) (*Host, error) {
	if err := cfg.complete(); err != nil {
		return nil, fmt.Errorf("new host: %w", err)
	}
	codec, err := wire.NewCodec()
	if err != nil {
		return nil, fmt.Errorf("new host: %w", err)
	}
	h := &Host{
		cfg: cfg, gate: newGate(), codec: codec, log: cfg.Log, found: newRecords(),
		links: map[peer.ID]*link{}, subs: map[*subscription]bool{}, nearby: map[peer.ID][]ma.Multiaddr{},
	}
	if h.net, err = newLibp2p(cfg, h.gate); err != nil {
		return nil, fmt.Errorf("new host: %w", err)
	}
	h.self = h.net.ID()
	h.ctx, h.cancel = context.WithCancel(context.Background())
	h.net.Network().Notify(&network.NotifyBundle{ConnectedF: h.onConnected, DisconnectedF: h.onDisconnected})
	h.serveHello()
	h.serveRecords()
	if cfg.LocalDiscovery {
		if h.mdns, err = h.discoverLocally(); err != nil {
			_ = h.Close()
			return nil, fmt.Errorf("new host: %w", err)
		}
	}
	return h, nil
}

// newLibp2p assembles libp2p: TLS 1.3 on TCP and QUIC, and nothing that talks to
// anybody we did not name.
func newLibp2p(cfg Config, g *gate) (host.Host, error) {
	key, err := crypto.UnmarshalEd25519PrivateKey(cfg.Key)
	if err != nil {
		return nil, fmt.Errorf("key: %w", err)
	}
	limits, err := newResourceManager()
	if err != nil {
		return nil, err
	}
	announce, err := parseAddrs(cfg.Announce)
	if err != nil {
		return nil, fmt.Errorf("announce: %w", err)
	}
	options := []libp2p.Option{
		libp2p.Identity(key),
		libp2p.Security(libp2ptls.ID, libp2ptls.New),
		libp2p.Transport(tcp.NewTCPTransport),
		libp2p.Transport(quic.NewTransport),
		libp2p.ConnectionGater(g),
		libp2p.ResourceManager(limits),
		// The default manager closes connections above 192; the gate bounds ours.
		libp2p.ConnectionManager(connmgr.NullConnMgr{}),
		libp2p.UserAgent("countersign"),
		libp2p.WithDialTimeout(dialLimit),
		libp2p.DisableRelay(),
		libp2p.DisableMetrics(),
		libp2p.DisableIdentifyAddressDiscovery(),
		libp2p.ForceReachabilityPublic(), // nobody here answers probes
		libp2p.Ping(false),
		// A colleague away for a night must not make the swarm give up on UDP.
		libp2p.SwarmOpts(swarm.WithDialRanker(tcpFirst)),
		libp2p.UDPBlackHoleSuccessCounter(nil),
		libp2p.IPv6BlackHoleSuccessCounter(nil),
	}
	if len(cfg.Listen) == 0 {
		options = append(options, libp2p.NoListenAddrs)
	} else {
		options = append(options, libp2p.ListenAddrStrings(cfg.Listen...))
	}
	if len(announce) > 0 {
		options = append(options, libp2p.AddrsFactory(func([]ma.Multiaddr) []ma.Multiaddr { return announce }))
	}
	n, err := libp2p.New(options...)
	if err != nil {
		return nil, fmt.Errorf("start libp2p: %w", err)
	}
	return n, nil
}

// Close ends all streams and waits for every handler.
func (h *Host) Close() error {
	h.mu.Lock()
	if h.closed {
		h.mu.Unlock()
		return nil
	}
	h.closed = true
	discovery := h.mdns
	h.mu.Unlock()

	h.cancel()
	var errs []error
	if discovery != nil {
		errs = append(errs, discovery.Close())
	}
	errs = append(errs, h.net.Close())
	h.wait.Wait()
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("close host: %w", err)
	}
	return nil
}

// begin counts a goroutine that Close waits for; false means it is too late. The
// caller calls h.wait.Done.
func (h *Host) begin() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return false
	}
	h.wait.Add(1)
	return true
}

// ID returns this host's own peer ID.
func (h *Host) ID() PeerID { return textOf(h.self) }

// Addresses returns where others reach this host, as multiaddresses.
func (h *Host) Addresses() []string { return textOfAddrs(h.net.Addrs()) }

// Listening returns the addresses this host listens on, with their real ports:
// what Listen can be given to be found at the same place again.
func (h *Host) Listening() []string { return textOfAddrs(h.net.Network().ListenAddresses()) }

func (h *Host) connected(id peer.ID) bool {
	return h.net.Network().Connectedness(id) == network.Connected
}

// Connected reports whether there is a connection, which is less than being up.
func (h *Host) Connected(p PeerID) bool {
	id, err := p.decode()
	return err == nil && h.connected(id)
}

// dial connects by every address known.
func (h *Host) dial(ctx context.Context, id peer.ID) error {
	ctx, cancel := context.WithTimeout(ctx, dialLimit)
	defer cancel()
	h.refreshAddrs(id)
	if s, ok := h.net.Network().(*swarm.Swarm); ok {
		s.Backoff().Clear(id) // it would refuse for 5 s and more after one failure
	}
	return h.net.Connect(ctx, peer.AddrInfo{ID: id})
}

// ClosePeer closes every connection with a peer. An enrolled one may come again.
func (h *Host) ClosePeer(p PeerID) {
	if id, err := p.decode(); err == nil {
		_ = h.net.Network().ClosePeer(id)
	}
}

func (h *Host) onConnected(_ network.Network, c network.Conn) {
	id := c.RemotePeer()
	if !h.gate.connects(id) { // expelled or cut while the connection was being made
		go c.Close()
		return
	}
	h.poke(id)
}

func (h *Host) onDisconnected(_ network.Network, c network.Conn) { h.poke(c.RemotePeer()) }

// parseAddrs reads multiaddresses; a trailing /p2p/… is taken off.
func parseAddrs(texts []string) ([]ma.Multiaddr, error) {
	out := make([]ma.Multiaddr, 0, len(texts))
	for _, text := range texts {
		a, err := ma.NewMultiaddr(text)
		if err != nil {
			return nil, fmt.Errorf("address %q: %w", text, err)
		}
		if bare, _ := peer.SplitAddr(a); bare != nil {
			out = append(out, bare)
		}
	}
	return out, nil
}

func textOfAddrs(addrs []ma.Multiaddr) []string {
	out := make([]string, 0, len(addrs))
	for _, a := range addrs {
		out = append(out, a.String())
	}
	return out
}

func ipOf(a ma.Multiaddr) net.IP {
	if a == nil {
		return nil
	}
	ip, err := manet.ToIP(a)
	if err != nil {
		return nil
	}
	return ip
}

// remember keeps a guest's addresses for an hour.
func (h *Host) remember(id peer.ID, addrs []ma.Multiaddr) {
	h.net.Peerstore().AddAddrs(id, addrs, max(guestTime, peerstore.TempAddrTTL))
}
