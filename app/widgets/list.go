package widgets

import (
	"maps"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// RequestList is a list of RequestRows. Up, Down, J and K are the screen's
// business; the list hands keys it does not use on to the window.
type RequestList struct {
	widget.List
	rows     []RowData // of SetRows
	long     int       // how many rows SetLong has given; 0: rows counts
	at       func(i int) RowData
	headers  []int // of SetLong
	selected int
	onSelect func(int)
	onHeader func(int)
	onPress  func(int)
	height   float32
	unit     float32             // the text scale for which heights are set
	on       map[int]*RequestRow // the rows that are on screen, and a few that were
}

// farRows is how many rows away from one that comes on screen none is on it.
const farRows = 64

// NewRequestList makes a list; pick is told which row was chosen. rowHeight is 0 for RowHeight.
func NewRequestList(rowHeight float32, pick func(i int)) *RequestList {
	l := &RequestList{selected: -1, onSelect: pick, height: rowHeight, on: map[int]*RequestRow{}}
	if rowHeight == 0 {
		l.height = RowHeight
	}
	l.HideSeparators = true
	l.Length = l.Len
	l.CreateItem = func() fyne.CanvasObject { return NewRequestRow() }
	l.UpdateItem = func(i widget.ListItemID, o fyne.CanvasObject) {
		if i < l.Len() {
			l.note(i, o.(*RequestRow))
			o.(*RequestRow).Set(l.row(i), i == l.selected)
		}
	}
	l.OnSelected = func(i widget.ListItemID) {
		l.UnselectAll() // the row shows its choice itself
		if l.onHeader != nil && i < l.Len() && l.row(i).Header != "" {
			l.onHeader(i)
			return
		}
		l.Choose(i)
		if l.onPress != nil {
			l.onPress(i)
		}
	}
	l.ExtendBaseWidget(l)
	return l
}

// SetRows shows other rows; the choice stays at its index where there is still one.
func (l *RequestList) SetRows(rows []RowData, selected int) {
	l.rows, l.selected, l.long, l.at, l.headers = rows, selected, 0, nil, nil
	l.setHeights()
	l.Refresh()
}

// setHeights sets what differs from the height of a row.
func (l *RequestList) setHeights() {
	l.unit = unit()
	for i, r := range l.rows {
		h := l.height
		if r.Header != "" {
			h = HeaderHeight
		}
		l.SetItemHeight(i, h*l.unit-listGap())
	}
	for _, i := range l.headers {
		l.SetItemHeight(i, HeaderHeight*l.unit-listGap())
	}
}

// Refresh implements fyne.CanvasObject. Rows become higher with the text.
func (l *RequestList) Refresh() {
	if l.unit != 0 && l.unit != unit() {
		l.setHeights()
	}
	l.List.Refresh()
}

// SetLong shows n rows that are asked for as they come on screen; at says what
// stands in one. headers are the indexes of those with a Header.
func (l *RequestList) SetLong(n int, at func(i int) RowData, headers []int, selected int) {
	l.rows, l.long, l.at, l.selected = nil, n, at, selected
	for _, i := range l.headers {
		l.SetItemHeight(i, l.height*unit()-listGap())
	}
	l.headers = headers
	l.setHeights()
	l.Refresh()
}

// OnHeader is told when somebody presses a header.
func (l *RequestList) OnHeader(f func(i int)) { l.onHeader = f }

// OnPress is told when somebody presses a row, after it has been chosen.
func (l *RequestList) OnPress(f func(i int)) { l.onPress = f }

// Len is how many rows there are, with headers.
func (l *RequestList) Len() int {
	if l.at != nil {
		return l.long
	}
	return len(l.rows)
}

func (l *RequestList) row(i int) RowData {
	if l.at != nil {
		return l.at(i)
	}
	return l.rows[i]
}

// note remembers which row shows an index: the toolkit uses rows again.
func (l *RequestList) note(i int, row *RequestRow) {
	if l.on[row.at] == row {
		delete(l.on, row.at)
	}
	if len(l.on) > farRows {
		maps.DeleteFunc(l.on, func(at int, _ *RequestRow) bool { return at < i-farRows || at > i+farRows })
	}
	row.at, l.on[i] = i, row
}

// RefreshItem shows a row anew if it is on screen. The toolkit's own does so to
// all rows, and makes another one to measure it.
func (l *RequestList) RefreshItem(i int) {
	if row := l.on[i]; row != nil && i < l.Len() {
		row.Set(l.row(i), i == l.selected)
	}
}

// SetRow shows one row anew.
func (l *RequestList) SetRow(i int, row RowData) {
	l.rows[i] = row
	l.RefreshItem(i)
}

// Rows returns what SetRows has shown.
func (l *RequestList) Rows() []RowData { return l.rows }

// Selected returns the chosen row, -1 for none.
func (l *RequestList) Selected() int { return l.selected }

// Choose picks a row and tells the screen; headers cannot be chosen.
func (l *RequestList) Choose(i int) {
	if i < 0 || i >= l.Len() || l.row(i).Header != "" {
		return
	}
	old := l.selected
	l.selected = i
	if old >= 0 && old < l.Len() {
		l.RefreshItem(old)
	}
	l.RefreshItem(i)
	l.ScrollTo(i)
	if l.onSelect != nil {
		l.onSelect(i)
	}
}

// Step moves the choice by one row up or down, over headers.
func (l *RequestList) Step(by int) {
	for i := l.selected + by; i >= 0 && i < l.Len(); i += by {
		if l.row(i).Header == "" {
			l.Choose(i)
			return
		}
	}
}

// TypedKey implements fyne.Focusable.
func (l *RequestList) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyDown:
		l.Step(1)
	case fyne.KeyUp:
		l.Step(-1)
	default:
		passKey(l, e)
	}
}

// TypedRune implements fyne.Focusable.
func (l *RequestList) TypedRune(r rune) { passRune(l, r) }
