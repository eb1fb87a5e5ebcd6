package store

import (
	"bytes"
	"errors"
	"fmt"
	"runtime/debug"

	"countersign/ledger"
	"countersign/ledger/rules"

	bolt "go.etcd.io/bbolt"
)

// writer applies blocks inside one bbolt transaction. What many entries touch
// again and again (tiles, rows, posting lists, counters, the tail of IDs) it
// gathers and writes once, in flush.
type writer struct {
	tx    *Tx
	tip   tipRecord
	first error

	index
	rows      map[string]bool // true: to be put, false: to be deleted
	known     map[ledger.EntryID]knownRequest
	tail      []byte
	tailDirty bool
}

// knownRequest is what the rows and counters of a request follow from: how far
// its history went and which rows it has.
type knownRequest struct {
	steps int
	rows  [][]byte
}

func newWriter(s *Store, btx *bolt.Tx) *writer {
	w := &writer{tx: &Tx{store: s, bolt: btx}, index: newIndex(), rows: map[string]bool{}, known: map[ledger.EntryID]knownRequest{}}
	for b := bucket(0); b < bucketCount; b++ {
		if in := w.tx.in(b); in != nil && b.grows() {
			in.FillPercent = 0.95
		}
	}
	return w
}

// update runs fn in a write transaction and makes it durable. After an error
// nothing has changed, unless it wraps ErrFailed.
func (s *Store) update(fn func(*bolt.Tx) error) (err error) {
	if err := s.usable(); err != nil {
		return err
	}
	var tx *bolt.Tx
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			err = s.stop(damaged("a page cannot be written (%v)", r))
		}
		if err != nil && tx != nil {
			func() {
				defer func() { _ = recover() }() // a mangled file can fail twice; the first cause counts
				_ = tx.Rollback()
			}()
		}
	}()
	if tx, err = s.db.Begin(true); err != nil {
		tx = nil
		return fmt.Errorf("write ledger: %w", err)
	}
	if err = fn(tx); err != nil {
		return err
	}
	if err = tx.Commit(); err != nil {
		if isFull(err) {
			return fmt.Errorf("%w: %v", ErrFull, err)
		}
		return s.stop(err)
	}
	return nil
}

// stop ends all writing until the store is opened again: what is on the disk is
// no longer certain.
func (s *Store) stop(cause error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failed == nil {
		s.failed = cause
	}
	if errors.Is(cause, ErrDamaged) {
		return cause
	}
	return fmt.Errorf("%w: %w", ErrFailed, cause)
}

