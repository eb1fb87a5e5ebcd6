package letter

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/page"
	"countersign/app/widgets"
	"countersign/assets"
)

func (v *View) facts() fyne.CanvasObject {
	e, l := v.env, v.letter
	keep, sealed := e.T("letter.keep"), l.Requester
	if v.mine {
		keep = e.T("letter.you_keep")
	}
	basis := widgets.Fact{Label: e.T("letter.basis"), Value: strings.ReplaceAll(l.BasisTitle, "-", "\u2011")}
	if l.BasisText != "" {
		basis.Act = widgets.TopRow(0, widgets.NewLink(e.T("common.read"), v.readBasis).Small())
	} else {
		basis.Below = page.Article(l.BasisCode)
	}
	due := widgets.Fact{Label: e.T("letter.decide_by"), Value: "–"}
	if l.Row.DecideBy != 0 {
		due.Value = e.Date(e.Local(l.Row.DecideBy))
	}
	if page.Pending(l.Row.State) {
		due.Below, due.Strong = e.LeftLong(page.Left(l.Row)), true
	}
	sent := widgets.Fact{Label: e.T("letter.sent_as"), Value: e.T("letter.sealed"), Below: e.T("letter.sealed_for", i18n.P{"agency": sealed})}
	if l.StandingDays > 0 {
		sent.Value = e.T("letter.live_feed", i18n.P{"n": l.StandingDays})
	}
	facts := []widgets.Fact{
		{Label: e.T("letter.purpose"), Value: e.PurposeName(l.PurposeCode), Below: l.Row.Case}, basis, due,
		v.subject(), {Label: keep, Value: e.N("time.days", l.KeepDays), Below: e.T("letter.keep_below")}, sent,
	}
	grid := []fyne.CanvasObject{widgets.Facts([]float32{190, 250, 190}, facts...)}
	if l.Rows != "" {
		grid = append(grid, widgets.KeyValue(150, e.T("letter.rows"), widgets.NewPara(l.Rows)))
	}
	if l.Note != "" {
		grid = append(grid, widgets.KeyValue(150, e.T("letter.note"), widgets.NewPara(l.Note)))
	}
	return widgets.Column(8, grid...)
}

// subject is covered until it is asked for; the look is recorded first.
func (v *View) subject() widgets.Fact {
	e, l := v.env, v.letter
	label := e.T("letter.subject")
	if l.Row.Subjects > 1 {
		label = e.T("letter.subjects")
	}
	if l.LetterState != desk.LetterOpen || l.Row.Subjects == 0 {
		return widgets.Fact{Label: label, Value: "–", Below: e.Refusal(stateCode(l.LetterState))}
	}
	v.subjects = widgets.NewRedacted(e.T("letter.reveal"), e.T("letter.cover"), func(done func(string)) {
		page.Read(e, func(ctx context.Context) ([]string, error) { return v.desk.Reveal(ctx, l.Row.ID) }, func(s []string, err error) {
			if err != nil {
				e.Problem(e.T("letter.reveal"), err)
				return
			}
			if len(s) > 3 {
				s = append(s[:3:3], "…")
			}
			done(strings.Join(s, ", "))
		})
	})
	return widgets.Fact{Label: label, Object: v.subjects, Below: e.T("letter.looking")}
}

func stateCode(s desk.LetterState) desk.Refusal {
	switch s {
	case desk.LetterAway:
		return desk.CanLetterAway
	case desk.LetterMismatch:
		return desk.CanMismatch
	case desk.LetterNotYours:
		return desk.CanLetterNotYours
	case desk.LetterErased:
		return desk.CanErased
	}
	return desk.Accepted
}

// readBasis shows the article's own words.
func (v *View) readBasis() {
	e, l := v.env, v.letter
	var d *widgets.Dialog
	closeIt := widgets.NewButton(widgets.Outline, e.T("common.close"), func() { d.Close() }).WithKey("Esc")
	d = widgets.NewDialog(e.Canvas, widgets.DialogSpec{Title: l.BasisTitle, Right: page.Article(l.BasisCode), Body: widgets.NewPara(l.BasisText),
		Foot: []fyne.CanvasObject{widgets.Spring(), closeIt}, First: closeIt})
	d.Show()
}

// precedents are counts of what became of similar requests, never advice.
func (v *View) precedents() fyne.CanvasObject {
	e, p := v.env, v.letter.Precedents
	total := int(p.Approved + p.ApprovedPart + p.Refused + p.Other)
	text := e.T("letter.similar_none")
	if total > 0 {
		var outcomes []string
		for _, o := range []struct {
			key string
			n   uint64
		}{{"letter.outcome_approved", p.Approved}, {"letter.outcome_part", p.ApprovedPart}, {"letter.outcome_refused", p.Refused}} {
			if o.n > 0 {
				outcomes = append(outcomes, e.N(o.key, int(o.n)))
			}
		}
		text = e.N("letter.similar", total, i18n.P{"year": year(p.SinceYear), "outcome": strings.Join(outcomes, ", ")})
	}
	return widgets.TopRow(10, widgets.Inset(1, 0, 0, 0, widgets.NewGlyph(assets.IconHistory, widgets.Accent).Sized(16)),
		widgets.Grow(widgets.NewPara(text).In(widgets.Ink2).StrongIn(widgets.Ink)))
}

// offer is what the provider offers instead of what was asked.
func (v *View) offer() fyne.CanvasObject {
	e, l := v.env, v.letter
	o := l.Offer
	period := o.From
	if o.To != "" && o.To != o.From {
		period += "–" + o.To
	}
	parts := []fyne.CanvasObject{
		widgets.SectionHead(e.T("offer.on_table", i18n.P{"who": e.People(o.Signed)}), widgets.NewPips(
			e.T("inbox.pips", i18n.P{"signed": len(o.Signed), "needed": o.Needed}), widgets.SignedOf(len(o.Signed), o.Needed)...)),
		widgets.NewPara(e.T("offer.instead", i18n.P{"agency": l.Provider, "fields": fieldNames(o.Terms.Fields), "period": period})),
	}
	if o.Rows != "" {
		parts = append(parts, widgets.KeyValue(150, e.T("offer.rows"), widgets.NewPara(o.Rows)))
	}
	if o.Reason != "" {
		parts = append(parts, widgets.KeyValue(150, e.T("sign.reason_label"), widgets.NewPara(o.Reason)))
	}
	return widgets.PaddedCard(widgets.Column(8, parts...))
}

func fieldNames(fields []desk.FieldName) string {
	words := make([]string, len(fields))
	for i, f := range fields {
		words[i] = string(f)
	}
	return strings.Join(words, ", ")
}
