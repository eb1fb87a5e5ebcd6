package ui

import (
	"context"
	"time"

	"countersign/app/desk"
	"countersign/app/ui/notices"
	"countersign/app/ui/page"
)

// newsEvery is how often the desk is asked for news at most; every tick of
// followChanges asks too, so that hours and days are noticed.
const newsEvery = 5 * time.Second

// news is how far telling the desktop has come.
type news struct {
	last  time.Time
	asked bool // the desk is looking
}

// lookForNews asks the desk what the desktop should be told now.
func (w *Window) lookForNews() {
	who, now := w.settings.Last, w.env.Now()
	if w.shell != nil {
		who = w.env.Me.ID
	}
	if who.IsZero() || w.news.asked || w.opt.Tell == nil || now.Sub(w.news.last).Abs() < newsEvery {
		return
	}
	w.news = news{last: now, asked: true}
	off := w.settings.Quiet
	open := w.shell
	page.Read(w.env, func(ctx context.Context) (desk.Notices, error) { return w.opt.Desk.Notices(ctx, who, now, off) }, func(n desk.Notices, err error) {
		w.news.asked = false
		if err != nil { // the next look comes by itself, and the screens say what is wrong
			return
		}
		for _, notice := range n.Tell {
			w.say(notice)
		}
		if open != nil && open == w.shell {
			w.shell.badge(page.Inbox, n.ToSign)
		}
	})
}

// say tells the desktop one notice; pressing it leads to what it is about.
func (w *Window) say(n desk.Notice) {
	title, text := notices.Words(w.env.Locale, n)
	w.opt.Tell(Word{Title: title, Text: text, Urgent: n.Urgent(), Open: w.env.T("common.open"), Pressed: func() { w.lead(notices.Place(n)) }})
}

// lead brings the window forward and opens a place, after unlocking if need be.
// A dialog that is open stays: somebody may be signing.
func (w *Window) lead(p page.Place) {
	if w.opt.Forward != nil {
		w.opt.Forward()
	}
	switch {
	case w.shell == nil:
		w.wanted = p
	case w.opt.Window.Canvas().Overlays().Top() == nil:
		w.shell.open(p)
	}
}

// count shows how many requests wait for the official outside the window too.
func (w *Window) count(n int) {
	if w.opt.Badge != nil {
		w.opt.Badge(n)
	}
}

// LockNow locks the desk, as the key for it does.
func (w *Window) LockNow() { w.lockNow() }
