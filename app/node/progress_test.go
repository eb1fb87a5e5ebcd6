package node

import (
	"errors"
	"testing"

	"countersign/app/desk"
	"countersign/ledger"
	"countersign/ledger/rules"
)

// A desktop shows what the office node does: which step, how much of it, what is
// wrong. What was looked at on the desktop stands in the agency's journal, once.
func TestDesktopHearsOfTheOfficeNodesWork(t *testing.T) {
	tax := foundTown(t)
	tax.enrol("arnaud", ledger.RoleApprover)
	tax.offerIncome()
	police := tax.join("police", "Valmarine Police")
	police.enrol("vidal", ledger.RoleRequester)
	folder := tax.desktop("desk-1", "arnaud")
	n, _ := tax.opened(folder)
	if err := n.Start(); err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	disconnected(t, tax)
	id := police.ask()
	asked := tax.request(id, "the request", func(*rules.Request) bool { return true })
	tax.act("okafor", desk.Act{Kind: desk.ActApprove, Request: id, Fields: asked.Terms.Fields})
	until := func(what string, ok func(desk.Progress) bool) {
		t.Helper()
		tax.until("the desktop to show "+what, func() bool { p, err := n.Progress(ctx, id); return err == nil && ok(p) })
	}
	until("that nothing is connected", func(p desk.Progress) bool { return p.Step == desk.StepProblem && p.Problem == "no-source" })
	tax.node.office.stepProgress(id, desk.StepSealing, 40, 100)
	until("40 % of sealing", func(p desk.Progress) bool { return p == desk.Progress{Step: desk.StepSealing, Percent: 40} })

	line := desk.JournalLine{At: n.clock.Ledger(), Official: tax.officials["arnaud"], Act: desk.JournalReveal, Request: id}
	if err := n.Journal(ctx, line); err != nil {
		t.Fatal(err)
	}
	atOffice := func() int {
		lines, err := tax.node.Journals(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		return len(lines)
	}
	tax.until("the office node to have the look", func() bool { return atOffice() == 1 })
	own := desk.JournalLine{At: line.At + 1, Official: tax.officials["okafor"], Act: desk.JournalOpen, Request: id}
	if err := tax.node.Journal(ctx, own); err != nil {
		t.Fatal(err)
	}
	if lines, err := n.Journals(ctx, id); err != nil || len(lines) != 2 || lines[0] != own || lines[1] != line {
		t.Errorf("the desktop reads %v, %v", lines, err)
	}

	// After a restart the desktop hands everything over again, and nothing counts twice.
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	n, _ = tax.opened(folder)
	if err := n.Start(); err != nil {
		t.Fatal(err)
	}
	tax.until("the desktop to have handed its journal over", func() bool { return n.handedOver.Load() == 1 })
	if atOffice() != 2 {
		t.Error("a line counts twice")
	}

	// Strangers and lines of nobody's are not taken.
	for name, l := range map[string]officeLine{
		"another agency's official": lineOf(desk.JournalLine{Official: police.officials["vidal"], Act: desk.JournalOpen}, 9),
		"no number":                 lineOf(line, 0),
	} {
		if _, err := tax.node.takeLines("desk-1", []officeLine{l}); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	if _, err := tax.node.serveOffice(ctx, police.node.host.ID(), officeAsk{About: &id}); err == nil {
		t.Error("another agency read the journal")
	}

	src := Source{Dataset: "TAX-INC-04", File: tax.file("income.csv", income), Key: "person"}
	if err := tax.node.Connect(ctx, src); err != nil {
		t.Fatal(err)
	}
	until("the receipt", func(p desk.Progress) bool { return p.Step == desk.StepReceipted })
}

// disconnected connects a file and forgets it again: what is approved afterwards waits
// as if none had ever been connected.
func disconnected(t *testing.T, m *member) {
	t.Helper()
	ctx := t.Context()
	src := Source{Dataset: "TAX-INC-04", File: m.file("forgotten.csv", income), Key: "person"}
	if err := m.node.Connect(ctx, src); err != nil {
		t.Fatal(err)
	}
	if err := m.node.Disconnect(ctx, "TAX-INC-05"); !errors.Is(err, desk.ErrNotConnected) {
		t.Errorf("disconnected what was not connected: %v", err)
	}
	if err := m.node.Disconnect(ctx, src.Dataset); err != nil {
		t.Fatal(err)
	}
	if err := m.node.Disconnect(ctx, src.Dataset); !errors.Is(err, desk.ErrNotConnected) {
		t.Errorf("disconnected twice: %v", err)
	}
	kept, err := ReadProfile(m.folder)
	if err != nil || len(kept.Sources) != 0 || len(m.node.currentProfile().Sources) != 0 {
		t.Errorf("the profile has %v (%v)", kept.Sources, err)
	}
}
