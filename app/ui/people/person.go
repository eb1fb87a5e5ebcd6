package people

import (
	"context"
	"time"

	"fyne.io/fyne/v2"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/page"
	"countersign/app/ui/signing"
	"countersign/app/widgets"
	"countersign/assets"
)

// overlapDays is how long the old key goes on working beside a new one.
const overlapDays = 30

// days is a time in days, one that has begun counted whole.
func days(d time.Duration) int {
	if d <= 0 {
		return 0
	}
	return int((d + 24*time.Hour - 1) / (24 * time.Hour))
}

// person is one official with their keys and what can be done about them.
func (s *Screen) person(r desk.PersonRow) fyne.CanvasObject {
	e := s.env
	avatar := widgets.NewAvatar(r.Person.Name).Sized(40)
	if r.Me {
		avatar.Toned(widgets.ToneAccent)
	}
	head := []fyne.CanvasObject{widgets.NewPara("**" + r.Person.Name + "**").Large()}
	if line := titleLine(r.Person); line != "" {
		head = append(head, widgets.NewPara(line).In(widgets.Ink2))
	}
	parts := []fyne.CanvasObject{widgets.Row(12, avatar, widgets.Grow(widgets.Column(0, head...)))}
	if note := s.personNote(r); note != nil {
		parts = append(parts, note)
	}
	if r.Key != "" {
		line := e.T("people.key_since", i18n.P{"date": e.PlainDate(e.Local(r.Since))})
		if r.LastUsed != 0 {
			line += ", " + e.T("people.last_used", i18n.P{"date": e.DayMonth(e.Local(r.LastUsed))})
		}
		if r.Ends != 0 {
			line += ", " + e.T("sign.key_until", i18n.P{"date": e.PlainDate(e.Local(r.Ends))})
		}
		parts = append(parts, widgets.Column(8, widgets.NewText(e.T("people.key_in_use")).Bold(), widgets.Card(widgets.Inset(12, 14, 12, 14,
			widgets.Row(14, widgets.NewIconTile(assets.IconKey, widgets.ToneAccent).Sized(32), widgets.Grow(widgets.Column(0,
				widgets.NewText(e.T("sign.key_file", i18n.P{"key": r.Key})).Cut(), widgets.NewPara(line).Caption().In(widgets.Ink2))))))))
	}
	parts = append(parts, s.mayDo(r))
	if len(r.History) > 1 {
		parts = append(parts, widgets.Rule(), s.history(r))
	}
	body := widgets.Page(widgets.Inset(20, 24, 16, 24, widgets.Column(16, parts...)))
	return widgets.Between(nil, body, s.bar(r))
}

func (s *Screen) personNote(r desk.PersonRow) fyne.CanvasObject {
	e := s.env
	switch {
	case r.State == desk.PersonSuspended:
		return widgets.NewNote(widgets.ToneRefuse, e.T("people.suspended_note"))
	case r.Proposal != (desk.EntryID{}):
		return widgets.NewNote(widgets.ToneInfo, e.T("people.waits_second"))
	case r.State == desk.PersonEnding:
		return widgets.NewNote(widgets.ToneWarn, e.T("people.ends_soon_note", i18n.P{"date": e.PlainDate(e.Local(r.Ends))})).WithIcon(assets.IconClock)
	}
	return nil
}

// mayDo lists the roles with what each is for.
func (s *Screen) mayDo(r desk.PersonRow) fyne.CanvasObject {
	e := s.env
	rows := []fyne.CanvasObject{widgets.NewText(e.T("people.may_sign_for")).Bold()}
	for _, g := range r.Person.Roles {
		about := e.T("people.all_datasets", i18n.P{"agency": e.Agency})
		if g.Role == desk.RoleAdmin {
			about = e.T("people.admin_scope")
		}
		if len(g.Scope.Classes)+len(g.Scope.Datasets) > 0 {
			about = ""
			for _, c := range g.Scope.Classes {
				about += " · " + e.T("catalogue.class_"+string(c))
			}
			for _, c := range g.Scope.Datasets {
				about += " · " + page.Article(c)
			}
			about = about[len(" · "):]
		}
		rows = append(rows, widgets.Column(0, widgets.NewText(e.RoleName(g.Role)), widgets.NewPara(about).Caption().In(widgets.Ink2)))
	}
	if len(r.Person.Roles) == 0 {
		rows = append(rows, widgets.NewText(e.T("common.none")).In(widgets.Ink2))
	}
	return widgets.Column(8, rows...)
}

