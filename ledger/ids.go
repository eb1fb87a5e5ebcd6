package ledger

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"
	"unicode"
	"unicode/utf8"
)

// Hash is a SHA-256 or BLAKE3 digest.
type Hash [32]byte

// IsZero tells whether h was never set.
func (h Hash) IsZero() bool { return h == Hash{} }

// String is the whole hash in hexadecimal.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// Short is the first eight hexadecimal characters: the check code of a sign page.
func (h Hash) Short() string { return hex.EncodeToString(h[:4]) }

// MarshalText writes the hash in hexadecimal.
func (h Hash) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText reads 64 hexadecimal characters.
func (h *Hash) UnmarshalText(text []byte) error {
	p, err := ParseHash(string(text))
	if err == nil {
		*h = p
	}
	return err
}

// ParseHash reads 64 hexadecimal characters.
func ParseHash(s string) (Hash, error) {
	var h Hash
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != len(h) {
		return h, fmt.Errorf("%q is not a hash of 64 hexadecimal characters", clip(s))
	}
	copy(h[:], b)
	return h, nil
}

// Sum hashes the parts one after another with SHA-256.
func Sum(parts ...[]byte) Hash {
	if len(parts) == 1 {
		return sha256.Sum256(parts[0])
	}
	var small [256]byte // most of what is put together fits
	buf, n := small[:0], 0
	for _, p := range parts {
		n += len(p)
	}
	if n <= len(small) {
		for _, p := range parts {
			buf = append(buf, p...)
		}
		return sha256.Sum256(buf)
	}
	d := sha256.New()
	for _, p := range parts {
		d.Write(p)
	}
	return Hash(d.Sum(buf))
}

// NetworkID names a network: the hash of its founding document.
type NetworkID = Hash

// EntryID names an entry: SHA-256 of its unsigned body. It is also a request's
// number (the first submission), a version and an edition.
type EntryID = Hash

// KeyID names a public key: see PublicKey.ID.
type KeyID = Hash

// AgencyID is an agency's short code, such as "tax".
type AgencyID string

// NodeCode names a node within its agency, such as "office" or "desk-1".
type NodeCode string

// FieldName names a column of a dataset.
type FieldName string

// Code is a short code on the ledger: a dataset, basis, purpose or reason.
type Code string

// OfficialID is a random identifier of an official; it says nothing about the person.
type OfficialID [16]byte

// NewOfficialID draws an identifier.
func NewOfficialID() OfficialID {
	var id OfficialID
	_, _ = rand.Read(id[:]) // never fails since Go 1.24
	return id
}

// IsZero tells whether the identifier was never set.
func (o OfficialID) IsZero() bool { return o == OfficialID{} }

// String is the identifier in hexadecimal.
func (o OfficialID) String() string { return hex.EncodeToString(o[:]) }

// MarshalText writes the identifier in hexadecimal.
func (o OfficialID) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads 32 hexadecimal characters.
func (o *OfficialID) UnmarshalText(text []byte) error {
	b, err := hex.DecodeString(string(text))
	if err != nil || len(b) != len(o) {
		return fmt.Errorf("%q is not an official's identifier", clip(string(text)))
	}
	copy(o[:], b)
	return nil
}

// Height counts blocks from 1; 0 is before the first.
type Height int64

// Time is ledger time: milliseconds since 1970-01-01 UTC. Zero means "never".
type Time int64

// TimeOf converts a clock reading, cutting to milliseconds.
func TimeOf(t time.Time) Time { return Time(t.UnixMilli()) }

// Std converts to the standard library's time in UTC.
func (t Time) Std() time.Time { return time.UnixMilli(int64(t)).UTC() }

// Add moves t by d, cut to milliseconds.
func (t Time) Add(d time.Duration) Time { return t + Time(d.Milliseconds()) }

// Sub is the duration from u to t.
func (t Time) Sub(u Time) time.Duration { return time.Duration(t-u) * time.Millisecond }

// String is RFC 3339 with milliseconds.
func (t Time) String() string { return t.Std().Format("2006-01-02T15:04:05.000Z") }

// ErrBadCode says that a code is not [A-Za-z0-9._-]{1,32}.
var ErrBadCode = errors.New("a code has 1 to 32 letters, digits, dots, hyphens or underscores")

// ValidCode checks the form of any code, identifier or field name on the ledger.
func ValidCode[S ~string](s S) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '.', c == '_', c == '-':
		default:
			return false
		}
	}
	return 1 <= len(s) && len(s) <= maxCode
}

// maxCode is the length of the longest code in characters.
const maxCode = 32

// MaxTitleRunes limits the free text of titles.
const MaxTitleRunes = 120

// ErrBadTitle says that a title has no visible text, is too long, or holds
// characters that can deceive the eye (controls, bidirectional overrides,
// zero-width characters).
var ErrBadTitle = errors.New("a title has 1 to 120 visible characters")

// ValidTitle checks a title of an agency, dataset or basis.
func ValidTitle(s string) bool {
	if s == "" || !utf8.ValidString(s) || utf8.RuneCountInString(s) > MaxTitleRunes {
		return false
	}
	visible := false
	for _, r := range s {
		if unicode.Is(unicode.Cf, r) || unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return false
		}
		visible = visible || !unicode.IsSpace(r)
	}
	return visible
}

func clip(s string) string {
	if len(s) > 40 {
		return s[:40] + "…"
	}
	return s
}
