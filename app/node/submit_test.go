package node

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/app/desk"
	"countersign/ledger"
	"countersign/ledger/keyring"
	"countersign/ledger/store"
)

// FAULTS 15–17, 20 at a node's own door: what can never count is refused with a
// clear error and kept nowhere; what is final already changes nothing.
func TestSubmitRefusesWhatCanNeverCount(t *testing.T) {
	tax := foundTown(t)
	ctx := t.Context()
	good := tax.something()

	foreign, err := ledger.Sign(ledger.NewBody(ledger.NetworkID{7}, good.Body.Author, good.Body.Claimed, ledger.NewNonce(), good.Payload), signerOf(tax, "admin1"))
	if err != nil {
		t.Fatal(err)
	}
	unsigned, err := ledger.Unsigned(good.Body)
	if err != nil {
		t.Fatal(err)
	}
	old := good.Body
	old.Claimed, old.ValidUntil = old.Claimed.Add(-9*24*time.Hour), old.Claimed.Add(-8*24*time.Hour)
	expired, err := ledger.Sign(old, signerOf(tax, "admin1"))
	if err != nil {
		t.Fatal(err)
	}
	final := tax.something()
	if err := tax.node.Submit(ctx, final, nil); err != nil {
		t.Fatal(err)
	}
	if f := tax.final(final); f.Code != ledger.Accepted {
		t.Fatal(f.Code)
	}
	entries := tax.count("entries")
	for _, c := range []struct {
		name  string
		entry *ledger.Entry
		parts [][]byte
		want  error
	}{
		{"another network's", foreign, nil, ledger.ErrWrongNetwork},
		{"unsigned", unsigned, nil, ledger.ErrBadSignature},
		{"expired", expired, nil, ledger.ExpiredEntry},
		{"with a letter it does not name", good, [][]byte{{1}}, ledger.ErrBadForm},
		{"final already", final, nil, nil},
	} {
		if err := tax.node.Submit(ctx, c.entry, c.parts); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
		if kept, err := tax.node.Kept(ctx); err != nil || len(kept) != 0 {
			t.Errorf("%s: kept %v, %v", c.name, kept, err)
		}
	}
	// The pool that peers reach takes none of them either.
	for _, e := range []*ledger.Entry{foreign, unsigned} {
		if err := tax.node.eng().Submit(ctx, e); err == nil {
			t.Error("the pool took an entry that cannot count")
		}
	}
	// Several times the same: one effect.
	for range 3 {
		if err := tax.node.Submit(ctx, good, nil); err != nil {
			t.Fatal(err)
		}
	}
	if f := tax.final(good); f.Took <= 0 {
		t.Error("not timed:", f)
	}
	tax.until("the outbox to forget", func() bool { return tax.node.outbox.pending() == 0 })
	if n := tax.count("entries"); n != entries+1 {
		t.Errorf("%d entries, had %d", n, entries)
	}
	if _, err := ledger.Parse(make([]byte, ledger.MaxEntryBytes+1)); !errors.Is(err, ledger.ErrTooLarge) {
		t.Error("oversized:", err)
	}
}

func signerOf(m *member, name string) ledger.Signer {
	m.t.Helper()
	listed, err := keyring.List(filepath.Join(m.folder, KeysFolder))
	if err != nil {
		m.t.Fatal(err)
	}
	for _, l := range listed {
		if l.Header.Official == m.officials[name] {
			id, err := keyring.Open(l.Path, passphrase, keyring.Options{Rehearsal: true, WorkFactor: 10})
			if err != nil {
				m.t.Fatal(err)
			}
			m.t.Cleanup(id.Close)
			return id
		}
	}
	m.t.Fatal("no key of", name)
	return nil
}

func (m *member) count(what string) uint64 {
	m.t.Helper()
	n, err := m.node.CountEntries(m.t.Context(), what)
	if err != nil {
		m.t.Fatal(err)
	}
	return n
}

