package desk_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"countersign/app/desk"
	"countersign/ledger"
	"countersign/ledger/rules"
	"countersign/ledger/vault"
)

// valmarine is a city in which Vidal may ask and Arnaud, Okafor and Bauer decide.
type valmarine struct {
	*city
	tax, police           *agency
	dataset, basis        ledger.EntryID
	vidal, arnaud, okafor *desk.Desk
	bauer                 *desk.Desk
	arnaudID, okaforID    ledger.OfficialID
}

func newValmarine(t testing.TB) *valmarine {
	t.Helper()
	c := newCity(t)
	v := &valmarine{city: c, tax: c.agencies["tax"], police: c.agencies["police"]}
	ds := ledger.Dataset{Code: "TAX-INC-04", Title: "Declared income", Class: ledger.ClassPersonal, Sharing: ledger.SharingConditional,
		Fields: []ledger.DatasetField{{Name: "declared_income"}, {Name: "income_band"}, {Name: "employer_id"},
			{Name: "bank_account_refs", Sensitive: true}, {Name: "spouse_id", ThirdParty: true}},
		Policy: ledger.Policy{Quorum: 2, DeadlineDays: 8}}
	p, err := v.tax.desk("admin1").DatasetProposal(ds, vault.Sheet{Text: "Yearly income", Fields: []vault.FieldNote{{Name: "income_band", Text: "Band A to H"}}})
	c.must(err)
	v.dataset = v.tax.proposeAndSecond(p)
	p, err = v.tax.desk("admin1").BasisProposal(ledger.Basis{Code: "L.141-2", Title: "Fiscal Procedure Code L.141-2", Dataset: "TAX-INC-04",
		Purpose: "criminal-investigation", KeepDays: 365, Fields: []ledger.FieldName{"declared_income", "income_band", "employer_id", "bank_account_refs"}},
		vault.Sheet{Text: "The words of the law"})
	c.must(err)
	v.basis = v.tax.proposeAndSecond(p)
	v.arnaudID = v.tax.enrol("Hélène Arnaud", "Disclosure officer", "Disclosures", ledger.RoleApprover)
	v.okaforID = v.tax.enrol("Tomás Okafor", "Legal counsel", "Legal", ledger.RoleApprover)
	v.tax.enrol("Ingrid Bauer", "Data protection officer", "Legal", ledger.RoleApprover, ledger.RoleDPO)
	v.police.enrol("Marco Vidal", "Inspector", "Financial Crime Unit", ledger.RoleRequester)
	v.arnaud, v.okafor = v.tax.desk("Hélène Arnaud"), v.tax.desk("Tomás Okafor")
	v.bauer, v.vidal = v.tax.desk("Ingrid Bauer"), v.police.desk("Marco Vidal")
	return v
}

func (v *valmarine) question() desk.Ask {
	return desk.Ask{Dataset: v.dataset, Basis: v.basis, Purpose: "criminal-investigation",
		Fields:   []ledger.FieldName{"declared_income", "income_band", "employer_id", "bank_account_refs", "spouse_id"},
		Subjects: []string{"1850475116001"}, From: "2021", To: "2023", KeepDays: 180, Case: "VM-2026-0417", Note: "Second inquiry"}
}

func (v *valmarine) ask() ledger.EntryID {
	v.t.Helper()
	a := v.question()
	return v.sign(v.vidal, desk.Act{Kind: desk.ActAsk, Ask: &a}).ID
}

func (v *valmarine) letter(d *desk.Desk, id ledger.EntryID) *desk.Letter {
	v.t.Helper()
	l, err := d.Letter(context.Background(), id)
	v.must(err)
	return l
}

func ticked(l *desk.Letter) (out []ledger.FieldName) {
	for _, f := range l.Fields {
		if f.Ticked {
			out = append(out, f.Name)
		}
	}
	return out
}

