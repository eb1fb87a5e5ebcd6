package people

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/page"
	"countersign/app/ui/signing"
	"countersign/app/widgets"
	"countersign/assets"
)

// Offerer is what an agency without a usable administrator needs of its desk.
// Nobody has to have unlocked it.
type Offerer interface {
	WithoutAdmins(ctx context.Context) (bool, error)
	OfferAdmins(ctx context.Context, admins [2]desk.NewAdmin) (desk.AdminOffer, error)
}

// offering is the page on which two people make their keys, to be offered as the
// agency's new administrators.
type offering struct {
	env         *page.Env
	desk        Offerer
	name, title [2]*widgets.Input
	pass, again [2]*widgets.Input
	make        *widgets.Button
	dialog      *widgets.Dialog
	tried, busy bool
}

// OfferAdmins opens the page. It does not ask whether the agency needs it: the
// desk does when the offer is made.
func OfferAdmins(e *page.Env, d Offerer) {
	o := &offering{env: e, desk: d}
	var rows []fyne.CanvasObject
	for i := range o.name {
		o.name[i], o.title[i] = widgets.NewInput(""), widgets.NewInput("")
		o.pass[i], o.again[i] = widgets.NewPinEntry(func(string) { o.press() }), widgets.NewPinEntry(func(string) { o.press() })
		for _, in := range []*widgets.Input{o.name[i], o.title[i], o.pass[i], o.again[i]} {
			in.OnChange(func(string) { o.check() })
		}
		two := []float32{1, 1}
		if i > 0 {
			rows = append(rows, widgets.Rule())
		}
		rows = append(rows, widgets.Columns(16, 10, two,
			widgets.Labelled(e.T("first.admin_name", i18n.P{"n": i + 1}), e.T("common.needed"), o.name[i]), widgets.Labelled(e.T("people.title_of"), e.T("common.optional"), o.title[i]),
			widgets.Labelled(e.T("first.passphrase_new"), e.T("common.needed"), o.pass[i]), widgets.Labelled(e.T("first.passphrase_again"), e.T("common.needed"), o.again[i])))
	}
	o.make = widgets.NewButton(widgets.Primary, e.T("members.offer_make"), o.press).WithIcon(assets.IconKey).WithKey("Ctrl Enter").OnWhy(func(string) { o.press() })
	cancel := widgets.NewButton(widgets.Outline, e.T("common.cancel"), o.close).WithKey("Esc")
	body := widgets.Column(14, append(rows, widgets.NewNote(widgets.ToneInfo, page.Sentences(e.T("first.two_admins"), e.T("members.offer_about"))))...)
	o.dialog = widgets.NewDialog(e.Canvas, widgets.DialogSpec{Width: widgets.DialogWide, Title: e.T("members.offer_admins"),
		Subtitle: page.Sentences(e.T("members.lost"), e.T("members.lost_text")), Body: body, Foot: []fyne.CanvasObject{cancel, widgets.Spring(), o.make}, First: o.name[0].Focus(), OnEscape: o.close})
	o.check()
	e.Submit = o.press
	o.dialog.OnClosed(func() { e.Submit = nil })
	o.dialog.Show()
}

// close leaves the page; while the keys are being made it stays.
func (o *offering) close() {
	if !o.busy {
		for i := range o.pass {
			o.pass[i].SetText("")
			o.again[i].SetText("")
		}
		o.dialog.Close()
	}
}

// check blames what cannot be taken beside its field.
func (o *offering) check() {
	e, wrong := o.env, ""
	say := func(in *widgets.Input, text string) {
		if wrong == "" {
			wrong = text
		}
		if o.tried {
			in.SetError(text)
		}
	}
	for i := range o.name {
		name := ""
		if strings.TrimSpace(o.name[i].Text()) == "" {
			name = e.T("people.name_missing")
		}
		short, differ := newPassphrase(e, o.pass[i], o.again[i])
		say(o.name[i], name)
		say(o.pass[i], short)
		say(o.again[i], differ)
	}
	o.make.Allow(wrong == "", wrong)
	o.dialog.Refresh() // the lines make it higher
}

func (o *offering) press() {
	e := o.env
	if o.busy {
		return
	}
	if o.make.Disabled() {
		o.tried = true
		o.check()
		return
	}
	var pair [2]desk.NewAdmin
	for i := range pair {
		pair[i] = desk.NewAdmin{Card: desk.Card{Name: strings.TrimSpace(o.name[i].Text()), Title: strings.TrimSpace(o.title[i].Text())}, Passphrase: o.pass[i].Text()}
	}
	o.busy = true
	o.make.SetLabel(e.T("first.making_keys"))
	o.make.Disable()
	page.Read(e, func(ctx context.Context) (desk.AdminOffer, error) { return o.desk.OfferAdmins(ctx, pair) }, func(made desk.AdminOffer, err error) {
		o.busy = false
		o.close()
		if err != nil {
			e.Problem(e.T("members.offer_admins"), err)
			return
		}
		showOffer(e, made)
	})
}

// showOffer shows the offer, to be sent, and the words, to be written down.
func showOffer(e *page.Env, made desk.AdminOffer) {
	var d *widgets.Dialog
	take := widgets.NewButton(widgets.Primary, e.T("common.copy"), func() {
		e.Copy(made.Text)
		e.Say(widgets.ToneNeutral, e.T("common.copied"))
	}).WithIcon(assets.IconCopy)
	closeIt := widgets.NewButton(widgets.Outline, e.T("common.close"), func() { d.Close() }).WithKey("Esc")
	area := widgets.NewTextArea("", 4)
	area.SetText(made.Text)
	d = widgets.NewDialog(e.Canvas, widgets.DialogSpec{Width: widgets.DialogWide, Title: e.T("members.offer_made"), Body: widgets.Column(14, area,
		widgets.NewNote(widgets.ToneWarn, e.T("members.offer_next")), signing.SixWords(e, made.Words)),
		Foot: []fyne.CanvasObject{closeIt, widgets.Spring(), take}, First: take})
	d.Show()
}

// lostNote says that nobody administers the agency any more, and what to do.
func lostNote(e *page.Env, d Offerer) fyne.CanvasObject {
	return widgets.NewNote(widgets.ToneWarn, page.Sentences("**"+e.T("members.lost")+"**", e.T("members.lost_text")),
		widgets.NewLink(e.T("members.offer_admins"), func() { OfferAdmins(e, d) }).WithIcon(assets.IconKey))
}
