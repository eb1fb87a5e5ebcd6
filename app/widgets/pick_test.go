package widgets

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
)

// A line with a choice says what is chosen by a person, not what it is given, shows where the
// keyboard is without covering its words, and hands on the keys it does not use.
func TestAPickIsUsedByKeys(t *testing.T) {
	for _, scheme := range []Scheme{SchemeLight, SchemeDark} {
		test.NewTempApp(t).Settings().SetTheme(NewTheme(Look{Scheme: scheme}))
		var picked []int
		p := NewPick("", []string{"2 minutes", "5 minutes", "10 minutes"}, func(i int) { picked = append(picked, i) }).Mark(1)
		win := test.NewTempWindow(t, Pad(10, p))
		win.Resize(fyne.NewSize(260, 60))
		if p.Selected() != "5 minutes" || len(picked) != 0 {
			t.Fatalf("given %q, picked %v", p.Selected(), picked)
		}
		handed := ""
		win.Canvas().SetOnTypedKey(func(k *fyne.KeyEvent) { handed += string(k.Name) })
		win.Canvas().SetOnTypedRune(func(r rune) { handed += string(r) })
		win.Canvas().Focus(p.Focus())
		name := "pick-light"
		if scheme == SchemeDark {
			name = "pick-dark"
		}
		test.AssertImageMatches(t, name+".png", win.Canvas().Capture())
		p.Focus().TypedKey(&fyne.KeyEvent{Name: fyne.KeyRight})
		p.Focus().TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
		p.Focus().TypedRune('?')
		if len(picked) != 1 || picked[0] != 2 || handed != "Escape?" {
			t.Errorf("picked %v, handed on %q", picked, handed)
		}
		if p.Focus().TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn}); win.Canvas().Overlays().Top() == nil {
			t.Error("Enter opens no list")
		}
	}
}
