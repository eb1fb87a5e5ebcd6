package consensus_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"countersign/ledger"
	"countersign/ledger/consensus"
	"countersign/ledger/ledgertest"
	"countersign/ledger/store"
)

// A replica's file that is gone is made again from the engine's own blocks.
func TestLostReplicaIsReplayedFromTheEngine(t *testing.T) {
	c := fourKeepers(t, 60)
	var all []*ledger.Entry
	for i := range 4 {
		all = append(all, c.Something(c.Nodes[i].Agency))
		c.Final(10*time.Second, nil, all[i])
	}
	n := c.Nodes[3]
	want, _ := n.Head()
	if err := n.Stop(); err != nil {
		t.Fatal(err)
	}
	if _, err := store.SetAside(n.StorePath()); err != nil {
		t.Fatal(err)
	}
	if err := n.Start(); err != nil {
		t.Fatal(err)
	}
	if got, _ := n.Head(); got != want {
		t.Errorf("log %+v after the replay, %+v before", got, want)
	}
	if k := n.Engine.Keeping(); k.Refusal != nil || !k.Keeper {
		t.Errorf("the keeper after the replay: %+v", k)
	}
	c.Final(10*time.Second, nil, append(all, c.Something(n.Agency))...)
	c.Agree()
}

// An engine's folder that is damaged is set aside with the replica; both come
// again from the peers, and the key never signs a place twice.
func TestDamagedEngineFolderIsFetchedAgain(t *testing.T) {
	c := fourKeepers(t, 61)
	for i := range 3 {
		c.Final(10*time.Second, nil, c.Something(c.Nodes[i].Agency))
	}
	for _, n := range []*ledgertest.Node{c.Nodes[2], c.Nodes[0]} { // the founder too: at genesis it kept alone
		if err := n.Stop(); err != nil {
			t.Fatal(err)
		}
		damage(t, filepath.Join(n.EngineDir(), "data"))
		if err := n.Start(); !errors.Is(err, consensus.ErrEngineDamaged) {
			t.Fatalf("start over a damaged folder: %v", err)
		}
		moved, err := consensus.SetAside(n.EngineDir(), n.StorePath())
		if err != nil || len(moved) != 2 {
			t.Fatalf("set aside %v: %v", moved, err)
		}
		if err := n.Start(); err != nil {
			t.Fatal(err)
		}
		c.Final(30*time.Second, nil, c.Something(n.Agency))
		if k := n.Engine.Keeping(); k.Refusal != nil || !k.Keeper {
			t.Errorf("%s after fetching again: %+v", n.Name, k)
		}
	}
	c.Agree()
}

// damage cuts the manifests of the engine's databases short.
func damage(t *testing.T, dir string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.db", "MANIFEST-*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no manifests in %s: %v", dir, err)
	}
	for _, f := range files {
		if err := os.WriteFile(f, []byte("not a manifest"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestFolderOfAnotherNetworkIsRefused(t *testing.T) {
	c := ledgertest.NewCluster(t, ledgertest.Options{Seed: 62, Agencies: 1, Keepers: 1})
	o := ledgertest.NewCluster(t, ledgertest.Options{Seed: 63, Agencies: 1, Keepers: 1})
	mine, other := c.Nodes[0], o.Nodes[0]
	for _, n := range []*ledgertest.Node{mine, other} {
		if err := n.Stop(); err != nil {
			t.Fatal(err)
		}
	}
	restoreTree(t, other.EngineDir(), mine.EngineDir())
	if err := mine.Start(); !errors.Is(err, consensus.ErrOtherNetwork) && !errors.Is(err, consensus.ErrEngineDamaged) {
		t.Errorf("engine of another network: %v", err)
	}
	if err := os.Remove(other.StorePath()); err != nil {
		t.Fatal(err)
	}
	writeFile(t, other.StorePath(), readFile(t, mine.StorePath()))
	if err := other.Start(); err == nil {
		t.Error("started on a replica of another network")
	}
}

// A store behind the engine is replayed; one that is ahead means that the
// engine's folder is an old copy.
func TestOldEngineFolderIsNoticed(t *testing.T) {
	c := ledgertest.NewCluster(t, ledgertest.Options{Seed: 64, Agencies: 1, Keepers: 1})
	n := c.Nodes[0]
	c.Final(5*time.Second, nil, c.Something(n.Agency))
	if err := n.Stop(); err != nil {
		t.Fatal(err)
	}
	old := t.TempDir()
	copyTree(t, n.EngineDir(), old)
	if err := n.Start(); err != nil {
		t.Fatal(err)
	}
	c.Final(5*time.Second, nil, c.Something(n.Agency))
	if err := n.Stop(); err != nil {
		t.Fatal(err)
	}
	restoreTree(t, old, n.EngineDir())
	if err := n.Start(); !errors.Is(err, consensus.ErrEngineDamaged) {
		t.Errorf("an old engine's folder: %v", err)
	}
}
