package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// TableColumn is a column of a list that reads as a table.
type TableColumn struct {
	Title  string
	Width  float32 // fixed, or
	Weight float32 // a share of what is left
	Right  bool
}

func columnWidths(cols []TableColumn, total, gap, k float32) []float32 {
	out := make([]float32, len(cols))
	left, weights := total-gap*float32(len(cols)-1), float32(0)
	for i, c := range cols {
		out[i] = c.Width * k
		left -= out[i]
		weights += c.Weight
	}
	for i, c := range cols {
		if c.Weight > 0 && weights > 0 {
			out[i] = max(left*c.Weight/weights, 24*k)
		}
	}
	return out
}

// TableHead is the line of titles above a list.
func TableHead(pad float32, cols []TableColumn) *fyne.Container {
	cells := make([]fyne.CanvasObject, len(cols))
	for i, c := range cols {
		t := NewText(c.Title).Caption().In(Ink2).Cut()
		if c.Right {
			t.Right()
		}
		cells[i] = t
	}
	return Fixed(0, 32, Inset(0, pad, 0, pad, container.New(&cellLayout{cols: cols}, cells...)))
}

// TableCells lays the cells of one row out under a TableHead.
func TableCells(pad float32, cols []TableColumn, cells ...fyne.CanvasObject) *fyne.Container {
	return Inset(0, pad, 0, pad, container.New(&cellLayout{cols: cols}, cells...))
}

type cellLayout struct{ cols []TableColumn }

const cellGap = 12

func (c *cellLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	h, w := float32(0), float32(0)
	for i, o := range objects {
		h = max(h, o.MinSize().Height)
		w += max(c.cols[i].Width, 24)*unit() + cellGap*unit()
	}
	return fyne.NewSize(w, h)
}

func (c *cellLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	gap := cellGap * unit()
	x := float32(0)
	for i, w := range columnWidths(c.cols, size.Width, gap, unit()) {
		if i >= len(objects) {
			return
		}
		m := objects[i].MinSize()
		at, cw := x, w
		if c.cols[i].Right && m.Width < w {
			if _, isText := objects[i].(*Text); !isText {
				at, cw = x+w-m.Width, m.Width
			}
		} else if _, isChip := objects[i].(*Chip); isChip {
			cw = min(m.Width, w)
		}
		objects[i].Move(fyne.NewPos(at, (size.Height-m.Height)/2))
		objects[i].Resize(fyne.NewSize(cw, m.Height))
		x += w + gap
	}
}

// DataTable shows received rows: a head of column names and cells of text, in the
// order they came. Long tables scroll; rows are made only where they are seen.
type DataTable struct {
	part
	list    *widget.List
	cols    []TableColumn
	rows    [][]string
	covered bool
}

// NewDataTable makes the table. Values are covered until Uncover.
func NewDataTable(cols []TableColumn, rows [][]string) *DataTable {
	t := &DataTable{cols: cols, rows: rows, covered: true}
	t.list = widget.NewList(
		func() int { return len(t.rows) },
		func() fyne.CanvasObject { return newDataRow(t) },
		func(i widget.ListItemID, o fyne.CanvasObject) {
			r := o.(*dataRow)
			r.cells, r.last = t.rows[i], i == len(t.rows)-1
			r.Refresh()
		})
	t.list.HideSeparators = true
	head := Layers(NewBox(Sunken).Rounded(7).TopOnly(), TableHead(12, cols))
	t.build(t, Layers(NewBox(Surface).Rounded(8), Pad(1, Column(0, head, Rule(), Grow(t.list))), NewBox(Clear).Outlined(Line).Rounded(8)))
	return t
}

// HeightFor shows up to eight rows before the table scrolls in itself.
func (t *DataTable) HeightFor(float32) float32 {
	return (float32(min(max(len(t.rows), 1), 8))*34 + 36) * unit()
}

// SetCovered covers or shows the values.
func (t *DataTable) SetCovered(on bool) {
	t.covered = on
	t.list.Refresh()
}

// Covered tells whether the values are covered.
func (t *DataTable) Covered() bool { return t.covered }

// SetRows shows other rows.
func (t *DataTable) SetRows(rows [][]string) {
	t.rows = rows
	t.list.Refresh()
}

type dataRow struct {
	widget.BaseWidget
	table *DataTable
	cells []string
	last  bool // the frame of the table ends it
}

func newDataRow(t *DataTable) *dataRow {
	r := &dataRow{table: t}
	r.ExtendBaseWidget(r)
	return r
}

func (r *dataRow) CreateRenderer() fyne.WidgetRenderer {
	n := len(r.table.cols)
	texts, covers := make([]*canvas.Text, n), make([]*canvas.Rectangle, n)
	foot := canvas.NewRectangle(nil)
	objects := []fyne.CanvasObject{foot}
	for i := range texts {
		texts[i], covers[i] = canvas.NewText("", nil), canvas.NewRectangle(nil)
		objects = append(objects, covers[i], texts[i])
	}
	return draw(r, func(p paint, size fyne.Size) {
		size.Height += p.th.Size(theme.SizeNamePadding) // see listGap
		p.rect(foot, Line, Clear, 0, 0)
		foot.Resize(fyne.NewSize(size.Width, 1))
		foot.Move(fyne.NewPos(0, size.Height-1))
		foot.Hidden = r.last
		gap := p.px(cellGap)
		x := p.px(12)
		for i, w := range columnWidths(r.table.cols, size.Width-p.px(24), gap, p.k) {
			s := ""
			if i < len(r.cells) {
				s = r.cells[i]
			}
			p.text(texts[i], s, theme.SizeNameText, Ink, false)
			texts[i].Text = cut(s, w, texts[i].TextSize, texts[i].TextStyle)
			tx, tw := x, texts[i].MinSize().Width
			if r.table.cols[i].Right {
				tx = x + w - tw
			}
			place(texts[i], tx, size.Height/2)
			texts[i].Hidden = r.table.covered
			covers[i].Hidden = !r.table.covered || s == ""
			p.rect(covers[i], Cover, Clear, 0, 2)
			// A cover's width says nothing about what is under it.
			cw := min(w, p.px(64))
			cx := x
			if r.table.cols[i].Right {
				cx = x + w - cw
			}
			covers[i].Resize(fyne.NewSize(cw, p.px(12)))
			covers[i].Move(fyne.NewPos(cx, (size.Height-p.px(12))/2))
			x += w + gap
		}
	}, func(p paint) fyne.Size { return fyne.NewSize(p.px(80), p.px(34)-p.th.Size(theme.SizeNamePadding)) }, objects...)
}
