package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
)

// Radio is one of several choices; the group it belongs to is kept by Choices
// or by the screen.
type Radio struct {
	press
	label string
	hint  string
	on    bool
	row   bool // a full row of a list, 38 high
}

// NewRadio makes a choice; hint stands after the label in a quiet colour.
func NewRadio(label, hint string, on bool, pick func()) *Radio {
	r := &Radio{label: label, hint: hint, on: on}
	r.extend(r, pick)
	r.spoken = func() string { return r.label + " " + r.hint }
	return r
}

// SetOn shows whether it is the chosen one.
func (r *Radio) SetOn(on bool) {
	if r.on != on {
		r.on = on
		r.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (r *Radio) CreateRenderer() fyne.WidgetRenderer {
	bg, disc, dot, ring := canvas.NewRectangle(nil), canvas.NewRectangle(nil), canvas.NewRectangle(nil), canvas.NewRectangle(nil)
	text, hint := canvas.NewText("", nil), canvas.NewText("", nil)
	return draw(r, func(p paint, size fyne.Size) {
		x := float32(0)
		fill := Clear
		if r.row {
			x = p.px(14)
			switch {
			case r.on:
				fill = AccentSoft
			case r.over:
				fill = Hover
			}
		}
		p.rect(bg, fill, Clear, 0, 0)
		bg.Resize(size)
		y := (size.Height - p.px(20)) / 2
		line := Control
		if r.on {
			line = Accent
		}
		p.rect(disc, Surface, line, 1, 10)
		at(disc, fyne.NewPos(x, y), fyne.NewSquareSize(p.px(20)))
		p.rect(dot, Accent, Clear, 0, 5)
		dot.Hidden = !r.on
		dot.Resize(fyne.NewSquareSize(p.px(10)))
		dot.Move(fyne.NewPos(x+p.px(5), y+p.px(5)))
		p.text(text, r.label, theme.SizeNameText, Ink, r.on && r.row)
		place(text, x+p.px(32), size.Height/2)
		p.text(hint, r.hint, theme.SizeNameText, Ink3, false)
		after := x + p.px(40) + text.MinSize().Width
		hint.Text = cut(r.hint, size.Width-after-x, hint.TextSize, hint.TextStyle)
		place(hint, after, size.Height/2)
		if r.row {
			r.ring(p, ring, size, 4, -2)
		} else {
			r.ring(p, ring, fyne.NewSquareSize(p.px(20)), 10, 2)
			ring.Move(ring.Position().Add(fyne.NewPos(x, y)))
		}
	}, func(p paint) fyne.Size {
		w, h := p.px(32)+p.width(r.label, theme.SizeNameText, r.row), p.px(28)
		if r.hint != "" {
			w += p.px(8) + p.width(r.hint, theme.SizeNameText, false)
		}
		if r.row {
			w, h = w+p.px(28), p.px(38)
		}
		return fyne.NewSize(w, h)
	}, bg, disc, dot, text, hint, ring)
}

// Choice is one line of Choices.
type Choice struct{ Label, Hint string }

// Choices is a bordered list of which one is chosen. Up and Down move the choice.
type Choices struct {
	part
	radios   []*Radio
	selected int
	onChange func(int)
}

// NewChoices makes the list; selected is -1 for none yet.
func NewChoices(choices []Choice, selected int, change func(int)) *Choices {
	c := &Choices{selected: selected, onChange: change}
	rows := make([]fyne.CanvasObject, 0, 2*len(choices))
	for i, ch := range choices {
		r := NewRadio(ch.Label, ch.Hint, i == selected, func() { c.Pick(i) })
		r.row = true
		r.key = func(e *fyne.KeyEvent) bool { return c.step(i, e) }
		c.radios = append(c.radios, r)
		if i > 0 {
			rows = append(rows, Rule())
		}
		rows = append(rows, r)
	}
	c.build(c, Layers(NewBox(Surface).Rounded(8), Pad(1, Column(0, rows...)), NewBox(Clear).Outlined(Line).Rounded(8)))
	return c
}

func (c *Choices) step(i int, e *fyne.KeyEvent) bool {
	switch e.Name {
	case fyne.KeyDown:
		i++
	case fyne.KeyUp:
		i--
	default:
		return false
	}
	if i < 0 || i >= len(c.radios) {
		return true
	}
	c.Pick(i)
	if cv := fyne.CurrentApp().Driver().CanvasForObject(c); cv != nil {
		cv.Focus(c.radios[i])
	}
	return true
}

// Selected returns the index of the choice, -1 for none.
func (c *Choices) Selected() int { return c.selected }

// First returns what should have the focus first.
func (c *Choices) First() fyne.Focusable { return c.radios[max(c.selected, 0)] }

// Pick chooses one and tells the listener.
func (c *Choices) Pick(i int) {
	if c.selected == i {
		return
	}
	c.selected = i
	for j, r := range c.radios {
		r.SetOn(j == i)
	}
	if c.onChange != nil {
		c.onChange(i)
	}
}
