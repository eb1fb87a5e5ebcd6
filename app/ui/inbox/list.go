package inbox

import (
	"context"

	"fyne.io/fyne/v2"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/page"
	"countersign/app/widgets"
	"countersign/assets"
)

// group is a heading with the rows below it. A list of many thousands is a few
// groups of numbers; what a row says is read when it comes on screen.
type group struct {
	title, right string
	menu         bool // the heading opens the menu of orders
	ids          []desk.EntryID
	proposals    []desk.ProposalRow
}

func (g *group) len() int { return len(g.ids) + len(g.proposals) }

func (g *group) id(i int) desk.EntryID {
	if i < len(g.proposals) {
		return g.proposals[i].ID
	}
	return g.ids[i-len(g.proposals)]
}

// group are the groups of the view, without those that have no rows.
func (s *Screen) group() []group {
	e, f := s.env, s.found
	order := e.T(orderKey(s.arranged.Order))
	var all []group
	switch s.view {
	case toSign:
		all = []group{{title: e.T("inbox.group_proposals"), proposals: s.proposals()},
			{title: e.T("inbox.group_sign"), right: order, menu: true, ids: f.ToSign},
			{title: e.T("inbox.group_leaving"), ids: f.Leaving}, {title: e.T("inbox.group_today"), ids: f.Today}}
		if len(f.ToSign)+len(f.Leaving)+len(f.Today)+len(all[0].proposals) > 0 {
			all = append(all, group{title: e.T("inbox.group_waiting"), ids: f.Waiting})
		}
	case waiting:
		all = []group{{title: e.T("inbox.group_waiting"), right: order, menu: true, ids: f.Waiting}}
	case decided:
		if s.arranged.Order == desk.ByDeadline {
			order = e.T("inbox.sort_changed")
		}
		all = []group{{title: e.T("inbox.group_decided"), right: order, menu: true, ids: f.Decided}}
	}
	out := all[:0]
	for _, g := range all {
		if g.len() > 0 {
			out = append(out, g)
		}
	}
	switch {
	case len(out) == 0:
	case f.Reading:
		out = append(out, group{title: e.T("inbox.reading")})
	case f.Unopened > 0:
		out = append(out, group{title: e.N("inbox.unsearched", f.Unopened)})
	}
	return out
}

// measure counts the rows with their headings and says where these stand.
func (s *Screen) measure() (n int, headers []int) {
	for i := range s.groups {
		headers = append(headers, n)
		n += 1 + s.groups[i].len()
	}
	return n, headers
}

// item is what stands in a row; without an id it is a heading, or nothing.
type item struct {
	group    *group
	id       desk.EntryID
	proposal *desk.ProposalRow
}

func (s *Screen) at(i int) item {
	for n := range s.groups {
		g := &s.groups[n]
		switch {
		case i == 0:
			return item{group: g}
		case i <= len(g.proposals):
			return item{g, g.proposals[i-1].ID, &g.proposals[i-1]}
		case i <= g.len():
			return item{group: g, id: g.id(i - 1)}
		}
		i -= 1 + g.len()
	}
	return item{}
}

// index is the row of a request, -1 when it is not in the list.
func (s *Screen) index(id desk.EntryID) int {
	n := 0
	for i := range s.groups {
		g := &s.groups[i]
		for j := range g.len() {
			if g.id(j) == id {
				return n + 1 + j
			}
		}
		n += 1 + g.len()
	}
	return -1
}

// header opens the menu of orders, which the first heading names.
func (s *Screen) header(i int) {
	if it := s.at(i); it.group != nil && it.group.menu {
		s.orderMenu()
	}
}

// cached is a row as it was read last.
type cached struct {
	row  desk.RequestRow
	turn int
}

// Sizes of the reading of rows.
const (
	firstRows  = 30 // with the list
	aroundRow  = 12 // before and after one that comes on screen
	cachedRows = 2000
)

// firstOf are the rows that come on screen first, the chosen one, and the next
// to sign.
func firstOf(f desk.Found, view int, chosen desk.EntryID) []desk.EntryID {
	lists := [][]desk.EntryID{f.ToSign, f.Leaving, f.Today, f.Waiting}
	switch view {
	case waiting:
		lists = [][]desk.EntryID{f.Waiting}
	case decided:
		lists = [][]desk.EntryID{f.Decided}
	}
	var ids []desk.EntryID
	for _, list := range lists {
		ids = append(ids, list[:min(len(list), firstRows-len(ids))]...)
	}
	if view != toSign {
		ids = append(ids, f.ToSign[:min(len(f.ToSign), 2)]...)
	}
	if chosen != (desk.EntryID{}) {
		ids = append(ids, chosen)
	}
	return ids
}

