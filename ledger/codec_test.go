package ledger_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/fxamacker/cbor/v2"

	. "countersign/ledger"
	"countersign/ledger/rules"
)

// everyForm has each form that a plan knows, at its edges.
type everyForm struct {
	U8   uint8          `cbor:"0,keyasint"`
	U16  uint16         `cbor:"1,keyasint"`
	U32  uint32         `cbor:"2,keyasint"`
	U64  uint64         `cbor:"3,keyasint"`
	I8   int8           `cbor:"4,keyasint"`
	I16  int16          `cbor:"5,keyasint"`
	I32  int32          `cbor:"6,keyasint"`
	I64  int64          `cbor:"7,keyasint"`
	Bool bool           `cbor:"8,keyasint"`
	Text string         `cbor:"9,keyasint"`
	Raw  []byte         `cbor:"10,keyasint"`
	Hash Hash           `cbor:"11,keyasint"`
	List []string       `cbor:"12,keyasint"`
	Pair [2]int16       `cbor:"13,keyasint"`
	Deep [][]everyTuple `cbor:"14,keyasint"`
	To   *everyTuple    `cbor:"30,keyasint"`

	MayU    uint32      `cbor:"31,keyasint,omitempty"`
	MayI    int64       `cbor:"32,keyasint,omitempty"`
	MayBool bool        `cbor:"33,keyasint,omitempty"`
	MayText string      `cbor:"34,keyasint,omitempty"`
	MayRaw  []byte      `cbor:"35,keyasint,omitempty"`
	MayList []int8      `cbor:"36,keyasint,omitempty"`
	MayTo   *everyTuple `cbor:"300,keyasint,omitempty"`
}

type everyTuple struct {
	_    struct{} `cbor:",toarray"`
	N    int64
	Text string
	Hash []Hash
	kept int
}

// planned are values of types with plans: payloads, documents, records, and one
// of every form.
func planned() []any {
	small, big := everyForm{}, everyForm{
		U8: 255, U16: 65535, U32: 1<<32 - 1, U64: 1<<64 - 1, I8: -128, I16: 32767, I32: -1 << 31, I64: -1 << 63, Bool: true,
		Text: "é", Raw: []byte{}, Hash: Hash{1, 2}, List: []string{"", "a"}, Pair: [2]int16{-1, 24},
		Deep: [][]everyTuple{nil, {}, {{N: 23, Text: "x", Hash: []Hash{{}, {9}}, kept: 1}}}, To: &everyTuple{N: -25},
		MayU: 1, MayI: -1, MayBool: true, MayText: "m", MayRaw: []byte{0}, MayList: []int8{1, 2}, MayTo: &everyTuple{},
	}
	sealed := Sealed{Commitment: Hash{1}, Root: Hash{2}, Size: 1000, Epochs: []AgencyEpoch{{"police", 0}, {"tax", 300}}}
	out := []any{&small, &big, sampleDocument(NetworkID{}), &Leaf{Height: 1, Time: 2, Outcome: NotAMember},
		&rules.Request{Terms: Terms{Fields: []FieldName{"a"}}, Letter: sealed, Decisions: []rules.Decision{{Kind: KindApprove, Reason: &sealed}},
			Agreement: &rules.Agreement{Letter: sealed}, Releases: []rules.Release{{Part: sealed}}, History: []rules.StateChange{{State: "x", H: 3}}},
		&rules.Global{Heads: []rules.Head{{Height: 1, Size: 2}}}, &rules.Agency{Nodes: []NodeCode{"office"}, Officials: []OfficialID{{1}}},
		&rules.Key{Ends: -5}, &rules.Official{Roles: []RoleGrant{{Role: RoleDPO, Scope: Scope{Classes: []Class{ClassOpen}}}}, Card: &sealed},
		&rules.Proposal{}, &rules.MotionRecord{Votes: []rules.AgencyVote{{Agency: "a"}}}}
	for _, s := range samples() {
		out = append(out, s.payload)
	}
	return out
}

