package ui

import (
	"countersign/app/ui/stopped"
)

// Trouble shows why the replica cannot be opened in a window that has no desk;
// done is called when it can. What it returns ends what the page has begun.
func Trouble(o Options, t stopped.Trouble, r stopped.Remedy, done func()) (end func()) {
	w := trouble(o, t, r, done)
	return func() {
		w.end()
		w.work.Wait()
	}
}

func trouble(o Options, t stopped.Trouble, r stopped.Remedy, done func()) *Window {
	w := bare(o)
	w.makeEnv()
	w.put(stopped.New(w.env, t, r, done).Content())
	return w
}
