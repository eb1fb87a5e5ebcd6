package ui

import (
	"time"
	"unicode"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"countersign/app/ui/page"
	"countersign/app/widgets"
)

// prefixFor is how long G waits for the letter of a screen.
const prefixFor = 1500 * time.Millisecond

// keyboard is the state of the window's keys.
type keyboard struct{ prefix time.Time }

// installKeys puts the window's keys on its canvas. Runes and keys come here
// only when no text field has the focus, and not while a dialog is open, which
// takes them for itself; a menu does not. Shortcuts come always.
func (w *Window) installKeys() {
	c := w.opt.Window.Canvas()
	c.SetOnTypedRune(func(r rune) {
		w.touch()
		if w.shell != nil && c.Overlays().Top() == nil {
			w.shell.rune(unicode.ToLower(r))
		}
	})
	c.SetOnTypedKey(func(k *fyne.KeyEvent) {
		w.touch()
		if w.shell != nil && c.Overlays().Top() == nil {
			w.shell.key(k)
		}
	})
	add := func(key fyne.KeyName, act func(s *shell)) {
		c.AddShortcut(&desktop.CustomShortcut{KeyName: key, Modifier: fyne.KeyModifierShortcutDefault}, func(fyne.Shortcut) {
			w.touch()
			if w.shell != nil && c.Overlays().Top() == nil {
				act(w.shell)
			}
		})
	}
	add(fyne.KeyL, func(*shell) { w.lockNow() })
	add(fyne.KeyK, func(s *shell) { s.goTo() })
	for i, key := range []fyne.KeyName{fyne.Key1, fyne.Key2, fyne.Key3, fyne.Key4, fyne.Key5, fyne.Key6, fyne.Key7, fyne.Key8} {
		add(key, func(s *shell) {
			if rail := s.onRail(); i < len(rail) {
				s.open(page.Place{Screen: rail[i].id})
			}
		})
	}
	add(fyne.KeyS, func(s *shell) {
		if d, ok := s.screens[s.place.Screen].(page.Sender); ok {
			d.Save()
		}
	})
	undo := func(fyne.Shortcut) { // Fyne gives this shortcut a type of its own
		w.touch()
		if w.shell == nil || c.Overlays().Top() != nil {
			return
		}
		w.toasts.Clear() // its button would take back the act before
		if !w.undo.Last() {
			w.env.Say(widgets.ToneNeutral, w.env.T("common.undo_nothing"))
		}
	}
	c.AddShortcut(&fyne.ShortcutUndo{}, undo)
	w.installCopy()
	w.installSubmit()
}

// installCopy lets Ctrl+Shift+C copy the page as text, on every page.
func (w *Window) installCopy() {
	w.opt.Window.Canvas().AddShortcut(&desktop.CustomShortcut{KeyName: fyne.KeyC, Modifier: fyne.KeyModifierShortcutDefault | fyne.KeyModifierShift}, func(fyne.Shortcut) {
		w.touch()
		w.copyPage()
	})
}

// copyPage copies what the window shows as text: the dialog that is open, else
// the whole page.
func (w *Window) copyPage() {
	var shown fyne.CanvasObject = w.root
	if top := w.opt.Window.Canvas().Overlays().Top(); top != nil {
		shown = top
	}
	w.env.Copy(widgets.PageText(shown))
	w.env.Say(widgets.ToneNeutral, w.env.T("common.copied"))
}

// installSubmit lets Ctrl+Enter go on in the dialog that is open, or send what
// the screen in front has to send.
func (w *Window) installSubmit() {
	c := w.opt.Window.Canvas()
	send := func(fyne.Shortcut) {
		w.touch()
		switch {
		case w.env.Submit != nil:
			w.env.Submit()
		case w.shell != nil && c.Overlays().Top() == nil:
			if d, ok := w.shell.screens[w.shell.place.Screen].(page.Sender); ok {
				d.Send()
			}
		}
	}
	c.AddShortcut(&desktop.CustomShortcut{KeyName: fyne.KeyReturn, Modifier: fyne.KeyModifierShortcutDefault}, send)
	c.AddShortcut(&desktop.CustomShortcut{KeyName: fyne.KeyEnter, Modifier: fyne.KeyModifierShortcutDefault}, send)
}

// onRail are the places with a line on the rail, in its order.
func (s *shell) onRail() []place {
	var out []place
	for _, p := range s.places {
		if p.id != page.Compose {
			out = append(out, p)
		}
	}
	return out
}

// rune is a single key that nothing has taken.
func (s *shell) rune(r rune) {
	if s.w.settings.CtrlKeysOnly {
		return
	}
	now := s.env.Clock()
	if !s.keys.prefix.IsZero() && now.Sub(s.keys.prefix) < prefixFor {
		s.keys.prefix = time.Time{}
		for _, p := range s.places {
			if p.key == r {
				s.open(page.Place{Screen: p.id})
				return
			}
		}
		return
	}
	front := s.front()
	switch {
	case r == '?':
		s.showKeys()
	case r == 'g':
		s.keys.prefix = now
	case r == '/':
		if f, ok := front.(page.Searcher); ok {
			s.env.Canvas.Focus(f.Search())
		}
	case r == 'n' && s.find(page.Compose) != nil:
		p := page.Place{Screen: page.Compose}
		if a, ok := front.(page.Asker); ok {
			p = a.NewRequest()
		}
		s.open(p)
	case front != nil:
		front.Rune(r)
	}
}

// front is the screen that the window shows; nil: none, or the first copy of the
// record lies over it.
func (s *shell) front() page.Screen {
	if s.covered(s.place.Screen) {
		return nil
	}
	return s.screens[s.place.Screen]
}

func (s *shell) key(k *fyne.KeyEvent) {
	if front := s.front(); front != nil {
		front.Key(k)
	}
}
