package vault

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"filippo.io/age"
	"lukechampine.com/blake3"

	"countersign/ledger"
)

// Limits of a ciphertext.
const (
	MaxLetterBytes = 256 << 10             // any part but a release's
	MaxDataBytes   = 256 << 20             // the data of one release
	MaxPartBytes   = MaxDataBytes + 32<<20 // ciphertext of a release, padding included
)

// Recipient is one agency's epoch that a part is sealed for.
type Recipient struct {
	ledger.AgencyEpoch
	Key string // age recipient, from the ledger
}

// Seal seals a typed content for the recipients. It returns the ciphertext, which
// is kept as it is (sealing again would give another root), and what the entry
// says about it.
func Seal(b Binding, c Content, to []Recipient) ([]byte, ledger.Sealed, error) {
	content, err := encodeContent(c)
	if err != nil {
		return nil, ledger.Sealed{}, fmt.Errorf("seal %s: %w", c.kind(), err)
	}
	var out bytes.Buffer
	sealed, err := sealStream(&out, b, bytes.NewReader(content), uint64(len(content)), to)
	if err != nil {
		return nil, ledger.Sealed{}, fmt.Errorf("seal %s: %w", c.kind(), err)
	}
	if out.Len() > MaxLetterBytes {
		return nil, ledger.Sealed{}, fmt.Errorf("seal %s of %d bytes: %w", c.kind(), out.Len(), ErrTooLarge)
	}
	return out.Bytes(), sealed, nil
}

// Open opens a part, compares every field with the entry and reads its content
// into out, a pointer to a zero value. Errors wrap ErrNotForUs, ErrMismatch or
// ErrBadContent. The root is not compared: a part that was sealed again for new
// members has another one, and the commitment covers all that is inside.
func Open(ciphertext []byte, ids []age.Identity, want Expected, out Content) error {
	content, err := open(ciphertext, ids, want)
	if err != nil {
		return fmt.Errorf("open %s: %w", out.kind(), err)
	}
	if err := decodeContent(content, out); err != nil {
		return fmt.Errorf("open %s: %w", out.kind(), err)
	}
	return nil
}

// Check opens a part and compares every field with the entry, and keeps nothing
// of it. Errors are Open's.
func Check(ciphertext []byte, ids []age.Identity, want Expected) error {
	content, err := open(ciphertext, ids, want)
	clear(content)
	if err != nil {
		return fmt.Errorf("check part: %w", err)
	}
	return nil
}

func open(ciphertext []byte, ids []age.Identity, want Expected) (content []byte, err error) {
	if len(ciphertext) > MaxLetterBytes {
		return nil, ErrTooLarge
	}
	r, size, err := decrypt(bytes.NewReader(ciphertext), int64(len(ciphertext)), ids)
	if err != nil {
		return nil, err
	}
	_, err = verify(io.NewSectionReader(r, 0, size), uint64(size), want, func(r io.Reader, n uint64) (err error) {
		content, err = io.ReadAll(r) // at most the ciphertext's size: verify has compared the length
		return err
	})
	return content, err
}

// decrypt opens an age file in place.
func decrypt(src io.ReaderAt, size int64, ids []age.Identity) (io.ReaderAt, int64, error) {
	if len(ids) == 0 {
		return nil, 0, ErrNotForUs
	}
	r, n, err := age.DecryptReaderAt(src, size, ids...)
	switch {
	case errors.Is(err, age.ErrIncorrectIdentity):
		return nil, 0, ErrNotForUs
	case err != nil:
		return nil, 0, fmt.Errorf("%w: %w", ErrMismatch, err)
	}
	return r, n, nil
}

