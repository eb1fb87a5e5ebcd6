package keyring_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"

	"countersign/ledger"
	"countersign/ledger/keyring"
)

var (
	network   = ledger.Sum([]byte("Valmarine"))
	rehearsal = keyring.Options{Rehearsal: true, WorkFactor: 4}
)

const passphrase = "four short plain words"

func create(t *testing.T, a ledger.Algorithm) (*keyring.Identity, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "arnaud.key")
	id, err := keyring.Create(path, network, "tax", ledger.NewOfficialID(), a, passphrase, rehearsal)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(id.Close)
	return id, path
}

func sealFor(t *testing.T, recipient, text string) []byte {
	t.Helper()
	r, err := age.ParseHybridRecipient(recipient)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w, err := age.Encrypt(&out, r)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(w, text)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestOfficialSignsAndOpensAfterReopening(t *testing.T) {
	for _, a := range []ledger.Algorithm{ledger.Ed25519, ledger.P256} {
		made, path := create(t, a)
		id, err := keyring.Open(path, passphrase, rehearsal)
		if err != nil {
			t.Fatal(err)
		}
		defer id.Close()
		if id.Public().ID() != made.Public().ID() || id.Recipient() != made.Recipient() || id.Official() != made.Official() {
			t.Fatal("another key came back")
		}
		for range 8 { // half of all P-256 signatures come high-S before they are normalised
			sig, err := id.Sign([]byte("approve"))
			if err != nil || !made.Public().Verify([]byte("approve"), sig) {
				t.Fatalf("algorithm %d: signature does not hold, %v", a, err)
			}
		}
		if id.Public().Check() != nil {
			t.Fatal("the key is not usable on the ledger")
		}
		if _, err := age.Decrypt(bytes.NewReader(sealFor(t, made.Recipient(), "card")), id); err != nil {
			t.Fatal(err)
		}
	}
}

func TestWrongPassphraseIsToldApart(t *testing.T) {
	_, path := create(t, ledger.Ed25519)
	if _, err := keyring.Open(path, "four short plain word", rehearsal); !errors.Is(err, keyring.ErrWrongPassphrase) {
		t.Fatalf("got %v", err)
	}
	if _, err := keyring.Open(path, "", rehearsal); !errors.Is(err, keyring.ErrEmptyPassphrase) {
		t.Fatalf("got %v", err)
	}
}

func TestLowWorkFactorCountsOnlyInARehearsal(t *testing.T) {
	_, path := create(t, ledger.Ed25519)
	if _, err := keyring.Open(path, passphrase, keyring.Options{}); !errors.Is(err, keyring.ErrWeakFile) {
		t.Fatalf("a weak file outside a rehearsal gave %v", err)
	}
	id, err := keyring.NewOfficial("tax", ledger.NewOfficialID(), ledger.Ed25519)
	if err != nil {
		t.Fatal(err)
	}
	at := filepath.Join(t.TempDir(), "k.key")
	if err := id.Save(at, network, passphrase, keyring.Options{WorkFactor: 17}); !errors.Is(err, keyring.ErrWeakFile) {
		t.Fatalf("a weak file was written: %v", err)
	}
	if err := id.Save(at, network, passphrase, keyring.Options{WorkFactor: 21}); !errors.Is(err, keyring.ErrTooMuchWork) {
		t.Fatalf("a file nobody opens was written: %v", err)
	}
	if _, err := os.Stat(at); err == nil {
		t.Fatal("a file was left behind")
	}
}

func TestDefaultFileCostsAGuesserTwoToTheEighteen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "k.key")
	id, err := keyring.Create(path, network, "tax", ledger.NewOfficialID(), ledger.Ed25519, passphrase, keyring.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer id.Close()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(b, []byte("-> scrypt "))
	if at < 0 || string(bytes.Fields(b[at:])[3]) != "18" {
		t.Fatal("the file is not protected by scrypt with factor 18")
	}
}

func TestFileThatDemandsTooMuchWorkIsNotWorkedFor(t *testing.T) {
	_, path := create(t, ledger.Ed25519)
	b, _ := os.ReadFile(path)
	at := bytes.Index(b, []byte("-> scrypt ")) + len("-> scrypt ")
	at += bytes.IndexByte(b[at:], ' ') + 1
	for factor, want := range map[byte]error{'9': keyring.ErrWrongPassphrase, '0': keyring.ErrDamaged} {
		b[at] = factor
		_ = os.WriteFile(path, b, 0o600)
		if _, err := keyring.Open(path, passphrase, rehearsal); !errors.Is(err, want) && !errors.Is(err, keyring.ErrDamaged) {
			t.Errorf("factor %c gave %v", factor, err)
		}
	}
}

func TestHeaderShowsWithoutOpening(t *testing.T) {
	id, path := create(t, ledger.P256)
	dir := filepath.Dir(path)
	_ = os.WriteFile(filepath.Join(dir, "broken.key"), []byte("nonsense"), 0o600)
	_ = os.WriteFile(filepath.Join(dir, "letter.txt"), []byte("no key"), 0o600)
	list, err := keyring.List(dir)
	if err != nil || len(list) != 2 {
		t.Fatalf("listed %v, %v", list, err)
	}
	h := list[0].Header
	if list[0].Err != nil || h.Network != network || h.Agency != "tax" || h.Official != id.Official() ||
		h.Key.ID() != id.Public().ID() || h.Key.Algorithm != ledger.P256 {
		t.Fatalf("header is %+v", list[0])
	}
	if !errors.Is(list[1].Err, keyring.ErrNotAKeyFile) {
		t.Fatalf("a broken file gave %v", list[1].Err)
	}
}

