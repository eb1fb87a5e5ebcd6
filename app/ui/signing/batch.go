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

// StartBatch prepares one decision on several requests and opens its page; done
// is called when the page is closed after something has been signed on it.
func StartBatch(e *page.Env, d Decider, act desk.Act, ids []desk.EntryID, done func()) {
	page.Read(e, func(ctx context.Context) (*desk.Batch, error) { return d.PrepareBatch(ctx, act, ids) }, func(b *desk.Batch, err error) {
		if err != nil {
			e.Problem(e.N("batch.title", len(ids)), err)
			return
		}
		s := &stack{env: e, desk: d, batch: b, done: done, items: make([]*stackItem, len(b.Pages))}
		s.open()
	})
}

// stack is the page of a batch: what each signature says, all requests with
// their check codes, one passphrase, and what came of each.
type stack struct {
	env   *page.Env
	desk  Decider
	batch *desk.Batch
	done  func()
	items []*stackItem

	dialog   *widgets.Dialog
	pin      *widgets.Input
	sign     *widgets.Button
	cancel   *widgets.Button
	progress *widgets.Text
	bar      *page.Slot // the key and its passphrase, then how far it has come
	pen      desk.Pen
	busy     bool // the key is being opened, or something is being signed
	stop     bool // after the one that is being signed
	began    bool
}

// stackItem is one request of the batch.
type stackItem struct {
	glyph *widgets.Glyph
	state *widgets.Text
	tried bool
	kept  bool // signed and kept here
}

func (s *stack) open() {
	e, n, first := s.env, len(s.batch.Pages), s.batch.Pages[0]
	one := &sheet{env: e, desk: s.desk, page: first}
	s.pin = widgets.NewPinEntry(func(string) { s.press() }).Tall()
	s.cancel = widgets.NewButton(widgets.Outline, e.T("common.cancel"), s.close).WithKey("Esc")
	s.sign = widgets.NewButton(kind(first.Act), e.N("batch.do", n), s.press).WithIcon(assets.IconSign).WithKey("Enter")
	s.progress, s.bar = widgets.NewText("").In(widgets.Ink2), page.NewSlot()
	key := []fyne.CanvasObject{widgets.Columns(16, 0, []float32{1.8, 1},
		widgets.Labelled(e.T("sign.key_label"), "", one.key()), widgets.Labelled(e.T("sign.passphrase"), "", s.pin))}
	if note := one.note(); note != nil {
		key = append(key, note)
	}
	s.bar.Show(widgets.Column(16, key...))
	body := []fyne.CanvasObject{one.says(false), s.list(), s.bar.Content()}
	s.dialog = widgets.NewDialog(e.Canvas, widgets.DialogSpec{Width: widgets.DialogWide, Title: e.N("batch.title", n), Right: first.Case,
		Subtitle: e.T("batch.subtitle"), Body: widgets.Column(16, body...),
		Foot: []fyne.CanvasObject{s.cancel, s.progress, widgets.Spring(), s.sign}, First: s.pin.Focus(), OnEscape: s.close})
	s.dialog.Show()
}

// list is a line for each request: its number, how many it is about, its check
// code, and what came of it.
func (s *stack) list() fyne.CanvasObject {
	e := s.env
	var rows []fyne.CanvasObject
	for i, p := range s.batch.Pages {
		it := &stackItem{glyph: widgets.NewGlyph(assets.IconClock, widgets.Ink3).Sized(14), state: widgets.NewText("").Caption().In(widgets.Ink3).Cut()}
		s.items[i] = it
		about := e.Subjects(p.Subjects)
		if i > 0 {
			rows = append(rows, widgets.Rule())
		}
		rows = append(rows, widgets.Inset(6, 12, 6, 12, widgets.Beside(12, widgets.Fixed(190, 0, widgets.Column(0,
			widgets.NewText(e.T("evidence.request_number", i18n.P{"n": desk.CheckCode(p.Act.Request)})).Cut(),
			widgets.NewText(about).Caption().In(widgets.Ink3))), widgets.Fixed(150, 0, widgets.Row(8, widgets.NewGlyph(assets.IconProof, widgets.Ink2).Sized(14), widgets.NewText(p.CheckCode).Mono())),
			widgets.Grow(widgets.Row(6, it.glyph, widgets.Grow(it.state))))))
		s.mark(i, assets.IconClock, widgets.Ink3, e.T("batch.not_signed"))
	}
	return widgets.Column(6, widgets.SectionHead(e.T("batch.list"), widgets.NewText(e.T("batch.codes")).Caption().In(widgets.Ink2)),
		widgets.Card(widgets.Column(0, rows...)))
}

