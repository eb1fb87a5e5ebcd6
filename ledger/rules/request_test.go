package rules

import (
	"testing"
	"time"

	"countersign/ledger"
)

func TestOneRefusalRefuses(t *testing.T) {
	v := newValmarine(t)
	r := v.ask()
	v.do(v.arnaud, v.approval(r, "declared_income"))
	v.do(v.okafor, v.refusal(r))
	got := v.in(r, Refused)
	mustEqual(t, "reason", got.Refusal, "excessive")
	v.refused(ledger.WrongState, v.bauer, v.approval(r, "declared_income"))
}

func TestRefusalByQuorumNeedsTooFewLeft(t *testing.T) {
	v := newValmarine(t)
	v.publish(func(d *ledger.Dataset) { d.Policy.RefusalByQuorum = true })
	r := v.ask()
	v.do(v.arnaud, v.refusal(r)) // Okafor and Bauer are left: still a quorum
	v.in(r, Submitted)
	v.do(v.okafor, v.refusal(r))
	v.in(r, Refused)
}

func TestOfficialDecidesOncePerVersionAcrossRotations(t *testing.T) {
	v := newValmarine(t)
	r := v.ask()
	v.do(v.arnaud, v.approval(r, "declared_income"))
	fresh := v.rotate(v.arnaud, "arnaud 2", 0)
	v.refused(ledger.AlreadyDecided, fresh, v.approval(r, "declared_income"))
	v.do(v.okafor, v.returning(r))
	v.do(v.vidal, &ledger.Answer{Act: v.about(r), Terms: v.asking().Terms, Letter: v.reason()})
	v.do(fresh, v.approval(r, "declared_income"))
	v.in(r, Submitted) // the decision of the old version does not count
	v.do(v.bauer, v.approval(r, "declared_income"))
	v.in(r, Approved)
}

func TestSpecialClassNeedsVisa(t *testing.T) {
	v := newValmarine(t)
	v.publish(func(d *ledger.Dataset) {
		d.Class, d.Policy = ledger.ClassSpecial, ledger.DefaultPolicy(ledger.ClassSpecial)
	})
	r := v.ask()
	v.do(v.arnaud, v.approval(r, "declared_income"))
	v.do(v.okafor, v.approval(r, "declared_income"))
	v.in(r, Submitted)
	visa := v.approval(r, "declared_income")
	visa.Role = ledger.RoleDPO
	v.refused(ledger.MissingRole, v.enrol("tax", "weiss", ledger.RoleApprover), visa)
	v.do(v.bauer, visa)
	v.in(r, Approved)
}

func TestVisaIsNotPartOfTheQuorum(t *testing.T) {
	v := newValmarine(t)
	r := v.ask()
	visa := v.approval(r, "declared_income")
	visa.Role = ledger.RoleDPO
	v.refused(ledger.MissingRole, v.bauer, visa) // the policy of a personal dataset asks for none
}

func TestScopeNarrowsARole(t *testing.T) {
	v := newValmarine(t)
	e := v.enrolment("tax", "ordinary", ledger.RoleApprover)
	e.Roles[0].Scope.Classes = []ledger.Class{ledger.ClassOrdinary}
	v.two("tax", &ledger.Propose{Enrol: e})
	r := v.ask()
	v.refused(ledger.MissingRole, v.person("tax", "ordinary"), v.approval(r, "declared_income"))
	e = v.enrolment("tax", "income", ledger.RoleApprover)
	e.Roles[0].Scope.Datasets = []ledger.Code{"TAX-INC-04"}
	v.two("tax", &ledger.Propose{Enrol: e})
	v.do(v.person("tax", "income"), v.approval(r, "declared_income"))
}

