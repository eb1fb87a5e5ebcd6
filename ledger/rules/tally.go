package rules

import (
	"slices"

	"countersign/ledger"
)

// Tally is where the decisions of the current version stand.
type Tally struct {
	Have   int // approvers who approved, or who signed the offer on the table
	Need   int // the policy's quorum
	Visa   bool
	DPO    bool               // a visa is needed
	Fields []ledger.FieldName // what all counted approvals have in common; nil before the first
}

// Complete tells whether nothing is missing.
func (t Tally) Complete() bool { return t.Have >= t.Need && (t.Visa || !t.DPO) }

// counts tells whether a decision counts at all. A suspect one does not until
// it is confirmed, but an agreement that it already made stands until it is annulled.
func (d *Decision) counts() bool { return !d.Annulled && !d.Suspect }

// TallyApprovals counts the approvals of the request's current version under a policy.
func TallyApprovals(r *Request, p ledger.Policy) Tally {
	return tally(r, p, func(d *Decision) bool {
		return d.Kind == ledger.KindApprove && d.Version == r.Version && d.counts()
	})
}

// TallyOffer counts the signatures under the offer on the table.
func TallyOffer(r *Request, p ledger.Policy) Tally {
	return tally(r, p, func(d *Decision) bool { return d.of(r.Offer) && d.counts() })
}

// of tells whether a decision signs an offer.
func (d *Decision) of(o *Offer) bool {
	return o != nil && d.Kind == ledger.KindOffer && (d.Entry == o.ID || d.Join == o.ID)
}

func tally(r *Request, p ledger.Policy, counted func(*Decision) bool) Tally {
	t := Tally{Need: int(p.Quorum), DPO: p.DPO}
	for i := range r.Decisions {
		d := &r.Decisions[i]
		if !counted(d) {
			continue
		}
		if d.Role == ledger.RoleDPO {
			t.Visa = true
		} else {
			t.Have++
		}
		if t.Fields == nil {
			t.Fields = d.Fields
		} else {
			t.Fields = ledger.Intersect(t.Fields, d.Fields)
		}
	}
	return t
}

// Decided tells whether an official has given their one decision of the current
// version. An annulled decision is none.
func (r *Request) Decided(o ledger.OfficialID) bool {
	return slices.ContainsFunc(r.Decisions, func(d Decision) bool {
		return d.Official == o && r.current(&d) && !d.Annulled
	})
}

// current tells whether a decision belongs to the version to be decided.
func (r *Request) current(d *Decision) bool { return d.Version == r.Version }

// Eligible lists the provider's officials who may decide the request in a role.
func (v View) Eligible(r *Request, role ledger.Role, now ledger.Time) []*Official {
	d := v.Dataset(r.Dataset)
	return slices.DeleteFunc(v.OfficialsOf(r.Provider), func(o *Official) bool {
		return !o.Holds(role, &d.Dataset) || o.Grant(ledger.RoleAdmin) != nil || o.ID == r.Submitter || !v.Active(o, now)
	})
}

// refusedOut tells whether the refusals of the current version refuse the
// request: one is enough, or by quorum when too few are left who have not refused.
func (w *walk) refusedOut(r *Request, p ledger.Policy) bool {
	refused := map[ledger.OfficialID]bool{}
	for i := range r.Decisions {
		if d := &r.Decisions[i]; d.Kind == ledger.KindRefuse && r.current(d) && d.counts() {
			refused[d.Official] = true
		}
	}
	if !p.RefusalByQuorum {
		return len(refused) > 0
	}
	left := func(role ledger.Role) int {
		n := 0
		for _, o := range w.view.Eligible(r, role, w.now) {
			if !refused[o.ID] {
				n++
			}
		}
		return n
	}
	return left(ledger.RoleApprover) < int(p.Quorum) || p.DPO && left(ledger.RoleDPO) < 1
}
