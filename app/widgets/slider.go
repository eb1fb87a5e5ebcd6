package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
)

// Sizes of a slider.
const (
	sliderKnob  = 20
	sliderTrack = 4
	sliderTick  = 12
	sliderWords = 20 // from the track down to the middle of the words
)

// Slider chooses a number between two ends. The pointer draws its knob or presses a
// place; arrow keys move it by steps, Page Up and Page Down from mark to mark, Home
// and End to the ends.
type Slider struct {
	press
	value, step int
	marks       []int // with words below; the first and the last are the ends
	write       func(n int) string
	change      func(n int, settled bool)
	drawn       float32 // where the pointer has drawn the knob to, before it goes to a step
	drawing     bool
}

// NewSlider makes a slider over marks, which ascend. write is how a number is written;
// change is told each new number, and with settled when the person has let go of it.
func NewSlider(name string, value, step int, marks []int, write func(n int) string, change func(n int, settled bool)) *Slider {
	s := &Slider{step: step, marks: marks, write: write, change: change}
	s.value = s.within(value)
	s.extend(s, nil)
	s.key = s.arrow
	s.spoken = func() string { return name + ", " + s.write(s.value) }
	return s
}

// Value is the number that is chosen.
func (s *Slider) Value() int { return s.value }

// Set shows a number and tells nobody.
func (s *Slider) Set(n int) {
	if n = s.within(n); n != s.value {
		s.value = n
		s.Refresh()
	}
}

func (s *Slider) least() int { return s.marks[0] }
func (s *Slider) most() int  { return s.marks[len(s.marks)-1] }

// within is the nearest number that can be chosen.
func (s *Slider) within(n int) int {
	n = min(max(n, s.least()), s.most())
	return min(s.least()+(n-s.least()+s.step/2)/s.step*s.step, s.most())
}

// move chooses a number and tells it when it is another one.
func (s *Slider) move(n int, settled bool) {
	n = s.within(n)
	if n == s.value {
		return
	}
	s.Set(n)
	s.change(n, settled)
}

func (s *Slider) arrow(e *fyne.KeyEvent) bool {
	switch e.Name {
	case fyne.KeyLeft, fyne.KeyDown:
		s.move(s.value-s.step, true)
	case fyne.KeyRight, fyne.KeyUp:
		s.move(s.value+s.step, true)
	case fyne.KeyPageUp:
		for _, m := range s.marks {
			if m > s.value {
				s.move(m, true)
				break
			}
		}
	case fyne.KeyPageDown:
		for i := len(s.marks) - 1; i >= 0; i-- {
			if s.marks[i] < s.value {
				s.move(s.marks[i], true)
				break
			}
		}
	case fyne.KeyHome:
		s.move(s.least(), true)
	case fyne.KeyEnd:
		s.move(s.most(), true)
	default:
		return false
	}
	return true
}

// span is from where to where the middle of the knob can be.
func (s *Slider) span(p paint, width float32) (from, to float32) {
	half := p.px(sliderKnob) / 2
	return half, max(width-half, half+1)
}

// at is where a number stands.
func (s *Slider) at(p paint, width float32, n int) float32 {
	from, to := s.span(p, width)
	return from + (to-from)*float32(n-s.least())/float32(s.most()-s.least())
}

// number is what stands at a place.
func (s *Slider) number(x float32) int {
	p := paintFor(s)
	from, to := s.span(p, s.Size().Width)
	share := min(max((x-from)/(to-from), 0), 1)
	return s.least() + int(share*float32(s.most()-s.least())+0.5)
}

// Tapped implements fyne.Tappable: the knob goes where the pointer pressed.
func (s *Slider) Tapped(e *fyne.PointEvent) {
	if !s.off {
		s.takeFocus()
		s.move(s.number(e.Position.X), true)
	}
}

// takeFocus has the keys act on what the pointer has just moved.
func (s *Slider) takeFocus() {
	if c := fyne.CurrentApp().Driver().CanvasForObject(s); c != nil {
		c.Focus(s)
	}
}

// Dragged implements fyne.Draggable. The knob goes as far as the pointer does,
// whatever becomes of the room around it meanwhile.
func (s *Slider) Dragged(e *fyne.DragEvent) {
	if s.off {
		return
	}
	if !s.drawing {
		s.takeFocus()
		s.drawing, s.drawn = true, s.at(paintFor(s), s.Size().Width, s.value)
	}
	s.drawn += e.Dragged.DX
	s.move(s.number(s.drawn), false)
}

// DragEnd implements fyne.Draggable.
func (s *Slider) DragEnd() {
	if s.drawing {
		s.drawing = false
		s.change(s.value, true)
	}
}

// CreateRenderer implements fyne.Widget.
func (s *Slider) CreateRenderer() fyne.WidgetRenderer {
	track, done, knob, ring := canvas.NewRectangle(nil), canvas.NewRectangle(nil), canvas.NewRectangle(nil), canvas.NewRectangle(nil)
	objects := []fyne.CanvasObject{track, done}
	ticks, words := make([]*canvas.Rectangle, len(s.marks)), make([]*canvas.Text, len(s.marks))
	for i := range s.marks {
		ticks[i], words[i] = canvas.NewRectangle(nil), canvas.NewText("", nil)
		objects = append(objects, ticks[i], words[i])
	}
	objects = append(objects, knob, ring)
	return draw(s, func(p paint, size fyne.Size) {
		middle, x := p.px(sliderKnob)/2, s.at(p, size.Width, s.value)
		from, to := s.span(p, size.Width)
		p.rect(track, Tile, Clear, 0, 2)
		at(track, fyne.NewPos(from, middle-p.px(sliderTrack)/2), fyne.NewSize(to-from, p.px(sliderTrack)))
		p.rect(done, Accent, Clear, 0, 2)
		at(done, fyne.NewPos(from, middle-p.px(sliderTrack)/2), fyne.NewSize(x-from, p.px(sliderTrack)))
		for i, m := range s.marks {
			tx := s.at(p, size.Width, m)
			p.rect(ticks[i], Ink3, Clear, 0, 0)
			at(ticks[i], fyne.NewPos(tx-p.px(1), middle-p.px(sliderTick)/2), fyne.NewSize(p.px(2), p.px(sliderTick)))
			p.text(words[i], s.write(m), theme.SizeNameCaptionText, Ink3, false)
			w := words[i].MinSize().Width
			place(words[i], min(max(tx-w/2, 0), size.Width-w), middle+p.px(sliderWords))
		}
		fill := Accent
		if s.off {
			fill = Ink3
		}
		side := p.px(sliderKnob)
		p.rect(knob, fill, Clear, 0, sliderKnob/2)
		at(knob, fyne.NewPos(x-side/2, middle-side/2), fyne.NewSize(side, side))
		s.ring(p, ring, fyne.NewSize(side, side), sliderKnob/2, 2)
		ring.Move(ring.Position().AddXY(x-side/2, middle-side/2))
	}, func(p paint) fyne.Size {
		w := float32(0)
		for _, m := range s.marks {
			w += p.width(s.write(m), theme.SizeNameCaptionText, false) + p.px(8)
		}
		return fyne.NewSize(w, p.px(sliderKnob/2+sliderWords+8))
	}, objects...)
}
