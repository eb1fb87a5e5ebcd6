package node

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"countersign/app/desk"
	"countersign/ledger"
	"countersign/ledger/keyring"
	"countersign/ledger/rules"
	"countersign/ledger/store"
	"countersign/ledger/vault"
)

// childFolder names the profile that a child of these tests runs until it is killed.
const childFolder = "COUNTERSIGN_TEST_NODE"

func TestMain(m *testing.M) {
	if folder := os.Getenv(childFolder); folder != "" {
		n, err := Open(folder, Options{Version: "test", Rehearsal: true})
		if err == nil {
			err = n.Start()
		}
		fmt.Println("running", err)
		select {} // until it is killed
	}
	os.Exit(m.Run())
}

// threeAgencies is a town in which civil keeps the record alone, so that the
// office nodes of tax and police can stop.
func threeAgencies(t *testing.T) (civil, tax, police *member) {
	o := agencyOptions("civil", "Civil Registry")
	folder := filepath.Join(t.TempDir(), "civil")
	if _, err := Found(folder, o); err != nil {
		t.Fatal(err)
	}
	civil = memberOf(t, folder, o)
	civil.start()
	tax = civil.join("tax", "Tax Service")
	police = civil.join("police", "Valmarine Police", tax)
	tax.offerIncome()
	police.enrol("vidal", ledger.RoleRequester)
	return civil, tax, police
}

// spare adds a node that may become the office, with the keys of some officials,
// and starts it.
func (m *member) spare(code ledger.NodeCode, officials ...string) *member {
	m.t.Helper()
	folder := m.further(code, NodeOptions{Spare: true}, officials...)
	s := &member{t: m.t, agency: m.agency, folder: folder, officials: m.officials, desks: map[string]*desk.Desk{}}
	s.start()
	m.caughtUp(s.node)
	s.until("the agency's identities", func() bool { lacks, err := s.node.lacksGrants(); return err == nil && !lacks })
	return s
}

// moveOffice has both admins sign at this node, and waits until it is the office node.
func (m *member) moveOffice(code ledger.NodeCode) {
	m.t.Helper()
	m.both(&ledger.Propose{Office: &ledger.MoveOffice{Node: code}}, nil)
	m.until("the office to have moved", func() bool {
		moved := false
		m.view(func(v rules.View) { moved = v.Agency(m.agency).Office == code })
		return moved
	})
}

func (m *member) received(id ledger.EntryID) *rules.Request {
	m.t.Helper()
	return m.request(id, "the receipt", func(r *rules.Request) bool { return r.State == rules.Fulfilled })
}

func (m *member) holdsPart(c ledger.Hash) bool {
	held, named := m.node.parts.store.Has(c)
	return held && named
}

// A provider's office computer is lost with a release signed that nobody has
// fetched. Its spare finds the letter, says that the release is lost, makes it
// anew, and what the lost one signs later does not count.
func TestOfficeMovesFromALostComputer(t *testing.T) {
	_, tax, police := threeAgencies(t)
	ctx := t.Context()
	src := Source{Dataset: "TAX-INC-04", File: tax.file("income.csv", income), Key: "person"}
	if err := tax.node.Connect(ctx, src); err != nil {
		t.Fatal(err)
	}
	spare := tax.spare("vault", "admin1", "admin2", "okafor")
	if err := spare.node.Connect(ctx, src); !errors.Is(err, desk.ErrNotOffice) {
		t.Error("a spare reads sources:", err)
	}

	id := police.ask()
	asked := tax.request(id, "the request", func(*rules.Request) bool { return true })
	tax.until("the letter", func() bool { return tax.holdsPart(asked.Letter.Commitment) })
	police.stop()
	tax.act("okafor", desk.Act{Kind: desk.ActApprove, Request: id, Fields: asked.Terms.Fields})
	first := spare.request(id, "the release", func(r *rules.Request) bool { return len(r.Releases) == 1 }).Releases[0]
	tax.stop()

	spare.moveOffice("vault")
	status, err := spare.node.Status(ctx)
	if err != nil || !status.Office || status.OfficeNode != "vault" || len(status.MissingSources) != 1 || status.MissingSources[0] != "TAX-INC-04" {
		t.Fatalf("status %+v, %v", status, err)
	}
	if err := spare.node.Connect(ctx, src); err != nil {
		t.Fatal(err)
	}
	if status, err = spare.node.Status(ctx); err != nil || len(status.MissingSources) != 0 {
		t.Errorf("still missing %v, %v", status.MissingSources, err)
	}
	police.start()
	r := police.received(id)
	if len(r.Releases) != 2 || r.Releases[0].Failed != "unavailable" || r.Releases[0].Entry != first.Entry || r.Releases[1].Received == 0 {
		t.Fatalf("releases %+v", r.Releases)
	}
	table, err := police.desk("vidal").OpenReceived(ctx, id)
	if err != nil || table.Total != 2 {
		t.Fatalf("received %+v, %v", table, err)
	}

	// The lost computer is found and started: it is no office node any more.
	keys, err := keyring.OpenNode(filepath.Join(tax.folder, fileNodeKeys))
	if err != nil {
		t.Fatal(err)
	}
	defer keys.Close()
	late, err := ledger.Sign(ledger.NewBody(spare.node.Profile().Network, keys.Signer().Public().ID(), spare.node.clock.Ledger(),
		ledger.NewNonce(), &ledger.JournalHead{Head: ledger.Sum([]byte("late")), Count: 9}), keys.Signer())
	if err != nil {
		t.Fatal(err)
	}
	tax.start()
	if err := tax.node.Submit(ctx, late, nil); err != nil {
		t.Fatal(err)
	}
	if f := spare.final(late); f.Code != ledger.NotOfficeNode {
		t.Errorf("signed late: %q", f.Code)
	}
	tax.until("the former office node to destroy the release that failed", func() bool { return !tax.holdsPart(first.Part.Commitment) })
}

