package consensus

import (
	"bytes"
	"time"

	cstypes "github.com/cometbft/cometbft/consensus/types"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	cmttypes "github.com/cometbft/cometbft/types"

	"countersign/ledger"
)

// A keeper that is away for the night would cost every round that is its turn
// the timeout for a proposal, and the two that follow. Where this node knows
// that it is away, because no session with it stands, it votes at once as it
// would after these timeouts: nil, in both steps. When more than two thirds know
// the same, the next keeper has its turn some milliseconds later. Voting nil
// commits and locks nothing, so it is safe at any time, and should the others
// see the proposer after all, they outvote this node.

// watchTurns passes over the turns of keepers that are away.
func (e *Engine) watchTurns() error {
	if e.guard == nil {
		return nil
	}
	return e.eachEvent("turns", cmttypes.EventQueryNewRoundStep, func(data any) {
		if ev, ok := data.(cmttypes.EventDataRoundState); ok && ev.Step == cstypes.RoundStepPropose.String() {
			e.passOver(ev.Height, ev.Round)
		}
	})
}

// passOver votes nil if the proposer of a round that has just begun is away.
func (e *Engine) passOver(height int64, round int32) {
	rs := e.cons.GetRoundState()
	if rs.Height != height || rs.Round != round || rs.Step != cstypes.RoundStepPropose || rs.Proposal != nil {
		return
	}
	own := e.guard.pub.Address()
	index, val := rs.Validators.GetByAddress(own)
	if val == nil || !e.away(rs.Validators, own) {
		return
	}
	for _, step := range []cmtproto.SignedMsgType{cmtproto.PrevoteType, cmtproto.PrecommitType} {
		v := &cmttypes.Vote{Type: step, Height: height, Round: round, Timestamp: time.Now().UTC(), ValidatorAddress: own, ValidatorIndex: index}
		if _, err := cmttypes.SignAndCheckVote(v, e.guard, e.cons.GetState().ChainID, false); err != nil {
			e.log.Debug("a turn is not passed over", "height", height, "round", round, "error", err)
			return
		}
		_, _ = e.cons.AddVote(v, "") // always nil: it only queues
	}
}

// away tells whether the proposer is without a session with this node while more
// than two thirds of the keepers, this one included, have one: else there is
// nobody to go on with.
func (e *Engine) away(keepers *cmttypes.ValidatorSet, own cmttypes.Address) bool {
	here := map[ledger.KeyID]bool{}
	for _, p := range e.cfg.Switch.Peers().Copy() {
		if key, ok := e.cfg.Keeper(string(p.ID())); ok {
			here[key] = true
		}
	}
	there := func(v *cmttypes.Validator) bool {
		key := ledger.PublicKey{Algorithm: ledger.Ed25519, Bytes: v.PubKey.Bytes()}
		return bytes.Equal(v.Address, own) || here[key.ID()]
	}
	if there(keepers.Copy().GetProposer()) {
		return false
	}
	power := int64(0)
	for _, v := range keepers.Validators {
		if there(v) {
			power += v.VotingPower
		}
	}
	return power*3 > keepers.TotalVotingPower()*2
}
