// Package look owns the page on which a person sets language, colours, text
// size, keys, how dates and numbers are written, whether subjects are covered,
// and when the desk locks. What is set holds at once.
package look

import (
	"fyne.io/fyne/v2"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/page"
	"countersign/app/widgets"
	"countersign/assets"
)

// Settings are what is set on the page.
type Settings struct {
	Language     i18n.Lang      `json:"language"` // empty: the system's
	Scheme       widgets.Scheme `json:"scheme"`
	Scale        float32        `json:"scale"` // 1 to 2; 0 counts as 1
	ReduceMotion bool           `json:"reduce_motion"`
	CtrlKeysOnly bool           `json:"ctrl_keys_only"` // single-key shortcuts are off
	LockMinutes  int            `json:"lock_minutes"`   // 0: DefaultLock
	Forms        i18n.Forms     `json:"forms"`          // of dates and numbers
	ShowSubjects bool           `json:"show_subjects"`  // letters open uncovered; each look is recorded all the same
}

// DefaultLock is after how many minutes without use a desk locks.
const DefaultLock = 5

// lockChoices are the minutes that can be chosen.
var lockChoices = [...]int{2, 5, 10, 15}

// Look is the appearance that is asked for.
func (s Settings) Look() widgets.Look {
	return widgets.Look{Scheme: s.Scheme, Scale: max(min(s.Scale, 2), 1), ReduceMotion: s.ReduceMotion}
}

// scaleMarks are text sizes in percent, scaleStep is from one to the next that can be
// chosen.
var scaleMarks = []int{100, 125, 150, 175, 200}

const scaleStep = 5

// Hooks are what the page does with what is set.
type Hooks struct {
	Get func() Settings
	// Apply takes over what is set anew, for good.
	Apply func(Settings)
	// Preview shows what is being drawn with the pointer; Apply follows.
	Preview func(Settings)
}

// Screen is the page.
type Screen struct {
	env     *page.Env
	hooks   Hooks
	hides   bool // the agency keeps subjects covered, whatever is set here
	slot    *page.Slot
	content fyne.CanvasObject
}

// New makes the page. hides says that the agency keeps subjects covered until they
// are asked for.
func New(e *page.Env, hooks Hooks, hides bool) *Screen {
	s := &Screen{env: e, hooks: hooks, hides: hides, slot: page.NewSlot()}
	s.content = s.slot.Content()
	s.draw()
	return s
}

// Content implements page.Screen.
func (s *Screen) Content() fyne.CanvasObject { return s.content }

// Open implements page.Screen.
func (s *Screen) Open(page.Place) { s.draw() }

// Changed implements page.Screen.
func (s *Screen) Changed(desk.Change) {}

// Rune implements page.Screen.
func (s *Screen) Rune(rune) bool { return false }

// Key implements page.Screen.
func (s *Screen) Key(*fyne.KeyEvent) bool { return false }

// set changes one thing.
func (s *Screen) set(change func(*Settings)) {
	v := s.hooks.Get()
	change(&v)
	s.hooks.Apply(v)
}

func (s *Screen) draw() {
	e, v := s.env, s.hooks.Get()
	parts := []fyne.CanvasObject{
		widgets.NewText(e.T("settings.look")).Sub(),
		widgets.Column(8, widgets.NewText(e.T("common.language")).Bold(), s.languages(), widgets.NewPara(e.T("settings.signed_language")).Caption().In(widgets.Ink2)),
		widgets.Column(8, widgets.NewText(e.T("settings.colours")).Bold(), s.schemes(v)),
		s.sizes(v),
		s.switches(v),
		widgets.Columns(24, 12, []float32{1.56, 1, 1}, widgets.Labelled(e.T("settings.dates"), "", s.dates(v)),
			widgets.Labelled(e.T("settings.numbers"), "", s.numbers(v)), widgets.Labelled(e.T("settings.lock_after"), "", s.lock(v))),
		widgets.NewPara(e.T("settings.no_reader")).Caption().In(widgets.Ink3),
	}
	s.slot.Show(widgets.Page(widgets.Inset(18, 80, 24, 32, widgets.Column(20, parts...))))
}

// languages are named in themselves.
func (s *Screen) languages() fyne.CanvasObject {
	cards := []fyne.CanvasObject{}
	for _, l := range i18n.Langs() {
		on := s.env.Lang() == l
		frame := widgets.NewBox(widgets.Surface).Outlined(widgets.Control).Rounded(6)
		if on {
			frame = widgets.NewBox(widgets.Surface).Outlined(widgets.Accent).Thick(2).Rounded(6)
		}
		radio := widgets.NewRadio(l.Name(), "", on, func() { s.set(func(v *Settings) { v.Language = l }) })
		cards = append(cards, widgets.Fixed(160, 36, widgets.Layers(frame, widgets.Inset(0, 8, 0, 8, widgets.Row(0, radio, widgets.Spring())))))
	}
	return widgets.Wrap(8, 8, cards...)
}

