package consensus_test

import (
	"testing"
	"time"

	"countersign/ledger"
	"countersign/ledger/ledgertest"
	"countersign/ledger/store"
)

func fourKeepers(t *testing.T, seed uint64) *ledgertest.Cluster {
	t.Helper()
	return ledgertest.NewCluster(t, ledgertest.Options{Seed: seed, Agencies: 4, Keepers: 4, ProposeTimeout: 200})
}

func namesOf(nodes []*ledgertest.Node) (out []string) {
	for _, n := range nodes {
		out = append(out, n.Name)
	}
	return out
}

// FAULTS 9.
func TestMinorityFinalisesNothing(t *testing.T) {
	c := fourKeepers(t, 30)
	for _, cut := range []int{1, 2} { // f, and f+1, which is half of four
		few, many := c.Nodes[:cut], c.Nodes[cut:]
		c.Fabric.Split(namesOf(few), namesOf(many))
		inside, outside := c.Something(few[0].Agency), c.Something(many[0].Agency)
		if err := few[0].Engine.Submit(t.Context(), inside); err != nil {
			t.Fatal(err)
		}
		if err := many[0].Engine.Submit(t.Context(), outside); err != nil {
			t.Fatal(err)
		}
		if cut == 1 {
			c.Final(20*time.Second, many, outside)
		}
		time.Sleep(time.Second) // in which the minority must not finalise anything
		if _, final := few[0].Outcome(inside.ID()); final {
			t.Fatalf("%d of 4 made an entry final", cut)
		}
		if _, final := many[0].Outcome(outside.ID()); final && cut == 2 {
			t.Fatal("2 of 4 made an entry final")
		}
		c.Fabric.HealAll()
		healed := time.Now()
		c.Final(30*time.Second, nil, inside, outside)
		t.Logf("%d cut off: whole again after %v", cut, time.Since(healed).Round(time.Millisecond))
	}
	c.Agree()
}

// FAULTS 10.
func TestOneWayLossAndFlappingLinkHeal(t *testing.T) {
	c := fourKeepers(t, 31)
	c.Fabric.CutOneWay(c.Nodes[0].Name, c.Nodes[1].Name)
	c.Fabric.CutOneWay(c.Nodes[1].Name, c.Nodes[2].Name)
	e := c.Something(c.Nodes[0].Agency)
	c.Final(30*time.Second, nil, e) // the others relay
	for range 20 {
		c.Fabric.Drop(c.Nodes[0].Name, c.Nodes[3].Name)
		c.Fabric.Drop(c.Nodes[2].Name, c.Nodes[3].Name)
		time.Sleep(20 * time.Millisecond) // the flapping
	}
	c.Fabric.HealAll()
	c.Final(60*time.Second, nil, c.Something(c.Nodes[3].Agency))
	c.Agree()
}

// FAULTS 14.
func TestSilentProposerCostsItsTimeout(t *testing.T) {
	c := fourKeepers(t, 32)
	if err := c.Nodes[2].Stop(); err != nil {
		t.Fatal(err)
	}
	for i := range 6 {
		start := time.Now()
		c.Final(10*time.Second, nil, c.Something(c.Nodes[i%2].Agency))
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("one of four away: an entry took %v", took)
		}
	}
	if err := c.Nodes[2].Start(); err != nil {
		t.Fatal(err)
	}
	c.Final(20*time.Second, nil, c.Something(c.Nodes[2].Agency))
	c.Agree()
}

