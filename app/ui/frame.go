package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"countersign/app/i18n"
	"countersign/app/ui/page"
	"countersign/app/widgets"
	"countersign/assets"
)

// The rail's widths: with words, and with icons alone.
const (
	railWidth  = 199
	railNarrow = 64
)

// menuBelow is the width under which there is no rail: a line at the top has a
// menu in its place.
const menuBelow = 700

// barHeight is the height of that line.
const barHeight = 44

// frame lays the rail beside a screen. In a window that is narrow for its text
// size the rail has icons alone, and in a very narrow one it gives way to a line
// at the top.
type frame struct {
	narrow   func(bool)
	isNarrow bool
	top      *topBar
}

func newFrame(rail, body fyne.CanvasObject, top *topBar, narrow func(bool)) fyne.CanvasObject {
	top.content.Hide()
	return container.New(&frame{narrow: narrow, top: top}, rail, widgets.UpRule(), body, top.content)
}

// MinSize implements fyne.Layout: the window may be made small; screens scroll.
func (f *frame) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(480, 420) }

// Layout implements fyne.Layout.
func (f *frame) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	unit := theme.Size(widgets.SizeScale)
	if narrow := size.Width < narrowBelow*unit; narrow != f.isNarrow {
		f.isNarrow = narrow
		f.narrow(narrow)
	}
	rail, rule, body := objects[0], objects[1], objects[2]
	if f.top.show(size.Width < menuBelow*unit) {
		rail.Hide()
		rule.Hide()
		f.top.content.Resize(fyne.NewSize(size.Width, barHeight*unit))
		f.top.content.Move(fyne.Position{})
		body.Move(fyne.NewPos(0, barHeight*unit))
		body.Resize(fyne.NewSize(size.Width, size.Height-barHeight*unit))
		return
	}
	rail.Show()
	rule.Show()
	w := railWidth * unit
	if f.isNarrow {
		w = railNarrow * unit
	}
	rail.Resize(fyne.NewSize(w, size.Height))
	rail.Move(fyne.Position{})
	rule.Resize(fyne.NewSize(1, size.Height))
	rule.Move(fyne.NewPos(w, 0))
	body.Resize(fyne.NewSize(size.Width-w-1, size.Height))
	body.Move(fyne.NewPos(w+1, 0))
}

// topBar is the line at the top of a very narrow window: the menu, where one is
// with the way back, and how the record is.
type topBar struct {
	shown   bool
	title   *widgets.Text
	back    *widgets.Button
	dot     *widgets.Dot
	state   *widgets.Text
	content *fyne.Container
}

func newTopBar(e *i18n.Locale, menu func(*widgets.Button)) *topBar {
	t := &topBar{title: widgets.NewText("").Bold().Cut(), dot: widgets.NewDot(widgets.Ink3), state: widgets.NewText("").In(widgets.Ink2)}
	var open *widgets.Button
	open = widgets.NewIconButton(assets.IconMenu, e.T("nav.menu"), func() { menu(open) })
	t.back = widgets.NewButton(widgets.Ghost, "", nil).WithIcon(assets.IconLeft)
	t.back.Hide()
	t.content = widgets.OnGround(widgets.Rail, widgets.Column(0, widgets.Fixed(0, barHeight-1,
		widgets.Inset(4, 16, 4, 8, widgets.Row(4, open, t.back, widgets.Grow(t.title), t.dot, t.state))), widgets.Rule()))
	return t
}

// show puts the line on screen or takes it off; it tells which.
func (t *topBar) show(on bool) bool {
	if on != t.shown {
		t.shown = on
		if on {
			t.content.Show()
		} else {
			t.content.Hide()
		}
	}
	return on
}

// set says where one is.
func (t *topBar) set(text string, back func()) {
	if back == nil {
		t.back.Hide()
		t.title.Set(text)
	} else {
		t.title.Set("")
		t.back.SetLabel(text)
		t.back.SetAct(back)
		t.back.Show()
	}
	t.content.Refresh()
}

// barOf is what screens are given of the line.
func barOf(s **shell) *page.Bar {
	return &page.Bar{
		Shown: func() bool { return *s != nil && (*s).top.shown },
		Set: func(text string, back func()) {
			if *s != nil {
				(*s).crumb(text, back)
			}
		},
	}
}
