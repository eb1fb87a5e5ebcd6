package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"

	"countersign/ledger"
)

// bucket is one of the file's top-level buckets.
type bucket byte

// The buckets. Keys are ordered by time wherever they can be, so that a block
// touches few pages.
const (
	bMeta    bucket = iota // format, founding document, tip
	bBlocks                // height → blockRecord
	bEntries               // position → entryRecord
	bState                 // the rules' keys and values
	bTiles                 // level, index → up to 16 node hashes of the log
	bPosts                 // class, term, first position → positions
	bIDs                   // entry IDs: sorted runs and a tail
	bRows                  // rows of lists of requests
	bCounts                // counters
	bCerts                 // height → the engine's header and commit
	bucketCount
)

// names are fixed by the format.
func (b bucket) name() string {
	return [...]string{"meta", "blocks", "entries", "state", "tiles", "posts", "ids", "rows", "counts", "certs"}[b]
}

// grows tells whether the bucket's keys only ever grow: its pages can be filled.
func (b bucket) grows() bool { return b == bBlocks || b == bEntries || b == bTiles || b == bCerts }

// tagSize is the size of a record's check in bytes.
const tagSize = 8

// tag is the check of a record: the beginning of SHA-256 over bucket, key and
// value, so that a record moved elsewhere is noticed as well as a changed one.
func tag(b bucket, key, value []byte) [tagSize]byte {
	var small [1536]byte // most entries fit
	buf := small[:0]
	if n := 5 + len(key) + len(value); n > len(small) {
		buf = make([]byte, 0, n)
	}
	buf = append(buf, byte(b))
	buf = binary.BigEndian.AppendUint32(buf, uint32(len(key)))
	buf = append(buf, key...)
	buf = append(buf, value...)
	sum := sha256.Sum256(buf)
	return [tagSize]byte(sum[:tagSize])
}

// seal returns value with its check appended.
func seal(b bucket, key, value []byte) []byte {
	t := tag(b, key, value)
	out := make([]byte, 0, len(value)+tagSize)
	return append(append(out, value...), t[:]...)
}

// unseal returns the value without its check, or false when it does not match.
func unseal(b bucket, key, raw []byte) ([]byte, bool) {
	n := len(raw) - tagSize
	if n < 0 {
		return nil, false
	}
	t := tag(b, key, raw[:n])
	return raw[:n:n], bytes.Equal(t[:], raw[n:])
}

// be64 is a number as a key, ordered.
func be64(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

// tipRecord is where the replica stands.
type tipRecord struct {
	Height   ledger.Height  `cbor:"0,keyasint"`
	Time     ledger.Time    `cbor:"1,keyasint"` // of the last seal
	Head     ledger.LogHead `cbor:"2,keyasint"`
	Digest   ledger.Hash    `cbor:"3,keyasint"`
	Blocks   uint64         `cbor:"4,keyasint"` // recorded ones: with entries or faults
	Last     ledger.Height  `cbor:"5,keyasint"` // the last recorded block; 0: none
	EngineID []byte         `cbor:"6,keyasint"` // the last block's, recorded or not
}

func (t tipRecord) appHash() ledger.Hash { return ledger.AppHash(t.Head, t.Digest) }

// blockRecord is one block that changed something.
type blockRecord struct {
	Time     ledger.Time    `cbor:"0,keyasint"`
	First    uint64         `cbor:"1,keyasint"` // log position of its first entry
	Count    uint32         `cbor:"2,keyasint"`
	Head     ledger.LogHead `cbor:"3,keyasint"` // after the block
	Digest   ledger.Hash    `cbor:"4,keyasint"` // after the block
	EngineID []byte         `cbor:"5,keyasint"`
	Faults   []faultRecord  `cbor:"6,keyasint,omitempty"`
}

type faultRecord struct {
	_         struct{} `cbor:",toarray"`
	Consensus ledger.KeyID
	Height    ledger.Height
	Proof     []byte
}

// entryRecord is one entry as it was ordered, with what came of it.
type entryRecord struct {
	_       struct{} `cbor:",toarray"`
	Height  ledger.Height
	Index   uint32
	Time    ledger.Time
	Outcome ledger.Refusal
	Raw     []byte
}

type certificateRecord struct {
	_      struct{} `cbor:",toarray"`
	Header []byte
	Commit []byte
}

// Keys of bMeta.
var (
	keyFormat   = []byte("format")
	keyFounding = []byte("founding")
	keyTip      = []byte("tip")
)
