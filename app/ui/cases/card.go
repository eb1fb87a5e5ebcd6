package cases

import (
	"strconv"

	"fyne.io/fyne/v2"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/page"
	"countersign/app/widgets"
	"countersign/assets"
)

// numbered is the small number that ties a decision to its section of the file.
func numbered(i int) fyne.CanvasObject {
	return widgets.Fixed(20, 20, widgets.Layers(widgets.NewBox(widgets.Tile).Rounded(10), widgets.NewText(strconv.Itoa(i+1)).Caption().Bold().In(widgets.Ink2).Center()))
}

// steps of a part: asked, decided, sent, arrived.
const steps = 4

// look is how a part's stage is shown.
func look(s desk.PartStage) (tone widgets.Tone, done int) {
	switch s {
	case desk.PartArrived:
		return widgets.ToneApprove, steps
	case desk.PartDeleted:
		return widgets.ToneNeutral, steps
	case desk.PartArriving:
		return widgets.ToneInfo, 3
	case desk.PartNotGiven:
		return widgets.ToneRefuse, 2
	}
	return widgets.ToneNeutral, 1
}

// chip is a part's stage in a word; while it waits or ended, the request's state.
func (f *file) chip(p desk.CasePart) *widgets.Chip {
	e := f.s.env
	switch p.Stage {
	case desk.PartArrived:
		return widgets.NewChip(e.T("cases.arrived"), widgets.ToneApprove).WithIcon(assets.IconCheck)
	case desk.PartArriving:
		if p.Row.State == desk.Suspended {
			break
		}
		return widgets.NewChip(e.T("cases.arriving"), widgets.ToneInfo).WithIcon(assets.IconDownload)
	case desk.PartDeleted:
		return widgets.NewChip(e.T("cases.deleted"), widgets.ToneNeutral).WithIcon(assets.IconTrash)
	}
	c := e.StateChip(p.Row)
	return widgets.NewChip(c.Text, c.Tone).WithIcon(c.Icon)
}

// card is one decision.
func (f *file) card(i int, p desk.CasePart) fyne.CanvasObject {
	tone, done := look(p.Stage)
	title := widgets.Row(8, widgets.Grow(widgets.NewText(p.Row.OtherTitle).Bold().Cut()), f.chip(p))
	var bar []widgets.Share
	for n := range steps {
		share := widgets.Share{Weight: 1, Tone: tone}
		if n >= done {
			share.Tone = widgets.ToneFaint
		}
		bar = append(bar, share)
	}
	line := widgets.Row(12, widgets.Fixed(112, 0, widgets.SplitBar(4, bar...)), widgets.Grow(widgets.NewText(f.standing(p)).Caption().In(widgets.Ink2).Cut()))
	head := widgets.Inset(14, 16, 14, 16, widgets.TopRow(12, widgets.Inset(10, 0, 0, 0, numbered(i)), widgets.NewIconTile(page.AgencyIcon(p.Row.Other), tone).Sized(40),
		widgets.Grow(widgets.Column(4, title, widgets.NewText(page.Article(p.Row.Code)+" "+page.Dataset(p.Row)).In(widgets.Ink2).Cut(), line))))
	body := []fyne.CanvasObject{head}
	if below := f.below(p); below != nil {
		body = append(body, below)
	}
	card := widgets.NewPressCard(widgets.Column(0, body...), p.Row.OtherTitle+", "+page.Dataset(p.Row), func() {
		f.choose(i)
		f.toRequest(p.Row.ID)
	})
	card.Select(p.Row.ID == f.chosen)
	f.cards = append(f.cards, card)
	return card
}

// standing is how far a decision is, in a line.
func (f *file) standing(p desk.CasePart) string {
	e, r := f.s.env, p.Row
	signed := e.T("cases.signed", i18n.P{"n": r.Signed, "of": r.Needed})
	switch p.Stage {
	case desk.PartArriving:
		if percent := f.percent(p); percent >= 0 {
			return signed + " · " + e.T("cases.sending", i18n.P{"n": e.Percent(percent)})
		}
		return signed
	case desk.PartWaiting:
		if page.Pending(r.State) {
			return signed + " · " + e.Left(page.Left(r))
		}
		return e.DayTime(e.Local(r.Changed))
	case desk.PartArrived:
		return signed + " · " + e.DayTime(e.Local(r.Changed))
	}
	return e.DayTime(e.Local(r.Changed))
}

