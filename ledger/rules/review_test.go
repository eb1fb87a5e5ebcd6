package rules

import (
	"testing"

	"countersign/ledger"
)

// Story 4: a laptop stolen on Monday is reported on Wednesday.
func TestSuspectDecisionsAreConfirmedOrAnnulled(t *testing.T) {
	v := newValmarine(t)
	before := v.approved()
	v.wait(day)
	since := v.now
	confirmed, annulled, fulfilled, released := v.approved(), v.approved(), v.approved(), v.standing()
	v.receive(fulfilled, v.release(fulfilled))
	v.receive(released, v.release(released))
	pending := v.ask()
	v.do(v.arnaud, v.approval(pending, "declared_income"))
	late := v.sign(v.arnaud, v.approval(v.ask(), "declared_income"))
	v.two("tax", &ledger.Propose{Revoke: v.revocation(v.lindqvist, v.arnaud, since)})
	mustEqual(t, "signed before, sent later", v.block(late).Outcomes[0].Code, ledger.KeyNotActive)
	mustEqual(t, "listed", len(v.view().Suspect("tax")), 5)

	review := func(r ledger.EntryID, annul bool, by ...*somebody) {
		t.Helper()
		d := v.view().Request(r).Decisions[0]
		for _, o := range by {
			v.do(o, &ledger.Review{Act: v.about(r), Decision: d.Entry, Annul: annul})
		}
	}
	suspect := v.view().Request(confirmed).Decisions[0].Entry
	v.refused(ledger.UnknownTarget, v.okafor, &ledger.Review{Act: v.about(confirmed), Decision: confirmed})
	v.refused(ledger.WrongState, v.okafor, &ledger.Review{Act: v.about(before), Decision: v.view().Request(before).Decisions[0].Entry})
	v.refused(ledger.MissingRole, v.enrol("tax", "auditor", ledger.RoleAuditor), &ledger.Review{Act: v.about(confirmed), Decision: suspect})
	review(confirmed, false, v.okafor)
	v.refused(ledger.AlreadyDecided, v.okafor, &ledger.Review{Act: v.about(confirmed), Decision: suspect, Annul: true})
	review(confirmed, false, v.bauer)
	if v.in(confirmed, Approved).Decisions[0].Suspect {
		t.Fatal("still suspect")
	}
	review(annulled, true, v.okafor, v.bauer)
	h := v.in(annulled, Closed).History
	mustEqual(t, "state before", h[len(h)-2].State, Revoked) // nothing was released
	review(released, true, v.okafor, v.bauer)
	mustEqual(t, "recalled", v.in(released, Revoked).Deletion.Owed, v.now)
	review(fulfilled, true, v.okafor, v.bauer)
	mustEqual(t, "recalled", v.in(fulfilled, Revoked).Deletion.Owed, v.now)

	v.do(v.okafor, v.approval(pending, "declared_income"))
	v.in(pending, Submitted) // a suspect approval completes nothing
	review(pending, false, v.okafor, v.bauer)
	v.in(pending, Approved)
	mustEqual(t, "listed", len(v.view().Suspect("tax")), 0)
}

func TestAnnulledApprovalLeavesAgreementThatHasItsQuorum(t *testing.T) {
	v := newValmarine(t)
	v.publish(func(d *ledger.Dataset) { d.Policy.Quorum = 3 })
	r := v.ask()
	for _, o := range []*somebody{v.arnaud, v.okafor} {
		v.do(o, v.approval(r, "declared_income"))
	}
	v.two("tax", &ledger.Propose{Revoke: v.revocation(v.lindqvist, v.arnaud, v.now.Add(-day))})
	v.do(v.bauer, v.approval(r, "declared_income"))
	v.in(r, Submitted)
	d := v.view().Request(r).Decisions[0].Entry
	v.do(v.okafor, &ledger.Review{Act: v.about(r), Decision: d, Annul: true})
	v.do(v.bauer, &ledger.Review{Act: v.about(r), Decision: d, Annul: true})
	v.do(v.enrol("tax", "weiss", ledger.RoleApprover), v.approval(r, "declared_income"))
	v.in(r, Approved)
}

func TestAnnulledOfferLeavesTheTable(t *testing.T) {
	v := newValmarine(t)
	r := v.ask()
	terms, letter := ledger.Terms{Fields: fields("income_band"), KeepDays: 90}, v.reason()
	offer := v.do(v.arnaud, &ledger.Offer{Act: v.about(r), Role: ledger.RoleApprover, Terms: &terms, Letter: &letter})
	v.two("tax", &ledger.Propose{Revoke: v.revocation(v.lindqvist, v.arnaud, v.now.Add(-day))})
	for _, o := range []*somebody{v.okafor, v.bauer} {
		v.do(o, &ledger.Review{Act: v.about(r), Decision: offer, Annul: true})
	}
	if v.in(r, Submitted).Offer != nil {
		t.Fatal("the offer is still on the table")
	}
	v.do(v.okafor, v.approval(r, "declared_income"))
}

