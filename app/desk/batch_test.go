package desk_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"countersign/app/desk"
	"countersign/ledger"
)

func (v *valmarine) about(subject string) ledger.EntryID {
	v.t.Helper()
	return v.askFor(func(a *desk.Ask) { a.Subjects = []string{subject} })
}

func approval(ids ...ledger.EntryID) (desk.Act, []ledger.EntryID) {
	return desk.Act{Kind: desk.ActApprove, Fields: []ledger.FieldName{"declared_income", "income_band"}}, ids
}

// Requests are alike when nothing but the subject differs.
func TestOnlyTheSubjectMayDiffer(t *testing.T) {
	v, ctx := newValmarine(t), context.Background()
	first, second := v.about("a"), v.about("b")
	other := []ledger.EntryID{
		v.askFor(func(a *desk.Ask) { a.Case = "VM-2026-0999" }),
		v.askFor(func(a *desk.Ask) { a.From = "2020" }),
		v.askFor(func(a *desk.Ask) { a.KeepDays = 30 }),
		v.askFor(func(a *desk.Ask) { a.Note = "Another inquiry" }),
		v.askFor(func(a *desk.Ask) { a.Fields = a.Fields[:2] }),
		v.askFor(func(a *desk.Ask) { a.Rows = "year>=2022" }),
	}
	signed := v.about("c")
	v.sign(v.okafor, desk.Act{Kind: desk.ActApprove, Request: signed, Fields: []ledger.FieldName{"income_band"}})
	rows, err := v.arnaud.Alike(ctx, first)
	v.must(err)
	if len(rows) != 1 || rows[0].ID != second {
		t.Fatalf("alike: %+v", rows)
	}
	for _, id := range append(other, signed) {
		act, ids := approval(first, id)
		if _, err := v.arnaud.PrepareBatch(ctx, act, ids); !errors.Is(err, desk.ErrNotAlike) {
			t.Errorf("request %s in one batch with another: %v", id.Short(), err)
		}
	}
	act, ids := approval(first, second, second)
	if _, err := v.arnaud.PrepareBatch(ctx, act, ids); !errors.Is(err, desk.ErrNotAlike) {
		t.Errorf("twice the same: %v", err)
	}
}

// One passphrase, and each request has a signature of its own.
func TestBatchSignsEachRequest(t *testing.T) {
	v, ctx := newValmarine(t), context.Background()
	act, ids := approval(v.about("a"), v.about("b"), v.about("c"))
	b, err := v.arnaud.PrepareBatch(ctx, act, ids)
	v.must(err)
	if _, err := v.arnaud.OpenBatch(ctx, b, "wrong"); !errors.Is(err, desk.ErrWrongPassphrase) {
		t.Errorf("wrong passphrase: %v", err)
	}
	p, err := v.arnaud.OpenBatch(ctx, b, passphrase)
	v.must(err)
	codes := map[string]bool{}
	for i, page := range b.Pages {
		ticket, err := p.Sign(ctx, i)
		v.must(err)
		equal(t, "check code", desk.CheckCode(ticket.Entry), page.CheckCode)
		codes[page.CheckCode] = true
	}
	equal(t, "different signatures", len(codes), 3)
	if _, err := p.Sign(ctx, 0); !errors.Is(err, desk.ErrNothingToSign) {
		t.Errorf("the same page twice: %v", err)
	}
	p.Close()
	for _, id := range ids {
		equal(t, "decisions", len(v.view().Request(id).Decisions), 1)
	}
}

// A request that is decided by a colleague meanwhile fails alone.
func TestOneFailingDoesNotStopABatch(t *testing.T) {
	v, ctx := newValmarine(t), context.Background()
	act, ids := approval(v.about("a"), v.about("b"), v.about("c"))
	b, err := v.arnaud.PrepareBatch(ctx, act, ids)
	v.must(err)
	v.sign(v.okafor, desk.Act{Kind: desk.ActRefuse, Request: ids[1], Code: "excessive", Reason: "Too much"})
	p, err := v.arnaud.OpenBatch(ctx, b, passphrase)
	v.must(err)
	defer p.Close()
	want := []ledger.Refusal{ledger.Accepted, ledger.WrongState, ledger.Accepted}
	for i := range b.Pages {
		ticket, err := p.Sign(ctx, i)
		v.must(err)
		f, err := v.arnaud.Await(ctx, ticket)
		v.must(err)
		equal(t, fmt.Sprintf("result of %d", i+1), f.Code, want[i])
	}
}

// Whoever is stopped in the middle has signed what is signed, and nothing else.
func TestBatchStoppedInTheMiddle(t *testing.T) {
	v, ctx := newValmarine(t), context.Background()
	act, ids := approval(v.about("a"), v.about("b"), v.about("c"))
	b, err := v.arnaud.PrepareBatch(ctx, act, ids)
	v.must(err)
	p, err := v.arnaud.OpenBatch(ctx, b, passphrase)
	v.must(err)
	v.tax.node.mu.Lock()
	v.tax.node.away = true // what is signed stays in the outbox
	v.tax.node.mu.Unlock()
	_, err = p.Sign(ctx, 0)
	v.must(err)
	v.arnaud.Lock() // as the end of the process does
	if _, err := p.Sign(ctx, 1); !errors.Is(err, desk.ErrLocked) {
		t.Errorf("a key outlived the lock: %v", err)
	}

	again := desk.New(v.tax.node, desk.Options{Keys: v.tax.keys(), WorkFactor: 4})
	v.must(again.Unlock(ctx, v.arnaudID, passphrase))
	defer again.Lock()
	kept, err := again.Kept(ctx)
	v.must(err)
	if len(kept) != 1 || kept[0].Act == nil || kept[0].Act.Request != ids[0] {
		t.Fatalf("kept: %+v", kept)
	}
	equal(t, "still to sign", len(v.find(again, desk.Query{}).ToSign), 3) // nothing is final yet
	v.tax.node.mu.Lock()
	v.tax.node.away = false
	v.tax.node.flush()
	v.tax.node.mu.Unlock()
	equal(t, "to sign", v.find(again, desk.Query{}).ToSign, ids[1:])
	for i, id := range ids {
		want := 0
		if i == 0 {
			want = 1
		}
		equal(t, fmt.Sprintf("decisions on %d", i+1), len(v.view().Request(id).Decisions), want)
	}
}
