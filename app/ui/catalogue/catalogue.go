// Package catalogue owns the screen that lists what the agencies offer: data
// sets with their fields, who may ask for them and why, and what became of
// earlier requests. It shows names of fields and never data.
package catalogue

import (
	"context"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/page"
	"countersign/app/widgets"
	"countersign/assets"
)

// Desk is what the screen needs.
type Desk interface {
	Publisher
	Catalogue(ctx context.Context) ([]desk.DatasetView, error)
	Asked(ctx context.Context, dataset desk.Code) (int, error)
}

// Screen is the catalogue.
type Screen struct {
	env    *page.Env
	desk   Desk
	asks   bool // the official's role asks for data
	admin  bool // the official's role publishes
	all    []desk.DatasetView
	shown  []desk.DatasetView
	scroll *widgets.RowList
	rows   []*widgets.PressRow
	titles []string // of the agencies, for the filters; the first is "all"
	filter int
	search string
	chosen desk.Code
	turn   page.Turn
	count  page.Turn // of what the agency asked

	field   *widgets.Input
	filters *page.Slot
	summary *widgets.Text
	list    *page.Slot
	detail  *page.Slot
	left    *fyne.Container // the list with its head
	listing *page.Split
	editor  *editor // an edition that is being written; nil: none
	whole   *page.Slot
	content fyne.CanvasObject
}

func columns(e *page.Env) []widgets.TableColumn {
	return []widgets.TableColumn{{Title: "", Width: 32}, {Title: e.T("catalogue.dataset"), Weight: 1}, {Title: e.T("catalogue.fields"), Width: 56, Right: true},
		{Title: e.T("catalogue.signatures"), Width: 84, Right: true}, {Title: e.T("catalogue.usual"), Width: 104, Right: true}}
}

// New makes the screen. asks says whether the official's role may ask for data,
// admin whether it may publish it.
func New(e *page.Env, d Desk, asks, admin bool) *Screen {
	s := &Screen{env: e, desk: d, asks: asks, admin: admin, whole: page.NewSlot(), filters: page.NewSlot(), list: page.NewSlot(), detail: page.NewSlot()}
	s.field = widgets.NewSearchField(e.T("catalogue.search"), "/", func(text string) {
		s.search = text
		s.fill()
	})
	s.summary = widgets.NewText("").In(widgets.Ink2)
	head := widgets.Inset(16, 24, 8, 24, widgets.Column(12, widgets.Fixed(0, 28, widgets.Row(8, s.title()...)),
		s.field, s.filters.Content()))
	titles := widgets.Column(0, widgets.TableHead(24, columns(e)), widgets.Rule())
	s.list.Show(widgets.Pad(24, widgets.Skeleton(6)))
	s.detail.Show(widgets.Spring())
	s.left = widgets.Between(widgets.Column(0, head, titles), s.list.Content(), nil)
	s.listing = page.NewSplit(e, page.Catalogue, 616, s.left, s.detail.Content())
	s.listing.Room, s.listing.OneBelow = 463, 960
	s.listing.Back = func() { s.listing.Read(false) }
	s.whole.Show(s.listing)
	s.content = container.NewStack(s.whole.Content())
	return s
}

// title heads the catalogue; who publishes finds the way to it here.
func (s *Screen) title() []fyne.CanvasObject {
	e := s.env
	out := []fyne.CanvasObject{widgets.NewText(e.T("catalogue.title")).Heading(), widgets.Spring(), s.summary}
	if s.admin {
		out = append(out, widgets.NewButton(widgets.Primary, e.T("publish.new"), func() { s.edit(nil) }).Small().WithIcon(assets.IconPlus))
	}
	return out
}

// Content implements page.Screen.
func (s *Screen) Content() fyne.CanvasObject { return s.content }

// Search implements page.Searcher.
func (s *Screen) Search() fyne.Focusable {
	if s.editor != nil {
		return nil
	}
	return s.field.Focus()
}

