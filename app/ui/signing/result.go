package signing

import (
	"context"
	"time"

	"fyne.io/fyne/v2"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/page"
	"countersign/app/widgets"
	"countersign/assets"
)

// keptAfter is how long a signature may take to be final before the page says
// that it is kept here.
const keptAfter = 2 * time.Second

// Results is what a result page reads.
type Results interface {
	Await(ctx context.Context, t desk.Ticket) (desk.Final, error)
	Letter(ctx context.Context, id desk.EntryID) (*desk.Letter, error)
	Network(ctx context.Context) (desk.Network, error)
}

// Result is the page after a signature on a request.
type Result struct {
	env    *page.Env
	desk   Results
	signed Signed
	id     desk.EntryID
	slot   *page.Slot
	turn   page.Turn

	final  *desk.Final
	letter *desk.Letter
	net    desk.Network
	late   bool
	// Finished is told when the entry is final, counted or not.
	Finished func(desk.Final)
	// Moved is told whenever the page shows something new.
	Moved func()
	// SignAgain opens the sign page anew once the kept signature is not valid any
	// more; nil: the page does not offer it.
	SignAgain func()
	// ReadAgain leads back to the letter when the signature did not count.
	ReadAgain func()
}

// NewResult shows what becomes of a signature. Start begins to follow it.
func NewResult(e *page.Env, d Results, s Signed) *Result {
	id := s.Page.Act.Request
	if s.Page.Act.Kind == desk.ActAsk {
		id = s.Ticket.Entry // a request's number is the entry of its submission
	}
	return &Result{env: e, desk: d, signed: s, id: id, slot: page.NewSlot()}
}

// Content is what to lay out.
func (r *Result) Content() fyne.CanvasObject { return r.slot.Content() }

// Request is whose result it is.
func (r *Result) Request() desk.EntryID { return r.id }

// Letter is the request as last read; nil before.
func (r *Result) Letter() *desk.Letter { return r.letter }

// Start follows the signature until it is final.
func (r *Result) Start() {
	r.draw()
	wait := time.AfterFunc(keptAfter, func() {
		widgets.Later(func() {
			if r.final == nil {
				r.late = true
				r.Refresh()
			}
		})
	})
	page.Read(r.env, func(ctx context.Context) (desk.Final, error) { return r.desk.Await(ctx, r.signed.Ticket) }, func(f desk.Final, err error) {
		wait.Stop()
		if err != nil {
			r.late = true
			r.draw()
			return
		}
		r.final = &f
		r.Refresh()
		if r.Finished != nil {
			r.Finished(f)
		}
	})
}

// Refresh reads anew how far things are: who holds it, what has been sent.
func (r *Result) Refresh() {
	type read struct {
		letter *desk.Letter
		net    desk.Network
		final  *desk.Final
	}
	was := r.final
	page.ReadLast(r.env, &r.turn, func(ctx context.Context) (read, error) {
		var out read
		var err error
		if out.net, err = r.desk.Network(ctx); err != nil {
			return out, err
		}
		if was == nil || was.Code != desk.Accepted {
			return out, nil
		}
		if out.letter, err = r.desk.Letter(ctx, r.id); err != nil {
			return out, err
		}
		f, err := r.desk.Await(ctx, r.signed.Ticket) // final already: only the holders are new
		if err == nil {
			f.Took = was.Took
			out.final = &f
		}
		return out, err
	}, func(v read, err error) {
		if err == nil {
			r.net = v.net
		}
		if v.letter != nil {
			r.letter = v.letter
		}
		if v.final != nil {
			r.final = v.final
		}
		r.draw()
	})
}

func (r *Result) draw() {
	e := r.env
	var parts []fyne.CanvasObject
	switch {
	case r.final == nil && !r.late:
		parts = append(parts, r.heading(assets.IconSign, widgets.ToneAccent, r.what(), e.T("result.becoming_final")))
	case r.final == nil && r.expired():
		parts = append(parts, r.heading(assets.IconHourglass, widgets.ToneWarn, e.T("result.expired_title"),
			e.T("result.expired_text", i18n.P{"date": e.DateTime(e.Local(r.signed.Page.Body.ValidUntil))})))
		if r.SignAgain != nil {
			parts = append(parts, widgets.TopRow(0, widgets.NewButton(widgets.Primary, e.T("result.sign_again"), r.SignAgain).WithIcon(assets.IconSign)))
		}
	case r.final == nil:
		parts = append(parts, r.heading(assets.IconHourglass, widgets.ToneWarn, e.T("result.kept_title"), r.keptText()),
			widgets.NewNote(widgets.ToneWarn, e.T("result.clock_goes_on")).WithIcon(assets.IconClock))
	case r.final.Code != desk.Accepted:
		parts = append(parts, r.heading(assets.IconX, widgets.ToneRefuse, e.T("result.not_counted"), e.Refusal(r.final.Code)),
			widgets.NewNote(widgets.ToneInfo, e.T("result.not_counted_safe")))
		if r.ReadAgain != nil {
			parts = append(parts, widgets.TopRow(0, widgets.NewButton(widgets.Outline, e.T("result.read_again"), r.ReadAgain).WithIcon(assets.IconRotate)))
		}
	default:
		parts = append(parts, r.heading(assets.IconCheck, widgets.ToneApprove, r.what(), r.finalLine()), r.holders())
		if r.letter != nil {
			parts = append(parts, r.after()...)
		}
	}
	r.slot.Show(widgets.Page(widgets.Inset(32, 32, 24, 32, widgets.Column(20, parts...))))
	if r.Moved != nil {
		r.Moved()
	}
}

