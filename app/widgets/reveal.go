package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// revealRoom is what stays free around what is brought on screen: its ring too is seen.
const revealRoom = 8

// reveal scrolls whatever a part lies in until the part is on screen, for a person
// who moves from part to part with the keyboard. A dialog that is just being
// opened stays at its top, where reading begins.
func reveal(o fyne.CanvasObject) {
	driver := fyne.CurrentApp().Driver()
	c := driver.CanvasForObject(o)
	if c == nil {
		return
	}
	root := c.Content()
	if top := c.Overlays().Top(); top != nil {
		root = top
	}
	if d, ok := root.(*Dialog); ok && d.opening {
		return
	}
	for _, s := range scrollsAround(root, o) {
		gap := revealRoom * unit()
		above := driver.AbsolutePositionForObject(o).Y - gap - driver.AbsolutePositionForObject(s).Y
		below := above + o.Size().Height + 2*gap - s.Size().Height
		switch {
		case above < 0:
			s.ScrollToOffset(fyne.NewPos(s.Offset.X, max(s.Offset.Y+above, 0)))
		case below > 0: // what is higher than the page shows its top
			s.ScrollToOffset(fyne.NewPos(s.Offset.X, s.Offset.Y+min(below, above)))
		}
	}
}

// scrollsAround are the scrollers between a root and what lies in it, the outer ones first.
func scrollsAround(root, target fyne.CanvasObject) []*container.Scroll {
	var path []*container.Scroll
	var find func(o fyne.CanvasObject) bool
	find = func(o fyne.CanvasObject) bool {
		if o == nil || !o.Visible() {
			return false
		}
		if o == target {
			return true
		}
		if s, ok := o.(*container.Scroll); ok {
			path = append(path, s)
			if find(s.Content) {
				return true
			}
			path = path[:len(path)-1]
			return false
		}
		for _, child := range inside(o) {
			if find(child) {
				return true
			}
		}
		return false
	}
	find(root)
	return path
}

// inside is what an object is put together from.
func inside(o fyne.CanvasObject) []fyne.CanvasObject {
	switch w := o.(type) {
	case *fyne.Container:
		return w.Objects
	case *container.ThemeOverride:
		return []fyne.CanvasObject{w.Content}
	case *Dialog:
		return []fyne.CanvasObject{w.head, w.scroll, w.foot}
	case Assembled:
		return w.Parts()
	case holder:
		return []fyne.CanvasObject{w.inside()}
	}
	return nil
}
