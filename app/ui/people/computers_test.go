package people_test

import (
	"context"
	"strings"
	"testing"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/page"
	"countersign/app/ui/people"
	"countersign/app/ui/uitest"
	"countersign/app/widgets"
)

// hall is a desk over an agency's computers.
type hall struct {
	fake
	computers []desk.Computer
	lacking   []desk.Unconnected
	elsewhere bool
	connected []desk.Source
	failed    error
}

func (h *hall) Computers(context.Context) ([]desk.Computer, error) { return h.computers, nil }
func (h *hall) OfficeProposal(_ context.Context, code desk.NodeCode) (*desk.Propose, error) {
	return &desk.Propose{Office: &desk.MoveOffice{Node: code}}, h.failed
}
func (h *hall) Prepare(ctx context.Context, act desk.Act) (*desk.SignPage, error) {
	p, err := h.fake.Prepare(ctx, act)
	p.Admin = &desk.AdminPage{Act: "office", Propose: act.Propose}
	return p, err
}
func (h *hall) Unconnected(context.Context) ([]desk.Unconnected, error) {
	if h.elsewhere {
		return nil, desk.ErrNotOffice
	}
	return h.lacking, nil
}
func (h *hall) ConnectSource(_ context.Context, s desk.Source) error {
	h.connected, h.lacking = append(h.connected, s), nil
	return nil
}

func newHall() *hall {
	holder := desk.Person{Name: "Hélène Arnaud"}
	return &hall{computers: []desk.Computer{{Code: "TS-CELLAR", Spare: true}, {Code: "TS-DISC-03", Holder: &holder}, {Code: "TS-DISC-04"},
		{Code: "TS-OFFICE", Office: true, Keeps: true, Here: true}, {Code: "TS-VAULT", Spare: true, Proposal: desk.EntryID{3}}},
		lacking: []desk.Unconnected{{Code: "TAX-INC-04", Title: "Declared income"}}}
}

func TestComputersOnScreen(t *testing.T) {
	for _, look := range uitest.Looks() {
		t.Run(look.Name, func(t *testing.T) {
			s := stage(t, look.Lang, look.Scheme, desk.RoleAdmin)
			s.Show(people.NewComputers(s.Env, newHall()), page.Place{})
			s.Picture(t, "computers-"+look.Name)
		})
	}
}

// What both administrators sign says what follows.
func TestMovingTheOfficeOnScreen(t *testing.T) {
	for _, look := range uitest.Looks() {
		t.Run(look.Name, func(t *testing.T) {
			s, h := stage(t, look.Lang, look.Scheme, desk.RoleAdmin), newHall()
			s.Show(people.NewComputers(s.Env, h), page.Place{})
			uitest.Press(t, s, s.Env.T("computers.make"))
			if len(h.prepared) != 1 || h.prepared[0].Kind != desk.ActPropose || h.prepared[0].Propose.Office.Node != "TS-CELLAR" {
				t.Fatalf("prepared %+v", h.prepared)
			}
			s.Picture(t, "computers-sign-"+look.Name)
		})
	}
}

func TestOnlyASpareIsOffered(t *testing.T) {
	s, h := stage(t, i18n.English, widgets.SchemeLight, desk.RoleAdmin), newHall()
	h.computers = h.computers[1:4]
	h.elsewhere = true
	s.Show(people.NewComputers(s.Env, h), page.Place{})
	if uitest.Button(s.Window.Content(), "Make this the office computer…") != nil {
		t.Error("a desk can be made the office computer")
	}
	for _, want := range []string{"A spare joins with: countersignd join FOLDER INVITATION --spare", "Desk of Hélène Arnaud", "is seen at the office computer"} {
		if !strings.Contains(s.Text(), want) {
			t.Errorf("%q lacks %q", s.Text(), want)
		}
	}
}

func TestWhatDataSetsLackIsConnectedThere(t *testing.T) {
	s, h := stage(t, i18n.English, widgets.SchemeLight, desk.RoleAdmin), newHall()
	s.Show(people.NewComputers(s.Env, h), page.Place{})
	uitest.Press(t, s, "Connect a file")
	uitest.Fill(t, s, 0, "/data/income.csv")
	uitest.Fill(t, s, 1, "person")
	uitest.Press(t, s, "Connect a file") // the dialog's
	if len(h.connected) != 1 || h.connected[0] != (desk.Source{Dataset: "TAX-INC-04", File: "/data/income.csv", Key: "person"}) {
		t.Fatalf("connected %+v", h.connected)
	}
	if strings.Contains(s.Text(), "Declared income") {
		t.Error("still lacking")
	}
}

// A computer that was removed meanwhile is said, and nothing is opened.
func TestAComputerThatCannotIsSaid(t *testing.T) {
	s, h := stage(t, i18n.English, widgets.SchemeLight, desk.RoleAdmin), newHall()
	h.failed = &desk.NoOfficeError{Node: "TS-CELLAR", Why: desk.ErrNoComputer}
	s.Show(people.NewComputers(s.Env, h), page.Place{})
	uitest.Press(t, s, "Make this the office computer…")
	if len(h.prepared) != 0 || !strings.Contains(s.DialogText(), "TS-CELLAR cannot become the office computer") {
		t.Errorf("prepared %v, says %q", h.prepared, s.DialogText())
	}
}
