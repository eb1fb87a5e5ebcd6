package p2p

import (
	"crypto/ed25519"
	"encoding/hex"
	"fmt"

	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
)

// PeerID names a node on the network: the text form of a libp2p peer ID, which
// is made from the node's Ed25519 public key ("12D3Koo…").
type PeerID string

// String returns the whole text.
func (p PeerID) String() string { return string(p) }

// Short returns the last six characters, for logs.
func (p PeerID) Short() string {
	if len(p) <= 6 {
		return string(p)
	}
	return string(p[len(p)-6:])
}

// PeerIDFromPublicKey returns the peer ID of the node with this key.
func PeerIDFromPublicKey(key ed25519.PublicKey) (PeerID, error) {
	pub, err := crypto.UnmarshalEd25519PublicKey(key)
	if err != nil {
		return "", fmt.Errorf("peer ID: %w", err)
	}
	id, err := peer.IDFromPublicKey(pub)
	if err != nil {
		return "", fmt.Errorf("peer ID: %w", err)
	}
	return textOf(id), nil
}

// decode returns libp2p's own form.
func (p PeerID) decode() (peer.ID, error) {
	id, err := peer.Decode(string(p))
	if err != nil {
		return "", fmt.Errorf("peer ID %q: %w", string(p), err)
	}
	return id, nil
}

func textOf(id peer.ID) PeerID { return PeerID(id.String()) }

// protocolID names a protocol of this network: /countersign/<network>/<name>/1,
// where <network> is the first 16 hex characters of the network's ID.
func protocolID(network [32]byte, name string) protocol.ID {
	return protocol.ID("/countersign/" + shortNetwork(network) + "/" + name + "/1")
}

func shortNetwork(network [32]byte) string { return hex.EncodeToString(network[:8]) }