func TestOfferIsSignedByTheQuorumAndAccepted(t *testing.T) {
	v := newValmarine(t)
	r := v.ask("bank_account_refs")
	terms := ledger.Terms{Fields: fields("income_band"), KeepDays: 90}
	letter := v.reason()
	offer := v.do(v.arnaud, &ledger.Offer{Act: v.about(r), Role: ledger.RoleApprover, Terms: &terms, Letter: &letter})
	v.in(r, Submitted)
	v.refused(ledger.StaleVersion, v.okafor, &ledger.Offer{Act: v.about(r), Role: ledger.RoleApprover, Join: r})
	second := v.reason()
	v.refused(ledger.WrongState, v.okafor, &ledger.Offer{Act: v.about(r), Role: ledger.RoleApprover, Terms: &terms, Letter: &second})
	submission := v.about(r)
	v.do(v.okafor, &ledger.Offer{Act: v.about(r), Role: ledger.RoleApprover, Join: offer})
	got := v.in(r, Offered)
	mustEqual(t, "version", got.Version, offer)
	v.refused(ledger.StaleVersion, v.vidal, &ledger.Accept{Act: submission})
	accept := v.do(v.vidal, &ledger.Accept{Act: v.about(r)})
	got = v.in(r, Approved)
	mustEqual(t, "version", got.Version, accept)
	mustFields(t, got.Agreement.Terms.Fields, "income_band")
	mustEqual(t, "letter", got.Agreement.Letter.Commitment, letter.Commitment)
	v.release(r)
}

func TestApprovalsOfWhatWasAskedWinOverAnOffer(t *testing.T) {
	v := newValmarine(t)
	r := v.ask()
	terms, letter := ledger.Terms{Fields: fields("income_band"), KeepDays: 90}, v.reason()
	v.do(v.arnaud, &ledger.Offer{Act: v.about(r), Role: ledger.RoleApprover, Terms: &terms, Letter: &letter})
	v.do(v.okafor, v.approval(r, "declared_income"))
	v.do(v.bauer, v.approval(r, "declared_income"))
	got := v.in(r, Approved)
	mustFields(t, got.Agreement.Terms.Fields, "declared_income")
}

func TestWithdrawEndsWhatIsPending(t *testing.T) {
	v := newValmarine(t)
	r := v.ask()
	v.do(v.vidal, &ledger.Withdraw{Act: v.about(r)})
	v.in(r, Withdrawn)
	v.refused(ledger.WrongState, v.arnaud, v.approval(r, "declared_income"))
	live := v.approved()
	v.refused(ledger.WrongState, v.vidal, &ledger.Withdraw{Act: v.about(live)})
}

func TestUnconditionalSharingNeedsNoSignature(t *testing.T) {
	v := newValmarine(t)
	v.publish(func(d *ledger.Dataset) { d.Sharing = ledger.SharingUnconditional })
	r := v.ask("spouse_id")
	got := v.in(r, Approved)
	mustFields(t, got.Agreement.Terms.Fields, "declared_income") // the field beyond the basis stays struck
	p := v.asking("spouse_id")
	p.Terms.Fields = fields("spouse_id")
	v.refused(ledger.NothingInCommon, v.vidal, p)
	v.receive(r, v.release(r))
	v.in(r, Fulfilled)
}

func TestRequestIsBoundToTheEditionsItNames(t *testing.T) {
	v := newValmarine(t)
	r, old := v.ask(), v.asking()
	v.publish(func(d *ledger.Dataset) { d.Policy.Quorum = 3 })
	v.refused(ledger.StaleVersion, v.vidal, old) // the later edition counts for later requests
	v.do(v.arnaud, v.approval(r, "declared_income"))
	v.do(v.okafor, v.approval(r, "declared_income"))
	v.in(r, Approved) // the quorum of the edition it names
	v.publish(func(d *ledger.Dataset) { d.Withdraw = true })
	v.refused(ledger.NotShared, v.vidal, v.asking())
}

func TestBasisNamesItsRequesters(t *testing.T) {
	v := newValmarine(t)
	b := incomeBasis()
	b.Requesters = []ledger.AgencyID{"civil"}
	v.basis = v.two("tax", &ledger.Propose{Basis: b})
	v.refused(ledger.NoBasis, v.vidal, v.asking())
}

