package desk_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"countersign/app/desk"
	"countersign/ledger"
)

// askIn asks once more for the income, as part of a case file; empty: alone.
func (v *valmarine) askIn(file, number string) ledger.EntryID {
	v.t.Helper()
	a := v.question()
	a.CaseFile, a.Case = file, number
	return v.sign(v.vidal, desk.Act{Kind: desk.ActAsk, Ask: &a}).ID
}

func (v *valmarine) cases(d *desk.Desk) []desk.Case {
	v.t.Helper()
	list, err := d.Cases(context.Background())
	v.must(err)
	return list
}

// Requests that were written from a case stand together at every official of
// the agency that asks, under the number of their letters.
func TestLettersGroupACaseForTheWholeAgency(t *testing.T) {
	v := newValmarine(t)
	file := desk.NewCaseFile()
	first := v.askIn(file, "SC-2026-0931")
	v.askIn(file, "SC-2026-0931")
	v.ask()
	v.sign(v.okafor, desk.Act{Kind: desk.ActRefuse, Request: first, Code: "unfounded", Reason: "No basis for it"})
	v.police.enrol("Sofia Brandt", "Inspector", "Financial Crime Unit", ledger.RoleRequester)
	for _, d := range []*desk.Desk{v.vidal, v.police.desk("Sofia Brandt")} {
		list := v.cases(d)
		equal(t, "cases", len(list), 1)
		c := list[0]
		equal(t, "number", c.Number, "SC-2026-0931")
		equal(t, "in the order of submission", c.Parts[0].Row.ID, first)
		equal(t, "stages", [2]desk.PartStage{c.Parts[0].Stage, c.Parts[1].Stage}, [2]desk.PartStage{desk.PartNotGiven, desk.PartWaiting})
		equal(t, "asked again", c.Parts[0].Again, true)
		equal(t, "decided", c.Decided(), 1)
	}
	equal(t, "cases of the provider", len(v.cases(v.arnaud)), 0)
}

// A case that was opened by hand, what was put into it, and a part that is done
// without stay as they are after a lock, and nobody else can read them.
func TestACaseIsTheOfficialsOwnBook(t *testing.T) {
	v, ctx := newValmarine(t), context.Background()
	c, err := v.vidal.NewCase(" SC-2026-0931 ", "Social card, one resident")
	v.must(err)
	id := v.ask()
	v.sign(v.okafor, desk.Act{Kind: desk.ActRefuse, Request: id, Code: "excessive", Reason: "More than needed"})
	v.must(v.vidal.PutInCase(ctx, id, c.ID))
	v.must(v.vidal.GoOnWithout(id, true))
	v.vidal.Lock()
	v.must(filepath.WalkDir(v.police.folder, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if bytes.Contains(b, []byte("SC-2026-0931")) || bytes.Contains(b, []byte(c.ID)) {
			t.Errorf("%s holds what nobody should read", filepath.Base(path))
		}
		return err
	}))
	v.must(v.vidal.Unlock(ctx, v.police.people["Marco Vidal"], passphrase))
	list := v.cases(v.vidal)
	equal(t, "cases", len(list), 1)
	equal(t, "number and title", list[0].Number+", "+list[0].Title, "SC-2026-0931, Social card, one resident")
	equal(t, "parts", len(list[0].Parts), 1)
	equal(t, "without", list[0].Parts[0].Without, true)
	if err := v.vidal.DropCase(ctx, c.ID); !errors.Is(err, desk.ErrCaseHolds) {
		t.Errorf("a case with a request was dropped: %v", err)
	}
	v.must(v.vidal.PutInCase(ctx, id, ""))
	v.must(v.vidal.DropCase(ctx, c.ID))
	equal(t, "cases", len(v.cases(v.vidal)), 0)
	v.must(v.vidal.KeepCase(c))
	list = v.cases(v.vidal)
	equal(t, "the case that was kept again", len(list), 1)
	equal(t, "number and title", list[0].Number+", "+list[0].Title, c.Number+", "+c.Title)
	equal(t, "when it was opened", list[0].Opened.Equal(c.Opened), true)
}

