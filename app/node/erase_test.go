package node

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"countersign/app/desk"
	"countersign/ledger"
	"countersign/ledger/rules"
	"countersign/p2p/delivery"
)

// refused is a request of the police's that okafor has refused with a reason, and
// the parts that its two entries name, as they are known to both.
func refused(t *testing.T, tax, police *member) (r *rules.Request, parts []ledger.Sealed) {
	t.Helper()
	id := police.ask()
	letter := tax.request(id, "the request", func(*rules.Request) bool { return true })
	tax.until("the letter", func() bool { held, named := tax.node.parts.store.Has(letter.Letter.Commitment); return held && named })
	tax.act("okafor", desk.Act{Kind: desk.ActRefuse, Request: id, Code: "excessive", Reason: "More than the purpose needs."})
	r = police.request(id, "the refusal", func(r *rules.Request) bool { return r.State == rules.Refused })
	parts = []ledger.Sealed{r.Letter, *r.Decisions[0].Reason}
	police.until("the reason to be handed over", func() bool { return police.holds(parts...) && tax.node.outbox.pending() == 0 })
	return r, parts
}

// holds tells whether the member's office node has all of these parts.
func (m *member) holds(parts ...ledger.Sealed) bool { return holds(m.node, parts...) }

func holds(n *Node, parts ...ledger.Sealed) bool {
	for _, p := range parts {
		if held, _ := n.parts.store.Has(p.Commitment); !held {
			return false
		}
	}
	return true
}

