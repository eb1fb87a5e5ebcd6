package ui

import (
	"context"

	"countersign/app/desk"
	"countersign/ledger"
	"countersign/ledger/rules"
)

// What the fake desk offers to those who ask for data.

func (f *fake) Mine(context.Context, []byte) ([]desk.RequestRow, []byte, error) {
	income := row(3, "tax", "Tax Service", "Declared income", "2021–2023", "VM-2026-0417", 1)
	income.Signed = 1
	cover := row(12, "health", "Health Fund", "Health cover", "2025", "VM-2026-0229", 1)
	cover.State = rules.Returned
	offer := row(13, "tax", "Tax Service", "Income band", "2023", "VM-2026-0391", 12)
	offer.State, offer.Code = rules.Offered, "TAX-INC-02"
	id := row(14, "civil", "Civil Registry", "Identity and address", "", "VM-2026-0344", 1)
	id.State = rules.Fulfilled
	for _, r := range []desk.RequestRow{income, cover, offer} {
		f.letters[r.ID] = f.mine(r)
	}
	return []desk.RequestRow{income, cover, offer, id}, nil, f.fail
}

// mine is a request as its sender reads it.
func (f *fake) mine(r desk.RequestRow) *desk.Letter {
	l := f.letter(r)
	l.Requester, l.RequesterID, l.Provider, l.ProviderID = "Valmarine Police", "police", r.OtherTitle, r.Other
	h := desk.Hidden
	l.Can = desk.Can{Approve: h, Return: h, Refuse: h, Offer: h, JoinOffer: h, Delete: h, Suspend: h, Resume: h, Revoke: h, Erase: h, Accept: ledger.WrongState, Answer: ledger.WrongState}
	switch r.State {
	case rules.Returned:
		l.Can.Answer, l.Reason = ledger.Accepted, "Which year is meant?"
		l.History = append(l.History, desk.Event{At: when("2026-06-10 09:00:00"), Kind: ledger.KindReturn, Who: &bauer, Code: "information-required"})
	case rules.Offered:
		l.Can.Accept = ledger.Accepted
		l.Offer = &desk.OfferView{ID: entry(77), Terms: ledger.Terms{Fields: []ledger.FieldName{"income_band"}}, From: "2023", To: "2023", Needed: 2,
			Signed: []desk.Person{okafor, arnaud}, Reason: "The band is enough for this purpose."}
	}
	return l
}

func (f *fake) Drafts() ([]desk.Draft, error) {
	return []desk.Draft{{ID: "0102030405060708", Saved: when("2026-06-10 09:06:00").Std(), Ask: f.draft()}}, nil
}

func (f *fake) draft() desk.Ask {
	return desk.Ask{Dataset: entry(40), Basis: entry(50), Purpose: "criminal-investigation", From: "2021", To: "2023", KeepDays: 180, Case: "VM-2026-0417",
		Subjects: []string{"P-000 417"}, Fields: []ledger.FieldName{"declared_income", "income_band", "employer_id", "bank_account_refs", "spouse_id"}}
}

func (f *fake) SaveDraft(id string, a desk.Ask) (desk.Draft, error) {
	f.drafted++
	return desk.Draft{ID: "0102030405060708", Saved: clock(), Ask: a}, nil
}

func (f *fake) DiscardDraft(id string) error {
	f.dropped = append(f.dropped, id)
	return nil
}

func (f *fake) Catalogue(context.Context) ([]desk.DatasetView, error) {
	dataset := func(n byte, agency ledger.AgencyID, agencyTitle string, code ledger.Code, title string, days int, names ...ledger.FieldName) desk.DatasetView {
		v := desk.DatasetView{Edition: entry(n), Provider: agency, Signers: 3, Title: agencyTitle, Ours: agency == f.me.Agency, About: map[ledger.FieldName]string{},
			Dataset: ledger.Dataset{Code: code, Title: title, Class: ledger.ClassPersonal, Sharing: ledger.SharingConditional, Policy: ledger.Policy{Quorum: 2, DeadlineDays: 8}},
			Bases: []rules.BasisEdition{{ID: entry(n + 10), Provider: agency, Basis: ledger.Basis{Code: "L.141-2", Title: "Fiscal Procedure Code L.141-2", Dataset: code,
				Purpose: "criminal-investigation", KeepDays: 365, Requesters: []ledger.AgencyID{"police"}}}},
			Asked: desk.Precedents{Approved: 3, ApprovedPart: 6, Refused: 2, SinceYear: 2024, MedianDays: days}}
		for _, x := range names {
			v.Dataset.Fields = append(v.Dataset.Fields, ledger.DatasetField{Name: x, Sensitive: x == "bank_account_refs", ThirdParty: x == "spouse_id"})
			if x != "spouse_id" {
				v.Bases[0].Basis.Fields = append(v.Bases[0].Basis.Fields, x)
			}
		}
		return v
	}
	income := dataset(40, "tax", "Tax Service", "TAX-INC-04", "Declared income", 3, "declared_income", "income_band", "employer_id", "bank_account_refs", "spouse_id")
	income.Text = "Yearly income as declared by a taxpayer, after checks. One row per person, year and employer."
	for _, l := range fields() {
		income.About[l.Name] = l.About
	}
	return []desk.DatasetView{income,
		dataset(41, "health", "Health Fund", "HLT-COV-02", "Health cover", 2, "coverage_status"),
		dataset(42, "civil", "Civil Registry", "CIV-ID-01", "Identity and address", 1, "name", "address", "born"),
		dataset(43, "tax", "Tax Service", "TAX-INC-02", "Income band", 0, "income_band"),
		dataset(44, "police", "Valmarine Police", "POL-TRF-01", "Traffic offences", 4, "offence", "day")}, f.fail
}

func (f *fake) Asked(context.Context, ledger.Code) (int, error) { return 6, f.fail }

func (f *fake) CheckAsk(_ context.Context, a desk.Ask) ([]desk.AskProblem, error) {
	if a.Dataset.IsZero() {
		return []desk.AskProblem{{Field: desk.AskDataset, Code: desk.CodeMissing}}, nil
	}
	return []desk.AskProblem{{Field: desk.AskFields, Code: desk.CodeBeyond, Which: "spouse_id"}}, nil
}

func (f *fake) Answer(context.Context, ledger.EntryID) (desk.AnswerBy, error) {
	return desk.AnswerBy{Needed: 2, Eligible: 3, By: when("2026-06-18 08:00:00"), Days: 8}, nil
}

func (f *fake) Precedents(context.Context, ledger.EntryID, ledger.EntryID, ledger.Code) (desk.Precedents, error) {
	return desk.Precedents{Approved: 3, ApprovedPart: 6, Refused: 2, SinceYear: 2024, MedianDays: 3}, nil
}

func (f *fake) Cases(context.Context) ([]desk.Case, error) {
	income := row(3, "tax", "Tax Service", "Declared income", "2021–2023", "VM-2026-0417", 1)
	return []desk.Case{{ID: "000102030405060708090a0b0c0d0e0f", Number: "VM-2026-0417", Title: "Harbour inquiry", Parts: []desk.CasePart{{Row: income, Stage: desk.PartWaiting}}}}, nil
}
