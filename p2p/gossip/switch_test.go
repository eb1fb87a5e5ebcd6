package gossip_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	cmtp2p "github.com/cometbft/cometbft/p2p"

	"countersign/p2p"
	"countersign/p2p/gossip"
)

// pair starts a switch on each of two hosts and waits for their session.
func pair(t *testing.T) (a, b *p2p.Host, swA, swB *gossip.Switch, earA, earB *ear) {
	t.Helper()
	a, b = inOrder(t)
	earA, earB = newEar(), newEar()
	swA, swB = listen(t, a, earA), listen(t, b, earB)
	swA.Enroll(string(b.ID()))
	swB.Enroll(string(a.ID()))
	waitSession(t, swA, b, true)
	waitSession(t, swB, a, true)
	return a, b, swA, swB, earA, earB
}

func TestBroadcastsArriveInOrder(t *testing.T) {
	_, _, swA, swB, earA, earB := pair(t)
	var want []string
	for i := range 1500 { // more than a queue's ordinary bound
		text := fmt.Sprint(i)
		want = append(want, text)
		swA.BroadcastAsync(say(text))
	}
	swB.BroadcastAsync(say("back"))
	eventually(t, "all heard", 10*time.Second, func() bool { return len(earB.all()) == len(want) && len(earA.all()) == 1 })
	if !slices.Equal(earB.all(), want) {
		t.Error("heard in another order")
	}
	if s := swA.Stats(); s.FramesSent != 1500 || s.Dropped != 0 || s.Sessions != 1 {
		t.Errorf("counted %+v", s)
	}
}

func TestExpelledPeerIsRemovedAndMayComeAgain(t *testing.T) {
	a, b, swA, swB, earA, _ := pair(t)
	swA.Expel(string(b.ID()))
	waitSession(t, swA, b, false)
	waitSession(t, swB, a, false)
	swA.Enroll(string(b.ID()))
	waitSession(t, swA, b, true)
	waitSession(t, swB, a, true)
	eventually(t, "told the reactor", time.Second, func() bool {
		return slices.Equal(earA.events(), []string{"init", "add", "remove", "init", "add"})
	})
}

// A reactor stops a peer from inside Receive; waiting there would be for itself.
func TestReactorMayStopThePeerItHears(t *testing.T) {
	a, b := inOrder(t)
	earA, earB := newEar(), newEar()
	swA, swB := listen(t, a, earA), gossip.New(gossip.Config{Network: harbour}, gossip.OverHost(b))
	stopped := make(chan struct{}, 100)
	earB.receive = func(e cmtp2p.Envelope) {
		swB.StopPeerForError(e.Src, errors.New("I do not like what you say"))
		stopped <- struct{}{}
	}
	swB.AddReactor("EAR", earB)
	if err := swB.Start(); err != nil {
		t.Fatal(err)
	}
	defer swB.Stop()
	swA.Enroll(string(b.ID()))
	swB.Enroll(string(a.ID()))
	waitSession(t, swA, b, true)
	first := swA.Peers().Get(cmtp2p.ID(b.ID()))
	swA.BroadcastAsync(say("boo"))
	select {
	case <-stopped:
	case <-time.After(5 * time.Second):
		t.Fatal("StopPeerForError did not return")
	}
	eventually(t, "a new session", 5*time.Second, func() bool {
		again := swA.Peers().Get(cmtp2p.ID(b.ID()))
		return again != nil && again != first && !first.IsRunning()
	})
}

func TestPanickingReactorCostsTheSessionOnly(t *testing.T) {
	a, b := inOrder(t)
	earA, earB := newEar(), newEar()
	earB.receive = func(cmtp2p.Envelope) { panic("odd frame") }
	swA, swB := listen(t, a, earA), listen(t, b, earB)
	swA.Enroll(string(b.ID()))
	swB.Enroll(string(a.ID()))
	waitSession(t, swA, b, true)
	swA.BroadcastAsync(say("boo"))
	eventually(t, "session ended for the panic", 5*time.Second, func() bool { return errors.Is(lastError(swB), gossip.ErrRejected) })
	waitSession(t, swA, b, true)
}

func TestRestartedSwitchFindsItsPeerAgain(t *testing.T) {
	a, b, swA, swB, _, _ := pair(t)
	if err := swB.Stop(); err != nil {
		t.Fatal(err)
	}
	waitSession(t, swA, b, false)
	earB := newEar()
	swB = listen(t, b, earB) // a new one in the same process, on the same host
	swB.Enroll(string(a.ID()))
	waitSession(t, swA, b, true)
	waitSession(t, swB, a, true)
	swA.BroadcastAsync(say("hello again"))
	eventually(t, "heard", 5*time.Second, func() bool { return slices.Equal(earB.all(), []string{"hello again"}) })
}

