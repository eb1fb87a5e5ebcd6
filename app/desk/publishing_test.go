package desk_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"countersign/app/desk"
	"countersign/ledger"
)

// What is wrong with a dataset stands beside its field, and what only warns
// stops nothing.
func TestProblemsOfADatasetStandBesideTheirFields(t *testing.T) {
	v, ctx := newValmarine(t), context.Background()
	admin := v.tax.desk("admin1")
	good := v.view().Dataset(v.dataset).Dataset
	problems, err := admin.CheckDataset(ctx, good, desk.Sheet{})
	v.must(err)
	equal(t, "problems of what stands", len(problems), 0)

	bad := ledger.Dataset{Code: "TAX INC", Title: " ", Fields: []ledger.DatasetField{{Name: "a"}, {Name: "a"}, {Name: "b c"}, {}},
		Policy: ledger.Policy{Quorum: 17}}
	problems, err = admin.CheckDataset(ctx, bad, desk.Sheet{})
	v.must(err)
	equal(t, "problems", problems, []desk.PubProblem{{Field: desk.PubCode, Code: desk.CodeBadCode}, {Field: desk.PubQuorum, Code: desk.CodeRange, Which: "1–16"},
		{Field: desk.PubDeadline, Code: desk.CodeRange, Which: "1–250"}, {Field: desk.PubTitle, Code: desk.CodeMissing},
		{Field: desk.PubFields, Row: 1, Code: desk.CodeTwice, Which: "a"}, {Field: desk.PubFields, Row: 2, Code: desk.CodeBadCode, Which: "b c"}, {Field: desk.PubFields, Row: 3, Code: desk.CodeMissing}})
	if _, err := admin.DatasetProposal(bad, desk.Sheet{}); err == nil {
		t.Error("proposed all the same")
	}

	warned := good
	warned.Policy.Quorum, warned.Policy.DPO, warned.Fields = 9, true, good.Fields[1:]
	problems, err = admin.CheckDataset(ctx, warned, desk.Sheet{})
	v.must(err)
	equal(t, "warnings", problems, []desk.PubProblem{{Field: desk.PubQuorum, Code: desk.CodeFewSign, Which: "3"},
		{Field: desk.PubFields, Code: desk.CodeBasisHas, Which: "L.141-2: declared_income"}})
	for _, p := range problems {
		if p.Stops() {
			t.Errorf("%+v stops", p)
		}
	}
	problems, err = v.police.desk("admin1").CheckDataset(ctx, good, desk.Sheet{})
	v.must(err)
	equal(t, "taken by another agency", problems[0], desk.PubProblem{Field: desk.PubCode, Code: desk.CodeTaken, Which: "TAX-INC-04"})
}

// A legal basis names fields of its dataset and other members, under a code of its own.
func TestProblemsOfALegalBasisStandBesideTheirFields(t *testing.T) {
	v, ctx := newValmarine(t), context.Background()
	admin := v.tax.desk("admin1")
	b := v.view().Basis(v.basis).Basis
	problems, err := admin.CheckBasis(ctx, b, desk.Sheet{})
	v.must(err)
	equal(t, "problems of what stands", len(problems), 0)
	text, err := admin.BasisText(ctx, v.basis)
	v.must(err)
	equal(t, "text", text, "The words of the law")
	who, err := admin.Askers(ctx)
	v.must(err)
	equal(t, "who may ask", who, []desk.Asker{{ID: "police", Title: "Valmarine Police"}})

	bad := ledger.Basis{Code: "L.141-2", Title: "Another", Dataset: "TAX-ADR-02", Fields: []ledger.FieldName{"street"}, Requesters: []ledger.AgencyID{"customs", "tax"}, KeepDays: 9999}
	problems, err = admin.CheckBasis(ctx, bad, desk.Sheet{})
	v.must(err)
	equal(t, "problems", problems, []desk.PubProblem{{Field: desk.PubCode, Code: desk.CodeTaken, Which: "L.141-2"}, {Field: desk.PubFields, Code: desk.CodeUnknown, Which: "street"},
		{Field: desk.PubWho, Code: desk.CodeUnknown, Which: "customs"}, {Field: desk.PubWho, Code: desk.CodeUnknown, Which: "tax"},
		{Field: desk.PubPurpose, Code: desk.CodeMissing}, {Field: desk.PubKeep, Code: desk.CodeTooLong, Which: "3660"}})
}

