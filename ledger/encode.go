package ledger

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/fxamacker/cbor/v2"
)

// ErrNotCanonical says that bytes are CBOR but not the one form we accept.
var ErrNotCanonical = errors.New("not in canonical form")

// ErrTooLarge says that something exceeds its limit.
var ErrTooLarge = errors.New("too large")

// MaxListItems limits every list and map inside an entry or record.
const MaxListItems = 4096

// encMode and decMode are immutable after they are built.
var (
	encMode = must(cbor.EncOptions{
		Sort:          cbor.SortCoreDeterministic,
		ShortestFloat: cbor.ShortestFloat16,
		NaNConvert:    cbor.NaNConvertReject,
		InfConvert:    cbor.InfConvertReject,
		IndefLength:   cbor.IndefLengthForbidden,
		TagsMd:        cbor.TagsForbidden,
	}.EncMode())
	decMode = must(cbor.DecOptions{
		DupMapKey:         cbor.DupMapKeyEnforcedAPF,
		IndefLength:       cbor.IndefLengthForbidden,
		TagsMd:            cbor.TagsForbidden,
		MaxNestedLevels:   8,
		MaxArrayElements:  MaxListItems,
		MaxMapPairs:       MaxListItems,
		ExtraReturnErrors: cbor.ExtraDecErrorUnknownField,
		UTF8:              cbor.UTF8RejectInvalid,
	}.DecMode())
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err) // fixed options: cannot depend on input
	}
	return v
}

// Encode writes v as core deterministic CBOR. Values of this project's types
// always encode; the panic marks a type that cannot.
func Encode(v any) []byte {
	if b, ok := write(v); ok {
		return b
	}
	b, err := encMode.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("encode %T: %v", v, err))
	}
	return b
}

// Decode reads exactly one value of at most max bytes into out, a pointer to a
// fresh value, and refuses every encoding but the canonical one: what is taken
// is what Encode makes of the value (RFC 8949 section 4.2). Errors wrap
// ErrTooLarge or ErrNotCanonical.
func Decode(data []byte, max int, out any) error { return decode(data, max, out, false) }

// decode is Decode; the value may share memory with data if nobody changes it.
func decode(data []byte, max int, out any, share bool) error {
	if len(data) > max {
		return fmt.Errorf("%d bytes, at most %d: %w", len(data), max, ErrTooLarge)
	}
	planned, ok := read(data, out, share)
	switch {
	case ok:
		return nil
	case planned:
		return ErrNotCanonical
	}
	return decodeGeneral(data, out)
}

// decodeGeneral is Decode for types without a plan: it writes the value again
// and compares.
func decodeGeneral(data []byte, out any) error {
	if err := decMode.Unmarshal(data, out); err != nil {
		return fmt.Errorf("%w: %v", ErrNotCanonical, err)
	}
	again, err := encMode.Marshal(out)
	if err != nil {
		return fmt.Errorf("%w: %v", ErrNotCanonical, err)
	}
	if !bytes.Equal(again, data) {
		return ErrNotCanonical
	}
	return nil
}

// DecodeRecord reads a value that we wrote ourselves (a database record), of any
// size.
func DecodeRecord(data []byte, out any) error {
	if err := Decode(data, len(data), out); err != nil {
		return fmt.Errorf("read record: %w", err)
	}
	return nil
}