func TestCutSessionHoldsFramesThenEnds(t *testing.T) {
	a, b, swA, swB, _, earB := pair(t)
	cut := func(on bool) {
		t.Helper()
		if err := a.Cut(b.ID(), on); err != nil {
			t.Fatal(err)
		}
	}
	cut(true)
	swA.BroadcastAsync(say("held"))
	time.Sleep(200 * time.Millisecond)
	if got := earB.all(); len(got) != 0 {
		t.Fatalf("heard %q over a cut link", got)
	}
	cut(false)
	eventually(t, "what was held arrives", 3*time.Second, func() bool { return slices.Equal(earB.all(), []string{"held"}) })
	if n := swA.Stats().Sessions; n != 1 {
		t.Errorf("a short cut cost the session: %d", n)
	}
	cut(true)
	waitSession(t, swA, b, false)
	waitSession(t, swB, a, false)
	cut(false)
	if d := waitSession(t, swA, b, true); d > 5*time.Second {
		t.Errorf("healed after %v", d)
	}
}

// rogue opens a session by hand, as the side with the smaller ID does.
func rogue(t *testing.T, from, to *p2p.Host, network [32]byte) (streams [5]*p2p.Stream) {
	t.Helper()
	for c := range streams {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		s, err := from.Open(ctx, to.ID(), "gossip")
		cancel()
		if err != nil {
			t.Fatal(err)
		}
		_ = s.SetDeadline(time.Now().Add(10 * time.Second))
		header := append(append(network[:], make([]byte, 16)...), byte(c))
		if _, err := s.Write(header); err != nil {
			t.Fatal(err)
		}
		streams[c] = s
	}
	return streams
}

func TestBadFramesEndTheSessionAndSayWhy(t *testing.T) {
	length := func(n uint32, rest ...byte) []byte { return append(binary.BigEndian.AppendUint32(nil, n), rest...) }
	for name, bad := range map[string]struct {
		class int
		bytes []byte
	}{
		"4 GiB":                        {2, length(0xffffffff)},
		"over the channel's cap":       {2, length(1002)},
		"empty":                        {2, length(0)},
		"unknown channel":              {2, length(2, 0x77, 0)},
		"channel of another class":     {1, length(2, testChannel, 0)},
		"not what the channel carries": {2, length(3, testChannel, 0xff, 0xff)},
		"anything on control":          {0, length(1, 0)},
	} {
		t.Run(name, func(t *testing.T) {
			a, b := inOrder(t)
			sw := listen(t, b, newEar())
			sw.Enroll(string(a.ID()))
			eventually(t, "hosts connected", 5*time.Second, func() bool { return a.Connected(b.ID()) })
			streams := rogue(t, a, b, harbour)
			if _, err := streams[0].Read(make([]byte, 1)); err != nil {
				t.Fatal("session not acknowledged:", err)
			}
			waitSession(t, sw, a, true)
			if _, err := streams[bad.class].Write(bad.bytes); err != nil {
				t.Fatal(err)
			}
			waitSession(t, sw, a, false)
			if err := lastError(sw); !errors.Is(err, gossip.ErrRejected) {
				t.Errorf("the session ended for %v", err)
			}
			if n := sw.Stats().Rejected; n != 1 {
				t.Errorf("counted %d rejected frames", n)
			}
		})
	}
}

func TestSessionOfAnotherNetworkIsRefused(t *testing.T) {
	a, b := inOrder(t)
	sw := listen(t, b, newEar())
	sw.Enroll(string(a.ID()))
	eventually(t, "hosts connected", 5*time.Second, func() bool { return a.Connected(b.ID()) })
	other := harbour
	other[31]++
	streams := rogue(t, a, b, other)
	if _, err := streams[0].Read(make([]byte, 1)); err == nil {
		t.Fatal("acknowledged")
	}
	if sw.Peers().Size() != 0 || lastError(sw) == nil {
		t.Error("a peer came of it, or nobody says why not")
	}
}

func TestSilentPeerIsDead(t *testing.T) {
	a, b := inOrder(t)
	sw := listen(t, b, newEar())
	sw.Enroll(string(a.ID()))
	eventually(t, "hosts connected", 5*time.Second, func() bool { return a.Connected(b.ID()) })
	streams := rogue(t, a, b, harbour) // and never a heartbeat
	if _, err := streams[0].Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	waitSession(t, sw, a, true)
	if d := waitSession(t, sw, a, false); d < 3*time.Second || d > 6*time.Second {
		t.Errorf("dead after %v, want about 4 s", d)
	}
	if err := lastError(sw); !errors.Is(err, gossip.ErrSilent) {
		t.Errorf("ended for %v", err)
	}
}
