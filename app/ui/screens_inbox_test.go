package ui

import (
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"countersign/app/desk"
	"countersign/app/ui/page"
	"countersign/app/ui/uitest"
	"countersign/app/widgets"
	"countersign/ledger"
)

// alike makes two more requests that differ from the third in the subject only.
func (f *fake) alikeTwo() {
	var rows []desk.RequestRow
	for n := byte(7); n < 9; n++ {
		r := row(n, "police", "Valmarine Police", "Declared income", "2021–2023", "VM-2026-0417", 1)
		r.DaysLeft, r.Signed, r.MineToSign = 6, 1, true
		rows = append(rows, r)
		f.letters[r.ID] = f.letter(r)
		f.inbox.ToSign = append(f.inbox.ToSign, r)
	}
	f.alike = map[ledger.EntryID][]desk.RequestRow{entry(3): rows}
}

// together ticks the offer to decide three at once.
func together(t *testing.T, w *Window, win fyne.Window) {
	t.Helper()
	openLetter(w)
	box := find[*widgets.Check](win.Content(), func(c *widgets.Check) bool { return true })
	if box == nil {
		t.Fatal("the letter does not offer to decide those that are alike")
	}
	box.SetOn(true)
}

// find is the first object below another that fits; nil when there is none.
func find[T fyne.CanvasObject](root fyne.CanvasObject, fits func(T) bool) (out T) {
	found := false
	uitest.Walk(root, func(o fyne.CanvasObject) {
		if x, ok := o.(T); ok && !found && fits(x) {
			out, found = x, true
		}
	})
	return out
}

func top(win fyne.Window) fyne.CanvasObject { return win.Canvas().Overlays().Top() }

func TestAlikePage(t *testing.T) {
	each(t, arnaud, "alike", func(t *testing.T, f *fake, w *Window, win fyne.Window) {
		f.alikeTwo()
		together(t, w, win)
	})
}

func TestBatchPage(t *testing.T) {
	each(t, arnaud, "batch", func(t *testing.T, f *fake, w *Window, win fyne.Window) {
		f.alikeTwo()
		together(t, w, win)
		press(win, 'p')
	})
}

// Three requests under one passphrase: the second cannot be kept, and stops
// neither the first nor the third.
func TestBatchResultsPage(t *testing.T) {
	each(t, arnaud, "batch-signed", func(t *testing.T, f *fake, w *Window, win fyne.Window) {
		f.alikeTwo()
		f.breaks = 1
		together(t, w, win)
		press(win, 'p')
		sign(t, win, "valmarine")
		var asked []ledger.EntryID
		for _, act := range f.signed {
			asked = append(asked, act.Request)
		}
		if !slices.Equal(asked, []ledger.EntryID{entry(3), entry(8)}) {
			t.Errorf("signed %v", asked)
		}
		if !f.closed {
			t.Error("the key stays open")
		}
	})
}

func TestWrongPassphraseSignsNoBatch(t *testing.T) {
	f := newFake(arnaud)
	f.alikeTwo()
	w, win := show(t, f, styles[0], nil)
	together(t, w, win)
	press(win, 'p')
	sign(t, win, "wrong")
	if len(f.signed) != 0 || top(win) == nil {
		t.Fatalf("signed %+v", f.signed)
	}
	sign(t, win, "valmarine")
	if len(f.signed) != 3 {
		t.Errorf("signed %d after the right one", len(f.signed))
	}
}

// A refusal is signed for all that are alike too, with the same reason.
func TestBatchRefuses(t *testing.T) {
	f := newFake(arnaud)
	f.alikeTwo()
	w, win := show(t, f, styles[0], nil)
	together(t, w, win)
	press(win, 'r')
	radio := find[*widgets.Radio](top(win), func(*widgets.Radio) bool { return true })
	radio.Tapped(nil)
	find[*widgets.Input](top(win), func(*widgets.Input) bool { return true }).SetText("More than an inquiry needs")
	w.env.Submit()
	sign(t, win, "valmarine")
	if len(f.signed) != 3 {
		t.Fatalf("signed %+v", f.signed)
	}
	for _, act := range f.signed {
		if act.Kind != desk.ActRefuse || act.Code != "excessive" || act.Reason != "More than an inquiry needs" {
			t.Errorf("signed %+v", act)
		}
	}
}

