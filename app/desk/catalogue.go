package desk

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"countersign/ledger"
	"countersign/ledger/rules"
	"countersign/ledger/vault"
)

// Catalogue lists the current datasets of all members with their legal bases,
// sorted by title. It shows field names, never data.
func (d *Desk) Catalogue(ctx context.Context) ([]DatasetView, error) {
	s, err := d.session()
	if err != nil {
		return nil, err
	}
	var out []DatasetView
	var sheets []*named
	err = d.look(ctx, func(l *look) error {
		out, sheets = nil, nil
		bases := map[ledger.Code][]rules.BasisEdition{}
		for _, b := range l.Bases() {
			bases[b.Basis.Dataset] = append(bases[b.Basis.Dataset], *b)
		}
		for _, e := range l.Datasets() {
			if a := l.Agency(e.Provider); e.Dataset.Withdraw || a == nil || !a.Member() {
				continue
			}
			out = append(out, DatasetView{Edition: e.ID, Provider: e.Provider, Title: l.title(e.Provider),
				Dataset: e.Dataset, Bases: bases[e.Dataset.Code], Ours: e.Provider == s.agency, Signers: l.signers(e.Provider, e.ID)})
			var n *named
			if e.Dataset.Sheet != nil {
				n = &named{entry: e.ID, part: *e.Dataset.Sheet}
			}
			sheets = append(sheets, n)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read catalogue: %w", err)
	}
	quick, cancel := context.WithTimeout(ctx, listBudget)
	defer cancel()
	for i := range out {
		v := &out[i]
		if sheets[i] != nil {
			if t, err := d.sheet(quick, s, *sheets[i]); err == nil {
				v.Text, v.About, v.Contact, v.Cycle = t.Text, aboutOf(t), t.Contact, t.Updated
			}
		}
		for _, b := range v.Bases {
			p, err := d.node.Precedents(ctx, v.Edition, b.ID, b.Basis.Purpose)
			if err != nil {
				return nil, fmt.Errorf("read precedents: %w", err)
			}
			v.Asked = v.Asked.plus(p)
		}
	}
	slices.SortStableFunc(out, func(a, b DatasetView) int {
		return cmp.Or(cmp.Compare(a.Dataset.Title, b.Dataset.Title), cmp.Compare(a.Dataset.Code, b.Dataset.Code))
	})
	return out, nil
}

// plus adds up two counts. The usual answer is weighed by how many there were.
func (p Precedents) plus(q Precedents) Precedents {
	n, m := p.total(), q.total()
	if n+m > 0 {
		p.MedianDays = int((uint64(p.MedianDays)*n + uint64(q.MedianDays)*m) / (n + m))
	}
	p.Approved += q.Approved
	p.ApprovedPart += q.ApprovedPart
	p.Refused += q.Refused
	p.Other += q.Other
	if p.SinceYear == 0 || q.SinceYear != 0 && q.SinceYear < p.SinceYear {
		p.SinceYear = q.SinceYear
	}
	return p
}

func (p Precedents) total() uint64 { return p.Approved + p.ApprovedPart + p.Refused + p.Other }

// Precedents counts what became of similar requests, for the page of a new one.
func (d *Desk) Precedents(ctx context.Context, dataset, basis ledger.EntryID, purpose ledger.Code) (Precedents, error) {
	return d.node.Precedents(ctx, dataset, basis, purpose)
}

// AnswerBy says what a provider's answer to a request sent now needs and by when.
type AnswerBy struct {
	Needed   int // signatures
	Eligible int // people who may sign
	DPO      bool
	By       ledger.Time // the last working day for it
	Days     int         // working days
}

// Answer looks ahead for a dataset: "needs 2 of 3 signatures, by Thursday".
func (d *Desk) Answer(ctx context.Context, dataset ledger.EntryID) (AnswerBy, error) {
	var out AnswerBy
	err := d.look(ctx, func(l *look) error {
		e := l.Dataset(dataset)
		if e == nil {
			return ledger.UnknownDataset
		}
		p := e.Dataset.Policy
		cal := l.Calendar(e.Provider)
		out = AnswerBy{Needed: int(p.Quorum), DPO: p.DPO, Days: int(p.DeadlineDays),
			By: workdays(cal).lastBefore(rules.Deadline(cal, l.now, int(p.DeadlineDays)))}
		out.Eligible = l.signers(e.Provider, dataset)
		return nil
	})
	if err != nil {
		return out, fmt.Errorf("look ahead: %w", err)
	}
	return out, nil
}

// signers counts the officials who may sign a request for an edition today.
func (l *look) signers(provider ledger.AgencyID, edition ledger.EntryID) int {
	return len(l.Eligible(&rules.Request{Provider: provider, Dataset: edition}, ledger.RoleApprover, l.now))
}

// DatasetProposal publishes an edition of a dataset with its descriptions, which
// are sealed for all members when the page is prepared. A sheet of the edition
// before is not carried over: its commitment is named once.
func (d *Desk) DatasetProposal(ds ledger.Dataset, sheet vault.Sheet) (*ledger.Propose, error) {
	s, err := d.session()
	if err != nil {
		return nil, err
	}
	ds.Sheet = nil
	p := &ledger.Propose{Dataset: &ds}
	if err := p.Check(); err != nil {
		return nil, fmt.Errorf("publish dataset: %w", err)
	}
	s.keepSheet(sheetOfDataset, ds.Code, sheet)
	return p, nil
}

// BasisProposal publishes an edition of a legal basis with its text.
func (d *Desk) BasisProposal(b ledger.Basis, sheet vault.Sheet) (*ledger.Propose, error) {
	s, err := d.session()
	if err != nil {
		return nil, err
	}
	b.Fields, b.Requesters = ledger.SortFields(b.Fields), slices.Clone(b.Requesters)
	slices.Sort(b.Requesters)
	b.Sheet = nil
	p := &ledger.Propose{Basis: &b}
	if err := p.Check(); err != nil {
		return nil, fmt.Errorf("publish basis: %w", err)
	}
	s.keepSheet(sheetOfBasis, b.Code, sheet)
	return p, nil
}
