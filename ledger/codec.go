package ledger

import (
	"encoding"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unsafe"

	"github.com/fxamacker/cbor/v2"
)

// Entries and records are read and written by plans: what a type looks like in
// canonical CBOR is worked out once, and then followed byte by byte. Reading
// takes the one form that writing makes and no other, in one pass. A plan covers
// the kinds of types that entries and records have; for others there is none, and
// the general library does the same in several passes.

// form is how a value looks in CBOR.
type form uint8

const (
	formUint    form = iota
	formInt          // may be negative
	formBool         //
	formText         //
	formBytes        // a byte string; nil is null
	formHash         // a byte string of fixed length
	formRaw          // any one item, as it stands
	formList         // an array; nil is null
	formTuple        // an array of fixed length
	formStruct       // a map with numbered keys
	formRecord       // an array with one item for each field
	formPointer      // null, or what it points to
)

// plan is how values of a type are read and written.
type plan struct {
	form   form
	typ    reflect.Type
	size   uintptr // of the value; of an element where there are some
	count  int     // of a fixed length
	elem   *plan
	fields []planField // in the order of their keys
	least  int         // fields that are never left out
}

type planField struct {
	key    uint64
	head   []byte // the key as it is written
	omit   bool   // left out when it is empty
	offset uintptr
	plan   *plan
}

// plans are those made so far, nil for types without one.
var plans sync.Map // reflect.Type → *plan

func planOf(t reflect.Type) *plan {
	if p, ok := plans.Load(t); ok {
		return p.(*plan)
	}
	p := makePlan(t, nil)
	plans.Store(t, p)
	return p
}

var (
	typeRaw = reflect.TypeFor[cbor.RawMessage]()
	// custom are the interfaces by which the library lets a type write itself.
	custom = []reflect.Type{reflect.TypeFor[cbor.Marshaler](), reflect.TypeFor[cbor.Unmarshaler](),
		reflect.TypeFor[encoding.BinaryMarshaler](), reflect.TypeFor[encoding.BinaryUnmarshaler]()}
)

// makePlan returns nil for a type that has no plan; above are the types that
// hold it.
func makePlan(t reflect.Type, above []reflect.Type) *plan {
	if t == typeRaw {
		return &plan{form: formRaw, typ: t}
	}
	if slices.Contains(above, t) || slices.ContainsFunc(custom, func(c reflect.Type) bool { return t.Implements(c) || reflect.PointerTo(t).Implements(c) }) {
		return nil
	}
	above = append(above[:len(above):len(above)], t)
	p := &plan{typ: t, size: t.Size()}
	switch t.Kind() {
	case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uint:
		p.form = formUint
		return p
	case reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Int:
		p.form = formInt
		return p
	case reflect.Bool:
		p.form = formBool
		return p
	case reflect.String:
		p.form = formText
		return p
	case reflect.Slice, reflect.Array, reflect.Pointer:
		return p.ofElements(t, above)
	case reflect.Struct:
		return p.ofFields(t, above)
	}
	return nil
}

func (p *plan) ofElements(t reflect.Type, above []reflect.Type) *plan {
	octets := t.Elem().Kind() == reflect.Uint8
	switch {
	case t.Kind() == reflect.Slice && octets:
		p.form = formBytes
		return p
	case t.Kind() == reflect.Array && octets:
		p.form, p.count = formHash, t.Len()
		return p
	case t.Kind() == reflect.Slice:
		p.form = formList
	case t.Kind() == reflect.Array:
		p.form, p.count = formTuple, t.Len()
	case t.Elem().Kind() == reflect.Pointer:
		return nil
	default:
		p.form = formPointer
	}
	p.size = t.Elem().Size()
	if p.elem = makePlan(t.Elem(), above); p.elem == nil {
		return nil
	}
	return p
}

func (p *plan) ofFields(t reflect.Type, above []reflect.Type) *plan {
	p.form = formStruct
	for i := range t.NumField() {
		if f := t.Field(i); f.Name == "_" && f.Tag.Get("cbor") == ",toarray" {
			p.form = formRecord
		}
	}
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous {
			return nil
		}
		if !f.IsExported() {
			continue
		}
		key, options, _ := strings.Cut(f.Tag.Get("cbor"), ",")
		out := planField{offset: f.Offset, plan: makePlan(f.Type, above)}
		if out.plan == nil {
			return nil
		}
		if p.form == formStruct {
			n, err := strconv.ParseUint(key, 10, 16)
			if out.omit = options == "keyasint,omitempty"; err != nil || !out.omit && options != "keyasint" || out.omit && !out.plan.canBeEmpty() {
				return nil
			}
			out.key, out.head = n, appendHead(nil, majorUint, n)
		} else if options != "" || key != "" {
			return nil
		}
		if !out.omit {
			p.least++
		}
		p.fields = append(p.fields, out)
	}
	slices.SortStableFunc(p.fields, func(a, b planField) int { return int(a.key) - int(b.key) })
	for i := 1; p.form == formStruct && i < len(p.fields); i++ {
		if p.fields[i].key == p.fields[i-1].key {
			return nil
		}
	}
	return p
}

func (p *plan) canBeEmpty() bool {
	switch p.form {
	case formUint, formInt, formBool, formText, formBytes, formList, formPointer:
		return true
	}
	return false
}

// empty tells whether an optional value is left out.
func (p *plan) empty(at unsafe.Pointer) bool {
	switch p.form {
	case formUint:
		return loadUint(at, p.size) == 0
	case formInt:
		return loadInt(at, p.size) == 0
	case formBool:
		return !*(*bool)(at)
	case formText:
		return *(*string)(at) == ""
	case formPointer:
		return *(*unsafe.Pointer)(at) == nil
	default: // any slice begins as one of bytes does
		return len(*(*[]byte)(at)) == 0
	}
}
