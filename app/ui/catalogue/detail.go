package catalogue

import (
	"context"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/page"
	"countersign/app/widgets"
	"countersign/assets"
)

// page is one data set with what can be done about it.
func (s *Screen) page(v desk.DatasetView) fyne.CanvasObject {
	return widgets.Between(nil, s.body(v), s.foot(v))
}

// body is one data set: what it is, its fields, who may ask and what was answered.
func (s *Screen) body(v desk.DatasetView) fyne.CanvasObject {
	e, d := s.env, v.Dataset
	head := widgets.Row(12, widgets.NewIconTile(page.AgencyIcon(v.Provider), widgets.ToneAccent).Sized(40), widgets.Grow(widgets.Column(0,
		widgets.NewText(d.Title).Sub().Cut(), widgets.NewText(page.Article(d.Code)+" · "+v.Title).In(widgets.Ink3).Cut())))
	parts := []fyne.CanvasObject{head}
	if v.Text != "" {
		parts = append(parts, widgets.NewPara(v.Text).In(widgets.Ink2))
	}
	if v.Cycle != "" {
		parts = append(parts, widgets.NewPara(e.T("catalogue.updated", i18n.P{"cycle": v.Cycle})).Caption().In(widgets.Ink2))
	}
	keep := 0
	for _, b := range v.Bases {
		keep = max(keep, int(b.Basis.KeepDays))
	}
	signatures := widgets.Fact{Label: e.T("catalogue.signatures"), Value: s.signatures(v)}
	if d.Policy.DPO {
		signatures.Below = e.T("catalogue.dpo")
	}
	facts := []widgets.Fact{signatures,
		{Label: e.T("catalogue.decided_within"), Value: e.N("time.working_days", int(d.Policy.DeadlineDays))},
		{Label: e.T("catalogue.class"), Value: e.T("catalogue.class_" + string(d.Class))}}
	if keep > 0 {
		facts = append(facts, widgets.Fact{Label: e.T("catalogue.kept_at_most"), Value: e.N("time.days", keep)})
	}
	parts = append(parts, widgets.Facts([]float32{0.85, 1.35, 0.85, 1.05}, facts...), widgets.Rule(), s.fields(v), widgets.Rule(), s.bases(v))
	if n := total(v.Asked); n > 0 {
		parts = append(parts, widgets.Rule(), s.outcomes(v.Asked, n))
	}
	if v.Contact != "" {
		parts = append(parts, widgets.Rule(), widgets.Row(8, widgets.NewGlyph(assets.IconPhone, widgets.Ink2).Sized(16), widgets.Grow(widgets.NewPara(v.Contact).In(widgets.Ink2))))
	}
	if s.mayEdit(v) {
		parts = append(parts, widgets.Rule(), s.source(v))
	}
	return widgets.Page(widgets.Inset(22, 24, 20, 24, widgets.Column(14, parts...)))
}

func (s *Screen) fields(v desk.DatasetView) fyne.CanvasObject {
	e := s.env
	lines := []fyne.CanvasObject{widgets.SectionHead(e.N("count.fields", len(v.Dataset.Fields)), widgets.NewText(e.T("catalogue.names_only")).Caption().In(widgets.Ink3))}
	for _, f := range v.Dataset.Fields {
		row := []fyne.CanvasObject{widgets.Fixed(146, 0, widgets.NewText(string(f.Name)).Cut()), widgets.Grow(widgets.NewText(v.About[f.Name]).In(widgets.Ink2).Cut())}
		if f.Sensitive {
			row = append(row, widgets.NewChip(e.T("letter.sensitive"), widgets.ToneNeutral))
		}
		if f.ThirdParty {
			row = append(row, widgets.NewChip(e.T("letter.third_person"), widgets.ToneWarn))
		}
		lines = append(lines, widgets.Fixed(0, 26, widgets.Row(8, row...)))
	}
	return widgets.Column(4, lines...)
}

// bases are the legal bases that open the data set, and to whom.
func (s *Screen) bases(v desk.DatasetView) fyne.CanvasObject {
	e := s.env
	var add fyne.CanvasObject = widgets.NewText("")
	if s.mayEdit(v) {
		add = widgets.NewLink(e.T("basis.new"), func() { s.editBasis(v, nil) }).Small().WithIcon(assets.IconPlus)
	}
	lines := []fyne.CanvasObject{widgets.SectionHead(e.T("catalogue.who_may"), add)}
	if len(v.Bases) == 0 {
		lines = append(lines, widgets.NewPara(e.T("catalogue.not_shared")).In(widgets.Ink2))
	}
	for _, b := range v.Bases {
		who := e.T("catalogue.any_agency")
		if len(b.Basis.Requesters) > 0 {
			names := make([]string, len(b.Basis.Requesters))
			for i, a := range b.Basis.Requesters {
				names[i] = s.agency(a)
			}
			who = e.List(names)
		}
		row := []fyne.CanvasObject{widgets.Inset(2, 0, 0, 0, widgets.NewGlyph(assets.IconScale, widgets.Ink2).Sized(16)), widgets.Grow(widgets.Column(0,
			widgets.NewPara(strings.ReplaceAll(b.Basis.Title, "-", "\u2011")+", "+e.PurposeName(b.Basis.Purpose)),
			widgets.NewText(who+" · "+e.N("count.fields", len(b.Basis.Fields))).Caption().In(widgets.Ink3).Cut()))}
		if s.mayEdit(v) {
			row = append(row, widgets.NewIconButton(assets.IconPen, e.T("publish.edit"), func() { s.editBasis(v, &b) }))
		}
		lines = append(lines, widgets.TopRow(10, row...))
	}
	return widgets.Column(8, lines...)
}

