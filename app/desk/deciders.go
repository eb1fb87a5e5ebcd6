package desk

import (
	"slices"
	"strings"

	"countersign/ledger"
	"countersign/ledger/rules"
)

// deciders are who may decide requests for an edition of a dataset.
type deciders struct {
	title string // of the dataset and its code, in lower case
	all   []ledger.OfficialID
}

// deciders are looked up once for each edition in a snapshot.
func (l *look) deciders(r *rules.Request) deciders {
	if known, ok := l.who[r.Dataset]; ok {
		return known
	}
	var out deciders
	if ds := l.Dataset(r.Dataset); ds != nil {
		out.title = strings.ToLower(ds.Dataset.Title + " " + string(ds.Dataset.Code))
		roles := []ledger.Role{ledger.RoleApprover}
		if ds.Dataset.Policy.DPO {
			roles = append(roles, ledger.RoleDPO)
		}
		asked := *r
		asked.Submitter = ledger.OfficialID{} // whoever asked is left out for each request
		for _, role := range roles {
			for _, o := range l.Eligible(&asked, role, l.now) {
				if !slices.Contains(out.all, o.ID) {
					out.all = append(out.all, o.ID)
				}
			}
		}
	}
	l.who[r.Dataset] = out
	return out
}

// mayDecide tells whether the session's official may decide a request, for lists:
// without asking the rules about each row, before which everything happens that
// has fallen due. The letter asks them.
func (l *look) mayDecide(s *session, r *rules.Request) bool {
	if !open(r) || r.Provider != s.agency || r.Requester == s.agency || r.Submitter == s.me || r.Decided(s.me) {
		return false
	}
	if !slices.Contains(l.deciders(r).all, s.me) {
		return false
	}
	// The panel of an appeal leaves out those who refused.
	return r.State != rules.Appealed || !slices.ContainsFunc(r.Decisions, func(d rules.Decision) bool {
		return d.Official == s.me && d.Kind == ledger.KindRefuse
	})
}
