package ui

import (
	"testing"

	"fyne.io/fyne/v2"

	"countersign/app/desk"
)

func TestNewsOfARequestLeavesTheFocusInItsFields(t *testing.T) {
	f := newFake(arnaud)
	w, win := show(t, f, styles[0], nil)
	openLetter(w)
	press(win, ' ')
	first := win.Canvas().Focused()
	row, ok := first.(interface{ TypedKey(*fyne.KeyEvent) })
	if !ok {
		t.Fatal("Space went to no field")
	}
	row.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDown})
	before := label(win)
	w.changed(desk.Change{Requests: []desk.EntryID{entry(3)}})
	if win.Canvas().Focused() == first || label(win) != before || before == "" {
		t.Errorf("the focus was on %q and is on %q", before, label(win))
	}
}

// label is what has the focus, as it is spoken.
func label(win fyne.Window) string {
	if a, ok := win.Canvas().Focused().(fyne.Accessible); ok {
		return a.AccessibilityLabel()
	}
	return ""
}
