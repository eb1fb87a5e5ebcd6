// Package hybrid owns one kind of private key: the post-quantum age identity
// (MLKEM768-X25519) that officials, office nodes and agencies receive sealed
// parts with, kept so that it can be wiped from memory when a desk locks.
//
// It does not own files, passphrases or what is sealed. age's own
// HybridIdentity reads and writes the same format, but keeps its expanded key in
// memory that nobody can reach; this one holds 32 bytes, expands them for each
// use and wipes what it expanded.
//
// The format is that of age-encryption.org/v1, recipient type "mlkem768x25519",
// over HPKE with the KEM of draft-ietf-hpke-pq.
package hybrid

import (
	"crypto/ecdh"
	"crypto/mlkem"
	"crypto/rand"
	"crypto/sha3"
	"encoding/base64"
	"errors"
	"fmt"
	"sync"

	"filippo.io/age"
	"filippo.io/hpke"
	"filippo.io/hpke/crypto"
)

// SeedBytes is the size of the secret from which the whole key follows.
const SeedBytes = 32

const (
	stanzaType   = "mlkem768x25519"
	hpkeInfo     = "age-encryption.org/mlkem768x25519"
	expandedSize = mlkem.SeedSize + 32 // ML-KEM seed, then X25519 scalar
	wrappedSize  = 16 + 16             // file key and authentication tag
)

// ErrClosed says that the identity has been wiped.
var ErrClosed = errors.New("the key is locked")

// Identity is an age.Identity that can be wiped. It may be used from several
// goroutines.
type Identity struct {
	recipient string

	mu   sync.RWMutex
	seed []byte // nil after Close
}

// Generate draws a new identity.
func Generate() (*Identity, error) {
	seed := make([]byte, SeedBytes)
	_, _ = rand.Read(seed) // never fails since Go 1.24
	defer clear(seed)
	return FromSeed(seed)
}

// FromSeed makes the identity of a seed. The seed is copied; the caller wipes its own.
func FromSeed(seed []byte) (*Identity, error) {
	if len(seed) != SeedBytes {
		return nil, fmt.Errorf("identity from a seed of %d bytes, not %d", len(seed), SeedBytes)
	}
	var public []byte
	var err error
	Apart(func() { public, err = publicOf(seed) })
	if err != nil {
		return nil, err
	}
	own := make([]byte, SeedBytes)
	copy(own, seed)
	return &Identity{recipient: encodeRecipient(public), seed: own}, nil
}

func publicOf(seed []byte) ([]byte, error) {
	k, err := expand(seed)
	if err != nil {
		return nil, err
	}
	defer k.wipe()
	return append(k.pq.EncapsulationKey().Bytes(), k.t.PublicKey().Bytes()...), nil
}

// Recipient is the public half, "age1pq1…" of 1,959 characters.
func (i *Identity) Recipient() string { return i.recipient }

// String names the identity without its secret.
func (i *Identity) String() string { return "identity of " + i.recipient[:20] + "…" }

// GoString keeps the secret out of %#v.
func (i *Identity) GoString() string { return i.String() }

// Lend calls use with the seed, which is only valid during the call and must
// not be kept or changed. The error wraps ErrClosed after Close.
func (i *Identity) Lend(use func(seed []byte) error) error {
	i.mu.RLock()
	defer i.mu.RUnlock()
	if i.seed == nil {
		return ErrClosed
	}
	return use(i.seed)
}

// Clone returns an identity of its own, which outlives this one.
func (i *Identity) Clone() (*Identity, error) {
	var out *Identity
	err := i.Lend(func(seed []byte) (err error) {
		out, err = FromSeed(seed)
		return err
	})
	return out, err
}

// Close wipes the secret. It may be called more than once.
func (i *Identity) Close() {
	i.mu.Lock()
	defer i.mu.Unlock()
	clear(i.seed)
	i.seed = nil
}

// Unwrap implements age.Identity. It returns an error that wraps
// age.ErrIncorrectIdentity if no stanza is for this identity.
func (i *Identity) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	var fileKey []byte
	err := i.Lend(func(seed []byte) (err error) {
		Apart(func() { fileKey, err = unwrap(seed, stanzas) })
		return err
	})
	return fileKey, err
}

func unwrap(seed []byte, stanzas []*age.Stanza) ([]byte, error) {
	k, err := expand(seed)
	if err != nil {
		return nil, err
	}
	defer k.wipe()
	for _, s := range stanzas {
		if fileKey, err := k.unwrap(s); !errors.Is(err, age.ErrIncorrectIdentity) {
			return fileKey, err
		}
	}
	return nil, age.ErrIncorrectIdentity
}

// expanded is the key as the algorithms need it, for the time of one use.
type expanded struct {
	pq *mlkem.DecapsulationKey768
	t  *ecdh.PrivateKey
}

func expand(seed []byte) (*expanded, error) {
	b := sha3.SumSHAKE256(seed, expandedSize)
	defer clear(b)
	pq, err := mlkem.NewDecapsulationKey768(b[:mlkem.SeedSize])
	if err != nil {
		return nil, fmt.Errorf("expand identity: %w", err)
	}
	t, err := ecdh.X25519().NewPrivateKey(b[mlkem.SeedSize:])
	if err != nil {
		return nil, fmt.Errorf("expand identity: %w", err)
	}
	return &expanded{pq: pq, t: t}, nil
}

func (k *expanded) wipe() {
	Wipe(k.pq)
	Wipe(k.t)
}

func (k *expanded) unwrap(s *age.Stanza) ([]byte, error) {
	if s.Type != stanzaType {
		return nil, age.ErrIncorrectIdentity
	}
	if len(s.Args) != 1 || len(s.Body) != wrappedSize {
		return nil, errors.New("malformed recipient of a sealed part")
	}
	enc, err := base64.RawStdEncoding.Strict().DecodeString(s.Args[0])
	if err != nil {
		return nil, errors.New("malformed recipient of a sealed part")
	}
	key, err := hpke.NewHybridPrivateKey(crypto.DecapsulatorFromDecapsulationKey768(k.pq), k.t)
	if err != nil {
		return nil, fmt.Errorf("identity: %w", err)
	}
	r, err := hpke.NewRecipient(enc, key, hpke.HKDFSHA256(), hpke.ChaCha20Poly1305(), []byte(hpkeInfo))
	if err != nil {
		return nil, fmt.Errorf("malformed recipient of a sealed part: %w", err)
	}
	fileKey, err := r.Open(nil, s.Body)
	if err != nil { // implicit rejection: another's stanza is only noticed here
		return nil, age.ErrIncorrectIdentity
	}
	return fileKey, nil
}
