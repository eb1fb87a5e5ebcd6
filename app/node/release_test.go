package node

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"countersign/app/desk"
	"countersign/app/source"
	"countersign/ledger"
	"countersign/ledger/rules"
	"countersign/ledger/vault"
	"countersign/p2p"
	"countersign/p2p/delivery"
)

// Two agencies from the request to the end of retention: what can go wrong with
// the source, who may fetch what, a damaged file, and what is destroyed when.
func TestFromTheLetterToTheDeletionReceipt(t *testing.T) {
	tax := foundTown(t)
	tax.offerIncome()
	police := tax.join("police", "Valmarine Police")
	police.enrol("vidal", ledger.RoleRequester)
	ctx := t.Context()

	// A file that does not fit is refused when it is connected.
	noKey := tax.file("income.csv", strings.Replace(income, "person", "number", 1))
	src := Source{Dataset: "TAX-INC-04", File: noKey, Key: "person"}
	if err := tax.node.Connect(ctx, src); !errors.Is(err, source.ErrNoKeyColumn) {
		t.Error("connected without its key column:", err)
	}
	src.File = filepath.Join(filepath.Dir(noKey), "missing.csv")
	if err := tax.node.Connect(ctx, src); !errors.Is(err, os.ErrNotExist) {
		t.Error("connected a missing file:", err)
	}
	src.File = tax.file("income.csv", income)
	if err := tax.node.Connect(ctx, src); err != nil {
		t.Fatal(err)
	}

	// One that loses its key column afterwards holds the release up, says why, and
	// the release follows as soon as the file is whole.
	if err := os.WriteFile(src.File, []byte(strings.Replace(income, "person", "number", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	id := police.ask()
	letter := police.request(id, "the request", func(*rules.Request) bool { return true })
	tax.until("the letter", func() bool { held, named := tax.node.parts.store.Has(letter.Letter.Commitment); return held && named })

	// A letter that is damaged on disk is fetched again, once, whoever reads it then.
	damage(t, tax.folder, letter.Letter.Commitment)
	var readers sync.WaitGroup
	for range 8 {
		readers.Go(func() {
			if b, err := tax.node.Part(ctx, letter.LetterOf, letter.Letter); err != nil || !vault.Matches(b, letter.Letter) {
				t.Error("damaged letter:", err)
			}
		})
	}
	readers.Wait()

	tax.act("okafor", desk.Act{Kind: desk.ActApprove, Request: id, Fields: letter.Terms.Fields})
	tax.until("the problem", func() bool {
		p, err := tax.node.Progress(ctx, id)
		return err == nil && p.Step == desk.StepProblem && p.Problem == "no-key-column"
	})
	if err := os.WriteFile(src.File, []byte(income), 0o600); err != nil {
		t.Fatal(err)
	}
	r := police.request(id, "the receipt", func(r *rules.Request) bool { return r.State == rules.Fulfilled })
	rel := r.Releases[0]
	table, err := police.desk("vidal").OpenReceived(ctx, id)
	if err != nil || table.Total != 2 || len(table.Columns) != 2 {
		t.Fatalf("received %+v, %v", table, err)
	}
	recordShows(t, police, id)
	tax.until("the provider's copy to go", func() bool { held, _ := tax.node.parts.store.Has(rel.Part.Commitment); return !held })

	// Who may fetch: parties alone, and "not yours" is "not here".
	police.until("the release to be here", func() bool { held, _ := police.node.parts.store.Has(rel.Part.Commitment); return held })
	entry, _, err := police.node.Entry(ctx, rel.Entry)
	if err != nil {
		t.Fatal(err)
	}
	for agency, may := range map[ledger.AgencyID]bool{"police": true, "tax": true, "health": false, "": false} {
		if got := police.node.mayHave(agency, entry, rel.Part); got != may {
			t.Errorf("%q may have the release: %v", agency, got)
		}
	}
	if _, err := (access{police.node}).Open(ctx, p2p.PeerID("12D3KooWstranger"), delivery.Wanted{Entry: rel.Entry, Part: rel.Part}); !errors.Is(err, delivery.ErrAbsent) {
		t.Error("a stranger:", err)
	}
	wrong := rel.Part
	wrong.Commitment[0] ^= 1
	for name, w := range map[string]delivery.Wanted{"another part": {Entry: rel.Entry, Part: wrong}, "another entry": {Entry: id, Part: rel.Part},
		"an unknown entry": {Entry: ledger.EntryID{1}, Part: rel.Part}} {
		if _, err := (access{police.node}).Open(ctx, tax.node.host.ID(), w); !errors.Is(err, delivery.ErrAbsent) {
			t.Errorf("%s: %v", name, err)
		}
	}

	// What the crash of a node left unnamed or undeleted is put right.
	tidied(t, police)

	// The retention ends: the office node destroys and says so by itself.
	if r.Deletion == nil || r.Deletion.Owed <= police.node.clock.Ledger() {
		t.Fatal("nothing is owed:", r.Deletion)
	}
	rests(t, police, r)
	if err := tax.node.MoveClock(181 * 24 * time.Hour); err != nil {
		t.Fatal(err)
	}
	police.node.clock.Move(181 * 24 * time.Hour)
	police.node.office.sweep() // as it does by itself
	tax.request(id, "the deletion receipt", func(r *rules.Request) bool { return r.State == rules.Closed && r.Deletion.Deleted != 0 })
	if held, _ := police.node.parts.store.Has(rel.Part.Commitment); held {
		t.Error("the release is still here")
	}
	if _, err := police.desk("vidal").OpenReceived(ctx, id); err == nil {
		t.Error("opened what was destroyed")
	}

	// Five years later the letters go too.
	if held, _ := tax.node.parts.store.Has(letter.Letter.Commitment); !held {
		t.Fatal("the letter is gone already")
	}
	tax.node.clock.Move(6 * 365 * 24 * time.Hour)
	if tax.node.clockOff() { // its peer's clock stands where it was: nothing is destroyed on the word of one clock
		if err := tax.node.tidy(); err != nil {
			t.Fatal(err)
		}
		if held, _ := tax.node.parts.store.Has(letter.Letter.Commitment); !held {
			t.Error("destroyed although the clock is off")
		}
	}
	police.node.clock.Move(6 * 365 * 24 * time.Hour)
	tax.until("the clocks to agree", func() bool { return !tax.node.clockOff() })
	tax.until("the letter to go", func() bool {
		if err := tax.node.tidy(); err != nil { // does nothing while the office node is sealing
			t.Fatal(err)
		}
		held, _ := tax.node.parts.store.Has(letter.Letter.Commitment)
		return !held
	})
}

// rests waits until a request asks nothing of the office node any more: a sweep
// leaves it out until its retention is over, and a look at everything does not.
func rests(t *testing.T, m *member, r *rules.Request) {
	t.Helper()
	o, todo := m.node.office, map[ledger.EntryID]bool{}
	m.until("the request to rest", func() bool {
		o.mu.Lock()
		defer o.mu.Unlock()
		return o.resting[r.ID] == r.Deletion.Owed
	})
	if o.due([]ledger.EntryID{r.ID}, todo); len(todo) > 0 {
		t.Error("a sweep looks at what rests")
	}
	idle := newOffice(m.node) // nobody runs it
	before := idle.looks
	idle.look(nil, true)
	idle.rest(r, before)
	if idle.due([]ledger.EntryID{r.ID}, todo); len(todo) == 0 {
		t.Error("what was read before a look at everything rests after it")
	}
}

// damage flips a bit in a part's file.
func damage(t *testing.T, folder string, c ledger.Hash) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(folder, dirVault, "kept", "*", c.String()+".part"))
	if err != nil || len(names) != 1 {
		t.Fatal(names, err)
	}
	b, err := os.ReadFile(names[0])
	if err != nil {
		t.Fatal(err)
	}
	b[len(b)-5] ^= 1
	if err := os.WriteFile(names[0], b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// tidied puts a part that nobody named among the kept ones, as a crash between
// sealing and signing does, and sees it go.
func tidied(t *testing.T, m *member) {
	t.Helper()
	body := bytes.Repeat([]byte("x"), 5000)
	sealed := ledger.Sealed{Commitment: ledger.Sum(body), Root: vault.Root(body), Size: uint64(len(body))}
	if _, err := m.node.parts.store.Write(m.node.clock.Ledger(), func(w io.Writer) (ledger.Sealed, error) {
		_, err := w.Write(body)
		return sealed, err
	}); err != nil {
		t.Fatal(err)
	}
	m.until("the part that nothing names to go", func() bool {
		if err := m.node.tidy(); err != nil { // does nothing while the node itself is at it
			t.Fatal(err)
		}
		held, _ := m.node.parts.store.Has(sealed.Commitment)
		return !held
	})
}

// A source that changes between measuring and sealing gives no release.
func TestSourceThatChangesWhileItIsSealedGivesNoRelease(t *testing.T) {
	path := filepath.Join(t.TempDir(), "income.csv")
	if err := os.WriteFile(path, []byte(income), 0o600); err != nil {
		t.Fatal(err)
	}
	keys, err := newAgencyKeys(agencyOptions("police", "Police").complete())
	if err != nil {
		t.Fatal(err)
	}
	defer keys.close()
	to := []vault.Recipient{{AgencyEpoch: ledger.AgencyEpoch{Agency: "police"}, Key: keys.epoch.Recipient()}}
	q := source.Query{Fields: []ledger.FieldName{"income_band"}, Order: []ledger.FieldName{"income_band"}, Subjects: []string{"P-1"}}
	from := source.CSV{Path: path, Key: "person"}
	m := &vault.Manifest{Request: ledger.EntryID{1}, Agreement: ledger.EntryID{2}, Dataset: ledger.EntryID{3}, Fields: q.Fields,
		Name: "income.csv", Type: "text/csv"}
	var first bytes.Buffer
	if _, err := from.Write(&first, q); err != nil {
		t.Fatal(err)
	}
	if err := m.Measure(bytes.NewReader(first.Bytes())); err != nil {
		t.Fatal(err)
	}
	if _, err := sealFrom(io.Discard, vault.Binding{Agency: "tax"}, m, from, q, to); err != nil {
		t.Fatal(err)
	}
	for name, changed := range map[string]string{"a value": strings.Replace(income, "D", "E", 1), "a row more": income + "P-1,2023,1,A\n",
		"a row less": strings.Replace(income, "P-1,2022,44900,D\n", "", 1)} {
		if err := os.WriteFile(path, []byte(changed), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := sealFrom(io.Discard, vault.Binding{Agency: "tax"}, m, from, q, to); !errors.Is(err, vault.ErrSourceChanged) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := os.WriteFile(path, []byte("person,other\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := sealFrom(io.Discard, vault.Binding{Agency: "tax"}, m, from, q, to); !errors.Is(err, source.ErrNoField) {
		t.Error("lost its field:", err)
	}
}
