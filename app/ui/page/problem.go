package page

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"

	"fyne.io/fyne/v2"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/widgets"
	"countersign/assets"
)

// Reference names one problem, so that two people can speak of the same.
func Reference(err error) string {
	h := sha256.Sum256([]byte(err.Error()))
	return strings.ToUpper(fmt.Sprintf("%x", h[:3]))
}

// CopyProblem puts a problem on the clipboard with its reference and time.
func (e *Env) CopyProblem(err error) {
	e.Copy(fmt.Sprintf("%s %s\n%s\n%v", e.T("app.name"), e.Now().Format("2006-01-02 15:04:05 MST"), Reference(err), err))
	e.Say(widgets.ToneNeutral, e.T("common.copied"))
}

// Failed fills a page that could not be read: what happened, what is safe, what
// to do. retry may be nil. What is not open to the reader is no failure: it says
// who may see it and whom to ask.
func (e *Env) Failed(err error, retry func()) fyne.CanvasObject {
	if errors.Is(err, desk.ErrNotYours) {
		return widgets.EmptyState(assets.IconEyeOff, widgets.ToneNeutral, e.T("states.no_permission_title"),
			e.T("states.no_permission_text", i18n.P{"agency": e.Agency}))
	}
	var acts []fyne.CanvasObject
	if retry != nil {
		acts = append(acts, widgets.NewButton(widgets.Outline, e.T("common.retry"), retry).WithIcon(assets.IconRotate))
	}
	acts = append(acts, widgets.NewButton(widgets.Ghost, e.T("states.copy_problem", i18n.P{"ref": Reference(err)}), func() { e.CopyProblem(err) }).WithIcon(assets.IconCopy))
	return widgets.EmptyState(assets.IconWarn, widgets.ToneRefuse, e.T("states.error_title"),
		e.T("states.error_text", i18n.P{"reason": e.Reason(err)}), acts...)
}

// Problem says in a dialog that an act did not work; nothing was changed by it.
func (e *Env) Problem(title string, err error) {
	var d *widgets.Dialog
	closeIt := widgets.NewButton(widgets.Outline, e.T("common.close"), func() { d.Close() }).WithKey("Esc")
	d = widgets.NewDialog(e.Canvas, widgets.DialogSpec{
		Title: title,
		Body:  widgets.NewNote(widgets.ToneRefuse, e.T("states.error_text", i18n.P{"reason": e.Reason(err)})),
		Foot: []fyne.CanvasObject{closeIt, widgets.Spring(), widgets.NewButton(widgets.Ghost,
			e.T("states.copy_problem", i18n.P{"ref": Reference(err)}), func() { e.CopyProblem(err) }).WithIcon(assets.IconCopy)},
		First: closeIt,
	})
	d.Show()
}
