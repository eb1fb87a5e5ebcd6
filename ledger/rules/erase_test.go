package rules

import (
	"slices"
	"testing"

	"countersign/ledger"
)

// erasing is a data protection officer's order.
func (v *valmarine) erasing(r ledger.EntryID) *ledger.Erase {
	v.Helper()
	return &ledger.Erase{Act: v.about(r), Code: "data-subject-request"}
}

// ended is a request in one of the states in which it rests.
func (v *valmarine) ended(s State) ledger.EntryID {
	v.Helper()
	r := v.ask()
	switch s {
	case Refused:
		v.do(v.okafor, v.refusal(r))
	case Withdrawn:
		v.do(v.vidal, &ledger.Withdraw{Act: v.about(r)})
	case Lapsed:
		v.do(v.okafor, v.returning(r))
		v.wait(60 * day)
		v.tick()
	case Closed:
		v.do(v.arnaud, v.approval(r, "declared_income"))
		v.do(v.okafor, v.approval(r, "declared_income"))
		v.do(v.arnaud, &ledger.Revoke{Act: v.about(r), Reason: v.reason()})
	default:
		v.Fatalf("%s is not at rest", s)
	}
	return r
}

func TestDataProtectionOfficerErasesOfWhatHasComeToRest(t *testing.T) {
	for _, s := range []State{Refused, Withdrawn, Lapsed, Closed} {
		t.Run(string(s), func(t *testing.T) {
			v := newValmarine(t)
			r := v.ended(s)
			before := v.in(r, s)
			id := v.do(v.bauer, v.erasing(r))
			after := v.in(r, s)
			mustEqual(t, "erasure", *after.ErasedBy("tax"), Erasure{Entry: id, Agency: "tax", Official: v.bauer.id, Code: "data-subject-request", At: v.now, Height: v.height})
			for agency, want := range map[ledger.AgencyID][]ledger.EntryID{"tax": {r}, "police": nil} {
				if got := v.view().ErasedRequestIDs(agency); !slices.Equal(got, want) {
					t.Fatalf("%s has erased %v", agency, got)
				}
			}
			if after.ErasedBy("police") != nil {
				t.Fatal("the other party has erased nothing")
			}
			mustEqual(t, "day from which letters are kept", after.Changed, before.Changed)
			mustEqual(t, "steps", len(after.History), len(before.History))
		})
	}
}

func TestNothingIsErasedBeforeItRests(t *testing.T) {
	// Each story ends in a state in which somebody may still have to read the letter.
	for want, lead := range map[State]func(v *valmarine) ledger.EntryID{
		Submitted: func(v *valmarine) ledger.EntryID { return v.ask() },
		Returned: func(v *valmarine) ledger.EntryID {
			r := v.ask()
			v.do(v.okafor, v.returning(r))
			return r
		},
		Offered: func(v *valmarine) ledger.EntryID {
			r := v.ask()
			terms, letter := v.asking().Terms, v.reason()
			first := v.do(v.arnaud, &ledger.Offer{Act: v.about(r), Role: ledger.RoleApprover, Terms: &terms, Letter: &letter})
			v.do(v.okafor, &ledger.Offer{Act: v.about(r), Role: ledger.RoleApprover, Join: first})
			return r
		},
		Approved: func(v *valmarine) ledger.EntryID { return v.approved() },
		Suspended: func(v *valmarine) ledger.EntryID {
			r := v.standing()
			v.do(v.arnaud, &ledger.Suspend{Act: v.about(r), Reason: v.reason()})
			return r
		},
		Fulfilled: func(v *valmarine) ledger.EntryID {
			r := v.approved()
			v.receive(r, v.release(r))
			return r
		},
		Expired: func(v *valmarine) ledger.EntryID {
			r := v.standing()
			v.receive(r, v.release(r))
			v.wait(90 * day)
			v.tick()
			return r
		},
		Revoked: func(v *valmarine) ledger.EntryID {
			r := v.standing()
			v.receive(r, v.release(r))
			v.do(v.okafor, &ledger.Revoke{Act: v.about(r), Reason: v.reason()})
			return r
		},
	} {
		t.Run(string(want), func(t *testing.T) {
			v := newValmarine(t)
			r := lead(v)
			v.in(r, want)
			v.refused(ledger.WrongState, v.bauer, v.erasing(r))
			v.in(r, want)
		})
	}
}

