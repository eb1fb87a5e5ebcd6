package ui

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/look"
	"countersign/app/ui/page"
	"countersign/app/ui/stopped"
	"countersign/app/ui/uitest"
	"countersign/app/widgets"
)

// remedy remembers what was tried and answers with what it is given.
type remedy struct {
	tried  []string
	left   *stopped.Trouble
	closed bool
}

func (r *remedy) Again(context.Context) *stopped.Trouble {
	r.tried = append(r.tried, "again")
	return r.left
}

func (r *remedy) Fetch(context.Context) *stopped.Trouble {
	r.tried = append(r.tried, "fetch")
	return r.left
}

func (r *remedy) Close() { r.closed = true }

func troubled(t *testing.T, st style, kind stopped.Kind, r *remedy, done func()) fyne.Window {
	t.Helper()
	m, scheme, win := stage(t, st)
	w := trouble(Options{Window: win, Messages: m, Clock: clock, Zone: zone, System: st.lang,
		Store: &kept{Settings{Settings: look.Settings{Scheme: scheme, Scale: 1, ReduceMotion: true}}}, Work: atOnce},
		stopped.Trouble{Kind: kind, Folder: "/home/arnaud/.local/share/countersign", Err: errors.New("open replica: the ledger file is damaged: meta pages")}, r, done)
	t.Cleanup(w.end)
	win.Resize(fyne.NewSize(1280, 800))
	return win
}

// FAULTS 7: a replica that cannot be opened says what happened, what is safe and
// what to do, in the window.
func TestDamagedReplicaPage(t *testing.T) {
	for _, st := range styles {
		t.Run(st.name, func(t *testing.T) {
			picture(t, troubled(t, st, stopped.Damaged, new(remedy), func() {}), "damaged-"+st.name)
		})
	}
}

func TestEveryKindOfTroubleHasItsWords(t *testing.T) {
	kinds := []stopped.Kind{stopped.Damaged, stopped.Foreign, stopped.Newer, stopped.Rules, stopped.InUse, stopped.Headless, stopped.Full, stopped.Denied, stopped.Unknown}
	for _, st := range styles {
		seen := map[string]stopped.Kind{}
		for _, k := range kinds {
			text := widgets.PageText(troubled(t, st, k, new(remedy), func() {}).Content())
			if strings.Contains(text, "stopped.") {
				t.Errorf("%s in %s: words are missing: %q", k, st.name, text)
			}
			if other, twice := seen[text]; twice {
				t.Errorf("%s and %s say the same in %s", k, other, st.name)
			}
			seen[text] = k
		}
	}
}

func TestWaysOutOfTrouble(t *testing.T) {
	r, opened := &remedy{left: &stopped.Trouble{Kind: stopped.Full, Err: errors.New("no space left on device")}}, false
	win := troubled(t, styles[0], stopped.Damaged, r, func() { opened = true })
	click(t, win, "Get the record again")
	if text := widgets.PageText(win.Content()); !strings.Contains(text, "The disk of this computer is full") || opened {
		t.Fatalf("after a way out that did not help: %q, opened %v", text, opened)
	}
	r.left = nil
	click(t, win, "Try again")
	if !opened || strings.Join(r.tried, " ") != "fetch again" {
		t.Errorf("opened %v after %v", opened, r.tried)
	}
}

func TestTroubleIsCopiedWithItsReference(t *testing.T) {
	win := troubled(t, styles[0], stopped.Damaged, new(remedy), func() {})
	err := errors.New("open replica: the ledger file is damaged: meta pages")
	click(t, win, "Copy for support, "+page.Reference(err))
	if got := fyne.CurrentApp().Clipboard().Content(); !strings.Contains(got, err.Error()) || !strings.Contains(got, page.Reference(err)) {
		t.Errorf("copied %q", got)
	}
}

// click presses a button on the page by its label.
func click(t *testing.T, win fyne.Window, label string) {
	t.Helper()
	b := uitest.Button(win.Content(), label)
	if b == nil || b.Disabled() {
		t.Fatalf("no button %q to press", label)
	}
	b.Tapped(nil)
}

func twice() desk.DoubleVote {
	return desk.DoubleVote{Agency: "health", Title: "Health Fund", Height: 1284, Seen: 1286, At: when("2026-06-10 09:00:00"), Proof: []byte("both")}
}

// sentence is how a screen names it.
func sentence(w *Window) string {
	return strings.ReplaceAll(w.env.T("network.double_vote", i18n.P{"agency": "Health Fund", "n": int64(1284), "seen": int64(1286)}), "**", "")
}

// blank is a screen about something else.
type blank struct{ content fyne.CanvasObject }

func (b blank) Content() fyne.CanvasObject { return b.content }
func (blank) Open(page.Place)              {}
func (blank) Changed(desk.Change)          {}
func (blank) Rune(rune) bool               { return false }
func (blank) Key(*fyne.KeyEvent) bool      { return false }

