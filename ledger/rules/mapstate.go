package rules

import (
	"maps"
	"slices"
	"strings"
)

// MapState is a state in memory: for tests, benchmarks and tools. The zero
// value is empty. It is not safe for concurrent use.
type MapState struct {
	shelves map[string]*shelf
}

// shelf holds the records of one prefix; its order is made when it is first
// asked for, and kept from then on.
type shelf struct {
	records map[string][]byte
	order   *keyOrder // nil: never asked for
}

var _ Reader = (*MapState)(nil)

func shelfOf(key string) string {
	if i := strings.IndexByte(key, '/'); i >= 0 {
		return key[:i+1]
	}
	return key
}

// Get returns the record at key, or nil.
func (m *MapState) Get(key []byte) []byte {
	if s := m.shelves[shelfOf(string(key))]; s != nil {
		return s.records[string(key)]
	}
	return nil
}

// Ascend calls fn in the order of the keys. The prefix must hold a '/', as
// every prefix of the rules does, or be empty.
func (m *MapState) Ascend(prefix, from []byte, fn func(key, value []byte) bool) {
	names := []string{shelfOf(string(prefix))}
	if len(prefix) == 0 {
		names = slices.Sorted(maps.Keys(m.shelves))
	}
	start := max(string(prefix), string(from))
	for _, name := range names {
		s := m.shelves[name]
		if s == nil {
			continue
		}
		if s.order == nil {
			s.order = newKeyOrder(slices.Sorted(maps.Keys(s.records)))
		}
		for key := range s.order.from(start) {
			if !strings.HasPrefix(key, string(prefix)) {
				break
			}
			if !fn([]byte(key), s.records[key]) {
				return
			}
		}
	}
}

// Write applies the changes of a block.
func (m *MapState) Write(changes []Change) {
	if m.shelves == nil {
		m.shelves = map[string]*shelf{}
	}
	for _, c := range changes {
		key := string(c.Key)
		name := shelfOf(key)
		s := m.shelves[name]
		if s == nil {
			s = &shelf{records: map[string][]byte{}}
			m.shelves[name] = s
		}
		_, known := s.records[key]
		switch {
		case c.Value == nil && known:
			delete(s.records, key)
			s.order.remove(key)
		case c.Value != nil:
			s.records[key] = slices.Clone(c.Value)
			if !known {
				s.order.insert(key)
			}
		}
	}
}

// Len counts the records.
func (m *MapState) Len() int {
	n := 0
	for _, s := range m.shelves {
		n += len(s.records)
	}
	return n
}

// Clone copies the state.
func (m *MapState) Clone() *MapState {
	out := &MapState{shelves: make(map[string]*shelf, len(m.shelves))}
	for name, s := range m.shelves {
		out.shelves[name] = &shelf{records: maps.Clone(s.records)}
	}
	return out
}
