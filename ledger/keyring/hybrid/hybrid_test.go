package hybrid_test

import (
	"bytes"
	"crypto/ecdh"
	"crypto/mlkem"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"filippo.io/age"

	"countersign/ledger/keyring/hybrid"
)

func generate(t *testing.T) *hybrid.Identity {
	t.Helper()
	id, err := hybrid.Generate()
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func seal(t *testing.T, text string, recipients ...string) []byte {
	t.Helper()
	var to []age.Recipient
	for _, r := range recipients {
		p, err := age.ParseHybridRecipient(r)
		if err != nil {
			t.Fatalf("age does not read our recipient: %v", err)
		}
		to = append(to, p)
	}
	var out bytes.Buffer
	w, err := age.Encrypt(&out, to...)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestOpensWhatAgeSealed(t *testing.T) {
	police, tax, stranger := generate(t), generate(t), generate(t)
	sealed := seal(t, "income 2021", police.Recipient(), tax.Recipient())
	for _, id := range []*hybrid.Identity{police, tax} {
		r, err := age.Decrypt(bytes.NewReader(sealed), id)
		if err != nil {
			t.Fatal(err)
		}
		if b, err := io.ReadAll(r); err != nil || string(b) != "income 2021" {
			t.Fatalf("read %q, %v", b, err)
		}
	}
	if _, err := age.Decrypt(bytes.NewReader(sealed), stranger); !errors.Is(err, age.ErrIncorrectIdentity) {
		t.Fatalf("a stranger got %v", err)
	}
}

func TestRecipientIsTheOneAgeDerives(t *testing.T) {
	id := generate(t)
	p, err := age.ParseHybridRecipient(id.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	if p.String() != id.Recipient() {
		t.Fatal("age writes the recipient differently")
	}
}

func TestSeedIsTheWholeKey(t *testing.T) {
	id := generate(t)
	again, err := id.Clone()
	if err != nil {
		t.Fatal(err)
	}
	if again.Recipient() != id.Recipient() {
		t.Fatal("the same seed gave another recipient")
	}
	id.Close()
	if _, err := age.Decrypt(bytes.NewReader(seal(t, "x", again.Recipient())), again); err != nil {
		t.Fatalf("the clone went with the original: %v", err)
	}
	for _, n := range []int{0, 31, 33} {
		if _, err := hybrid.FromSeed(make([]byte, n)); err == nil {
			t.Errorf("a seed of %d bytes was taken", n)
		}
	}
}

func TestClosedIdentityOpensNothing(t *testing.T) {
	id := generate(t)
	sealed := seal(t, "x", id.Recipient())
	id.Close()
	id.Close()
	if _, err := age.Decrypt(bytes.NewReader(sealed), id); !errors.Is(err, hybrid.ErrClosed) {
		t.Fatalf("got %v", err)
	}
	if _, err := id.Clone(); !errors.Is(err, hybrid.ErrClosed) {
		t.Fatalf("got %v", err)
	}
}

func TestPrintedIdentityShowsNoSecret(t *testing.T) {
	id := generate(t)
	_ = id.Lend(func(seed []byte) error {
		for _, format := range []string{"%v", "%s", "%+v", "%#v", "%x", "%q"} {
			out := fmt.Sprintf(format, id)
			if strings.Contains(out, string(seed)) || strings.Contains(out, fmt.Sprintf("%x", seed)) || len(out) > 200 {
				t.Errorf("%s prints %q", format, out)
			}
		}
		return nil
	})
}

func TestMalformedStanzasAreErrors(t *testing.T) {
	id := generate(t)
	for name, s := range map[string]*age.Stanza{
		"no argument":   {Type: "mlkem768x25519", Body: make([]byte, 32)},
		"not base64":    {Type: "mlkem768x25519", Args: []string{"%%"}, Body: make([]byte, 32)},
		"short":         {Type: "mlkem768x25519", Args: []string{"AAAA"}, Body: make([]byte, 32)},
		"body too long": {Type: "mlkem768x25519", Args: []string{"AAAA"}, Body: make([]byte, 33)},
	} {
		if _, err := id.Unwrap([]*age.Stanza{s}); err == nil || errors.Is(err, age.ErrIncorrectIdentity) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := id.Unwrap([]*age.Stanza{{Type: "X25519"}}); !errors.Is(err, age.ErrIncorrectIdentity) {
		t.Errorf("another type: %v", err)
	}
}

func TestWipeReachesTheKeysOfTheStandardLibrary(t *testing.T) {
	seed := bytes.Repeat([]byte{0xa7}, mlkem.SeedSize)
	pq, err := mlkem.NewDecapsulationKey768(seed)
	if err != nil {
		t.Fatal(err)
	}
	hybrid.Wipe(pq)
	if !bytes.Equal(pq.Bytes(), make([]byte, mlkem.SeedSize)) {
		t.Error("the ML-KEM key is still there")
	}
	x, err := ecdh.X25519().NewPrivateKey(seed[:32])
	if err != nil {
		t.Fatal(err)
	}
	hybrid.Wipe(x)
	if !bytes.Equal(x.Bytes(), make([]byte, 32)) {
		t.Error("the X25519 key is still there")
	}
	if _, err := ecdh.X25519().NewPrivateKey(seed[:32]); err != nil {
		t.Errorf("wiping reached the curve: %v", err)
	}
}

func TestSecretComesBackToItsReaderAlone(t *testing.T) {
	bauer, vidal := generate(t), generate(t)
	key, err := age.ParseHybridRecipient(bauer.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{0, 32, hybrid.MaxSecretBytes} {
		secret := bytes.Repeat([]byte{7}, n)
		sealed, err := hybrid.SealSecret(secret, key)
		if err != nil {
			t.Fatal(err)
		}
		if err := hybrid.OpenSecret(sealed, bauer, func(got []byte) error {
			if !bytes.Equal(got, secret) {
				t.Errorf("another secret of %d bytes came back", n)
			}
			return nil
		}); err != nil {
			t.Error(err)
		}
		never := func([]byte) error { t.Error("a secret was lent"); return nil }
		if err := hybrid.OpenSecret(sealed, vidal, never); !errors.Is(err, age.ErrIncorrectIdentity) {
			t.Errorf("a stranger got %v", err)
		}
		sealed[len(sealed)-1] ^= 1
		if err := hybrid.OpenSecret(sealed, bauer, never); err == nil {
			t.Error("a changed secret opened")
		}
	}
	if _, err := hybrid.SealSecret(make([]byte, hybrid.MaxSecretBytes+1), key); !errors.Is(err, hybrid.ErrTooLong) {
		t.Errorf("got %v", err)
	}
	if err := hybrid.OpenSecret(seal(t, strings.Repeat("x", 9000), bauer.Recipient()), bauer, nil); !errors.Is(err, hybrid.ErrTooLong) {
		t.Errorf("got %v", err)
	}
	if err := hybrid.OpenSecret(seal(t, "no preamble", bauer.Recipient()), bauer, nil); err == nil {
		t.Error("a file without a preamble opened")
	}
}