// agency is an agency's title as the catalogue knows it.
func (s *Screen) agency(id desk.AgencyID) string {
	if s.env.Me.Agency == id && s.env.Agency != "" {
		return s.env.Agency
	}
	for _, v := range s.all {
		if v.Provider == id {
			return v.Title
		}
	}
	return string(id)
}

// outcomes is what became of the requests so far.
func (s *Screen) outcomes(p desk.Precedents, n int) fyne.CanvasObject {
	e := s.env
	var shares []widgets.Share
	var legend []fyne.CanvasObject
	for _, o := range []struct {
		key  string
		n    uint64
		tone widgets.Tone
	}{{"letter.outcome_approved", p.Approved, widgets.ToneApprove}, {"letter.outcome_part", p.ApprovedPart, widgets.ToneInfo},
		{"catalogue.outcome_other", p.Other, widgets.ToneNeutral}, {"letter.outcome_refused", p.Refused, widgets.ToneRefuse}} {
		if o.n > 0 {
			shares = append(shares, widgets.Share{Weight: float32(o.n), Tone: o.tone})
			legend = append(legend, widgets.Legend(o.tone, e.N(o.key, int(o.n))))
		}
	}
	return widgets.Column(8, widgets.SectionHead(e.T("catalogue.past_since", i18n.P{"year": year(p.SinceYear)}), widgets.NewText(e.N("count.requests", n)).Caption().In(widgets.Ink2)),
		widgets.SplitBar(8, shares...), widgets.Wrap(16, 4, legend...))
}

func (s *Screen) foot(v desk.DatasetView) fyne.CanvasObject {
	e := s.env
	if s.mayEdit(v) {
		return widgets.Column(0, widgets.Rule(), widgets.Inset(12, 24, 12, 24, widgets.Row(8, widgets.NewButton(widgets.DangerOutline, e.T("publish.retire"), func() { s.retire(v) }),
			widgets.Spring(), widgets.NewButton(widgets.Outline, e.T("publish.edit"), func() { s.edit(&v) }).WithIcon(assets.IconPen))))
	}
	if v.Ours || !s.asks {
		return nil
	}
	ask := widgets.NewButton(widgets.Primary, e.T("catalogue.ask"), func() { e.Go(page.Place{Screen: page.Compose, Dataset: v.Edition}) }).
		WithIcon(assets.IconPen).WithKey("N").OnWhy(func(reason string) { e.Say(widgets.ToneNeutral, reason) })
	if !mayAsk(v) {
		ask.Allow(false, e.T("compose.no_basis"))
	}
	return widgets.Column(0, widgets.Rule(), widgets.Inset(12, 24, 12, 24, widgets.Row(8, widgets.Grow(s.asked(v)), ask)))
}

// mayAsk tells whether anybody may ask for a data set at all.
func mayAsk(v desk.DatasetView) bool {
	return !v.Ours && len(v.Bases) > 0 && v.Dataset.Sharing != "not-shared"
}

// asked is how often the agency has asked for a data set, once it is counted.
func (s *Screen) asked(v desk.DatasetView) fyne.CanvasObject {
	e, slot := s.env, page.NewSlot()
	slot.Show(widgets.Spring())
	page.ReadLast(e, &s.count, func(ctx context.Context) (int, error) { return s.desk.Asked(ctx, v.Dataset.Code) }, func(n int, err error) {
		if err != nil {
			return // the page says nothing then: asking needs no count
		}
		said := e.T("catalogue.asked_never")
		if n > 0 {
			said = e.N("catalogue.asked", n)
		}
		slot.Show(widgets.Row(8, widgets.NewGlyph(assets.IconUsers, widgets.Ink2).Sized(16), widgets.Grow(widgets.NewPara(said).In(widgets.Ink2))))
		slot.Content().Refresh()
	})
	return slot.Content()
}

// mayEdit tells whether the official publishes this data set.
func (s *Screen) mayEdit(v desk.DatasetView) bool { return s.admin && v.Ours && s.editor == nil }

func year(n int) string { return strconv.Itoa(n) }
