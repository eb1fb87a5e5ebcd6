package ui

import (
	"testing"

	"countersign/app/widgets"
)

// A refusal goes on with a reason and words only; what is missing is said beside
// its field, once somebody wanted to go on.
func TestARefusalSaysWhatIsMissing(t *testing.T) {
	f := newFake(arnaud)
	w, win := show(t, f, styles[0], nil)
	openLetter(w)
	press(win, 'r')
	const code, words = "Choose one of them.", "A reason is needed."
	check := func(when string, want map[string]bool) {
		t.Helper()
		for text, on := range want {
			if said := find(top(win), func(p *widgets.Para) bool { return p.String() == text }) != nil; said != on {
				t.Errorf("%s: %q is said: %v", when, text, said)
			}
		}
	}
	check("at first", map[string]bool{code: false, words: false})
	w.env.Submit()
	check("with nothing", map[string]bool{code: true, words: true})
	find(top(win), func(*widgets.Choices) bool { return true }).Pick(1)
	check("with a reason", map[string]bool{code: false, words: true})
	find(top(win), func(*widgets.Input) bool { return true }).SetText("No article names these fields.")
	check("with both", map[string]bool{code: false, words: false})
}
