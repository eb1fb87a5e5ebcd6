// Package evidence owns the screen of the record itself: blocks that have
// entries, what each entry says, by whose key, whether it counted, and its
// fingerprints. Outside the parties a request shows its number alone. Checking
// the whole record runs in the background and stops at the first problem.
package evidence

import (
	"context"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/page"
	"countersign/app/widgets"
	"countersign/assets"
)

// pageSize is how many entries are read at a time.
const pageSize = 60

// Desk is what the screen needs.
type Desk interface {
	Record(ctx context.Context, q desk.RecordQuery) ([]desk.RecordRow, uint64, error)
	SearchRecord(ctx context.Context, q desk.RecordSearch, tell func(desk.RecordFound)) (desk.RecordFound, error)
	RecordBlock(ctx context.Context, h desk.Height) (desk.RecordBlock, error)
	Holders(ctx context.Context, id desk.EntryID) (desk.Final, error)
	Network(ctx context.Context) (desk.Network, error)
	CheckRecord(ctx context.Context, progress func(done, total uint64)) (desk.RecordCheck, error)
}

// Screen shows the record.
type Screen struct {
	env  *page.Env
	desk Desk

	query    desk.RecordQuery
	rows     []desk.RecordRow
	older    uint64 // where older entries begin; 0: all are read
	lines    []line
	search   string
	hunt     *hunt // the search of the record; nil: nothing is searched for
	chosen   desk.EntryID
	listTurn page.Turn
	netTurn  page.Turn
	openTurn page.Turn

	field    *widgets.Input
	filters  *widgets.Segmented
	list     *widgets.RequestList
	listSlot *page.Slot
	foot     *page.Slot
	since    *page.Slot // where the list begins when that is not the newest block
	hunted   *page.Slot // how far a search is
	faults   *page.Slot // double votes on record
	detail   *page.Slot
	check    *checking
	side     *fyne.Container // the list with its head
	split    *page.Split
	content  fyne.CanvasObject
}

// line is one row of the list: a block's heading, or an entry.
type line struct {
	data  widgets.RowData
	entry *desk.RecordRow
}

// filters are what the list can be narrowed down to, in order.
func filters() []desk.RecordFilter {
	return []desk.RecordFilter{desk.RecordAll, desk.RecordDecisions, desk.RecordReceipts, desk.RecordRefused, desk.RecordKeys, desk.RecordMembers}
}

// New makes the screen.
func New(e *page.Env, d Desk) *Screen {
	s := &Screen{env: e, desk: d, listSlot: page.NewSlot(), foot: page.NewSlot(), since: page.NewSlot(), hunted: page.NewSlot(), faults: page.NewSlot(), detail: page.NewSlot()}
	s.query.Limit = pageSize
	s.check = newChecking(s)
	s.field = widgets.NewSearchField(e.T("evidence.search"), "/", func(text string) {
		s.search = strings.TrimSpace(text)
		s.reload()
	})
	s.field.Submit = s.submit
	words := []string{"evidence.all", "evidence.decisions", "evidence.receipts", "evidence.refused", "evidence.keys", "evidence.members"}
	segments := make([]widgets.Segment, len(words))
	for i, w := range words {
		segments[i] = widgets.Segment{Label: e.T(w)}
	}
	s.filters = widgets.NewFilters(segments, 0, func(i int) {
		s.query.Filter, s.query.Request = filters()[i], desk.EntryID{}
		s.reload()
	})
	jump := widgets.NewIconButton(assets.IconCalendar, e.T("evidence.jump"), s.askJump)
	s.since.Content().Hide()
	s.hunted.Content().Hide()
	s.list = widgets.NewRequestList(widgets.TimelineHeight, s.pick)
	s.listSlot.Show(widgets.Skeleton(6))
	s.foot.Show(widgets.Column(0))
	s.detail.Show(s.nothing())
	head := widgets.Column(0, widgets.Fixed(0, 63, widgets.Inset(0, 24, 0, 24, widgets.Row(16, widgets.NewText(e.T("evidence.title")).Heading(), widgets.Grow(widgets.Column(0)), s.check.content()))), widgets.Rule())
	top := widgets.Column(0, widgets.Inset(12, 20, 10, 20, widgets.Column(10, widgets.Row(4, widgets.Grow(s.field), jump), s.filters, s.since.Content(), s.hunted.Content())), s.faults.Content(), widgets.Rule())
	s.side = widgets.Column(0, top, widgets.Grow(s.listSlot.Content()), s.foot.Content())
	s.split = page.NewSplit(e, page.Evidence, 500, s.side, s.detail.Content())
	s.list.OnPress(func(int) { s.split.Read(true) })
	s.split.Back = func() { s.split.Read(false) }
	s.content = widgets.Column(0, head, widgets.Grow(s.split))
	return s
}

