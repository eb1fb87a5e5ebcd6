package vault

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"filippo.io/age"

	"countersign/ledger"
)

// Manifest says what a release holds. It stands inside, before the data; the
// release entry is its signature.
type Manifest struct {
	Request   ledger.EntryID     `cbor:"0,keyasint"`
	Agreement ledger.EntryID     `cbor:"1,keyasint"` // the entry that completed the agreement
	Dataset   ledger.EntryID     `cbor:"2,keyasint"` // edition
	Fields    []ledger.FieldName `cbor:"3,keyasint"` // in the order of the file
	Rows      uint64             `cbor:"4,keyasint"`
	Bytes     uint64             `cbor:"5,keyasint"` // of the data
	Hash      ledger.Hash        `cbor:"6,keyasint"` // SHA-256 of the data
	Name      string             `cbor:"7,keyasint"` // for people; files get names of our own
	Type      string             `cbor:"8,keyasint"` // media type, "text/csv"
}

func (*Manifest) kind() string { return "manifest" }

func (m *Manifest) check() error {
	if m.Request.IsZero() || m.Agreement.IsZero() || m.Dataset.IsZero() || len(m.Fields) == 0 || len(m.Fields) > 256 ||
		!ValidName(m.Name, ledger.MaxTitleRunes) || !ValidName(m.Type, ledger.MaxTitleRunes) {
		return fmt.Errorf("manifest: %w", ErrBadContent)
	}
	for _, f := range m.Fields {
		if !ledger.ValidCode(f) {
			return fmt.Errorf("manifest's field: %w", ErrBadContent)
		}
	}
	if m.Bytes > MaxDataBytes {
		return fmt.Errorf("manifest: %w", ErrTooLarge)
	}
	return nil
}

// maxManifestBytes is more than 256 field names need.
const maxManifestBytes = 64 << 10

// SealRelease seals data with its manifest for the recipients and writes the
// ciphertext to dst as it goes. Bytes and Hash of the manifest are measured
// beforehand, in a first reading; data that differs from them is ErrSourceChanged,
// and what dst has got is worthless.
func SealRelease(dst io.Writer, b Binding, m *Manifest, data io.Reader, to []Recipient) (ledger.Sealed, error) {
	first, err := encodeContent(m)
	if err != nil {
		return ledger.Sealed{}, fmt.Errorf("seal release: %w", err)
	}
	prefix := append(binary.BigEndian.AppendUint32(nil, uint32(len(first))), first...)
	sum := sha256.New()
	content := io.MultiReader(bytes.NewReader(prefix), io.TeeReader(io.LimitReader(data, int64(m.Bytes)), sum))
	sealed, err := sealStream(dst, b, content, uint64(len(prefix))+m.Bytes, to)
	if err != nil {
		return ledger.Sealed{}, fmt.Errorf("seal release: %w", err)
	}
	if n, err := data.Read(make([]byte, 1)); ledger.Hash(sum.Sum(nil)) != m.Hash || n > 0 {
		return ledger.Sealed{}, fmt.Errorf("seal release: %w", ErrSourceChanged)
	} else if err != nil && !errors.Is(err, io.EOF) {
		return ledger.Sealed{}, fmt.Errorf("seal release: %w", err)
	}
	return sealed, nil
}

// Release is an opened release: checked to the end, and read in place from its
// ciphertext, so that its plaintext is never on a disk.
type Release struct {
	Manifest Manifest
	data     *io.SectionReader
}

// Data reads the data from the start. Each call gives a reader of its own.
func (r *Release) Data() *io.SectionReader { return io.NewSectionReader(r.data, 0, r.data.Size()) }

// OpenRelease reads a release once to the end, compares every field with the
// entry and the data with the manifest, and only then gives anything out.
// src must not change while the Release is used. Errors wrap ErrNotForUs,
// ErrMismatch or ErrBadContent.
func OpenRelease(src io.ReaderAt, size int64, ids []age.Identity, want Expected) (*Release, error) {
	if size > MaxPartBytes {
		return nil, fmt.Errorf("open release of %d bytes: %w", size, ErrTooLarge)
	}
	plain, n, err := decrypt(src, size, ids)
	if err != nil {
		return nil, fmt.Errorf("open release: %w", err)
	}
	out := new(Release)
	var before uint64
	at, err := verify(io.NewSectionReader(plain, 0, n), uint64(n), want, func(r io.Reader, size uint64) error {
		before, err = out.read(r, size)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("open release: %w", err)
	}
	out.data = io.NewSectionReader(plain, int64(at+before), int64(out.Manifest.Bytes))
	return out, nil
}

// read takes the manifest and compares the data with it; it returns how many
// bytes stand before the data.
func (r *Release) read(content io.Reader, size uint64) (uint64, error) {
	var length [4]byte
	if _, err := io.ReadFull(content, length[:]); err != nil {
		return 0, ErrMismatch
	}
	n := binary.BigEndian.Uint32(length[:])
	if n > maxManifestBytes {
		return 0, ErrBadContent
	}
	first := make([]byte, n)
	if _, err := io.ReadFull(content, first); err != nil {
		return 0, ErrMismatch
	}
	if err := decodeContent(first, &r.Manifest); err != nil {
		return 0, err
	}
	before := uint64(len(length)) + uint64(n)
	if before+r.Manifest.Bytes != size {
		return 0, ErrMismatch
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, content); err != nil {
		return 0, fmt.Errorf("%w: %w", ErrMismatch, err)
	}
	if ledger.Hash(sum.Sum(nil)) != r.Manifest.Hash {
		return 0, ErrMismatch
	}
	return before, nil
}

// Measure reads data to its end and fills in Bytes and Hash of a manifest.
func (m *Manifest) Measure(data io.Reader) error {
	sum := sha256.New()
	n, err := io.Copy(sum, io.LimitReader(data, MaxDataBytes+1))
	if err != nil {
		return fmt.Errorf("measure data: %w", err)
	}
	if n > MaxDataBytes {
		return fmt.Errorf("measure data: %w", ErrTooLarge)
	}
	m.Bytes, m.Hash = uint64(n), ledger.Hash(sum.Sum(nil))
	return nil
}
