package signing

import (
	"strings"
	"unicode/utf8"

	"fyne.io/fyne/v2"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/page"
	"countersign/app/widgets"
	"countersign/assets"
)

// maxReason is how long a reason may be, in characters.
const maxReason = 500

// Ask is what a page before signing asks for.
type Ask struct {
	Title    string
	Subtitle string
	Right    string
	Why      string
	Codes    []desk.Code // none: words alone
	Code     desk.Code   // chosen at the start
	Words    string      // at the start
	Hint     string
	Note     fyne.CanvasObject
	Kind     widgets.ButtonKind
	Continue string
	Instead  *widgets.Button // another way, beside
	OnWords  func(code desk.Code, words string)
}

// Reason asks for a reason code and words. Both are needed. It returns the
// dialog, which closes by itself when the person goes on.
func Reason(e *page.Env, a Ask) *widgets.Dialog {
	chosen := -1
	names := make([]widgets.Choice, len(a.Codes))
	for i, c := range a.Codes {
		names[i] = widgets.Choice{Label: e.Code(c)}
		if c == a.Code {
			chosen = i
		}
	}
	words, noCode := widgets.NewTextArea("", 3), widgets.NewErrorLine()
	count := widgets.NewText("").Caption().In(widgets.Ink3)
	var d *widgets.Dialog
	var next *widgets.Button
	tried := false // what is merely missing is not blamed before
	check := func() {
		n := utf8.RuneCountInString(strings.TrimSpace(words.Text()))
		count.Set(e.T("common.progress_chars", i18n.P{"n": n, "max": maxReason}))
		code, text := "", ""
		if len(a.Codes) > 0 && chosen < 0 {
			code = e.T("common.choose_one")
		}
		switch {
		case n > maxReason:
			text = e.T("problem.too-long", i18n.P{"which": e.N("count.characters", maxReason)})
		case n == 0:
			text = e.T("refusal.reason-missing")
		}
		next.Allow(code+text == "", code+text)
		if !tried {
			code = ""
			if n == 0 {
				text = ""
			}
		}
		noCode.SetError(code)
		words.SetError(text)
		if d != nil {
			d.Refresh() // the lines make it higher
		}
	}
	first := words.Focus()
	goOn := func() {
		if next.Disabled() {
			tried = true
			check()
			if chosen >= 0 || len(a.Codes) == 0 {
				e.Canvas.Focus(words.Focus())
			} else {
				e.Canvas.Focus(first)
			}
			return
		}
		var code desk.Code
		if chosen >= 0 {
			code = a.Codes[chosen]
		}
		d.Close()
		a.OnWords(code, strings.TrimSpace(words.Text()))
	}
	next = widgets.NewButton(a.Kind, a.Continue, goOn).WithIcon(assets.IconSign).WithKey("Ctrl Enter").OnWhy(func(string) { goOn() })
	words.OnChange(func(string) { check() })
	var body []fyne.CanvasObject
	if len(a.Codes) > 0 {
		choices := widgets.NewChoices(names, chosen, func(i int) {
			chosen = i
			check()
		})
		body = append(body, widgets.Column(6, widgets.FieldLabel(a.Why, ""), choices, noCode))
		first = choices.First()
	}
	body = append(body, widgets.Column(4, widgets.FieldLabel(e.T("refuse.words"), e.T("common.needed")), words,
		widgets.Row(8, widgets.Grow(widgets.NewPara(a.Hint).Caption().In(widgets.Ink3)), count)))
	if a.Note != nil {
		body = append(body, a.Note)
	}
	foot := []fyne.CanvasObject{widgets.NewButton(widgets.Outline, e.T("common.cancel"), func() { d.Close() }).WithKey("Esc"), widgets.Spring()}
	if a.Instead != nil {
		foot = append(foot, a.Instead)
	}
	d = widgets.NewDialog(e.Canvas, widgets.DialogSpec{Title: a.Title, Right: a.Right, Subtitle: a.Subtitle,
		Body: widgets.Column(14, body...), Foot: append(foot, next), First: first})
	words.SetText(a.Words)
	check()
	e.Submit = goOn
	d.OnClosed(func() { e.Submit = nil })
	d.Show()
	return d
}

// Refuse asks why; decide goes on to the signature.
func Refuse(e *page.Env, l *desk.Letter, decide func(desk.Act)) {
	var dialog *widgets.Dialog
	note := widgets.NewNote(widgets.ToneInfo, e.T("refuse.ends"))
	if l.Policy.RefusalByQuorum {
		note = widgets.NewNote(widgets.ToneInfo, e.T("refuse.ends_not", i18n.P{"who": e.AnyOf(l.MaySign)}))
	}
	dialog = Reason(e, Ask{
		Title: e.T("sign.refuse"), Right: l.Row.Case, Subtitle: e.T("refuse.seen_by", i18n.P{"agency": l.Requester}),
		Why: e.T("refuse.why"), Codes: desk.RefuseCodes(), Hint: e.T("refuse.no_personal", i18n.P{"agency": l.Requester}),
		Note: note, Kind: widgets.Danger, Continue: e.T("sign.continue_passphrase"),
		Instead: widgets.NewButton(widgets.Outline, e.T("refuse.instead_return"), func() {
			dialog.Close()
			Return(e, l, decide)
		}).WithIcon(assets.IconBack),
		OnWords: func(c desk.Code, words string) {
			decide(desk.Act{Kind: desk.ActRefuse, Request: l.Row.ID, Version: l.Version, Code: c, Reason: words})
		},
	})
}

// Return asks what is missing; decide goes on to the signature.
func Return(e *page.Env, l *desk.Letter, decide func(desk.Act)) {
	Reason(e, Ask{
		Title: e.T("sign.return"), Right: l.Row.Case, Subtitle: e.T("refuse.seen_by", i18n.P{"agency": l.Requester}),
		Why: e.T("return.why"), Codes: desk.ReturnCodes(), Code: desk.ReturnCodes()[0], Hint: e.T("refuse.no_personal", i18n.P{"agency": l.Requester}),
		Note: widgets.NewNote(widgets.ToneInfo, e.T("return.stops", i18n.P{"agency": l.Requester})+" "+e.T("return.lapse")),
		Kind: widgets.Primary, Continue: e.T("sign.continue_passphrase"),
		OnWords: func(c desk.Code, words string) {
			decide(desk.Act{Kind: desk.ActReturn, Request: l.Row.ID, Version: l.Version, Code: c, Reason: words})
		},
	})
}

// Stop asks why sending is suspended or an agreement ended, and then for the signature.
func Stop(e *page.Env, d Desk, l *desk.Letter, kind desk.ActKind, done func(Signed)) {
	a := Ask{Title: e.T("sign.suspend"), Right: l.Row.Case, Subtitle: e.T("refuse.seen_by", i18n.P{"agency": l.Requester}),
		Hint: e.T("refuse.no_personal", i18n.P{"agency": l.Requester}), Kind: widgets.Primary, Continue: e.T("sign.continue_passphrase")}
	if kind == desk.ActRevoke {
		a.Title, a.Kind = e.T("sign.revoke"), widgets.Danger
		a.Note = widgets.NewNote(widgets.ToneWarn, e.T("sign.warn_revoke", i18n.P{"agency": l.Requester}))
	}
	a.OnWords = func(_ desk.Code, words string) {
		Start(e, d, desk.Act{Kind: kind, Request: l.Row.ID, Version: l.Version, Reason: words}, What{}, done)
	}
	Reason(e, a)
}
