package desk

import (
	"cmp"
	"maps"
	"slices"
	"sync"

	"countersign/ledger"
)

// maxMarks limits the file of marks; the oldest go first and show as read,
// because a mark is dropped only for a request long past.
const maxMarks = 4096

const marksFile = "read.json"

// marks remembers what one official has read: for each request the version and
// when its state had last changed. They hold request numbers only.
type marks struct {
	mu     sync.Mutex
	where  cabinet
	read   map[ledger.EntryID]mark
	cutoff ledger.Time // requests that changed before it count as read
	// held was marked unread by hand and stays so while it is still open, and when it
	// is the first to be opened again: until something else has been read.
	held ledger.EntryID
}

type mark struct {
	Version ledger.EntryID `json:"version"`
	At      ledger.Time    `json:"at"`
}

type markFile struct {
	Read   map[ledger.EntryID]mark `json:"read"`
	Cutoff ledger.Time             `json:"cutoff"`
	Held   *ledger.EntryID         `json:"held,omitempty"`
}

// openMarks reads the file; a missing or unreadable one means that nothing has been read.
func openMarks(where cabinet) *marks {
	m := &marks{where: where, read: map[ledger.EntryID]mark{}}
	data, err := where.read(marksFile)
	if err != nil {
		return m
	}
	var f markFile
	if decodeFile(data, &f) == nil && f.Read != nil {
		m.read, m.cutoff = f.Read, f.Cutoff
		if f.Held != nil {
			m.held = *f.Held
		}
	}
	return m
}

// unread tells whether a request has a version, or since its reading a change
// of state, that the official has not seen.
func (m *marks) unread(id, version ledger.EntryID, changed ledger.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	seen, ok := m.read[id]
	if !ok {
		return changed > m.cutoff
	}
	return seen.Version != version || changed > seen.At
}

// set marks a request as read and keeps that; it reports whether it was news. One
// that was marked unread by hand stays so while it is open.
func (m *marks) set(id, version ledger.EntryID, changed ledger.Time) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := mark{Version: version, At: changed}
	if m.held == id || m.read[id] == now && m.held.IsZero() {
		return false, nil
	}
	m.held = ledger.EntryID{}
	m.read[id] = now
	return true, m.keep()
}

// setByHand marks a request as read or unread because somebody says so.
func (m *marks) setByHand(id, version ledger.EntryID, changed ledger.Time, read bool) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if read {
		m.held = ledger.EntryID{}
		m.read[id] = mark{Version: version, At: changed}
	} else {
		m.held = id
		m.read[id] = mark{At: changed} // no version: the present one is news
	}
	return m.keep()
}

func (m *marks) keep() error {
	m.trim()
	f := markFile{Read: m.read, Cutoff: m.cutoff}
	if !m.held.IsZero() {
		f.Held = &m.held
	}
	data, err := encodeFile(f)
	if err != nil {
		return err
	}
	return m.where.write(marksFile, data)
}

func (m *marks) trim() {
	if len(m.read) <= maxMarks {
		return
	}
	ids := slices.SortedFunc(maps.Keys(m.read), func(a, b ledger.EntryID) int {
		return cmp.Compare(m.read[a].At, m.read[b].At)
	})
	for _, id := range ids[:len(ids)-maxMarks*3/4] {
		m.cutoff = max(m.cutoff, m.read[id].At)
		delete(m.read, id)
	}
}
