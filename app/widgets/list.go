package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// RequestList is a list of RequestRows. Up, Down, J and K are the screen's
// business; the list hands keys it does not use on to the window.
type RequestList struct {
	widget.List
	rows     []RowData
	selected int
	onSelect func(int)
	height   float32
}

// NewRequestList makes a list; pick is told which row was chosen. rowHeight is 0 for RowHeight.
func NewRequestList(rowHeight float32, pick func(i int)) *RequestList {
	l := &RequestList{selected: -1, onSelect: pick, height: rowHeight}
	if rowHeight == 0 {
		l.height = RowHeight
	}
	l.HideSeparators = true
	l.Length = func() int { return len(l.rows) }
	l.CreateItem = func() fyne.CanvasObject { return NewRequestRow() }
	l.UpdateItem = func(i widget.ListItemID, o fyne.CanvasObject) {
		if i < len(l.rows) {
			o.(*RequestRow).Set(l.rows[i], i == l.selected)
		}
	}
	l.OnSelected = func(i widget.ListItemID) {
		l.UnselectAll() // the row shows its choice itself
		l.Choose(i)
	}
	l.ExtendBaseWidget(l)
	return l
}

// SetRows shows other rows; the choice stays at its index where there is still one.
func (l *RequestList) SetRows(rows []RowData, selected int) {
	l.rows, l.selected = rows, selected
	for i, r := range rows {
		h := l.height
		if r.Header != "" {
			h = HeaderHeight
		}
		l.SetItemHeight(i, h*unit()-listGap())
	}
	l.Refresh()
}

// SetRow shows one row anew.
func (l *RequestList) SetRow(i int, row RowData) {
	l.rows[i] = row
	l.RefreshItem(i)
}

// Rows returns what is shown.
func (l *RequestList) Rows() []RowData { return l.rows }

// Selected returns the chosen row, -1 for none.
func (l *RequestList) Selected() int { return l.selected }

// Choose picks a row and tells the screen; headers cannot be chosen.
func (l *RequestList) Choose(i int) {
	if i < 0 || i >= len(l.rows) || l.rows[i].Header != "" {
		return
	}
	old := l.selected
	l.selected = i
	if old >= 0 && old < len(l.rows) {
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
	for i := l.selected + by; i >= 0 && i < len(l.rows); i += by {
		if l.rows[i].Header == "" {
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
