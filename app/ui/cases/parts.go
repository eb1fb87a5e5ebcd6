package cases

import (
	"context"
	"errors"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/page"
	"countersign/app/widgets"
	"countersign/assets"
)

// endingDays is how long before its end a retention is shown as ending.
const endingDays = 10

// rowsShown is how many rows of a part stand in the file; the others are one step away.
const rowsShown = 5

// parts is the right side: the file, one section for each request.
func (f *file) parts() fyne.CanvasObject {
	e := f.s.env
	if len(f.c.Parts) == 0 {
		return widgets.Spring()
	}
	head := widgets.Row(12, widgets.Grow(widgets.NewText(e.T("cases.file")).Sub().Cut()), widgets.NewGlyph(assets.IconLock, widgets.Ink3).Sized(14),
		widgets.NewText(e.T("cases.only_yours")).Caption().In(widgets.Ink3))
	var legend []fyne.CanvasObject
	for _, g := range groups() {
		if n := f.c.Count(g.stages...); n > 0 {
			legend = append(legend, widgets.Legend(g.tone, e.N(g.key, n)))
		}
	}
	var sections []fyne.CanvasObject
	for i, p := range f.c.Parts {
		if i > 0 {
			sections = append(sections, widgets.Rule())
		}
		sections = append(sections, widgets.Inset(14, 16, 14, 16, widgets.Column(8, f.section(i, p)...)))
	}
	all := []fyne.CanvasObject{head, widgets.Column(8, shares(e, &f.c, 6), widgets.Wrap(16, 4, legend...)), widgets.Card(widgets.Column(0, sections...))}
	if keep := f.keep(); keep != nil {
		all = append(all, keep)
	}
	return widgets.Page(widgets.Inset(20, 24, 20, 24, widgets.Column(12, all...)))
}

// section is what has come of one request.
func (f *file) section(i int, p desk.CasePart) []fyne.CanvasObject {
	e := f.s.env
	title := []fyne.CanvasObject{numbered(i), widgets.NewText(p.Row.Dataset).Bold(), widgets.Grow(widgets.NewText(p.Row.OtherTitle).Caption().In(widgets.Ink2).Cut())}
	switch p.Stage {
	case desk.PartArrived:
		return f.arrived(p, title)
	case desk.PartArriving:
		chip := f.chip(p)
		percent := f.percent(p)
		if percent >= 0 {
			chip = widgets.NewChip(e.Percent(percent), widgets.ToneInfo).WithIcon(assets.IconDownload)
		}
		out := []fyne.CanvasObject{widgets.Row(8, append(title, chip)...)}
		if percent >= 0 {
			out = append(out, widgets.NewThinBar(float32(percent)/100, widgets.ToneAccent).Thin())
		}
		return append(out, f.grid(f.agreed(p), func(desk.FieldName) fyne.CanvasObject {
			return widgets.NewText(e.T("cases.on_its_way")).In(widgets.Ink2)
		}))
	case desk.PartDeleted:
		return []fyne.CanvasObject{widgets.Row(8, append(title, f.chip(p))...),
			widgets.NewPara(e.T("received.deleted_text", i18n.P{"agency": p.Row.OtherTitle})).In(widgets.Ink2)}
	case desk.PartNotGiven:
		text := e.T("cases.stays_empty", i18n.P{"agency": p.Row.OtherTitle})
		if p.Without {
			text = e.T("cases.goes_without") + " " + text
		}
		return []fyne.CanvasObject{widgets.Row(8, append(title, widgets.NewChip(e.T("cases.not_given"), widgets.ToneRefuse))...), widgets.NewPara(text).In(widgets.Ink2)}
	}
	return []fyne.CanvasObject{widgets.Row(8, append(title, widgets.NewChip(e.T("cases.waiting"), widgets.ToneNeutral))...), widgets.NewPara(f.waits(p)).In(widgets.Ink2)}
}

// waits says for whom a part waits, and until when.
func (f *file) waits(p desk.CasePart) string {
	e, r := f.s.env, p.Row
	switch {
	case !page.Pending(r.State):
		return e.T("cases.waits_for_you")
	case r.DecideBy == 0:
		return e.T("requests.waits", i18n.P{"agency": r.OtherTitle}) + "."
	}
	args := i18n.P{"agency": r.OtherTitle, "date": e.Date(e.Local(r.DecideBy))}
	if more := r.Needed - r.Signed; more > 0 {
		return e.N("cases.decides_needs", more, args)
	}
	return e.T("cases.decides_by", args)
}

// agreed are the fields that come, or were asked for while nothing is agreed.
func (f *file) agreed(p desk.CasePart) []desk.FieldName {
	l := f.letters[p.Row.ID]
	if l == nil {
		return nil
	}
	if l.Agreement != nil {
		return l.Agreement.Terms.Fields
	}
	var out []desk.FieldName
	for _, line := range l.Fields {
		out = append(out, line.Name)
	}
	return out
}

// grid is a section's fields in two columns.
func (f *file) grid(names []desk.FieldName, value func(desk.FieldName) fyne.CanvasObject) fyne.CanvasObject {
	cells := make([]fyne.CanvasObject, len(names))
	for i, n := range names {
		cells[i] = widgets.Column(2, widgets.NewText(string(n)).Caption().In(widgets.Ink3).Cut(), value(n))
	}
	return widgets.Columns(16, 10, []float32{1, 1}, cells...)
}

