package ledgertest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"countersign/ledger"
	"countersign/ledger/consensus"
	"countersign/ledger/rules"
	"countersign/ledger/store"
)

// Node is a whole replica of one agency: store, engine and its end of the
// fabric. It can be stopped and started again over the same folder.
type Node struct {
	Name   string // the agency's code
	Agency *Agency
	Clock  *Clock
	Dir    string
	Log    *slog.Logger
	// Signer is the consensus key; tests may put another in its place.
	Signer ledger.Signer
	// Rules is the newest version that the node's program applies; 0: this program's.
	Rules uint64
	// NoSync leaves the store's writing to the system.
	NoSync bool

	Store  *store.Store
	Engine *consensus.Engine
	Switch *Switch

	fabric *Fabric
	world  *World
	sleep  time.Duration
}

// EngineDir is the engine's own folder.
func (n *Node) EngineDir() string { return filepath.Join(n.Dir, "engine") }

// StorePath is the replica's file.
func (n *Node) StorePath() string { return filepath.Join(n.Dir, "ledger.db") }

// GuardPath is the record of the consensus key's last signature.
func (n *Node) GuardPath() string { return filepath.Join(n.Dir, "guard") }

// NewNode makes a node of an agency on a fabric, with the guard of its key. The
// folder may hold one already.
func NewNode(w *World, f *Fabric, a *Agency, dir string, gossipSleep time.Duration) (*Node, error) {
	n := &Node{Name: string(a.ID), Agency: a, Clock: &Clock{}, Dir: dir, Log: slog.New(slog.DiscardHandler), Signer: a.Consensus,
		fabric: f, world: w, sleep: gossipSleep}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	err := consensus.CreateGuard(n.GuardPath(), w.ID, a.Consensus.Public())
	if err != nil && !errors.Is(err, os.ErrExist) {
		return nil, err
	}
	return n, nil
}

// Start opens the store, makes an engine and starts it.
func (n *Node) Start() error {
	st, err := store.Open(n.StorePath(), store.Options{NoSync: n.NoSync})
	if err != nil {
		return fmt.Errorf("start %s: %w", n.Name, err)
	}
	sw := n.fabric.NewSwitch(n.Name)
	e, err := consensus.New(consensus.Config{Dir: n.EngineDir(), Founding: n.world.Founding, Store: st, Signer: n.Signer,
		Guard: n.GuardPath(), Switch: sw, Clock: n.Clock.Now, Logger: n.Log.With("node", n.Name), GossipSleep: n.sleep, Rules: n.Rules,
		Keeper: func(peer string) (ledger.KeyID, bool) { return keeperIn(st, peer) }})
	if err != nil {
		_ = st.Close()
		return fmt.Errorf("start %s: %w", n.Name, err)
	}
	if err := e.Start(); err != nil {
		e.Stop()
		_ = st.Close()
		return fmt.Errorf("start %s: %w", n.Name, err)
	}
	n.Store, n.Engine, n.Switch = st, e, sw
	return nil
}

// keeperIn tells whether the node of an agency, which is named as it, keeps.
func keeperIn(st *store.Store, agency string) (key ledger.KeyID, keeps bool) {
	_ = st.View(func(tx *store.Tx) error { // a failure shows elsewhere
		if a := rules.NewView(tx).Agency(ledger.AgencyID(agency)); a != nil && a.Keeper {
			key, keeps = a.Consensus.ID(), true
		}
		return nil
	})
	return key, keeps
}

// copyFrom takes over another node's blocks and replica, as an offline backup
// would be; the replica comes last, so that a copy cut short is begun again.
func (n *Node) copyFrom(o *Node) error {
	if err := os.RemoveAll(n.EngineDir()); err != nil {
		return err
	}
	if err := os.CopyFS(n.EngineDir(), os.DirFS(o.EngineDir())); err != nil {
		return err
	}
	raw, err := os.ReadFile(o.StorePath())
	if err != nil {
		return err
	}
	part := n.StorePath() + ".part"
	if err := os.WriteFile(part, raw, 0o600); err != nil {
		return err
	}
	return os.Rename(part, n.StorePath())
}

// Up tells whether the node runs.
func (n *Node) Up() bool { return n.Engine != nil }

// Stop ends the node.
func (n *Node) Stop() error {
	if n.Engine == nil {
		return nil
	}
	n.Engine.Stop()
	err := n.Store.Close()
	n.Engine, n.Store, n.Switch = nil, nil, nil
	return err
}

// Outcome is what came of an entry here; ok is false while it is not final.
func (n *Node) Outcome(id ledger.EntryID) (code ledger.Refusal, ok bool) {
	err := n.Store.View(func(tx *store.Tx) error {
		r, err := tx.EntryByID(id)
		if err == nil {
			code, ok = r.Outcome, true
		}
		return err
	})
	return code, ok && err == nil
}

// Head is the log and the height here.
func (n *Node) Head() (head ledger.LogHead, height ledger.Height) {
	_ = n.Store.View(func(tx *store.Tx) error { head, height = tx.Head(), tx.Height(); return nil })
	return head, height
}

// Await offers entries again and again until all are final here.
func (n *Node) Await(ctx context.Context, entries ...*ledger.Entry) error {
	return n.await(ctx, true, entries)
}

func (n *Node) await(ctx context.Context, offer bool, entries []*ledger.Entry) error {
	events, cancel := n.Engine.Subscribe()
	defer cancel()
	resend := time.NewTicker(500 * time.Millisecond)
	defer resend.Stop()
	open := entries
	for first := true; ; first = false {
		var left []*ledger.Entry
		for _, e := range open {
			if _, ok := n.Outcome(e.ID()); !ok {
				left = append(left, e)
			}
		}
		if open = left; len(open) == 0 {
			return nil
		}
		if first && offer {
			n.Engine.Resend(open)
		}
		select {
		case <-ctx.Done():
			why := n.Engine.Submit(context.Background(), open[0])
			return fmt.Errorf("%s: %d of %d entries not final, the first is a %s (offered again: %v): %w",
				n.Name, len(open), len(entries), open[0].Body.Kind, why, ctx.Err())
		case <-resend.C:
			if offer {
				n.Engine.Resend(open)
			}
		case _, ok := <-events:
			if !ok {
				return consensus.ErrStopped
			}
		}
	}
}

// accepted waits until entries are final here, and tells which is refused.
func (n *Node) accepted(ctx context.Context, entries []*ledger.Entry) error {
	if err := n.Await(ctx, entries...); err != nil {
		return err
	}
	for _, e := range entries {
		if code, _ := n.Outcome(e.ID()); code != ledger.Accepted {
			return fmt.Errorf("a %s is refused: %w", e.Body.Kind, code)
		}
	}
	return nil
}

// Describe says how the node stands: for a test that fails.
func (n *Node) Describe() string {
	if !n.Up() {
		return n.Name + ": down"
	}
	k := n.Engine.Keeping()
	rs := n.Engine.Internals().State.GetRoundState()
	return fmt.Sprintf("%s: block %d, engine at %d/%d/%v, prevotes %v, precommits %v, %d peers, %d waiting, keeper %v, last signed %d, refusal %v, health %v",
		n.Name, n.Engine.Height(), rs.Height, rs.Round, rs.Step, rs.Votes.Prevotes(rs.Round).BitArray(), rs.Votes.Precommits(rs.Round).BitArray(),
		n.Switch.Peers().Size(), n.Engine.Waiting(), k.Keeper, k.Last, k.Refusal, n.Engine.Health())
}
