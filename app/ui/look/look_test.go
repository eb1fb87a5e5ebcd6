package look_test

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"countersign/app/i18n"
	"countersign/app/ui/look"
	"countersign/app/ui/page"
	"countersign/app/ui/uitest"
	"countersign/app/widgets"
)

func TestAChoiceHoldsAtOnce(t *testing.T) {
	s := uitest.New(t, i18n.English, widgets.SchemeLight)
	now := look.Settings{Scale: 1}
	s.Show(look.New(s.Env, func() look.Settings { return now }, func(v look.Settings) { now = v }, false), page.Place{})
	uitest.Turn(t, s, "Reduce motion")
	uitest.Turn(t, s, "Single-key shortcuts")
	uitest.Turn(t, s, "Hide subjects until asked")
	if !now.ReduceMotion || !now.CtrlKeysOnly || !now.ShowSubjects {
		t.Fatalf("set %+v", now)
	}
}

func TestDatesAndNumbersAreChosenByExample(t *testing.T) {
	s := uitest.New(t, i18n.English, widgets.SchemeLight)
	now := look.Settings{Scale: 1}
	s.Show(look.New(s.Env, func() look.Settings { return now }, func(v look.Settings) { now = v }, false), page.Place{})
	for _, c := range []struct{ first, pick string }{{"Thu\u00a011\u00a0June\u00a02026, 14:32", "Thu\u00a02026-06-11, 14:32"}, {"1,284.50", "1.284,50"}} {
		found := false
		uitest.Walk(s.Window.Content(), func(o fyne.CanvasObject) {
			if choice, ok := o.(*widget.Select); ok && choice.Selected == c.first {
				found = true
				choice.SetSelected(c.pick)
			}
		})
		if !found {
			t.Errorf("nothing is written as %q", c.first)
		}
	}
	if want := (i18n.Forms{Dates: i18n.DatesISO, Numbers: i18n.NumbersPoint}); now.Forms != want {
		t.Errorf("set %+v", now.Forms)
	}
}

func TestWhatTheAgencySetsCannotBeSetHere(t *testing.T) {
	s := uitest.New(t, i18n.English, widgets.SchemeLight)
	s.Show(look.New(s.Env, func() look.Settings { return look.Settings{Scale: 1, ShowSubjects: true} }, func(look.Settings) { t.Error("it was set") }, true), page.Place{})
	if text := s.Text(); !strings.Contains(text, "Set by your agency.") {
		t.Errorf("the page says %q", text)
	}
	uitest.Turn(t, s, "Hide subjects until asked")
}

func TestLookOnScreen(t *testing.T) {
	for _, l := range uitest.Looks() {
		t.Run(l.Name, func(t *testing.T) {
			s := uitest.New(t, l.Lang, l.Scheme)
			s.Room = fyne.NewSize(872, 800) // beside rail and index
			s.Show(look.New(s.Env, func() look.Settings { return look.Settings{Scale: 1, Scheme: l.Scheme} }, func(look.Settings) {}, true), page.Place{})
			s.Picture(t, "look-"+l.Name)
		})
	}
}
