package rules

import (
	"time"

	"countersign/ledger"
)

const proposalLife = ledger.ProposalLifeDays * 24 * time.Hour

// An act that needs two admins is tested twice: what no later state can mend
// (proofs, keys used before) when it is proposed, everything when it takes
// effect. It takes effect with the second admin's entry, or at once in an
// agency that has exactly one usable admin. Its editions, cards and sheets are
// named by the proposal's entry ID, which carries their content.

// proposal is what a propose entry would leave.
func (a *act) proposal() *Proposal {
	return &Proposal{
		ID: a.id(), Agency: a.agency.ID, By: a.by(), At: a.now(), Until: a.now().Add(proposalLife),
		Act: *a.e.Payload.(*ledger.Propose), Key: a.key.ID,
	}
}

// alone tells whether the author is the agency's only usable admin.
func (a *act) alone() bool { return len(a.w.view.Admins(a.agency.ID, a.now())) == 1 }

func checkPropose(a *act) {
	p := a.proposal()
	a.checkFirm(p)
	if a.alone() {
		a.checkEffect(p)
	}
}

func doPropose(a *act) {
	p := a.proposal()
	if a.alone() {
		p.Done = true
		a.effect(p)
	} else {
		a.w.state.putRaw(openProposalKey(p.Agency, p.ID), marker())
		a.w.state.putRaw(dueKey(p.Until, dueProposal, p.ID), marker())
	}
	a.w.state.put(proposalKey(p.ID), p)
}

func checkSecond(a *act) {
	p := a.w.view.Proposal(a.e.Payload.(*ledger.Second).Proposal)
	if p == nil || p.Agency != a.agency.ID {
		a.fail(ledger.UnknownProposal)
		return
	}
	lapsed := a.now() >= p.Until
	a.failIf(p.Done, ledger.AlreadyDecided)
	a.failIf(lapsed, ledger.WrongState)
	proposer := a.w.view.Official(p.By)
	still := proposer.Agency == p.Agency && proposer.Grant(ledger.RoleAdmin) != nil && a.w.view.Active(proposer, a.now())
	a.failIf(p.By == a.by() || !still, ledger.TwoAdminsNeeded)
	if !p.Done && !lapsed { // what has taken effect would stand in its own way
		a.checkFirm(p)
		a.checkEffect(p)
	}
}

func doSecond(a *act) {
	p := a.w.view.Proposal(a.e.Payload.(*ledger.Second).Proposal)
	p.Done, p.Second = true, a.by()
	a.w.state.del(openProposalKey(p.Agency, p.ID))
	a.w.state.del(dueKey(p.Until, dueProposal, p.ID))
	a.w.state.put(proposalKey(p.ID), p)
	a.effect(p)
}

// checkFirm tests what stays wrong once it is.
func (a *act) checkFirm(p *Proposal) {
	switch {
	case p.Act.Enrol != nil:
		a.checkEnrolFirm(p.Act.Enrol)
	case p.Act.Revoke != nil:
		a.checkNextEpoch(p.Act.Revoke.Next, a.w.view.Key(p.Key).Public)
	}
}

// checkEffect tests what must hold when the act takes effect.
func (a *act) checkEffect(p *Proposal) {
	for _, part := range ledger.Parts(&p.Act) {
		a.sealedToAll(part)
	}
	switch {
	case p.Act.Enrol != nil:
		a.checkEnrol(p.Act.Enrol)
	case p.Act.Restore != nil:
		a.checkRestore(p.Act.Restore)
	case p.Act.Revoke != nil:
		a.checkRevokeKey(p.Act.Revoke)
	case p.Act.Dataset != nil:
		a.checkDataset(p.Act.Dataset)
	case p.Act.Basis != nil:
		a.checkBasis(p.Act.Basis)
	case p.Act.Office != nil:
		a.checkOffice(p.Act.Office)
	}
}

// effect lets the act happen.
func (a *act) effect(p *Proposal) {
	switch {
	case p.Act.Enrol != nil:
		a.enrol(p.Act.Enrol, p.ID)
	case p.Act.Restore != nil:
		a.restore(p.Act.Restore)
	case p.Act.Revoke != nil:
		a.revokeKey(p.Act.Revoke)
	case p.Act.Dataset != nil:
		a.publishDataset(p.Act.Dataset, p.ID)
	case p.Act.Basis != nil:
		a.publishBasis(p.Act.Basis, p.ID)
	case p.Act.Office != nil:
		a.moveOffice(p.Act.Office.Node)
	case p.Act.Calendar != nil:
		a.w.state.put(calendarKey(a.agency.ID), &CalendarRecord{Days: p.Act.Calendar.Days})
	}
}

func (w *walk) saveAgency(a *Agency) { w.state.put(agencyKey(a.ID), a) }
