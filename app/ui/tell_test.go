package ui

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/page"
	"countersign/app/widgets"
	"countersign/ledger"
)

// outside is what the desktop around the window is told.
type outside struct {
	told  []string
	words []Word
	badge []int
	// forward counts how often the window was brought in front
	forward int
	now     time.Time
}

func listen(t *testing.T, f *fake) (*Window, fyne.Window, *outside) {
	t.Helper()
	out := &outside{now: clock()}
	w, win := show(t, f, styles[0], func(o *Options) {
		o.Clock = func() time.Time { return out.now }
		o.Tell = func(w Word) {
			out.told, out.words = append(out.told, w.Title+": "+w.Text), append(out.words, w)
		}
		o.Forward = func() { out.forward++ }
		o.Badge = func(n int) { out.badge = append(out.badge, n) }
	})
	return w, win, out
}

func TestNewsReachTheDesktop(t *testing.T) {
	f := newFake(arnaud)
	f.news = desk.Notices{ToSign: 7, Tell: []desk.Notice{{Pace: desk.PaceNow, Signals: []desk.Signal{{Kind: desk.NoticeDueToday, Agency: "Valmarine Police", Case: "VM-2026-0433"}}}}}
	w, _, out := listen(t, f) // asks at once: somebody has unlocked
	w.quiet([]desk.NoticeKind{desk.NoticeReceipt})
	w.changed(desk.Change{Height: 1285, Requests: []ledger.EntryID{entry(1)}})
	if len(out.told) != 1 || out.told[0] != "A request for you is due today: Valmarine Police VM-2026-0433" {
		t.Errorf("told %q", out.told)
	}
	if !slices.Contains(out.badge, 7) {
		t.Errorf("the badge counts %v", out.badge)
	}
	w.changed(desk.Change{Height: 1286, Requests: []ledger.EntryID{entry(1)}})
	if len(out.told) != 1 {
		t.Error("asked twice within a moment")
	}
	out.now = out.now.Add(newsEvery)
	w.changed(desk.Change{Height: 1287, Requests: []ledger.EntryID{entry(1)}})
	if len(out.told) != 2 {
		t.Error("not asked again")
	}
	if f.told != arnaud.ID || len(f.unwanted) != 1 || f.unwanted[0] != desk.NoticeReceipt {
		t.Errorf("asked for %s without %v", f.told, f.unwanted)
	}
}

func TestAWordThatIsPressedLeadsToItsLetter(t *testing.T) {
	f := newFake(arnaud)
	word := desk.Notices{Tell: []desk.Notice{{Pace: desk.PaceNow, Signals: []desk.Signal{{Kind: desk.NoticeDueToday, Request: entry(3)}}}}}
	f.news = word
	w, win, out := listen(t, f)
	w.lookForNews()
	w.shell.open(page.Place{Screen: page.Network})
	out.words[0].Pressed()
	if w.shell.place.Screen != page.Inbox || w.shell.place.Request != entry(3) || out.forward != 1 {
		t.Errorf("it led to %+v, and the window came forward %d times", w.shell.place, out.forward)
	}
	w.shell.open(page.Place{Screen: page.Network})
	w.lockNow()
	out.words[0].Pressed()
	if w.shell != nil || out.forward != 2 || strings.Contains(widgets.PageText(win.Content()), "VM-") {
		t.Error("pressing a word opened a locked desk")
	}
	f.open = true
	w.enter()
	if w.shell.place.Screen != page.Inbox || w.shell.place.Request != entry(3) {
		t.Errorf("after unlocking stands %+v", w.shell.place)
	}
	w.shell.showKeys()
	w.shell.place = page.Place{Screen: page.Network}
	out.words[0].Pressed()
	if w.shell.place.Screen != page.Network {
		t.Error("the page below an open dialog was changed")
	}
}

