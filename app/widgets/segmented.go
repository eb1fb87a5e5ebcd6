package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
)

// Segment is one part of a Segmented or a Filter: a word and a count, "" for none.
type Segment struct {
	Label string
	Count string
}

// pillHeight is the height of a pill.
const pillHeight = 28

// Segmented chooses one of a few views; Left and Right move the choice.
type Segmented struct {
	press
	segments []Segment
	selected int
	pills    bool
	onChange func(int)
}

// NewSegmented makes a bar of joined segments.
func NewSegmented(segments []Segment, selected int, change func(int)) *Segmented {
	s := &Segmented{segments: segments, selected: selected, onChange: change}
	s.extend(s, nil)
	s.key = s.arrow
	s.spoken = func() string { return s.segments[s.selected].Label }
	return s
}

// NewFilters makes a row of pills for narrowing down a list.
func NewFilters(segments []Segment, selected int, change func(int)) *Segmented {
	s := NewSegmented(segments, selected, change)
	s.pills = true
	return s
}

// Selected returns the index of the choice.
func (s *Segmented) Selected() int { return s.selected }

// Set changes words and counts.
func (s *Segmented) Set(segments []Segment) {
	s.segments = segments
	s.selected = min(s.selected, len(segments)-1)
	s.Refresh()
}

// Mark shows a choice as chosen and tells nobody.
func (s *Segmented) Mark(i int) {
	if i != s.selected {
		s.selected = i
		s.Refresh()
	}
}

// Pick chooses a segment and tells the listener.
func (s *Segmented) Pick(i int) {
	if i < 0 || i >= len(s.segments) || i == s.selected {
		return
	}
	s.selected = i
	s.Refresh()
	if s.onChange != nil {
		s.onChange(i)
	}
}

func (s *Segmented) arrow(e *fyne.KeyEvent) bool {
	switch e.Name {
	case fyne.KeyLeft:
		s.Pick(s.selected - 1)
	case fyne.KeyRight:
		s.Pick(s.selected + 1)
	default:
		return false
	}
	return true
}

// Tapped implements fyne.Tappable.
func (s *Segmented) Tapped(e *fyne.PointEvent) {
	p := paintFor(s)
	for i, b := range s.places(p, s.Size()) {
		if e.Position.X >= b.pos.X && e.Position.X < b.pos.X+b.size.Width && e.Position.Y >= b.pos.Y && e.Position.Y < b.pos.Y+b.size.Height {
			s.Pick(i)
			return
		}
	}
}

// spot is where one segment stands.
type spot struct {
	pos  fyne.Position
	size fyne.Size
}

// places puts the segments beside one another; pills that have no room go on in
// another line.
func (s *Segmented) places(p paint, size fyne.Size) []spot {
	height := size.Height
	if s.pills {
		height = p.px(pillHeight)
	}
	out := make([]spot, len(s.segments))
	at := fyne.Position{}
	for i, w := range s.widths(p, size.Width) {
		if s.pills && i > 0 && at.X+w > size.Width && size.Width > 0 {
			at = fyne.NewPos(0, at.Y+height+s.gap(p))
		}
		out[i] = spot{at, fyne.NewSize(w, height)}
		at.X += w + s.gap(p)
	}
	return out
}

// HeightFor tells how high it is at a width.
func (s *Segmented) HeightFor(width float32) float32 {
	p := paintFor(s)
	if !s.pills {
		return p.px(32)
	}
	last := s.places(p, fyne.NewSize(width, 0))[len(s.segments)-1]
	return last.pos.Y + last.size.Height
}

// LeastWidth tells how narrow it can be: each pill may have a line of its own.
func (s *Segmented) LeastWidth() float32 {
	p, w := paintFor(s), float32(0)
	for _, seg := range s.segments {
		if s.pills {
			w = max(w, s.natural(p, seg))
		} else {
			w += s.natural(p, seg)
		}
	}
	return w
}

func (s *Segmented) gap(p paint) float32 {
	if s.pills {
		return p.px(8)
	}
	return 0
}

