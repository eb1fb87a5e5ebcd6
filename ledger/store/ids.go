package store

import (
	"bytes"
	"encoding/binary"
	"slices"

	"countersign/ledger"
)

// Entry IDs are random, and an index ordered by them would touch as many pages
// as a block has entries. So they are kept like a log-structured merge tree:
// the newest ones in one unsorted tail, older ones in sorted runs. A full tail
// becomes a run of level 1; 16 runs of a level become one of the next. Which
// runs there are follows from the number of entries alone.
//
// The tail: the first 8 bytes of each ID, in order. A run: pages of rows
// {first 8 bytes, offset of the position}, under level, number, first prefix.
const (
	idTail    = 256
	idFan     = 16
	idPrefix  = 8
	idRow     = idPrefix + 4
	idPage    = 256 // rows
	idTailKey = 0   // level of the tail's key
)

// runSize is how many entries a run of a level covers.
func runSize(level int) uint64 {
	n := uint64(idTail)
	for ; level > 1; level-- {
		n *= idFan
	}
	return n
}

type idEntry struct {
	prefix   [idPrefix]byte
	position uint64
}

func runKey(level int, number uint64) []byte {
	return binary.BigEndian.AppendUint64([]byte{byte(level)}, number)
}

// candidates are the positions of entries whose ID begins as id does; fn returns
// true to stop.
func (tx *Tx) candidates(id ledger.EntryID, size uint64, fn func(position uint64) bool) {
	tail := tx.get(bIDs, []byte{idTailKey})
	base := size - size%idTail
	if uint64(len(tail)) != (size-base)*idPrefix {
		if tx.err == nil {
			tx.fail("the tail of entry identifiers")
		}
		return
	}
	for i := len(tail) - idPrefix; i >= 0; i -= idPrefix {
		if bytes.Equal(tail[i:i+idPrefix], id[:idPrefix]) && fn(base+uint64(i/idPrefix)) {
			return
		}
	}
	for level := 1; runSize(level) <= base; level++ {
		whole := base / runSize(level)
		for n := whole; n > whole-whole%idFan; n-- {
			if tx.inRun(level, n-1, id, fn) || tx.err != nil {
				return
			}
		}
	}
}

// inRun looks into one run: the page that can hold the prefix is the last one
// that does not begin behind it; equal prefixes are never split.
func (tx *Tx) inRun(level int, number uint64, id ledger.EntryID, fn func(uint64) bool) bool {
	run := runKey(level, number)
	behind := after(append(run[:len(run):len(run)], id[:idPrefix]...))
	w := tx.descend(bIDs, run, behind)
	if !w.valid() {
		return false
	}
	rows := w.value
	at := lowerBound(rows, id[:idPrefix])
	for ; at+idRow <= len(rows) && bytes.Equal(rows[at:at+idPrefix], id[:idPrefix]); at += idRow {
		if fn(number*runSize(level) + uint64(binary.BigEndian.Uint32(rows[at+idPrefix:]))) {
			return true
		}
	}
	return false
}

// numbered are the positions of entries whose IDs begin with something from low to
// high; fn returns true to stop.
func (tx *Tx) numbered(low, high [idPrefix]byte, size uint64, fn func(position uint64) bool) {
	within := func(prefix []byte) bool {
		return bytes.Compare(prefix, low[:]) >= 0 && bytes.Compare(prefix, high[:]) <= 0
	}
	tail := tx.get(bIDs, []byte{idTailKey})
	base := size - size%idTail
	if uint64(len(tail)) != (size-base)*idPrefix {
		if tx.err == nil {
			tx.fail("the tail of entry identifiers")
		}
		return
	}
	for i := len(tail) - idPrefix; i >= 0; i -= idPrefix {
		if within(tail[i:i+idPrefix]) && fn(base+uint64(i/idPrefix)) {
			return
		}
	}
	for level := 1; runSize(level) <= base; level++ {
		whole := base / runSize(level)
		for n := whole; n > whole-whole%idFan; n-- {
			if tx.numberedInRun(level, n-1, low, high, fn) || tx.err != nil {
				return
			}
		}
	}
}

