// Package vault owns what is private: sealed parts (letters, reasons, offers,
// cards, sheets and released data), the files that hold them, the grants that
// open an agency's epochs, and their destruction.
//
// It does not own keys of people or nodes (ledger/keyring), who may have a part
// (the caller asks the ledger) or how parts travel (p2p/delivery).
//
// A sealed part is an age file (age-encryption.org/v1) for the recipient
// agencies over
//
//	CBOR {version, network, author's agency, author's key, nonce of the entry
//	      that names it, 32-byte salt, content} ‖ zeros
//
// where the zeros hide the size (Padmé, at least 4 KiB). The ledger holds its
// commitment, SHA-256("countersign/commit/v1" ‖ 0 ‖ that CBOR), and the BLAKE3
// root and size of the first ciphertext. A reader compares every field with the
// signed entry; what does not match counts as missing.
//
// The life of a letter, at its author and at a reader:
//
//	nonce := ledger.NewNonce()
//	b := vault.Binding{Network: network, Agency: "police", Author: key.ID(), Nonce: nonce}
//	ciphertext, sealed, err := vault.Seal(b, &vault.Letter{…}, recipients)
//	body := ledger.NewBody(network, key.ID(), now, nonce, &ledger.Request{…, Letter: sealed})
//	...
//	var letter vault.Letter
//	err = vault.Open(ciphertext, identities, vault.Expected{Binding: …, Sealed: …}, &letter)
//
// No plaintext is ever written to a file here. Errors quote nothing of a content.
package vault

import "errors"

// Errors that callers tell apart.
var (
	ErrMismatch      = errors.New("the sealed part does not match its entry")
	ErrNotForUs      = errors.New("the sealed part is not sealed for these keys")
	ErrBadContent    = errors.New("malformed content")
	ErrTooLarge      = errors.New("too large to be sealed")
	ErrNoRecipient   = errors.New("no usable recipient")
	ErrSourceChanged = errors.New("the data changed while it was sealed")
	ErrAbsent        = errors.New("the sealed part is not here")
	ErrDamaged       = errors.New("the file is damaged")
	ErrQuota         = errors.New("too many parts that no entry names")
	ErrGone          = errors.New("the sealed part was erased")
	ErrInUse         = errors.New("the part is being fetched already")
)
