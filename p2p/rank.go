package p2p

import (
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	ma "github.com/multiformats/go-multiaddr"
)

// udpDelay is how long a dial by TCP is alone before QUIC is tried beside it.
const udpDelay = 300 * time.Millisecond

// tcpFirst ranks a peer's addresses. Among keepers on one machine TCP took two thirds
// of QUIC's processor time for the same entries, and less while idle, too; QUIC
// serves where TCP does not get through.
func tcpFirst(addrs []ma.Multiaddr) []network.AddrDelay {
	out := make([]network.AddrDelay, 0, len(addrs))
	var rest []ma.Multiaddr
	for _, a := range addrs {
		if _, err := a.ValueForProtocol(ma.P_TCP); err == nil {
			out = append(out, network.AddrDelay{Addr: a})
		} else {
			rest = append(rest, a)
		}
	}
	delay := udpDelay
	if len(out) == 0 {
		delay = 0
	}
	for _, a := range rest {
		out = append(out, network.AddrDelay{Addr: a, Delay: delay})
	}
	return out
}
