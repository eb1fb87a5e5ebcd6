package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"

	"countersign/assets"
)

// ButtonKind is the weight of a button.
type ButtonKind int

// The kinds of buttons. A page has at most one primary or approving button.
const (
	Outline       ButtonKind = iota // an act beside the main one
	Primary                         // the main act
	Affirm                          // the main act where it approves
	Danger                          // the main act where it refuses or revokes
	DangerOutline                   // opens the page of such an act
	Ghost                           // quiet
	LinkKind                        // reads as a link, in the accent colour
)

// Button is a labelled act, with an icon before it and the key that does the same after it.
type Button struct {
	press
	kind     ButtonKind
	label    string
	icon     assets.IconName
	trailing assets.IconName
	keycap   string
	reason   string
	small    bool
	wide     bool
	onWhy    func(reason string)
}

// NewButton makes a button.
func NewButton(kind ButtonKind, label string, act func()) *Button {
	b := &Button{kind: kind, label: label}
	b.extend(b, act)
	b.spoken = func() string {
		if b.off && b.reason != "" {
			return b.label + ". " + b.reason
		}
		return b.label
	}
	return b
}

// NewLink makes a button that reads as a link.
func NewLink(label string, act func()) *Button { return NewButton(LinkKind, label, act) }

// NewIconButton makes a quiet button of one icon; label is for screen readers.
func NewIconButton(icon assets.IconName, label string, act func()) *Button {
	b := NewButton(Ghost, "", act).WithIcon(icon)
	b.spoken = func() string { return label }
	return b
}

// WithIcon puts an icon in front.
func (b *Button) WithIcon(name assets.IconName) *Button { b.icon = name; return b }

// WithTrailing puts an icon behind the label, such as an arrow.
func (b *Button) WithTrailing(name assets.IconName) *Button { b.trailing = name; return b }

// WithKey shows the key that does the same. It does not install it.
func (b *Button) WithKey(key string) *Button { b.keycap = key; return b }

// Small makes a button of 28 with small text.
func (b *Button) Small() *Button { b.small = true; return b }

// Wide centres the label in all the room there is.
func (b *Button) Wide() *Button { b.wide = true; return b }

// OnWhy is called with the reason when someone presses the button while it is off.
func (b *Button) OnWhy(f func(reason string)) *Button { b.onWhy = f; return b }

// SetLabel changes the label.
func (b *Button) SetLabel(label string) {
	if b.label != label {
		b.label = label
		b.Refresh()
	}
}

// SetIcon changes the icon.
func (b *Button) SetIcon(name assets.IconName) {
	if b.icon != name {
		b.icon = name
		b.Refresh()
	}
}

// SetKind changes the weight.
func (b *Button) SetKind(kind ButtonKind) {
	if b.kind != kind {
		b.kind = kind
		b.Refresh()
	}
}

// SetAct changes what the button does.
func (b *Button) SetAct(act func()) { b.act = act }

// Allow turns the button on, or off with the reason why it is.
func (b *Button) Allow(on bool, reason string) *Button {
	b.reason = reason
	b.setOff(!on)
	return b
}

// Reason tells why the button is off.
func (b *Button) Reason() string { return b.reason }

// Label returns the label.
func (b *Button) Label() string { return b.label }

// Tapped implements fyne.Tappable.
func (b *Button) Tapped(e *fyne.PointEvent) {
	if b.off && b.reason != "" && b.onWhy != nil {
		b.onWhy(b.reason)
		return
	}
	b.press.Tapped(e)
}

// colours gives fill, outline and ink of the present state.
func (b *Button) colours() (fill, line, ink Token) {
	if b.off {
		switch b.kind {
		case Ghost, LinkKind:
			return Clear, Clear, Disabled
		}
		return DisabledBg, Clear, Disabled
	}
	switch b.kind {
	case Primary:
		if b.over {
			return AccentHover, Clear, OnAccent
		}
		return Accent, Clear, OnAccent
	case Affirm:
		return Approve, Clear, OnApprove
	case Danger:
		return Refuse, Clear, OnRefuse
	case DangerOutline:
		if b.over {
			return RefuseSoft, Refuse, Refuse
		}
		return Surface, Refuse, Refuse
	case Ghost:
		if b.over {
			return Hover, Clear, Ink2
		}
		return Clear, Clear, Ink2
	case LinkKind:
		if b.over {
			return Clear, Clear, AccentHover
		}
		return Clear, Clear, Accent
	}
	if b.over {
		return Hover, Control, Ink
	}
	return Surface, Control, Ink
}

