package page

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"countersign/app/widgets"
)

// sidesGap is the room between what stands left and right, and between lines.
const sidesGap = 8

// Sides puts one object at the left and one at the right of a line, and the
// right one below where a line has no room for both: a bar of acts keeps all of
// them in a narrow window and at a large text size.
type Sides struct {
	widget.BaseWidget
	left, right fyne.CanvasObject
}

// NewSides makes the line.
func NewSides(left, right fyne.CanvasObject) *Sides {
	s := &Sides{left: left, right: right}
	s.ExtendBaseWidget(s)
	return s
}

func gap() float32 { return sidesGap * theme.Size(widgets.SizeScale) }

func (s *Sides) fit(width float32) bool {
	return width == 0 || widgets.LeastWidth(s.left)+gap()+widgets.LeastWidth(s.right) <= width
}

// HeightFor tells how high the line is at a width.
func (s *Sides) HeightFor(width float32) float32 {
	l, r := s.left.MinSize().Height, s.right.MinSize().Height
	if s.fit(width) {
		return max(l, r)
	}
	return l + gap() + r
}

// LeastWidth tells how narrow the line can be.
func (s *Sides) LeastWidth() float32 {
	return max(widgets.LeastWidth(s.left), widgets.LeastWidth(s.right))
}

// MinSize implements fyne.CanvasObject: as high as at the last width.
func (s *Sides) MinSize() fyne.Size {
	return fyne.NewSize(s.LeastWidth(), s.HeightFor(s.Size().Width))
}

// Parts implements widgets.Assembled.
func (s *Sides) Parts() []fyne.CanvasObject {
	return []fyne.CanvasObject{s.left, s.right}
}

// CreateRenderer implements fyne.Widget.
func (s *Sides) CreateRenderer() fyne.WidgetRenderer { return &sidesRenderer{s} }

type sidesRenderer struct{ s *Sides }

// Layout implements fyne.WidgetRenderer.
func (r *sidesRenderer) Layout(size fyne.Size) {
	left, right := r.s.left.MinSize(), r.s.right.MinSize()
	y := float32(0)
	if !r.s.fit(size.Width) {
		y = left.Height + gap()
	}
	r.s.left.Resize(left)
	r.s.left.Move(fyne.Position{})
	r.s.right.Resize(right)
	r.s.right.Move(fyne.NewPos(max(size.Width-right.Width, 0), y))
}

// MinSize implements fyne.WidgetRenderer.
func (r *sidesRenderer) MinSize() fyne.Size { return r.s.MinSize() }

// Refresh implements fyne.WidgetRenderer.
func (r *sidesRenderer) Refresh() { r.Layout(r.s.Size()) }

// Objects implements fyne.WidgetRenderer.
func (r *sidesRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.s.left, r.s.right}
}

// Destroy implements fyne.WidgetRenderer.
func (r *sidesRenderer) Destroy() {}
