//go:build linux && !race

package keyring

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"

	"countersign/ledger"
)

// The race detector maps terabytes of shadow memory: no search ends under it.

// mask keeps the needle itself out of the memory that is searched.
const mask = 0x5a

func masked(secret []byte) []byte {
	out := make([]byte, len(secret))
	for i := range secret {
		out[i] = secret[i] ^ mask
	}
	return out
}

// inMemory counts where the unmasked needle stands in this process's writable memory.
func inMemory(t *testing.T, needles ...[]byte) int {
	t.Helper()
	maps, err := os.Open("/proc/self/maps")
	if err != nil {
		t.Fatal(err)
	}
	defer maps.Close()
	mem, err := os.Open("/proc/self/mem")
	if err != nil {
		t.Fatal(err)
	}
	defer mem.Close()
	found, searched := 0, 0
	chunk := make([]byte, 1<<20)
	for lines := bufio.NewScanner(maps); lines.Scan(); {
		var from, to int64
		var mode string
		if n, _ := fmt.Sscanf(lines.Text(), "%x-%x %s", &from, &to, &mode); n != 3 || !strings.HasPrefix(mode, "rw") {
			continue
		}
		for at := from; at < to; at += int64(len(chunk) - 64) {
			n, err := mem.ReadAt(chunk[:min(int64(len(chunk)), to-at)], at)
			if n == 0 && err != nil {
				break
			}
			searched += n
			for _, needle := range needles {
				found += count(chunk[:n], needle)
			}
			clear(chunk)
		}
	}
	if searched < 1<<20 {
		t.Fatalf("searched %d bytes only", searched)
	}
	return found
}

func count(b, needle []byte) int {
	const word = mask | mask<<8 | mask<<16 | mask<<24 | mask<<32 | mask<<40 | mask<<48 | mask<<56
	first, n := binary.LittleEndian.Uint64(needle), 0
	for i := 0; i+len(needle) <= len(b); i++ {
		if binary.LittleEndian.Uint64(b[i:])^word != first {
			continue
		}
		same := true
		for j := range needle {
			same = same && b[i+j]^mask == needle[j]
		}
		if same {
			n++
		}
	}
	return n
}

// FAULTS 34: after lock no official's key is found in a memory dump.
func TestNoKeyInMemoryAfterLock(t *testing.T) {
	for _, a := range []ledger.Algorithm{ledger.Ed25519, ledger.P256} {
		path := filepath.Join(t.TempDir(), "k.key")
		o := Options{Rehearsal: true, WorkFactor: 4}
		id, err := Create(path, ledger.NetworkID{1}, "tax", ledger.NewOfficialID(), a, "words", o)
		if err != nil {
			t.Fatal(err)
		}
		id.Close()
		if id, err = Open(path, "words", o); err != nil {
			t.Fatal(err)
		}
		sign, seed := masked(id.signer.secret), []byte(nil)
		_ = id.age.Lend(func(s []byte) error { seed = masked(s); return nil })
		if inMemory(t, sign) == 0 || inMemory(t, seed) == 0 {
			t.Fatal("the search does not find a key that is there")
		}
		use(t, id)
		id.Close()
		// Of a P-256 key the standard library keeps copies: see signP256.
		if n := inMemory(t, sign); n > 0 && a == ledger.Ed25519 {
			t.Errorf("algorithm %d: the signing key is in memory %d times", a, n)
		}
		if n := inMemory(t, seed); n > 0 {
			t.Errorf("algorithm %d: the age identity is in memory %d times", a, n)
		}
	}
}

func use(t *testing.T, id *Identity) {
	t.Helper()
	for i := range 20 {
		if _, err := id.Sign([]byte(fmt.Sprint("entry ", i))); err != nil {
			t.Fatal(err)
		}
	}
	r, err := age.ParseHybridRecipient(id.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	var sealed bytes.Buffer
	w, err := age.Encrypt(&sealed, r)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := age.Decrypt(&sealed, id); err != nil {
		t.Fatal(err)
	}
}
