package consensus_test

import (
	"context"
	"testing"
	"time"

	"countersign/ledger"
	"countersign/ledger/consensus"
	"countersign/ledger/ledgertest"
	"countersign/ledger/rules"
)

// DOMAIN rule 9: the founder keeps alone until three others are ready; the four
// enter together, later ones each when ready.
func TestFounderKeepsAloneUntilFourEnterTogether(t *testing.T) {
	c := ledgertest.NewCluster(t, ledgertest.Options{Seed: 50, Agencies: 5, Keepers: 1})
	keepers := func() (n int) {
		for _, node := range c.Nodes {
			if node.Engine.Keeping().Keeper {
				n++
			}
		}
		return n
	}
	ready := func(n *ledgertest.Node) {
		t.Helper()
		head, _ := c.Nodes[0].Head()
		if code := c.Final(10*time.Second, nil, c.World.KeeperReady(n.Agency, head)); code != ledger.Accepted {
			t.Fatalf("keeper-ready of %s: %s", n.Name, code)
		}
	}
	for _, n := range c.Nodes[1:3] {
		ready(n)
		if k := keepers(); k != 1 {
			t.Fatalf("%d keepers while %s waits", k, n.Name)
		}
	}
	ready(c.Nodes[3])
	c.Until(10*time.Second, "four keepers", func() bool { return keepers() == 4 })
	c.Final(10*time.Second, nil, c.Something(c.Nodes[4].Agency))
	ready(c.Nodes[4])
	c.Until(10*time.Second, "the fifth keeper", func() bool { return keepers() == 5 })

	// One leaves: it votes until the block after the one that removed it.
	leaver := c.Nodes[2]
	if code := c.Final(10*time.Second, nil, c.World.Entry(leaver.Agency.Admins[0].Key, &ledger.Leave{})); code != ledger.Accepted {
		t.Fatalf("leave: %s", code)
	}
	c.Until(10*time.Second, "four keepers again", func() bool { return keepers() == 4 && !leaver.Engine.Keeping().Keeper })
	if err := leaver.Stop(); err != nil {
		t.Fatal(err)
	}
	c.Final(10*time.Second, nil, c.Something(c.Nodes[1].Agency))
	cert := lastCertificate(t, c, c.Nodes[4])
	if len(cert.Changes) != 3 || len(cert.Keepers) != 4 {
		t.Errorf("%d changes lead to %d keepers", len(cert.Changes), len(cert.Keepers))
	}
	if err := consensus.VerifyCertificate(c.World.Founding, cert); err != nil {
		t.Error(err)
	}
	c.Agree()
}

// lastCertificate is the newest that a node can give.
func lastCertificate(t *testing.T, c *ledgertest.Cluster, n *ledgertest.Node) (cert *consensus.Certificate) {
	t.Helper()
	c.Until(10*time.Second, "a certificate", func() (ok bool) {
		var err error
		cert, err = n.Engine.Certificate(n.Engine.Height() - 1)
		return err == nil
	})
	return cert
}

