package page

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"countersign/app/widgets"
)

// Either shows one object where there is room for it, and else another that
// needs less: all acts of a bar, or one of them and a menu.
type Either struct {
	widget.BaseWidget
	wide, compact fyne.CanvasObject
}

// NewEither makes it.
func NewEither(wide, compact fyne.CanvasObject) *Either {
	e := &Either{wide: wide, compact: compact}
	compact.Hide()
	e.ExtendBaseWidget(e)
	return e
}

func (e *Either) shown(width float32) fyne.CanvasObject {
	if width == 0 || widgets.LeastWidth(e.wide) <= width {
		return e.wide
	}
	return e.compact
}

// HeightFor tells how high it is at a width.
func (e *Either) HeightFor(width float32) float32 { return widgets.HeightFor(e.shown(width), width) }

// LeastWidth tells how narrow it can be.
func (e *Either) LeastWidth() float32 {
	return min(widgets.LeastWidth(e.wide), widgets.LeastWidth(e.compact))
}

// MinSize implements fyne.CanvasObject: as high as at the last width.
func (e *Either) MinSize() fyne.Size {
	return fyne.NewSize(e.LeastWidth(), e.HeightFor(e.Size().Width))
}

// Parts implements widgets.Assembled.
func (e *Either) Parts() []fyne.CanvasObject {
	return []fyne.CanvasObject{e.shown(e.Size().Width)}
}

// CreateRenderer implements fyne.Widget.
func (e *Either) CreateRenderer() fyne.WidgetRenderer { return &eitherRenderer{e} }

type eitherRenderer struct{ e *Either }

// Layout implements fyne.WidgetRenderer.
func (r *eitherRenderer) Layout(size fyne.Size) {
	now := r.e.shown(size.Width)
	for _, o := range r.Objects() {
		if (o == now) != o.Visible() {
			show(o, o == now)
		}
		o.Move(fyne.Position{})
		o.Resize(size)
	}
}

// MinSize implements fyne.WidgetRenderer.
func (r *eitherRenderer) MinSize() fyne.Size { return r.e.MinSize() }

// Refresh implements fyne.WidgetRenderer.
func (r *eitherRenderer) Refresh() {
	r.Layout(r.e.Size())
	canvas.Refresh(r.e)
}

// Objects implements fyne.WidgetRenderer.
func (r *eitherRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.e.wide, r.e.compact}
}

// Destroy implements fyne.WidgetRenderer.
func (r *eitherRenderer) Destroy() {}