// history is every key the person ever had.
func (s *Screen) history(r desk.PersonRow) fyne.CanvasObject {
	e := s.env
	rows := []fyne.CanvasObject{widgets.NewText(e.T("people.key_history")).Bold()}
	for _, k := range r.History {
		ink, text := widgets.Ink3, e.T("people.key_since", i18n.P{"date": e.PlainDate(e.Local(k.Since))})
		switch {
		case k.State == "revoked" || k.State == "removed":
			text = e.T("people.key_revoked", i18n.P{"date": e.PlainDate(e.Local(k.Until))})
		case k.State == "suspended":
			text = e.T("people.key_suspended", i18n.P{"date": e.PlainDate(e.Local(k.Until))})
		case k.Until != 0 && !e.Local(k.Until).After(e.Now()):
			text = e.T("people.key_ended", i18n.P{"date": e.PlainDate(e.Local(k.Until))})
		default:
			ink = widgets.Approve
		}
		rows = append(rows, widgets.Row(8, widgets.NewDot(ink), widgets.Fixed(56, 0, widgets.NewText(k.Key)), widgets.Grow(widgets.NewText(text).In(widgets.Ink2).Cut())))
	}
	rows = append(rows, widgets.NewPara(e.T("people.stay_valid")).Caption().In(widgets.Ink2))
	return widgets.Column(8, rows...)
}

// bar has the acts that are open about this person: an official acts on their
// own key, an administrator on everybody's.
func (s *Screen) bar(r desk.PersonRow) fyne.CanvasObject {
	e := s.env
	working := r.State == desk.PersonInUse || r.State == desk.PersonEnding
	proposed := r.Proposal != (desk.EntryID{})
	var row []fyne.CanvasObject
	if s.admin && !r.Me && (working || r.State == desk.PersonSuspended) {
		revoke := widgets.NewButton(widgets.DangerOutline, e.T("people.revoke"), func() { s.revoke(r) })
		if proposed {
			revoke.Allow(false, e.T("people.waits_second")).OnWhy(func(why string) { e.Say(widgets.ToneNeutral, why) })
		}
		row = append(row, revoke)
	}
	if (s.admin || r.Me) && working {
		row = append(row, widgets.NewButton(widgets.Outline, e.T("people.suspend"), func() { s.suspend(r) }).WithIcon(assets.IconPause))
	}
	row = append(row, widgets.Spring())
	if s.mine && !gone(r.State) {
		row = append(row, widgets.NewButton(widgets.Outline, e.T("people.change_passphrase"), s.changePassphrase))
	}
	if s.admin && r.State == desk.PersonSuspended && !proposed {
		row = append(row, widgets.NewButton(widgets.Outline, e.T("people.restore"), func() { s.restore(r) }).WithIcon(assets.IconRotate))
	}
	if r.Me && working {
		row = append(row, widgets.NewButton(widgets.Primary, e.T("people.new_key"), func() { NewKey(e, s.desk, r, s.reload) }).WithIcon(assets.IconRotate))
	}
	if len(row) == 1 {
		return widgets.Column(0)
	}
	return widgets.Column(0, widgets.Rule(), widgets.Inset(12, 24, 12, 24, widgets.Row(8, row...)))
}

func (s *Screen) suspend(r desk.PersonRow) {
	s.sign(desk.Act{Kind: desk.ActSuspendKey, Official: r.Person.ID}, s.env.T("people.what_suspend", i18n.P{"who": r.Person.Name}))
}

