package vault_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"countersign/ledger"
	"countersign/ledger/vault"
)

var (
	network = ledger.Sum([]byte("Valmarine"))
	epoch3  = ledger.AgencyEpoch{Agency: "tax", Epoch: 3}
)

func TestGrantGivesTheEpochToItsReaderAlone(t *testing.T) {
	tax, bauer, vidal := identity(t), identity(t), identity(t)
	g, err := vault.Wrap(network, epoch3, tax, bauer.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	if g, err = vault.ParseGrant(g.Bytes()); err != nil {
		t.Fatal(err)
	}
	got, err := g.Open(bauer, tax.Recipient())
	if err != nil || got.Recipient() != tax.Recipient() {
		t.Fatalf("got %v", err)
	}
	if _, err := g.Open(vidal, tax.Recipient()); !errors.Is(err, vault.ErrNotForUs) {
		t.Fatalf("another reader got %v", err)
	}
}

func TestGrantCountsOnlyIfItYieldsTheLedgersRecipient(t *testing.T) {
	tax, other, bauer := identity(t), identity(t), identity(t)
	g, err := vault.Wrap(network, epoch3, other, bauer.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := g.Open(bauer, tax.Recipient()); !errors.Is(err, vault.ErrMismatch) {
		t.Fatalf("another identity gave %v", err)
	}
	g, _ = vault.Wrap(network, epoch3, tax, bauer.Recipient())
	g.Epoch.Epoch = 4
	if _, err := g.Open(bauer, tax.Recipient()); !errors.Is(err, vault.ErrMismatch) {
		t.Fatalf("a grant passed on as another epoch's gave %v", err)
	}
}

func TestGrantsAreKeptAndDropped(t *testing.T) {
	dir := t.TempDir()
	tax, bauer, meyer := identity(t), identity(t), identity(t)
	g, problems, err := vault.OpenGrants(dir)
	if err != nil || len(problems) > 0 {
		t.Fatal(err, problems)
	}
	for n := range uint32(3) {
		for _, r := range []string{bauer.Recipient(), meyer.Recipient()} {
			one, err := vault.Wrap(network, ledger.AgencyEpoch{Agency: "tax", Epoch: n}, tax, r)
			if err != nil {
				t.Fatal(err)
			}
			if err := g.Put(one); err != nil {
				t.Fatal(err)
			}
		}
	}
	_ = os.WriteFile(filepath.Join(dir, "bad.grant"), []byte("x"), 0o600)
	if g, problems, err = vault.OpenGrants(dir); err != nil || len(problems) != 1 {
		t.Fatalf("opened with %v, %v", problems, err)
	}
	list := g.For(vault.ReaderID(bauer.Recipient()))
	if len(list) != 3 || list[0].Epoch.Epoch != 2 || g.Get(list[1].ID()) == nil {
		t.Fatalf("%d grants", len(list))
	}
	wrapped := list[0].Wrapped[200:260]
	if err := g.Drop(func(one *vault.Grant) bool { return one.Reader == vault.ReaderID(bauer.Recipient()) }); err != nil {
		t.Fatal(err)
	}
	if len(g.All()) != 3 || onDisk(t, dir, wrapped) {
		t.Fatal("a dropped grant is still there")
	}
}

func TestEpochsOpenOldAndNewParts(t *testing.T) {
	old, now, b := identity(t), identity(t), binding()
	first, sealed := sealLetter(t, b, to("tax", 0, old))
	e := vault.NewEpochs()
	e.Add(0, old)
	e.Add(1, now)
	if err := vault.Open(first, e.Identities(), vault.Expected{Binding: b, Sealed: sealed}, new(vault.Letter)); err != nil {
		t.Fatal(err)
	}
	e.Close()
	if len(e.Identities()) != 0 || e.Get(0) != nil {
		t.Fatal("identities are left")
	}
	if err := vault.Open(first, ids(old), vault.Expected{Binding: b, Sealed: sealed}, new(vault.Letter)); err == nil {
		t.Fatal("a wiped identity opened a part")
	}
}

func FuzzGrant(f *testing.F) {
	tax := identity(f)
	g, err := vault.Wrap(network, epoch3, tax, tax.Recipient())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(g.Bytes())
	f.Fuzz(func(t *testing.T, in []byte) {
		g, err := vault.ParseGrant(in)
		if err != nil {
			return
		}
		if !bytes.Equal(g.Bytes(), in) {
			t.Fatal("accepted what is not canonical")
		}
		if id, err := g.Open(tax, tax.Recipient()); err == nil {
			id.Close()
		}
	})
}

func cache(t *testing.T, dir string, recipient string, e *vault.Epochs) *vault.Cache {
	t.Helper()
	c, problems, err := vault.OpenCache(dir, recipient, e.Identities())
	if err != nil || len(problems) > 0 {
		t.Fatal(err, problems)
	}
	return c
}

func TestListCacheComesBackAfterUnlockAndIsUnreadableWithout(t *testing.T) {
	dir, id := t.TempDir(), identity(t)
	e := vault.NewEpochs()
	e.Add(0, id)
	c := cache(t, dir, id.Recipient(), e)
	rows := map[ledger.EntryID]vault.CacheRow{}
	for n := range 600 {
		rows[ledger.Sum([]byte(fmt.Sprint(n)))] = vault.CacheRow{Case: canary + fmt.Sprint(n), Subjects: uint32(n), From: "2021"}
	}
	if err := c.Put(rows); err != nil {
		t.Fatal(err)
	}
	gone := ledger.Sum([]byte("7"))
	if err := c.Remove(gone); err != nil {
		t.Fatal(err)
	}
	c.Close()
	if err := c.Put(rows); err == nil {
		t.Fatal("a closed cache was written")
	}
	if onDisk(t, dir, []byte(canary)) {
		t.Fatal("a case number is on the disk")
	}
	c = cache(t, dir, id.Recipient(), e)
	for r, want := range rows {
		if got, ok := c.Get(r); ok == (r == gone) || ok && got != want {
			t.Fatalf("row %s: %v, %v", r.Short(), got, ok)
		}
	}
	stranger := identity(t)
	_, problems, err := vault.OpenCache(dir, stranger.Recipient(), ids(stranger))
	if err != nil || len(problems) == 0 || !errors.Is(problems[0], vault.ErrNotForUs) {
		t.Fatalf("a stranger got %v, %v", problems, err)
	}
}

func TestDamagedListCacheIsReported(t *testing.T) {
	dir, id := t.TempDir(), identity(t)
	e := vault.NewEpochs()
	e.Add(0, id)
	row := map[ledger.EntryID]vault.CacheRow{ledger.Sum([]byte("1")): {Case: "VM-1"}}
	if err := cache(t, dir, id.Recipient(), e).Put(row); err != nil {
		t.Fatal(err)
	}
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if !d.IsDir() {
			return os.Truncate(path, 2500)
		}
		return err
	})
	c, problems, err := vault.OpenCache(dir, id.Recipient(), e.Identities())
	if err != nil || len(problems) != 1 {
		t.Fatalf("opened with %v, %v", problems, err)
	}
	if err := c.Put(row); err != nil {
		t.Fatal(err)
	}
}
