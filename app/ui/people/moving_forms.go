package people

import (
	"context"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/page"
	"countersign/app/ui/signing"
	"countersign/app/widgets"
	"countersign/assets"
)

// offerForm takes the offer of an agency that has lost its administrators, and has
// the six words compared before it goes on.
type offerForm struct {
	v     *moving
	text  *widgets.Input
	same  *widgets.Check
	noYes *widgets.Para
	read  *flow
	turn  page.Turn
	body  fyne.CanvasObject

	offer *desk.AdminOffer // nil: none that can be read
	bad   string           // what is wrong with the text, or what the rules would say
}

func newOfferForm(v *moving) *offerForm {
	e := v.members.env
	f := &offerForm{v: v, text: widgets.NewTextArea(e.T("members.paste_offer"), 3), noYes: widgets.NewErrorLine(), read: newFlow()}
	f.text.OnChange(func(string) { f.take() })
	f.read.show(widgets.Column(0))
	open := widgets.NewLink(e.T("files.open_title"), func() {
		e.OpenFile(func(_ string, content []byte) { f.text.SetText(strings.TrimSpace(string(content))) })
	}).WithIcon(assets.IconUpload).Small()
	f.body = widgets.Column(12, widgets.Column(4, widgets.Row(8, widgets.FieldLabel(e.T("members.offer_label"), ""), widgets.Spring(), open), f.text), f.read.box)
	return f
}

// take reads the text that stands in the field, and asks the rules about it.
func (f *offerForm) take() {
	e, d := f.v.members.env, f.v.members.desk
	f.offer, f.bad, f.same = nil, "", nil
	f.read.show(widgets.Column(0))
	text := strings.TrimSpace(f.text.Text())
	if text == "" {
		f.turn.Forget()
		f.v.check()
		return
	}
	type checked struct {
		offer desk.AdminOffer
		code  desk.Refusal
	}
	page.ReadLast(e, &f.turn, func(ctx context.Context) (checked, error) {
		var out checked
		var err error
		if out.offer, err = d.ReadOffer(ctx, text); err == nil {
			out.code, err = d.CheckMotion(ctx, out.offer.Motion)
		}
		return out, err
	}, func(c checked, err error) {
		switch {
		case err != nil:
			f.bad = e.Reason(err)
		case c.code != desk.Accepted:
			f.bad = signing.MotionRefusal(e, desk.MotionNewAdmins, c.code)
		default:
			f.offer = &c.offer
			f.show()
		}
		f.v.check()
	})
}

// show says whom the offer names, and asks for the six words.
func (f *offerForm) show() {
	e, o := f.v.members.env, f.offer
	f.same = widgets.NewCheck(e.T("members.same_words"), false, func(bool) { f.v.check() })
	f.read.show(widgets.Column(10, widgets.NewPara(e.T("members.offers", i18n.P{"agency": "**" + o.Title + "**"})),
		widgets.Column(2, widgets.NewPara(signing.CardLine(o.Cards[0])), widgets.NewPara(signing.CardLine(o.Cards[1]))),
		widgets.NewPara(e.T("first.words_text")).Caption().In(widgets.Ink2), signing.SixWords(e, o.Words),
		widgets.Column(4, f.same, f.noYes), widgets.NewPara(e.T("members.offer_stop")).Caption().In(widgets.Ink3)))
}

func (f *offerForm) content() fyne.CanvasObject { return f.body }

func (f *offerForm) first() fyne.Focusable {
	if f.same != nil {
		return f.same
	}
	return f.text.Focus()
}

func (f *offerForm) wrong(blame bool) string {
	e := f.v.members.env
	text, same := f.bad, ""
	if text == "" && f.offer == nil {
		text = e.T("members.paste_offer")
	}
	if f.offer != nil && !f.same.On() {
		same = e.T("members.same_missing")
	}
	wrong := text + same
	if !blame {
		text, same = f.bad, ""
	}
	f.text.SetError(text)
	f.noYes.SetError(same)
	return wrong
}

func (f *offerForm) note() string { return "" }

func (f *offerForm) motion() (desk.Act, string) {
	act := f.offer.Act()
	return act, signing.MotionWords(f.v.members.env, act.Motion, f.offer.Title)
}

// rulesForm asks which version of the rules comes, and from which block on.
type rulesForm struct {
	v              *moving
	version, block *widgets.Input
	body           fyne.CanvasObject
}

func newRulesForm(v *moving) *rulesForm {
	e, n := v.members.env, v.network
	f := &rulesForm{v: v, version: widgets.NewInput(""), block: widgets.NewInput("")}
	for _, in := range []*widgets.Input{f.version, f.block} {
		in.OnChange(func(string) { v.check() })
	}
	f.body = widgets.Column(14, widgets.Labelled(e.T("members.version"), "", f.version), widgets.Labelled(e.T("members.from_block"), "", f.block),
		widgets.NewPara(e.T("members.rules_now", f.now())).Caption().In(widgets.Ink2))
	if n.Rules.Next != 0 {
		f.body = widgets.Column(8, f.body, widgets.NewPara(e.T("members.rules_next", i18n.P{"version": e.Number(int64(n.Rules.Next)), "block": e.Number(int64(n.Rules.From))})).Caption().In(widgets.Ink2))
	}
	return f
}

// now is what is in force, for the words.
func (f *rulesForm) now() i18n.P {
	e, n := f.v.members.env, f.v.network
	return i18n.P{"version": e.Number(int64(n.Rules.Version)), "block": e.Number(int64(n.Height))}
}

func (f *rulesForm) content() fyne.CanvasObject { return f.body }

func (f *rulesForm) first() fyne.Focusable {
	if _, ok := above(f.version.Text(), f.v.network.Rules.Version); !ok {
		return f.version.Focus()
	}
	return f.block.Focus()
}

// above reads a whole number that is greater than another; how people group
// thousands does not matter.
func above(text string, than uint64) (uint64, bool) {
	text = strings.Map(func(r rune) rune {
		if strings.ContainsRune(" \u00a0\u202f,.", r) {
			return -1
		}
		return r
	}, text)
	n, err := strconv.ParseUint(text, 10, 63)
	return n, err == nil && n > than
}

func (f *rulesForm) wrong(blame bool) string {
	e, n := f.v.members.env, f.v.network
	version, block := "", ""
	if _, ok := above(f.version.Text(), n.Rules.Version); !ok {
		version = e.T("members.bad_version", f.now())
	}
	if _, ok := above(f.block.Text(), uint64(n.Height)); !ok {
		block = e.T("members.bad_block", f.now())
	}
	wrong := version
	if wrong == "" {
		wrong = block
	}
	if !blame && f.version.Text() == "" {
		version = ""
	}
	if !blame && f.block.Text() == "" {
		block = ""
	}
	f.version.SetError(version)
	f.block.SetError(block)
	return wrong
}

// note warns where this computer itself would stop.
func (f *rulesForm) note() string {
	known := f.v.network.Rules.Known
	if version, ok := above(f.version.Text(), known); ok && version > known {
		return f.v.members.env.T("members.stops", i18n.P{"known": f.v.members.env.Number(int64(known))})
	}
	return ""
}

func (f *rulesForm) motion() (desk.Act, string) {
	version, _ := above(f.version.Text(), 0)
	block, _ := above(f.block.Text(), 0)
	act := f.v.members.desk.RulesMotion(version, desk.Height(block))
	return act, signing.MotionWords(f.v.members.env, act.Motion, "")
}
