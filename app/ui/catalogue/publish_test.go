package catalogue_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/catalogue"
	"countersign/app/ui/page"
	"countersign/app/ui/uitest"
	"countersign/app/widgets"
	"countersign/ledger"
	"countersign/ledger/rules"
)

// fake is the desk of an administrator whose agency offers one data set.
type fake struct {
	problems  []desk.PubProblem // of whatever is checked
	proposed  []*desk.Propose
	sheets    []desk.Sheet
	prepared  []desk.Act
	sources   []desk.SourceState
	elsewhere bool // the office node is another computer
	connect   error
}

func (f *fake) Catalogue(context.Context) ([]desk.DatasetView, error) {
	income := desk.DatasetView{Edition: desk.EntryID{4}, Provider: "tax", Title: "Tax Service", Ours: true, Signers: 3, Text: "Yearly income as declared by a taxpayer.", Contact: "Disclosures, extension 4417",
		Cycle: "Every Monday", About: map[desk.FieldName]string{"income_band": "Band A to H", "spouse_id": "Number of the spouse"},
		Dataset: desk.Dataset{Code: "TAX-INC-04", Title: "Declared income", Class: ledger.ClassPersonal, Sharing: ledger.SharingConditional, Policy: desk.Policy{Quorum: 2, DeadlineDays: 8},
			Fields: []desk.DatasetField{{Name: "income_band"}, {Name: "spouse_id", ThirdParty: true}}},
		Bases: []rules.BasisEdition{{ID: desk.EntryID{5}, Provider: "tax", Basis: desk.Basis{Code: "L.141-2", Title: "Fiscal Procedure Code L.141-2", Dataset: "TAX-INC-04",
			Purpose: "criminal-investigation", KeepDays: 365, Requesters: []desk.AgencyID{"police"}, Fields: []desk.FieldName{"income_band"}}}}}
	cover := desk.DatasetView{Edition: desk.EntryID{6}, Provider: "health", Title: "Health Fund", Signers: 4,
		Dataset: desk.Dataset{Code: "HLT-COV-02", Title: "Health cover", Class: ledger.ClassSpecial, Fields: []desk.DatasetField{{Name: "coverage_status"}}, Policy: desk.Policy{Quorum: 2, DPO: true, DeadlineDays: 10}}}
	return []desk.DatasetView{income, cover}, nil
}

func (f *fake) Asked(context.Context, desk.Code) (int, error) { return 0, nil }

func (f *fake) CheckDataset(_ context.Context, ds desk.Dataset, _ desk.Sheet) ([]desk.PubProblem, error) {
	if ds.Code == "" {
		return append(f.problems, desk.PubProblem{Field: desk.PubCode, Code: desk.CodeMissing}), nil
	}
	return f.problems, nil
}

func (f *fake) CheckBasis(_ context.Context, b desk.Basis, _ desk.Sheet) ([]desk.PubProblem, error) {
	if len(b.Fields) == 0 {
		return []desk.PubProblem{{Field: desk.PubFields, Code: desk.CodeMissing}}, nil
	}
	return f.problems, nil
}

func (f *fake) DatasetProposal(ds desk.Dataset, sheet desk.Sheet) (*desk.Propose, error) {
	f.sheets = append(f.sheets, sheet)
	return f.keep(&desk.Propose{Dataset: &ds}), nil
}

func (f *fake) BasisProposal(b desk.Basis, sheet desk.Sheet) (*desk.Propose, error) {
	f.sheets = append(f.sheets, sheet)
	return f.keep(&desk.Propose{Basis: &b}), nil
}

func (f *fake) keep(p *desk.Propose) *desk.Propose {
	f.proposed = append(f.proposed, p)
	return p
}

func (f *fake) BasisText(context.Context, desk.EntryID) (string, error) {
	return "The tax service answers a written request of the police.", nil
}

func (f *fake) Askers(context.Context) ([]desk.Asker, error) {
	return []desk.Asker{{ID: "civil", Title: "Civil Registry"}, {ID: "health", Title: "Health Fund"}, {ID: "police", Title: "Valmarine Police"}}, nil
}

func (f *fake) Sources(context.Context) ([]desk.SourceState, error) {
	if f.elsewhere {
		return nil, desk.ErrNotOffice
	}
	return f.sources, nil
}

func (f *fake) ConnectSource(_ context.Context, s desk.Source) error {
	if f.connect != nil {
		return f.connect
	}
	f.sources = append(slices.DeleteFunc(f.sources, func(o desk.SourceState) bool { return o.Dataset == s.Dataset }), desk.SourceState{Source: s})
	return nil
}

