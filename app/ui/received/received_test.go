package received_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/page"
	"countersign/app/ui/received"
	"countersign/app/ui/uitest"
	"countersign/app/widgets"
	"countersign/ledger/rules"
)

const day = 24 * time.Hour

var income, metro, address, health = desk.EntryID{0x41, 0x7c}, desk.EntryID{0x38}, desk.EntryID{0x91}, desk.EntryID{0x22}

// fake is a desk with four files.
type fake struct {
	rows    []desk.RequestRow
	err     error // of opening
	opened  []desk.EntryID
	exports []string
	letter  desk.Letter
	prepare []desk.Act
	shown   []desk.EntryID
	put     []string // case files in which a request was put
}

func newFake() *fake {
	row := func(id desk.EntryID, title, period, other string, agency desk.AgencyID, ref string, keep int, left time.Duration) desk.RequestRow {
		return desk.RequestRow{ID: id, State: desk.Fulfilled, Other: agency, OtherTitle: other, Dataset: title, Code: "TAX-INC-04", Case: ref,
			Period: period, KeepDays: keep, KeepUntil: uitest.At(left), Changed: uitest.At(-9 * day)}
	}
	f := &fake{rows: []desk.RequestRow{
		row(income, "Declared income", "2021–2023", "Tax Service", "valmarine-tax", "VM-2026-0417", 180, 178*day),
		row(metro, "Metro occupancy", "", "Metro", "valmarine-metro", "VM-2026-0380", 90, 56*day),
		row(address, "Last known address", "", "Tax Service", "valmarine-tax", "VM-2026-0344", 90, 8*day),
		row(health, "Health cover", "", "Health Fund", "valmarine-health", "VM-2026-0229", 90, 0),
	}}
	f.rows[0].Unread, f.rows[3].Deleted, f.rows[1].State = true, true, desk.Approved
	return f
}

func (f *fake) ReceivedPage(context.Context, []byte) ([]desk.RequestRow, []byte, error) {
	return append([]desk.RequestRow(nil), f.rows...), nil, nil
}

func (f *fake) OpenPart(_ context.Context, id desk.EntryID, which int) (*desk.Table, error) {
	if f.err != nil {
		return nil, fmt.Errorf("open received data: %w", f.err)
	}
	f.opened = append(f.opened, id)
	vidal, brandt := desk.OfficialID{1}, desk.OfficialID{2}
	return &desk.Table{Row: f.rows[0], File: "declared-income.csv", Columns: []desk.FieldName{"year", "declared_income", "income_band", "employer_id", "bank_account_refs"},
		Rows: [][]string{{"2021", "41280", "D", "51200411800023", "VM76 4410"}, {"2021", "3150", "D", "83077120900011", "VM76 4410"},
			{"2022", "44900", "D", "51200411800023", "VM76 4410"}, {"2023", "98400", "F", "51200411800023", "VM76 4410"}, {"2023", "61000", "F", "90133856000017", "VM18 0092"}},
		Total: 5, Struck: []desk.FieldName{"spouse_id"}, SignedBy: []desk.Person{{Name: "Tomás Okafor"}, {Name: "Hélène Arnaud"}}, Height: 1284, At: uitest.At(-28 * time.Hour),
		Parts: 1, Checked: uitest.Now().Add(-11 * time.Second), Title: "Declared income", Provider: "Tax Service", Unit: "Valmarine Police", Until: uitest.At(178 * day), DaysLeft: 178, KeepDays: 180,
		Opened: []desk.JournalLine{{At: uitest.At(-5 * time.Hour), Official: vidal, Act: desk.JournalOpen}, {At: uitest.At(-6 * time.Hour), Official: vidal, Act: desk.JournalExport},
			{At: uitest.At(-27 * time.Hour), Official: brandt, Act: desk.JournalOpen}},
		People: map[desk.OfficialID]desk.Person{vidal: {Name: "Marco Vidal"}, brandt: {Name: "Sofia Brandt"}}}, nil
}

func (f *fake) ExportPart(_ context.Context, _ desk.EntryID, _ int, path string) error {
	f.exports = append(f.exports, path)
	return nil
}

