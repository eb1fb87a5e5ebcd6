package ui

import (
	"encoding/binary"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"countersign/app/desk"
	"countersign/app/ui/page"
	"countersign/app/ui/uitest"
	"countersign/app/widgets"
	"countersign/ledger"
	"countersign/ledger/rules"
)

func fieldTable(win fyne.Window) *widgets.FieldTable {
	return find(win.Content(), func(*widgets.FieldTable) bool { return true })
}

func space() *fyne.KeyEvent { return &fyne.KeyEvent{Name: fyne.KeySpace} }

// A field beyond the legal basis is ticked with a reason only, and the reason is
// part of what is signed.
func TestBeyondTheBasisAsksForAReason(t *testing.T) {
	f := newFake(arnaud)
	l := f.letters[entry(3)]
	l.Fields[4].Mark, l.Fields[4].StruckBy = desk.MarkBeyond, nil
	w, win := show(t, f, styles[0], nil)
	openLetter(w)
	fieldTable(win).Row(4).TypedKey(space())
	if top(win) == nil {
		t.Fatal("no reason is asked for")
	}
	if m := fieldTable(win).Marks()[4]; m != widgets.Struck {
		t.Errorf("ticked before the reason: %v", m)
	}
	find(top(win), func(*widgets.Input) bool { return true }).SetText("Named in the judge's order")
	w.env.Submit()
	press(win, 'a')
	sign(t, win, "valmarine")
	if len(f.signed) != 1 || len(f.signed[0].Fields) != 5 || f.signed[0].Reason != "spouse_id: Named in the judge's order" {
		t.Errorf("signed %+v", f.signed)
	}
}

// A field that an earlier signer struck stays struck.
func TestStruckFieldsAreLocked(t *testing.T) {
	f := newFake(arnaud)
	w, win := show(t, f, styles[0], nil)
	openLetter(w)
	fieldTable(win).Row(4).TypedKey(space())
	if top(win) != nil || fieldTable(win).Marks()[4] != widgets.Struck {
		t.Error("a field that Okafor struck can be ticked")
	}
	for i := range 4 {
		fieldTable(win).Row(i).TypedKey(space())
	}
	for _, key := range "ap" {
		if press(win, key); top(win) != nil {
			t.Errorf("%c approves with no field ticked", key)
		}
	}
}

// In a low window the decision keys first bring the fields on screen.
func TestDecisionKeysWaitForTheFields(t *testing.T) {
	for _, key := range "prb" {
		f := newFake(arnaud)
		w, win := show(t, f, styles[0], nil)
		win.Resize(fyne.NewSize(1280, 460))
		openLetter(w)
		win.Content().Refresh()
		if press(win, key); top(win) != nil {
			t.Errorf("%c decides before the fields were on screen", key)
		}
		if press(win, key); top(win) == nil {
			t.Errorf("%c does nothing once they were", key)
		}
	}
}

// While text is typed into the search, its letters decide nothing.
func TestKeysRestWhileSearching(t *testing.T) {
	f := newFake(arnaud)
	w, win := show(t, f, styles[0], nil)
	openLetter(w)
	press(win, '/')
	at := win.Canvas().Focused()
	if at == nil {
		t.Fatal("/ does not lead to the search")
	}
	test.Type(at, "apr")
	if top(win) != nil {
		t.Error("typing decided something")
	}
	if last := f.asked[len(f.asked)-1]; last.Text != "apr" {
		t.Errorf("searched %q", last.Text)
	}
	if text := widgets.PageText(win.Content()); !strings.Contains(text, "Nothing matches “apr”") || !strings.Contains(text, "VM-2026-0417") {
		t.Errorf("while searching the window says %q", text)
	}
}