// agreeOn demands that reading by plan takes what the general library takes and
// writes again as it was, with the same value.
func agreeOn(t *testing.T, like any, raw []byte) {
	t.Helper()
	byPlan, general := reflect.New(reflect.TypeOf(like).Elem()).Interface(), reflect.New(reflect.TypeOf(like).Elem()).Interface()
	err, want := Decode(raw, len(raw), byPlan), DecodeGeneral(raw, general)
	switch {
	case (err == nil) != (want == nil):
		t.Errorf("%T %x: by plan %v, by the library %v", like, raw, err, want)
	case err != nil && !errors.Is(err, ErrNotCanonical):
		t.Errorf("%T %x: an error of no kind: %v", like, raw, err)
	case err == nil && !reflect.DeepEqual(byPlan, general):
		t.Errorf("%T %x: read as\n%+v, by the library\n%+v", like, raw, byPlan, general)
	case err == nil && !bytes.Equal(Encode(byPlan), raw):
		t.Errorf("%T %x: written otherwise", like, raw)
	}
}

func TestPlansWriteWhatTheLibraryWrites(t *testing.T) {
	for _, v := range planned() {
		want, err := EncodeGeneral(v)
		if err != nil || !bytes.Equal(Encode(v), want) || !bytes.Equal(Encode(reflect.ValueOf(v).Elem().Interface()), want) {
			t.Errorf("%T: %x, by the library %x, %v", v, Encode(v), want, err)
		}
		agreeOn(t, v, want)
	}
}

// TestPlansReadWhatTheLibraryReads spoils good encodings in every way that a
// stranger may, most often where an item begins.
func TestPlansReadWhatTheLibraryReads(t *testing.T) {
	const seed = 5
	r := rand.New(rand.NewPCG(seed, 1))
	for _, v := range planned() {
		good := Encode(v)
		for n := range 1500 {
			agreeOn(t, v, spoil(r, good))
			if t.Failed() {
				t.Fatalf("seed %d, round %d", seed, n)
			}
		}
	}
}

func TestPlansKnowTheLibrarysLimits(t *testing.T) {
	type holder struct {
		_   struct{} `cbor:",toarray"`
		Raw cbor.RawMessage
	}
	for _, item := range []byte{0x81, 0xa0} { // arrays, and maps under a key
		for deep := range 12 {
			raw := []byte{0x81}
			for range deep {
				if raw = append(raw, item); item == 0xa0 {
					raw[len(raw)-1] = 0xa1
					raw = append(raw, 0x00)
				}
			}
			agreeOn(t, &holder{}, append(raw, 0x05))
		}
	}
	for _, n := range []int{MaxListItems, MaxListItems + 1} {
		agreeOn(t, &[]uint8{}, Encode(make([]uint8, n)))
		agreeOn(t, &[]bool{}, Encode(make([]bool, n)))
		agreeOn(t, &holder{}, append([]byte{0x81}, Encode(make([]bool, n))...))
	}
}

// spoil changes an encoding in one or two places.
func spoil(r *rand.Rand, good []byte) []byte {
	raw := bytes.Clone(good)
	for range 1 + r.IntN(2) {
		at := r.IntN(len(raw))
		switch r.IntN(7) {
		case 0:
			raw[at] ^= 1 << r.IntN(8)
		case 1:
			raw[at] = byte(r.Uint32())
		case 2: // an item longer than it has to be
			raw = append(raw[:at:at], append([]byte{raw[at]&0xe0 | 24, raw[at] & 31}, raw[at+1:]...)...)
		case 3:
			raw = append(raw[:at:at], raw[min(at+1+r.IntN(4), len(raw)):]...)
		case 4: // something twice
			end := min(at+1+r.IntN(40), len(raw))
			raw = append(raw[:end:end], raw[at:]...)
		case 5:
			raw[at] = []byte{0xf6, 0xf4, 0xf5, 0xf7, 0xa0, 0x80, 0x40, 0x60, 0x9f, 0xbf, 0xff, 0xc0, 0xf9, 0xfb, 0x1b, 0x3b}[r.IntN(16)]
		default: // an optional field, or null for a value
			raw = append(raw[:at:at], append([]byte{[]byte{0xf6, 0x00, 0x18, 0x60, 0x80}[r.IntN(5)]}, raw[at:]...)...)
		}
		if len(raw) == 0 {
			return []byte{0xf6}
		}
	}
	return raw
}

func FuzzPlansAgainstTheLibrary(f *testing.F) {
	all := planned()
	for i, v := range all {
		f.Add(uint8(i), Encode(v))
	}
	f.Fuzz(func(t *testing.T, which uint8, raw []byte) {
		agreeOn(t, all[int(which)%len(all)], raw)
	})
}
