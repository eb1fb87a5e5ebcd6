package rules

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"testing"

	"countersign/ledger"
)

// posing signs with one key and shows another.
type posing struct {
	shown ledger.PublicKey
	sign  func(message []byte) ([]byte, error)
}

func (p posing) Public() ledger.PublicKey            { return p.shown }
func (p posing) Sign(message []byte) ([]byte, error) { return p.sign(message) }

// p256Signer signs in the low form.
func p256Signer(t *testing.T) posing {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	public := elliptic.MarshalCompressed(elliptic.P256(), key.X, key.Y)
	return posing{ledger.PublicKey{Algorithm: ledger.P256, Bytes: public}, func(message []byte) ([]byte, error) {
		digest := sha256.Sum256(message)
		r, s, err := ecdsa.Sign(rand.Reader, key, digest[:])
		if err != nil {
			return nil, err
		}
		return ledger.LowS(r, s), nil
	}}
}

// FAULTS 20: which algorithm verifies a signature is what the enrolled key says,
// never what a message says. A key under another tag is another key, which nobody
// has enrolled; enrolling one is refused as a form; and a signature made by the
// other algorithm under an enrolled key's name does not hold.
func TestWrongAlgorithmTagIsRejected(t *testing.T) {
	v := newValmarine(t)
	card := p256Signer(t)
	signed := func(k ledger.Signer) *ledger.Entry {
		t.Helper()
		e, err := ledger.Sign(ledger.NewBody(v.network, k.Public().ID(), v.now, v.nonce(), v.asking()), k)
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	other := ledger.PublicKey{Algorithm: ledger.P256, Bytes: v.vidal.Public().Bytes}
	for _, c := range []struct {
		name  string
		entry *ledger.Entry
		want  error
	}{
		{"an enrolled key under the other tag", signed(posing{other, v.vidal.Sign}), ErrUnknownAuthor},
		{"a P-256 signature in the name of an Ed25519 key", signed(posing{v.vidal.Public(), card.Sign}), ledger.ErrBadSignature},
		{"a P-256 key that nobody enrolled", signed(card), ErrUnknownAuthor},
	} {
		if err := v.admitted(c.entry); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	enrolling := func(key ledger.PublicKey) error {
		enrol := v.enrolment("tax", "card", ledger.RoleApprover)
		enrol.Key = key
		_, err := ledger.Unsigned(ledger.NewBody(v.network, v.lindqvist.Public().ID(), v.now, v.nonce(), &ledger.Propose{Enrol: enrol}))
		return err
	}
	if err := enrolling(card.shown); err != nil {
		t.Errorf("enrolling a key under its own tag: %v", err)
	}
	for name, key := range map[string]ledger.PublicKey{
		"Ed25519 bytes as P-256": other,
		"P-256 bytes as Ed25519": {Algorithm: ledger.Ed25519, Bytes: card.shown.Bytes},
		"a reserved algorithm":   {Algorithm: 3, Bytes: card.shown.Bytes},
		"no algorithm":           {Bytes: v.vidal.Public().Bytes},
	} {
		if err := enrolling(key); !errors.Is(err, ledger.ErrBadForm) {
			t.Errorf("enrolling %s: %v", name, err)
		}
	}
}