func (f *fake) Letter(context.Context, desk.EntryID) (*desk.Letter, error) {
	return &f.letter, nil
}

func (f *fake) Prepare(_ context.Context, act desk.Act) (*desk.SignPage, error) {
	f.prepare = append(f.prepare, act)
	return &desk.SignPage{Act: act, CheckCode: "417C 902E", Agency: "Valmarine Police", Other: "Tax Service", Dataset: "Declared income", Signer: desk.Person{Name: "Marco Vidal"}}, nil
}

func (f *fake) Sign(context.Context, *desk.SignPage, string) (desk.Ticket, error) {
	return desk.Ticket{}, nil
}

func (f *fake) Await(context.Context, desk.Ticket) (desk.Final, error) {
	return desk.Final{Height: 1301}, nil
}

func (f *fake) Cases(context.Context) ([]desk.Case, error) {
	return []desk.Case{{ID: "000102030405060708090a0b0c0d0e0f", Number: "SC-2026-0931"}}, nil
}

func (f *fake) ShowValues(_ context.Context, id desk.EntryID) error {
	if f.err == nil {
		f.shown = append(f.shown, id)
	}
	return f.err
}

func (f *fake) NewCase(string, string) (desk.Case, error) { return desk.Case{}, nil }

func (f *fake) DropCase(context.Context, string) error { return nil }

func (f *fake) PutInCase(_ context.Context, request desk.EntryID, id string) error {
	f.put = append(f.put, id)
	return nil
}

func TestReceivedOnScreen(t *testing.T) {
	for _, look := range uitest.Looks() {
		t.Run(look.Name, func(t *testing.T) {
			s := uitest.New(t, look.Lang, look.Scheme)
			screen := received.New(s.Env, newFake())
			s.Show(screen, page.Place{Request: income})
			s.Picture(t, "covered-"+look.Name)
			if look.Name == "en-light" {
				screen.Rune('v')
				s.Picture(t, "shown-"+look.Name)
			}
		})
	}
}