func (s *Screen) store(rows []desk.RequestRow) {
	if len(s.cache) > cachedRows {
		clear(s.cache)
	}
	for _, r := range rows {
		s.cache[r.ID] = cached{r, s.turns}
	}
}

// row is what the list shows at an index. A row that has not been read since the
// last change is read together with its neighbours.
func (s *Screen) row(i int) widgets.RowData {
	it := s.at(i)
	switch {
	case it.group == nil:
		return widgets.RowData{}
	case it.id == (desk.EntryID{}):
		return widgets.RowData{Header: it.group.title, Right: it.group.right, Menu: it.group.menu}
	case it.proposal != nil:
		return s.proposalRow(it.proposal)
	}
	have, ok := s.cache[it.id]
	if !ok || have.turn != s.turns {
		s.readAround(i)
		have, ok = s.cache[it.id]
	} else if !s.reading { // what comes on screen next is there before it does
		for _, n := range []int{max(i-aroundRow, 0), i + aroundRow} {
			if s.stale(n) {
				s.readAround(n)
				break
			}
		}
	}
	if !ok {
		return widgets.RowData{Icon: assets.IconInbox}
	}
	return s.requestRow(have.row)
}

// stale tells whether an index stands for a request that has to be read.
func (s *Screen) stale(i int) bool {
	it := s.at(i)
	return it.proposal == nil && it.id != (desk.EntryID{}) && s.cache[it.id].turn != s.turns
}

// readAround reads the rows around one; while some are being read, the one asked
// for last is remembered.
func (s *Screen) readAround(i int) {
	if s.reading {
		s.wanted = s.at(i).id
		return
	}
	from := max(i-aroundRow, 0)
	var ids []desk.EntryID
	for n := from; n <= i+aroundRow; n++ {
		if s.stale(n) {
			ids = append(ids, s.at(n).id)
		}
	}
	s.reading = true
	turn := s.turns
	page.Read(s.env, func(ctx context.Context) ([]desk.RequestRow, error) { return s.desk.Rows(ctx, ids) }, func(rows []desk.RequestRow, err error) {
		s.reading = false
		for _, id := range ids { // one that cannot be read is not asked for again before a change
			s.cache[id] = cached{s.cache[id].row, turn}
		}
		if err == nil {
			s.store(rows)
		}
		for n := from; n <= i+aroundRow; n++ {
			s.list.RefreshItem(n) // a list that has changed meanwhile has shown all of its rows anew
		}
		if next := s.wanted; next != (desk.EntryID{}) {
			s.wanted = desk.EntryID{}
			if at := s.index(next); at >= 0 && s.cache[next].turn != s.turns {
				s.readAround(at)
			}
		}
	})
}

// update shows a row as its letter says: read, unless it was marked unread by hand,
// and with what stands in it.
func (s *Screen) update(row desk.RequestRow) {
	s.cache[row.ID] = cached{row, s.turns}
	if at := s.index(row.ID); at >= 0 {
		s.list.RefreshItem(at)
	}
}

func (s *Screen) nothing() fyne.CanvasObject {
	return widgets.EmptyState(assets.IconInbox, widgets.ToneNeutral, s.env.T("inbox.pick"), "")
}

// empty stands in place of the list.
func (s *Screen) empty() fyne.CanvasObject {
	e := s.env
	switch {
	case s.found.Reading:
		return widgets.Skeleton(6)
	case s.arranged.narrows():
		return widgets.EmptyState(assets.IconFilter, widgets.ToneNeutral, e.T("inbox.none_filtered"), e.T("inbox.none_filtered_text"),
			widgets.NewButton(widgets.Outline, e.T("inbox.filter_clear"), s.clearFilters))
	case s.search != "" && s.found.Unopened > 0:
		return widgets.EmptyState(assets.IconSearch, widgets.ToneNeutral, e.T("inbox.no_match", i18n.P{"text": s.search}),
			e.T("inbox.no_match_text")+" "+e.N("inbox.unsearched", s.found.Unopened)+".")
	case s.search != "":
		return e.NoMatch(s.search)
	case s.view == decided:
		return widgets.EmptyState(assets.IconInbox, widgets.ToneNeutral, e.T("inbox.none_decided"), "")
	case s.found.Counts.Waiting > 0:
		return widgets.EmptyState(assets.IconInbox, widgets.ToneApprove, e.T("inbox.empty_title"), e.N("inbox.empty_text", s.found.Counts.Waiting),
			widgets.NewButton(widgets.Outline, e.T("inbox.show_waiting"), func() { s.segments.Pick(waiting) }))
	}
	return widgets.EmptyState(assets.IconInbox, widgets.ToneApprove, e.T("inbox.empty_title"), e.T("inbox.empty_all"))
}
