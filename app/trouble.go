package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"

	"countersign/app/demo"
	"countersign/app/desk"
	"countersign/app/node"
	"countersign/app/ui"
	"countersign/app/ui/stopped"
	"countersign/ledger/consensus"
	"countersign/ledger/store"
)

// errHeadless says that a process without a window holds the folder.
var errHeadless = errors.New("the folder is run by `countersignd run`, which has no window")

// troubled shows in the window why the replica cannot be opened, and says it to
// the terminal too; open is called with the replica once it can.
func (d *desktop) troubled(err error, open func(*node.Node)) {
	fmt.Fprintln(os.Stderr, d.explain(err))
	d.resize(ui.Settings{})
	r := &remedy{d: d}
	var end func()
	end = ui.Trouble(d.options(), d.trouble(err), r, func() {
		end()
		open(r.node)
	})
}

// trouble finds the kind of a failure to open.
func (d *desktop) trouble(err error) stopped.Trouble {
	t := stopped.Trouble{Kind: stopped.Unknown, Folder: d.args.profile, Err: err}
	for _, known := range []struct {
		err  error
		kind stopped.Kind
	}{
		{errCity, stopped.City},
		{errHeadless, stopped.Headless},
		{store.ErrInUse, stopped.InUse},
		{store.ErrFull, stopped.Full},
		{syscall.ENOSPC, stopped.Full},
		{store.ErrNewerVersion, stopped.Newer},
		{node.ErrNewerProfile, stopped.Newer},
		{consensus.ErrNewerRules, stopped.Rules},
		{store.ErrNotOurs, stopped.Foreign},
		{store.ErrDamaged, stopped.Damaged},
		{consensus.ErrEngineDamaged, stopped.Damaged},
		{fs.ErrPermission, stopped.Denied},
	} {
		if errors.Is(err, known.err) {
			t.Kind = known.kind
			break
		}
	}
	return t
}

// remedy opens the replica again. It implements stopped.Remedy.
type remedy struct {
	d    *desktop
	node *node.Node
}

// Again implements stopped.Remedy.
func (r *remedy) Again(ctx context.Context) *stopped.Trouble {
	if err := r.d.needCity(ctx, func(demo.Progress) {}); err != nil {
		t := r.d.trouble(err)
		return &t
	}
	n, err := r.d.openNode()
	if errors.Is(err, store.ErrInUse) {
		if err = r.d.bringForward(ctx); err == nil { // its window is in front now
			r.Close()
			err = store.ErrInUse
		}
	}
	if err != nil {
		t := r.d.trouble(err)
		return &t
	}
	r.node = n
	return nil
}

// Fetch implements stopped.Remedy. Where the node's own key opens with an
// official's, the damaged file is aside by then, and the record is made anew as
// soon as one has unlocked.
func (r *remedy) Fetch(ctx context.Context) *stopped.Trouble {
	if err := node.Rebuild(r.d.args.profile, nil); err != nil && !errors.Is(err, desk.ErrSealed) {
		t := r.d.trouble(err)
		return &t
	}
	return r.Again(ctx)
}

// Close implements stopped.Remedy.
func (r *remedy) Close() { r.d.quit() }
