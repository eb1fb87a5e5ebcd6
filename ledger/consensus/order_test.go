package consensus_test

import (
	"testing"
	"time"

	"countersign/ledger"
	"countersign/ledger/ledgertest"
)

func TestOneKeeperOrdersAlone(t *testing.T) {
	c := ledgertest.NewCluster(t, ledgertest.Options{Seed: 1, Agencies: 1, Keepers: 1})
	for range 10 {
		if code := c.Final(5*time.Second, nil, c.Something(c.World.Agencies[0])); code != ledger.Accepted {
			t.Fatalf("refused: %s", code)
		}
	}
	if h := c.Nodes[0].Engine.Height(); h < 10 {
		t.Fatalf("height %d after ten entries", h)
	}
}

func TestFourKeepersAgree(t *testing.T) {
	c := ledgertest.NewCluster(t, ledgertest.Options{Seed: 2, Agencies: 4, Keepers: 4})
	for i := range 8 {
		if code := c.Final(10*time.Second, nil, c.Something(c.World.Agencies[i%4])); code != ledger.Accepted {
			t.Fatalf("refused: %s", code)
		}
	}
	c.Agree()
}

func TestIdleNetworkMakesNoBlocks(t *testing.T) {
	c := ledgertest.NewCluster(t, ledgertest.Options{Seed: 3, Agencies: 4, Keepers: 4})
	c.Final(10*time.Second, nil, c.Something(c.World.Agencies[1]))
	settled := func() ledger.Height {
		var last ledger.Height
		since := time.Now()
		c.Until(10*time.Second, "the empty block after the last entry", func() bool {
			h := c.Nodes[0].Engine.Height()
			for _, n := range c.Nodes {
				if n.Engine.Height() != h {
					since = time.Now()
				}
			}
			if h != last {
				last, since = h, time.Now()
			}
			return time.Since(since) > time.Second
		})
		return last
	}
	before := settled()
	time.Sleep(3 * time.Second) // what is tested is that nothing happens in it
	for _, n := range c.Nodes {
		if h := n.Engine.Height(); h != before {
			t.Errorf("%s made blocks %d to %d while nothing was to be said", n.Name, before+1, h)
		}
	}
}
