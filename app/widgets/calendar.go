package widgets

import (
	"slices"
	"strconv"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"

	"countersign/assets"
)

// The toolkit's calendar writes its months in English only, and its days take no
// arrow keys: hence one of our own.

const (
	calendarWeeks = 6
	calendarCell  = 36 // wide
	calendarLine  = 32 // high
)

// CalendarWords are what a calendar says, in the language of the person.
type CalendarWords struct {
	Month  func(time.Time) string // "June 2026"
	Day    func(time.Time) string // in full, for who listens
	Heads  [7]string              // of the columns, Monday first
	Before string                 // the month before
	After  string                 // the month after
	Open   string                 // what opens it
}

// Calendar shows a month of days of which one is chosen. Arrows move by days and
// weeks, Page Up and Page Down by months; Enter takes the day.
type Calendar struct {
	part
	words CalendarWords
	month *Text
	after *Button
	days  *dayGrid
}

// NewCalendar shows the month of a day; pick is told which day was taken. Days
// after last cannot be taken; the zero time: there is no last day.
func NewCalendar(words CalendarWords, day, last time.Time, pick func(time.Time)) *Calendar {
	c := &Calendar{words: words, month: NewText("").Bold().Center()}
	c.days = &dayGrid{words: words, day: midnight(day), chosen: midnight(day), over: -1, pick: pick, moved: c.show}
	if !last.IsZero() {
		c.days.last = midnight(last)
	}
	if c.days.beyond(c.days.day) {
		c.days.day = c.days.last
	}
	c.days.extend(c.days, func() { c.days.take(c.days.day) })
	c.days.key = c.days.arrow
	c.days.spoken = func() string { return words.Day(c.days.day) }
	before := NewIconButton(assets.IconChevLeft, words.Before, func() { c.days.move(c.days.monthsOn(-1)) })
	c.after = NewIconButton(assets.IconChevRight, words.After, func() { c.days.move(c.days.monthsOn(1)) })
	c.build(c, Column(4, Row(4, before, Grow(c.month), c.after), c.days))
	c.show()
	return c
}

// show says which month it is.
func (c *Calendar) show() {
	c.month.Set(c.words.Month(c.days.day))
	next := time.Date(c.days.day.Year(), c.days.day.Month()+1, 1, 0, 0, 0, 0, c.days.day.Location())
	c.after.Allow(!c.days.beyond(next), "")
	c.days.Refresh()
}

// Day is the day on which the keyboard stands.
func (c *Calendar) Day() time.Time { return c.days.day }

// Focus returns what takes the keyboard focus.
func (c *Calendar) Focus() fyne.Focusable { return c.days }

// OnEscape is called when the person wants none of the days.
func (c *Calendar) OnEscape(f func()) *Calendar { c.days.escape = f; return c }

func midnight(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
}

// dayGrid is the grid of days of one month.
type dayGrid struct {
	press
	words  CalendarWords
	day    time.Time // on which the keyboard stands
	chosen time.Time
	last   time.Time // zero: any day
	over   int       // the cell below the pointer; -1: none
	pick   func(time.Time)
	moved  func()
	escape func()
}

func (g *dayGrid) beyond(day time.Time) bool { return !g.last.IsZero() && day.After(g.last) }

// first is the day in the first cell: a Monday, of the month before as a rule.
func (g *dayGrid) first() time.Time {
	one := time.Date(g.day.Year(), g.day.Month(), 1, 0, 0, 0, 0, g.day.Location())
	return one.AddDate(0, 0, -(int(one.Weekday())+6)%7)
}

// monthsOn is the same day some months on, or the last one of a shorter month.
func (g *dayGrid) monthsOn(n int) time.Time {
	first := time.Date(g.day.Year(), g.day.Month()+time.Month(n), 1, 0, 0, 0, 0, g.day.Location())
	end := first.AddDate(0, 1, -1)
	return time.Date(first.Year(), first.Month(), min(g.day.Day(), end.Day()), 0, 0, 0, 0, first.Location())
}

func (g *dayGrid) move(day time.Time) {
	if g.beyond(day) {
		day = g.last
	}
	g.day = day
	g.moved()
}

func (g *dayGrid) take(day time.Time) {
	if !g.beyond(day) {
		g.day, g.chosen = day, day
		g.moved()
		g.pick(day)
	}
}

