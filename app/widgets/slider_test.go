package widgets

import (
	"slices"
	"strconv"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
)

// told is what a slider has told.
type told struct {
	n       int
	settled bool
}

func slider(t *testing.T, value int) (*Slider, *[]told) {
	t.Helper()
	test.NewTempApp(t).Settings().SetTheme(NewTheme(Look{Scheme: SchemeLight}))
	var all []told
	s := NewSlider("Text size", value, 5, []int{100, 125, 150, 175, 200}, func(n int) string { return strconv.Itoa(n) + " %" }, func(n int, settled bool) {
		all = append(all, told{n, settled})
	})
	win := test.NewTempWindow(t, s)
	win.SetPadded(false)
	win.Resize(fyne.NewSize(420, 60)) // the middle of the knob goes from 10 to 410
	return s, &all
}

func TestASliderIsMovedByKeys(t *testing.T) {
	s, all := slider(t, 100)
	for _, c := range []struct {
		key  fyne.KeyName
		want int
	}{{fyne.KeyRight, 105}, {fyne.KeyUp, 110}, {fyne.KeyLeft, 105}, {fyne.KeyPageUp, 125}, {fyne.KeyPageUp, 150}, {fyne.KeyPageDown, 125}, {fyne.KeyEnd, 200}, {fyne.KeyRight, 200}, {fyne.KeyHome, 100},
		{fyne.KeyDown, 100}} {
		if s.TypedKey(&fyne.KeyEvent{Name: c.key}); s.Value() != c.want {
			t.Fatalf("%s moves it to %d, want %d", c.key, s.Value(), c.want)
		}
	}
	if len(*all) != 8 || slices.ContainsFunc(*all, func(x told) bool { return !x.settled }) { // at its ends it tells nothing
		t.Errorf("told %v", *all)
	}
	if s.AccessibilityLabel() != "Text size, 100 %" {
		t.Errorf("it says %q", s.AccessibilityLabel())
	}
}

func TestASliderIsPressedAndDrawn(t *testing.T) {
	s, all := slider(t, 100)
	s.Tapped(&fyne.PointEvent{Position: fyne.NewPos(211, 10)})
	if s.Value() != 150 || !s.Focused() {
		t.Fatalf("pressed in its middle it stands at %d, with the focus: %v", s.Value(), s.Focused())
	}
	for range 10 { // a pointer is drawn by a few pixels at a time
		s.Dragged(&fyne.DragEvent{Dragged: fyne.NewDelta(9.7, 3)})
	}
	if s.Value() != 175 {
		t.Errorf("drawn by 97 it stands at %d", s.Value())
	}
	if last := (*all)[len(*all)-1]; last != (told{175, false}) {
		t.Errorf("while it is drawn it tells %v", last)
	}
	s.DragEnd()
	if last := (*all)[len(*all)-1]; last != (told{175, true}) {
		t.Errorf("let go it tells %v", last)
	}
	s.Dragged(&fyne.DragEvent{Dragged: fyne.NewDelta(-2000, 0)})
	s.DragEnd()
	if s.Value() != 100 {
		t.Errorf("drawn past its end it stands at %d", s.Value())
	}
	s.Disable()
	s.Tapped(&fyne.PointEvent{Position: fyne.NewPos(400, 10)})
	if s.Value() != 100 {
		t.Error("it can be moved while it is off")
	}
}

func TestASliderStartsWithinItsEnds(t *testing.T) {
	for given, want := range map[int]int{0: 100, 100: 100, 133: 135, 500: 200, -4: 100} {
		if s, _ := slider(t, given); s.Value() != want {
			t.Errorf("%d is shown as %d", given, s.Value())
		}
	}
}

// Rows become higher with the text, at once: a list is not filled anew for that.
func TestRowsBecomeHigherWithTheText(t *testing.T) {
	a := test.NewTempApp(t)
	for name, fill := range map[string]func(*RequestList){
		"rows": func(l *RequestList) { l.SetRows([]RowData{{Header: "Today"}, {Title: "Police"}}, 1) },
		"long": func(l *RequestList) {
			l.SetLong(2, func(i int) RowData { return []RowData{{Header: "Today"}, {Title: "Police"}}[i] }, []int{0}, 1)
		},
	} {
		a.Settings().SetTheme(NewTheme(Look{Scheme: SchemeLight}))
		l := NewRequestList(TimelineHeight, func(int) {})
		win := test.NewTempWindow(t, l)
		win.Resize(fyne.NewSize(400, 400))
		fill(l)
		small := []float32{l.on[0].Size().Height, l.on[1].Size().Height}
		a.Settings().SetTheme(NewTheme(Look{Scheme: SchemeLight, Scale: 2}))
		l.Refresh()
		for i, was := range small {
			if is := l.on[i].Size().Height; is < 1.9*was || is > 2.2*was {
				t.Errorf("%s: line %d is %v high at twice the text, and was %v", name, i, is, was)
			}
		}
	}
}
