package rules

import "countersign/ledger"

// Reader is a snapshot of the state: records by key. It is safe only as long
// as its owner says; rules never keep it.
type Reader interface {
	// Get returns the record at key, or nil. The caller must not change it.
	Get(key []byte) []byte
	// Ascend calls fn for each record whose key has the prefix, in the order of
	// the keys from the first that is not before from, until fn returns false.
	Ascend(prefix, from []byte, fn func(key, value []byte) bool)
}

// Verifier checks the signature of a parsed entry by the enrolled key. One that
// remembers (by Entry.SignedHash) saves the second and third look.
type Verifier interface {
	Verify(key ledger.PublicKey, e *ledger.Entry) bool
}

// Change is one record of the state that a block has changed; a nil Value
// deletes it.
type Change struct {
	_     struct{} `cbor:",toarray"`
	Key   []byte
	Value []byte

	record any // what Value encodes, where the rules had it decoded
}

// Request is the record of a request that Value encodes; nil when the rules did
// not have it decoded. It must not be changed, and is valid until the Chain that
// made the change applies another block.
func (c Change) Request() *Request {
	r, _ := c.record.(*Request)
	return r
}

// Outcome is what came of one admitted entry.
type Outcome struct {
	Entry *ledger.Entry
	Code  ledger.Refusal // Accepted, or why not
	Index int            // in Block.Entries
}

// Dropped is an entry of the block that is not admissible. Keepers do not let
// one into a block, so a list with one comes from a test or from keepers of
// whom more than two thirds are broken. It is not logged.
type Dropped struct {
	Index int // in Block.Entries
	Err   error
}

// DoubleVote is the engine's proof that a keeper voted for two blocks: the two
// signed votes in the engine's own encoding.
type DoubleVote struct {
	Consensus ledger.KeyID  // the culprit's key
	Height    ledger.Height // of the votes
	Proof     []byte        // DuplicateVoteEvidence, protobuf
}

// Block is what Apply needs to know of a block.
type Block struct {
	Height  ledger.Height
	Time    ledger.Time     // of the seal
	Entries []*ledger.Entry // without the seal; nil for a transaction that is no entry
	Faults  []DoubleVote
	Head    ledger.LogHead // the log before this block; zero: not checked
	Digest  ledger.Hash    // the state digest before this block
}

// Result is what a block does to the state. Log and digest follow from it.
type Result struct {
	// Outcomes are the admitted entries in order. An entry's place in this
	// list, not in the block, is its leaf's Index.
	Outcomes []Outcome
	Dropped  []Dropped
	Log      ledger.LogHead // the log after this block
	Faults   []Fault        // double votes put on record by this block
	Changes  []Change       // sorted by key, one for each key
	Digest   ledger.Hash
	Keepers  []KeeperChange // sorted by key; the difference that the engine needs
	// RulesVersion is non-zero when the block puts another version in force.
	RulesVersion uint64
}

// KeeperChange sets one keeper's power: KeeperPower, or 0 to remove it.
type KeeperChange struct {
	Key   ledger.PublicKey
	Power int64
}

// KeeperPower is every keeper's power; with 1 CometBFT's median would be the
// earliest stamp.
const KeeperPower = 10
