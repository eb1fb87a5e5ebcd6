package ui

import (
	"context"
	"time"

	"fyne.io/fyne/v2"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/inbox"
	"countersign/app/ui/page"
	"countersign/app/ui/unlock"
	"countersign/app/widgets"
)

// Desk is everything that the screens together need of the desk.
type Desk interface {
	inbox.Desk
	unlock.Desk
	Profile() desk.Profile
	Me() (desk.Person, bool)
	Lock()
	Changes(ctx context.Context) <-chan desk.Change
}

// Settings are what the window remembers.
type Settings struct {
	Language     i18n.Lang                        `json:"language"` // empty: the system's
	Scheme       widgets.Scheme                   `json:"scheme"`
	Scale        float32                          `json:"scale"` // 1 to 2
	ReduceMotion bool                             `json:"reduce_motion"`
	CtrlKeysOnly bool                             `json:"ctrl_keys_only"` // single-key shortcuts are off
	LockMinutes  int                              `json:"lock_minutes"`   // 0: five
	Width        float32                          `json:"width"`
	Height       float32                          `json:"height"`
	Screen       string                           `json:"screen"` // the last one
	Last         desk.OfficialID                  `json:"last"`   // who was here last
	Known        map[desk.OfficialID]unlock.Known `json:"known"`  // names, for the page that stands while locked
}

// Look is the appearance that the settings ask for.
func (s Settings) Look() widgets.Look {
	return widgets.Look{Scheme: s.Scheme, Scale: max(min(s.Scale, 2), 1), ReduceMotion: s.ReduceMotion}
}

// Store keeps settings between starts.
type Store interface {
	Load() Settings
	Save(Settings) error
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
	// Work runs a job elsewhere; nil: on a goroutine of its own. Tests run it at once.
	Work func(ctx context.Context, job func(ctx context.Context) func())
}
