package cases_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/cases"
	"countersign/app/ui/page"
	"countersign/app/ui/uitest"
	"countersign/app/widgets"
	"countersign/ledger"
	"countersign/ledger/rules"
)

const day = 24 * time.Hour

var identity, income, cover, school = desk.EntryID{0x31}, desk.EntryID{0x32}, desk.EntryID{0x33}, desk.EntryID{0x34}

const card = "000102030405060708090a0b0c0d0e0f"

// fake is a desk with the case of a social card and an empty one.
type fake struct {
	cases   []desk.Case
	err     error // of opening what arrived
	opened  []desk.EntryID
	looked  []desk.EntryID
	without map[desk.EntryID]bool
	put     map[desk.EntryID]string
}

func newFake() *fake {
	f := &fake{without: map[desk.EntryID]bool{}, put: map[desk.EntryID]string{}}
	row := func(id desk.EntryID, code desk.Code, title, other string, agency desk.AgencyID, state desk.State) desk.RequestRow {
		return desk.RequestRow{ID: id, State: state, Other: agency, OtherTitle: other, Dataset: title, Code: code, Case: "SC-2026-0931", Subjects: 1,
			Submitted: uitest.At(-3 * day), Changed: uitest.At(-47 * time.Hour), Needed: 2, Signed: 2, KeepDays: 365}
	}
	parts := []desk.CasePart{
		{Row: row(identity, "CIV-ID-01", "Identity and address", "Civil Registry", "civil", desk.Fulfilled), Stage: desk.PartArrived},
		{Row: row(income, "TAX-INC-02", "Income band", "Tax Service", "tax", desk.Approved), Stage: desk.PartArriving},
		{Row: row(cover, "HLT-COV-02", "Health cover", "Health Fund", "health", desk.Submitted), Stage: desk.PartWaiting},
		{Row: row(school, "EDU-ENR-01", "School enrolment", "Schools Office", "schools", desk.Refused), Stage: desk.PartNotGiven},
	}
	parts[0].Row.KeepUntil, parts[0].Row.Arrived = uitest.At(363*day), true
	parts[1].Row.Period = "2025"
	parts[2].Row.Signed, parts[2].Row.DaysLeft, parts[2].Row.DecideBy = 1, 4, uitest.At(5*day)
	f.cases = []desk.Case{{ID: card, Number: "SC-2026-0931", Title: "Social card, one resident", Opened: uitest.Now().Add(-4 * day), Parts: parts},
		{ID: "100102030405060708090a0b0c0d0e0f", Number: "VM-2026-0417", Opened: uitest.Now().Add(-9 * day)}}
	return f
}

func (f *fake) Cases(context.Context) ([]desk.Case, error) {
	out := slices.Clone(f.cases)
	for i := range out {
		out[i].Parts = slices.Clone(out[i].Parts)
		for j := range out[i].Parts {
			p := &out[i].Parts[j]
			p.Without = f.without[p.Row.ID]
		}
	}
	return out, nil
}

func (f *fake) NewCase(number, title string) (desk.Case, error) {
	if number == "" {
		return desk.Case{}, &desk.AskProblem{Field: desk.AskCase, Code: desk.CodeMissing}
	}
	c := desk.Case{ID: "200102030405060708090a0b0c0d0e0f", Number: number, Title: title}
	f.cases = append([]desk.Case{c}, f.cases...)
	return c, nil
}

func (f *fake) NameCase(id, number, title string) error {
	for i := range f.cases {
		if f.cases[i].ID == id {
			f.cases[i].Number, f.cases[i].Title = number, title
		}
	}
	return nil
}

func (f *fake) PutInCase(_ context.Context, request desk.EntryID, id string) error {
	f.put[request] = id
	return nil
}

func (f *fake) GoOnWithout(request desk.EntryID, on bool) error {
	f.without[request] = on
	return nil
}

func (f *fake) DropCase(_ context.Context, id string) error {
	f.cases = slices.DeleteFunc(f.cases, func(c desk.Case) bool { return c.ID == id })
	return nil
}

func (f *fake) KeepCase(c desk.Case) error {
	f.cases = append(slices.DeleteFunc(f.cases, func(o desk.Case) bool { return o.ID == c.ID }), c)
	return nil
}

func (f *fake) Letter(_ context.Context, id desk.EntryID) (*desk.Letter, error) {
	l := &desk.Letter{LetterState: desk.LetterOpen, Row: desk.RequestRow{ID: id, Subjects: 1}}
	names := map[desk.EntryID][]desk.FieldName{identity: {"family_name", "given_names", "born", "address"}, income: {"income_band", "year"}, cover: {"coverage_status"}, school: {"school"}}[id]
	for _, n := range names {
		l.Fields = append(l.Fields, desk.FieldLine{Name: n})
	}
	switch id {
	case identity, income:
		l.Agreement = &rules.Agreement{Terms: ledger.Terms{Fields: names}}
	case school:
		okoye := desk.Person{Name: "Paul Okoye"}
		l.Reason = "Enrolment is not a condition for this card since 1 January. Cite Order 2025-88 or drop this part."
		l.History = []desk.Event{{Kind: desk.KindRefuse, Who: &okoye, Code: "excessive"}}
	}
	if id == income {
		l.Progress = desk.Progress{Step: desk.StepSending, Percent: 72}
	}
	return l, nil
}

