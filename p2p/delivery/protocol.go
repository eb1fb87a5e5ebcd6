package delivery

import (
	"errors"
	"fmt"

	"countersign/ledger"
	"countersign/p2p"
)

// The protocols.
const (
	ProtocolVault    = "vault"    // hand over a letter with its entry
	ProtocolDelivery = "delivery" // fetch a slice of a part
	ProtocolCopy     = "copy"     // ask which ciphertext of a part there is
)

// Sizes, in bytes.
const (
	MaxLetter  = 256 << 10 // ciphertext of a letter that is handed over
	SliceSize  = 512 << 10 // plain bytes of one slice
	group      = 6         // log2 of the chunks in one group of the Bao tree: 64 KiB
	groupBytes = 1024 << group
	// maxSlice is a slice with its part of the tree.
	maxSlice    = SliceSize + SliceSize/4 + 8<<10
	maxOffer    = ledger.MaxEntryBytes + 4*MaxLetter + 4096
	maxQuestion = 1 << 10
)

// Errors of a transfer.
var (
	// ErrAbsent says that the peer has no such part for us.
	ErrAbsent = errors.New("the peer has no such part for us")
	// ErrDamaged says that the peer had the part for us, and that its disk has
	// spoilt or lost it.
	ErrDamaged = errors.New("the peer's copy of the part is damaged")
	// ErrQuota says that the peer keeps no more unnamed letters of ours now.
	ErrQuota = errors.New("the peer keeps no more letters of ours now")
)

// LieError says that a peer sent something that is not the part.
type LieError struct {
	Peer   p2p.PeerID
	Offset uint64
}

func (e *LieError) Error() string {
	return fmt.Sprintf("peer %s sent a slice that is not of this part, at byte %d", e.Peer.Short(), e.Offset)
}

const (
	codeAbsent  = "absent"
	codeDamaged = "damaged"
	codeQuota   = "quota"
)

// offer hands over the parts of an entry.
type offer struct {
	Entry []byte   `cbor:"0,keyasint"`
	Parts [][]byte `cbor:"1,keyasint"` // as many as the entry names, in their order
}

type acknowledged struct {
	OK bool `cbor:"0,keyasint"`
}

// ask asks for one slice.
type ask struct {
	Entry      ledger.EntryID `cbor:"0,keyasint"`
	Commitment ledger.Hash    `cbor:"1,keyasint"`
	Root       ledger.Hash    `cbor:"2,keyasint"`
	Offset     uint64         `cbor:"3,keyasint"`
	Length     uint64         `cbor:"4,keyasint"`
}

type described struct {
	Root ledger.Hash `cbor:"0,keyasint"`
	Size uint64      `cbor:"1,keyasint"`
}

type slice struct {
	Data []byte `cbor:"0,keyasint"` // Bao slice encoding
}

func fromWire(err error) error {
	var no *p2p.Refusal
	if errors.As(err, &no) {
		switch no.Code {
		case codeAbsent:
			return ErrAbsent
		case codeDamaged:
			return ErrDamaged
		case codeQuota:
			return ErrQuota
		}
	}
	return err
}

func toWire(err error) error {
	switch {
	case errors.Is(err, ErrAbsent):
		return &p2p.Refusal{Code: codeAbsent}
	case errors.Is(err, ErrDamaged):
		return &p2p.Refusal{Code: codeDamaged}
	case errors.Is(err, ErrQuota):
		return &p2p.Refusal{Code: codeQuota}
	default:
		return err
	}
}
