package ui

import (
	"context"
	"strings"
	"sync"
	"time"

	"fyne.io/fyne/v2"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/look"
	"countersign/app/ui/page"
	"countersign/app/ui/people"
	"countersign/app/ui/unlock"
	"countersign/app/widgets"
)

// toastStay is how long a word stays at the lower edge.
const toastStay = 4 * time.Second

// Window is the content of one window: locked, or somebody's desk.
type Window struct {
	opt      Options
	settings Settings
	env      *page.Env
	root     *fyne.Container
	toasts   *widgets.Toasts
	undo     page.Undo
	sense    *sensor

	locked  *unlock.Page
	shell   *shell
	session context.Context // ends when the official locks
	end     context.CancelFunc
	work    sync.WaitGroup

	active time.Time // when somebody last did something
	follow context.CancelFunc
	news   news
	wanted page.Place // pressed on the desktop while the desk was locked
	hidden bool       // it has been said that the program goes on in the tray

	before *look.Settings // what held before a look that is being drawn; nil: none is

	section string // of the settings, to come back to in another language
}

// New makes a window's content. Show puts it into the window.
func New(opt Options) *Window {
	w := &Window{opt: opt, settings: opt.Store.Load(), active: opt.Clock()}
	if w.settings.Known == nil {
		w.settings.Known = map[desk.OfficialID]unlock.Known{}
	}
	for i, id := range opt.Order {
		w.settings.Known[id] = opt.People[i]
	}
	w.session, w.end = context.WithCancel(context.Background())
	w.toasts = widgets.NewToasts(opt.stay())
	w.sense = newSensor(w.touch)
	w.root = widgets.Layers()
	fyne.CurrentApp().Settings().SetTheme(widgets.NewTheme(w.settings.Look()))
	return w
}

// Show puts the content into the window: the desk when somebody has unlocked it
// already, else the page to unlock.
func (w *Window) Show() {
	w.makeEnv()
	w.opt.Window.SetPadded(false)
	w.opt.Window.SetContent(w.root)
	w.installKeys()
	w.opt.Window.SetCloseIntercept(w.closed)
	if _, open := w.opt.Desk.Me(); open {
		w.enter()
	} else {
		w.showLocked("")
	}
	w.sayCrash()
	w.followChanges()
}

// Close ends everything that the window has begun. The desk is locked.
func (w *Window) Close() {
	if w.follow != nil {
		w.follow()
	}
	w.remember()
	w.opt.Desk.Lock()
	w.end()
	w.work.Wait()
}

// makeEnv makes what the screens are given, in the language that is set.
func (w *Window) makeEnv() {
	e := &page.Env{
		Locale: w.opt.Messages.In(w.lang()).With(w.settings.Forms), Canvas: w.opt.Window.Canvas(), Zone: w.opt.Zone, Clock: w.opt.Clock,
		Say: w.toasts.Say, Offer: w.toasts.Offer, Undo: &w.undo, Demo: w.opt.Demo, Rehearsal: w.opt.Desk.Profile().Rehearsal,
		Copy: func(text string) { fyne.CurrentApp().Clipboard().SetContent(text) },
	}
	e.Work = w.run
	e.Go = func(p page.Place) {
		if w.shell != nil {
			w.shell.open(p)
		}
	}
	e.SaveAs, e.OpenFile = w.saveAs, w.openFile
	e.Views, e.Bar = views{w}, barOf(&w.shell)
	e.ShowsSubjects = func() bool { return w.settings.ShowSubjects && !w.opt.Desk.Profile().HideSubjects }
	w.env = e
}

// run works elsewhere and comes back to the interface's goroutine, unless the
// official has locked meanwhile.
func (w *Window) run(job func(ctx context.Context) func()) {
	ctx := w.session
	if w.opt.Work != nil {
		w.opt.Work(ctx, job)
		return
	}
	w.work.Add(1)
	go func() {
		defer w.work.Done()
		show := job(ctx)
		if show == nil {
			return
		}
		widgets.Later(func() {
			if ctx.Err() == nil {
				show()
			}
		})
	}()
}

