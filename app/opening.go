package app

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"sync"

	"countersign/app/control"
	"countersign/app/demo"
	"countersign/app/node"
	"countersign/app/ui"
	"countersign/app/widgets"
	"countersign/ledger/store"
)

// opening opens the replica behind a window that stands already.
type opening struct {
	open func() (*node.Node, error)
	done sync.WaitGroup

	mu    sync.Mutex
	over  bool // the window has gone: nobody takes what was opened
	node  *node.Node
	taken bool
}

func newOpening(open func() (*node.Node, error)) *opening { return &opening{open: open} }

// start opens, and hands what came of it to take on the interface's goroutine.
func (o *opening) start(take func(*node.Node, error)) {
	o.done.Add(1)
	go func() {
		defer o.done.Done()
		n, err := o.open()
		o.mu.Lock()
		o.node = n
		o.mu.Unlock()
		widgets.Later(func() {
			o.mu.Lock()
			over := o.over
			o.taken = !over
			o.mu.Unlock()
			if !over {
				take(n, err)
			}
		})
	}()
}

// abandon waits for an opening that is under way, and closes what nobody took.
func (o *opening) abandon() error {
	o.mu.Lock()
	o.over = true
	o.mu.Unlock()
	o.done.Wait()
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.taken || o.node == nil {
		return nil
	}
	return o.node.Close()
}

// raised brings the window of a process that holds the folder already forward;
// false: there is none, or it has no window.
func (d *desktop) raised(ctx context.Context) bool {
	if _, err := os.Stat(control.SocketPath(d.args.profile)); err != nil {
		return false
	}
	return d.bringForward(ctx) == nil
}

// errRaised says that another process holds the folder, and that its window is
// in front now.
var errRaised = errors.New("the window of another process is in front")

// openOrRaise opens the replica, or brings the window of the process forward that
// has taken the folder meanwhile. Its error says why neither can be.
func (d *desktop) openOrRaise(ctx context.Context) (*node.Node, error) {
	if err := d.needCity(ctx, d.cityStarts()); err != nil {
		return nil, err
	}
	n, err := d.openNode()
	if errors.Is(err, store.ErrInUse) {
		if err = d.bringForward(ctx); err == nil {
			err = errRaised
		}
	}
	return n, err
}

// cityStarts shows in the window how far the demo city has come.
func (d *desktop) cityStarts() func(demo.Progress) {
	var show func(step string, at, of int)
	return func(p demo.Progress) {
		widgets.Later(func() {
			if show == nil {
				show = ui.Starting(d.options())
			}
			show(string(p.Step), p.At, p.Of)
		})
	}
}

// needCity starts the demo city to which the desk belongs, if it does not run.
func (d *desktop) needCity(ctx context.Context, report func(demo.Progress)) error {
	if d.args.demo == "" || d.city != nil {
		return nil
	}
	err := d.findCity(ctx, report)
	if err == nil {
		d.watch()
	}
	return err
}

// forward shows the window in front of others.
func (d *desktop) forward() {
	d.window.Show()
	d.window.RequestFocus()
}

// watch has faults of this process recorded from now on. Where there is no
// profile yet, there is no place for a report.
func (d *desktop) watch() {
	if _, err := os.Stat(d.args.profile); errors.Is(err, os.ErrNotExist) {
		return
	}
	w, err := watchCrashes(d.args.profile)
	if err != nil {
		slog.Warn("faults of the program are not recorded", "err", err)
		return
	}
	d.watcher = w
}

// unwatch says that this process ends in order.
func (d *desktop) unwatch() {
	if d.watcher == nil {
		return
	}
	if err := d.watcher.Close(); err != nil {
		slog.Warn("the recorder of faults did not end in order", "err", err)
	}
}
