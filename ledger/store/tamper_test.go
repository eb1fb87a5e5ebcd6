package store_test

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"countersign/ledger"
	"countersign/ledger/ledgertest"
	"countersign/ledger/store"
)

// TestVerifyFindsWhatWasSealedAnew changes records as somebody can who has this
// program: their checks match. Verify finds every one of them, since it knows
// what the blocks lead to. The engine's certificates are not its business.
func TestVerifyFindsWhatWasSealedAnew(t *testing.T) {
	const seed = 6
	st, _ := load(t, ledgertest.BulkOptions{Seed: seed, Entries: 300, PerBlock: 10, Over: 30 * 24 * time.Hour})
	var file bytes.Buffer
	if err := st.CopyTo(&file); err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(seed, 1))
	last := 0 // bytes at the end of a record that the blocks say nothing about
	flip := func(b []byte) []byte {
		if len(b) > last {
			b[r.IntN(len(b)-last)] ^= 1 << r.IntN(8)
		}
		return b
	}
	changes := []struct {
		name   string
		change func(key, value []byte) (k, v []byte)
	}{
		{"the value changed", func(key, value []byte) ([]byte, []byte) { return key, flip(value) }},
		{"the value longer", func(key, value []byte) ([]byte, []byte) { return key, append(value, 0) }},
		{"the record removed", func(key, value []byte) ([]byte, []byte) { return nil, nil }},
		{"a record put behind", func(key, value []byte) ([]byte, []byte) { return append(key, 0), value }},
		{"the key cut", func(key, value []byte) ([]byte, []byte) { return key[:len(key)-1], value }},
		{"the first key", func(key, value []byte) ([]byte, []byte) { return []byte{0}, value }},
	}
	path := filepath.Join(t.TempDir(), "tampered.db")
	for _, bucket := range store.Buckets() {
		tried := 0
		if last = 0; bucket == "blocks" {
			last = 32 // the engine's own hash of the block
		}
		for _, c := range changes {
			for _, nth := range []int{0, 1 + r.IntN(2), 3 + r.IntN(60)} {
				found, err := tampered(path, file.Bytes(), bucket, nth, c.change)
				switch {
				case errors.Is(err, errNoSuch):
					continue
				case bucket == "certs":
				case err != nil:
					t.Errorf("seed %d: %s, %s: %v", seed, bucket, c.name, err)
				case !found:
					t.Errorf("seed %d: %s, %s: nobody noticed", seed, bucket, c.name)
				}
				tried++
			}
		}
		if tried < 3 && bucket != "certs" {
			t.Errorf("%s: %d attempts", bucket, tried)
		}
	}
	outcome := func(key, value []byte) ([]byte, []byte) { return key, store.RewriteEntry(value, ledger.WrongState) }
	if found, err := tampered(path, file.Bytes(), "entries", 5, outcome); err != nil || !found {
		t.Errorf("another outcome: %t %v", found, err)
	}
}

var errNoSuch = errors.New("no such record, or nothing to change in it")

// tampered tells whether opening or verifying a copy of a file says that it is
// not what it was.
func tampered(path string, whole []byte, bucket string, nth int, change func(key, value []byte) (k, v []byte)) (bool, error) {
	if err := os.WriteFile(path, whole, 0o600); err != nil {
		return false, err
	}
	st, err := store.Open(path, store.Options{MustExist: true, NoSync: true})
	if err != nil {
		return false, err
	}
	same := false
	there, err := st.Tamper(bucket, nth, func(key, value []byte) ([]byte, []byte) {
		k, v := change(key, value)
		same = k != nil && bytes.Equal(k, key) && bytes.Equal(v, value) || k != nil && len(k) == 0
		return k, v
	})
	if err == nil && (!there || same) {
		err = errNoSuch
	}
	if closed := st.Close(); err != nil || closed != nil {
		return false, errors.Join(err, closed)
	}
	st, err = store.Open(path, store.Options{MustExist: true, NoSync: true})
	for _, refusal := range []error{store.ErrDamaged, store.ErrNotOurs, store.ErrNewerVersion, store.ErrNotFounded} {
		if errors.Is(err, refusal) {
			return true, nil
		}
	}
	if err != nil {
		return false, err
	}
	defer st.Close()
	rep, err := st.Verify(context.Background(), nil)
	if errors.Is(err, store.ErrNotFounded) {
		return true, nil
	}
	return rep.Problem != nil, err
}
