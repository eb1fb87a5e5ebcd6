package widgets

import (
	"image/color"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"countersign/assets"
)

// entry is the toolkit's entry that tells its frame about focus and hands on
// the keys it does not use.
type entry struct {
	widget.Entry
	focus  func(on bool)
	key    func(*fyne.KeyEvent) bool
	height float32
}

func newEntry() *entry {
	e := &entry{height: 36}
	e.ExtendBaseWidget(e)
	return e
}

func (e *entry) FocusGained() {
	e.Entry.FocusGained()
	if e.focus != nil {
		e.focus(true)
	}
	reveal(e)
}

// TypedRune implements fyne.Focusable: nobody types where they cannot see it.
func (e *entry) TypedRune(r rune) {
	reveal(e)
	e.Entry.TypedRune(r)
}

func (e *entry) FocusLost() {
	e.Entry.FocusLost()
	if e.focus != nil {
		e.focus(false)
	}
}

func (e *entry) TypedKey(k *fyne.KeyEvent) {
	if e.key != nil && e.key(k) {
		return
	}
	if k.Name == fyne.KeyEscape {
		passKey(e, k)
		return
	}
	e.Entry.TypedKey(k)
}

// Typed is what stands in the entry, for whoever wants to know whether somebody
// is typing.
func (e *entry) Typed() string { return e.Text }

// TypedShortcut implements fyne.Shortcutable: the window's own shortcuts work
// while something is being typed; the entry keeps copying, pasting and the like.
func (e *entry) TypedShortcut(s fyne.Shortcut) {
	if _, own := s.(*desktop.CustomShortcut); !own {
		e.Entry.TypedShortcut(s)
		return
	}
	if c, ok := fyne.CurrentApp().Driver().CanvasForObject(e).(fyne.Shortcutable); ok {
		c.TypedShortcut(s)
	}
}

// AcceptsTab implements fyne.Tabbable: Tab goes on, in a field of many lines too.
func (e *entry) AcceptsTab() bool { return false }

// Input is a line or a field of text with the product's frame: a hairline, 2 wide
// in the accent colour with the focus, in red with an error line below.
type Input struct {
	part
	entry  *entry
	frame  *Box
	alarm  *Glyph
	error  *Para
	line   *fixed
	layers *fyne.Container // the entry, and what lies over it
	beside *Button         // in the entry; nil: none
	focus  bool
	change func(text string)
	// Submit is called at Enter in a single line.
	Submit func(text string)
}

// NewInput is a single line.
func NewInput(placeholder string) *Input {
	e := newEntry()
	e.SetPlaceHolder(placeholder)
	return newInput(e)
}

// NewTextArea is a field of several lines.
func NewTextArea(placeholder string, lines int) *Input {
	e := newEntry()
	e.MultiLine = true
	e.Wrapping = fyne.TextWrapWord
	e.SetMinRowsVisible(lines)
	e.SetPlaceHolder(placeholder)
	e.height = 0
	return newInput(e)
}

func newInput(e *entry) *Input {
	in := &Input{entry: e, frame: NewBox(Clear).Rounded(6), error: NewErrorLine()}
	in.alarm = NewGlyph(assets.IconWarn, Refuse)
	in.alarm.Hide()
	e.focus = func(on bool) {
		in.focus = on
		in.paintFrame()
	}
	e.OnChanged = func(s string) {
		if in.error.Visible() { // what was wrong was said of another text
			in.SetError("")
		}
		if in.change != nil {
			in.change(s)
		}
	}
	e.OnSubmitted = func(s string) {
		if in.Submit != nil {
			in.Submit(s)
		}
	}
	alarm := Row(0, Spring(), Inset(0, 10, 0, 0, in.alarm))
	in.layers = Layers(e, in.frame, alarm)
	line := Fixed(0, e.height, in.layers)
	in.line = line.Layout.(*fixed)
	in.build(in, Column(4, line, in.error))
	return in
}

// Tall makes a line of 44 for a page that has few.
func (in *Input) Tall() *Input {
	in.line.h = 44
	in.layers.Objects[0] = container.NewThemeOverride(in.entry, roomy{})
	return in
}

// passed is the theme of the moment, for a part of a window that differs in one thing.
type passed struct{}

func current() fyne.Theme { return fyne.CurrentApp().Settings().Theme() }

// Color implements fyne.Theme.
func (passed) Color(n fyne.ThemeColorName, v fyne.ThemeVariant) color.Color {
	return current().Color(n, v)
}

// Font implements fyne.Theme.
func (passed) Font(s fyne.TextStyle) fyne.Resource { return current().Font(s) }

// Icon implements fyne.Theme.
func (passed) Icon(n fyne.ThemeIconName) fyne.Resource { return current().Icon(n) }

// Size implements fyne.Theme.
func (passed) Size(n fyne.ThemeSizeName) float32 { return current().Size(n) }

// roomy has more room around what is typed, which the toolkit's entry has at its top.
type roomy struct{ passed }

// Size implements fyne.Theme.
func (r roomy) Size(n fyne.ThemeSizeName) float32 {
	if n == theme.SizeNameInnerPadding {
		return r.passed.Size(n) + 4*unit()
	}
	return r.passed.Size(n)
}

func (in *Input) paintFrame() {
	in.frame.width = 2 // covers the entry's own hairline
	switch {
	case in.error.Visible():
		in.frame.Set(Clear, Refuse)
	case in.focus:
		in.frame.Set(Clear, Accent)
	default:
		in.frame.Set(Clear, Clear)
	}
	in.frame.Refresh()
}

// Text returns what was typed.
func (in *Input) Text() string { return in.entry.Text }

// SetText replaces what was typed. Whoever goes on types behind it.
func (in *Input) SetText(s string) {
	in.entry.SetText(s)
	if !in.entry.MultiLine {
		in.entry.CursorColumn = utf8.RuneCountInString(s)
	}
}

// OnChange is told every change.
func (in *Input) OnChange(f func(string)) *Input { in.change = f; return in }

// Focus returns what takes the keyboard focus.
func (in *Input) Focus() fyne.Focusable { return in.entry }

// SetError shows what is wrong below the input until somebody types, or clears it
// for "".
func (in *Input) SetError(text string) {
	in.error.SetError(text)
	setShown(in.alarm, text != "" && !in.entry.Password && in.beside == nil) // a button there takes its room
	in.paintFrame()
	in.Refresh()
}

// Enable lets people type.
func (in *Input) Enable() {
	in.entry.Enable()
	if in.beside != nil {
		in.beside.Enable()
	}
}

// Disable stops typing.
func (in *Input) Disable() {
	in.entry.Disable()
	if in.beside != nil {
		in.beside.Disable()
	}
}

// NewPinEntry is an input for a PIN or a passphrase. It never shows what is typed
// and offers nothing to reveal it.
func NewPinEntry(submit func(pin string)) *Input {
	e := newEntry()
	e.Password = true
	e.ActionItem = canvas.NewRectangle(color.Transparent) // in place of the toolkit's button that reveals
	in := newInput(e)
	in.Submit = submit
	return in
}

// NewSearchField is an input with a magnifying glass and the key that leads to it.
func NewSearchField(placeholder, key string, change func(string)) *Input {
	e := newEntry()
	e.Icon = Icon(assets.IconSearch, Ink3)
	e.SetPlaceHolder(placeholder)
	if key != "" {
		e.ActionItem = Inset(0, 8, 0, 8, Row(0, NewKeyCap(key)))
	}
	return newInput(e).OnChange(change)
}
