package ui

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"countersign/app/ui/page"
)

// copied copies the page, as Ctrl+Shift+C does, and tells what the clipboard has then.
func copied(w *Window) string {
	w.copyPage()
	return fyne.CurrentApp().Clipboard().Content()
}

func TestPageIsCopiedAsTextByAKey(t *testing.T) {
	f := newFake(arnaud)
	f.open = false
	w, win := show(t, f, styles[0], nil)
	if text := copied(w); !strings.Contains(text, "Hélène Arnaud") {
		t.Errorf("the page to unlock was copied as %q", text)
	}
	f.open = true
	w.enter()
	w.shell.open(page.Place{Screen: page.Inbox, Request: entry(3)})
	if text := copied(w); !strings.Contains(text, "VM-2026-0417") || !strings.Contains(text, "[x] ") || !strings.Contains(text, w.env.T("letter.approve_part")) || strings.Contains(text, "What you sign") {
		t.Errorf("the inbox was copied as %q", text)
	}
	press(win, 'p')
	if text := copied(w); strings.Contains(text, "Inbox") || !strings.Contains(text, w.env.T("sign.sent")) {
		t.Errorf("the page for signing was copied as %q", text)
	}
}
