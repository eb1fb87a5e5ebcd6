//go:build !race

package consensus_test

import (
	"testing"
	"time"

	"countersign/ledger/ledgertest"
)

// Sixty keepers in one process, each linked to ten others: what a network
// of a whole country's agencies would be. Ten blocks become final everywhere.
func TestSixtyKeepersFinaliseTenBlocks(t *testing.T) {
	c := ledgertest.NewCluster(t, ledgertest.Options{Seed: 80, Agencies: 60, Keepers: 60, Degree: 5,
		ProposeTimeout: 4000, GossipSleep: 100 * time.Millisecond, NoSync: true})
	first := c.Nodes[0].Engine.Height()
	started := time.Now()
	for i := 0; c.Nodes[0].Engine.Height() < first+10; i++ {
		c.Final(30*time.Second, nil, c.Something(c.Nodes[i%60].Agency))
	}
	t.Logf("%d blocks in %v", c.Nodes[0].Engine.Height()-first, time.Since(started).Round(time.Millisecond))
	c.Agree()
}