// put fills the window; toasts lie over it.
func (w *Window) put(content fyne.CanvasObject) {
	w.root.Objects = []fyne.CanvasObject{w.sense, content, w.toasts}
	w.root.Refresh()
}

// showLocked shows the page to unlock. Nothing of the desk stays in the window.
func (w *Window) showLocked(reason string) {
	w.shell, w.env.Submit = nil, nil
	w.undo.Forget()
	w.toasts.Clear()
	for _, o := range w.opt.Window.Canvas().Overlays().List() {
		w.opt.Window.Canvas().Overlays().Remove(o)
	}
	w.installKeys()
	w.locked = unlock.New(w.env, w.opt.Desk, unlock.Options{Known: w.settings.Known, Order: w.opt.Order, Last: w.settings.Last,
		Reason: reason, Opened: w.enter, Offer: func() { people.OfferAdmins(w.env, w.opt.Desk) }})
	w.put(w.locked.Content())
	w.locked.Focus()
	w.opt.Window.SetTitle(w.env.T("app.name"))
}

// enter shows the desk of who has just unlocked it.
func (w *Window) enter() {
	me, ok := w.opt.Desk.Me()
	if !ok {
		return
	}
	w.locked = nil
	w.env.Me = me
	w.settings.Last = me.ID
	if known, ok := w.settings.Known[me.ID]; ok {
		w.env.Agency = known.Agency
		if !carded(me) {
			w.env.Me.Name = known.Name // no card is published yet
		}
	}
	w.touch()
	w.shell = newShell(w)
	w.put(w.shell.content)
	w.opt.Window.SetTitle(w.env.T("app.name") + " – " + me.Name)
	w.shell.open(page.Place{Screen: w.shell.start(w.settings.Screen), Section: w.section})
	if p := w.wanted; p.Screen != "" {
		w.wanted = page.Place{}
		w.shell.open(p)
	}
	w.lookForNews() // whichever screen is in front, the number to sign stands on the rail and in the tray
	w.remember()
}

// meet remembers the names of who is here, for the page that stands while locked.
func (w *Window) meet(agency string) {
	w.env.Agency = agency
	k := w.settings.Known[w.env.Me.ID]
	k.Agency = agency
	if carded(w.env.Me) {
		k.Name, k.Title = w.env.Me.Name, w.env.Me.Title
	}
	w.settings.Known[w.env.Me.ID] = k
}

// carded tells whether the name comes from the official's card: without one it
// ends in the beginning of their number.
func carded(p desk.Person) bool { return !strings.HasSuffix(p.Name, p.ID.String()[:4]) }

// lock forgets the official and shows why.
func (w *Window) lock(reason string) {
	if w.shell == nil {
		return
	}
	w.remember()
	w.shell.leave()
	w.end()
	w.opt.Desk.Lock()
	w.session, w.end = context.WithCancel(context.Background())
	w.news = news{}
	w.count(0)
	w.showLocked(reason)
}

// lockNow locks because somebody asked for it.
func (w *Window) lockNow() {
	w.lock(w.env.T("unlock.locked_by", i18n.P{"time": w.env.Time(w.env.Now())}))
}

// remember keeps the settings and the window's size.
func (w *Window) remember() {
	size := w.opt.Window.Canvas().Size()
	if size.Width > 0 {
		w.settings.Width, w.settings.Height = size.Width, size.Height
	}
	if w.shell != nil {
		w.settings.Screen = w.shell.place.Screen
	}
	if err := w.opt.Store.Save(w.settings); err != nil {
		w.toasts.Say(widgets.ToneWarn, w.env.T("settings.not_saved"))
	}
}

// views keeps in the window's settings how screens are arranged.
type views struct{ w *Window }

// View implements page.Views.
func (v views) View(key string) string { return v.w.settings.Views[key] }

// KeepView implements page.Views.
func (v views) KeepView(key, value string) {
	if v.w.settings.Views == nil {
		v.w.settings.Views = map[string]string{}
	}
	v.w.settings.Views[key] = value
	v.w.remember()
}
