package ledgertest

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cometbft/cometbft/p2p"

	"countersign/ledger"
	"countersign/ledger/rules"
	"countersign/ledger/store"
)

// Options of a cluster.
type Options struct {
	Seed     uint64
	Agencies int // at least 1; each has one node
	Keepers  int // 1, or at least 4
	// ProposeTimeout in milliseconds is a founding parameter; 0: 400, for tests
	// share their computer.
	ProposeTimeout uint32
	GossipSleep    time.Duration // 0: 10 ms, since a fabric does not push
	Degree         int           // links of a node to its neighbours on a ring, each way; 0: all to all
	Dir            string        // 0: a temporary folder
	Log            *slog.Logger
	Sync           bool   // nodes fetch the first blocks from the founder; else they begin with a copy of its folder
	Life           uint64 // see World.Life
	NoSync         bool   // stores do not wait for the disk
	Rules          uint64 // the newest version that the nodes' program applies; 0: this program's
	// Tap is the fabric's, from the start on.
	Tap func(from, to p2p.ID, channel byte, message []byte)
}

// Cluster is a network of whole nodes in one process.
type Cluster struct {
	World  *World
	Fabric *Fabric
	Nodes  []*Node // in the order of World.Agencies; the founder first
	opt    Options
	tb     testing.TB
}

// Names of the first agencies; later ones are numbered.
var names = []string{"tax", "police", "health", "civil", "pension", "schools", "metro"}

func nameOf(i int) ledger.AgencyID {
	if i < len(names) {
		return ledger.AgencyID(names[i])
	}
	return ledger.AgencyID(fmt.Sprintf("agency-%d", i))
}

// NewCluster founds a network, admits its agencies, starts all nodes and waits
// until the keepers keep. The test's end stops it.
func NewCluster(tb testing.TB, opt Options) *Cluster {
	tb.Helper()
	tb.Logf("seed %d", opt.Seed)
	if opt.Dir == "" {
		opt.Dir = tb.TempDir()
	}
	c, err := Build(opt)
	if err != nil {
		tb.Fatalf("cluster: %v", err)
	}
	c.tb = tb
	tb.Cleanup(c.Stop)
	ctx, cancel := context.WithTimeout(context.Background(), time.Duration(40+opt.Agencies)*time.Second)
	defer cancel()
	if err := c.Raise(ctx); err != nil {
		tb.Fatalf("cluster: %v\n%s", err, c.Describe())
	}
	return c
}

// Build makes agencies and nodes; nothing runs yet. The same options over the
// same folder give the same network again.
func Build(opt Options) (*Cluster, error) {
	if opt.ProposeTimeout == 0 {
		opt.ProposeTimeout = 400
	}
	if opt.GossipSleep == 0 {
		opt.GossipSleep = 10 * time.Millisecond
	}
	p := ledger.DefaultParameters()
	p.Rehearsal = true
	p.ProposeTimeout = opt.ProposeTimeout
	w := FoundAt(opt.Seed, nameOf(0), 0, p)
	for i := 1; i < opt.Agencies; i++ {
		w.NewAgency(nameOf(i))
	}
	w.Now, w.Life = func() ledger.Time { return ledger.TimeOf(time.Now()) }, opt.Life
	c := &Cluster{World: w, Fabric: NewFabric(opt.Seed), opt: opt}
	c.Fabric.Tap = opt.Tap
	for _, a := range w.Agencies {
		n, err := NewNode(w, c.Fabric, a, filepath.Join(opt.Dir, string(a.ID)), opt.GossipSleep)
		if err != nil {
			return nil, err
		}
		n.NoSync, n.Rules = opt.NoSync, opt.Rules
		if opt.Log != nil {
			n.Log = opt.Log
		}
		c.Nodes = append(c.Nodes, n)
	}
	c.wire()
	return c, nil
}

func (c *Cluster) wire() {
	n := len(c.Nodes)
	reach := c.opt.Degree
	if reach == 0 || 2*reach >= n {
		reach = n - 1
	}
	for i := range c.Nodes {
		for d := 1; d <= reach; d++ {
			c.Fabric.Connect(c.Nodes[i].Name, c.Nodes[(i+d)%n].Name)
		}
	}
}

// until waits for a condition; it looks often, because tests wait for it.
func (c *Cluster) until(ctx context.Context, ok func() bool) error {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
	return nil
}

// Until fails the test when a condition does not come true in time.
func (c *Cluster) Until(within time.Duration, what string, ok func() bool) {
	c.tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	if err := c.until(ctx, ok); err != nil {
		c.tb.Fatalf("not within %v: %s\n%s", within, what, c.Describe())
	}
}

func (c *Cluster) each(nodes []*Node, do func(*Node) error) error {
	errs := make([]error, len(nodes))
	var wg sync.WaitGroup
	for i, n := range nodes {
		wg.Go(func() { errs[i] = do(n) })
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// Stop ends all nodes.
func (c *Cluster) Stop() {
	_ = c.each(c.Nodes, (*Node).Stop)
	c.Fabric.Close()
}

// Describe says how the nodes stand.
func (c *Cluster) Describe() string {
	var lines []string
	for _, n := range c.Nodes {
		lines = append(lines, n.Describe())
	}
	return strings.Join(lines, "\n")
}

// Node finds a node by its agency's code.
func (c *Cluster) Node(name string) *Node {
	for _, n := range c.Nodes {
		if n.Name == name {
			return n
		}
	}
	panic(fmt.Sprintf("no node %q in this cluster", name))
}

// Final offers entries to the first node given until they are final on all of
// them, and returns the outcome of the last entry. Nil stands for all that run.
func (c *Cluster) Final(within time.Duration, at []*Node, entries ...*ledger.Entry) ledger.Refusal {
	c.tb.Helper()
	if at == nil {
		for _, n := range c.Nodes {
			if n.Up() {
				at = append(at, n)
			}
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	if err := c.each(at, func(n *Node) error { return n.await(ctx, n == at[0], entries) }); err != nil {
		c.tb.Fatalf("%v\n%s", err, c.Describe())
	}
	code, _ := at[0].Outcome(entries[len(entries)-1].ID())
	return code
}

// Something is an entry that an admin of any member may make at any time.
func (c *Cluster) Something(a *Agency) *ledger.Entry {
	return c.World.Entry(a.Admins[0].Key, &ledger.Sheet{Name: "duty", Part: c.World.SealedToMembers()})
}

// Agree fails the test unless all running nodes have the same ledger at every
// block that any two of them have.
func (c *Cluster) Agree() {
	c.tb.Helper()
	seen := map[ledger.Height]*store.BlockInfo{}
	by := map[ledger.Height]string{}
	for _, n := range c.Nodes {
		if !n.Up() {
			continue
		}
		err := n.Store.View(func(tx *store.Tx) error {
			for from := ledger.Height(1); ; {
				blocks, err := tx.BlocksFrom(from, 100)
				if err != nil || len(blocks) == 0 {
					return err
				}
				for _, b := range blocks {
					if o := seen[b.Height]; o != nil && (o.Digest != b.Digest || o.Head != b.Head || o.Time != b.Time) {
						c.tb.Errorf("block %d differs between %s and %s", b.Height, by[b.Height], n.Name)
					}
					seen[b.Height], by[b.Height] = b, n.Name
					from = b.Height + 1
				}
			}
		})
		if err != nil {
			c.tb.Errorf("%s: %v", n.Name, err)
		}
	}
}

// View reads a node's state in the words of the rules.
func (n *Node) View(fn func(rules.View)) error {
	return n.Store.View(func(tx *store.Tx) error { fn(rules.NewView(tx)); return nil })
}
