package keyring

import (
	"fmt"

	"countersign/ledger"
)

// Successor makes the official's next signing key in memory. The age identity
// stays the same: rotating a key changes who signs, not what can be read. Save
// it to a file of its own before the rotation is signed, or the key is lost.
func (i *Identity) Successor(algorithm ledger.Algorithm) (*Identity, error) {
	a, err := i.age.Clone()
	if err != nil {
		return nil, fmt.Errorf("make official's next key: %w", err)
	}
	s, err := newSigner(algorithm)
	if err != nil {
		a.Close()
		return nil, fmt.Errorf("make official's next key: %w", err)
	}
	h := i.header
	h.Key = s.public
	return &Identity{header: h, signer: s, age: a}, nil
}
