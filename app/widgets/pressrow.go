package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
)

// PressRow makes any content pressable as a whole: a row of a list with a
// hairline below and a bar at its left when chosen, or a card.
type PressRow struct {
	press
	body     fyne.CanvasObject
	selected bool
	card     bool
	title    *Text     // of Standing
	tile     *IconTile // of Standing
}

// NewPressRow makes a row of a list; spoken is what a screen reader says.
func NewPressRow(body fyne.CanvasObject, spoken string, act func()) *PressRow {
	r := &PressRow{body: body}
	r.extend(r, act)
	r.spoken = func() string { return spoken }
	return r
}

// NewPressCard makes a card, such as one of a few ways to begin.
func NewPressCard(body fyne.CanvasObject, spoken string, act func()) *PressRow {
	r := NewPressRow(body, spoken, act)
	r.card = true
	return r
}

// Standing names the title, and the tile if it has one, that stand out while the
// row is the chosen one.
func (r *PressRow) Standing(title *Text, tile *IconTile) *PressRow {
	r.title, r.tile = title, tile
	return r
}

// Select shows whether it is the chosen one.
func (r *PressRow) Select(on bool) {
	if r.selected == on {
		return
	}
	r.selected = on
	if r.title != nil {
		r.title.SetBold(on)
	}
	if r.tile != nil {
		tone := ToneNeutral
		if on {
			tone = ToneAccent
		}
		r.tile.Set(r.tile.name, tone)
	}
	r.Refresh()
}

// HeightFor tells how high the content is at a width.
func (r *PressRow) HeightFor(width float32) float32 {
	if r.card {
		return HeightFor(r.body, width)
	}
	return HeightFor(r.body, width) + 1
}

// LeastWidth tells how narrow the content can be.
func (r *PressRow) LeastWidth() float32 { return LeastWidth(r.body) }

// CreateRenderer implements fyne.Widget.
func (r *PressRow) CreateRenderer() fyne.WidgetRenderer {
	bg, mark, foot, ring := canvas.NewRectangle(nil), canvas.NewRectangle(nil), canvas.NewRectangle(nil), canvas.NewRectangle(nil)
	return draw(r, func(p paint, size fyne.Size) {
		fill := Clear
		switch {
		case r.card && r.over, r.over && !r.selected:
			fill = Hover
		case r.card, r.selected:
			fill = Surface
		}
		mark.Hidden, foot.Hidden = r.card || !r.selected, r.card
		if r.card {
			line, width := Line, float32(1)
			if r.selected || r.focused {
				line, width = Accent, 2
			}
			p.rect(bg, fill, line, width, 8)
			ring.Hidden = true
		} else {
			p.rect(bg, fill, Clear, 0, 0)
			r.ring(p, ring, size, 0, -2)
		}
		at(bg, fyne.Position{}, size)
		p.rect(mark, Accent, Clear, 0, 0)
		mark.Resize(fyne.NewSize(p.px(3), size.Height-1))
		p.rect(foot, Line, Clear, 0, 0)
		foot.Resize(fyne.NewSize(size.Width, 1))
		foot.Move(fyne.NewPos(0, size.Height-1))
		h := size.Height
		if !r.card {
			h--
		}
		r.body.Resize(fyne.NewSize(size.Width, h))
	}, func(paint) fyne.Size {
		m := r.body.MinSize()
		if !r.card {
			m.Height++
		}
		return m
	}, bg, r.body, mark, foot, ring)
}

// RowList is a page of rows that scrolls.
type RowList struct {
	page   *fyne.Container
	scroll *container.Scroll
}

// RowsPage makes a page of rows. One that it replaces hands on how far it was
// scrolled; nil: there was none.
func RowsPage(before *RowList, rows ...fyne.CanvasObject) *RowList {
	p := Page(Column(0, rows...))
	l := &RowList{page: p, scroll: p.Objects[0].(*container.Scroll)}
	if before != nil {
		l.scroll.Offset = before.scroll.Offset
	}
	return l
}

// Content is what to lay out.
func (l *RowList) Content() fyne.CanvasObject { return l.page }

// ToRow brings a row on screen.
func (l *RowList) ToRow(r *PressRow) {
	top, high := r.Position().Y, l.scroll.Size().Height
	to := l.scroll.Offset.Y
	switch {
	case high == 0: // not laid out yet
		return
	case top < to:
		to = top
	case top+r.Size().Height > to+high:
		to = top + r.Size().Height - high
	default:
		return
	}
	l.scroll.ScrollToOffset(fyne.NewPos(0, to))
}
