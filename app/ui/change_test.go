package ui

import (
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/page"
	"countersign/app/widgets"
)

// Every list has the same divider: arrow keys move it, and its place is kept.
func TestEveryDividerIsMovedByKeysAndKept(t *testing.T) {
	store := new(kept)
	w, win := show(t, newFake(vidal), styles[0], func(o *Options) { o.Store = store })
	for key, want := range map[string]string{page.Inbox: "359", page.Requests: "359", page.Received: "327", page.Evidence: "516"} {
		w.shell.open(page.Place{Screen: key})
		grip := find(win.Content(), func(o fyne.CanvasObject) bool {
			c, ok := o.(desktop.Cursorable)
			return ok && c.Cursor() == desktop.HResizeCursor
		})
		f, ok := grip.(fyne.Focusable)
		if !ok {
			t.Errorf("%s has no divider for the keyboard", key)
			continue
		}
		win.Canvas().Focus(f)
		f.TypedKey(&fyne.KeyEvent{Name: fyne.KeyRight})
		if got := store.s.Views["split."+key]; got != want {
			t.Errorf("%s: kept at %q, want %s", key, got, want)
		}
		f.TypedKey(&fyne.KeyEvent{Name: fyne.KeyLeft})
		if got := store.s.Views["split."+key]; got == want {
			t.Errorf("%s: the divider does not go back", key)
		}
	}
}

// In a narrow window every list gives way to what is chosen in it, and comes back.
func TestEveryListIsReadAloneInANarrowWindow(t *testing.T) {
	w, win := show(t, newFake(vidal), styles[0], nil)
	win.Resize(fyne.NewSize(860, 700))
	for _, id := range []string{page.Requests, page.Received, page.Evidence} {
		w.shell.open(page.Place{Screen: id})
		win.Content().Refresh()
		split := find(win.Content(), func(*page.Split) bool { return true })
		if split == nil || split.Reading() {
			t.Errorf("%s does not begin with its list", id)
			continue
		}
		if w.shell.front().Rune('j'); split.Reading() {
			t.Errorf("%s: walking through the list leaves it", id)
		}
		typeKey(win, fyne.KeyReturn)
		if !split.Reading() {
			t.Errorf("%s: Enter does not lead to what is chosen", id)
		}
		typeKey(win, fyne.KeyEscape)
		if split.Reading() {
			t.Errorf("%s: Esc does not lead back", id)
		}
	}
}

// A form of dates or numbers holds on every screen at once, is kept, and can be
// taken back.
func TestFormsOfDatesHoldAtOnceAndAreKept(t *testing.T) {
	store := new(kept)
	w, _ := show(t, newFake(arnaud), styles[0], func(o *Options) { o.Store = store })
	says := func(text string) bool {
		openLetter(w)
		return strings.Contains(widgets.PageText(w.root), text)
	}
	if !says("Mon\u00a08\u00a0June, 09:12") {
		t.Fatalf("the letter says %q", widgets.PageText(w.root))
	}
	s := w.settings.Settings
	s.Forms.Dates = i18n.DatesISO
	w.apply(s)
	if !says("Mon\u00a02026-06-08, 09:12") || store.s.Forms.Dates != i18n.DatesISO {
		t.Errorf("kept %+v, the letter says %q", store.s.Forms, widgets.PageText(w.root))
	}
	if !w.undo.Last() || !says("Mon\u00a08\u00a0June, 09:12") || store.s.Forms.Dates != "" {
		t.Errorf("taken back to %+v, the letter says %q", store.s.Forms, widgets.PageText(w.root))
	}
}

