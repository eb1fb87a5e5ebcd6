package store

import (
	"bytes"
	"errors"
	"fmt"
	"runtime/debug"

	"countersign/ledger"

	bolt "go.etcd.io/bbolt"
)

// Tx is a snapshot of the replica after one block. It implements rules.Reader
// and serves every read model. One goroutine uses a Tx; values that the rules'
// reader returns are valid until its end, everything else is a copy.
type Tx struct {
	store   *Store
	bolt    *bolt.Tx
	buckets [bucketCount]*bolt.Bucket
	at      *tipRecord
	err     error // the first damage met
}

// View runs fn on a snapshot. It returns fn's error, or ErrDamaged when fn read
// something that does not match its check.
func (s *Store) View(fn func(*Tx) error) error {
	tx, release, err := s.begin()
	if err != nil {
		return err
	}
	defer release()
	err = fn(tx)
	if tx.err != nil && !errors.Is(err, ErrDamaged) {
		return tx.err
	}
	return err
}

// Snapshot opens a snapshot for use beyond one function; release ends it, and
// may be called again. Long ones keep the file from reusing its pages. On a
// closed store every read of the snapshot finds nothing and Err says why.
func (s *Store) Snapshot() (tx *Tx, release func()) {
	tx, release, err := s.begin()
	if err != nil {
		return &Tx{store: s, err: err}, func() {}
	}
	return tx, release
}

func (s *Store) begin() (*Tx, func(), error) {
	btx, err := s.db.Begin(false)
	if err != nil {
		return nil, nil, fmt.Errorf("read ledger: %w", err)
	}
	tx := &Tx{store: s, bolt: btx}
	return tx, func() {
		if tx.bolt != nil {
			_ = tx.bolt.Rollback()
			tx.bolt = nil
		}
	}, nil
}

// Err is what went wrong while reading from this snapshot, if anything: the
// rules' reader has no errors of its own.
func (tx *Tx) Err() error { return tx.err }

// caught is deferred around every call of bbolt, whose assertions and faults on
// mangled pages become damage.
func (tx *Tx) caught(fault bool) {
	debug.SetPanicOnFault(fault)
	if r := recover(); r != nil {
		tx.fail("a page cannot be read (%v)", r)
	}
}

// fail remembers damage, in the snapshot and in the store.
func (tx *Tx) fail(format string, args ...any) {
	d := &DamageError{Where: fmt.Sprintf(format, args...)}
	if tx.err == nil {
		tx.err = d
	}
	tx.store.damaged.CompareAndSwap(nil, d)
}

func (tx *Tx) in(b bucket) *bolt.Bucket {
	if tx.buckets[b] == nil && tx.bolt != nil {
		tx.buckets[b] = tx.bolt.Bucket([]byte(b.name()))
	}
	return tx.buckets[b]
}

// get returns a record's value, or nil when there is none or it is damaged.
func (tx *Tx) get(b bucket, key []byte) []byte {
	defer tx.caught(debug.SetPanicOnFault(true))
	in := tx.in(b)
	if in == nil {
		return nil // nothing is founded yet
	}
	raw := in.Get(key)
	if raw == nil {
		return nil
	}
	v, ok := unseal(b, key, raw)
	if !ok {
		tx.fail("record %x of %s", key, b.name())
		return nil
	}
	return v
}

// record reads and decodes a record; ErrNotFound when there is none.
func (tx *Tx) record(b bucket, key []byte, out any) error {
	raw := tx.get(b, key)
	if raw == nil {
		if tx.err != nil {
			return tx.err
		}
		return ErrNotFound
	}
	if err := ledger.DecodeRecord(raw, out); err != nil {
		tx.fail("record %x of %s: %v", key, b.name(), err)
		return tx.err
	}
	return nil
}

// walk moves over records of one prefix. Its steps are guarded one by one, so
// that a caller's own panic is never taken for damage.
type walk struct {
	tx     *Tx
	b      bucket
	prefix []byte
	cursor *bolt.Cursor
	key    []byte
	value  []byte
}