// The office moves while the former office node lives: received files, letters and
// the journal move with it, one copy of what was received stays, and a release
// that is not fetched yet is not made twice.
func TestOfficeMovesAndTakesEverythingAlong(t *testing.T) {
	_, tax, police := threeAgencies(t)
	ctx := t.Context()
	if err := tax.node.Connect(ctx, Source{Dataset: "TAX-INC-04", File: tax.file("income.csv", income), Key: "person"}); err != nil {
		t.Fatal(err)
	}
	done := tax.fulfil(police)
	rel := police.received(done).Releases[0].Part.Commitment
	police.until("the file", func() bool { return police.holdsPart(rel) })
	if _, err := police.desk("vidal").OpenReceived(ctx, done); err != nil { // a line of the journal
		t.Fatal(err)
	}
	lines, err := police.node.Journals(ctx, done)
	if err != nil || len(lines) == 0 {
		t.Fatal("no line in the journal", err)
	}
	cellar := police.spare("cellar", "admin1", "admin2", "vidal")
	spare := tax.spare("vault", "admin1", "admin2", "okafor")

	// A release is signed and not fetched when both offices move.
	id := police.ask()
	asked := tax.request(id, "the request", func(*rules.Request) bool { return true })
	tax.until("the letter", func() bool { return tax.holdsPart(asked.Letter.Commitment) })
	for _, n := range []*Node{police.node, cellar.node} {
		if err := n.Cut(ctx, []ledger.AgencyID{"tax"}, true); err != nil {
			t.Fatal(err)
		}
	}
	tax.act("okafor", desk.Act{Kind: desk.ActApprove, Request: id, Fields: asked.Terms.Fields})
	first := tax.request(id, "the release", func(r *rules.Request) bool { return len(r.Releases) == 1 }).Releases[0]
	tax.moveOffice("vault")
	spare.until("the release to be at the new office node", func() bool { return spare.holdsPart(first.Part.Commitment) })
	police.moveOffice("cellar")
	cellar.until("the received file", func() bool { return cellar.holdsPart(rel) })
	cellar.until("the request's letter", func() bool { return cellar.holdsPart(asked.Letter.Commitment) })
	police.until("the former office node to give up its copy", func() bool { return !police.holdsPart(rel) })
	cellar.until("the journal", func() bool {
		now, err := cellar.node.Journals(ctx, done)
		return err == nil && len(now) == len(lines)
	})
	police.stop() // what it had is not needed any more
	if err := cellar.node.Cut(ctx, []ledger.AgencyID{"tax"}, false); err != nil {
		t.Fatal(err)
	}
	r := cellar.received(id)
	if len(r.Releases) != 1 || r.Releases[0].Failed != "" {
		t.Errorf("released again: %+v", r.Releases)
	}
	for _, q := range []ledger.EntryID{done, id} {
		if table, err := cellar.desk("vidal").OpenReceived(ctx, q); err != nil || table.Total != 2 {
			t.Errorf("received %+v, %v", table, err)
		}
	}

	// The former office node is off and received one of the files: the deletion is
	// complete once it has confirmed.
	cellar.act("vidal", desk.Act{Kind: desk.ActDelete, Request: done})
	cellar.request(done, "the receipt to name the computer that is off", func(r *rules.Request) bool {
		return r.Deletion != nil && slices.Equal(r.Deletion.Pending, []ledger.NodeCode{"office"})
	})
	police.start()
	cellar.request(done, "the deletion to be complete", func(r *rules.Request) bool { return r.State == rules.Closed && r.Deletion.Deleted != 0 })

	// And back again.
	spare.moveOffice("office")
	tax.until("the first office node to be it again", func() bool {
		s, err := tax.node.Status(ctx)
		return err == nil && s.Office && len(s.MissingSources) == 0
	})
}

