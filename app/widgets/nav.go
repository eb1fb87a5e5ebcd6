package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"

	"countersign/assets"
)

// NavItem is one line of the rail: icon, name and a count. In a narrow window it
// shows the icon alone.
type NavItem struct {
	press
	icon     assets.IconName
	label    string
	badge    string
	selected bool
	narrow   bool
}

// NewNavItem makes a line of the rail.
func NewNavItem(icon assets.IconName, label string, open func()) *NavItem {
	n := &NavItem{icon: icon, label: label}
	n.extend(n, open)
	n.spoken = func() string { return n.label + " " + n.badge }
	return n
}

// Select shows whether this is the open screen.
func (n *NavItem) Select(on bool) {
	if n.selected != on {
		n.selected = on
		n.Refresh()
	}
}

// SetBadge shows a count, or none for "".
func (n *NavItem) SetBadge(badge string) {
	if n.badge != badge {
		n.badge = badge
		n.Refresh()
	}
}

// SetNarrow hides the name.
func (n *NavItem) SetNarrow(on bool) {
	if n.narrow != on {
		n.narrow = on
		n.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (n *NavItem) CreateRenderer() fyne.WidgetRenderer {
	bg, disc, ring := canvas.NewRectangle(nil), canvas.NewRectangle(nil), canvas.NewRectangle(nil)
	icon := &canvas.Image{FillMode: canvas.ImageFillContain}
	text, count := canvas.NewText("", nil), canvas.NewText("", nil)
	return draw(n, func(p paint, size fyne.Size) {
		fill, ink, disk, num := Clear, Ink2, Tile, Ink2
		switch {
		case n.selected:
			fill, ink, disk, num = AccentSoft, Accent, Accent, OnAccent
		case n.over:
			fill = Hover
		}
		p.rect(bg, fill, Clear, 0, 6)
		bg.Resize(size)
		n.ring(p, ring, size, 6, -1)
		mid, x := size.Height/2, p.px(10)
		if n.narrow {
			x = (size.Width - p.px(20)) / 2
		}
		p.icon(icon, n.icon, ink, p.px(20))
		icon.Resize(fyne.NewSquareSize(p.px(20)))
		icon.Move(fyne.NewPos(x, mid-p.px(10)))
		text.Hidden = n.narrow
		p.text(text, n.label, theme.SizeNameText, ink, n.selected)
		right := size.Width - p.px(10)
		if n.badge != "" {
			right -= p.px(24)
		}
		text.Text = cut(n.label, right-p.px(42), text.TextSize, text.TextStyle)
		place(text, p.px(42), mid)
		disc.Hidden, count.Hidden = n.badge == "", n.badge == "" || n.narrow
		p.text(count, n.badge, theme.SizeNameCaptionText, num, true)
		w := max(p.px(18), count.MinSize().Width+p.px(10))
		corner := fyne.NewPos(size.Width-p.px(10)-w, mid-p.px(9))
		if n.narrow { // only a mark that there is something
			p.rect(disc, Accent, Clear, 0, 4)
			disc.Resize(fyne.NewSquareSize(p.px(8)))
			disc.Move(fyne.NewPos(x+p.px(15), mid-p.px(12)))
			return
		}
		p.rect(disc, disk, Clear, 0, 9)
		disc.Resize(fyne.NewSize(w, p.px(18)))
		disc.Move(corner)
		place(count, corner.X+(w-count.MinSize().Width)/2, mid)
	}, func(p paint) fyne.Size {
		if n.narrow {
			return fyne.NewSize(p.px(40), p.px(36))
		}
		w := p.px(52) + p.width(n.label, theme.SizeNameText, true)
		if n.badge != "" {
			w += p.px(30)
		}
		return fyne.NewSize(min(w, p.px(175)), p.px(36))
	}, bg, icon, text, disc, count, ring)
}
