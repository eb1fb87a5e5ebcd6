package rules

import (
	"slices"

	"countersign/ledger"
)

// A revoked key leaves decisions that may not be its holder's. The dataset's
// other approvers say of each whether it stands: as many as the quorum, or all
// of them where fewer are left.

// find looks up a decision by its entry.
func (r *Request) find(id ledger.EntryID) *Decision {
	for i := range r.Decisions {
		if r.Decisions[i].Entry == id {
			return &r.Decisions[i]
		}
	}
	return nil
}

func checkReview(a *act) {
	p, r := a.e.Payload.(*ledger.Review), a.request
	d := r.find(p.Decision)
	if d == nil {
		a.fail(ledger.UnknownTarget)
		return
	}
	a.failIf(d.Official == a.by(), ledger.OwnRequest)
	a.failIf(!d.Suspect, ledger.WrongState)
	a.failIf(slices.ContainsFunc(r.Reviews, func(v ReviewVote) bool {
		return v.Decision == p.Decision && v.Official == a.by()
	}), ledger.AlreadyDecided)
}

func doReview(a *act) {
	p, r, w := a.e.Payload.(*ledger.Review), a.request, a.w
	r.Reviews = append(r.Reviews, ReviewVote{Entry: a.id(), Decision: p.Decision, Official: a.by(), Annul: p.Annul, At: a.now()})
	votes := 0
	for _, v := range r.Reviews {
		if v.Decision == p.Decision && v.Annul == p.Annul {
			votes++
		}
	}
	d := r.find(p.Decision)
	if votes >= w.reviewers(r, d, a.policy()) {
		d.Suspect, d.Annulled = false, p.Annul
		r.Changed = a.now()
		if p.Annul {
			w.annulled(r, d, a.policy(), a.id())
		} else {
			w.confirmed(r, a.policy(), a.id())
		}
	}
	w.save(r)
}

// reviewers is how many have to agree.
func (w *walk) reviewers(r *Request, d *Decision, p ledger.Policy) int {
	others := 0
	for _, o := range w.view.Eligible(r, ledger.RoleApprover, w.now) {
		if o.ID != d.Official {
			others++
		}
	}
	return max(1, min(int(p.Quorum), others))
}

// confirmed lets happen what waited for a suspect decision.
func (w *walk) confirmed(r *Request, p ledger.Policy, by ledger.EntryID) {
	switch {
	case r.State == Submitted && w.refusedOut(r, p) && r.refusals() > 0:
		w.move(r, Refused, by)
	case r.State == Submitted:
		w.approveIfComplete(r, p, by)
		w.offerIfComplete(r, p, by)
	case r.State == Approved && r.confirming():
		w.approveIfComplete(r, p, by)
	}
}

func (r *Request) refusals() int {
	n := 0
	for i := range r.Decisions {
		if d := &r.Decisions[i]; d.Kind == ledger.KindRefuse && r.current(d) && d.counts() {
			n++
		}
	}
	return n
}

// annulled takes back what an annulled decision carried: an offer, or an
// agreement that no longer has its quorum. What was released is recalled.
func (w *walk) annulled(r *Request, d *Decision, p ledger.Policy, by ledger.EntryID) {
	switch r.State {
	case Submitted:
		if r.Offer != nil && r.Offer.ID == d.Entry {
			w.dropOffer(r)
		}
		if r.Refusal != "" && d.Kind == ledger.KindRefuse && r.refusals() == 0 {
			r.Refusal = ""
		}
	case Offered:
		if !standing(r, p).Complete() {
			w.move(r, Lapsed, by)
		}
	case Approved, Suspended, Expired, Fulfilled:
		if t := standing(r, p); r.carries(d) && !t.Complete() && !(r.confirming() && t.Have > 0) {
			w.endAgreement(r, Revoked, by)
		}
	}
}

// carries tells whether a decision is one of those that made the agreement.
func (r *Request) carries(d *Decision) bool {
	if r.accepted() {
		return d.of(r.Offer)
	}
	return d.Kind == ledger.KindApprove && d.Version == r.Version
}

// accepted tells whether the agreement is an accepted offer.
func (r *Request) accepted() bool {
	return r.Agreement != nil && r.Offer != nil && r.Agreement.LetterOf == r.Offer.ID
}

// standing counts what is left under an offer or agreement; suspect signatures
// carry it until they are annulled.
func standing(r *Request, p ledger.Policy) Tally {
	return tally(r, p, func(d *Decision) bool {
		if r.Agreement == nil {
			return d.of(r.Offer) && !d.Annulled
		}
		return r.carries(d) && !d.Annulled
	})
}

// dropOffer takes the offer off the table; those who joined it decide again.
func (w *walk) dropOffer(r *Request) {
	for i := range r.Decisions {
		if d := &r.Decisions[i]; d.of(r.Offer) {
			d.Annulled, d.Suspect = true, false
		}
	}
	r.Offer = nil
}
