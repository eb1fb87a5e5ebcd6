// Package inbox owns the screen on which an official finds what their agency is
// asked for, in the order of the legal deadline, reads it and decides it, and
// on which an administrator finds what waits for a second signature.
package inbox

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"countersign/app/desk"
	"countersign/app/ui/letter"
	"countersign/app/ui/page"
	"countersign/app/ui/signing"
	"countersign/app/widgets"
	"countersign/assets"
)

// Desk is what the inbox needs.
type Desk interface {
	letter.Desk
	Inbox(ctx context.Context) (desk.InboxGroups, error)
	Letter(ctx context.Context, id desk.EntryID) (*desk.Letter, error)
	Network(ctx context.Context) (desk.Network, error)
}

// The views of the list.
const (
	toSign = iota
	waiting
	decided
)

// Screen is the inbox.
type Screen struct {
	env  *page.Env
	desk Desk

	groups   desk.InboxGroups
	read     bool // the groups have been read once
	view     int
	search   string
	rows     []line
	chosen   desk.EntryID
	listTurn page.Turn
	openTurn page.Turn

	segments *widgets.Segmented
	field    *widgets.Input
	list     *widgets.RequestList
	listSlot *page.Slot
	detail   *page.Slot
	open     *letter.View
	result   *signing.Result
	content  fyne.CanvasObject
	// Badge is told how many requests wait for the official's signature.
	Badge func(n int)
}

// New makes the screen.
func New(e *page.Env, d Desk) *Screen {
	s := &Screen{env: e, desk: d, listSlot: page.NewSlot(), detail: page.NewSlot()}
	s.segments = widgets.NewSegmented(s.segmentWords(), toSign, func(i int) {
		s.view = i
		s.fill()
	})
	s.field = widgets.NewSearchField(e.T("inbox.search"), "/", func(text string) {
		s.search = text
		s.fill()
	})
	s.list = widgets.NewRequestList(0, s.pick)
	s.listSlot.Show(widgets.Skeleton(6))
	s.detail.Show(s.nothing())
	head := widgets.Inset(16, 16, 4, 16, widgets.Column(12, widgets.Fixed(0, 28, widgets.NewText(e.T("inbox.title")).Heading()), s.field, s.segments))
	left := container.NewBorder(head, e.Hints("J", "hint.next", "K", "hint.previous", "?", "hint.keys"), nil, nil, s.listSlot.Content())
	s.content = page.SplitView(343, left, s.detail.Content())
	return s
}

// Content implements page.Screen.
func (s *Screen) Content() fyne.CanvasObject { return s.content }

// Search implements page.Searcher.
func (s *Screen) Search() fyne.Focusable { return s.field.Focus() }

// Open implements page.Screen.
func (s *Screen) Open(p page.Place) {
	if p.Request != (desk.EntryID{}) && p.Request != s.chosen {
		s.chosen, s.open, s.result = p.Request, nil, nil
	}
	s.reload()
}

// Changed implements page.Screen.
func (s *Screen) Changed(c desk.Change) {
	if len(c.Requests) > 0 || c.People {
		s.reload()
	}
	if s.result != nil && (c.Height > 0 || c.Peers || len(c.Requests) > 0) {
		s.result.Refresh()
		return
	}
	for _, id := range c.Requests {
		if id == s.chosen && s.result == nil {
			s.show(id)
		}
	}
}

// Rune implements page.Screen.
func (s *Screen) Rune(r rune) bool {
	switch r {
	case 'j':
		s.next()
	case 'k':
		s.list.Step(-1)
	case 'e':
		if s.result == nil {
			return s.open != nil && s.open.Rune(r)
		}
		s.env.Go(page.Place{Screen: page.Evidence, Request: s.chosen})
	default:
		return s.result == nil && s.open != nil && s.open.Rune(r)
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
	case fyne.KeyEscape:
		s.env.Canvas.Focus(s.list)
	default:
		return false
	}
	return true
}

// reload reads the list anew.
func (s *Screen) reload() {
	page.ReadLast(s.env, &s.listTurn, s.desk.Inbox, func(g desk.InboxGroups, err error) {
		if err != nil {
			s.listSlot.Show(s.env.Failed(err, s.reload))
			return
		}
		s.groups, s.read = g, true
		if s.Badge != nil {
			s.Badge(len(g.ToSign) + seconds(g))
		}
		s.segments.Set(s.segmentWords())
		s.fill()
	})
}

