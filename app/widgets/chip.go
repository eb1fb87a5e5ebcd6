package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"countersign/assets"
)

// ChipData is what a chip says: a short word in a tone, with an icon where colour alone would speak.
type ChipData struct {
	Text string
	Tone Tone
	Icon assets.IconName
}

// Chip is a small label of a state. An empty text takes no room.
type Chip struct {
	widget.BaseWidget
	data ChipData
}

// NewChip makes a chip.
func NewChip(text string, tone Tone) *Chip {
	c := &Chip{data: ChipData{Text: text, Tone: tone}}
	c.ExtendBaseWidget(c)
	return c
}

// WithIcon puts an icon in front of the word.
func (c *Chip) WithIcon(name assets.IconName) *Chip { c.data.Icon = name; return c }

// Set changes all of it.
func (c *Chip) Set(data ChipData) {
	if c.data != data {
		c.data = data
		c.Refresh()
	}
}

// AccessibilityLabel implements fyne.Accessible.
func (c *Chip) AccessibilityLabel() string { return c.data.Text }

// AccessibilityRole implements fyne.Accessible.
func (c *Chip) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

// CreateRenderer implements fyne.Widget.
func (c *Chip) CreateRenderer() fyne.WidgetRenderer {
	bg := canvas.NewRectangle(nil)
	img := &canvas.Image{FillMode: canvas.ImageFillContain}
	text := canvas.NewText("", nil)
	return draw(c, func(p paint, size fyne.Size) {
		fill, ink := c.data.Tone.soft()
		p.rect(bg, fill, Clear, 0, 10)
		h := p.px(20)
		y := (size.Height - h) / 2
		bg.Resize(fyne.NewSize(size.Width, h))
		bg.Move(fyne.NewPos(0, y))
		bg.Hidden = c.data.Text == ""
		x := p.px(8)
		p.icon(img, c.data.Icon, ink, p.px(14))
		if c.data.Icon != "" {
			x -= p.px(2)
			img.Resize(fyne.NewSquareSize(p.px(14)))
			img.Move(fyne.NewPos(x, y+p.px(3)))
			x += p.px(18)
		}
		p.text(text, c.data.Text, theme.SizeNameCaptionText, ink, true)
		if c.data.Tone == ToneFaint {
			text.TextStyle.Bold = false
		}
		text.Text = cut(c.data.Text, size.Width-x-p.px(6), text.TextSize, text.TextStyle)
		place(text, x, size.Height/2)
	}, func(p paint) fyne.Size {
		if c.data.Text == "" {
			return fyne.Size{}
		}
		w := p.width(c.data.Text, theme.SizeNameCaptionText, c.data.Tone != ToneFaint) + p.px(16)
		if c.data.Icon != "" {
			w += p.px(16)
		}
		return fyne.NewSize(w, p.px(20))
	}, bg, img, text)
}

// KeyCap shows a key of the keyboard.
type KeyCap struct {
	widget.BaseWidget
	key string
}

// NewKeyCap shows the given key.
func NewKeyCap(key string) *KeyCap {
	k := &KeyCap{key: key}
	k.ExtendBaseWidget(k)
	return k
}

// AccessibilityLabel implements fyne.Accessible.
func (k *KeyCap) AccessibilityLabel() string { return k.key }

// AccessibilityRole implements fyne.Accessible.
func (k *KeyCap) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

// CreateRenderer implements fyne.Widget.
func (k *KeyCap) CreateRenderer() fyne.WidgetRenderer {
	bg := canvas.NewRectangle(nil)
	text := canvas.NewText("", nil)
	return draw(k, func(p paint, size fyne.Size) {
		p.rect(bg, Surface, Line, 1, 4)
		drawKey(p, bg, text, k.key, fyne.NewPos(0, (size.Height-p.px(18))/2), Ink2)
	}, func(p paint) fyne.Size { return fyne.NewSize(keyWidth(p, k.key), p.px(18)) }, bg, text)
}

