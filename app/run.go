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
	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/node"
	"countersign/app/ui"
	"countersign/ledger/store"
)

// Run opens the desktop and returns when its window is closed.
func Run(args []string, out io.Writer) error {
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
		if err := d.findCity(ctx); err != nil {
			return err
		}
	}
	return d.run(ctx)
}

// desktop is one window with the replica below it.
type desktop struct {
	args     arguments
	out      io.Writer
	messages *i18n.Messages
	city     *city // nil outside the demo

	app    fyne.App
	window fyne.Window
	log    *os.File
}

// run opens the replica, then the window, and closes both in the opposite order.
func (d *desktop) run(ctx context.Context) (err error) {
	log, err := d.openLog()
	if err != nil {
		return err
	}
	n, err := node.Open(d.args.profile, node.Options{Version: appVersion, Log: log, Rehearsal: d.city != nil})
	if errors.Is(err, store.ErrInUse) {
		return d.bringForward(ctx)
	}
	if err != nil {
		return d.explain(err)
	}
	defer func() { err = errors.Join(err, n.Close()) }()
	d.app = newToolkit()
	d.window = d.app.NewWindow(appName)
	server, err := control.Serve(d.args.profile, n, control.Hooks{
		Stop: func() { fyne.Do(d.app.Quit) },
		Show: func() { fyne.Do(d.window.RequestFocus) },
	})
	if err != nil {
		return err
	}
	defer server.Close()
	w := d.content(n)
	w.Show()
	defer w.Close()
	failed := make(chan error, 1)
	go func() { // the window is there first; the network may take its time
		if err := n.Start(); err != nil {
			failed <- err
			fyne.Do(d.app.Quit)
		}
	}()
	go func() {
		<-ctx.Done()
		fyne.Do(d.app.Quit)
	}()
	d.window.ShowAndRun()
	select {
	case err := <-failed:
		return d.explain(err)
	default:
		return nil
	}
}

// content makes what the window shows.
func (d *desktop) content(n *node.Node) *ui.Window {
	system := i18n.Match(lang.SystemLocale().String())
	store := settings{filepath.Join(d.args.profile, settingsFile)}
	kept := store.Load()
	chosen := kept.Language
	if chosen == "" {
		chosen = system
	}
	if words, err := d.messages.In(chosen).Toolkit(); err == nil {
		if err := lang.AddTranslationsForLocale(words, lang.SystemLocale()); err != nil {
			slog.Warn("the toolkit's own words stay in English", "err", err)
		}
	}
	size := fyne.NewSize(1280, 800)
	if kept.Width >= 560 && kept.Height >= 420 {
		size = fyne.NewSize(kept.Width, kept.Height)
	}
	d.window.Resize(size)
	o := ui.Options{
		Window:   d.window,
		Desk:     desk.New(n, desk.Options{Keys: filepath.Join(d.args.profile, node.KeysFolder), Language: string(chosen)}),
		Messages: d.messages, Store: store, Clock: n.Now, Zone: time.Local, System: system,
	}
	if d.city != nil {
		o.Demo = d.demo()
		o.Order, o.People = d.city.people(d.messages.In(chosen))
	}
	return ui.New(o)
}

// bringForward asks the process that holds the folder to show its window.
func (d *desktop) bringForward(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	c, err := control.Dial(ctx, d.args.profile)
	if err != nil {
		return fmt.Errorf("another process holds %s and does not answer: %w", d.args.profile, err)
	}
	defer c.Close()
	shown, err := c.Show(ctx)
	if err != nil {
		return fmt.Errorf("bring the window of %s forward: %w", d.args.profile, err)
	}
	if !shown {
		return fmt.Errorf("%s is run by `countersignd run`, which has no window. Enrol this computer as a desk of its own: `countersignd invite --node` there, `countersignd join` here", d.args.profile)
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
	if _, err := os.Stat(d.args.profile); err != nil {
		return slog.New(slog.DiscardHandler), nil // opening the profile will say what is wrong
	}
	if err := os.Rename(path, path+".1"); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("open the log: %w", err)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the log: %w", err)
	}
	d.log = f
	return slog.New(slog.NewTextHandler(f, nil)), nil
}
