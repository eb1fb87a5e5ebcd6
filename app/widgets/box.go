package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"countersign/assets"
)

// Box is a filled or outlined rectangle in tokens, to stand behind other parts.
type Box struct {
	widget.BaseWidget
	fill, stroke Token
	width        float32
	radius       float32
	top          bool
}

// NewBox is a rectangle filled in a token.
func NewBox(fill Token) *Box {
	b := &Box{fill: fill, stroke: Clear}
	b.ExtendBaseWidget(b)
	return b
}

// Outlined adds a border of one unit.
func (b *Box) Outlined(stroke Token) *Box { b.stroke, b.width = stroke, 1; return b }

// Thick sets the width of the border.
func (b *Box) Thick(width float32) *Box { b.width = width; return b }

// Rounded sets the corner radius.
func (b *Box) Rounded(radius float32) *Box { b.radius = radius; return b }

// TopOnly rounds the upper corners alone, for the head of a card.
func (b *Box) TopOnly() *Box { b.top = true; return b }

// Set changes fill and border.
func (b *Box) Set(fill, stroke Token) {
	if b.fill == fill && b.stroke == stroke {
		return
	}
	b.fill, b.stroke = fill, stroke
	b.width = max(b.width, 1)
	b.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (b *Box) CreateRenderer() fyne.WidgetRenderer {
	r, plain := canvas.NewRectangle(nil), newPlain()
	var large *edges // of a box that is or was large
	pieces := container.NewWithoutLayout()
	return draw(b, func(p paint, size fyne.Size) {
		flat, big := b.stroke == Clear && b.radius == 0, size.Width*size.Height >= largeArea
		setShown(plain, flat && b.fill != Clear)
		setShown(pieces, !flat && big)
		setShown(r, !flat && !big)
		switch {
		case flat:
			p.plain(plain, b.fill)
			plain.Resize(size)
		case big:
			if large == nil {
				large = newEdges()
				pieces.Objects = large.objects()
			}
			pieces.Resize(size)
			large.draw(p, size, b)
		default:
			p.rect(r, b.fill, b.stroke, b.width, b.radius)
			at(r, fyne.Position{}, size)
			if b.top {
				r.TopLeftCornerRadius, r.TopRightCornerRadius, r.CornerRadius = r.CornerRadius, r.CornerRadius, 0
			}
		}
	}, func(paint) fyne.Size { return fyne.Size{} }, r, plain, pieces)
}

// Rule is a hairline across its parent.
func Rule() *fyne.Container { return Fixed(0, 0, newHair(false, Line)) }

// UpRule is a hairline from top to bottom.
func UpRule() *fyne.Container { return Fixed(0, 0, newHair(true, Line)) }

type hair struct {
	widget.BaseWidget
	up    bool
	token Token
}

func newHair(up bool, token Token) *hair {
	h := &hair{up: up, token: token}
	h.ExtendBaseWidget(h)
	return h
}

func (h *hair) CreateRenderer() fyne.WidgetRenderer {
	r := canvas.NewRectangle(nil)
	return draw(h, func(p paint, size fyne.Size) {
		r.FillColor = p.ink(h.token)
		if h.up {
			size.Width = 1
		} else {
			size.Height = 1
		}
		r.Resize(size)
	}, func(paint) fyne.Size { return fyne.NewSize(1, 1) }, r)
}

// Dot is a small disc: filled, or a ring where hollow.
type Dot struct {
	widget.BaseWidget
	token  Token
	side   float32
	hollow bool
	square bool
}

// NewDot is a disc of 8.
func NewDot(token Token) *Dot {
	d := &Dot{token: token, side: 8}
	d.ExtendBaseWidget(d)
	return d
}

// Hollow makes it a ring.
func (d *Dot) Hollow() *Dot { d.hollow = true; return d }

// Square makes it a square with soft corners.
func (d *Dot) Square() *Dot { d.square = true; return d }

// SetInk changes the colour.
func (d *Dot) SetInk(token Token) {
	if d.token != token {
		d.token = token
		d.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (d *Dot) CreateRenderer() fyne.WidgetRenderer {
	r := canvas.NewRectangle(nil)
	return draw(d, func(p paint, size fyne.Size) {
		radius := d.side / 2
		if d.square {
			radius = 2
		}
		if d.hollow {
			p.rect(r, Clear, d.token, p.px(2), radius)
		} else {
			p.rect(r, d.token, Clear, 0, radius)
		}
		side := p.px(d.side)
		at(r, fyne.NewPos((size.Width-side)/2, (size.Height-side)/2), fyne.NewSquareSize(side))
	}, func(p paint) fyne.Size { return fyne.NewSquareSize(p.px(d.side)) }, r)
}

// IconTile is a soft square with an icon, the sign of an agency or of a state.
type IconTile struct {
	widget.BaseWidget
	name assets.IconName
	tone Tone
	side float32
}

// NewIconTile is a tile of 36; lists use 36, headings 40 to 48, empty pages 56.
func NewIconTile(name assets.IconName, tone Tone) *IconTile {
	t := &IconTile{name: name, tone: tone, side: 36}
	t.ExtendBaseWidget(t)
	return t
}

// Sized changes the side.
func (t *IconTile) Sized(side float32) *IconTile { t.side = side; return t }

// Set changes icon and tone.
func (t *IconTile) Set(name assets.IconName, tone Tone) {
	if t.name != name || t.tone != tone {
		t.name, t.tone = name, tone
		t.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (t *IconTile) CreateRenderer() fyne.WidgetRenderer {
	bg := canvas.NewRectangle(nil)
	img := &canvas.Image{FillMode: canvas.ImageFillContain}
	return draw(t, func(p paint, size fyne.Size) {
		fill, ink := t.tone.soft()
		p.rect(bg, fill, Clear, 0, min(8, t.side/5+1))
		side := p.px(t.side)
		corner := fyne.NewPos((size.Width-side)/2, (size.Height-side)/2)
		bg.Resize(fyne.NewSquareSize(side))
		bg.Move(corner)
		in := side * 0.56
		p.icon(img, t.name, ink, in)
		img.Resize(fyne.NewSquareSize(in))
		img.Move(corner.AddXY((side-in)/2, (side-in)/2))
	}, func(p paint) fyne.Size { return fyne.NewSquareSize(p.px(t.side)) }, bg, img)
}

// Avatar is a person as initials in a disc.
type Avatar struct {
	widget.BaseWidget
	name string
	tone Tone
	side float32
}

// NewAvatar is a disc of 32 with the initials of a name.
func NewAvatar(name string) *Avatar {
	a := &Avatar{name: name, side: 32}
	a.ExtendBaseWidget(a)
	return a
}

// Sized changes the side.
func (a *Avatar) Sized(side float32) *Avatar { a.side = side; return a }

// Toned changes the colours; the person who sits here is ToneAccent.
func (a *Avatar) Toned(tone Tone) *Avatar { a.tone = tone; return a }

// Set changes whose initials stand there.
func (a *Avatar) Set(name string) {
	if a.name != name {
		a.name = name
		a.Refresh()
	}
}

// AccessibilityLabel implements fyne.Accessible.
func (a *Avatar) AccessibilityLabel() string { return a.name }

// AccessibilityRole implements fyne.Accessible.
func (a *Avatar) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

// CreateRenderer implements fyne.Widget.
func (a *Avatar) CreateRenderer() fyne.WidgetRenderer {
	disc := canvas.NewRectangle(nil)
	text := canvas.NewText("", nil)
	return draw(a, func(p paint, size fyne.Size) {
		fill, ink := a.tone.soft()
		if a.tone == ToneAccent {
			fill, ink = Accent, OnAccent
		}
		p.rect(disc, fill, Clear, 0, a.side/2)
		side := p.px(a.side)
		corner := fyne.NewPos((size.Width-side)/2, (size.Height-side)/2)
		disc.Resize(fyne.NewSquareSize(side))
		disc.Move(corner)
		p.text(text, Initials(a.name), theme.SizeNameCaptionText, ink, true)
		if a.side < 30 {
			text.TextSize *= 0.85
		}
		place(text, corner.X+(side-text.MinSize().Width)/2, corner.Y+side/2)
	}, func(p paint) fyne.Size { return fyne.NewSquareSize(p.px(a.side)) }, disc, text)
}

// Initials takes the first letters of the first and last word of a name; a
// Chinese name gives its last two characters, as is usual there.
func Initials(name string) string {
	var first, last rune
	start := true
	var all []rune
	for _, r := range name {
		if r == ' ' || r == '-' && first != 0 {
			start = true
			continue
		}
		all = append(all, r)
		if start {
			if first == 0 {
				first = r
			} else {
				last = r
			}
			start = false
		}
	}
	if len(all) > 0 && wide(all[0]) {
		return string(all[max(len(all)-2, 0):])
	}
	out := []rune{}
	for _, r := range []rune{first, last} {
		if r != 0 {
			out = append(out, r)
		}
	}
	return string(out)
}
