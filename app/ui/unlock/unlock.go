// Package unlock owns the page that stands while nobody is at the desk: who is
// here, and the passphrase that opens their key. It reads nothing of the record
// but how many keepers are online.
package unlock

import (
	"context"
	"errors"
	"strings"

	"fyne.io/fyne/v2"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/page"
	"countersign/app/widgets"
	"countersign/assets"
)

// Desk is what the page needs.
type Desk interface {
	Identities() ([]desk.KeyFile, error)
	Unlock(ctx context.Context, official desk.OfficialID, passphrase string) error
	Network(ctx context.Context) (desk.Network, error)
	WithoutAdmins(ctx context.Context) (bool, error)
}

// Known is an official as this window remembers them: the record names no
// person while the desk is locked.
type Known struct {
	Name   string    `json:"name"`
	Title  string    `json:"title"`
	Agency string    `json:"agency"`
	Role   desk.Role `json:"role,omitempty"` // in the demo: what they may do
}

// Options say what stands on the page beside the passphrase.
type Options struct {
	Known  map[desk.OfficialID]Known
	Order  []desk.OfficialID // whom to offer first
	Last   desk.OfficialID   // who was here last
	Reason string            // why it is locked; empty at the start
	Opened func()            // the desk is unlocked
	Offer  func()            // two people offer themselves, where no administrator's key works any more
}

// Page is the unlock page.
type Page struct {
	env   *page.Env
	desk  Desk
	opt   Options
	files []desk.KeyFile
	who   desk.OfficialID

	card    *page.Slot
	lost    *page.Slot
	status  *widgets.Text
	dot     *widgets.Dot
	pin     *widgets.Input
	button  *widgets.Button
	dialog  *widgets.Dialog
	content fyne.CanvasObject
	busy    bool
}

// New makes the page.
func New(e *page.Env, d Desk, opt Options) *Page {
	p := &Page{env: e, desk: d, opt: opt, card: page.NewSlot(), lost: page.NewSlot(), status: widgets.NewText("").In(widgets.Ink2), dot: widgets.NewDot(widgets.Ink3)}
	p.lost.Content().Hide()
	head := widgets.Inset(24, 32, 0, 32, widgets.Row(12, widgets.NewLogo(32), widgets.NewText(e.T("app.name")).Sub(), widgets.Spring(), p.dot, p.status))
	p.content = widgets.OnGround(widgets.Bg, widgets.Between(head,
		widgets.Column(0, widgets.Spring(), widgets.Row(0, widgets.Spring(), widgets.Fixed(392, 0, widgets.Column(20, p.card.Content(), p.lost.Content())), widgets.Spring()), widgets.Spring()), p.foot()))
	p.Reload()
	return p
}

// Content is what to lay out.
func (p *Page) Content() fyne.CanvasObject { return p.content }

// Reload reads anew who can unlock here and how many keepers are online.
func (p *Page) Reload() {
	p.ReadNetwork()
	p.ReadLost()
	page.Read(p.env, func(context.Context) ([]desk.KeyFile, error) { return p.desk.Identities() }, func(f []desk.KeyFile, err error) {
		if err != nil {
			p.card.Show(p.env.Failed(err, p.Reload))
			return
		}
		p.files = nil
		for _, k := range f {
			if k.Err == nil {
				p.files = append(p.files, k)
			}
		}
		p.choose(p.first())
	})
}

// ReadLost offers new administrators where the agency has lost its own.
func (p *Page) ReadLost() {
	type state struct{ lost, sealed bool }
	page.Read(p.env, func(ctx context.Context) (state, error) {
		lost, err := p.desk.WithoutAdmins(ctx)
		if err != nil || !lost {
			return state{}, err
		}
		_, err = p.desk.Network(ctx)
		return state{true, errors.Is(err, desk.ErrSealed)}, nil
	}, func(now state, err error) {
		if err != nil || !now.lost { // what cannot be read the status line says
			p.lost.Content().Hide()
			return
		}
		p.lost.Content().Show()
		e := p.env
		if now.sealed { // the agency's other computers could not be told of the keys
			p.lost.Show(widgets.NewNote(widgets.ToneWarn, page.Sentences("**"+e.T("members.lost")+"**", e.T("members.lost_sealed"))))
			p.content.Refresh()
			return
		}
		p.lost.Show(widgets.NewNote(widgets.ToneWarn, page.Sentences("**"+e.T("members.lost")+"**", e.T("members.lost_text")),
			widgets.NewLink(e.T("members.offer_admins"), p.opt.Offer).WithIcon(assets.IconKey)))
		p.content.Refresh() // the page is higher
	})
}

