package signing

import (
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/page"
	"countersign/app/widgets"
)

// published states all that an edition of a data set or of a legal basis says, or
// what follows from moving the office: both administrators read it on the page they sign.
func (s *sheet) published() []fyne.CanvasObject {
	p := s.page.Admin
	switch {
	case s.page.Act.Kind == desk.ActNode && s.page.Act.Node != nil && s.page.Act.Node.Node.Recipient != "":
		return []fyne.CanvasObject{widgets.KeyValue(factsWidth, s.env.T("computers.means"), widgets.NewPara(s.env.T("computers.node_spare")))}
	case p == nil || p.Propose == nil:
		return nil
	case p.Propose.Office != nil:
		return []fyne.CanvasObject{officeMoves(s.env, p.Propose.Office.Node)}
	case p.Propose.Dataset != nil:
		return s.dataset(p.Propose.Dataset)
	case p.Propose.Basis != nil:
		return s.basis(p.Propose.Basis)
	case p.Propose.Calendar != nil:
		return WorkWeeks(s.env, desk.ReadWeeks(p.Propose.Calendar.Days, s.env.Zone, s.env.Now()))
	}
	return nil
}

// officeMoves states what follows when the office moves to a computer.
func officeMoves(e *page.Env, to desk.NodeCode) fyne.CanvasObject {
	return widgets.KeyValue(factsWidth, e.T("computers.means"), widgets.NewPara(e.T("computers.move_takes", i18n.P{"code": string(to)})))
}

// WorkWeeks states a calendar of working days: administrators read the same lines
// where it stands, before they sign it and before they second it.
func WorkWeeks(e *page.Env, w desk.WorkWeeks) []fyne.CanvasObject {
	line := func(label, text string) fyne.CanvasObject {
		return widgets.KeyValue(factsWidth, e.T(label), widgets.NewPara(text))
	}
	var week, free, begins []string
	for _, day := range desk.Weekdays() {
		if w.Week[day] {
			week = append(week, e.WeekdayName(day))
		}
	}
	for _, d := range w.Free {
		free = append(free, e.Date(d))
	}
	midnight := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, b := range w.Begins {
		begins = append(begins, e.Time(midnight.Add(b)))
	}
	if len(free) == 0 {
		free = []string{e.T("workdays.none")}
	}
	return []fyne.CanvasObject{line("workdays.last", e.Date(w.Last)+" · "+e.N("time.working_days", w.Days)), line("workdays.week", e.List(week)),
		line("workdays.begin", strings.Join(begins, " / ")), line("workdays.free", strings.Join(free, ", "))}
}

// factsWidth is the room of the labels: those of a data set are long.
const factsWidth = 132

func (s *sheet) dataset(d *desk.Dataset) []fyne.CanvasObject {
	e := s.env
	line := func(label, text string) fyne.CanvasObject {
		return widgets.KeyValue(factsWidth, label, widgets.NewPara(text))
	}
	names := make([]desk.FieldName, len(d.Fields))
	for i, f := range d.Fields {
		names[i] = f.Name
	}
	out := []fyne.CanvasObject{line(e.T("catalogue.fields"), bold(names))}
	if d.Withdraw {
		return append(out, widgets.NewNote(widgets.ToneWarn, e.T("publish.retire_text")))
	}
	signatures := e.Number(int64(d.Policy.Quorum))
	if d.Policy.DPO {
		signatures += " + " + s.env.T("role_short.dpo")
	}
	refusal := "publish.refusal_any"
	if d.Policy.RefusalByQuorum {
		refusal = "publish.refusal_quorum"
	}
	out = append(out, line(e.T("catalogue.class"), e.T("catalogue.class_"+string(d.Class))+" · "+e.T("publish.sharing_"+string(d.Sharing))),
		line(e.T("catalogue.signatures"), signatures), line(e.T("catalogue.decided_within"), e.N("time.working_days", int(d.Policy.DeadlineDays))),
		line(e.T("publish.refusal"), e.T(refusal)))
	if d.Policy.MaxReleases > 0 {
		out = append(out, line(e.T("publish.releases"), e.Number(int64(d.Policy.MaxReleases))))
	}
	if d.Policy.Emergency {
		out = append(out, widgets.NewPara(e.T("publish.emergency")).In(widgets.Ink2))
	}
	return out
}

func (s *sheet) basis(b *desk.Basis) []fyne.CanvasObject {
	e := s.env
	who := e.T("catalogue.any_agency")
	if len(b.Requesters) > 0 {
		codes := make([]string, len(b.Requesters))
		for i, a := range b.Requesters {
			codes[i] = string(a)
		}
		who = e.List(codes)
	}
	out := []fyne.CanvasObject{widgets.KeyValue(factsWidth, e.T("letter.purpose"), widgets.NewPara(e.T("publish.coded", i18n.P{"name": e.PurposeName(b.Purpose), "code": string(b.Purpose)}))),
		widgets.KeyValue(factsWidth, e.T("catalogue.fields"), widgets.NewPara(bold(b.Fields))), widgets.KeyValue(factsWidth, e.T("basis.who"), widgets.NewPara(who))}
	if b.KeepDays > 0 {
		out = append(out, widgets.KeyValue(factsWidth, e.T("catalogue.kept_at_most"), widgets.NewPara(e.N("time.days", int(b.KeepDays)))))
	}
	return out
}
