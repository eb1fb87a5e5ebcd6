package widgets

import (
	"bytes"
	"fmt"
	"image/color"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"countersign/assets"
)

// Icon returns an icon as a resource in a token's colour, for toolkit widgets
// that take a resource. The toolkit recolours fills only and these icons are
// strokes, so the resource paints itself anew whenever it is read.
func Icon(name assets.IconName, token Token) fyne.Resource {
	return tinted{name: name, token: token}
}

type tinted struct {
	name  assets.IconName
	token Token
}

// Name carries the colour, since the toolkit caches drawings by name.
func (t tinted) Name() string {
	return iconName(t.name, theme.Color(t.token), t.side())
}

func (t tinted) Content() []byte { return stroked(t.name, theme.Color(t.token), t.side()) }

// side is that of the icons in the toolkit's widgets.
func (t tinted) side() float32 { return theme.Size(theme.SizeNameInlineIcon) * pixels(nil) }

func hex(c color.Color) string {
	r, g, b, _ := c.RGBA()
	return fmt.Sprintf("#%02X%02X%02X", r>>8, g>>8, b>>8)
}

// stroked colours an icon for a side in pixels. The toolkit's SVG reader scales
// paths but takes stroke widths as pixels, so the width is worked out here.
func stroked(name assets.IconName, c color.Color, side float32) []byte {
	svg := bytes.ReplaceAll(assets.Icon(name), []byte(assets.IconStroke), []byte(hex(c)))
	return restroke(svg, 24, side)
}

// restroke scales every stroke width of a drawing on a grid to a side in pixels;
// thinner than a pixel it would fade.
func restroke(svg []byte, grid, side float32) []byte {
	const attr = `stroke-width="`
	var out bytes.Buffer
	for {
		before, rest, found := bytes.Cut(svg, []byte(attr))
		out.Write(before)
		if !found {
			return out.Bytes()
		}
		value, after, _ := bytes.Cut(rest, []byte(`"`))
		width, err := strconv.ParseFloat(string(value), 32)
		if err != nil {
			width = 1
		}
		fmt.Fprintf(&out, `%s%.3f"`, attr, max(float32(width)*side/grid, 1))
		svg = after
	}
}

// iconName tells what is drawn to the toolkit's cache of drawings.
func iconName(name assets.IconName, c color.Color, side float32) string {
	return fmt.Sprintf("%s-%s-%.1f.svg", name, hex(c), side)
}

func iconResource(name assets.IconName, c color.Color, side float32) fyne.Resource {
	return fyne.NewStaticResource(iconName(name, c, side), stroked(name, c, side))
}

// Glyph is an icon on the page, in a token's colour at a square size.
type Glyph struct {
	widget.BaseWidget
	name  assets.IconName
	token Token
	side  float32
}

// NewGlyph shows an icon with a side of 20 at normal text size.
func NewGlyph(name assets.IconName, token Token) *Glyph {
	g := &Glyph{name: name, token: token, side: 20}
	g.ExtendBaseWidget(g)
	return g
}

// Sized changes the side and returns the glyph.
func (g *Glyph) Sized(side float32) *Glyph {
	g.side = side
	return g
}

// Set changes what is shown.
func (g *Glyph) Set(name assets.IconName, token Token) {
	if g.name == name && g.token == token {
		return
	}
	g.name, g.token = name, token
	g.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (g *Glyph) CreateRenderer() fyne.WidgetRenderer {
	img := &canvas.Image{FillMode: canvas.ImageFillContain}
	return draw(g, func(p paint, size fyne.Size) {
		side := p.px(g.side)
		if !size.IsZero() {
			side = min(side, size.Width, size.Height)
		}
		p.icon(img, g.name, g.token, side)
		img.Resize(fyne.NewSquareSize(side))
		img.Move(fyne.NewPos((size.Width-side)/2, (size.Height-side)/2))
	}, func(p paint) fyne.Size {
		return fyne.NewSquareSize(p.px(g.side))
	}, img)
}

// Logo is the mark of the product at a square size.
type Logo struct {
	widget.BaseWidget
	side float32
}

// NewLogo shows the mark with the given side.
func NewLogo(side float32) *Logo {
	l := &Logo{side: side}
	l.ExtendBaseWidget(l)
	return l
}

// AccessibilityLabel implements fyne.Accessible.
func (l *Logo) AccessibilityLabel() string { return "Countersign" }

// AccessibilityRole implements fyne.Accessible.
func (l *Logo) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

// CreateRenderer implements fyne.Widget.
func (l *Logo) CreateRenderer() fyne.WidgetRenderer {
	img := &canvas.Image{FillMode: canvas.ImageFillContain}
	return draw(l, func(p paint, size fyne.Size) {
		square, check := p.ink(Accent), p.ink(OnAccent)
		side := p.px(l.side) * p.pixel
		name := fmt.Sprintf("logo-%s-%.1f.svg", hex(square), side)
		if img.Resource == nil || img.Resource.Name() != name {
			svg := bytes.ReplaceAll(assets.Logo(), []byte("#FFFFFF"), []byte(hex(check)))
			svg = bytes.ReplaceAll(svg, []byte("#34409E"), []byte(hex(square)))
			img.Resource = fyne.NewStaticResource(name, restroke(svg, 32, side))
			img.Image = nil
			img.Refresh() // see paint.icon
		}
		img.Resize(size)
	}, func(p paint) fyne.Size {
		return fyne.NewSquareSize(p.px(l.side))
	}, img)
}
