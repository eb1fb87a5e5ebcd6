package consensus_test

import (
	"testing"
	"time"

	"countersign/ledger/ledgertest"
)

// A keeper that is known to be away costs its turns nothing worth mentioning:
// eight entries, two blocks each, become final in less time than one of its
// turns would take if it were waited for.
func TestTurnOfAKeeperThatIsAwayIsPassedOver(t *testing.T) {
	const timeout = 10 * time.Second
	c := ledgertest.NewCluster(t, ledgertest.Options{Seed: 36, Agencies: 4, Keepers: 4, ProposeTimeout: uint32(timeout.Milliseconds())})
	c.Final(30*time.Second, nil, c.Something(c.Nodes[0].Agency))
	if err := c.Nodes[3].Stop(); err != nil {
		t.Fatal(err)
	}
	here := c.Nodes[:3]
	c.Until(10*time.Second, "the others to know", func() bool {
		for _, n := range here {
			if n.Switch.Peers().Size() != 2 {
				return false
			}
		}
		return true
	})
	first, begun := here[0].Engine.Height(), time.Now()
	for i := range 8 {
		c.Final(2*timeout, here, c.Something(here[i%3].Agency))
	}
	took := time.Since(begun)
	t.Logf("%d blocks in %v", here[0].Engine.Height()-first, took.Round(time.Millisecond))
	if took > timeout {
		t.Fatalf("eight entries took %v without one keeper: its turns were waited for", took)
	}
	c.Agree()
}
