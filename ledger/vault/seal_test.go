package vault_test

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"filippo.io/age"

	"countersign/ledger"
	"countersign/ledger/keyring/hybrid"
	"countersign/ledger/vault"
)

const canary = "CANARY-VM-1984-0613"

func identity(t testing.TB) *hybrid.Identity {
	t.Helper()
	id, err := hybrid.Generate()
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func to(agency ledger.AgencyID, epoch uint32, id *hybrid.Identity) vault.Recipient {
	return vault.Recipient{AgencyEpoch: ledger.AgencyEpoch{Agency: agency, Epoch: epoch}, Key: id.Recipient()}
}

func binding() vault.Binding {
	return vault.Binding{Network: ledger.Sum([]byte("Valmarine")), Agency: "police",
		Author: ledger.Sum([]byte("Vidal's key")), Nonce: ledger.NewNonce()}
}

func letter() *vault.Letter {
	return &vault.Letter{Subjects: []string{canary, "VM-1979-0101"}, Rows: []vault.RowFilter{{Field: "year", Op: ">=", Value: "2021"}},
		From: "2021", To: "2023", Case: "VM-2026-0417", Note: "Second letter.\nThe first went astray.", CaseFile: vault.CaseFileID{7}}
}

func ids(list ...age.Identity) []age.Identity { return list }

func sealLetter(t testing.TB, b vault.Binding, to ...vault.Recipient) ([]byte, ledger.Sealed) {
	t.Helper()
	ciphertext, sealed, err := vault.Seal(b, letter(), to)
	if err != nil {
		t.Fatal(err)
	}
	return ciphertext, sealed
}

func TestBothAgenciesOpenALetter(t *testing.T) {
	police, tax, health := identity(t), identity(t), identity(t)
	b := binding()
	ciphertext, sealed := sealLetter(t, b, to("tax", 2, tax), to("police", 0, police))
	if err := sealed.Check(); err != nil || !sealed.For("police", "tax") {
		t.Fatalf("what the entry says is malformed: %v", err)
	}
	if !vault.Matches(ciphertext, sealed) {
		t.Fatal("root or size is another")
	}
	for _, id := range []*hybrid.Identity{police, tax} {
		var got vault.Letter
		if err := vault.Open(ciphertext, ids(health, id), vault.Expected{Binding: b, Sealed: sealed}, &got); err != nil {
			t.Fatal(err)
		}
		if string(ledger.Encode(got)) != string(ledger.Encode(letter())) {
			t.Fatalf("another letter came back: %+v", got)
		}
	}
	var got vault.Letter
	if err := vault.Open(ciphertext, ids(health), vault.Expected{Binding: b, Sealed: sealed}, &got); !errors.Is(err, vault.ErrNotForUs) {
		t.Fatalf("a third agency got %v", err)
	}
	if err := vault.Open(ciphertext, nil, vault.Expected{Binding: b, Sealed: sealed}, &got); !errors.Is(err, vault.ErrNotForUs) {
		t.Fatalf("nobody got %v", err)
	}
}

func TestEveryContentComesBack(t *testing.T) {
	tax := identity(t)
	for _, c := range []struct{ in, out vault.Content }{
		{letter(), new(vault.Letter)},
		{&vault.OfferLetter{From: "2022-01", To: "2022-12-31", Note: "Two years only."}, new(vault.OfferLetter)},
		{&vault.Reason{Text: "Not within L.141-2."}, new(vault.Reason)},
		{&vault.Card{Name: "Inès Vidal", Title: "Inspector", Unit: "Financial Crime Unit"}, new(vault.Card)},
		{&vault.Sheet{Title: "Declared income", Text: "As declared.", Fields: []vault.FieldNote{{Name: "income_band", Text: "In thousands"}}, Language: "en"}, new(vault.Sheet)},
	} {
		b := binding()
		ciphertext, sealed, err := vault.Seal(b, c.in, []vault.Recipient{to("tax", 0, tax)})
		if err != nil {
			t.Fatal(err)
		}
		if err := vault.Open(ciphertext, ids(tax), vault.Expected{Binding: b, Sealed: sealed}, c.out); err != nil {
			t.Fatal(err)
		}
		if string(ledger.Encode(c.in)) != string(ledger.Encode(c.out)) {
			t.Errorf("%T came back as %+v", c.in, c.out)
		}
	}
}

func TestContentIsNotReadAsAnotherKind(t *testing.T) {
	tax, b := identity(t), binding()
	ciphertext, sealed, err := vault.Seal(b, &vault.Reason{Text: "No."}, []vault.Recipient{to("tax", 0, tax)})
	if err != nil {
		t.Fatal(err)
	}
	if err := vault.Open(ciphertext, ids(tax), vault.Expected{Binding: b, Sealed: sealed}, new(vault.Card)); !errors.Is(err, vault.ErrBadContent) {
		t.Fatalf("got %v", err)
	}
}

func TestAnyFieldThatDiffersFromTheEntryIsAMismatch(t *testing.T) {
	tax, b := identity(t), binding()
	ciphertext, sealed := sealLetter(t, b, to("tax", 0, tax))
	right := vault.Expected{Binding: b, Sealed: sealed}
	for name, change := range map[string]func(*vault.Expected){
		"network":    func(e *vault.Expected) { e.Network[0] ^= 1 },
		"agency":     func(e *vault.Expected) { e.Agency = "poliCe" },
		"short":      func(e *vault.Expected) { e.Agency = "tax" },
		"author":     func(e *vault.Expected) { e.Author[31] ^= 1 },
		"nonce":      func(e *vault.Expected) { e.Nonce[3] ^= 1 },
		"commitment": func(e *vault.Expected) { e.Sealed.Commitment[9] ^= 1 },
	} {
		want := right
		change(&want)
		if err := vault.Open(ciphertext, ids(tax), want, new(vault.Letter)); !errors.Is(err, vault.ErrMismatch) {
			t.Errorf("another %s gave %v", name, err)
		}
	}
	if err := vault.Open(ciphertext, ids(tax), right, new(vault.Letter)); err != nil {
		t.Fatal(err)
	}
}

func TestTamperedCiphertextNeverOpens(t *testing.T) {
	tax, b := identity(t), binding()
	ciphertext, sealed := sealLetter(t, b, to("tax", 0, tax))
	want := vault.Expected{Binding: b, Sealed: sealed}
	for at := 0; at < len(ciphertext); at += 41 {
		bad := bytes.Clone(ciphertext)
		bad[at] ^= 4
		if err := vault.Open(bad, ids(tax), want, new(vault.Letter)); !errors.Is(err, vault.ErrMismatch) && !errors.Is(err, vault.ErrNotForUs) {
			t.Fatalf("byte %d changed gave %v", at, err)
		}
		if vault.Matches(bad, sealed) {
			t.Fatal("root still matches")
		}
		if err := vault.Open(ciphertext[:at], ids(tax), want, new(vault.Letter)); err == nil {
			t.Fatalf("a part cut at %d opened", at)
		}
	}
	if err := vault.Open(append(bytes.Clone(ciphertext), 0), ids(tax), want, new(vault.Letter)); err == nil {
		t.Fatal("a part with a byte more opened")
	}
}

// A dishonest author who encrypts what does not follow the form is a mismatch too.
func TestPlaintextThatIsNotTheOneFormIsAMismatch(t *testing.T) {
	tax, b := identity(t), binding()
	ciphertext, sealed := sealLetter(t, b, to("tax", 0, tax))
	r, err := age.Decrypt(bytes.NewReader(ciphertext), tax)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	for name, bad := range map[string][]byte{
		"padding not zero": append(bytes.Clone(plain[:len(plain)-1]), 1),
		"padding longer":   append(bytes.Clone(plain), make([]byte, len(plain))...),
		"padding shorter":  plain[:len(plain)-1],
		"no padding":       bytes.TrimRight(plain, "\x00"),
		"another version":  append([]byte{plain[0], plain[1], 2}, plain[3:]...),
		"nothing":          nil,
	} {
		var out bytes.Buffer
		key, _ := age.ParseHybridRecipient(tax.Recipient())
		w, _ := age.Encrypt(&out, key)
		_, _ = w.Write(bad)
		_ = w.Close()
		if err := vault.Open(out.Bytes(), ids(tax), vault.Expected{Binding: b, Sealed: sealed}, new(vault.Letter)); !errors.Is(err, vault.ErrMismatch) {
			t.Errorf("%s gave %v", name, err)
		}
	}
}

// FAULTS 36: with the salt inside, guessing contents against a commitment is hopeless:
// the same letter gives another commitment each time.
func TestCommitmentsCannotBeGuessedFromADictionary(t *testing.T) {
	tax, b := identity(t), binding()
	_, first := sealLetter(t, b, to("tax", 0, tax))
	for range 50 {
		_, again := sealLetter(t, b, to("tax", 0, tax))
		if again.Commitment == first.Commitment {
			t.Fatal("the same letter has the same commitment")
		}
	}
}

func TestSizeTellsLittle(t *testing.T) {
	tax := identity(t)
	size := func(n int) uint64 {
		_, s, err := vault.Seal(binding(), &vault.Reason{Text: strings.Repeat("x", n)}, []vault.Recipient{to("tax", 0, tax)})
		if err != nil {
			t.Fatal(err)
		}
		return s.Size
	}
	if size(1) != size(3000) {
		t.Error("short reasons differ in size")
	}
	sizes := map[uint64]bool{}
	for n := 4000; n < 16000; n += 100 {
		sizes[size(n)] = true
	}
	if len(sizes) > 40 {
		t.Errorf("120 lengths give %d sizes", len(sizes))
	}
}

func TestResealedSheetKeepsItsCommitment(t *testing.T) {
	tax, metro, b := identity(t), identity(t), binding()
	old, sealed, err := vault.Seal(b, &vault.Card{Name: "Bauer"}, []vault.Recipient{to("tax", 0, tax)})
	if err != nil {
		t.Fatal(err)
	}
	want := vault.Expected{Binding: b, Sealed: sealed}
	again, resealed, err := vault.Reseal(old, ids(tax), want, []vault.Recipient{to("tax", 1, tax), to("metro", 0, metro)})
	if err != nil {
		t.Fatal(err)
	}
	if resealed.Commitment != sealed.Commitment || resealed.Root == sealed.Root || !resealed.For("metro", "tax") || !vault.Matches(again, resealed) {
		t.Fatalf("resealed as %+v", resealed)
	}
	var card vault.Card
	if err := vault.Open(again, ids(metro), want, &card); err != nil || card.Name != "Bauer" {
		t.Fatalf("the new member got %v", err)
	}
	want.Nonce[0] ^= 1
	if _, _, err := vault.Reseal(old, ids(tax), want, []vault.Recipient{to("metro", 0, metro)}); !errors.Is(err, vault.ErrMismatch) {
		t.Fatalf("a part that does not match was resealed: %v", err)
	}
}

func TestUnusableRecipientsAreRefused(t *testing.T) {
	tax := identity(t)
	for name, list := range map[string][]vault.Recipient{
		"none":     nil,
		"twice":    {to("tax", 0, tax), to("tax", 1, tax)},
		"nonsense": {{AgencyEpoch: ledger.AgencyEpoch{Agency: "tax"}, Key: "age1pq1zzz"}},
	} {
		if _, _, err := vault.Seal(binding(), letter(), list); !errors.Is(err, vault.ErrNoRecipient) {
			t.Errorf("%s gave %v", name, err)
		}
	}
}

func TestContentsThatDeceiveOrAreTooLongAreRefused(t *testing.T) {
	with := func(change func(*vault.Letter)) *vault.Letter {
		l := letter()
		change(l)
		return l
	}
	for name, c := range map[string]vault.Content{
		"no subject":       with(func(l *vault.Letter) { l.Subjects = nil }),
		"too many":         with(func(l *vault.Letter) { l.Subjects = make([]string, vault.MaxSubjects+1) }),
		"bidi subject":     with(func(l *vault.Letter) { l.Subjects[0] = canary + "\u202e1" }),
		"zero-width case":  with(func(l *vault.Letter) { l.Case = "VM\u200b-1" }),
		"bidi in note":     with(func(l *vault.Letter) { l.Note = canary + "\u2066x" }),
		"control in note":  with(func(l *vault.Letter) { l.Note = canary + "\x1b[2J" }),
		"bad date":         with(func(l *vault.Letter) { l.From = "2021-13" }),
		"backwards":        with(func(l *vault.Letter) { l.From, l.To = "2023", "2021-12-31" }),
		"unknown op":       with(func(l *vault.Letter) { l.Rows[0].Op = "~" }),
		"field":            with(func(l *vault.Letter) { l.Rows[0].Field = "a b" }),
		"empty reason":     &vault.Reason{Text: " \n"},
		"long reason":      &vault.Reason{Text: strings.Repeat("x", 30_000)},
		"bidi name":        &vault.Card{Name: "Ba\u202euer"},
		"not UTF-8":        &vault.Reason{Text: "a\xff"},
		"bidi field note":  &vault.Sheet{Fields: []vault.FieldNote{{Name: "a", Text: "\u202e"}}},
		"sheet's language": &vault.Sheet{Language: "not a language"},
	} {
		_, _, err := vault.Seal(binding(), c, []vault.Recipient{to("tax", 0, identity(t))})
		if !errors.Is(err, vault.ErrBadContent) {
			t.Errorf("%s gave %v", name, err)
		}
		if strings.Contains(fmt.Sprint(err), canary) {
			t.Errorf("%s: the error quotes the content", name)
		}
	}
	if err := func() error {
		_, _, err := vault.Seal(binding(), &vault.Reason{Text: "نامه\u200cها 👩\u200d🚒"}, []vault.Recipient{to("tax", 0, identity(t))})
		return err
	}(); err != nil {
		t.Errorf("joiners that scripts need: %v", err)
	}
}

func TestLetterOverItsLimitIsRefused(t *testing.T) {
	s := &vault.Sheet{}
	for i := range 40 {
		s.Fields = append(s.Fields, vault.FieldNote{Name: ledger.FieldName(fmt.Sprint("f", i)), Text: strings.Repeat("x", 10_000)})
	}
	if _, _, err := vault.Seal(binding(), s, []vault.Recipient{to("tax", 0, identity(t))}); !errors.Is(err, vault.ErrTooLarge) {
		t.Fatalf("got %v", err)
	}
}

func manifest(t testing.TB, data []byte) *vault.Manifest {
	t.Helper()
	m := &vault.Manifest{Request: ledger.Sum([]byte("r")), Agreement: ledger.Sum([]byte("a")), Dataset: ledger.Sum([]byte("d")),
		Fields: []ledger.FieldName{"subject", "declared_income"}, Rows: 3, Name: "TAX-INC-04.csv", Type: "text/csv"}
	if err := m.Measure(bytes.NewReader(data)); err != nil {
		t.Fatal(err)
	}
	return m
}

func TestReleaseIsReadInPlace(t *testing.T) {
	police := identity(t)
	for _, n := range []int{0, 1, 5000, 3 << 20} {
		data := make([]byte, n)
		_, _ = rand.Read(data)
		b := binding()
		var out bytes.Buffer
		sealed, err := vault.SealRelease(&out, b, manifest(t, data), bytes.NewReader(data), []vault.Recipient{to("police", 0, police)})
		if err != nil {
			t.Fatal(err)
		}
		if !vault.Matches(out.Bytes(), sealed) {
			t.Fatal("root or size is another")
		}
		want := vault.Expected{Binding: b, Sealed: sealed}
		r, err := vault.OpenRelease(bytes.NewReader(out.Bytes()), int64(out.Len()), ids(police), want)
		if err != nil {
			t.Fatal(err)
		}
		if r.Manifest.Rows != 3 || r.Data().Size() != int64(n) {
			t.Fatalf("manifest %+v", r.Manifest)
		}
		if got, err := io.ReadAll(r.Data()); err != nil || !bytes.Equal(got, data) {
			t.Fatalf("%d bytes came back as %d, %v", n, len(got), err)
		}
		want.Author[0] ^= 1
		if _, err := vault.OpenRelease(bytes.NewReader(out.Bytes()), int64(out.Len()), ids(police), want); !errors.Is(err, vault.ErrMismatch) {
			t.Fatalf("another author gave %v", err)
		}
	}
}

func TestReleaseThatDoesNotMatchItsManifestIsNotSealed(t *testing.T) {
	police, data := identity(t), []byte("subject,declared_income\n"+canary+",1\n")
	for name, other := range map[string][]byte{
		"shorter": data[:10], "longer": append(bytes.Clone(data), 'x'), "other": bytes.ToUpper(data),
	} {
		var out bytes.Buffer
		_, err := vault.SealRelease(&out, binding(), manifest(t, data), bytes.NewReader(other), []vault.Recipient{to("police", 0, police)})
		if !errors.Is(err, vault.ErrSourceChanged) {
			t.Errorf("%s data gave %v", name, err)
		}
	}
}

func TestTamperedReleaseGivesNothingOut(t *testing.T) {
	police, b := identity(t), binding()
	data := make([]byte, 300_000)
	var out bytes.Buffer
	sealed, err := vault.SealRelease(&out, b, manifest(t, data), bytes.NewReader(data), []vault.Recipient{to("police", 0, police)})
	if err != nil {
		t.Fatal(err)
	}
	bad := out.Bytes()
	bad[len(bad)-5] ^= 1 // the last chunk: what age would give before it is good
	if r, err := vault.OpenRelease(bytes.NewReader(bad), int64(len(bad)), ids(police), vault.Expected{Binding: b, Sealed: sealed}); err == nil || r != nil {
		t.Fatalf("got %v, %v", r, err)
	}
}

// Whatever an author encrypts: no panic, and only the one form opens.
func FuzzPlaintext(f *testing.F) {
	tax, b := identity(f), binding()
	ciphertext, sealed := sealLetter(f, b, to("tax", 0, tax))
	r, _ := age.Decrypt(bytes.NewReader(ciphertext), tax)
	plain, _ := io.ReadAll(r)
	f.Add(plain)
	f.Add(plain[:200])
	f.Add(binary.BigEndian.AppendUint64(bytes.Clone(plain[:150]), 1<<63))
	key, err := age.ParseHybridRecipient(tax.Recipient())
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		var out bytes.Buffer
		w, _ := age.Encrypt(&out, key)
		_, _ = w.Write(in)
		_ = w.Close()
		var got vault.Letter
		err := vault.Open(out.Bytes(), ids(tax), vault.Expected{Binding: b, Sealed: sealed}, &got)
		if err == nil && !bytes.Equal(in, plain) {
			t.Fatal("another plaintext opened")
		}
		_, _ = vault.OpenRelease(bytes.NewReader(out.Bytes()), int64(out.Len()), ids(tax), vault.Expected{Binding: b, Sealed: sealed})
	})
}