// usable is nil unless damage was met or a write has failed.
func (s *Store) usable() error {
	if d := s.damaged.Load(); d != nil {
		return d
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failed != nil {
		return fmt.Errorf("%w: %w", ErrFailed, s.failed)
	}
	return nil
}

// Health is nil, or why nothing is written any more (ErrDamaged, ErrFailed).
func (s *Store) Health() error { return s.usable() }

func (w *writer) put(b bucket, key, value []byte) {
	in := w.tx.in(b)
	if in == nil {
		w.note(ErrNotFounded)
		return
	}
	w.note(in.Put(key, seal(b, key, value)))
}

func (w *writer) delete(b bucket, key []byte) {
	in := w.tx.in(b)
	if in == nil {
		w.note(ErrNotFounded)
		return
	}
	w.note(in.Delete(key))
}

func (w *writer) note(err error) {
	if w.first == nil {
		w.first = err
	}
}

func (w *writer) err() error {
	if w.tx.err != nil {
		return w.tx.err
	}
	return w.first
}

// block writes one prepared block.
func (w *writer) block(p *Pending) error {
	if w.tip.Height != p.before.Height || w.tip.Head != p.before.Head || w.tip.Digest != p.before.Digest {
		return fmt.Errorf("block %d was prepared on another state", p.block.Height)
	}
	changed := w.changes(p.result.Changes)
	for i := range p.leaves {
		w.entry(p, i, changed)
	}
	for _, n := range p.nodes {
		w.tile(n)
	}
	if p.recorded() {
		w.put(bBlocks, be64(uint64(p.block.Height)), ledger.Encode(p.record()))
	}
	for _, c := range p.certificates {
		w.certificate(c.height, c.header, c.commit)
	}
	w.tip = p.after
	return w.err()
}

// entry writes one entry; changed are the requests that its block changed.
func (w *writer) entry(p *Pending, i int, changed map[ledger.EntryID]*rules.Request) {
	o, leaf := p.result.Outcomes[i], p.leaves[i]
	position := p.before.Head.Size + uint64(i)
	w.put(bEntries, be64(position), ledger.Encode(entryRecord{Height: leaf.Height, Index: leaf.Index,
		Time: leaf.Time, Outcome: leaf.Outcome, Raw: o.Entry.Bytes()}))
	w.addID(o.Entry.ID(), position)
	var request []byte
	if id, ok := requestOf(o.Entry); ok {
		r := changed[id]
		if r == nil { // refused: nothing about it has changed
			r, _ = w.tx.Request(id)
		}
		if r != nil {
			request = requestTerm(id, r.Submitted)
		}
	}
	w.post(o, w.agencyOf(o.Entry.Body.Author), request, position)
}

// agencyOf is the agency of an enrolled key. It never changes, so it is kept.
func (w *writer) agencyOf(key ledger.KeyID) ledger.AgencyID {
	s := w.tx.store
	s.mu.Lock()
	a, ok := s.agency[key]
	s.mu.Unlock()
	if ok {
		return a
	}
	a, ok = agencyOfKey(w.tx, key)
	if ok {
		s.mu.Lock()
		s.agency[key] = a
		s.mu.Unlock()
	}
	return a
}

// changes writes changed records of the state, and for the requests among them
// moves the rows and counts the answers. It returns those requests.
func (w *writer) changes(changes []rules.Change) map[ledger.EntryID]*rules.Request {
	out := map[ledger.EntryID]*rules.Request{}
	for _, c := range changes {
		if bytes.HasPrefix(c.Key, requestPrefix()) {
			if r := w.request(c); r != nil {
				out[r.ID] = r
			}
		}
		if c.Value == nil {
			w.delete(bState, c.Key)
		} else {
			w.put(bState, c.Key, c.Value)
		}
	}
	return out
}

// request moves the rows of a changed request and counts its new answers; it
// returns the record, nil when there is none any more.
func (w *writer) request(c rules.Change) *rules.Request {
	id := ledger.EntryID(c.Key[len(requestPrefix()):])
	before, ok := w.known[id]
	if !ok {
		before = knownOf(w.readRequest(w.tx.Get(c.Key)))
	}
	r := c.Request()
	if r == nil {
		r = w.readRequest(c.Value)
	}
	if r != nil {
		w.countAnswers(before.steps, r)
	}
	now := knownOf(r)
	w.moveRows(before.rows, now.rows)
	w.known[id] = now
	return r
}

func knownOf(r *rules.Request) knownRequest {
	if r == nil {
		return knownRequest{}
	}
	return knownRequest{steps: len(r.History), rows: rowsOf(r)}
}

// readRequest decodes a record; nil when there is none.
func (w *writer) readRequest(raw []byte) *rules.Request {
	if raw == nil {
		return nil
	}
	r := new(rules.Request)
	if err := ledger.DecodeRecord(raw, r); err != nil {
		w.note(fmt.Errorf("request in a changed record: %w", err))
		return nil
	}
	return r
}

// flush writes what was gathered, and the tip.
func (w *writer) flush() error {
	for _, key := range sortedKeys(w.tiles) {
		w.put(bTiles, []byte(key), w.tiles[key])
	}
	w.flushRows()
	w.flushPosts()
	w.flushCounts()
	if w.tailDirty || w.tip.Head.Size == 0 {
		w.put(bIDs, []byte{idTailKey}, w.tail)
	}
	w.put(bMeta, keyTip, ledger.Encode(w.tip))
	w.index = newIndex()
	clear(w.rows)
	w.tail, w.tailDirty, w.tx.at = nil, false, nil
	return w.err()
}