func TestOfferWithASuspectSignatureCannotBeAccepted(t *testing.T) {
	v := newValmarine(t)
	offered := func() (r, first ledger.EntryID) {
		r = v.ask()
		terms, letter := ledger.Terms{Fields: fields("income_band"), KeepDays: 90}, v.reason()
		first = v.do(v.arnaud, &ledger.Offer{Act: v.about(r), Role: ledger.RoleApprover, Terms: &terms, Letter: &letter})
		v.do(v.okafor, &ledger.Offer{Act: v.about(r), Role: ledger.RoleApprover, Join: first})
		v.in(r, Offered)
		return r, first
	}
	kept, keptOffer := offered()
	gone, goneOffer := offered()
	v.two("tax", &ledger.Propose{Revoke: v.revocation(v.lindqvist, v.arnaud, v.now.Add(-day))})
	v.refused(ledger.WrongState, v.vidal, &ledger.Accept{Act: v.about(kept)})
	for _, o := range []*somebody{v.okafor, v.bauer} {
		v.do(o, &ledger.Review{Act: v.about(kept), Decision: keptOffer})
		v.do(o, &ledger.Review{Act: v.about(gone), Decision: goneOffer, Annul: true})
	}
	v.do(v.vidal, &ledger.Accept{Act: v.about(kept)})
	v.in(kept, Approved)
	v.in(gone, Lapsed)
}

func TestConfirmedRefusalRefuses(t *testing.T) {
	v := newValmarine(t)
	v.publish(func(d *ledger.Dataset) { d.Policy.RefusalByQuorum = true })
	r := v.ask()
	v.do(v.arnaud, v.refusal(r))
	d := v.view().Request(r).Decisions[0].Entry
	v.two("tax", &ledger.Propose{Revoke: v.revocation(v.lindqvist, v.arnaud, v.now.Add(-day))})
	v.do(v.okafor, v.refusal(r)) // of the two left one has refused: fewer than the quorum
	v.in(r, Refused)
	v.refused(ledger.WrongState, v.bauer, &ledger.Review{Act: v.about(r), Decision: d})
}

// The thief refused in Arnaud's name; Arnaud is back with a new key. By quorum
// one refusal of four leaves enough; confirmed, two of four do not.
func TestConfirmedRefusalCounts(t *testing.T) {
	v := newValmarine(t)
	v.publish(func(d *ledger.Dataset) { d.Policy.RefusalByQuorum = true })
	r := v.ask()
	thief := v.do(v.arnaud, v.refusal(r))
	v.two("tax", &ledger.Propose{Revoke: v.revocation(v.lindqvist, v.arnaud, v.now.Add(-day))})
	v.person("tax", "arnaud").signerOf = newSigner("arnaud again")
	e := v.enrolment("tax", "arnaud", ledger.RoleApprover)
	e.Recipient = recipient("arnaud again")
	e.KeyProof, e.RecipientProof = v.proofs(v.arnaud, v.arnaud.signerOf, e.Recipient)
	v.two("tax", &ledger.Propose{Enrol: e})
	v.refused(ledger.AlreadyDecided, v.arnaud, v.refusal(r))
	v.do(v.okafor, v.refusal(r)) // Bauer and Arnaud are left
	v.in(r, Submitted)
	v.do(v.okafor, &ledger.Review{Act: v.about(r), Decision: thief})
	v.do(v.bauer, &ledger.Review{Act: v.about(r), Decision: thief})
	v.in(r, Refused)
}

func TestAnnulledDecisionIsDecidedAgain(t *testing.T) {
	v := newValmarine(t)
	v.publish(func(d *ledger.Dataset) { d.Policy.RefusalByQuorum = true })
	r := v.ask()
	thief := v.do(v.arnaud, v.refusal(r))
	v.two("tax", &ledger.Propose{Revoke: v.revocation(v.lindqvist, v.arnaud, v.now.Add(-day))})
	v.person("tax", "arnaud").signerOf = newSigner("arnaud again")
	e := v.enrolment("tax", "arnaud", ledger.RoleApprover)
	e.Recipient = recipient("arnaud again")
	e.KeyProof, e.RecipientProof = v.proofs(v.arnaud, v.arnaud.signerOf, e.Recipient)
	v.two("tax", &ledger.Propose{Enrol: e})
	v.do(v.okafor, &ledger.Review{Act: v.about(r), Decision: thief, Annul: true})
	v.do(v.bauer, &ledger.Review{Act: v.about(r), Decision: thief, Annul: true})
	v.do(v.arnaud, v.approval(r, "declared_income"))
	v.do(v.bauer, v.approval(r, "declared_income"))
	v.in(r, Approved)
}