// ReadNetwork reads how many keepers are online.
func (p *Page) ReadNetwork() {
	page.Read(p.env, p.desk.Network, func(n desk.Network, err error) {
		switch {
		case errors.Is(err, desk.ErrSealed): // nothing is wrong: the computer's own key waits for a person
			p.dot.SetInk(widgets.Ink3)
			p.status.Set(p.env.T("unlock.sealed"))
			return
		case err != nil:
			p.dot.SetInk(widgets.Ink3)
			p.status.Set(p.env.T("status.offline"))
			return
		}
		p.dot.SetInk(widgets.Approve)
		if n.Online < n.Needed {
			p.dot.SetInk(widgets.WarnSolid)
		}
		p.status.Set(p.env.T("status.keepers", i18n.P{"online": n.Online, "total": n.Keepers}))
	})
}

// first is who is offered: the last one here, else the first in order.
func (p *Page) first() desk.OfficialID {
	for _, want := range append([]desk.OfficialID{p.opt.Last}, p.opt.Order...) {
		for _, f := range p.files {
			if f.Official == want {
				return want
			}
		}
	}
	if len(p.files) > 0 {
		return p.files[0].Official
	}
	return desk.OfficialID{}
}

// Focus puts the focus on the passphrase.
func (p *Page) Focus() {
	if p.pin != nil {
		p.env.Canvas.Focus(p.pin.Focus())
	}
}

func (p *Page) known(id desk.OfficialID) Known {
	if k, ok := p.opt.Known[id]; ok {
		return k
	}
	for _, f := range p.files {
		if f.Official == id && f.Name != "" {
			return Known{Name: f.Name, Title: f.Title}
		}
	}
	return Known{Name: p.env.T("common.unknown_person", i18n.P{"id": id.String()[:4]})}
}

// choose draws the card of one official.
func (p *Page) choose(who desk.OfficialID) {
	e := p.env
	if len(p.files) == 0 {
		p.card.Show(widgets.EmptyState(assets.IconKey, widgets.ToneNeutral, e.T("unlock.no_keys_title"), e.T("unlock.no_keys_text"),
			widgets.NewButton(widgets.Outline, e.T("common.retry"), p.Reload).WithIcon(assets.IconRotate)))
		return
	}
	p.who = who
	k := p.known(who)
	p.pin = widgets.NewPinEntry(func(string) { p.press() }).Tall()
	p.button = widgets.NewButton(widgets.Primary, e.T("unlock.unlock"), p.press).Wide().WithKey("Enter")
	parts := []fyne.CanvasObject{
		widgets.Row(16, widgets.NewAvatar(k.Name).Sized(48).Toned(widgets.ToneAccent), widgets.Grow(widgets.Column(0,
			widgets.NewPara(k.Name).Heading(), widgets.NewText(about(k)).In(widgets.Ink3).Cut()))),
		widgets.Labelled(e.T("unlock.passphrase"), "", p.pin, p.hint()...),
		widgets.Fixed(0, 40, p.button),
	}
	below := []fyne.CanvasObject{widgets.Card(widgets.Pad(32, widgets.Column(20, parts...)))}
	if p.opt.Reason != "" {
		below = append(below, widgets.TopRow(8, widgets.NewGlyph(assets.IconLock, widgets.Ink3).Sized(18),
			widgets.Grow(widgets.NewPara(p.opt.Reason+" "+e.T("unlock.goes_on")).In(widgets.Ink2))))
	}
	p.card.Show(widgets.Column(20, below...))
	p.Focus()
}

func about(k Known) string {
	var words []string
	for _, w := range []string{k.Agency, k.Title} {
		if w != "" {
			words = append(words, w)
		}
	}
	return strings.Join(words, ", ")
}