func TestNewcomerCatchesUpFromAnEmptyDisk(t *testing.T) {
	c := fourKeepers(t, 51)
	w := c.World
	for range 30 {
		c.Final(10*time.Second, c.Nodes[:1], c.Something(w.Agencies[1]))
	}
	fire := w.NewAgency("fire")
	motion, votes := w.Admission(fire, w.Agencies[:4])
	n, err := ledgertest.NewNode(w, c.Fabric, fire, t.TempDir(), 10*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	c.Nodes = append(c.Nodes, n)
	for _, o := range c.Nodes[:3] {
		c.Fabric.Connect(n.Name, o.Name)
	}
	if err := n.Start(); err != nil {
		t.Fatal(err)
	}
	started := time.Now()
	c.Final(30*time.Second, nil, append([]*ledger.Entry{motion}, votes...)...)
	t.Logf("abreast after %v", time.Since(started).Round(time.Millisecond))
	if code := c.Final(10*time.Second, nil, c.Something(fire)); code != ledger.Accepted {
		t.Errorf("the newcomer's entry: %s", code)
	}
	c.Agree()
}

// An entry of an author that this node does not know yet waits for the next
// blocks: its enrolment may be one block away.
func TestEntryOfAnAuthorJustEnrolledIsHeld(t *testing.T) {
	c := fourKeepers(t, 52)
	w := c.World
	official, enrol := w.Enrol(w.Agencies[0], "bauer", ledger.RoleRequester)
	own := w.Entry(official.Key, &ledger.SuspendKey{Official: official.ID})
	for _, n := range c.Nodes {
		err := n.Engine.Submit(t.Context(), own)
		var r *consensus.Refused
		if !asRefused(err, &r) || r.Code != ledger.UnknownKey {
			t.Fatalf("entry of an unknown author: %v", err)
		}
	}
	// Nobody sends it again: it comes out of what the nodes hold.
	for _, e := range enrol {
		for _, n := range c.Nodes {
			if err := n.Engine.Submit(t.Context(), e); err != nil {
				t.Fatal(err)
			}
		}
	}
	c.Until(10*time.Second, "the held entry is final", func() bool {
		_, ok := c.Nodes[3].Outcome(own.ID())
		return ok
	})
	if code, _ := c.Nodes[3].Outcome(own.ID()); code != ledger.Accepted {
		t.Errorf("refused: %s", code)
	}
}

// Time passes on an idle network: a keeper submits a tick for what falls due.
func TestTickLetsTimePass(t *testing.T) {
	c := fourKeepers(t, 53)
	w := c.World
	proposal := w.Propose(w.Agencies[2], &ledger.Propose{Calendar: &ledger.Calendar{Days: []ledger.Time{ledger.TimeOf(time.Now())}}})[0]
	if code := c.Final(10*time.Second, nil, proposal); code != ledger.Accepted {
		t.Fatalf("proposal: %s", code)
	}
	for _, n := range c.Nodes {
		n.Clock.Advance((ledger.ProposalLifeDays + 1) * 24 * time.Hour)
	}
	for _, n := range c.Nodes {
		c.Until(15*time.Second, "the proposal lapses", func() (lapsed bool) {
			if err := n.View(func(v rules.View) {
				lapsed = v.Global().Now > v.Proposal(proposal.ID()).Until
			}); err != nil {
				t.Fatal(err)
			}
			return lapsed
		})
	}
	time.Sleep(1500 * time.Millisecond) // in which no second tick may come
	var ticks int
	if err := countKind(c.Nodes[0], ledger.KindTick, &ticks); err != nil {
		t.Fatal(err)
	}
	if ticks != 1 {
		t.Errorf("%d ticks for one thing", ticks)
	}
	c.Agree()
}

func TestSubmitSaysWhyNot(t *testing.T) {
	c := ledgertest.NewCluster(t, ledgertest.Options{Seed: 54, Agencies: 1, Keepers: 1})
	n, other := c.Nodes[0], ledgertest.Found(7, "tax")
	var r *consensus.Refused
	foreign := other.Entry(other.Agencies[0].Admins[0].Key, &ledger.Leave{})
	if err := n.Engine.Submit(t.Context(), foreign); !asRefused(err, &r) {
		t.Errorf("entry of another network: %v", err)
	}
	idle := c.World.Entry(n.Agency.Consensus, &ledger.Tick{})
	if err := n.Engine.Submit(t.Context(), idle); !asRefused(err, &r) {
		t.Errorf("a tick with nothing due: %v", err)
	}
	e := c.Something(n.Agency)
	c.Final(5*time.Second, nil, e)
	if err := n.Engine.Submit(t.Context(), e); err != nil && !asRefused(err, &r) {
		t.Errorf("an entry that is final: %v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := n.Engine.Submit(ended, c.Something(n.Agency)); err == nil {
		t.Error("submitted after the caller gave up")
	}
	engine := n.Engine
	if err := engine.Health(); err != nil {
		t.Error(err)
	}
	events, _ := engine.Subscribe()
	if err := n.Stop(); err != nil {
		t.Fatal(err)
	}
	for range events { // ends when the engine does
	}
	if err := engine.Submit(t.Context(), c.Something(n.Agency)); err == nil {
		t.Error("submitted to a stopped engine")
	}
}
