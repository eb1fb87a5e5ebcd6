package ui

import (
	"context"
	"time"

	"fyne.io/fyne/v2"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/cases"
	"countersign/app/ui/catalogue"
	"countersign/app/ui/compose"
	"countersign/app/ui/evidence"
	"countersign/app/ui/inbox"
	"countersign/app/ui/look"
	"countersign/app/ui/network"
	"countersign/app/ui/page"
	"countersign/app/ui/people"
	"countersign/app/ui/received"
	"countersign/app/ui/requests"
	"countersign/app/ui/unlock"
	"countersign/app/ui/workdays"
)

// Desk is everything that the screens together need of the desk.
type Desk interface {
	unlock.Desk
	inbox.Desk
	requests.Desk
	compose.Desk
	received.Desk
	cases.Desk
	catalogue.Desk
	evidence.Desk
	network.Desk
	people.Desk
	people.MembersDesk
	people.ComputersDesk
	workdays.Desk
	Profile() desk.Profile
	Me() (desk.Person, bool)
	MeNow(ctx context.Context) (desk.Person, bool)
	Lock()
	SetLanguage(language string)
	Notices(ctx context.Context, who desk.OfficialID, now time.Time, off []desk.NoticeKind) (desk.Notices, error)
	Changes(ctx context.Context) <-chan desk.Change
	Service(ctx context.Context) (desk.Service, error)
}

// Settings are what the window remembers.
type Settings struct {
	look.Settings
	Width  float32                          `json:"width"`
	Height float32                          `json:"height"`
	Screen string                           `json:"screen"` // the last one
	Last   desk.OfficialID                  `json:"last"`   // who was here last
	Known  map[desk.OfficialID]unlock.Known `json:"known"`  // names, for the page that stands while locked
	Views  map[string]string                `json:"views"`  // how screens are arranged
	Quiet  []desk.NoticeKind                `json:"quiet"`  // news that the desktop is not to be told
}

// Store keeps settings between starts.
type Store interface {
	Load() Settings
	Save(Settings) error
}

// Word is one word on the desktop beside the window.
type Word struct {
	Title, Text string
	Urgent      bool   // stays until somebody has seen it
	Open        string // what pressing it does
	Pressed     func() // on the interface's goroutine
}

// Options are what a window's content is made from.
type Options struct {
	Window   fyne.Window
	Desk     Desk
	Messages *i18n.Messages
	Store    Store
	Clock    func() time.Time
	Zone     *time.Location
	System   i18n.Lang // the language of the system
	Demo     *page.Demo
	People   []unlock.Known // of the demo, beside Order
	Order    []desk.OfficialID
	Crash    *Crash // of the last run; nil: it ended in order
	// Tell shows a word on the desktop, Badge is told how many requests wait for
	// the official, and Spoken which language the window speaks from now on. Nil:
	// nobody listens.
	Tell   func(Word)
	Badge  func(n int)
	Spoken func(i18n.Lang)
	// Forward shows the window in front of others; nil: it is.
	Forward func()
	// Tray tells, on the interface's goroutine, whether a hidden window can be
	// brought back from the tray. Nil: there is none.
	Tray func(answer func(bool))
	// Work runs a job elsewhere; nil: on a goroutine of its own. Tests run it at once.
	Work func(ctx context.Context, job func(ctx context.Context) func())
}

// stay is for how long a word stays at the lower edge. Where work is done at once, as
// in tests, it does not go away by itself: it would on another goroutine, which draws
// beside a later test.
func (o Options) stay() time.Duration {
	if o.Work != nil {
		return time.Hour
	}
	return toastStay
}