// Content implements page.Screen.
func (s *Screen) Content() fyne.CanvasObject { return s.content }

// Search implements page.Searcher.
func (s *Screen) Search() fyne.Focusable {
	s.split.Read(false)
	return s.field.Focus()
}

// Open implements page.Screen. A request narrows the list down to its entries.
func (s *Screen) Open(p page.Place) {
	s.split.Title(s.env.T("evidence.title"))
	if p.Request != (desk.EntryID{}) {
		s.query.Request, s.query.Filter = p.Request, desk.RecordAll
		s.search = ""
		s.field.SetText("")
		s.filters.Mark(0)
	}
	s.begin(stretch{})
}

// Changed implements page.Screen.
func (s *Screen) Changed(c desk.Change) {
	if c.Height > 0 && len(s.rows) <= pageSize && !s.jumped() && s.hunt == nil { // a reader of older entries is not disturbed
		s.reload()
	}
}

// Rune implements page.Screen.
func (s *Screen) Rune(r rune) bool {
	switch r {
	case 'j':
		s.list.Step(1)
	case 'k':
		s.list.Step(-1)
	case 'd':
		s.askJump()
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
		s.split.Read(true)
	case fyne.KeyEscape:
		if s.halt() {
			return true
		}
		s.split.Read(false)
		s.env.Canvas.Focus(s.list)
	default:
		return false
	}
	return true
}

type recordPage struct {
	rows  []desk.RecordRow
	older uint64
}

func (s *Screen) read(before uint64, show func(recordPage)) {
	q := s.query
	q.Before = before
	page.ReadLast(s.env, &s.listTurn, func(ctx context.Context) (recordPage, error) {
		rows, older, err := s.desk.Record(ctx, q)
		return recordPage{rows, older}, err
	}, func(p recordPage, err error) {
		if err != nil {
			s.listSlot.Show(s.env.Failed(err, s.reload))
			return
		}
		show(p)
	})
}

// reload reads what is listed from its newest entry on, or searches anew.
func (s *Screen) reload() {
	s.readFaults()
	if s.search != "" {
		s.listTurn.Forget()
		s.seek()
		return
	}
	s.endHunt()
	s.drawHunt()
	s.read(0, func(p recordPage) {
		s.rows, s.older = p.rows, p.older
		s.fill()
	})
}

// readFaults names every double vote on record above the list: it is no entry.
func (s *Screen) readFaults() {
	page.ReadLast(s.env, &s.netTurn, s.desk.Network, func(n desk.Network, err error) {
		if err != nil || len(n.DoubleVotes) == 0 {
			return
		}
		var notes []fyne.CanvasObject
		for _, v := range n.DoubleVotes {
			notes = append(notes, s.env.DoubleVote(v))
		}
		s.faults.Show(widgets.Inset(0, 20, 10, 20, widgets.Column(8, notes...)))
		s.side.Refresh() // its head is higher now
	})
}

func (s *Screen) readOlder() {
	s.read(s.older, func(p recordPage) {
		s.rows, s.older = append(s.rows, p.rows...), p.older
		s.fill()
	})
}