func TestWalkingThroughTheListOpensNothing(t *testing.T) {
	s, f := uitest.New(t, i18n.English, widgets.SchemeLight), newFake()
	screen := received.New(s.Env, f)
	s.Show(screen, page.Place{})
	screen.Rune('j')
	screen.Rune('j')
	screen.Rune('k')
	if len(f.opened) != 0 {
		t.Fatalf("walking opened %v", f.opened)
	}
	s.Picture(t, "closed-en-light")
	screen.Key(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if len(f.opened) != 1 || f.opened[0] != income {
		t.Fatalf("Enter opened %v", f.opened)
	}
}

func TestValuesAreCoveredUntilAsked(t *testing.T) {
	s := uitest.New(t, i18n.English, widgets.SchemeLight)
	screen := received.New(s.Env, newFake())
	s.Show(screen, page.Place{Request: income})
	if strings.Contains(s.Text(), "41280") {
		t.Fatal("a value stands on the page before anybody asked")
	}
	screen.Rune('v')
	if !strings.Contains(s.Text(), "41280") {
		t.Fatal("V uncovers nothing")
	}
	screen.Leave()
	if strings.Contains(s.Text(), "41280") {
		t.Fatal("a value stays uncovered behind another screen")
	}
}

func TestAFileThatDoesNotMatchIsNotShown(t *testing.T) {
	s, f := uitest.New(t, i18n.English, widgets.SchemeLight), newFake()
	f.err = desk.ErrMismatch
	screen := received.New(s.Env, f)
	s.Show(screen, page.Place{Request: income})
	s.Picture(t, "mismatch-en-light")
	if text := s.Text(); strings.Contains(text, "Export") || !strings.Contains(text, "does not match") {
		t.Fatalf("the page says %q", text)
	}
}

func TestAFileThatIsAwayCanBeTriedAgain(t *testing.T) {
	s, f := uitest.New(t, i18n.English, widgets.SchemeLight), newFake()
	f.err = desk.ErrPartAway
	screen := received.New(s.Env, f)
	s.Show(screen, page.Place{Request: income})
	s.Picture(t, "away-en-light")
}

func TestDeletingAsksForASignature(t *testing.T) {
	s, f := uitest.New(t, i18n.English, widgets.SchemeLight), newFake()
	screen := received.New(s.Env, f)
	s.Show(screen, page.Place{Request: income})
	screen.Key(&fyne.KeyEvent{Name: fyne.KeyDelete})
	if len(f.prepare) != 1 || f.prepare[0].Kind != desk.ActDelete || f.prepare[0].Request != income {
		t.Fatalf("prepared %v", f.prepare)
	}
	if s.Window.Canvas().Overlays().Top() == nil {
		t.Fatal("no sign page is open")
	}
}

func TestExportWarnsFirst(t *testing.T) {
	s, f := uitest.New(t, i18n.English, widgets.SchemeLight), newFake()
	s.SaveTo = "/tmp/copy.csv"
	screen := received.New(s.Env, f)
	s.Show(screen, page.Place{Request: income})
	screen.Rune('x')
	if len(f.exports) != 0 {
		t.Fatal("exported before the warning was read")
	}
	uitest.Press(t, s, "Export a copy")
	if len(f.exports) != 1 {
		t.Fatalf("exports %v", f.exports)
	}
}

func TestANewPartOfALiveFeedIsOfferedAndNotOpened(t *testing.T) {
	s, f := uitest.New(t, i18n.English, widgets.SchemeLight), newFake()
	f.letter.StandingDays, f.letter.Row.State = 90, desk.Approved
	f.letter.Releases = f.letter.Releases[:0]
	screen := received.New(s.Env, f)
	s.Show(screen, page.Place{Request: income})
	s.Picture(t, "live-en-light")
	f.letter = withParts(f.letter, 2)
	screen.Changed(desk.Change{Requests: []desk.EntryID{income}})
	if len(f.opened) != 1 || !strings.Contains(s.Text(), "A new part has come") {
		t.Fatalf("opened %v, the page says %q", f.opened, s.Text())
	}
	uitest.Press(t, s, "Check and open")
	if len(f.opened) != 2 {
		t.Fatalf("opened %v", f.opened)
	}
}

// withParts is a letter with so many releases.
func withParts(l desk.Letter, n int) desk.Letter {
	l.Releases = append(l.Releases, make([]rules.Release, n)...)
	return l
}

func TestNothingReceived(t *testing.T) {
	s := uitest.New(t, i18n.English, widgets.SchemeLight)
	screen := received.New(s.Env, &fake{})
	s.Show(screen, page.Place{})
	s.Picture(t, "empty-en-light")
	test.Type(screen.Search(), "tax")
}

func TestAFileIsAddedToACaseFile(t *testing.T) {
	s, f := uitest.New(t, i18n.English, widgets.SchemeLight), newFake()
	s.Show(received.New(s.Env, f), page.Place{Request: income})
	uitest.Press(t, s, "Add to case file")
	uitest.Press(t, s, "Put it there")
	if len(f.put) != 1 || len(s.Said) == 0 || s.Said[len(s.Said)-1] != "Kept in the case file" {
		t.Errorf("put %v, said %v", f.put, s.Said)
	}
}

func TestValuesAreShownOnlyOnceTheJournalHasIt(t *testing.T) {
	s, f := uitest.New(t, i18n.English, widgets.SchemeLight), newFake()
	screen := received.New(s.Env, f)
	s.Show(screen, page.Place{Request: income})
	f.err = errors.New("the journal cannot be written")
	screen.Rune('v')
	if strings.Contains(widgets.PageText(s.Window.Content()), "41280") || !strings.Contains(s.Text(), "the journal cannot be written") {
		t.Fatalf("shown without the journal: %q", s.Text())
	}
	uitest.Press(t, s, "Close")
	f.err = nil
	screen.Rune('v')
	if len(f.shown) != 1 || !strings.Contains(s.Text(), "41280") {
		t.Errorf("journal has %v, the page says %q", f.shown, s.Text())
	}
	screen.Rune('v')
	if len(f.shown) != 1 || strings.Contains(s.Text(), "41280") {
		t.Error("covering was recorded, or did not cover")
	}
}
