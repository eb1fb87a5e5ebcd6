package ui

import (
	"fyne.io/fyne/v2"

	"countersign/app/i18n"
	"countersign/app/widgets"
	"countersign/assets"
)

// Crash is the report of the last run's end by a fault of its own.
type Crash struct {
	Reference  string
	Text       string
	OpenFolder func() error
	Dismiss    func() error
}

// sayCrash says that the program ended by itself last time. The report stays in
// its folder; once it has been closed nobody is told again.
func (w *Window) sayCrash() {
	c, e := w.opt.Crash, w.env
	if c == nil {
		return
	}
	var d *widgets.Dialog
	closeIt := widgets.NewButton(widgets.Outline, e.T("common.close"), func() { d.Close() }).WithKey("Esc")
	folder := widgets.NewButton(widgets.Ghost, e.T("crash.folder"), func() {
		if err := c.OpenFolder(); err != nil {
			e.Problem(e.T("crash.folder"), err)
		}
	})
	copyIt := widgets.NewButton(widgets.Ghost, e.T("states.copy_problem", i18n.P{"ref": c.Reference}), func() {
		e.Copy(c.Text)
		e.Say(widgets.ToneNeutral, e.T("common.copied"))
	}).WithIcon(assets.IconCopy)
	d = widgets.NewDialog(e.Canvas, widgets.DialogSpec{Title: e.T("crash.title"),
		Body: widgets.Column(12, widgets.NewNote(widgets.ToneWarn, e.T("crash.text")), widgets.NewPara(e.T("crash.report")).In(widgets.Ink2)),
		Foot: []fyne.CanvasObject{closeIt, widgets.Spring(), folder, copyIt}, First: closeIt})
	d.OnClosed(func() {
		w.opt.Crash = nil
		if err := c.Dismiss(); err != nil {
			e.Say(widgets.ToneWarn, e.T("settings.not_saved"))
		}
	})
	d.Show()
}