// hint stands below the passphrase; in the demo it tells it.
func (p *Page) hint() []fyne.CanvasObject {
	if p.env.Demo == nil {
		return nil
	}
	return []fyne.CanvasObject{widgets.NewPara(p.env.T("demo.passphrase", i18n.P{"passphrase": p.env.Demo.Passphrase})).Caption().In(widgets.Ink2)}
}

func (p *Page) foot() fyne.CanvasObject {
	e := p.env
	acts := []fyne.CanvasObject{widgets.NewLink(e.T("unlock.someone_else"), p.others)}
	if e.Demo != nil {
		acts = append(acts, widgets.NewLink(e.T("demo.again"), e.Again))
	}
	return widgets.Inset(0, 32, 24, 32, widgets.Row(24, append(acts, widgets.Spring(), widgets.NewText(mark(e)).Caption().In(widgets.Ink3))...))
}

func mark(e *page.Env) string {
	if e.Rehearsal {
		return e.T("status.rehearsal")
	}
	return ""
}

// others lists everybody whose key is on this computer.
func (p *Page) others() {
	e := p.env
	if len(p.files) == 0 {
		return
	}
	var cards []fyne.CanvasObject
	var first fyne.Focusable
	for _, f := range p.sorted() {
		k := p.known(f)
		lines := []fyne.CanvasObject{widgets.NewText(k.Name).Bold(), widgets.NewText(about(k)).Caption().In(widgets.Ink3).Cut()}
		row := []fyne.CanvasObject{widgets.NewAvatar(k.Name), widgets.Grow(widgets.Column(0, lines...))}
		if k.Role != "" {
			row = append(row, widgets.NewChip(e.RoleName(k.Role), widgets.ToneNeutral))
		}
		card := widgets.NewPressCard(widgets.Inset(10, 16, 10, 16, widgets.Row(12, row...)), k.Name, func() {
			p.dialog.Close()
			p.choose(f)
		})
		if first == nil {
			first = card
		}
		cards = append(cards, card)
	}
	cancel := widgets.NewButton(widgets.Outline, e.T("common.cancel"), func() { p.dialog.Close() }).WithKey("Esc")
	p.dialog = widgets.NewDialog(e.Canvas, widgets.DialogSpec{Title: e.T("unlock.who"), Body: widgets.Column(8, cards...),
		Foot: []fyne.CanvasObject{widgets.Spring(), cancel}, First: first})
	p.dialog.Show()
}

// sorted are the officials in the order in which they are offered.
func (p *Page) sorted() []desk.OfficialID {
	var out []desk.OfficialID
	here := map[desk.OfficialID]bool{}
	for _, f := range p.files {
		here[f.Official] = true
	}
	for _, id := range p.opt.Order {
		if here[id] {
			out = append(out, id)
			delete(here, id)
		}
	}
	for _, f := range p.files {
		if here[f.Official] {
			out = append(out, f.Official)
		}
	}
	return out
}

// press opens the key.
func (p *Page) press() {
	passphrase := p.pin.Text()
	if p.busy {
		return
	}
	if passphrase == "" {
		p.pin.SetError(p.env.T("sign.passphrase_missing"))
		p.content.Refresh() // the error line makes the card higher
		return
	}
	p.busy = true
	p.pin.SetError("")
	p.pin.Disable()
	p.button.SetLabel(p.env.T("unlock.opening"))
	p.button.Disable()
	who := p.who
	page.Do(p.env, func(ctx context.Context) error { return p.desk.Unlock(ctx, who, passphrase) }, func(err error) {
		p.busy = false
		p.pin.SetText("")
		p.pin.Enable()
		p.button.SetLabel(p.env.T("unlock.unlock"))
		p.button.Enable()
		switch {
		case err == nil:
			p.opt.Opened()
		case errors.Is(err, desk.ErrWrongPassphrase):
			p.pin.SetError(p.env.T("sign.wrong_passphrase"))
			p.Focus()
		default:
			p.env.Problem(p.env.T("unlock.unlock"), err)
		}
	})
}