// percent is how much of a part is here; -1 when that is not known.
func (f *file) percent(p desk.CasePart) int {
	if l := f.letters[p.Row.ID]; l != nil && l.Progress.Step == desk.StepSending {
		return l.Progress.Percent
	}
	return -1
}

// below is what a part needs of the reader: why it was not given with the ways
// on, or what the agency waits for.
func (f *file) below(p desk.CasePart) fyne.CanvasObject {
	e := f.s.env
	switch {
	case p.Stage == desk.PartNotGiven:
		return f.refusal(p)
	case p.Row.State == desk.Returned:
		return foot(widgets.WarnSoft, f.words(p, e.T("cases.returned", i18n.P{"agency": p.Row.OtherTitle}))...)
	case p.Row.State == desk.Offered:
		return foot(widgets.WarnSoft, f.words(p, e.T("cases.offered", i18n.P{"agency": p.Row.OtherTitle}))...)
	}
	return nil
}

func foot(ground widgets.Token, rows ...fyne.CanvasObject) fyne.CanvasObject {
	return widgets.Pad(2, widgets.Layers(widgets.NewBox(ground).Rounded(7), widgets.Inset(10, 16, 12, 16, widgets.Column(4, rows...))))
}

// words are who said what about a part, and the way to it.
func (f *file) words(p desk.CasePart, said string) []fyne.CanvasObject {
	e := f.s.env
	rows := []fyne.CanvasObject{widgets.NewPara(said).Caption().In(widgets.Ink2)}
	if text := f.reason(p); text != "" {
		rows = append(rows, widgets.NewPara(text))
	}
	return append(rows, widgets.Row(0, widgets.NewLink(e.T("cases.to_request"), func() { f.toRequest(p.Row.ID) }).Small()))
}

// reason is what was written with the last return, refusal or recall, else its code.
func (f *file) reason(p desk.CasePart) string {
	l := f.letters[p.Row.ID]
	if l == nil {
		return ""
	}
	if l.Reason != "" {
		return f.s.env.T("cases.quote", i18n.P{"text": l.Reason})
	}
	for i := len(l.History) - 1; i >= 0; i-- {
		if c := l.History[i].Code; c != "" {
			return f.s.env.Code(c) + "."
		}
	}
	return ""
}

// refusal is why a part was not given, and the two ways on.
func (f *file) refusal(p desk.CasePart) fyne.CanvasObject {
	e := f.s.env
	said := e.T("state."+string(p.Row.State)) + " · " + e.DateTime(e.Local(p.Row.Changed))
	if l := f.letters[p.Row.ID]; l != nil && (p.Row.State == desk.Refused || p.Row.State == desk.Revoked) {
		for i := len(l.History) - 1; i >= 0; i-- {
			if ev := l.History[i]; (ev.Kind == desk.KindRefuse || ev.Kind == desk.KindRevoke) && ev.Who != nil {
				key := "cases.refused_by"
				if ev.Kind == desk.KindRevoke {
					key = "cases.recalled_by"
				}
				said = e.T(key, i18n.P{"who": ev.Who.Name, "agency": p.Row.OtherTitle})
				break
			}
		}
	}
	rows := []fyne.CanvasObject{widgets.NewPara(said).Caption().In(widgets.Ink2)}
	if text := f.reason(p); text != "" {
		rows = append(rows, widgets.NewPara(text))
	}
	again := widgets.NewLink(e.T("requests.ask_again"), func() { e.Go(page.Place{Screen: page.Compose, Request: p.Row.ID, Case: f.id}) })
	switch {
	case p.Again:
		rows = append(rows, widgets.NewPara(e.T("cases.asked_again")).In(widgets.Ink2))
	case p.Without:
		rows = append(rows, widgets.Wrap(16, 4, widgets.NewText(e.T("cases.goes_without")).In(widgets.Ink2),
			widgets.NewLink(e.T("cases.take_back"), func() { f.without(p.Row.ID, false) }), again))
	default:
		rows = append(rows, widgets.Wrap(16, 4, widgets.NewLink(e.T("cases.without"), func() { f.without(p.Row.ID, true) }), again))
	}
	return foot(widgets.RefuseSoft, rows...)
}
