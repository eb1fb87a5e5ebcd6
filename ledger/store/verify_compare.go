package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"

	"countersign/ledger"
	"countersign/ledger/rules"
)

var errMoved = errors.New("the ledger moved on")

// compare walks over the file record by record. Blocks and entries were compared
// when they were judged.
func (r *replay) compare() error {
	return r.v.store.View(func(have *Tx) error {
		tip, err := have.tip()
		if err != nil {
			return err
		}
		if tip.Last != r.v.target.Last {
			return errMoved
		}
		for _, c := range []struct {
			bucket bucket
			from   []byte
			match  matcher
		}{
			{bMeta, nil, r.meta(tip)},
			{bBlocks, behind(uint64(r.tip.Last)), nothing()},
			{bEntries, fromPosition(r.tip.Head.Size), nothing()},
			{bState, nil, r.shadow.matchState()},
			{bTiles, nil, matchAll(len(r.shadow.tiles), func(key []byte) []byte { return r.shadow.tiles[string(key)] })},
			{bPosts, nil, r.shadow.matchPosts()},
			{bIDs, nil, r.shadow.matchIDs()},
			{bRows, nil, r.shadow.matchRows()},
			{bCounts, nil, r.shadow.matchCounts()},
			{bCerts, nil, matcher{is: func(key, value []byte) bool { return true }}},
		} {
			if err := r.compareBucket(have, c.bucket, c.from, c.match); err != nil {
				return err
			}
		}
		return nil
	})
}

// matcher compares the records of a bucket, in the order of their keys.
type matcher struct {
	// is tells whether a record is one that the blocks lead to.
	is func(key, value []byte) bool
	// all tells whether n records that are make up all; nil: any number.
	all func(n int) bool
}

func (r *replay) compareBucket(have *Tx, b bucket, from []byte, m matcher) error {
	n := 0
	for w := have.ascend(b, nil, from); w.valid(); w.next() {
		if n%4096 == 0 && r.v.ctx.Err() != nil {
			return r.v.ctx.Err()
		}
		if !m.is(w.key, w.value) {
			return damaged("record %x of %s is not what the blocks lead to", w.key, b.name())
		}
		n++
	}
	if have.err != nil {
		return have.err
	}
	if m.all != nil && !m.all(n) {
		return damaged("%s: the records are not all those that the blocks lead to", b.name())
	}
	r.v.report.Records += uint64(n)
	return nil
}

// nothing is left to be there.
func nothing() matcher { return matcher{is: func(_, _ []byte) bool { return false }} }

// matchAll wants n records with these values.
func matchAll(n int, value func(key []byte) []byte) matcher {
	return matcher{
		is:  func(key, have []byte) bool { want := value(key); return want != nil && bytes.Equal(have, want) },
		all: func(have int) bool { return have == n },
	}
}

// meta expects the tip where empty blocks have moved it.
func (r *replay) meta(at tipRecord) matcher {
	tip := r.tip
	tip.Height, tip.EngineID = at.Height, at.EngineID
	want := map[string][]byte{
		string(keyFormat):   ledger.Encode(formatRecord{Program: formatProgram, Version: formatVersion}),
		string(keyFounding): r.doc.Bytes(),
		string(keyTip):      ledger.Encode(tip),
	}
	return matchAll(len(want), func(key []byte) []byte { return want[string(key)] })
}

// matchState also sums up the rows of the requests that it meets, for matchRows.
func (s *shadow) matchState() matcher {
	s.rows = rowSum{}
	m := matchAll(s.state.size(), s.state.Get)
	same := m.is
	m.is = func(key, value []byte) bool {
		if !same(key, value) {
			return false
		}
		if bytes.HasPrefix(key, requestPrefix()) {
			var r rules.Request
			if ledger.DecodeRecord(value, &r) != nil {
				return false
			}
			for _, row := range rowsOf(&r) {
				s.rows.plus(s.sumOf(row))
			}
		}
		return true
	}
	return m
}

func (s *shadow) matchCounts() matcher {
	want := map[string][]byte{}
	for key, n := range s.counts {
		if *n != 0 {
			want[key] = be64(uint64(*n))
		}
	}
	for prefix, list := range s.posts {
		if counted(prefix) {
			want[string(countOfEntries)+prefix] = be64(uint64(len(*list)))
		}
	}
	return matchAll(len(want), func(key []byte) []byte { return want[string(key)] })
}

// matchPosts expects each list in chunks, all but the last of them full.
func (s *shadow) matchPosts() matcher {
	n := 0
	for _, list := range s.posts {
		n += (len(*list) + chunkPosts - 1) / chunkPosts
	}
	return matchAll(n, func(key []byte) []byte {
		if len(key) < 8 {
			return nil
		}
		known := s.posts[string(key[:len(key)-8])]
		if known == nil {
			return nil
		}
		list := *known
		at, there := slices.BinarySearch(list, binary.BigEndian.Uint64(key[len(key)-8:]))
		if !there || at%chunkPosts != 0 {
			return nil
		}
		return encodePosts(list[at:min(at+chunkPosts, len(list))])
	})
}

// matchRows sums the rows up, and expects what the requests came to.
func (s *shadow) matchRows() matcher {
	var have rowSum
	return matcher{
		is: func(key, value []byte) bool {
			have.plus(s.sumOf(key))
			return len(value) == 0
		},
		all: func(int) bool { return have == s.rows },
	}
}

// matchIDs expects the tail and the runs, in the order of their keys.
func (s *shadow) matchIDs() matcher {
	size := uint64(len(s.ids))
	base := size - size%idTail
	var tail []byte
	for _, id := range s.ids[base:] {
		tail = append(tail, id[:]...)
	}
	next := []idPageOf{{[]byte{idTailKey}, tail}}
	level, number := 0, uint64(0)
	run := func() bool { // the next run's pages
		for level == 0 || number == base/runSize(level) {
			if level++; runSize(level) > base {
				return false
			}
			whole := base / runSize(level)
			number = whole - whole%idFan
		}
		rows := make([]idEntry, 0, runSize(level))
		for p := number * runSize(level); p < (number+1)*runSize(level); p++ {
			rows = append(rows, idEntry{s.ids[p], p})
		}
		next = pagesOf(level, number, rows)
		number++
		return true
	}
	return matcher{
		is: func(key, value []byte) bool {
			if len(next) == 0 && !run() {
				return false
			}
			want := next[0]
			next = next[1:]
			return bytes.Equal(key, want.key) && bytes.Equal(value, want.value)
		},
		all: func(int) bool { return len(next) == 0 && !run() },
	}
}
