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
	value any    // pointer to the record, or nil
	raw   []byte // as read from the base, or of a record without a type
	gone  bool
	dirty bool
}

func (it *item) bytes() []byte {
	if it.value != nil {
		return ledger.Encode(it.value)
	}
	return it.raw
}

// overlay is the state as a walk sees it: writes over a Reader.
type overlay struct {
	base  Reader
	items map[string]*item
	kept  *keptRecords // of the blocks before; nil: none
}

func newOverlay(base Reader) *overlay {
	return &overlay{base: base, items: map[string]*item{}}
}

func (o *overlay) look(key string) *item {
	it := o.items[key]
	if it == nil {
		if v := o.kept.get(key); v != nil {
			it = &item{value: v}
		} else {
			raw := o.base.Get([]byte(key))
			it = &item{raw: raw, gone: raw == nil}
		}
		o.items[key] = it
	}
	return it
}

func (o *overlay) has(key string) bool { return !o.look(key).gone }

func (o *overlay) put(key string, record any) { o.items[key] = &item{value: record, dirty: true} }

func (o *overlay) putRaw(key string, raw []byte) { o.items[key] = &item{raw: raw, dirty: true} }

func (o *overlay) del(key string) { o.items[key] = &item{gone: true, dirty: true} }

// Ascend merges the base with what was written. It looks through all written
// keys, so nothing that every entry does may call it. fn must not write.
func (o *overlay) Ascend(prefix, from []byte, fn func(key, value []byte) bool) {
	own := o.written(string(prefix), string(from))
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

func (o *overlay) written(prefix, from string) []string {
	var own []string
	for key, it := range o.items {
		if it.dirty && strings.HasPrefix(key, prefix) && key >= from {
			own = append(own, key)
		}
	}
	slices.Sort(own)
	return own
}

// changes lists what was written, sorted by key. What came and went within the
// walk is no change.
func (o *overlay) changes() []Change {
	keys := make([]string, 0, len(o.items))
	for key, it := range o.items {
		if it.dirty {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	out := make([]Change, 0, len(keys))
	for _, key := range keys {
		if it := o.items[key]; !it.gone {
			out = append(out, Change{Key: []byte(key), Value: it.bytes(), record: it.value})
		} else if o.base.Get([]byte(key)) != nil {
			out = append(out, Change{Key: []byte(key)})
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
