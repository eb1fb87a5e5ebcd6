package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"countersign/app/ui/page"
	"countersign/app/widgets"
)

// tap is a ground that can be clicked. What it does has a shortcut too.
type tap struct {
	widget.BaseWidget
	act func(at fyne.Position)
	box *widgets.Box
}

func newTap(act func(at fyne.Position)) *tap {
	t := &tap{act: act, box: widgets.NewBox(widgets.Clear).Rounded(6)}
	t.ExtendBaseWidget(t)
	return t
}

// Tapped implements fyne.Tappable.
func (t *tap) Tapped(*fyne.PointEvent) {
	t.act(fyne.CurrentApp().Driver().AbsolutePositionForObject(t))
}

// MouseIn implements desktop.Hoverable.
func (t *tap) MouseIn(*desktop.MouseEvent) { t.box.Set(widgets.Hover, widgets.Clear) }

// MouseMoved implements desktop.Hoverable.
func (t *tap) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (t *tap) MouseOut() { t.box.Set(widgets.Clear, widgets.Clear) }

// Cursor implements desktop.Cursorable.
func (t *tap) Cursor() desktop.Cursor { return desktop.PointerCursor }

// CreateRenderer implements fyne.Widget.
func (t *tap) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.NewStack(t.box))
}

// menu opens above the official's name.
func (s *shell) menu(at fyne.Position) {
	e := s.env
	items := []*fyne.MenuItem{fyne.NewMenuItem(e.T("keys.lock")+"    Ctrl L", s.w.lockNow)}
	pop := widget.NewPopUpMenu(fyne.NewMenu("", items...), e.Canvas)
	pop.ShowAtPosition(at.SubtractXY(0, pop.MinSize().Height+4))
}

// placesMenu lists the screens, where the rail has no room.
func (s *shell) placesMenu(b *widgets.Button) {
	var items []*fyne.MenuItem
	for _, p := range s.onRail() {
		item := fyne.NewMenuItem(p.label, func() { s.open(page.Place{Screen: p.id}) })
		item.Checked = p.id == s.place.Screen
		items = append(items, item)
	}
	items = append(items, fyne.NewMenuItemSeparator(), fyne.NewMenuItem(s.env.T("keys.lock")+"    Ctrl L", s.w.lockNow))
	pop := widget.NewPopUpMenu(fyne.NewMenu("", items...), s.env.Canvas)
	pop.ShowAtPosition(fyne.CurrentApp().Driver().AbsolutePositionForObject(b).AddXY(0, b.Size().Height+4))
}

// crumb says in a very narrow window where one is: the screen's name, unless a
// letter is open.
func (s *shell) crumb(text string, back func()) {
	if p := s.find(s.place.Screen); text == "" && p != nil {
		text = p.label
	}
	s.top.set(text, back)
}
