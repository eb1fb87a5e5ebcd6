package desk

import (
	"slices"

	"countersign/ledger"
	"countersign/ledger/rules"
)

// tally is who has signed what is on the table, and what is still missing.
type tally struct {
	rules.Tally
	offer     bool // the signatures are for an offer
	decisions []rules.Decision
}

// count takes the rules' count: that of the offer once one is on the table,
// unless more have approved what was asked; else that of the approvals.
func count(r *rules.Request, p ledger.Policy) tally {
	approvals := rules.TallyApprovals(r, p)
	t := tally{Tally: approvals}
	if r.Offer != nil {
		o := rules.TallyOffer(r, p)
		taken := r.Agreement != nil && r.Agreement.LetterOf == r.Offer.ID
		if r.State == rules.Offered || taken || o.Have >= approvals.Have {
			t = tally{Tally: o, offer: true}
		}
	}
	for _, dec := range r.Decisions {
		if dec.Annulled || dec.Suspect {
			continue
		}
		approves := dec.Kind == ledger.KindApprove && dec.Version == r.Version
		offers := r.Offer != nil && dec.Kind == ledger.KindOffer && (dec.Entry == r.Offer.ID || dec.Join == r.Offer.ID)
		if !t.offer && approves || t.offer && offers {
			t.decisions = append(t.decisions, dec)
		}
	}
	return t
}

// lastNeeded tells whether one more signature in a role completes the quorum,
// or, in an emergency, lets the data leave at once.
func (t tally) lastNeeded(role ledger.Role, emergency bool) bool {
	if role == ledger.RoleDPO {
		t.Visa = true
	} else {
		t.Have++
	}
	return t.Complete() || emergency && role == ledger.RoleApprover && t.Have == 1
}

// open tells whether the provider's officials may still decide: before an
// answer, and while an emergency agreement lacks signatures.
func open(r *rules.Request) bool {
	return r.State == rules.Submitted || r.State == rules.Appealed || r.Agreement != nil && r.Agreement.Confirm != 0 && r.State == rules.Approved
}

// roleFor picks the role in which an official's signature is needed most: a
// DPO's visa while one is due, else an approver's.
func roleFor(o *rules.Official, ds *ledger.Dataset, t tally) ledger.Role {
	approver, dpo := o.Holds(ledger.RoleApprover, ds), o.Holds(ledger.RoleDPO, ds)
	visa := t.DPO && !t.Visa
	if dpo && (visa || !approver) {
		return ledger.RoleDPO
	}
	return ledger.RoleApprover
}

// maySign lists the officials of the provider whose signature would still
// count: eligible by the rules and without a decision on this version.
func (l *look) maySign(r *rules.Request, t tally) []ledger.OfficialID {
	if !open(r) {
		return nil
	}
	var out []ledger.OfficialID
	add := func(role ledger.Role) {
		for _, o := range l.Eligible(r, role, l.now) {
			if !r.Decided(o.ID) && !slices.Contains(out, o.ID) {
				out = append(out, o.ID)
			}
		}
	}
	if t.Have < t.Need {
		add(ledger.RoleApprover)
	}
	if t.DPO && !t.Visa {
		add(ledger.RoleDPO)
	}
	return out
}

// pencil is how the fields of a letter start: those outside the legal basis
// struck, those that an earlier signer struck locked, the rest ticked. Fields
// stand in the order of the dataset.
func pencil(r *rules.Request, ds *ledger.Dataset, basis *ledger.Basis, t tally, about map[ledger.FieldName]string) ([]FieldLine, map[ledger.FieldName]ledger.OfficialID) {
	asked := r.Terms.Fields
	if r.Offer != nil {
		asked = r.Offer.Terms.Fields
	}
	struck := map[ledger.FieldName]ledger.OfficialID{}
	if !t.offer {
		for _, dec := range t.decisions {
			for _, f := range ledger.Subtract(asked, dec.Fields) {
				if _, ok := struck[f]; !ok {
					struck[f] = dec.Official
				}
			}
		}
	}
	var out []FieldLine
	for _, f := range ds.Fields {
		if _, ok := slices.BinarySearch(asked, f.Name); !ok {
			continue
		}
		line := FieldLine{Name: f.Name, About: about[f.Name], Sensitive: f.Sensitive, ThirdParty: f.ThirdParty, Mark: MarkWithin}
		_, within := slices.BinarySearch(basis.Fields, f.Name)
		line.Beyond = !within
		_, locked := struck[f.Name]
		switch {
		case locked:
			line.Mark = MarkStruck
		case !within:
			line.Mark = MarkBeyond
		default:
			line.Ticked = true
		}
		out = append(out, line)
	}
	return out, struck
}
