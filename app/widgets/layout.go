package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
)

// The toolkit asks an object for its smallest size without saying how wide it
// will be, so a paragraph cannot answer. The layouts here ask the other way: how
// high are you at this width? Everything that holds a paragraph answers.
//
// It asks every object on the page for every picture it draws. So width and
// height are asked for apart: whoever needs how narrow a part can be does not
// have all the paragraphs in it wrapped, at each level of the page anew.

// flowing is what gets higher as it gets narrower.
type flowing interface {
	HeightFor(width float32) float32
	// LeastWidth is how narrow it can be, whatever its height is then.
	LeastWidth() float32
}

type flowingLayout interface {
	fyne.Layout
	heightFor(objects []fyne.CanvasObject, width float32) float32
	leastWidth(objects []fyne.CanvasObject) float32
}

// Whoever answers only one of the two questions would count as rigid.
var (
	_ = []flowing{(*Para)(nil), (*PressRow)(nil), (*Segmented)(nil), (*DataTable)(nil), (*part)(nil)}
	_ = []flowingLayout{(*column)(nil), (*row)(nil), (*grow)(nil), (*inset)(nil), (*fixed)(nil), (*grid)(nil), (*wrap)(nil), (*stacking)(nil)}
)

// HeightFor tells how high an object wants to be at a width.
func HeightFor(o fyne.CanvasObject, width float32) float32 {
	switch f := o.(type) {
	case flowing:
		return f.HeightFor(width)
	case *fyne.Container:
		if l, ok := f.Layout.(flowingLayout); ok {
			return l.heightFor(f.Objects, width)
		}
	}
	return o.MinSize().Height
}

// LeastWidth tells how narrow an object can be.
func LeastWidth(o fyne.CanvasObject) float32 {
	switch f := o.(type) {
	case flowing:
		return f.LeastWidth()
	case *fyne.Container:
		if l, ok := f.Layout.(flowingLayout); ok {
			return l.leastWidth(f.Objects)
		}
	}
	return o.MinSize().Width
}

// widest is the largest LeastWidth of what is shown.
func widest(objects []fyne.CanvasObject) float32 {
	w := float32(0)
	for _, o := range objects {
		if o.Visible() {
			w = max(w, LeastWidth(o))
		}
	}
	return w
}

// highest is the largest HeightFor of what is shown, all at one width.
func highest(objects []fyne.CanvasObject, width float32) float32 {
	h := float32(0)
	for _, o := range objects {
		if o.Visible() {
			h = max(h, HeightFor(o, width))
		}
	}
	return h
}

// shown are those that are; most often all are, and nothing is copied.
func shown(objects []fyne.CanvasObject) []fyne.CanvasObject {
	for i, o := range objects {
		if o.Visible() {
			continue
		}
		out := make([]fyne.CanvasObject, i, len(objects))
		copy(out, objects)
		for _, o := range objects[i+1:] {
			if o.Visible() {
				out = append(out, o)
			}
		}
		return out
	}
	return objects
}

// Column stacks objects from top to bottom with a gap, each as wide as the
// column. What is wrapped in Grow takes the height that is left.
func Column(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&column{gap: gap}, objects...)
}

type column struct{ gap, width float32 }

func (c *column) heightFor(objects []fyne.CanvasObject, width float32) float32 {
	h := float32(0)
	for i, o := range shown(objects) {
		if i > 0 {
			h += c.gap * unit()
		}
		h += HeightFor(o, width)
	}
	return h
}

func (c *column) leastWidth(objects []fyne.CanvasObject) float32 { return widest(objects) }

func (c *column) MinSize(objects []fyne.CanvasObject) fyne.Size {
	w := c.leastWidth(objects)
	return fyne.NewSize(w, c.heightFor(objects, max(w, c.width)))
}

func (c *column) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	c.width = size.Width
	objects = shown(objects)
	spare, growers := size.Height-c.heightFor(objects, size.Width), 0
	for _, o := range objects {
		if grows(o) {
			growers++
		}
	}
	y := float32(0)
	for _, o := range objects {
		h := HeightFor(o, size.Width)
		if grows(o) && spare > 0 {
			h += spare / float32(growers)
		}
		o.Move(fyne.NewPos(0, y))
		o.Resize(fyne.NewSize(size.Width, h))
		y += h + c.gap*unit()
	}
}

// Row puts objects side by side with a gap, centred on one line. What is wrapped
// in Grow shares the width that is left.
func Row(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&row{gap: gap}, objects...)
}

// TopRow is a Row whose objects hang from its top edge.
func TopRow(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&row{gap: gap, top: true}, objects...)
}

// Beside is a Row whose objects are all as high as the row, as the columns of a
// window are.
func Beside(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&row{gap: gap, full: true}, objects...)
}

type row struct {
	gap, width float32
	top, full  bool
}

func (r *row) widths(objects []fyne.CanvasObject, width float32) []float32 {
	out := make([]float32, len(objects))
	left, growers := width, 0
	for i, o := range objects {
		if i > 0 {
			left -= r.gap * unit()
		}
		if grows(o) {
			growers++
			continue
		}
		out[i] = LeastWidth(o)
		left -= out[i]
	}
	for i, o := range objects {
		if grows(o) {
			out[i] = max(left/float32(growers), 0)
		}
	}
	return out
}