// Two administrators publish the next edition and retire it; what was asked
// under the edition before goes on, and the catalogue lists it no more.
func TestADatasetIsEditedAndRetired(t *testing.T) {
	v, ctx := newValmarine(t), context.Background()
	id := v.ask()
	ds := v.view().Dataset(v.dataset).Dataset
	ds.Title = "Declared income, all years"
	p, err := v.tax.desk("admin1").DatasetProposal(ds, desk.Sheet{Text: "All years"})
	v.must(err)
	f := v.sign(v.tax.desk("admin1"), desk.Act{Kind: desk.ActPropose, Propose: p})
	title := func() string {
		list, err := v.vidal.Catalogue(ctx)
		v.must(err)
		if len(list) == 0 {
			return ""
		}
		return list[0].Dataset.Title
	}
	equal(t, "before the second", title(), "Declared income")
	v.sign(v.tax.desk("admin2"), desk.Act{Kind: desk.ActSecond, Target: f.ID})
	equal(t, "after it", title(), "Declared income, all years")

	ds.Withdraw = true
	p, err = v.tax.desk("admin1").DatasetProposal(ds, desk.Sheet{})
	v.must(err)
	v.tax.proposeAndSecond(p)
	equal(t, "retired", title(), "")
	equal(t, "asked before", v.letter(v.arnaud, id).Can.Approve, ledger.Accepted)
	page, err := v.arnaud.Prepare(ctx, desk.Act{Kind: desk.ActPropose, Propose: p})
	v.must(err)
	equal(t, "an approver publishes", page.Check, ledger.MissingRole)
}

// sourced is a node that reads sources, or whose agency reads them elsewhere.
type sourced struct {
	*fakeNode
	office    bool
	connected []desk.Source
}

func (n *sourced) ConnectedSources(context.Context) ([]desk.SourceState, bool, error) {
	var out []desk.SourceState
	for _, s := range n.connected {
		out = append(out, desk.SourceState{Source: s})
	}
	return out, n.office, nil
}

func (n *sourced) DisconnectSource(_ context.Context, dataset ledger.Code) error {
	n.connected = slices.DeleteFunc(n.connected, func(s desk.Source) bool { return s.Dataset == dataset })
	return nil
}

func (n *sourced) ConnectSource(_ context.Context, s desk.Source) error {
	n.connected = append(n.connected, s)
	return nil
}

// Only an administrator connects data, and only where the agency's data is read.
func TestDataIsConnectedByAdministratorsAtTheOfficeNode(t *testing.T) {
	v, ctx := newValmarine(t), context.Background()
	n := &sourced{fakeNode: v.tax.node}
	d := desk.New(n, desk.Options{Keys: v.tax.keys(), WorkFactor: 4})
	v.must(d.Unlock(ctx, v.tax.people["admin1"], passphrase))
	t.Cleanup(d.Lock)
	s := desk.Source{Dataset: "TAX-INC-04", File: "/data/income.csv", Key: "person"}
	if err := d.ConnectSource(ctx, s); !errors.Is(err, desk.ErrNotOffice) {
		t.Errorf("connected on a desk: %v", err)
	}
	n.office = true
	v.must(d.ConnectSource(ctx, s))
	list, err := d.Sources(ctx)
	v.must(err)
	equal(t, "connected", list, []desk.SourceState{{Source: s}})
	s.Dataset = "POL-TRF-01"
	if err := d.ConnectSource(ctx, s); !errors.Is(err, ledger.UnknownDataset) {
		t.Errorf("connected what the agency does not offer: %v", err)
	}
	if err := d.DisconnectSource(ctx, s.Dataset); !errors.Is(err, ledger.UnknownDataset) {
		t.Errorf("disconnected what the agency does not offer: %v", err)
	}
	v.must(d.Unlock(ctx, v.arnaudID, passphrase))
	s.Dataset = "TAX-INC-04"
	if err := d.ConnectSource(ctx, s); !errors.Is(err, ledger.MissingRole) {
		t.Errorf("an approver connected: %v", err)
	}
	if err := d.DisconnectSource(ctx, s.Dataset); !errors.Is(err, ledger.MissingRole) || len(n.connected) != 1 {
		t.Errorf("an approver disconnected: %v", err)
	}
	v.must(d.Unlock(ctx, v.tax.people["admin1"], passphrase))
	v.must(d.DisconnectSource(ctx, s.Dataset))
	if list, err := d.Sources(ctx); err != nil || len(list) != 0 {
		t.Errorf("still connected: %v, %v", list, err)
	}
	n.office = false
	if err := d.DisconnectSource(ctx, s.Dataset); !errors.Is(err, desk.ErrNotOffice) {
		t.Errorf("disconnected on a desk: %v", err)
	}
	if _, err := v.arnaud.Sources(ctx); !errors.Is(err, desk.ErrNotOffice) {
		t.Errorf("a node without sources: %v", err)
	}
}
