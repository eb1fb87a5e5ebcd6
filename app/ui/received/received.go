// Package received owns the screen of the data that other agencies have sent:
// the list with what is left of each retention, and a file opened, checked and
// covered until it is asked for. It checks nothing itself: the desk opens a file
// only when it is what was signed, and writes every look into the journal.
package received

import (
	"context"
	"slices"

	"fyne.io/fyne/v2"

	"countersign/app/desk"
	"countersign/app/ui/cases"
	"countersign/app/ui/page"
	"countersign/app/ui/signing"
	"countersign/app/widgets"
	"countersign/assets"
)

// endingDays is how long before its end a retention is shown as ending.
const endingDays = 10

// Desk is what the screen needs.
type Desk interface {
	signing.Desk
	cases.Keeper
	ReceivedPage(ctx context.Context, cursor []byte) ([]desk.RequestRow, []byte, error)
	OpenPart(ctx context.Context, id desk.EntryID, which int) (*desk.Table, error)
	ShowValues(ctx context.Context, id desk.EntryID) error
	ExportPart(ctx context.Context, id desk.EntryID, which int, path string) error
	Letter(ctx context.Context, id desk.EntryID) (*desk.Letter, error)
}

// Screen lists what was received.
type Screen struct {
	env  *page.Env
	desk Desk

	rows     []desk.RequestRow
	next     []byte // where older rows begin; nil: all are read
	shown    []desk.RequestRow
	search   string
	chosen   desk.EntryID
	listTurn page.Turn
	openTurn page.Turn
	wanted   bool // the chosen file was asked for from another screen

	field    *widgets.Input
	list     *widgets.RequestList
	listSlot *page.Slot
	older    *page.Slot
	detail   *page.Slot
	open     *file
	side     *fyne.Container // the list with head and foot
	split    *page.Split
	// Badge is told how many files nobody has looked at.
	Badge func(n int)
}

// New makes the screen.
func New(e *page.Env, d Desk) *Screen {
	s := &Screen{env: e, desk: d, listSlot: page.NewSlot(), older: page.NewSlot(), detail: page.NewSlot()}
	s.field = widgets.NewSearchField(e.T("received.search"), "/", func(text string) {
		s.search = text
		s.fill()
	})
	s.list = widgets.NewRequestList(86, s.pick)
	s.listSlot.Show(widgets.Skeleton(5))
	s.detail.Show(s.nothing())
	s.older.Show(widgets.Column(0))
	head := widgets.Column(0, widgets.Inset(16, 16, 12, 16, widgets.Column(12, widgets.Fixed(0, 28, widgets.NewText(e.T("received.title")).Heading()), s.field)), widgets.Rule())
	foot := widgets.Column(0, s.older.Content(), e.Hints("J", "hint.next", "K", "hint.previous", "Del", "hint.delete"))
	s.side = widgets.Column(0, head, widgets.Grow(s.listSlot.Content()), foot)
	s.split = page.NewSplit(e, page.Received, 311, s.side, s.detail.Content())
	s.list.OnPress(func(int) { s.split.Read(true) })
	s.split.Back = func() { s.split.Read(false) }
	return s
}

// Content implements page.Screen.
func (s *Screen) Content() fyne.CanvasObject { return s.split }

// Search implements page.Searcher.
func (s *Screen) Search() fyne.Focusable {
	s.split.Read(false)
	return s.field.Focus()
}

// Leave implements page.Leaver: nothing stays uncovered behind another screen.
func (s *Screen) Leave() {
	if s.open != nil {
		s.open.cover()
	}
}

// Open implements page.Screen.
func (s *Screen) Open(p page.Place) {
	s.split.Title(s.env.T("received.title"))
	if p.Request != (desk.EntryID{}) {
		s.split.Read(true)
		s.chosen, s.wanted = p.Request, true
	}
	s.reload()
}

// Changed implements page.Screen.
func (s *Screen) Changed(c desk.Change) {
	if len(c.Requests) > 0 || c.People {
		s.reload()
	}
	if s.open != nil && s.open.live && slices.Contains(c.Requests, s.open.row.ID) {
		s.open.look()
	}
}

// Rune implements page.Screen.
func (s *Screen) Rune(r rune) bool {
	switch {
	case r == 'j':
		s.list.Step(1)
	case r == 'k':
		s.list.Step(-1)
	case s.open == nil:
		return false
	case r == 'e':
		s.env.Go(page.Place{Screen: page.Evidence, Request: s.open.row.ID})
	case r == 'v':
		s.open.toggle()
	case r == 'x':
		s.open.export()
	default:
		return false
	}
	return true
}

