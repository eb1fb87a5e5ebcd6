package consensus

import (
	"sync"

	"countersign/ledger"
	"countersign/ledger/rules"
)

// signatureCacheSize bounds the verified signatures remembered: more than a
// full pool's entries are verified again.
const signatureCacheSize = 64_000

// readyKeys are kept ready for verifying: more than work at a time.
const readyKeys = 1024

// signatureCache verifies each signature once, on the way into the pool, and
// remembers it for the proposal and the block. It forgets by generations: when
// the young one is full the old one goes.
type signatureCache struct {
	keys       *ledger.KeyCache
	half       int
	mu         sync.Mutex
	young, old map[verified]struct{}
}

// verified says which signed entry a signature was found to hold for, and by
// which key: only the enrolled one counts, and the caller names it.
type verified struct {
	entry     ledger.Hash // body and signature
	algorithm ledger.Algorithm
	key       [maxKeyBytes]byte
}

// maxKeyBytes is the longest public key, a compressed point of P-256.
const maxKeyBytes = 33

func verifiedBy(key ledger.PublicKey, e *ledger.Entry) verified {
	v := verified{entry: e.SignedHash(), algorithm: key.Algorithm}
	copy(v.key[:], key.Bytes)
	return v
}

var _ rules.Verifier = (*signatureCache)(nil)

func newSignatureCache(size int) *signatureCache {
	return &signatureCache{keys: ledger.NewKeyCache(readyKeys), half: size / 2, young: map[verified]struct{}{}}
}

// Verify checks an entry's signature by the key.
func (c *signatureCache) Verify(key ledger.PublicKey, e *ledger.Entry) bool {
	mark := verifiedBy(key, e)
	if c.known(mark) {
		return true
	}
	if !c.keys.Verify(key, e.SigningBytes(), e.Signature) {
		return false
	}
	c.remember(mark)
	return true
}

func (c *signatureCache) remember(marks ...verified) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, mark := range marks {
		if len(c.young) >= c.half {
			c.old, c.young = c.young, make(map[verified]struct{}, c.half)
		}
		c.young[mark] = struct{}{}
	}
}

func (c *signatureCache) known(mark verified) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, young := c.young[mark]
	_, old := c.old[mark]
	return young || old
}

// maxDoubtful bounds the entries that proposals of ours have left out.
const maxDoubtful = 4096

// hashSet is a bounded set; the oldest go first.
type hashSet struct {
	mu    sync.Mutex
	max   int
	in    map[ledger.Hash]struct{}
	order []ledger.Hash
}

func newHashSet(max int) *hashSet { return &hashSet{max: max, in: map[ledger.Hash]struct{}{}} }

func (s *hashSet) add(h ledger.Hash) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.in[h]; ok {
		return
	}
	if len(s.order) >= s.max {
		delete(s.in, s.order[0])
		s.order = s.order[1:]
	}
	s.in[h] = struct{}{}
	s.order = append(s.order, h)
}

func (s *hashSet) has(h ledger.Hash) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.in[h]
	return ok
}

// Bounds of the entries held aside. Anybody can make entries of unknown
// authors, so they are few and short-lived.
const (
	maxHeld      = 256
	maxHeldBytes = 2 << 20
	heldBlocks   = 3 // so many blocks with changes an entry waits for
)

// heldEntries keeps entries of authors this node does not know yet for the
// next blocks: one of them may enrol the author.
type heldEntries struct {
	mu    sync.Mutex
	bytes int
	list  []heldEntry
	in    map[ledger.Hash]int // tries left
}

type heldEntry struct {
	hash ledger.Hash
	raw  []byte
}

func newHeldEntries() *heldEntries { return &heldEntries{in: map[ledger.Hash]int{}} }

// add holds an entry and tells whether it is held; one that was tried after
// enough blocks is not any more.
func (q *heldEntries) add(raw []byte) bool {
	h := ledger.Sum(raw)
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, e := range q.list {
		if e.hash == h {
			return true
		}
	}
	if left, tried := q.in[h]; tried && left <= 0 {
		delete(q.in, h)
		return false
	}
	if len(q.list) >= maxHeld || q.bytes+len(raw) > maxHeldBytes {
		return false
	}
	if _, tried := q.in[h]; !tried {
		if len(q.in) >= 4*maxHeld { // hashes of entries that never came again
			q.in = map[ledger.Hash]int{}
		}
		q.in[h] = heldBlocks
	}
	q.list = append(q.list, heldEntry{hash: h, raw: raw})
	q.bytes += len(raw)
	return true
}

// take empties the queue after a block: each entry is to be checked again, and
// those whose author is still unknown come back by add.
func (q *heldEntries) take() [][]byte {
	q.mu.Lock()
	defer q.mu.Unlock()
	out := make([][]byte, 0, len(q.list))
	for _, e := range q.list {
		q.in[e.hash]--
		out = append(out, e.raw)
	}
	q.list, q.bytes = nil, 0
	return out
}
