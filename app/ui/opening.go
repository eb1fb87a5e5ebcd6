package ui

import (
	"fyne.io/fyne/v2"

	"countersign/app/widgets"
)

// Opening fills a window whose replica is still being opened: the product's name
// at the place where it stays, and nothing that could be taken for a page.
func Opening(o Options) {
	kept := o.Store.Load()
	fyne.CurrentApp().Settings().SetTheme(widgets.NewTheme(kept.Look()))
	w := &Window{opt: o, settings: kept}
	head := widgets.Inset(24, 32, 0, 32, widgets.Row(12, widgets.NewLogo(32), widgets.NewText(o.Messages.In(w.lang()).T("app.name")).Sub(), widgets.Spring()))
	o.Window.SetPadded(false)
	o.Window.SetContent(widgets.OnGround(widgets.Bg, widgets.Column(0, head, widgets.Spring())))
	o.Window.SetTitle(o.Messages.In(w.lang()).T("app.name"))
}
