package gossip

import (
	"time"

	"github.com/cometbft/cometbft/consensus"
	cstypes "github.com/cometbft/cometbft/consensus/types"
	"github.com/cometbft/cometbft/libs/log"
	"github.com/cometbft/cometbft/p2p"
	cmtcons "github.com/cometbft/cometbft/proto/tendermint/consensus"
	"github.com/cometbft/cometbft/types"
)

// Consensus is the engine that a push reads.
type Consensus struct {
	State interface {
		GetRoundState() *cstypes.RoundState
	}
	Reactor interface {
		WaitSync() bool // block sync has yet to finish
	}
	Blocks interface {
		Base() int64
		LoadBlockMeta(height int64) *types.BlockMeta
		LoadBlockPart(height int64, index int) *types.Part
		LoadBlockCommit(height int64) *types.Commit
	}
	// Abreast tells whether a peer has sessions with all keepers and hears from each
	// of them by itself: what others say is then passed on to it only when it still
	// lacks it after a while. Nil: of none that is known.
	Abreast func(peer string) bool
}

// AttachConsensus makes gossip immediate. The engine's own routines look every
// PeerGossipSleepDuration whether a peer lacks something; with a push for each peer
// they are a fallback and may sleep long. Only before Start.
//
// Every change of our consensus is a broadcast on the state channel: a step, a
// valid block, and each vote that was added, our own included (HasVote). A proposal
// of our own is not, but the step to prevote follows as soon as it is complete. Every
// change of the peer's is a receipt on that channel. Both kick the push.
//
// The push passes on whatever the peer is not known to have, and what was said a
// moment ago is on its way to it. So with a peer that hears all keepers it waits
// until nothing has happened for a while, unless the peer has come to another height
// or round: what was said of that before could not be sent to it.
func (s *Switch) AttachConsensus(c Consensus) { s.consensus = &c }

// startPush starts the push to a peer, if there is an engine to push from.
func (s *Switch) startPush(p *Peer) {
	if s.consensus == nil {
		return
	}
	state, ok := p.Get(types.PeerStateKey).(*consensus.PeerState)
	if !ok {
		return
	}
	h := &push{Consensus: *s.consensus, peer: p, known: state, log: log.NewNopLogger()}
	if h.Abreast == nil {
		h.Abreast = func(string) bool { return false }
	}
	s.pumps.Add(1)
	go func() {
		defer s.pumps.Done()
		h.run()
	}()
}

// push sends to one peer what the reactor's routines would pick on their next
// round: the same choices in the same order, others' parts and votes included, by
// exported methods of the engine only.
type push struct {
	Consensus
	peer  *Peer
	known *consensus.PeerState // what the peer is known to have
	log   log.Logger
}

const (
	// refreshEvery is after how many sent items our own state is looked at again.
	refreshEvery = 16
	// A peer that hears all keepers is left alone until nothing has changed for
	// quiet, and for longest at the longest.
	quiet   = 10 * time.Millisecond
	longest = 3 * quiet
)

func (h *push) run() {
	due := time.NewTimer(longest)
	defer due.Stop()
	var since time.Time // of the first change that waits; zero: none does
	var height int64
	var round int32
	for {
		select {
		case <-h.peer.Quit():
			return
		case <-due.C:
		case <-h.peer.kicks:
			theirs := h.known.GetRoundState()
			if theirs.Height != height || theirs.Round != round {
				height, round = theirs.Height, theirs.Round
				break
			}
			now := time.Now()
			if since.IsZero() {
				since = now
			}
			if h.Abreast(string(h.peer.ID())) && now.Sub(since) < longest {
				due.Reset(quiet)
				continue
			}
		}
		since = time.Time{}
		if !h.Reactor.WaitSync() {
			h.all()
		}
	}
}

// all sends everything that the peer lacks.
func (h *push) all() {
	count := &h.peer.sw.count
	count.kicks.Add(1)
	ours := h.State.GetRoundState()
	for i := 1; h.peer.IsRunning() && h.one(ours); i++ {
		count.pushed.Add(1)
		if i%refreshEvery == 0 {
			ours = h.State.GetRoundState()
		}
	}
}

