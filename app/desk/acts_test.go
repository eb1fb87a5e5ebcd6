package desk_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"countersign/app/desk"
	"countersign/ledger"
	"countersign/ledger/rules"
	"countersign/ledger/vault"
)

// As Bauer, return; as Vidal, answer; the new version is unread and undecided.
func TestReturnedRequestIsAnswered(t *testing.T) {
	v, ctx := newValmarine(t), context.Background()
	id := v.ask()
	v.letter(v.arnaud, id)
	if _, err := v.bauer.Prepare(ctx, desk.Act{Kind: desk.ActReturn, Request: id, Code: "information-required"}); !errors.Is(err, ledger.ReasonMissing) {
		t.Errorf("without a reason: %v", err)
	}
	v.sign(v.bauer, desk.Act{Kind: desk.ActReturn, Request: id, Code: "information-required", Reason: "Which years?"})
	inbox, err := v.arnaud.Inbox(ctx)
	v.must(err)
	equal(t, "waiting", len(inbox.Waiting), 1)
	equal(t, "paused", inbox.Waiting[0].Paused, true)
	equal(t, "unread after a change of state", inbox.Waiting[0].Unread, true)

	l := v.letter(v.vidal, id)
	equal(t, "reason", l.Reason, "Which years?")
	equal(t, "answer", l.Can.Answer, ledger.Accepted)
	v.sign(v.vidal, desk.Act{Kind: desk.ActAnswer, Request: id, Ask: &desk.Ask{Note: "2022 only", From: "2022", To: "2022"}})
	l = v.letter(v.arnaud, id)
	equal(t, "note", l.Note, "2022 only")
	equal(t, "period", l.Row.Period, "2022")
	equal(t, "subjects", l.Row.Subjects, 1)
	equal(t, "approve", l.Can.Approve, ledger.Accepted)

	old, err := v.arnaud.Prepare(ctx, desk.Act{Kind: desk.ActApprove, Request: id, Version: id, Fields: []ledger.FieldName{"income_band"}})
	v.must(err)
	equal(t, "the version that was read before", old.Check, ledger.StaleVersion)
	if _, err := v.arnaud.Sign(ctx, old, passphrase); !errors.Is(err, ledger.StaleVersion) {
		t.Errorf("signed a page that the rules refuse: %v", err)
	}
}

// As Arnaud, refuse: the page says that it ends the request, and Vidal reads why.
func TestRefusalEndsTheRequest(t *testing.T) {
	v, ctx := newValmarine(t), context.Background()
	id := v.ask()
	act := desk.Act{Kind: desk.ActRefuse, Request: id, Code: "excessive", Reason: "More than the purpose needs"}
	page, err := v.arnaud.Prepare(ctx, act)
	v.must(err)
	equal(t, "ends", page.EndsRequest, true)
	v.sign(v.arnaud, act)
	l := v.letter(v.vidal, id)
	equal(t, "state", l.Row.State, rules.Refused)
	equal(t, "reason", l.Reason, "More than the purpose needs")
	equal(t, "withdraw", l.Can.Withdraw, ledger.WrongState)
	inbox, err := v.okafor.Inbox(ctx)
	v.must(err)
	equal(t, "decided", len(inbox.Decided), 1)
	equal(t, "refused before", v.letter(v.vidal, v.ask()).Precedents.Refused, uint64(1))
}

// Less than asked: Arnaud offers, Okafor joins, Vidal accepts.
func TestOfferIsJoinedAndAccepted(t *testing.T) {
	v, ctx := newValmarine(t), context.Background()
	id := v.ask()
	offer := desk.Act{Kind: desk.ActOffer, Request: id, Reason: "The band is enough",
		Ask: &desk.Ask{Fields: []ledger.FieldName{"income_band"}, From: "2023", To: "2023", Rows: "year>=2023"}}
	page, err := v.arnaud.Prepare(ctx, offer)
	v.must(err)
	equal(t, "period", page.Period, "2023")
	equal(t, "sent", page.Sent, []ledger.FieldName{"income_band"})
	v.sign(v.arnaud, offer)
	l := v.letter(v.okafor, id)
	equal(t, "join", l.Can.JoinOffer, ledger.Accepted)
	equal(t, "offer", l.Offer.Reason, "The band is enough")
	equal(t, "rows", l.Offer.Rows, "year>=2023")
	equal(t, "signed", len(l.Offer.Signed), 1)
	v.sign(v.okafor, desk.Act{Kind: desk.ActJoin, Request: id})
	l = v.letter(v.vidal, id)
	equal(t, "state", l.Row.State, rules.Offered)
	equal(t, "accept", l.Can.Accept, ledger.Accepted)
	v.sign(v.vidal, desk.Act{Kind: desk.ActAccept, Request: id})
	v.tax.release(id, "income_band\nD\n", nil)
	table, err := v.vidal.OpenReceived(ctx, id)
	v.must(err)
	equal(t, "columns", table.Columns, []ledger.FieldName{"income_band"})
	equal(t, "case", table.Row.Case, "VM-2026-0417")
}