func (f *fake) DisconnectSource(_ context.Context, dataset desk.Code) error {
	if f.connect != nil {
		return f.connect
	}
	f.sources = slices.DeleteFunc(f.sources, func(o desk.SourceState) bool { return o.Dataset == dataset })
	return nil
}

func (f *fake) Prepare(_ context.Context, act desk.Act) (*desk.SignPage, error) {
	f.prepared = append(f.prepared, act)
	return &desk.SignPage{Act: act, CheckCode: "417C 902E", Agency: "Tax Service", Signer: desk.Person{Name: "Rosa Lindqvist"}, Admin: &desk.AdminPage{Propose: act.Propose}}, nil
}

func (f *fake) Sign(context.Context, *desk.SignPage, string) (desk.Ticket, error) {
	return desk.Ticket{}, nil
}

func (f *fake) Await(context.Context, desk.Ticket) (desk.Final, error) {
	return desk.Final{Height: 1301}, nil
}

// stage is the catalogue of an administrator of the tax service.
func stage(t *testing.T, lang i18n.Lang, scheme widgets.Scheme, f *fake, admin bool) (*uitest.Stage, *catalogue.Screen) {
	t.Helper()
	s := uitest.New(t, lang, scheme)
	s.Env.Me = desk.Person{ID: desk.OfficialID{9}, Agency: "tax", Name: "Rosa Lindqvist", Title: "Head of IT"}
	s.Env.Agency = "Tax Service"
	screen := catalogue.New(s.Env, f, false, admin)
	s.Show(screen, page.Place{})
	return s, screen
}

// word is a button's label in the stage's language.
func word(s *uitest.Stage, key string) string { return s.Env.T(key) }

func TestPublishingOnScreen(t *testing.T) {
	for _, look := range uitest.Looks() {
		t.Run(look.Name, func(t *testing.T) {
			f := &fake{sources: []desk.SourceState{{Source: desk.Source{Dataset: "TAX-INC-04", File: "/srv/tax/income.csv", Key: "person"}}}}
			s, _ := stage(t, look.Lang, look.Scheme, f, true)
			s.Picture(t, "own-"+look.Name)
			f.problems = []desk.PubProblem{{Field: desk.PubQuorum, Code: desk.CodeFewSign, Which: "1"}, {Field: desk.PubFields, Row: 1, Code: desk.CodeTwice, Which: "spouse_id"}}
			uitest.Press(t, s, word(s, "publish.edit"))
			s.Picture(t, "edition-"+look.Name)
		})
	}
}

func TestBasisOnScreen(t *testing.T) {
	for _, look := range uitest.Looks() {
		t.Run(look.Name, func(t *testing.T) {
			s, _ := stage(t, look.Lang, look.Scheme, &fake{}, true)
			uitest.Press(t, s, word(s, "basis.new"))
			uitest.Press(t, s, word(s, "publish.sign"))
			s.Picture(t, "basis-"+look.Name)
		})
	}
}

func TestWhoDoesNotPublishSeesNoWayToIt(t *testing.T) {
	s, _ := stage(t, i18n.English, widgets.SchemeLight, &fake{}, false)
	for _, label := range []string{"Publish a data set", "Edit", "Retire", "Add a legal basis", "Connect a file"} {
		if uitest.Button(s.Window.Content(), label) != nil {
			t.Errorf("%q stands on the page", label)
		}
	}
	s, screen := stage(t, i18n.English, widgets.SchemeLight, &fake{}, true)
	screen.Rune('j') // another agency's data set
	for _, label := range []string{"Edit", "Retire", "Add a legal basis"} {
		if uitest.Button(s.Window.Content(), label) != nil {
			t.Errorf("%q stands on another agency's data set", label)
		}
	}
}

