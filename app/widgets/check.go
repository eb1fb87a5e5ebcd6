package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"

	"countersign/assets"
)

// Mark is what stands in a tick box.
type Mark int

// The marks of a tick box.
const (
	Blank Mark = iota
	Ticked
	Struck // crossed out with the red pencil
	Mixed  // some of what it stands for
)

// sign is the mark in plain text, the same in every language.
func (m Mark) sign() string {
	switch m {
	case Ticked:
		return "[x]"
	case Mixed:
		return "[-]"
	}
	return "[ ]"
}

// tickBox draws a box of 20 with its mark.
type tickBox struct {
	box *canvas.Rectangle
	img *canvas.Image
}

func newTickBox() tickBox {
	return tickBox{canvas.NewRectangle(nil), &canvas.Image{FillMode: canvas.ImageFillContain}}
}

func (t tickBox) draw(p paint, m Mark, off bool, corner fyne.Position) {
	side := p.px(20)
	fill, line, ink, icon := Surface, Control, OnAccent, assets.IconName("")
	switch m {
	case Ticked:
		fill, line, icon = Accent, Clear, assets.IconCheck
	case Mixed:
		fill, line, icon = Accent, Clear, assets.IconMinus
	case Struck:
		fill, line, ink, icon = RefuseSoft, Refuse, Refuse, assets.IconX
	}
	if off {
		fill, line, ink = DisabledBg, Disabled, Ink3
		if m == Struck {
			icon = assets.IconLock
		}
	}
	p.rect(t.box, fill, line, 1, 4)
	at(t.box, corner, fyne.NewSquareSize(side))
	p.icon(t.img, icon, ink, p.px(20)) // a little stronger than an icon of its size
	t.img.Resize(fyne.NewSquareSize(p.px(16)))
	t.img.Move(corner.AddXY(p.px(2), p.px(2)))
}

// Check is a tick box with a label.
type Check struct {
	press
	label    string
	mark     Mark
	onChange func(on bool)
}

// NewCheck makes a tick box; change is told the new state.
func NewCheck(label string, on bool, change func(on bool)) *Check {
	c := &Check{label: label, onChange: change}
	if on {
		c.mark = Ticked
	}
	c.extend(c, func() { c.SetOn(c.mark != Ticked) })
	c.spoken = func() string { return c.label }
	return c
}

// On tells whether it is ticked.
func (c *Check) On() bool { return c.mark == Ticked }

// SetOn ticks or clears the box and tells the listener.
func (c *Check) SetOn(on bool) {
	m := Blank
	if on {
		m = Ticked
	}
	if c.mark == m {
		return
	}
	c.mark = m
	c.Refresh()
	if c.onChange != nil {
		c.onChange(on)
	}
}

// SetMark shows a mark without telling the listener, such as Mixed for "some of them".
func (c *Check) SetMark(m Mark) {
	if c.mark != m {
		c.mark = m
		c.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (c *Check) CreateRenderer() fyne.WidgetRenderer {
	t := newTickBox()
	text, ring := canvas.NewText("", nil), canvas.NewRectangle(nil)
	return draw(c, func(p paint, size fyne.Size) {
		corner := fyne.NewPos(0, (size.Height-p.px(20))/2)
		t.draw(p, c.mark, c.off, corner)
		ink := Ink
		if c.off {
			ink = Disabled
		}
		p.text(text, c.label, theme.SizeNameText, ink, false)
		place(text, p.px(30), size.Height/2)
		c.ring(p, ring, fyne.NewSquareSize(p.px(20)), 4, 2)
		ring.Move(ring.Position().Add(corner))
	}, func(p paint) fyne.Size {
		w := p.px(20)
		if c.label != "" {
			w = p.px(30) + p.width(c.label, theme.SizeNameText, false)
		}
		return fyne.NewSize(w, p.px(28))
	}, t.box, t.img, text, ring)
}

// Switch turns something on and off.
type Switch struct {
	press
	label    string
	on       bool
	onChange func(on bool)
}

// NewSwitch makes a switch; the label is for screen readers, a row shows it beside.
func NewSwitch(label string, on bool, change func(on bool)) *Switch {
	s := &Switch{label: label, on: on, onChange: change}
	s.extend(s, func() {
		s.on = !s.on
		s.Refresh()
		if s.onChange != nil {
			s.onChange(s.on)
		}
	})
	s.spoken = func() string { return s.label }
	return s
}

// On tells the state.
func (s *Switch) On() bool { return s.on }

// CreateRenderer implements fyne.Widget.
func (s *Switch) CreateRenderer() fyne.WidgetRenderer {
	track, knob, ring := canvas.NewRectangle(nil), canvas.NewRectangle(nil), canvas.NewRectangle(nil)
	return draw(s, func(p paint, size fyne.Size) {
		y := (size.Height - p.px(20)) / 2
		fill, line, k, kx := Tile, Control, Control, p.px(3)
		if s.on {
			fill, line, k, kx = Accent, Clear, OnAccent, p.px(19)
		}
		if s.off {
			fill, line, k = DisabledBg, Disabled, Disabled
		}
		p.rect(track, fill, line, 1, 10)
		at(track, fyne.NewPos(0, y), fyne.NewSize(p.px(36), p.px(20)))
		p.rect(knob, k, Clear, 0, 7)
		knob.Resize(fyne.NewSquareSize(p.px(14)))
		knob.Move(fyne.NewPos(kx, y+p.px(3)))
		s.ring(p, ring, fyne.NewSize(p.px(36), p.px(20)), 10, 2)
		ring.Move(ring.Position().Add(fyne.NewPos(0, y)))
	}, func(p paint) fyne.Size { return fyne.NewSize(p.px(36), p.px(28)) }, track, knob, ring)
}
