package consensus

import (
	cs "github.com/cometbft/cometbft/consensus"
	"github.com/cometbft/cometbft/libs/log"
	"github.com/cometbft/cometbft/p2p"
	cmtcons "github.com/cometbft/cometbft/proto/tendermint/consensus"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	cmttypes "github.com/cometbft/cometbft/types"
)

// What this keeper itself says goes to the other keepers the moment that it may:
// the engine's gossip would see it only when consensus lets go of its lock, after
// it has voted on its own proposal or has applied the block that its own vote
// decided. That would cost each step of a block several turns of the disk.
//
//   - A vote may leave once the guard's record of it is durable: from then on this
//     key signs nothing else at that place. What the vote follows from is in the
//     engine's log already, which the engine makes durable before it asks for the
//     signature; so a replay comes to the same vote and, if it was a precommit, to
//     the same lock. The log's own line for the vote, which the engine writes
//     meanwhile, spares the replay the question, no more.
//   - A proposal may leave once it is durable in guard and log, which it is when
//     consensus asks the application about it.
//
// Only peers known to be at that height and round are sent to, for others could not
// use it yet and would not be sent it again. They get it by gossip, as does a peer
// whose queue is full.

// caster is the guard as consensus asks it: what it signs leaves at once.
type caster struct {
	*guard
	engine *Engine
}

// SignVote signs a vote and sends it.
func (c caster) SignVote(chainID string, vote *cmtproto.Vote) error {
	if err := c.guard.SignVote(chainID, vote); err != nil {
		return err
	}
	c.engine.cast(vote)
	return nil
}

// cast sends a vote of ours. Consensus calls it, and holds its own lock.
func (e *Engine) cast(v *cmtproto.Vote) {
	vote, err := cmttypes.VoteFromProto(v)
	if err != nil { // what signs it finds out too
		return
	}
	keepers := e.cons.Validators.Size()
	e.eachAbreast(v.Height, v.Round, func(peer p2p.Peer, known *cs.PeerState) {
		if peer.TrySend(p2p.Envelope{ChannelID: cs.VoteChannel, Message: &cmtcons.Vote{Vote: v}}) {
			known.EnsureVoteBitArrays(v.Height, keepers)
			known.SetHasVote(vote)
		}
	})
}

// show sends the proposal that consensus asks about, if it is ours. Consensus calls
// it, and holds its own lock.
func (e *Engine) show() {
	rs := e.cons.RoundState
	if e.guard == nil || rs.Proposal == nil || !rs.ProposalBlockParts.IsComplete() || !rs.Validators.GetProposer().PubKey.Equals(e.guard.pub) {
		return
	}
	e.eachAbreast(rs.Height, rs.Round, func(_ p2p.Peer, known *cs.PeerState) {
		theirs := known.GetRoundState()
		if theirs.Proposal {
			return
		}
		e.wg.Go(func() { // sending may wait for a peer
			known.SendProposalSetHasProposal(log.NewNopLogger(), &rs, theirs)
			for i := range int(rs.ProposalBlockParts.Total()) {
				if !known.SendPartSetHasPart(rs.ProposalBlockParts.GetPart(i), theirs) {
					return
				}
			}
		})
	})
}

// eachAbreast calls a function with every peer known to be at a height and round.
func (e *Engine) eachAbreast(height int64, round int32, do func(p2p.Peer, *cs.PeerState)) {
	for _, peer := range e.cfg.Switch.Peers().Copy() {
		known, ok := peer.Get(cmttypes.PeerStateKey).(*cs.PeerState)
		if !ok {
			continue
		}
		if at := known.GetRoundState(); at.Height == height && at.Round == round {
			do(peer, known)
		}
	}
}
