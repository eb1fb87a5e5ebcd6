package people

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"countersign/app/desk"
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
	s.content = container.NewStack(s.detail.Content())
	return s
}

// fillMine shows the official who has unlocked.
func (s *Screen) fillMine() {
	e := s.env
	for _, r := range s.state.people {
		if r.Me {
			s.chosen = r.Person.ID
			if own := s.person(r); s.state.lost {
				s.detail.Show(widgets.Between(widgets.Inset(20, 24, 0, 24, lostNote(e, s.desk)), own, nil))
			} else {
				s.detail.Show(own)
			}
			return
		}
	}
	s.detail.Show(widgets.EmptyState(assets.IconKey, widgets.ToneWarn, e.T("people.not_enrolled"), e.T("people.not_enrolled_text")))
}

// newPassphrase says what is wrong with a new passphrase and with its repetition.
func newPassphrase(e *page.Env, next, again *widgets.Input) (short, differ string) {
	if !desk.LongEnough(next.Text()) {
		return e.N("first.passphrase_short", desk.MinPassphrase), ""
	}
	if next.Text() != again.Text() {
		return "", e.T("first.passphrase_differ")
	}
	return "", ""
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
	tried := false // what is merely missing is not blamed before
	check := func() {
		missing := ""
		if old.Text() == "" {
			missing = e.T("sign.passphrase_missing")
		}
		short, differ := newPassphrase(e, next, again)
		do.Allow(missing+short+differ == "", missing+short+differ)
		if tried {
			old.SetError(missing)
			next.SetError(short)
			again.SetError(differ)
			d.Refresh() // the lines make it higher
		}
	}
	press := func() {
		if busy {
			return
		}
		if do.Disabled() {
			tried = true
			check()
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
				d.Refresh()
				e.Canvas.Focus(old.Focus())
				return
			}
			closeIt()
			e.Say(widgets.ToneApprove, e.T("people.passphrase_changed"))
		})
	}
	enter := func(string) { press() }
	old, next, again = widgets.NewPinEntry(enter).Tall(), widgets.NewPinEntry(enter).Tall(), widgets.NewPinEntry(enter).Tall()
	do = widgets.NewButton(widgets.Primary, e.T("people.change_passphrase"), press).WithIcon(assets.IconKey).WithKey("Enter").OnWhy(func(string) { press() })
	for _, in := range []*widgets.Input{old, next, again} {
		in.OnChange(func(string) { check() })
	}
	check()
	cancel := widgets.NewButton(widgets.Outline, e.T("common.cancel"), closeIt).WithKey("Esc")
	field := func(label string, in *widgets.Input) fyne.CanvasObject {
		return widgets.Labelled(label, "", in)
	}
	d = widgets.NewDialog(e.Canvas, widgets.DialogSpec{Title: e.T("people.change_passphrase"), Subtitle: e.T("people.passphrase_text"),
		Body: widgets.Column(14, field(e.T("sign.passphrase"), old), field(e.T("first.passphrase_new"), next), field(e.T("first.passphrase_again"), again)),
		Foot: []fyne.CanvasObject{cancel, widgets.Spring(), do}, First: old.Focus(), OnEscape: closeIt})
	d.Show()
}
