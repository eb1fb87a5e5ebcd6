package page

import (
	"context"
	"time"

	"fyne.io/fyne/v2"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/widgets"
)

// Env is what every screen is given. A change of language makes a new one and
// builds the screens anew.
type Env struct {
	*i18n.Locale
	Canvas fyne.Canvas
	Zone   *time.Location
	Clock  func() time.Time
	// Work runs job elsewhere and what it returns on the interface's goroutine.
	// The context ends when the official locks or the window closes; then nothing
	// comes back.
	Work func(job func(ctx context.Context) func())
	// Go leads to another place.
	Go func(Place)
	// Say shows a word at the lower edge for some seconds.
	Say func(tone widgets.Tone, text string)
	// Copy puts text on the clipboard.
	Copy func(text string)
	// SaveAs asks for a place for a new file.
	SaveAs func(name string, done func(path string))
	// OpenFile asks for a file to read.
	OpenFile func(done func(name string, content []byte))
	// Submit is what Ctrl+Enter does in the dialog that is open; nil: nothing.
	Submit func()
	// Undo is what Ctrl+Z takes back: see Undoable.
	Undo *Undo
	// Offer is Say with an act beside the words, and the key that does the same.
	Offer func(text, label, key string, act func())
	// ShowsSubjects tells whether letters open with their subjects uncovered, as
	// the official has set; the look is recorded all the same. Nil: never.
	ShowsSubjects func() bool
	// Views remembers how screens are arranged; nil: until the window closes.
	Views Views
	// Bar is the line at the top of a very narrow window; nil: there is none.
	Bar *Bar
	// Me is the official who has unlocked.
	Me desk.Person
	// Agency is the title of their agency.
	Agency string
	// Rehearsal says that people and data are invented.
	Rehearsal bool
	// Demo is what the demo city offers beside the product; nil outside it.
	Demo *Demo
}

// Demo is what only the demo city has.
type Demo struct {
	Passphrase string
	Other      string // title of the agency whose desk can be opened beside this one
	// OpenOther opens that desk in a window of its own.
	OpenOther func() error
	// Again has the story begin once more; it returns the new case number.
	Again func(ctx context.Context) (string, error)
}

// SeeOther opens the other side's desk.
func (e *Env) SeeOther() {
	if err := e.Demo.OpenOther(); err != nil {
		e.Problem(e.T("demo.see_arrive", i18n.P{"agency": e.Demo.Other}), err)
		return
	}
	e.Say(widgets.ToneNeutral, e.T("demo.opening", i18n.P{"agency": e.Demo.Other}))
}

// Again has the demo's story begin once more.
func (e *Env) Again() {
	Read(e, e.Demo.Again, func(number string, err error) {
		if err != nil {
			e.Problem(e.T("demo.again"), err)
			return
		}
		e.Say(widgets.ToneApprove, e.T("demo.began", i18n.P{"case": number}))
	})
}

// Place names a screen and what to open on it.
type Place struct {
	Screen  string
	Request desk.EntryID // zero: nothing in particular
	Dataset desk.EntryID // compose
	Draft   string       // compose
	Section string       // settings; empty: the first, or the one open last
	Case    string       // cases: the one to open; compose: the new request becomes part of it
}

// The screens.
const (
	Inbox     = "inbox"
	Requests  = "requests"
	Compose   = "compose"
	Cases     = "cases"
	Received  = "received"
	Catalogue = "catalogue"
	Evidence  = "evidence"
	Network   = "network"
	Settings  = "settings"
)

// Screen is one page of the window.
type Screen interface {
	// Content is what is drawn; always the same object.
	Content() fyne.CanvasObject
	// Open is called each time the screen comes to the front.
	Open(Place)
	// Changed tells what is new in the replica while the screen is in front.
	Changed(desk.Change)
	// Rune and Key are keys nobody else has used; true says that it has.
	Rune(r rune) bool
	Key(e *fyne.KeyEvent) bool
}

// Searcher is a screen with a search field.
type Searcher interface{ Search() fyne.Focusable }

// Sender is a screen on which Ctrl+Enter signs and sends and Ctrl+S keeps a draft.
type Sender interface {
	Send()
	Save()
}

// Asker is a screen on which N begins a request that belongs to what is open.
type Asker interface{ NewRequest() Place }

// Leaver is a screen that covers or keeps something when another comes to the front.
type Leaver interface{ Leave() }

// Read reads elsewhere and shows what came of it here.
func Read[T any](e *Env, read func(context.Context) (T, error), show func(T, error)) {
	e.Work(func(ctx context.Context) func() {
		v, err := read(ctx)
		if ctx.Err() != nil {
			return nil
		}
		return func() { show(v, err) }
	})
}

// Do acts elsewhere and tells here how it went.
func Do(e *Env, act func(context.Context) error, done func(error)) {
	Read(e, func(ctx context.Context) (struct{}, error) { return struct{}{}, act(ctx) }, func(_ struct{}, err error) { done(err) })
}

// Turn lets only the last of several readings show what it found.
type Turn struct{ n int }

// Forget leaves out what is still being read.
func (t *Turn) Forget() { t.n++ }

// ReadLast is Read, forgotten when a later one of the same turn has begun.
func ReadLast[T any](e *Env, turn *Turn, read func(context.Context) (T, error), show func(T, error)) {
	turn.n++
	n := turn.n
	Read(e, read, func(v T, err error) {
		if turn.n == n {
			show(v, err)
		}
	})
}

// Local is a ledger time in the official's time zone.
func (e *Env) Local(t desk.Time) time.Time { return t.Std().In(e.Zone) }

// Now is the time in the official's time zone.
func (e *Env) Now() time.Time { return e.Clock().In(e.Zone) }
