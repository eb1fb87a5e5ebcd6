package consensus

import (
	"sync"

	"countersign/ledger"
)

// parsedBytes bounds the entries kept parsed, in bytes of their wire form: half
// of it is the young generation. More would cost the garbage collector more than
// parsing some entries again does.
const parsedBytes = 8 << 20

// parsedEntries keeps entries parsed: each is looked at on its way into the
// pool, in a proposal and in the block, and parsing is most of that. Entries
// are immutable, so one serves all. It forgets by generations.
type parsedEntries struct {
	half       int
	mu         sync.Mutex
	bytes      int
	young, old map[ledger.Hash]*ledger.Entry
}

func newParsedEntries(bytes int) *parsedEntries {
	return &parsedEntries{half: bytes / 2, young: map[ledger.Hash]*ledger.Entry{}}
}

// parse is ledger.Parse. What cannot be parsed is not remembered.
func (c *parsedEntries) parse(raw []byte) (*ledger.Entry, error) {
	return c.parseSummed(ledger.Sum(raw), raw)
}

// find returns the entry with a hash if it is kept, else nil.
func (c *parsedEntries) find(h ledger.Hash) *ledger.Entry {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e := c.young[h]; e != nil {
		return e
	}
	return c.old[h]
}

// parseSummed is parse for who knows the hash.
func (c *parsedEntries) parseSummed(h ledger.Hash, raw []byte) (*ledger.Entry, error) {
	if e := c.find(h); e != nil {
		return e, nil
	}
	e, err := ledger.Parse(raw)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.bytes += len(raw); c.bytes > c.half {
		c.old, c.young, c.bytes = c.young, map[ledger.Hash]*ledger.Entry{}, len(raw)
	}
	c.young[h] = e
	return e, nil
}

// lately is the identifiers of the newest blocks' entries.
type lately struct {
	mu     sync.Mutex
	blocks [4]map[ledger.EntryID]bool // the newest first
}

func (l *lately) add(entries []*ledger.Entry) {
	ids := make(map[ledger.EntryID]bool, len(entries))
	for _, e := range entries {
		ids[e.ID()] = true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	copy(l.blocks[1:], l.blocks[:])
	l.blocks[0] = ids
}

func (l *lately) has(id ledger.EntryID) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, ids := range l.blocks {
		if ids[id] {
			return true
		}
	}
	return false
}
