package widgets

import (
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"countersign/assets"
)

// Peer is one agency in a PeerGraph.
type Peer struct {
	ID     string
	Label  string
	Below  string // a second line, such as "You" or "away"
	Icon   assets.IconName
	Keeper bool // drawn as a square; a member is a disc
	Self   bool
	Away   bool
}

// Link is a connection between two peers, by ID. Delay stands on the line.
type Link struct {
	A, B  string
	Delay string
	Mine  bool // one end is this computer
	Faint bool // one end is away
}

// PeerGraph draws the agencies of a network and the lines between them: keepers
// on an inner ring, members on an outer one.
type PeerGraph struct {
	widget.BaseWidget
	peers []Peer
	links []Link
	spoke string
}

// NewPeerGraph makes the picture; spoken says the same in words.
func NewPeerGraph(spoken string, peers []Peer, links []Link) *PeerGraph {
	g := &PeerGraph{peers: peers, links: links, spoke: spoken}
	g.ExtendBaseWidget(g)
	return g
}

// Set shows another state.
func (g *PeerGraph) Set(spoken string, peers []Peer, links []Link) {
	g.spoke, g.peers, g.links = spoken, peers, links
	g.Refresh()
}

// AccessibilityLabel implements fyne.Accessible.
func (g *PeerGraph) AccessibilityLabel() string { return g.spoke }

// AccessibilityRole implements fyne.Accessible.
func (g *PeerGraph) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

// CreateRenderer implements fyne.Widget.
func (g *PeerGraph) CreateRenderer() fyne.WidgetRenderer { return laidOut(g, &graphRenderer{g: g}) }

type graphRenderer struct {
	g       *PeerGraph
	objects []fyne.CanvasObject
}

// places puts keepers evenly on the inner ring from the top and members on the
// outer ring between them.
func (g *PeerGraph) places(p paint, size fyne.Size) map[string]fyne.Position {
	var keepers, members []Peer
	for _, peer := range g.peers {
		if peer.Keeper {
			keepers = append(keepers, peer)
		} else {
			members = append(members, peer)
		}
	}
	mid := fyne.NewPos(size.Width/2, size.Height/2-p.px(12))
	rx, ry := size.Width/2-p.px(56), size.Height/2-p.px(60)
	out := make(map[string]fyne.Position, len(g.peers))
	ring := func(peers []Peer, fx, fy, turn float64) {
		for i, peer := range peers {
			a := turn + 2*math.Pi*float64(i)/float64(len(peers))
			x, y := max(-1, min(1, math.Sin(a)*fx)), max(-1, min(1, math.Cos(a)*fy))
			out[peer.ID] = mid.AddXY(float32(x)*rx, -float32(y)*ry)
		}
	}
	if len(members) == 0 {
		ring(keepers, 1, 1, 0)
		return out
	}
	ring(keepers, 0.58, 1, 0)
	// Members stand in the gaps between keepers; where they are fewer, some gaps stay free.
	for len(members) < len(keepers) {
		members = append(members, Peer{})
	}
	ring(members, 1.3, 1.1, math.Pi/float64(len(members)))
	delete(out, "")
	return out
}

func (r *graphRenderer) Layout(size fyne.Size) {
	p := paintFor(r.g)
	r.objects = nil
	places := r.g.places(p, size)
	away := make(map[string]bool)
	for _, peer := range r.g.peers {
		away[peer.ID] = peer.Away
	}
	var labels []fyne.CanvasObject
	for _, l := range r.g.links {
		a, okA := places[l.A]
		b, okB := places[l.B]
		if !okA || !okB {
			continue
		}
		line := canvas.NewLine(p.ink(Control))
		line.StrokeColor = faded(p.ink(Control), 0.7)
		line.StrokeWidth = 1
		switch {
		case l.Faint || away[l.A] || away[l.B]:
			line.StrokeColor = p.ink(Line)
		case l.Mine:
			line.StrokeColor, line.StrokeWidth = p.ink(Accent), 2
		}
		line.Position1, line.Position2 = a, b
		r.objects = append(r.objects, line)
		if l.Delay == "" {
			continue
		}
		bg, text := canvas.NewRectangle(nil), canvas.NewText("", nil)
		p.rect(bg, Bg, Line, 1, 9)
		p.text(text, l.Delay, theme.SizeNameCaptionText, Ink2, false)
		m := text.MinSize()
		w, h := m.Width+p.px(14), p.px(18)
		mid := fyne.NewPos((a.X+b.X)/2, (a.Y+b.Y)/2)
		at(bg, mid.SubtractXY(w/2, h/2), fyne.NewSize(w, h))
		place(text, mid.X-m.Width/2, mid.Y)
		labels = append(labels, bg, text)
	}
	r.objects = append(r.objects, labels...)
	for _, peer := range r.g.peers {
		r.peer(p, peer, places[peer.ID])
	}
}

