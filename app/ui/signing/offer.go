package signing

import (
	"strings"

	"fyne.io/fyne/v2"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/page"
	"countersign/app/widgets"
	"countersign/assets"
)

// Offer asks what is offered instead (fields, period, rows) and why, and then
// for the signature.
func Offer(e *page.Env, d Desk, l *desk.Letter, done func(Signed)) {
	o := &offering{env: e, desk: d, letter: l, done: done}
	o.open()
}

type offering struct {
	env    *page.Env
	desk   Desk
	letter *desk.Letter
	done   func(Signed)

	dialog         *widgets.Dialog
	table          *widgets.FieldTable
	from, to, rows *widgets.Input
	why            *widgets.Input
	next           *widgets.Button
}

func (o *offering) open() {
	e, l := o.env, o.letter
	fields := make([]widgets.Field, len(l.Fields))
	for i, f := range l.Fields {
		fields[i] = widgets.Field{Name: string(f.Name), About: f.About, Mark: widgets.Blank}
		if f.Ticked {
			fields[i].Mark = widgets.Ticked
		}
	}
	o.table = widgets.NewFieldTable(fields, widgets.Blank, func(i int, want widgets.Mark) {
		o.table.SetMark(i, want)
		o.check()
	})
	o.from, o.to, o.rows, o.why = widgets.NewInput(""), widgets.NewInput(""), widgets.NewInput(""), widgets.NewTextArea("", 3)
	o.next = widgets.NewButton(widgets.Primary, e.T("sign.continue_passphrase"), o.press).WithIcon(assets.IconSign)
	for _, in := range []*widgets.Input{o.from, o.to, o.rows, o.why} {
		in.OnChange(func(string) { o.check() })
	}
	body := widgets.Column(14,
		widgets.Column(6, widgets.FieldLabel(e.T("offer.fields"), ""), o.table),
		widgets.Columns(12, 0, []float32{1, 1, 2}, widgets.Labelled(e.T("offer.period"), e.T("offer.from"), o.from),
			widgets.Labelled(" ", e.T("offer.to"), o.to), widgets.Labelled(e.T("offer.rows"), e.T("common.optional"), o.rows)),
		widgets.Column(4, widgets.FieldLabel(e.T("offer.why"), e.T("common.needed")), o.why,
			widgets.NewPara(e.T("refuse.no_personal", i18n.P{"agency": l.Requester})).Caption().In(widgets.Ink3)))
	cancel := widgets.NewButton(widgets.Outline, e.T("common.cancel"), func() { o.dialog.Close() }).WithKey("Esc")
	o.dialog = widgets.NewDialog(e.Canvas, widgets.DialogSpec{Width: widgets.DialogWide, Title: e.T("offer.title"), Right: l.Row.Case,
		Subtitle: e.T("offer.subtitle", i18n.P{"agency": l.Requester}), Body: body,
		Foot: []fyne.CanvasObject{cancel, widgets.Spring(), o.next}, First: o.table.Row(0)})
	o.from.SetText(l.From)
	o.to.SetText(l.To)
	o.rows.SetText(l.Rows)
	o.check()
	o.dialog.Show()
}

func (o *offering) ticked() []desk.FieldName {
	var out []desk.FieldName
	for i, m := range o.table.Marks() {
		if m == widgets.Ticked {
			out = append(out, o.letter.Fields[i].Name)
		}
	}
	return out
}

func (o *offering) check() {
	switch {
	case len(o.ticked()) == 0:
		o.next.Allow(false, o.env.T("compose.missing_fields"))
	case strings.TrimSpace(o.why.Text()) == "":
		o.next.Allow(false, o.env.T("refusal.reason-missing"))
	default:
		o.next.Allow(true, "")
	}
}

func (o *offering) press() {
	if o.next.Disabled() {
		return
	}
	l, why := o.letter, strings.TrimSpace(o.why.Text())
	act := desk.Act{Kind: desk.ActOffer, Request: l.Row.ID, Version: l.Version, Fields: o.ticked(), Reason: why, Ask: &desk.Ask{
		Fields: o.ticked(), From: strings.TrimSpace(o.from.Text()), To: strings.TrimSpace(o.to.Text()), Rows: strings.TrimSpace(o.rows.Text()),
		KeepDays: l.KeepDays, StandingDays: l.StandingDays, Note: why}}
	o.dialog.Close()
	Start(o.env, o.desk, act, What{}, o.done)
}
