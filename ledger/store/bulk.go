package store

import (
	"fmt"

	"countersign/ledger"
	"countersign/ledger/rules"

	"github.com/transparency-dev/merkle/compact"
	bolt "go.etcd.io/bbolt"
)

// Bulk writes many blocks in one transaction, for ledgers that are built at once
// and can be built again: benchmarks, rehearsals. It holds the store's write
// lock from Store.Bulk to Commit or Drop.
type Bulk struct {
	store *Store
	btx   *bolt.Tx
	w     *writer
	tree  *compact.Range
}

// Bulk begins a transaction of many blocks.
func (s *Store) Bulk() (*Bulk, error) {
	if err := s.usable(); err != nil {
		return nil, err
	}
	btx, err := s.db.Begin(true)
	if err != nil {
		return nil, fmt.Errorf("write ledger: %w", err)
	}
	b := &Bulk{store: s, btx: btx, w: newWriter(s, btx)}
	tip, err := b.w.tx.tip()
	if err == nil {
		b.w.tip = tip
		b.tree, err = b.w.tx.tree(tip.Head.Size)
	}
	if err != nil {
		b.Drop()
		return nil, err
	}
	return b, nil
}

// State is the state after the last block added, for rules.Apply. Read models
// on it are not up to date before Commit.
func (b *Bulk) State() *Tx { return b.w.tx }

// Next is the block that comes next, without its time and entries.
func (b *Bulk) Next() rules.Block {
	return rules.Block{Height: b.w.tip.Height + 1, Head: b.w.tip.Head, Digest: b.w.tip.Digest}
}

// Add adds a block and returns the app hash after it.
func (b *Bulk) Add(block rules.Block, res *rules.Result, engineHash []byte) (ledger.Hash, error) {
	p, err := prepare(b.w.tip, b.tree, block, res, engineHash)
	if err == nil {
		err = b.w.block(p)
	}
	if err != nil {
		return ledger.Hash{}, fmt.Errorf("append block %d: %w", block.Height, err)
	}
	return p.AppHash(), nil
}

// Commit writes the blocks. The Bulk is used up.
func (b *Bulk) Commit() error {
	if err := b.w.flush(); err != nil {
		b.Drop()
		return err
	}
	if err := b.btx.Commit(); err != nil {
		if isFull(err) {
			return fmt.Errorf("%w: %v", ErrFull, err)
		}
		return b.store.stop(err)
	}
	return nil
}

// Drop forgets the blocks. After Commit it does nothing.
func (b *Bulk) Drop() { _ = b.btx.Rollback() }

// skipTo passes over empty blocks, up to before height h.
func (b *Bulk) skipTo(h ledger.Height) { b.w.tip.Height = max(b.w.tip.Height, h-1) }
