package letter

import (
	"strconv"
	"strings"

	"fyne.io/fyne/v2"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/page"
	"countersign/app/ui/signing"
	"countersign/app/widgets"
	"countersign/assets"
)

func year(n int) string { return strconv.Itoa(n) }

// fields is the table with the red pencil.
func (v *View) fields(marks []widgets.Mark) fyne.CanvasObject {
	e, l := v.env, v.letter
	article := page.Article(l.BasisCode)
	rows := make([]widgets.Field, len(l.Fields))
	for i, f := range l.Fields {
		row := widgets.Field{Name: string(f.Name), About: f.About, Mark: marks[i], Locked: f.Mark == desk.MarkStruck || !v.decides()}
		if f.ThirdParty && f.Beyond {
			row.About = e.T("letter.names_third")
		}
		if f.StruckBy != nil {
			row.About = strings.TrimSpace(row.About + " " + e.T("letter.struck_by", i18n.P{"who": page.Surname(f.StruckBy.Name)}))
		}
		if v.fresh[f.Name] {
			row.Chips = append(row.Chips, widgets.ChipData{Text: e.T("letter.diff_chip"), Tone: widgets.ToneInfo})
		}
		if f.Sensitive {
			row.Chips = append(row.Chips, widgets.ChipData{Text: e.T("letter.sensitive")})
		}
		if f.Beyond {
			row.Chips = append(row.Chips, widgets.ChipData{Text: e.T("letter.beyond", i18n.P{"article": article}), Tone: widgets.ToneWarn, Icon: assets.IconFlag})
		} else {
			row.Within = e.T("letter.within", i18n.P{"article": article})
		}
		rows[i] = row
	}
	v.table = widgets.NewFieldTable(rows, widgets.Struck, v.toggle)
	v.count = widgets.NewText("").Caption().In(widgets.Ink2)
	v.recount()
	return widgets.Column(6, widgets.SectionHead(e.T("letter.fields"), v.count), v.table)
}

// toggle moves the pencil; granting what lies beyond the basis needs a reason,
// which is part of what is signed.
func (v *View) toggle(i int, want widgets.Mark) {
	f := v.letter.Fields[i]
	if want == widgets.Ticked && f.Beyond && v.reasons[f.Name] == "" {
		v.askGrant(i)
		return
	}
	v.mark(i, want)
}

func (v *View) mark(i int, want widgets.Mark) {
	v.table.SetMark(i, want)
	v.recount()
	v.drawBar()
}

func (v *View) askGrant(i int) {
	e, f := v.env, v.letter.Fields[i]
	signing.Reason(e, signing.Ask{
		Title: e.T("letter.grant_title", i18n.P{"field": string(f.Name)}), Right: v.letter.Row.Case,
		Subtitle: e.T("letter.grant_text", i18n.P{"field": string(f.Name), "article": page.Article(v.letter.BasisCode)}),
		Hint:     e.T("refuse.no_personal", i18n.P{"agency": v.letter.Requester}), Kind: widgets.Primary, Continue: e.T("letter.grant_do"),
		OnWords: func(_ desk.Code, words string) {
			v.reasons[f.Name] = words
			v.mark(i, widgets.Ticked)
		},
	})
}

func (v *View) ticked() []desk.FieldName {
	var out []desk.FieldName
	for i, m := range v.table.Marks() {
		if m == widgets.Ticked {
			out = append(out, v.letter.Fields[i].Name)
		}
	}
	return out
}

func (v *View) recount() {
	n := len(v.ticked())
	v.count.Set(v.env.T("letter.ticked_struck", i18n.P{"ticked": n, "struck": len(v.letter.Fields) - n}))
}

// grants is the reason that goes with the signature: one for each field ticked
// beyond the basis.
func (v *View) grants() string {
	var lines []string
	for i, m := range v.table.Marks() {
		f := v.letter.Fields[i]
		if m == widgets.Ticked && f.Beyond && v.reasons[f.Name] != "" {
			lines = append(lines, string(f.Name)+": "+v.reasons[f.Name])
		}
	}
	return strings.Join(lines, "\n")
}

// history is what happened, oldest first, and whom it waits for now.
func (v *View) history() fyne.CanvasObject {
	e, l := v.env, v.letter
	var rows []fyne.CanvasObject
	for _, ev := range l.History {
		if text := v.event(ev); text != "" {
			rows = append(rows, widgets.CustodyRow(eventTone(ev), e.DayTime(e.Local(ev.At)), text))
		}
	}
	if now := v.waits(); now != "" {
		rows = append(rows, widgets.CustodyRow(widgets.CustodyNow, e.T("time.now"), now))
	}
	right := fyne.CanvasObject(widgets.NewText(""))
	if page.Pending(l.Row.State) {
		pips, _ := e.Pips(l.Row)
		people := e.N("letter.may_sign", len(l.MaySign))
		text := e.T("letter.signatures", i18n.P{"signed": l.Row.Signed, "needed": l.Row.Needed, "people": people})
		if l.Row.DPO && !l.Row.DPOSigned {
			text += "; " + e.T("letter.visa_due")
		}
		right = widgets.NewPips(text, pips...)
	}
	return widgets.Column(6, widgets.SectionHead(e.T("letter.history"), right), widgets.Custody(rows...))
}

func (v *View) waits() string {
	e, l := v.env, v.letter
	if !page.Pending(l.Row.State) {
		return ""
	}
	if !l.Row.MineToSign {
		if len(l.MaySign) == 0 {
			return ""
		}
		return e.T("letter.waits_for", i18n.P{"others": e.AnyOf(l.MaySign)})
	}
	others := l.MaySign[:0:0]
	for _, p := range l.MaySign {
		if p.ID != v.env.Me.ID {
			others = append(others, p)
		}
	}
	if len(others) == 0 {
		return e.T("letter.waits_you")
	}
	names := make([]string, len(others))
	for i, p := range others {
		names[i] = page.Titled(p)
	}
	return e.T("letter.waits_you_or", i18n.P{"others": strings.Join(names, " "+e.T("common.or")+" ")})
}
