package store

import (
	"bytes"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"countersign/ledger"

	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
)

func TestBlockIsReadAsItWasWritten(t *testing.T) {
	s := newScript(1)
	st := s.found(t, Options{NoSync: true})
	var all []*Pending
	for i := range 40 {
		all = append(all, s.write(t, st, i%5))
	}
	view(t, st, func(tx *Tx) error {
		last := all[len(all)-1]
		if tx.Height() != 40 || tx.AppHash() != last.AppHash() || tx.Head() != last.Head() || tx.Digest() != last.Digest() {
			t.Errorf("tip %d %v", tx.Height(), tx.Head())
		}
		position := uint64(0)
		for _, p := range all {
			b, err := tx.Block(p.Height())
			if len(p.block.Entries) == 0 {
				if !errors.Is(err, ErrNotFound) {
					t.Errorf("empty block %d: %v", p.Height(), err)
				}
				continue
			}
			if err != nil {
				return err
			}
			if b.First != position || int(b.Count) != len(p.block.Entries) || b.AppHash != p.AppHash() || b.Time != p.block.Time {
				t.Errorf("block %d: %+v", p.Height(), b)
			}
			for i, e := range p.block.Entries {
				r, err := tx.EntryByID(e.ID())
				if err != nil {
					return err
				}
				if !bytes.Equal(r.Raw, e.Bytes()) || r.Outcome != p.result.Outcomes[i].Code || r.Position != position ||
					r.Leaf() != p.Leaves()[i] {
					t.Errorf("entry %d of block %d: %+v", i, p.Height(), r)
				}
				if again, err := tx.Entry(p.Height(), uint32(i)); err != nil || again.Position != position {
					t.Errorf("entry %d of block %d by place: %v", i, p.Height(), err)
				}
				position++
			}
		}
		if _, err := tx.EntryByID(ledger.Sum([]byte("nobody's"))); !errors.Is(err, ErrNotFound) {
			t.Errorf("unknown entry: %v", err)
		}
		return nil
	})
	doc, err := st.Founding()
	if err != nil || doc.Agency != "police" {
		t.Errorf("founding document: %v %v", doc, err)
	}
}

func TestEmptyBlockLeavesAppHash(t *testing.T) {
	s := newScript(2)
	st := s.found(t, Options{NoSync: true})
	p := s.write(t, st, 3)
	if e := s.write(t, st, 0); e.AppHash() != p.AppHash() {
		t.Errorf("app hash moved from %s to %s", p.AppHash().Short(), e.AppHash().Short())
	}
}

func TestPrepareWritesNothing(t *testing.T) {
	s := newScript(3)
	st := s.found(t, Options{NoSync: true})
	b, res := s.next(following(t, st), 5)
	p, err := st.Prepare(b, res, nil)
	if err != nil {
		t.Fatal(err)
	}
	q, err := st.Prepare(b, res, nil)
	if err != nil || q.AppHash() != p.AppHash() {
		t.Fatalf("prepared twice: %v", err)
	}
	view(t, st, func(tx *Tx) error {
		if tx.Height() != 0 || tx.Head().Size != 0 {
			t.Errorf("height %d", tx.Height())
		}
		return nil
	})
	if err := p.Commit(); err != nil {
		t.Fatal(err)
	}
	if err := q.Commit(); err == nil {
		t.Error("the same block was committed twice")
	}
	if _, err := st.Prepare(b, res, nil); err == nil {
		t.Error("a block that does not follow was prepared")
	}
}

func TestProofsHold(t *testing.T) {
	s := newScript(4)
	st := s.found(t, Options{NoSync: true})
	var heads []ledger.LogHead
	for i := range 30 {
		heads = append(heads, s.write(t, st, 1+(i*7)%23).Head())
	}
	hasher := rfc6962.DefaultHasher
	view(t, st, func(tx *Tx) error {
		for _, h := range heads {
			for position := uint64(0); position < h.Size; position++ {
				r, err := tx.EntryAt(position)
				if err != nil {
					return err
				}
				path, err := tx.InclusionProofAt(position, h.Size)
				if err != nil {
					return err
				}
				if err := proof.VerifyInclusion(hasher, position, h.Size, hasher.HashLeaf(r.Leaf().Bytes()), raw(path), h.Root[:]); err != nil {
					t.Fatalf("entry %d in %d: %v", position, h.Size, err)
				}
			}
			if got, err := tx.HeadAt(h.Size); err != nil || got != h {
				t.Errorf("head of size %d: %v %v", h.Size, got, err)
			}
			last := heads[len(heads)-1]
			path, err := tx.ConsistencyProof(h.Size, last.Size)
			if err != nil {
				return err
			}
			if err := proof.VerifyConsistency(hasher, h.Size, last.Size, raw(path), h.Root[:], last.Root[:]); err != nil {
				t.Fatalf("%d in %d: %v", h.Size, last.Size, err)
			}
		}
		if _, err := tx.InclusionProof(tx.Head().Size); !errors.Is(err, ErrNotFound) {
			t.Errorf("proof of an entry that is not there: %v", err)
		}
		return nil
	})
}

func raw(path []ledger.Hash) [][]byte {
	out := make([][]byte, len(path))
	for i := range path {
		out[i] = path[i][:]
	}
	return out
}

