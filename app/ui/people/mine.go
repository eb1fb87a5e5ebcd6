package people

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"countersign/app/ui/page"
	"countersign/app/widgets"
	"countersign/assets"
)

// NewMine makes the page of one's own key alone.
func NewMine(e *page.Env, d Desk) *Screen {
	s := &Screen{env: e, desk: d, mine: true, list: page.NewSlot(), notes: page.NewSlot(), detail: page.NewSlot(), headline: widgets.NewText("")}
	s.detail = s.list // what could not be read stands where the person would
	s.field = widgets.NewInput("")
	s.list.Show(widgets.Skeleton(3))
	s.content = container.NewBorder(nil, nil, nil, nil, s.detail.Content())
	return s
}

// fillMine shows the official who has unlocked.
func (s *Screen) fillMine() {
	e := s.env
	for _, r := range s.state.people {
		if r.Me {
			s.chosen = r.Person.ID
			s.detail.Show(s.person(r))
			return
		}
	}
	s.detail.Show(widgets.EmptyState(assets.IconKey, widgets.ToneWarn, e.T("people.not_enrolled"), e.T("people.not_enrolled_text")))
}

// changePassphrase writes one's key file anew under another passphrase.
func (s *Screen) changePassphrase() {
	e := s.env
	var d *widgets.Dialog
	var old, next, again *widgets.Input
	var do *widgets.Button
	busy := false
	closeIt := func() {
		if !busy {
			for _, in := range []*widgets.Input{old, next, again} {
				in.SetText("")
			}
			d.Close()
		}
	}
	check := func(string) {
		switch {
		case old.Text() == "":
			do.Allow(false, e.T("sign.passphrase_missing"))
		case len([]rune(next.Text())) < minPassphrase:
			do.Allow(false, e.N("first.passphrase_short", minPassphrase))
		case next.Text() != again.Text():
			do.Allow(false, e.T("first.passphrase_differ"))
		default:
			do.Allow(true, "")
		}
	}
	press := func() {
		if busy {
			return
		}
		if do.Disabled() {
			e.Say(widgets.ToneNeutral, do.Reason())
			return
		}
		busy = true
		do.Disable()
		from, to := old.Text(), next.Text()
		page.Do(e, func(context.Context) error { return s.desk.ChangePassphrase(from, to) }, func(err error) {
			busy = false
			do.Enable()
			if err != nil {
				old.SetError(e.Reason(err))
				e.Canvas.Focus(old.Focus())
				return
			}
			closeIt()
			e.Say(widgets.ToneApprove, e.T("people.passphrase_changed"))
		})
	}
	enter := func(string) { press() }
	old, next, again = widgets.NewPinEntry(enter), widgets.NewPinEntry(enter), widgets.NewPinEntry(enter)
	do = widgets.NewButton(widgets.Primary, e.T("people.change_passphrase"), press).WithIcon(assets.IconKey).WithKey("Enter")
	for _, in := range []*widgets.Input{old, next, again} {
		in.OnChange(check)
	}
	check("")
	cancel := widgets.NewButton(widgets.Outline, e.T("common.cancel"), closeIt).WithKey("Esc")
	field := func(label string, in *widgets.Input) fyne.CanvasObject {
		return widgets.Labelled(label, "", widgets.Fixed(0, 44, in))
	}
	d = widgets.NewDialog(e.Canvas, widgets.DialogSpec{Title: e.T("people.change_passphrase"), Subtitle: e.T("people.passphrase_text"),
		Body: widgets.Column(14, field(e.T("sign.passphrase"), old), field(e.T("first.passphrase_new"), next), field(e.T("first.passphrase_again"), again)),
		Foot: []fyne.CanvasObject{cancel, widgets.Spring(), do}, First: old.Focus(), OnEscape: closeIt})
	d.Show()
}
