package ledger

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"errors"
	"math/big"

	"github.com/oasisprotocol/curve25519-voi/curve"
	"github.com/oasisprotocol/curve25519-voi/primitives/ed25519"
)

// Algorithm of a signing key. It comes from the enrolled key, never from a message.
type Algorithm uint8

// The algorithms. 3 (SM2 with SM3) and 4 (ML-DSA-44) are reserved.
const (
	Ed25519 Algorithm = 1 // RFC 8032 keys, verified by ZIP-215
	P256    Algorithm = 2 // ECDSA with SHA-256; fixed 64 bytes r‖s, low s
)

// ErrBadKey says that a public key is malformed, of small order, or of an unknown algorithm.
var ErrBadKey = errors.New("not a usable public key")

// SignatureSize is the size of every signature in bytes.
const SignatureSize = 64

// PublicKey is a signing key as it stands on the ledger. Bytes is 32 bytes for
// Ed25519 and the 33-byte compressed point for P-256.
type PublicKey struct {
	Algorithm Algorithm `cbor:"0,keyasint" json:"algorithm"`
	Bytes     []byte    `cbor:"1,keyasint" json:"bytes"`
}

// ID names the key: SHA-256 over algorithm and bytes, with a domain prefix.
func (k PublicKey) ID() KeyID {
	return Sum([]byte("countersign/key/v1\x00"), []byte{byte(k.Algorithm)}, k.Bytes)
}

// Check refuses keys that no honest holder has: wrong size, not on the curve,
// or of small order (the identity key would verify anything).
func (k PublicKey) Check() error {
	switch k.Algorithm {
	case Ed25519:
		if len(k.Bytes) != ed25519.PublicKeySize {
			return ErrBadKey
		}
		var compressed curve.CompressedEdwardsY
		var point curve.EdwardsPoint
		if _, err := compressed.SetBytes(k.Bytes); err != nil {
			return ErrBadKey
		}
		if _, err := point.SetCompressedY(&compressed); err != nil {
			return ErrBadKey
		}
		if point.IsSmallOrder() || !point.IsTorsionFree() {
			return ErrBadKey
		}
		return nil
	case P256:
		if p256Key(k.Bytes) == nil {
			return ErrBadKey
		}
		return nil
	default:
		return ErrBadKey
	}
}

// zip215 is the one rule for Ed25519 everywhere: cofactored, as in batches, so
// that single and batch verification agree on every signature (ZIP-215).
func zip215() *ed25519.Options {
	return &ed25519.Options{Verify: ed25519.VerifyOptionsZIP_215}
}

// Verify checks one signature over message. The key must have passed Check.
func (k PublicKey) Verify(message, signature []byte) bool {
	if len(signature) != SignatureSize {
		return false
	}
	switch k.Algorithm {
	case Ed25519:
		return len(k.Bytes) == ed25519.PublicKeySize &&
			ed25519.VerifyWithOptions(k.Bytes, message, signature, zip215())
	case P256:
		return verifyP256(k.Bytes, message, signature)
	default:
		return false
	}
}

func verifyP256(pub, message, signature []byte) bool {
	key := p256Key(pub)
	if key == nil {
		return false
	}
	r, s := new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])
	half := new(big.Int).Rsh(elliptic.P256().Params().N, 1)
	if s.Cmp(half) > 0 { // the high twin of a signature would be a second form of it
		return false
	}
	digest := sha256.Sum256(message)
	return ecdsa.Verify(key, digest[:], r, s)
}

// p256Key reads a compressed point; nil when it is not on the curve.
func p256Key(compressed []byte) *ecdsa.PublicKey {
	x, y := elliptic.UnmarshalCompressed(elliptic.P256(), compressed)
	if x == nil {
		return nil
	}
	whole := make([]byte, 65)
	whole[0] = 4
	x.FillBytes(whole[1:33])
	y.FillBytes(whole[33:])
	key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), whole)
	if err != nil {
		return nil
	}
	return key
}

// LowS turns an ECDSA signature (r, s) into the fixed 64-byte form with low s.
func LowS(r, s *big.Int) []byte {
	n := elliptic.P256().Params().N
	if s.Cmp(new(big.Int).Rsh(n, 1)) > 0 {
		s = new(big.Int).Sub(n, s)
	}
	out := make([]byte, SignatureSize)
	r.FillBytes(out[:32])
	s.FillBytes(out[32:])
	return out
}

// A Signer holds a private key somewhere: a file, a card.
type Signer interface {
	// Public is the key that verifies what Sign returns.
	Public() PublicKey
	// Sign returns a 64-byte signature over message.
	Sign(message []byte) ([]byte, error)
}