func (s *Screen) restore(r desk.PersonRow) {
	s.sign(desk.Act{Kind: desk.ActPropose, Propose: s.desk.RestoreProposal(r.Person.ID)}, s.env.T("people.what_restore", i18n.P{"who": r.Person.Name}))
}

// sign opens the sign page of an act and follows it until it is final.
func (s *Screen) sign(act desk.Act, what string) {
	s.signFor(act, signing.What{What: what})
}

func (s *Screen) signFor(act desk.Act, what signing.What) {
	signing.Start(s.env, s.desk, act, what, func(done signing.Signed) { signing.Follow(s.env, s.desk, done, s.reload) })
}

// Keys is what making a new key needs of the desk.
type Keys interface {
	signing.Desk
	RotateKey(ctx context.Context, passphrase string, oldEnds, ends desk.Time) (*desk.Rotate, error)
	DropKey(ctx context.Context, act desk.Act) error
	EndsIn(days int) desk.Time
}

// drop clears away the key that was made for an act which nobody signed.
func drop(e *page.Env, d interface {
	DropKey(ctx context.Context, act desk.Act) error
}, act desk.Act) func() {
	return func() {
		page.Do(e, func(ctx context.Context) error { return d.DropKey(ctx, act) }, func(err error) {
			if err != nil {
				e.Problem(e.T("people.drop_key"), err)
			}
		})
	}
}

// NewKey makes the unlocked official's next key: the passphrase opens the old
// one, which then signs the new one.
func NewKey(e *page.Env, d Keys, r desk.PersonRow, done func()) {
	var dialog *widgets.Dialog
	var pin *widgets.Input
	var make *widgets.Button
	busy := false // the key is being made: the page stays
	closeIt := func() {
		if !busy {
			pin.SetText("")
			dialog.Close()
		}
	}
	press := func() {
		passphrase := pin.Text()
		if busy {
			return
		}
		if passphrase == "" {
			pin.SetError(e.T("sign.passphrase_missing"))
			dialog.Refresh() // the line makes it higher
			return
		}
		busy = true
		pin.Disable()
		make.Disable()
		oldEnds := d.EndsIn(overlapDays)
		if r.Ends != 0 && r.Ends < oldEnds {
			oldEnds = r.Ends
		}
		page.Read(e, func(ctx context.Context) (*desk.Rotate, error) { return d.RotateKey(ctx, passphrase, oldEnds, r.Ends) }, func(rotate *desk.Rotate, err error) {
			busy = false
			pin.Enable()
			make.Enable()
			if err != nil {
				pin.SetError(e.Reason(err))
				dialog.Refresh()
				e.Canvas.Focus(pin.Focus())
				return
			}
			closeIt()
			act := desk.Act{Kind: desk.ActRotate, Rotate: rotate}
			signing.Start(e, d, act, signing.What{What: e.T("people.new_key"), Unsigned: drop(e, d, act)}, func(s signing.Signed) { signing.Follow(e, d, s, done) })
		})
	}
	pin = widgets.NewPinEntry(func(string) { press() }).Tall()
	make = widgets.NewButton(widgets.Primary, e.T("people.new_key"), press).WithIcon(assets.IconKey).WithKey("Enter")
	cancel := widgets.NewButton(widgets.Outline, e.T("common.cancel"), closeIt).WithKey("Esc")
	dialog = widgets.NewDialog(e.Canvas, widgets.DialogSpec{Title: e.T("people.new_key"), Subtitle: e.T("sign.key_file", i18n.P{"key": r.Key}),
		Body: widgets.Column(14, widgets.NewPara(e.N("people.new_key_text", overlapDays)), widgets.Labelled(e.T("sign.passphrase"), "", pin)),
		Foot: []fyne.CanvasObject{cancel, widgets.Spring(), make}, First: pin.Focus(), OnEscape: closeIt})
	dialog.Show()
}