// Subjects stay covered until somebody asks, or from the start where the official
// wants that and the agency lets them; each look goes through the journal.
func TestSubjectsAreShownAtOnceOnlyWhereThatIsWanted(t *testing.T) {
	for _, c := range []struct {
		shows, hides, want bool
	}{{false, false, false}, {true, false, true}, {true, true, false}} {
		f := newFake(arnaud)
		f.hides = c.hides
		w, _ := show(t, f, styles[0], nil)
		s := w.settings.Settings
		s.ShowSubjects = c.shows
		w.apply(s)
		openLetter(w)
		if got := strings.Contains(widgets.PageText(w.root), "P-000 417"); got != c.want || (f.revealed == 1) != c.want {
			t.Errorf("%+v: shown %v, looked %d times", c, got, f.revealed)
		}
		w.changed(desk.Change{Requests: []desk.EntryID{entry(3)}})
		if got := strings.Contains(widgets.PageText(w.root), "P-000 417"); got != c.want || f.revealed > 1 {
			t.Errorf("%+v after news of the request: shown %v, looked %d times", c, got, f.revealed)
		}
	}
}

func TestNewsThatIsNotWantedCanBeTakenBack(t *testing.T) {
	store := new(kept)
	w, _ := show(t, newFake(arnaud), styles[0], func(o *Options) { o.Store = store })
	w.shell.open(page.Place{Screen: page.Settings, Section: "notices"})
	w.quiet([]desk.NoticeKind{desk.NoticeReceipt})
	if len(store.s.Quiet) != 1 || w.toasts.Said() == "" {
		t.Fatalf("kept %v, said %q", store.s.Quiet, w.toasts.Said())
	}
	if !w.undo.Last() || len(store.s.Quiet) != 0 {
		t.Errorf("taken back to %v", store.s.Quiet)
	}
}

// The button beside the words takes back what they are about: once Ctrl Z has done
// that, no button is left that would take back the act before.
func TestTakingBackByKeyTakesTheOfferAway(t *testing.T) {
	w, win := showKeyed(t, newFake(arnaud), nil)
	first := []desk.NoticeKind{desk.NoticeReceipt}
	w.quiet(first)
	w.quiet([]desk.NoticeKind{desk.NoticeReceipt, desk.NoticePart})
	typeShortcut(win, &fyne.ShortcutUndo{})
	if !slices.Equal(w.settings.Quiet, first) || w.toasts.Said() != "" {
		t.Errorf("taken back to %v, and it still says %q", w.settings.Quiet, w.toasts.Said())
	}
	if !w.undo.Last() || len(w.settings.Quiet) != 0 {
		t.Errorf("the act before cannot be taken back: %v", w.settings.Quiet)
	}
}

// Nobody takes back what somebody else has done before them.
func TestLockingForgetsWhatCanBeTakenBack(t *testing.T) {
	w, _ := show(t, newFake(arnaud), styles[0], nil)
	w.quiet([]desk.NoticeKind{desk.NoticeReceipt})
	w.lockNow()
	if w.undo.Last() || w.toasts.Said() != "" {
		t.Errorf("the next official can take it back, or reads %q", w.toasts.Said())
	}
}

// A text size that is drawn holds at once, is kept when it is let go, and is taken
// back to what it was before the first of its steps.
func TestATextSizeThatIsDrawnIsTakenBackAtOnce(t *testing.T) {
	store := new(kept)
	w, _ := show(t, newFake(arnaud), styles[0], func(o *Options) { o.Store = store })
	scale := func() float32 { return fyne.CurrentApp().Settings().Theme().Size(widgets.SizeScale) }
	first := w.settings.Settings
	saved := store.s
	for _, n := range []float32{1.05, 1.5, 1.75} {
		s := first
		s.Scale = n
		if w.preview(s); scale() != n {
			t.Fatalf("drawn to %v the text is at %v", n, scale())
		}
	}
	if store.s.Scale != saved.Scale {
		t.Errorf("kept %v while it is drawn", store.s.Scale)
	}
	s := first
	s.Scale = 1.75
	if w.apply(s); store.s.Scale != 1.75 || scale() != 1.75 {
		t.Errorf("let go: kept %v, shown %v", store.s.Scale, scale())
	}
	if !w.undo.Last() || scale() != first.Look().Scale || store.s.Scale != first.Scale {
		t.Errorf("taken back to %v, kept %v", scale(), store.s.Scale)
	}
	w.preview(s)
	said := w.toasts.Said()
	if w.apply(first); w.undo.Last() {
		t.Errorf("drawn there and back can be taken back, and it says %q", said)
	}
}