func (r *row) heightFor(objects []fyne.CanvasObject, width float32) float32 {
	objects = shown(objects)
	h := float32(0)
	for i, w := range r.widths(objects, width) {
		h = max(h, HeightFor(objects[i], w))
	}
	return h
}

func (r *row) leastWidth(objects []fyne.CanvasObject) float32 {
	w := float32(0)
	for i, o := range shown(objects) {
		if i > 0 {
			w += r.gap * unit()
		}
		w += LeastWidth(o)
	}
	return w
}

func (r *row) MinSize(objects []fyne.CanvasObject) fyne.Size {
	w := r.leastWidth(objects)
	return fyne.NewSize(w, r.heightFor(objects, max(w, r.width)))
}

func (r *row) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	r.width = size.Width
	objects = shown(objects)
	x := float32(0)
	for i, w := range r.widths(objects, size.Width) {
		h := HeightFor(objects[i], w)
		y := (size.Height - h) / 2
		if r.top || r.full {
			y = 0
		}
		if r.full {
			h = size.Height
		}
		objects[i].Move(fyne.NewPos(x, y))
		objects[i].Resize(fyne.NewSize(w, h))
		x += w + r.gap*unit()
	}
}

// Grow marks what takes the room left over in a Row or Column.
func Grow(o fyne.CanvasObject) *fyne.Container { return container.New(&grow{}, o) }

// Spring is empty room that grows, to push what follows to the far side.
func Spring() *fyne.Container { return container.New(&grow{}) }

type grow struct{}

func grows(o fyne.CanvasObject) bool {
	c, ok := o.(*fyne.Container)
	if !ok {
		_, ok = o.(layout.SpacerObject)
		return ok
	}
	_, ok = c.Layout.(*grow)
	return ok
}

func (g *grow) heightFor(objects []fyne.CanvasObject, width float32) float32 {
	return highest(objects, width)
}

func (g *grow) leastWidth(objects []fyne.CanvasObject) float32 { return widest(objects) }

func (g *grow) MinSize(objects []fyne.CanvasObject) fyne.Size {
	s := fyne.Size{}
	for _, o := range objects {
		if o.Visible() {
			s = s.Max(o.MinSize())
		}
	}
	return s
}

func (g *grow) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		o.Move(fyne.Position{})
		o.Resize(size)
	}
}

// Between fills a page: a head and a foot, either of which may be nil, and what
// lies between them without a gap.
func Between(head, middle, foot fyne.CanvasObject) *fyne.Container {
	parts := make([]fyne.CanvasObject, 0, 3)
	if head != nil {
		parts = append(parts, head)
	}
	parts = append(parts, Grow(middle))
	if foot != nil {
		parts = append(parts, foot)
	}
	return Column(0, parts...)
}

// Inset leaves room around an object.
func Inset(top, right, bottom, left float32, o fyne.CanvasObject) *fyne.Container {
	return container.New(&inset{top: top, right: right, bottom: bottom, left: left}, o)
}

// Pad leaves the same room on all sides.
func Pad(all float32, o fyne.CanvasObject) *fyne.Container { return Inset(all, all, all, all, o) }

type inset struct{ top, right, bottom, left, width float32 }

func (n *inset) heightFor(objects []fyne.CanvasObject, width float32) float32 {
	k := unit()
	return highest(objects, width-(n.left+n.right)*k) + (n.top+n.bottom)*k
}

func (n *inset) leastWidth(objects []fyne.CanvasObject) float32 {
	return widest(objects) + (n.left+n.right)*unit()
}

func (n *inset) MinSize(objects []fyne.CanvasObject) fyne.Size {
	w := n.leastWidth(objects)
	return fyne.NewSize(w, n.heightFor(objects, max(w, n.width)))
}

func (n *inset) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	n.width = size.Width
	k := unit()
	for _, o := range objects {
		o.Move(fyne.NewPos(n.left*k, n.top*k))
		o.Resize(fyne.NewSize(max(size.Width-(n.left+n.right)*k, 0), max(size.Height-(n.top+n.bottom)*k, 0)))
	}
}

// Layers puts objects on top of one another, all of one size.
func Layers(objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&layers{}, objects...)
}

type layers struct{ grow }

// Fixed gives an object a width, a height or both; 0 leaves it to the object.
func Fixed(width, height float32, o fyne.CanvasObject) *fyne.Container {
	return container.New(&fixed{w: width, h: height}, o)
}

type fixed struct{ w, h float32 }

func (f *fixed) heightFor(objects []fyne.CanvasObject, width float32) float32 {
	if f.h > 0 {
		return f.h * unit()
	}
	if f.w > 0 {
		width = f.w * unit()
	}
	return highest(objects, width)
}

func (f *fixed) leastWidth(objects []fyne.CanvasObject) float32 {
	if f.w > 0 {
		return f.w * unit()
	}
	return widest(objects)
}

func (f *fixed) MinSize(objects []fyne.CanvasObject) fyne.Size {
	w := f.leastWidth(objects)
	return fyne.NewSize(w, f.heightFor(objects, w))
}

func (f *fixed) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	(&grow{}).Layout(objects, size)
}