// fill lists the entries that were read, or found, under their blocks.
func (s *Screen) fill() {
	e, entries := s.env, s.rows
	if s.hunt != nil {
		entries = s.hunt.rows
	}
	s.lines = nil
	height := desk.Height(0)
	at := -1
	for i := range entries {
		r := &entries[i]
		if r.Height != height || len(s.lines) == 0 {
			height = r.Height
			local := e.Local(r.At)
			s.lines = append(s.lines, line{data: widgets.RowData{Timeline: true, Header: e.Number(int64(r.Height)), Right: s.when(local)}})
		}
		if r.ID == s.chosen {
			at = len(s.lines)
		}
		s.lines = append(s.lines, line{data: s.row(r), entry: r})
	}
	s.drawFoot()
	if len(s.lines) == 0 {
		if s.hunt != nil {
			s.listSlot.Show(s.noneFound())
		} else {
			s.listSlot.Show(widgets.EmptyState(assets.IconProof, widgets.ToneNeutral, e.T("evidence.empty_title"), e.T("evidence.empty_text")))
		}
		return
	}
	here := s.header(at)
	rows := make([]widgets.RowData, len(s.lines))
	for i, l := range s.lines {
		rows[i] = l.data
		rows[i].Here = i == here
	}
	if s.listSlot.Shown() != s.list {
		s.listSlot.Show(s.list)
	}
	page.UpdateRows(s.list, rows, at)
	if at < 0 {
		for i, l := range s.lines {
			if l.entry != nil {
				s.list.Choose(i)
				return
			}
		}
	}
}

// drawFoot leads to older entries, and back from one request to the whole record.
func (s *Screen) drawFoot() {
	e := s.env
	var acts []fyne.CanvasObject
	if s.older != 0 && s.hunt == nil {
		acts = append(acts, widgets.NewLink(e.T("evidence.older"), s.readOlder))
	}
	if s.query.Request != (desk.EntryID{}) {
		acts = append(acts, widgets.Spring(), widgets.NewLink(e.T("evidence.whole"), func() {
			s.query.Request = desk.EntryID{}
			s.reload()
		}))
	}
	s.foot.Show(widgets.Column(0))
	if len(acts) > 0 {
		s.foot.Show(widgets.Column(0, widgets.Rule(), widgets.Fixed(0, 39, widgets.Inset(0, 20, 0, 20, widgets.Row(16, acts...)))))
	}
	s.side.Refresh()
}

// noneFound stands in place of the list when a search has found nothing.
func (s *Screen) noneFound() fyne.CanvasObject {
	e := s.env
	if s.hunt.running {
		return widgets.EmptyState(assets.IconSearch, widgets.ToneNeutral, e.T("evidence.none_yet", i18n.P{"text": s.search}), e.T("evidence.seeking"))
	}
	if s.hunt.at.Older != 0 {
		return widgets.EmptyState(assets.IconSearch, widgets.ToneNeutral, e.T("evidence.none_yet", i18n.P{"text": s.search}), e.T("evidence.none_yet_text"),
			widgets.NewButton(widgets.Outline, e.T("evidence.look_further"), func() { s.goOn(s.hunt.at.Older) }))
	}
	return widgets.EmptyState(assets.IconSearch, widgets.ToneNeutral, e.T("inbox.no_match", i18n.P{"text": s.search}), e.T("evidence.no_match_text"))
}

// pick opens the entry of a row.
func (s *Screen) pick(i int) {
	if i >= len(s.lines) || s.lines[i].entry == nil {
		return
	}
	here := s.header(i)
	for j, row := range s.list.Rows() {
		if on := j == here; row.Header != "" && row.Here != on {
			row.Here = on
			s.list.SetRow(j, row)
		}
	}
	s.show(*s.lines[i].entry)
}

// header is the line of the block in which an entry's line stands, -1 for none.
func (s *Screen) header(i int) int {
	for ; i >= 0; i-- {
		if s.lines[i].entry == nil {
			return i
		}
	}
	return -1
}

// when is a block's time as near as needed, to the second.
func (s *Screen) when(t time.Time) string {
	e, now := s.env, s.env.Now()
	switch {
	case t.Year() == now.Year() && t.YearDay() == now.YearDay():
		return page.Upper(e.T("time.today_at", i18n.P{"time": e.Seconds(t)}))
	case t.Year() != now.Year():
		return e.PlainDate(t) + ", " + e.Seconds(t)
	}
	return e.DayMonth(t) + ", " + e.Seconds(t)
}

func (s *Screen) nothing() fyne.CanvasObject {
	return widgets.EmptyState(assets.IconProof, widgets.ToneNeutral, s.env.T("evidence.pick"), "")
}
