package p2p

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	rcmgr "github.com/libp2p/go-libp2p/p2p/host/resource-manager"
	"github.com/libp2p/go-libp2p/x/rate"
)

// What one host carries at most. libp2p's own limits are made for the open
// internet, where many connections from one address are an attack; here they are
// an office behind one router. The gate is what keeps strangers out, so these
// numbers only bound what strangers cost before it and what a member can take.
const (
	maxConns          = 4096 // at once, all peers
	maxConnsPerPeer   = 16   // two transports, two directions, and room while old ones die
	maxConnsHandshake = 2048 // not yet authenticated
	maxConnsPerPrefix = 2048 // from one address
	connsPerSecond    = 50   // new ones from one address, in the long run
	connsBurst        = 1000 // new ones from one address, at once

	maxStreams         = 16384
	maxStreamsPerPeer  = 256
	maxStreamsUnnamed  = 4096 // opened, protocol not yet agreed
	maxStreamsProtocol = 8192
)

// Memory that libp2p books for windows and buffers; each stream books 256 KiB
// from the start whether it uses them or not.
const (
	maxMemory        = 4 << 30
	maxMemoryPerPeer = 256 << 20
	maxMemoryUnnamed = 1 << 30
)

// newResourceManager returns the limits of one host.
func newResourceManager() (network.ResourceManager, error) {
	streams := func(n int) rcmgr.ResourceLimits {
		return rcmgr.ResourceLimits{
			Streams: rcmgr.LimitVal(n), StreamsInbound: rcmgr.LimitVal(n), StreamsOutbound: rcmgr.LimitVal(n),
			Memory: rcmgr.Unlimited64,
		}
	}
	all := func(conns, n int, memory int64) rcmgr.ResourceLimits {
		l := streams(n)
		l.Conns, l.ConnsInbound, l.ConnsOutbound = rcmgr.LimitVal(conns), rcmgr.LimitVal(conns), rcmgr.LimitVal(conns)
		l.FD, l.Memory = rcmgr.LimitVal(conns), rcmgr.LimitVal64(memory)
		return l
	}
	limits := rcmgr.PartialLimitConfig{
		System:              all(maxConns, maxStreams, maxMemory),
		Transient:           all(maxConnsHandshake, maxStreamsUnnamed, maxMemoryUnnamed),
		PeerDefault:         all(maxConnsPerPeer, maxStreamsPerPeer, maxMemoryPerPeer),
		ProtocolDefault:     streams(maxStreamsProtocol),
		ProtocolPeerDefault: streams(maxStreamsPerPeer),
		ServiceDefault:      streams(maxStreamsProtocol),
		ServicePeerDefault:  streams(maxStreamsPerPeer),
	}.Build(rcmgr.DefaultLimits.AutoScale())

	perAddress := rate.Limit{RPS: connsPerSecond, Burst: connsBurst}
	m, err := rcmgr.NewResourceManager(rcmgr.NewFixedLimiter(limits),
		rcmgr.WithMetricsDisabled(),
		rcmgr.WithNetworkPrefixLimit(prefixLimits("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"), prefixLimits("::1/128", "fc00::/7")),
		rcmgr.WithLimitPerSubnet(
			[]rcmgr.ConnLimitPerSubnet{{PrefixLength: 32, ConnCount: maxConnsPerPrefix}},
			[]rcmgr.ConnLimitPerSubnet{{PrefixLength: 64, ConnCount: maxConnsPerPrefix}}),
		rcmgr.WithConnRateLimiters(&rate.Limiter{SubnetRateLimiter: rate.SubnetLimiter{
			IPv4SubnetLimits: []rate.SubnetLimit{{PrefixLength: 32, Limit: perAddress}},
			IPv6SubnetLimits: []rate.SubnetLimit{{PrefixLength: 64, Limit: perAddress}},
			GracePeriod:      time.Minute,
		}}),
	)
	if err != nil {
		return nil, fmt.Errorf("resource limits: %w", err)
	}
	return m, nil
}

// prefixLimits bounds whole private networks by what the host carries at all.
func prefixLimits(prefixes ...string) []rcmgr.NetworkPrefixLimit {
	out := make([]rcmgr.NetworkPrefixLimit, 0, len(prefixes))
	for _, p := range prefixes {
		out = append(out, rcmgr.NetworkPrefixLimit{Network: netip.MustParsePrefix(p), ConnCount: maxConns})
	}
	return out
}
