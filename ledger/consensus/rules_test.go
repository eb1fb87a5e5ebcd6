package consensus_test

import (
	"errors"
	"os"
	"testing"
	"time"

	"countersign/ledger"
	"countersign/ledger/consensus"
	"countersign/ledger/ledgertest"
	"countersign/ledger/rules"
	"countersign/ledger/store"
)

const nextRules = consensus.RulesVersion + 1

// The members put newer rules in force from a height. A keeper whose program does
// not know them has the record up to that block, stops and says why, now and when
// it is started again; the others go on. With a program that knows them it catches
// up and keeps again, as does a newcomer that fetches all of the record.
func TestNewerRulesStopAnOldProgramAlone(t *testing.T) {
	c := ledgertest.NewCluster(t, ledgertest.Options{Seed: 55, Agencies: 5, Keepers: 4, Rules: nextRules})
	old, others := c.Nodes[3], append(append([]*ledgertest.Node{}, c.Nodes[:3]...), c.Nodes[4])
	restart(t, old, consensus.RulesVersion)
	at := c.Nodes[0].Engine.Height() + 20
	motion, votes := c.World.Motion(&ledger.Motion{Act: ledger.MotionRulesVersion, Agency: "tax", Version: nextRules, AtHeight: at}, c.World.Agencies[:4])
	if code := c.Final(10*time.Second, nil, append([]*ledger.Entry{motion}, votes...)...); code != ledger.Accepted {
		t.Fatalf("last vote: %s", code)
	}
	c.Until(30*time.Second, "the old program stops", func() bool {
		c.Final(10*time.Second, others, c.Something(c.Nodes[0].Agency))
		err := old.Engine.Health()
		return errors.Is(err, consensus.ErrNewerRules) && errors.Is(err, consensus.ErrHalted)
	})
	stopped := old.Engine.Height()
	c.Final(10*time.Second, others, c.Something(c.Nodes[0].Agency))
	inForce(t, old, nextRules)
	for _, n := range others {
		inForce(t, n, nextRules)
		if err := n.Engine.Health(); err != nil {
			t.Errorf("%s: %v", n.Name, err)
		}
	}
	if h := c.Nodes[0].Engine.Height(); stopped < at || stopped >= h {
		t.Errorf("stopped after block %d; the rules changed at %d, the others are at %d", stopped, at, h)
	}
	c.Agree() // what it has is what the others have

	if err := old.Stop(); err != nil {
		t.Fatal(err)
	}
	if err := old.Start(); !errors.Is(err, consensus.ErrNewerRules) {
		t.Fatalf("started again: %v", err)
	}
	whole(t, old, stopped)
	old.Rules = nextRules
	if err := old.Start(); err != nil {
		t.Fatalf("with a program that knows the rules: %v", err)
	}
	late := c.Nodes[4]
	if err := errors.Join(late.Stop(), os.RemoveAll(late.EngineDir()), os.Remove(late.StorePath()), late.Start()); err != nil {
		t.Fatal(err)
	}
	c.Final(30*time.Second, nil, c.Something(old.Agency))
	c.Until(10*time.Second, "it keeps again", func() bool { return old.Engine.Keeping().Voting })
	c.Agree()
}

// restart starts a node again with a program that knows the rules up to a version.
func restart(t *testing.T, n *ledgertest.Node, version uint64) {
	t.Helper()
	if err := n.Stop(); err != nil {
		t.Fatal(err)
	}
	n.Rules = version
	if err := n.Start(); err != nil {
		t.Fatal(err)
	}
}

func inForce(t *testing.T, n *ledgertest.Node, version uint64) {
	t.Helper()
	if err := n.View(func(v rules.View) {
		if g := v.Global(); g.RulesVersion != version || g.NextVersion != 0 {
			t.Errorf("%s has rules %d in force, %d to come", n.Name, g.RulesVersion, g.NextVersion)
		}
	}); err != nil {
		t.Fatal(err)
	}
}

// whole verifies the whole replica of a node that does not run.
func whole(t *testing.T, n *ledgertest.Node, h ledger.Height) {
	t.Helper()
	st, err := store.Open(n.StorePath(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	r, err := st.Verify(t.Context(), nil)
	if err != nil || r.Problem != nil || r.Height != h {
		t.Errorf("its record up to block %d of %d: %v, %v", r.Height, h, r.Problem, err)
	}
}
