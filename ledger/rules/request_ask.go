package rules

import (
	"slices"
	"time"

	"countersign/ledger"
)

// A one-off agreement waits so long for its one release.
const oneOffLife = 30 * 24 * time.Hour

// maxSteps bounds a request's history, so that its record always can be read:
// beyond it only acts that end something are taken.
const maxSteps = 256

// checkRequest tests a submission: both sides, editions, basis, fields, terms,
// letter.
func checkRequest(a *act) {
	p := a.e.Payload.(*ledger.Request)
	d, b := &a.dataset.Dataset, &a.basis.Basis
	provider := a.w.view.Agency(a.dataset.Provider)
	a.failIf(!provider.Member(), ledger.NotAMember)
	a.failIf(provider.Standing == StandingSuspended, ledger.AgencySuspended)
	a.failIf(provider.ID == a.agency.ID, ledger.OwnRequest)
	a.failIf(a.w.view.CurrentDataset(d.Code).ID != a.dataset.ID, ledger.StaleVersion)
	a.failIf(a.w.view.CurrentBasis(b.Code).ID != a.basis.ID, ledger.StaleVersion)
	a.failIf(d.Sharing == ledger.SharingNot || d.Withdraw, ledger.NotShared)
	a.failIf(!BasisAllows(b, d.Code, p.Purpose, a.agency.ID), ledger.NoBasis)
	a.failIf(p.Emergency && !d.Policy.Emergency, ledger.NoBasis)
	a.checkTerms(p.Terms)
	if d.Sharing == ledger.SharingUnconditional {
		a.failIf(len(ledger.Intersect(p.Terms.Fields, b.Fields)) == 0, ledger.NothingInCommon)
	}
	a.sealed(p.Letter, a.agency.ID, provider.ID)
}

// checkTerms tests what is asked or offered against dataset and basis. Fields
// beyond the basis may be asked for: they start struck and need a reason.
func (a *act) checkTerms(t ledger.Terms) {
	names := fieldsOf(&a.dataset.Dataset)
	a.failIf(len(ledger.Subtract(t.Fields, names)) > 0, ledger.UnknownField)
	keep := a.basis.Basis.KeepDays
	a.failIf(t.KeepDays < 1 || t.KeepDays > ledger.MaxKeepDays || keep != 0 && t.KeepDays > keep, ledger.BadPeriod)
	a.failIf(t.StandingDays > ledger.MaxStandingDays, ledger.BadPeriod)
}

func fieldsOf(d *ledger.Dataset) []ledger.FieldName {
	out := make([]ledger.FieldName, len(d.Fields))
	for i, f := range d.Fields {
		out[i] = f.Name
	}
	return ledger.SortFields(out)
}

// FieldsBeyond lists the fields that a legal basis does not cover: flagged
// before submission and before signing, struck unless granted with a reason.
func FieldsBeyond(fields []ledger.FieldName, b *ledger.Basis) []ledger.FieldName {
	return ledger.Subtract(fields, b.Fields)
}

// BasisAllows tells whether a basis lets a requester use a dataset for a purpose.
func BasisAllows(b *ledger.Basis, dataset, purpose ledger.Code, asker ledger.AgencyID) bool {
	return b.Dataset == dataset && b.Purpose == purpose &&
		(len(b.Requesters) == 0 || slices.Contains(b.Requesters, asker))
}

// doRequest opens a request. Under unconditional sharing an agreement over the
// fields inside the basis stands at once.
func doRequest(a *act) {
	p := a.e.Payload.(*ledger.Request)
	id := a.id()
	r := &Request{
		ID: id, Requester: a.agency.ID, Provider: a.dataset.Provider, Submitter: a.by(),
		Dataset: p.Dataset, Basis: p.Basis, Purpose: p.Purpose, Terms: p.Terms, Emergency: p.Emergency,
		Letter: p.Letter, LetterOf: id, Version: id, Submitted: a.now(),
	}
	r.Deadline = a.w.calendar(r).deadline(a.now(), int(a.policy().DeadlineDays))
	a.w.state.putRaw(openRequestKey(r.Requester, id), marker())
	a.w.state.putRaw(openRequestKey(r.Provider, id), marker())
	a.w.move(r, Submitted, id)
	if a.dataset.Dataset.Sharing == ledger.SharingUnconditional {
		terms := p.Terms
		terms.Fields = ledger.Intersect(p.Terms.Fields, a.basis.Basis.Fields)
		a.w.agree(r, terms, r.Letter, id, id)
	}
	a.w.save(r)
}

// checkAnswer tests the next version of a returned request, or of one whose
// letter was never handed over.
func checkAnswer(a *act) {
	p := a.e.Payload.(*ledger.Answer)
	a.failIf(a.request.State == Submitted && (!a.request.NoLetter || len(a.request.History) >= maxSteps), ledger.WrongState)
	a.checkTerms(p.Terms)
	a.sealed(p.Letter, a.request.Requester, a.request.Provider)
}

func doAnswer(a *act) {
	p, r := a.e.Payload.(*ledger.Answer), a.request
	r.Terms, r.Letter, r.LetterOf, r.Version = p.Terms, p.Letter, a.id(), a.id()
	r.NoLetter, r.Offer = false, nil
	a.w.unpause(r)
	a.w.move(r, Submitted, a.id())
	a.w.save(r)
}

func doWithdraw(a *act) {
	a.w.move(a.request, Withdrawn, a.id())
	a.w.save(a.request)
}

// agree puts an agreement in force.
func (w *walk) agree(r *Request, t ledger.Terms, letter ledger.Sealed, letterOf, by ledger.EntryID) {
	life := oneOffLife
	if t.StandingDays > 0 {
		life = time.Duration(t.StandingDays) * 24 * time.Hour
	}
	r.Agreement = &Agreement{Terms: t, Since: w.now, Until: w.now.Add(life), Entry: by, Letter: letter, LetterOf: letterOf}
	r.Paused = 0
	w.move(r, Approved, by)
}
