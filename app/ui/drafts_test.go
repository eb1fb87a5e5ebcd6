package ui

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"countersign/app/ui/page"
	"countersign/app/widgets"
)

// Walking through the drafts opens none; a discarded one comes back.
func TestDraftsAreWalkedThroughAndComeBack(t *testing.T) {
	f := newFake(vidal)
	w, win := show(t, f, styles[0], nil)
	w.shell.open(page.Place{Screen: page.Requests})
	find(win.Content(), func(s *widgets.Segmented) bool { return true }).Pick(2)
	press(win, 'j')
	if w.shell.place.Screen != page.Requests || !strings.Contains(widgets.PageText(w.root), "Draft saved") {
		t.Fatalf("at %s the page says %q", w.shell.place.Screen, widgets.PageText(w.root))
	}
	typeKey(win, fyne.KeyDelete)
	if len(f.dropped) != 1 || w.toasts.Said() == "" {
		t.Fatalf("discarded %v, said %q", f.dropped, w.toasts.Said())
	}
	if !w.undo.Last() || f.drafted != 1 {
		t.Errorf("%d drafts were kept again", f.drafted)
	}
	press(win, 'j')
	typeKey(win, fyne.KeyReturn)
	if w.shell.place.Screen != page.Compose {
		t.Errorf("Enter leads to %s", w.shell.place.Screen)
	}
}
