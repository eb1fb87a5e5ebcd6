package ui

import (
	"context"
	"errors"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"countersign/app/ui/first"
	"countersign/app/ui/look"
)

// beginning makes nothing and remembers what it was asked for.
type beginning struct{ founded []first.Agency }

func (b *beginning) Check(a first.Agency) (code, title error) {
	if a.Code == "" {
		code = errors.New("no code")
	}
	if a.Title == "" {
		title = errors.New("no title")
	}
	return code, title
}

func (b *beginning) CheckInvitation(text string) error {
	if text != "an invitation" {
		return errors.New("no invitation")
	}
	return nil
}

func (b *beginning) Found(_ context.Context, a first.Agency) error {
	b.founded = append(b.founded, a)
	return nil
}

func (b *beginning) Join(context.Context, string, *first.Agency, func(context.Context, [6]string) (bool, error)) error {
	return nil
}

func (b *beginning) Demo() error { return nil }

func opening(t *testing.T, st style, b *beginning) (*Window, fyne.Window) {
	t.Helper()
	m, scheme, win := stage(t, st)
	w := begin(Options{Window: win, Messages: m, Clock: clock, Zone: zone, System: st.lang,
		Store: &kept{Settings{Settings: look.Settings{Scheme: scheme, Scale: 1, ReduceMotion: true}}}, Work: atOnce}, b, "0.1.0", func() {})
	t.Cleanup(w.end)
	win.Resize(fyne.NewSize(1280, 800))
	return w, win
}

func TestFirstPage(t *testing.T) {
	for _, st := range styles {
		t.Run(st.name, func(t *testing.T) {
			_, win := opening(t, st, new(beginning))
			picture(t, win, "first-"+st.name)
		})
	}
}

func TestNothingIsFoundedWhileTheFormIsWrong(t *testing.T) {
	b := new(beginning)
	w, win := opening(t, styles[0], b)
	press(win, '2')
	c := win.Canvas()
	write := func(text string) {
		test.Type(c.Focused(), text)
		c.FocusNext()
	}
	write("Harbour Office")
	write("") // the code is proposed
	for _, words := range []string{"Ada Moreau", "first passphrase", "first passphrase", "Ben Osei", "second passphrase", "another"} {
		write(words)
	}
	w.env.Submit()
	if len(b.founded) != 0 {
		t.Fatal("a network was founded although a passphrase was not repeated")
	}
	picture(t, win, "first-wrong-light")
}

// The code is proposed from the title for as long as nobody has written another;
// each administrator needs a passphrase of their own; what is wrong is said until
// it is written anew.
func TestTheFormHelpsWhoFounds(t *testing.T) {
	for title, code := range map[string]string{"Harbour Office": "harbour", "Préfecture de police": "prefecture", "  Health Fund": "health",
		"Line 4 & 5": "line", "税务局": "", "O’Hara Trust": "ohara", "": ""} {
		b := new(beginning)
		w, win := opening(t, styles[0], b)
		press(win, '2')
		c := win.Canvas()
		write := func(text string) {
			test.Type(c.Focused(), text)
			c.FocusNext()
		}
		write(title)
		for _, words := range []string{"", "Ada Moreau", "first passphrase", "first passphrase", "Ben Osei", "first passphrase", "first passphrase"} {
			write(words)
		}
		w.env.Submit()
		if len(b.founded) != 0 {
			t.Fatalf("%q: two administrators have one passphrase", title)
		}
		for typedIn(c) != "Ben Osei" { // once around
			c.FocusNext()
		}
		c.FocusNext()
		write("+")
		write("+")
		w.env.Submit()
		switch {
		case code == "" && len(b.founded) != 0:
			t.Errorf("%q: founded without a code", title)
		case code != "" && (len(b.founded) != 1 || b.founded[0].Code != code):
			t.Errorf("%q: founded %+v, not %s", title, b.founded, code)
		}
	}
}

// typedIn is the text in what has the focus.
func typedIn(c fyne.Canvas) string {
	if f, ok := c.Focused().(interface{ Typed() string }); ok {
		return f.Typed()
	}
	return ""
}

func TestACodeThatWasWrittenStays(t *testing.T) {
	_, win := opening(t, styles[0], new(beginning))
	press(win, '2')
	c := win.Canvas()
	test.Type(c.Focused(), "Harbour")
	c.FocusNext()
	test.Type(c.Focused(), "-office")
	c.FocusPrevious()
	test.Type(c.Focused(), " Board")
	c.FocusNext()
	if got := typedIn(c); got != "harbour-office" {
		t.Errorf("the code is %q", got)
	}
}

// A page that stands before there is a desk can be copied as text like any other.
func TestFirstPageIsCopiedAsText(t *testing.T) {
	m, _, plain := stage(t, styles[0])
	win := &keyed{Window: plain}
	w := begin(Options{Window: win, Messages: m, Clock: clock, Zone: zone, System: styles[0].lang, Store: &kept{}, Work: atOnce}, new(beginning), "0.1.0", func() {})
	t.Cleanup(w.end)
	strike(win, "Ctrl Shift C")
	if got := fyne.CurrentApp().Clipboard().Content(); !strings.Contains(got, "Join with an invitation") {
		t.Errorf("copied %q", got)
	}
}
