package consensus_test

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cometbft/cometbft/blocksync"
	"github.com/cometbft/cometbft/consensus"
	"github.com/cometbft/cometbft/p2p"

	"countersign/ledger"
	"countersign/ledger/ledgertest"
	"countersign/ledger/store"
)

// The child process that fetches blocks until it is killed is this test binary.
const fetchEnv = "COUNTERSIGN_TEST_FETCH_DIR"

func fetchOptions(dir string) ledgertest.Options {
	return ledgertest.Options{Seed: 74, Agencies: 2, Keepers: 1, Dir: filepath.Join(dir, "nodes"), Sync: true, Life: uint64(time.Now().UnixNano())}
}

// fetchUntilKilled runs the founder and a follower that has nothing yet.
func fetchUntilKilled(dir string) error {
	go func() { // the parent is gone
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(3)
	}()
	c, err := ledgertest.Build(fetchOptions(dir))
	if err != nil {
		return err
	}
	if err := c.Nodes[0].Start(); err != nil {
		return err
	}
	if err := c.Nodes[1].Start(); err != nil {
		return err
	}
	events, _ := c.Nodes[1].Engine.Subscribe()
	for e := range events {
		fmt.Println("durable", e.Height)
	}
	return nil
}

// A node that is killed while it fetches blocks comes up again: what its replica
// does not have is replayed, what its engine does not have is fetched, and what
// it had called durable is there.
func TestKilledWhileFetchingBlocks(t *testing.T) {
	dir := t.TempDir()
	const seed = 75
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	c := ledgertest.NewCluster(t, fetchOptions(dir))
	for range 120 {
		c.Final(20*time.Second, nil, c.Something(c.Nodes[0].Agency))
	}
	c.Stop()
	replayed := 0
	for life := range 6 {
		if err := os.RemoveAll(c.Nodes[1].Dir); err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(c.Nodes[1].Dir, 0o700); err != nil {
			t.Fatal(err)
		}
		step := -1 // by SIGKILL, a moment after something was durable
		if life%2 == 0 {
			step = 20 + rng.IntN(500) // at one of the engine's own durable steps
		}
		durable := fetching(t, dir, step, time.Duration(rng.IntN(150))*time.Millisecond)
		have := heightIn(t, c.Nodes[1].StorePath())
		if have < durable {
			t.Errorf("life %d: block %d was called durable, the replica ends with %d", life, durable, have)
		}
		again, err := ledgertest.Build(fetchOptions(dir))
		if err != nil {
			t.Fatal(err)
		}
		func() {
			defer again.Stop()
			for _, n := range again.Nodes {
				if err := n.Start(); err != nil {
					t.Fatalf("life %d, killed at step %d: %v", life, step, err)
				}
			}
			if stood := again.Nodes[1].Engine.ChainHeight(); stood > have {
				replayed++
			}
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			defer cancel()
			e := again.Something(again.Nodes[0].Agency)
			for _, n := range again.Nodes {
				if err := n.Await(ctx, e); err != nil {
					t.Fatalf("life %d, killed at step %d: %v\n%s", life, step, err, again.Describe())
				}
			}
			agree(t, again)
		}()
	}
	if replayed == 0 {
		t.Error("no replica was behind its engine")
	}
}

// fetching runs the child until it ends at a step, or kills it a while after a
// block was durable, and returns the last block of which it said so.
func fetching(t *testing.T, dir string, step int, after time.Duration) (durable ledger.Height) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), fetchEnv+"="+dir)
	if step >= 0 {
		cmd.Env = append(cmd.Env, fmt.Sprintf("FAIL_TEST_INDEX=%d", step))
	}
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	end := time.AfterFunc(30*time.Second, func() { _ = cmd.Process.Kill() })
	defer end.Stop()
	for {
		var h ledger.Height
		var word string
		if _, err := fmt.Fscanln(out, &word, &h); err == io.EOF || err == io.ErrUnexpectedEOF {
			break
		}
		if word == "durable" && h > durable {
			if durable == 0 && step < 0 {
				end.Reset(after)
			}
			durable = h
		}
	}
	if err := cmd.Wait(); err == nil || cmd.ProcessState.ExitCode() == 2 {
		t.Fatalf("the child ended by itself: %v", err)
	}
	return durable
}

