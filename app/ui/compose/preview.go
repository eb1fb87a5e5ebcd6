package compose

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

// problem puts what is wrong with a field into words.
func (s *Screen) problem(p desk.AskProblem) string {
	e := s.env
	if p.Code == desk.CodeMissing {
		switch p.Field {
		case desk.AskDataset:
			return e.T("compose.missing_dataset")
		case desk.AskBasis, desk.AskPurpose:
			return e.T("compose.missing_basis")
		case desk.AskFields:
			return e.T("compose.missing_fields")
		case desk.AskKeep:
			return e.T("compose.missing_keep")
		case desk.AskSubjects:
			return e.T("compose.missing_subjects")
		}
	}
	return e.T("problem."+string(p.Code), i18n.P{"which": p.Which})
}

// mark shows problems beside their fields. What is merely missing is said on the
// button, and in red once somebody wanted to send it.
func (f *form) mark() {
	e := f.s.env
	at := map[desk.AskField]string{}
	for _, p := range f.s.problems {
		blamed := p.Code != desk.CodeMissing || f.s.tried || p.Field == desk.AskKeep && f.other.Text() != ""
		if blamed && p.Code != desk.CodeBeyond && at[p.Field] == "" {
			at[p.Field] = f.s.problem(p)
		}
	}
	f.search.SetError(at[desk.AskDataset])
	if at[desk.AskBasis] == "" {
		at[desk.AskBasis] = at[desk.AskPurpose]
	}
	if f.s.set() == nil { // one thing after the other
		at[desk.AskBasis], at[desk.AskFields] = "", ""
	}
	f.noBasis.SetError(at[desk.AskBasis])
	f.noField.SetError(at[desk.AskFields])
	f.from.SetError(at[desk.AskPeriod])
	f.number.SetError(at[desk.AskCase])
	f.rows.SetError(at[desk.AskRows])
	f.standing.SetError(at[desk.AskStanding])
	f.note.SetError(at[desk.AskNote])
	f.other.SetError(at[desk.AskKeep])
	f.subjects.SetError(at[desk.AskSubjects])
	n := len(f.s.ask.Subjects)
	switch {
	case n > 0 && at[desk.AskSubjects] == "":
		f.subjectsState.Set(e.N("compose.all_valid", n))
		f.subjectsState.Show()
	default:
		f.subjectsState.Hide()
	}
	hint := ""
	if v := f.s.set(); v != nil {
		for _, b := range v.Bases {
			if b.ID == f.s.ask.Basis && b.Basis.KeepDays > 0 {
				hint = e.N("compose.keep_allowed", int(b.Basis.KeepDays), i18n.P{"article": page.Article(b.Basis.Code)})
			}
		}
	}
	if at[desk.AskKeep] != "" && !f.other.Visible() {
		hint = at[desk.AskKeep]
	}
	f.keepHint.Set(hint)
	f.content.Refresh()
}

