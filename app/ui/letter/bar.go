package letter

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/page"
	"countersign/app/ui/signing"
	"countersign/app/widgets"
	"countersign/assets"
)

// drawBar makes the bar with the acts that are open now. It follows the pencil:
// all ticked approves, any struck approves a part, none ticked leaves returning
// and refusing.
func (v *View) drawBar() {
	v.keys = map[rune]*widgets.Button{}
	var text, bar fyne.CanvasObject
	switch {
	case v.mine:
		text, bar = v.requesterBar()
	case v.decides():
		text, bar = v.line(assets.IconSign, v.consequence()), v.deciderBar()
		if len(v.alike) > 0 {
			text = widgets.Column(8, text, v.alikeLine())
		}
	default:
		text, bar = v.watcherBar()
	}
	parts := []fyne.CanvasObject{}
	if text != nil {
		parts = append(parts, text)
	}
	if bar != nil {
		parts = append(parts, bar)
	}
	if len(parts) == 0 {
		v.bar.Show(widgets.Fixed(0, 0.5, widgets.Spring()))
		return
	}
	v.bar.Show(widgets.Column(0, widgets.Rule(), widgets.Inset(10, 24, 12, 32, widgets.Column(10, parts...))))
}

func (v *View) line(icon assets.IconName, text string) fyne.CanvasObject {
	return widgets.TopRow(10, widgets.Inset(1, 0, 0, 0, widgets.NewGlyph(icon, widgets.Accent).Sized(16)),
		widgets.Grow(widgets.NewPara(text).In(widgets.Ink2).StrongIn(widgets.Ink)))
}

// consequence says what the reader's signature will do.
func (v *View) consequence() string {
	e, l := v.env, v.letter
	if l.LastNeeded {
		return e.T("letter.last_needed", i18n.P{"fields": page.Upper(e.N("count.fields", len(v.ticked()))), "agency": l.Requester})
	}
	if more := l.Row.Needed - l.Row.Signed - 1; more > 0 {
		return e.N("letter.not_last", more)
	}
	return e.T("letter.not_last_other")
}

// button puts an act on the bar under its key; why is what the rules say to it now.
func (v *View) button(kind widgets.ButtonKind, label string, icon assets.IconName, key rune, why desk.Refusal, act func()) *widgets.Button {
	b := widgets.NewButton(kind, label, act)
	if icon != "" {
		b.WithIcon(icon)
	}
	if key != 0 {
		b.WithKey(string(key - 'a' + 'A'))
		v.keys[key] = b
	}
	if why != desk.Accepted {
		b.Allow(false, v.env.Refusal(why))
	}
	return b.OnWhy(func(reason string) { v.env.Say(widgets.ToneNeutral, reason) })
}

func (v *View) deciderBar() fyne.CanvasObject {
	e, l := v.env, v.letter
	can, ticked := l.Can, len(v.ticked())
	refuse := v.button(widgets.DangerOutline, e.T("letter.refuse"), "", 'r', can.Refuse, func() { signing.Refuse(e, l, v.decide) })
	back := v.button(widgets.Outline, e.T("letter.return"), assets.IconBack, 'b', can.Return, func() { signing.Return(e, l, v.decide) })
	other := widgets.Row(8, refuse, back)
	if can.JoinOffer == desk.Accepted {
		join := v.button(widgets.Affirm, e.T("letter.join_offer"), assets.IconSign, 'a', can.JoinOffer, func() { v.start(desk.ActJoin) })
		return page.NewEither(page.NewSides(other, join), v.narrowBar(v.copyOf(join, join.Label()), refuse, back))
	}
	label := e.T("letter.approve")
	if l.Role == desk.RoleDPO {
		label = e.T("letter.visa")
	}
	all := v.button(widgets.Affirm, label, "", 'a', can.Approve, v.approve)
	part := v.button(widgets.Affirm, e.T("letter.approve_part"), "", 'p', can.Approve, v.approve)
	one := all
	switch {
	case can.Approve != desk.Accepted:
	case ticked == 0:
		all.Allow(false, e.T("letter.none_ticked"))
		part.Allow(false, e.T("letter.none_ticked"))
	case ticked == len(l.Fields):
		all.WithIcon(assets.IconSign)
		part.Allow(false, e.T("letter.all_ticked"))
	default:
		part.WithIcon(assets.IconSign)
		all.Allow(false, e.T("letter.some_struck"))
		one = part
	}
	return page.NewEither(widgets.Row(8, other, widgets.Spring(), all, part),
		v.narrowBar(v.copyOf(one, v.summary(one.Label())), refuse, back))
}

