package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
)

// TimelineHeight is the height of a row on a timeline.
const TimelineHeight = 49

// timelineTile is the side of a tile on it.
const timelineTile = 28

// timelineParts are what a row on a timeline is drawn with.
type timelineParts struct {
	bg, thread, knot *canvas.Rectangle
	title, meta      *canvas.Text
}

// onTimeline draws the row on a line that leads down the list: a header is a knot
// with its reference and time, what stands below hangs beside it.
func (r *RequestRow) onTimeline(p paint, size fyne.Size, o timelineParts) {
	d := r.data
	p.rect(o.thread, Line, Clear, 0, 0)
	o.thread.Resize(fyne.NewSize(max(p.px(1), 1), size.Height))
	o.thread.Move(fyne.NewPos(p.px(29), 0))
	setShown(r.tile, d.Header == "")
	setShown(r.chip, d.Header == "" && d.Chip.Text != "")
	x, right := p.px(52), size.Width-p.px(16)
	if d.Header != "" {
		ink, fill := Ink, Control
		if d.Here {
			ink, fill = Accent, Accent
		}
		p.rect(o.bg, Rail, Clear, 0, 0)
		p.rect(o.knot, fill, Clear, 0, 2)
		at(o.knot, fyne.NewPos(p.px(25), (size.Height-p.px(9))/2), fyne.NewSquareSize(p.px(9)))
		p.text(o.title, d.Header, theme.SizeNameCaptionText, ink, true)
		place(o.title, x, size.Height/2)
		p.text(o.meta, d.Right, theme.SizeNameCaptionText, Ink2, false)
		left := x + o.title.MinSize().Width + p.px(9)
		o.meta.Text = cut(d.Right, right-left, o.meta.TextSize, o.meta.TextStyle)
		place(o.meta, left, size.Height/2)
		return
	}
	r.tile.Resize(fyne.NewSquareSize(p.px(timelineTile)))
	r.tile.Move(fyne.NewPos(x, (size.Height-p.px(timelineTile))/2))
	x += p.px(40)
	end := right
	if d.Chip.Text != "" {
		m := r.chip.MinSize()
		end = right - m.Width
		r.chip.Resize(m)
		r.chip.Move(fyne.NewPos(end, p.px(6)))
		end -= p.px(8)
	}
	ink := Ink
	if d.Tone == ToneRefuse {
		ink = Refuse
	}
	p.text(o.title, d.Title, theme.SizeNameText, ink, d.Strong || r.selected)
	o.title.Text = cut(d.Title, end-x, o.title.TextSize, o.title.TextStyle)
	place(o.title, x, p.px(16))
	p.text(o.meta, d.Meta, theme.SizeNameCaptionText, Ink3, false)
	o.meta.Text = cut(d.Meta, right-x, o.meta.TextSize, o.meta.TextStyle)
	place(o.meta, x, p.px(34))
}
