package widgets

import (
	"image"
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"

	"countersign/assets"
)

// paint is how things are drawn at this moment: the theme, its variant and the text scale.
type paint struct {
	th    fyne.Theme
	v     fyne.ThemeVariant
	k     float32 // text scale
	pixel float32 // pixels of a unit on this screen
}

type themed interface{ Theme() fyne.Theme }

func paintFor(w fyne.Widget) paint {
	var th fyne.Theme
	if t, ok := w.(themed); ok {
		th = t.Theme()
	} else {
		th = theme.CurrentForWidget(w)
	}
	p := paint{th: th, v: fyne.CurrentApp().Settings().ThemeVariant(), k: th.Size(SizeScale), pixel: pixels(w)}
	if p.k == 0 { // another theme than ours
		p.k = 1
	}
	return p
}

// pixels tells how many pixels of the screen make a unit; a widget that is not on
// a window yet takes that of the first window.
func pixels(w fyne.CanvasObject) float32 {
	d := fyne.CurrentApp().Driver()
	if c := d.CanvasForObject(w); c != nil {
		return c.Scale()
	}
	for _, win := range d.AllWindows() {
		return win.Canvas().Scale()
	}
	return 1
}

// unit is the text scale outside any widget, for layouts.
func unit() float32 {
	if k := theme.Size(SizeScale); k > 0 {
		return k
	}
	return 1
}

func (p paint) px(v float32) float32 { return v * p.k }

func (p paint) ink(t Token) color.Color { return p.th.Color(t, p.v) }

func (p paint) rect(r *canvas.Rectangle, fill, stroke Token, width, radius float32) {
	r.FillColor = p.ink(fill)
	r.StrokeColor = p.ink(stroke)
	r.StrokeWidth = width
	switch {
	case stroke == Clear:
		r.StrokeWidth = 0
	case fill == Clear: // on a screen an outline blends into its fill: clear black would darken it
		r.FillColor = faded(r.StrokeColor, 0)
	}
	r.CornerRadius = p.px(radius)
}

// newPlain is an area in one colour with neither border nor corners. It is a picture
// of one pixel, stretched: a screen without a graphics processor fills an area with
// it in half the time that a rectangle takes (7 ms for 1280 by 800, in place of 15),
// whose shader looks at every pixel for borders, corners and shadows.
func newPlain() *canvas.Image {
	return &canvas.Image{Image: image.NewNRGBA(image.Rect(0, 0, 1, 1)), FillMode: canvas.ImageFillStretch, ScaleMode: canvas.ImageScalePixels}
}

// plain colours an area of newPlain.
func (p paint) plain(area *canvas.Image, fill Token) {
	of := p.ink(fill)
	if of == nil { // another theme than ours
		of = color.Transparent
	}
	ink := color.NRGBAModel.Convert(of).(color.NRGBA)
	if pixel := area.Image.(*image.NRGBA); pixel.NRGBAAt(0, 0) != ink {
		pixel.SetNRGBA(0, 0, ink)
		area.Refresh()
	}
}

// at places a rectangle. A full half circle on every side shows notches where
// the arcs meet, so the radius stays a little below.
func at(r *canvas.Rectangle, pos fyne.Position, size fyne.Size) {
	r.Move(pos)
	r.Resize(size)
	r.CornerRadius = max(min(r.CornerRadius, min(size.Width, size.Height)/2-0.35), 0)
}

func (p paint) text(t *canvas.Text, s string, size fyne.ThemeSizeName, token Token, bold bool) {
	t.Text = s
	t.TextSize = p.th.Size(size)
	t.Color = p.ink(token)
	t.TextStyle = fyne.TextStyle{Bold: bold}
}

// icon puts an icon into an image that is shown with the given side in units.
func (p paint) icon(img *canvas.Image, name assets.IconName, token Token, side float32) {
	if name == "" {
		img.Hide()
		return
	}
	img.Show()
	ink := p.ink(token)
	if img.Resource != nil && img.Resource.Name() == iconName(name, ink, side*p.pixel) {
		return
	}
	img.Resource = iconResource(name, ink, side*p.pixel)
	img.Image = nil
	img.Refresh() // read now: at its next size the toolkit would draw what it has read before
}

// width measures a single line.
func (p paint) width(s string, size fyne.ThemeSizeName, bold bool) float32 {
	return fyne.MeasureText(s, p.th.Size(size), fyne.TextStyle{Bold: bold}).Width
}

// place puts a text at x, its line centred on y.
func place(t *canvas.Text, x, y float32) {
	m := t.MinSize()
	t.Resize(m)
	t.Move(fyne.NewPos(x, y-m.Height/2))
}

// drawn renders a widget whose parts are placed and coloured by one function.
type drawn struct {
	w       fyne.Widget
	objects []fyne.CanvasObject
	paint   func(paint, fyne.Size)
	min     func(paint) fyne.Size
}

// draw makes a renderer: lay colours and places everything for a size, least tells the smallest size.
func draw(w fyne.Widget, lay func(paint, fyne.Size), least func(paint) fyne.Size, objects ...fyne.CanvasObject) *drawn {
	// Coloured at once: a widget that gets no size is never laid out, and the
	// painter does not take a rectangle without a colour.
	lay(paintFor(w), w.Size())
	return &drawn{w: w, objects: objects, paint: lay, min: least}
}

func (d *drawn) Layout(size fyne.Size) {
	d.paint(paintFor(d.w), size)
	for _, o := range d.objects {
		if _, ok := o.(fyne.Widget); !ok {
			o.Refresh()
		}
	}
}

func (d *drawn) MinSize() fyne.Size { return d.min(paintFor(d.w)) }

func (d *drawn) Refresh() {
	d.Layout(d.w.Size())
	for _, o := range d.objects {
		if w, ok := o.(fyne.Widget); ok {
			w.Refresh()
		}
	}
	canvas.Refresh(d.w)
}

func (d *drawn) Objects() []fyne.CanvasObject { return d.objects }

func (d *drawn) Destroy() {}

// laidOut places what a renderer draws at the size its widget has already. The
// toolkit frees the renderer of what was hidden for a minute and makes another one
// without laying it out again: what is placed by Layout alone would stay away.
func laidOut(w fyne.Widget, r fyne.WidgetRenderer) fyne.WidgetRenderer {
	if size := w.Size(); !size.IsZero() {
		r.Layout(size)
	}
	return r
}

// faded makes a colour partly transparent.
func faded(c color.Color, alpha float32) color.Color {
	n := color.NRGBAModel.Convert(c).(color.NRGBA)
	n.A = uint8(float32(n.A) * alpha)
	return n
}