// Open implements page.Screen.
func (s *Screen) Open(page.Place) {
	if s.editor == nil {
		s.reload()
	}
}

// Changed implements page.Screen.
func (s *Screen) Changed(c desk.Change) {
	if c.People && s.editor == nil {
		s.reload()
	}
}

// Rune implements page.Screen.
func (s *Screen) Rune(r rune) bool {
	switch {
	case s.editor != nil:
		return false
	case r == 'j':
		s.step(1)
	case r == 'k':
		s.step(-1)
	default:
		return false
	}
	return true
}

// Key implements page.Screen.
func (s *Screen) Key(k *fyne.KeyEvent) bool {
	switch {
	case s.editor != nil && k.Name == fyne.KeyEscape && s.editor.dirty:
		s.env.Say(widgets.ToneNeutral, s.env.T("publish.leave"))
	case s.editor != nil && k.Name == fyne.KeyEscape:
		s.closeEditor()
	case s.editor != nil:
		return false
	case k.Name == fyne.KeyEscape:
		s.listing.Read(false)
	case k.Name == fyne.KeyReturn || k.Name == fyne.KeyEnter:
		s.listing.Read(true)
	case k.Name == fyne.KeyDown:
		s.step(1)
	case k.Name == fyne.KeyUp:
		s.step(-1)
	default:
		return false
	}
	return true
}

func (s *Screen) step(by int) {
	at := slices.IndexFunc(s.shown, func(v desk.DatasetView) bool { return v.Dataset.Code == s.chosen })
	if at += by; at >= 0 && at < len(s.shown) {
		s.choose(s.shown[at])
	}
}

func (s *Screen) reload() {
	page.ReadLast(s.env, &s.turn, s.desk.Catalogue, func(all []desk.DatasetView, err error) {
		if err != nil {
			s.list.Show(s.env.Failed(err, s.reload))
			return
		}
		s.all = all
		s.drawFilters()
		s.left.Refresh() // the head is of another height
		s.fill()
	})
}

// NewRequest implements page.Asker: N asks for the data set that is open.
func (s *Screen) NewRequest() page.Place {
	p := page.Place{Screen: page.Compose}
	for _, v := range s.shown {
		if v.Dataset.Code == s.chosen && mayAsk(v) && s.editor == nil {
			p.Dataset = v.Edition
		}
	}
	return p
}

// drawFilters offers one filter for each agency that publishes something.
func (s *Screen) drawFilters() {
	e := s.env
	titles := []string{e.T("catalogue.all")}
	for _, v := range s.all {
		if !slices.Contains(titles[1:], v.Title) {
			titles = append(titles, v.Title)
		}
	}
	s.summary.Set(e.T("catalogue.summary", i18n.P{"datasets": e.N("count.datasets", len(s.all)), "agencies": e.N("count.agencies", len(titles)-1)}))
	slices.Sort(titles[1:])
	if slices.Equal(titles, s.titles) {
		return
	}
	s.titles, s.filter = titles, 0
	segments := make([]widgets.Segment, len(titles))
	for i, t := range titles {
		segments[i] = widgets.Segment{Label: t}
	}
	s.filters.Show(widgets.NewFilters(segments, 0, func(i int) {
		s.filter = i
		s.fill()
	}))
}

func (s *Screen) fits(v desk.DatasetView) bool {
	if s.filter > 0 && v.Title != s.titles[s.filter] {
		return false
	}
	text := v.Dataset.Title + " " + string(v.Dataset.Code) + " " + v.Title
	for _, f := range v.Dataset.Fields {
		text += " " + string(f.Name)
	}
	return page.Matches(s.search, text)
}

