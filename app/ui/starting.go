package ui

import (
	"fyne.io/fyne/v2"

	"countersign/app/i18n"
	"countersign/app/ui/page"
	"countersign/app/widgets"
)

// Starting fills a window whose demo city does not run yet. What it returns shows
// a step of the way, named as in the catalogue, on the interface's goroutine.
func Starting(o Options) (show func(step string, at, of int)) {
	w := bare(o)
	w.makeEnv()
	e := w.env
	slot := page.NewSlot()
	show = func(step string, at, of int) {
		done := float32(0)
		words := e.T("starting.begin")
		if of > 0 {
			done = float32(at-1) / float32(of)
			words = e.T("starting.step", i18n.P{"at": at, "of": of, "step": e.T("starting." + step)})
		}
		slot.Show(widgets.Column(16, widgets.NewPara("**"+e.T("starting.title")+"**").Large().Center(), widgets.NewThinBar(done, widgets.ToneAccent),
			widgets.NewPara(words).Center(), widgets.NewPara(e.T("starting.text")).In(widgets.Ink2).Center()))
	}
	show("", 0, 0)
	head := widgets.Inset(24, 32, 0, 32, widgets.Row(12, widgets.NewLogo(32), widgets.NewText(e.T("app.name")).Sub(), widgets.Spring()))
	middle := []fyne.CanvasObject{widgets.Spring(), widgets.Middle(widgets.Fixed(560, 0, slot.Content())), widgets.Spring()}
	w.put(widgets.OnGround(widgets.Bg, widgets.Between(head, widgets.Column(0, middle...), nil)))
	o.Window.SetTitle(e.T("app.name"))
	return show
}
