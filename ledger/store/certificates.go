package store

import (
	"encoding/binary"
	"fmt"

	"countersign/ledger"

	bolt "go.etcd.io/bbolt"
)

func heightOf(key []byte) ledger.Height { return ledger.Height(binary.BigEndian.Uint64(key)) }

// PutCertificate keeps the engine's header of a block and the commit of the
// keepers on it, for evidence: of each block with entries and the one after it.
// It is a transaction of its own; Pending.Certify saves it.
func (s *Store) PutCertificate(h ledger.Height, header, commit []byte) error {
	err := s.update(func(btx *bolt.Tx) error {
		w := newWriter(s, btx)
		w.certificate(h, header, commit)
		return w.err()
	})
	if err != nil {
		return fmt.Errorf("keep certificate of block %d: %w", h, err)
	}
	return nil
}

// Certify lets Commit keep a certificate in the same transaction: the one of an
// earlier block, which the engine has when it hands out the next.
func (p *Pending) Certify(h ledger.Height, header, commit []byte) {
	p.certificates = append(p.certificates, certificate{h, header, commit})
}

type certificate struct {
	height         ledger.Height
	header, commit []byte
}

func (w *writer) certificate(h ledger.Height, header, commit []byte) {
	w.put(bCerts, be64(uint64(h)), ledger.Encode(certificateRecord{Header: header, Commit: commit}))
}

// Certificate returns a block's header and commit, or ErrNotFound.
func (tx *Tx) Certificate(h ledger.Height) (header, commit []byte, err error) {
	var r certificateRecord
	if err := tx.record(bCerts, be64(uint64(h)), &r); err != nil {
		return nil, nil, fmt.Errorf("certificate of block %d: %w", h, err)
	}
	return r.Header, r.Commit, nil
}

// Certificate reads a block's header and commit outside a snapshot.
func (s *Store) Certificate(h ledger.Height) (header, commit []byte, err error) {
	err = s.View(func(tx *Tx) error {
		header, commit, err = tx.Certificate(h)
		return err
	})
	return header, commit, err
}
