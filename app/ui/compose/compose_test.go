package compose_test

import (
	"context"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/compose"
	"countersign/app/ui/page"
	"countersign/app/ui/signing"
	"countersign/app/ui/uitest"
	"countersign/app/widgets"
	"countersign/ledger"
	"countersign/ledger/rules"
)

const card = "000102030405060708090a0b0c0d0e0f"

var identity, first = desk.EntryID{0x10}, desk.EntryID{0x31}

// fake is a desk with one data set to ask for and one case file.
type fake struct {
	looked []desk.EntryID
	saved  []desk.Ask
	asked  desk.Ask // what was checked last
}

func (f *fake) Catalogue(context.Context) ([]desk.DatasetView, error) {
	return []desk.DatasetView{{Edition: identity, Provider: "civil", Title: "Civil Registry", About: map[desk.FieldName]string{"spouse_id": "Number of the spouse"},
		Dataset: desk.Dataset{Code: "CIV-ID-01", Title: "Identity", Class: ledger.ClassPersonal, Sharing: ledger.SharingConditional, Fields: []desk.DatasetField{{Name: "given_names"}, {Name: "spouse_id"}},
			Policy: desk.Policy{Quorum: 2, DeadlineDays: 5, Emergency: true}},
		Bases: []rules.BasisEdition{{ID: desk.EntryID{5}, Basis: desk.Basis{Code: "SCA.7", Title: "Social Card Act art. 7", Dataset: "CIV-ID-01", Purpose: "social-card", KeepDays: 180, Fields: []desk.FieldName{"given_names"}}}}}}, nil
}

func (f *fake) CheckAsk(_ context.Context, a desk.Ask) ([]desk.AskProblem, error) {
	f.asked = a
	if a.StandingDays > desk.MaxStandingDays {
		return []desk.AskProblem{{Field: desk.AskStanding, Code: desk.CodeTooLong, Which: "366"}}, nil
	}
	return nil, nil
}

func (f *fake) Answer(context.Context, desk.EntryID) (desk.AnswerBy, error) {
	return desk.AnswerBy{Needed: 2, Eligible: 2, By: uitest.At(0), Days: 5}, nil
}

func (f *fake) Precedents(context.Context, desk.EntryID, desk.EntryID, desk.Code) (desk.Precedents, error) {
	return desk.Precedents{}, nil
}

func (f *fake) Letter(context.Context, desk.EntryID) (*desk.Letter, error) {
	return &desk.Letter{LetterState: desk.LetterOpen, ProviderID: "civil", PurposeCode: "social-card", BasisCode: "SCA.7", KeepDays: 90,
		Row: desk.RequestRow{Code: "CIV-ID-01", Case: "SC-2026-0931", CaseFile: card}, Fields: []desk.FieldLine{{Name: "given_names"}, {Name: "spouse_id"}}}, nil
}

func (f *fake) Reveal(_ context.Context, id desk.EntryID) ([]string, error) {
	f.looked = append(f.looked, id)
	return []string{"P20005417"}, nil
}

func (f *fake) Cases(context.Context) ([]desk.Case, error) {
	return []desk.Case{{ID: card, Number: "SC-2026-0931", Title: "Social card", Parts: []desk.CasePart{{Row: desk.RequestRow{ID: first, Subjects: 1}}}}}, nil
}

func (f *fake) SaveDraft(_ string, a desk.Ask) (desk.Draft, error) {
	f.saved = append(f.saved, a)
	return desk.Draft{ID: "0102030405060708", Saved: uitest.Now(), Ask: a}, nil
}

func (f *fake) Drafts() ([]desk.Draft, error) { return nil, nil }

func (f *fake) DiscardDraft(string) error { return nil }

func (f *fake) Prepare(_ context.Context, act desk.Act) (*desk.SignPage, error) {
	return &desk.SignPage{Act: act}, nil
}

func (f *fake) Sign(context.Context, *desk.SignPage, string) (desk.Ticket, error) {
	return desk.Ticket{}, nil
}

func (f *fake) Await(context.Context, desk.Ticket) (desk.Final, error) { return desk.Final{}, nil }

