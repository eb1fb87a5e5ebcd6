package consensus

import (
	"errors"
	"sync"
	"time"

	"countersign/ledger/rules"
	"countersign/ledger/store"
)

// While a node fetches blocks from its peers, or replays its own, it applies
// many in one transaction of the replica. It does not vote meanwhile, and the
// engine's folder has every block before it is applied: after a crash the
// replica stands some blocks behind, and the handshake replays them. An event
// still says that its block is durable here: events wait with their blocks. What
// FinalizeBlock answered the engine needs again only where the replica has a
// block that the engine's own state has not, so it is durable before the replica.

const (
	// backlogEntries is how many entries a transaction gathers at most.
	backlogEntries = 4096
	// backlogBlocks bounds the blocks of a transaction; small ones are many.
	backlogBlocks = 256
	// backlogAge is how long the first block of a transaction waits at most.
	backlogAge = 250 * time.Millisecond
)

// backlog is the blocks of the transaction under way.
type backlog struct {
	mu      sync.Mutex
	bulk    *store.Bulk  // nil: none is under way
	chain   *rules.Chain // over the blocks of this and earlier transactions
	blocks  []*store.Pending
	events  []BlockEvent
	entries int
	halfway bool        // a block is between FinalizeBlock and Commit: no end of the transaction
	age     *time.Timer // ends the transaction when no more blocks come
	failed  error       // why the last transaction could not be ended
	ended   bool        // the engine has stopped
}

// catchingUp tells whether blocks come faster than they are made, and need not
// be durable one by one.
func (a *application) catchingUp() bool { return a.replaying.Load() || a.syncing() }

// join begins a transaction, or goes on with the one under way. The caller holds
// the lock.
func (b *backlog) join(st *store.Store) (*store.Tx, error) {
	switch {
	case b.failed != nil:
		return nil, b.failed
	case b.ended:
		return nil, ErrStopped
	case b.halfway:
		return nil, errors.New("the block before was not committed")
	}
	if b.bulk == nil {
		bulk, err := st.Bulk()
		if err != nil {
			return nil, err
		}
		b.bulk = bulk
		if b.chain == nil {
			b.chain = rules.NewChain(bulk.State())
		}
		b.chain.Resume(bulk.State())
	}
	return b.bulk.State(), nil
}

// state is where the next block begins: the newest committed state or, while
// catching up, what the transaction under way has come to.
func (a *application) state() (tx *store.Tx, release func(), err error) {
	catchingUp := a.catchingUp()
	a.answers.relaxed.Store(catchingUp)
	if !catchingUp {
		if err := a.settle(); err != nil {
			return nil, nil, err
		}
		tx, release = a.store.Snapshot()
		return tx, release, nil
	}
	b := &a.backlog
	b.mu.Lock()
	if tx, err = b.join(a.store); err != nil {
		b.mu.Unlock()
		return nil, nil, err
	}
	b.halfway = true
	return tx, b.mu.Unlock, nil
}

// apply lets the rules judge a block on the state that state has returned.
func (a *application) apply(tx *store.Tx, block rules.Block) (*rules.Result, error) {
	if !a.backlog.halfway {
		return rules.Apply(tx, block, a.verifier)
	}
	a.verifier.verifyTogether(tx, block.Entries)
	return a.backlog.chain.Apply(block, a.verifier)
}

// prepare works out what the block does to the replica.
func (a *application) prepare(block rules.Block, res *rules.Result, hash []byte) (*store.Pending, error) {
	if !a.backlog.halfway {
		return a.store.Prepare(block, res, hash)
	}
	return a.backlog.bulk.Prepare(block, res, hash)
}

// add puts the block at hand into the transaction; false: there is none.
func (a *application) add() (added bool, err error) {
	b := &a.backlog
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.halfway {
		return false, nil
	}
	if err := b.bulk.Write(a.pending); err != nil {
		return true, err
	}
	a.pending.Settle()
	b.blocks, b.events, b.halfway = append(b.blocks, a.pending), append(b.events, a.event), false
	b.entries += len(a.event.Outcomes)
	if b.entries >= backlogEntries || len(b.blocks) >= backlogBlocks {
		return true, a.flush()
	}
	if b.age == nil {
		b.age = time.AfterFunc(backlogAge, a.flushOld)
	}
	return true, nil
}

// flushOld ends a transaction to which no more blocks come.
func (a *application) flushOld() {
	b := &a.backlog
	b.mu.Lock()
	defer b.mu.Unlock()
	b.age = nil
	switch {
	case b.bulk == nil || b.ended:
	case b.halfway: // its Commit is about to come
		b.age = time.AfterFunc(backlogAge, a.flushOld)
	default:
		_ = a.flush() // the next block meets it, and Health says it
	}
}

// settle ends the transaction under way, before anything looks at the newest
// state as the others have it.
func (a *application) settle() error {
	b := &a.backlog
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.bulk == nil {
		return b.failed
	}
	return a.flush()
}

// flush makes the blocks durable and tells of them. A full disk is waited for.
// The caller holds the lock.
func (a *application) flush() error {
	b := &a.backlog
	bulk := b.bulk
	b.bulk = nil
	err := a.answers.sync()
	if err == nil {
		err = bulk.Commit()
	} else {
		bulk.Drop()
	}
	for errors.Is(err, store.ErrFull) {
		_ = a.fail(err)
		a.log.Error("the disk is full: blocks wait", "error", err)
		select {
		case <-a.done:
			b.failed = err
			return err
		case <-time.After(diskPatience):
		}
		err = b.again(a.store)
	}
	if err != nil {
		b.failed = a.fail(err)
		return err
	}
	a.trouble.Store(nil)
	for _, ev := range b.events {
		a.committed(ev)
	}
	b.forget()
	return nil
}

// again writes the blocks in another transaction.
func (b *backlog) again(st *store.Store) error {
	bulk, err := st.Bulk()
	if err != nil {
		return err
	}
	for _, p := range b.blocks {
		if err := bulk.Write(p); err != nil {
			bulk.Drop()
			return err
		}
	}
	return bulk.Commit()
}

func (b *backlog) forget() {
	b.blocks, b.events, b.entries = nil, nil, 0
	if b.age != nil {
		b.age.Stop()
		b.age = nil
	}
}

// endBacklog makes durable what can be at once, when nothing calls the
// application any more; the engine has the rest.
func (a *application) endBacklog() {
	b := &a.backlog
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ended = true
	if b.bulk != nil && !b.halfway {
		err := a.answers.sync()
		if err == nil {
			err = b.bulk.Commit()
		}
		if err != nil {
			b.bulk.Drop()
			a.log.Warn("blocks are to be applied again", "error", err)
		} else {
			for _, ev := range b.events {
				a.committed(ev)
			}
		}
	} else if b.bulk != nil {
		b.bulk.Drop()
	}
	b.bulk = nil
	b.forget()
}
