package ledger_test

import (
	"bytes"
	"errors"
	"testing"

	. "countersign/ledger"
)

// What a decoder takes is canonical: written again it is the same bytes.

func FuzzParse(f *testing.F) {
	for _, s := range samples() {
		e, err := sampleEntry(s.payload)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(e.Bytes())
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		e, err := Parse(raw)
		if err != nil {
			known := errors.Is(err, ErrTooLarge) || errors.Is(err, ErrNotCanonical) || errors.Is(err, ErrUnknownKind) ||
				errors.Is(err, ErrBadForm) || errors.Is(err, ErrBadKey)
			if !known {
				t.Fatalf("an error of no kind: %v", err)
			}
			return
		}
		if !bytes.Equal(Encode([]any{e.Body.Bytes(), e.Signature}), raw) || !bytes.Equal(e.Bytes(), raw) {
			t.Fatal("taken and written otherwise")
		}
		if !bytes.Equal(Encode(e.Payload), e.Body.Payload) {
			t.Fatal("the payload is written otherwise")
		}
		if e.ID() != e.Body.ID() || e.Payload.Kind() != e.Body.Kind || e.Payload.Check() != nil {
			t.Fatal("an entry that is not what it says")
		}
		Parts(e.Payload)
		ActOf(e.Payload)
	})
}

func FuzzParseDocument(f *testing.F) {
	founding := sampleDocument(NetworkID{})
	f.Add(founding.Bytes(), false)
	f.Add(sampleDocument(founding.NetworkID()).Bytes(), true)
	f.Fuzz(func(t *testing.T, raw []byte, joining bool) {
		var network NetworkID
		if joining {
			network = founding.NetworkID()
		}
		d, err := ParseDocument(raw, network)
		if err != nil {
			return
		}
		if !bytes.Equal(d.Bytes(), raw) || d.Check() != nil || !d.Proven(network) {
			t.Fatal("taken and written otherwise, or not proven")
		}
	})
}

func FuzzParseSeal(f *testing.F) {
	f.Add(NewSeal(sampleTime).Bytes())
	f.Add(NewSeal(0).Bytes())
	f.Add(make([]byte, MaxSealBytes+1))
	f.Fuzz(func(t *testing.T, raw []byte) {
		s, err := ParseSeal(raw)
		if err == nil && (!bytes.Equal(s.Bytes(), raw) || s.Time <= 0) {
			t.Fatal("taken and written otherwise")
		}
	})
}
