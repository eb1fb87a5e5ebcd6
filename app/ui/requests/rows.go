package requests

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/cases"
	"countersign/app/ui/page"
	"countersign/app/widgets"
	"countersign/assets"
)

func (s *Screen) words() []widgets.Segment {
	e, n := s.env, 0
	for _, r := range s.mine {
		if isOpen(r) {
			n++
		}
	}
	count := func(n int) string {
		if n == 0 {
			return ""
		}
		return e.Number(int64(n))
	}
	out := []widgets.Segment{{Label: e.T("requests.open"), Count: count(n)}, {Label: e.T("requests.ended")}}
	if s.asks {
		out = append(out, widgets.Segment{Label: e.T("requests.drafts"), Count: count(len(s.drafts))})
	}
	return out
}

// isOpen tells whether something can still become of a request.
func isOpen(r desk.RequestRow) bool {
	switch r.State {
	case desk.Submitted, desk.Returned, desk.Offered, desk.Approved, desk.Suspended, "appealed":
		return true
	}
	return false
}

func (s *Screen) lines() []line {
	e := s.env
	var out []line
	if s.view == drafts {
		for _, d := range s.drafts {
			if title := s.draftTitle(d); s.matches(title) {
				out = append(out, line{draft: d.ID, data: widgets.RowData{Icon: assets.IconPen, Title: title, Line: e.N("count.fields", len(d.Ask.Fields)),
					Meta: e.T("compose.saved", i18n.P{"time": e.When(d.Saved.In(e.Zone), e.Now())}), Chip: widgets.ChipData{Text: e.T("state.draft")}}})
			}
		}
		return out
	}
	for _, r := range s.mine {
		if isOpen(r) == (s.view == open) && s.matches(r.OtherTitle, page.Dataset(r), string(r.Code), r.Case) {
			out = append(out, line{id: r.ID, data: s.row(r)})
		}
	}
	return out
}

func (s *Screen) matches(texts ...string) bool {
	return page.Matches(s.search, texts...)
}

func (s *Screen) row(r desk.RequestRow) widgets.RowData {
	e := s.env
	d := widgets.RowData{Icon: page.AgencyIcon(r.Other), Unread: r.Unread, Title: r.OtherTitle, Line: page.Dataset(r), Chip: e.StateChip(r)}
	if page.Pending(r.State) {
		d.Pips, d.PipText = e.Pips(r)
	}
	meta := []string{}
	if r.Case != "" {
		meta = append(meta, r.Case)
	}
	if r.Subjects > 0 {
		meta = append(meta, e.N("count.people", r.Subjects))
	}
	if len(meta) == 0 {
		meta = append(meta, e.Reference("", r.ID))
	}
	d.Meta = strings.Join(meta, " · ")
	return d
}

func (s *Screen) nothing() fyne.CanvasObject {
	return widgets.EmptyState(assets.IconSend, widgets.ToneNeutral, s.env.T("inbox.pick"), "")
}

func (s *Screen) empty() fyne.CanvasObject {
	e := s.env
	if s.search != "" {
		return e.NoMatch(s.search)
	}
	var acts []fyne.CanvasObject
	if s.asks {
		acts = append(acts, widgets.NewButton(widgets.Outline, e.T("requests.new"), s.compose).WithIcon(assets.IconPlus))
	}
	switch s.view {
	case drafts:
		return widgets.EmptyState(assets.IconPen, widgets.ToneNeutral, e.T("requests.no_drafts"), "", acts...)
	case ended:
		return widgets.EmptyState(assets.IconSend, widgets.ToneNeutral, e.T("requests.none_ended"), "")
	}
	return widgets.EmptyState(assets.IconSend, widgets.ToneNeutral, e.T("requests.empty_title"), e.T("requests.empty_text"), acts...)
}

// drawStrip says in which case file the request that is read stands, and puts it
// into one.
func (s *Screen) drawStrip() {
	e := s.env
	if !s.asks || s.letter == nil {
		s.strip.Show(widgets.Column(0))
		return
	}
	id := s.chosen
	put := func() {
		cases.Put(e, s.desk, id, s.reload)
	}
	row := []fyne.CanvasObject{widgets.NewGlyph(assets.IconLayers, widgets.Ink2).Sized(16)}
	for _, c := range s.cases {
		if !slices.ContainsFunc(c.Parts, func(p desk.CasePart) bool { return p.Row.ID == id }) {
			continue
		}
		name := c.Number
		if c.Title != "" {
			name += " · " + c.Title
		}
		row = append(row, widgets.NewLink(name, func() { e.Go(page.Place{Screen: page.Cases, Case: c.ID}) }).Small(), widgets.Spring(),
			widgets.NewLink(e.T("cases.put_elsewhere"), put).Small())
		break
	}
	if len(row) == 1 {
		row = append(row, widgets.Grow(widgets.NewText(e.T("cases.in_none")).Caption().In(widgets.Ink2).Cut()), widgets.NewLink(e.T("cases.put"), put).Small())
	}
	s.strip.Show(widgets.OnGround(widgets.Sunken, widgets.Column(0, widgets.Fixed(0, 33, widgets.Inset(0, 32, 0, 32, widgets.Row(8, row...))), widgets.Rule())))
}
