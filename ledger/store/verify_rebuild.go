package store

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"countersign/ledger"
	"countersign/ledger/rules"
)

// rebuildBatch is how many entries the second file takes in one transaction.
const rebuildBatch = 4096

// rebuild is the second file, made from the founding document and the entries.
type rebuild struct {
	v      *verification
	folder string
	copy   *Store
	bulk   *Bulk
	inBulk int
}

// verifyMark follows the replica's name in the name of a folder for Verify.
const verifyMark = ".verify-"

// sweepVerify removes what a killed process left of its Verify. The caller
// holds the replica's lock, so nobody else is at it.
func sweepVerify(path string) {
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return // what is left over costs room, nothing else
	}
	for _, e := range entries {
		if e.IsDir() && strings.HasPrefix(e.Name(), filepath.Base(path)+verifyMark) {
			_ = os.RemoveAll(filepath.Join(filepath.Dir(path), e.Name()))
		}
	}
}

// verified accepts every signature: all were verified before.
type verified struct{}

func (verified) Verify(ledger.PublicKey, *ledger.Entry) bool { return true }

func newRebuild(v *verification, doc *ledger.Document) (*rebuild, error) {
	genesis, err := rules.Genesis(doc)
	if err != nil {
		return nil, problem(0, "the founding document: %v", err)
	}
	folder, err := os.MkdirTemp(filepath.Dir(v.store.path), filepath.Base(v.store.path)+verifyMark)
	if err != nil {
		return nil, err
	}
	r := &rebuild{v: v, folder: folder}
	if r.copy, err = Open(filepath.Join(folder, "copy"), Options{NoSync: true}); err == nil {
		err = r.copy.Init(doc, genesis)
	}
	if err != nil {
		r.remove()
		return nil, err
	}
	return r, nil
}

func (r *rebuild) remove() {
	if r.bulk != nil {
		r.bulk.Drop()
	}
	if r.copy != nil {
		_ = r.copy.Close()
	}
	_ = os.RemoveAll(r.folder)
}

// loaded is a block with its entries parsed.
type loaded struct {
	info    *BlockInfo
	entries []*ledger.Entry
	err     error
}

// replay applies all blocks up to the newest, and those that come meanwhile
// after their signatures were verified too.
func (r *rebuild) replay() error {
	for from := r.v.safe; ; {
		if err := r.replayTo(from); err != nil {
			return err
		}
		from = r.v.target.Last
		if err := r.v.look(); err != nil {
			return err
		}
		if r.v.target.Last == from {
			return r.commit()
		}
		if err := r.v.signatures(r.v.verified, r.v.target.Head.Size); err != nil {
			return err
		}
	}
}

// replayTo applies the blocks after height from up to the target; one goroutine
// reads and parses ahead.
func (r *rebuild) replayTo(from ledger.Height) error {
	ctx, cancel := context.WithCancel(r.v.ctx)
	blocks := make(chan loaded, 64)
	go func() {
		defer close(blocks)
		r.load(ctx, from, r.v.target.Last, blocks)
	}()
	defer func() {
		cancel()
		for range blocks { // wait until the reader has let go of its snapshot
		}
	}()
	for b := range blocks {
		if b.err != nil {
			return b.err
		}
		if err := r.apply(b); err != nil {
			return err
		}
		r.v.safe = b.info.Height
		r.v.tell(uint64(len(b.entries)))
	}
	return r.v.ctx.Err()
}

// load sends the blocks (from, to] in order. It reads in short snapshots, so
// that commits beside it can reuse pages.
func (r *rebuild) load(ctx context.Context, from, to ledger.Height, out chan<- loaded) {
	send := func(b loaded) bool {
		select {
		case out <- b:
			return b.err == nil
		case <-ctx.Done():
			return false
		}
	}
	for from < to {
		var page []loaded
		err := r.v.store.View(func(tx *Tx) error {
			infos, err := tx.BlocksFrom(from+1, 64)
			if err != nil {
				return err
			}
			if len(infos) == 0 {
				return damaged("blocks after %d are missing", from)
			}
			for _, info := range infos {
				if info.Height > to {
					break
				}
				entries, err := blockEntries(tx, info)
				if err != nil {
					return err
				}
				page = append(page, loaded{info: info, entries: entries})
			}
			return nil
		})
		for _, b := range page {
			if !send(b) {
				return
			}
			from = b.info.Height
		}
		if err != nil {
			send(loaded{err: err})
			return
		}
		if len(page) == 0 {
			send(loaded{err: damaged("the record of block %d is missing", to)})
			return
		}
	}
}

func blockEntries(tx *Tx, b *BlockInfo) ([]*ledger.Entry, error) {
	out := make([]*ledger.Entry, b.Count)
	for i := range out {
		rec, err := tx.EntryAt(b.First + uint64(i))
		if err != nil {
			return nil, asDamage(err, fmt.Sprintf("entry %d of block %d", i, b.Height))
		}
		if rec.Height != b.Height || rec.Index != uint32(i) || rec.Time != b.Time {
			return nil, problem(b.Height, "entry %d says that it stands elsewhere", i)
		}
		e, err := rec.Entry()
		if err != nil {
			return nil, problem(b.Height, "entry %d: %v", i, err)
		}
		out[i] = e
	}
	return out, nil
}

// apply lets the rules judge one block again and compares what follows.
func (r *rebuild) apply(b loaded) error {
	if r.bulk == nil {
		var err error
		if r.bulk, err = r.copy.Bulk(); err != nil {
			return err
		}
	}
	h := b.info.Height
	r.bulk.skipTo(h)
	block := r.bulk.Next()
	block.Time, block.Entries, block.Faults = b.info.Time, b.entries, b.info.Faults
	res, err := rules.Apply(r.bulk.State(), block, verified{})
	if err != nil {
		return problem(h, "the rules cannot judge it: %v", err)
	}
	if _, err := r.bulk.Add(block, res, b.info.EngineID); err != nil {
		return problem(h, "%v", err)
	}
	switch tip := r.bulk.w.tip; {
	case tip.Head != b.info.Head:
		return problem(h, "the log's root is not that of its entries and outcomes")
	case tip.Digest != b.info.Digest:
		return problem(h, "the state's digest is not what its entries lead to")
	}
	if r.inBulk += len(b.entries); r.inBulk >= rebuildBatch {
		return r.commit()
	}
	return nil
}

func (r *rebuild) commit() error {
	if r.bulk == nil {
		return nil
	}
	b := r.bulk
	r.bulk, r.inBulk = nil, 0
	return b.Commit()
}