// one sends one thing the peer lacks; false means that there is none, or that the
// peer takes no more.
func (h *push) one(ours *cstypes.RoundState) bool {
	theirs := h.known.GetRoundState()
	switch {
	case theirs.Height == 0 || theirs.Height > ours.Height:
		return false
	case h.part(ours, theirs):
		return true
	case theirs.Height < ours.Height:
		return h.past(ours, theirs)
	case h.proposal(ours, theirs):
		return true
	}
	return h.vote(ours, theirs)
}

// part sends a part of the block being decided.
func (h *push) part(ours *cstypes.RoundState, theirs *cstypes.PeerRoundState) bool {
	if !ours.ProposalBlockParts.HasHeader(theirs.ProposalBlockPartSetHeader) {
		return false
	}
	i, ok := ours.ProposalBlockParts.BitArray().Sub(theirs.ProposalBlockParts.Copy()).PickRandom()
	return ok && h.known.SendPartSetHasPart(ours.ProposalBlockParts.GetPart(i), theirs)
}

// past helps a peer that is behind: parts of the block it lacks, then the commit.
func (h *push) past(ours *cstypes.RoundState, theirs *cstypes.PeerRoundState) bool {
	base := h.Blocks.Base()
	if base == 0 || theirs.Height < base {
		return false
	}
	if theirs.ProposalBlockParts == nil {
		meta := h.Blocks.LoadBlockMeta(theirs.Height)
		if meta == nil {
			return false
		}
		h.known.InitProposalBlockParts(meta.BlockID.PartSetHeader)
		return h.known.GetRoundState().ProposalBlockParts != nil
	}
	if i, ok := theirs.ProposalBlockParts.Not().PickRandom(); ok {
		meta := h.Blocks.LoadBlockMeta(theirs.Height)
		if meta != nil && meta.BlockID.PartSetHeader.Equals(theirs.ProposalBlockPartSetHeader) {
			part := h.Blocks.LoadBlockPart(theirs.Height, i)
			if part != nil && h.known.SendPartSetHasPart(part, theirs) {
				return true
			}
		}
	}
	if ours.Height == theirs.Height+1 {
		return h.sendVote(ours.LastCommit)
	}
	commit := h.Blocks.LoadBlockCommit(theirs.Height)
	return commit != nil && h.sendVote(commit.WrappedExtendedCommit())
}

// proposal sends the proposal of this round.
func (h *push) proposal(ours *cstypes.RoundState, theirs *cstypes.PeerRoundState) bool {
	if ours.Round != theirs.Round || ours.Proposal == nil || theirs.Proposal {
		return false
	}
	h.known.SendProposalSetHasProposal(h.log, ours, theirs)
	return h.known.GetRoundState().Proposal
}

// vote sends a vote of the height both are at.
func (h *push) vote(ours *cstypes.RoundState, theirs *cstypes.PeerRoundState) bool {
	if theirs.Step == cstypes.RoundStepNewHeight && h.sendVote(ours.LastCommit) {
		return true
	}
	if theirs.Round != -1 && theirs.Round <= ours.Round {
		if theirs.Step <= cstypes.RoundStepPropose && h.lockProof(ours, theirs) {
			return true
		}
		if h.sendVote(ours.Votes.Prevotes(theirs.Round)) {
			return true
		}
		if theirs.Step <= cstypes.RoundStepPrecommitWait && h.sendVote(ours.Votes.Precommits(theirs.Round)) {
			return true
		}
	}
	return h.lockProof(ours, theirs)
}

// lockProof sends a prevote of the round that a proposal made again refers to.
func (h *push) lockProof(ours *cstypes.RoundState, theirs *cstypes.PeerRoundState) bool {
	if theirs.ProposalPOLRound == -1 {
		return false
	}
	votes := ours.Votes.Prevotes(theirs.ProposalPOLRound)
	return votes != nil && h.sendVote(votes)
}

// sendVote sends one vote that the peer lacks.
func (h *push) sendVote(votes types.VoteSetReader) bool {
	vote := h.known.PickVoteToSend(votes)
	if vote == nil || !h.peer.Send(p2p.Envelope{ChannelID: consensus.VoteChannel, Message: &cmtcons.Vote{Vote: vote.ToProto()}}) {
		return false
	}
	h.known.SetHasVote(vote)
	return true
}
