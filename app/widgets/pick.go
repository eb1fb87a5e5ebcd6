package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// selection is the toolkit's choice from a list that unfolds, with the keys it
// does not use handed on.
type selection struct {
	widget.Select
	focus func(on bool)
}

// TypedKey implements fyne.Focusable.
func (s *selection) TypedKey(k *fyne.KeyEvent) {
	switch k.Name {
	case fyne.KeySpace, fyne.KeyUp, fyne.KeyDown, fyne.KeyLeft, fyne.KeyRight:
		s.Select.TypedKey(k)
	case fyne.KeyReturn, fyne.KeyEnter:
		s.Select.TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace}) // unfolds
	default:
		passKey(s, k)
	}
}

// TypedRune implements fyne.Focusable.
func (s *selection) TypedRune(r rune) {
	if r != ' ' {
		passRune(s, r)
	}
}

// FocusGained implements fyne.Focusable.
func (s *selection) FocusGained() {
	s.Select.FocusGained()
	s.focus(true)
	reveal(s)
}

// FocusLost implements fyne.Focusable.
func (s *selection) FocusLost() {
	s.Select.FocusLost()
	s.focus(false)
}

// quiet is the theme of the moment, in which what has the focus is not filled with
// the colour of the ring: nobody could read what stands there.
type quiet struct{ passed }

// Color implements fyne.Theme.
func (q quiet) Color(n fyne.ThemeColorName, v fyne.ThemeVariant) color.Color {
	if n == theme.ColorNameFocus {
		n = theme.ColorNameSelection
	}
	return q.passed.Color(n, v)
}

// Readable lets a choice of the toolkit be read while it has the focus.
func Readable(o fyne.CanvasObject) fyne.CanvasObject { return container.NewThemeOverride(o, quiet{}) }

// Pick is a line with one of many choices, from a list that unfolds, with the
// product's frame and an error line below.
type Pick struct {
	part
	list  *selection
	frame *Box
	error *Para
	focus bool
}

// NewPick makes a line on which nothing is chosen yet. No two options are the same.
func NewPick(placeholder string, options []string, change func(i int)) *Pick {
	s := &selection{}
	s.Options, s.PlaceHolder = options, placeholder
	s.ExtendBaseWidget(s)
	s.OnChanged = func(string) { change(s.SelectedIndex()) }
	k := &Pick{list: s, frame: NewBox(Clear).Outlined(Control).Rounded(6), error: NewErrorLine()}
	s.focus = func(on bool) {
		k.focus = on
		k.paintFrame()
	}
	k.build(k, Column(4, Fixed(0, 36, Layers(Readable(s), k.frame)), k.error))
	return k
}

// Index is which one is chosen; -1: none.
func (k *Pick) Index() int { return k.list.SelectedIndex() }

// Selected is what is chosen; empty: nothing.
func (k *Pick) Selected() string { return k.list.Selected }

// Mark shows one as chosen and tells nobody; -1: none.
func (k *Pick) Mark(i int) *Pick {
	if i >= 0 {
		told := k.list.OnChanged
		k.list.OnChanged = nil
		k.list.SetSelectedIndex(i)
		k.list.OnChanged = told
	}
	return k
}

// Choose picks one and tells the listener.
func (k *Pick) Choose(i int) { k.list.SetSelectedIndex(i) }

// Focus returns what takes the keyboard focus.
func (k *Pick) Focus() fyne.Focusable { return k.list }

// SetError shows what is wrong below the line, or clears it for "".
func (k *Pick) SetError(text string) {
	k.error.SetError(text)
	k.paintFrame()
	k.Refresh()
}

func (k *Pick) paintFrame() {
	switch {
	case k.error.Visible():
		k.frame.width = 2
		k.frame.Set(Clear, Refuse)
	case k.focus:
		k.frame.width = 2
		k.frame.Set(Clear, Accent)
	default:
		k.frame.width = 1
		k.frame.Set(Clear, Control)
	}
	k.frame.Refresh()
}
