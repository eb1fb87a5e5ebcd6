package signing

import (
	"fyne.io/fyne/v2"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/page"
	"countersign/app/widgets"
	"countersign/assets"
)

// Erase says what goes and what stays when a data protection officer has their
// agency's copies of a letter erased, asks why, and then for the signature. other
// is the title of the other agency.
func Erase(e *page.Env, d Desk, l *desk.Letter, other string, done func(Signed)) {
	codes := desk.EraseCodes()
	names := make([]widgets.Choice, len(codes))
	for i, c := range codes {
		names[i] = widgets.Choice{Label: e.Code(c)}
	}
	chosen := -1
	missing := widgets.NewErrorLine()
	var dialog *widgets.Dialog
	var next *widgets.Button
	choices := widgets.NewChoices(names, chosen, func(i int) {
		chosen = i
		next.Allow(true, "")
		missing.SetError("")
		dialog.Refresh()
	})
	goOn := func() {
		if chosen < 0 {
			missing.SetError(e.T("common.choose_one"))
			dialog.Refresh() // the line makes it higher
			e.Canvas.Focus(choices.First())
			return
		}
		dialog.Close()
		Start(e, d, desk.Act{Kind: desk.ActErase, Request: l.Row.ID, Version: l.Version, Code: codes[chosen]}, What{}, done)
	}
	next = widgets.NewButton(widgets.Danger, e.T("sign.continue_passphrase"), goOn).WithIcon(assets.IconSign).WithKey("Ctrl Enter").OnWhy(func(string) { goOn() })
	next.Allow(false, e.T("common.choose_one"))
	body := []fyne.CanvasObject{widgets.Column(8, eraseFacts(e, other)...),
		widgets.Column(6, widgets.FieldLabel(e.T("sign.erase_why"), e.T("common.needed")), choices, missing),
		widgets.NewNote(widgets.ToneWarn, e.T("sign.warn_erase"))}
	dialog = widgets.NewDialog(e.Canvas, widgets.DialogSpec{Title: e.T("sign.erase_title"), Right: l.Row.Case,
		Body:  widgets.Column(16, body...),
		Foot:  []fyne.CanvasObject{widgets.NewButton(widgets.Outline, e.T("common.cancel"), func() { dialog.Close() }).WithKey("Esc"), widgets.Spring(), next},
		First: choices.First()})
	e.Submit = goOn
	dialog.OnClosed(func() { e.Submit = nil })
	dialog.Show()
}

// eraseFacts say what goes and what stays.
func eraseFacts(e *page.Env, other string) []fyne.CanvasObject {
	fact := func(label, text string) fyne.CanvasObject {
		return widgets.KeyValue(112, e.T(label), widgets.NewPara(text))
	}
	return []fyne.CanvasObject{fact("sign.erase_goes", e.T("sign.erase_goes_text")), fact("sign.erase_stays", e.T("sign.erase_stays_text")),
		fact("sign.erase_theirs", e.T("sign.erase_theirs_text", i18n.P{"other": other}))}
}
