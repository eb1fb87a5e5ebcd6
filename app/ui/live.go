package ui

import (
	"context"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/look"
	"countersign/app/widgets"
)

// redrawEvery is how often changes reach the screens at most.
const redrawEvery = 100 * time.Millisecond

// followChanges hands what changes in the replica to the screens, merged to at
// most ten times a second, and locks after a time without use.
func (w *Window) followChanges() {
	ctx, cancel := context.WithCancel(context.Background())
	w.follow = cancel
	changes := w.opt.Desk.Changes(ctx)
	w.work.Add(1)
	go func() {
		defer w.work.Done()
		idle := time.NewTicker(10 * time.Second)
		defer idle.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case c, ok := <-changes:
				if !ok {
					changes = nil
					continue
				}
				widgets.Later(func() { w.changed(c) })
				select { // what comes meanwhile is merged by the desk
				case <-ctx.Done():
					return
				case <-time.After(redrawEvery):
				}
			case <-idle.C:
				widgets.Later(func() {
					w.checkIdle()
					w.lookForNews()
				})
			}
		}
	}()
}

func (w *Window) changed(c desk.Change) {
	switch {
	case w.shell != nil:
		w.shell.changed(c)
	case w.locked != nil && (c.Peers || c.Height > 0):
		w.locked.ReadNetwork()
	}
	if w.locked != nil && c.People {
		w.locked.ReadLost()
	}
	if len(c.Requests) > 0 || c.People {
		w.lookForNews()
	}
}

// touch notes that somebody is here.
func (w *Window) touch() { w.active = w.opt.Clock() }

// checkIdle locks a desk that nobody has used for some minutes. The demo, whose
// people are invented, stays open.
func (w *Window) checkIdle() {
	if w.shell == nil || w.opt.Demo != nil {
		return
	}
	if f := w.opt.Window.Canvas().Focused(); f != nil {
		if t, ok := f.(interface{ Typed() string }); ok && len(t.Typed()) != w.sense.typed {
			w.sense.typed = len(t.Typed()) // never the words themselves: it may be a passphrase
			w.touch()
		}
	}
	minutes := w.settings.LockMinutes
	if minutes == 0 {
		minutes = look.DefaultLock
	}
	if w.opt.Clock().Sub(w.active) >= time.Duration(minutes)*time.Minute {
		w.lock(w.env.T("unlock.locked_idle", i18n.P{"time": w.env.Time(w.env.Now()), "n": minutes}))
	}
}

// sensor lies below everything and notices the pointer where no part takes it.
type sensor struct {
	widget.BaseWidget
	moved func()
	typed int
}

func newSensor(moved func()) *sensor {
	s := &sensor{moved: moved}
	s.ExtendBaseWidget(s)
	return s
}

// MouseIn implements desktop.Hoverable.
func (s *sensor) MouseIn(*desktop.MouseEvent) { s.moved() }

// MouseMoved implements desktop.Hoverable.
func (s *sensor) MouseMoved(*desktop.MouseEvent) { s.moved() }

// MouseOut implements desktop.Hoverable.
func (s *sensor) MouseOut() { s.moved() }

// CreateRenderer implements fyne.Widget.
func (s *sensor) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.NewWithoutLayout())
}