// fill lists what fits search and filter.
func (s *Screen) fill() {
	e := s.env
	s.shown, s.rows = nil, nil
	for _, v := range s.all {
		if s.fits(v) {
			s.shown = append(s.shown, v)
		}
	}
	if len(s.shown) == 0 {
		s.detail.Show(widgets.Spring())
		if s.search != "" {
			s.list.Show(e.NoMatch(s.search))
			return
		}
		s.list.Show(widgets.EmptyState(assets.IconBook, widgets.ToneNeutral, e.T("catalogue.empty_title"), e.T("catalogue.empty_text")))
		return
	}
	var lines []fyne.CanvasObject
	for _, v := range s.shown {
		body, title, tile := s.line(v)
		row := widgets.NewPressRow(body, v.Dataset.Title, func() {
			s.choose(v)
			s.listing.Read(true)
		}).Standing(title, tile)
		s.rows = append(s.rows, row)
		lines = append(lines, row)
	}
	s.scroll = widgets.RowsPage(s.scroll, lines...)
	s.list.Show(s.scroll.Content())
	at := slices.IndexFunc(s.shown, func(v desk.DatasetView) bool { return v.Dataset.Code == s.chosen })
	s.choose(s.shown[max(at, 0)])
}

// line is one row, with its title and its tile, which say whether it is chosen.
func (s *Screen) line(v desk.DatasetView) (fyne.CanvasObject, *widgets.Text, *widgets.IconTile) {
	e := s.env
	name, tile := widgets.NewText(v.Dataset.Title).Cut(), widgets.NewIconTile(page.AgencyIcon(v.Provider), widgets.ToneNeutral).Sized(32)
	title := []fyne.CanvasObject{name}
	if v.Dataset.Policy.MaxReleases == 0 && strings.HasSuffix(string(v.Dataset.Code), "-LIVE") {
		title = append(title, widgets.NewChip(e.T("catalogue.live"), widgets.ToneInfo).WithIcon(assets.IconBolt))
	}
	title[0] = widgets.Grow(title[0])
	usual := "–"
	if total(v.Asked) > 0 {
		usual = e.T("catalogue.same_day")
		if v.Asked.MedianDays > 0 {
			usual = e.N("time.days", v.Asked.MedianDays)
		}
	}
	cells := widgets.TableCells(24, columns(e), tile,
		widgets.Column(0, widgets.Row(8, title...), widgets.NewText(page.Article(v.Dataset.Code)+" · "+v.Title).Caption().In(widgets.Ink3).Cut()),
		widgets.NewText(e.Number(int64(len(v.Dataset.Fields)))).Right(), s.signing(v), widgets.NewText(usual).Right())
	return widgets.Fixed(0, 61, cells), name, tile
}

// signatures is how many are needed, of how many people who may sign.
func (s *Screen) signatures(v desk.DatasetView) string {
	needed := s.env.Number(int64(v.Dataset.Policy.Quorum))
	if v.Edition != (desk.EntryID{}) { // else it is being written: who signs follows from its class
		needed = s.env.T("catalogue.quorum", i18n.P{"n": needed, "of": s.env.Number(int64(v.Signers))})
	}
	return needed
}

// signing is how many sign, and below it that the data protection officer does too.
func (s *Screen) signing(v desk.DatasetView) fyne.CanvasObject {
	needed := widgets.NewText(s.signatures(v)).Right()
	if !v.Dataset.Policy.DPO {
		return needed
	}
	return widgets.Column(0, needed, widgets.NewText(s.env.T("catalogue.dpo")).Caption().In(widgets.Ink3).Right())
}

func total(p desk.Precedents) int { return int(p.Approved + p.ApprovedPart + p.Refused + p.Other) }

func (s *Screen) choose(v desk.DatasetView) {
	s.chosen = v.Dataset.Code
	for i := range s.rows {
		on := s.shown[i].Dataset.Code == s.chosen
		if s.rows[i].Select(on); on {
			s.scroll.ToRow(s.rows[i])
		}
	}
	s.listing.Title(v.Dataset.Title)
	s.detail.Show(s.page(v))
}