func (f *fake) OpenPart(_ context.Context, id desk.EntryID, _ int) (*desk.Table, error) {
	if f.err != nil {
		return nil, f.err
	}
	f.opened = append(f.opened, id)
	return &desk.Table{Columns: []desk.FieldName{"family_name", "given_names", "born", "address"}, Rows: [][]string{{"Morel", "Anne Lise", "1984-02-11", "14 Quai des Voiliers"}},
		Total: 1, Struck: []desk.FieldName{"mother_id"}, Provider: "Civil Registry"}, nil
}

func (f *fake) Reveal(_ context.Context, id desk.EntryID) ([]string, error) {
	f.looked = append(f.looked, id)
	return []string{"P-000 931"}, nil
}

func opened(t *testing.T, lang i18n.Lang, scheme widgets.Scheme) (*uitest.Stage, *fake, *cases.Screen) {
	t.Helper()
	s, f := uitest.New(t, lang, scheme), newFake()
	screen := cases.New(s.Env, f)
	s.Show(screen, page.Place{Case: card})
	return s, f, screen
}

func TestCaseOnScreen(t *testing.T) {
	for _, look := range uitest.Looks() {
		t.Run(look.Name, func(t *testing.T) {
			s, _, screen := opened(t, look.Lang, look.Scheme)
			s.Picture(t, "case-"+look.Name)
			screen.Key(&fyne.KeyEvent{Name: fyne.KeyEscape})
			s.Picture(t, "list-"+look.Name)
		})
	}
}

func TestValuesAreCoveredUntilAskedAndAgainBehindAnotherScreen(t *testing.T) {
	s, f, screen := opened(t, i18n.English, widgets.SchemeLight)
	if strings.Contains(s.Text(), "Morel") || len(f.opened)+len(f.looked) != 0 {
		t.Fatal("something was uncovered before anybody asked")
	}
	screen.Rune('v')
	s.Picture(t, "shown-en-light")
	if !strings.Contains(s.Text(), "Morel") || len(f.opened) != 1 || f.opened[0] != identity {
		t.Errorf("V opened %v", f.opened)
	}
	screen.Leave()
	if strings.Contains(s.Text(), "Morel") {
		t.Error("a value stays uncovered behind another screen")
	}
	screen.Rune('j')
	screen.Rune('v')
	if len(f.looked) != 1 || !strings.Contains(s.Text(), "P-000 931") {
		t.Errorf("V on a part that has not arrived looked at %v", f.looked)
	}
}

func TestAFileThatFailsItsCheckShowsNothing(t *testing.T) {
	s, f, screen := opened(t, i18n.English, widgets.SchemeLight)
	f.err = desk.ErrMismatch
	screen.Rune('v')
	if text := s.Text(); !strings.Contains(text, "does not match what was signed") || strings.Contains(text, "Morel") {
		t.Errorf("the page says %q", text)
	}
}

func TestARefusedPartStaysAndHasTwoWaysOn(t *testing.T) {
	s, f, _ := opened(t, i18n.English, widgets.SchemeLight)
	if text := s.Text(); !strings.Contains(text, "Paul Okoye, Schools Office, refused") || !strings.Contains(text, "Order 2025-88") {
		t.Fatalf("the page does not say who refused and why: %q", text)
	}
	uitest.Press(t, s, "Continue without it")
	if !f.without[school] || !strings.Contains(s.Text(), "You go on without it.") || !strings.Contains(s.Text(), "Order 2025-88") {
		t.Error("going on without it was not kept, or took the reason from the page")
	}
	uitest.Press(t, s, "Ask again")
	if want := (page.Place{Screen: page.Compose, Request: school, Case: card}); !slices.Equal(s.Went, []page.Place{want}) {
		t.Errorf("went %v", s.Went)
	}
	uitest.Press(t, s, "Take that back")
	if f.without[school] {
		t.Error("it cannot be taken back")
	}
}

