package wire_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"reflect"
	"strings"
	"testing"

	"countersign/p2p/wire"
)

// letter has a field of each shape that our protocols use.
type letter struct {
	Title   string            `cbor:"1,keyasint"`
	Pages   uint32            `cbor:"2,keyasint"`
	Body    []byte            `cbor:"3,keyasint"`
	Copies  []string          `cbor:"4,keyasint"`
	Marks   map[string]uint64 `cbor:"5,keyasint"`
	Offset  int64             `cbor:"6,keyasint"`
	Answers *letter           `cbor:"7,keyasint"`
}

func codec(t testing.TB) *wire.Codec {
	t.Helper()
	c, err := wire.NewCodec()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestMessageComesBackAsWritten(t *testing.T) {
	c := codec(t)
	want := letter{
		Title: "Vote", Pages: 3, Body: []byte{1, 2}, Copies: []string{"Treasury", "Health"},
		Marks: map[string]uint64{"b": 2, "a": 1}, Offset: -5,
		Answers: &letter{Body: []byte{}, Copies: []string{}, Marks: map[string]uint64{}},
	}
	var pipe bytes.Buffer
	if err := c.Write(&pipe, want, 1000); err != nil {
		t.Fatal(err)
	}
	var got letter
	if err := c.Read(&pipe, &got, 1000); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("got %+v, want %+v", got, want)
	}
}

func TestOnlyTheCanonicalFormIsRead(t *testing.T) {
	type note struct {
		A uint64 `cbor:"1,keyasint"`
		B string `cbor:"2,keyasint"`
	}
	c := codec(t)
	for name, text := range map[string]string{
		"long integer":      "a2 01 1801 02 6161",
		"unsorted keys":     "a2 02 6161 01 01",
		"key twice":         "a3 01 01 01 01 02 6161",
		"unknown field":     "a3 01 01 02 6161 03 00",
		"missing field":     "a1 01 01",
		"indefinite length": "bf 01 01 02 6161 ff",
		"tag":               "a2 01 c1 01 02 6161",
		"trailing byte":     "a2 01 01 02 6161 00",
		"invalid UTF-8":     "a2 01 01 02 61ff",
		"nothing":           "",
	} {
		b, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
		if err != nil {
			t.Fatal(err)
		}
		var n note
		if err := c.Decode(b, &n); err == nil {
			t.Errorf("%s was read as %+v", name, n)
		}
	}
	var n note
	b, _ := hex.DecodeString("a20102026161")
	if err := c.Decode(b, &n); err != nil || n.A != 2 || n.B != "a" {
		t.Fatalf("canonical form gave %+v, %v", n, err)
	}
}

func TestMessageOverItsCapIsRefused(t *testing.T) {
	c := codec(t)
	if err := c.Write(&bytes.Buffer{}, letter{Body: make([]byte, 100)}, 50); !errors.Is(err, wire.ErrFrameTooLarge) {
		t.Fatalf("writing gave %v", err)
	}
}

// Whatever bytes arrive: no panic, and what is accepted encodes to the same bytes.
func FuzzMessage(f *testing.F) {
	c := codec(f)
	for _, l := range []letter{{}, {Title: "Vote", Body: []byte{1}, Marks: map[string]uint64{"a": 1}}, {Answers: &letter{Offset: -1}}} {
		var pipe bytes.Buffer
		if err := c.Write(&pipe, l, 1000); err != nil {
			f.Fatal(err)
		}
		f.Add(pipe.Bytes())
	}
	f.Add([]byte{0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, in []byte) {
		var l letter
		if err := c.Read(bytes.NewReader(in), &l, 64<<10); err != nil {
			return
		}
		var out bytes.Buffer
		if err := c.Write(&out, l, 64<<10); err != nil {
			t.Fatalf("accepted, but cannot be written again: %v", err)
		}
		if !bytes.HasPrefix(in, out.Bytes()) {
			t.Fatalf("accepted %x, writes %x", in, out.Bytes())
		}
	})
}
