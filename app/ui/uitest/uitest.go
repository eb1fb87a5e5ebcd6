// Package uitest shows screens to tests: in one window, in a language and a
// scheme, at a clock that stands still, with work done at once. It knows no
// screen and no desk; every test brings its own fixed one. Only tests import it.
package uitest

import (
	"context"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/page"
	"countersign/app/widgets"
)

// Size is the room beside the rail of a window of 1280 by 800.
var Size = fyne.NewSize(1080, 800)

// Zone is the time zone of the tests' officials.
var Zone = time.FixedZone("CEST", 2*60*60)

// Now is when the tests happen: Thursday 11 June 2026, 14:32.
func Now() time.Time { return time.Date(2026, 6, 11, 14, 32, 0, 0, Zone) }

// At is a ledger time so long before (negative) or after Now.
func At(after time.Duration) desk.Time { return desk.Time(Now().Add(after).UnixMilli()) }

// Stage is a window with what its screen is given, and what the screen did to it.
type Stage struct {
	Env    *page.Env
	Window fyne.Window
	Room   fyne.Size    // of the screen; Size at first
	Went   []page.Place // where the screen led to
	Said   []string     // the words at the lower edge
	Copied []string     // what was put on the clipboard
	SaveTo string       // the answer to "save as"; empty: the person cancels
	File   []byte       // the answer to "open"; nil: the person cancels
}

// New sets a stage in a language and a scheme.
func New(t *testing.T, lang i18n.Lang, scheme widgets.Scheme) *Stage {
	t.Helper()
	messages, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	a := test.NewTempApp(t)
	a.Settings().SetTheme(widgets.NewTheme(widgets.Look{Scheme: scheme, ReduceMotion: true}))
	s := &Stage{Window: test.NewTempWindow(t, widgets.Spring()), Room: Size}
	s.Window.SetPadded(false)
	s.Window.Resize(Size)
	s.Env = &page.Env{
		Locale: messages.In(lang), Canvas: s.Window.Canvas(), Zone: Zone, Clock: Now,
		Work: func(job func(ctx context.Context) func()) {
			if show := job(context.Background()); show != nil {
				show()
			}
		},
		Go:     func(p page.Place) { s.Went = append(s.Went, p) },
		Say:    func(_ widgets.Tone, text string) { s.Said = append(s.Said, text) },
		Offer:  func(text, _, _ string, _ func()) { s.Said = append(s.Said, text) },
		Undo:   &page.Undo{},
		Copy:   func(text string) { s.Copied = append(s.Copied, text) },
		SaveAs: func(_ string, done func(path string)) { s.save(done) },
		OpenFile: func(done func(name string, content []byte)) {
			if s.File != nil {
				done("subjects.csv", s.File)
			}
		},
		Me:     desk.Person{ID: desk.OfficialID{1}, Agency: "valmarine-police", Name: "Marco Vidal", Title: "Inspector", Unit: "Financial Crime Unit"},
		Agency: "Valmarine Police", Rehearsal: true,
	}
	return s
}

func (s *Stage) save(done func(path string)) {
	if s.SaveTo != "" {
		done(s.SaveTo)
	}
}

// Show brings a screen to the front.
func (s *Stage) Show(screen page.Screen, place page.Place) {
	s.Window.SetContent(page.Grounded(screen.Content()))
	s.Window.Resize(s.Room)
	screen.Open(place)
	s.Settle()
}

// Settle lets what depends on the width find its place, as the first frame does on a screen.
func (s *Stage) Settle() { s.Window.Content().Refresh() }

// Picture compares the window with a master in testdata.
func (s *Stage) Picture(t *testing.T, name string) {
	t.Helper()
	s.Settle()
	test.AssertImageMatches(t, name+".png", s.Window.Canvas().Capture())
}

// Text is what the window says as plain text, with the dialog that is open.
func (s *Stage) Text() string {
	if top := s.Window.Canvas().Overlays().Top(); top != nil {
		return widgets.PageText(top)
	}
	return widgets.PageText(s.Window.Content())
}

