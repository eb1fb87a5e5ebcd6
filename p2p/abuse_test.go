package p2p_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	ma "github.com/multiformats/go-multiaddr"
	manet "github.com/multiformats/go-multiaddr/net"

	"countersign/p2p"
	"countersign/p2p/wire"
)

type note struct {
	Text []byte `cbor:"1,keyasint"`
}

func serveEcho(h *p2p.Host, protocol string, limits p2p.StreamLimits) {
	p2p.Serve(h, protocol, limits, 64<<10, func(_ context.Context, _ p2p.PeerID, q note) (note, error) { return q, nil })
}

func ask(ctx context.Context, from, to *p2p.Host, protocol string) error {
	var got note
	if err := from.Call(ctx, to.ID(), protocol, note{[]byte("still there?")}, &got, 64<<10); err != nil {
		return err
	}
	if string(got.Text) != "still there?" {
		return fmt.Errorf("echo said %q", got.Text)
	}
	return nil
}

func TestClaimOfFourGiBIsReset(t *testing.T) {
	treasury, health := node(t, "Treasury"), node(t, "Health")
	serveEcho(health, "vault", p2p.StreamLimits{})
	meet(t, treasury, health)
	if err := ask(t.Context(), treasury, health, "vault"); err != nil { // all set up before we measure
		t.Fatal(err)
	}
	s, err := treasury.Open(t.Context(), health.ID(), "vault")
	if err != nil {
		t.Fatal(err)
	}
	_ = s.SetDeadline(time.Now().Add(5 * time.Second))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := s.Write(binary.BigEndian.AppendUint32(nil, math.MaxUint32)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Read(make([]byte, 1)); err == nil || errors.Is(err, io.EOF) || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("the claim was answered with %v, want a reset", err)
	}
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 1<<20 {
		t.Errorf("both ends allocated %d bytes", n)
	}
	if err := ask(t.Context(), treasury, health, "vault"); err != nil {
		t.Errorf("after the claim: %v", err)
	}
}