func (r *graphRenderer) peer(p paint, peer Peer, mid fyne.Position) {
	side, radius := float32(44), float32(22)
	if peer.Keeper {
		side, radius = 60, 12
	}
	half := p.px(side) / 2
	bg := canvas.NewRectangle(nil)
	fill, line, ink, width := Surface, Control, Ink, float32(1)
	switch {
	case peer.Self:
		fill, line, ink, width = AccentSoft, Accent, Accent, 2
	case peer.Away:
		fill, line, ink = Bg, Line, Ink3
	}
	p.rect(bg, fill, line, width, radius)
	at(bg, mid.SubtractXY(half, half), fyne.NewSquareSize(2*half))
	icon := &canvas.Image{FillMode: canvas.ImageFillContain}
	ih := half * 0.46
	p.icon(icon, peer.Icon, ink, 2*ih)
	icon.Resize(fyne.NewSquareSize(2 * ih))
	icon.Move(mid.SubtractXY(ih, ih))
	r.objects = append(r.objects, bg, icon)

	if peer.Keeper {
		badge, mark := canvas.NewRectangle(nil), &canvas.Image{FillMode: canvas.ImageFillContain}
		p.rect(badge, Approve, Bg, 2, 10)
		name, tick := assets.IconCheck, OnApprove
		if peer.Away {
			p.rect(badge, Tile, Bg, 2, 10)
			name, tick = assets.IconOffline, Ink3
		}
		b := p.px(20)
		corner := mid.AddXY(half-p.px(15), half-p.px(15))
		at(badge, corner, fyne.NewSquareSize(b))
		p.icon(mark, name, tick, p.px(16))
		mark.Resize(fyne.NewSquareSize(p.px(13)))
		mark.Move(corner.AddXY(p.px(3.5), p.px(3.5)))
		r.objects = append(r.objects, badge, mark)
	}
	y := mid.Y + half + p.px(13)
	name := canvas.NewText("", nil)
	p.text(name, peer.Label, theme.SizeNameCaptionText, Ink, true)
	shade := canvas.NewRectangle(p.ink(Bg))
	m := name.MinSize()
	shade.Resize(fyne.NewSize(m.Width+p.px(4), m.Height))
	shade.Move(fyne.NewPos(mid.X-m.Width/2-p.px(2), y-m.Height/2))
	place(name, mid.X-m.Width/2, y)
	r.objects = append(r.objects, shade, name)
	if peer.Below != "" {
		below := canvas.NewText("", nil)
		token := Ink3
		if peer.Self {
			token = Accent
		}
		p.text(below, peer.Below, theme.SizeNameCaptionText, token, peer.Self)
		place(below, mid.X-below.MinSize().Width/2, y+p.px(16))
		r.objects = append(r.objects, below)
	}
}

func (r *graphRenderer) MinSize() fyne.Size {
	p := paintFor(r.g)
	return fyne.NewSize(p.px(320), p.px(320))
}

func (r *graphRenderer) Refresh() {
	r.Layout(r.g.Size())
	canvas.Refresh(r.g)
}

func (r *graphRenderer) Objects() []fyne.CanvasObject { return r.objects }

func (r *graphRenderer) Destroy() {}
