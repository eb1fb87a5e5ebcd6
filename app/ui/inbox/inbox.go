// Package inbox owns the screen on which an official finds what their agency is
// asked for, in the order of the legal deadline, reads it and decides it, and
// on which an administrator finds what waits for a second signature.
package inbox

import (
	"context"

	"fyne.io/fyne/v2"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/letter"
	"countersign/app/ui/page"
	"countersign/app/ui/signing"
	"countersign/app/widgets"
	"countersign/assets"
)

// Desk is what the inbox needs.
type Desk interface {
	letter.Desk
	Find(ctx context.Context, q desk.Query) (desk.Found, error)
	Rows(ctx context.Context, ids []desk.EntryID) ([]desk.RequestRow, error)
	Letter(ctx context.Context, id desk.EntryID) (*desk.Letter, error)
	Kept(ctx context.Context) ([]desk.KeptEntry, error)
	Alike(ctx context.Context, id desk.EntryID) ([]desk.RequestRow, error)
	Network(ctx context.Context) (desk.Network, error)
	MarkRead(ctx context.Context, id desk.EntryID, read bool) error
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

	view     int
	arranged arranged // filters and order, kept between starts
	search   string
	found    desk.Found
	groups   []group
	cache    map[desk.EntryID]cached
	turns    int          // of the cache: what an older one says is read again
	reading  bool         // rows are being read
	wanted   desk.EntryID // the row that was asked for last meanwhile
	chosen   desk.EntryID
	listTurn page.Turn
	openTurn page.Turn

	segments *widgets.Segmented
	field    *widgets.Input
	filters  *page.Slot // the filters that are on
	filter   *widgets.Button
	list     *widgets.RequestList
	listSlot *page.Slot
	detail   *page.Slot
	side     *fyne.Container // the list with its head
	split    *page.Split
	open     *letter.View
	result   *signing.Result
	content  fyne.CanvasObject
	// Badge is told how many requests wait for the official's signature.
	Badge func(n int)
}

// New makes the screen.
func New(e *page.Env, d Desk) *Screen {
	s := &Screen{env: e, desk: d, cache: map[desk.EntryID]cached{}, filters: page.NewSlot(), listSlot: page.NewSlot(), detail: page.NewSlot()}
	s.arranged = readArranged(e)
	s.segments = widgets.NewSegmented(s.segmentWords(), toSign, func(i int) {
		s.view = i
		s.choose()
	})
	s.field = widgets.NewSearchField(e.T("inbox.search"), "/", func(text string) {
		s.search = text
		s.read(false) // the letter that is open stays while somebody types
	})
	s.filter = widgets.NewIconButton(assets.IconFilter, e.T("inbox.filter"), s.filterMenu)
	s.list = widgets.NewRequestList(0, s.pick)
	s.list.OnHeader(s.header)
	s.listSlot.Show(widgets.Skeleton(6))
	s.detail.Show(s.nothing())
	s.showFilters()
	title := widgets.Row(8, widgets.Grow(widgets.NewText(e.T("inbox.title")).Heading()), s.filter)
	head := widgets.Inset(16, 16, 4, 16, widgets.Column(12, widgets.Fixed(0, 28, title), s.field, s.segments, s.filters.Content()))
	s.side = widgets.Between(head, s.listSlot.Content(), e.Hints("J", "hint.next", "K", "hint.previous", "?", "hint.keys"))
	s.split = page.NewSplit(e, page.Inbox, 343, s.side, s.detail.Content())
	s.list.OnPress(func(int) { s.enter() })
	s.split.Back = func() { s.split.Read(false) }
	s.split.Narrowed = func(narrow bool) {
		if !narrow && s.open == nil && s.result == nil {
			s.fill(false)
		}
	}
	s.content = s.split
	return s
}

// Content implements page.Screen.
func (s *Screen) Content() fyne.CanvasObject { return s.content }

// Search implements page.Searcher.
func (s *Screen) Search() fyne.Focusable {
	s.split.Read(false)
	return s.field.Focus()
}