// A field outside the basis is granted with a reason only.
func TestBeyondTheBasisNeedsAReason(t *testing.T) {
	v, ctx := newValmarine(t), context.Background()
	id := v.ask()
	act := desk.Act{Kind: desk.ActApprove, Request: id, Fields: []ledger.FieldName{"spouse_id", "income_band"}}
	page, err := v.arnaud.Prepare(ctx, act)
	v.must(err)
	equal(t, "check", page.Check, ledger.ReasonMissing)
	equal(t, "beyond", page.Beyond, []ledger.FieldName{"spouse_id"})
	act.Reason = "The court asks for it"
	v.sign(v.arnaud, act)
	equal(t, "locked", v.letter(v.okafor, id).Fields[0].Mark, desk.MarkStruck)
}

// While the agencies are away a signature is kept; after seven days it has to be
// made again, and the desk knows what it said.
func TestExpiredSignatureIsMadeAgain(t *testing.T) {
	v, ctx := newValmarine(t), context.Background()
	id := v.ask()
	v.tax.node.away = true
	act := desk.Act{Kind: desk.ActApprove, Request: id, Fields: []ledger.FieldName{"income_band"}}
	page, err := v.arnaud.Prepare(ctx, act)
	v.must(err)
	ticket, err := v.arnaud.Sign(ctx, page, passphrase)
	v.must(err)
	short, cancel := context.WithTimeout(ctx, 10*time.Millisecond)
	defer cancel()
	if _, err := v.arnaud.Await(short, ticket); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("await: %v", err)
	}
	kept, err := v.arnaud.Kept(ctx)
	v.must(err)
	equal(t, "kept", len(kept), 1)
	equal(t, "expired", kept[0].Expired, false)

	v.arnaud.Lock()
	v.must(v.arnaud.Unlock(ctx, v.arnaudID, passphrase))
	v.now = v.now.Add(8 * 24 * time.Hour)
	kept, err = v.arnaud.Kept(ctx)
	v.must(err)
	equal(t, "expired", kept[0].Expired, true)
	equal(t, "remembered after a restart", kept[0].Act != nil && kept[0].Act.Kind == desk.ActApprove, true)
	page, err = v.arnaud.Again(ctx, ticket.Entry)
	v.must(err)
	v.tax.node.away = false
	_, err = v.arnaud.Sign(ctx, page, passphrase)
	v.must(err)
	equal(t, "signed", len(v.view().Request(id).Decisions), 1)
}

// A request cannot be signed while a field has a problem that stops it.
func TestAskProblemsStandBesideTheirFields(t *testing.T) {
	v, ctx := newValmarine(t), context.Background()
	a := v.question()
	problems, err := v.vidal.CheckAsk(ctx, a)
	v.must(err)
	equal(t, "only the flag", problems, []desk.AskProblem{{Field: desk.AskFields, Code: desk.CodeBeyond, Which: "spouse_id"}})
	a.Fields, a.Subjects, a.KeepDays, a.From, a.Rows = []ledger.FieldName{"shoe_size"}, nil, 400, "2024", "year !! 3"
	problems, err = v.vidal.CheckAsk(ctx, a)
	v.must(err)
	equal(t, "problems", problems, []desk.AskProblem{{Field: desk.AskFields, Code: desk.CodeUnknown, Which: "shoe_size"},
		{Field: desk.AskKeep, Code: desk.CodeTooLong, Which: "365"}, {Field: desk.AskSubjects, Code: desk.CodeMissing},
		{Field: desk.AskRows, Code: desk.CodeBadText}, {Field: desk.AskPeriod, Code: desk.CodeWrongOrder}})
	var problem *desk.AskProblem
	if _, err := v.vidal.Prepare(ctx, desk.Act{Kind: desk.ActAsk, Ask: &a}); !errors.As(err, &problem) {
		t.Errorf("prepared all the same: %v", err)
	}
}

