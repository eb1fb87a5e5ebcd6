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
	write("harbour")
	for _, words := range []string{"Ada Moreau", "first passphrase", "first passphrase", "Ben Osei", "second passphrase", "another"} {
		write(words)
	}
	w.env.Submit()
	if len(b.founded) != 0 {
		t.Fatal("a network was founded although a passphrase was not repeated")
	}
	picture(t, win, "first-wrong-light")
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