// numberedInRun looks into one run, from the last page that does not begin behind low.
func (tx *Tx) numberedInRun(level int, number uint64, low, high [idPrefix]byte, fn func(uint64) bool) bool {
	run := runKey(level, number)
	first := append(run[:len(run):len(run)], low[:]...)
	w := tx.descend(bIDs, run, after(first))
	if !w.valid() {
		w = tx.ascend(bIDs, run, first)
	}
	for ; w.valid(); w.next() {
		for at := lowerBound(w.value, low[:]); at+idRow <= len(w.value); at += idRow {
			if bytes.Compare(w.value[at:at+idPrefix], high[:]) > 0 {
				return false
			}
			if fn(number*runSize(level) + uint64(binary.BigEndian.Uint32(w.value[at+idPrefix:]))) {
				return true
			}
		}
	}
	return false
}

// lowerBound is the offset of the first row that is not before prefix.
func lowerBound(rows, prefix []byte) int {
	lo, hi := 0, len(rows)/idRow
	for lo < hi {
		if mid := (lo + hi) / 2; bytes.Compare(rows[mid*idRow:mid*idRow+idPrefix], prefix) < 0 {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo * idRow
}

// addID notes an entry's ID; size is the number of entries before it.
func (w *writer) addID(id ledger.EntryID, size uint64) {
	if w.tail == nil {
		w.tail = bytes.Clone(w.tx.get(bIDs, []byte{idTailKey}))
	}
	w.tail = append(w.tail, id[:idPrefix]...)
	w.tailDirty = true
	size++
	if size%idTail != 0 {
		return
	}
	run := make([]idEntry, 0, idTail)
	for i := 0; i < idTail; i++ {
		run = append(run, idEntry{[idPrefix]byte(w.tail[i*idPrefix:]), size - idTail + uint64(i)})
	}
	w.tail = w.tail[:0]
	level := 1
	for ; size%runSize(level+1) == 0; level++ {
		last := size/runSize(level) - 1
		for n := last - idFan + 1; n < last; n++ {
			run = w.takeRun(run, level, n)
		}
	}
	w.putRun(level, size/runSize(level)-1, run)
}

// takeRun moves a run's rows into memory and deletes it.
func (w *writer) takeRun(into []idEntry, level int, number uint64) []idEntry {
	var keys [][]byte
	base := number * runSize(level)
	for k := w.tx.ascend(bIDs, runKey(level, number), nil); k.valid(); k.next() {
		for at := 0; at+idRow <= len(k.value); at += idRow {
			into = append(into, idEntry{[idPrefix]byte(k.value[at:]),
				base + uint64(binary.BigEndian.Uint32(k.value[at+idPrefix:]))})
		}
		keys = append(keys, bytes.Clone(k.key))
	}
	for _, k := range keys {
		w.delete(bIDs, k)
	}
	return into
}

func (w *writer) putRun(level int, number uint64, run []idEntry) {
	for _, p := range pagesOf(level, number, run) {
		w.put(bIDs, p.key, p.value)
	}
}

// idPageOf is one page of a run.
type idPageOf struct{ key, value []byte }

// pagesOf sorts a run and cuts it into its pages.
func pagesOf(level int, number uint64, run []idEntry) (out []idPageOf) {
	slices.SortFunc(run, func(a, b idEntry) int {
		if c := bytes.Compare(a.prefix[:], b.prefix[:]); c != 0 {
			return c
		}
		return int(a.position) - int(b.position)
	})
	base := number * runSize(level)
	for len(run) > 0 {
		n := min(idPage, len(run))
		for n < len(run) && run[n].prefix == run[n-1].prefix {
			n++
		}
		page := make([]byte, 0, n*idRow)
		for _, e := range run[:n] {
			page = append(page, e.prefix[:]...)
			page = binary.BigEndian.AppendUint32(page, uint32(e.position-base))
		}
		out = append(out, idPageOf{append(runKey(level, number), run[0].prefix[:]...), page})
		run = run[n:]
	}
	return out
}
