package store

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"countersign/ledger"
	"countersign/ledger/rules"

	"github.com/transparency-dev/merkle/compact"
)

// replay judges the blocks again, from the founding document on, and keeps what
// they lead to.
type replay struct {
	v      *verification
	doc    *ledger.Document
	folder string
	tip    tipRecord
	tree   *compact.Range
	shadow *shadow
	chain  *rules.Chain
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

// verified accepts every signature: it was verified when the block was read.
type verified struct{}

func (verified) Verify(ledger.PublicKey, *ledger.Entry) bool { return true }

func newReplay(v *verification, doc *ledger.Document) (*replay, error) {
	genesis, err := rules.Genesis(doc)
	if err != nil {
		return nil, problem(0, "the founding document: %v", err)
	}
	folder, err := os.MkdirTemp(filepath.Dir(v.store.path), filepath.Base(v.store.path)+verifyMark)
	if err != nil {
		return nil, err
	}
	r := &replay{v: v, doc: doc, folder: folder, tip: tipRecord{Head: emptyHead(), Digest: genesis.Digest}}
	r.tree = treeRanges.NewEmptyRange(0)
	r.shadow = newShadow(newArchive(filepath.Join(folder, "requests"), archiveBytes))
	r.chain = rules.NewChain(r.shadow.state)
	if err := r.shadow.change(genesis.Changes); err != nil {
		r.remove()
		return nil, err
	}
	return r, nil
}

func (r *replay) remove() {
	r.shadow.state.requests.close()
	_ = os.RemoveAll(r.folder)
}

// toTarget judges all blocks up to the newest, and those that come meanwhile.
func (r *replay) toTarget() error {
	for {
		if err := r.judge(); err != nil {
			return err
		}
		was := r.v.target.Last
		if err := r.v.look(); err != nil {
			return err
		}
		if r.v.target.Last == was {
			return nil
		}
	}
}

// judge judges the blocks up to the target, while they are read ahead.
func (r *replay) judge() error {
	reading := r.v.read(r.v.safe, r.tip.Head.Size)
	defer reading.close()
	for p := range reading.pages {
		<-p.done
		for _, b := range p.blocks {
			if err := r.block(b); err != nil {
				return err
			}
			r.v.safe = b.height
			r.v.tell(len(b.entries))
		}
		if p.err != nil {
			return p.err
		}
	}
	return context.Cause(r.v.ctx)
}

// block lets the rules judge one block again and compares what follows.
func (r *replay) block(b *readBlock) error {
	info := b.record.info(b.height)
	r.tip.Height = max(r.tip.Height, b.height-1) // over the empty ones
	block := rules.Block{Height: b.height, Head: r.tip.Head, Digest: r.tip.Digest, Time: info.Time, Entries: b.entries, Faults: info.Faults}
	res, err := r.chain.Apply(block, verified{})
	if err != nil {
		return problem(b.height, "the rules cannot judge it: %v", err)
	}
	p, err := prepare(r.tip, r.tree, block, res, info.EngineID)
	if err != nil {
		return problem(b.height, "%v", err)
	}
	switch {
	case p.after.Head != info.Head:
		return problem(b.height, "the log's root is not that of its entries and outcomes")
	case p.after.Digest != info.Digest:
		return problem(b.height, "the state's digest is not what its entries lead to")
	case !bytes.Equal(ledger.Encode(p.record()), b.raw):
		return problem(b.height, "its record is not what its entries lead to")
	}
	for i, o := range res.Outcomes {
		if o.Code != b.outcomes[i] {
			return problem(b.height, "entry %d stands there with another outcome", i)
		}
	}
	if err := r.shadow.add(p); err != nil {
		return fmt.Errorf("block %d: %w", b.height, err)
	}
	r.tip = p.after
	r.v.report.Records += 1 + uint64(len(b.entries))
	return nil
}