// preview is the letter as the other agency will read it, once a data set is chosen.
func (s *Screen) preview() fyne.CanvasObject {
	e, v, a := s.env, s.set(), s.ask
	period := a.From
	if a.To != "" && a.To != a.From {
		period += "–" + a.To
	}
	args := i18n.P{"agency": e.Agency, "unit": e.Me.Unit, "provider": v.Title, "dataset": v.Dataset.Title, "code": page.Article(v.Dataset.Code),
		"period": period, "subjects": e.Subjects(len(a.Subjects)), "purpose": e.Purpose(a.Purpose)}
	title := e.T("letter.title", args)
	if len(a.Subjects) > 0 {
		title = e.T("letter.title_about", args)
	}
	var covered []desk.FieldName
	basis, article := "–", ""
	for _, b := range v.Bases {
		if b.ID == a.Basis {
			covered, basis, article = b.Basis.Fields, page.Article(b.Basis.Code), page.Article(b.Basis.Code)
		}
	}
	parts := []fyne.CanvasObject{widgets.NewPara("**" + title + "**").Large()}
	if a.Purpose != "" {
		parts = append(parts, widgets.NewPara(e.T("letter.sentence", args)).In(widgets.Ink2).StrongIn(widgets.Ink))
	}
	parts = append(parts, widgets.Row(12, widgets.NewAvatar(e.Me.Name), widgets.Grow(widgets.Column(0, widgets.NewText(e.Me.Name).Bold().Cut(),
		widgets.NewText(e.Me.Title).Caption().In(widgets.Ink3).Cut()))), widgets.Rule())
	line := func(label string, value fyne.CanvasObject) fyne.CanvasObject {
		return widgets.Row(8, widgets.NewText(label).In(widgets.Ink2), widgets.Spring(), value)
	}
	long := func(label, value string) fyne.CanvasObject {
		return widgets.Row(8, widgets.NewText(label).In(widgets.Ink2), widgets.Grow(widgets.NewText(value).Right().Cut()))
	}
	facts := []fyne.CanvasObject{line(e.T("letter.basis"), widgets.NewText(basis)),
		line(e.T("letter.subject"), widgets.Row(6, widgets.CoverBars(40, 52), widgets.NewText(e.T("compose.hidden")).Caption().In(widgets.Ink3)))}
	if period != "" {
		facts = append(facts, line(e.T("compose.period"), widgets.NewText(period)))
	}
	facts = append(facts, line(e.T("compose.kept_for"), widgets.NewText(e.N("time.days", a.KeepDays))))
	if a.StandingDays > 0 {
		facts = append(facts, long(e.T("compose.often"), e.T("letter.live_feed", i18n.P{"n": a.StandingDays})))
	}
	if a.Rows != "" {
		facts = append(facts, long(e.T("letter.rows"), a.Rows))
	}
	if a.Case != "" {
		facts = append(facts, long(e.T("compose.case"), a.Case))
	}
	if s.answer.By != 0 {
		facts = append(facts, line(e.T("letter.decide_by"), widgets.NewText(e.ShortDate(e.Local(s.answer.By)))))
	}
	parts = append(parts, widgets.Column(6, facts...), widgets.Rule())
	var fields []fyne.CanvasObject
	for _, f := range v.Dataset.Fields {
		if !slices.Contains(a.Fields, f.Name) {
			continue
		}
		row := []fyne.CanvasObject{widgets.NewGlyph(assets.IconCheck, widgets.Accent).Sized(16), widgets.Grow(widgets.NewText(string(f.Name)).Cut())}
		if article != "" && !slices.Contains(covered, f.Name) {
			row[0] = widgets.NewGlyph(assets.IconFlag, widgets.Warn).Sized(16)
			row = append(row, widgets.NewChip(e.T("letter.beyond", i18n.P{"article": article}), widgets.ToneWarn))
		}
		fields = append(fields, widgets.Row(10, row...))
	}
	if len(fields) > 0 {
		parts = append(parts, widgets.Column(6, fields...))
	}
	if a.Emergency {
		parts = append(parts, widgets.NewNote(widgets.ToneWarn, e.T("letter.emergency")).WithIcon(assets.IconBolt))
	}
	if a.Note != "" {
		parts = append(parts, widgets.Rule(), widgets.NewPara(a.Note).In(widgets.Ink2))
	}
	all := []fyne.CanvasObject{widgets.Row(8, widgets.NewGlyph(assets.IconEye, widgets.Ink2).Sized(18), widgets.NewText(e.T("compose.will_see", i18n.P{"agency": v.Title})).Bold()),
		widgets.PaddedCard(widgets.Column(12, parts...))}
	if note := s.precedentNote(); note != "" {
		all = append(all, widgets.NewNote(widgets.ToneInfo, note).WithIcon(assets.IconHistory))
	}
	return widgets.Column(14, all...)
}

// precedentNote counts what became of requests like this one.
func (s *Screen) precedentNote() string {
	e, p := s.env, s.precedents
	total := int(p.Approved + p.ApprovedPart + p.Refused + p.Other)
	if total == 0 {
		return ""
	}
	var words []string
	for _, o := range []struct {
		key string
		n   uint64
	}{{"letter.outcome_approved", p.Approved}, {"letter.outcome_part", p.ApprovedPart}, {"letter.outcome_refused", p.Refused}} {
		if o.n > 0 {
			words = append(words, e.N(o.key, int(o.n)))
		}
	}
	if len(words) == 0 {
		return ""
	}
	return e.T("compose.precedent", i18n.P{"n": total, "of": strings.Join(words, ", ")})
}