// copyOf is the same act on the narrow bar.
func (v *View) copyOf(b *widgets.Button, label string) *widgets.Button {
	key := "A"
	if b == v.keys['p'] {
		key = "P"
	}
	out := widgets.NewButton(widgets.Affirm, label, func() { b.Tapped(nil) }).WithIcon(assets.IconSign).WithKey(key)
	if b.Disabled() {
		out.Allow(false, b.Reason())
	}
	return out.OnWhy(func(reason string) { v.env.Say(widgets.ToneNeutral, reason) })
}

// others opens what else can be done.
func (v *View) others(items []*fyne.MenuItem) fyne.CanvasObject {
	var b *widgets.Button
	b = widgets.NewIconButton(assets.IconMore, v.env.T("letter.more"), func() { v.popUp(b, items) })
	return b
}

// more is what can be done beside the bar.
func (v *View) more() []*fyne.MenuItem {
	e := v.env
	var items []*fyne.MenuItem
	if v.mayOffer() {
		items = append(items, fyne.NewMenuItem(e.T("letter.offer"), v.offerElse))
	}
	if v.acts.Unread != nil {
		label := e.T("letter.mark_unread")
		if v.letter.Row.Unread {
			label = e.T("letter.mark_read")
		}
		item := fyne.NewMenuItem(label, v.acts.Unread)
		item.Shortcut = unreadKey{}
		items = append(items, item)
	}
	if v.mayErase() {
		if len(items) > 0 {
			items = append(items, fyne.NewMenuItemSeparator())
		}
		items = append(items, fyne.NewMenuItem(e.T("letter.erase"), v.erase))
	}
	return items
}

// unreadKey is what the menu writes beside the act.
type unreadKey struct{}

// ShortcutName implements fyne.Shortcut.
func (unreadKey) ShortcutName() string { return "U" }

// Key implements fyne.KeyboardShortcut.
func (unreadKey) Key() fyne.KeyName { return fyne.KeyU }

// Mod implements fyne.KeyboardShortcut.
func (unreadKey) Mod() fyne.KeyModifier { return 0 }

func (v *View) offerElse() { signing.Offer(v.env, v.desk, v.letter, v.acts.Signed) }

// popUp opens a menu at a button, where there is room for it.
func (v *View) popUp(b *widgets.Button, items []*fyne.MenuItem) {
	pop := widget.NewPopUpMenu(fyne.NewMenu("", items...), v.env.Canvas)
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(b)
	down := b.Size().Height + 4
	if at.Y+down+pop.MinSize().Height > v.env.Canvas.Size().Height {
		down = -pop.MinSize().Height - 4
	}
	pop.ShowAtPosition(at.AddXY(max(b.Size().Width-pop.MinSize().Width, -at.X), down))
}

// approve opens the sign page for what is ticked.
func (v *View) approve() {
	l := v.letter
	v.decide(desk.Act{Kind: desk.ActApprove, Request: l.Row.ID, Version: l.Version, Fields: v.ticked(), Reason: v.grants()})
}

func (v *View) start(kind desk.ActKind) {
	l := v.letter
	signing.Start(v.env, v.desk, desk.Act{Kind: kind, Request: l.Row.ID, Version: l.Version}, signing.What{}, v.acts.Signed)
}

