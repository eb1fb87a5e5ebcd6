package store

import (
	"fmt"
	"runtime/debug"

	"countersign/ledger"
	"countersign/ledger/rules"

	"github.com/transparency-dev/merkle/compact"
	bolt "go.etcd.io/bbolt"
)

// Bulk writes many blocks in one transaction, for blocks that can be had again
// after a crash: those a node fetches from its peers, benchmarks, rehearsals. It
// holds the store's write lock from Store.Bulk to Commit or Drop; everybody else
// reads the state before its first block until then.
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
func (b *Bulk) State() *Tx {
	at := b.w.tip
	b.w.tx.at = &at
	return b.w.tx
}

// Next is the block that comes next, without its time and entries.
func (b *Bulk) Next() rules.Block {
	return rules.Block{Height: b.w.tip.Height + 1, Head: b.w.tip.Head, Digest: b.w.tip.Digest}
}

// Add adds a block and returns the app hash after it.
func (b *Bulk) Add(block rules.Block, res *rules.Result, engineHash []byte) (ledger.Hash, error) {
	p, err := b.Prepare(block, res, engineHash)
	if err == nil {
		err = b.Write(p)
	}
	if err != nil {
		return ledger.Hash{}, err
	}
	return p.AppHash(), nil
}

// Prepare works out the next block, as Store.Prepare does, for Write.
func (b *Bulk) Prepare(block rules.Block, res *rules.Result, engineHash []byte) (*Pending, error) {
	err := b.store.usable()
	var p *Pending
	if err == nil {
		p, err = prepare(b.w.tip, b.tree, block, res, engineHash)
	}
	if err != nil {
		return nil, fmt.Errorf("append block %d: %w", block.Height, err)
	}
	p.store = b.store
	return p, nil
}

// Write adds the block that Prepare has worked out last. After an error the
// Bulk is good for Drop alone.
func (b *Bulk) Write(p *Pending) error {
	if err := b.guarded(func() error { return b.w.block(p) }); err != nil {
		return fmt.Errorf("append block %d: %w", p.block.Height, err)
	}
	return nil
}

// Commit writes the blocks and returns when they are durable. The Bulk is used
// up; after ErrFull nothing has changed.
func (b *Bulk) Commit() error {
	if err := b.guarded(b.w.flush); err != nil {
		b.Drop()
		return err
	}
	err := b.guarded(b.btx.Commit)
	if err == nil {
		return nil
	}
	b.Drop()
	if isFull(err) {
		return fmt.Errorf("%w: %v", ErrFull, err)
	}
	return b.store.stop(err)
}

// guarded turns bbolt's panics over a mangled file into damage.
func (b *Bulk) guarded(fn func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			err = b.store.stop(damaged("a page cannot be written (%v)", r))
		}
	}()
	return fn()
}

// Drop forgets the blocks. After Commit it does nothing.
func (b *Bulk) Drop() {
	defer func() { _ = recover() }() // a mangled file can fail twice; the first cause counts
	_ = b.btx.Rollback()
}
