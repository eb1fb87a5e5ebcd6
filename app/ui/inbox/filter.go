package inbox

import (
	"encoding/json"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"countersign/app/desk"
	"countersign/app/ui/page"
	"countersign/app/widgets"
	"countersign/assets"
)

// viewKey is where filters and order are kept.
const viewKey = "inbox.list"

// arranged is how the list is narrowed down and ordered.
type arranged struct {
	Agency desk.AgencyID `json:"agency,omitempty"`
	Due    bool          `json:"due,omitempty"`
	Unread bool          `json:"unread,omitempty"`
	Signed bool          `json:"signed,omitempty"`
	Ended  bool          `json:"ended,omitempty"`
	Order  desk.Order    `json:"order,omitempty"`
}

// readArranged takes up what was kept; what cannot be read counts as never kept.
func readArranged(e *page.Env) arranged {
	var out arranged
	if json.Unmarshal([]byte(e.View(viewKey)), &out) != nil {
		return arranged{}
	}
	return out
}

func (a arranged) narrows() bool { return a.Agency != "" || a.Due || a.Unread || a.Signed || a.Ended }

// query is what the list asks for.
func (s *Screen) query() desk.Query {
	a, now := s.arranged, s.env.Now()
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	return desk.Query{Text: s.search, Agency: a.Agency, Due: a.Due, Unread: a.Unread, Signed: a.Signed, Ended: a.Ended, Order: a.Order,
		Since: desk.Time(today.UnixMilli())}
}

func orderKey(o desk.Order) string {
	switch o {
	case desk.ByNewest:
		return "inbox.sort_newest"
	case desk.ByAgency:
		return "inbox.sort_agency"
	}
	return "inbox.sort_deadline"
}

// arrange takes over other filters or another order and keeps them.
func (s *Screen) arrange(change func(*arranged)) {
	change(&s.arranged)
	if b, err := json.Marshal(s.arranged); err == nil {
		s.env.KeepView(viewKey, string(b))
	}
	s.choose()
}

func (s *Screen) clearFilters() {
	before := s.arranged
	s.arrange(func(a *arranged) { *a = arranged{Order: a.Order} })
	s.env.Undoable(s.env.T("inbox.filters_cleared"), func() {
		s.arrange(func(a *arranged) { *a = before })
	})
}

// agencyTitle is the title of the agency that the list is narrowed down to.
func (s *Screen) agencyTitle() string {
	for _, a := range s.found.Agencies {
		if a.ID == s.arranged.Agency {
			return a.Title
		}
	}
	return string(s.arranged.Agency)
}

// switches are the filters that are on or off.
func (s *Screen) switches() []struct {
	key string
	on  *bool
} {
	a := &s.arranged
	return []struct {
		key string
		on  *bool
	}{{"inbox.filter_due", &a.Due}, {"inbox.filter_unread", &a.Unread}, {"inbox.filter_signed", &a.Signed}, {"inbox.filter_ended", &a.Ended}}
}

// showFilters shows what the list is narrowed down to; pressing one takes it off.
func (s *Screen) showFilters() {
	var on []fyne.CanvasObject
	chip := func(label string, off func()) {
		on = append(on, widgets.NewButton(widgets.Outline, label, off).Small().WithTrailing(assets.IconX))
	}
	for _, f := range s.switches() {
		if *f.on {
			chip(s.env.T(f.key), func() { s.arrange(func(*arranged) { *f.on = false }) })
		}
	}
	if s.arranged.Agency != "" {
		chip(s.agencyTitle(), func() { s.arrange(func(a *arranged) { a.Agency = "" }) })
	}
	if len(on) == 0 {
		s.filters.Show(widgets.Fixed(0, 0, widgets.Layers()))
		s.filters.Content().Hide()
	} else {
		s.filters.Show(widgets.Wrap(6, 6, on...))
		s.filters.Content().Show()
	}
	if s.side != nil {
		s.side.Refresh() // its head is higher or lower now
	}
}

// filterMenu opens everything by which the list can be narrowed down and ordered.
func (s *Screen) filterMenu() {
	e := s.env
	var items []*fyne.MenuItem
	for _, f := range s.switches() {
		items = append(items, checked(e.T(f.key), *f.on, func() { s.arrange(func(*arranged) { *f.on = !*f.on }) }))
	}
	agency := fyne.NewMenuItem(e.T("inbox.filter_agency"), nil)
	all := []*fyne.MenuItem{checked(e.T("inbox.filter_any"), s.arranged.Agency == "", func() { s.arrange(func(a *arranged) { a.Agency = "" }) })}
	for _, one := range s.found.Agencies {
		all = append(all, checked(one.Title, one.ID == s.arranged.Agency, func() { s.arrange(func(a *arranged) { a.Agency = one.ID }) }))
	}
	agency.ChildMenu = fyne.NewMenu("", all...)
	items = append(items, agency, fyne.NewMenuItemSeparator())
	items = append(items, s.orders()...)
	if s.arranged.narrows() {
		items = append(items, fyne.NewMenuItemSeparator(), fyne.NewMenuItem(e.T("inbox.filter_clear"), s.clearFilters))
	}
	s.menu(items, s.filter, s.filter.Size().Height)
}

// orderMenu opens the orders alone, below the heading that names the present one.
func (s *Screen) orderMenu() { s.menu(s.orders(), s.list, widgets.HeaderHeight) }

func (s *Screen) orders() []*fyne.MenuItem {
	var items []*fyne.MenuItem
	for _, o := range []desk.Order{desk.ByDeadline, desk.ByNewest, desk.ByAgency} {
		items = append(items, checked(s.env.T(orderKey(o)), s.arranged.Order == o, func() { s.arrange(func(a *arranged) { a.Order = o }) }))
	}
	return items
}

func checked(label string, on bool, act func()) *fyne.MenuItem {
	item := fyne.NewMenuItem(label, act)
	item.Checked = on
	return item
}

// menu opens at the right edge below something.
func (s *Screen) menu(items []*fyne.MenuItem, below fyne.CanvasObject, down float32) {
	pop := widget.NewPopUpMenu(fyne.NewMenu("", items...), s.env.Canvas)
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(below)
	pop.ShowAtPosition(at.AddXY(max(below.Size().Width-pop.MinSize().Width, -at.X), down+4))
}