// watcherBar is for who cannot decide now: what they have done, or why not, and
// the acts on a running agreement.
func (v *View) watcherBar() (text, bar fyne.CanvasObject) {
	e, l := v.env, v.letter
	switch {
	case l.Row.SignedByMe && page.Pending(l.Row.State):
		rest := ""
		if len(l.MaySign) > 0 {
			rest = e.T("letter.waits_for", i18n.P{"others": e.AnyOf(l.MaySign)}) + "."
		}
		text = v.line(assets.IconOKCircle, e.T("letter.signed_by_you", i18n.P{"rest": rest}))
	case page.Pending(l.Row.State) && l.Can.Refuse != desk.Hidden && l.Can.Refuse != desk.Accepted:
		text = v.line(assets.IconInfo, e.Refusal(l.Can.Refuse))
	}
	var row []fyne.CanvasObject
	if l.Can.Revoke == desk.Accepted {
		row = append(row, v.button(widgets.DangerOutline, e.T("letter.revoke"), "", 0, l.Can.Revoke, func() { signing.Stop(e, v.desk, l, desk.ActRevoke, v.acts.Signed) }))
	}
	row = append(row, widgets.Spring())
	if l.Can.Suspend == desk.Accepted {
		row = append(row, v.button(widgets.Outline, e.T("letter.suspend"), assets.IconPause, 0, l.Can.Suspend, func() { signing.Stop(e, v.desk, l, desk.ActSuspend, v.acts.Signed) }))
	}
	if l.Can.Resume == desk.Accepted {
		row = append(row, v.button(widgets.Primary, e.T("letter.resume"), assets.IconPlay, 0, l.Can.Resume, func() { v.start(desk.ActResume) }))
	}
	if len(row) == 1 {
		return text, nil
	}
	return text, widgets.Row(8, row...)
}

// requesterBar is for who has asked: accept an offer, answer a return, withdraw,
// open what arrived, ask again.
func (v *View) requesterBar() (text, bar fyne.CanvasObject) {
	e, l := v.env, v.letter
	var row []fyne.CanvasObject
	if l.Can.Withdraw == desk.Accepted {
		row = append(row, v.button(widgets.DangerOutline, e.T("offer.withdraw"), "", 0, l.Can.Withdraw, func() { v.start(desk.ActWithdraw) }))
	}
	row = append(row, widgets.Spring())
	if final(l.Row.State) {
		row = append(row, v.button(widgets.Outline, e.T("requests.ask_again"), assets.IconRotate, 0, desk.Accepted, func() {
			e.Go(page.Place{Screen: page.Compose, Request: l.Row.ID})
		}))
	}
	if len(l.Releases) > 0 && !l.Row.Deleted {
		row = append(row, v.button(widgets.Primary, e.T("requests.open_data"), assets.IconDownload, 0, desk.Accepted, func() {
			e.Go(page.Place{Screen: page.Received, Request: l.Row.ID})
		}))
	}
	if l.Can.Answer == desk.Accepted {
		row = append(row, v.button(widgets.Primary, e.T("requests.answer"), assets.IconSign, 0, l.Can.Answer, v.answer))
	}
	if l.Can.Accept == desk.Accepted {
		row = append(row, v.button(widgets.Affirm, e.T("offer.accept"), assets.IconSign, 'a', l.Can.Accept, func() { v.start(desk.ActAccept) }))
	}
	if l.Row.State == desk.Submitted && len(l.MaySign) > 0 {
		text = v.line(assets.IconHourglass, e.T("requests.waits", i18n.P{"agency": l.Provider}))
	}
	if len(row) == 1 {
		return text, nil
	}
	return text, widgets.Row(8, row...)
}

func final(s desk.State) bool {
	switch s {
	case desk.Refused, desk.Revoked, desk.Expired, desk.Fulfilled, desk.Closed, "withdrawn", "lapsed":
		return true
	}
	return false
}

// answer gives the provider what was missing and sends the request again.
func (v *View) answer() {
	e, l := v.env, v.letter
	signing.Reason(e, signing.Ask{
		Title: e.T("sign.answer"), Right: l.Row.Case, Subtitle: v.reason(), Words: l.Note,
		Hint: e.T("refuse.no_personal", i18n.P{"agency": l.Provider}), Kind: widgets.Primary, Continue: e.T("sign.continue_passphrase"),
		OnWords: func(_ desk.Code, words string) {
			signing.Start(e, v.desk, desk.Act{Kind: desk.ActAnswer, Request: l.Row.ID, Version: l.Version, Ask: &desk.Ask{Note: words}}, signing.What{}, v.acts.Signed)
		},
	})
}
