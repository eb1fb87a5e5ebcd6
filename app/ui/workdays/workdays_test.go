package workdays_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/page"
	"countersign/app/ui/uitest"
	"countersign/app/ui/workdays"
	"countersign/app/widgets"
)

// fake has a calendar that ends, and takes the plans of the page.
type fake struct {
	days     []desk.Time
	problems []desk.PlanProblem
	proposed []desk.WorkPlan
	prepared []desk.Act
}

// weeks are the days from Monday to Friday of so many weeks around now, without the given days.
func weeks(n int, free ...string) (out []desk.Time) {
	first := time.Date(2026, 6, 8, 0, 0, 0, 0, uitest.Zone)
	for i := range 7 * n {
		d := first.AddDate(0, 0, i)
		if w := d.Weekday(); w == time.Saturday || w == time.Sunday || strings.Contains(strings.Join(free, " "), d.Format(time.DateOnly)) {
			continue
		}
		out = append(out, desk.Time(d.UnixMilli()))
	}
	return out
}

func (f *fake) WorkDays(context.Context) ([]desk.Time, error) { return f.days, nil }
func (f *fake) CheckCalendar(_ context.Context, p desk.WorkPlan) ([]desk.Time, []desk.PlanProblem, error) {
	if p.Last.IsZero() {
		return nil, []desk.PlanProblem{{Field: desk.PlanLast, Code: desk.CodeMissing}}, nil
	}
	return f.days, f.problems, nil
}
func (f *fake) CalendarProposal(_ context.Context, p desk.WorkPlan) (*desk.Propose, error) {
	f.proposed = append(f.proposed, p)
	return &desk.Propose{Calendar: &desk.Calendar{Days: f.days}}, nil
}
func (f *fake) Prepare(_ context.Context, act desk.Act) (*desk.SignPage, error) {
	f.prepared = append(f.prepared, act)
	return &desk.SignPage{Act: act, CheckCode: "417C 902E", Agency: "Tax Service", Signer: desk.Person{Name: "Rosa Lindqvist"},
		Admin: &desk.AdminPage{Act: "calendar", Propose: act.Propose}}, nil
}
func (f *fake) Sign(context.Context, *desk.SignPage, string) (desk.Ticket, error) {
	return desk.Ticket{}, nil
}
func (f *fake) Await(context.Context, desk.Ticket) (desk.Final, error) {
	return desk.Final{Height: 9}, nil
}

func show(t *testing.T, lang i18n.Lang, scheme widgets.Scheme, f *fake) *uitest.Stage {
	s := uitest.New(t, lang, scheme)
	s.Room = fyne.NewSize(872, 800) // beside the rail and the index of the settings
	s.Show(workdays.New(s.Env, f), page.Place{})
	return s
}

func TestWorkingDaysOnScreen(t *testing.T) {
	for _, l := range uitest.Looks() {
		t.Run(l.Name, func(t *testing.T) {
			f := &fake{days: weeks(8, "2026-06-15", "2026-07-14")}
			s := show(t, l.Lang, l.Scheme, f)
			s.Picture(t, "workdays-"+l.Name)
			uitest.Press(t, s, s.Env.T("workdays.write"))
			s.Picture(t, "write-"+l.Name)
			uitest.Press(t, s, s.Env.T("publish.sign"))
			s.Picture(t, "sign-"+l.Name)
		})
	}
}

// What is written is the week, the zone and the days off, and it is shown before it is signed.
func TestWorkingDaysAreSignedAsWritten(t *testing.T) {
	f := &fake{days: weeks(120)}
	s := show(t, i18n.English, widgets.SchemeLight, f)
	if strings.Contains(s.Text(), "The working days end on") {
		t.Error("warned of an end that is far off")
	}
	uitest.Press(t, s, "Write working days")
	uitest.Tick(t, s, "Saturday")
	uitest.Fill(t, s, 0, "America/Montreal")
	uitest.Fill(t, s, 1, "2027-06-30")
	uitest.Fill(t, s, 2, "2026-07-01 Canada Day\n2026-12-25")
	uitest.Press(t, s, s.Env.T("publish.sign"))
	if len(f.proposed) != 1 {
		t.Fatalf("proposed %v", f.proposed)
	}
	p := f.proposed[0]
	if !p.Week[time.Saturday] || p.Week[time.Sunday] || !p.Week[time.Monday] || p.Zone.String() != "America/Montreal" ||
		p.Last.Format(time.DateOnly) != "2027-06-30" || len(p.Free) != 2 {
		t.Errorf("proposed %+v", p)
	}
	if len(f.prepared) != 1 || !strings.Contains(s.DialogText(), "Monday, Tuesday, Wednesday, Thursday and Friday") {
		t.Errorf("the page to sign says %q", s.DialogText())
	}
}

// Nothing is proposed while a field cannot be read, and the words stand beside it.
func TestBadWorkingDaysAreSaidBesideTheirFields(t *testing.T) {
	f := &fake{days: weeks(8)}
	s := show(t, i18n.English, widgets.SchemeLight, f)
	uitest.Press(t, s, "Write working days")
	for _, c := range []struct {
		input int
		text  string
		says  string
	}{
		{0, "Europe/Valmarine", "No time zone is called “Europe/Valmarine”."},
		{0, "Europe/Paris", ""},
		{1, "30 June", "“30 June” is not a day."},
		{1, "", "Write the last day."},
		{1, "2027-06-30", ""},
		{2, "2026-07-14\n2026-13-01", "“2026-13-01” is not a day."},
	} {
		uitest.Fill(t, s, c.input, c.text)
		if c.says == "" {
			continue
		}
		uitest.Press(t, s, s.Env.T("publish.sign"))
		if text := s.DialogText(); !strings.Contains(text, c.says) {
			t.Errorf("%q: the dialog says %q", c.text, text)
		}
	}
	f.problems = []desk.PlanProblem{{Field: desk.PlanLast, Code: desk.CodePast}}
	uitest.Fill(t, s, 2, "")
	if text := s.DialogText(); !strings.Contains(text, "This day has to come after today.") {
		t.Errorf("the dialog says %q", text)
	}
	uitest.Press(t, s, s.Env.T("publish.sign"))
	if len(f.proposed) > 0 {
		t.Errorf("proposed %v", f.proposed)
	}
}