func (s *stack) mark(i int, icon assets.IconName, ink widgets.Token, text string) {
	it := s.items[i]
	it.glyph.Set(icon, ink)
	it.state.Set(text)
}

// close leaves the page; while something is being signed it stops after that.
func (s *stack) close() {
	if s.busy {
		s.stop = s.began
		return
	}
	s.pin.SetText("")
	s.dialog.Close()
	if s.began && s.done != nil {
		s.done()
	}
}

func (s *stack) press() {
	if s.busy || s.sign.Disabled() {
		return
	}
	passphrase := s.pin.Text()
	if passphrase == "" {
		s.pin.SetError(s.env.T("sign.passphrase_missing"))
		s.dialog.Refresh()
		return
	}
	s.busy = true
	s.pin.SetError("")
	s.pin.Disable()
	s.sign.SetLabel(s.env.T("unlock.opening"))
	s.sign.Disable()
	page.Read(s.env, func(ctx context.Context) (desk.Pen, error) { return s.desk.OpenBatch(ctx, s.batch, passphrase) }, s.opened)
}

func (s *stack) opened(p desk.Pen, err error) {
	e := s.env
	s.pin.SetText("")
	if err == nil {
		s.pen, s.began = p, true
		s.sign.SetLabel(e.N("batch.do", len(s.items)))
		s.cancel.SetLabel(e.T("batch.stop"))
		s.dialog.Refresh()
		s.next()
		return
	}
	s.busy = false
	s.pin.Enable()
	s.sign.SetLabel(e.N("batch.do", len(s.items)))
	s.sign.Enable()
	if errors.Is(err, desk.ErrWrongPassphrase) {
		s.pin.SetError(e.T("sign.wrong_passphrase"))
		s.dialog.Refresh()
		e.Canvas.Focus(s.pin.Focus())
		return
	}
	s.dialog.Close()
	e.Problem(e.N("batch.title", len(s.items)), err)
}

// next signs the next page. One that fails says so in its line and stops no other.
func (s *stack) next() {
	e := s.env
	signed := 0
	at := -1
	for i, it := range s.items {
		if it.kept {
			signed++
		}
		if !it.tried && at < 0 {
			at = i
		}
	}
	s.progress.Set(e.T("batch.progress", i18n.P{"n": signed, "of": len(s.items)}))
	s.bar.Show(widgets.NewThinBar(float32(signed)/float32(len(s.items)), widgets.ToneAccent))
	if at < 0 || s.stop {
		s.finish(signed)
		return
	}
	s.items[at].tried = true
	s.mark(at, assets.IconSign, widgets.Accent, e.T("batch.signing"))
	page.Read(e, func(ctx context.Context) (desk.Ticket, error) { return s.pen.Sign(ctx, at) }, func(t desk.Ticket, err error) {
		if err != nil {
			s.mark(at, assets.IconX, widgets.Refuse, e.T("batch.failed", i18n.P{"reason": e.Reason(err)}))
		} else {
			s.items[at].kept = true
			s.mark(at, assets.IconHourglass, widgets.Warn, e.T("batch.kept"))
			s.await(at, t)
		}
		s.next()
	})
}

// await tells in its line when a signature is final, and whether it counts.
func (s *stack) await(i int, t desk.Ticket) {
	e := s.env
	page.Read(e, func(ctx context.Context) (desk.Final, error) { return s.desk.Await(ctx, t) }, func(f desk.Final, err error) {
		switch {
		case err != nil: // kept here, and the line says so
		case f.Code != desk.Accepted:
			s.mark(i, assets.IconX, widgets.Refuse, e.T("batch.not_counted", i18n.P{"reason": e.Refusal(f.Code)}))
		default:
			s.mark(i, assets.IconCheck, widgets.Approve, e.T("result.final", i18n.P{"n": int64(f.Height)}))
		}
	})
}

// finish forgets the key and leaves the results on the page.
func (s *stack) finish(signed int) {
	e := s.env
	s.pen.Close()
	s.busy = false
	for i, it := range s.items {
		if !it.tried {
			s.mark(i, assets.IconMinus, widgets.Ink3, e.T("batch.stopped"))
		}
	}
	tone := widgets.ToneApprove
	if signed < len(s.items) {
		tone = widgets.ToneWarn
	}
	s.bar.Show(widgets.NewThinBar(float32(signed)/float32(len(s.items)), tone))
	finish := widgets.NewButton(widgets.Primary, e.T("common.done"), s.close).WithKey("Enter")
	s.dialog.Refresh()
	s.dialog.SetFoot(s.progress, widgets.Spring(), finish)
	e.Canvas.Focus(finish)
}