func shown(t *testing.T, lang i18n.Lang, scheme widgets.Scheme, p page.Place) (*uitest.Stage, *fake, *compose.Screen) {
	t.Helper()
	s, f := uitest.New(t, lang, scheme), &fake{}
	s.Room = fyne.NewSize(1080, 1160)
	screen := compose.New(s.Env, f, func(signing.Signed) {})
	s.Show(screen, p)
	return s, f, screen
}

func TestARequestBeginsAsAPartOfACaseFile(t *testing.T) {
	_, f, _ := shown(t, i18n.English, widgets.SchemeLight, page.Place{Case: card})
	if a := f.asked; a.CaseFile != card || a.Case != "SC-2026-0931" || len(a.Subjects) != 1 || len(f.looked) != 1 || f.looked[0] != first {
		t.Errorf("begins as %+v after looking at %v", a, f.looked)
	}
}

func TestAskingAgainFromACaseStaysInIt(t *testing.T) {
	s, f, _ := shown(t, i18n.English, widgets.SchemeLight, page.Place{Request: first, Case: card})
	if a := f.asked; a.CaseFile != card || a.Dataset != identity || a.KeepDays != 90 || len(a.Fields) != 2 {
		t.Errorf("asked again as %+v", a)
	}
	if text := s.Text(); !strings.Contains(text, "SCA.7 does not cover it") && !strings.Contains(text, "SCA.7 does not cover it.") {
		t.Errorf("a field that is not covered is not flagged: %q", text)
	}
}

func TestAnUntouchedPageLeavesNoDraft(t *testing.T) {
	_, f, screen := shown(t, i18n.English, widgets.SchemeLight, page.Place{})
	screen.Leave()
	if len(f.saved) != 0 {
		t.Errorf("kept %+v", f.saved)
	}
	_, f, screen = shown(t, i18n.English, widgets.SchemeLight, page.Place{Request: first})
	screen.Save()
	if len(f.saved) != 1 || f.saved[0].Dataset != identity {
		t.Errorf("kept %+v", f.saved)
	}
}

func TestAnImportedListSaysWhatNeedsALook(t *testing.T) {
	for _, look := range uitest.Looks() {
		t.Run(look.Name, func(t *testing.T) {
			s, f, _ := shown(t, look.Lang, look.Scheme, page.Place{Request: first})
			s.File = []byte("number\nP1\nP2\nP1\n\"P\u202e3\"\n")
			uitest.Press(t, s, s.Env.T("compose.import"))
			if len(f.asked.Subjects) != 2 {
				t.Errorf("took %q", f.asked.Subjects)
			}
			s.Picture(t, "import-"+look.Name)
			if look.Lang == i18n.English && !strings.Contains(s.Text(), "2 valid, 2 need a look") {
				t.Errorf("the page says %q", s.Text())
			}
		})
	}
}

func TestAListThatTakesThePlaceOfSubjectsCanBeTakenBack(t *testing.T) {
	s, f, _ := shown(t, i18n.English, widgets.SchemeLight, page.Place{Request: first})
	s.File = []byte("number\nP1\n")
	uitest.Press(t, s, s.Env.T("compose.import"))
	s.File = []byte("number\nP2\nP3\n")
	uitest.Press(t, s, s.Env.T("compose.import"))
	if len(f.asked.Subjects) != 2 {
		t.Fatalf("took %q", f.asked.Subjects)
	}
	if !s.Env.Undo.Last() || len(f.asked.Subjects) != 1 || f.asked.Subjects[0] != "P1" {
		t.Errorf("taken back to %q", f.asked.Subjects)
	}
}

func TestWhatThePolicyAllowsInAnEmergencyIsOffered(t *testing.T) {
	s, f, _ := shown(t, i18n.English, widgets.SchemeLight, page.Place{Request: first})
	uitest.Tick(t, s, "Emergency")
	if !f.asked.Emergency {
		t.Error("the emergency was not asked for")
	}
	s, _, _ = shown(t, i18n.English, widgets.SchemeLight, page.Place{})
	if strings.Contains(s.Text(), "Emergency") {
		t.Error("an emergency is offered without a data set that allows it")
	}
}
