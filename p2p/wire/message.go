package wire

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/fxamacker/cbor/v2"
)

// Limits of a message's shape. They are wider than any protocol of ours needs
// and bound what a decoder does for a stranger's bytes.
const (
	maxDepth    = 8
	maxElements = 4096
	maxPairs    = 256
)

// ErrNotCanonical says that bytes are CBOR of the right shape, but not the one
// form in which their content is written.
var ErrNotCanonical = errors.New("message is not canonical")

// Codec encodes and decodes messages. It is immutable and may be shared.
type Codec struct {
	enc cbor.EncMode
	dec cbor.DecMode
}

// NewCodec returns the codec for messages: deterministic out, strict in (no
// duplicate keys, indefinite lengths, tags, NaN or unknown fields).
func NewCodec() (*Codec, error) {
	encOptions := cbor.CoreDetEncOptions()
	encOptions.NaNConvert = cbor.NaNConvertReject
	encOptions.InfConvert = cbor.InfConvertReject
	encOptions.IndefLength = cbor.IndefLengthForbidden
	encOptions.TagsMd = cbor.TagsForbidden
	encOptions.NilContainers = cbor.NilContainerAsEmpty
	enc, err := encOptions.EncMode()
	if err != nil {
		return nil, fmt.Errorf("message encoder: %w", err)
	}
	dec, err := cbor.DecOptions{
		DupMapKey:         cbor.DupMapKeyEnforcedAPF,
		IndefLength:       cbor.IndefLengthForbidden,
		TagsMd:            cbor.TagsForbidden,
		NaN:               cbor.NaNDecodeForbidden,
		Inf:               cbor.InfDecodeForbidden,
		UTF8:              cbor.UTF8RejectInvalid,
		ExtraReturnErrors: cbor.ExtraDecErrorUnknownField,
		FieldNameMatching: cbor.FieldNameMatchingCaseSensitive,
		MaxNestedLevels:   maxDepth,
		MaxArrayElements:  maxElements,
		MaxMapPairs:       maxPairs,
	}.DecMode()
	if err != nil {
		return nil, fmt.Errorf("message decoder: %w", err)
	}
	return &Codec{enc: enc, dec: dec}, nil
}

// Encode returns the canonical bytes of v.
func (c *Codec) Encode(v any) ([]byte, error) {
	b, err := c.enc.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encode message: %w", err)
	}
	return b, nil
}

// Decode reads b into v, a pointer to a zero value, and refuses with
// ErrNotCanonical what Encode would have written differently. What v holds after
// an error means nothing.
func (c *Codec) Decode(b []byte, v any) error {
	if err := c.dec.Unmarshal(b, v); err != nil {
		return fmt.Errorf("decode message: %w", err)
	}
	again, err := c.enc.Marshal(v)
	if err != nil {
		return fmt.Errorf("decode message: %w", err)
	}
	if !bytes.Equal(again, b) {
		return fmt.Errorf("decode message: %w", ErrNotCanonical)
	}
	return nil
}

// Write writes v as one frame of at most max bytes.
func (c *Codec) Write(w io.Writer, v any, max int) error {
	b, err := c.Encode(v)
	if err != nil {
		return err
	}
	return WriteFrame(w, b, max)
}

// Read reads one frame of at most max bytes into v, a pointer to a zero value.
func (c *Codec) Read(r io.Reader, v any, max int) error {
	b, err := ReadFrame(r, max)
	if err != nil {
		return err
	}
	return c.Decode(b, v)
}
