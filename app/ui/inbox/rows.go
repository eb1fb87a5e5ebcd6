package inbox

import (
	"strings"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/page"
	"countersign/app/widgets"
	"countersign/assets"
)

// line is one row of the list and what it stands for.
type line struct {
	id       desk.EntryID
	data     widgets.RowData
	proposal *desk.ProposalRow
}

// lines are the rows of the view that fit the search, under their headings.
func (s *Screen) lines() []line {
	e, g := s.env, s.groups
	var out []line
	group := func(title, right string, rows []line) {
		if len(rows) == 0 {
			return
		}
		out = append(out, line{data: widgets.RowData{Header: title, Right: right}})
		out = append(out, rows...)
	}
	switch s.view {
	case toSign:
		group(e.T("inbox.group_proposals"), "", s.proposals())
		group(e.T("inbox.group_sign"), e.T("inbox.sort_deadline"), s.requests(g.ToSign))
		leaving, done := s.today()
		group(e.T("inbox.group_leaving"), "", s.requests(leaving))
		group(e.T("inbox.group_today"), "", s.requests(done))
		if len(out) > 0 {
			group(e.T("inbox.group_waiting"), "", s.requests(g.Waiting))
		}
	case waiting:
		group(e.T("inbox.group_waiting"), e.T("inbox.sort_deadline"), s.requests(g.Waiting))
	case decided:
		group(e.T("inbox.group_decided"), "", s.requests(g.Decided))
		if g.More && len(out) > 0 {
			out = append(out, line{data: widgets.RowData{Header: e.T("inbox.more_decided")}})
		}
	}
	return out
}

// today is what the official has signed and what was decided today: agreements
// whose data is on its way, and the others.
func (s *Screen) today() (leaving, done []desk.RequestRow) {
	now := s.env.Now()
	for _, r := range s.groups.Decided {
		at := s.env.Local(r.Changed)
		switch {
		case !r.SignedByMe || at.Year() != now.Year() || at.YearDay() != now.YearDay():
		case r.State == desk.Approved:
			leaving = append(leaving, r)
		default:
			done = append(done, r)
		}
	}
	return leaving, done
}

func (s *Screen) requests(rows []desk.RequestRow) []line {
	var out []line
	for _, r := range rows {
		if s.matches(r.OtherTitle, page.Dataset(r), string(r.Code), r.Case, s.env.People(r.WaitsFor)) {
			out = append(out, line{id: r.ID, data: s.row(r)})
		}
	}
	return out
}

// matches tells whether every word of the search is somewhere in the texts.
func (s *Screen) matches(texts ...string) bool {
	all := strings.ToLower(strings.Join(texts, " "))
	for _, word := range strings.Fields(strings.ToLower(s.search)) {
		if !strings.Contains(all, word) {
			return false
		}
	}
	return true
}

func (s *Screen) row(r desk.RequestRow) widgets.RowData {
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

func (s *Screen) proposals() []line {
	e := s.env
	var out []line
	for i := range s.groups.Proposals {
		p := &s.groups.Proposals[i]
		if !s.matches(e.T("inbox.proposal_"+p.Act), p.What, p.By.Name) {
			continue
		}
		d := widgets.RowData{Icon: actIcon(p.Act), Title: e.T("inbox.proposal_" + p.Act), Line: p.What, Strong: !p.Mine,
			Meta: e.T("inbox.proposal_by", i18n.P{"who": page.Initial(p.By.Name), "date": e.DayMonth(e.Local(p.Until))}),
			Pips: widgets.SignedOf(1, 2), PipText: e.T("inbox.pips", i18n.P{"signed": 1, "needed": 2})}
		out = append(out, line{id: p.ID, data: d, proposal: p})
	}
	return out
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
	}
	return assets.IconBuilding
}
