package ui

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"countersign/app/desk"
	"countersign/app/widgets"
)

// closing is a window that remembers what its close button led to.
type closing struct {
	fyne.Window
	hidden, closed int
	intercept      func()
}

func (c *closing) Hide()                      { c.hidden++ }
func (c *closing) Close()                     { c.closed++ }
func (c *closing) SetCloseIntercept(f func()) { c.intercept = f }

// TestClosingAWindowThatOthersNeed closes windows of desks and of computers that
// serve others, with and without a tray, open and locked.
func TestClosingAWindowThatOthersNeed(t *testing.T) {
	office := desk.Service{Office: true, Keeper: true, Alone: true}
	for _, c := range []struct {
		name            string
		serves          desk.Service
		letters, tray   bool
		locked          bool
		hides, closes   int
		asks            []string
		asksAfterHiding []string
	}{
		{name: "a desk closes", closes: 1},
		{name: "a desk closes though there is a tray", tray: true, closes: 1},
		{name: "a desk with letters asks", letters: true, asks: []string{"Some letters are not handed over yet"}},
		{name: "a one-person pilot goes into the tray", serves: office, tray: true, hides: 1,
			asksAfterHiding: []string{"your agency’s office computer", "the only keeper", "What is signed is kept"}},
		{name: "a one-person pilot without a tray asks", serves: office, asks: []string{"your agency’s office computer", "the only keeper"}},
		{name: "a locked one asks too", serves: office, locked: true, asks: []string{"the only keeper"}},
		{name: "a keeper among others", serves: desk.Service{Keeper: true}, asks: []string{"your agency does not vote"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFake(arnaud)
			f.serves = c.serves
			f.kept = nil
			if c.letters {
				f.kept = []desk.KeptEntry{{Kept: desk.Kept{LetterHere: true}}}
			}
			var at *closing
			told := 0
			w, win := show(t, f, styles[0], func(o *Options) {
				at = &closing{Window: o.Window}
				o.Window = at
				o.Tell = func(Word) { told++ }
				o.Tray = func(answer func(bool)) { answer(c.tray) }
			})
			if c.locked {
				w.lockNow()
			}
			at.intercept()
			if at.hidden != c.hides || at.closed != c.closes || told != c.hides {
				t.Errorf("hidden %d, closed %d, told %d", at.hidden, at.closed, told)
			}
			asked(t, win, c.asks)
			if c.asksAfterHiding != nil {
				at.intercept()
				if told != 1 {
					t.Error("it is said each time that the program goes on")
				}
				w.Quit()
				asked(t, win, c.asksAfterHiding)
			}
		})
	}
}

// asked makes sure that a dialog says all of the words, or that none is open.
func asked(t *testing.T, win fyne.Window, words []string) {
	t.Helper()
	top := win.Canvas().Overlays().Top()
	if (top != nil) != (words != nil) {
		t.Fatalf("a dialog is open: %v", top != nil)
	}
	if top == nil {
		return
	}
	text := widgets.PageText(top)
	for _, word := range words {
		if !strings.Contains(text, word) {
			t.Errorf("the dialog does not say %q: %s", word, text)
		}
	}
}
