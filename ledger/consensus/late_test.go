package consensus_test

import (
	"testing"
	"time"

	"countersign/ledger"
	"countersign/ledger/ledgertest"
	"countersign/ledger/rules"
	"countersign/ledger/store"
)

// office is a city of four keepers in which the police may ask the tax service.
type office struct {
	*ledgertest.Cluster
	t              *testing.T
	tax            *ledgertest.Agency
	okafor, arnaud *ledgertest.Official // may approve
	vidal          *ledgertest.Official // may ask
	dataset, basis ledger.EntryID
}

func newOffice(t *testing.T, seed uint64) *office {
	t.Helper()
	o := &office{Cluster: fourKeepers(t, seed), t: t}
	w := o.World
	o.tax = w.Agency("tax")
	for _, p := range []struct {
		who    **ledgertest.Official
		agency ledger.AgencyID
		name   string
		role   ledger.Role
	}{{&o.okafor, "tax", "okafor", ledger.RoleApprover}, {&o.arnaud, "tax", "arnaud", ledger.RoleApprover}, {&o.vidal, "police", "vidal", ledger.RoleRequester}} {
		official, entries := w.Enrol(w.Agency(p.agency), p.name, p.role)
		*p.who = official
		o.accepted(entries...)
	}
	var entries []*ledger.Entry
	o.dataset, entries = w.Dataset(o.tax, "TAX-INC-04", ledger.ClassPersonal, "declared_income", "income_band")
	o.accepted(entries...)
	o.basis, entries = w.Basis(o.tax, "L.141-2", "TAX-INC-04", "criminal-investigation", "declared_income")
	o.accepted(entries...)
	return o
}

// accepted orders entries one after the other.
func (o *office) accepted(entries ...*ledger.Entry) {
	o.t.Helper()
	for _, e := range entries {
		if code := o.Final(20*time.Second, nil, e); code != ledger.Accepted {
			o.t.Fatalf("%s refused: %s", e.Body.Kind, code)
		}
	}
}

func (o *office) ask() *ledger.Entry {
	o.t.Helper()
	e := o.World.Ask(o.vidal, "tax", o.dataset, o.basis, "criminal-investigation", "declared_income")
	o.accepted(e)
	return e
}

// outcome demands one outcome on every replica.
func (o *office) outcome(e *ledger.Entry, want ledger.Refusal) {
	o.t.Helper()
	o.Final(20*time.Second, nil, e)
	for _, n := range o.Nodes {
		if got, _ := n.Outcome(e.ID()); got != want {
			o.t.Errorf("%s: the %s is %q, expected %q", n.Name, e.Body.Kind, got, want)
		}
	}
}

// approvals are the decisions that count for a request, on every replica.
func (o *office) approvals(request ledger.EntryID, want int) {
	o.t.Helper()
	for _, n := range o.Nodes {
		if err := n.View(func(v rules.View) {
			if got := len(v.Request(request).Decisions); got != want {
				o.t.Errorf("%s: %d decisions, expected %d", n.Name, got, want)
			}
		}); err != nil {
			o.t.Fatal(err)
		}
	}
}

// FAULTS 16: one approval sent to every keeper again and again, before and after
// it is final, counts once; a second approval of the same person does not count,
// whichever keeper takes it.
func TestReplaysAndDoubleApprovalsHaveOneEffect(t *testing.T) {
	o := newOffice(t, 50)
	ask := o.ask()
	once := o.World.Approve(o.okafor, ask.ID(), "declared_income")
	for range 3 {
		for _, n := range o.Nodes {
			_ = n.Engine.Submit(t.Context(), once) // "known already" is an answer too
		}
	}
	o.outcome(once, ledger.Accepted)
	size := func() uint64 { head, _ := o.Nodes[0].Head(); return head.Size }
	o.accepted(o.Something(o.tax))
	before := size()
	for _, n := range o.Nodes {
		_ = n.Engine.Submit(t.Context(), once)
	}
	o.accepted(o.Something(o.tax)) // whatever came before it would be in this block or an earlier one
	if after := size(); after != before+1 {
		t.Errorf("%d entries after %d: a replay stands on the ledger", after, before)
	}
	again := o.World.Approve(o.okafor, ask.ID(), "declared_income")
	if err := o.Nodes[2].Engine.Submit(t.Context(), again); err != nil {
		t.Fatal(err)
	}
	o.outcome(again, ledger.AlreadyDecided)
	o.approvals(ask.ID(), 1)
	o.Agree()
}

