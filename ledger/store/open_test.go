package store

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"countersign/ledger"

	bolt "go.etcd.io/bbolt"
)

// written is a closed replica with some blocks in it.
func written(t *testing.T, seed uint64, blocks int) string {
	t.Helper()
	s := newScript(seed)
	st := s.found(t, Options{NoSync: true})
	for i := range blocks {
		s.write(t, st, 1+i%6)
	}
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	return st.Path()
}

// reopen opens a file that may be anything and reads everything in it. It fails
// the test when that panics.
func reopen(path string) (tip tipRecord, err error) {
	st, err := Open(path, Options{MustExist: true, NoSync: true})
	if err != nil {
		return tipRecord{}, err
	}
	defer st.Close()
	err = st.View(func(tx *Tx) error {
		for b := bucket(0); b < bucketCount; b++ {
			for w := tx.ascend(b, nil, nil); w.valid(); {
				w.next()
			}
		}
		tip, err = tx.tip()
		return err
	})
	return tip, err
}

func TestWhatIsNotALedgerIsSaidPlainly(t *testing.T) {
	dir := t.TempDir()
	file := func(name string, content []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	foreign := filepath.Join(dir, "foreign.db")
	db, err := bolt.Open(foreign, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Update(func(tx *bolt.Tx) error { _, err := tx.CreateBucket([]byte("accounts")); return err }); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]error{
		filepath.Join(dir, "absent.db"): ErrMissing,
		file("empty.db", nil):           ErrDamaged,
		file("text.db", []byte(strings.Repeat("Dear colleague, ", 4000))):               ErrNotOurs,
		file("sqlite.db", append([]byte("SQLite format 3\x00"), make([]byte, 9000)...)): ErrNotOurs,
		file("short.db", []byte("x")):                                                   ErrNotOurs,
		foreign:                                                                         ErrNotOurs,
		dir:                                                                             ErrNotOurs,
	} {
		if _, err := reopen(path); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", filepath.Base(path), err, want)
		}
	}
}

