package consensus_test

import (
	"context"
	"sync"
	"testing"
	"time"

	cs "github.com/cometbft/cometbft/consensus"
	"github.com/cometbft/cometbft/p2p"
	cmtcons "github.com/cometbft/cometbft/proto/tendermint/consensus"

	"countersign/ledger/ledgertest"
)

// lostPart loses the parts of blocks on their way to a node until it has said
// that it lacks one, and the next one after that.
type lostPart struct {
	to      p2p.ID
	mu      sync.Mutex
	armed   bool
	said    bool
	lost    bool // the one that was sent after it had said so
	without int
}

func (l *lostPart) lose(from, to p2p.ID, channel byte, raw []byte) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	var m cmtcons.Message
	if !l.armed || l.lost || channel != cs.StateChannel && channel != cs.DataChannel || m.Unmarshal(raw) != nil {
		return false
	}
	if v := m.GetNewValidBlock(); v != nil && from == l.to && v.IsCommit {
		l.said = true
	}
	if to != l.to || m.GetBlockPart() == nil {
		return false
	}
	l.without++
	l.lost = l.said
	return true
}

// A part that its sender believes to have arrived is sent again once the node
// says that it still lacks it: nothing else would make the sender do so.
func TestPartThatWasLostIsAskedForAgain(t *testing.T) {
	c, err := ledgertest.Build(ledgertest.Options{Seed: 91, Agencies: 2, Keepers: 1, Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Stop)
	tax, police := c.Nodes[0], c.Nodes[1]
	l := &lostPart{to: p2p.ID(police.Name)}
	c.Fabric.Lose = l.lose
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := c.Raise(ctx); err != nil {
		t.Fatal(err)
	}
	l.mu.Lock()
	l.armed = true
	l.mu.Unlock()
	e := c.Something(tax.Agency)
	for _, n := range []*ledgertest.Node{tax, police} {
		if err := n.Await(ctx, e); err != nil {
			t.Fatalf("%v; %d parts lost\n%s", err, l.without, c.Describe())
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.lost {
		t.Errorf("%d parts were lost, none after the node had said that it lacks one", l.without)
	}
}