// FAULTS 17: an entry that claims an earlier time, one that was kept back and one
// that answers an older version are judged by their place on the ledger alone.
func TestPlaceOnTheLedgerWinsOverWhatAnEntryClaims(t *testing.T) {
	o := newOffice(t, 51)
	w := o.World
	ask := o.ask()
	keptBack := w.Approve(o.arnaud, ask.ID(), "declared_income") // of this version, sent when there is another
	back := w.Sealed("tax", "police")
	o.accepted(w.Entry(o.okafor.Key, &ledger.Return{Act: ledger.Act{Request: ask.ID(), Version: ask.ID()}, Role: ledger.RoleApprover,
		Code: "information-required", Reason: back}))
	answer := w.Entry(o.vidal.Key, &ledger.Answer{Act: ledger.Act{Request: ask.ID(), Version: ask.ID()},
		Terms: ledger.Terms{Fields: ledgertest.Fields("declared_income"), KeepDays: 180}, Letter: w.Sealed("tax", "police")})
	o.accepted(answer)
	o.outcome(keptBack, ledger.StaleVersion)

	approve := func(by *ledgertest.Official, claimed ledger.Time) *ledger.Entry {
		return w.EntryAt(by.Key, claimed, &ledger.Approve{Act: ledger.Act{Request: ask.ID(), Version: answer.ID()}, Role: ledger.RoleApprover,
			Fields: ledgertest.Fields("declared_income")})
	}
	dated := approve(o.okafor, w.Now().Add(-6*24*time.Hour))
	o.outcome(dated, ledger.Accepted) // dated before the request existed, still valid: its time is the block's
	err := o.Nodes[1].Store.View(func(tx *store.Tx) error {
		asked, err := tx.EntryByID(ask.ID())
		if err != nil {
			return err
		}
		decided, err := tx.EntryByID(dated.ID())
		if err == nil && (decided.Time <= asked.Time || decided.Height <= asked.Height) {
			t.Errorf("the ledger took the claimed time: decided at %s, asked at %s", decided.Time, asked.Time)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	o.outcome(approve(o.arnaud, w.Now().Add(-8*24*time.Hour)), ledger.ExpiredEntry) // its seven days are over
	o.approvals(ask.ID(), 2)                                                        // the return, and one approval
	o.Agree()
}

// FAULTS 18: after its revocation a key is refused by every replica with one
// code, whatever time it claims and whichever keeper it is sent to; what it signed
// before still counts.
func TestRevokedKeyIsRefusedEverywhereAndEarlierSignaturesStand(t *testing.T) {
	o := newOffice(t, 52)
	w := o.World
	first, second := o.ask(), o.ask()
	before := w.Approve(o.okafor, first.ID(), "declared_income")
	o.outcome(before, ledger.Accepted)
	o.accepted(w.RevokeKey(o.tax, o.okafor, 1)...)
	for i, at := range []ledger.Time{w.Now(), w.Now().Add(-2 * time.Hour), w.Now().Add(-3 * 24 * time.Hour)} {
		late := w.EntryAt(o.okafor.Key, at, &ledger.Approve{Act: ledger.Act{Request: second.ID(), Version: second.ID()}, Role: ledger.RoleApprover,
			Fields: ledgertest.Fields("declared_income")})
		if err := o.Nodes[i].Engine.Submit(t.Context(), late); err != nil {
			t.Fatal(err)
		}
		o.outcome(late, ledger.KeyNotActive)
	}
	o.approvals(second.ID(), 0)
	o.approvals(first.ID(), 1)
	for _, n := range o.Nodes {
		if code, final := n.Outcome(before.ID()); !final || code != ledger.Accepted {
			t.Errorf("%s: the earlier signature is %q", n.Name, code)
		}
	}
	o.Agree()
}