// The catalogue shows names of fields and who may ask, and the requester sees
// by when an answer is due.
func TestCatalogueAndAnswer(t *testing.T) {
	v, ctx := newValmarine(t), context.Background()
	list, err := v.vidal.Catalogue(ctx)
	v.must(err)
	equal(t, "datasets", len(list), 1)
	equal(t, "text", list[0].Text, "Yearly income")
	equal(t, "bases", len(list[0].Bases), 1)
	equal(t, "provider", list[0].Title, "Tax Service")
	equal(t, "who may sign", list[0].Signers, 3)
	answer, err := v.vidal.Answer(ctx, v.dataset)
	v.must(err)
	equal(t, "signatures", [2]int{answer.Needed, answer.Eligible}, [2]int{2, 3})
	equal(t, "by", answer.By, at("2026-06-18 00:00"))
}

// The catalogue says how often one's own agency has asked for a data set: in
// whatever edition, and whoever of the agency it was.
func TestCatalogueCountsWhatTheAgencyAsked(t *testing.T) {
	v, ctx := newValmarine(t), context.Background()
	asked := func(d *desk.Desk, want int) {
		t.Helper()
		n, err := d.Asked(ctx, "TAX-INC-04")
		v.must(err)
		equal(t, "asked", n, want)
	}
	asked(v.vidal, 0)
	v.ask()
	asked(v.vidal, 1)
	ds := v.view().Dataset(v.dataset).Dataset
	ds.Title = "Declared income, all years"
	p, err := v.tax.desk("admin1").DatasetProposal(ds, desk.Sheet{})
	v.must(err)
	v.dataset = v.tax.proposeAndSecond(p)
	asked(v.vidal, 1)
	v.ask()
	asked(v.vidal, 2)
	asked(v.arnaud, 0) // the Tax Service has asked nobody
	n, err := v.vidal.Asked(ctx, "CIV-ID-01")
	v.must(err)
	equal(t, "asked of another", n, 0)
}

// An admin's own card is published by themselves.
func TestCardIsPublished(t *testing.T) {
	v, ctx := newValmarine(t), context.Background()
	admin := v.tax.desk("admin1")
	me, _ := admin.Me()
	v.sign(admin, desk.Act{Kind: desk.ActPublish, Official: me.ID, Card: &vault.Card{Name: "Rosa Lindqvist", Title: "Head of IT"}})
	equal(t, "name at the police", v.vidal.Person(ctx, me.ID).Name, "Rosa Lindqvist")
	people, err := admin.People(ctx)
	v.must(err)
	equal(t, "people", len(people), 5)
	equal(t, "me", people[4].Me || people[3].Me || people[2].Me || people[1].Me || people[0].Me, true)
}

// A standing agreement is suspended, resumed and revoked; both sides read why.
func TestAgreementIsSuspendedAndRevoked(t *testing.T) {
	v := newValmarine(t)
	a := v.question()
	a.StandingDays = 90
	id := v.sign(v.vidal, desk.Act{Kind: desk.ActAsk, Ask: &a}).ID
	for _, d := range []*desk.Desk{v.arnaud, v.okafor} {
		v.sign(d, desk.Act{Kind: desk.ActApprove, Request: id, Fields: []ledger.FieldName{"income_band"}})
	}
	equal(t, "suspend", v.letter(v.okafor, id).Can.Suspend, ledger.Accepted)
	v.sign(v.okafor, desk.Act{Kind: desk.ActSuspend, Request: id, Reason: "Sensors fail"})
	l := v.letter(v.vidal, id)
	equal(t, "state", l.Row.State, rules.Suspended)
	equal(t, "reason", l.Reason, "Sensors fail")
	v.sign(v.arnaud, desk.Act{Kind: desk.ActResume, Request: id})
	v.tax.release(id, "income_band\nD\n", nil)
	v.sign(v.arnaud, desk.Act{Kind: desk.ActRevoke, Request: id, Reason: "Wrong rows"})
	l = v.letter(v.vidal, id)
	equal(t, "state", l.Row.State, rules.Revoked)
	equal(t, "reason", l.Reason, "Wrong rows")
	equal(t, "delete", l.Can.Delete, ledger.Accepted)
	v.sign(v.vidal, desk.Act{Kind: desk.ActDelete, Request: id})
	last := l.History[len(l.History)-1]
	equal(t, "who revoked", last.Who.Name, "Hélène Arnaud")
	equal(t, "deleted", v.letter(v.vidal, id).Row.Deleted, true)
}