// openFilters presses the button with the funnel.
func openFilters(t *testing.T, w *Window, win fyne.Window) *widget.PopUpMenu {
	t.Helper()
	b := find[*widgets.Button](win.Content(), func(b *widgets.Button) bool { return b.AccessibilityLabel() == w.env.T("inbox.filter") })
	b.Tapped(nil)
	return find[*widget.PopUpMenu](top(win), func(*widget.PopUpMenu) bool { return true })
}

func choose(t *testing.T, m *widget.PopUpMenu, downs int) {
	t.Helper()
	for range downs {
		m.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDown})
	}
	m.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
}

func TestFilterMenu(t *testing.T) {
	each(t, arnaud, "filter", func(t *testing.T, f *fake, w *Window, win fyne.Window) {
		openLetter(w)
		choose(t, openFilters(t, w, win), 1) // due within two days
		openFilters(t, w, win)
	})
}

// Filters and order are chosen with keys alone, and are there at the next start.
func TestFiltersAreRemembered(t *testing.T) {
	f := newFake(arnaud)
	store := new(kept)
	start := func() (*Window, fyne.Window) {
		f.open = true
		w, win := show(t, f, styles[0], func(o *Options) { o.Store = store })
		openLetter(w)
		return w, win
	}
	w, win := start()
	choose(t, openFilters(t, w, win), 2) // unread
	choose(t, openFilters(t, w, win), 7) // newest first
	last := f.asked[len(f.asked)-1]
	if !last.Unread || last.Order != desk.ByNewest {
		t.Fatalf("asked %+v", last)
	}
	w.Close()
	f.asked = nil
	w, win = start()
	if last := f.asked[len(f.asked)-1]; !last.Unread || last.Order != desk.ByNewest {
		t.Errorf("the next start asks %+v", last)
	}
	choose(t, openFilters(t, w, win), 9) // clear filters stands last
	if last := f.asked[len(f.asked)-1]; last.Narrows() || last.Order != desk.ByNewest {
		t.Errorf("after clearing: %+v", last)
	}
}

func TestNothingFitsTheFilters(t *testing.T) {
	each(t, arnaud, "filter-none", func(t *testing.T, f *fake, w *Window, win fyne.Window) {
		openLetter(w)
		choose(t, openFilters(t, w, win), 4) // ended
	})
}

// changed answers the request anew while its letter is open.
func (f *fake) answered() {
	l := *f.letters[entry(3)]
	l.Version, l.KeepDays, l.Row.Period = entry(90), 90, "2022–2023"
	l.Fields = slices.Clone(l.Fields)
	l.Fields[4] = desk.FieldLine{Name: "filing_status", About: "Filed alone or together", Mark: desk.MarkWithin, Ticked: true}
	f.letters[entry(3)] = &l
}

// A request that changes keeps the pencil and marks what differs.
func TestChangedLetterPage(t *testing.T) {
	each(t, arnaud, "changed", func(t *testing.T, f *fake, w *Window, win fyne.Window) {
		openLetter(w)
		rows := find[*widgets.FieldTable](win.Content(), func(*widgets.FieldTable) bool { return true })
		rows.Row(1).TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace}) // strike income_band
		f.answered()
		w.changed(desk.Change{Height: 1290, Requests: []ledger.EntryID{entry(3)}})
		marks := find[*widgets.FieldTable](win.Content(), func(*widgets.FieldTable) bool { return true }).Marks()
		if want := []widgets.Mark{widgets.Ticked, widgets.Struck, widgets.Ticked, widgets.Ticked, widgets.Ticked}; !slices.Equal(marks, want) {
			t.Errorf("the pencil is at %v, want %v", marks, want)
		}
	})
}

