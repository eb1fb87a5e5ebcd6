package ledger

import (
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/fxamacker/cbor/v2"
)

// Limits of an entry.
const (
	MaxEntryBytes = 64 << 10           // with signature, as a CometBFT transaction
	MaxValidity   = 7 * 24 * time.Hour // an entry may be ordered at most so long after it was made
)

// entryVersion is the format of bodies written today.
const entryVersion = 1

// Body is what a signature covers. Payload is the canonical CBOR of the
// payload struct that Kind names.
type Body struct {
	Version    uint8           `cbor:"0,keyasint"`
	Kind       Kind            `cbor:"1,keyasint"`
	Network    NetworkID       `cbor:"2,keyasint"`
	Author     KeyID           `cbor:"3,keyasint"`
	Claimed    Time            `cbor:"4,keyasint"` // the author's clock; no rule reads it
	ValidUntil Time            `cbor:"5,keyasint"` // in ledger time; later it is expired-entry
	Nonce      Nonce           `cbor:"6,keyasint"`
	Payload    cbor.RawMessage `cbor:"7,keyasint"`
}

// Nonce makes two otherwise equal bodies different; sealed parts repeat it.
type Nonce [16]byte

// NewNonce draws a nonce.
func NewNonce() Nonce {
	var n Nonce
	_, _ = rand.Read(n[:]) // never fails since Go 1.24
	return n
}

// NewBody makes a body for payload, valid for MaxValidity from now.
func NewBody(network NetworkID, author KeyID, now Time, nonce Nonce, payload Payload) Body {
	return Body{
		Version: entryVersion, Kind: payload.Kind(), Network: network, Author: author,
		Claimed: now, ValidUntil: now.Add(MaxValidity), Nonce: nonce, Payload: Encode(payload),
	}
}

// Bytes is the canonical form of the body.
func (b Body) Bytes() []byte { return Encode(b) }

// ID is the entry's identifier: it leaves the signature out, because an ECDSA
// signature has more than one valid form.
func (b Body) ID() EntryID { return Sum(b.Bytes()) }

// signed is the wire form: body bytes and signature in a two-element array.
type signed struct {
	_         struct{} `cbor:",toarray"`
	Body      []byte
	Signature []byte
}

// Entry is a signed body with its decoded payload. It is immutable.
type Entry struct {
	Body      Body
	Payload   Payload
	Signature []byte

	id     EntryID
	signed Hash
	body   []byte
	raw    []byte
}

// ErrWrongNetwork says that an entry was made for another network.
var ErrWrongNetwork = errors.New("made for another network")

// ErrBadSignature says that a signature does not hold.
var ErrBadSignature = errors.New("the signature does not hold")

// Sign signs a body and returns the entry. The signer's key must be the author.
func Sign(b Body, s Signer) (*Entry, error) {
	if s.Public().ID() != b.Author {
		return nil, errors.New("sign entry: the key is not the author's")
	}
	raw := b.Bytes()
	sig, err := s.Sign(signingBytes(b.Network, raw))
	if err != nil {
		return nil, fmt.Errorf("sign entry: %w", err)
	}
	return Parse(Encode(signed{Body: raw, Signature: sig}))
}

// Unsigned makes an entry that nobody has signed: to ask the rules what would
// come of it, and to show it before it is signed. Its signature never holds.
func Unsigned(b Body) (*Entry, error) {
	return Parse(Encode(signed{Body: b.Bytes(), Signature: make([]byte, SignatureSize)}))
}

// Parse reads an entry and checks size and canonical form of everything in it,
// the payload included, but neither the signature nor any rule. The entry keeps
// raw and parts of it, so nobody may change it. Errors wrap ErrTooLarge,
// ErrNotCanonical or ErrUnknownKind.
func Parse(raw []byte) (*Entry, error) {
	var w signed
	if err := decode(raw, MaxEntryBytes, &w, true); err != nil {
		return nil, fmt.Errorf("entry: %w", err)
	}
	if len(w.Signature) != SignatureSize {
		return nil, fmt.Errorf("entry: signature of %d bytes: %w", len(w.Signature), ErrNotCanonical)
	}
	e := &Entry{Signature: w.Signature, body: w.Body, raw: raw, id: Sum(w.Body), signed: Sum(raw)}
	if err := decode(w.Body, MaxEntryBytes, &e.Body, true); err != nil {
		return nil, fmt.Errorf("entry body: %w", err)
	}
	if e.Body.Version != entryVersion {
		return nil, fmt.Errorf("entry version %d: %w", e.Body.Version, ErrUnknownKind)
	}
	p, err := newPayload(e.Body.Kind)
	if err != nil {
		return nil, err
	}
	if err := decode(e.Body.Payload, MaxEntryBytes, p, true); err != nil {
		return nil, fmt.Errorf("%s: %w", e.Body.Kind, err)
	}
	if err := p.Check(); err != nil {
		return nil, fmt.Errorf("%s: %w", e.Body.Kind, err)
	}
	e.Payload = p
	return e, nil
}

// ID names the entry.
func (e *Entry) ID() EntryID { return e.id }

// Bytes is the signed wire form. The caller must not change it.
func (e *Entry) Bytes() []byte { return e.raw }

// SignedHash covers body and signature: what the log's leaf holds.
func (e *Entry) SignedHash() Hash { return e.signed }

// SigningBytes is the message under the signature:
// "countersign/entry/v1" ‖ 0 ‖ network ‖ body.
func (e *Entry) SigningBytes() []byte { return signingBytes(e.Body.Network, e.body) }

func signingBytes(network NetworkID, body []byte) []byte {
	return SigningBytes("entry", network, body)
}

// SigningBytes separates signatures by domain:
// "countersign/<kind>/v1" ‖ 0 ‖ network ‖ content.
func SigningBytes(kind string, network NetworkID, content []byte) []byte {
	out := make([]byte, 0, len(kind)+16+len(network)+len(content))
	out = append(out, "countersign/"+kind+"/v1\x00"...)
	out = append(out, network[:]...)
	return append(out, content...)
}
