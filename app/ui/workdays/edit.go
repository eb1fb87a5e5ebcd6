package workdays

import (
	"context"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/page"
	"countersign/app/widgets"
	"countersign/assets"
)

// editor is the dialog in which working days are written.
type editor struct {
	s                *Screen
	zone, last, free *widgets.Input
	week             [7]*widgets.Check
	said, makes      *widgets.Para // of the week; what would come of it
	turn             page.Turn
	good             bool // the last look found nothing wrong
	tried            bool
	dialog           *widgets.Dialog
}

func newEditor(s *Screen) *editor {
	e := s.env
	d := &editor{s: s, zone: widgets.NewInput("Europe/Paris"), last: e.AnyDay(),
		free: widgets.NewTextArea(e.T("workdays.free_hint"), 6), said: widgets.NewPara("").Caption().In(widgets.Refuse), makes: widgets.NewPara("").In(widgets.Ink2)}
	if name := e.Zone.String(); name != time.Local.String() {
		if _, err := desk.Zone(name); err == nil {
			d.zone.SetText(name)
		}
	}
	d.last.SetText(time.Date(e.Now().Year()+1, 12, 31, 0, 0, 0, 0, time.UTC).Format(time.DateOnly))
	d.free.SetText(lines(s.now.Free))
	ticks := make([]fyne.CanvasObject, 0, len(d.week))
	for _, w := range desk.Weekdays() {
		c := widgets.NewCheck(e.WeekdayName(w), s.now.Week[w], func(bool) { d.check() })
		d.week[w], ticks = c, append(ticks, c)
	}
	for _, in := range []*widgets.Input{d.zone, d.last, d.free} {
		in.OnChange(func(string) { d.check() })
	}
	need := e.T("common.needed")
	body := widgets.Column(14, widgets.Column(6, widgets.FieldLabel(e.T("workdays.week"), need), widgets.Wrap(20, 4, ticks...), d.said),
		widgets.Columns(16, 12, []float32{1, 1}, widgets.Labelled(e.T("workdays.zone"), e.T("common.optional"), d.zone, widgets.NewPara(e.T("workdays.zone_hint")).Caption().In(widgets.Ink3)), widgets.Labelled(e.T("workdays.last"), need, d.last)),
		widgets.Labelled(e.T("workdays.free"), e.T("common.optional"), d.free), d.makes, widgets.NewNote(widgets.ToneInfo, e.T("publish.two_admins")))
	cancel := widgets.NewButton(widgets.Outline, e.T("common.cancel"), func() { d.dialog.Close() }).WithKey("Esc")
	d.dialog = widgets.NewDialog(e.Canvas, widgets.DialogSpec{Width: widgets.DialogWide, Title: e.T("workdays.write"), Body: body,
		Foot: []fyne.CanvasObject{cancel, widgets.Spring(), widgets.NewButton(widgets.Primary, e.T("publish.sign"), d.press).WithIcon(assets.IconSign)}, First: d.week[time.Monday]})
	d.check()
	return d
}

// lines are days off as they are written, one a line.
func lines(days []time.Time) string {
	var b strings.Builder
	for _, day := range days {
		b.WriteString(day.Format(time.DateOnly) + "\n")
	}
	return b.String()
}

// written is the plan as the dialog has it. What cannot be read is said beside
// its field, and ok is false.
func (d *editor) written() (p desk.WorkPlan, ok bool) {
	e, ok := d.s.env, true
	wrong := func(in *widgets.Input, key string, what string) {
		text := ""
		if key != "" {
			text, ok = e.T(key, i18n.P{"what": what}), false
		}
		in.SetError(text)
	}
	p.Zone = e.Zone
	wrong(d.zone, "", "")
	if name := strings.TrimSpace(d.zone.Text()); name != "" {
		zone, err := desk.Zone(name)
		if p.Zone = zone; err != nil {
			wrong(d.zone, "workdays.bad_zone", name)
		}
	}
	for w, c := range d.week {
		p.Week[w] = c.On()
	}
	wrong(d.last, "", "")
	if text := strings.TrimSpace(d.last.Text()); text != "" {
		last, err := desk.ParseDay(text)
		if p.Last = last; err != nil {
			wrong(d.last, "workdays.bad_day", text)
		}
	}
	free, bad := desk.ParseDays(d.free.Text())
	p.Free = free
	wrong(d.free, "", "")
	if bad != "" {
		wrong(d.free, "workdays.bad_day", bad)
	}
	return p, ok
}

func (d *editor) check() {
	p, ok := d.written()
	d.good = false
	if !ok {
		d.makes.Set("")
		d.dialog.Refresh()
		return
	}
	type found struct {
		days     []desk.Time
		problems []desk.PlanProblem
	}
	page.ReadLast(d.s.env, &d.turn, func(ctx context.Context) (out found, err error) {
		out.days, out.problems, err = d.s.desk.CheckCalendar(ctx, p)
		return out, err
	}, func(f found, err error) {
		if err != nil {
			d.s.env.Problem(d.s.env.T("workdays.write"), err)
			return
		}
		d.good = len(f.problems) == 0
		d.draw(f.days, f.problems, p.Zone)
	})
}

func (d *editor) draw(days []desk.Time, problems []desk.PlanProblem, zone *time.Location) {
	e := d.s.env
	at := map[desk.PlanField]string{}
	for _, p := range problems {
		switch {
		case p.Code == desk.CodePast:
			at[p.Field] = e.T("workdays.past")
		case p.Code == desk.CodeTooMany:
			at[p.Field] = e.T("workdays.too_many", i18n.P{"date": e.PlainDate(p.Which)})
		case d.tried:
			at[p.Field] = e.T("workdays.missing_" + string(p.Field))
		}
	}
	d.said.Set(at[desk.PlanWeek])
	d.last.SetError(at[desk.PlanLast])
	d.makes.Set("")
	if len(problems) == 0 {
		w := desk.ReadWeeks(days, zone, e.Now())
		d.makes.Set(e.T("workdays.makes", i18n.P{"days": e.N("time.working_days", w.Days), "date": e.Date(w.Last), "free": e.N("workdays.free_days", len(w.Free))}))
	}
	d.dialog.Refresh()
}

// press goes on to the sign page.
func (d *editor) press() {
	d.tried = true
	p, ok := d.written()
	if !ok || !d.good {
		d.check()
		return
	}
	d.dialog.Close()
	d.s.propose(p)
}