// none demands that no file of these parts is below a node's folder, whole or not.
func none(t *testing.T, folder string, parts ...ledger.Sealed) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, _ os.DirEntry, err error) error {
		for _, p := range parts {
			if name := p.Commitment.String(); err == nil && len(filepath.Base(path)) >= len(name) && filepath.Base(path)[:len(name)] == name {
				t.Errorf("%s is still there", path)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// What a data protection officer has erased is gone from every node of the agency,
// one that was away included, and comes back from nowhere; the other party keeps
// its own copies and knows.
func TestErasureReachesEveryNodeOfTheAgencyAndNoOther(t *testing.T) {
	tax := foundTown(t)
	tax.offerIncome()
	tax.enrol("bauer", ledger.RoleApprover, ledger.RoleDPO)
	police := tax.join("police", "Valmarine Police")
	police.enrol("vidal", ledger.RoleRequester)
	ctx := t.Context()
	r, parts := refused(t, tax, police)
	id := r.ID

	// A desktop of the tax service has read it, and is away when it is erased.
	folder := tax.desktop("desk-1", "okafor")
	away, d := tax.opened(folder)
	if err := away.Start(); err != nil {
		t.Fatal(err)
	}
	tax.caughtUp(away)
	if err := d.Unlock(ctx, tax.officials["okafor"], passphrase); err != nil {
		t.Fatal(err)
	}
	tax.until("the desktop to read the letter and the reason", func() bool {
		l, err := d.Letter(ctx, id)
		return err == nil && l.LetterState == desk.LetterOpen && l.Reason != ""
	})
	d.Lock()
	if err := away.Close(); err != nil || !holds(away, parts...) {
		t.Fatal("the desktop has not kept what it read:", err)
	}

	before, err := tax.desk("okafor").Letter(ctx, id)
	if err != nil || before.LetterState != desk.LetterOpen || before.Can.Erase != desk.Hidden {
		t.Fatalf("before: %+v, %v", before, err)
	}
	tax.act("bauer", desk.Act{Kind: desk.ActErase, Request: id, Code: "data-subject-request"})
	for _, who := range []string{"bauer", "okafor"} { // okafor's desk has it open in memory
		l, err := tax.desk(who).Letter(ctx, id)
		if err != nil || l.LetterState != desk.LetterErased || l.Row.Case != "" || l.Note != "" || l.Reason != "" || len(l.Subjects) != 0 {
			t.Fatalf("%s reads %+v, %v", who, l, err)
		}
		if _, err := tax.desk(who).Reveal(ctx, id); !errors.Is(err, desk.ErrErased) {
			t.Errorf("%s reveals: %v", who, err)
		}
		if len(l.Erasures) != 1 || !l.Erasures[0].Ours || l.Erasures[0].Who.ID != tax.officials["bauer"] || l.Erasures[0].Code != "data-subject-request" {
			t.Errorf("%s is told %+v", who, l.Erasures)
		}
	}
	tax.until("the office to have erased it", func() bool {
		here, err := tax.node.ErasedHere(ctx, id)
		return err == nil && here.At != 0 && here.Parts == len(parts)
	})
	none(t, tax.folder, parts...)

	// Nothing brings it back: no fetch, no hourly look, no handing over anew.
	for _, p := range parts {
		if _, err := tax.node.Part(ctx, id, p); !errors.Is(err, desk.ErrErased) {
			t.Error("a part:", err)
		}
		if err := tax.node.fetch(ctx, id, p, nil); !errors.Is(err, desk.ErrErased) {
			t.Error("fetched:", err)
		}
	}
	police.request(id, "the erasure", func(r *rules.Request) bool { return r.ErasedBy("tax") != nil })
	asked, _, err := police.node.Entry(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	for agency, may := range map[ledger.AgencyID]bool{"tax": false, "police": true} {
		if got := police.node.mayHave(agency, asked, r.Letter); got != may {
			t.Errorf("%s may have the letter: %v", agency, got)
		}
	}
	if _, err := (access{police.node}).Open(ctx, tax.node.host.ID(), delivery.Wanted{Entry: id, Part: r.Letter}); !errors.Is(err, delivery.ErrAbsent) {
		t.Error("the police serve it:", err)
	}
	if readers, _ := police.node.readers(asked); len(readers) != 1 || readers[0] != "police" {
		t.Error("the letter is still to be handed to", readers)
	}
	cipher, err := police.node.Part(ctx, id, r.Letter)
	if err == nil {
		err = delivery.HandOver(ctx, police.node.host, tax.node.host.ID(), asked, [][]byte{cipher})
	}
	if err != nil {
		t.Error("hand over:", err) // the tax service takes it off the police's hands and keeps nothing
	}
	if err := tax.node.tidy(); err != nil {
		t.Fatal(err)
	}
	none(t, tax.folder, parts...)

	// The other party has its own, and is told.
	l, err := police.desk("vidal").Letter(ctx, id)
	if err != nil || l.LetterState != desk.LetterOpen || l.Row.Case == "" || len(l.Erasures) != 1 || l.Erasures[0].Ours || l.Erasures[0].Title != "Tax Service" {
		t.Fatalf("the police read %+v, %v", l, err)
	}
	if !police.holds(parts...) {
		t.Error("the police have lost their copies")
	}

	// The desktop comes back: it shows nothing once it knows, and its files go.
	back, d := tax.opened(folder)
	if !holds(back, parts...) {
		t.Fatal("the desktop's copies went without an order")
	}
	if err := d.Unlock(ctx, tax.officials["okafor"], passphrase); err != nil {
		t.Fatal(err)
	}
	if err := back.Start(); err != nil {
		t.Fatal(err)
	}
	tax.caughtUp(back)
	if l, err := d.Letter(ctx, id); err != nil || l.LetterState != desk.LetterErased {
		t.Fatalf("the desktop shows %+v, %v", l, err)
	}
	tax.until("the desktop to have erased it", func() bool { here, _ := back.ErasedHere(ctx, id); return here.At != 0 })
	none(t, folder, parts...)

	for name, n := range map[string]*Node{"tax": tax.node, "police": police.node, "desk-1": back} {
		if report, err := n.store.Verify(ctx, nil); err != nil || report.Problem != nil {
			t.Errorf("%s: %v, %v", name, err, report.Problem)
		}
	}
}

// The letter of a request at rest is read from a ledger of before an erasure was
// cut off: a part that is left, half a download, half a line of the node's own list.
func TestErasureThatWasCutOffIsCompleted(t *testing.T) {
	tax := foundTown(t)
	tax.offerIncome()
	tax.enrol("bauer", ledger.RoleApprover, ledger.RoleDPO)
	police := tax.join("police", "Valmarine Police")
	police.enrol("vidal", ledger.RoleRequester)
	ctx := t.Context()
	r, parts := refused(t, tax, police)
	kept := make([][]byte, len(parts))
	path := func(p ledger.Sealed) string {
		return filepath.Join(tax.folder, dirVault, "kept", p.Commitment.String()[:2], p.Commitment.String()+".part")
	}
	for i, p := range parts {
		var err error
		if kept[i], err = os.ReadFile(path(p)); err != nil {
			t.Fatal(err)
		}
	}

	// A file that cannot be destroyed holds nothing else up and shows nothing; it goes
	// as soon as it can.
	if err := errors.Join(os.Remove(path(parts[1])), os.MkdirAll(filepath.Join(path(parts[1]), "in the way"), 0o700)); err != nil {
		t.Fatal(err)
	}
	tax.act("bauer", desk.Act{Kind: desk.ActErase, Request: r.ID, Code: "sent-in-error"})
	tax.until("the retry to find it in the way", func() bool {
		tax.node.office.mu.Lock()
		defer tax.node.office.mu.Unlock()
		return tax.node.office.failures[r.ID] > 0
	})
	if here, err := tax.node.ErasedHere(ctx, r.ID); err != nil || here.At != 0 {
		t.Fatalf("said to be done: %+v, %v", here, err)
	}
	if l, err := tax.desk("bauer").Letter(ctx, r.ID); err != nil || l.LetterState != desk.LetterErased || l.Reason != "" {
		t.Fatalf("shown meanwhile: %+v, %v", l, err)
	}
	if err := errors.Join(os.RemoveAll(path(parts[1])), os.WriteFile(path(parts[1]), kept[1], 0o600)); err != nil {
		t.Fatal(err)
	}
	tax.until("the erasure", func() bool { here, _ := tax.node.ErasedHere(ctx, r.ID); return here.At != 0 })
	none(t, tax.folder, parts...)

	// Killed in the middle of it.
	tax.stop()
	list := filepath.Join(tax.folder, fileErased)
	line, err := os.ReadFile(list)
	if err == nil {
		err = os.WriteFile(list, line[:len(line)/2], 0o600)
	}
	half := filepath.Join(tax.folder, dirVault, "partial", parts[0].Commitment.String()+".part")
	err = errors.Join(err, os.WriteFile(path(parts[1]), kept[1], 0o600), os.WriteFile(half, kept[0][:100], 0o600))
	if err != nil {
		t.Fatal(err)
	}
	n, err := tax.open() // nothing runs yet
	if err != nil {
		t.Fatal(err)
	}
	if !holds(n, parts[1]) {
		t.Fatal("the part is not back")
	}
	if _, err := n.Part(ctx, r.Decisions[0].Entry, parts[1]); !errors.Is(err, desk.ErrErased) {
		t.Error("given before it was destroyed:", err)
	}
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	tax.start()
	tax.until("the erasure to be completed", func() bool { here, _ := tax.node.ErasedHere(ctx, r.ID); return here.At != 0 })
	none(t, tax.folder, parts...)
	if l, err := tax.desk("bauer").Letter(ctx, r.ID); err != nil || l.LetterState != desk.LetterErased || l.ErasedHere.Parts != len(parts) {
		t.Fatalf("after it: %+v, %v", l, err)
	}
}

// A letter that nobody has taken yet is destroyed with the rest; what others are
// about stays.
func TestOutboxGivesUpWhatIsErased(t *testing.T) {
	dir := t.TempDir()
	box, _, err := openOutbox(dir)
	if err != nil {
		t.Fatal(err)
	}
	about := ledger.Act{Request: ledger.EntryID{1}, Version: ledger.EntryID{1}}
	other := ledger.Act{Request: ledger.EntryID{2}, Version: ledger.EntryID{2}}
	keys, err := newAgencyKeys(agencyOptions("tax", "Tax Service").complete())
	if err != nil {
		t.Fatal(err)
	}
	defer keys.close()
	reason := func(name string) ledger.Sealed {
		return ledger.Sealed{Commitment: ledger.Sum([]byte(name)), Root: ledger.Sum([]byte(name)), Size: 4096, Epochs: []ledger.AgencyEpoch{{Agency: "tax"}}}
	}
	left := map[string]bool{}
	for i, p := range []ledger.Payload{&ledger.Suspend{Act: about, Reason: reason("one")}, &ledger.Suspend{Act: other, Reason: reason("two")}, &ledger.Erase{Act: about, Code: "sent-in-error"}} {
		e, err := ledger.Sign(ledger.NewBody(ledger.NetworkID{1}, keys.node.Signer().Public().ID(), ledger.TimeOf(time.Now()), ledger.NewNonce(), p), keys.node.Signer())
		if err != nil {
			t.Fatal(err)
		}
		var parts [][]byte
		if len(ledger.Parts(p)) > 0 {
			parts = [][]byte{[]byte("ciphertext")}
		}
		if err := box.add(e, parts, time.Now()); err != nil {
			t.Fatal(err)
		}
		if i > 0 {
			left[e.ID().String()] = true
		}
	}
	if err := box.eraseRequest(about.Request); err != nil {
		t.Fatal(err)
	}
	again, _, err := openOutbox(dir)
	if err != nil || again.pending() != 2 || box.pending() != 2 {
		t.Fatalf("%d kept, %d after a restart, %v", box.pending(), again.pending(), err)
	}
	for _, it := range again.list() {
		if !left[it.entry.ID().String()] {
			t.Errorf("kept: %s", it.entry.Body.Kind)
		}
	}
}
