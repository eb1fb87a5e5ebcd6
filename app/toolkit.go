package app

import (
	"os"

	"fyne.io/fyne/v2"
	toolkit "fyne.io/fyne/v2/app"

	"countersign/app/notify"
	"countersign/assets"
)

// The product as desktops know it; FyneApp.toml says the same for packaging.
const (
	appID      = "city.valmarine.countersign"
	appName    = "Countersign"
	appVersion = "0.1.0"
	appBuild   = 1
)

// newToolkit makes the toolkit's application. It is the only place that needs a
// display and cgo.
func newToolkit() fyne.App {
	icon := fyne.NewStaticResource("icon.png", assets.AppIcon())
	toolkit.SetMetadata(fyne.AppMetadata{ID: appID, Name: appName, Version: appVersion, Build: appBuild, Icon: icon, Migrations: map[string]bool{"fyneDo": true}})
	lightUnlessTold()
	a := toolkit.NewWithID(appID)
	a.SetIcon(icon)
	withoutLastEvent(a)
	return a
}

// withoutLastEvent keeps the toolkit from an event at its end, of which nothing here
// wants to know. It would put that into one queue, and close the loop on which the
// queue does it at the same moment: now and then that ended the program with a panic
// or not at all, most often where a window was closed soon after it had opened.
func withoutLastEvent(a fyne.App) {
	if l, ok := a.Lifecycle().(interface{ SetOnStoppedHookExecuted(func()) }); ok {
		l.SetOnStoppedHookExecuted(nil) // it would write the toolkit's preferences, which have nothing in them
	}
}

// lightUnlessTold chooses the light colours where no desktop can say which it
// prefers: the toolkit would take the dark ones.
func lightUnlessTold() {
	const theme = "FYNE_THEME"
	if onLinux && os.Getenv(theme) == "" && (!listens() || !notify.TellsColours()) {
		_ = os.Setenv(theme, "light") // only a malformed name fails
	}
}
