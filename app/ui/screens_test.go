package ui

import (
	"context"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/look"
	"countersign/app/ui/page"
	"countersign/app/ui/uitest"
	"countersign/app/ui/unlock"
	"countersign/app/widgets"
	"countersign/ledger"
)

// kept is a store in memory.
type kept struct{ s Settings }

func (k *kept) Load() Settings        { return k.s }
func (k *kept) Save(s Settings) error { k.s = s; return nil }

type style struct {
	name string
	lang i18n.Lang
	dark bool
}

var styles = []style{{"light", i18n.English, false}, {"dark", i18n.English, true}, {"fr", i18n.French, false}, {"zh", i18n.Chinese, false}}

// atOnce works where it stands.
func atOnce(ctx context.Context, job func(context.Context) func()) {
	if show := job(ctx); show != nil {
		show()
	}
}

// show opens a window over a fake desk at the size of the design's pictures.
func show(t *testing.T, f *fake, st style, change func(*Options)) (*Window, fyne.Window) {
	t.Helper()
	m, scheme, win := stage(t, st)
	win.Resize(fyne.NewSize(1280, 800))
	opt := Options{Window: win, Desk: f, Messages: m, Clock: clock, Zone: zone, System: st.lang,
		Store: &kept{Settings{Settings: look.Settings{Scheme: scheme, Scale: 1, ReduceMotion: true}, Known: map[desk.OfficialID]unlock.Known{
			arnaud.ID: {Name: "Hélène Arnaud", Title: "Disclosure officer", Agency: "Tax Service"}, okafor.ID: {Name: "Tomás Okafor", Title: "Legal counsel", Agency: "Tax Service"}}}},
		Work: atOnce}
	if change != nil {
		change(&opt)
	}
	w := New(opt)
	w.toasts = widgets.NewToasts(time.Hour) // they go away on a goroutine that would draw beside a later test
	w.Show()
	t.Cleanup(w.Close)
	win.Resize(fyne.NewSize(1280, 800))
	return w, win
}

// stage is an application with an empty window, in the colours of a style.
func stage(t *testing.T, st style) (m *i18n.Messages, scheme widgets.Scheme, win fyne.Window) {
	t.Helper()
	m, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	scheme = widgets.SchemeLight
	if st.dark {
		scheme = widgets.SchemeDark
	}
	// At once: what still moves in an earlier test's window would have fonts of
	// the toolkit's own theme kept for all.
	test.NewTempApp(t).Settings().SetTheme(widgets.NewTheme(widgets.Look{Scheme: scheme, Scale: 1, ReduceMotion: true}))
	return m, scheme, test.NewTempWindow(t, widgets.NewBox(widgets.Bg))
}

// picture compares the whole window with its master.
func picture(t *testing.T, win fyne.Window, name string) {
	t.Helper()
	win.Content().Refresh()
	test.AssertRendersToImage(t, name+".png", win.Canvas())
}

func each(t *testing.T, me desk.Person, name string, do func(t *testing.T, f *fake, w *Window, win fyne.Window)) {
	for _, st := range styles {
		t.Run(st.name, func(t *testing.T) {
			f := newFake(me)
			w, win := show(t, f, st, nil)
			do(t, f, w, win)
			picture(t, win, name+"-"+st.name)
		})
	}
}

func openLetter(w *Window) {
	w.shell.open(page.Place{Screen: page.Inbox, Request: entry(3)})
}

func press(win fyne.Window, r rune) { win.Canvas().OnTypedRune()(r) }

func TestUnlockPage(t *testing.T) {
	for _, st := range styles {
		t.Run(st.name, func(t *testing.T) {
			f := newFake(arnaud)
			f.open = false
			_, win := show(t, f, st, nil)
			picture(t, win, "unlock-"+st.name)
		})
	}
}

// Where no administrator's key works any more, two people can offer themselves
// before anybody has unlocked.
func TestLockedDeskOffersNewAdministratorsWhereAllAreLost(t *testing.T) {
	for _, st := range styles {
		f := newFake(arnaud)
		f.open, f.lost = false, true
		w, win := show(t, f, st, nil)
		picture(t, win, "unlock-lost-"+st.name)
		b := uitest.Button(win.Content(), w.env.T("members.offer_admins"))
		if b == nil {
			t.Fatal("nothing can be done about it")
		}
		b.Tapped(nil)
		if d, ok := top(win).(*widgets.Dialog); !ok || !strings.Contains(widgets.PageText(d), w.env.T("members.offer_make")) {
			t.Fatalf("%s: no page for an offer: %v", st.name, top(win))
		}
	}
	f := newFake(arnaud)
	f.open, f.lost, f.fail = false, true, desk.ErrSealed
	w, win := show(t, f, styles[0], nil)
	if text := widgets.PageText(win.Content()); uitest.Button(win.Content(), w.env.T("members.offer_admins")) != nil || !strings.Contains(text, w.env.T("members.lost_sealed")) {
		t.Errorf("a desktop whose own key is closed says %q", text)
	}
	f = newFake(arnaud)
	f.open = false
	w, win = show(t, f, styles[0], nil)
	w.changed(desk.Change{People: true})
	if uitest.Button(win.Content(), w.env.T("members.offer_admins")) != nil {
		t.Error("it is offered although administrators are there")
	}
}