// seconds counts the proposals that this administrator can second.
func seconds(g desk.InboxGroups) int {
	n := 0
	for _, p := range g.Proposals {
		if !p.Mine {
			n++
		}
	}
	return n
}

func (s *Screen) segmentWords() []widgets.Segment {
	e, sign, wait := s.env, "", ""
	if n := len(s.groups.ToSign) + seconds(s.groups); n > 0 {
		sign = e.Number(int64(n))
	}
	if n := len(s.groups.Waiting); n > 0 {
		wait = e.Number(int64(n))
	}
	return []widgets.Segment{{Label: e.T("inbox.to_sign"), Count: sign}, {Label: e.T("inbox.waiting"), Count: wait}, {Label: e.T("inbox.decided")}}
}

// fill puts what fits view and search into the list and opens a letter when none is open.
func (s *Screen) fill() {
	s.rows = s.lines()
	if len(s.rows) == 0 {
		s.listSlot.Show(s.empty())
		if s.result == nil {
			s.open, s.chosen = nil, desk.EntryID{}
			s.detail.Show(s.nothing())
		}
		return
	}
	at := -1
	rows := make([]widgets.RowData, len(s.rows))
	for i, l := range s.rows {
		rows[i] = l.data
		if l.data.Header == "" && l.id == s.chosen {
			at = i
		}
	}
	if s.listSlot.Shown() != s.list {
		s.listSlot.Show(s.list)
	}
	page.UpdateRows(s.list, rows, at)
	if at >= 0 && s.open == nil && s.result == nil {
		s.pick(at)
	}
	if at < 0 && s.result == nil {
		for i, l := range s.rows {
			if l.data.Header == "" {
				s.list.Choose(i)
				return
			}
		}
	}
}

// pick opens what a row stands for.
func (s *Screen) pick(i int) {
	if i >= len(s.rows) {
		return
	}
	l := s.rows[i]
	s.result = nil
	if l.proposal != nil {
		s.chosen, s.open = l.id, nil
		s.detail.Show(s.proposal(*l.proposal))
		return
	}
	if s.chosen != l.id || s.open == nil {
		s.chosen = l.id
		s.show(l.id)
	}
}

// show reads a letter and puts it on the page; the pencil of the same letter stays.
func (s *Screen) show(id desk.EntryID) {
	page.ReadLast(s.env, &s.openTurn, func(ctx context.Context) (*desk.Letter, error) { return s.desk.Letter(ctx, id) }, func(l *desk.Letter, err error) {
		if s.chosen != id || s.result != nil {
			return
		}
		if err != nil {
			s.open = nil
			s.detail.Show(s.env.Failed(err, func() { s.show(id) }))
			return
		}
		before := s.open
		s.open = letter.New(s.env, s.desk, l, s.env.Me.Agency, before, s.signed)
		s.detail.Show(s.open.Content())
		s.markRead(id)
	})
}

// markRead takes the dot from a row; reading has marked it on the desk.
func (s *Screen) markRead(id desk.EntryID) {
	for _, g := range [][]desk.RequestRow{s.groups.ToSign, s.groups.Waiting, s.groups.Decided} {
		for i := range g {
			if g[i].ID == id && g[i].Unread {
				g[i].Unread = false
				s.fill()
				return
			}
		}
	}
}

func (s *Screen) nothing() fyne.CanvasObject {
	return widgets.EmptyState(assets.IconInbox, widgets.ToneNeutral, s.env.T("inbox.pick"), "")
}

// empty stands in place of the list.
func (s *Screen) empty() fyne.CanvasObject {
	e := s.env
	switch {
	case s.search != "":
		return e.NoMatch(s.search)
	case s.view == decided:
		return widgets.EmptyState(assets.IconInbox, widgets.ToneNeutral, e.T("inbox.none_decided"), "")
	case len(s.groups.Waiting) > 0:
		return widgets.EmptyState(assets.IconInbox, widgets.ToneApprove, e.T("inbox.empty_title"), e.N("inbox.empty_text", len(s.groups.Waiting)),
			widgets.NewButton(widgets.Outline, e.T("inbox.show_waiting"), func() { s.segments.Pick(waiting) }))
	}
	return widgets.EmptyState(assets.IconInbox, widgets.ToneApprove, e.T("inbox.empty_title"), e.T("inbox.empty_all"))
}