type buttonSizes struct{ height, pad, icon, gap float32 }

func (b *Button) sizes() buttonSizes {
	switch {
	case b.kind == LinkKind && b.small:
		return buttonSizes{16, 0, 14, 5}
	case b.kind == LinkKind:
		return buttonSizes{20, 0, 16, 7}
	case b.label == "":
		return buttonSizes{32, 7, 18, 0}
	case b.small:
		return buttonSizes{28, 10, 15, 7}
	}
	return buttonSizes{36, 15, 18, 9}
}

func (b *Button) textSize() fyne.ThemeSizeName {
	if b.small {
		return theme.SizeNameCaptionText
	}
	return theme.SizeNameText
}

func (b *Button) contentWidth(p paint) float32 {
	s := b.sizes()
	w := p.width(b.label, b.textSize(), true)
	if b.icon != "" {
		w += p.px(s.icon + s.gap)
	}
	if b.trailing != "" {
		w += p.px(s.icon + s.gap)
	}
	if b.keycap != "" {
		w += p.px(10) + keyWidth(p, b.keycap)
	}
	return w
}

// CreateRenderer implements fyne.Widget.
func (b *Button) CreateRenderer() fyne.WidgetRenderer {
	bg, ring, cap := canvas.NewRectangle(nil), canvas.NewRectangle(nil), canvas.NewRectangle(nil)
	icon := &canvas.Image{FillMode: canvas.ImageFillContain}
	tail := &canvas.Image{FillMode: canvas.ImageFillContain}
	text, key := canvas.NewText("", nil), canvas.NewText("", nil)
	return draw(b, func(p paint, size fyne.Size) {
		s := b.sizes()
		fill, line, ink := b.colours()
		p.rect(bg, fill, line, 1, 6)
		at(bg, fyne.Position{}, size)
		b.ring(p, ring, size, 6, 2)
		x := p.px(s.pad)
		if spare := size.Width - b.contentWidth(p) - 2*x; spare > 0 && (b.wide || b.kind != LinkKind) {
			x += spare / 2
		}
		mid := size.Height / 2
		p.icon(icon, b.icon, ink, p.px(s.icon))
		if b.icon != "" {
			icon.Resize(fyne.NewSquareSize(p.px(s.icon)))
			icon.Move(fyne.NewPos(x, mid-p.px(s.icon)/2))
			x += p.px(s.icon + s.gap)
		}
		p.text(text, b.label, b.textSize(), ink, true)
		text.Text = cut(b.label, size.Width-x, text.TextSize, text.TextStyle)
		place(text, x, mid)
		x += text.MinSize().Width
		p.icon(tail, b.trailing, ink, p.px(s.icon))
		if b.trailing != "" {
			x += p.px(s.gap)
			tail.Resize(fyne.NewSquareSize(p.px(s.icon)))
			tail.Move(fyne.NewPos(x, mid-p.px(s.icon)/2))
			x += p.px(s.icon)
		}
		cap.Hidden, key.Hidden = b.keycap == "", b.keycap == ""
		if b.keycap != "" {
			p.rect(cap, Clear, Line, 1, 4)
			cap.StrokeColor = faded(p.ink(ink), 0.6)
			drawKey(p, cap, key, b.keycap, fyne.NewPos(x+p.px(10), mid-p.px(9)), ink)
			key.Color = faded(p.ink(ink), 0.85)
		}
	}, func(p paint) fyne.Size {
		s := b.sizes()
		return fyne.NewSize(b.contentWidth(p)+2*p.px(s.pad), p.px(s.height))
	}, bg, icon, text, tail, cap, key, ring)
}
