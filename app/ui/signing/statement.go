package signing

import (
	"strings"

	"fyne.io/fyne/v2"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/page"
	"countersign/app/widgets"
	"countersign/assets"
)

func upper(s string) string { return strings.ToUpper(s) }

// title heads a sign page. p may be nil while it is prepared.
func title(e *page.Env, act desk.Act, p *desk.SignPage) string {
	switch act.Kind {
	case desk.ActApprove:
		if p != nil && len(p.NotSent) > 0 {
			return e.T("sign.approve_part")
		}
		return e.T("sign.approve")
	case desk.ActOffer:
		return e.T("sign.offer")
	case desk.ActJoin:
		return e.T("sign.join")
	case desk.ActReturn:
		return e.T("sign.return")
	case desk.ActRefuse:
		return e.T("sign.refuse")
	case desk.ActAccept:
		return e.T("sign.accept")
	case desk.ActWithdraw:
		return e.T("sign.withdraw")
	case desk.ActAnswer:
		return e.T("sign.answer")
	case desk.ActDelete:
		return e.T("sign.delete")
	case desk.ActErase:
		return e.T("sign.erase")
	case desk.ActSuspend:
		return e.T("sign.suspend")
	case desk.ActResume:
		return e.T("sign.resume")
	case desk.ActRevoke:
		return e.T("sign.revoke")
	case desk.ActAsk:
		return e.T("sign.ask")
	case desk.ActSecond:
		return e.T("sign.second")
	case desk.ActReview:
		return e.T("sign.review")
	case desk.ActMotion:
		return e.T("sign.motion")
	case desk.ActVote:
		if p != nil && p.Admin != nil && p.Admin.Back {
			return e.T("sign.take_back")
		}
		return e.T("sign.vote")
	case desk.ActRotate, desk.ActSuspendKey:
		return e.T("sign.key")
	}
	return e.T("sign.propose")
}

func doLabel(e *page.Env, p *desk.SignPage) string {
	switch p.Act.Kind {
	case desk.ActApprove:
		if of := len(p.Sent) + len(p.NotSent); len(p.NotSent) > 0 {
			return e.T("sign.do_approve", i18n.P{"n": len(p.Sent), "of": of})
		}
		return e.T("sign.do_approve_all")
	case desk.ActRefuse:
		return e.T("sign.do_refuse")
	case desk.ActReturn:
		return e.T("sign.do_return")
	case desk.ActErase:
		return e.T("sign.do_erase")
	case desk.ActAsk, desk.ActAnswer:
		return e.T("sign.do_send")
	}
	return e.T("sign.do_sign")
}

func kind(act desk.Act) widgets.ButtonKind {
	switch act.Kind {
	case desk.ActApprove, desk.ActJoin, desk.ActAccept:
		return widgets.Affirm
	case desk.ActRefuse, desk.ActRevoke, desk.ActDelete, desk.ActErase, desk.ActWithdraw, desk.ActSuspendKey:
		return widgets.Danger
	case desk.ActPropose:
		if act.Propose != nil && act.Propose.Revoke != nil {
			return widgets.Danger
		}
	case desk.ActMotion:
		if act.Motion != nil && act.Motion.Act == desk.MotionExpel {
			return widgets.Danger
		}
	}
	return widgets.Primary
}

// sentence is the text that is signed, in the words the signer reads.
func sentence(e *page.Env, p *desk.SignPage, what What) string {
	args := i18n.P{"agency": p.Agency, "other": p.Other, "unit": p.OtherUnit, "dataset": p.Dataset, "period": p.Period,
		"subjects": e.Subjects(p.Subjects), "fields": e.N("count.fields", len(p.Sent)), "reason": e.Code(p.Act.Code),
		"purpose": e.Purpose(p.PurposeCode), "what": what.What, "who": what.By}
	switch p.Act.Kind {
	case desk.ActApprove, desk.ActJoin:
		return e.T("sign.text_approve", args)
	case desk.ActOffer:
		return e.T("sign.text_offer", args)
	case desk.ActReturn:
		return e.T("sign.text_return", args)
	case desk.ActRefuse:
		return e.T("sign.text_refuse", args)
	case desk.ActAccept:
		return e.T("sign.text_accept", args)
	case desk.ActWithdraw:
		return e.T("sign.text_withdraw", args)
	case desk.ActAnswer:
		return e.T("sign.text_answer", args)
	case desk.ActDelete:
		return e.T("sign.text_delete", args)
	case desk.ActErase:
		return e.T("sign.text_erase", args)
	case desk.ActSuspend:
		return e.T("sign.text_suspend", args)
	case desk.ActResume:
		return e.T("sign.text_resume", args)
	case desk.ActRevoke:
		return e.T("sign.text_revoke", args)
	case desk.ActAsk:
		return e.T("sign.text_ask", args)
	case desk.ActSecond:
		return e.T("sign.text_second", args)
	case desk.ActMotion:
		return e.T("sign.text_motion", args)
	case desk.ActVote:
		if p.Admin != nil && p.Admin.Back {
			return e.T("sign.text_back", args)
		}
		if p.Act.Yes {
			return e.T("sign.text_vote_yes", args)
		}
		return e.T("sign.text_vote_no", args)
	case desk.ActPropose:
		return e.T("sign.text_propose", args)
	}
	return e.T("sign.text_do", args)
}