func TestNewerFormatIsRefused(t *testing.T) {
	path := written(t, 31, 3)
	db, err := bolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(tx *bolt.Tx) error {
		v := ledger.Encode(formatRecord{Program: formatProgram, Version: formatVersion + 1})
		return tx.Bucket([]byte(bMeta.name())).Put(keyFormat, seal(bMeta, keyFormat, v))
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := reopen(path); !errors.Is(err, ErrNewerVersion) {
		t.Errorf("%v", err)
	}
}

func TestCutFileIsDamaged(t *testing.T) {
	path := written(t, 32, 40)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	used := usedBytes(t, path)
	cut := filepath.Join(t.TempDir(), "cut.db")
	for n := int64(100); n < used; n += used/60 + 13 {
		if err := os.WriteFile(cut, whole[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := reopen(cut); !errors.Is(err, ErrDamaged) {
			t.Errorf("cut to %d of %d bytes: %v", n, used, err)
		}
	}
	aside, err := SetAside(cut)
	if err != nil || aside != cut+".damaged-1" {
		t.Fatalf("set aside: %q %v", aside, err)
	}
	if _, err := reopen(cut); !errors.Is(err, ErrMissing) {
		t.Errorf("after setting aside: %v", err)
	}
}

// usedBytes is how much of the file its last transaction needs.
func usedBytes(t *testing.T, path string) (n int64) {
	t.Helper()
	st := open(t, path, Options{})
	view(t, st, func(tx *Tx) error { n = tx.bolt.Size(); return nil })
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestFlippedBitInRecordIsNoticed flips seeded bits of keys and values where
// they lie in the file; no read may hand such a record out.
func TestFlippedBitInRecordIsNoticed(t *testing.T) {
	const seed = 33
	path := written(t, seed, 60)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	whole = whole[:usedBytes(t, path)]
	type place struct{ offset, length int }
	var places []place
	st := open(t, path, Options{})
	view(t, st, func(tx *Tx) error {
		for b := bucket(0); b < bucketCount; b++ {
			for w := tx.ascend(b, nil, nil); w.valid(); w.next() {
				record := append(bytes.Clone(w.key), seal(b, w.key, w.value)...)
				// A page freed by an earlier block can hold the same bytes: flip
				// only records that lie in the file once.
				if bytes.Count(whole, record) == 1 {
					places = append(places, place{bytes.Index(whole, record), len(record)})
				}
			}
		}
		return nil
	})
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	if len(places) < 200 {
		t.Fatalf("only %d records found in the file", len(places))
	}
	r := rand.New(rand.NewPCG(seed, 3))
	bad := filepath.Join(t.TempDir(), "bad.db")
	for range 300 {
		p := places[r.IntN(len(places))]
		at, bit := p.offset+r.IntN(p.length), byte(1)<<r.IntN(8)
		whole[at] ^= bit
		if err := os.WriteFile(bad, whole, 0o600); err != nil {
			t.Fatal(err)
		}
		whole[at] ^= bit
		if _, err := reopen(bad); !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrNotOurs) {
			t.Errorf("seed %d: bit %#x of byte %d: %v", seed, bit, at, err)
		}
	}
}

func TestDamageStopsPrepare(t *testing.T) {
	s := newScript(34)
	st := s.found(t, Options{NoSync: true})
	s.write(t, st, 5)
	b, res := s.next(following(t, st), 3)
	key := requestKey(s.requests[0].ID)
	err := st.db.Update(func(tx *bolt.Tx) error {
		in := tx.Bucket([]byte(bState.name()))
		v := bytes.Clone(in.Get(key))
		v[3] ^= 4
		return in.Put(key, v)
	})
	if err != nil {
		t.Fatal(err)
	}
	tx, release := st.Snapshot()
	if got := tx.Get(key); got != nil || !errors.Is(tx.Err(), ErrDamaged) {
		t.Errorf("a damaged record was handed out: %x, %v", got, tx.Err())
	}
	release()
	if _, err := st.Prepare(b, res, nil); !errors.Is(err, ErrDamaged) {
		t.Errorf("prepared on a damaged state: %v", err)
	}
	if err := st.Health(); !errors.Is(err, ErrDamaged) {
		t.Errorf("health: %v", err)
	}
}

// TestTornWriteLeavesTheBlockBefore builds the images that a power failure can
// leave: some sectors of a block's data without its meta page, then all of it
// with a meta page that is torn.
func TestTornWriteLeavesTheBlockBefore(t *testing.T) {
	const seed, sector = 35, 512
	s := newScript(seed)
	st := s.found(t, Options{NoSync: true})
	page := os.Getpagesize()
	r := rand.New(rand.NewPCG(seed, 4))
	path := filepath.Join(t.TempDir(), "image.db")
	read := func() []byte {
		b, err := os.ReadFile(st.Path())
		if err != nil {
			t.Fatal(err)
		}
		var used int64
		view(t, st, func(tx *Tx) error { used = tx.bolt.Size(); return nil })
		return b[:used]
	}
	before := read()
	for i := range 25 {
		p := s.write(t, st, 1+i%9)
		after := read()
		old := append(bytes.Clone(before), make([]byte, len(after)-len(before))...)
		check := func(what string, image []byte, heights ...ledger.Height) {
			if err := os.WriteFile(path, image, 0o600); err != nil {
				t.Fatal(err)
			}
			tip, err := reopen(path)
			ok := err == nil
			for _, h := range heights {
				if ok && tip.Height == h {
					return
				}
			}
			t.Errorf("seed %d, block %d, %s: height %d, %v", seed, p.Height(), what, tip.Height, err)
		}
		image := bytes.Clone(old)
		for at := 2 * page; at < len(after); at += sector {
			if r.IntN(2) == 0 {
				copy(image[at:at+sector], after[at:at+sector])
			}
		}
		check("data torn", image, p.Height()-1)
		image = bytes.Clone(after)
		copy(image[:2*page], old[:2*page])
		check("meta not written", image, p.Height()-1)
		for at := 0; at < 2*page; at += sector {
			if r.IntN(2) == 0 {
				copy(image[at:at+sector], after[at:at+sector])
			}
		}
		check("meta torn", image, p.Height()-1, p.Height())
		cut := r.IntN(64)
		image = bytes.Clone(after)
		for m := 0; m < 2; m++ { // the meta page that changed, cut within a sector
			if !bytes.Equal(old[m*page:(m+1)*page], after[m*page:(m+1)*page]) {
				copy(image[m*page+16+cut:(m+1)*page], old[m*page+16+cut:(m+1)*page])
			}
		}
		check("meta cut", image, p.Height()-1, p.Height())
		check("whole", after, p.Height())
		before = after
	}
}
