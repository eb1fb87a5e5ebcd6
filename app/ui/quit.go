package ui

import (
	"context"
	"slices"

	"fyne.io/fyne/v2"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/page"
	"countersign/app/widgets"
)

// closed is what the window's own close button does. Where others would miss
// this computer the window goes into the tray, and the node goes on.
func (w *Window) closed() {
	w.stopping(func(s stopping) {
		if w.opt.Tray == nil || !s.serves.Any() {
			w.askToQuit(s)
			return
		}
		w.opt.Tray(func(there bool) {
			if !there {
				w.askToQuit(s)
				return
			}
			w.remember()
			w.opt.Window.Hide()
			if !w.hidden && w.opt.Tell != nil {
				w.hidden = true
				w.opt.Tell(Word{Title: w.env.T("quit.hidden"), Text: w.env.T("quit.hidden_text"), Open: w.env.T("common.open"), Pressed: w.opt.Forward})
			}
		})
	})
}

// Quit ends the program, and asks first where something stops or waits then.
func (w *Window) Quit() { w.stopping(w.askToQuit) }

// stopping is what ending the program stops.
type stopping struct {
	serves  desk.Service
	letters bool // some are not handed over yet: they wait on this computer
}

// stopping looks what ending would stop. What cannot be seen keeps nobody from it.
func (w *Window) stopping(then func(stopping)) {
	unlocked := w.shell != nil
	page.Read(w.env, func(ctx context.Context) (out stopping, err error) {
		if out.serves, err = w.opt.Desk.Service(ctx); err != nil || !unlocked {
			return out, err
		}
		kept, err := w.opt.Desk.Kept(ctx)
		out.letters = slices.ContainsFunc(kept, func(k desk.KeptEntry) bool { return k.LetterHere })
		return out, err
	}, func(s stopping, _ error) { then(s) })
}

func (w *Window) askToQuit(s stopping) {
	e := w.env
	var body []fyne.CanvasObject
	say := func(key string, p ...i18n.P) {
		body = append(body, widgets.NewNote(widgets.ToneWarn, e.T(key, p...)))
	}
	if s.letters {
		say("quit.letters")
	}
	if s.serves.Office {
		say("quit.office")
	}
	switch {
	case s.serves.Alone:
		say("quit.alone")
	case s.serves.Keeper:
		say("quit.keeper")
	}
	if len(body) == 0 {
		w.opt.Window.Close()
		return
	}
	body = append(body, widgets.NewPara(e.T("quit.safe")).In(widgets.Ink2))
	var d *widgets.Dialog
	stay := widgets.NewButton(widgets.Primary, e.T("quit.stay"), func() { d.Close() }).WithKey("Esc")
	d = widgets.NewDialog(e.Canvas, widgets.DialogSpec{Title: e.T("quit.quit"), Body: widgets.Column(12, body...),
		Foot: []fyne.CanvasObject{widgets.NewButton(widgets.Outline, e.T("quit.quit"), w.opt.Window.Close), widgets.Spring(), stay}, First: stay})
	d.Show()
}
