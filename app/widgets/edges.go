package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// largeArea is from how many square units on a box with corners or a border is
// drawn by its edges.
const largeArea = 150 * 150

// edges draws a large box with corners or a border in pieces: what is round by the
// painter's costly shaders, and everything between as plain areas (see newPlain),
// which also have sharper edges than the outline of one large rectangle.
type edges struct {
	fill  [2]*canvas.Rectangle // the strips with the upper and the lower corners
	plain *canvas.Image        // between them
	lines [4]*canvas.Image     // the border above, below, left and right
	arcs  [4]*canvas.Arc       // clockwise from the upper left
}

func newEdges() *edges {
	e := &edges{plain: newPlain()}
	for i := range e.fill {
		e.fill[i] = canvas.NewRectangle(color.Transparent)
	}
	for i := range e.lines {
		e.lines[i] = newPlain()
		e.arcs[i] = canvas.NewArc(float32(i*90-90), float32(i*90), 0, color.Transparent)
	}
	return e
}

// objects are what the edges draw, the lowest first.
func (e *edges) objects() []fyne.CanvasObject {
	out := []fyne.CanvasObject{e.fill[0], e.fill[1], e.plain}
	for i := range e.lines {
		out = append(out, e.lines[i], e.arcs[i])
	}
	return out
}

// draw gives a box its size; its radius and width are in units before the text scale.
func (e *edges) draw(p paint, size fyne.Size, b *Box) {
	radius := p.px(b.radius)
	e.area(p, size, b.fill, radius, b.top)
	e.border(p, size, b.stroke, b.width, radius)
}

// area fills the box. The plain part lies over the strips by a pixel: a strip's own
// edge is soft.
func (e *edges) area(p paint, size fyne.Size, fill Token, radius float32, top bool) {
	end := radius
	if top {
		end = 0
	}
	for _, r := range e.fill {
		p.rect(r, fill, Clear, 0, 0)
		setShown(r, fill != Clear && radius > 0)
		r.Resize(fyne.NewSize(size.Width, radius+1))
	}
	over, under := e.fill[0], e.fill[1]
	over.TopLeftCornerRadius, over.TopRightCornerRadius = radius, radius
	under.BottomLeftCornerRadius, under.BottomRightCornerRadius = radius, radius
	under.Move(fyne.NewPos(0, size.Height-radius-1))
	if top {
		under.Hide()
	}
	setShown(e.plain, fill != Clear)
	p.plain(e.plain, fill)
	e.plain.Move(fyne.NewPos(0, radius))
	e.plain.Resize(fyne.NewSize(size.Width, size.Height-radius-end))
}

// border draws the box's border, on the inside.
func (e *edges) border(p paint, size fyne.Size, stroke Token, width, radius float32) {
	across, down := size.Width-2*radius, size.Height-2*radius
	right, below := size.Width-radius, size.Height-radius
	for i, at := range [4]struct {
		line   fyne.Position
		size   fyne.Size
		corner fyne.Position
	}{
		{fyne.NewPos(radius, 0), fyne.NewSize(across, width), fyne.NewPos(radius, radius)},
		{fyne.NewPos(radius, size.Height-width), fyne.NewSize(across, width), fyne.NewPos(right, radius)},
		{fyne.NewPos(0, radius), fyne.NewSize(width, down), fyne.NewPos(right, below)},
		{fyne.NewPos(size.Width-width, radius), fyne.NewSize(width, down), fyne.NewPos(radius, below)},
	} {
		line, arc := e.lines[i], e.arcs[i]
		setShown(line, stroke != Clear)
		p.plain(line, stroke)
		line.Move(at.line)
		line.Resize(at.size)
		setShown(arc, stroke != Clear && radius > 0)
		arc.FillColor = p.ink(stroke)
		arc.CutoutRatio = max(0, 1-width/max(radius, 1))
		arc.Move(at.corner.SubtractXY(radius, radius))
		arc.Resize(fyne.NewSquareSize(2 * radius))
	}
}