func (g *dayGrid) arrow(e *fyne.KeyEvent) bool {
	switch e.Name {
	case fyne.KeyLeft:
		g.move(g.day.AddDate(0, 0, -1))
	case fyne.KeyRight:
		g.move(g.day.AddDate(0, 0, 1))
	case fyne.KeyUp:
		g.move(g.day.AddDate(0, 0, -7))
	case fyne.KeyDown:
		g.move(g.day.AddDate(0, 0, 7))
	case fyne.KeyPageUp:
		g.move(g.monthsOn(-1))
	case fyne.KeyPageDown:
		g.move(g.monthsOn(1))
	case fyne.KeyEscape:
		if g.escape == nil {
			return false
		}
		g.escape()
	default:
		return false
	}
	return true
}

// cell tells which cell a point lies in; -1: none.
func (g *dayGrid) cell(at fyne.Position) int {
	p := paintFor(g)
	line := int(at.Y/p.px(calendarLine)) - 1
	col := int(at.X / (g.Size().Width / 7))
	if at.Y < p.px(calendarLine) || line >= calendarWeeks || at.X < 0 || col > 6 {
		return -1
	}
	return line*7 + col
}

// Tapped implements fyne.Tappable.
func (g *dayGrid) Tapped(e *fyne.PointEvent) {
	if i := g.cell(e.Position); i >= 0 {
		g.take(g.first().AddDate(0, 0, i))
	}
}

// MouseMoved implements desktop.Hoverable.
func (g *dayGrid) MouseMoved(e *desktop.MouseEvent) {
	if i := g.cell(e.Position); i != g.over {
		g.over = i
		g.Refresh()
	}
}

// MouseOut implements desktop.Hoverable.
func (g *dayGrid) MouseOut() { g.over = -1; g.press.MouseOut() }

// CreateRenderer implements fyne.Widget.
func (g *dayGrid) CreateRenderer() fyne.WidgetRenderer {
	mark, over, ring := canvas.NewRectangle(nil), canvas.NewRectangle(nil), canvas.NewRectangle(nil)
	heads, days := make([]*canvas.Text, 7), make([]*canvas.Text, calendarWeeks*7)
	objects := []fyne.CanvasObject{over, mark}
	for _, list := range [][]*canvas.Text{heads, days} {
		for i := range list {
			list[i] = canvas.NewText("", nil)
			objects = append(objects, list[i])
		}
	}
	return draw(g, func(p paint, size fyne.Size) {
		w, h := size.Width/7, p.px(calendarLine)
		centre := func(t *canvas.Text, col, line int) {
			place(t, (float32(col)+0.5)*w-t.MinSize().Width/2, (float32(line)+0.5)*h)
		}
		for i, t := range heads {
			p.text(t, g.words.Heads[i], theme.SizeNameCaptionText, Ink3, false)
			centre(t, i, 0)
		}
		frame := func(r *canvas.Rectangle, i int) {
			at(r, fyne.NewPos(float32(i%7)*w+p.px(2), float32(i/7+1)*h+p.px(1)), fyne.NewSize(w-p.px(4), h-p.px(2)))
		}
		mark.Hidden, over.Hidden, ring.Hidden = true, true, true
		first := g.first()
		for i, t := range days {
			day := first.AddDate(0, 0, i)
			token := Ink
			switch {
			case g.beyond(day):
				token = Disabled
			case day.Month() != g.day.Month():
				token = Ink3
			case day.Equal(g.chosen):
				token, mark.Hidden = OnAccent, false
				p.rect(mark, Accent, Clear, 0, 6)
				frame(mark, i)
			case i == g.over:
				over.Hidden = false
				p.rect(over, Hover, Clear, 0, 6)
				frame(over, i)
			}
			if day.Equal(g.day) && g.focused && !g.quiet {
				ring.Hidden = false
				p.rect(ring, Clear, Accent, p.px(2), 8)
				frame(ring, i)
			}
			p.text(t, strconv.Itoa(day.Day()), theme.SizeNameText, token, token == OnAccent)
			centre(t, i%7, i/7+1)
		}
	}, func(p paint) fyne.Size {
		return fyne.NewSize(p.px(7*calendarCell), p.px((calendarWeeks+1)*calendarLine))
	}, slices.Concat(objects, []fyne.CanvasObject{ring})...)
}
