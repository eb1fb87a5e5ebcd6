package ledger_test

import (
	"encoding/hex"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	. "countersign/ledger"
)

var update = flag.Bool("update", false, "write testdata/vectors.json anew")

// vectors are golden: another program, or a later version of this one, must
// come to the same bytes, or histories become unreadable.
type vectors struct {
	Network   NetworkID     `json:"network"`
	ChainID   string        `json:"chain_id"`
	AuthorKey KeyID         `json:"author_key"`
	Founding  string        `json:"founding_document"`
	Joining   string        `json:"joining_document"`
	Subject   Hash          `json:"motion_subject"`
	Possess   string        `json:"possession_message"`
	Seal      string        `json:"seal"`
	Leaf      string        `json:"leaf"`
	AppHash   Hash          `json:"app_hash"`
	Entries   []entryVector `json:"entries"`
}

type entryVector struct {
	Name   string  `json:"name"`
	Kind   Kind    `json:"kind"`
	ID     EntryID `json:"id"`
	Signed Hash    `json:"signed_hash"`
	Body   string  `json:"body"`
	Wire   string  `json:"wire"`
}

func makeVectors(t *testing.T) vectors {
	founding := sampleDocument(NetworkID{})
	network := founding.NetworkID()
	key := newSigner("author").Public()
	v := vectors{
		Network: network, ChainID: ChainID(network), AuthorKey: key.ID(),
		Founding: hex.EncodeToString(founding.Bytes()), Joining: hex.EncodeToString(sampleDocument(network).Bytes()),
		Subject: (&Motion{Act: MotionExpel, Agency: "port"}).Subject(),
		Possess: hex.EncodeToString(Possession(network, "tax", "office", HolderNode, key.Bytes)),
		Seal:    hex.EncodeToString(NewSeal(sampleTime).Bytes()),
		Leaf:    hex.EncodeToString(Leaf{Height: 7, Index: 2, Time: sampleTime, Entry: hashOf("entry"), Outcome: StaleVersion}.Bytes()),
		AppHash: AppHash(LogHead{Size: 9, Root: hashOf("root")}, hashOf("digest")),
	}
	for _, s := range samples() {
		e, err := sampleEntry(s.payload)
		if err != nil {
			t.Fatalf("%s: %v", s.name, err)
		}
		v.Entries = append(v.Entries, entryVector{Name: s.name, Kind: s.payload.Kind(), ID: e.ID(), Signed: e.SignedHash(),
			Body: hex.EncodeToString(e.Body.Bytes()), Wire: hex.EncodeToString(e.Bytes())})
	}
	return v
}

func TestEncodingIsGolden(t *testing.T) {
	made := makeVectors(t)
	path := filepath.Join("testdata", "vectors.json")
	if *update {
		b, err := json.MarshalIndent(made, "", "\t")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, append(b, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var golden vectors
	if err := json.Unmarshal(b, &golden); err != nil {
		t.Fatal(err)
	}
	if len(golden.Entries) != len(made.Entries) {
		t.Fatalf("%d golden entries, %d made", len(golden.Entries), len(made.Entries))
	}
	for i, e := range made.Entries {
		if golden.Entries[i] != e {
			t.Errorf("%s: encoding changed\n got %+v\nwant %+v", e.Name, e, golden.Entries[i])
		}
	}
	golden.Entries, made.Entries = nil, nil
	if g, m := mustJSON(t, golden), mustJSON(t, made); g != m {
		t.Errorf("encoding changed\n got %s\nwant %s", m, g)
	}
}

func mustJSON(t *testing.T, v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// The golden bytes are read, verified and written again without a difference.
func TestGoldenEntriesAreReadBack(t *testing.T) {
	made := makeVectors(t)
	author := newSigner("author").Public()
	kinds := map[Kind]bool{}
	for _, g := range made.Entries {
		raw, err := hex.DecodeString(g.Wire)
		if err != nil {
			t.Fatal(err)
		}
		e, err := Parse(raw)
		if err != nil {
			t.Fatalf("%s: %v", g.Name, err)
		}
		if e.ID() != g.ID || e.Body.ID() != g.ID || e.SignedHash() != g.Signed || e.Body.Kind != g.Kind {
			t.Errorf("%s is read as another entry", g.Name)
		}
		if !author.Verify(e.SigningBytes(), e.Signature) {
			t.Errorf("%s: the signature does not hold", g.Name)
		}
		if hex.EncodeToString(Encode(e.Payload)) != hex.EncodeToString(e.Body.Payload) {
			t.Errorf("%s: the payload is written otherwise than read", g.Name)
		}
		kinds[g.Kind] = true
	}
	for _, k := range Kinds() {
		if !kinds[k] {
			t.Errorf("no golden entry of kind %s", k)
		}
		if again, err := KindOf(k.String()); err != nil || again != k {
			t.Errorf("kind %d is %q and back %d", k, k, again)
		}
	}
}

func TestUnsignedEntryHasTheSameIDAndNoSignature(t *testing.T) {
	e, err := sampleEntry(&Leave{})
	if err != nil {
		t.Fatal(err)
	}
	u, err := Unsigned(e.Body)
	if err != nil {
		t.Fatal(err)
	}
	if u.ID() != e.ID() || u.SignedHash() == e.SignedHash() || newSigner("author").Public().Verify(u.SigningBytes(), u.Signature) {
		t.Fatal("an unsigned entry is the same body without a signature that holds")
	}
}
