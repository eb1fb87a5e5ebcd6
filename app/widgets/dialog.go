package widgets

import (
	"image/color"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// Dialog widths of the design.
const (
	DialogNormal = 640
	DialogWide   = 760
)

const ringRoom = 6

// DialogSpec says what a dialog holds.
type DialogSpec struct {
	Width    float32 // 0 for DialogNormal
	Title    string
	Right    string            // at the right of the title, such as a case number
	Lead     fyne.CanvasObject // before the title, such as an avatar
	Subtitle string
	Body     fyne.CanvasObject // scrolls when there is no room
	Foot     []fyne.CanvasObject
	First    fyne.Focusable // takes the focus first
	OnEscape func()         // nil closes
	OnRune   func(rune)     // single keys that act in this dialog
	OnKey    func(*fyne.KeyEvent)
}

// Dialog lies over a window, keeps the focus inside and gives it back when it
// closes. While it is open the window's own single-key shortcuts rest.
type Dialog struct {
	widget.BaseWidget
	spec    DialogSpec
	canvas  fyne.Canvas
	head    *fyne.Container
	foot    *fyne.Container
	scroll  *fyne.Container
	keys    func(*fyne.KeyEvent)
	runes   func(rune)
	before  fyne.Focusable
	open    bool
	opening bool // it is being opened: it does not scroll to its first focus
	onClose func()
}

// NewDialog makes a dialog for a window's canvas. Show opens it.
func NewDialog(c fyne.Canvas, spec DialogSpec) *Dialog {
	if spec.Width == 0 {
		spec.Width = DialogNormal
	}
	d := &Dialog{spec: spec, canvas: c}
	d.ExtendBaseWidget(d)
	title := []fyne.CanvasObject{Grow(NewPara(spec.Title).Heading())}
	if spec.Lead != nil {
		title = append([]fyne.CanvasObject{spec.Lead}, title...)
	}
	if spec.Right != "" {
		title = append(title, NewText(spec.Right).In(Ink3))
	}
	head := []fyne.CanvasObject{Row(12, title...)}
	if spec.Subtitle != "" {
		head = append(head, NewPara(spec.Subtitle).In(Ink2))
	}
	d.head = Column(4, head...)
	d.foot = Row(8, spec.Foot...)
	d.scroll = Page(Inset(0, ringRoom, 0, ringRoom, spec.Body)) // room for the focus ring
	return d
}

// OnClosed is called when the dialog has gone, however it went.
func (d *Dialog) OnClosed(f func()) *Dialog { d.onClose = f; return d }

// Show opens the dialog.
func (d *Dialog) Show() {
	if d.open {
		return
	}
	d.open = true
	d.before = d.canvas.Focused()
	d.keys, d.runes = d.canvas.OnTypedKey(), d.canvas.OnTypedRune()
	d.canvas.SetOnTypedKey(func(e *fyne.KeyEvent) {
		if e.Name == fyne.KeyEscape {
			d.Escape()
			return
		}
		if d.spec.OnKey != nil {
			d.spec.OnKey(e)
		}
	})
	d.canvas.SetOnTypedRune(func(r rune) {
		if d.spec.OnRune != nil {
			d.spec.OnRune(r)
		}
	})
	d.canvas.Overlays().Add(d)
	d.BaseWidget.Show()
	d.opening = true
	if d.spec.First != nil {
		d.canvas.Focus(d.spec.First)
	} else {
		d.canvas.FocusNext()
	}
	d.opening = false
}

// Escape does what the Escape key does.
func (d *Dialog) Escape() {
	if d.spec.OnEscape != nil {
		d.spec.OnEscape()
		return
	}
	d.Close()
}

// Close takes the dialog away and returns the focus to where it was.
func (d *Dialog) Close() {
	if !d.open {
		return
	}
	d.open = false
	d.canvas.Overlays().Remove(d)
	d.canvas.SetOnTypedKey(d.keys)
	d.canvas.SetOnTypedRune(d.runes)
	if d.before != nil {
		d.canvas.Focus(d.before)
	}
	if d.onClose != nil {
		d.onClose()
	}
}

// Open tells whether the dialog is on the screen.
func (d *Dialog) Open() bool { return d.open }

// SetFoot changes the buttons.
func (d *Dialog) SetFoot(objects ...fyne.CanvasObject) {
	d.foot.Objects = objects
	d.foot.Refresh()
	d.Refresh()
}

// Tapped implements fyne.Tappable: what lies below is not reached.
func (d *Dialog) Tapped(*fyne.PointEvent) {}

// TappedSecondary implements fyne.SecondaryTappable.
func (d *Dialog) TappedSecondary(*fyne.PointEvent) {}

// MouseIn implements desktop.Hoverable.
func (d *Dialog) MouseIn(*desktop.MouseEvent) {}

// MouseMoved implements desktop.Hoverable.
func (d *Dialog) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (d *Dialog) MouseOut() {}

// AccessibilityLabel implements fyne.Accessible.
func (d *Dialog) AccessibilityLabel() string { return d.spec.Title }

// AccessibilityRole implements fyne.Accessible.
func (d *Dialog) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleContainer }

// MinSize implements fyne.CanvasObject: a dialog never makes its window larger.
func (d *Dialog) MinSize() fyne.Size { return fyne.Size{} }

// CreateRenderer implements fyne.Widget.
func (d *Dialog) CreateRenderer() fyne.WidgetRenderer {
	scrim, panel := canvas.NewRectangle(nil), canvas.NewRectangle(nil)
	r := draw(d, func(p paint, size fyne.Size) {
		p.rect(scrim, Scrim, Clear, 0, 0)
		scrim.Resize(size)
		p.rect(panel, Surface, Clear, 0, 12)
		panel.Shadow = canvas.Shadow{Color: p.ink(Scrim), BlurRadius: 18, Offset: fyne.NewPos(0, 6), Variant: canvas.DropShadow}

		pad, gap := p.px(32), p.px(16)
		w := min(p.px(d.spec.Width), size.Width-p.px(16))
		in := w - 2*pad
		head, foot := HeightFor(d.head, in), HeightFor(d.foot, in)
		body := HeightFor(d.spec.Body, in)
		frame := p.px(24) + head + gap + gap + p.px(4) + foot + p.px(24)
		if len(d.foot.Objects) == 0 {
			frame -= gap + p.px(4)
		}
		h := min(frame+body, size.Height-p.px(16))
		corner := fyne.NewPos((size.Width-w)/2, (size.Height-h)/2)
		panel.Resize(fyne.NewSize(w, h))
		panel.Move(corner)
		put(d.head, corner.AddXY(pad, p.px(24)), fyne.NewSize(in, head))
		put(d.scroll, corner.AddXY(pad-p.px(ringRoom), p.px(24)+head+gap), fyne.NewSize(in+2*p.px(ringRoom), h-frame+0.5))
		put(d.foot, corner.AddXY(pad, h-p.px(24)-foot), fyne.NewSize(in, foot))
	}, func(paint) fyne.Size { return fyne.Size{} }, scrim, panel, d.head, d.scroll, d.foot)
	fade(d, scrim)
	return r
}

func put(o fyne.CanvasObject, at fyne.Position, size fyne.Size) {
	o.Move(at)
	o.Resize(size)
}

// fade lets a ground appear within 120 ms, at once when motion is reduced.
func fade(w fyne.Widget, r *canvas.Rectangle) {
	p := paintFor(w)
	ms := p.th.Size(SizeFade)
	if ms == 0 {
		return
	}
	full := p.ink(Scrim)
	canvas.NewColorRGBAAnimation(faded(full, 0), full, time.Duration(ms)*time.Millisecond, func(c color.Color) {
		r.FillColor = c
		canvas.Refresh(r)
	}).Start()
}
