package desk_test

import (
	"context"
	"testing"
	"time"

	"countersign/app/desk"
	"countersign/ledger"
)

func (v *valmarine) find(d *desk.Desk, q desk.Query) desk.Found {
	v.t.Helper()
	f, err := d.Find(context.Background(), q)
	v.must(err)
	return f
}

func (v *valmarine) askFor(change func(*desk.Ask)) ledger.EntryID {
	v.t.Helper()
	a := v.question()
	change(&a)
	return v.sign(v.vidal, desk.Act{Kind: desk.ActAsk, Ask: &a}).ID
}

// As Arnaud, the inbox is grouped by what is to be done, and follows the record.
func TestInboxIsGroupedAndFollows(t *testing.T) {
	v := newValmarine(t)
	first, second, third := v.ask(), v.ask(), v.ask()
	f := v.find(v.arnaud, desk.Query{})
	equal(t, "to sign, soonest first", f.ToSign, []ledger.EntryID{first, second, third})
	equal(t, "whole", f.Reading, false)
	v.sign(v.arnaud, desk.Act{Kind: desk.ActApprove, Request: first, Fields: []ledger.FieldName{"income_band"}})
	v.sign(v.bauer, desk.Act{Kind: desk.ActReturn, Request: second, Code: "complexity", Reason: "Too much at once"})
	v.sign(v.okafor, desk.Act{Kind: desk.ActRefuse, Request: third, Code: "excessive", Reason: "Too much"})
	fourth := v.ask()
	f = v.find(v.arnaud, desk.Query{})
	equal(t, "to sign", f.ToSign, []ledger.EntryID{fourth})
	equal(t, "waiting, paused last", f.Waiting, []ledger.EntryID{first, second})
	equal(t, "decided", f.Decided, []ledger.EntryID{third})
	equal(t, "counts", f.Counts, desk.InboxCounts{ToSign: 1, Waiting: 2, Decided: 1})
	equal(t, "agencies", f.Agencies, []desk.AgencyName{{ID: "police", Title: "Valmarine Police"}})
	v.sign(v.okafor, desk.Act{Kind: desk.ActApprove, Request: first, Fields: []ledger.FieldName{"income_band"}})
	f = v.find(v.arnaud, desk.Query{Since: ledger.TimeOf(v.now.Add(-time.Minute))})
	equal(t, "leaving", f.Leaving, []ledger.EntryID{first})
	equal(t, "decided, the last first", f.Decided, []ledger.EntryID{first, third})
}

func TestFiltersOfTheInbox(t *testing.T) {
	v := newValmarine(t)
	first := v.ask()
	second := v.ask()
	v.letter(v.arnaud, first)
	equal(t, "unread", v.find(v.arnaud, desk.Query{Unread: true}).ToSign, []ledger.EntryID{second})
	v.sign(v.arnaud, desk.Act{Kind: desk.ActApprove, Request: first, Fields: []ledger.FieldName{"income_band"}})
	equal(t, "signed", v.find(v.arnaud, desk.Query{Signed: true}).Waiting, []ledger.EntryID{first})
	v.sign(v.okafor, desk.Act{Kind: desk.ActRefuse, Request: first, Code: "excessive", Reason: "Too much"})
	equal(t, "ended", v.find(v.arnaud, desk.Query{Ended: true}).Decided, []ledger.EntryID{first})
	equal(t, "ended leaves out what is open", len(v.find(v.arnaud, desk.Query{Ended: true}).ToSign), 0)
	equal(t, "of an agency", v.find(v.arnaud, desk.Query{Agency: "police"}).ToSign, []ledger.EntryID{second})
	equal(t, "of no agency", len(v.find(v.arnaud, desk.Query{Agency: "metro"}).ToSign), 0)
	equal(t, "due", len(v.find(v.arnaud, desk.Query{Due: true}).ToSign), 0)
	v.mu.Lock()
	v.now = at("2026-06-17 10:00").Std() // 8 working days from Monday 8 June end on the 18th
	v.mu.Unlock()
	equal(t, "due two days before", v.find(v.arnaud, desk.Query{Due: true}).ToSign, []ledger.EntryID{second})
	third := v.ask()
	equal(t, "newest first", v.find(v.arnaud, desk.Query{Order: desk.ByNewest}).ToSign, []ledger.EntryID{third, second})
	equal(t, "by agency, then deadline", v.find(v.arnaud, desk.Query{Order: desk.ByAgency}).ToSign, []ledger.EntryID{second, third})
}

// A search looks at agencies, data sets, people and request numbers at once, and
// into letters as soon as they are open.
func TestSearchLooksIntoLetters(t *testing.T) {
	v := newValmarine(t)
	first := v.ask()
	second := v.askFor(func(a *desk.Ask) { a.Case = "VM-2026-0999" })
	for _, text := range []string{"police income", "TAX-INC", "arnaud", "vidal", "Crime declared"} {
		equal(t, text, len(v.find(v.arnaud, desk.Query{Text: text}).ToSign), 2)
	}
	equal(t, "nobody", len(v.find(v.arnaud, desk.Query{Text: "police nobody"}).ToSign), 0)
	equal(t, "number", v.find(v.arnaud, desk.Query{Text: second.Short()}).ToSign, []ledger.EntryID{second})
	deadline := time.Now().Add(10 * time.Second)
	for {
		f := v.find(v.arnaud, desk.Query{Text: "0999"})
		if len(f.ToSign) == 1 && f.ToSign[0] == second && f.Unopened == 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("the letters were never searched: %+v", f)
		}
		time.Sleep(5 * time.Millisecond)
	}
	rows, err := v.arnaud.Rows(context.Background(), []ledger.EntryID{second, first, {1}})
	v.must(err)
	equal(t, "rows that there are", len(rows), 2)
	equal(t, "case", rows[0].Case, "VM-2026-0999")
}
