package node

import (
	"bytes"
	"crypto/ed25519"
	"maps"
	"os"
	"path/filepath"
	"testing"

	"countersign/app/desk"
	"countersign/ledger"
)

// FAULTS 25: what lies on the disk may be anything; what is taken of it is what
// this program writes.

// fuzzSigner signs without a key file.
type fuzzSigner struct{ key ed25519.PrivateKey }

func (s fuzzSigner) Public() ledger.PublicKey {
	return ledger.PublicKey{Algorithm: ledger.Ed25519, Bytes: s.key.Public().(ed25519.PublicKey)}
}

func (s fuzzSigner) Sign(m []byte) ([]byte, error) { return ed25519.Sign(s.key, m), nil }

func FuzzOutboxRecord(f *testing.F) {
	signer := fuzzSigner{ed25519.NewKeyFromSeed(bytes.Repeat([]byte{3}, ed25519.SeedSize))}
	e, err := ledger.Sign(ledger.NewBody(ledger.NetworkID{1}, signer.Public().ID(), 1_772_438_400_000, ledger.NewNonce(),
		&ledger.JournalHead{Head: ledger.Sum([]byte("head")), Count: 1}), signer)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(outBytes(e, nil, 1_772_438_400_000))
	f.Add(outBytes(e, [][]byte{[]byte("ciphertext"), {}}, 1))
	f.Fuzz(func(t *testing.T, raw []byte) {
		it, err := parseOutItem(raw)
		if err != nil {
			return
		}
		if !bytes.Equal(outBytes(it.entry, it.parts, ledger.TimeOf(it.added)), raw) {
			t.Fatal("taken and written otherwise")
		}
	})
}

// A journal is read up to a torn last line; what is taken of it is one chain, the
// same whenever it is read.
func FuzzJournal(f *testing.F) {
	path := filepath.Join(f.TempDir(), fileJournal)
	j, err := readJournal(path)
	if err != nil {
		f.Fatal(err)
	}
	for i := range 3 {
		if err := j.append(desk.JournalLine{At: ledger.Time(i + 1), Act: "open", Request: ledger.Sum([]byte{byte(i)})}); err != nil {
			f.Fatal(err)
		}
	}
	if err := j.close(); err != nil {
		f.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add(whole[:len(whole)-5])
	f.Add(bytes.ReplaceAll(whole, []byte(`"open"`), []byte(`"shut"`)))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		j, err := readJournal(path)
		if err != nil {
			return
		}
		before, end := j.state(), j.end
		if err := j.close(); err != nil {
			t.Fatal(err)
		}
		if j, err = readJournal(path); err != nil {
			t.Fatal("read once and refused the second time:", err)
		}
		if j.state() != before || j.end != end {
			t.Errorf("%+v, and read again %+v", before, j.state())
		}
		if err := j.close(); err != nil {
			t.Fatal(err)
		}
	})
}

// The list of what was erased here is read up to the first line that is none, and
// what is taken of it is the same whenever it is read.
func FuzzErasures(f *testing.F) {
	path := filepath.Join(f.TempDir(), fileErased)
	x, err := openErasures(path)
	if err != nil {
		f.Fatal(err)
	}
	for i := range 3 {
		if err := x.note(ledger.Sum([]byte{byte(i)}), desk.ErasedHere{At: ledger.Time(i + 1), Parts: i}); err != nil {
			f.Fatal(err)
		}
	}
	if err := x.close(); err != nil {
		f.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add(whole[:len(whole)-5])
	f.Add(bytes.ReplaceAll(whole, []byte(`"v":1`), []byte(`"v":2`)))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		x, err := openErasures(path)
		if err != nil {
			t.Fatal("a list that cannot be read stops the node:", err)
		}
		done, end := x.done, x.end
		request := ledger.Sum([]byte("one more"))
		if err := x.note(request, desk.ErasedHere{At: 1}); err != nil {
			t.Fatal(err)
		}
		done[request] = desk.ErasedHere{At: 1}
		if err := x.close(); err != nil {
			t.Fatal(err)
		}
		if x, err = openErasures(path); err != nil || x.end <= end || !maps.Equal(x.done, done) {
			t.Fatalf("%v, and read again %v, %v", done, x.done, err)
		}
		if err := x.close(); err != nil {
			t.Fatal(err)
		}
	})
}