// Leaves tells whether data leaves on the strength of the signature.
func (r *Result) Leaves() bool { return r.letter != nil && r.letter.Agreement != nil }

func (r *Result) what() string {
	e := r.env
	switch r.signed.Page.Act.Kind {
	case desk.ActRefuse:
		return e.T("result.refused")
	case desk.ActReturn:
		return e.T("result.returned")
	case desk.ActAsk, desk.ActAnswer:
		return e.T("result.sent")
	case desk.ActDelete:
		return e.T("result.deleted")
	case desk.ActErase:
		return e.T("result.erased")
	}
	return e.T("result.signed")
}

func (r *Result) heading(icon assets.IconName, tone widgets.Tone, title, below string) fyne.CanvasObject {
	ground, ink := widgets.Approve, widgets.OnApprove
	switch tone {
	case widgets.ToneWarn:
		ground, ink = widgets.Warn, widgets.OnWarn
	case widgets.ToneRefuse:
		ground, ink = widgets.Refuse, widgets.OnRefuse
	case widgets.ToneAccent:
		ground, ink = widgets.Accent, widgets.OnAccent
	}
	disc := widgets.Fixed(64, 64, widgets.Layers(widgets.NewBox(ground).Rounded(32), widgets.Pad(14, widgets.NewGlyph(icon, ink).Sized(36))))
	return widgets.Row(16, disc, widgets.Grow(widgets.Column(2, widgets.NewPara(title).Heading(), widgets.NewPara(below).In(widgets.Ink2))))
}

// expired tells whether the signature cannot count any more.
func (r *Result) expired() bool {
	until := r.signed.Page.Body.ValidUntil
	return until != 0 && r.env.Now().After(r.env.Local(until))
}

// Entry is what was signed.
func (r *Result) Entry() desk.EntryID { return r.signed.Ticket.Entry }

// keptText says whom a signature that is not final waits for, and until when it counts.
func (r *Result) keptText() string {
	e := r.env
	missing := max(r.net.Needed-r.net.Online, 1)
	return e.N("result.kept_text", missing) + " " +
		e.T("result.kept_until", i18n.P{"date": e.Date(e.Local(r.signed.Page.Body.ValidUntil))})
}

func (r *Result) finalLine() string {
	e, f := r.env, r.final
	line := e.T("result.final", i18n.P{"n": int64(f.Height)})
	if f.Took > 0 {
		line += "  •  " + e.T("result.seconds", i18n.P{"n": e.Elapsed(f.Took)})
	}
	if n := len(r.net.Members); n > 0 {
		line += "  •  " + e.T("result.held", i18n.P{"n": len(f.Holders), "total": n})
	}
	return line
}

// holders is a card for each agency that is known to hold the entry.
func (r *Result) holders() fyne.CanvasObject {
	e := r.env
	held := map[desk.AgencyID]bool{}
	for _, a := range r.final.Holders {
		held[a] = true
	}
	var cards []fyne.CanvasObject
	for _, m := range r.net.Members {
		tone, word, icon, ink := widgets.ToneNeutral, e.T("network.away"), assets.IconOffline, widgets.Ink3
		if m.Us {
			tone = widgets.ToneAccent
		}
		if held[m.Agency] {
			word, icon, ink = e.T("result.held_here"), assets.IconCheck, widgets.Approve
		} else if m.Online {
			word, icon = e.T("result.on_its_way"), assets.IconSend
		}
		cards = append(cards, widgets.Card(widgets.Inset(8, 4, 8, 10, widgets.Row(8, widgets.NewIconTile(page.AgencyIcon(m.Agency), tone).Sized(30),
			widgets.Grow(widgets.Column(0, widgets.NewText(m.Title).Cut(), widgets.Row(4, widgets.NewGlyph(icon, ink).Sized(14), widgets.NewText(word).Caption().In(ink))))))))
	}
	weights := []float32{1, 1, 1, 1}
	return widgets.Columns(8, 8, weights, cards...)
}

// Act is what was signed.
func (r *Result) Act() desk.Act { return r.signed.Page.Act }

// FinalWords says in short that something is final.
func FinalWords(e *page.Env, f desk.Final) string {
	line := e.T("result.final", i18n.P{"n": int64(f.Height)})
	if f.Took > 0 {
		line += " · " + e.T("result.seconds", i18n.P{"n": e.Elapsed(f.Took)})
	}
	return line
}
