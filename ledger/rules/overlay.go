package rules

import (
	"fmt"
	"slices"
	"strings"

	"countersign/ledger"
)

// Damaged says that a record of the state cannot be read. It is a failure of
// this replica, never a refusal: Apply and Admit return it, View panics with it.
type Damaged struct {
	Key string
	Err error
}

// Error names the record.
func (d *Damaged) Error() string { return fmt.Sprintf("state record %q: %v", d.Key, d.Err) }

// Unwrap returns the cause.
func (d *Damaged) Unwrap() error { return d.Err }

// source is where a View finds records: a Reader, or the overlay of a walk.
type source interface {
	look(key string) *item
	has(key string) bool
	Ascend(prefix, from []byte, fn func(key, value []byte) bool)
}

// fetch returns a decoded record, or nil. From an overlay it is the one value of
// its walk: whoever changes it calls put with the same pointer.
func fetch[T any](s source, key string) *T {
	it := s.look(key)
	switch {
	case it.gone:
		return nil
	case it.value == nil:
		v := new(T)
		if err := ledger.DecodeRecord(it.raw, v); err != nil {
			panic(&Damaged{Key: key, Err: err})
		}
		it.value, it.raw = v, nil
		return v
	}
	return it.value.(*T)
}

// plain reads records straight from a Reader, a fresh value each time.
type plain struct{ Reader }

func (p plain) look(key string) *item {
	raw := p.Get([]byte(key))
	return &item{raw: raw, gone: raw == nil}
}

func (p plain) has(key string) bool { return p.Get([]byte(key)) != nil }

// item is one record in the overlay. A decoded record is kept decoded, so that
// a block with many entries about one request encodes it once.
type item struct {
	key   string
	value any    // pointer to the record, or nil
	raw   []byte // as read from the base, or of a record without a type
	gone  bool
	dirty bool // written in this walk
}

func (it *item) bytes() []byte {
	if it.value != nil {
		return ledger.Encode(it.value)
	}
	return it.raw
}

// overlay is the state as a walk sees it: writes over a Reader. It holds what was
// written, and what was decoded, in this walk or in those before (settle).
type overlay struct {
	base    Reader
	items   map[string]*item
	old     map[string]*item // the generation before; nil: none
	written []*item          // each once
	spare   []*item          // for the next walk
}

func newOverlay(base Reader) *overlay {
	return &overlay{base: base, items: map[string]*item{}}
}

// held is the item of a key, or nil.
func (o *overlay) held(key string) *item {
	it := o.items[key]
	if it == nil {
		if it = o.old[key]; it != nil {
			o.items[key] = it
		}
	}
	return it
}

func (o *overlay) look(key string) *item {
	if it := o.held(key); it != nil {
		return it
	}
	raw := o.base.Get([]byte(key))
	if raw == nil {
		return &item{gone: true}
	}
	it := o.newItem(key)
	it.raw = raw
	return it
}

func (o *overlay) newItem(key string) *item {
	var it *item
	if n := len(o.spare); n > 0 {
		it, o.spare = o.spare[n-1], o.spare[:n-1]
	} else {
		it = new(item)
	}
	it.key = key
	o.items[key] = it
	return it
}

func (o *overlay) has(key string) bool {
	if it := o.held(key); it != nil {
		return !it.gone
	}
	return o.base.Get([]byte(key)) != nil
}

func (o *overlay) put(key string, record any) { o.write(key, item{value: record}) }

func (o *overlay) putRaw(key string, raw []byte) { o.write(key, item{raw: raw}) }

func (o *overlay) del(key string) { o.write(key, item{gone: true}) }

// write puts another item in the place of a key's.
func (o *overlay) write(key string, now item) {
	it := o.held(key)
	if it == nil {
		it = o.newItem(key)
	}
	if !it.dirty {
		o.written = append(o.written, it)
	}
	now.key, now.dirty = it.key, true
	*it = now
}

// settle ends a walk whose changes are now in the base: what it has decoded is
// kept for the next one, in two generations of about so many records. Not worth
// it are small records that are read once, and lists, which are walked in the base.
func (o *overlay) settle(records int) {
	for _, it := range o.written {
		it.dirty = false
		if it.gone || it.value == nil || strings.HasPrefix(it.key, prefixCommitment) || strings.HasPrefix(it.key, prefixQuota) {
			delete(o.items, it.key)
			delete(o.old, it.key)
			*it = item{}
			o.spare = append(o.spare, it)
		}
	}
	o.written = o.written[:0]
	if len(o.items) >= records {
		o.old, o.items = o.items, make(map[string]*item, records)
	}
}

// Ascend merges the base with what was written. It looks through all written
// keys, so nothing that every entry does may call it. fn must not write.
func (o *overlay) Ascend(prefix, from []byte, fn func(key, value []byte) bool) {
	own := o.writtenFrom(string(prefix), string(from))
	going := true
	emit := func(key string) {
		if it := o.items[key]; !it.gone {
			going = fn([]byte(key), it.bytes())
		}
	}
	o.base.Ascend(prefix, from, func(k, v []byte) bool {
		key := string(k)
		for len(own) > 0 && own[0] < key && going {
			emit(own[0])
			own = own[1:]
		}
		if !going {
			return false
		}
		if len(own) > 0 && own[0] == key {
			emit(key)
			own = own[1:]
		} else {
			going = fn(k, v)
		}
		return going
	})
	for len(own) > 0 && going {
		emit(own[0])
		own = own[1:]
	}
}

// writtenFrom lists the written keys of a prefix from one on, sorted.
func (o *overlay) writtenFrom(prefix, from string) []string {
	var own []string
	for _, it := range o.written {
		if strings.HasPrefix(it.key, prefix) && it.key >= from {
			own = append(own, it.key)
		}
	}
	slices.Sort(own)
	return own
}

// changes lists what was written, sorted by key. What came and went within the
// walk is no change.
func (o *overlay) changes() []Change {
	if len(o.written) == 0 {
		return nil
	}
	slices.SortFunc(o.written, func(a, b *item) int { return strings.Compare(a.key, b.key) })
	room := 0
	for _, it := range o.written {
		room += len(it.key)
	}
	keys, out := make([]byte, 0, room), make([]Change, 0, len(o.written))
	for _, it := range o.written {
		at := len(keys)
		keys = append(keys, it.key...)
		key := keys[at:len(keys):len(keys)]
		if !it.gone {
			out = append(out, Change{Key: key, Value: it.bytes(), record: it.value})
		} else if o.base.Get(key) != nil {
			out = append(out, Change{Key: key})
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// digest runs over the changes of each block; without changes it stays.
func digest(before ledger.Hash, changes []Change) ledger.Hash {
	if len(changes) == 0 {
		return before
	}
	return ledger.SumWith(before[:], changes)
}