func TestErasingComesAfterTheDeletionReceipt(t *testing.T) {
	v := newValmarine(t)
	r := v.standing()
	v.receive(r, v.release(r))
	v.do(v.okafor, &ledger.Revoke{Act: v.about(r), Reason: v.reason()})
	v.do(v.policeOffice, &ledger.DeletionReceipt{Act: v.about(r), Pending: []ledger.NodeCode{"desk-1"}})
	v.refused(ledger.WrongState, v.bauer, v.erasing(r))
	v.do(v.policeOffice, &ledger.DeletionReceipt{Act: v.about(r)})
	v.do(v.bauer, v.erasing(r))
}

func TestOnlyADataProtectionOfficerOfAPartyErases(t *testing.T) {
	v := newValmarine(t)
	r := v.ended(Refused)
	v.refused(ledger.MissingRole, v.arnaud, v.erasing(r))
	v.refused(ledger.MissingRole, v.lindqvist, v.erasing(r))
	v.refused(ledger.MissingRole, v.taxOffice, v.erasing(r))
	v.refused(ledger.NotMemberOfProvider, v.enrol("civil", "moreau", ledger.RoleDPO), v.erasing(r))
	stale := v.erasing(r)
	stale.Act.Version = ledger.Sum([]byte("old"))
	v.refused(ledger.StaleVersion, v.bauer, stale)
	v.publish(func(*ledger.Dataset) {}) // the request is bound to the edition before
	e := v.enrolment("tax", "scoped")
	e.Roles = []ledger.RoleGrant{{Role: ledger.RoleDPO, Scope: ledger.Scope{Datasets: []ledger.Code{"TAX-OTHER"}}}}
	v.two("tax", &ledger.Propose{Enrol: e})
	v.refused(ledger.MissingRole, v.person("tax", "scoped"), v.erasing(r))
	v.do(v.bauer, v.erasing(r))
}

// Whoever decided may erase: Bauer has refused. Whoever asked may not.
func TestSubmitterDoesNotErase(t *testing.T) {
	v := newValmarine(t)
	both := v.enrol("police", "both", ledger.RoleDPO, ledger.RoleRequester)
	r := v.do(both, v.asking())
	v.do(v.bauer, v.refusal(r))
	v.refused(ledger.OwnRequest, both, v.erasing(r))
	v.do(v.bauer, v.erasing(r))
	other := v.enrol("police", "other", ledger.RoleDPO)
	v.do(other, v.erasing(r))
	got := v.in(r, Refused)
	mustEqual(t, "who", got.ErasedBy("police").Official, other.id)
	mustEqual(t, "erasures", len(got.Erasures), 2)
}

func TestEachPartyErasesOnce(t *testing.T) {
	v := newValmarine(t)
	r := v.ended(Withdrawn)
	v.do(v.bauer, v.erasing(r))
	v.refused(ledger.AlreadyDecided, v.bauer, v.erasing(r))
	v.refused(ledger.AlreadyDecided, v.enrol("tax", "second", ledger.RoleDPO), v.erasing(r))
	v.do(v.enrol("police", "dpo", ledger.RoleDPO), v.erasing(r))
}

// Who has left or is suspended still holds copies, and still has the duty.
func TestFormerAndSuspendedMembersErase(t *testing.T) {
	v := newValmarine(t)
	r, other := v.ended(Refused), v.ended(Withdrawn)
	officer := v.enrol("police", "dpo", ledger.RoleDPO)
	v.vote(ledger.MotionSuspend, "police", "tax", "civil", "health")
	v.do(officer, v.erasing(r))
	v.do(v.person("police", "admin1"), &ledger.Leave{})
	v.do(officer, v.erasing(other))
}

// A record without an erasure is written as before there was any: a map of
// thirty fields.
func TestRecordsWithoutErasureAreUnchanged(t *testing.T) {
	v := newValmarine(t)
	r := v.ended(Refused)
	head := func() []byte { return v.state.Get([]byte(requestKey(r)))[:2] }
	if got := head(); !slices.Equal(got, []byte{0xb8, 30}) {
		t.Fatalf("a record begins with %x", got)
	}
	v.do(v.bauer, v.erasing(r))
	if got := head(); !slices.Equal(got, []byte{0xb8, 31}) {
		t.Fatalf("a record with an erasure begins with %x", got)
	}
}
