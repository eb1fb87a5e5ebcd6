package ledger_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	. "countersign/ledger"
)

// wire is a signed body as it travels.
func wire(body, signature []byte) []byte { return Encode([]any{body, signature}) }

func TestOnlyTheCanonicalFormIsTaken(t *testing.T) {
	e, err := sampleEntry(&Withdraw{Act: Act{Request: hashOf("request"), Version: hashOf("version")}})
	if err != nil {
		t.Fatal(err)
	}
	body := e.Body.Bytes()
	if body[0] != 0xa8 || body[1] != 0 || body[2] != 1 || body[3] != 1 {
		t.Fatalf("the body does not begin as expected: %x", body[:8])
	}
	long := append([]byte{0xa8, 0x18, 0}, body[2:]...)              // key 0 in two bytes
	double := append([]byte{0xa9, 0, 1}, body[1:]...)               // key 0 twice
	swapped := append([]byte{0xa8, 1, body[4], 0, 1}, body[5:]...)  // key 1 before key 0
	extra := append(append([]byte{0xa9}, body[1:]...), 0x18, 99, 0) // a field that nobody knows
	indefinite := append(append([]byte{0xbf}, body[1:]...), 0xff)   // a map without a length
	missing := append([]byte{0xa7}, body[3:]...)                    // no version
	tagged := append([]byte{0xd9, 0xd9, 0xf7}, body...)             // the tag for CBOR
	bad := map[string][]byte{"long": long, "double": double, "swapped": swapped, "extra": extra, "indefinite": indefinite,
		"missing": missing, "tagged": tagged, "empty": {}, "cut": body[:len(body)-1], "tail": append(bytes.Clone(body), 0)}
	for name, b := range bad {
		if _, err := Parse(wire(b, e.Signature)); !errors.Is(err, ErrNotCanonical) && !errors.Is(err, ErrUnknownKind) {
			t.Errorf("%s body: %v", name, err)
		}
	}
	for name, raw := range map[string][]byte{"tail": append(bytes.Clone(e.Bytes()), 0), "cut": e.Bytes()[:len(e.Bytes())-1],
		"three elements": Encode([]any{body, e.Signature, 0}), "short signature": wire(body, e.Signature[:63]), "long signature": wire(body, append(bytes.Clone(e.Signature), 0)),
		"text for bytes": Encode([]any{string(body), e.Signature}), "deep": bytes.Repeat([]byte{0x81}, 1000), "claims 4 GiB": {0x82, 0x5b, 0, 0, 0, 1, 0, 0, 0, 0}} {
		if _, err := Parse(raw); !errors.Is(err, ErrNotCanonical) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Parse(wire(body, e.Signature)); err != nil {
		t.Errorf("the right form: %v", err)
	}
}

func TestUnknownKindAndVersionAreSaidSo(t *testing.T) {
	e, err := sampleEntry(&Leave{})
	if err != nil {
		t.Fatal(err)
	}
	b := e.Body
	b.Kind = 200
	if _, err := Parse(wire(b.Bytes(), e.Signature)); !errors.Is(err, ErrUnknownKind) {
		t.Error(err)
	}
	b = e.Body
	b.Version = 2
	if _, err := Parse(wire(b.Bytes(), e.Signature)); !errors.Is(err, ErrUnknownKind) {
		t.Error(err)
	}
}

func TestEntryIsAtMostSixtyFourKiB(t *testing.T) {
	// A revocation may name many nodes: long enough to pass the limit.
	p := &RevokeKey{Official: officialOf("arnaud"), Code: "superseded", Next: Epoch{Number: 1, Recipient: "age1x", Proof: make([]byte, SignatureSize)}}
	fits := 0
	for n := 1800; n < 2100; n++ {
		p.Nodes = nil
		for i := 0; i < n; i++ {
			p.Nodes = append(p.Nodes, NodeCode(fmt.Sprintf("n%031d", i)))
		}
		e, err := sampleEntry(&Propose{Revoke: p})
		if err != nil {
			if !errors.Is(err, ErrTooLarge) {
				t.Fatal(err)
			}
			break
		}
		if len(e.Bytes()) > MaxEntryBytes {
			t.Fatalf("an entry of %d bytes", len(e.Bytes()))
		}
		fits = n
	}
	if fits == 0 || fits > 2000 {
		t.Fatalf("the limit was met at %d nodes", fits)
	}
	if _, err := Parse(make([]byte, MaxEntryBytes+1)); !errors.Is(err, ErrTooLarge) {
		t.Error(err)
	}
}

func TestTitlesShowWhatTheySay(t *testing.T) {
	for _, good := range []string{"Tax Service", "Caisse d’assurance maladie", "税务局", "Straße 1 – Amt", strings.Repeat("x", MaxTitleRunes)} {
		if !ValidTitle(good) {
			t.Errorf("%q is refused", good)
		}
	}
	for _, bad := range []string{"", "   ", "\u2003", "a\u202eb", "a\u200bb", "a\u2066b", "a\nb", "a\u2028b", "\ufeffa", "a\x00", "\xff", strings.Repeat("x", MaxTitleRunes+1)} {
		if ValidTitle(bad) {
			t.Errorf("%q is taken", bad)
		}
	}
}

func TestCodesArePlain(t *testing.T) {
	for _, good := range []Code{"TAX-INC-04", "a", "L.141-2", "x_y", Code(strings.Repeat("x", 32))} {
		if !ValidCode(good) {
			t.Errorf("%q is refused", good)
		}
	}
	for _, bad := range []Code{"", " ", "a b", "a/b", "é", "a\n", Code(strings.Repeat("x", 33)), "а"} { // the last is Cyrillic
		if ValidCode(bad) {
			t.Errorf("%q is taken", bad)
		}
	}
}

func TestListsAreSortedAndWithoutDuplicates(t *testing.T) {
	act := Act{Request: hashOf("r"), Version: hashOf("v")}
	for _, f := range [][]FieldName{nil, {"b", "a"}, {"a", "a"}, {"a b"}, make([]FieldName, 257)} {
		if (&Approve{Act: act, Role: RoleApprover, Fields: f}).Check() == nil {
			t.Errorf("fields %v are taken", f)
		}
	}
	part := partOf("x", "police", "tax")
	part.Epochs[0], part.Epochs[1] = part.Epochs[1], part.Epochs[0]
	if part.Check() == nil || part.For("tax", "police") {
		t.Error("epochs in disorder are taken")
	}
	if !partOf("x", "police", "tax").For("tax", "police", "tax") {
		t.Error("For does not care for order and repeats")
	}
	if got := fmt.Sprint(SortFields([]FieldName{"b", "a", "b"}), Intersect([]FieldName{"a", "b"}, []FieldName{"b", "c"}), Subtract([]FieldName{"a", "b"}, []FieldName{"b"})); got != "[a b] [b] [a]" {
		t.Error(got)
	}
	roles := &Enrol{}
	*roles = *samples()[0].payload.(*Propose).Enrol
	roles.Roles = []RoleGrant{{Role: RoleDPO}, {Role: RoleApprover}}
	if (&Propose{Enrol: roles}).Check() == nil || (&Propose{}).Check() == nil || (&Propose{Enrol: roles, Office: &MoveOffice{Node: "x"}}).Check() == nil {
		t.Error("roles in disorder, no act or two acts are taken")
	}
}

func TestDocumentProvesItsKeysForOneNetwork(t *testing.T) {
	founding := sampleDocument(NetworkID{})
	network := founding.NetworkID()
	joining := sampleDocument(network)
	if _, err := ParseDocument(joining.Bytes(), network); err != nil {
		t.Fatal(err)
	}
	if _, err := ParseDocument(joining.Bytes(), NetworkID{}); !errors.Is(err, ErrBadSignature) {
		t.Errorf("proofs for another network: %v", err)
	}
	other := sampleDocument(network)
	other.Agency = "police"
	if _, err := ParseDocument(other.Bytes(), network); !errors.Is(err, ErrBadSignature) {
		t.Errorf("proofs for another agency: %v", err)
	}
	for name, spoil := range map[string]func(*Document){
		"version":        func(d *Document) { d.Version = 9 },
		"title":          func(d *Document) { d.Title = "\u202e" },
		"one admin":      func(d *Document) { d.Admins[1] = d.Admins[0] },
		"epoch 1":        func(d *Document) { d.Epoch.Number = 1 },
		"no office key":  func(d *Document) { d.Office.Recipient = "" },
		"small order":    func(d *Document) { d.Consensus.Bytes = unhex(smallOrder[2]) },
		"peer":           func(d *Document) { d.Office.Peer = unhex(smallOrder[2]) },
		"calendar":       func(d *Document) { d.Calendar = []Time{2, 1} },
		"empty calendar": func(d *Document) { d.Calendar = nil },
	} {
		d := sampleDocument(network)
		spoil(d)
		if d.Check() == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

func TestChainIDFitsTheEngine(t *testing.T) {
	if id := ChainID(hashOf("network")); len(id) > 50 || !strings.HasPrefix(id, "cs-") {
		t.Error(id)
	}
}
