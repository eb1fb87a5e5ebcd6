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
	noField        *widgets.Para
	next           *widgets.Button
	tried          bool // what is merely missing is not blamed before
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
	o.from, o.to, o.rows, o.why = e.AnyDay(), e.AnyDay(), widgets.NewInput(""), widgets.NewTextArea("", 3)
	o.noField = widgets.NewErrorLine()
	o.next = widgets.NewButton(widgets.Primary, e.T("sign.continue_passphrase"), o.press).WithIcon(assets.IconSign).WithKey("Ctrl Enter").OnWhy(func(string) { o.press() })
	for _, in := range []*widgets.Input{o.from, o.to, o.rows, o.why} {
		in.OnChange(func(string) { o.check() })
	}
	body := widgets.Column(14,
		widgets.Column(6, widgets.FieldLabel(e.T("offer.fields"), ""), o.table, o.noField),
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
	e.Submit = o.press
	o.dialog.OnClosed(func() { e.Submit = nil })
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

// check blames what cannot be taken beside its field.
func (o *offering) check() {
	e := o.env
	at := map[desk.AskField]string{}
	for _, p := range desk.CheckTerms(strings.TrimSpace(o.from.Text()), strings.TrimSpace(o.to.Text()), strings.TrimSpace(o.rows.Text())) {
		at[p.Field] = e.T("problem."+string(p.Code), i18n.P{"which": p.Which})
	}
	o.from.SetError(at[desk.AskPeriod])
	o.rows.SetError(at[desk.AskRows])
	field, why := "", ""
	if len(o.ticked()) == 0 {
		field = e.T("compose.missing_fields")
	}
	if strings.TrimSpace(o.why.Text()) == "" {
		why = e.T("refusal.reason-missing")
	}
	wrong := ""
	for _, text := range []string{at[desk.AskPeriod], at[desk.AskRows], field, why} {
		if wrong == "" {
			wrong = text
		}
	}
	o.next.Allow(wrong == "", wrong)
	if !o.tried {
		field, why = "", ""
	}
	o.noField.SetError(field)
	o.why.SetError(why)
	o.dialog.Refresh() // the lines make it higher
}

func (o *offering) press() {
	if o.next.Disabled() {
		o.tried = true
		o.check()
		return
	}
	l, why := o.letter, strings.TrimSpace(o.why.Text())
	act := desk.Act{Kind: desk.ActOffer, Request: l.Row.ID, Version: l.Version, Fields: o.ticked(), Reason: why, Ask: &desk.Ask{
		Fields: o.ticked(), From: strings.TrimSpace(o.from.Text()), To: strings.TrimSpace(o.to.Text()), Rows: strings.TrimSpace(o.rows.Text()),
		KeepDays: l.KeepDays, StandingDays: l.StandingDays, Note: why}}
	o.dialog.Close()
	Start(o.env, o.desk, act, What{}, o.done)
}