// ascend stands on the first record not before from (and of the prefix).
func (tx *Tx) ascend(b bucket, prefix, from []byte) *walk {
	w := &walk{tx: tx, b: b, prefix: prefix}
	if bytes.Compare(from, prefix) < 0 {
		from = prefix
	}
	w.step(func(c *bolt.Cursor) ([]byte, []byte) { return c.Seek(from) })
	return w
}

// descend stands on the last record before the key `before`; nil means the last
// of the prefix.
func (tx *Tx) descend(b bucket, prefix, before []byte) *walk {
	w := &walk{tx: tx, b: b, prefix: prefix}
	if before == nil {
		before = after(prefix)
	}
	w.step(func(c *bolt.Cursor) ([]byte, []byte) {
		if before == nil {
			return c.Last()
		}
		if k, _ := c.Seek(before); k == nil {
			return c.Last()
		}
		return c.Prev()
	})
	return w
}

func (w *walk) next() { w.step((*bolt.Cursor).Next) }
func (w *walk) prev() { w.step((*bolt.Cursor).Prev) }

// valid tells whether the walk stands on a record.
func (w *walk) valid() bool { return w.key != nil }

func (w *walk) step(move func(*bolt.Cursor) ([]byte, []byte)) {
	w.key, w.value = nil, nil
	defer w.tx.caught(debug.SetPanicOnFault(true))
	if w.tx.err != nil {
		return
	}
	if w.cursor == nil {
		in := w.tx.in(w.b)
		if in == nil {
			return
		}
		w.cursor = in.Cursor()
	}
	k, raw := move(w.cursor)
	if k == nil || !bytes.HasPrefix(k, w.prefix) {
		return
	}
	v, ok := unseal(w.b, k, raw)
	if !ok {
		w.tx.fail("record %x of %s", k, w.b.name())
		return
	}
	w.key, w.value = k, v
}

// after is the first key behind every key of the prefix; nil when there is none.
func after(prefix []byte) []byte {
	for i := len(prefix) - 1; i >= 0; i-- {
		if prefix[i] != 0xff {
			out := bytes.Clone(prefix[:i+1])
			out[i]++
			return out
		}
	}
	return nil
}

// Get returns the record of the state at key, or nil (rules.Reader).
func (tx *Tx) Get(key []byte) []byte { return tx.get(bState, key) }

// Ascend walks records of the state in the order of their keys (rules.Reader).
func (tx *Tx) Ascend(prefix, from []byte, fn func(key, value []byte) bool) {
	for w := tx.ascend(bState, prefix, from); w.valid(); w.next() {
		if !fn(w.key, w.value) {
			return
		}
	}
}

// tip is where this snapshot stands.
func (tx *Tx) tip() (tipRecord, error) {
	if tx.at == nil {
		var t tipRecord
		if err := tx.record(bMeta, keyTip, &t); err != nil {
			if errors.Is(err, ErrNotFound) {
				return tipRecord{Head: emptyHead()}, ErrNotFounded
			}
			return t, err
		}
		tx.at = &t
	}
	return *tx.at, nil
}

// Height is the last block's; 0 before the first.
func (tx *Tx) Height() ledger.Height { t, _ := tx.tip(); return t.Height }

// Time is the ledger time: the last seal's.
func (tx *Tx) Time() ledger.Time { t, _ := tx.tip(); return t.Time }

// Head is the log's size and root.
func (tx *Tx) Head() ledger.LogHead { t, _ := tx.tip(); return t.Head }

// Digest is the running digest of the state.
func (tx *Tx) Digest() ledger.Hash { t, _ := tx.tip(); return t.Digest }

// AppHash is what the next header carries.
func (tx *Tx) AppHash() ledger.Hash { t, _ := tx.tip(); return t.appHash() }

// EngineID is the engine's hash of the last block.
func (tx *Tx) EngineID() []byte { t, _ := tx.tip(); return t.EngineID }

// CountBlocks is how many blocks are recorded: those with entries or faults.
func (tx *Tx) CountBlocks() uint64 { t, _ := tx.tip(); return t.Blocks }
