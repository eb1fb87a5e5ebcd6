package widgets

import (
	"fmt"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// ThinBar shows how far something is, from 0 to 1.
type ThinBar struct {
	widget.BaseWidget
	value  float32
	tone   Tone
	height float32
}

// NewThinBar is a bar of 8.
func NewThinBar(value float32, tone Tone) *ThinBar {
	b := &ThinBar{value: value, tone: tone, height: 8}
	b.ExtendBaseWidget(b)
	return b
}

// Thin makes it 4 high.
func (b *ThinBar) Thin() *ThinBar { b.height = 4; return b }

// Set changes what is shown.
func (b *ThinBar) Set(value float32, tone Tone) {
	if b.value != value || b.tone != tone {
		b.value, b.tone = value, tone
		b.Refresh()
	}
}

// AccessibilityLabel implements fyne.Accessible.
func (b *ThinBar) AccessibilityLabel() string { return fmt.Sprintf("%.0f %%", b.value*100) }

// AccessibilityRole implements fyne.Accessible.
func (b *ThinBar) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

// CreateRenderer implements fyne.Widget.
func (b *ThinBar) CreateRenderer() fyne.WidgetRenderer {
	track, fill := canvas.NewRectangle(nil), canvas.NewRectangle(nil)
	return draw(b, func(p paint, size fyne.Size) {
		h := p.px(b.height)
		y := (size.Height - h) / 2
		radius := min(b.height/2, 3)
		p.rect(track, Tile, Clear, 0, radius)
		track.Resize(fyne.NewSize(size.Width, h))
		track.Move(fyne.NewPos(0, y))
		p.rect(fill, b.tone.solid(), Clear, 0, radius)
		v := min(max(b.value, 0), 1)
		fill.Hidden = v == 0
		fill.Resize(fyne.NewSize(max(size.Width*v, h), h))
		fill.Move(fyne.NewPos(0, y))
	}, func(p paint) fyne.Size { return fyne.NewSize(p.px(24), p.px(b.height)) }, track, fill)
}

// Share is one part of a SplitBar.
type Share struct {
	Weight float32
	Tone   Tone
}

// SplitBar shows how a whole divides, such as outcomes of past requests.
func SplitBar(height float32, shares ...Share) *fyne.Container {
	weights := make([]float32, 0, len(shares))
	cells := make([]fyne.CanvasObject, 0, len(shares))
	for _, s := range shares {
		if s.Weight <= 0 {
			continue
		}
		weights = append(weights, s.Weight)
		cells = append(cells, Fixed(0, height, NewBox(s.Tone.solid()).Rounded(3)))
	}
	if len(cells) == 0 {
		return Fixed(0, height, NewBox(Tile).Rounded(3))
	}
	return Columns(4, 0, weights, cells...)
}

// Legend names a colour of a bar.
func Legend(tone Tone, text string) *fyne.Container {
	return Row(7, NewDot(tone.solid()), NewText(text).Caption().In(Ink2))
}

// QuorumMeter shows how many keepers are online and how many are needed.
type QuorumMeter struct {
	widget.BaseWidget
	total, online, needed int
	caption, mark         string
}

// NewQuorumMeter makes the meter; caption names what is counted, mark says how
// many are needed, below the stroke at that place.
func NewQuorumMeter(total, online, needed int, caption, mark string) *QuorumMeter {
	m := &QuorumMeter{total: total, online: online, needed: needed, caption: caption, mark: mark}
	m.ExtendBaseWidget(m)
	return m
}

// AccessibilityLabel implements fyne.Accessible.
func (m *QuorumMeter) AccessibilityLabel() string {
	return fmt.Sprintf("%d/%d, %s", m.online, m.total, m.mark)
}

// AccessibilityRole implements fyne.Accessible.
func (m *QuorumMeter) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

// CreateRenderer implements fyne.Widget.
func (m *QuorumMeter) CreateRenderer() fyne.WidgetRenderer {
	cells := make([]*canvas.Rectangle, max(m.total, 1))
	objects := make([]fyne.CanvasObject, 0, len(cells)+3)
	for i := range cells {
		cells[i] = canvas.NewRectangle(nil)
		objects = append(objects, cells[i])
	}
	stroke := canvas.NewRectangle(nil)
	caption, mark := canvas.NewText("", nil), canvas.NewText("", nil)
	objects = append(objects, stroke, caption, mark)
	return draw(m, func(p paint, size fyne.Size) {
		n := float32(len(cells))
		gap := p.px(4)
		w := (size.Width - gap*(n-1)) / n
		enough := m.online >= m.needed
		for i, c := range cells {
			switch {
			case i < m.online && enough:
				p.rect(c, Approve, Clear, 0, 3)
			case i < m.online:
				p.rect(c, WarnSolid, Clear, 0, 3)
			case i < m.needed:
				p.rect(c, Surface, WarnSolid, p.px(2), 3)
			default:
				p.rect(c, Tile, Clear, 0, 3)
			}
			at(c, fyne.NewPos(float32(i)*(w+gap), p.px(6)), fyne.NewSize(w, p.px(14)))
		}
		x := float32(m.needed)*(w+gap) - gap/2 - 1
		p.rect(stroke, Ink, Clear, 0, 0)
		stroke.Resize(fyne.NewSize(2, p.px(26)))
		stroke.Move(fyne.NewPos(x, 0))
		p.text(caption, m.caption, "helperText", Ink2, false)
		place(caption, 0, p.px(34))
		p.text(mark, m.mark, "helperText", Ink2, false)
		mx := min(max(x-mark.MinSize().Width/2, caption.MinSize().Width+p.px(8)), size.Width-mark.MinSize().Width)
		place(mark, mx, p.px(34))
	}, func(p paint) fyne.Size { return fyne.NewSize(p.px(220), p.px(42)) }, objects...)
}
