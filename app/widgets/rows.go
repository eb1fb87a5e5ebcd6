package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"countersign/assets"
)

// RowData is what a row of a list of requests, received files or data sets says.
type RowData struct {
	Header  string // a row that only heads those below it; nothing else is shown
	Right   string // at the right of a Header
	Menu    bool   // pressing the Header opens a menu
	Icon    assets.IconName
	Unread  bool
	Title   string
	Strong  bool // the title stands out although it is read
	Line    string
	Meta    string
	Chip    ChipData
	Pips    []PipState
	PipText string
	Bar     float32 // with BarText: how much is left, in place of pips
	BarTone Tone
	BarText string
	// Timeline draws the row on a line that leads down the list, under headers
	// with a knot on it; Tone is then that of tile and title. Here names the
	// header above the chosen row.
	Timeline bool
	Tone     Tone
	Here     bool
}

// RequestRow is a row of 77: a tile, three lines, a chip and the signatures. Lists
// recycle rows, so it shows whatever it is given last.
type RequestRow struct {
	widget.BaseWidget
	data     RowData
	at       int // in its list
	selected bool
	chip     *Chip
	pips     *Pips
	bar      *ThinBar
	tile     *IconTile
}

// NewRequestRow makes an empty row.
func NewRequestRow() *RequestRow {
	r := &RequestRow{chip: NewChip("", ToneNeutral), pips: NewPips(""), bar: NewThinBar(0, ToneAccent).Thin(), tile: NewIconTile("", ToneNeutral)}
	r.ExtendBaseWidget(r)
	return r
}

// RowHeight and HeaderHeight are what lists set their rows to, times the text scale.
const (
	RowHeight    = 77
	tileSide     = 36
	HeaderHeight = 31
)

// Set shows a row.
func (r *RequestRow) Set(data RowData, selected bool) {
	r.data, r.selected = data, selected
	r.chip.Set(data.Chip)
	r.pips.Set(data.PipText, data.Pips...)
	r.bar.Set(data.Bar, data.BarTone)
	tone := data.Tone
	if selected && tone == ToneNeutral {
		tone = ToneAccent
	}
	side := float32(tileSide)
	if data.Timeline {
		side = timelineTile
	}
	r.tile.Sized(side).Set(data.Icon, tone)
	r.Refresh()
}

// Data returns what is shown.
func (r *RequestRow) Data() RowData { return r.data }

// AccessibilityLabel implements fyne.Accessible.
func (r *RequestRow) AccessibilityLabel() string {
	if r.data.Header != "" {
		return r.data.Header
	}
	s := r.data.Title
	for _, more := range []string{r.data.Line, r.data.Meta, r.data.Chip.Text, r.data.PipText, r.data.BarText} {
		if more != "" {
			s += ", " + more
		}
	}
	return s
}

// AccessibilityRole implements fyne.Accessible.
func (r *RequestRow) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleButton }

