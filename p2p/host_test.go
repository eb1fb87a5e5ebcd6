package p2p_test

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"countersign/p2p"
)

var harbour = sha256.Sum256([]byte("Harbour City, rehearsal"))

// keyOf makes the key of a named node: the same name, the same key.
func keyOf(name string) ed25519.PrivateKey {
	seed := sha256.Sum256([]byte(name))
	return ed25519.NewKeyFromSeed(seed[:])
}

// node starts a host for an agency's node; change may alter its configuration.
func node(t testing.TB, name string, change ...func(*p2p.Config)) *p2p.Host {
	t.Helper()
	cfg := p2p.Config{
		Key: keyOf(name), Network: harbour, Rehearsal: true, Version: "test", Agency: name, Node: name + "-1",
		Listen: []string{"/ip4/127.0.0.1/tcp/0", "/ip4/127.0.0.1/udp/0/quic-v1"},
	}
	for _, f := range change {
		f(&cfg)
	}
	h, err := p2p.New(cfg)
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

func overTCP(c *p2p.Config)  { c.Listen = []string{"/ip4/127.0.0.1/tcp/0"} }
func overQUIC(c *p2p.Config) { c.Listen = []string{"/ip4/127.0.0.1/udp/0/quic-v1"} }

func enroll(t testing.TB, h, peer *p2p.Host) {
	t.Helper()
	if err := h.Enroll(peer.ID(), peer.Addresses()...); err != nil {
		t.Fatal(err)
	}
}

// meet enrols two hosts with each other and waits until both are up.
func meet(t testing.TB, a, b *p2p.Host) {
	t.Helper()
	enroll(t, a, b)
	enroll(t, b, a)
	waitUp(t, a, b, true)
	waitUp(t, b, a, true)
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

func waitUp(t testing.TB, h, peer *p2p.Host, up bool) time.Duration {
	t.Helper()
	return eventually(t, fmt.Sprintf("%s up: %v", peer.ID().Short(), up), 15*time.Second, func() bool {
		s, ok := h.PeerStatus(peer.ID())
		return ok && s.Up == up
	})
}

func TestPeerIDComesFromThePublicKey(t *testing.T) {
	h := node(t, "Treasury")
	id, err := p2p.PeerIDFromPublicKey(keyOf("Treasury").Public().(ed25519.PublicKey))
	if err != nil || id != h.ID() {
		t.Fatalf("got %s, %v, want %s", id, err, h.ID())
	}
	if _, err := p2p.PeerIDFromPublicKey(nil); err == nil {
		t.Fatal("an empty key has a peer ID")
	}
}

func TestHelloTellsHeightDelayAndClock(t *testing.T) {
	for name, transport := range map[string]func(*p2p.Config){"TCP": overTCP, "QUIC": overQUIC} {
		t.Run(name, func(t *testing.T) {
			var height atomic.Int64
			height.Store(7)
			ahead := func() time.Time { return time.Now().Add(time.Minute) }
			treasury := node(t, "Treasury", transport)
			health := node(t, "Health", transport, func(c *p2p.Config) {
				c.State = func() p2p.State { return p2p.State{Height: height.Load(), LogSize: 40} }
				c.Clock = ahead
			})
			meet(t, treasury, health)
			status := func() p2p.PeerStatus {
				s, _ := treasury.PeerStatus(health.ID())
				return s
			}
			eventually(t, "delay measured", 3*time.Second, func() bool { return status().Delay > 0 })
			s := status()
			if s.Height != 7 || s.LogSize != 40 || s.Agency != "Health" || s.Node != "Health-1" || s.Version != "test" {
				t.Errorf("hello told %+v", s)
			}
			if s.Delay > 500*time.Millisecond {
				t.Errorf("delay on one machine is %v", s.Delay)
			}
			if off := s.ClockOffset - time.Minute; off.Abs() > time.Second {
				t.Errorf("clock offset is %v, want about a minute", s.ClockOffset)
			}
			if len(s.Addresses) == 0 {
				t.Error("no addresses")
			}
			changes := make(chan p2p.PeerStatus, 16)
			stop := treasury.OnChange(func(s p2p.PeerStatus) { changes <- s })
			defer stop()
			height.Store(8)
			health.Announce()
			select {
			case s := <-changes:
				if s.Height != 8 || !s.Up {
					t.Errorf("change told %+v", s)
				}
			case <-time.After(800 * time.Millisecond): // sooner than the next heartbeat need be
				t.Error("announced height was not told")
			}
		})
	}
}

func TestStrangerIsRefusedAndKnows(t *testing.T) {
	for name, transport := range map[string]func(*p2p.Config){"TCP": overTCP, "QUIC": overQUIC} {
		t.Run(name, func(t *testing.T) {
			member := node(t, "Treasury", transport)
			member.SetHandler("vault", p2p.StreamLimits{}, func(context.Context, *p2p.Stream) { t.Error("a stranger was served") })
			stranger := node(t, "Stranger", transport)
			enroll(t, stranger, member)
			began := time.Now()
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			defer cancel()
			if s, err := stranger.Open(ctx, member.ID(), "vault"); err == nil {
				_ = s.SetDeadline(time.Now().Add(5 * time.Second))
				if _, err := s.Read(make([]byte, 1)); err == nil {
					t.Error("a stranger was answered")
				}
			}
			if d := time.Since(began); d > 5*time.Second {
				t.Errorf("the stranger knew after %v", d)
			}
			eventually(t, "stranger knows why", 5*time.Second, func() bool {
				s, _ := stranger.PeerStatus(member.ID())
				return s.LastError != nil && !s.Up
			})
			if len(member.Status()) != 0 {
				t.Error("the stranger is among the member's peers")
			}
		})
	}
}

func TestExpelClosesAtOnce(t *testing.T) {
	treasury, health := node(t, "Treasury"), node(t, "Health")
	opened := make(chan struct{})
	ended := make(chan error, 1)
	health.SetHandler("vault", p2p.StreamLimits{}, func(_ context.Context, s *p2p.Stream) {
		close(opened)
		_, err := io.Copy(io.Discard, s)
		ended <- err
	})
	meet(t, treasury, health)
	s, err := treasury.Open(t.Context(), health.ID(), "vault")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	<-opened
	treasury.Expel(health.ID())
	if treasury.Connected(health.ID()) || treasury.Enrolled(health.ID()) || len(treasury.Peers()) != 0 {
		t.Error("still there after Expel")
	}
	select {
	case err := <-ended:
		if err == nil {
			t.Error("the stream ended as if all had been said")
		}
	case <-time.After(time.Second):
		t.Error("the expelled peer's stream lives on")
	}
	waitUp(t, health, treasury, false)
	if _, err := treasury.Open(t.Context(), health.ID(), "vault"); !errors.Is(err, p2p.ErrNotEnrolled) {
		t.Errorf("opening a stream with an expelled peer gave %v", err)
	}
	enroll(t, treasury, health) // and it may be enrolled again
	waitUp(t, treasury, health, true)
}

func TestGuestSpeaksJoinOnly(t *testing.T) {
	inviter, guest := node(t, "Treasury"), node(t, "Newcomer")
	type text struct {
		T string `cbor:"1,keyasint"`
	}
	echo := func(_ context.Context, p p2p.PeerID, q text) (text, error) {
		if q.T == "no" {
			return text{}, &p2p.Refusal{Code: "not-today"}
		}
		return text{q.T + " from " + p.Short()}, nil
	}
	p2p.Serve(inviter, "join", p2p.StreamLimits{}, 1000, echo)
	p2p.Serve(inviter, "vault", p2p.StreamLimits{}, 1000, echo)
	revoke, err := inviter.AdmitOnce(guest.ID(), "join")
	if err != nil {
		t.Fatal(err)
	}
	back, err := guest.AdmitOnce(inviter.ID(), "join", "vault")
	if err != nil {
		t.Fatal(err)
	}
	defer back()
	if err := guest.AddAddresses(inviter.ID(), inviter.Addresses()...); err != nil {
		t.Fatal(err)
	}
	var got text
	if err := guest.Call(t.Context(), inviter.ID(), "join", text{"hi"}, &got, 1000); err != nil || got.T != "hi from "+guest.ID().Short() {
		t.Fatalf("join answered %q, %v", got.T, err)
	}
	var refusal *p2p.Refusal
	if err := guest.Call(t.Context(), inviter.ID(), "join", text{"no"}, &got, 1000); !errors.As(err, &refusal) || refusal.Code != "not-today" {
		t.Fatalf("refusal came as %v", err)
	}
	if err := guest.Call(t.Context(), inviter.ID(), "vault", text{"hi"}, &text{}, 1000); err == nil {
		t.Fatal("a guest was served another protocol")
	}
	revoke()
	if inviter.Connected(guest.ID()) {
		t.Error("connected after the admission was revoked")
	}
	if err := guest.Call(t.Context(), inviter.ID(), "join", text{"hi"}, &text{}, 1000); err == nil {
		t.Fatal("a revoked guest was served")
	}
}

func TestRestartedPeerComesUpAgain(t *testing.T) {
	treasury := node(t, "Treasury")
	first := node(t, "Health")
	meet(t, treasury, first)
	addresses := first.Addresses()
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	waitUp(t, treasury, first, false)
	again := node(t, "Health", func(c *p2p.Config) { c.Listen = addresses })
	enroll(t, again, treasury)
	if d := waitUp(t, treasury, again, true); d > 5*time.Second {
		t.Errorf("up again after %v", d)
	}
}

// Treasury has only Health's old place; Records, up with both, tells the new one.
func TestAddressesArePassedOnBetweenPeers(t *testing.T) {
	treasury := node(t, "Treasury", func(c *p2p.Config) { c.Listen = nil })
	records, health := node(t, "Records"), node(t, "Health")
	meet(t, records, health)
	if err := treasury.Enroll(health.ID()); err != nil { // address unknown
		t.Fatal(err)
	}
	if err := health.Enroll(treasury.ID()); err != nil {
		t.Fatal(err)
	}
	if err := records.Enroll(treasury.ID()); err != nil {
		t.Fatal(err)
	}
	enroll(t, treasury, records)
	waitUp(t, treasury, records, true)
	waitUp(t, treasury, health, true)
	s, _ := treasury.PeerStatus(health.ID())
	if len(s.Addresses) == 0 || !slices.Contains(health.Addresses(), s.Addresses[0]) {
		t.Errorf("found at %v, listens at %v", s.Addresses, health.Addresses())
	}
}
