package ledger

import (
	"crypto/sha256"
	"encoding/binary"
	"reflect"
	"sync"
	"unsafe"
)

// The major types of CBOR, and its simple values (RFC 8949 section 3).
const (
	majorUint  = 0
	majorNeg   = 1
	majorBytes = 2
	majorText  = 3
	majorArray = 4
	majorMap   = 5

	cborFalse = 0xf4
	cborTrue  = 0xf5
	cborNull  = 0xf6
)

// scratch are buffers to write into.
var scratch = sync.Pool{New: func() any { b := make([]byte, 0, 4096); return &b }}

// keptScratch is the largest buffer that is kept for the next value.
const keptScratch = 1 << 20

// write returns the canonical form of what v is or points to; false: by no plan.
func write(v any) (out []byte, ok bool) {
	ok = lend(nil, v, func(b []byte) { out = append(make([]byte, 0, len(b)), b...) })
	return out, ok
}

// SumWith hashes before and then the canonical form of v, as Sum does with what
// Encode returns.
func SumWith(before []byte, v any) (h Hash) {
	if !lend(before, v, func(b []byte) { h = sha256.Sum256(b) }) {
		h = Sum(before, Encode(v))
	}
	return h
}

// lend hands to use the canonical form of what v is or points to, behind other
// bytes; false: there is no plan.
func lend(before []byte, v any, use func([]byte)) bool {
	value := reflect.ValueOf(v)
	if !value.IsValid() {
		return false
	}
	var at unsafe.Pointer
	t := value.Type()
	if t.Kind() == reflect.Pointer {
		t, at = t.Elem(), value.UnsafePointer()
	}
	p := planOf(t)
	if p == nil || at == nil && value.Kind() == reflect.Pointer {
		return false
	}
	if at == nil {
		held := reflect.New(t)
		held.Elem().Set(value)
		at = held.UnsafePointer()
	}
	buf := scratch.Get().(*[]byte)
	*buf = p.append(append((*buf)[:0], before...), at)
	use(*buf)
	if cap(*buf) <= keptScratch {
		scratch.Put(buf)
	}
	return true
}

// appendHead writes an item's major type and number, in the shortest form.
func appendHead(out []byte, major byte, n uint64) []byte {
	major <<= 5
	switch {
	case n < 24:
		return append(out, major|byte(n))
	case n < 1<<8:
		return append(out, major|24, byte(n))
	case n < 1<<16:
		return binary.BigEndian.AppendUint16(append(out, major|25), uint16(n))
	case n < 1<<32:
		return binary.BigEndian.AppendUint32(append(out, major|26), uint32(n))
	default:
		return binary.BigEndian.AppendUint64(append(out, major|27), n)
	}
}

// append writes the value at a place in memory.
func (p *plan) append(out []byte, at unsafe.Pointer) []byte {
	switch p.form {
	case formUint:
		return appendHead(out, majorUint, loadUint(at, p.size))
	case formInt:
		n := loadInt(at, p.size)
		if n < 0 {
			return appendHead(out, majorNeg, uint64(-1-n))
		}
		return appendHead(out, majorUint, uint64(n))
	case formBool:
		if *(*bool)(at) {
			return append(out, cborTrue)
		}
		return append(out, cborFalse)
	case formText:
		s := *(*string)(at)
		return append(appendHead(out, majorText, uint64(len(s))), s...)
	case formBytes:
		b := *(*[]byte)(at)
		if b == nil {
			return append(out, cborNull)
		}
		return append(appendHead(out, majorBytes, uint64(len(b))), b...)
	case formHash:
		return append(appendHead(out, majorBytes, uint64(p.count)), unsafe.Slice((*byte)(at), p.count)...)
	case formRaw:
		b := *(*[]byte)(at)
		if len(b) == 0 {
			return append(out, cborNull)
		}
		return append(out, b...)
	case formList:
		header := (*[]byte)(at) // the header of any slice is like that of bytes
		if *header == nil {
			return append(out, cborNull)
		}
		return p.appendElements(out, unsafe.Pointer(unsafe.SliceData(*header)), len(*header))
	case formTuple:
		return p.appendElements(out, at, p.count)
	case formPointer:
		to := *(*unsafe.Pointer)(at)
		if to == nil {
			return append(out, cborNull)
		}
		return p.elem.append(out, to)
	default:
		return p.appendFields(out, at)
	}
}

func (p *plan) appendElements(out []byte, first unsafe.Pointer, n int) []byte {
	out = appendHead(out, majorArray, uint64(n))
	for i := range n {
		out = p.elem.append(out, unsafe.Add(first, uintptr(i)*p.size))
	}
	return out
}

func (p *plan) appendFields(out []byte, at unsafe.Pointer) []byte {
	if p.form == formRecord {
		out = appendHead(out, majorArray, uint64(len(p.fields)))
		for i := range p.fields {
			out = p.fields[i].plan.append(out, unsafe.Add(at, p.fields[i].offset))
		}
		return out
	}
	n := len(p.fields)
	if p.least < n {
		n = p.least
		for i := range p.fields {
			if f := &p.fields[i]; f.omit && !f.plan.empty(unsafe.Add(at, f.offset)) {
				n++
			}
		}
	}
	out = appendHead(out, majorMap, uint64(n))
	for i := range p.fields {
		f := &p.fields[i]
		if f.omit && f.plan.empty(unsafe.Add(at, f.offset)) {
			continue
		}
		out = f.plan.append(append(out, f.head...), unsafe.Add(at, f.offset))
	}
	return out
}

// loadUint reads a number of a size in bytes.
func loadUint(at unsafe.Pointer, size uintptr) uint64 {
	switch size {
	case 1:
		return uint64(*(*uint8)(at))
	case 2:
		return uint64(*(*uint16)(at))
	case 4:
		return uint64(*(*uint32)(at))
	default:
		return *(*uint64)(at)
	}
}

func loadInt(at unsafe.Pointer, size uintptr) int64 {
	switch size {
	case 1:
		return int64(*(*int8)(at))
	case 2:
		return int64(*(*int16)(at))
	case 4:
		return int64(*(*int32)(at))
	default:
		return *(*int64)(at)
	}
}
