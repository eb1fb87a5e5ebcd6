package rules

import (
	"slices"
	"time"

	"countersign/ledger"
)

// act is one entry while it is judged, with what it refers to.
type act struct {
	w        *walk
	row      *row
	e        *ledger.Entry
	key      *Key
	agency   *Agency         // the author's
	about    ledger.Act      // the request and version it names
	official *Official       // the author, or nil
	request  *Request        // the one that the entry is about, or nil
	dataset  *DatasetEdition // of the request
	basis    *BasisEdition   // of the request
	code     ledger.Refusal  // the first in the list that applies so far
}

// rank is each code's place in the order of precedence. It never changes.
var rank = func() map[ledger.Refusal]int {
	out := map[ledger.Refusal]int{}
	for i, code := range ledger.Refusals() {
		out[code] = i
	}
	return out
}()

// fail notes that a code applies; the first in the order of precedence stays.
func (a *act) fail(code ledger.Refusal) {
	if a.code == ledger.Accepted || rank[code] < rank[a.code] {
		a.code = code
	}
}

func (a *act) failIf(applies bool, code ledger.Refusal) {
	if applies {
		a.fail(code)
	}
}

func (a *act) now() ledger.Time      { return a.w.now }
func (a *act) id() ledger.EntryID    { return a.e.ID() }
func (a *act) by() ledger.OfficialID { return a.official.ID }
func (a *act) policy() ledger.Policy { return a.dataset.Dataset.Policy }

// clockSlack is how far ahead of ledger time a signer's clock may be when
// ValidUntil is checked: a fast clock must not make an entry look too long-lived.
const clockSlack = time.Hour

// judge checks one entry in the order of rule 1: the key, the time, the
// membership, then the table's row, then what is special to the kind. Checks
// that need something which is not there end the judging: all codes they could
// give come later in the order than the code already noted.
func (w *walk) judge(e *ledger.Entry, key *Key) *act {
	a := &act{w: w, e: e, key: key, row: rowOf(e.Body.Kind)}
	a.agency = w.view.Agency(key.Agency)
	if key.Holder == ledger.HolderOfficial {
		a.official = w.view.Official(key.Official)
	}
	a.failIf(!key.Usable(w.now), ledger.KeyNotActive)
	a.failIf(w.now > e.Body.ValidUntil || e.Body.ValidUntil > w.now.Add(ledger.MaxValidity+clockSlack), ledger.ExpiredEntry)
	a.failIf(!a.agency.Member() && !a.row.afterLeaving, ledger.NotAMember)
	a.failIf(a.agency.Standing == StandingSuspended && !a.row.whileSuspended, ledger.AgencySuspended)
	if !a.findSubject() {
		return a
	}
	a.checkAuthor()
	a.checkSubject()
	a.checkFresh()
	if a.row.check != nil && a.mayLook() {
		a.row.check(a)
	}
	return a
}

// findSubject looks up the request that the entry is about, or the editions
// that a submission names.
func (a *act) findSubject() bool {
	if p, ok := a.e.Payload.(*ledger.Request); ok {
		a.dataset, a.basis = a.w.view.Dataset(p.Dataset), a.w.view.Basis(p.Basis)
		a.failIf(a.dataset == nil, ledger.UnknownDataset)
		a.failIf(a.basis == nil, ledger.UnknownBasis)
		return a.dataset != nil && a.basis != nil
	}
	if a.row.side == sideNone {
		return true
	}
	a.about, _ = ledger.ActOf(a.e.Payload)
	a.request = a.w.view.Request(a.about.Request)
	if a.request == nil {
		a.fail(ledger.UnknownRequest)
		return false
	}
	a.dataset, a.basis = a.w.view.Dataset(a.request.Dataset), a.w.view.Basis(a.request.Basis)
	return true
}

// checkAuthor tests who signs: side, separation of duties, node, role.
func (a *act) checkAuthor() {
	r := a.request
	switch a.row.side {
	case sideProvider:
		a.failIf(a.agency.ID != r.Provider, ledger.NotMemberOfProvider)
	case sideRequester:
		a.failIf(a.agency.ID != r.Requester, ledger.NotMemberOfAsker)
	case sideParty: // of neither: the code that stands first in the list
		a.failIf(a.agency.ID != r.Provider && a.agency.ID != r.Requester, ledger.NotMemberOfProvider)
	}
	switch a.row.by {
	case byOfficial:
		if a.official == nil {
			a.fail(ledger.MissingRole)
			return
		}
		if a.row.decides {
			a.failIf(a.agency.ID == r.Requester || a.by() == r.Submitter, ledger.OwnRequest)
			a.failIf(a.official.Grant(ledger.RoleAdmin) != nil, ledger.AdminCannotDecide)
		}
		a.checkRole()
	case byOffice:
		a.failIf(a.key.Holder != ledger.HolderNode || a.key.Node != a.agency.Office, ledger.NotOfficeNode)
	case byConsensus:
		a.failIf(a.key.Holder != ledger.HolderConsensus, ledger.MissingRole)
	case byKeeper:
		own := a.key.Holder == ledger.HolderNode || a.key.Holder == ledger.HolderConsensus
		a.failIf(!own || !a.agency.Keeper, ledger.MissingRole)
	}
}

// checkRole tests that the official holds the role that the row, or the
// decision itself, names, for the dataset in question.
func (a *act) checkRole() {
	role := a.row.role
	if role == roleOfPayload {
		role = decision(a.e.Payload).role
	}
	switch {
	case role == "":
	case a.dataset != nil:
		a.failIf(!a.official.Holds(role, &a.dataset.Dataset), ledger.MissingRole)
	default:
		a.failIf(a.official.Grant(role) == nil, ledger.MissingRole)
	}
}

// checkSubject tests version and state of the request.
func (a *act) checkSubject() {
	if a.request == nil {
		return
	}
	a.failIf(a.about.Version != a.request.Version, ledger.StaleVersion)
	a.failIf(!a.row.allows(a.request.State), ledger.WrongState)
}

// mayLook tells whether the kind's own check has what it works on: an
// official's act needs the official.
func (a *act) mayLook() bool { return a.row.by != byOfficial || a.official != nil }

// checkFresh tests that no accepted entry names the commitment of a sealed part
// yet: a stranger could else ask with somebody else's letter.
func (a *act) checkFresh() {
	for _, part := range ledger.Parts(a.e.Payload) {
		a.failIf(a.w.state.has(commitmentKey(part.Commitment)), ledger.CommitmentReused)
	}
}

// sealed tests that a part is sealed to exactly these agencies in their current
// epochs.
func (a *act) sealed(part ledger.Sealed, to ...ledger.AgencyID) {
	a.failIf(!slices.Equal(part.Epochs, a.w.view.EpochsOf(to...)), ledger.StaleEpoch)
}

// sealedToAll tests a part for all members.
func (a *act) sealedToAll(part ledger.Sealed) {
	a.failIf(!slices.Equal(part.Epochs, a.w.view.MemberEpochs()), ledger.StaleEpoch)
}
