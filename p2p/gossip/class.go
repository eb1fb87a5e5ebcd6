package gossip

import (
	"github.com/cometbft/cometbft/consensus"
)

// class is a kind of traffic with a stream of its own, so that blocks do not stand
// in the way of votes.
type class byte

const (
	control class = iota
	votes         // consensus: its state, votes and block parts
	mempool
	blocks // block sync
	evidence
	classes // how many there are
)

var classNames = [classes]string{"control", "consensus", "mempool", "block sync", "evidence"}

func (c class) String() string { return classNames[c] }

// classOf places CometBFT's channels (see the reactors' GetChannels).
func classOf(channel byte) class {
	switch {
	case channel >= consensus.StateChannel && channel <= consensus.VoteSetBitsChannel:
		return votes
	case channel&0xf0 == 0x30:
		return mempool
	case channel == 0x40:
		return blocks
	default:
		return evidence
	}
}

// urgent reports whether frames of the channel overtake others of their class: the
// state of consensus and votes overtake block parts.
func urgent(channel byte) bool {
	return classOf(channel) == votes && channel != consensus.DataChannel
}
