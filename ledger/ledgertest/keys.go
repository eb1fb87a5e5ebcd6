package ledgertest

import (
	"crypto/ed25519"
	"encoding/binary"
	"encoding/hex"
	"fmt"

	"countersign/ledger"
)

// Key is an Ed25519 key made from a seed and a label.
type Key struct{ private ed25519.PrivateKey }

var _ ledger.Signer = (*Key)(nil)

// NewKey makes the key of a label.
func NewKey(seed uint64, label string) *Key {
	h := hashOf(seed, "key/"+label)
	return &Key{private: ed25519.NewKeyFromSeed(h[:])}
}

// Public is the key's public half.
func (k *Key) Public() ledger.PublicKey {
	return ledger.PublicKey{Algorithm: ledger.Ed25519, Bytes: k.private.Public().(ed25519.PublicKey)}
}

// Sign signs a message.
func (k *Key) Sign(message []byte) ([]byte, error) { return ed25519.Sign(k.private, message), nil }

func hashOf(seed uint64, label string) ledger.Hash {
	return ledger.Sum(binary.BigEndian.AppendUint64(nil, seed), []byte(label))
}

// recipientOf looks like an age recipient; nobody can open what is sealed to it.
func recipientOf(seed uint64, label string) string {
	h := hashOf(seed, "recipient/"+label)
	return "age1" + hex.EncodeToString(h[:])
}

func officialOf(seed uint64, label string) (id ledger.OfficialID) {
	h := hashOf(seed, "official/"+label)
	copy(id[:], h[:])
	return id
}

// Official is a person with a key.
type Official struct {
	ID        ledger.OfficialID
	Agency    ledger.AgencyID
	Key       *Key
	Recipient string
}

func newOfficial(seed uint64, agency ledger.AgencyID, name string) *Official {
	label := string(agency) + "/" + name
	return &Official{ID: officialOf(seed, label), Agency: agency, Key: NewKey(seed, label), Recipient: recipientOf(seed, label)}
}

// Proofs of possession of the official's key and recipient.
func (o *Official) proofs(network ledger.NetworkID) (key, recipient []byte) {
	key = o.prove(network, o.Key.Public().Bytes)
	return key, o.prove(network, []byte(o.Recipient))
}

func (o *Official) prove(network ledger.NetworkID, what []byte) []byte {
	return mustSign(o.Key, ledger.Possession(network, o.Agency, o.ID.String(), ledger.HolderOfficial, what))
}

func mustSign(s ledger.Signer, message []byte) []byte {
	sig, err := s.Sign(message)
	if err != nil {
		panic(fmt.Sprintf("sign with a key in memory: %v", err))
	}
	return sig
}