// fulfil plays one request up to its receipt and returns its number.
func (m *member) fulfil(asker *member) ledger.EntryID {
	m.t.Helper()
	id := asker.ask()
	asked := m.request(id, "the request", func(*rules.Request) bool { return true })
	m.act("okafor", desk.Act{Kind: desk.ActApprove, Request: id, Fields: asked.Terms.Fields})
	asker.received(id)
	return id
}

// The new office node is killed again and again while it takes over. Nothing is
// lost: what has not come yet is still where it was.
func TestKilledWhileTakingOver(t *testing.T) {
	_, tax, police := threeAgencies(t)
	ctx := t.Context()
	if err := tax.node.Connect(ctx, Source{Dataset: "TAX-INC-04", File: tax.file("income.csv", income), Key: "person"}); err != nil {
		t.Fatal(err)
	}
	var requests []ledger.EntryID
	var files []ledger.Hash
	for range 5 {
		id := tax.fulfil(police)
		requests = append(requests, id)
		files = append(files, police.received(id).Releases[0].Part.Commitment)
		if _, err := police.desk("vidal").OpenReceived(ctx, id); err != nil {
			t.Fatal(err)
		}
	}
	cellar := police.spare("cellar", "vidal")
	cellar.stop()
	count := func() int {
		found, _ := filepath.Glob(filepath.Join(cellar.folder, dirVault, "kept", "*", "*.part"))
		return len(found)
	}
	before := count()
	moved := false
	for kills := 1; kills <= len(files); kills++ {
		c := exec.Command(os.Args[0])
		c.Env = append(os.Environ(), childFolder+"="+cellar.folder)
		c.Stderr = os.Stderr
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		if !moved {
			police.moveOffice("cellar")
			moved = true
		}
		police.until("another file to come", func() bool { return count() >= before+min(kills, len(files)) })
		if err := c.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = c.Wait()
		t.Logf("kill %d: %d of %d parts had come", kills, count()-before, len(files))
		for i, f := range files { // a file is always whole at one of the two
			if !police.holdsPart(f) && !filePresent(cellar.folder, f) {
				t.Fatalf("file %d is at neither node after %d kills", i, kills)
			}
		}
	}
	cellar.start()
	for _, f := range files {
		cellar.until("every file", func() bool { return cellar.holdsPart(f) })
		police.until("one copy alone", func() bool { return !police.holdsPart(f) })
	}
	for _, id := range requests {
		if table, err := cellar.desk("vidal").OpenReceived(ctx, id); err != nil || table.Total != 2 {
			t.Errorf("received %+v, %v", table, err)
		}
		cellar.until("the journal", func() bool { l, err := cellar.node.Journals(ctx, id); return err == nil && len(l) >= 2 })
	}
	if s, err := cellar.node.Status(ctx); err != nil || len(s.TakingOver) != 0 {
		t.Errorf("still taking over %v, %v", s.TakingOver, err)
	}
}

// filePresent tells whether a vault's folder has a whole part.
func filePresent(folder string, c ledger.Hash) bool {
	found, _ := filepath.Glob(filepath.Join(folder, dirVault, "kept", "*", c.String()+".part"))
	return len(found) == 1
}

