package look_test

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"countersign/app/i18n"
	"countersign/app/ui/look"
	"countersign/app/ui/page"
	"countersign/app/ui/uitest"
	"countersign/app/widgets"
)

// hooks set what is at now.
func hooks(now *look.Settings) look.Hooks {
	set := func(v look.Settings) { *now = v }
	return look.Hooks{Get: func() look.Settings { return *now }, Apply: set, Preview: set}
}

// The text grows while the knob is drawn, is kept when it is let go, and its size
// stands beside its name.
func TestTheTextSizeIsDrawn(t *testing.T) {
	s := uitest.New(t, i18n.English, widgets.SchemeLight)
	now := look.Settings{Scale: 1.25}
	var shown, kept []float32
	h := hooks(&now)
	h.Preview = func(v look.Settings) { shown = append(shown, v.Scale) }
	h.Apply = func(v look.Settings) { kept = append(kept, v.Scale) }
	s.Show(look.New(s.Env, h, false), page.Place{})
	var slider *widgets.Slider
	uitest.Walk(s.Window.Content(), func(o fyne.CanvasObject) {
		if found, ok := o.(*widgets.Slider); ok {
			slider = found
		}
	})
	if slider == nil || slider.Value() != 125 || !strings.Contains(s.Text(), "125\u00a0%") {
		t.Fatalf("the page says %q", s.Text())
	}
	slider.Dragged(&fyne.DragEvent{Dragged: fyne.NewDelta(5000, 0)})
	if len(shown) != 1 || shown[0] != 2 || len(kept) != 0 || !strings.Contains(s.Text(), "200\u00a0%") {
		t.Errorf("while it is drawn: shown %v, kept %v", shown, kept)
	}
	if slider.DragEnd(); len(kept) != 1 || kept[0] != 2 {
		t.Errorf("let go: kept %v", kept)
	}
	if slider.TypedKey(&fyne.KeyEvent{Name: fyne.KeyPageDown}); kept[len(kept)-1] != 1.75 || !strings.Contains(s.Text(), "175\u00a0%") {
		t.Errorf("by the keyboard: kept %v", kept)
	}
}

func TestAChoiceHoldsAtOnce(t *testing.T) {
	s := uitest.New(t, i18n.English, widgets.SchemeLight)
	now := look.Settings{Scale: 1}
	s.Show(look.New(s.Env, hooks(&now), false), page.Place{})
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
	s.Show(look.New(s.Env, hooks(&now), false), page.Place{})
	for _, c := range []struct{ first, pick string }{{"Thu\u00a011\u00a0June\u00a02026, 14:32", "Thu\u00a02026-06-11, 14:32"}, {"1,284.50", "1.284,50"}} {
		found := false
		uitest.Walk(s.Window.Content(), func(o fyne.CanvasObject) {
			if choice, ok := o.(*widgets.Pick); ok && choice.Selected() == c.first {
				found = true
				for i := 0; choice.Selected() != c.pick && i < 4; i++ {
					choice.Choose(i)
				}
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
	s.Show(look.New(s.Env, look.Hooks{Get: func() look.Settings { return look.Settings{Scale: 1, ShowSubjects: true} }, Apply: func(look.Settings) { t.Error("it was set") }}, true), page.Place{})
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
			s.Show(look.New(s.Env, hooks(&look.Settings{Scale: 1, Scheme: l.Scheme}), true), page.Place{})
			s.Picture(t, "look-"+l.Name)
		})
	}
}

// At twice the text nothing stands beside the page, where nobody would find it.
func TestEverythingIsReachedAtTwiceTheText(t *testing.T) {
	for _, l := range uitest.Looks() {
		t.Run(l.Name, func(t *testing.T) {
			s := uitest.New(t, l.Lang, l.Scheme)
			fyne.CurrentApp().Settings().SetTheme(widgets.NewTheme(widgets.Look{Scheme: l.Scheme, Scale: 2, ReduceMotion: true}))
			s.Room = fyne.NewSize(872, 1700)
			s.Show(look.New(s.Env, hooks(&look.Settings{Scale: 2, Scheme: l.Scheme}), false), page.Place{})
			s.Picture(t, "large-"+l.Name)
			seen := 0
			uitest.Walk(s.Window.Content(), func(o fyne.CanvasObject) {
				if _, ok := o.(fyne.Focusable); !ok {
					return
				}
				seen++
				if right := fyne.CurrentApp().Driver().AbsolutePositionForObject(o).X + o.Size().Width; right > s.Room.Width {
					t.Errorf("a %T ends at %v of %v", o, right, s.Room.Width)
				}
			})
			if seen < 10 {
				t.Errorf("only %d things can have the focus", seen)
			}
		})
	}
}