func TestSnapshotStandsStillBesideCommits(t *testing.T) {
	s := newScript(8)
	st := s.found(t, Options{NoSync: true})
	s.write(t, st, 10)
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				tx, release := st.Snapshot()
				head := tx.Head()
				if again, err := tx.HeadAt(head.Size); err != nil || again != head || tx.Err() != nil {
					t.Errorf("snapshot: %v %v", again, err)
				}
				if got, err := tx.EntriesBefore(math.MaxUint64, 5); err != nil || len(got) != 5 || got[0].Position != head.Size-1 {
					t.Errorf("newest entries of a snapshot: %v", err)
				}
				release()
				release()
			}
		})
	}
	for i := range 100 {
		s.write(t, st, i%7)
	}
	close(stop)
	wg.Wait()
}

func TestCertificateIsKept(t *testing.T) {
	s := newScript(9)
	st := s.found(t, Options{NoSync: true})
	b, res := s.next(following(t, st), 2)
	p, err := st.Prepare(b, res, nil)
	if err != nil {
		t.Fatal(err)
	}
	p.Certify(1, []byte("header 1"), []byte("commit 1"))
	if err := p.Commit(); err != nil {
		t.Fatal(err)
	}
	if err := st.PutCertificate(2, []byte("header 2"), []byte("commit 2")); err != nil {
		t.Fatal(err)
	}
	for h, want := range map[ledger.Height]string{1: "header 1", 2: "header 2"} {
		if header, _, err := st.Certificate(h); err != nil || string(header) != want {
			t.Errorf("certificate %d: %q %v", h, header, err)
		}
	}
	if _, _, err := st.Certificate(3); !errors.Is(err, ErrNotFound) {
		t.Errorf("certificate 3: %v", err)
	}
}

func TestBackupOpens(t *testing.T) {
	s := newScript(10)
	st := s.found(t, Options{NoSync: true})
	p := s.write(t, st, 20)
	path := filepath.Join(t.TempDir(), "backup.db")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := st.CopyTo(f); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	view(t, open(t, path, Options{MustExist: true}), func(tx *Tx) error {
		if tx.AppHash() != p.AppHash() {
			t.Error("the backup stands elsewhere")
		}
		return nil
	})
}

// TestBulkAndBlocksWriteTheSame compares the files record by record.
func TestBulkAndBlocksWriteTheSame(t *testing.T) {
	one, many := newScript(11), newScript(11)
	a, b := one.found(t, Options{NoSync: true}), many.found(t, Options{NoSync: true})
	sizes := rand.New(rand.NewPCG(11, 2))
	bulk, err := b.Bulk()
	if err != nil {
		t.Fatal(err)
	}
	for range 50 {
		n := sizes.IntN(40)
		one.write(t, a, n)
		block, res := many.next(bulk.Next(), n)
		if _, err := bulk.Add(block, res, []byte("engine "+heightString(block.Height))); err != nil {
			t.Fatal(err)
		}
	}
	if err := bulk.Commit(); err != nil {
		t.Fatal(err)
	}
	view(t, a, func(x *Tx) error {
		return b.View(func(y *Tx) error {
			for k := bucket(0); k < bucketCount; k++ {
				v, w := x.ascend(k, nil, nil), y.ascend(k, nil, nil)
				for ; v.valid() && w.valid(); v.next() {
					if !bytes.Equal(v.key, w.key) || !bytes.Equal(v.value, w.value) {
						t.Fatalf("%s: %x and %x differ", k.name(), v.key, w.key)
					}
					w.next()
				}
				if v.valid() || w.valid() {
					t.Fatalf("%s: one has more", k.name())
				}
			}
			return errors.Join(x.err, y.err)
		})
	})
}

// TestBulkIsWrittenAgain: blocks whose transaction came to nothing are written in
// another one as they were prepared.
func TestBulkIsWrittenAgain(t *testing.T) {
	script := newScript(12)
	st := script.found(t, Options{NoSync: true})
	bulk, err := st.Bulk()
	if err != nil {
		t.Fatal(err)
	}
	var all []*Pending
	for range 30 {
		block, res := script.next(bulk.Next(), 7)
		p, err := bulk.Prepare(block, res, []byte("engine"))
		if err == nil {
			err = bulk.Write(p)
		}
		if err != nil {
			t.Fatal(err)
		}
		if tip := bulk.State(); tip.Height() != p.Height() || tip.AppHash() != p.AppHash() || tip.Time() != block.Time {
			t.Fatalf("the state stands at block %d, %d was written", tip.Height(), p.Height())
		}
		p.Settle()
		all = append(all, p)
	}
	bulk.Drop()
	if bulk, err = st.Bulk(); err != nil {
		t.Fatal(err)
	}
	if bulk.State().Height() != 0 {
		t.Error("something was left of a dropped transaction")
	}
	for _, p := range all {
		if err := bulk.Write(p); err != nil {
			t.Fatal(err)
		}
	}
	if err := bulk.Commit(); err != nil {
		t.Fatal(err)
	}
	bulk.Drop()
	view(t, st, func(tx *Tx) error {
		if last := all[len(all)-1]; tx.AppHash() != last.AppHash() || tx.CountEntries() != last.Head().Size {
			t.Error("the second transaction led elsewhere")
		}
		return tx.Err()
	})
}
