package ledger

import (
	"encoding/binary"
	"math"
	"reflect"
	"unicode/utf8"
	"unsafe"
)

// maxDepth limits how deep arrays and maps lie in one another.
const maxDepth = 8

// reader reads canonical CBOR from the front of what is left of data.
type reader struct {
	data  []byte
	share bool // byte strings may be parts of data, which nobody changes
}

// read fills what out points to with the one value that data is; planned is false
// when there is no plan for it, ok when data is not the canonical form of a value.
func read(data []byte, out any, share bool) (planned, ok bool) {
	value := reflect.ValueOf(out)
	if value.Kind() != reflect.Pointer || value.IsNil() {
		return false, false
	}
	p := planOf(value.Type().Elem())
	if p == nil {
		return false, false
	}
	r := reader{data: data, share: share}
	return true, r.value(p, value.UnsafePointer(), 0) && len(r.data) == 0
}

// head reads an item's major type and number, in the shortest form alone.
func (r *reader) head() (major byte, n uint64, ok bool) {
	if len(r.data) == 0 {
		return 0, 0, false
	}
	major, short := r.data[0]>>5, r.data[0]&31
	if short < 24 {
		r.data = r.data[1:]
		return major, uint64(short), true
	}
	more := 1 << (short - 24)
	if short > 27 || len(r.data) <= more {
		return 0, 0, false
	}
	var least uint64
	switch b := r.data[1:]; more {
	case 1:
		n, least = uint64(b[0]), 24
	case 2:
		n, least = uint64(binary.BigEndian.Uint16(b)), 1<<8
	case 4:
		n, least = uint64(binary.BigEndian.Uint32(b)), 1<<16
	default:
		n, least = binary.BigEndian.Uint64(b), 1<<32
	}
	r.data = r.data[1+more:]
	return major, n, n >= least
}

// null takes a null if one is next.
func (r *reader) null() bool {
	if len(r.data) == 0 || r.data[0] != cborNull {
		return false
	}
	r.data = r.data[1:]
	return true
}

// bytes reads a string of a major type.
func (r *reader) bytes(want byte) ([]byte, bool) {
	major, n, ok := r.head()
	if !ok || major != want || n > uint64(len(r.data)) {
		return nil, false
	}
	out := r.data[:n:n]
	r.data = r.data[n:]
	return out, true
}

// value reads a value into a place in memory; depth is that of what holds it.
func (r *reader) value(p *plan, at unsafe.Pointer, depth int) bool {
	switch p.form {
	case formUint, formInt:
		return r.number(p, at)
	case formBool:
		if len(r.data) == 0 || r.data[0] != cborTrue && r.data[0] != cborFalse {
			return false
		}
		*(*bool)(at) = r.data[0] == cborTrue
		r.data = r.data[1:]
		return true
	case formText:
		b, ok := r.bytes(majorText)
		*(*string)(at) = string(b)
		return ok && utf8.Valid(b)
	case formBytes:
		if r.null() {
			*(*[]byte)(at) = nil
			return true
		}
		b, ok := r.bytes(majorBytes)
		*(*[]byte)(at) = r.keep(b)
		return ok
	case formHash:
		b, ok := r.bytes(majorBytes)
		return ok && len(b) == p.count && copy(unsafe.Slice((*byte)(at), p.count), b) == p.count
	case formRaw:
		whole := r.data
		if !r.skip(depth) {
			return false
		}
		n := len(whole) - len(r.data)
		*(*[]byte)(at) = r.keep(whole[:n:n])
		return true
	case formList:
		return r.list(p, at, depth+1)
	case formTuple:
		major, n, ok := r.head()
		return ok && major == majorArray && n == uint64(p.count) && r.elements(p, at, p.count, depth+1)
	case formPointer:
		if r.null() {
			*(*unsafe.Pointer)(at) = nil
			return true
		}
		to := reflect.New(p.elem.typ).UnsafePointer()
		*(*unsafe.Pointer)(at) = to
		return r.value(p.elem, to, depth)
	default:
		return depth < maxDepth && r.fields(p, at, depth+1)
	}
}

func (r *reader) keep(b []byte) []byte {
	if r.share {
		return b
	}
	return append(make([]byte, 0, len(b)), b...)
}

// number reads an integer that fits.
func (r *reader) number(p *plan, at unsafe.Pointer) bool {
	major, n, ok := r.head()
	if !ok || major > majorNeg || major == majorNeg && p.form == formUint {
		return false
	}
	bits := 8 * p.size
	if p.form == formUint {
		if bits < 64 && n>>bits != 0 {
			return false
		}
	} else if n > math.MaxInt64>>(64-bits) {
		return false
	}
	if major == majorNeg {
		n = ^n // -1-n
	}
	switch p.size {
	case 1:
		*(*uint8)(at) = uint8(n)
	case 2:
		*(*uint16)(at) = uint16(n)
	case 4:
		*(*uint32)(at) = uint32(n)
	default:
		*(*uint64)(at) = n
	}
	return true
}

func (r *reader) list(p *plan, at unsafe.Pointer, depth int) bool {
	slot := reflect.NewAt(p.typ, at).Elem()
	if r.null() {
		slot.SetZero()
		return true
	}
	major, n, ok := r.head()
	if !ok || major != majorArray || n > MaxListItems || n > uint64(len(r.data)) { // an item has a byte at least
		return false
	}
	list := reflect.MakeSlice(p.typ, int(n), int(n))
	slot.Set(list)
	return r.elements(p, list.UnsafePointer(), int(n), depth)
}

func (r *reader) elements(p *plan, first unsafe.Pointer, n, depth int) bool {
	if depth > maxDepth {
		return false
	}
	for i := range n {
		if !r.value(p.elem, unsafe.Add(first, uintptr(i)*p.size), depth) {
			return false
		}
	}
	return true
}

// fields reads a struct: every field in the order of the keys, those that may be
// left out only where they are not empty.
func (r *reader) fields(p *plan, at unsafe.Pointer, depth int) bool {
	major, n, ok := r.head()
	if p.form == formRecord {
		if !ok || major != majorArray || n != uint64(len(p.fields)) {
			return false
		}
		for i := range p.fields {
			if !r.value(p.fields[i].plan, unsafe.Add(at, p.fields[i].offset), depth) {
				return false
			}
		}
		return true
	}
	if !ok || major != majorMap || n < uint64(p.least) || n > uint64(len(p.fields)) {
		return false
	}
	for i := range p.fields {
		f := &p.fields[i]
		if len(r.data) < len(f.head) || string(r.data[:len(f.head)]) != string(f.head) || n == 0 {
			if f.omit {
				continue
			}
			return false
		}
		r.data = r.data[len(f.head):]
		n--
		if place := unsafe.Add(at, f.offset); !r.value(f.plan, place, depth) || f.omit && f.plan.empty(place) {
			return false
		}
	}
	return n == 0
}

// skip passes over one item of any kind that entries have.
func (r *reader) skip(depth int) bool {
	major, n, ok := r.head()
	if !ok {
		return false
	}
	switch major {
	case majorUint, majorNeg:
		return true
	case majorBytes, majorText:
		if n > uint64(len(r.data)) {
			return false
		}
		r.data = r.data[n:]
		return true
	case majorArray, majorMap:
		if n > MaxListItems || depth >= maxDepth {
			return false
		}
		if major == majorMap {
			n *= 2
		}
		for range n {
			if !r.skip(depth + 1) {
				return false
			}
		}
		return true
	}
	return major == 7 && n >= cborFalse&31 && n <= cborNull&31
}
