package settings

import (
	"fyne.io/fyne/v2"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/page"
	"countersign/app/widgets"
	"countersign/assets"
)

// about is the page that names the program, its version and whose node this is.
type about struct{ content fyne.CanvasObject }

// NewAbout makes the page about the program.
func NewAbout(e *page.Env, p desk.Profile) page.Screen {
	fact := func(label, value string) fyne.CanvasObject {
		return widgets.KeyValue(150, label, widgets.NewPara(value))
	}
	facts := []fyne.CanvasObject{fact(e.T("about.agency"), e.Agency), fact(e.T("about.node"), string(p.Node)), widgets.KeyValue(150, e.T("about.network"), widgets.NewText(p.Network.String()).Mono().Cut()), fact(e.T("about.folder"), p.Folder)}
	parts := []fyne.CanvasObject{widgets.Row(16, widgets.NewLogo(48), widgets.Grow(widgets.Column(2, widgets.NewText(e.T("app.name")).Heading(),
		widgets.NewText(e.T("settings.version", i18n.P{"n": p.Version})).In(widgets.Ink2)))), widgets.NewPara(e.T("app.tagline"))}
	if p.Rehearsal {
		parts = append(parts, widgets.NewNote(widgets.ToneWarn, e.T("status.rehearsal")))
	}
	parts = append(parts, widgets.PaddedCard(widgets.Column(8, facts...)), widgets.NewPara(e.T("about.licence")).In(widgets.Ink2), widgets.NewPara(e.T("settings.no_reader")).Caption().In(widgets.Ink3))
	body := widgets.Column(16, parts...)
	return &about{widgets.Page(widgets.Inset(20, 32, 24, 32, widgets.Column(16, body, widgets.Row(0, widgets.NewButton(widgets.Outline, e.T("common.copy_page"), func() {
		e.Copy(widgets.PageText(body))
		e.Say(widgets.ToneNeutral, e.T("common.copied"))
	}).WithIcon(assets.IconCopy)))))}
}

// Content implements page.Screen.
func (a *about) Content() fyne.CanvasObject { return a.content }

// Open implements page.Screen.
func (a *about) Open(page.Place) {}

// Changed implements page.Screen.
func (a *about) Changed(desk.Change) {}

// Rune implements page.Screen.
func (a *about) Rune(rune) bool { return false }

// Key implements page.Screen.
func (a *about) Key(*fyne.KeyEvent) bool { return false }
