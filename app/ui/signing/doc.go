// Package signing owns the page on which a person reads what their signature
// will say and signs it, the pages before it that ask for a reason or an offer,
// and the page after it: kept, final, sent, received. It decides nothing: the
// desk prepares the text's facts and the rules' answer.
//
// The page says all that is signed, and only the passphrase and Enter sign it.
package signing

import (
	"context"
	"errors"

	"fyne.io/fyne/v2"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/page"
	"countersign/app/widgets"
	"countersign/assets"
)

// Desk is what signing needs.
type Desk interface {
	Prepare(ctx context.Context, act desk.Act) (*desk.SignPage, error)
	Sign(ctx context.Context, p *desk.SignPage, passphrase string) (desk.Ticket, error)
	Await(ctx context.Context, t desk.Ticket) (desk.Final, error)
}

// Decider is what deciding on requests needs beside.
type Decider interface {
	Desk
	PrepareBatch(ctx context.Context, act desk.Act, ids []desk.EntryID) (*desk.Batch, error)
	OpenBatch(ctx context.Context, b *desk.Batch, passphrase string) (desk.Pen, error)
	Again(ctx context.Context, entry desk.EntryID) (*desk.SignPage, error)
}

// Signed is a signature that is kept in the outbox.
type Signed struct {
	Page   *desk.SignPage
	Ticket desk.Ticket
}

// Reference is how the request is named from then on: by its number alone when its
// letter has been erased.
func (s Signed) Reference(e *page.Env, id desk.EntryID) string {
	if s.Page.Act.Kind == desk.ActErase {
		return e.Reference("", id)
	}
	return e.Reference(s.Page.Case, id)
}

// What names an act that has no request, such as "Enrol Amina Cissé".
type What struct {
	What string // in one line
	By   string // who proposed it, for a second
	// Unsigned is called when the page has gone, or could not be opened, and
	// nothing is signed. Nil: nothing is to be cleared away.
	Unsigned func()
}

func (w What) unsigned() {
	if w.Unsigned != nil {
		w.Unsigned()
	}
}

// Start prepares an act and opens its sign page; done is called once it is
// signed and kept. When the person closes the page only What.Unsigned is called.
func Start(e *page.Env, d Desk, act desk.Act, what What, done func(Signed)) {
	page.Read(e, func(ctx context.Context) (*desk.SignPage, error) { return d.Prepare(ctx, act) }, func(p *desk.SignPage, err error) {
		if err != nil {
			what.unsigned()
			e.Problem(title(e, act, nil), err)
			return
		}
		Open(e, d, p, what, done)
	})
}

// Again opens the sign page of a signature that was kept until it was not valid
// any more.
func Again(e *page.Env, d Decider, entry desk.EntryID, done func(Signed)) {
	page.Read(e, func(ctx context.Context) (*desk.SignPage, error) { return d.Again(ctx, entry) }, func(p *desk.SignPage, err error) {
		if err != nil {
			e.Problem(e.T("result.sign_again"), err)
			return
		}
		Open(e, d, p, What{}, done)
	})
}

// Open opens the sign page of an act that is prepared.
func Open(e *page.Env, d Desk, p *desk.SignPage, what What, done func(Signed)) {
	s := &sheet{env: e, desk: d, page: p, what: what, done: done}
	s.open()
}

// sheet is one open sign page.
type sheet struct {
	env    *page.Env
	desk   Desk
	page   *desk.SignPage
	what   What
	done   func(Signed)
	dialog *widgets.Dialog
	pin    *widgets.Input
	sign   *widgets.Button
	cancel *widgets.Button
	busy   bool
}

func (s *sheet) open() {
	e, p := s.env, s.page
	s.pin = widgets.NewPinEntry(func(string) { s.press() }).Tall()
	s.cancel = widgets.NewButton(widgets.Outline, e.T("common.cancel"), func() { s.close() }).WithKey("Esc")
	s.sign = widgets.NewButton(kind(p.Act), doLabel(e, p), s.press).WithIcon(assets.IconSign).WithKey("Enter")
	body := []fyne.CanvasObject{s.statement(), widgets.Columns(16, 0, []float32{1.8, 1},
		widgets.Labelled(e.T("sign.key_label"), "", s.key()), widgets.Labelled(e.T("sign.passphrase"), "", s.pin))}
	if note := s.note(); note != nil {
		body = append(body, note)
	}
	first := s.pin.Focus()
	if p.Check != desk.Accepted {
		s.pin.Disable()
		s.sign.Allow(false, s.refusal())
		first = s.cancel
	}
	s.dialog = widgets.NewDialog(e.Canvas, widgets.DialogSpec{
		Title: title(e, p.Act, p), Right: p.Case, Subtitle: e.T("sign.all_it_says"),
		Body: widgets.Column(16, body...), Foot: []fyne.CanvasObject{s.cancel, widgets.Spring(), s.sign},
		First: first, OnEscape: s.close,
	})
	s.dialog.Show()
}

