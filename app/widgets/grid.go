package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// Columns lays objects out in rows of len(weights) cells whose widths share the
// room by weight. A weight of 0 gives the cell the widest smallest width of its
// column. Cells of a row hang from its top.
func Columns(gapX, gapY float32, weights []float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&grid{gapX: gapX, gapY: gapY, weights: weights}, objects...)
}

// StackedBelow lays objects side by side as Columns does, and one below the other
// where there is less room than least.
func StackedBelow(least, gapX, gapY float32, weights []float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&stacking{least: least, beside: &grid{gapX: gapX, gapY: gapY, weights: weights}, below: &column{gap: gapY}}, objects...)
}

type stacking struct {
	least, width float32
	beside       *grid
	below        *column
}

func (s *stacking) at(width float32) flowingLayout {
	if width < s.least*unit() {
		return s.below
	}
	return s.beside
}

func (s *stacking) heightFor(objects []fyne.CanvasObject, width float32) float32 {
	return s.at(width).heightFor(objects, width)
}

func (s *stacking) leastWidth(objects []fyne.CanvasObject) float32 {
	return s.below.leastWidth(objects)
}

func (s *stacking) MinSize(objects []fyne.CanvasObject) fyne.Size {
	w := s.leastWidth(objects)
	return fyne.NewSize(w, s.heightFor(objects, max(w, s.width)))
}

func (s *stacking) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	s.width = size.Width
	s.at(size.Width).Layout(objects, size)
}

type grid struct {
	gapX, gapY float32
	weights    []float32
	width      float32
}

func (g *grid) widths(objects []fyne.CanvasObject, width float32) []float32 {
	k := unit()
	out := make([]float32, len(g.weights))
	left, total := width-float32(len(g.weights)-1)*g.gapX*k, float32(0)
	for c, w := range g.weights {
		total += w
		if w > 0 {
			continue
		}
		for i := c; i < len(objects); i += len(g.weights) {
			out[c] = max(out[c], LeastWidth(objects[i]))
		}
		left -= out[c]
	}
	for c, w := range g.weights {
		if w > 0 {
			out[c] = max(left*w/total, 0)
		}
	}
	return out
}

func (g *grid) rowHeights(objects []fyne.CanvasObject, widths []float32) []float32 {
	var out []float32
	for i, o := range objects {
		c := i % len(widths)
		if c == 0 {
			out = append(out, 0)
		}
		out[len(out)-1] = max(out[len(out)-1], HeightFor(o, widths[c]))
	}
	return out
}

func (g *grid) heightFor(objects []fyne.CanvasObject, width float32) float32 {
	objects = shown(objects)
	h := float32(0)
	for i, r := range g.rowHeights(objects, g.widths(objects, width)) {
		if i > 0 {
			h += g.gapY * unit()
		}
		h += r
	}
	return h
}

func (g *grid) leastWidth(objects []fyne.CanvasObject) float32 {
	objects = shown(objects)
	w := float32(len(g.weights)-1) * g.gapX * unit()
	for c := range g.weights {
		m := float32(0)
		for i := c; i < len(objects); i += len(g.weights) {
			m = max(m, LeastWidth(objects[i]))
		}
		w += m
	}
	return w
}

func (g *grid) MinSize(objects []fyne.CanvasObject) fyne.Size {
	w := g.leastWidth(objects)
	return fyne.NewSize(w, g.heightFor(objects, max(w, g.width)))
}

func (g *grid) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	g.width = size.Width
	objects = shown(objects)
	k := unit()
	widths := g.widths(objects, size.Width)
	heights := g.rowHeights(objects, widths)
	x, y := float32(0), float32(0)
	for i, o := range objects {
		c, r := i%len(widths), i/len(widths)
		if c == 0 {
			x = 0
			if r > 0 {
				y += heights[r-1] + g.gapY*k
			}
		}
		o.Move(fyne.NewPos(x, y))
		o.Resize(fyne.NewSize(widths[c], heights[r]))
		x += widths[c] + g.gapX*k
	}
}

// Wrap puts objects side by side and goes on in a new line when one is full.
func Wrap(gapX, gapY float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&wrap{gapX: gapX, gapY: gapY}, objects...)
}

type wrap struct{ gapX, gapY, width float32 }

func (f *wrap) each(objects []fyne.CanvasObject, width float32, put func(o fyne.CanvasObject, x, y, w, h float32)) float32 {
	k := unit()
	x, y, line := float32(0), float32(0), float32(0)
	for _, o := range shown(objects) {
		w := min(LeastWidth(o), width)
		h := HeightFor(o, w)
		if x > 0 && x+w > width+0.5 {
			x, y, line = 0, y+line+f.gapY*k, 0
		}
		if put != nil {
			put(o, x, y, w, h)
		}
		x += w + f.gapX*k
		line = max(line, h)
	}
	return y + line
}

func (f *wrap) heightFor(objects []fyne.CanvasObject, width float32) float32 {
	return f.each(objects, width, nil)
}

func (f *wrap) leastWidth(objects []fyne.CanvasObject) float32 { return widest(objects) }

func (f *wrap) MinSize(objects []fyne.CanvasObject) fyne.Size {
	w := f.leastWidth(objects)
	at := f.width
	if at == 0 {
		at = 1e6
	}
	return fyne.NewSize(w, f.heightFor(objects, max(w, at)))
}

func (f *wrap) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	f.width = size.Width
	f.each(objects, size.Width, func(o fyne.CanvasObject, x, y, w, h float32) {
		o.Move(fyne.NewPos(x, y))
		o.Resize(fyne.NewSize(w, h))
	})
}

// Page scrolls an object up and down and lets its paragraphs wrap at the width
// there is; nothing scrolls sideways.
func Page(o fyne.CanvasObject) *fyne.Container {
	hint := &pageContent{}
	inner := container.New(hint, o)
	return container.New(&page{hint: hint}, container.NewVScroll(inner))
}

type page struct{ hint *pageContent }

func (p *page) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(80, 80) }

func (p *page) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	p.hint.width = size.Width
	for _, o := range objects {
		o.Move(fyne.Position{})
		o.Resize(size)
		o.Refresh() // the scroller measures its content again, now at this width
	}
}

type pageContent struct{ width float32 }

func (p *pageContent) MinSize(objects []fyne.CanvasObject) fyne.Size {
	if p.width == 0 {
		return (&grow{}).MinSize(objects)
	}
	return fyne.NewSize(1, highest(objects, p.width))
}

func (p *pageContent) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	(&grow{}).Layout(objects, size)
}
