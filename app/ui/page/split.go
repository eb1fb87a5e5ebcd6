package page

import (
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"countersign/app/widgets"
	"countersign/assets"
)

const (
	// oneBelow is the width beside a rail of icons under which a list and what
	// is chosen in it are shown one at a time: the window is under 900 then.
	oneBelow = 900 - 65
	// leastList is how narrow the list can be drawn.
	leastList = 240
	// readable is the least width in which a page is comfortably read.
	readable = 520
	// gripStep is how far an arrow key moves the divider.
	gripStep = 16
	// backHeight is the height of the line that leads back to the list.
	backHeight = 44
	// gripWidth is how wide the divider can be caught.
	gripWidth = 9
)

// Split is a list beside what is chosen in it. The divider can be drawn, and its
// place is kept. In a narrow window it is the list or the other, with a line
// that leads back.
type Split struct {
	widget.BaseWidget
	env          *Env
	name         string
	width        float32 // of the list, at text size 1
	first        float32 // the width at first
	list, detail fyne.CanvasObject
	ground       *widgets.Box // of what is chosen
	back         *widgets.Button
	line         *fyne.Container
	rule         *fyne.Container
	grip         *grip
	title        string
	narrow       bool
	reading      bool

	// Back is what the line's arrow does.
	Back func()
	// Narrowed is told when the window has become narrow, or wide again.
	Narrowed func(narrow bool)
	// Room is what the other side keeps where the list is wide, as a table is; 0:
	// what a page needs to be read.
	Room float32
	// OneBelow is the width under which the two are shown one at a time; 0: the usual.
	OneBelow float32
}

// NewSplit makes a split; name is under what its divider's place is kept.
func NewSplit(e *Env, name string, width float32, list, detail fyne.CanvasObject) *Split {
	s := &Split{env: e, name: "split." + name, width: width, first: width}
	if kept, err := strconv.ParseFloat(e.View(s.name), 32); err == nil && kept >= leastList {
		s.width = float32(kept)
	}
	s.back = widgets.NewButton(widgets.Ghost, "", func() {
		if s.Back != nil {
			s.Back()
		}
	}).WithIcon(assets.IconLeft)
	s.ground = widgets.NewBox(widgets.Surface)
	s.list, s.detail, s.rule = widgets.OnGround(widgets.Bg, list), widgets.Layers(s.ground, detail), widgets.UpRule()
	s.line = widgets.OnGround(widgets.Rail, widgets.Column(0, widgets.Fixed(0, backHeight-1, widgets.Inset(4, 16, 4, 8, widgets.TopRow(0, s.back))), widgets.Rule()))
	s.grip = newGrip(s)
	s.ExtendBaseWidget(s)
	return s
}

// Grounded lays a screen's content on the ground of screens. A split lays its list
// on it itself, and what is chosen stands on the window, which has the colour of a
// letter already: the largest area of all that nothing has to fill.
func Grounded(content fyne.CanvasObject) fyne.CanvasObject {
	if s, ok := content.(*Split); ok {
		s.ground.Hide()
		return s
	}
	return widgets.OnGround(widgets.Bg, content)
}

// Title says where one is, such as "Inbox, 3 of 4".
func (s *Split) Title(text string) {
	s.title = text
	s.back.SetLabel(text)
	s.crumb()
}

// Narrow tells whether the list and what is chosen are shown one at a time.
func (s *Split) Narrow() bool { return s.narrow }

// Reading tells whether what is chosen is on screen.
func (s *Split) Reading() bool { return !s.narrow || s.reading }

// Read shows in a narrow window what is chosen, or the list.
func (s *Split) Read(on bool) {
	if s.reading != on {
		s.reading = on
		s.place()
	}
	s.crumb()
}

// crumb hands the line to the window where that has a line of its own.
func (s *Split) crumb() {
	if b := s.env.Bar; b != nil && b.Set != nil {
		if s.narrow && s.reading {
			b.Set(s.title, s.Back)
		} else {
			b.Set("", nil)
		}
	}
}

func (s *Split) ownLine() bool { return s.env.Bar == nil || !s.env.Bar.Shown() }

// draw moves the divider.
func (s *Split) draw(by float32) {
	unit := theme.Size(widgets.SizeScale)
	least := max(leastList, min(s.list.MinSize().Width/unit, s.first)) // what stands in the list is not cut
	s.width = min(max(s.listWidth()/unit+by/unit, least), max(s.Size().Width/unit-readable, least))
	s.place()
}

// place gives both sides their room anew; neither draws itself again for that.
func (s *Split) place() {
	(&splitRenderer{s}).Layout(s.Size())
	canvas.Refresh(s)
}

func (s *Split) keep() { s.env.KeepView(s.name, strconv.Itoa(int(s.width))) }

func (s *Split) listWidth() float32 {
	unit := theme.Size(widgets.SizeScale)
	room := s.Room
	if room == 0 {
		room = readable
	}
	return min(s.width*unit, max(s.Size().Width-room*unit, s.Size().Width*0.36))
}

// MinSize implements fyne.CanvasObject: either side scrolls.
func (s *Split) MinSize() fyne.Size { return fyne.NewSize(360, 300) }

// Parts implements widgets.Assembled.
func (s *Split) Parts() []fyne.CanvasObject {
	return []fyne.CanvasObject{s.line, s.list, s.detail}
}

