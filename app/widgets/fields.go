package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"

	"countersign/assets"
)

// Field is one field of a request as a row shows it.
type Field struct {
	Name   string
	About  string
	Mark   Mark
	Chips  []ChipData // at the right, such as "Sensitive" or "Beyond L.141-2"
	Within string     // at the far right after a tick, such as "Within L.141-2"
	Locked bool       // struck by an earlier signer: cannot be ticked any more
	Below  fyne.CanvasObject
}

// FieldRow is a field with its tick box. Space or a click asks for the other
// mark; the row itself changes only when SetMark is called, because a screen may
// want a reason first.
type FieldRow struct {
	press
	field     Field
	nameWidth float32
	chips     []*Chip
}

// NewFieldRow makes a row; toggle is called when the person wants the mark changed.
func NewFieldRow(f Field, toggle func()) *FieldRow {
	r := &FieldRow{field: f, nameWidth: 162}
	r.extend(r, func() {
		if !r.field.Locked {
			toggle()
		}
	})
	r.spoken = r.speak
	for _, c := range f.Chips {
		r.chips = append(r.chips, NewChip(c.Text, c.Tone).WithIcon(c.Icon))
	}
	return r
}

func (r *FieldRow) speak() string {
	s := r.field.Mark.sign() + " " + r.field.Name + ", " + r.field.About
	for _, c := range r.field.Chips {
		s += ", " + c.Text
	}
	return s
}

// SetMark shows another mark.
func (r *FieldRow) SetMark(m Mark) {
	if r.field.Mark != m {
		r.field.Mark = m
		r.Refresh()
	}
}

// SetAbout changes the description, such as "struck by Okafor".
func (r *FieldRow) SetAbout(about string) {
	if r.field.About != about {
		r.field.About = about
		r.Refresh()
	}
}

// Mark returns the mark shown.
func (r *FieldRow) Mark() Mark { return r.field.Mark }

// CreateRenderer implements fyne.Widget.
func (r *FieldRow) CreateRenderer() fyne.WidgetRenderer {
	bg, ring := canvas.NewRectangle(nil), canvas.NewRectangle(nil)
	box := newTickBox()
	name, about, within := canvas.NewText("", nil), canvas.NewText("", nil), canvas.NewText("", nil)
	pencil := canvas.NewLine(nil)
	tick := &canvas.Image{FillMode: canvas.ImageFillContain}
	objects := []fyne.CanvasObject{bg, box.box, box.img, name, pencil, about, tick, within}
	for _, c := range r.chips {
		objects = append(objects, c)
	}
	return draw(r, func(p paint, size fyne.Size) {
		f := r.field
		struck := f.Mark == Struck
		fill := Clear
		switch {
		case r.over && !f.Locked:
			fill = Hover
		case struck:
			fill = Sunken
		}
		p.rect(bg, fill, Clear, 0, 0)
		bg.Resize(size)
		r.ring(p, ring, size, 4, -2)
		mid := size.Height / 2
		box.draw(p, f.Mark, f.Locked, fyne.NewPos(p.px(12), mid-p.px(10)))

		nameInk, aboutInk := Ink, Ink2
		if struck {
			nameInk, aboutInk = Ink2, Refuse
		}
		x := p.px(44)
		p.text(name, f.Name, theme.SizeNameText, nameInk, !struck)
		name.Text = cut(f.Name, p.px(r.nameWidth-8), name.TextSize, name.TextStyle)
		place(name, x, mid)
		pencil.Hidden = !struck
		pencil.StrokeColor, pencil.StrokeWidth = p.ink(Refuse), p.px(2)
		pencil.Position1 = fyne.NewPos(x-p.px(3), mid+p.px(0.5))
		pencil.Position2 = fyne.NewPos(x+name.MinSize().Width+p.px(3), mid+p.px(0.5))
		x += p.px(r.nameWidth)

		right := size.Width - p.px(12)
		p.text(within, f.Within, theme.SizeNameCaptionText, Ink3, false)
		icon := assets.IconName("")
		if f.Within != "" {
			icon = assets.IconCheck
			right -= within.MinSize().Width
			place(within, right, mid)
			right -= p.px(18)
			tick.Resize(fyne.NewSquareSize(p.px(14)))
			tick.Move(fyne.NewPos(right, mid-p.px(7)))
			right -= p.px(12)
		}
		p.icon(tick, icon, Approve, p.px(14))
		for i := len(r.chips) - 1; i >= 0; i-- {
			m := r.chips[i].MinSize()
			right -= m.Width
			r.chips[i].Resize(m)
			r.chips[i].Move(fyne.NewPos(right, mid-m.Height/2))
			right -= p.px(8)
		}
		p.text(about, f.About, theme.SizeNameText, aboutInk, false)
		about.Text = cut(f.About, right-x-p.px(4), about.TextSize, about.TextStyle)
		about.Hidden = right-x < p.px(40)
		place(about, x, mid)
	}, func(p paint) fyne.Size {
		w := p.px(44+12+r.nameWidth) + p.px(20)
		for _, c := range r.chips {
			w += c.MinSize().Width + p.px(8)
		}
		return fyne.NewSize(w, p.px(35))
	}, append(objects, ring)...)
}