// schemes are the colours, each with a small picture of itself.
func (s *Screen) schemes(v Settings) fyne.CanvasObject {
	e := s.env
	options := []struct {
		scheme widgets.Scheme
		label  string
	}{{widgets.SchemeSystem, e.T("settings.colours_system")}, {widgets.SchemeLight, e.T("settings.colours_light")}, {widgets.SchemeDark, e.T("settings.colours_dark")}}
	var cells []fyne.CanvasObject
	for _, o := range options {
		cells = append(cells, widgets.Fixed(200, 0, widgets.Column(8, widgets.Fixed(0, 72, swatch(o.scheme)),
			widgets.NewRadio(o.label, "", v.Scheme == o.scheme, func() {
				s.set(func(v *Settings) { v.Scheme = o.scheme })
				s.draw()
			}))))
	}
	return widgets.Wrap(16, 12, cells...)
}

// sizes is the text size; what is drawn holds at once, and is kept when the knob is let go.
func (s *Screen) sizes(v Settings) fyne.CanvasObject {
	e := s.env
	percent := int(v.Look().Scale*100 + 0.5)
	said := widgets.NewText(e.Percent(percent)).Bold().Right()
	slider := widgets.NewSlider(e.T("settings.text_size"), percent, scaleStep, scaleMarks, e.Percent, func(n int, settled bool) {
		said.Set(e.Percent(n))
		next := s.hooks.Get()
		next.Scale = float32(n) / 100
		if settled {
			s.hooks.Apply(next)
		} else {
			s.hooks.Preview(next)
		}
	})
	return widgets.Column(8, widgets.Row(8, widgets.Grow(widgets.NewText(e.T("settings.text_size")).Bold()), said), slider)
}

func (s *Screen) switches(v Settings) fyne.CanvasObject {
	e := s.env
	row := func(title, text string, right ...fyne.CanvasObject) fyne.CanvasObject {
		return widgets.Inset(8, 16, 8, 16, widgets.Row(16, append([]fyne.CanvasObject{widgets.Grow(widgets.Column(0, widgets.NewText(title).Cut(),
			widgets.NewPara(text).Caption().In(widgets.Ink3)))}, right...)...))
	}
	line := func(title, text string, on bool, change func(on bool)) fyne.CanvasObject {
		return row(title, text, widgets.NewSwitch(title, on, change))
	}
	hide := line(e.T("settings.hide_subjects"), e.T("settings.hide_subjects_text"), !v.ShowSubjects, func(on bool) { s.set(func(v *Settings) { v.ShowSubjects = !on }) })
	if s.hides {
		fixed := widgets.NewSwitch(e.T("settings.hide_subjects"), true, nil)
		fixed.Disable()
		hide = row(e.T("settings.hide_subjects"), e.T("settings.hide_subjects_set"), widgets.NewGlyph(assets.IconLock, widgets.Ink3).Sized(16), fixed)
	}
	return widgets.Card(widgets.Column(0,
		line(e.T("settings.single_keys"), e.T("settings.single_keys_text"), !v.CtrlKeysOnly, func(on bool) { s.set(func(v *Settings) { v.CtrlKeysOnly = !on }) }),
		widgets.Rule(),
		line(e.T("settings.reduce_motion"), e.T("settings.reduce_motion_text"), v.ReduceMotion, func(on bool) { s.set(func(v *Settings) { v.ReduceMotion = on }) }),
		widgets.Rule(), hide))
}

// dates offers the forms of dates, each as this moment is written in it.
func (s *Screen) dates(v Settings) fyne.CanvasObject {
	forms := i18n.DateForms()
	words, at := make([]string, len(forms)), 0
	for i, f := range forms {
		l := s.env.With(i18n.Forms{Dates: f})
		words[i] = l.Date(s.env.Now()) + ", " + l.Time(s.env.Now())
		if f == v.Forms.Dates {
			at = i
		}
	}
	return widgets.NewPick("", words, func(i int) { s.set(func(v *Settings) { v.Forms.Dates = forms[i] }) }).Mark(at)
}

// numbers offers the forms of numbers, each in an example.
func (s *Screen) numbers(v Settings) fyne.CanvasObject {
	forms := s.env.NumberForms()
	words, at := make([]string, len(forms)), 0
	for i, f := range forms {
		words[i] = s.env.With(i18n.Forms{Numbers: f}).Decimal(1284.5, 2)
		if f == v.Forms.Numbers {
			at = i
		}
	}
	return widgets.NewPick("", words, func(i int) { s.set(func(v *Settings) { v.Forms.Numbers = forms[i] }) }).Mark(at)
}

func (s *Screen) lock(v Settings) fyne.CanvasObject {
	minutes := v.LockMinutes
	if minutes == 0 {
		minutes = DefaultLock
	}
	words := make([]string, len(lockChoices))
	at := -1
	for i, n := range lockChoices {
		words[i] = s.env.N("settings.minutes", n)
		if n == minutes {
			at = i
		}
	}
	now := s.env.N("settings.minutes", minutes) // may be of a file that was written by hand
	return widgets.NewPick(now, words, func(i int) { s.set(func(v *Settings) { v.LockMinutes = lockChoices[i] }) }).Mark(at)
}
