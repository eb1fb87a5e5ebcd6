package signing

import (
	"fyne.io/fyne/v2"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/page"
	"countersign/app/widgets"
)

// MotionWords says what the members vote on, and why where somebody said so:
// "Suspend Harbour Office: It does not answer".
func MotionWords(e *page.Env, m *desk.Motion, about string) string {
	what := e.T("members.act_"+string(m.Act), i18n.P{"agency": about, "version": e.Number(int64(m.Version)), "block": e.Number(int64(m.AtHeight))})
	if m.Code != "" {
		return e.T("members.because", i18n.P{"what": what, "reason": e.Code(m.Code)})
	}
	return what
}

// MotionThen says what comes of a motion once enough members agree; empty where
// its name says all.
func MotionThen(e *page.Env, act desk.MotionAct) string { return e.Or("members.then_"+string(act), "") }

// MotionRefusal says why the rules would not count a motion now.
func MotionRefusal(e *page.Env, act desk.MotionAct, code desk.Refusal) string {
	if code == desk.Accepted {
		return ""
	}
	return e.Or("members.not_"+string(act)+"_"+string(code), e.Refusal(code))
}

// SixWords shows the words that two people read to each other by telephone, in
// their order.
func SixWords(e *page.Env, words [6]string) fyne.CanvasObject {
	cells := make([]fyne.CanvasObject, len(words))
	for i, w := range words {
		cells[i] = widgets.Layers(widgets.NewBox(widgets.Sunken).Outlined(widgets.Line).Rounded(6), widgets.Inset(8, 12, 8, 12,
			widgets.Row(8, widgets.NewText(e.Number(int64(i+1))).Caption().In(widgets.Ink3), widgets.NewText(w).Bold())))
	}
	return widgets.Columns(8, 8, []float32{1, 1, 1}, cells...)
}

// CardLine is a person's name with title and unit, as their card has them.
func CardLine(c desk.Card) string {
	line := "**" + c.Name + "**"
	for _, w := range []string{c.Title, c.Unit} {
		if w != "" {
			line += ", " + w
		}
	}
	return line
}

// moved states what is to be known of a motion beside its name: the people whom it
// brings with the six words of their keys, or which rules come when.
func (s *sheet) moved() []fyne.CanvasObject {
	p := s.page.Admin
	if p == nil || p.Motion == nil || p.Motion.Act != desk.MotionNewAdmins {
		return nil
	}
	e := s.env
	var out []fyne.CanvasObject
	for i, c := range p.Admins {
		out = append(out, widgets.KeyValue(factsWidth, e.T("first.admin_name", i18n.P{"n": i + 1}), widgets.NewPara(CardLine(c))))
	}
	if len(p.Admins) < len(p.Motion.Admins) {
		out = append(out, widgets.NewPara(e.T("members.cards_away")).In(widgets.Ink2))
	}
	return append(out, widgets.Inset(6, 0, 0, 0, widgets.Column(8, widgets.NewText(e.T("members.six_words")).In(widgets.Ink3), SixWords(e, p.Words))))
}

// motionNote says what follows from putting something to the vote, or from voting.
func (s *sheet) motionNote() fyne.CanvasObject {
	p := s.page.Admin
	if p == nil || p.Motion == nil {
		return nil
	}
	e := s.env
	var parts []string
	if s.page.Act.Kind == desk.ActMotion || p.Yes {
		if p.Motion.Act == desk.MotionNewAdmins {
			parts = append(parts, e.T("members.call", i18n.P{"agency": p.What}))
		}
		parts = append(parts, MotionThen(e, p.Motion.Act))
	}
	if s.page.Act.Kind == desk.ActMotion {
		parts = append(parts, e.N("members.open_days", desk.MotionLifeDays))
	}
	text := page.Sentences(parts...)
	if text == "" {
		return nil
	}
	tone := widgets.ToneInfo
	if p.Motion.Act == desk.MotionExpel || p.Motion.Act == desk.MotionNewAdmins {
		tone = widgets.ToneWarn
	}
	return widgets.NewNote(tone, text)
}
