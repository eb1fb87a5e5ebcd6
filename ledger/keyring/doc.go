// Package keyring owns private keys at rest and in use: an official's key file,
// a node's key file, signing with them, and the ledger documents that prove
// their possession.
//
// It does not own what is signed (package ledger), whether a key counts
// (ledger/rules), or where a profile keeps its files. The age identities behind
// keys are in keyring/hybrid.
//
// An official's keys are made in memory, introduced to the network, and then
// written once the network is known:
//
//	id, err := keyring.NewOfficial("tax", ledger.NewOfficialID(), ledger.Ed25519)
//	admin, err := keyring.AdminDocument(ledger.NetworkID{}, "tax", id)
//	...
//	err = id.Save(path, network, passphrase, keyring.Options{})
//
// Later, for each time the desk is unlocked:
//
//	id, err := keyring.Open(path, passphrase, keyring.Options{})
//	defer id.Close() // locks: the key leaves memory
//	entry, err := ledger.Sign(body, id)
//
// A key file is one CBOR value: a clear header, so that a list of files can be
// shown without opening any, and an age file (age-encryption.org/v1) with the
// secrets and the header once more. Nothing in this package prints a secret.
package keyring

import "errors"

// Errors that callers tell apart.
var (
	ErrWrongPassphrase = errors.New("wrong passphrase")
	ErrEmptyPassphrase = errors.New("the passphrase is empty")
	ErrDamaged         = errors.New("the key file is damaged")
	ErrNotAKeyFile     = errors.New("not a key file")
	ErrNewerVersion    = errors.New("written by a newer version of the program")
	ErrWeakFile        = errors.New("the passphrase is protected too weakly outside a rehearsal")
	ErrTooMuchWork     = errors.New("the key file demands too much work to open")
	ErrExists          = errors.New("there is a key file already")
	ErrOpenToOthers    = errors.New("other users of this computer can read the key file")
	ErrLocked          = errors.New("the key is locked")
	ErrWrongHolder     = errors.New("the key file belongs to another holder")
)