// Open implements page.Screen.
func (s *Screen) Open(p page.Place) {
	if p.Request != (desk.EntryID{}) {
		s.split.Read(true)
		if p.Request != s.chosen {
			s.chosen, s.open, s.result = p.Request, nil, nil
			s.show(p.Request) // whatever the filters leave out
		}
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
	if c.Outbox && s.open != nil && s.result == nil {
		s.show(s.chosen) // a signature was kept, or is not kept any more
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
	case 'u':
		return s.turnUnread()
	default:
		return s.result == nil && s.open != nil && s.split.Reading() && s.open.Rune(r)
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
	case fyne.KeyEscape:
		s.split.Read(false)
		s.env.Canvas.Focus(s.list)
	default:
		return false
	}
	return true
}

// enter brings what is chosen on screen, which a narrow window does not do by itself.
func (s *Screen) enter() {
	if s.split.Reading() || s.chosen == (desk.EntryID{}) {
		return
	}
	s.split.Read(true)
	if at := s.index(s.chosen); s.open == nil && s.result == nil && at >= 0 {
		s.pick(at)
	}
}

// reload reads the list anew, and later every row that is on screen.
func (s *Screen) reload() {
	s.turns++
	s.read(false)
}

// read asks what view, filters and search leave, and reads the first rows of it.
// fresh chooses the first row when the chosen one is not among them.
func (s *Screen) read(fresh bool) {
	type read struct {
		found desk.Found
		rows  []desk.RequestRow
	}
	q, view, chosen := s.query(), s.view, s.chosen
	page.ReadLast(s.env, &s.listTurn, func(ctx context.Context) (out read, err error) {
		if out.found, err = s.desk.Find(ctx, q); err != nil {
			return out, err
		}
		out.rows, err = s.desk.Rows(ctx, firstOf(out.found, view, chosen))
		return out, err
	}, func(v read, err error) {
		if err != nil {
			s.listSlot.Show(s.env.Failed(err, s.reload))
			return
		}
		s.found = v.found
		s.store(v.rows)
		if s.Badge != nil {
			s.Badge(s.found.Counts.ToSign + seconds(s.found))
		}
		s.segments.Set(s.segmentWords())
		s.fill(fresh)
	})
}

// seconds counts the proposals that this administrator can second.
func seconds(f desk.Found) int {
	n := 0
	for _, p := range f.Proposals {
		if !p.Mine {
			n++
		}
	}
	return n
}

func (s *Screen) segmentWords() []widgets.Segment {
	e, sign, wait := s.env, "", ""
	if n := s.found.Counts.ToSign + seconds(s.found); n > 0 {
		sign = e.Number(int64(n))
	}
	if n := s.found.Counts.Waiting; n > 0 {
		wait = e.Number(int64(n))
	}
	return []widgets.Segment{{Label: e.T("inbox.to_sign"), Count: sign}, {Label: e.T("inbox.waiting"), Count: wait}, {Label: e.T("inbox.decided")}}
}

// choose shows another view, filter or order, and opens the first letter of it
// when the one that is open is not among them.
func (s *Screen) choose() {
	s.showFilters()
	s.read(true)
}

// fill puts what was found into the list and opens a letter when none is open.
func (s *Screen) fill(fresh bool) {
	s.groups = s.group()
	n, headers := s.measure()
	if n == 0 {
		s.listSlot.Show(s.empty())
		if s.result == nil && s.open == nil {
			s.chosen = desk.EntryID{}
			s.detail.Show(s.nothing())
		}
		return
	}
	if s.listSlot.Shown() != s.list {
		s.listSlot.Show(s.list)
	}
	at := s.index(s.chosen)
	s.list.SetLong(n, s.row, headers, at)
	s.place()
	switch {
	case s.result != nil:
	case at >= 0 && s.open == nil:
		s.pick(at)
	case at < 0 && (fresh || s.open == nil):
		for i := range n {
			if s.at(i).id != (desk.EntryID{}) {
				s.list.Choose(i)
				return
			}
		}
	}
}

// place says in a narrow window which of how many is being read.
func (s *Screen) place() {
	n, of := 0, 0
	for i := range s.groups {
		for j := range s.groups[i].len() {
			if s.groups[i].id(j) == s.chosen {
				n, of = j+1, s.groups[i].len()
			}
		}
	}
	text := s.env.T("inbox.title")
	if n > 0 {
		text = s.env.T("inbox.position", i18n.P{"n": n, "of": of})
	}
	s.split.Title(text)
}

// pick opens what a row stands for.
func (s *Screen) pick(i int) {
	one := s.at(i)
	if one.id == (desk.EntryID{}) {
		return
	}
	s.result = nil
	if !s.split.Reading() { // nothing counts as read that is not on screen
		s.chosen, s.open = one.id, nil
		s.place()
		return
	}
	if one.proposal != nil {
		s.chosen, s.open = one.id, nil
		s.detail.Show(s.proposal(*one.proposal))
		s.place()
		return
	}
	if s.chosen != one.id || s.open == nil {
		s.chosen = one.id
		s.show(one.id)
	}
	s.place()
}

// show reads a letter and puts it on the page; the pencil of the same letter stays.
func (s *Screen) show(id desk.EntryID) {
	type read struct {
		letter *desk.Letter
		kept   *desk.KeptEntry
	}
	page.ReadLast(s.env, &s.openTurn, func(ctx context.Context) (out read, err error) {
		if out.letter, err = s.desk.Letter(ctx, id); err != nil {
			return out, err
		}
		kept, err := s.desk.Kept(ctx)
		for i := range kept {
			if k := &kept[i]; k.Mine && !k.Final && k.Act != nil && k.Act.Request == id {
				out.kept = k
			}
		}
		return out, err
	}, func(v read, err error) {
		if s.chosen != id || s.result != nil {
			return
		}
		if err != nil {
			s.open = nil
			s.detail.Show(s.env.Failed(err, func() { s.show(id) }))
			return
		}
		s.open = letter.NewDeciding(s.env, s.desk, v.letter, s.env.Me.Agency, s.open, letter.Acts{Signed: s.signed, Batched: s.batched, Kept: v.kept, Unread: func() { s.turnUnread() }})
		s.detail.Show(s.open.Content())
		s.open.Shown()
		s.update(v.letter.Row)
		s.compare(s.open)
	})
}

// turnUnread marks the letter that is open as unread, or as read again.
func (s *Screen) turnUnread() bool {
	if s.open == nil || s.result != nil {
		return false
	}
	e, id, read := s.env, s.chosen, s.open.Letter().Row.Unread
	mark := func(read bool, done func()) {
		page.Do(e, func(ctx context.Context) error { return s.desk.MarkRead(ctx, id, read) }, func(err error) {
			if err != nil {
				e.Problem(e.T("letter.mark_unread"), err)
				return
			}
			if s.reload(); s.chosen == id && s.open != nil {
				s.show(id)
			}
			done()
		})
	}
	said := e.T("letter.marked_unread")
	if read {
		said = e.T("letter.marked_read")
	}
	mark(read, func() { e.Undoable(said, func() { mark(!read, func() {}) }) })
	return true
}

// compare looks for requests that could be decided together with the one that is open.
func (s *Screen) compare(v *letter.View) {
	if !v.Decides() {
		return
	}
	id := v.Letter().Row.ID
	page.Read(s.env, func(ctx context.Context) ([]desk.RequestRow, error) { return s.desk.Alike(ctx, id) }, func(rows []desk.RequestRow, err error) {
		if err == nil && s.open == v { // without an answer each is decided alone
			v.SetAlike(rows)
		}
	})
}

// batched is told when a batch has been signed.
func (s *Screen) batched() {
	s.open = nil
	s.reload()
	s.show(s.chosen)
}
