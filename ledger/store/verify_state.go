package store

import (
	"bytes"
	"fmt"

	"countersign/ledger"
	"countersign/ledger/rules"
)

// shadowState is a state in memory. Three kinds of record make up most of a
// state and are kept by themselves: entries seen and commitments named, in a few
// bytes each, and requests, in an archive. The rules never walk over these.
type shadowState struct {
	seen     map[[8 + len(ledger.EntryID{})]byte]struct{}
	named    map[ledger.Hash]ledger.EntryID
	requests *archive
	small    rules.MapState
}

// The prefixes of two of them, and their values as the rules write them.
var (
	prefixSeen  = []byte("s/")
	prefixNamed = []byte("cm/")
	markerSeen  = []byte{0x01}
	headNamed   = []byte{0x58, byte(len(ledger.EntryID{}))} // CBOR: a byte string of that length
)

func newShadowState(requests *archive) *shadowState {
	return &shadowState{seen: map[[8 + len(ledger.EntryID{})]byte]struct{}{}, named: map[ledger.Hash]ledger.EntryID{}, requests: requests}
}

var _ rules.Reader = (*shadowState)(nil)

// Get returns the record at key, or nil (rules.Reader).
func (s *shadowState) Get(key []byte) []byte {
	if rest, ok := fixed(key, prefixSeen, 8+len(ledger.EntryID{})); ok {
		if _, seen := s.seen[[8 + len(ledger.EntryID{})]byte(rest)]; seen {
			return markerSeen
		}
		return nil
	}
	if rest, ok := fixed(key, prefixNamed, len(ledger.Hash{})); ok {
		if id, named := s.named[ledger.Hash(rest)]; named {
			return append(headNamed[:len(headNamed):len(headNamed)], id[:]...)
		}
		return nil
	}
	if rest, ok := fixed(key, requestPrefix(), len(ledger.EntryID{})); ok {
		raw, err := s.requests.get(ledger.EntryID(rest))
		if err != nil {
			panic(&rules.Damaged{Key: string(key), Err: err})
		}
		return raw
	}
	return s.small.Get(key)
}

// Ascend walks over all records but those of the three kinds (rules.Reader).
func (s *shadowState) Ascend(prefix, from []byte, fn func(key, value []byte) bool) {
	s.small.Ascend(prefix, from, fn)
}

// fixed cuts a prefix off a key of the length that goes with it.
func fixed(key, prefix []byte, n int) (rest []byte, ok bool) {
	return key[min(len(prefix), len(key)):], len(key) == len(prefix)+n && bytes.HasPrefix(key, prefix)
}

// write applies a change.
func (s *shadowState) write(c rules.Change) error {
	if rest, ok := fixed(c.Key, prefixSeen, 8+len(ledger.EntryID{})); ok && bytes.Equal(c.Value, markerSeen) {
		s.seen[[8 + len(ledger.EntryID{})]byte(rest)] = struct{}{}
		return nil
	}
	if rest, ok := fixed(c.Key, prefixNamed, len(ledger.Hash{})); ok {
		if id, ok := fixed(c.Value, headNamed, len(ledger.EntryID{})); ok {
			s.named[ledger.Hash(rest)] = ledger.EntryID(id)
			return nil
		}
	}
	if rest, ok := fixed(c.Key, requestPrefix(), len(ledger.EntryID{})); ok && c.Value != nil {
		return s.requests.put(ledger.EntryID(rest), c.Value)
	}
	for _, prefix := range [][]byte{prefixSeen, prefixNamed, requestPrefix()} {
		if bytes.HasPrefix(c.Key, prefix) {
			return fmt.Errorf("the rules wrote record %x in a form that Verify does not know", c.Key)
		}
	}
	s.small.Write([]rules.Change{c})
	return nil
}

// size is the number of records.
func (s *shadowState) size() int {
	return len(s.seen) + len(s.named) + s.requests.size() + s.small.Len()
}

// matchSeen, matchNamed, matchRequests and matchOthers expect these records in the file.
func (s *shadowState) matchSeen() matcher {
	return matcher{
		is: func(key, value []byte) bool {
			rest, ok := fixed(key, prefixSeen, 8+len(ledger.EntryID{}))
			if !ok || !bytes.Equal(value, markerSeen) {
				return false
			}
			_, seen := s.seen[[8 + len(ledger.EntryID{})]byte(rest)]
			return seen
		},
		all: func(n int) bool { return n == len(s.seen) },
	}
}

func (s *shadowState) matchNamed() matcher {
	return matcher{
		is: func(key, value []byte) bool {
			commitment, ok := fixed(key, prefixNamed, len(ledger.Hash{}))
			id, also := fixed(value, headNamed, len(ledger.EntryID{}))
			if !ok || !also {
				return false
			}
			want, named := s.named[ledger.Hash(commitment)]
			return named && want == ledger.EntryID(id)
		},
		all: func(n int) bool { return n == len(s.named) },
	}
}

func (s *shadowState) matchRequests() matcher {
	var failed error
	return matcher{
		is: func(key, value []byte) bool {
			id, ok := fixed(key, requestPrefix(), len(ledger.EntryID{}))
			if !ok || failed != nil {
				return false
			}
			var want []byte
			want, failed = s.requests.get(ledger.EntryID(id))
			return want != nil && bytes.Equal(value, want)
		},
		all: func(n int) bool { return n == s.requests.size() },
		err: func() error { return failed },
	}
}

func (s *shadowState) matchOthers() matcher { return matchAll(s.small.Len(), s.small.Get) }
