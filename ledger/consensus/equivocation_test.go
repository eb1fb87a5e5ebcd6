package consensus_test

import (
	"bytes"
	"testing"
	"time"

	cs "github.com/cometbft/cometbft/consensus"
	"github.com/cometbft/cometbft/p2p"
	cmtcons "github.com/cometbft/cometbft/proto/tendermint/consensus"
	cmttypes "github.com/cometbft/cometbft/types"

	"countersign/ledger"
	"countersign/ledger/ledgertest"
)

// FAULTS 12: a proposer shows one block to one keeper and another to the two
// others. At most one becomes final, and the network goes on.
func TestOfTwoProposedBlocksAtMostOneIsFinal(t *testing.T) {
	c := fourKeepers(t, 45)
	c.Final(10*time.Second, nil, c.Something(c.Nodes[1].Agency))
	height := waitIdle(t, c)
	proposer := proposerOf(t, c)
	var others []*ledgertest.Node
	for _, n := range c.Nodes {
		if n != proposer {
			others = append(others, n)
		}
	}
	var shown []*ledger.Entry
	for i, to := range [][]*ledgertest.Node{others[:1], others[1:]} {
		e := c.Something(others[i].Agency)
		shown = append(shown, e)
		showBlock(t, c, proposer, height, to, e)
	}
	final := func(n *ledgertest.Node) (count int) {
		for _, e := range shown {
			if r, ok := n.Outcome(e.ID()); ok && r == ledger.Accepted {
				count++
			}
		}
		return count
	}
	next := c.Something(others[0].Agency)
	c.Final(30*time.Second, nil, next)
	for _, n := range c.Nodes {
		if k := final(n); k > 1 {
			t.Errorf("%s: both blocks of one height are final", n.Name)
		}
	}
	c.Agree()
}

// waitIdle waits until all keepers wait for something to do at one height.
func waitIdle(t *testing.T, c *ledgertest.Cluster) (height int64) {
	t.Helper()
	since := time.Now()
	c.Until(20*time.Second, "all are idle at one height", func() bool {
		for _, n := range c.Nodes {
			h := n.Engine.Internals().State.GetRoundState().Height
			if h != height || int64(n.Engine.Height())+1 != h {
				height, since = h, time.Now()
			}
		}
		return time.Since(since) > time.Second
	})
	return height
}

func proposerOf(t *testing.T, c *ledgertest.Cluster) *ledgertest.Node {
	t.Helper()
	key := c.Nodes[0].Engine.Internals().State.GetRoundState().Validators.GetProposer().PubKey.Bytes()
	for _, n := range c.Nodes {
		if bytes.Equal(n.Agency.Consensus.Public().Bytes, key) {
			return n
		}
	}
	t.Fatal("the proposer is none of the nodes")
	return nil
}

// showBlock makes a well-formed block with the proposer's key and sends it to
// some nodes alone.
func showBlock(t *testing.T, c *ledgertest.Cluster, proposer *ledgertest.Node, height int64, to []*ledgertest.Node, e *ledger.Entry) {
	t.Helper()
	in := proposer.Engine.Internals()
	state := in.State.GetState()
	key := proposer.Agency.Consensus
	address := state.Validators.GetProposer().Address
	txs := []cmttypes.Tx{ledger.NewSeal(ledger.TimeOf(time.Now())).Bytes(), e.Bytes()}
	block, err := state.MakeBlock(height, txs, in.BlockStore.LoadSeenCommit(height-1), nil, address)
	if err != nil {
		t.Fatal(err)
	}
	parts, err := block.MakePartSet(cmttypes.BlockPartSizeBytes)
	if err != nil {
		t.Fatal(err)
	}
	p := cmttypes.NewProposal(height, 0, -1, cmttypes.BlockID{Hash: block.Hash(), PartSetHeader: parts.Header()})
	if p.Signature, err = key.Sign(cmttypes.ProposalSignBytes(ledger.ChainID(c.World.ID), p.ToProto())); err != nil {
		t.Fatal(err)
	}
	for _, n := range to {
		peer := proposer.Switch.Peers().Get(p2p.ID(n.Name))
		peer.Send(p2p.Envelope{ChannelID: cs.DataChannel, Message: &cmtcons.Proposal{Proposal: *p.ToProto()}})
		for i := range int(parts.Total()) {
			part, err := parts.GetPart(i).ToProto()
			if err != nil {
				t.Fatal(err)
			}
			peer.Send(p2p.Envelope{ChannelID: cs.DataChannel, Message: &cmtcons.BlockPart{Height: height, Round: 0, Part: *part}})
		}
	}
}