func TestLettersAreSealedToBothAgenciesAndNobodyElse(t *testing.T) {
	v := newValmarine(t)
	p := v.asking()
	for _, to := range [][]ledger.AgencyID{{"police"}, {"tax"}, {"civil", "police", "tax"}, {"civil", "police"}} {
		p.Letter = v.sealed(to...)
		v.refused(ledger.StaleEpoch, v.vidal, p)
	}
	r := v.approved()
	v.refused(ledger.StaleEpoch, v.taxOffice, &ledger.Release{Act: v.about(r), Part: v.sealed("police", "tax")})
}

func TestMovedOfficialDoesNotDecideTheirOldRequest(t *testing.T) {
	v := newValmarine(t)
	r := v.ask()
	v.refused(ledger.NameTaken, v.meyer, v.seconding("tax", "vidal", v.vidal))
	v.two("police", &ledger.Propose{Revoke: v.revocation(v.person("police", "admin1"), v.vidal, 0)})
	v.do(v.meyer, v.seconding("tax", "vidal", v.vidal))
	moved := v.person("tax", "vidal")
	v.refused(ledger.OwnRequest, moved, v.approval(r, "declared_income"))
	mustEqual(t, "police officials", len(v.view().OfficialsOf("police")), 2)
}

// seconding proposes to enrol somebody of another agency as approver and
// returns the entry that seconds it.
func (v *valmarine) seconding(agency ledger.AgencyID, name string, who *somebody) *ledger.Second {
	v.Helper()
	v.person(agency, name).id = who.id
	e := v.enrolment(agency, name, ledger.RoleApprover)
	return &ledger.Second{Proposal: v.do(v.person(agency, "admin1"), &ledger.Propose{Enrol: e})}
}

// Rule 11: one signature now, the missing ones within 72 hours.
func TestEmergencyReleaseIsConfirmedOrRevoked(t *testing.T) {
	v := newValmarine(t)
	p := v.asking("employer_id")
	p.Emergency = true
	v.refused(ledger.NoBasis, v.vidal, p) // the policy knows no emergency
	v.publish(func(d *ledger.Dataset) { d.Policy.Emergency = true })
	ask := func() ledger.EntryID {
		p := v.asking("employer_id")
		p.Emergency = true
		r := v.do(v.vidal, p)
		v.do(v.arnaud, v.approval(r, "declared_income", "employer_id"))
		v.in(r, Approved)
		v.receive(r, v.release(r))
		v.in(r, Approved) // received, and the signatures are still missing
		return r
	}
	confirmed, lapsed, opposed := ask(), ask(), ask()
	v.do(v.okafor, v.approval(confirmed, "declared_income"))
	got := v.in(confirmed, Fulfilled)
	mustFields(t, got.Agreement.Terms.Fields, "declared_income")
	v.do(v.okafor, v.refusal(opposed))
	mustEqual(t, "deletion owed", v.in(opposed, Revoked).Deletion.Owed, v.now)
	v.wait(72 * time.Hour)
	v.tick()
	mustEqual(t, "deletion owed", v.in(lapsed, Revoked).Deletion.Owed, v.now)
}

// An emergency agreement whose period is shorter than the time for its missing
// signatures hands nothing over after it, and owes them all the same.
func TestShortEmergencyOwesItsSignaturesToo(t *testing.T) {
	short := func(v *valmarine) ledger.EntryID {
		v.publish(func(d *ledger.Dataset) { d.Policy.Emergency = true })
		p := v.asking()
		p.Emergency, p.Terms.StandingDays = true, 1
		r := v.do(v.vidal, p)
		v.do(v.arnaud, v.approval(r, "declared_income"))
		v.receive(r, v.release(r))
		v.wait(day)
		v.refused(ledger.AgreementEnded, v.taxOffice, &ledger.Release{Act: v.about(r), Part: v.sealed("police")})
		v.in(r, Approved)
		return r
	}
	t.Run("signed", func(t *testing.T) {
		v := newValmarine(t)
		r := short(v)
		v.do(v.okafor, v.approval(r, "declared_income"))
		v.wait(time.Minute)
		v.ask() // any entry lets happen what is due
		v.in(r, Expired)
	})
	t.Run("not signed", func(t *testing.T) {
		v := newValmarine(t)
		r := short(v)
		v.wait(2 * day)
		v.ask()
		v.in(r, Revoked)
	})
}
