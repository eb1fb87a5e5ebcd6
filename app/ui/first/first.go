// Package first owns what a window shows where there is no profile yet: join
// with an invitation, start a new network, or try the demo city. It makes no
// key and no network itself; whoever opens the window does.
package first

import (
	"context"

	"fyne.io/fyne/v2"

	"countersign/app/i18n"
	"countersign/app/ui/page"
	"countersign/app/widgets"
	"countersign/assets"
)

// Agency is what is asked of who founds a network or joins one with an agency.
type Agency struct {
	Code        string
	Title       string
	Names       [2]string // of its two first administrators, as this computer shows them
	Passphrases [2]string
}

// Beginning is what can be begun. Keys are made on this computer and stay there.
type Beginning interface {
	// Check says what is wrong with a code or a title; nil: nothing.
	Check(a Agency) (code, title error)
	// CheckInvitation says what is wrong with an invitation's text; nil: nothing.
	CheckInvitation(text string) error
	// Found starts a network.
	Found(ctx context.Context, a Agency) error
	// Join joins with an invitation: as a new agency, or with a nil one as a
	// further computer of the agency that invites. words shows the six words and
	// returns whether they are the same on both sides.
	Join(ctx context.Context, invitation string, a *Agency, words func(ctx context.Context, words [6]string) (bool, error)) error
	// Demo opens the demo city in a window of its own.
	Demo() error
}

// Page is the first page.
type Page struct {
	env     *page.Env
	begin   Beginning
	version string
	speak   func(i18n.Lang)
	done    func()
	slot    *page.Slot
	dialog  *widgets.Dialog
	content fyne.CanvasObject
}

// New makes the page. speak changes the language, which makes the page anew;
// done is called when there is a profile.
func New(e *page.Env, b Beginning, version string, speak func(i18n.Lang), done func()) *Page {
	p := &Page{env: e, begin: b, version: version, speak: speak, done: done, slot: page.NewSlot()}
	languages := make([]widgets.Segment, len(i18n.Langs()))
	at := 0
	for i, l := range i18n.Langs() {
		languages[i] = widgets.Segment{Label: l.Name()}
		if l == e.Lang() {
			at = i
		}
	}
	head := widgets.Inset(24, 32, 0, 32, widgets.Row(12, widgets.NewLogo(32), widgets.NewText(e.T("app.name")).Sub(), widgets.Spring(),
		widgets.Fixed(280, 0, widgets.NewSegmented(languages, at, func(i int) { speak(i18n.Langs()[i]) }))))
	foot := widgets.Inset(0, 32, 24, 32, widgets.Row(0, widgets.NewText(e.T("settings.version", i18n.P{"n": version})).Caption().In(widgets.Ink3), widgets.Spring()))
	p.content = widgets.OnGround(widgets.Bg, widgets.Between(head,
		widgets.Column(0, widgets.Spring(), widgets.Row(0, widgets.Spring(), widgets.Fixed(560, 0, p.slot.Content()), widgets.Spring()), widgets.Spring()), foot))
	p.choices()
	return p
}

// Content is what to lay out.
func (p *Page) Content() fyne.CanvasObject { return p.content }

// Rune takes the number keys of the three choices.
func (p *Page) Rune(r rune) {
	switch r {
	case '1':
		p.join()
	case '2':
		p.found()
	case '3':
		p.demo()
	}
}

func (p *Page) choices() {
	e := p.env
	card := func(icon assets.IconName, tone widgets.Tone, title, text, key string, act func()) fyne.CanvasObject {
		return widgets.NewPressCard(widgets.Pad(20, widgets.Row(16, widgets.NewIconTile(icon, tone).Sized(44),
			widgets.Grow(widgets.Column(2, widgets.NewText(title).Sub(), widgets.NewPara(text).In(widgets.Ink2))),
			widgets.NewKeyCap(key), widgets.NewGlyph(assets.IconChevRight, widgets.Ink2))), title, act)
	}
	p.slot.Show(widgets.Column(12,
		widgets.Column(4, widgets.NewText(e.T("first.title")).Display(), widgets.NewPara(e.T("app.tagline")).In(widgets.Ink2)),
		widgets.Fixed(0, 8, widgets.Spring()),
		card(assets.IconTicket, widgets.ToneAccent, e.T("first.join"), e.T("first.join_text"), "1", p.join),
		card(assets.IconNodes, widgets.ToneNeutral, e.T("first.start"), e.T("first.start_text"), "2", p.found),
		card(assets.IconCompass, widgets.ToneNeutral, e.T("first.demo"), e.T("first.demo_text"), "3", p.demo),
		widgets.Row(8, widgets.NewGlyph(assets.IconLock, widgets.Ink3).Sized(16), widgets.Grow(widgets.NewPara(e.T("first.keys_here")).In(widgets.Ink3)))))
}

func (p *Page) demo() {
	e := p.env
	p.busy(e.T("first.demo_starts"))
	page.Do(e, func(context.Context) error { return p.begin.Demo() }, func(err error) {
		p.choices()
		if err != nil {
			e.Problem(e.T("first.demo"), err)
			return
		}
		e.Say(widgets.ToneNeutral, e.T("first.demo_starts"))
	})
}

// busy stands while something is made or waited for.
func (p *Page) busy(text string) {
	p.slot.Show(widgets.Column(16, widgets.NewText(text).Sub().Center(), widgets.Skeleton(3)))
}

// finish ends a beginning: the desk opens, or the choices come back.
func (p *Page) finish(title string, err error) {
	if err != nil {
		p.choices()
		p.env.Problem(title, err)
		return
	}
	p.done()
}