// FAULTS 7 and 8: a folder in use, a damaged, truncated, foreign or missing
// ledger; the record is rebuilt and the wrong passphrase opens nothing.
func TestFolderThatCannotBeOpenedSaysWhy(t *testing.T) {
	tax := foundTown(t)
	e := tax.something()
	if err := tax.node.Submit(t.Context(), e, nil); err != nil {
		t.Fatal(err)
	}
	tax.final(e)
	entries := tax.count("entries")

	begun := time.Now()
	if _, err := tax.open(); !errors.Is(err, store.ErrInUse) || time.Since(begun) > time.Second {
		t.Errorf("a second process: %v after %v", err, time.Since(begun))
	}
	if err := Rebuild(tax.folder, nil); !errors.Is(err, store.ErrInUse) {
		t.Error("rebuild of a running node:", err)
	}
	d := desk.New(tax.node, desk.Options{Keys: filepath.Join(tax.folder, KeysFolder), State: t.TempDir()})
	if err := d.Unlock(t.Context(), tax.officials["admin1"], "Valmarine"); !errors.Is(err, desk.ErrWrongPassphrase) {
		t.Error("wrong passphrase:", err)
	}
	tax.stop()

	path := filepath.Join(tax.folder, fileLedger)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		make func() error
		want error
	}{
		{"truncated", func() error { return os.WriteFile(path, whole[:3*4096], 0o600) }, store.ErrDamaged},
		{"half a page", func() error { return os.WriteFile(path, whole[:100], 0o600) }, store.ErrDamaged},
		{"not ours", func() error { return os.WriteFile(path, []byte(strings.Repeat("something else ", 4000)), 0o600) }, store.ErrNotOurs},
	} {
		if err := c.make(); err != nil {
			t.Fatal(err)
		}
		n, err := tax.open()
		if err == nil {
			t.Errorf("%s: opened, %v", c.name, n.Close())
		}
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
		if err == nil || strings.Contains(err.Error(), "panic") {
			t.Errorf("%s: not in plain words: %v", c.name, err)
		}
		if err := Rebuild(tax.folder, nil); err != nil {
			t.Fatalf("%s: rebuild: %v", c.name, err)
		}
		tax.start()
		if n := tax.count("entries"); n != entries {
			t.Errorf("%s: rebuilt to %d entries of %d", c.name, n, entries)
		}
		tax.stop()
	}
	if err := os.Remove(path); err != nil { // a missing one is made again from the engine's blocks
		t.Fatal(err)
	}
	tax.start()
	tax.until("the replay", func() bool { return tax.count("entries") == entries })
	tax.stop()
	for _, name := range []string{fileProfile, fileFounding, fileNodeKeys} {
		kept := filepath.Join(tax.folder, name)
		if err := os.Rename(kept, kept+".away"); err != nil {
			t.Fatal(err)
		}
		if _, err := tax.open(); err == nil || !strings.Contains(err.Error(), strings.TrimSuffix(name, filepath.Ext(name))) && !errors.Is(err, ErrNoProfile) {
			t.Errorf("without %s: %v", name, err)
		}
		if err := os.Rename(kept+".away", kept); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(tax.folder, fileProfile), []byte(fmt.Sprintf(`{"version":%d}`, profileVersion+1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := tax.open(); !errors.Is(err, ErrNewerProfile) {
		t.Error("newer profile:", err)
	}
}

// A chain that lacks the block the invitation vouched for stops the node with
// plain words, and is set aside at the next start.
func TestChainWithoutThePinnedBlockIsSetAside(t *testing.T) {
	tax := foundTown(t)
	police := tax.join("police", "Valmarine Police")
	police.until("the pin to be compared", func() bool { return police.node.currentProfile().Pin == nil })
	police.stop()

	p, err := ReadProfile(police.folder)
	if err != nil {
		t.Fatal(err)
	}
	p.Pin = &Pin{Height: 1, Hash: ledger.Sum([]byte("another chain"))}
	if err := WriteProfile(police.folder, p); err != nil {
		t.Fatal(err)
	}
	police.start()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	police.until("the refusal", func() bool {
		net, err := police.node.Network(ctx)
		return err == nil && strings.Contains(net.Problem, "vouched for")
	})
	police.stop()
	police.start()
	if aside, _ := filepath.Glob(filepath.Join(police.folder, dirEngine+".damaged-*")); len(aside) != 1 {
		t.Error("set aside:", aside)
	}
}