// FAULTS 13: the agency whose keeper voted twice is named on every screen.
func TestDoubleVoteIsNamedOnEveryScreen(t *testing.T) {
	for _, st := range styles {
		f := newFake(vidal) // who may ask has the most screens
		f.network.DoubleVotes = []desk.DoubleVote{twice()}
		w, win := show(t, f, st, nil)
		for _, p := range w.shell.places {
			if p.id != page.Evidence && p.id != page.Network { // these two say it by themselves
				w.shell.screens[p.id] = blank{widgets.Column(0)}
			}
			w.shell.open(page.Place{Screen: p.id})
			if text := widgets.PageText(win.Content()); !strings.Contains(text, sentence(w)) {
				t.Errorf("%s, %s: the agency is not named", st.name, p.id)
			}
		}
	}
}

func TestDoubleVotePage(t *testing.T) {
	for _, st := range styles {
		t.Run(st.name, func(t *testing.T) {
			f := newFake(arnaud)
			f.network.DoubleVotes = []desk.DoubleVote{twice()}
			_, win := show(t, f, st, nil)
			picture(t, win, "double-"+st.name)
		})
	}
}

// After a month a double vote stands where the record is shown, and no more in the
// way of other work.
func TestOldDoubleVoteIsLeftToEvidence(t *testing.T) {
	f := newFake(arnaud)
	old := twice()
	old.At = f.network.LastBlock.Add(-31 * 24 * time.Hour)
	f.network.DoubleVotes = []desk.DoubleVote{old}
	w, win := show(t, f, styles[0], nil)
	if strings.Contains(widgets.PageText(win.Content()), "two different votes") {
		t.Error("named in the inbox after a month")
	}
	for _, screen := range []string{page.Evidence, page.Network} {
		w.shell.open(page.Place{Screen: screen})
		if !strings.Contains(widgets.PageText(win.Content()), "two different votes") {
			t.Errorf("not named on %s", screen)
		}
	}
}

// FAULTS 6: the banner of a full disk stands above every screen and goes when
// there is room.
func TestFullDiskBanner(t *testing.T) {
	for _, st := range styles {
		t.Run(st.name, func(t *testing.T) {
			f := newFake(arnaud)
			f.network.ReadOnly, f.network.Problem = true, "disk-full: nothing new can be kept until there is room"
			w, win := show(t, f, st, nil)
			w.shell.open(page.Place{Screen: page.Inbox, Request: entry(3)})
			picture(t, win, "full-"+st.name)
			f.network.ReadOnly, f.network.Problem = false, ""
			w.shell.changed(desk.Change{Peers: true})
			picture(t, win, "inbox-"+st.name) // as if nothing had been
		})
	}
}

func inboxInFront(w *Window) bool {
	in := w.shell.screens[page.Inbox]
	return in != nil && w.shell.shown == in
}

// A first copy of the record shows how far it has come in place of what would be
// an old day, and makes the desk anew at its end: the roles are only known then.
func TestFirstCopyPage(t *testing.T) {
	for _, st := range styles {
		t.Run(st.name, func(t *testing.T) {
			f := newFake(arnaud)
			f.network.Syncing, f.network.Height, f.network.SyncTo = true, 312, 1291
			now := clock()
			w, win := show(t, f, st, func(o *Options) { o.Clock = func() time.Time { return now } })
			now, f.network.Height = now.Add(10*time.Second), 912
			w.shell.changed(desk.Change{Height: 912})
			picture(t, win, "first-copy-"+st.name)
			if inboxInFront(w) {
				t.Error("old requests are shown as those of today")
			}
			f.network = fourOfFour(arnaud.Agency)
			f.me.Roles = nil
			w.shell.changed(desk.Change{Height: 1287})
			if text := widgets.PageText(win.Content()); strings.Contains(text, w.env.T("states.loading_title")) || !inboxInFront(w) {
				t.Errorf("after the last block: %q", text)
			}
			if len(w.env.Me.Roles) != 0 {
				t.Error("the desk goes on with the roles of the day when it was unlocked")
			}
		})
	}
}

// Who was away for a while goes on reading while the rest arrives.
func TestCatchingUpCoversNothing(t *testing.T) {
	f := newFake(arnaud)
	f.network.Syncing, f.network.Height, f.network.SyncTo = true, 1250, 1291
	w, win := show(t, f, styles[0], nil)
	if text := widgets.PageText(win.Content()); !strings.Contains(text, "Block 1,250 of 1,291") || !inboxInFront(w) {
		t.Errorf("the window says %q", text)
	}
}

// A desk without any other agency, a new desk that catches up, and one whose node
// has stopped: the foot of the rail and the page say so.
func TestRecordStatesOnTheNetworkPage(t *testing.T) {
	for _, st := range styles {
		for _, c := range []struct {
			name   string
			change func(*desk.Network)
		}{
			{"alone", func(n *desk.Network) {
				n.Online, n.Kept = 1, 0
				for i := range n.Members {
					n.Members[i].Online = n.Members[i].Us
				}
			}},
			{"copying", func(n *desk.Network) { n.Syncing, n.Height, n.SyncTo = true, 912, 1291 }},
		} {
			t.Run(c.name+"-"+st.name, func(t *testing.T) {
				f := newFake(arnaud)
				c.change(&f.network)
				w, win := show(t, f, st, nil)
				w.shell.open(page.Place{Screen: page.Network})
				picture(t, win, c.name+"-"+st.name)
			})
		}
	}
}