func equal[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// As Vidal, ask; as Arnaud and Okafor, approve part; the data is received.
func TestPoliceAndTax(t *testing.T) {
	v, ctx := newValmarine(t), context.Background()
	id := v.ask()

	inbox, err := v.arnaud.Inbox(ctx)
	v.must(err)
	equal(t, "to sign", len(inbox.ToSign), 1)
	row := inbox.ToSign[0]
	equal(t, "case", row.Case, "VM-2026-0417")
	equal(t, "period", row.Period, "2021–2023")
	equal(t, "subjects", row.Subjects, 1)
	equal(t, "days left", row.DaysLeft, 8)
	equal(t, "unread", row.Unread, true)
	equal(t, "needed", row.Needed, 2)

	l := v.letter(v.arnaud, id)
	equal(t, "letter", l.LetterState, desk.LetterOpen)
	equal(t, "sender", l.Sender.Name, "Marco Vidal")
	equal(t, "unit", l.Sender.Unit, "Financial Crime Unit")
	equal(t, "ticked", ticked(l), []ledger.FieldName{"declared_income", "income_band", "employer_id", "bank_account_refs"})
	equal(t, "beyond", l.Fields[4].Mark, desk.MarkBeyond)
	equal(t, "about", l.Fields[1].About, "Band A to H")
	equal(t, "last needed", l.LastNeeded, false)
	equal(t, "law", l.BasisText, "The words of the law")
	equal(t, "covered", l.Subjects, []string{""})
	equal(t, "may sign", len(l.MaySign), 3)
	who, err := v.arnaud.Reveal(ctx, id)
	v.must(err)
	equal(t, "subjects", who, []string{"1850475116001"})
	equal(t, "journal", v.tax.journal[0].Act, desk.JournalReveal)

	page, err := v.arnaud.Prepare(ctx, desk.Act{Kind: desk.ActApprove, Request: id, Fields: []ledger.FieldName{"declared_income", "income_band", "employer_id"}})
	v.must(err)
	equal(t, "check", page.Check, ledger.Accepted)
	equal(t, "not sent", page.NotSent, []desk.Struck{{Name: "bank_account_refs"}, {Name: "spouse_id", Beyond: true, ThirdParty: true}})
	equal(t, "unit", page.OtherUnit, "Financial Crime Unit")
	equal(t, "code", len(page.CheckCode), 9)
	if _, err := v.arnaud.Sign(ctx, page, "wrong"); !errors.Is(err, desk.ErrWrongPassphrase) {
		t.Errorf("wrong passphrase: %v", err)
	}
	ticket, err := v.arnaud.Sign(ctx, page, passphrase)
	v.must(err)
	equal(t, "entry", ticket.Entry, page.Body.ID())

	inbox, err = v.arnaud.Inbox(ctx)
	v.must(err)
	equal(t, "waiting", len(inbox.Waiting), 1)
	equal(t, "signed by me", inbox.Waiting[0].SignedByMe, true)
	equal(t, "read", inbox.Waiting[0].Unread, false)

	l = v.letter(v.okafor, id)
	equal(t, "last needed", l.LastNeeded, true)
	equal(t, "struck", l.Fields[3].Mark, desk.MarkStruck)
	equal(t, "struck by", l.Fields[3].StruckBy.Name, "Hélène Arnaud")
	equal(t, "beyond and struck", l.Fields[4].Beyond, true)
	page, err = v.okafor.Prepare(ctx, desk.Act{Kind: desk.ActApprove, Request: id, Fields: ticked(l)[1:]})
	v.must(err)
	equal(t, "why not", page.NotSent, []desk.Struck{{Name: "declared_income"}, {Name: "bank_account_refs", By: *l.Fields[3].StruckBy},
		{Name: "spouse_id", Beyond: true, ThirdParty: true, By: *l.Fields[3].StruckBy}})
	v.sign(v.okafor, desk.Act{Kind: desk.ActApprove, Request: id, Fields: ticked(l)})

	v.tax.release(id, "employer_id,declared_income,income_band\n512,41280,D\n830,=cmd(),F\n", nil)
	v.police.receipt(id)

	rows, err := v.vidal.Received(ctx)
	v.must(err)
	equal(t, "received", len(rows), 1)
	table, err := v.vidal.OpenReceived(ctx, id)
	v.must(err)
	equal(t, "columns", table.Columns, []ledger.FieldName{"employer_id", "declared_income", "income_band"})
	equal(t, "rows", table.Total, 2)
	equal(t, "cell", table.Rows[0][1], "41280")
	equal(t, "struck", table.Struck, []ledger.FieldName{"bank_account_refs", "spouse_id"})
	equal(t, "signed by", len(table.SignedBy), 2)
	equal(t, "days left", table.DaysLeft, 180)
	equal(t, "opened", len(table.Opened), 1)
	if table.Receipt == 0 || table.Height == 0 {
		t.Errorf("release in block %d, receipt in %d", table.Height, table.Receipt)
	}

	file := filepath.Join(t.TempDir(), table.ExportName())
	v.must(v.vidal.ExportCSV(ctx, id, file))
	text, err := os.ReadFile(file)
	v.must(err)
	if !strings.Contains(string(text), "'=cmd()") {
		t.Errorf("a formula left the desk alive: %s", text)
	}
	equal(t, "journal", v.police.journal[len(v.police.journal)-1].Act, desk.JournalExport)

	mine, _, err := v.vidal.Mine(ctx, nil)
	v.must(err)
	equal(t, "state", mine[0].State, rules.Fulfilled)
	l = v.letter(v.vidal, id)
	kinds := []ledger.Kind{}
	for _, e := range l.History {
		kinds = append(kinds, e.Kind)
	}
	equal(t, "history", kinds, []ledger.Kind{ledger.KindRequest, ledger.KindApprove, ledger.KindApprove, ledger.KindRelease, ledger.KindReceipt})
	equal(t, "delete", l.Can.Delete, ledger.Accepted)
	equal(t, "approve", l.Can.Approve, desk.Hidden)
}

// A release with other fields than were approved is not shown.
func TestReleaseWithOtherFieldsIsNotShown(t *testing.T) {
	v, ctx := newValmarine(t), context.Background()
	id := v.ask()
	for _, d := range []*desk.Desk{v.arnaud, v.okafor} {
		v.sign(d, desk.Act{Kind: desk.ActApprove, Request: id, Fields: []ledger.FieldName{"income_band"}})
	}
	v.tax.release(id, "income_band,spouse_id\nD,1\n", nil)
	if _, err := v.vidal.OpenReceived(ctx, id); !errors.Is(err, desk.ErrMismatch) {
		t.Errorf("one field too many: %v", err)
	}
	r := v.view().Request(id)
	v.police.asOffice(ledger.NewNonce(), &ledger.DeliveryFailed{Act: ledger.Act{Request: id, Version: r.Version}, Release: r.Releases[0].Entry, Code: "mismatch"})
	v.tax.release(id, "income_band\nD\n", func(m *vault.Manifest) { m.Rows = 7 })
	if _, err := v.vidal.OpenReceived(ctx, id); !errors.Is(err, desk.ErrMismatch) {
		t.Errorf("fewer rows than announced: %v", err)
	}
	if err := v.vidal.ExportCSV(ctx, id, filepath.Join(t.TempDir(), "x.csv")); !errors.Is(err, desk.ErrMismatch) {
		t.Errorf("export: %v", err)
	}
}

// Nobody decides a version whose letter their desk has not opened.
func TestNobodyDecidesAnUnopenedLetter(t *testing.T) {
	v, ctx := newValmarine(t), context.Background()
	id := v.ask()
	part := v.view().Request(id).Letter
	v.tax.node.lose(part.Commitment, true)
	l := v.letter(v.arnaud, id)
	equal(t, "letter", l.LetterState, desk.LetterAway)
	equal(t, "approve", l.Can.Approve, desk.CanLetterAway)
	act := desk.Act{Kind: desk.ActApprove, Request: id, Fields: []ledger.FieldName{"income_band"}}
	if _, err := v.arnaud.Prepare(ctx, act); !errors.Is(err, desk.ErrPartAway) {
		t.Errorf("letter away: %v", err)
	}
	v.tax.node.lose(part.Commitment, false)
	other := slices.Clone(v.parts[part.Commitment])
	other[len(other)-1] ^= 1
	v.parts[part.Commitment] = other
	equal(t, "letter", v.letter(v.okafor, id).LetterState, desk.LetterMismatch)
	if _, err := v.okafor.Prepare(ctx, act); !errors.Is(err, desk.ErrMismatch) {
		t.Errorf("letter of another: %v", err)
	}
	equal(t, "refuse", v.letter(v.okafor, id).Can.Refuse, desk.CanMismatch)
}