// Looks are the languages and schemes in which every screen is kept.
func Looks() []struct {
	Name   string
	Lang   i18n.Lang
	Scheme widgets.Scheme
} {
	return []struct {
		Name   string
		Lang   i18n.Lang
		Scheme widgets.Scheme
	}{
		{"en-light", i18n.English, widgets.SchemeLight}, {"en-dark", i18n.English, widgets.SchemeDark},
		{"fr-light", i18n.French, widgets.SchemeLight}, {"zh-light", i18n.Chinese, widgets.SchemeLight},
	}
}

// Press presses the button with a label, in the dialog that is open or else on the page.
func Press(t *testing.T, s *Stage, label string) {
	t.Helper()
	var root fyne.CanvasObject = s.Window.Content()
	if top := s.Window.Canvas().Overlays().Top(); top != nil {
		root = top
	}
	b := Button(root, label)
	if b == nil {
		t.Fatalf("no button %q on the page", label)
	}
	if b.Disabled() {
		t.Fatalf("the button %q is off: %s", label, b.Reason())
	}
	b.Tapped(nil)
}

// Button finds a button by its label; nil when there is none.
func Button(root fyne.CanvasObject, label string) *widgets.Button {
	var found *widgets.Button
	Walk(root, func(o fyne.CanvasObject) {
		if b, ok := o.(*widgets.Button); ok && b.Label() == label && found == nil {
			found = b
		}
	})
	return found
}

// Walk visits everything that is drawn below an object.
func Walk(o fyne.CanvasObject, visit func(fyne.CanvasObject)) {
	if o == nil || !o.Visible() {
		return
	}
	visit(o)
	switch w := o.(type) {
	case *fyne.Container:
		for _, child := range w.Objects {
			Walk(child, visit)
		}
	case fyne.Widget:
		for _, child := range test.WidgetRenderer(w).Objects() {
			Walk(child, visit)
		}
	}
}

// root is the dialog that is open, or else the page.
func (s *Stage) root() fyne.CanvasObject {
	if top := s.Window.Canvas().Overlays().Top(); top != nil {
		return top
	}
	return s.Window.Content()
}

// DialogText is every line of text in the dialog that is open.
func (s *Stage) DialogText() string {
	var lines []string
	Walk(s.root(), func(o fyne.CanvasObject) {
		if t, ok := o.(*canvas.Text); ok && t.Text != "" {
			lines = append(lines, t.Text)
		}
	})
	return strings.Join(lines, " ")
}

// Tick turns the tick box with a label.
func Tick(t *testing.T, s *Stage, label string) {
	t.Helper()
	done := false
	Walk(s.root(), func(o fyne.CanvasObject) {
		if c, ok := o.(*widgets.Check); ok && c.AccessibilityLabel() != "" && strings.HasPrefix(c.AccessibilityLabel(), label) && !done {
			done = true
			c.SetOn(!c.On())
		}
	})
	if !done {
		t.Fatalf("no tick box %q", label)
	}
}

// Fill types into the n-th input, counted from 0 down the dialog or page.
func Fill(t *testing.T, s *Stage, n int, text string) {
	t.Helper()
	var inputs []*widgets.Input
	Walk(s.root(), func(o fyne.CanvasObject) {
		if in, ok := o.(*widgets.Input); ok {
			inputs = append(inputs, in)
		}
	})
	if n >= len(inputs) {
		t.Fatalf("only %d inputs", len(inputs))
	}
	inputs[n].SetText(text)
}

// Turn turns the switch with a label.
func Turn(t *testing.T, s *Stage, label string) {
	t.Helper()
	done := false
	Walk(s.root(), func(o fyne.CanvasObject) {
		if w, ok := o.(*widgets.Switch); ok && strings.HasPrefix(w.AccessibilityLabel(), label) && !done {
			done = true
			w.Tapped(nil)
		}
	})
	if !done {
		t.Fatalf("no switch %q", label)
	}
}