// Putting by hand wins over what a letter says, and only one's own requests can be put.
func TestARequestIsInOneCaseOnly(t *testing.T) {
	v, ctx := newValmarine(t), context.Background()
	file := desk.NewCaseFile()
	id := v.askIn(file, "SC-1")
	other, err := v.vidal.NewCase("SC-2", "")
	v.must(err)
	v.must(v.vidal.PutInCase(ctx, id, other.ID))
	list := v.cases(v.vidal)
	equal(t, "cases", len(list), 1)
	equal(t, "where", list[0].ID, other.ID)
	if err := v.arnaud.PutInCase(ctx, id, other.ID); !errors.Is(err, desk.ErrNotYours) {
		t.Errorf("somebody else's request was put into a case: %v", err)
	}
	var problem *desk.AskProblem
	if _, err := v.vidal.NewCase("  ", ""); !errors.As(err, &problem) || problem.Code != desk.CodeMissing {
		t.Errorf("a case without a number: %v", err)
	}
	if err := v.vidal.NameCase("../x", "SC-3", ""); !errors.Is(err, desk.ErrNoCase) {
		t.Errorf("a case of a strange number: %v", err)
	}
}

// The number of a case, and that requests belong together, stand nowhere on the record.
func TestTheRecordKnowsNoCase(t *testing.T) {
	v := newValmarine(t)
	file := desk.NewCaseFile()
	v.askIn(file, "SC-2026-0931")
	v.askIn(file, "SC-2026-0931")
	raw, err := hex.DecodeString(file)
	v.must(err)
	for _, e := range v.entries {
		if b := e.Bytes(); bytes.Contains(b, []byte("SC-2026-0931")) || bytes.Contains(b, raw) {
			t.Error("an entry names the case")
		}
	}
}

// What has arrived is kept until the first of its retentions ends; once deleted it says so.
func TestACaseFollowsItsParts(t *testing.T) {
	v, ctx := newValmarine(t), context.Background()
	id := v.askIn(desk.NewCaseFile(), "SC-2026-0931")
	stage := func() desk.PartStage { return v.cases(v.vidal)[0].Parts[0].Stage }
	for _, d := range []*desk.Desk{v.arnaud, v.okafor} {
		v.sign(d, desk.Act{Kind: desk.ActApprove, Request: id, Fields: []ledger.FieldName{"income_band"}})
	}
	equal(t, "approved", stage(), desk.PartArriving)
	v.tax.release(id, "income_band\nD\n", nil)
	equal(t, "sent", stage(), desk.PartArriving)
	v.police.receipt(id)
	c, err := v.vidal.Case(ctx, v.cases(v.vidal)[0].ID)
	v.must(err)
	equal(t, "received", c.Parts[0].Stage, desk.PartArrived)
	equal(t, "kept until", c.KeepUntil(), c.Parts[0].Row.KeepUntil)
	v.must(v.vidal.ShowValues(ctx, id))
	equal(t, "journal", v.police.journal[len(v.police.journal)-1].Act, desk.JournalShow)
	if err := v.arnaud.ShowValues(ctx, id); !errors.Is(err, desk.ErrNotYours) {
		t.Errorf("the provider looks at what it sent: %v", err)
	}
	v.sign(v.vidal, desk.Act{Kind: desk.ActDelete, Request: id})
	equal(t, "deleted", stage(), desk.PartDeleted)
	if _, err := v.vidal.Case(ctx, desk.NewCaseFile()); !errors.Is(err, desk.ErrNoCase) {
		t.Errorf("a case that is not: %v", err)
	}
}

// A book that another version wrote is left alone.
func TestABookOfAnotherVersionIsNotReplaced(t *testing.T) {
	v := newValmarine(t)
	_, err := v.vidal.NewCase("SC-1", "")
	v.must(err)
	path := filepath.Join(v.police.folder, "desk-"+v.police.people["Marco Vidal"].String(), "cases.sealed")
	v.must(os.WriteFile(path, []byte("from another time"), 0o600))
	if _, err := v.vidal.NewCase("SC-2", ""); err == nil {
		t.Error("a book that could not be read was replaced")
	}
	b, err := os.ReadFile(path)
	v.must(err)
	equal(t, "book", string(b), "from another time")
}
