package ui

import (
	"fyne.io/fyne/v2"

	"countersign/app/desk"
	"countersign/app/ui/look"
	"countersign/app/ui/page"
	"countersign/app/widgets"
)

// apply takes over changed settings, and offers to take that back.
func (w *Window) apply(s look.Settings) {
	old := w.settings.Settings
	if w.before != nil {
		old, w.before = *w.before, nil
	}
	w.adopt(s)
	if old != s {
		w.offerBack(func() { w.adopt(old) })
	}
}

// preview shows a look that is still being drawn: nothing is kept of it, and what is
// taken back later is what held before it.
func (w *Window) preview(s look.Settings) {
	if w.before == nil {
		old := w.settings.Settings
		w.before = &old
	}
	w.settings.Settings = s
	fyne.CurrentApp().Settings().SetTheme(widgets.NewTheme(s.Look()))
}

// adopt makes settings hold: the look at once; a language or a form of dates and
// numbers by building the screens anew.
func (w *Window) adopt(s look.Settings) {
	old := w.settings.Settings
	w.settings.Settings, w.before = s, nil
	if old.Look() != s.Look() {
		fyne.CurrentApp().Settings().SetTheme(widgets.NewTheme(s.Look()))
	}
	if old.Language != s.Language || old.Forms != s.Forms {
		w.speak()
		return
	}
	w.remember()
}

// quiet takes over which kinds of news are not wanted, and offers to take that back.
func (w *Window) quiet(off []desk.NoticeKind) {
	old := w.settings.Quiet
	set := func(off []desk.NoticeKind) {
		w.settings.Quiet = off
		w.remember()
	}
	set(off)
	w.offerBack(func() { set(old) })
}

// offerBack says that a setting is another one; back makes it what it was, and the
// page of the settings in front shows that.
func (w *Window) offerBack(back func()) {
	w.env.Undoable(w.env.T("settings.changed"), func() {
		back()
		if w.shell != nil && w.shell.place.Screen == page.Settings {
			w.shell.open(w.shell.place)
		}
	})
}
