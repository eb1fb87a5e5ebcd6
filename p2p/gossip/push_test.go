package gossip

import (
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cometbft/cometbft/consensus"
	cstypes "github.com/cometbft/cometbft/consensus/types"
	"github.com/cometbft/cometbft/libs/log"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	"github.com/cometbft/cometbft/types"

	"countersign/p2p/wire"
)

// nowhere is a transport without peers.
type nowhere struct{ Transport }

func (nowhere) Self() string { return "us" }

// still is a consensus that does not move.
type still struct{ rs *cstypes.RoundState }

func (s still) GetRoundState() *cstypes.RoundState { return s.rs }
func (still) WaitSync() bool                       { return false }

// pushed starts a push to a peer that stands at height 5, where we know of no vote
// yet. said adds a keeper's prevote and kicks; heard counts what has come.
func pushed(t *testing.T, abreast bool) (p *Peer, known *consensus.PeerState, said func(), heard func() int) {
	t.Helper()
	s := New(Config{}, nowhere{})
	x, far := &session{}, [classes]net.Conn{}
	for c := range x.streams {
		x.streams[c], far[c] = net.Pipe()
	}
	p = newPeer(s, "peer", true, x)
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	frames := make(chan struct{}, 100)
	for c, stream := range far {
		go func() {
			for {
				if _, err := wire.ReadFrame(stream, 1<<20); err != nil {
					return
				}
				if class(c) == votes {
					frames <- struct{}{}
				}
			}
		}()
	}
	keepers, keys := types.RandValidatorSet(4, 10)
	rs := &cstypes.RoundState{Height: 5, Step: cstypes.RoundStepPrevote, Validators: keepers, Votes: cstypes.NewHeightVoteSet("chain", 5, keepers)}
	known = consensus.NewPeerState(p)
	h := &push{Consensus: Consensus{State: still{rs}, Reactor: still{}, Abreast: func(string) bool { return abreast }},
		peer: p, known: known, log: log.NewNopLogger()}
	s.pumps.Go(h.run)
	t.Cleanup(func() {
		_ = p.Stop()
		s.pumps.Wait()
	})
	next := int32(0)
	said = func() {
		v := types.MakeVoteNoError(t, keys[next], "chain", next, 5, 0, cmtproto.PrevoteType, types.BlockID{}, time.Now())
		next++
		if added, err := rs.Votes.AddVote(v, "", false); err != nil || !added {
			t.Fatal(added, err)
		}
		p.kick()
	}
	return p, known, said, func() int { synctest.Wait(); return len(frames) }
}

func arrive(p *Peer, known *consensus.PeerState, height int64) {
	known.ApplyNewRoundStepMessage(&consensus.NewRoundStepMessage{Height: height, Step: cstypes.RoundStepPropose})
	p.kick()
}

func TestWhatOthersSayWaitsForAPeerThatHearsThem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, known, said, heard := pushed(t, true)
		said()
		arrive(p, known, 5)
		if n := heard(); n != 1 {
			t.Fatalf("%d votes sent to a peer that has come to our height, want 1", n)
		}
		said()
		time.Sleep(quiet - time.Millisecond)
		if n := heard(); n != 1 {
			t.Fatalf("%d votes sent, want none besides the first while it may be on its way", n)
		}
		time.Sleep(2 * time.Millisecond)
		if n := heard(); n != 2 {
			t.Fatalf("%d votes sent after a quiet while, want 2", n)
		}
		said()
		for range 2 * longest / quiet {
			time.Sleep(quiet / 2)
			p.kick()
		}
		if n := heard(); n != 3 {
			t.Fatalf("%d votes sent although something happened all the time, want 3", n)
		}
	})
}

func TestWhatOthersSayIsPassedOnAtOnceToAPeerThatDoesNotHearThem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, known, said, heard := pushed(t, false)
		arrive(p, known, 5)
		heard()
		said()
		if n := heard(); n != 1 {
			t.Fatalf("%d votes sent, want 1", n)
		}
	})
}