// Reseal seals a part again for other recipients, after checking it: the same
// commitment, another root. Sheets are resealed for new members and epochs.
func Reseal(ciphertext []byte, ids []age.Identity, want Expected, to []Recipient) ([]byte, ledger.Sealed, error) {
	if _, err := open(ciphertext, ids, want); err != nil {
		return nil, ledger.Sealed{}, fmt.Errorf("reseal: %w", err)
	}
	r, size, err := decrypt(bytes.NewReader(ciphertext), int64(len(ciphertext)), ids)
	if err != nil {
		return nil, ledger.Sealed{}, fmt.Errorf("reseal: %w", err)
	}
	var out bytes.Buffer
	w, err := newSealer(&out, to)
	if err == nil {
		_, err = io.Copy(w, io.NewSectionReader(r, 0, size))
	}
	if err != nil {
		return nil, ledger.Sealed{}, fmt.Errorf("reseal: %w", err)
	}
	sealed, err := w.finish(want.Sealed.Commitment)
	if err == nil && out.Len() > MaxLetterBytes {
		err = ErrTooLarge
	}
	if err != nil {
		return nil, ledger.Sealed{}, fmt.Errorf("reseal: %w", err)
	}
	return out.Bytes(), sealed, nil
}

// Root is the BLAKE3 root of a ciphertext.
func Root(ciphertext []byte) ledger.Hash { return blake3.Sum256(ciphertext) }

// Matches tells whether a ciphertext is the first one that the entry names.
func Matches(ciphertext []byte, s ledger.Sealed) bool {
	return uint64(len(ciphertext)) == s.Size && Root(ciphertext) == s.Root
}

// sealStream seals a content of exactly size bytes.
func sealStream(dst io.Writer, b Binding, content io.Reader, size uint64, to []Recipient) (ledger.Sealed, error) {
	var s salt
	_, _ = rand.Read(s[:]) // never fails since Go 1.24
	w, err := newSealer(dst, to)
	if err != nil {
		return ledger.Sealed{}, err
	}
	sum := newCommitted()
	both := io.MultiWriter(w, sum)
	first := b.head(s, size)
	if _, err := both.Write(first); err != nil {
		return ledger.Sealed{}, err
	}
	if n, err := io.Copy(both, io.LimitReader(content, int64(size))); err != nil {
		return ledger.Sealed{}, err
	} else if uint64(n) != size {
		return ledger.Sealed{}, ErrSourceChanged
	}
	n := uint64(len(first)) + size
	if _, err := io.CopyN(w, zeros{}, int64(paddedSize(n)-n)); err != nil {
		return ledger.Sealed{}, err
	}
	return w.finish(sum.commitment())
}

// sealer encrypts for recipients and measures the ciphertext.
type sealer struct {
	io.WriteCloser
	root   *blake3.Hasher
	size   counter
	epochs []ledger.AgencyEpoch
}

func newSealer(dst io.Writer, to []Recipient) (*sealer, error) {
	keys, epochs, err := recipients(to)
	if err != nil {
		return nil, err
	}
	s := &sealer{root: blake3.New(32, nil), epochs: epochs}
	if s.WriteCloser, err = age.Encrypt(io.MultiWriter(dst, s.root, &s.size), keys...); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *sealer) finish(commitment ledger.Hash) (ledger.Sealed, error) {
	if err := s.Close(); err != nil {
		return ledger.Sealed{}, err
	}
	return ledger.Sealed{Commitment: commitment, Root: ledger.Hash(s.root.Sum(nil)), Size: uint64(s.size), Epochs: s.epochs}, nil
}

// recipients parses keys and sorts epochs by agency, as an entry needs them.
func recipients(to []Recipient) ([]age.Recipient, []ledger.AgencyEpoch, error) {
	to = slices.Clone(to)
	slices.SortFunc(to, func(a, b Recipient) int { return strings.Compare(string(a.Agency), string(b.Agency)) })
	var keys []age.Recipient
	var epochs []ledger.AgencyEpoch
	for i, r := range to {
		key, err := age.ParseHybridRecipient(r.Key)
		if err != nil || i > 0 && to[i-1].Agency == r.Agency {
			return nil, nil, fmt.Errorf("recipient of %s: %w", r.Agency, ErrNoRecipient)
		}
		keys, epochs = append(keys, key), append(epochs, r.AgencyEpoch)
	}
	if len(keys) == 0 {
		return nil, nil, ErrNoRecipient
	}
	return keys, epochs, nil
}

type counter uint64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
