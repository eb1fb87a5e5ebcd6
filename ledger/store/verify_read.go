package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"

	"countersign/ledger"
	"countersign/ledger/rules"
)

// A page is blocks that follow one another, read and verified by one worker.
type page struct {
	blocks []*readBlock
	err    error // what is wrong behind the last of blocks
	done   chan struct{}
}

// readBlock is a block as it lies in the file.
type readBlock struct {
	height   ledger.Height
	raw      []byte // its record
	record   blockRecord
	entries  []*ledger.Entry
	outcomes []ledger.Refusal
}

// A page has the blocks of one batch of signatures, and at most pageBlocks.
const pageBlocks = 1024

// reading is the pages behind a block up to the target, in order. Close ends it
// and waits until nobody reads the file any more.
type reading struct {
	pages  chan *page
	cancel context.CancelFunc
	wg     sync.WaitGroup
}

// read begins to read the blocks behind height from, whose entries begin at a
// position: one goroutine cuts them into pages, one a core fills the pages.
func (v *verification) read(from ledger.Height, position uint64) *reading {
	ctx, cancel := context.WithCancel(v.ctx)
	workers := runtime.GOMAXPROCS(0)
	r := &reading{pages: make(chan *page, workers), cancel: cancel}
	jobs := make(chan *page)
	r.wg.Go(func() {
		defer close(r.pages)
		defer close(jobs)
		v.cut(from, position, func(p *page) bool {
			select {
			case r.pages <- p:
			case <-ctx.Done():
				return false
			}
			select {
			case jobs <- p:
				return true
			case <-ctx.Done():
				p.blocks, p.err = nil, ctx.Err()
				close(p.done)
				return false
			}
		})
	})
	for range workers {
		r.wg.Go(func() {
			keys := map[ledger.KeyID]ledger.PublicKey{}
			for p := range jobs {
				if ctx.Err() != nil {
					p.blocks, p.err = nil, ctx.Err()
				} else {
					v.fill(p, keys)
				}
				close(p.done)
			}
		})
	}
	return r
}

func (r *reading) close() {
	r.cancel()
	for range r.pages { // let go whoever waits
	}
	r.wg.Wait()
}

// cut sends pages with the records of their blocks, until send says no. It reads
// in short snapshots, so that commits beside it can reuse the file's pages.
func (v *verification) cut(from ledger.Height, position uint64, send func(*page) bool) {
	to := v.target
	for going := true; going && from < to.Last; {
		p := &page{done: make(chan struct{})}
		entries := 0
		err := v.store.View(func(tx *Tx) error {
			w := tx.ascend(bBlocks, nil, behind(uint64(from)))
			for ; w.valid() && from < to.Last && entries < ledger.MaxBatch && len(p.blocks) < pageBlocks; w.next() {
				b, err := readRecord(w.key, w.value)
				if err != nil {
					return err
				}
				if b.record.First != position || uint64(b.record.Count) > to.Head.Size-position {
					return problem(b.height, "its entries do not follow those before it")
				}
				p.blocks = append(p.blocks, b)
				from, position, entries = b.height, position+uint64(b.record.Count), entries+int(b.record.Count)
			}
			if len(p.blocks) == 0 && tx.err == nil {
				return damaged("the record of block %d is missing", to.Last)
			}
			return tx.err
		})
		p.err = err
		going = send(p) && err == nil
	}
}

// behind is the first key behind a number's; 0 stands for the beginning, so that
// no record lies between two pages unseen.
func behind(n uint64) []byte {
	if n == 0 {
		return nil
	}
	return append(be64(n), 0)
}

// fromPosition is behind for positions, which begin at 0.
func fromPosition(p uint64) []byte {
	if p == 0 {
		return nil
	}
	return append(be64(p-1), 0)
}

func readRecord(key, value []byte) (*readBlock, error) {
	if len(key) != 8 {
		return nil, damaged("block record %x", key)
	}
	b := &readBlock{height: heightOf(key), raw: bytes.Clone(value)}
	if err := ledger.DecodeRecord(value, &b.record); err != nil {
		return nil, damaged("block record %x: %v", key, err)
	}
	return b, nil
}