func TestKeysLeadThroughTheCases(t *testing.T) {
	s, _, screen := opened(t, i18n.English, widgets.SchemeLight)
	if p := screen.NewRequest(); p.Screen != page.Compose || p.Case != card {
		t.Errorf("N in a case begins %+v", p)
	}
	screen.Rune('j')
	screen.Key(&fyne.KeyEvent{Name: fyne.KeyReturn})
	screen.Rune('e')
	if want := []page.Place{{Screen: page.Requests, Request: income}, {Screen: page.Evidence, Request: income}}; !slices.Equal(s.Went, want) {
		t.Errorf("went %v", s.Went)
	}
	screen.Key(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if p := screen.NewRequest(); p.Case != "" {
		t.Errorf("N in the list begins %+v", p)
	}
	screen.Rune('j')
	screen.Key(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if !strings.Contains(s.Text(), "Nothing asked in this case yet") {
		t.Errorf("Enter opened %q", s.Text())
	}
	uitest.Press(t, s, "Remove the case file")
	if strings.Contains(s.Text(), "VM-2026-0417") {
		t.Error("the case file that was removed is listed")
	}
}

func TestANewCaseNeedsANumber(t *testing.T) {
	s, f := uitest.New(t, i18n.English, widgets.SchemeLight), newFake()
	screen := cases.New(s.Env, f)
	s.Show(screen, page.Place{})
	uitest.Press(t, s, "New case file")
	uitest.Press(t, s, "Open the case file")
	if !strings.Contains(s.DialogText(), "This is needed.") || len(f.cases) != 2 {
		t.Fatalf("the dialog says %q", s.DialogText())
	}
	uitest.Fill(t, s, 0, "SC-2026-1002")
	uitest.Press(t, s, "Open the case file")
	if len(f.cases) != 3 || !strings.Contains(s.Text(), "SC-2026-1002") {
		t.Errorf("the page says %q", s.Text())
	}
}

func TestWhatIsDoneToACaseFileCanBeTakenBack(t *testing.T) {
	s, f := uitest.New(t, i18n.English, widgets.SchemeLight), newFake()
	screen := cases.New(s.Env, f)
	s.Show(screen, page.Place{Case: card})
	back := func(what string, ok func() bool) {
		t.Helper()
		if ok() {
			t.Fatalf("%s: so it was before it was taken back", what)
		}
		if !s.Env.Undo.Last() || !ok() {
			t.Errorf("%s is not taken back", what)
		}
	}
	named := func(number string) func() bool {
		return func() bool { return strings.Contains(s.Text(), number) }
	}
	uitest.Press(t, s, "Continue without it")
	back("going on without a part", func() bool { return !f.without[school] })
	for _, b := range iconButtons(s.Window.Content(), "Number and title") {
		b.Tapped(nil)
	}
	uitest.Fill(t, s, 0, "SC-2026-1003")
	uitest.Press(t, s, "Save")
	back("another number", named("SC-2026-0931"))
	screen.Key(&fyne.KeyEvent{Name: fyne.KeyEscape})
	uitest.Press(t, s, "New case file")
	uitest.Fill(t, s, 0, "SC-2026-1002")
	uitest.Press(t, s, "Open the case file")
	uitest.Press(t, s, "Remove the case file")
	back("a case file that was removed", named("SC-2026-1002"))
	back("a new case file", func() bool { return !named("SC-2026-1002")() })
	if s.Env.Undo.Last() {
		t.Error("something is taken back twice")
	}
	cases.Put(s.Env, f, school, func() {})
	uitest.Press(t, s, "Put it there")
	f.put[school] = "elsewhere"
	back("a request in a case file", func() bool { return f.put[school] == card })
}

// iconButtons are the buttons without words that are spoken so.
func iconButtons(root fyne.CanvasObject, label string) (out []*widgets.Button) {
	uitest.Walk(root, func(o fyne.CanvasObject) {
		if b, ok := o.(*widgets.Button); ok && b.AccessibilityLabel() == label {
			out = append(out, b)
		}
	})
	return out
}

func TestARequestIsPutInACase(t *testing.T) {
	s, f := uitest.New(t, i18n.English, widgets.SchemeLight), newFake()
	done := 0
	cases.Put(s.Env, f, school, func() { done++ })
	s.Picture(t, "put-en-light")
	uitest.Press(t, s, "Put it there")
	other := desk.EntryID{0x77}
	cases.Put(s.Env, f, other, func() { done++ })
	uitest.Press(t, s, "Put it there")
	if f.put[school] != card || f.put[other] != card || done != 2 {
		t.Errorf("put %v, done %d", f.put, done)
	}
}

func TestProblemsAreSaid(t *testing.T) {
	s := uitest.New(t, i18n.English, widgets.SchemeLight)
	screen := cases.New(s.Env, &broken{newFake()})
	s.Show(screen, page.Place{})
	if !strings.Contains(s.Text(), "the disk is gone") {
		t.Errorf("the page says %q", s.Text())
	}
}

type broken struct{ *fake }

func (*broken) Cases(context.Context) ([]desk.Case, error) {
	return nil, errors.New("the disk is gone")
}
