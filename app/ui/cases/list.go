package cases

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/page"
	"countersign/app/widgets"
	"countersign/assets"
)

func columns(e *page.Env) []widgets.TableColumn {
	return []widgets.TableColumn{{Title: "", Width: 36}, {Title: e.T("cases.file_column"), Weight: 1.1}, {Title: e.T("cases.agencies"), Weight: 1},
		{Title: e.T("cases.parts"), Width: 160}, {Title: e.T("cases.decided"), Width: 84, Right: true}}
}

// listPage is the frame of the list.
func (s *Screen) listPage() fyne.CanvasObject {
	e := s.env
	add := widgets.NewButton(widgets.Primary, e.T("cases.new"), s.newCase).Small().WithIcon(assets.IconPlus)
	head := widgets.Inset(16, 24, 8, 24, widgets.Column(12, widgets.Fixed(0, 28, widgets.Row(12, widgets.NewText(e.T("cases.title")).Heading(), s.summary, widgets.Spring(), add)),
		s.field))
	top := widgets.Column(0, head, widgets.TableHead(24, columns(e)), widgets.Rule())
	return widgets.OnGround(widgets.Bg, widgets.Column(0, top, widgets.Grow(s.list.Content()), e.Hints("J", "hint.next", "K", "hint.previous", "Enter", "hint.open")))
}

func (s *Screen) matches(c desk.Case) bool {
	text := c.Number + " " + c.Title
	for _, p := range c.Parts {
		text += " " + p.Row.OtherTitle + " " + p.Row.Dataset + " " + string(p.Row.Code)
	}
	return page.Matches(s.search, text)
}

// fill lists the cases that fit the search.
func (s *Screen) fill() {
	e := s.env
	s.shown, s.rows = nil, nil
	for _, c := range s.all {
		if s.matches(c) {
			s.shown = append(s.shown, c)
		}
	}
	s.summary.Set("")
	if len(s.all) > 0 {
		s.summary.Set(e.N("cases.count", len(s.all)))
	}
	if len(s.shown) == 0 {
		s.chosen = ""
		if s.search != "" {
			s.list.Show(e.NoMatch(s.search))
			return
		}
		s.list.Show(widgets.EmptyState(assets.IconLayers, widgets.ToneNeutral, e.T("cases.empty_title"), e.T("cases.empty_text"),
			widgets.NewButton(widgets.Outline, e.T("cases.new"), s.newCase).WithIcon(assets.IconPlus)))
		return
	}
	var lines []fyne.CanvasObject
	for _, c := range s.shown {
		row := widgets.NewPressRow(s.line(c), c.Number, func() { s.openCase(c.ID) })
		s.rows = append(s.rows, row)
		lines = append(lines, row)
	}
	s.list.Show(widgets.Page(widgets.Column(0, lines...)))
	at := slices.IndexFunc(s.shown, func(c desk.Case) bool { return c.ID == s.chosen })
	s.choose(max(at, 0))
}

func (s *Screen) choose(i int) {
	s.chosen = s.shown[i].ID
	for j, row := range s.rows {
		row.Select(j == i)
	}
}

func (s *Screen) step(by int) {
	at := slices.IndexFunc(s.shown, func(c desk.Case) bool { return c.ID == s.chosen })
	if at += by; at >= 0 && at < len(s.shown) {
		s.choose(at)
	}
}

// line is one case in the list.
func (s *Screen) line(c desk.Case) fyne.CanvasObject {
	e := s.env
	title := c.Title
	switch {
	case title != "":
	case len(c.Parts) == 0:
		title = e.T("requests.empty_title")
	default:
		title = e.N("count.requests", len(c.Parts))
	}
	var agencies []string
	for _, p := range c.Parts {
		if !slices.Contains(agencies, p.Row.OtherTitle) {
			agencies = append(agencies, p.Row.OtherTitle)
		}
	}
	decided := "–"
	if len(c.Parts) > 0 {
		decided = e.T("cases.of", i18n.P{"n": c.Decided(), "of": len(c.Parts)})
	}
	cells := widgets.TableCells(24, columns(e), widgets.NewIconTile(assets.IconLayers, widgets.ToneNeutral).Sized(32),
		widgets.Column(0, widgets.NewText(number(e, c)).Bold().Cut(), widgets.NewText(title).Caption().In(widgets.Ink3).Cut()),
		widgets.NewText(strings.Join(agencies, ", ")).In(widgets.Ink2).Cut(), shares(e, &c, 6), widgets.NewText(decided).Right())
	return widgets.Fixed(0, 61, cells)
}

// number is how a case is named; a case of colleagues whose letters are not open
// yet has none here.
func number(e *page.Env, c desk.Case) string {
	if c.Number == "" {
		return e.T("cases.no_number")
	}
	return c.Number
}

// group is one of the stages in which parts are counted.
type group struct {
	key    string
	tone   widgets.Tone
	stages []desk.PartStage
}

func groups() []group {
	return []group{{"cases.n_arrived", widgets.ToneApprove, []desk.PartStage{desk.PartArrived, desk.PartDeleted}},
		{"cases.n_arriving", widgets.ToneInfo, []desk.PartStage{desk.PartArriving}},
		{"cases.n_waiting", widgets.ToneNeutral, []desk.PartStage{desk.PartWaiting}},
		{"cases.n_not_given", widgets.ToneRefuse, []desk.PartStage{desk.PartNotGiven}}}
}

// shares is a bar of the parts by stage.
func shares(e *page.Env, c *desk.Case, height float32) fyne.CanvasObject {
	var out []widgets.Share
	for _, g := range groups() {
		out = append(out, widgets.Share{Weight: float32(c.Count(g.stages...)), Tone: g.tone})
	}
	return widgets.Column(0, widgets.Spring(), widgets.SplitBar(height, out...), widgets.Spring())
}