// keep puts a signature of the reader's into the outbox.
func (f *fake) keepSignature(expired bool) {
	act := desk.Act{Kind: desk.ActApprove, Request: entry(3), Fields: []ledger.FieldName{"income_band"}}
	k := desk.KeptEntry{Act: &act, Mine: true, Expired: expired}
	k.ID, k.ValidUntil = entry(98), when("2026-06-17 10:42:00")
	if expired {
		k.ValidUntil = when("2026-06-09 10:42:00")
	}
	f.kept = []desk.KeptEntry{k}
}

func TestKeptLetterPage(t *testing.T) {
	each(t, arnaud, "letter-kept", func(t *testing.T, f *fake, w *Window, win fyne.Window) {
		f.keepSignature(false)
		openLetter(w)
		press(win, 'p') // it is signed already
		if top(win) != nil {
			t.Error("a kept signature can be signed once more")
		}
	})
}

// A kept signature that is not valid any more is signed again.
func TestExpiredLetterPage(t *testing.T) {
	each(t, arnaud, "letter-expired", func(t *testing.T, f *fake, w *Window, win fyne.Window) {
		f.keepSignature(true)
		openLetter(w)
	})
	f := newFake(arnaud)
	f.keepSignature(true)
	w, win := show(t, f, styles[0], nil)
	openLetter(w)
	uitest.Button(win.Content(), "Sign again").Tapped(nil)
	sign(t, win, "valmarine")
	if len(f.signed) != 1 || !slices.Equal(f.signed[0].Fields, []ledger.FieldName{"income_band"}) {
		t.Errorf("signed %+v", f.signed)
	}
}

func TestNotCountedPage(t *testing.T) {
	each(t, arnaud, "not-counted", func(t *testing.T, f *fake, w *Window, win fyne.Window) {
		f.refuses = ledger.AlreadyDecided
		openLetter(w)
		press(win, 'p')
		sign(t, win, "valmarine")
	})
}

