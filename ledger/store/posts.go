package store

import (
	"encoding/binary"

	"countersign/ledger"
	"countersign/ledger/rules"
)

// A posting list holds the log positions of the entries that have something in
// common, oldest first, in chunks. Key: class, length of the term, term, first
// position of the chunk. Value: the differences to the next ones, as varints.
type postClass byte

const (
	postAuthor  postClass = 'a' // term: key ID
	postAgency  postClass = 'g' // term: agency of the author
	postKind    postClass = 'k' // term: kind
	postRefused postClass = 'r' // term: none
	postRequest postClass = 'q' // term: see requestTerm
)

// chunkPosts is how many positions a chunk holds at most.
const chunkPosts = 128

func postPrefix(class postClass, term []byte) []byte {
	return appendPostPrefix(make([]byte, 0, 2+len(term)+8), class, term)
}

func appendPostPrefix(out []byte, class postClass, term []byte) []byte {
	return append(append(out, byte(class), byte(len(term))), term...)
}

// requestTerm stands for a request in posting lists: time first, so that the
// lists of requests that live at the same time lie side by side.
func requestTerm(id ledger.EntryID, submitted ledger.Time) []byte {
	return append(be64(uint64(submitted)), id[:16]...)
}

// decodePosts lists a chunk's positions; nil when the bytes are not a chunk.
func decodePosts(first uint64, value []byte) []uint64 {
	out := []uint64{first}
	for len(value) > 0 {
		d, n := binary.Uvarint(value)
		if n <= 0 || d == 0 || len(out) == chunkPosts {
			return nil
		}
		value = value[n:]
		out = append(out, out[len(out)-1]+d)
	}
	return out
}

// newestPosts returns up to n positions below before, newest first.
func (tx *Tx) newestPosts(class postClass, term []byte, before uint64, n int) []uint64 {
	prefix := postPrefix(class, term)
	var out []uint64
	for w := tx.descend(bPosts, prefix, append(prefix[:len(prefix):len(prefix)], be64(before)...)); w.valid() && len(out) < n; w.prev() {
		chunk := decodePosts(binary.BigEndian.Uint64(w.key[len(w.key)-8:]), w.value)
		if chunk == nil {
			tx.fail("posting list %x", w.key)
			return nil
		}
		for i := len(chunk) - 1; i >= 0 && len(out) < n; i-- {
			if chunk[i] < before {
				out = append(out, chunk[i])
			}
		}
	}
	return out
}

// index gathers what many entries touch again and again: nodes of the log by
// tile, positions by list, counters.
type index struct {
	tiles  map[string][]byte
	posts  map[string]*[]uint64 // by prefix; their lengths are counted when they are written
	counts map[string]*int64
}

func newIndex() index {
	return index{tiles: map[string][]byte{}, posts: map[string]*[]uint64{}, counts: map[string]*int64{}}
}

// post adds an entry's position to the lists it belongs to. The request's term
// is nil for an entry about none.
func (x *index) post(o rules.Outcome, agency ledger.AgencyID, request []byte, position uint64) {
	author := o.Entry.Body.Author
	x.postTo(postAuthor, author[:], position)
	if agency != "" {
		x.postTo(postAgency, []byte(agency), position)
	}
	x.postTo(postKind, []byte{byte(o.Entry.Body.Kind)}, position)
	if o.Code != ledger.Accepted {
		x.postTo(postRefused, nil, position)
	}
	if request != nil {
		x.postTo(postRequest, request, position)
	}
}

// postTo adds a position to a list; lists are written when the writer flushes.
func (x *index) postTo(class postClass, term []byte, position uint64) {
	var small [64]byte
	key := appendPostPrefix(small[:0], class, term)
	list := x.posts[string(key)]
	if list == nil {
		list = new([]uint64)
		x.posts[string(key)] = list
	}
	*list = append(*list, position)
}

// counted tells whether the positions of a list are counted.
func counted(prefix string) bool { return postClass(prefix[0]) != postRequest }

// flushPosts appends to the last chunk of each list and begins new ones.
func (w *writer) flushPosts() {
	for _, prefix := range sortedKeys(w.posts) {
		positions := *w.posts[prefix]
		if counted(prefix) {
			w.count(append([]byte{countOfEntries}, prefix...), int64(len(positions)))
		}
		var chunk []uint64
		if last := w.tx.descend(bPosts, []byte(prefix), nil); last.valid() {
			chunk = decodePosts(binary.BigEndian.Uint64(last.key[len(last.key)-8:]), last.value)
		}
		for _, p := range positions {
			if len(chunk) == chunkPosts {
				w.putChunk(prefix, chunk)
				chunk = chunk[:0]
			}
			chunk = append(chunk, p)
		}
		w.putChunk(prefix, chunk)
	}
}

func (w *writer) putChunk(prefix string, chunk []uint64) {
	w.put(bPosts, append([]byte(prefix), be64(chunk[0])...), encodePosts(chunk))
}

// encodePosts is a chunk's value.
func encodePosts(chunk []uint64) []byte {
	value := make([]byte, 0, 2*len(chunk))
	for i := 1; i < len(chunk); i++ {
		value = binary.AppendUvarint(value, chunk[i]-chunk[i-1])
	}
	return value
}