// statement is the card with all that the signature says.
func (s *sheet) statement() fyne.CanvasObject { return s.says(true) }

// says is the statement, with its check code or without.
func (s *sheet) says(withCode bool) fyne.CanvasObject {
	e, p := s.env, s.page
	lines := []fyne.CanvasObject{widgets.NewPara(sentence(e, p, s.what)).Large()}
	facts := s.facts()
	if len(facts) > 0 {
		lines = append(lines, widgets.Column(6, facts...))
	}
	if withCode {
		lines = append(lines, s.code())
	}
	return widgets.BarredCard(widgets.Inset(14, 20, 12, 23, widgets.Column(14, lines...)))
}

// code names the entry, for whoever looks it up in Evidence.
func (s *sheet) code() fyne.CanvasObject {
	e, p := s.env, s.page
	return widgets.Column(10, widgets.Rule(), widgets.Row(8, widgets.NewGlyph(assets.IconProof, widgets.Ink2).Sized(14), widgets.NewText(e.T("sign.check_code")).Caption().In(widgets.Ink2),
		widgets.NewText(p.CheckCode).Mono(), widgets.Grow(widgets.NewText(e.T("sign.check_find")).Caption().In(widgets.Ink2).Cut())))
}

func (s *sheet) facts() []fyne.CanvasObject {
	e, p := s.env, s.page
	var out []fyne.CanvasObject
	add := func(label string, value fyne.CanvasObject) { out = append(out, widgets.KeyValue(112, label, value)) }
	if len(p.Sent) > 0 {
		label := e.T("sign.sent")
		if p.Act.Kind == desk.ActAsk || p.Act.Kind == desk.ActAnswer {
			label = e.T("sign.asked")
		}
		add(label, widgets.NewPara(bold(p.Sent)))
	}
	if len(p.NotSent) > 0 {
		struck := make([]fyne.CanvasObject, 0, len(p.NotSent))
		for _, f := range p.NotSent {
			struck = append(struck, widgets.TopRow(10, widgets.NewText(string(f.Name)).In(widgets.Ink2).Struck(),
				widgets.Grow(widgets.NewPara(e.T("sign.why", i18n.P{"why": why(e, p, f)})).In(widgets.Ink2))))
		}
		add(e.T("sign.not_sent"), widgets.Column(2, struck...))
	}
	if len(p.Beyond) > 0 {
		add(e.T("sign.beyond"), widgets.NewPara(bold(p.Beyond)))
	}
	if p.Act.Kind == desk.ActApprove || p.Act.Kind == desk.ActAsk || p.Act.Kind == desk.ActAccept || p.Act.Kind == desk.ActOffer || p.Act.Kind == desk.ActJoin {
		add(e.T("sign.used_for"), widgets.NewPara(e.PurposeName(p.PurposeCode)+", "+p.BasisTitle))
		if p.KeepDays > 0 {
			add(e.T("sign.kept"), widgets.NewPara(e.N("sign.kept_text", p.KeepDays)))
		}
	}
	if p.Act.Kind == desk.ActErase {
		out = append(out, eraseFacts(e, p.Other)...)
	}
	out = append(out, s.published()...)
	out = append(out, s.moved()...)
	if p.Act.Reason != "" {
		add(e.T("sign.reason_label"), widgets.NewPara(p.Act.Reason))
	}
	return out
}

// why says what keeps a field from being sent.
func why(e *page.Env, p *desk.SignPage, f desk.Struck) string {
	var out []string
	if f.Beyond {
		out = append(out, e.T("sign.why_beyond", i18n.P{"article": page.Article(p.BasisCode)}))
	}
	if f.ThirdParty {
		out = append(out, e.T("sign.why_third"))
	}
	if f.By.ID != (desk.OfficialID{}) {
		out = append(out, e.T("sign.why_before", i18n.P{"who": page.Surname(f.By.Name)}))
	}
	switch {
	case len(out) > 0:
		return strings.Join(out, e.T("sign.why_and"))
	case p.Act.Kind == desk.ActApprove:
		return e.T("sign.why_own")
	}
	return e.T("sign.why_offer")
}

func bold(fields []desk.FieldName) string {
	words := make([]string, len(fields))
	for i, f := range fields {
		words[i] = "**" + string(f) + "**"
	}
	return strings.Join(words, ", ")
}