// close leaves the page unsigned; while the key is being opened it stays.
func (s *sheet) close() {
	if !s.busy {
		s.pin.SetText("")
		s.dialog.Close()
		s.what.unsigned()
	}
}

// press signs. An empty passphrase opens no key, so nothing is tried with it.
func (s *sheet) press() {
	if s.busy || s.sign.Disabled() {
		return
	}
	passphrase := s.pin.Text()
	if passphrase == "" {
		s.pin.SetError(s.env.T("sign.passphrase_missing"))
		s.dialog.Refresh()
		return
	}
	s.setBusy(true)
	page.Read(s.env, func(ctx context.Context) (desk.Ticket, error) { return s.desk.Sign(ctx, s.page, passphrase) }, s.signed)
}

func (s *sheet) setBusy(on bool) {
	s.busy = on
	if on {
		s.pin.SetError("")
		s.pin.Disable()
		s.sign.SetLabel(s.env.T("unlock.opening"))
		s.sign.Disable()
		s.cancel.Disable()
		return
	}
	s.pin.Enable()
	s.cancel.Enable()
	s.sign.SetLabel(doLabel(s.env, s.page))
	s.sign.Enable()
}

func (s *sheet) signed(t desk.Ticket, err error) {
	s.setBusy(false)
	s.pin.SetText("")
	switch {
	case err == nil:
		s.dialog.Close()
		s.done(Signed{Page: s.page, Ticket: t})
	case errors.Is(err, desk.ErrWrongPassphrase):
		s.pin.SetError(s.env.T("sign.wrong_passphrase"))
		s.dialog.Refresh() // the error line makes it higher
		s.env.Canvas.Focus(s.pin.Focus())
	default:
		s.dialog.Close()
		s.what.unsigned()
		s.env.Problem(title(s.env, s.page.Act, s.page), err)
	}
}

// key shows with what is signed.
func (s *sheet) key() fyne.CanvasObject {
	e, p := s.env, s.page
	id := p.Key.String()
	line := e.T("sign.key_file", i18n.P{"key": upper(id[len(id)-4:])})
	if p.KeyEnds != 0 {
		line += " · " + e.T("sign.key_until", i18n.P{"date": e.PlainDate(e.Local(p.KeyEnds))})
	}
	return widgets.Fixed(0, 44, widgets.Layers(widgets.NewBox(widgets.Sunken).Outlined(widgets.Line).Rounded(6),
		widgets.Inset(2, 12, 2, 12, widgets.Row(10, widgets.NewGlyph(assets.IconKey, widgets.Ink2).Sized(16),
			widgets.Grow(widgets.Column(0, widgets.NewText(p.Signer.Name).Cut(), widgets.NewText(line).Caption().In(widgets.Ink3).Cut()))))))
}

// refusal says why the rules would not count it.
func (s *sheet) refusal() string {
	if a := s.page.Admin; a != nil && a.Motion != nil {
		return MotionRefusal(s.env, a.Motion.Act, s.page.Check)
	}
	return s.env.Refusal(s.page.Check)
}

// note says what follows from signing.
func (s *sheet) note() fyne.CanvasObject {
	e, p := s.env, s.page
	if p.Check != desk.Accepted {
		return widgets.NewNote(widgets.ToneRefuse, e.T("sign.check_now", i18n.P{"reason": s.refusal()}))
	}
	switch p.Act.Kind {
	case desk.ActApprove, desk.ActAccept:
		if p.LastNeeded {
			return widgets.NewNote(widgets.ToneWarn, e.T("sign.warn_last")).WithIcon(assets.IconSend)
		}
		return widgets.NewNote(widgets.ToneInfo, e.T("sign.warn_not_last"))
	case desk.ActRefuse:
		if p.EndsRequest {
			return widgets.NewNote(widgets.ToneWarn, e.T("refuse.ends"))
		}
	case desk.ActReturn:
		return widgets.NewNote(widgets.ToneInfo, e.T("return.stops", i18n.P{"agency": p.Other})+" "+e.T("return.lapse"))
	case desk.ActDelete:
		return widgets.NewNote(widgets.ToneWarn, e.T("sign.warn_delete"))
	case desk.ActErase:
		return widgets.NewNote(widgets.ToneWarn, e.T("sign.warn_erase"))
	case desk.ActRevoke:
		return widgets.NewNote(widgets.ToneWarn, e.T("sign.warn_revoke", i18n.P{"agency": p.Other}))
	case desk.ActMotion, desk.ActVote:
		return s.motionNote()
	}
	return nil
}
