package store

import (
	"cmp"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"countersign/ledger"
	"countersign/ledger/rules"
)

// BlockInfo is a block that had entries or faults, and what stood after it.
type BlockInfo struct {
	Height   ledger.Height
	Time     ledger.Time // of its seal
	First    uint64      // log position of its first entry
	Count    uint32      // entries
	Head     ledger.LogHead
	Digest   ledger.Hash
	AppHash  ledger.Hash
	EngineID []byte             // the engine's hash of the block
	Faults   []rules.DoubleVote // proofs of double votes that came with it
}

// EntryRecord is an entry where it stands on the ledger.
type EntryRecord struct {
	Position uint64 // in the log, from 0
	Height   ledger.Height
	Index    uint32         // in its block, from 0
	Time     ledger.Time    // of its block
	Outcome  ledger.Refusal // Accepted, or why it does not count
	Raw      []byte         // as it was signed
}

// Entry reads the entry itself.
func (r *EntryRecord) Entry() (*ledger.Entry, error) { return ledger.Parse(r.Raw) }

// Leaf is the entry's line of the log.
func (r *EntryRecord) Leaf() ledger.Leaf {
	return ledger.Leaf{Height: r.Height, Index: r.Index, Time: r.Time, Entry: ledger.Sum(r.Raw), Outcome: r.Outcome}
}

// Block returns the block at a height; ErrNotFound when it had no entries or is
// not there yet.
func (tx *Tx) Block(h ledger.Height) (*BlockInfo, error) {
	var r blockRecord
	if err := tx.record(bBlocks, be64(uint64(h)), &r); err != nil {
		return nil, fmt.Errorf("block %d: %w", h, err)
	}
	return r.info(h), nil
}

func (r *blockRecord) info(h ledger.Height) *BlockInfo {
	b := &BlockInfo{Height: h, Time: r.Time, First: r.First, Count: r.Count, Head: r.Head, Digest: r.Digest,
		AppHash: ledger.AppHash(r.Head, r.Digest), EngineID: r.EngineID}
	for _, f := range r.Faults {
		b.Faults = append(b.Faults, rules.DoubleVote{Consensus: f.Consensus, Height: f.Height, Proof: f.Proof})
	}
	return b
}

// BlocksBefore returns up to n recorded blocks below a height, newest first; 0
// asks for the newest.
func (tx *Tx) BlocksBefore(h ledger.Height, n int) ([]*BlockInfo, error) {
	var before []byte
	if h > 0 {
		before = be64(uint64(h))
	}
	var out []*BlockInfo
	for w := tx.descend(bBlocks, nil, before); w.valid() && len(out) < n; w.prev() {
		b, err := tx.blockAt(w)
		if err != nil {
			return nil, err
		}
		out = append(out, b)
	}
	return out, tx.err
}

// BlocksFrom returns up to n recorded blocks from a height on, oldest first.
func (tx *Tx) BlocksFrom(h ledger.Height, n int) ([]*BlockInfo, error) {
	var out []*BlockInfo
	for w := tx.ascend(bBlocks, nil, be64(uint64(h))); w.valid() && len(out) < n; w.next() {
		b, err := tx.blockAt(w)
		if err != nil {
			return nil, err
		}
		out = append(out, b)
	}
	return out, tx.err
}

func (tx *Tx) blockAt(w *walk) (*BlockInfo, error) {
	var r blockRecord
	if len(w.key) != 8 || ledger.DecodeRecord(w.value, &r) != nil {
		tx.fail("block record %x", w.key)
		return nil, tx.err
	}
	return r.info(heightOf(w.key)), nil
}

// Entry returns one entry of a block.
func (tx *Tx) Entry(h ledger.Height, index uint32) (*EntryRecord, error) {
	b, err := tx.Block(h)
	if err != nil {
		return nil, err
	}
	if index >= b.Count {
		return nil, fmt.Errorf("entry %d of block %d: %w", index, h, ErrNotFound)
	}
	return tx.EntryAt(b.First + uint64(index))
}

// EntryAt returns the entry at a position of the log.
func (tx *Tx) EntryAt(position uint64) (*EntryRecord, error) {
	var r entryRecord
	if err := tx.record(bEntries, be64(position), &r); err != nil {
		return nil, fmt.Errorf("entry at position %d: %w", position, err)
	}
	return &EntryRecord{Position: position, Height: r.Height, Index: r.Index, Time: r.Time, Outcome: r.Outcome, Raw: r.Raw}, nil
}