func TestANewEditionIsWrittenAndSigned(t *testing.T) {
	f := &fake{}
	s, screen := stage(t, i18n.English, widgets.SchemeLight, f, true)
	uitest.Press(t, s, "Edit")
	uitest.Fill(t, s, 1, "Declared income, all years")
	uitest.Press(t, s, "Add a field")
	screen.Key(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if len(s.Said) != 1 || !strings.Contains(s.Text(), "all years") {
		t.Fatalf("Esc threw away what was written: %v", s.Said)
	}
	screen.Send()
	if len(f.proposed) != 1 || f.proposed[0].Dataset.Title != "Declared income, all years" || len(f.proposed[0].Dataset.Fields) != 2 || // the row that was left empty is no field

		f.proposed[0].Dataset.Code != "TAX-INC-04" || f.proposed[0].Dataset.Policy.Quorum != 2 || f.sheets[0].Updated != "Every Monday" || len(f.sheets[0].Fields) != 2 {
		t.Fatalf("proposed %+v, described %+v", f.proposed, f.sheets)
	}
	if text := s.DialogText(); !strings.Contains(text, "new edition") || !strings.Contains(text, "Declared income, all years") {
		t.Errorf("the sign page says %q", text)
	}
	if f.prepared[0].Kind != desk.ActPropose {
		t.Errorf("prepared %+v", f.prepared)
	}
	for _, said := range []string{"income_band", "Personal · On a legal basis", "8 working days", "One refusal ends it"} {
		if !strings.Contains(s.DialogText(), said) {
			t.Errorf("the sign page leaves out %q: %q", said, s.DialogText())
		}
	}
	if strings.Contains(s.DialogText(), "spouse_id,") {
		t.Errorf("a comma follows the last field: %q", s.DialogText())
	}
	s.Picture(t, "sign-en-light")
}

func TestWhatWasWrittenComesBackAfterCancel(t *testing.T) {
	s, _ := stage(t, i18n.English, widgets.SchemeLight, &fake{}, true)
	uitest.Press(t, s, "Edit")
	uitest.Press(t, s, "Cancel")
	if s.Env.Undo.Last() {
		t.Fatal("an editor in which nothing was written comes back")
	}
	uitest.Press(t, s, "Edit")
	uitest.Fill(t, s, 1, "Declared income, all years")
	uitest.Press(t, s, "Cancel")
	if strings.Contains(s.Text(), "all years") {
		t.Fatal("Cancel leaves the editor open")
	}
	if !s.Env.Undo.Last() || !strings.Contains(s.Text(), "all years") {
		t.Error("what was written cannot be brought back")
	}
}

func TestAnEditionThatIsNotCompleteIsNotSigned(t *testing.T) {
	f := &fake{}
	s, screen := stage(t, i18n.English, widgets.SchemeLight, f, true)
	uitest.Press(t, s, "Publish a data set")
	if strings.Contains(s.Text(), "This is needed.") {
		t.Error("what is missing is said before anybody has tried")
	}
	screen.Send()
	if len(f.proposed) != 0 || !strings.Contains(s.Text(), "This is needed.") {
		t.Fatalf("proposed %v, the page says %q", f.proposed, s.Text())
	}
	screen.Key(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if !strings.Contains(s.Text(), "Declared income") || uitest.Button(s.Window.Content(), "Retire") == nil {
		t.Error("Esc does not lead back to the catalogue")
	}
}

func TestANumberThatIsNoneIsBlamed(t *testing.T) {
	f := &fake{}
	s, screen := stage(t, i18n.English, widgets.SchemeLight, f, true)
	uitest.Press(t, s, "Edit")
	// code, title, text, contact, cycle, two fields with two lines each, signatures, days, deliveries
	uitest.Fill(t, s, 11, "many")
	screen.Send()
	if len(f.proposed) != 0 || !strings.Contains(s.Text(), "Allowed: 0–32767.") {
		t.Errorf("proposed %v, the page says %q", f.proposed, s.Text())
	}
}

func TestRetiringAsksAndPublishesTheLastEdition(t *testing.T) {
	f := &fake{}
	s, _ := stage(t, i18n.English, widgets.SchemeLight, f, true)
	uitest.Press(t, s, "Retire")
	if len(f.proposed) != 0 || !strings.Contains(s.DialogText(), "Nobody may ask for it any more") {
		t.Fatalf("retiring did not ask: %q", s.DialogText())
	}
	uitest.Press(t, s, "Retire")
	if len(f.proposed) != 1 || !f.proposed[0].Dataset.Withdraw || !strings.Contains(s.DialogText(), "retire the data set") {
		t.Errorf("proposed %+v, the page says %q", f.proposed, s.DialogText())
	}
}

func TestALegalBasisNamesFieldsAndAgencies(t *testing.T) {
	f := &fake{}
	s, _ := stage(t, i18n.English, widgets.SchemeLight, f, true)
	uitest.Press(t, s, "Add a legal basis")
	uitest.Press(t, s, "Read and sign")
	if len(f.proposed) != 0 || !strings.Contains(s.DialogText(), "Tick at least one field") {
		t.Fatalf("the dialog says %q", s.DialogText())
	}
	uitest.Tick(t, s, "income_band")
	uitest.Tick(t, s, "Valmarine Police")
	uitest.Tick(t, s, "Civil Registry")
	uitest.Fill(t, s, 0, "L.200")
	uitest.Press(t, s, "Read and sign")
	if len(f.proposed) != 1 {
		t.Fatalf("proposed %v", f.proposed)
	}
	b := f.proposed[0].Basis
	if text := s.DialogText(); !strings.Contains(text, "civil") || !strings.Contains(text, "income_band") {
		t.Errorf("the sign page says %q", text)
	}
	if b.Code != "L.200" || b.Dataset != "TAX-INC-04" || len(b.Fields) != 1 || len(b.Requesters) != 2 || b.Requesters[0] != "civil" {
		t.Errorf("proposed %+v", b)
	}
}

func TestAFileIsConnectedWhereTheDataIsRead(t *testing.T) {
	f := &fake{connect: desk.ErrNoKeyColumn}
	s, _ := stage(t, i18n.English, widgets.SchemeLight, f, true)
	if !strings.Contains(s.Text(), "No file is connected") {
		t.Fatalf("the page says %q", s.Text())
	}
	uitest.Press(t, s, "Connect a file")
	uitest.Press(t, s, "Connect a file")
	if !strings.Contains(s.DialogText(), "This is needed.") {
		t.Errorf("the dialog says %q", s.DialogText())
	}
	uitest.Fill(t, s, 0, "/srv/tax/income.csv")
	uitest.Fill(t, s, 1, "person")
	uitest.Press(t, s, "Connect a file")
	if len(f.sources) != 0 || !strings.Contains(s.DialogText(), "The file has no such column.") {
		t.Errorf("the dialog says %q", s.DialogText())
	}
	f.connect = nil
	uitest.Press(t, s, "Connect a file")
	if len(f.sources) != 1 || !strings.Contains(s.Text(), "/srv/tax/income.csv, by the column person") {
		t.Errorf("connected %v, the page says %q", f.sources, s.Text())
	}
	uitest.Press(t, s, "Connect a file")
	uitest.Fill(t, s, 0, "/srv/tax/income-2.csv")
	uitest.Fill(t, s, 1, "person")
	uitest.Press(t, s, "Connect a file")
	if !strings.Contains(s.Text(), "/srv/tax/income-2.csv") || !s.Env.Undo.Last() || len(f.sources) != 1 || f.sources[0].File != "/srv/tax/income.csv" {
		t.Errorf("connected %v after taking back that a file took another's place", f.sources)
	}
	forgetsTheFile(t, s, f)
	f.elsewhere = true
	s, _ = stage(t, i18n.English, widgets.SchemeLight, f, true)
	if !strings.Contains(s.Text(), "office computer reads the data") || uitest.Button(s.Window.Content(), "Connect a file") != nil {
		t.Errorf("the page says %q", s.Text())
	}
}

// forgetsTheFile disconnects the file, which is asked once, and takes it back.
func forgetsTheFile(t *testing.T, s *uitest.Stage, f *fake) {
	t.Helper()
	uitest.Press(t, s, "Disconnect")
	if text := s.DialogText(); len(f.sources) != 1 || !strings.Contains(text, "waits until a file is connected") || !strings.Contains(text, "/srv/tax/income.csv") {
		t.Errorf("%d connected, the dialog says %q", len(f.sources), text)
	}
	uitest.Press(t, s, "Cancel")
	uitest.Press(t, s, "Disconnect")
	uitest.Press(t, s, "Disconnect")
	if len(f.sources) != 0 || !strings.Contains(s.Text(), "No file is connected") || uitest.Button(s.Window.Content(), "Disconnect") != nil {
		t.Errorf("%d connected, the page says %q", len(f.sources), s.Text())
	}
	if !s.Env.Undo.Last() || len(f.sources) != 1 || !strings.Contains(s.Text(), "/srv/tax/income.csv") {
		t.Errorf("%v connected after it was taken back, the page says %q", f.sources, s.Text())
	}
	f.connect = desk.ErrNotConnected
	uitest.Press(t, s, "Disconnect")
	uitest.Press(t, s, "Disconnect")
	if text := s.DialogText(); !strings.Contains(text, "Disconnect") {
		t.Errorf("nothing is said of what did not work: %q", text)
	}
	uitest.Press(t, s, "Close")
	f.connect = nil
}
