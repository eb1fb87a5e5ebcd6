package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"countersign/app/control"
	"countersign/app/crash"
	"countersign/app/demo"
	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/node"
	"countersign/app/ui"
	"countersign/app/widgets"
	"countersign/ledger/keyring"
	"countersign/ledger/store"
)

// Run opens the desktop and returns when its window is closed.
func Run(args []string, out io.Writer) error {
	if folder, ok := crash.Recording(args); ok {
		return recordCrash(folder)
	}
	a, err := parse(args, out)
	if errors.Is(err, errHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	if a.version {
		fmt.Fprintln(out, appName, appVersion)
		return nil
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	messages, err := i18n.Load()
	if err != nil {
		return err
	}
	d := &desktop{args: a, out: out, messages: messages}
	if a.demo != "" {
		d.args.profile = demo.DeskPath(a.city, a.demo)
	}
	return d.run(ctx)
}

// desktop is one window with the replica below it.
type desktop struct {
	args     arguments
	out      io.Writer
	messages *i18n.Messages
	city     *city // nil outside the demo

	app     fyne.App
	window  fyne.Window
	outside *outside
	running *running // nil: no replica is open
	watcher *crash.Watcher
	log     *os.File
}

// run shows the window, opens the replica behind it, and closes both in the
// opposite order. Without a profile the window begins with making one.
func (d *desktop) run(ctx context.Context) error {
	if d.raised(ctx) {
		return nil
	}
	d.app = newToolkit()
	d.window = d.app.NewWindow(appName)
	d.window.SetOnClosed(widgets.End)
	d.window.SetMaster() // its end is the program's: beside a tray the toolkit would go on without any window
	o := d.options()
	d.outside = newOutside(d.app, d.messages, o.System, d.forward, func() *ui.Window {
		if d.running == nil {
			return nil
		}
		return d.running.window
	})
	d.resize(o.Store.Load())
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ui.Opening(o)
	var failed error
	open := func(n *node.Node) {
		if d.running, failed = d.attach(n); failed != nil {
			d.end()
		}
	}
	behind := newOpening(func() (*node.Node, error) { return d.openOrRaise(ctx) })
	d.app.Lifecycle().SetOnStarted(func() {
		if d.args.demo == "" {
			d.watch()
		}
		behind.start(func(n *node.Node, err error) {
			switch {
			case err == nil:
				open(n)
			case errors.Is(err, errRaised):
				d.end()
			case errors.Is(err, node.ErrNoProfile) && d.args.demo == "":
				d.beginning(func() {
					if n, err = d.openNode(); err != nil {
						d.troubled(err, open)
						return
					}
					open(n)
				})
			default:
				d.troubled(err, open)
			}
		})
	})
	go func() {
		<-ctx.Done()
		d.quit()
	}()
	defer crash.Guard(filepath.Join(d.args.profile, crashFolder), appVersion, time.Now, func() bool { return d.watcher != nil })
	d.window.ShowAndRun()
	widgets.End()
	cancel()
	failed = errors.Join(failed, behind.abandon())
	if d.running != nil {
		failed = errors.Join(failed, d.running.close())
	}
	d.outside.close()
	d.unwatch()
	if failed != nil {
		return d.explain(failed)
	}
	return nil
}

// quit ends the toolkit, from any goroutine. One that has ended is not asked again:
// it would close windows that are gone.
func (d *desktop) quit() { widgets.Later(d.end) }

// end ends the toolkit on its own goroutine.
func (d *desktop) end() {
	widgets.End()
	d.app.Quit()
}

// openNode opens the profile's replica; nothing runs yet.
func (d *desktop) openNode() (*node.Node, error) {
	if _, err := node.ReadProfile(d.args.profile); err != nil {
		return nil, err
	}
	log, err := d.openLog()
	if err != nil {
		return nil, err
	}
	return node.Open(d.args.profile, node.Options{Version: appVersion, Log: log, Rehearsal: d.city != nil, Desktop: true})
}

// running is a replica with its socket and the window over it.
type running struct {
	node    *node.Node
	server  *control.Server
	window  *ui.Window
	started chan error // of the network, which may take longer than the window
	ending  chan struct{}
}

// attach puts the window over a replica and starts the network behind it.
func (d *desktop) attach(n *node.Node) (*running, error) {
	server, err := control.Serve(d.args.profile, n, control.Hooks{
		Stop: d.quit,
		Show: func() { widgets.Later(d.forward) },
	})
	if err != nil {
		return nil, errors.Join(err, n.Close())
	}
	r := &running{node: n, server: server, window: d.content(n), started: make(chan error, 1), ending: make(chan struct{})}
	r.window.Show()
	go func() {
		select {
		case <-n.Unsealed(): // at once, or when the first official unlocks
		case <-r.ending:
			r.started <- nil
			return
		}
		err := n.Start()
		r.started <- err
		if err != nil {
			d.quit()
		}
	}()
	return r, nil
}

// close ends window, socket and replica, in this order.
func (r *running) close() error {
	r.window.Close()
	r.server.Close()
	close(r.ending)
	return errors.Join(<-r.started, r.node.Close())
}

// options are what a window needs before anybody has unlocked anything.
func (d *desktop) options() ui.Options {
	return ui.Options{Window: d.window, Messages: d.messages, Store: settings{filepath.Join(d.args.profile, settingsFile)},
		Clock: time.Now, Zone: time.Local, System: i18n.Match(lang.SystemLocale().String())}
}

// content makes what the window shows.
func (d *desktop) content(n *node.Node) *ui.Window {
	o := d.options()
	kept := o.Store.Load()
	chosen := kept.Language
	if chosen == "" {
		chosen = o.System
	}
	d.outside.speak(chosen)
	o.Crash = lastCrash(d.app, d.args.profile)
	o.Tell, o.Badge, o.Spoken = d.outside.tell, d.outside.badge, d.outside.speak
	o.Forward, o.Tray = d.forward, d.outside.hasTray
	o.Clock = n.Now
	o.Desk = desk.New(n, desk.Options{Keys: filepath.Join(d.args.profile, node.KeysFolder), Language: string(chosen),
		Unlocked: func(keys *keyring.Identity) error { return n.Unlock(keys) }})
	if d.city != nil {
		o.Demo = d.demo()
		o.Order, o.People = d.city.people()
	}
	return ui.New(o)
}

// resize gives the window the size it had last, else that of the design.
func (d *desktop) resize(kept ui.Settings) {
	size := fyne.NewSize(1280, 800)
	if kept.Width >= 560 && kept.Height >= 420 {
		size = fyne.NewSize(kept.Width, kept.Height)
	}
	d.window.Resize(size)
}

// bringForward asks the process that holds the folder to show its window.
func (d *desktop) bringForward(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	c, err := control.Dial(ctx, d.args.profile)
	if err != nil {
		return fmt.Errorf("%s: %w, which does not answer: %w", d.args.profile, store.ErrInUse, err)
	}
	defer c.Close()
	shown, err := c.Show(ctx)
	if err != nil {
		return fmt.Errorf("bring the window of %s forward: %w", d.args.profile, err)
	}
	if !shown {
		return fmt.Errorf("%s: %w. Enrol this computer as a desk of its own: `countersignd invite --node` there, `countersignd join` here", d.args.profile, errHeadless)
	}
	return nil
}

// explain says what a failure to start means and what to do.
func (d *desktop) explain(err error) error {
	switch {
	case errors.Is(err, node.ErrNoProfile):
		return fmt.Errorf("%w. Found a network with `countersignd init`, join one with `countersignd join`, or look around with `countersign --demo tax`", err)
	case errors.Is(err, store.ErrDamaged):
		return fmt.Errorf("%w. Keys, drafts and letters lie in other files and are safe. `countersignd run --rebuild` sets the file aside and fetches the record again", err)
	case errors.Is(err, syscall.ENOSPC):
		return fmt.Errorf("%w. The disk is full. What was signed is kept; free some space and start again", err)
	}
	return err
}

// openLog keeps what the replica says in a file of the profile, the last run's beside it.
func (d *desktop) openLog() (*slog.Logger, error) {
	path := filepath.Join(d.args.profile, "desktop.log")
	if err := os.Rename(path, path+".1"); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("open the log: %w", err)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the log: %w", err)
	}
	if d.log != nil { // of an earlier try
		_ = d.log.Close()
	}
	d.log = f
	return slog.New(slog.NewTextHandler(f, nil)), nil
}