// A further node becomes a spare later: it declares its identity itself, and is
// given the agency's only once an admin names it.
func TestFurtherNodeBecomesASpareLater(t *testing.T) {
	_, tax, _ := threeAgencies(t)
	ctx := t.Context()
	folder := tax.further("attic", NodeOptions{}, "admin1")
	attic := &member{t: t, agency: "tax", folder: folder, officials: tax.officials, desks: map[string]*desk.Desk{}}
	attic.start()
	tax.caughtUp(attic.node)

	var no *desk.NoOfficeError
	if _, err := tax.desk("admin1").OfficeProposal(ctx, "attic"); !errors.As(err, &no) || !errors.Is(err, desk.ErrNotSpare) || len(no.Spares) != 0 {
		t.Errorf("a plain node can be the office: %v", err)
	}
	if _, err := tax.desk("admin1").OfficeProposal(ctx, "office"); !errors.Is(err, desk.ErrIsOffice) {
		t.Error("the office moves to itself:", err)
	}
	if _, err := tax.desk("admin1").OfficeProposal(ctx, "nowhere"); !errors.Is(err, desk.ErrNoComputer) {
		t.Error("the office moves to nowhere:", err)
	}
	if err := MakeSpare(folder); !errors.Is(err, store.ErrInUse) {
		t.Error("changed while it runs:", err)
	}
	attic.stop()
	for range 2 { // the second changes nothing
		if err := MakeSpare(folder); err != nil {
			t.Fatal(err)
		}
	}
	attic.start()
	recipient := ""
	tax.until("its identity on the record", func() bool {
		tax.view(func(v rules.View) { recipient = v.Node("tax", "attic").Recipient })
		return recipient != ""
	})
	tax.until("the office node to have looked", func() bool { return tax.node.wrapGrants() == nil })
	if got := tax.node.parts.grants.For(vault.ReaderID(recipient)); len(got) != 0 {
		t.Fatal("given the agency's identities on its own word")
	}
	propose, err := tax.desk("admin1").OfficeProposal(ctx, "attic")
	if err != nil {
		t.Fatal(err)
	}
	id := tax.act("admin1", desk.Act{Kind: desk.ActPropose, Propose: propose})
	attic.until("the agency's identities", func() bool { lacks, err := attic.node.lacksGrants(); return err == nil && !lacks })
	list, err := tax.desk("admin1").Computers(ctx)
	if err != nil || len(list) != 2 || list[0].Code != "attic" || !list[0].Spare || list[0].Proposal != id || !list[1].Office || !list[1].Here {
		t.Errorf("computers %+v, %v", list, err)
	}
	tax.act("admin2", desk.Act{Kind: desk.ActSecond, Target: id})
	attic.until("the office", func() bool { s, err := attic.node.Status(ctx); return err == nil && s.Office })

	// Its file opens with nobody's passphrase; somebody's desktop does not become a spare.
	sealed := attic.further("desk-9", NodeOptions{}, "admin1")
	n, d := attic.opened(sealed)
	if err := n.Start(); err != nil {
		t.Fatal(err)
	}
	attic.caughtUp(n)
	if err := d.Unlock(ctx, tax.officials["admin1"], passphrase); err != nil {
		t.Fatal(err)
	}
	attic.until("the desktop's key to be sealed", func() bool { return KeySealed(sealed) })
	d.Lock()
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	if err := MakeSpare(sealed); !errors.Is(err, ErrDesktopSpare) {
		t.Error("a desktop became a spare:", err)
	}
	if KeySealed(folder) {
		t.Error("the spare's key opens with somebody's alone")
	}
}

// The ledger has a head of a journal that nobody can read any more: the new office
// node's goes on after it.
func TestJournalGoesOnAfterTheLostOne(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.log")
	j, broken, err := openJournal(path)
	if err != nil || broken != nil {
		t.Fatal(err, broken)
	}
	who := ledger.NewOfficialID()
	for i := range 3 {
		if err := j.append(desk.JournalLine{At: ledger.Time(i + 1), Official: who, Act: desk.JournalOpen}); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.goOn(2, 4); err != nil || j.state().count != 3 {
		t.Fatal("went back", j.state(), err)
	}
	if err := j.goOn(40, 4); err != nil || j.state().count != 41 {
		t.Fatal(j.state(), err)
	}
	if err := j.append(desk.JournalLine{At: 5, Official: who, Act: desk.JournalOpen}); err != nil {
		t.Fatal(err)
	}
	want := j.state()
	lines, err := j.after(0, 10)
	if err != nil || len(lines) != 4 || lines[3].Number != 42 {
		t.Errorf("lines %+v, %v", lines, err)
	}
	if err := j.close(); err != nil {
		t.Fatal(err)
	}
	if j, broken, err = openJournal(path); err != nil || broken != nil || j.state() != want {
		t.Fatal(j.state(), want, err, broken)
	}
	_ = j.close()
}

// A profile that an older version wrote opens, and is written anew with the first change.
func TestProfileOfVersionOneOpens(t *testing.T) {
	folder := t.TempDir()
	old := `{"version": 1, "network": "` + ledger.Sum([]byte("n")).String() + `", "agency": "tax", "node": "office", "keeper": true, "rehearsal": false, "listen": null, "mdns": true}`
	if err := os.WriteFile(filepath.Join(folder, fileProfile), []byte(old), 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := ReadProfile(folder)
	if err != nil || p.Agency != "tax" || !p.Keeper || !p.MDNS || p.Spare {
		t.Fatalf("%+v, %v", p, err)
	}
	if err := WriteProfile(folder, p); err != nil {
		t.Fatal(err)
	}
	if again, err := ReadProfile(folder); err != nil || again.Version != 2 || again.Spare || again.Network != p.Network {
		t.Errorf("%+v, %v", again, err)
	}
}
