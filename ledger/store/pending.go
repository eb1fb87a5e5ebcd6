package store

import (
	"fmt"

	"countersign/ledger"
	"countersign/ledger/rules"

	"github.com/transparency-dev/merkle/compact"
	bolt "go.etcd.io/bbolt"
)

// Pending is a block that is worked out and not written yet. Dropping it leaves
// nothing behind.
type Pending struct {
	store        *Store
	block        rules.Block
	result       *rules.Result
	before       tipRecord
	after        tipRecord
	leaves       []ledger.Leaf
	nodes        []newNode
	certificates []certificate
}

// Prepare works out what a block does to log, digest and app hash, and writes
// nothing. The block must follow the last one, its result must come from a
// snapshot of this state. Errors wrap ErrDamaged when the replica could not be
// read, so that no app hash is given for a state that was read wrongly.
func (s *Store) Prepare(b rules.Block, res *rules.Result, engineHash []byte) (*Pending, error) {
	if err := s.usable(); err != nil {
		return nil, fmt.Errorf("prepare block %d: %w", b.Height, err)
	}
	var p *Pending
	err := s.View(func(tx *Tx) error {
		tip, err := tx.tip()
		if err != nil {
			return err
		}
		tree, err := tx.tree(tip.Head.Size)
		if err != nil {
			return err
		}
		p, err = prepare(tip, tree, b, res, engineHash)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("prepare block %d: %w", b.Height, err)
	}
	p.store = s
	return p, nil
}

// prepare grows tree by the block's entries.
func prepare(tip tipRecord, tree *compact.Range, b rules.Block, res *rules.Result, engineHash []byte) (*Pending, error) {
	if b.Height != tip.Height+1 {
		return nil, fmt.Errorf("it does not follow block %d", tip.Height)
	}
	p := &Pending{block: b, result: res, before: tip, after: tip, leaves: make([]ledger.Leaf, 0, len(res.Outcomes))}
	for i, o := range res.Outcomes {
		if o.Entry == nil {
			return nil, fmt.Errorf("outcome %d has no entry", i)
		}
		p.leaves = append(p.leaves, ledger.Leaf{Height: b.Height, Index: uint32(i), Time: b.Time,
			Entry: o.Entry.SignedHash(), Outcome: o.Code})
	}
	var err error
	if p.nodes, err = grow(tree, p.leaves); err != nil {
		return nil, err
	}
	if p.after.Head, err = rootOf(tree); err != nil {
		return nil, err
	}
	if res.Log != (ledger.LogHead{}) && res.Log != p.after.Head {
		return nil, fmt.Errorf("the rules' log has %d entries and root %s, the store's %d and %s",
			res.Log.Size, res.Log.Root.Short(), p.after.Head.Size, p.after.Head.Root.Short())
	}
	p.after.Height, p.after.EngineID = b.Height, engineHash
	if p.recorded() {
		p.after.Digest = res.Digest
		p.after.Blocks++
		p.after.Last = b.Height
		p.after.Time = max(b.Time, tip.Time)
	}
	return p, nil
}

// recorded tells whether the block has a record of its own: an empty one only
// moves the tip, and leaves the app hash as it was.
func (p *Pending) recorded() bool {
	return len(p.leaves) > 0 || len(p.result.Changes) > 0
}

func (p *Pending) record() blockRecord {
	r := blockRecord{Time: p.block.Time, First: p.before.Head.Size, Count: uint32(len(p.leaves)),
		Head: p.after.Head, Digest: p.after.Digest, EngineID: p.after.EngineID}
	for _, f := range p.block.Faults {
		r.Faults = append(r.Faults, faultRecord{Consensus: f.Consensus, Height: f.Height, Proof: f.Proof})
	}
	return r
}

// Settle lets go of what belongs to the rules, so that the block can be kept
// while they go on.
func (p *Pending) Settle() {
	for i, c := range p.result.Changes {
		p.result.Changes[i] = rules.Change{Key: c.Key, Value: c.Value}
	}
}

// Height is the block's.
func (p *Pending) Height() ledger.Height { return p.block.Height }

// AppHash is what the engine is told, and what the next header will carry.
func (p *Pending) AppHash() ledger.Hash { return p.after.appHash() }

// Head is the log after the block.
func (p *Pending) Head() ledger.LogHead { return p.after.Head }

// Digest is the state's digest after the block.
func (p *Pending) Digest() ledger.Hash { return p.after.Digest }

// Leaves are the log's new lines.
func (p *Pending) Leaves() []ledger.Leaf { return p.leaves }

// Commit writes the block in one transaction and returns when it is durable.
// After ErrFull nothing has changed and Commit can be called again.
func (p *Pending) Commit() error {
	err := p.store.update(func(btx *bolt.Tx) error {
		w := newWriter(p.store, btx)
		tip, err := w.tx.tip()
		if err != nil {
			return err
		}
		w.tip = tip
		if err := w.block(p); err != nil {
			return err
		}
		return w.flush()
	})
	if err != nil {
		return fmt.Errorf("append block %d: %w", p.block.Height, err)
	}
	return nil
}
