package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"countersign/app/widgets"
)

// The rail's widths: with words, and with icons alone.
const (
	railWidth  = 199
	railNarrow = 64
)

// frame lays the rail beside a screen. In a window that is narrow for its text
// size the rail has icons alone.
type frame struct {
	narrow   func(bool)
	isNarrow bool
}

func newFrame(rail, body fyne.CanvasObject, narrow func(bool)) fyne.CanvasObject {
	return container.New(&frame{narrow: narrow}, rail, widgets.UpRule(), body)
}

// MinSize implements fyne.Layout: the window may be made small; screens scroll.
func (f *frame) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(560, 420) }

// Layout implements fyne.Layout.
func (f *frame) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	unit := theme.Size(widgets.SizeScale)
	if narrow := size.Width < narrowBelow*unit; narrow != f.isNarrow {
		f.isNarrow = narrow
		f.narrow(narrow)
	}
	w := railWidth * unit
	if f.isNarrow {
		w = railNarrow * unit
	}
	objects[0].Resize(fyne.NewSize(w, size.Height))
	objects[0].Move(fyne.Position{})
	objects[1].Resize(fyne.NewSize(1, size.Height))
	objects[1].Move(fyne.NewPos(w, 0))
	objects[2].Resize(fyne.NewSize(size.Width-w-1, size.Height))
	objects[2].Move(fyne.NewPos(w+1, 0))
}
