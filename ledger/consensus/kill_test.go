package consensus_test

import (
	"bufio"
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	cs "github.com/cometbft/cometbft/consensus"
	"github.com/cometbft/cometbft/p2p"
	cmtcons "github.com/cometbft/cometbft/proto/tendermint/consensus"

	"countersign/ledger"
	"countersign/ledger/ledgertest"
)

// The child process of the kill tests is this test binary again.
const killEnv = "COUNTERSIGN_TEST_KILL_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(killEnv); dir != "" {
		if err := liveUntilKilled(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		return
	}
	if dir := os.Getenv(fetchEnv); dir != "" {
		if err := fetchUntilKilled(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		return
	}
	os.Exit(m.Run())
}

func killOptions(dir string) ledgertest.Options {
	return ledgertest.Options{Seed: 70, Agencies: 4, Keepers: 4, ProposeTimeout: 200, Dir: filepath.Join(dir, "nodes"),
		Life: uint64(time.Now().UnixNano())}
}

// liveUntilKilled runs four keepers, orders entries and prints the identifier
// of each that is final on all of them.
func liveUntilKilled(dir string) error {
	go func() { // the parent is gone
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(3)
	}()
	votes, err := os.OpenFile(filepath.Join(dir, "votes"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	c, err := ledgertest.Build(killOptions(dir))
	if err != nil {
		return err
	}
	c.Fabric.Tap = tapVotes(votes)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	quiet := time.AfterFunc(10*time.Second, func() { fmt.Fprintf(os.Stderr, "no entry is final:\n%s\n", c.Describe()) })
	if err := c.Raise(ctx); err != nil {
		return err
	}
	for i := 0; ; i++ {
		n := c.Nodes[i%4]
		e := c.Something(n.Agency)
		for _, o := range c.Nodes {
			if err := o.Await(ctx, e); err != nil {
				return err
			}
		}
		quiet.Stop()
		fmt.Println("final", e.ID())
	}
}

// tapVotes writes every vote that leaves a node, once, before it leaves.
func tapVotes(to io.Writer) func(from, dest p2p.ID, channel byte, raw []byte) {
	var mu sync.Mutex
	seen := map[string]bool{}
	return func(_, _ p2p.ID, channel byte, raw []byte) {
		var m cmtcons.Message
		if channel != cs.VoteChannel || m.Unmarshal(raw) != nil || m.GetVote() == nil {
			return
		}
		v := m.GetVote().Vote
		line := fmt.Sprintf("%x %d %d %d %x\n", v.ValidatorAddress, v.Height, v.Round, v.Type, v.BlockID.Hash)
		mu.Lock()
		defer mu.Unlock()
		if !seen[line] {
			seen[line] = true
			_, _ = io.WriteString(to, line)
		}
	}
}

// FAULTS 1: kill -9 at random moments, and an end at each of the engine's own
// durable steps (CometBFT's libs/fail: before and after block, log, results,
// application and state are saved, and before a signed vote is counted).
func TestKilledKeepersLoseNothingAndNeverVoteTwice(t *testing.T) {
	dir := t.TempDir()
	const seed = 71
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	var acknowledged []ledger.EntryID
	live := func(step, entries int) { acknowledged = append(acknowledged, life(t, dir, step, entries, rng)...) }
	live(-1, 6)
	for step := range 12 {
		live(step*4+rng.IntN(4), 20) // four keepers pass the steps side by side
		if step%3 == 0 {
			live(-1, rng.IntN(4))
		}
	}
	c := ledgertest.NewCluster(t, killOptions(dir))
	c.Final(20*time.Second, nil, c.Something(c.Nodes[0].Agency))
	for _, n := range c.Nodes {
		for _, id := range acknowledged {
			if code, ok := n.Outcome(id); !ok || code != ledger.Accepted {
				t.Errorf("%s: entry %s, acknowledged as final, is lost or refused (%s)", n.Name, id.Short(), code)
			}
		}
		if k := n.Engine.Keeping(); k.Refusal != nil {
			t.Errorf("%s: %v", n.Name, k.Refusal)
		}
	}
	c.Agree()
	votedOnce(t, filepath.Join(dir, "votes"))
	t.Logf("%d entries acknowledged", len(acknowledged))
}

// life runs the child until it ends at a step, or kills it a moment after a
// number of entries is final, and returns what it acknowledged.
func life(t *testing.T, dir string, step, entries int, rng *rand.Rand) (final []ledger.EntryID) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), killEnv+"="+dir)
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
	soon := func() { end.Reset(time.Duration(rng.IntN(300)) * time.Millisecond) }
	if entries == 0 {
		soon()
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		id, ok := strings.CutPrefix(lines.Text(), "final ")
		if !ok {
			continue // the engine's own notice of its end
		}
		h, err := ledger.ParseHash(id)
		if err != nil {
			t.Fatal(err)
		}
		if final = append(final, h); len(final) == entries {
			soon()
		}
	}
	if err := cmd.Wait(); err == nil || cmd.ProcessState.ExitCode() == 2 {
		t.Fatalf("the child ended by itself: %v", err)
	}
	return final
}

// votedOnce reads the votes of all lives: one block for each keeper, height,
// round and type.
func votedOnce(t *testing.T, path string) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	blocks := map[string]string{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		i := strings.LastIndexByte(lines.Text(), ' ')
		at, block := lines.Text()[:i], lines.Text()[i+1:]
		if _, err := hex.DecodeString(block); err != nil {
			t.Fatal(err)
		}
		if before, ok := blocks[at]; ok && before != block {
			t.Errorf("two votes at one place: %s for %q and %q", at, before, block)
		}
		blocks[at] = block
	}
	if len(blocks) == 0 {
		t.Fatal("no votes were seen")
	}
	t.Logf("%d votes, one for each place", len(blocks))
}