// CreateRenderer implements fyne.Widget.
func (s *Split) CreateRenderer() fyne.WidgetRenderer { return &splitRenderer{s} }

type splitRenderer struct{ s *Split }

// Layout implements fyne.WidgetRenderer.
func (r *splitRenderer) Layout(size fyne.Size) {
	s := r.s
	unit := theme.Size(widgets.SizeScale)
	below := s.OneBelow
	if below == 0 {
		below = oneBelow
	}
	narrow := size.Width < below*unit
	if s.env.Bar != nil && s.env.Bar.Shown() {
		narrow = true
	}
	changed := narrow != s.narrow
	s.narrow = narrow
	for o, on := range map[fyne.CanvasObject]bool{s.list: !narrow || !s.reading, s.detail: !narrow || s.reading, s.rule: !narrow, s.grip: !narrow,
		s.line: narrow && s.reading && s.ownLine()} {
		if on != o.Visible() {
			show(o, on)
		}
	}
	put := func(o fyne.CanvasObject, x, y, width float32) {
		o.Move(fyne.NewPos(x, y))
		o.Resize(fyne.NewSize(width, size.Height-y))
	}
	if narrow {
		top := float32(0)
		if s.line.Visible() {
			top = backHeight * unit
			s.line.Move(fyne.Position{})
			s.line.Resize(fyne.NewSize(size.Width, top))
		}
		put(s.list, 0, 0, size.Width)
		put(s.detail, 0, top, size.Width)
	} else {
		w := s.listWidth()
		put(s.list, 0, 0, w)
		put(s.rule, w, 0, 1)
		put(s.detail, w+1, 0, max(size.Width-w-1, 0))
		put(s.grip, w-gripWidth/2, 0, gripWidth)
	}
	if changed {
		s.crumb()
		if s.Narrowed != nil {
			s.Narrowed(narrow)
		}
	}
}

func show(o fyne.CanvasObject, on bool) {
	if on {
		o.Show()
	} else {
		o.Hide()
	}
}

// MinSize implements fyne.WidgetRenderer.
func (r *splitRenderer) MinSize() fyne.Size { return r.s.MinSize() }

// Refresh implements fyne.WidgetRenderer.
func (r *splitRenderer) Refresh() {
	r.Layout(r.s.Size())
	for _, o := range r.Objects() {
		if o.Visible() {
			o.Refresh()
		}
	}
	canvas.Refresh(r.s)
}

// Objects implements fyne.WidgetRenderer.
func (r *splitRenderer) Objects() []fyne.CanvasObject {
	s := r.s
	return []fyne.CanvasObject{s.list, s.rule, s.detail, s.line, s.grip}
}

// Destroy implements fyne.WidgetRenderer.
func (r *splitRenderer) Destroy() {}

// grip is where the divider is caught: by the pointer, or with the arrow keys
// while it has the focus.
type grip struct {
	widget.BaseWidget
	split   *Split
	mark    *widgets.Box
	focused bool
}

func newGrip(s *Split) *grip {
	g := &grip{split: s, mark: widgets.NewBox(widgets.Clear)}
	g.ExtendBaseWidget(g)
	return g
}

// Dragged implements fyne.Draggable.
func (g *grip) Dragged(e *fyne.DragEvent) { g.split.draw(e.Dragged.DX) }

// DragEnd implements fyne.Draggable.
func (g *grip) DragEnd() { g.split.keep() }

// MouseIn implements desktop.Hoverable.
func (g *grip) MouseIn(*desktop.MouseEvent) { g.paint(widgets.Hover) }

// MouseMoved implements desktop.Hoverable.
func (g *grip) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (g *grip) MouseOut() { g.paint(widgets.Clear) }

// paint shows the grip in a colour; one with the focus is seen in any case.
func (g *grip) paint(ground widgets.Token) {
	if g.focused {
		ground = widgets.Accent
	}
	g.mark.Set(ground, widgets.Clear)
}

// FocusGained implements fyne.Focusable.
func (g *grip) FocusGained() {
	g.focused = true
	g.paint(widgets.Clear)
}

// FocusLost implements fyne.Focusable.
func (g *grip) FocusLost() {
	g.focused = false
	g.paint(widgets.Clear)
}

// TypedKey implements fyne.Focusable: other keys are the window's.
func (g *grip) TypedKey(k *fyne.KeyEvent) {
	step := float32(gripStep)
	switch k.Name {
	case fyne.KeyLeft:
		step = -step
	case fyne.KeyRight:
	default:
		if act := g.split.env.Canvas.OnTypedKey(); act != nil {
			act(k)
		}
		return
	}
	g.split.draw(step * theme.Size(widgets.SizeScale))
	g.split.keep()
}

// TypedRune implements fyne.Focusable: single keys are the window's.
func (g *grip) TypedRune(r rune) {
	if act := g.split.env.Canvas.OnTypedRune(); act != nil {
		act(r)
	}
}

// AccessibilityLabel implements fyne.Accessible.
func (g *grip) AccessibilityLabel() string { return g.split.env.T("common.divider") }

// AccessibilityRole implements fyne.Accessible.
func (g *grip) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleButton }

// Cursor implements desktop.Cursorable.
func (g *grip) Cursor() desktop.Cursor { return desktop.HResizeCursor }

// CreateRenderer implements fyne.Widget.
func (g *grip) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(widgets.Layers(widgets.Inset(0, 3, 0, 3, g.mark)))
}