func TestTheNumberToSignStandsWhicheverScreenIsInFront(t *testing.T) {
	f := newFake(arnaud)
	w, _, out := listen(t, f)
	w.shell.open(page.Place{Screen: page.Network})
	w.lockNow()
	f.news, f.open = desk.Notices{ToSign: 5}, true
	w.enter()
	if n := out.badge[len(out.badge)-1]; w.shell.place.Screen != page.Network || n != 5 {
		t.Errorf("on %s the badge counts %v", w.shell.place.Screen, out.badge)
	}
}

func TestTheBadgeGoesWhenTheDeskLocks(t *testing.T) {
	f := newFake(arnaud)
	f.news.ToSign = len(f.inbox.ToSign)
	w, _, out := listen(t, f)
	if n := out.badge[len(out.badge)-1]; n != len(f.inbox.ToSign) {
		t.Errorf("the badge counts %v", out.badge)
	}
	w.lockNow()
	if n := out.badge[len(out.badge)-1]; n != 0 {
		t.Errorf("a locked desk counts %v", out.badge)
	}
	f.news = desk.Notices{Tell: []desk.Notice{{Pace: desk.PaceNow, Signals: []desk.Signal{{Kind: desk.NoticeKey, Key: "k"}}}}}
	w.lookForNews()
	if len(out.told) != 1 || !strings.HasPrefix(out.told[0], "Your key is suspect: ") || f.told != arnaud.ID {
		t.Errorf("told %q", out.told)
	}
}

func TestACrashIsSaidUntilItIsClosed(t *testing.T) {
	for _, st := range styles {
		t.Run(st.name, func(t *testing.T) {
			f := newFake(arnaud)
			f.open = false
			dismissed, opened := 0, 0
			w, win := show(t, f, st, func(o *Options) {
				o.Crash = &Crash{Reference: "1A5C9C", Text: "Countersign crash report, format 1",
					OpenFolder: func() error { opened++; return errors.New("no program opens folders here") }, Dismiss: func() error { dismissed++; return nil }}
			})
			picture(t, win, "crash-"+st.name)
			win.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyEscape})
			if dismissed != 1 || win.Canvas().Overlays().Top() != nil || opened != 0 {
				t.Errorf("dismissed %d times", dismissed)
			}
			w.sayCrash()
			if win.Canvas().Overlays().Top() != nil {
				t.Error("said again")
			}
		})
	}
}

func TestALanguageHoldsAtOnceEverywhere(t *testing.T) {
	f := newFake(arnaud)
	var spoken []i18n.Lang
	w, win := show(t, f, styles[0], func(o *Options) { o.Spoken = func(l i18n.Lang) { spoken = append(spoken, l) } })
	w.shell.open(page.Place{Screen: page.Settings, Section: "look"})
	for _, l := range []i18n.Lang{i18n.French, i18n.Chinese, i18n.English} {
		s := w.settings.Settings
		s.Language = l
		w.apply(s)
		text := widgets.PageText(win.Content())
		m := w.opt.Messages.In(l)
		for _, key := range []string{"settings.look", "nav.inbox", "role.approver", "status.in_sync", "settings.reduce_motion"} {
			if !strings.Contains(text, m.T(key)) {
				t.Errorf("%s: the window does not say %q", l, m.T(key))
			}
		}
		if f.language != string(l) || spoken[len(spoken)-1] != l {
			t.Errorf("the desk writes %q, others speak %v", f.language, spoken)
		}
		openLetter(w)
		if text := widgets.PageText(win.Content()); !strings.Contains(text, m.DayMonth(when("2026-06-18 08:00:00").Std().In(zone))) && !strings.Contains(text, m.Date(when("2026-06-18 08:00:00").Std().In(zone))) {
			t.Errorf("%s: the letter's dates are in another language: %q", l, text)
		}
		w.shell.open(page.Place{Screen: page.Settings, Section: "look"})
	}
	w.lockNow()
	if text := widgets.PageText(win.Content()); !strings.Contains(text, "Unlock") {
		t.Errorf("the locked window says %q", text)
	}
}
