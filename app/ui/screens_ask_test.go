package ui

import (
	"testing"

	"fyne.io/fyne/v2"

	"countersign/app/desk"
	"countersign/app/ui/page"
)

func TestRequestsPage(t *testing.T) {
	each(t, vidal, "requests", func(t *testing.T, f *fake, w *Window, win fyne.Window) {
		w.shell.open(page.Place{Screen: page.Requests})
		press(win, 'j')
		press(win, 'j')
	})
}

func TestComposePage(t *testing.T) {
	each(t, vidal, "compose", func(t *testing.T, f *fake, w *Window, win fyne.Window) {
		w.shell.open(page.Place{Screen: page.Compose, Draft: "0102030405060708"})
	})
}

func TestCataloguePage(t *testing.T) {
	each(t, vidal, "catalogue", func(t *testing.T, f *fake, w *Window, win fyne.Window) {
		w.shell.open(page.Place{Screen: page.Catalogue})
	})
}

func TestLookPage(t *testing.T) {
	each(t, arnaud, "look", func(t *testing.T, f *fake, w *Window, win fyne.Window) {
		w.shell.open(page.Place{Screen: page.Settings, Section: "look"})
	})
}

func TestKeysPage(t *testing.T) {
	each(t, arnaud, "keys", func(t *testing.T, f *fake, w *Window, win fyne.Window) {
		openLetter(w)
		press(win, '?')
	})
}

func TestRequestIsSignedAndSent(t *testing.T) {
	f := newFake(vidal)
	w, win := show(t, f, styles[0], nil)
	w.shell.open(page.Place{Screen: page.Compose, Draft: "0102030405060708"})
	w.shell.screens[page.Compose].(page.Sender).Send()
	sign(t, win, "valmarine")
	if len(f.signed) != 1 || f.signed[0].Kind != desk.ActAsk || f.signed[0].Ask.Case != "VM-2026-0417" {
		t.Fatalf("signed %+v", f.signed)
	}
	if w.shell.place.Screen != page.Requests {
		t.Errorf("after sending the window shows %q", w.shell.place.Screen)
	}
}
