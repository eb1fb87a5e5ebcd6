package ui

import (
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"countersign/app/desk"
	"countersign/app/ui/page"
	"countersign/app/widgets"
	"countersign/ledger"
	"countersign/ledger/rules"
)

// rests has the tax service refuse the third request; its data protection officer
// may have the agency's copies erased.
func (f *fake) rests() *desk.Letter {
	r := f.inbox.ToSign[slices.IndexFunc(f.inbox.ToSign, func(r desk.RequestRow) bool { return r.ID == entry(3) })]
	f.inbox.ToSign = slices.DeleteFunc(slices.Clone(f.inbox.ToSign), func(r desk.RequestRow) bool { return r.ID == entry(3) })
	r.State, r.MineToSign, r.Unread = rules.Refused, false, false
	l := f.letter(r)
	l.History = append(l.History, desk.Event{At: when("2026-06-09 17:00:00"), Kind: ledger.KindRefuse, State: rules.Refused, Who: &okafor, Agency: "tax", Code: "excessive"})
	l.Can.Erase = desk.Accepted
	f.inbox.Decided = append([]desk.RequestRow{r}, f.inbox.Decided...)
	f.letters[r.ID] = l
	return l
}

// isErased is how the letter reads once its copies are erased.
func (f *fake) isErased(by desk.AgencyID, title string, who desk.Person) {
	l := f.letters[entry(3)]
	ours := by == f.me.Agency
	l.Erasures = append(l.Erasures, desk.ErasureView{Agency: by, Title: title, Ours: ours, Who: who, Code: "data-subject-request", At: when("2026-06-10 10:30:00"), Height: 1290, Entry: entry(97)})
	l.History = append(l.History, desk.Event{At: when("2026-06-10 10:30:00"), Kind: ledger.KindErase, Who: &who, Agency: by, Code: "data-subject-request"})
	if !ours {
		return
	}
	l.LetterState, l.Can.Erase, l.ErasedHere = desk.LetterErased, ledger.AlreadyDecided, desk.ErasedHere{At: when("2026-06-10 10:30:01"), Parts: 2}
	l.Row.Case, l.Row.Subjects, l.Row.Period, l.Subjects, l.Note = "", 0, "", nil, ""
	at := slices.IndexFunc(f.inbox.Decided, func(r desk.RequestRow) bool { return r.ID == entry(3) })
	f.inbox.Decided[at] = l.Row
}

// openErase goes through the menu of the letter with keys alone.
func openErase(t *testing.T, win fyne.Window) {
	t.Helper()
	more := find[*widgets.Button](win.Content(), func(b *widgets.Button) bool {
		return slices.Contains([]string{"More", "Autres actions", "更多"}, b.AccessibilityLabel())
	})
	if more == nil {
		t.Fatal("the letter has no menu")
	}
	win.Canvas().Focus(more)
	key(win, fyne.KeyReturn)
	key(win, fyne.KeyUp) // the last item
	key(win, fyne.KeyReturn)
	if top(win) == nil {
		t.Fatal("no page asks why")
	}
}

func key(win fyne.Window, name fyne.KeyName) {
	win.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: name})
}

func openThird(w *Window) { w.shell.open(page.Place{Screen: page.Inbox, Request: entry(3)}) }

func TestErasePage(t *testing.T) {
	each(t, bauer, "erase", func(t *testing.T, f *fake, w *Window, win fyne.Window) {
		f.rests()
		openThird(w)
		openErase(t, win)
		w.env.Submit() // without a reason it goes no further
		if len(f.signed) != 0 {
			t.Fatal("erased without a reason")
		}
	})
}

// The sign page says what goes and what stays; afterwards nothing of the letter is
// named any more.
func TestEraseSignPage(t *testing.T) {
	each(t, bauer, "erase-sign", func(t *testing.T, f *fake, w *Window, win fyne.Window) { f.erase(t, w, win) })
	each(t, bauer, "erase-signed", func(t *testing.T, f *fake, w *Window, win fyne.Window) {
		f.erase(t, w, win)
		sign(t, win, "valmarine")
		if len(f.signed) != 1 || f.signed[0].Kind != desk.ActErase || f.signed[0].Code != "data-subject-request" || f.signed[0].Version != entry(3) {
			t.Fatalf("signed %+v", f.signed)
		}
	})
}

// erase goes as far as the sign page.
func (f *fake) erase(t *testing.T, w *Window, win fyne.Window) {
	t.Helper()
	f.rests()
	openThird(w)
	openErase(t, win)
	key(win, fyne.KeyDown) // to the second reason
	key(win, fyne.KeySpace)
	w.env.Submit()
	if top(win) == nil || len(f.signed) != 0 {
		t.Fatal("no sign page")
	}
}

func TestErasedLetterPage(t *testing.T) {
	each(t, bauer, "letter-erased", func(t *testing.T, f *fake, w *Window, win fyne.Window) {
		f.rests()
		f.isErased("police", "Valmarine Police", vidal)
		f.isErased("tax", "Tax Service", bauer)
		openThird(w)
	})
}

// The other party is told, and reads its own copy on.
func TestLetterThatTheOtherPartyErased(t *testing.T) {
	each(t, bauer, "letter-erased-there", func(t *testing.T, f *fake, w *Window, win fyne.Window) {
		f.rests()
		f.isErased("police", "Valmarine Police", vidal)
		openThird(w)
	})
}

// Letters are not kept for ever, and one that never came may be erased by who sent it.
func TestLettersThatAreNobodysAnyMore(t *testing.T) {
	f := newFake(bauer)
	w, win := show(t, f, styles[0], nil)
	l := f.rests()
	l.LetterState, l.Can.Erase = desk.LetterErased, desk.Accepted
	openThird(w)
	if !strings.Contains(widgets.PageText(win.Content()), "No longer kept") {
		t.Error("a letter past its retention does not say so")
	}
	l.LetterState = desk.LetterAway
	f.isErased("police", "Valmarine Police", vidal)
	w.changed(desk.Change{Requests: []ledger.EntryID{entry(3)}})
	if !strings.Contains(widgets.PageText(win.Content()), "nobody has it any more") || strings.Contains(widgets.PageText(win.Content()), "The clock stands still") {
		t.Error("a letter that never came is waited for")
	}
}

// Nobody else finds it in the menu.
func TestOnlyWhoMayFindsErasing(t *testing.T) {
	for why, want := range map[ledger.Refusal]bool{desk.Accepted: true, desk.Hidden: false, ledger.WrongState: false} {
		f := newFake(bauer)
		w, win := show(t, f, styles[0], nil)
		f.rests().Can.Erase = why
		openThird(w)
		more := find[*widgets.Button](win.Content(), func(b *widgets.Button) bool { return b.AccessibilityLabel() == "More" })
		if more == nil {
			t.Fatal("the letter has no menu")
		}
		more.Tapped(nil)
		item := find[*canvas.Text](top(win), func(x *canvas.Text) bool { return strings.HasPrefix(x.Text, "Erase") })
		if (item != nil) != want {
			t.Errorf("%q: it is in the menu: %v", why, item != nil)
		}
	}
}
