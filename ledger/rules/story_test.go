package rules

import (
	"testing"

	"countersign/ledger"
)

func TestPoliceAndTax(t *testing.T) {
	v := newValmarine(t)
	mustEqual(t, "keepers", len(v.keepers), 4)
	r := v.ask("spouse_id", "employer_id")
	beyond := FieldsBeyond(v.view().Request(r).Terms.Fields, &v.view().Basis(v.basis).Basis)
	mustFields(t, beyond, "spouse_id")
	v.do(v.arnaud, v.approval(r, "declared_income", "employer_id"))
	v.in(r, Submitted)
	v.do(v.okafor, v.approval(r, "declared_income"))
	got := v.in(r, Approved)
	mustFields(t, got.Agreement.Terms.Fields, "declared_income")
	release := v.release(r)
	v.receive(r, release)
	got = v.in(r, Fulfilled)
	mustEqual(t, "deletion owed", got.Deletion.Owed, v.now.Add(180*day))
	v.do(v.vidal, &ledger.Delete{Act: v.about(r)})
	v.do(v.policeOffice, &ledger.DeletionReceipt{Act: v.about(r)})
	v.in(r, Closed)
	if n := len(v.view().OpenRequests("tax")); n != 0 {
		t.Fatalf("%d requests still open", n)
	}
}