func (s *Segmented) natural(p paint, seg Segment) float32 {
	pad := float32(24)
	if s.pills {
		pad = 26
	}
	size := s.textSize()
	w := p.width(seg.Label, size, true) + p.px(pad)
	if seg.Count != "" {
		w += p.px(7) + p.width(seg.Count, theme.SizeNameCaptionText, s.pills)
	}
	return w
}

func (s *Segmented) textSize() fyne.ThemeSizeName {
	if s.pills {
		return theme.SizeNameCaptionText
	}
	return theme.SizeNameText
}

// widths shares out the room that is left over, as the bar fills its place and pills do not.
func (s *Segmented) widths(p paint, total float32) []float32 {
	out := make([]float32, len(s.segments))
	left := total
	for i, seg := range s.segments {
		out[i] = s.natural(p, seg)
		left -= out[i]
	}
	if left > 0 && !s.pills {
		for i := range out {
			out[i] += left / float32(len(out))
		}
	}
	return out
}

// CreateRenderer implements fyne.Widget.
func (s *Segmented) CreateRenderer() fyne.WidgetRenderer {
	return laidOut(s, &segmentedRenderer{s: s, bg: canvas.NewRectangle(nil), ring: canvas.NewRectangle(nil)})
}

type segmentedRenderer struct {
	s        *Segmented
	bg, ring *canvas.Rectangle
	boxes    []*canvas.Rectangle
	texts    []*canvas.Text
}

func (r *segmentedRenderer) Layout(size fyne.Size) {
	s, p := r.s, paintFor(r.s)
	for len(r.boxes) < len(s.segments) {
		r.boxes = append(r.boxes, canvas.NewRectangle(nil))
		r.texts = append(r.texts, canvas.NewText("", nil), canvas.NewText("", nil))
	}
	r.boxes, r.texts = r.boxes[:len(s.segments)], r.texts[:2*len(s.segments)]
	r.bg.Hidden = s.pills
	p.rect(r.bg, Tile, Clear, 0, 6)
	r.bg.Resize(size)
	for i, b := range s.places(p, size) {
		x, y, w, height := b.pos.X, b.pos.Y, b.size.Width, b.size.Height
		on := i == s.selected
		fill, line, ink, num := Clear, Clear, Ink2, Ink3
		in := p.px(2)
		switch {
		case s.pills && on:
			fill, ink, num = Accent, OnAccent, OnAccent
		case s.pills:
			fill, line, ink, num = Surface, Line, Ink2, Refuse
		case on:
			fill, ink = Surface, Ink
		}
		radius := float32(5)
		if s.pills {
			in, radius = 0, 14
		}
		p.rect(r.boxes[i], fill, line, 1, radius)
		at(r.boxes[i], fyne.NewPos(x+in, y+in), fyne.NewSize(w-2*in, height-2*in))
		if on && s.focused {
			s.ring(p, r.ring, fyne.NewSize(w-2*in, height-2*in), radius, 2)
			r.ring.Move(r.ring.Position().AddXY(x+in, y+in))
		}
		label, count := r.texts[2*i], r.texts[2*i+1]
		p.text(label, s.segments[i].Label, s.textSize(), ink, on)
		p.text(count, s.segments[i].Count, theme.SizeNameCaptionText, num, s.pills)
		lw, cw := label.MinSize().Width, float32(0)
		if s.segments[i].Count != "" {
			cw = p.px(7) + count.MinSize().Width
		}
		tx := x + (w-lw-cw)/2
		place(label, tx, y+height/2)
		place(count, tx+lw+p.px(7), y+height/2)
	}
	r.ring.Hidden = !s.focused || s.quiet
}

func (r *segmentedRenderer) MinSize() fyne.Size {
	return fyne.NewSize(r.s.LeastWidth(), r.s.HeightFor(r.s.Size().Width))
}

func (r *segmentedRenderer) Refresh() {
	r.Layout(r.s.Size())
	canvas.Refresh(r.s)
}

func (r *segmentedRenderer) Objects() []fyne.CanvasObject {
	out := []fyne.CanvasObject{r.bg}
	for _, b := range r.boxes {
		out = append(out, b)
	}
	for _, t := range r.texts {
		out = append(out, t)
	}
	return append(out, r.ring)
}

func (r *segmentedRenderer) Destroy() {}
