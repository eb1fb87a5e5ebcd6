// Package workdays owns the page of the settings on which administrators read and
// publish the working days of their agency: deadlines are counted by them.
package workdays

import (
	"context"
	"time"

	"fyne.io/fyne/v2"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/page"
	"countersign/app/ui/signing"
	"countersign/app/widgets"
	"countersign/assets"
)

// Desk is what the page needs.
type Desk interface {
	signing.Desk
	WorkDays(ctx context.Context) ([]desk.Time, error)
	CheckCalendar(ctx context.Context, p desk.WorkPlan) ([]desk.Time, []desk.PlanProblem, error)
	CalendarProposal(ctx context.Context, p desk.WorkPlan) (*desk.Propose, error)
}

// endsSoon is how long before the last working day the page says so.
const endsSoon = 90 * 24 * time.Hour

// Screen is the page.
type Screen struct {
	env     *page.Env
	desk    Desk
	turn    page.Turn
	body    *page.Slot
	content fyne.CanvasObject
	now     desk.WorkWeeks
}

// New makes the page.
func New(e *page.Env, d Desk) *Screen {
	s := &Screen{env: e, desk: d, body: page.NewSlot()}
	s.body.Show(widgets.Inset(24, 24, 0, 24, widgets.Skeleton(4)))
	s.content = s.body.Content()
	return s
}

// Content implements page.Screen.
func (s *Screen) Content() fyne.CanvasObject { return s.content }

// Open implements page.Screen.
func (s *Screen) Open(page.Place) { s.reload() }

// Changed implements page.Screen.
func (s *Screen) Changed(c desk.Change) {
	if c.People {
		s.reload()
	}
}

// Rune implements page.Screen.
func (s *Screen) Rune(rune) bool { return false }

// Key implements page.Screen.
func (s *Screen) Key(*fyne.KeyEvent) bool { return false }

func (s *Screen) reload() {
	page.ReadLast(s.env, &s.turn, s.desk.WorkDays, func(days []desk.Time, err error) {
		if err != nil {
			s.body.Show(s.env.Failed(err, s.reload))
			return
		}
		s.now = desk.ReadWeeks(days, s.env.Zone, s.env.Now())
		s.draw()
	})
}

func (s *Screen) draw() {
	e := s.env
	parts := []fyne.CanvasObject{widgets.Fixed(0, 32, widgets.NewText(e.T("workdays.title")).Sub()), widgets.NewPara(e.T("workdays.text")).In(widgets.Ink2)}
	if s.now.Last.Before(e.Now().Add(endsSoon)) {
		parts = append(parts, widgets.NewNote(widgets.ToneWarn, e.T("workdays.ends", i18n.P{"date": e.Date(s.now.Last)})))
	}
	parts = append(parts, widgets.PaddedCard(widgets.Column(8, signing.WorkWeeks(e, s.now)...)),
		widgets.Row(8, widgets.NewButton(widgets.Primary, e.T("workdays.write"), s.edit).WithIcon(assets.IconCalendar)))
	s.body.Show(widgets.Page(widgets.Inset(16, 24, 24, 32, widgets.Column(14, parts...))))
}

// edit opens the dialog with what stands now.
func (s *Screen) edit() { newEditor(s).dialog.Show() }

// propose goes on to the page that is signed.
func (s *Screen) propose(p desk.WorkPlan) {
	e := s.env
	page.Read(e, func(ctx context.Context) (*desk.Propose, error) { return s.desk.CalendarProposal(ctx, p) }, func(act *desk.Propose, err error) {
		if err != nil {
			e.Problem(e.T("workdays.write"), err)
			return
		}
		what := signing.What{What: e.T("workdays.what", i18n.P{"date": e.PlainDate(p.Last)})}
		signing.Start(e, s.desk, desk.Act{Kind: desk.ActPropose, Propose: act}, what, func(done signing.Signed) {
			signing.Follow(e, s.desk, done, s.reload)
		})
	})
}
