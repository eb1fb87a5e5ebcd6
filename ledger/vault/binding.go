package vault

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"fmt"
	"hash"
	"io"
	"math/bits"

	"countersign/ledger"
)

// partVersion is the format of sealed parts written today.
const partVersion = 1

// minPlainBytes is the least size a part is padded to.
const minPlainBytes = 4 << 10

const commitDomain = "countersign/commit/v1\x00"

// Binding is what a sealed part belongs to: the fields that the entry which
// names it has too.
type Binding struct {
	Network ledger.NetworkID
	Agency  ledger.AgencyID // of the author
	Author  ledger.KeyID
	Nonce   ledger.Nonce // of the entry that names the part
}

// BindingOf takes the fields from an entry; agency is the author's, from the ledger.
func BindingOf(e *ledger.Entry, agency ledger.AgencyID) Binding {
	return Binding{Network: e.Body.Network, Agency: agency, Author: e.Body.Author, Nonce: e.Body.Nonce}
}

// Expected is what the ledger says about a part.
type Expected struct {
	Binding
	Sealed ledger.Sealed
}

// head is the part's CBOR without its content, the last of seven fields.
type head struct {
	Version uint8            `cbor:"0,keyasint"`
	Network ledger.NetworkID `cbor:"1,keyasint"`
	Agency  ledger.AgencyID  `cbor:"2,keyasint"`
	Author  ledger.KeyID     `cbor:"3,keyasint"`
	Nonce   ledger.Nonce     `cbor:"4,keyasint"`
	Salt    salt             `cbor:"5,keyasint"`
}

type salt [32]byte

// head writes everything up to the content's bytes, for a content of size bytes.
func (b Binding) head(s salt, size uint64) []byte {
	out := b.beforeContent(s)
	switch { // the shortest length form is the canonical one
	case size < 24:
		return append(out, 0x40|byte(size))
	case size < 1<<8:
		return append(out, 0x58, byte(size))
	case size < 1<<16:
		return binary.BigEndian.AppendUint16(append(out, 0x59), uint16(size))
	case size < 1<<32:
		return binary.BigEndian.AppendUint32(append(out, 0x5a), uint32(size))
	default:
		return binary.BigEndian.AppendUint64(append(out, 0x5b), size)
	}
}

// beforeContent ends with the key of the content.
func (b Binding) beforeContent(s salt) []byte {
	out := ledger.Encode(head{Version: partVersion, Network: b.Network, Agency: b.Agency, Author: b.Author, Nonce: b.Nonce, Salt: s})
	out[0]++ // a map of one pair more
	return append(out, 6)
}

// paddedSize is the Padmé size of n bytes: it tells at most log log n bits about n
// and adds at most 12 % (Nikitin et al., "Reducing Metadata Leakage from
// Encrypted Files and Communication with PURBs", 2019).
func paddedSize(n uint64) uint64 {
	n = max(n, minPlainBytes)
	e := bits.Len64(n) - 1
	s := bits.Len(uint(e))
	mask := uint64(1)<<(e-s) - 1
	return (n + mask) &^ mask
}

// committed hashes what the commitment covers.
type committed struct{ hash.Hash }

func newCommitted() committed {
	h := sha256.New()
	h.Write([]byte(commitDomain))
	return committed{h}
}

func (c committed) commitment() ledger.Hash { return ledger.Hash(c.Sum(nil)) }

// verify reads a whole plaintext of size bytes, compares every field with what
// the ledger says, and gives the content to take. It tells where the content
// begins. Any difference is ErrMismatch; what take has seen counts only if
// verify returns no error.
func verify(plain io.Reader, size uint64, want Expected, take func(content io.Reader, size uint64) error) (at uint64, err error) {
	r := bufio.NewReaderSize(plain, 64<<10)
	sum := newCommitted()
	n, length, err := verifyHead(io.TeeReader(r, sum), want.Binding)
	if err != nil {
		return 0, err
	}
	if size < n || length > size-n || size != paddedSize(n+length) {
		return 0, ErrMismatch
	}
	content := io.LimitReader(io.TeeReader(r, sum), int64(length))
	if err := take(content, length); err != nil {
		return 0, err
	}
	if _, err := io.Copy(io.Discard, content); err != nil {
		return 0, fmt.Errorf("%w: %w", ErrMismatch, err)
	}
	if got := sum.commitment(); subtle.ConstantTimeCompare(got[:], want.Sealed.Commitment[:]) != 1 {
		return 0, ErrMismatch
	}
	return n, verifyPadding(r, size-n-length)
}

// verifyHead reads up to the content and compares all but the salt, which only
// the commitment vouches for.
func verifyHead(r io.Reader, b Binding) (n, length uint64, err error) {
	want := b.beforeContent(salt{})
	got := make([]byte, len(want)+1)
	if _, err := io.ReadFull(r, got); err != nil {
		return 0, 0, fmt.Errorf("%w: %w", ErrMismatch, err)
	}
	saltAt := len(want) - 1 - len(salt{})
	kind := got[len(want)]
	clear(got[saltAt : saltAt+len(salt{})])
	if !bytes.Equal(got[:len(want)], want) || kind>>5 != 2 {
		return 0, 0, ErrMismatch
	}
	n = uint64(len(got))
	short := uint64(kind & 31)
	if short < 24 {
		return n, short, nil
	}
	if short > 27 {
		return 0, 0, ErrMismatch
	}
	long := make([]byte, 1<<(short-24))
	if _, err := io.ReadFull(r, long); err != nil {
		return 0, 0, fmt.Errorf("%w: %w", ErrMismatch, err)
	}
	for _, b := range long {
		length = length<<8 | uint64(b)
	}
	n += uint64(len(long))
	if uint64(len(b.head(salt{}, length))) != n { // not the shortest form
		return 0, 0, ErrMismatch
	}
	return n, length, nil
}

// verifyPadding wants exactly n zeros and then the end.
func verifyPadding(r io.Reader, n uint64) error {
	buf := make([]byte, 4<<10)
	var got uint64
	for {
		m, err := r.Read(buf)
		for _, b := range buf[:m] {
			if b != 0 {
				return ErrMismatch
			}
		}
		if got += uint64(m); err == io.EOF {
			break
		} else if err != nil {
			return fmt.Errorf("%w: %w", ErrMismatch, err)
		}
	}
	if got != n {
		return ErrMismatch
	}
	return nil
}
