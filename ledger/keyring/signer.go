package keyring

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"runtime/debug"
	"sync"

	"github.com/oasisprotocol/curve25519-voi/primitives/ed25519"

	"countersign/ledger"
	"countersign/ledger/keyring/hybrid"
)

// secretBytes is the size of every secret we keep: an Ed25519 seed or a P-256 scalar.
const secretBytes = 32

// signer is a signing key in memory that can be wiped. It implements ledger.Signer.
type signer struct {
	public ledger.PublicKey

	mu     sync.RWMutex
	secret []byte // nil after wipe
}

// newSigner draws a key.
func newSigner(a ledger.Algorithm) (*signer, error) {
	switch a {
	case ledger.Ed25519:
		seed := make([]byte, secretBytes)
		_, _ = rand.Read(seed) // never fails since Go 1.24
		defer clear(seed)
		return signerOf(a, seed)
	case ledger.P256:
		k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			return nil, fmt.Errorf("make P-256 key: %w", err)
		}
		defer hybrid.Wipe(k)
		scalar, err := k.Bytes()
		if err != nil {
			return nil, fmt.Errorf("make P-256 key: %w", err)
		}
		defer clear(scalar)
		return signerOf(a, scalar)
	default:
		return nil, fmt.Errorf("make key of algorithm %d: %w", a, ledger.ErrBadKey)
	}
}

// signerOf makes the signer of a secret, which it copies.
func signerOf(a ledger.Algorithm, secret []byte) (*signer, error) {
	if len(secret) != secretBytes {
		return nil, fmt.Errorf("signing key of %d bytes: %w", len(secret), ErrDamaged)
	}
	s := &signer{public: ledger.PublicKey{Algorithm: a}}
	switch a {
	case ledger.Ed25519:
		k := ed25519.NewKeyFromSeed(secret)
		s.public.Bytes = append([]byte(nil), k[32:]...)
		clear(k)
	case ledger.P256:
		k, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), secret)
		if err != nil {
			return nil, fmt.Errorf("signing key: %w", ErrDamaged)
		}
		s.public.Bytes = elliptic.MarshalCompressed(elliptic.P256(), k.X, k.Y)
		hybrid.Wipe(k)
	default:
		return nil, fmt.Errorf("signing key of algorithm %d: %w", a, ErrDamaged)
	}
	s.secret = append(make([]byte, 0, secretBytes), secret...)
	return s, nil
}

// Public is the key that verifies what Sign returns.
func (s *signer) Public() ledger.PublicKey { return s.public }

// Sign returns a 64-byte signature over message; the error wraps ErrLocked after Close.
func (s *signer) Sign(message []byte) ([]byte, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.secret == nil {
		return nil, ErrLocked
	}
	var signature []byte
	var err error
	hybrid.Apart(func() {
		if s.public.Algorithm == ledger.P256 {
			signature, err = s.signP256(message)
			return
		}
		k := s.expanded()
		defer clear(k)
		signature = ed25519.Sign(k, message)
	})
	return signature, err
}

// expanded is the Ed25519 key as libraries want it: seed, then public key.
func (s *signer) expanded() []byte {
	k := make([]byte, 0, ed25519.PrivateKeySize)
	return append(append(k, s.secret...), s.public.Bytes...)
}

// signP256 is for cards' kind of key in a file. The standard library keeps copies
// of such a key that cannot be reached, so after locking it may stay in memory
// until that memory is used again: Ed25519 is the algorithm for key files.
func (s *signer) signP256(message []byte) ([]byte, error) {
	k, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), s.secret)
	if err != nil {
		return nil, fmt.Errorf("sign with P-256: %w", err)
	}
	defer hybrid.Wipe(k)
	digest := sha256.Sum256(message)
	r, t, err := ecdsa.Sign(rand.Reader, k, digest[:])
	if err != nil {
		return nil, fmt.Errorf("sign with P-256: %w", err)
	}
	return ledger.LowS(r, t), nil
}

// copySecret returns a copy, which the caller wipes; nil after wipe.
func (s *signer) copySecret() []byte {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.secret == nil {
		return nil
	}
	return append(make([]byte, 0, secretBytes), s.secret...)
}

func (s *signer) wipe() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.secret)
	s.secret = nil
}

func (s *signer) String() string   { return "key " + s.public.ID().Short() }
func (s *signer) GoString() string { return s.String() }

// Scrub hands memory that is no longer used back to the system, so that copies
// which libraries made of keys go with it. Closing an Identity does it already; a
// desk calls it once more after it has dropped the agency's identities.
func Scrub() { debug.FreeOSMemory() }
