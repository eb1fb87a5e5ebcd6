package p2p

import (
	"testing"

	ma "github.com/multiformats/go-multiaddr"
)

func TestTCPIsDialledFirstAndQUICAtOnceWhereThereIsNone(t *testing.T) {
	quic, tcp := ma.StringCast("/ip4/127.0.0.1/udp/4001/quic-v1"), ma.StringCast("/ip4/127.0.0.1/tcp/4001")
	both := tcpFirst([]ma.Multiaddr{quic, tcp})
	if len(both) != 2 || !both[0].Addr.Equal(tcp) || both[0].Delay != 0 || !both[1].Addr.Equal(quic) || both[1].Delay != udpDelay {
		t.Errorf("ranked %v", both)
	}
	if alone := tcpFirst([]ma.Multiaddr{quic}); len(alone) != 1 || alone[0].Delay != 0 {
		t.Errorf("ranked %v", alone)
	}
}
