//go:build linux && !race

package vault_test

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"os"
	"strings"
	"testing"

	"countersign/ledger/keyring"
	"countersign/ledger/vault"
)

// mask keeps the needle itself out of the memory that is searched. (Under the
// race detector, which maps terabytes, no search would end.)
const mask = 0x5a

// inMemory counts where a masked secret stands unmasked in this process's memory.
func inMemory(t *testing.T, masked [32]byte) (found int) {
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
	const word = 0x0101010101010101 * mask
	first := binary.LittleEndian.Uint64(masked[:])
	chunk := make([]byte, 1<<20)
	for lines := bufio.NewScanner(maps); lines.Scan(); {
		var from, to int64
		var mode string
		if n, _ := fmt.Sscanf(lines.Text(), "%x-%x %s", &from, &to, &mode); n != 3 || !strings.HasPrefix(mode, "rw") {
			continue
		}
		for at := from; at < to; at += int64(len(chunk) - len(masked)) {
			n, _ := mem.ReadAt(chunk[:min(int64(len(chunk)), to-at)], at)
			for i := 0; i+len(masked) <= n; i++ {
				if binary.LittleEndian.Uint64(chunk[i:])^word == first && same(chunk[i:], masked) {
					found++
				}
			}
			clear(chunk)
		}
	}
	return found
}

func same(b []byte, masked [32]byte) bool {
	for i := range masked {
		if b[i]^mask != masked[i] {
			return false
		}
	}
	return true
}

// FAULTS 34: after lock no agency identity is found in a memory dump.
func TestNoAgencyIdentityInMemoryAfterLock(t *testing.T) {
	tax, bauer, b := identity(t), identity(t), binding()
	var seed [32]byte
	_ = tax.Lend(func(s []byte) error {
		for i := range s {
			seed[i] = s[i] ^ mask
		}
		return nil
	})
	recipient := tax.Recipient()
	ciphertext, sealed := sealLetter(t, b, to("tax", 3, tax))
	g, err := vault.Wrap(network, epoch3, tax, bauer.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	tax.Close()
	opened, err := g.Open(bauer, recipient) // the desk unlocks
	if err != nil {
		t.Fatal(err)
	}
	epochs := vault.NewEpochs()
	epochs.Add(3, opened)
	for range 20 {
		if err := vault.Open(ciphertext, epochs.Identities(), vault.Expected{Binding: b, Sealed: sealed}, new(vault.Letter)); err != nil {
			t.Fatal(err)
		}
	}
	if inMemory(t, seed) == 0 {
		t.Fatal("the search does not find a key that is there")
	}
	epochs.Close()
	keyring.Scrub()
	if n := inMemory(t, seed); n > 0 {
		t.Errorf("the agency's identity is in memory %d times", n)
	}
}
