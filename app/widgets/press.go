package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// press is what can be pressed: by the pointer, or by Space or Enter while it
// has the focus. It repaints itself as focus and pointer come and go.
type press struct {
	widget.BaseWidget
	self    fyne.Widget
	act     func()
	role    fyne.AccessibleRole
	spoken  func() string
	key     func(*fyne.KeyEvent) bool // further keys; true when used
	off     bool
	focused bool
	over    bool
	quiet   bool // focused by the pointer: no ring until a key is used
}

func (b *press) extend(self fyne.Widget, act func()) {
	b.self, b.act, b.role = self, act, fyne.AccessibleRoleButton
	b.ExtendBaseWidget(self)
}

// Tapped implements fyne.Tappable.
func (b *press) Tapped(*fyne.PointEvent) { b.do() }

func (b *press) do() {
	if !b.off && b.act != nil {
		b.act()
	}
}

// Focused tells whether the keyboard acts on this part.
func (b *press) Focused() bool { return b.focused }

// FocusGained implements fyne.Focusable.
func (b *press) FocusGained() {
	b.focused, b.quiet = true, b.over
	b.self.Refresh()
	if !b.quiet {
		reveal(b.self)
	}
}

// FocusLost implements fyne.Focusable.
func (b *press) FocusLost() { b.focused = false; b.self.Refresh() }

// TypedRune implements fyne.Focusable. Runes go on to the window's shortcuts.
func (b *press) TypedRune(r rune) {
	if r != ' ' {
		passRune(b.self, r)
	}
}

// TypedKey implements fyne.Focusable.
func (b *press) TypedKey(e *fyne.KeyEvent) {
	if b.quiet {
		b.quiet = false
		b.self.Refresh()
	}
	if b.key != nil && b.key(e) {
		return
	}
	switch e.Name {
	case fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter:
		b.do()
	default:
		passKey(b.self, e)
	}
}

func passRune(w fyne.CanvasObject, r rune) {
	if c := fyne.CurrentApp().Driver().CanvasForObject(w); c != nil && c.OnTypedRune() != nil {
		c.OnTypedRune()(r)
	}
}

func passKey(w fyne.CanvasObject, e *fyne.KeyEvent) {
	if c := fyne.CurrentApp().Driver().CanvasForObject(w); c != nil && c.OnTypedKey() != nil {
		c.OnTypedKey()(e)
	}
}

// MouseIn implements desktop.Hoverable.
func (b *press) MouseIn(*desktop.MouseEvent) { b.over = true; b.self.Refresh() }

// MouseMoved implements desktop.Hoverable.
func (b *press) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (b *press) MouseOut() { b.over = false; b.self.Refresh() }

// Cursor implements desktop.Cursorable.
func (b *press) Cursor() desktop.Cursor {
	if b.off {
		return desktop.DefaultCursor
	}
	return desktop.PointerCursor
}

// Disabled tells whether the part cannot be used now; then it takes no focus.
func (b *press) Disabled() bool { return b.off }

// Enable makes it usable.
func (b *press) Enable() { b.setOff(false) }

// Disable makes it unusable.
func (b *press) Disable() { b.setOff(true) }

func (b *press) setOff(off bool) {
	if b.off != off {
		b.off = off
		b.self.Refresh()
	}
}

// AccessibilityLabel implements fyne.Accessible.
func (b *press) AccessibilityLabel() string {
	if b.spoken == nil {
		return ""
	}
	return b.spoken()
}

// AccessibilityRole implements fyne.Accessible.
func (b *press) AccessibilityRole() fyne.AccessibleRole { return b.role }

// ring draws the focus: 2 wide, 2 outside of a part with the given radius. A
// negative gap draws it inside, for parts that fill their parent.
func (b *press) ring(p paint, r *canvas.Rectangle, size fyne.Size, radius, gap float32) {
	r.Hidden = !b.focused || b.quiet
	if r.Hidden {
		return
	}
	out := p.px(gap + 2)
	if gap < 0 {
		out = p.px(gap + 1)
	}
	p.rect(r, Clear, Accent, p.px(2), radius+max(gap+2, 0))
	at(r, fyne.NewPos(-out, -out), fyne.NewSize(size.Width+2*out, size.Height+2*out))
}

// part is a widget put together from other parts.
type part struct {
	widget.BaseWidget
	body fyne.CanvasObject
}

func (w *part) build(self fyne.Widget, body fyne.CanvasObject) {
	w.body = body
	w.ExtendBaseWidget(self)
}

// HeightFor tells how high the part is at a width.
func (w *part) HeightFor(width float32) float32 { return HeightFor(w.body, width) }

// LeastWidth tells how narrow the part can be.
func (w *part) LeastWidth() float32 { return LeastWidth(w.body) }

// CreateRenderer implements fyne.Widget.
func (w *part) CreateRenderer() fyne.WidgetRenderer { return &partRenderer{w} }

type partRenderer struct{ w *part }

func (r *partRenderer) Layout(size fyne.Size)        { r.w.body.Resize(size) }
func (r *partRenderer) MinSize() fyne.Size           { return r.w.body.MinSize() }
func (r *partRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.w.body} }
func (r *partRenderer) Destroy()                     {}

func (r *partRenderer) Refresh() {
	r.w.body.Resize(r.w.Size())
	r.w.body.Refresh()
}