func TestThousandSlowStreamsLeaveRoomForHonestOnes(t *testing.T) {
	treasury, honest := node(t, "Treasury"), node(t, "Health")
	var slow []*p2p.Host
	for i := range 5 {
		slow = append(slow, node(t, fmt.Sprintf("Slow %d", i)))
	}
	var most, now atomic.Int64
	treasury.SetHandler("vault", p2p.StreamLimits{}, func(_ context.Context, s *p2p.Stream) {
		n := now.Add(1)
		defer now.Add(-1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		if b, err := wire.ReadFrame(s, 64<<10); err == nil {
			_ = wire.WriteFrame(s, b, 64<<10)
		}
	})
	meet(t, honest, treasury)
	for _, h := range slow {
		meet(t, h, treasury)
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	opened := 0
	for i := range 1000 { // each claims a frame and sends one byte of it
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		s, err := slow[i%len(slow)].Open(ctx, treasury.ID(), "vault")
		cancel()
		if err != nil {
			continue
		}
		if _, err := s.Write([]byte{0, 0, 0xff, 0xff, 1}); err == nil {
			opened++
		}
	}
	if opened < 1000 {
		t.Fatalf("only %d slow streams could be begun", opened)
	}
	for range 20 {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		s, err := honest.Open(ctx, treasury.ID(), "vault")
		cancel()
		if err != nil {
			t.Fatal(err)
		}
		if err := wire.Within(s, 2*time.Second, func() error {
			if err := wire.WriteFrame(s, []byte("hello"), 100); err != nil {
				return err
			}
			_, err := wire.ReadFrame(s, 100)
			return err
		}); err != nil {
			t.Fatalf("an honest stream: %v", err)
		}
		_ = s.Close()
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 64<<20 {
		t.Errorf("heap grew by %d MiB", grown>>20)
	}
	if n := most.Load(); n > 16*int64(len(slow)+1) {
		t.Errorf("%d streams were served at once, want at most 16 a peer", n)
	}
	if s, _ := treasury.PeerStatus(honest.ID()); !s.Up {
		t.Error("the honest peer went away")
	}
}

// 500 connections from one address, most of them saying nothing at all: members at
// that address pass, and a stranger does not.
func TestMembersPassThroughACrowdAtOneAddress(t *testing.T) {
	treasury := node(t, "Treasury", overTCP)
	serveEcho(treasury, "vault", p2p.StreamLimits{})
	address, err := ma.NewMultiaddr(treasury.Addresses()[0])
	if err != nil {
		t.Fatal(err)
	}
	_, dial, err := manet.DialArgs(address)
	if err != nil {
		t.Fatal(err)
	}
	for range 500 {
		c, err := net.DialTimeout("tcp", dial, 2*time.Second)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
	}
	for i := range 5 {
		member := node(t, fmt.Sprintf("Office desk %d", i), overTCP)
		meet(t, member, treasury)
		if err := ask(t.Context(), member, treasury, "vault"); err != nil {
			t.Errorf("desk %d: %v", i, err)
		}
	}
	stranger := node(t, "Stranger", overTCP)
	enroll(t, stranger, treasury)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	if err := ask(ctx, stranger, treasury, "vault"); err == nil {
		t.Error("a stranger was answered")
	}
}

func TestCutIsABlackHoleThatHeals(t *testing.T) {
	treasury, health := node(t, "Treasury"), node(t, "Health")
	lines := make(chan string, 100)
	health.SetHandler("vault", p2p.StreamLimits{}, func(_ context.Context, s *p2p.Stream) {
		_ = s.SetDeadline(time.Time{})
		for {
			b, err := wire.ReadFrame(s, 100)
			if err != nil {
				lines <- "end"
				return
			}
			lines <- string(b)
		}
	})
	meet(t, treasury, health)
	s, err := treasury.Open(t.Context(), health.ID(), "vault")
	if err != nil {
		t.Fatal(err)
	}
	say := func(text string) {
		t.Helper()
		if err := wire.WriteFrame(s, []byte(text), 100); err != nil {
			t.Errorf("write %q: %v", text, err)
		}
	}
	hear := func(want string) {
		t.Helper()
		select {
		case got := <-lines:
			if got != want {
				t.Fatalf("heard %q, want %q", got, want)
			}
		case <-time.After(5 * time.Second):
			t.Fatalf("did not hear %q", want)
		}
	}
	say("before")
	hear("before")
	for _, end := range []*p2p.Host{health, treasury} { // once the reader's side, once the writer's
		other := map[*p2p.Host]*p2p.Host{health: treasury, treasury: health}[end]
		if err := end.Cut(other.ID(), true); err != nil {
			t.Fatal(err)
		}
		said := make(chan struct{})
		go func() { defer close(said); say("into the hole") }()
		select {
		case got := <-lines:
			t.Fatalf("heard %q over a cut link", got)
		case <-time.After(300 * time.Millisecond):
		}
		if err := end.Cut(other.ID(), false); err != nil {
			t.Fatal(err)
		}
		<-said
		hear("into the hole")
	}

	// cut for longer, both sides see the other go, and the stream is lost
	if err := treasury.Cut(health.ID(), true); err != nil {
		t.Fatal(err)
	}
	waitUp(t, treasury, health, false)
	waitUp(t, health, treasury, false)
	if st, _ := treasury.PeerStatus(health.ID()); st.LastError == nil {
		t.Error("nobody says why the peer is away")
	}
	hear("end")
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	if _, err := health.Open(ctx, treasury.ID(), "vault"); err == nil {
		t.Error("a stream opened over a cut link")
	}
	if err := treasury.Cut(health.ID(), false); err != nil {
		t.Fatal(err)
	}
	if d := waitUp(t, treasury, health, true); d > 5*time.Second {
		t.Errorf("healed after %v", d)
	}
}

func TestOnlyRehearsalsAreCut(t *testing.T) {
	h := node(t, "Treasury", func(c *p2p.Config) { c.Rehearsal = false })
	if err := h.Cut(node(t, "Health").ID(), true); err == nil || !strings.Contains(err.Error(), "rehearsal") {
		t.Fatalf("cutting gave %v", err)
	}
}

func TestPanickingHandlerCostsItsStreamOnly(t *testing.T) {
	treasury, health := node(t, "Treasury"), node(t, "Health")
	treasury.SetHandler("vault", p2p.StreamLimits{PerPeer: 1}, func(context.Context, *p2p.Stream) { panic("odd letter") })
	serveEcho(treasury, "office", p2p.StreamLimits{})
	meet(t, treasury, health)
	for range 3 { // and its place is free again
		if err := ask(t.Context(), health, treasury, "vault"); err == nil {
			t.Error("a panicking handler answered")
		}
	}
	if err := ask(t.Context(), health, treasury, "office"); err != nil {
		t.Errorf("another protocol: %v", err)
	}
}