func TestInboxPage(t *testing.T) {
	each(t, arnaud, "inbox", func(t *testing.T, f *fake, w *Window, win fyne.Window) { openLetter(w) })
}

func TestSignPage(t *testing.T) {
	each(t, arnaud, "sign", func(t *testing.T, f *fake, w *Window, win fyne.Window) {
		openLetter(w)
		press(win, 'p')
	})
}

func TestRefusePage(t *testing.T) {
	each(t, arnaud, "refuse", func(t *testing.T, f *fake, w *Window, win fyne.Window) {
		openLetter(w)
		press(win, 'r')
	})
}

// sign signs the page that is open with the passphrase.
func sign(t *testing.T, win fyne.Window, passphrase string) {
	t.Helper()
	f := win.Canvas().Focused()
	if f == nil {
		t.Fatal("nothing has the focus")
	}
	test.Type(f, passphrase)
	f.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
}

func TestSignedPage(t *testing.T) {
	each(t, arnaud, "signed", func(t *testing.T, f *fake, w *Window, win fyne.Window) {
		openLetter(w)
		press(win, 'p')
		sign(t, win, "valmarine")
		if len(f.signed) != 1 || f.signed[0].Kind != desk.ActApprove || len(f.signed[0].Fields) != 4 {
			t.Fatalf("signed %+v", f.signed)
		}
	})
}

func TestDeliveredPage(t *testing.T) {
	each(t, arnaud, "delivered", func(t *testing.T, f *fake, w *Window, win fyne.Window) {
		openLetter(w)
		press(win, 'p')
		sign(t, win, "valmarine")
		f.receipt(entry(3))
		w.changed(desk.Change{Height: 1285, Requests: []ledger.EntryID{entry(3)}})
	})
}

func TestInboxAtDoubleTextSize(t *testing.T) {
	f := newFake(arnaud)
	w, win := show(t, f, styles[0], func(o *Options) {
		k := o.Store.(*kept)
		k.s.Scale = 2
	})
	win.Resize(fyne.NewSize(1280, 1000))
	openLetter(w)
	picture(t, win, "inbox-200")
}

func TestInboxInANarrowWindow(t *testing.T) {
	f := newFake(arnaud)
	w, win := show(t, f, styles[0], nil)
	win.Resize(fyne.NewSize(900, 700))
	openLetter(w)
	picture(t, win, "inbox-narrow")
}

func TestKeptPage(t *testing.T) {
	f := newFake(arnaud)
	f.waits, f.network.Online = true, 2
	w, win := show(t, f, styles[0], nil)
	openLetter(w)
	press(win, 'p')
	sign(t, win, "valmarine")
	picture(t, win, "kept-light")
}

func TestWrongPassphraseSignsNothing(t *testing.T) {
	f := newFake(arnaud)
	w, win := show(t, f, styles[0], nil)
	openLetter(w)
	press(win, 'p')
	sign(t, win, "wrong")
	if len(f.signed) != 0 {
		t.Fatalf("signed %+v", f.signed)
	}
	picture(t, win, "sign-wrong-light")
}

func TestSingleKeysRestWhileADialogIsOpen(t *testing.T) {
	f := newFake(arnaud)
	w, win := show(t, f, styles[0], nil)
	openLetter(w)
	press(win, 'p')
	open := len(win.Canvas().Overlays().List())
	press(win, 'r')
	press(win, 'g')
	press(win, 'n')
	if n := len(win.Canvas().Overlays().List()); n != open || w.shell.place.Screen != page.Inbox {
		t.Errorf("keys went through the dialog: %d overlays instead of %d, screen %s", n, open, w.shell.place.Screen)
	}
}

func TestLockingTakesEverythingFromTheWindow(t *testing.T) {
	f := newFake(arnaud)
	w, win := show(t, f, styles[0], nil)
	openLetter(w)
	w.lockNow()
	if f.open {
		t.Error("the desk is still open")
	}
	if text := widgets.PageText(win.Content()); strings.Contains(text, "VM-2026-0417") {
		t.Errorf("the locked window still says %q", text)
	}
}

func TestNamesOfWhoIsHereStayForTheNextTime(t *testing.T) {
	f := newFake(bauer)
	store := new(kept)
	show(t, f, styles[0], func(o *Options) { o.Store = store })
	if k := store.s.Known[bauer.ID]; k.Name != "Ingrid Bauer" || store.s.Last != bauer.ID {
		t.Errorf("remembered %+v", store.s)
	}
}
