package rules

import (
	"testing"
	"time"

	"countersign/ledger"
)

// refusalCases holds one short story for each code.
func refusalCases() map[ledger.Refusal]func(v *valmarine) {
	return map[ledger.Refusal]func(v *valmarine){
		ledger.UnknownKey: func(v *valmarine) {
			stranger := &somebody{signerOf: newSigner("stranger"), agency: "tax"}
			e := v.sign(stranger, &ledger.Leave{})
			mustEqual(v, "code", Check(v.state, v.now, e), ledger.UnknownKey)
		},
		ledger.KeyNotActive: func(v *valmarine) {
			r := v.ask()
			v.do(v.lindqvist, &ledger.SuspendKey{Official: v.arnaud.id})
			v.refused(ledger.KeyNotActive, v.arnaud, v.approval(r, "declared_income"))
		},
		ledger.ExpiredEntry: func(v *valmarine) {
			e := v.sign(v.vidal, v.asking())
			v.wait(8 * day)
			mustEqual(v, "code", v.block(e).Outcomes[0].Code, ledger.ExpiredEntry)
		},
		ledger.NotAMember: func(v *valmarine) {
			v.do(v.person("police", "admin1"), &ledger.Leave{})
			v.refused(ledger.NotAMember, v.vidal, v.asking())
		},
		ledger.AgencySuspended: func(v *valmarine) {
			v.vote(ledger.MotionSuspend, "police", "tax", "civil", "health")
			v.refused(ledger.AgencySuspended, v.vidal, v.asking())
		},
		ledger.UnknownRequest: func(v *valmarine) {
			nothing := ledger.Sum([]byte("nothing"))
			v.refused(ledger.UnknownRequest, v.vidal, &ledger.Withdraw{Act: ledger.Act{Request: nothing, Version: nothing}})
		},
		ledger.UnknownDataset: func(v *valmarine) {
			p := v.asking()
			p.Dataset = ledger.Sum([]byte("nothing"))
			v.refused(ledger.UnknownDataset, v.vidal, p)
		},
		ledger.UnknownBasis: func(v *valmarine) {
			p := v.asking()
			p.Basis = ledger.Sum([]byte("nothing"))
			v.refused(ledger.UnknownBasis, v.vidal, p)
		},
		ledger.NotMemberOfProvider: func(v *valmarine) {
			r := v.ask()
			v.refused(ledger.NotMemberOfProvider, v.enrol("civil", "moreau", ledger.RoleApprover), v.approval(r, "declared_income"))
		},
		ledger.NotMemberOfAsker: func(v *valmarine) {
			r := v.ask()
			v.refused(ledger.NotMemberOfAsker, v.enrol("civil", "moreau", ledger.RoleRequester), &ledger.Withdraw{Act: v.about(r)})
		},
		ledger.OwnRequest: func(v *valmarine) {
			v.refused(ledger.OwnRequest, v.enrol("tax", "rossi", ledger.RoleRequester), v.asking())
		},
		ledger.NotOfficeNode: func(v *valmarine) {
			r := v.approved()
			v.addNode("tax", "desk-1", nil)
			v.refused(ledger.NotOfficeNode, v.person("tax", "desk-1"), &ledger.Release{Act: v.about(r), Part: v.sealed("police")})
		},
		ledger.AdminCannotDecide: func(v *valmarine) {
			r := v.ask()
			v.refused(ledger.AdminCannotDecide, v.lindqvist, v.approval(r, "declared_income"))
		},
		ledger.MissingRole: func(v *valmarine) {
			r := v.ask()
			v.refused(ledger.MissingRole, v.enrol("tax", "auditor", ledger.RoleAuditor), v.approval(r, "declared_income"))
		},
		ledger.DelegationInvalid: func(v *valmarine) {
			r := v.ask()
			p := v.approval(r, "declared_income")
			p.For = &v.okafor.id
			v.refused(ledger.DelegationInvalid, v.arnaud, p)
		},
		ledger.TwoAdminsNeeded: func(v *valmarine) {
			id := v.do(v.lindqvist, &ledger.Propose{Enrol: v.enrolment("tax", "rossi", ledger.RoleApprover)})
			v.refused(ledger.TwoAdminsNeeded, v.lindqvist, &ledger.Second{Proposal: id})
		},
		ledger.ProofMissing: func(v *valmarine) {
			p := v.enrolment("tax", "rossi", ledger.RoleApprover)
			p.KeyProof = make([]byte, ledger.SignatureSize)
			v.refused(ledger.ProofMissing, v.lindqvist, &ledger.Propose{Enrol: p})
		},
		ledger.KeyReused: func(v *valmarine) {
			p := v.enrolment("tax", "rossi", ledger.RoleApprover)
			p.Key = v.vidal.Public()
			rossi := v.person("tax", "rossi")
			p.KeyProof, p.RecipientProof = v.proofs(rossi, v.vidal.signerOf, p.Recipient)
			v.refused(ledger.KeyReused, v.lindqvist, &ledger.Propose{Enrol: p})
		},
		ledger.CommitmentReused: func(v *valmarine) {
			p := v.asking()
			v.do(v.vidal, p)
			v.refused(ledger.CommitmentReused, v.vidal, p)
		},
		ledger.StaleEpoch: func(v *valmarine) {
			p := v.asking()
			v.two("tax", &ledger.Propose{Revoke: v.revocation(v.lindqvist, v.okafor, 0)})
			v.refused(ledger.StaleEpoch, v.vidal, p)
		},
		ledger.StaleVersion: func(v *valmarine) {
			r := v.ask()
			old := v.approval(r, "declared_income")
			v.do(v.okafor, v.returning(r))
			v.do(v.vidal, &ledger.Answer{Act: v.about(r), Terms: v.asking().Terms, Letter: v.reason()})
			v.refused(ledger.StaleVersion, v.arnaud, old)
		},
		ledger.WrongState: func(v *valmarine) {
			r := v.approved()
			v.refused(ledger.WrongState, v.bauer, v.refusal(r))
		},
		ledger.AlreadyDecided: func(v *valmarine) {
			r := v.ask()
			v.do(v.arnaud, v.approval(r, "declared_income"))
			v.refused(ledger.AlreadyDecided, v.arnaud, v.refusal(r))
		},
		ledger.NotShared: func(v *valmarine) {
			v.publish(func(d *ledger.Dataset) { d.Sharing = ledger.SharingNot })
			v.refused(ledger.NotShared, v.vidal, v.asking())
		},
		ledger.UnknownField: func(v *valmarine) {
			v.refused(ledger.UnknownField, v.vidal, v.asking("shoe_size"))
		},
		ledger.NoBasis: func(v *valmarine) {
			p := v.asking()
			p.Purpose = "curiosity"
			v.refused(ledger.NoBasis, v.vidal, p)
		},
		ledger.ReasonMissing: func(v *valmarine) {
			r := v.ask("spouse_id")
			v.refused(ledger.ReasonMissing, v.arnaud, v.approval(r, "declared_income", "spouse_id"))
			p, reason := v.approval(r, "declared_income", "spouse_id"), v.reason()
			p.Reason = &reason
			v.do(v.arnaud, p)
		},
		ledger.NothingInCommon: func(v *valmarine) {
			r := v.ask("employer_id")
			v.do(v.arnaud, v.approval(r, "declared_income"))
			v.refused(ledger.NothingInCommon, v.okafor, v.approval(r, "employer_id"))
			v.do(v.okafor, v.approval(r, "employer_id", "declared_income"))
		},
		ledger.BadPeriod: func(v *valmarine) {
			p := v.asking()
			p.Terms.KeepDays = 366 // the basis allows 365
			v.refused(ledger.BadPeriod, v.vidal, p)
		},
		ledger.AgreementEnded: func(v *valmarine) {
			r := v.standing()
			v.release(r)
			v.wait(90 * day)
			v.refused(ledger.AgreementEnded, v.taxOffice, &ledger.Release{Act: v.about(r), Part: v.sealed("police")})
			v.in(r, Expired)
		},
		ledger.ReleaseLimit: func(v *valmarine) {
			r := v.approved()
			v.release(r)
			v.refused(ledger.ReleaseLimit, v.taxOffice, &ledger.Release{Act: v.about(r), Part: v.sealed("police")})
		},
		ledger.VoteClosed: func(v *valmarine) {
			p := &ledger.Motion{Act: ledger.MotionSuspend, Agency: "police"}
			id := v.do(v.lindqvist, p)
			v.wait(31 * day)
			v.refused(ledger.VoteClosed, v.person("civil", "admin1"), &ledger.Vote{Motion: id, Subject: p.Subject(), Yes: true})
		},
		ledger.KeeperNotReady: func(v *valmarine) {
			v.join("port")
			v.refused(ledger.KeeperNotReady, v.person("port", "consensus"), &ledger.KeeperReady{LogSize: 1, LogRoot: ledger.Sum()})
		},
		ledger.UnknownProposal: func(v *valmarine) {
			v.refused(ledger.UnknownProposal, v.meyer, &ledger.Second{Proposal: ledger.Sum([]byte("nothing"))})
		},
		ledger.NameTaken: func(v *valmarine) {
			n := v.nodeDocument("tax", "office")
			n.Key, n.Peer = newSigner("other").Public(), newSigner("other peer").Public().Bytes
			v.people["tax/office"].signerOf, v.person("tax", "peer of office").signerOf = newSigner("other"), newSigner("other peer")
			v.proveNode("tax", &n)
			v.refused(ledger.NameTaken, v.lindqvist, &ledger.Node{Node: n})
		},
		ledger.UnknownTarget: func(v *valmarine) {
			v.refused(ledger.UnknownTarget, v.lindqvist, &ledger.SuspendKey{Official: v.vidal.id})
		},
	}
}