// fill reads a page's entries and verifies their signatures. Blocks from the
// first bad one on are cut off.
func (v *verification) fill(p *page, keys map[ledger.KeyID]ledger.PublicKey) {
	if len(p.blocks) == 0 {
		return
	}
	var items []ledger.Signed
	good := 0
	err := v.store.View(func(tx *Tx) error {
		w := tx.ascend(bEntries, nil, fromPosition(p.blocks[0].record.First))
		for _, b := range p.blocks {
			if err := v.fillBlock(tx, w, b, keys, &items); err != nil {
				return inBlock(err, b.height)
			}
			good++
		}
		return nil
	})
	if err != nil {
		p.blocks, p.err = p.blocks[:good], err
	}
	holds, at := v.keys.VerifyAll(items), 0
	for n, b := range p.blocks {
		for range b.entries {
			if !holds[at] {
				p.blocks, p.err = p.blocks[:n], problem(b.height, "the signature of the entry at position %d does not hold", p.blocks[0].record.First+uint64(at))
				return
			}
			at++
		}
	}
	v.tell(at)
}

// fillBlock reads a block's entries where w stands.
func (v *verification) fillBlock(tx *Tx, w *walk, b *readBlock, keys map[ledger.KeyID]ledger.PublicKey, items *[]ledger.Signed) error {
	n := min(int(b.record.Count), ledger.MaxBatch) // the record alone does not decide what memory is taken
	b.entries, b.outcomes, *items = make([]*ledger.Entry, 0, n), make([]ledger.Refusal, 0, n), slices.Grow(*items, n)
	for i := range b.record.Count {
		position := b.record.First + uint64(i)
		if !w.valid() || !bytes.Equal(w.key, be64(position)) {
			if tx.err != nil {
				return tx.err
			}
			return damaged("the entry at position %d is missing", position)
		}
		var rec entryRecord
		if err := ledger.Decode(w.value, len(w.value), &rec); err != nil {
			return damaged("the entry at position %d: %v", position, err)
		}
		if rec.Height != b.height || rec.Index != i || rec.Time != b.record.Time {
			return problem(b.height, "entry %d says that it stands elsewhere", i)
		}
		e, err := ledger.Parse(rec.Raw)
		if err != nil {
			return problem(b.height, "entry %d: %v", i, err)
		}
		key, ok := keys[e.Body.Author]
		if !ok {
			if key, err = keyOf(tx, e.Body.Author); err != nil {
				return err
			}
			keys[e.Body.Author] = key
		}
		b.entries, b.outcomes = append(b.entries, e), append(b.outcomes, rec.Outcome)
		*items = append(*items, ledger.Signed{Key: key, Message: e.SigningBytes(), Signature: e.Signature})
		w.next()
	}
	return tx.err
}

// keyOf is an enrolled key as the file has it now: a key's identifier is its
// hash, so it is the same at any time. Whether it might sign the rules judge.
func keyOf(tx *Tx, id ledger.KeyID) (ledger.PublicKey, error) {
	var k rules.Key
	switch err := tx.record(bState, keyRecord(id), &k); {
	case errors.Is(err, ErrNotFound):
		return k.Public, problem(0, "an author has no key on the ledger")
	case err != nil:
		return k.Public, err
	case k.Public.ID() != id:
		return k.Public, damaged("the record of key %s is another's", id.Short())
	}
	return k.Public, nil
}

// inBlock adds to what is wrong the block where it was found.
func inBlock(err error, h ledger.Height) error {
	var d *DamageError
	var p *Problem
	switch {
	case errors.As(err, &d) && d.Block == 0:
		return &DamageError{Where: d.Where, Block: h}
	case errors.As(err, &p) && p.Block == 0:
		return problem(h, "%s", p.What)
	case err == nil:
		return nil
	}
	return fmt.Errorf("block %d: %w", h, err)
}
