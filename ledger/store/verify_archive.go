package store

import (
	"fmt"
	"os"

	"countersign/ledger"
)

// archiveBytes bounds each of the two generations of records in memory.
const archiveBytes = 16 << 20

// archive keeps the records of requests. Those that were not written lately go
// to a file, of which only their places are remembered.
type archive struct {
	path       string
	limit      int // bytes of a generation
	young, old map[ledger.EntryID][]byte
	bytes      int // of young
	places     map[ledger.EntryID]place
	file       *os.File // nil: not needed yet
	end        int64
}

type place struct {
	at   int64
	size uint32
}

func newArchive(path string, limit int) *archive {
	return &archive{path: path, limit: limit, young: map[ledger.EntryID][]byte{}, places: map[ledger.EntryID]place{}}
}

// put keeps a record, which nobody may change any more.
func (a *archive) put(id ledger.EntryID, raw []byte) error {
	if a.bytes += len(raw); a.bytes > a.limit {
		if err := a.spill(); err != nil {
			return fmt.Errorf("put requests aside: %w", err)
		}
		a.old, a.young, a.bytes = a.young, map[ledger.EntryID][]byte{}, len(raw)
	}
	a.young[id] = raw
	return nil
}

// spill writes what the old generation alone has.
func (a *archive) spill() error {
	if a.file == nil {
		f, err := os.OpenFile(a.path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return err
		}
		a.file = f
	}
	size := 0
	for _, raw := range a.old {
		size += len(raw)
	}
	out := make([]byte, 0, size)
	for id, raw := range a.old {
		if _, newer := a.young[id]; !newer {
			a.places[id] = place{at: a.end + int64(len(out)), size: uint32(len(raw))}
			out = append(out, raw...)
		}
	}
	if _, err := a.file.WriteAt(out, a.end); err != nil {
		return err
	}
	a.end += int64(len(out))
	return nil
}

// get returns a record, or nil.
func (a *archive) get(id ledger.EntryID) ([]byte, error) {
	if raw, ok := a.young[id]; ok {
		return raw, nil
	}
	if raw, ok := a.old[id]; ok {
		return raw, nil
	}
	p, ok := a.places[id]
	if !ok {
		return nil, nil
	}
	raw := make([]byte, p.size)
	if _, err := a.file.ReadAt(raw, p.at); err != nil {
		return nil, fmt.Errorf("read a request put aside: %w", err)
	}
	return raw, nil
}

// size is the number of records.
func (a *archive) size() int {
	n := len(a.young)
	for id := range a.old {
		if _, newer := a.young[id]; !newer {
			n++
		}
	}
	for id := range a.places {
		_, young := a.young[id]
		_, old := a.old[id]
		if !young && !old {
			n++
		}
	}
	return n
}

func (a *archive) close() {
	if a.file != nil {
		_ = a.file.Close()
	}
}
