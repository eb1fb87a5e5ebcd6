package keyring

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"

	"filippo.io/age"
	"github.com/fxamacker/cbor/v2"

	"countersign/ledger"
	"countersign/ledger/keyring/hybrid"
)

// Work factors of scrypt, as powers of two. 18 costs 256 MiB and a second or two
// a guess; what demands more than 1 GiB is refused.
const (
	DefaultWorkFactor = 18
	maxWorkFactor     = 20
)

// Options for creating and opening passphrase-protected files. Rehearsal may be
// set only for a network whose founding document says that it is a rehearsal.
type Options struct {
	Rehearsal  bool
	WorkFactor int // 0: DefaultWorkFactor; a lower one needs Rehearsal
}

func (o Options) workFactor() (int, error) {
	switch f := o.WorkFactor; {
	case f == 0:
		return DefaultWorkFactor, nil
	case f < 1 || f < DefaultWorkFactor && !o.Rehearsal:
		return 0, ErrWeakFile
	case f > maxWorkFactor:
		return 0, ErrTooMuchWork
	default:
		return f, nil
	}
}

// lockWith seals secrets into a container by passphrase.
func lockWith(s *secrets, passphrase string, o Options) (*container, error) {
	if passphrase == "" {
		return nil, ErrEmptyPassphrase
	}
	factor, err := o.workFactor()
	if err != nil {
		return nil, err
	}
	r, err := age.NewScryptRecipient(passphrase)
	if err != nil {
		return nil, fmt.Errorf("lock key file: %w", err)
	}
	r.SetWorkFactor(factor)
	return lockFor(s, lockPassphrase, r)
}

func lockFor(s *secrets, how lockKind, to ...age.Recipient) (*container, error) {
	plain := s.bytes()
	defer clear(plain)
	body, err := hybrid.SealSecret(plain, to...)
	if err != nil {
		return nil, fmt.Errorf("lock key file: %w", err)
	}
	return &container{Tag: fileTag, Version: fileVersion, Header: s.Header, Lock: how, Body: body}, nil
}

// unlock opens a container by passphrase. The caller wipes the secrets.
func (c *container) unlock(passphrase string, o Options) (*secrets, error) {
	if c.Lock != lockPassphrase {
		return nil, fmt.Errorf("not locked by a passphrase: %w", ErrNotAKeyFile)
	}
	if passphrase == "" {
		return nil, ErrEmptyPassphrase
	}
	inner, err := age.NewScryptIdentity(passphrase)
	if err != nil {
		return nil, ErrEmptyPassphrase
	}
	inner.SetMaxWorkFactor(maxWorkFactor)
	return c.open(&boundedWork{inner: inner, rehearsal: o.Rehearsal})
}

// open decrypts the body and compares the header inside with the clear one.
func (c *container) open(id age.Identity) (*secrets, error) {
	var s *secrets
	err := hybrid.OpenSecret(c.Body, id, func(plain []byte) (err error) {
		s, err = c.secretsFrom(plain)
		return err
	})
	switch {
	case err == nil:
		return s, nil
	case errors.Is(err, ErrWeakFile), errors.Is(err, ErrTooMuchWork):
		return nil, err
	case errors.Is(err, hybrid.ErrClosed):
		return nil, ErrLocked
	case errors.Is(err, age.ErrIncorrectIdentity):
		return nil, ErrWrongPassphrase
	default:
		return nil, ErrDamaged
	}
}

func (c *container) secretsFrom(plain []byte) (*secrets, error) {
	s := new(secrets)
	if err := ledger.DecodeRecord(plain, s); err != nil {
		s.wipe()
		return nil, ErrDamaged // never the decoder's words: they may quote what it read
	}
	for i, b := range s.list() {
		if len(b) != secretBytes && (i == 0 || len(b) != 0) {
			s.wipe()
			return nil, ErrDamaged
		}
	}
	again := s.bytes()
	defer clear(again)
	if !bytes.Equal(again, plain) || !s.Header.equal(c.Header) {
		s.wipe()
		return nil, ErrDamaged
	}
	return s, nil
}

// boundedWork looks at a file's work factor before any work is done for it.
type boundedWork struct {
	inner     age.Identity
	rehearsal bool
}

func (b *boundedWork) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	if len(stanzas) != 1 || stanzas[0].Type != "scrypt" || len(stanzas[0].Args) != 2 {
		return nil, ErrDamaged
	}
	factor, err := strconv.Atoi(stanzas[0].Args[1])
	switch {
	case err != nil:
		return nil, ErrDamaged
	case factor > maxWorkFactor:
		return nil, ErrTooMuchWork
	case factor < DefaultWorkFactor && !b.rehearsal:
		return nil, ErrWeakFile
	}
	return b.inner.Unwrap(stanzas)
}

// decodePart reads the fields that out has and ignores the others.
func decodePart(b []byte, out any) error {
	mode, err := cbor.DecOptions{MaxNestedLevels: 8, IndefLength: cbor.IndefLengthForbidden, TagsMd: cbor.TagsForbidden}.DecMode()
	if err != nil {
		return err
	}
	return mode.Unmarshal(b, out)
}
