package ledger

import "encoding/base32"

// Leaf is one line of the log (RFC 6962): a proof of it covers the entry with
// its signature, where and when it stands, and what came of it.
type Leaf struct {
	_       struct{} `cbor:",toarray"`
	Height  Height
	Index   uint32 // within the block, from 0
	Time    Time
	Entry   Hash // Entry.SignedHash
	Outcome Refusal
}

// Bytes is the canonical form that the log hashes.
func (l Leaf) Bytes() []byte { return Encode(&l) }

// Hash is the leaf's in the log (RFC 6962 section 2.1).
func (l *Leaf) Hash() Hash { return SumWith([]byte{0}, l) }

// Seal opens a block that has entries: the proposer's clock, which is the
// block's ledger time. It is the block's first transaction.
type Seal struct {
	_    struct{} `cbor:",toarray"`
	Tag  string   // "seal/1"
	Time Time
}

const sealTag = "seal/1"

// MaxSealBytes is more than a seal ever needs.
const MaxSealBytes = 64

// NewSeal makes a seal.
func NewSeal(t Time) Seal { return Seal{Tag: sealTag, Time: t} }

// Bytes is the canonical form.
func (s Seal) Bytes() []byte { return Encode(s) }

// ParseSeal reads a seal.
func ParseSeal(b []byte) (Seal, error) {
	var s Seal
	if err := Decode(b, MaxSealBytes, &s); err != nil {
		return s, err
	}
	if s.Tag != sealTag || s.Time <= 0 {
		return s, ErrBadForm
	}
	return s, nil
}

// LogHead is the log after a block.
type LogHead struct {
	Size uint64 `cbor:"0,keyasint" json:"size"`
	Root Hash   `cbor:"1,keyasint" json:"root"`
}

// AppHash is what the next header carries: one certified header vouches for
// the whole history and state.
func AppHash(log LogHead, digest Hash) Hash {
	return Sum(Encode([]any{"countersign/app/v1", log.Size, log.Root[:], digest[:]}))
}

// ChainID is CometBFT's name for the network: at most 50 characters.
func ChainID(n NetworkID) string {
	return "cs-" + base32.HexEncoding.WithPadding(base32.NoPadding).EncodeToString(n[:20])
}