func keyWidth(p paint, key string) float32 {
	return max(p.width(key, theme.SizeNameCaptionText, false)+p.px(10), p.px(18))
}

// drawKey places the outline and letter of a key cap, 18 high, at a corner.
func drawKey(p paint, bg *canvas.Rectangle, text *canvas.Text, key string, corner fyne.Position, ink Token) {
	w := keyWidth(p, key)
	at(bg, corner, fyne.NewSize(w, p.px(18)))
	p.text(text, key, theme.SizeNameCaptionText, ink, false)
	place(text, corner.X+(w-text.MinSize().Width)/2, corner.Y+p.px(9))
}

// PipState is one signature that is asked for.
type PipState int

// What a pip can show.
const (
	PipOpen PipState = iota
	PipSigned
	PipRefused
	PipNow // yours is next
)

// Pips counts signatures: one ring each, filled when signed, with a text such as "1/2" after them.
type Pips struct {
	widget.BaseWidget
	states []PipState
	text   string
}

// NewPips shows the signatures.
func NewPips(text string, states ...PipState) *Pips {
	p := &Pips{states: states, text: text}
	p.ExtendBaseWidget(p)
	return p
}

// SignedOf gives the states for so many signatures out of so many.
func SignedOf(signed, needed int) []PipState {
	out := make([]PipState, max(needed, signed))
	for i := 0; i < signed; i++ {
		out[i] = PipSigned
	}
	return out
}

// Set changes what is shown.
func (s *Pips) Set(text string, states ...PipState) {
	s.text, s.states = text, states
	s.Refresh()
}

// AccessibilityLabel implements fyne.Accessible.
func (s *Pips) AccessibilityLabel() string { return s.text }

// AccessibilityRole implements fyne.Accessible.
func (s *Pips) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

// CreateRenderer implements fyne.Widget.
func (s *Pips) CreateRenderer() fyne.WidgetRenderer {
	return laidOut(s, &pipsRenderer{s: s, text: canvas.NewText("", nil)})
}

type pipsRenderer struct {
	s     *Pips
	text  *canvas.Text
	discs []*canvas.Rectangle
}

func (r *pipsRenderer) Layout(size fyne.Size) {
	p := paintFor(r.s)
	for len(r.discs) < len(r.s.states) {
		r.discs = append(r.discs, canvas.NewRectangle(nil))
	}
	r.discs = r.discs[:len(r.s.states)]
	x := float32(0)
	for i, st := range r.s.states {
		switch st {
		case PipSigned:
			p.rect(r.discs[i], Approve, Clear, 0, 4)
		case PipRefused:
			p.rect(r.discs[i], Refuse, Clear, 0, 4)
		case PipNow:
			p.rect(r.discs[i], Clear, Accent, p.px(2), 4)
		default:
			p.rect(r.discs[i], Clear, Control, p.px(1.25), 4)
		}
		at(r.discs[i], fyne.NewPos(x, (size.Height-p.px(8))/2), fyne.NewSquareSize(p.px(8)))
		x += p.px(11)
	}
	p.text(r.text, r.s.text, theme.SizeNameCaptionText, Ink3, false)
	if len(r.s.states) > 0 {
		x += p.px(5)
	}
	place(r.text, x, size.Height/2)
}

func (r *pipsRenderer) MinSize() fyne.Size {
	p := paintFor(r.s)
	w := float32(len(r.s.states)) * p.px(11)
	if len(r.s.states) > 0 && r.s.text != "" {
		w += p.px(5)
	}
	return fyne.NewSize(w+p.width(r.s.text, theme.SizeNameCaptionText, false), p.px(16))
}

func (r *pipsRenderer) Refresh() {
	r.Layout(r.s.Size())
	canvas.Refresh(r.s)
}

func (r *pipsRenderer) Objects() []fyne.CanvasObject {
	out := make([]fyne.CanvasObject, 0, len(r.discs)+1)
	for _, d := range r.discs {
		out = append(out, d)
	}
	return append(out, r.text)
}

func (r *pipsRenderer) Destroy() {}