// CreateRenderer implements fyne.Widget.
func (r *RequestRow) CreateRenderer() fyne.WidgetRenderer {
	bg, mark, foot := canvas.NewRectangle(nil), canvas.NewRectangle(nil), canvas.NewRectangle(nil)
	dot := canvas.NewRectangle(nil)
	title, line, meta := canvas.NewText("", nil), canvas.NewText("", nil), canvas.NewText("", nil)
	barText := canvas.NewText("", nil)
	chev := &canvas.Image{FillMode: canvas.ImageFillContain}
	thread, knot := canvas.NewRectangle(nil), canvas.NewRectangle(nil)
	return draw(r, func(p paint, size fyne.Size) {
		d := r.data
		size.Height += p.th.Size(theme.SizeNamePadding) // see listGap
		fill := Clear
		if r.selected {
			fill = Surface
		}
		p.rect(bg, fill, Clear, 0, 0)
		bg.Resize(size)
		p.rect(mark, Accent, Clear, 0, 0)
		mark.Hidden = !r.selected
		mark.Resize(fyne.NewSize(p.px(3), size.Height-1))
		p.rect(foot, Line, Clear, 0, 0)
		foot.Resize(fyne.NewSize(size.Width, 1))
		foot.Move(fyne.NewPos(0, size.Height-1))
		setShown(thread, d.Timeline)
		setShown(knot, d.Timeline && d.Header != "")
		if d.Timeline {
			for _, o := range []fyne.CanvasObject{line, dot, r.pips, r.bar, barText, chev} {
				o.Hide()
			}
			r.onTimeline(p, size, timelineParts{bg: bg, thread: thread, knot: knot, title: title, meta: meta})
			return
		}
		line.Show()

		left, right := p.px(16), size.Width-p.px(16)
		head := d.Header != ""
		for _, o := range []fyne.CanvasObject{line, r.tile} {
			setShown(o, !head)
		}
		if head {
			setShown(dot, false)
			setShown(r.chip, false)
			setShown(r.pips, false)
			setShown(r.bar, false)
			setShown(barText, false)
			p.text(title, d.Header, theme.SizeNameCaptionText, Ink2, false)
			place(title, left, size.Height-p.px(15))
			p.text(meta, d.Right, theme.SizeNameCaptionText, Ink2, false)
			icon := assets.IconName("")
			if d.Menu {
				icon = assets.IconChevDown
				chev.Resize(fyne.NewSquareSize(p.px(14)))
				chev.Move(fyne.NewPos(right-p.px(12), size.Height-p.px(22)))
				right -= p.px(18)
			}
			p.icon(chev, icon, Ink2, p.px(14))
			end := right - meta.MinSize().Width
			place(meta, end, size.Height-p.px(15))
			title.Text = cut(d.Header, end-left-p.px(8), title.TextSize, title.TextStyle)
			return
		}
		p.icon(chev, "", Ink2, p.px(14))
		r.tile.Resize(fyne.NewSquareSize(p.px(36)))
		r.tile.Move(fyne.NewPos(left, p.px(10)))
		x := left + p.px(48)

		setShown(r.chip, d.Chip.Text != "")
		end := right
		if d.Chip.Text != "" {
			m := r.chip.MinSize()
			end = right - m.Width
			r.chip.Resize(m)
			r.chip.Move(fyne.NewPos(end, p.px(10)))
			end -= p.px(8)
		}
		strong := d.Unread || d.Strong || r.selected
		setShown(dot, d.Unread)
		tx := x
		if d.Unread {
			p.rect(dot, Accent, Clear, 0, 4)
			dot.Resize(fyne.NewSquareSize(p.px(8)))
			dot.Move(fyne.NewPos(x, p.px(16)))
			tx += p.px(14)
		}
		p.text(title, d.Title, theme.SizeNameText, Ink, strong)
		title.Text = cut(d.Title, end-tx, title.TextSize, title.TextStyle)
		place(title, tx, p.px(20))
		p.text(line, d.Line, theme.SizeNameText, Ink, false)
		line.Text = cut(d.Line, right-x, line.TextSize, line.TextStyle)
		place(line, x, p.px(40))

		y := p.px(58)
		if d.Line == "" {
			y = p.px(39)
		}
		end = right
		setShown(r.pips, d.PipText != "" || len(d.Pips) > 0)
		if r.pips.Visible() {
			m := r.pips.MinSize()
			end = right - m.Width
			r.pips.Resize(m)
			r.pips.Move(fyne.NewPos(end, y-m.Height/2))
			end -= p.px(8)
		}
		p.text(meta, d.Meta, theme.SizeNameCaptionText, Ink3, false)
		meta.Text = cut(d.Meta, end-x, meta.TextSize, meta.TextStyle)
		place(meta, x, y)

		bar := d.BarText != ""
		setShown(r.bar, bar && d.BarTone != ToneFaint)
		setShown(barText, bar)
		if bar {
			by := y + p.px(22)
			p.text(barText, d.BarText, theme.SizeNameCaptionText, Ink3, false)
			bx := right - barText.MinSize().Width
			if d.BarTone == ToneFaint {
				bx = x
			}
			place(barText, bx, by)
			r.bar.Resize(fyne.NewSize(max(bx-p.px(10)-x, 0), p.px(4)))
			r.bar.Move(fyne.NewPos(x, by-p.px(2)))
		}
	}, func(p paint) fyne.Size {
		h := float32(RowHeight)
		if r.data.Header != "" {
			h = HeaderHeight
		}
		return fyne.NewSize(p.px(180), p.px(h)-p.th.Size(theme.SizeNamePadding))
	}, bg, thread, knot, mark, foot, r.tile, dot, title, line, meta, barText, chev, r.chip, r.pips, r.bar)
}

// listGap is what the toolkit's list leaves free between rows. Rows are that much
// smaller and draw over it, so that they touch.
func listGap() float32 { return theme.Padding() }

func setShown(o fyne.CanvasObject, on bool) {
	if on == o.Visible() {
		return
	}
	if on {
		o.Show()
	} else {
		o.Hide()
	}
}
