// Package look owns the page on which a person sets language, colours, text
// size, keys and when the desk locks. What is set holds at once.
package look

import (
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/page"
	"countersign/app/widgets"
)

// Settings are what is set on the page.
type Settings struct {
	Language     i18n.Lang      `json:"language"` // empty: the system's
	Scheme       widgets.Scheme `json:"scheme"`
	Scale        float32        `json:"scale"` // 1 to 2; 0 counts as 1
	ReduceMotion bool           `json:"reduce_motion"`
	CtrlKeysOnly bool           `json:"ctrl_keys_only"` // single-key shortcuts are off
	LockMinutes  int            `json:"lock_minutes"`   // 0: DefaultLock
}

// DefaultLock is after how many minutes without use a desk locks.
const DefaultLock = 5

// lockChoices are the minutes that can be chosen.
var lockChoices = [...]int{2, 5, 10, 15}

// Look is the appearance that is asked for.
func (s Settings) Look() widgets.Look {
	return widgets.Look{Scheme: s.Scheme, Scale: max(min(s.Scale, 2), 1), ReduceMotion: s.ReduceMotion}
}

// scales are the text sizes that can be chosen, in percent.
var scales = [...]int{100, 125, 150, 175, 200}

// Screen is the page.
type Screen struct {
	env     *page.Env
	get     func() Settings
	apply   func(Settings)
	slot    *page.Slot
	content fyne.CanvasObject
}

// New makes the page. get tells what is set; apply takes over what is set anew.
func New(e *page.Env, get func() Settings, apply func(Settings)) *Screen {
	s := &Screen{env: e, get: get, apply: apply, slot: page.NewSlot()}
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
	v := s.get()
	change(&v)
	s.apply(v)
}

func (s *Screen) draw() {
	e, v := s.env, s.get()
	parts := []fyne.CanvasObject{
		widgets.NewText(e.T("settings.look")).Sub(),
		widgets.Column(8, widgets.NewText(e.T("common.language")).Bold(), s.languages(), widgets.NewPara(e.T("settings.signed_language")).Caption().In(widgets.Ink2)),
		widgets.Column(8, widgets.NewText(e.T("settings.colours")).Bold(), s.schemes(v)),
		widgets.Column(8, widgets.NewText(e.T("settings.text_size")).Bold(), s.sizes(v)),
		s.switches(v),
		widgets.Row(0, widgets.Fixed(240, 0, widgets.Labelled(e.T("settings.lock_after"), "", page.Framed(s.lock(v)))), widgets.Spring()),
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
	return widgets.Row(8, append(cards, widgets.Spring())...)
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
	return widgets.Row(16, append(cells, widgets.Spring())...)
}

// sizes are the steps of the text size.
func (s *Screen) sizes(v Settings) fyne.CanvasObject {
	at := 0
	segments := make([]widgets.Segment, len(scales))
	for i, n := range scales {
		segments[i] = widgets.Segment{Label: s.env.Percent(n)}
		if float32(n) <= v.Scale*100+0.5 {
			at = i
		}
	}
	return widgets.Row(0, widgets.Fixed(520, 0, widgets.NewSegmented(segments, at, func(i int) {
		s.set(func(v *Settings) { v.Scale = float32(scales[i]) / 100 })
	})), widgets.Spring())
}

func (s *Screen) switches(v Settings) fyne.CanvasObject {
	e := s.env
	line := func(title, text string, on bool, change func(on bool)) fyne.CanvasObject {
		return widgets.Inset(10, 16, 10, 16, widgets.Row(16, widgets.Grow(widgets.Column(0, widgets.NewText(title).Cut(), widgets.NewPara(text).Caption().In(widgets.Ink3))),
			widgets.NewSwitch(title, on, change)))
	}
	return widgets.Card(widgets.Column(0,
		line(e.T("settings.single_keys"), e.T("settings.single_keys_text"), !v.CtrlKeysOnly, func(on bool) { s.set(func(v *Settings) { v.CtrlKeysOnly = !on }) }),
		widgets.Rule(),
		line(e.T("settings.reduce_motion"), e.T("settings.reduce_motion_text"), v.ReduceMotion, func(on bool) { s.set(func(v *Settings) { v.ReduceMotion = on }) })))
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
	pick := widget.NewSelect(words, nil)
	pick.PlaceHolder = strconv.Itoa(minutes)
	if at >= 0 {
		pick.SetSelectedIndex(at)
	}
	pick.OnChanged = func(string) { s.set(func(v *Settings) { v.LockMinutes = lockChoices[pick.SelectedIndex()] }) }
	return pick
}
