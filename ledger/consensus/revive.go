package consensus

import (
	"time"

	cs "github.com/cometbft/cometbft/consensus"
	cstypes "github.com/cometbft/cometbft/consensus/types"
	"github.com/cometbft/cometbft/libs/protoio"
	"github.com/cometbft/cometbft/p2p"
	cmtcons "github.com/cometbft/cometbft/proto/tendermint/consensus"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	cmttypes "github.com/cometbft/cometbft/types"
)

// When all keepers are killed at once, CometBFT can come to a standstill: it
// looks at what the votes of a round amount to only when it adds one, and it
// never tries again to cast a vote that could not be cast. Things are
// therefore done beside it, within the algorithm and through the guard.
//
//   - A vote that was signed and recorded, but lost before it reached the
//     engine's log, is handed in again (castAgain). Else the key would refuse
//     any other vote at that place, and the round would lack it for ever.
//   - A round that waits for prevotes although more than two thirds are there,
//     or ours is not, has lost its timeout. It is carried out as Tendermint does
//     (arXiv 1807.04938, algorithm 1, line 61): precommit nil, after which the
//     next round follows (pushOn). Voting nil commits and locks nothing, so it
//     is safe at any time; a round that lacks others' prevotes gets longer.
//
// A third concerns every node: one that knows a block is final and lacks parts of
// it has told its peers so once. A peer that marks a part as sent a moment after
// it heard that, though the part arrived too early to be taken, never sends it
// again. So the node says once more what it lacks (askAgain).

// castAgain hands the last recorded vote to consensus if it belongs to the
// height that is being decided.
func (e *Engine) castAgain() {
	if e.guard == nil || e.guard.refusal() != nil {
		return
	}
	rs := e.cons.GetRoundState()
	v := e.guard.lastVote(rs.Height)
	if v == nil {
		return
	}
	index, val := rs.Validators.GetByAddress(v.ValidatorAddress)
	if val == nil {
		return
	}
	v.ValidatorIndex = index
	_, _ = e.cons.AddVote(v, "") // always nil: it only queues
}

// lastVote is the recorded vote, if it is one and of this height.
func (g *guard) lastVote(height int64) *cmttypes.Vote {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.rec.At.Height != height || g.rec.At.Step == stepPropose || g.rec.SignBytes == nil {
		return nil
	}
	var c cmtproto.CanonicalVote
	if err := protoio.UnmarshalDelimited(g.rec.SignBytes, &c); err != nil {
		return nil
	}
	v := &cmttypes.Vote{Type: c.Type, Height: c.Height, Round: int32(c.Round), Timestamp: c.Timestamp,
		ValidatorAddress: g.pub.Address(), Signature: g.rec.Signature}
	if b := c.BlockID; b != nil {
		v.BlockID = cmttypes.BlockID{Hash: b.Hash,
			PartSetHeader: cmttypes.PartSetHeader{Total: b.PartSetHeader.Total, Hash: b.PartSetHeader.Hash}}
	}
	return v
}

// standstill remembers where consensus waits, from one look to the next.
type standstill struct {
	height int64
	round  int32
	step   cstypes.RoundStepType
	since  time.Time
}

// stuckAfter is long against every timeout of a round; lackingAfter against
// the time that links need to come back.
const (
	stuckAfter   = time.Second
	lackingAfter = 5 * time.Second
)

// moved tells whether consensus has left the place it was at, and remembers the
// new one.
func (s *standstill) moved(rs *cstypes.RoundState) bool {
	if rs.Height == s.height && rs.Round == s.round && rs.Step == s.step {
		return false
	}
	*s = standstill{rs.Height, rs.Round, rs.Step, time.Now()}
	return true
}

// askAgain says once more which parts of a block that is final are missing here.
func (e *Engine) askAgain(rs *cstypes.RoundState, s *standstill) {
	parts := rs.ProposalBlockParts
	if rs.Step != cstypes.RoundStepCommit || parts == nil || parts.IsComplete() || time.Since(s.since) < stuckAfter {
		return
	}
	e.log.Warn("parts of a final block are missing", "height", rs.Height, "have", parts.BitArray())
	header := parts.Header()
	e.cfg.Switch.BroadcastAsync(p2p.Envelope{ChannelID: cs.StateChannel, Message: &cmtcons.NewValidBlock{
		Height: rs.Height, Round: rs.CommitRound, BlockPartSetHeader: header.ToProto(),
		BlockParts: parts.BitArray().ToProto(), IsCommit: true}})
}

// lookAfter helps consensus on where it stands still.
func (e *Engine) lookAfter(s *standstill) {
	if e.halted.Load() || !e.cons.IsRunning() {
		return
	}
	rs := e.cons.GetRoundState()
	if s.moved(rs) {
		return
	}
	e.askAgain(rs, s)
	if e.guard != nil {
		e.pushOn(rs, s)
	}
}

// pushOn ends a round that has lost its timeout.
func (e *Engine) pushOn(rs *cstypes.RoundState, s *standstill) {
	prevotes := rs.Votes.Prevotes(rs.Round)
	index, val := rs.Validators.GetByAddress(e.guard.pub.Address())
	if val == nil || prevotes == nil || rs.Step != cstypes.RoundStepPrevote {
		return
	}
	patience := lackingAfter
	if prevotes.HasTwoThirdsAny() || prevotes.GetByIndex(index) == nil {
		patience = stuckAfter
	}
	if time.Since(s.since) < patience {
		return
	}
	v := &cmttypes.Vote{Type: cmtproto.PrecommitType, Height: rs.Height, Round: rs.Round, Timestamp: time.Now().UTC(),
		ValidatorAddress: val.Address, ValidatorIndex: index}
	if _, err := cmttypes.SignAndCheckVote(v, e.guard, e.cons.GetState().ChainID, false); err != nil {
		e.log.Warn("a round stands still", "height", rs.Height, "round", rs.Round, "error", err)
		return
	}
	e.log.Warn("a round stood still and is ended", "height", rs.Height, "round", rs.Round)
	s.since = time.Now()
	_, _ = e.cons.AddVote(v, "")
}
