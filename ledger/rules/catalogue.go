package rules

import "countersign/ledger"

// checkDataset tests that the code is free or the agency's own.
func (a *act) checkDataset(p *ledger.Dataset) {
	now := a.w.view.CurrentDataset(p.Code)
	a.failIf(now == nil && p.Withdraw, ledger.UnknownDataset)
	a.failIf(now != nil && now.Provider != a.agency.ID, ledger.NameTaken)
}

func (a *act) publishDataset(p *ledger.Dataset, edition ledger.EntryID) {
	d := &DatasetEdition{ID: edition, Provider: a.agency.ID, At: a.now(), Dataset: *p}
	if before := a.w.view.CurrentDataset(p.Code); before != nil {
		d.Replaced = before.ID
	}
	a.w.state.put(datasetKey(edition), d)
	a.w.state.put(currentDatasetKey(p.Code), &edition)
}

// checkBasis tests that the agency offers the dataset and that it has the
// fields: who answers for data says under which article it may be asked for.
func (a *act) checkBasis(p *ledger.Basis) {
	now := a.w.view.CurrentBasis(p.Code)
	a.failIf(now != nil && now.Provider != a.agency.ID, ledger.NameTaken)
	d := a.w.view.CurrentDataset(p.Dataset)
	if d == nil {
		a.fail(ledger.UnknownDataset)
		return
	}
	a.failIf(d.Provider != a.agency.ID, ledger.NotMemberOfProvider)
	a.failIf(len(ledger.Subtract(p.Fields, fieldsOf(&d.Dataset))) > 0, ledger.UnknownField)
}

func (a *act) publishBasis(p *ledger.Basis, edition ledger.EntryID) {
	b := &BasisEdition{ID: edition, Provider: a.agency.ID, At: a.now(), Basis: *p}
	if before := a.w.view.CurrentBasis(p.Code); before != nil {
		b.Replaced = before.ID
	}
	a.w.state.put(basisKey(edition), b)
	a.w.state.put(currentBasisKey(p.Code), &edition)
}

// checkSheet lets an admin, the official whose card it is, or the office node
// (which reseals for new members and epochs) publish a text for all members.
func checkSheet(a *act) {
	p := a.e.Payload.(*ledger.Sheet)
	switch {
	case a.official != nil:
		own := p.Official != nil && *p.Official == a.by()
		if a.official.Grant(ledger.RoleAdmin) == nil {
			a.failIf(!own, ledger.MissingRole)
			now := a.w.view.Sheet(a.agency.ID, p.Name)
			a.failIf(now != nil && (now.Official == nil || *now.Official != a.by()), ledger.NameTaken)
		}
	case a.key.Holder == ledger.HolderNode:
		a.failIf(a.key.Node != a.agency.Office, ledger.NotOfficeNode)
	default:
		a.fail(ledger.MissingRole)
	}
	if p.Official != nil {
		a.target(*p.Official)
	}
	a.sealedToAll(p.Part)
}

func doSheet(a *act) {
	p := a.e.Payload.(*ledger.Sheet)
	a.w.state.put(sheetKey(a.agency.ID, p.Name), &SheetRecord{
		Agency: a.agency.ID, Name: p.Name, Official: p.Official, Part: p.Part, Entry: a.id(), At: a.now(),
	})
	if p.Official != nil {
		o := a.w.view.Official(*p.Official)
		o.Card, o.CardEntry = &p.Part, a.id()
		a.w.saveOfficial(o)
	}
}

// checkJournal lets the journal only grow.
func checkJournal(a *act) {
	if now := a.w.view.Journal(a.agency.ID); now != nil {
		a.failIf(a.e.Payload.(*ledger.JournalHead).Count <= now.Count, ledger.WrongState)
	}
}

func doJournal(a *act) {
	p := a.e.Payload.(*ledger.JournalHead)
	a.w.state.put(journalKey(a.agency.ID), &JournalRecord{Head: p.Head, Count: p.Count, Entry: a.id(), At: a.now()})
}
