package node

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"countersign/app/desk"
	"countersign/ledger"
)

// Invitation lets one agency, or one further node of an agency, ask to join. It
// travels as text, by any channel: what it opens is the join protocol alone, and
// both sides compare six words before anything is written.
type Invitation struct {
	Version uint8            `cbor:"0,keyasint"`
	Network ledger.NetworkID `cbor:"1,keyasint"`
	Agency  ledger.AgencyID  `cbor:"2,keyasint"` // of a node invitation; empty: a new agency
	Node    ledger.NodeCode  `cbor:"3,keyasint"` // of a node invitation
	Peer    []byte           `cbor:"4,keyasint"` // who invites: an Ed25519 public key
	Addrs   []string         `cbor:"5,keyasint"`
	Seed    []byte           `cbor:"6,keyasint"` // of the one-time libp2p key
	Pin     Pin              `cbor:"7,keyasint"`
	Expires ledger.Time      `cbor:"8,keyasint"`
	Serial  ledger.Nonce     `cbor:"9,keyasint"`
}

const (
	invitationVersion = 1
	invitationPrefix  = "countersign-invite-1:"
	// maxInvitation bounds what is read from a form field or a file.
	maxInvitation = 16 << 10
)

// Errors of invitations.
var (
	ErrBadInvitation     = errors.New("this is not an invitation to Countersign, or part of it is missing")
	ErrInvitationExpired = errors.New("the invitation has expired: ask for a new one")
	ErrInvitationUsed    = errors.New("the invitation has been used: ask for a new one")
)

// newInvitation makes an invitation with a one-time key.
func newInvitation(network ledger.NetworkID, expires ledger.Time) Invitation {
	seed := make([]byte, ed25519.SeedSize)
	_, _ = rand.Read(seed) // never fails since Go 1.24
	return Invitation{Version: invitationVersion, Network: network, Seed: seed, Expires: expires, Serial: ledger.NewNonce()}
}

// guestKey is the one-time libp2p key.
func (i Invitation) guestKey() ed25519.PrivateKey { return ed25519.NewKeyFromSeed(i.Seed) }

// text signs the invitation with the inviting node's libp2p key and writes it as text.
func (i Invitation) text(key ed25519.PrivateKey) string {
	b := ledger.Encode(i)
	sig := ed25519.Sign(key, ledger.SigningBytes("invite", i.Network, b))
	return invitationPrefix + base64.RawURLEncoding.EncodeToString(append(sig, b...))
}

// ParseInvitation reads an invitation's text and checks form, signature and
// expiry. White space, as mail programs add it, does not matter.
func ParseInvitation(text string, now ledger.Time) (Invitation, error) {
	var i Invitation
	if len(text) > maxInvitation {
		return i, ErrBadInvitation
	}
	text = strings.Join(strings.Fields(text), "")
	body, ok := strings.CutPrefix(text, invitationPrefix)
	if !ok {
		return i, ErrBadInvitation
	}
	b, err := base64.RawURLEncoding.DecodeString(body)
	if err != nil || len(b) <= ed25519.SignatureSize {
		return i, ErrBadInvitation
	}
	sig, b := b[:ed25519.SignatureSize], b[ed25519.SignatureSize:]
	if err := ledger.Decode(b, maxInvitation, &i); err != nil {
		return i, fmt.Errorf("%w: %w", ErrBadInvitation, err)
	}
	if i.Version != invitationVersion || len(i.Peer) != ed25519.PublicKeySize || len(i.Seed) != ed25519.SeedSize ||
		i.Agency != "" && !ledger.ValidCode(i.Agency) || i.Node != "" && !ledger.ValidCode(i.Node) {
		return i, ErrBadInvitation
	}
	if !ed25519.Verify(i.Peer, ledger.SigningBytes("invite", i.Network, b), sig) {
		return i, ErrBadInvitation
	}
	if now > i.Expires {
		return i, ErrInvitationExpired
	}
	return i, nil
}

// CheckWords are the six words that both sides compare by telephone: 11 bits
// each of SHA-256(network ‖ invitation ‖ document).
func CheckWords(i Invitation, document []byte) [6]string {
	return desk.SixWords(ledger.Sum(i.Network[:], ledger.Encode(i), document))
}
