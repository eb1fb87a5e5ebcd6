package rules

import (
	"time"

	"countersign/ledger"
)

// confirmLife is how long an emergency release may lack signatures (rule 11).
const confirmLife = 72 * time.Hour

// said is what the decisions have in common.
type said struct {
	role   ledger.Role
	fields []ledger.FieldName
	code   ledger.Code
	join   ledger.EntryID
	reason *ledger.Sealed
}

// decision reads what an approve, offer, return or refuse says.
func decision(p ledger.Payload) said {
	switch p := p.(type) {
	case *ledger.Approve:
		return said{role: p.Role, fields: p.Fields, reason: p.Reason}
	case *ledger.Offer:
		s := said{role: p.Role, join: p.Join, reason: p.Letter}
		if p.Terms != nil {
			s.fields = p.Terms.Fields
		}
		return s
	case *ledger.Return:
		return said{role: p.Role, code: p.Code, reason: &p.Reason}
	case *ledger.Refuse:
		return said{role: p.Role, code: p.Code, reason: &p.Reason}
	default:
		return said{}
	}
}

// checkDecision tests what all four kinds of decision need.
func (a *act) checkDecision() {
	s := decision(a.e.Payload)
	a.failIf(s.role == ledger.RoleDPO && !a.policy().DPO, ledger.MissingRole) // the policy asks for no visa
	a.failIf(a.request.Decided(a.by()), ledger.AlreadyDecided)
	if s.reason != nil {
		a.sealed(*s.reason, a.request.Requester, a.request.Provider)
	}
}

// decide keeps the decision.
func (a *act) decide() {
	s, r := decision(a.e.Payload), a.request
	r.Decisions = append(r.Decisions, Decision{
		Entry: a.id(), Version: r.Version, Official: a.by(), Key: a.key.ID, Role: s.role, Kind: a.e.Body.Kind,
		Fields: s.fields, Code: s.code, Join: s.join, Reason: s.reason, At: a.now(), Height: a.w.height,
	})
	r.Changed = a.now()
	a.w.state.putRaw(decidedKey(a.by(), r.ID), marker())
}

// confirming tells whether an emergency agreement still lacks signatures: then
// approvals and refusals go on while it is approved.
func (r *Request) confirming() bool { return r.Agreement != nil && r.Agreement.Confirm != 0 }

func checkApprove(a *act) {
	p, r := a.e.Payload.(*ledger.Approve), a.request
	a.failIf(p.For != nil, ledger.DelegationInvalid)
	a.failIf(r.State == Approved && !r.confirming(), ledger.WrongState)
	a.checkDecision()
	a.failIf(len(ledger.Subtract(p.Fields, r.Terms.Fields)) > 0, ledger.UnknownField)
	a.failIf(len(FieldsBeyond(p.Fields, &a.basis.Basis)) > 0 && p.Reason == nil, ledger.ReasonMissing)
	if t := TallyApprovals(r, a.policy()); t.Fields != nil {
		a.failIf(len(ledger.Intersect(t.Fields, p.Fields)) == 0, ledger.NothingInCommon)
	}
}

func doApprove(a *act) {
	r := a.request
	a.decide()
	a.w.approveIfComplete(r, a.policy(), a.id())
	a.w.save(r)
}

// approveIfComplete puts the agreement in force when the quorum is there; an
// emergency one at the first approver's signature.
func (w *walk) approveIfComplete(r *Request, p ledger.Policy, by ledger.EntryID) {
	t := TallyApprovals(r, p)
	terms := r.Terms
	terms.Fields = t.Fields
	switch {
	case r.State == Submitted && t.Complete():
		w.agree(r, terms, r.Letter, r.LetterOf, by)
	case r.State == Submitted && r.Emergency && t.Have > 0:
		w.agree(r, terms, r.Letter, r.LetterOf, by)
		r.Agreement.Confirm = w.now.Add(confirmLife)
		w.reschedule(r)
	case r.confirming():
		r.Agreement.Terms.Fields = t.Fields
		if t.Complete() {
			r.Agreement.Confirm = 0
			w.reschedule(r)
			w.fulfilIfDone(r, by)
		}
	}
}

func checkRefuse(a *act) {
	a.failIf(a.request.State == Approved && !a.request.confirming(), ledger.WrongState)
	a.checkDecision()
}

func doRefuse(a *act) {
	r := a.request
	a.decide()
	if a.w.refusedOut(r, a.policy()) {
		r.Refusal = decision(a.e.Payload).code
		if r.State == Approved {
			a.w.endAgreement(r, Revoked, a.id())
		} else {
			a.w.move(r, Refused, a.id())
		}
	}
	a.w.save(r)
}

func checkReturn(a *act) {
	a.failIf(len(a.request.History) >= maxSteps, ledger.WrongState)
	a.checkDecision()
}

// doReturn sends the request back: one signature stops the clock.
func doReturn(a *act) {
	r := a.request
	a.decide()
	r.Refusal, r.ReturnedBy = decision(a.e.Payload).code, a.id()
	a.w.pause(r)
	a.w.move(r, Returned, a.id())
	a.w.save(r)
}

func checkOffer(a *act) {
	p, r := a.e.Payload.(*ledger.Offer), a.request
	a.checkDecision()
	if p.Terms == nil {
		a.failIf(r.Offer == nil || r.Offer.ID != p.Join, ledger.StaleVersion)
		return
	}
	a.failIf(r.Offer != nil, ledger.WrongState) // one offer at a time is on the table
	a.checkTerms(*p.Terms)
}

func doOffer(a *act) {
	p, r := a.e.Payload.(*ledger.Offer), a.request
	a.decide()
	if p.Terms != nil {
		r.Offer = &Offer{ID: a.id(), Terms: *p.Terms, Letter: *p.Letter}
	}
	last := &r.Decisions[len(r.Decisions)-1]
	last.Fields = r.Offer.Terms.Fields
	a.w.offerIfComplete(r, a.policy(), a.id())
	a.w.save(r)
}

// offerIfComplete hands the offer to the requester when the whole quorum signed
// it. From then on the version to be answered is the offer.
func (w *walk) offerIfComplete(r *Request, p ledger.Policy, by ledger.EntryID) {
	if r.State == Submitted && r.Offer != nil && TallyOffer(r, p).Complete() {
		r.Version = r.Offer.ID
		w.move(r, Offered, by)
	}
}

// checkAccept tests that the offer still has its quorum: none of its signatures
// has become suspect since.
func checkAccept(a *act) {
	a.failIf(a.request.Offer == nil || !TallyOffer(a.request, a.policy()).Complete(), ledger.WrongState)
}

// doAccept takes the offer. The acceptance is the version from then on.
func doAccept(a *act) {
	r := a.request
	r.Version = a.id()
	a.w.agree(r, r.Offer.Terms, r.Offer.Letter, r.Offer.ID, a.id())
	a.w.save(r)
}