// FieldTable is the bordered list of the fields of a request. Up and Down move
// between its rows.
type FieldTable struct {
	part
	rows []*FieldRow
}

// NewFieldTable makes the list. toggle is told which field a person wants to have
// another mark and which; off is the mark of what is not ticked: Struck in a
// decision, Blank in a draft.
func NewFieldTable(fields []Field, off Mark, toggle func(i int, want Mark)) *FieldTable {
	t := &FieldTable{}
	var lines []fyne.CanvasObject
	width := float32(0)
	for i, f := range fields {
		r := NewFieldRow(f, func() {
			if t.rows[i].Mark() == Ticked {
				toggle(i, off)
			} else {
				toggle(i, Ticked)
			}
		})
		r.key = func(e *fyne.KeyEvent) bool { return t.step(i, e) }
		t.rows = append(t.rows, r)
		m := fyne.MeasureText(f.Name, 14, fyne.TextStyle{Bold: true}).Width
		width = max(width, m)
		if i > 0 {
			lines = append(lines, Rule())
		}
		if f.Below != nil {
			lines = append(lines, OnGround(WarnSoft, Column(0, r, Inset(0, 12, 8, 44, f.Below))))
			continue
		}
		lines = append(lines, r)
	}
	width = min(max(width+24, 150), 260)
	for _, r := range t.rows {
		r.nameWidth = width
	}
	t.build(t, Layers(NewBox(Surface).Rounded(8), Pad(1, Column(0, lines...)), NewBox(Clear).Outlined(Line).Rounded(8)))
	return t
}

func (t *FieldTable) step(i int, e *fyne.KeyEvent) bool {
	switch e.Name {
	case fyne.KeyDown:
		i++
	case fyne.KeyUp:
		i--
	default:
		return false
	}
	if i >= 0 && i < len(t.rows) {
		if c := fyne.CurrentApp().Driver().CanvasForObject(t); c != nil {
			c.Focus(t.rows[i])
		}
	}
	return true
}

// SetMark shows another mark on a field.
func (t *FieldTable) SetMark(i int, m Mark) { t.rows[i].SetMark(m) }

// Row returns one row, for its focus.
func (t *FieldTable) Row(i int) *FieldRow { return t.rows[i] }

// Marks returns the marks of all fields in order.
func (t *FieldTable) Marks() []Mark {
	out := make([]Mark, len(t.rows))
	for i, r := range t.rows {
		out[i] = r.Mark()
	}
	return out
}

// Redacted covers a value with bars until it is asked for.
type Redacted struct {
	part
	value    *Para
	covers   *fyne.Container
	reveal   *Button
	shown    bool
	text     string // that is shown
	showWord string
	hideWord string
	onReveal func(done func(value string))
}

// NewRedacted covers a value. show and hide are the words of its button. reveal
// is called when a person asks; it records the look and then hands the value
// over. An empty show leaves the button out.
func NewRedacted(show, hide string, reveal func(done func(value string))) *Redacted {
	r := &Redacted{value: NewPara(""), showWord: show, hideWord: hide, onReveal: reveal}
	r.covers = Fixed(0, 20, Row(6, coverBar(44), coverBar(58)))
	r.reveal = NewLink(show, r.toggle).WithIcon(assets.IconEye)
	r.value.Hide()
	parts := []fyne.CanvasObject{r.covers, r.value}
	if show != "" {
		parts = append(parts, r.reveal)
	}
	r.build(r, Wrap(9, 2, parts...))
	return r
}

func coverBar(width float32) *fyne.Container {
	return Fixed(width, 12, NewBox(Cover).Rounded(2))
}

// CoverBars is what stands in place of a value, without a way to see it.
func CoverBars(widths ...float32) *fyne.Container {
	bars := make([]fyne.CanvasObject, len(widths))
	for i, w := range widths {
		bars[i] = coverBar(w)
	}
	return Row(6, bars...)
}

// Press does what the button does, for a shortcut.
func (r *Redacted) Press() { r.toggle() }

// Shown tells whether the value is uncovered.
func (r *Redacted) Shown() bool { return r.shown }

// Cover hides the value again.
func (r *Redacted) Cover() {
	r.shown, r.text = false, ""
	r.value.Set("")
	r.value.Hide()
	r.covers.Show()
	r.reveal.label, r.reveal.icon = r.showWord, assets.IconEye
	r.body.Refresh()
}

// Keep shows what the one in whose place this stands has shown.
func (r *Redacted) Keep(before *Redacted) {
	if before.shown {
		r.show(before.text)
	}
}

func (r *Redacted) toggle() {
	if r.shown {
		r.Cover()
		return
	}
	r.onReveal(r.show)
}

func (r *Redacted) show(value string) {
	r.shown, r.text = true, value
	r.value.Set(value)
	r.value.Show()
	r.covers.Hide()
	r.reveal.label, r.reveal.icon = r.hideWord, assets.IconEyeOff
	r.body.Refresh()
}