// In a window under 900 it is the list or the letter: Enter opens, Escape goes back.
func TestListOrLetter(t *testing.T) {
	f := newFake(arnaud)
	w, win := show(t, f, styles[0], nil)
	win.Resize(fyne.NewSize(860, 700))
	w.shell.open(page.Place{Screen: page.Inbox})
	picture(t, win, "one-list")
	key := win.Canvas().OnTypedKey()
	press(win, 'j')
	key(&fyne.KeyEvent{Name: fyne.KeyReturn})
	picture(t, win, "one-letter")
	if text := widgets.PageText(win.Content()); !strings.Contains(text, "Income band") || strings.Contains(text, "Search requests") {
		t.Errorf("the letter alone says %q", text)
	}
	key(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if text := widgets.PageText(win.Content()); !strings.Contains(text, "PO-26-1188") {
		t.Errorf("the list alone says %q", text)
	}
	press(win, 'p')
	if top(win) != nil {
		t.Error("a letter that is not on screen was decided")
	}
}

// In a window under 700 there is a menu in place of the rail, and one decision
// beside the others.
func TestMenuInPlaceOfTheRail(t *testing.T) {
	for _, st := range styles {
		t.Run(st.name, func(t *testing.T) {
			f := newFake(arnaud)
			w, win := show(t, f, st, nil)
			win.Resize(fyne.NewSize(640, 720))
			openLetter(w)
			picture(t, win, "tiny-"+st.name)
			b := find[*widgets.Button](win.Content(), func(b *widgets.Button) bool { return b.AccessibilityLabel() == w.env.T("nav.menu") })
			b.Tapped(nil)
			choose(t, find[*widget.PopUpMenu](top(win), func(*widget.PopUpMenu) bool { return true }), 2)
			if w.shell.place.Screen != page.Requests {
				t.Errorf("the menu leads to %s", w.shell.place.Screen)
			}
		})
	}
}

// Unread is what has not been on screen: a list alone opens nothing.
func TestListAloneReadsNothing(t *testing.T) {
	f := newFake(arnaud)
	w, win := show(t, f, styles[0], nil)
	win.Resize(fyne.NewSize(860, 700))
	w.shell.open(page.Place{Screen: page.Inbox})
	f.opened = 0
	press(win, 'j')
	if f.opened != 0 {
		t.Errorf("%d letters were opened", f.opened)
	}
	win.Resize(fyne.NewSize(1280, 800))
	if f.opened == 0 {
		t.Error("the letter beside the list was not opened")
	}
}

// U marks the letter that is open as unread, and as read again; the menu has the same,
// and either can be taken back.
func TestALetterIsMarkedUnread(t *testing.T) {
	f := newFake(arnaud)
	w, win := show(t, f, styles[0], nil)
	openLetter(w)
	id := entry(3)
	on := func() bool { return f.marked[id] }
	listed := func() bool {
		row := find[*widgets.RequestRow](win.Content(), func(r *widgets.RequestRow) bool { return strings.Contains(r.Data().Meta, "VM-2026-0417") })
		return row.Data().Unread
	}
	if on() || listed() {
		t.Fatal("it is unread before it is marked")
	}
	press(win, 'u')
	if !on() || !listed() || w.toasts.Said() != "Marked as unread" {
		t.Fatalf("unread on the desk %v, in the list %v, it says %q", on(), listed(), w.toasts.Said())
	}
	picture(t, win, "marked-unread")
	if !w.undo.Last() || on() || listed() {
		t.Errorf("taken back it is unread on the desk %v, in the list %v", on(), listed())
	}
	press(win, 'u')
	more := find[*widgets.Button](win.Content(), func(b *widgets.Button) bool { return b.AccessibilityLabel() == "More" })
	more.Tapped(nil)
	menu := find[*widget.PopUpMenu](top(win), func(*widget.PopUpMenu) bool { return true })
	choose(t, menu, 2)
	if on() || listed() || w.toasts.Said() != "Marked as read" {
		t.Errorf("the menu leaves it unread %v and says %q", on(), w.toasts.Said())
	}
}

// Dividers stay where they were drawn.
func TestDividerIsRemembered(t *testing.T) {
	f := newFake(arnaud)
	store := new(kept)
	w, win := show(t, f, styles[0], func(o *Options) { o.Store = store })
	openLetter(w)
	win.Content().Refresh()
	grip := find(win.Content(), func(o fyne.CanvasObject) bool {
		c, ok := o.(desktop.Cursorable)
		return ok && c.Cursor() == desktop.HResizeCursor
	}).(fyne.Draggable)
	grip.Dragged(&fyne.DragEvent{Dragged: fyne.Delta{DX: 60}})
	grip.DragEnd()
	if got := store.s.Views["split.inbox"]; got != "403" {
		t.Errorf("kept at %q, want 403", got)
	}
	w.Close()
	f.open = true
	w, win = show(t, f, styles[0], func(o *Options) { o.Store = store })
	openLetter(w)
	picture(t, win, "divider")
}

// The second administrator reads what follows from moving the office before signing.
func TestMovingTheOfficeWaitsForASecond(t *testing.T) {
	each(t, arnaud, "inbox-office", func(t *testing.T, f *fake, w *Window, win fyne.Window) {
		meyer := desk.Person{Name: "Jonas Meyer", Title: "Deputy head of IT"}
		f.inbox = desk.InboxGroups{Proposals: []desk.ProposalRow{{ID: entry(40), Act: "office", What: "TS-VAULT", By: meyer, At: ledger.TimeOf(clock().Add(-time.Hour)), Until: ledger.TimeOf(clock().Add(6 * 24 * time.Hour)),
			Propose: desk.Propose{Office: &desk.MoveOffice{Node: "TS-VAULT"}}}}}
		w.shell.open(page.Place{Screen: page.Inbox, Request: entry(40)})
	})
}