// A colleague signs while the letter is read: the bar follows and says so, and
// the pencil stays.
func TestColleagueSignsMeanwhile(t *testing.T) {
	f := newFake(arnaud)
	l := *f.letters[entry(2)]
	f.letters[entry(2)] = &l
	w, win := show(t, f, styles[0], nil)
	w.shell.open(page.Place{Screen: page.Inbox, Request: entry(2)})
	fieldTable(win).Row(0).TypedKey(space())
	now := l
	now.Row.Signed, now.LastNeeded = 1, true
	now.History = append(slices.Clone(l.History), desk.Event{At: when("2026-06-10 10:40:00"), Kind: ledger.KindApprove, Who: &bauer, Agency: "tax", Fields: 4, Of: 5})
	f.letters[entry(2)] = &now
	w.changed(desk.Change{Height: 1288, Requests: []ledger.EntryID{entry(2)}})
	text := widgets.PageText(win.Content())
	if !strings.Contains(text, "Ingrid Bauer signed meanwhile.") || !strings.Contains(text, "Yours is the last signature needed.") {
		t.Errorf("the window says %q", text)
	}
	if fieldTable(win).Marks()[0] != widgets.Struck {
		t.Error("the pencil was lost")
	}
}

// A visa that is due is a third pip.
func TestVisaIsAThirdPip(t *testing.T) {
	f := newFake(arnaud)
	f.inbox.ToSign[0].DPO = true
	w, win := show(t, f, styles[0], nil)
	openLetter(w)
	r := find(win.Content(), func(r *widgets.RequestRow) bool { return strings.Contains(r.AccessibilityLabel(), "VM-2026-0433") })
	if r == nil || len(r.Data().Pips) != 3 || r.Data().PipText != "1/2 + DPO" {
		t.Fatalf("the row says %+v", r)
	}
}

// A signature that was kept until it was not valid any more can be signed again
// from the page that follows it.
func TestResultOffersToSignAgain(t *testing.T) {
	f := newFake(arnaud)
	f.waits, f.network.Online = true, 2
	w, win := show(t, f, styles[0], func(o *Options) {
		o.Clock = func() time.Time { return when("2026-06-18 09:00:00").Std() }
	})
	openLetter(w)
	press(win, 'p')
	f.keepSignature(true)
	f.kept[0].ID = entry(99)
	sign(t, win, "valmarine")
	again := uitest.Button(win.Content(), "Sign again")
	if again == nil {
		t.Fatalf("the page says %q", widgets.PageText(win.Content()))
	}
	again.Tapped(nil)
	f.waits = false
	sign(t, win, "valmarine")
	if len(f.signed) != 2 || len(f.kept) != 0 {
		t.Errorf("signed %d, kept %d", len(f.signed), len(f.kept))
	}
}

// Of a hundred thousand decided requests only those on screen are read.
func TestLongListReadsWhatIsOnScreen(t *testing.T) {
	f := newFake(arnaud)
	f.inbox.Decided = make([]desk.RequestRow, 100_000)
	for i := range f.inbox.Decided {
		r := row(20, "police", "Valmarine Police", "Declared income", "2024", "", 1)
		binary.BigEndian.PutUint32(r.ID[:], uint32(i+1))
		r.State = rules.Fulfilled
		f.inbox.Decided[i] = r
	}
	w, win := show(t, f, styles[0], nil)
	openLetter(w)
	f.rowsRead = 0
	find(win.Content(), func(s *widgets.Segmented) bool { return true }).Pick(2)
	if f.rowsRead == 0 || f.rowsRead > 60 {
		t.Errorf("%d rows were read for the first page", f.rowsRead)
	}
	list := find(win.Content(), func(*widgets.RequestList) bool { return true })
	list.ScrollToBottom()
	if f.rowsRead > 150 {
		t.Errorf("%d rows were read to the end of the list", f.rowsRead)
	}
	last := find(win.Content(), func(r *widgets.RequestRow) bool { return r.Visible() && r.Data().Header == "" && r.Data().Title != "" })
	if last == nil || last.Data().Title != "Valmarine Police" {
		t.Errorf("the end of the list shows %+v", last)
	}
}