func TestEveryChangedByteIsNoticed(t *testing.T) {
	_, path := create(t, ledger.Ed25519)
	whole, _ := os.ReadFile(path)
	for at := range whole {
		if at > 300 && at < len(whole)-400 && at%13 != 0 {
			continue // the long recipient: a sample does
		}
		b := bytes.Clone(whole)
		b[at] ^= 1
		_ = os.WriteFile(path, b, 0o600)
		if id, err := keyring.Open(path, passphrase, rehearsal); err == nil {
			id.Close()
			t.Fatalf("byte %d of %d changed and the file opened", at, len(whole))
		}
	}
	for n := 0; n < len(whole); n += 50 {
		_ = os.WriteFile(path, whole[:n], 0o600)
		if _, err := keyring.Open(path, passphrase, rehearsal); err == nil {
			t.Fatalf("a file cut at %d opened", n)
		}
	}
}

func TestPassphraseChanges(t *testing.T) {
	made, path := create(t, ledger.Ed25519)
	if err := keyring.ChangePassphrase(path, "wrong", "new words", rehearsal); !errors.Is(err, keyring.ErrWrongPassphrase) {
		t.Fatalf("got %v", err)
	}
	if err := keyring.ChangePassphrase(path, passphrase, "", rehearsal); !errors.Is(err, keyring.ErrEmptyPassphrase) {
		t.Fatalf("got %v", err)
	}
	if err := keyring.ChangePassphrase(path, passphrase, "new words", rehearsal); err != nil {
		t.Fatal(err)
	}
	if _, err := keyring.Open(path, passphrase, rehearsal); !errors.Is(err, keyring.ErrWrongPassphrase) {
		t.Fatalf("the old passphrase gave %v", err)
	}
	id, err := keyring.Open(path, "new words", rehearsal)
	if err != nil || id.Public().ID() != made.Public().ID() || id.Header().Network != network {
		t.Fatalf("the new passphrase gave %v", err)
	}
	id.Close()
}

func TestKeyFileIsNeverOverwritten(t *testing.T) {
	id, path := create(t, ledger.Ed25519)
	if err := id.Save(path, network, passphrase, rehearsal); !errors.Is(err, keyring.ErrExists) {
		t.Fatalf("got %v", err)
	}
}

func TestLockedIdentityDoesNothing(t *testing.T) {
	id, path := create(t, ledger.Ed25519)
	sealed := sealFor(t, id.Recipient(), "x")
	id.Close()
	id.Close()
	if _, err := id.Sign([]byte("x")); !errors.Is(err, keyring.ErrLocked) {
		t.Errorf("signing gave %v", err)
	}
	if _, err := age.Decrypt(bytes.NewReader(sealed), id); err == nil {
		t.Error("a locked identity opened a part")
	}
	if err := id.Save(path+"2", network, passphrase, rehearsal); !errors.Is(err, keyring.ErrLocked) {
		t.Errorf("saving gave %v", err)
	}
}

// The canary of FAULTS 35: no error and no printed value names a secret.
func TestNothingPrintsASecret(t *testing.T) {
	const canary = "canary-7f3a"
	path := filepath.Join(t.TempDir(), "k.key")
	id, err := keyring.Create(path, network, "tax", ledger.NewOfficialID(), ledger.Ed25519, canary, rehearsal)
	if err != nil {
		t.Fatal(err)
	}
	defer id.Close()
	out := fmt.Sprintf("%v %+v %#v %s", id, id, id, id)
	for _, p := range []string{canary + "x", canary} {
		_, err := keyring.Open(path, p, keyring.Options{})
		out += fmt.Sprint(err)
		_, err = keyring.Open(path+"none", p, rehearsal)
		out += fmt.Sprint(err)
	}
	_, err = keyring.Create(path, network, "tax", ledger.NewOfficialID(), ledger.Ed25519, canary, rehearsal)
	out += fmt.Sprint(err, keyring.ChangePassphrase(path, canary+"y", canary, rehearsal))
	if strings.Contains(out, canary) || len(out) > 3000 {
		t.Fatalf("printed %q", out)
	}
}

func FuzzKeyFile(f *testing.F) {
	dir := f.TempDir()
	path := filepath.Join(dir, "seed.key")
	id, err := keyring.Create(path, network, "tax", ledger.NewOfficialID(), ledger.Ed25519, passphrase, rehearsal)
	if err != nil {
		f.Fatal(err)
	}
	id.Close()
	b, _ := os.ReadFile(path)
	f.Add(b)
	f.Add([]byte{0xa1, 0, 0x6f})
	f.Fuzz(func(t *testing.T, in []byte) {
		at := filepath.Join(t.TempDir(), "f.key")
		_ = os.WriteFile(at, in, 0o600)
		list, err := keyring.List(filepath.Dir(at))
		if err != nil || len(list) != 1 {
			t.Fatalf("listed %v, %v", list, err)
		}
		if list[0].Err == nil && list[0].Header.Key.Check() != nil {
			t.Fatal("a header with an unusable key was taken")
		}
		if n, err := keyring.OpenNode(at); err == nil {
			n.Close()
		}
	})
}