// EntryByID returns the entry with an ID, or ErrNotFound.
func (tx *Tx) EntryByID(id ledger.EntryID) (*EntryRecord, error) {
	var found *EntryRecord
	var failed error
	tx.candidates(id, tx.Head().Size, func(position uint64) bool {
		r, err := tx.EntryAt(position)
		if err != nil {
			failed = asDamage(err, fmt.Sprintf("entry at position %d", position))
			return true
		}
		e, err := r.Entry()
		if err == nil && e.ID() == id {
			found = r
		}
		return found != nil
	})
	switch {
	case tx.err != nil:
		return nil, fmt.Errorf("entry %s: %w", id.Short(), tx.err)
	case failed != nil:
		return nil, failed
	case found == nil:
		return nil, fmt.Errorf("entry %s: %w", id.Short(), ErrNotFound)
	}
	return found, nil
}

// EntriesNumbered returns up to n entries whose IDs begin with hexadecimal digits,
// newest first. With fewer than four digits, or with anything else among them, there
// are none.
func (tx *Tx) EntriesNumbered(digits string, n int) ([]*EntryRecord, error) {
	digits = strings.ToLower(digits)
	if len(digits) < 4 || len(digits) > 2*len(ledger.EntryID{}) || strings.Trim(digits, "0123456789abcdef") != "" {
		return nil, nil
	}
	var low, high [idPrefix]byte
	first := digits[:min(len(digits), 2*idPrefix)]
	for end, fill := range map[*[idPrefix]byte]string{&low: "0", &high: "f"} {
		if _, err := hex.Decode(end[:], []byte(first+strings.Repeat(fill, 2*idPrefix-len(first)))); err != nil {
			return nil, err
		}
	}
	var positions []uint64
	tx.numbered(low, high, tx.Head().Size, func(p uint64) bool {
		positions = append(positions, p)
		return false
	})
	slices.SortFunc(positions, func(a, b uint64) int { return cmp.Compare(b, a) })
	var out []*EntryRecord
	for _, p := range positions {
		r, err := tx.EntryAt(p)
		if err != nil {
			return nil, asDamage(err, fmt.Sprintf("entry at position %d", p))
		}
		if e, err := r.Entry(); err == nil && strings.HasPrefix(e.ID().String(), digits) {
			if out = append(out, r); len(out) == n {
				break
			}
		}
	}
	return out, tx.err
}

// EntriesBefore returns up to n entries below a position, newest first. Here and
// below math.MaxUint64 asks for the newest, and the last record's Position goes
// on from there.
func (tx *Tx) EntriesBefore(position uint64, n int) ([]*EntryRecord, error) {
	var positions []uint64
	for p := min(position, tx.Head().Size); p > 0 && len(positions) < n; p-- {
		positions = append(positions, p-1)
	}
	return tx.entriesAt(positions)
}

// EntriesFrom returns up to n entries from a position on, oldest first.
func (tx *Tx) EntriesFrom(position uint64, n int) ([]*EntryRecord, error) {
	var positions []uint64
	for p := position; p < tx.Head().Size && len(positions) < n; p++ {
		positions = append(positions, p)
	}
	return tx.entriesAt(positions)
}

// EntriesByAuthor returns entries signed by a key, newest first.
func (tx *Tx) EntriesByAuthor(key ledger.KeyID, before uint64, n int) ([]*EntryRecord, error) {
	return tx.entriesAt(tx.newestPosts(postAuthor, key[:], before, n))
}

// EntriesByAgency returns entries signed for an agency, newest first.
func (tx *Tx) EntriesByAgency(agency ledger.AgencyID, before uint64, n int) ([]*EntryRecord, error) {
	return tx.entriesAt(tx.newestPosts(postAgency, []byte(agency), before, n))
}

// EntriesByKind returns entries of a kind, newest first.
func (tx *Tx) EntriesByKind(kind ledger.Kind, before uint64, n int) ([]*EntryRecord, error) {
	return tx.entriesAt(tx.newestPosts(postKind, []byte{byte(kind)}, before, n))
}

// EntriesRefused returns entries that were ordered and do not count, newest first.
func (tx *Tx) EntriesRefused(before uint64, n int) ([]*EntryRecord, error) {
	return tx.entriesAt(tx.newestPosts(postRefused, nil, before, n))
}

// EntriesOfRequest returns the entries about a request, the refused ones and the
// submission included, newest first.
func (tx *Tx) EntriesOfRequest(id ledger.EntryID, before uint64, n int) ([]*EntryRecord, error) {
	r, err := tx.Request(id)
	if err != nil {
		return nil, err
	}
	return tx.entriesAt(tx.newestPosts(postRequest, requestTerm(id, r.Submitted), before, n))
}

// entriesAt reads entries whose positions come from an index: all must be there.
func (tx *Tx) entriesAt(positions []uint64) ([]*EntryRecord, error) {
	out := make([]*EntryRecord, 0, len(positions))
	for _, p := range positions {
		r, err := tx.EntryAt(p)
		if err != nil {
			return nil, asDamage(err, fmt.Sprintf("entry at position %d", p))
		}
		out = append(out, r)
	}
	return slices.Clip(out), tx.err
}