func heightIn(t *testing.T, path string) (h ledger.Height) {
	t.Helper()
	st, err := store.Open(path, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	if err := st.View(func(tx *store.Tx) error { h = tx.Height(); return nil }); err != nil {
		t.Fatal(err)
	}
	return h
}

// agree demands that the nodes have the same ledger.
func agree(t *testing.T, c *ledgertest.Cluster) {
	t.Helper()
	var digests []ledger.Hash
	for _, n := range c.Nodes {
		err := n.Store.View(func(tx *store.Tx) error { digests = append(digests, tx.AppHash()); return nil })
		if err != nil {
			t.Fatal(err)
		}
		if rep, err := n.Store.Verify(t.Context(), nil); err != nil || !rep.OK() {
			t.Errorf("%s: %v %v", n.Name, err, rep.Problem)
		}
	}
	if digests[0] != digests[1] {
		t.Errorf("two ledgers: %s and %s", digests[0].Short(), digests[1].Short())
	}
}

// Peers come and go while an empty node fetches blocks from them, and leave
// between any two of its steps. It must not end with them: what a peer has sent
// is vouched for by the keepers' commit, whether or not its sender is still there.
func TestPeersLeaveWhileBlocksAreFetched(t *testing.T) {
	c := ledgertest.NewCluster(t, ledgertest.Options{Seed: 76, Agencies: 4, Keepers: 1, NoSync: true})
	for range 200 {
		c.Final(20*time.Second, nil, c.Something(c.Nodes[0].Agency))
	}
	late, target := c.Nodes[3], c.Nodes[0].Engine.Height()
	if err := late.Stop(); err != nil {
		t.Fatal(err)
	}
	for _, gone := range []string{late.EngineDir(), late.StorePath()} {
		if err := os.RemoveAll(gone); err != nil {
			t.Fatal(err)
		}
	}
	if err := late.Start(); err != nil {
		t.Fatal(err)
	}
	dropped := 0
	c.Until(60*time.Second, "all blocks are fetched", func() bool {
		if late.Engine.Height() > 0 { // about as often as a session lasts a few blocks
			c.Fabric.Drop(late.Name, c.Nodes[dropped%3].Name)
			dropped++
		}
		return late.Engine.Height() >= target
	})
	if dropped < 20 {
		t.Errorf("only %d times a peer left", dropped)
	}
	c.Final(20*time.Second, nil, c.Something(c.Nodes[0].Agency))
	c.Agree()
}

// A keeper that starts again fetches what was decided meanwhile in one volley, and
// the few last blocks by gossip, which takes several messages back and forth for
// each: until it has caught up the others may lack its vote.
func TestStartedAgainFetchesWhatItLacks(t *testing.T) {
	const back, blocks = "civil", 30
	var counting atomic.Bool
	var fetched, gossiped atomic.Int64
	tap := func(_, to p2p.ID, channel byte, _ []byte) {
		switch {
		case to != back || !counting.Load():
		case channel == consensus.DataChannel:
			gossiped.Add(1)
		case channel == blocksync.BlocksyncChannel:
			fetched.Add(1)
		}
	}
	c := ledgertest.NewCluster(t, ledgertest.Options{Seed: 77, Agencies: 4, Keepers: 4, NoSync: true, Tap: tap})
	away := c.Node(back)
	if err := away.Stop(); err != nil {
		t.Fatal(err)
	}
	for range blocks {
		c.Final(20*time.Second, nil, c.Something(c.Nodes[0].Agency))
	}
	counting.Store(true)
	if err := away.Start(); err != nil {
		t.Fatal(err)
	}
	c.Until(20*time.Second, "it has caught up", func() bool { return away.Engine.Height() >= c.Nodes[0].Engine.Height() })
	if fetched.Load() < blocks || gossiped.Load() > blocks/3 {
		t.Errorf("%d messages of block sync and %d of gossiped parts for %d blocks", fetched.Load(), gossiped.Load(), blocks)
	}
	if err := c.Nodes[2].Stop(); err != nil { // now its vote is needed
		t.Fatal(err)
	}
	c.Final(20*time.Second, nil, c.Something(c.Nodes[0].Agency))
	c.Agree()
}