// arrived is a section whose data is here: covered until it is asked for.
func (f *file) arrived(p desk.CasePart, title []fyne.CanvasObject) []fyne.CanvasObject {
	e, id := f.s.env, p.Row.ID
	t := f.tables[id]
	if t == nil {
		out := []fyne.CanvasObject{widgets.Row(8, append(title, widgets.NewLink(e.T("received.show_values"), func() { f.toggle(id) }).Small().WithIcon(assets.IconEye), f.chip(p))...)}
		if err := f.bad[id]; err != nil {
			return append(out, widgets.NewNote(widgets.ToneRefuse, f.why(p, err)))
		}
		return append(out, f.grid(f.agreed(p), func(desk.FieldName) fyne.CanvasObject { return widgets.Fixed(0, 20, widgets.CoverBars(64)) }))
	}
	out := []fyne.CanvasObject{widgets.Row(8, append(title, widgets.NewLink(e.T("received.hide_values"), func() { f.toggle(id) }).Small().WithIcon(assets.IconEyeOff),
		widgets.NewChip(e.T("cases.verified"), widgets.ToneApprove).WithIcon(assets.IconProof))...)}
	switch {
	case t.Total == 0:
		out = append(out, widgets.NewPara(e.T("cases.no_rows", i18n.P{"agency": t.Provider})).In(widgets.Ink2))
	case t.Total == 1:
		out = append(out, f.grid(t.Columns, func(n desk.FieldName) fyne.CanvasObject { return widgets.NewPara(value(t, 0, n)) }))
	default:
		cols := make([]widgets.TableColumn, len(t.Columns))
		for i, n := range t.Columns {
			cols[i] = widgets.TableColumn{Title: string(n), Weight: 1}
		}
		rows := t.Rows[:min(len(t.Rows), rowsShown)]
		values := widgets.NewDataTable(cols, rows)
		values.SetCovered(false)
		out = append(out, values)
	}
	for _, n := range t.Struck {
		out = append(out, widgets.NewPara(e.T("received.struck", i18n.P{"field": string(n), "agency": t.Provider})).Caption().In(widgets.Ink2))
	}
	more := e.T("cases.to_received")
	if t.Total > rowsShown {
		more = e.T("cases.all_rows", i18n.P{"n": e.Number(int64(t.Total))})
	}
	return append(out, widgets.Row(0, widgets.NewLink(more, func() { e.Go(page.Place{Screen: page.Received, Request: id}) }).Small()))
}

func value(t *desk.Table, row int, name desk.FieldName) string {
	for i, n := range t.Columns {
		if n == name {
			return t.Rows[row][i]
		}
	}
	return ""
}

// why says why a part is not shown.
func (f *file) why(p desk.CasePart, err error) string {
	e := f.s.env
	switch {
	case errors.Is(err, desk.ErrMismatch):
		return "**" + e.T("received.bad_title") + ".** " + e.T("received.bad_text")
	case errors.Is(err, desk.ErrPartAway):
		return e.T("received.away_text", i18n.P{"agency": p.Row.OtherTitle})
	case errors.Is(err, desk.ErrNotYours):
		return e.T("received.not_yours", i18n.P{"agency": e.Agency})
	}
	return e.Reason(err)
}

// toggle covers a part, or opens it: it is checked against the record first, and
// the look is written into the agency's journal.
func (f *file) toggle(id desk.EntryID) {
	if f.tables[id] != nil {
		delete(f.tables, id)
		f.draw()
		return
	}
	page.ReadLast(f.s.env, &f.opening, func(ctx context.Context) (*desk.Table, error) { return f.s.desk.OpenPart(ctx, id, -1) }, func(t *desk.Table, err error) {
		if f.s.file != f {
			return
		}
		delete(f.bad, id)
		if err != nil {
			f.bad[id] = err
		} else {
			f.tables[id] = t
		}
		f.draw()
	})
}

// cover hides everything that was uncovered.
func (f *file) cover() {
	f.opening = page.Turn{}
	clear(f.tables)
	if f.subject != nil && f.subject.Shown() {
		f.subject.Cover()
	}
	if f.letters != nil {
		f.draw()
	}
}

// keep says until when what has arrived may be kept.
func (f *file) keep() fyne.CanvasObject {
	e := f.s.env
	until := f.c.KeepUntil()
	if until == 0 {
		return nil
	}
	left := int((until.Std().Sub(e.Clock()) + 24*time.Hour - 1) / (24 * time.Hour))
	ink := widgets.Ink2
	if left <= endingDays {
		ink = widgets.Warn
	}
	text := strings.Join([]string{e.N("time.days_left", max(left, 0)), e.T("cases.keep", i18n.P{"date": e.Date(e.Local(until))})}, " · ")
	return widgets.TopRow(8, widgets.Inset(1, 0, 0, 0, widgets.NewGlyph(assets.IconHourglass, ink).Sized(14)), widgets.Grow(widgets.NewPara(text).Caption().In(ink)))
}
