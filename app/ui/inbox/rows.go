package inbox

import (
	"strings"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/page"
	"countersign/app/widgets"
	"countersign/assets"
)

// matches tells whether every word of the search is somewhere in the texts.
func (s *Screen) matches(texts ...string) bool {
	return page.Matches(s.search, texts...)
}

// requestRow is a request as the list shows it.
func (s *Screen) requestRow(r desk.RequestRow) widgets.RowData {
	e := s.env
	d := widgets.RowData{Icon: page.AgencyIcon(r.Other), Unread: r.Unread, Title: r.OtherTitle, Line: page.Dataset(r), Chip: e.Chip(r)}
	if page.Pending(r.State) {
		d.Pips, d.PipText = e.Pips(r)
	}
	var meta []string
	if row := e.StateChip(r); r.Paused {
		meta = append(meta, row.Text)
	}
	switch {
	case r.SignedByMe && page.Pending(r.State) && len(r.WaitsFor) > 0:
		meta = append(meta, e.T("inbox.signed_waits", i18n.P{"who": e.AnyOf(r.WaitsFor)}))
	default:
		meta = append(meta, e.Reference(r.Case, r.ID))
		if r.Subjects > 0 {
			meta = append(meta, e.N("count.people", r.Subjects))
		}
	}
	d.Meta = strings.Join(meta, " · ")
	return d
}

// proposals are those that fit the search; no filter is about them.
func (s *Screen) proposals() []desk.ProposalRow {
	e := s.env
	var out []desk.ProposalRow
	for _, p := range s.found.Proposals {
		if !s.arranged.narrows() && s.matches(e.T("inbox.proposal_"+p.Act), p.What, p.By.Name) {
			out = append(out, p)
		}
	}
	return out
}

func (s *Screen) proposalRow(p *desk.ProposalRow) widgets.RowData {
	e := s.env
	return widgets.RowData{Icon: actIcon(p.Act), Title: e.T("inbox.proposal_" + p.Act), Line: p.What, Strong: !p.Mine,
		Meta: e.T("inbox.proposal_by", i18n.P{"who": page.Initial(p.By.Name), "date": e.DayMonth(e.Local(p.Until))}),
		Pips: widgets.SignedOf(1, 2), PipText: e.T("inbox.pips", i18n.P{"signed": 1, "needed": 2})}
}

func actIcon(act string) assets.IconName {
	switch act {
	case "enrol":
		return assets.IconUser
	case "restore", "revoke-key":
		return assets.IconKey
	case "dataset":
		return assets.IconBook
	case "basis":
		return assets.IconScale
	case "calendar":
		return assets.IconCalendar
	case "office":
		return assets.IconMonitor
	}
	return assets.IconBuilding
}
