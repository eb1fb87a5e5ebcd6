package ui

import (
	"context"

	"fyne.io/fyne/v2"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/first"
	"countersign/app/widgets"
)

// Begin shows the first page in a window that has no profile yet; done is called
// when there is one. What it returns ends what the page has begun.
func Begin(o Options, b first.Beginning, version string, done func()) (end func()) {
	w := begin(o, b, version, done)
	return func() {
		w.end()
		w.work.Wait()
	}
}

// bare is a window without a desk.
func bare(o Options) *Window {
	w := &Window{opt: o, settings: o.Store.Load(), active: o.Clock()}
	w.opt.Desk = nobody{}
	w.session, w.end = context.WithCancel(context.Background())
	w.toasts = widgets.NewToasts(o.stay())
	w.sense = newSensor(w.touch)
	w.root = widgets.Layers()
	fyne.CurrentApp().Settings().SetTheme(widgets.NewTheme(w.settings.Look()))
	o.Window.SetPadded(false)
	o.Window.SetContent(w.root)
	w.installCopy()
	w.installSubmit()
	return w
}

func begin(o Options, b first.Beginning, version string, done func()) *Window {
	w := bare(o)
	var show func()
	show = func() {
		w.makeEnv()
		p := first.New(w.env, b, version, func(l i18n.Lang) {
			w.settings.Language = l
			show()
		}, func() {
			kept := o.Store.Load()
			kept.Language = w.settings.Language
			if err := o.Store.Save(kept); err != nil {
				w.toasts.Say(widgets.ToneWarn, w.env.T("settings.not_saved"))
			}
			done()
		})
		o.Window.Canvas().SetOnTypedRune(p.Rune)
		w.put(p.Content())
	}
	show()
	return w
}

// nobody is the desk where there is no profile: the first page asks it nothing.
type nobody struct{ Desk }

// Profile implements Desk.
func (nobody) Profile() desk.Profile { return desk.Profile{} }
