package ui

import (
	"strings"
	"testing"

	"countersign/app/i18n"
	"countersign/app/ui/look"
	"countersign/app/widgets"

	"fyne.io/fyne/v2/test"
)

func TestStartingCitySaysEachStep(t *testing.T) {
	m, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range i18n.Langs() {
		test.NewTempApp(t)
		win := test.NewTempWindow(t, widgets.NewBox(widgets.Bg))
		step := Starting(Options{Window: win, Messages: m, Clock: clock, Zone: zone, System: l, Store: &kept{Settings{Settings: look.Settings{Scale: 1}}}})
		words := m.In(l)
		if text := widgets.PageText(win.Content()); !strings.Contains(text, words.T("starting.begin")) {
			t.Errorf("%s: before the first step: %s", l, text)
		}
		for i, name := range []string{"found", "furnish", "past", "desks", "start", "together"} {
			step(name, i+1, 6)
			want := words.T("starting.step", i18n.P{"at": i + 1, "of": 6, "step": words.T("starting." + name)})
			if text := widgets.PageText(win.Content()); !strings.Contains(text, want) {
				t.Errorf("%s: %q is not in: %s", l, want, text)
			}
		}
	}
}