// FAULTS 11.
func TestWrongClocksNeitherReorderNorRunAhead(t *testing.T) {
	c := fourKeepers(t, 33)
	for _, off := range []struct{ wrong, slightly time.Duration }{
		{10 * time.Minute, 3 * time.Second},
		{24 * time.Hour, 17 * time.Second},
		{-10 * time.Minute, -3 * time.Second},
		{-24 * time.Hour, -17 * time.Second},
	} {
		c.Nodes[1].Clock.Set(off.wrong)
		c.Nodes[3].Clock.Set(off.slightly)
		for i := range 4 {
			c.Final(20*time.Second, nil, c.Something(c.Nodes[i].Agency))
		}
		limit := ledger.TimeOf(time.Now().Add(31 * time.Second))
		last := ledger.Time(0)
		err := c.Nodes[0].Store.View(func(tx *store.Tx) error {
			blocks, err := tx.BlocksFrom(1, 1000)
			for _, b := range blocks {
				if b.Time <= last || b.Time > limit {
					t.Errorf("block %d has time %s after %s, at %s", b.Height, b.Time, last, time.Now())
				}
				last = b.Time
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	c.Agree()
}

// FAULTS 1, inside one process: stop and start of each, and of all at once.
func TestRestartsLoseNothing(t *testing.T) {
	c := fourKeepers(t, 34)
	var all []*ledger.Entry
	for round := range 4 {
		e := c.Something(c.Nodes[round].Agency)
		all = append(all, e)
		c.Final(20*time.Second, nil, e)
		if err := c.Nodes[round].Stop(); err != nil {
			t.Fatal(err)
		}
		missed := c.Something(c.Nodes[(round+1)%4].Agency)
		all = append(all, missed)
		c.Final(20*time.Second, nil, missed)
		if err := c.Nodes[round].Start(); err != nil {
			t.Fatal(err)
		}
	}
	for _, n := range c.Nodes {
		if err := n.Stop(); err != nil {
			t.Fatal(err)
		}
	}
	for _, n := range c.Nodes {
		if err := n.Start(); err != nil {
			t.Fatal(err)
		}
	}
	started := time.Now()
	all = append(all, c.Something(c.Nodes[0].Agency))
	c.Final(20*time.Second, nil, all...)
	t.Logf("all started again: the next entry was final everywhere after %v", time.Since(started).Round(time.Millisecond))
	c.Agree()
}

// FAULTS 19.
func TestRevocationRacingApprovalHasOneOutcome(t *testing.T) {
	c := fourKeepers(t, 35)
	w := c.World
	tax, police := w.Agency("tax"), w.Agency("police")
	approver, enrol := w.Enrol(tax, "okafor", ledger.RoleApprover)
	asker, enrol2 := w.Enrol(police, "vidal", ledger.RoleRequester)
	edition, data := w.Dataset(tax, "TAX-INC-04", ledger.ClassOrdinary, "declared_income", "income_band")
	law, basis := w.Basis(tax, "L.141-2", "TAX-INC-04", "criminal-investigation", "declared_income")
	for _, step := range [][]*ledger.Entry{enrol, enrol2, data, basis} {
		for _, e := range step {
			if code := c.Final(10*time.Second, nil, e); code != ledger.Accepted {
				t.Fatalf("%s refused: %s", e.Body.Kind, code)
			}
		}
	}
	ask := w.Ask(asker, "tax", edition, law, "criminal-investigation", "declared_income")
	if code := c.Final(10*time.Second, nil, ask); code != ledger.Accepted {
		t.Fatalf("request refused: %s", code)
	}
	revoke := w.RevokeKey(tax, approver, 1)
	c.Final(10*time.Second, nil, revoke[0])
	approve := w.Approve(approver, ask.ID(), "declared_income")
	if err := c.Nodes[3].Engine.Submit(t.Context(), approve); err != nil {
		t.Fatal(err)
	}
	c.Final(10*time.Second, nil, revoke[1], approve)
	want, _ := c.Nodes[0].Outcome(approve.ID())
	if want != ledger.Accepted && want != ledger.KeyNotActive {
		t.Errorf("the approval is %q", want)
	}
	for _, n := range c.Nodes[1:] {
		if got, _ := n.Outcome(approve.ID()); got != want {
			t.Errorf("%s says %q, %s says %q", n.Name, got, c.Nodes[0].Name, want)
		}
	}
	c.Agree()
}