// Key implements page.Screen.
func (s *Screen) Key(k *fyne.KeyEvent) bool {
	switch k.Name {
	case fyne.KeyDown:
		s.list.Step(1)
	case fyne.KeyUp:
		s.list.Step(-1)
	case fyne.KeyReturn, fyne.KeyEnter:
		s.enter()
	case fyne.KeyDelete:
		if row := s.row(s.chosen); row != nil && !row.Deleted {
			s.remove(*row)
		}
	case fyne.KeyEscape:
		s.split.Read(false)
		s.env.Canvas.Focus(s.list)
	default:
		return false
	}
	return true
}

// enter opens the chosen file; a narrow window leads to its page first, which
// says that opening is recorded.
func (s *Screen) enter() {
	row := s.row(s.chosen)
	if row == nil {
		return
	}
	if !s.split.Reading() {
		s.split.Read(true)
		return
	}
	if s.open == nil && !row.Deleted {
		s.show(*row, -1)
	}
}

type rowsPage struct {
	rows []desk.RequestRow
	next []byte
}

func (s *Screen) read(cursor []byte, show func(rowsPage, error)) {
	page.ReadLast(s.env, &s.listTurn, func(ctx context.Context) (rowsPage, error) {
		rows, next, err := s.desk.ReceivedPage(ctx, cursor)
		return rowsPage{rows, next}, err
	}, show)
}

func (s *Screen) reload() {
	s.read(nil, func(p rowsPage, err error) {
		if err != nil {
			s.listSlot.Show(s.env.Failed(err, s.reload))
			return
		}
		if len(s.rows) > len(p.rows) && p.next != nil { // older rows were read: they stay
			p.rows = append(p.rows, without(s.rows, p.rows)...)
			p.next = s.next
		}
		s.rows, s.next = p.rows, p.next
		s.fill()
		s.arrive()
	})
}

// without are the rows whose requests are not among others.
func without(rows, others []desk.RequestRow) []desk.RequestRow {
	known := map[desk.EntryID]bool{}
	for _, r := range others {
		known[r.ID] = true
	}
	var out []desk.RequestRow
	for _, r := range rows {
		if !known[r.ID] {
			out = append(out, r)
		}
	}
	return out
}

// arrive opens what another screen has led to.
func (s *Screen) arrive() {
	row := s.row(s.chosen)
	if !s.wanted || row == nil {
		return
	}
	s.wanted = false
	if !row.Deleted {
		s.show(*row, -1)
	}
}

func (s *Screen) readOlder() {
	s.read(s.next, func(p rowsPage, err error) {
		if err != nil {
			s.env.Problem(s.env.T("received.title"), err)
			return
		}
		s.rows, s.next = append(s.rows, without(p.rows, s.rows)...), p.next
		s.fill()
	})
}

func (s *Screen) row(id desk.EntryID) *desk.RequestRow {
	for i := range s.rows {
		if s.rows[i].ID == id {
			return &s.rows[i]
		}
	}
	return nil
}

// fill puts what fits the search into the list.
func (s *Screen) fill() {
	e := s.env
	s.shown = nil
	var rows []widgets.RowData
	at, unread := -1, 0
	for _, r := range s.rows {
		if r.Unread && !r.Deleted {
			unread++
		}
		if !s.matches(r) {
			continue
		}
		if r.ID == s.chosen {
			at = len(rows)
		}
		s.shown = append(s.shown, r)
		rows = append(rows, s.rowData(r))
	}
	if s.Badge != nil {
		s.Badge(unread)
	}
	s.older.Show(widgets.Column(0))
	if s.next != nil {
		s.older.Show(widgets.Inset(6, 16, 6, 16, widgets.Row(0, widgets.NewLink(e.T("received.older"), s.readOlder))))
	}
	s.side.Refresh() // its foot is higher or lower now
	if len(rows) == 0 {
		if s.search != "" {
			s.listSlot.Show(e.NoMatch(s.search))
			return
		}
		s.listSlot.Show(widgets.EmptyState(assets.IconDownload, widgets.ToneNeutral, e.T("received.empty_title"), e.T("received.empty_text")))
		return
	}
	if s.listSlot.Shown() != s.list {
		s.listSlot.Show(s.list)
	}
	page.UpdateRows(s.list, rows, at)
	if row := s.row(s.chosen); row != nil && row.Deleted && s.open != nil && s.open.row.ID == row.ID {
		s.open = nil
		s.closed(*row)
	}
}

// pick shows what a row stands for, still closed: only opening it is recorded.
func (s *Screen) pick(i int) {
	if i >= len(s.shown) {
		return
	}
	row := s.shown[i]
	if s.chosen == row.ID && s.open != nil {
		return
	}
	s.openTurn = page.Turn{}
	s.chosen, s.open, s.wanted = row.ID, nil, false
	s.closed(row)
}

func (s *Screen) nothing() fyne.CanvasObject {
	return widgets.EmptyState(assets.IconDownload, widgets.ToneNeutral, s.env.T("received.pick"), s.env.T("received.open_recorded"))
}
