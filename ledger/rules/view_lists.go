package rules

import (
	"slices"
	"strings"

	"countersign/ledger"
)

// keysUnder lists the keys with a prefix.
func keysUnder(s source, prefix string) []string {
	var out []string
	s.Ascend([]byte(prefix), nil, func(k, _ []byte) bool {
		out = append(out, string(k))
		return true
	})
	return out
}

// Datasets lists the current edition of every dataset, sorted by code,
// withdrawn ones included.
func (v View) Datasets() []*DatasetEdition {
	var out []*DatasetEdition
	for _, key := range keysUnder(v.src, prefixCurrentDataset) {
		out = append(out, v.CurrentDataset(ledger.Code(strings.TrimPrefix(key, prefixCurrentDataset))))
	}
	return out
}

// Bases lists the current edition of every legal basis, sorted by code.
func (v View) Bases() []*BasisEdition {
	var out []*BasisEdition
	for _, key := range keysUnder(v.src, prefixCurrentBasis) {
		out = append(out, v.CurrentBasis(ledger.Code(strings.TrimPrefix(key, prefixCurrentBasis))))
	}
	return out
}

// NodesEver lists an agency's nodes, removed ones included, sorted by code.
func (v View) NodesEver(agency ledger.AgencyID) []*Node {
	prefix := string(nodeKey(agency, ""))
	var out []*Node
	for _, key := range keysUnder(v.src, prefix) {
		out = append(out, v.Node(agency, ledger.NodeCode(strings.TrimPrefix(key, prefix))))
	}
	return out
}

// OpenProposals lists what waits for a second admin of the agency, by ID.
func (v View) OpenProposals(agency ledger.AgencyID) []*Proposal {
	var out []*Proposal
	for _, key := range keysUnder(v.src, prefixOpenProposal+string(agency)+"/") {
		out = append(out, v.Proposal(tail(key)))
	}
	return out
}

// Readers lists the agency's nodes that are to hold its identities: the office
// node, and those with an age identity that may become it. A node's own word is
// not enough: an admin signed for the node with its recipient, or has named the
// node in a proposal that is open.
func (v View) Readers(agency ledger.AgencyID) []*Node {
	a := v.Agency(agency)
	if a == nil {
		return nil
	}
	named := map[ledger.NodeCode]bool{a.Office: true}
	for _, p := range v.OpenProposals(agency) {
		if p.Act.Office != nil {
			named[p.Act.Office.Node] = true
		}
	}
	var out []*Node
	for _, n := range v.NodesOf(agency) {
		if n.Removed == 0 && n.Recipient != "" && (!n.Declared || named[n.Code]) {
			out = append(out, n)
		}
	}
	return out
}

// OpenMotions lists what the members vote on, by ID.
func (v View) OpenMotions() []*MotionRecord {
	var out []*MotionRecord
	for _, key := range keysUnder(v.src, prefixOpenMotion) {
		out = append(out, v.Motion(tail(key)))
	}
	return out
}

// Motions lists every motion there was, the newest first: a network has a few in
// a year.
func (v View) Motions() []*MotionRecord {
	var out []*MotionRecord
	for _, key := range keysUnder(v.src, prefixMotion) {
		out = append(out, v.Motion(tail(key)))
	}
	slices.SortStableFunc(out, func(a, b *MotionRecord) int { return int(b.At - a.At) })
	return out
}

// OpenRequestIDs lists the requests that still bind the agency, as requester or
// as provider: all but withdrawn, lapsed, refused and closed ones. There may be
// hundreds of thousands.
func (v View) OpenRequestIDs(agency ledger.AgencyID) []ledger.EntryID {
	var out []ledger.EntryID
	for _, key := range keysUnder(v.src, prefixOpenRequest+string(agency)+"/") {
		out = append(out, tail(key))
	}
	return out
}

// OpenRequests reads the requests that OpenRequestIDs lists, all of them at once.
func (v View) OpenRequests(agency ledger.AgencyID) []*Request {
	var out []*Request
	for _, id := range v.OpenRequestIDs(agency) {
		out = append(out, v.Request(id))
	}
	return out
}

// ErasedRequestIDs lists the requests of which the agency has ordered its copies
// to be erased.
func (v View) ErasedRequestIDs(agency ledger.AgencyID) []ledger.EntryID {
	var out []ledger.EntryID
	for _, key := range keysUnder(v.src, prefixErased+string(agency)+"/") {
		out = append(out, tail(key))
	}
	return out
}

// Suspect lists an agency's open requests that hold decisions to be reviewed.
func (v View) Suspect(agency ledger.AgencyID) []*Request {
	var out []*Request
	for _, r := range v.OpenRequests(agency) {
		for _, d := range r.Decisions {
			if d.Suspect && r.Provider == agency {
				out = append(out, r)
				break
			}
		}
	}
	return out
}

// Sheets lists the sheets of an agency, sorted by name.
func (v View) Sheets(agency ledger.AgencyID) []*SheetRecord {
	prefix := prefixSheet + string(agency) + "/"
	var out []*SheetRecord
	for _, key := range keysUnder(v.src, prefix) {
		out = append(out, v.Sheet(agency, ledger.Code(strings.TrimPrefix(key, prefix))))
	}
	return out
}

// Faults lists the double votes on record against an agency, by height.
func (v View) Faults(agency ledger.AgencyID) []*Fault {
	var out []*Fault
	for _, key := range keysUnder(v.src, prefixFault+string(agency)+"/") {
		out = append(out, fetch[Fault](v.src, key))
	}
	return out
}

// EpochsOf names the current epochs of agencies, sorted, as Sealed.Epochs wants
// them for a part sealed to these agencies. Unknown agencies are left out.
func (v View) EpochsOf(agencies ...ledger.AgencyID) []ledger.AgencyEpoch {
	var out []ledger.AgencyEpoch
	ids := slices.Clone(agencies)
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		if a := v.Agency(id); a != nil {
			out = append(out, ledger.AgencyEpoch{Agency: id, Epoch: a.Epoch})
		}
	}
	return out
}

// MemberEpochs names the current epochs of all members: the recipients of
// sheets and cards.
func (v View) MemberEpochs() []ledger.AgencyEpoch {
	var out []ledger.AgencyEpoch
	for _, a := range v.Agencies() {
		if a.Member() {
			out = append(out, ledger.AgencyEpoch{Agency: a.ID, Epoch: a.Epoch})
		}
	}
	return out
}