func TestEveryRefusalCodeHasAStory(t *testing.T) {
	cases := refusalCases()
	for _, code := range ledger.Refusals() {
		run := cases[code]
		if run == nil {
			if code == ledger.DelegationEnded {
				continue // every delegation is delegation-invalid, which stands earlier in the list
			}
			t.Errorf("no story for %s", code)
			continue
		}
		t.Run(string(code), func(t *testing.T) { run(newValmarine(t)) })
	}
	for code := range cases {
		if _, known := rank[code]; !known {
			t.Errorf("%s is not in ledger.Refusals", code)
		}
	}
}

// Where several codes apply, the first in the list is given.
func TestFirstRefusalInTheListIsGiven(t *testing.T) {
	v := newValmarine(t)
	r := v.ask()
	stale := ledger.Act{Request: r, Version: ledger.Sum([]byte("old"))}
	wrong := &ledger.Approve{Act: stale, Role: ledger.RoleApprover, Fields: fields("shoe_size"), For: &v.arnaud.id}
	v.refused(ledger.NotMemberOfProvider, v.vidal, wrong)                               // also missing-role, delegation-invalid, stale-version, unknown-field
	v.refused(ledger.AdminCannotDecide, v.lindqvist, wrong)                             // also missing-role and the rest
	v.refused(ledger.MissingRole, v.enrol("tax", "auditor", ledger.RoleAuditor), wrong) // also delegation-invalid and the rest
	v.refused(ledger.DelegationInvalid, v.arnaud, wrong)                                // also stale-version and unknown-field
	v.refused(ledger.StaleVersion, v.arnaud, &ledger.Approve{Act: stale, Role: ledger.RoleApprover, Fields: fields("shoe_size")})
	v.do(v.lindqvist, &ledger.SuspendKey{Official: v.arnaud.id})
	e := v.sign(v.arnaud, wrong)
	v.wait(8 * day)
	mustEqual(t, "code", v.block(e).Outcomes[0].Code, ledger.KeyNotActive) // also expired-entry
}

func TestValidityReachesAtMostSevenDaysAhead(t *testing.T) {
	v := newValmarine(t)
	body := ledger.NewBody(v.network, v.vidal.Public().ID(), v.now, v.nonce(), v.asking())
	body.ValidUntil = v.now.Add(9 * day)
	e, err := ledger.Sign(body, v.vidal)
	if err != nil {
		t.Fatal(err)
	}
	mustEqual(t, "code", v.block(e).Outcomes[0].Code, ledger.ExpiredEntry)
	body.ValidUntil = v.now.Add(ledger.MaxValidity + 10*time.Minute) // a clock ten minutes fast
	if e, err = ledger.Sign(body, v.vidal); err != nil {
		t.Fatal(err)
	}
	mustEqual(t, "code", v.block(e).Outcomes[0].Code, ledger.Accepted)
}
