package consensus

import (
	"testing"

	cs "github.com/cometbft/cometbft/consensus"
	cstypes "github.com/cometbft/cometbft/consensus/types"
	"github.com/cometbft/cometbft/p2p"
	cmtcons "github.com/cometbft/cometbft/proto/tendermint/consensus"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	cmttypes "github.com/cometbft/cometbft/types"

	"countersign/ledger"
)

// fewPeers is a switch that knows its peers and no more.
type fewPeers struct {
	p2p.Switcher
	set *p2p.PeerSet
}

func (s fewPeers) Peers() p2p.IPeerSet { return s.set }

// abreast is a peer that stands at a place, and calls back when it is sent a vote.
type abreast struct {
	p2p.Peer
	id    p2p.ID
	state *cs.PeerState
	sent  func(*cmtproto.Vote) bool
}

func (p *abreast) ID() p2p.ID             { return p.id }
func (p *abreast) Get(string) any         { return p.state }
func (p *abreast) GetRemovalFailed() bool { return false }
func (p *abreast) TrySend(e p2p.Envelope) bool {
	return p.sent(e.Message.(*cmtcons.Vote).Vote)
}

func TestAVoteLeavesOnceItIsDurableToThoseWhoCanUseIt(t *testing.T) {
	g, s, path := newTestGuard(t)
	set := p2p.NewPeerSet()
	got := map[p2p.ID]int{}
	add := func(id p2p.ID, height int64, round int32, room bool) *cs.PeerState {
		p := &abreast{id: id}
		p.state = cs.NewPeerState(p)
		p.state.ApplyNewRoundStepMessage(&cs.NewRoundStepMessage{Height: height, Round: round, Step: cstypes.RoundStepPropose})
		p.sent = func(v *cmtproto.Vote) bool {
			rec, err := loadGuard(path, testNetwork, s.Public())
			if err != nil {
				t.Fatal(err)
			}
			if rec.At != placeOf(v) || string(rec.Signature) != string(v.Signature) {
				t.Errorf("a vote at %s left, and on the disk was %s", placeOf(v), rec.At)
			}
			if room {
				got[id]++
			}
			return room
		}
		if err := set.Add(p); err != nil {
			t.Fatal(err)
		}
		return p.state
	}
	here, full := add("here", 7, 1, true), add("full", 7, 1, false)
	add("behind", 6, 0, true)
	add("round before", 7, 0, true)

	keepers, _ := cmttypes.RandValidatorSet(4, 10)
	e := &Engine{cfg: Config{Switch: fewPeers{set: set}}, guard: g,
		cons: &cs.State{RoundState: cstypes.RoundState{Validators: keepers}}}
	c := caster{g, e}
	v := vote(cmtproto.PrecommitType, 7, 1, 1)
	if err := c.SignVote(ledger.ChainID(testNetwork), v); err != nil {
		t.Fatal(err)
	}
	if got["here"] != 1 || len(got) != 1 {
		t.Errorf("sent to %v, want one to the peer that is here", got)
	}
	if !here.GetRoundState().Precommits.GetIndex(int(v.ValidatorIndex)) {
		t.Error("the peer would be sent the vote again")
	}
	if full.GetRoundState().Precommits != nil {
		t.Error("a peer without room is believed to have the vote")
	}

	other := vote(cmtproto.PrecommitType, 7, 1, 2)
	if err := c.SignVote(ledger.ChainID(testNetwork), other); err == nil {
		t.Error("another vote was signed at the same place")
	}
	if got["here"] != 1 {
		t.Error("a vote that the guard refused was sent")
	}
}
