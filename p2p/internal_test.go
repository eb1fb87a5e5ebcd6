package p2p

import (
	"crypto/ed25519"
	"crypto/sha256"
	"strconv"
	"testing"
	"time"

	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/record"
	ma "github.com/multiformats/go-multiaddr"

	"countersign/p2p/wire"
)

func testKey(name string) ed25519.PrivateKey {
	seed := sha256.Sum256([]byte(name))
	return ed25519.NewKeyFromSeed(seed[:])
}

func testHost(t testing.TB, name string) *Host {
	t.Helper()
	h, err := New(Config{Key: testKey(name), Network: [32]byte{1}, Listen: []string{"/ip4/127.0.0.1/tcp/0"}})
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

func waitFor(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for limit := time.Now().Add(10 * time.Second); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(limit) {
			t.Fatalf("not within 10 s: %s", what)
		}
	}
}

// mDNS tells of a neighbour once. One who is enrolled only afterwards, or once more
// after having been put out, is dialled all the same; strangers fill no memory.
func TestNeighbourFoundBeforeItIsEnrolledIsDialled(t *testing.T) {
	a, b := testHost(t, "Treasury"), testHost(t, "Health")
	localFinder{a}.HandlePeerFound(peer.AddrInfo{ID: b.self, Addrs: b.net.Addrs()})
	for range 2 {
		for _, x := range []struct{ h, other *Host }{{a, b}, {b, a}} {
			if err := x.h.Enroll(x.other.ID()); err != nil {
				t.Fatal(err)
			}
		}
		waitFor(t, "neighbour up", func() bool { s, _ := a.PeerStatus(b.ID()); return s.Up })
		a.Expel(b.ID())
		b.Expel(a.ID())
	}
	for i := range 2 * nearbyMax {
		id, err := peer.IDFromPublicKey(publicOf(t, i))
		if err != nil {
			t.Fatal(err)
		}
		localFinder{a}.HandlePeerFound(peer.AddrInfo{ID: id, Addrs: b.net.Addrs()})
	}
	if len(a.nearby) > nearbyMax {
		t.Errorf("%d strangers are remembered", len(a.nearby))
	}
}

func publicOf(t *testing.T, i int) crypto.PubKey {
	t.Helper()
	pub, err := crypto.UnmarshalEd25519PublicKey(testKey(strconv.Itoa(i)).Public().(ed25519.PublicKey))
	if err != nil {
		t.Fatal(err)
	}
	return pub
}

// What mDNS finds is tried for enrolled peers only.
func TestNeighbourIsDialledOnlyIfEnrolled(t *testing.T) {
	a, b, stranger := testHost(t, "Treasury"), testHost(t, "Health"), testHost(t, "Stranger")
	if err := a.Enroll(b.ID()); err != nil {
		t.Fatal(err)
	}
	if err := b.Enroll(a.ID()); err != nil {
		t.Fatal(err)
	}
	for _, h := range []*Host{b, stranger} {
		localFinder{a}.HandlePeerFound(peer.AddrInfo{ID: h.self, Addrs: h.net.Addrs()})
	}
	waitFor(t, "neighbour up", func() bool { s, _ := a.PeerStatus(b.ID()); return s.Up })
	if len(a.net.Peerstore().Addrs(stranger.self)) != 0 || len(a.Status()) != 1 {
		t.Error("a stranger found in the local network is remembered")
	}
}

func TestPeerThatIsNotKeptIsNotDialled(t *testing.T) {
	a, b := testHost(t, "Treasury"), testHost(t, "Health")
	if err := a.Enroll(b.ID()); err != nil { // no address, so nothing happens yet
		t.Fatal(err)
	}
	a.Keep(b.ID(), false)
	if err := a.Enroll(b.ID(), b.Addresses()...); err != nil {
		t.Fatal(err)
	}
	if err := b.Enroll(a.ID()); err != nil {
		t.Fatal(err)
	}
	time.Sleep(2 * minRetry)
	if a.Connected(b.ID()) {
		t.Fatal("dialled")
	}
	a.Keep(b.ID(), true)
	waitFor(t, "up once kept", func() bool { s, _ := a.PeerStatus(b.ID()); return s.Up })
}

// A record is taken only from the peer it speaks of, if that is enrolled, and only
// if newer than the one we have.
func TestAddressRecordsAreTheSignersOwn(t *testing.T) {
	h := testHost(t, "Treasury")
	subject, other := testKey("Health"), testKey("Records")
	id, err := PeerIDFromPublicKey(subject.Public().(ed25519.PublicKey))
	if err != nil {
		t.Fatal(err)
	}
	sealed := func(signer ed25519.PrivateKey, seq uint64, addr string) []byte {
		t.Helper()
		of, err := id.decode()
		if err != nil {
			t.Fatal(err)
		}
		key, err := crypto.UnmarshalEd25519PrivateKey(signer)
		if err != nil {
			t.Fatal(err)
		}
		e, err := record.Seal(&peer.PeerRecord{PeerID: of, Seq: seq, Addrs: []ma.Multiaddr{ma.StringCast(addr)}}, key)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := e.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	const first, second, third = "/ip4/127.0.0.1/tcp/1", "/ip4/127.0.0.1/tcp/2", "/ip4/127.0.0.1/tcp/3"
	h.learn(sealed(subject, 1, first)) // not enrolled yet
	if h.found.count() != 0 {
		t.Fatal("took the record of a stranger")
	}
	if err := h.Enroll(id); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		signer ed25519.PrivateKey
		seq    uint64
		addr   string
		want   string
	}{{subject, 5, first, first}, {other, 9, second, first}, {subject, 4, third, first}, {subject, 6, second, second}} {
		h.learn(sealed(step.signer, step.seq, step.addr))
		s, _ := h.PeerStatus(id)
		if len(s.Addresses) != 1 || s.Addresses[0] != step.want {
			t.Errorf("after record %d: %v, want %s", step.seq, s.Addresses, step.want)
		}
	}
}

// Whatever a peer sends as a hello: no panic, and what passes the check is bounded.
func FuzzHello(f *testing.F) {
	codec, err := wire.NewCodec()
	if err != nil {
		f.Fatal(err)
	}
	h := testHost(f, "Treasury")
	l := newLink(h, peer.ID("someone"))
	seed, err := codec.Encode(hello{Version: "1", Agency: "Health", Addresses: []string{"/ip4/127.0.0.1/tcp/1"}, Counter: 1})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(seed)
	f.Fuzz(func(t *testing.T, b []byte) {
		var m hello
		if codec.Decode(b, &m) != nil || m.check() != nil {
			return
		}
		var c conversation
		c.receive(&m)
		l.setUp(&m, c.delay)
		if s := l.snapshot(); len(s.Addresses) > maxAddrs || len(s.Agency) > helloText {
			t.Fatalf("took in %+v", s)
		}
	})
}

// Whatever is passed on as an address record: no panic.
func FuzzAddressRecord(f *testing.F) {
	h := testHost(f, "Treasury")
	for _, raw := range h.ownRecord() {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) { h.learn(raw) })
}
