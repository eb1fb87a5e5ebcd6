package store

import (
	"bytes"
	"encoding/binary"
	"maps"
	"slices"

	"countersign/ledger"
	"countersign/ledger/rules"
)

// nothing is left to be there.
func nothing() matcher { return matcher{is: func(_, _ []byte) bool { return false }} }

// anything that has its check is taken.
func anything() matcher { return matcher{is: func(_, _ []byte) bool { return true }} }

// matchAll wants n records with these values.
func matchAll(n int, value func(key []byte) []byte) matcher {
	return matcher{
		is:  func(key, have []byte) bool { want := value(key); return want != nil && bytes.Equal(have, want) },
		all: func(have int) bool { return have == n },
	}
}

// matchMeta expects the tip where empty blocks have moved it.
func (r *replay) matchMeta() matcher {
	format := ledger.Encode(formatRecord{Program: formatProgram, Version: formatVersion})
	return matcher{
		is: func(key, value []byte) bool {
			switch {
			case bytes.Equal(key, keyFormat):
				return bytes.Equal(value, format)
			case bytes.Equal(key, keyFounding):
				return bytes.Equal(value, r.doc.Bytes())
			case bytes.Equal(key, keyTip):
				return r.isTip(value)
			}
			return false
		},
		all: func(n int) bool { return n == 3 },
	}
}

func (r *replay) isTip(value []byte) bool {
	var have tipRecord
	if ledger.DecodeRecord(value, &have) != nil || have.Height < r.tip.Height {
		return false
	}
	tip := r.tip
	tip.Height, tip.EngineID = have.Height, have.EngineID
	return bytes.Equal(value, ledger.Encode(tip))
}

func (s *shadow) matchTiles() matcher {
	return matchAll(len(s.tiles), func(key []byte) []byte { return s.tiles[string(key)] })
}

// matchCounts expects no counter of nothing.
func (s *shadow) matchCounts() matcher {
	want := map[string]uint64{}
	for key, n := range s.counts {
		want[key] = uint64(*n)
	}
	for prefix, list := range s.posts {
		if counted(prefix) {
			want[string(countOfEntries)+prefix] = uint64(len(*list))
		}
	}
	type standing struct {
		*parties
		state rules.State
	}
	standings := map[standing]uint64{}
	for _, r := range s.requests {
		standings[standing{r.parties, r.state}]++
	}
	for at, n := range standings {
		want[string(countState(AsProvider, at.provider, at.state))] += n
		want[string(countState(AsRequester, at.requester, at.state))] += n
	}
	maps.DeleteFunc(want, func(_ string, n uint64) bool { return n == 0 })
	return matcher{
		is:  func(key, value []byte) bool { n := want[string(key)]; return n != 0 && bytes.Equal(value, be64(n)) },
		all: func(n int) bool { return n == len(want) },
	}
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

// matchRows sums the rows up, and expects what the requests' rows come to.
func (s *shadow) matchRows() matcher {
	var have, want rowSum
	for id, r := range s.requests {
		for _, row := range r.rows(id) {
			want.plus(s.sumOf(row))
		}
	}
	return matcher{
		is: func(key, value []byte) bool {
			have.plus(s.sumOf(key))
			return len(value) == 0
		},
		all: func(int) bool { return have == want },
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
