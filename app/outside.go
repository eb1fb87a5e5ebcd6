package app

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	toolkit "fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/driver/software"
	"fyne.io/fyne/v2/lang"

	"countersign/app/crash"
	"countersign/app/i18n"
	"countersign/app/notify"
	"countersign/app/ui"
	"countersign/app/widgets"
)

// crashFolder is where crash reports lie, in the profile folder.
const crashFolder = "crashes"

// outside is the desktop around the window: an icon in the tray with the number
// of what waits, and words beside the window. Either may be absent.
type outside struct {
	app      fyne.App
	messages *i18n.Messages
	icon     fyne.Resource
	session  *notify.Desktop // nil: this system shows words through the toolkit, or not at all
	tray     toolkit.App     // nil: there is no tray
	counted  int
	open     func()
	window   func() *ui.Window // nil: nobody's desk is there yet
}

// listens tells whether a desktop is there to be told anything. On Linux that
// takes a session bus; asking without one would start one.
func listens() bool { return !onLinux || os.Getenv("DBUS_SESSION_BUS_ADDRESS") != "" }

const onLinux = runtime.GOOS == "linux"

// newOutside makes the tray's icon. It has to stand before the toolkit runs.
func newOutside(a fyne.App, m *i18n.Messages, l i18n.Lang, open func(), window func() *ui.Window) *outside {
	o := &outside{app: a, messages: m, icon: a.Icon(), open: open, window: window}
	if onLinux && listens() {
		o.connect()
	}
	if t, ok := a.(toolkit.App); ok && listens() {
		o.tray = t
		o.speak(l)
	}
	return o
}

// speak has the toolkit's own words and the tray's menu in a language.
func (o *outside) speak(l i18n.Lang) {
	words := o.messages.In(l)
	if own, err := words.Toolkit(); err == nil {
		if err := lang.AddTranslationsForLocale(own, lang.SystemLocale()); err != nil {
			slog.Warn("the toolkit's own words stay in English", "err", err)
		}
	}
	if o.tray == nil {
		return
	}
	act := func(do func(*ui.Window)) func() {
		return func() {
			if w := o.window(); w != nil {
				do(w)
			}
		}
	}
	quit := fyne.NewMenuItem(words.T("quit.quit"), func() {
		if w := o.window(); w != nil {
			o.open()
			w.Quit() // it may ask
			return
		}
		widgets.End()
		o.app.Quit()
	})
	quit.IsQuit = true
	o.tray.SetSystemTrayMenu(fyne.NewMenu(appName, fyne.NewMenuItem(words.T("common.open"), o.open),
		fyne.NewMenuItem(words.T("keys.lock"), act((*ui.Window).LockNow)), fyne.NewMenuItemSeparator(), quit))
}

// connect finds the session's desktop. The toolkit could show words there too,
// but none that lead anywhere.
func (o *outside) connect() {
	program := notify.Program{ID: appID, Name: appName, Icon: drawn(whole(o.icon))}
	d, err := notify.Connect(program)
	if err != nil {
		slog.Warn("nothing is told on the desktop", "err", err)
		return
	}
	o.session = d
}

// close ends listening to the desktop.
func (o *outside) close() {
	if o.session == nil {
		return
	}
	if err := o.session.Close(); err != nil {
		slog.Warn("the desktop was not left in order", "err", err)
	}
}

// tell shows a word on the desktop, which may be slow to take it.
func (o *outside) tell(w ui.Word) {
	if o.session == nil {
		if !onLinux {
			o.app.SendNotification(fyne.NewNotification(w.Title, w.Text))
		}
		return
	}
	word := notify.Word{Title: w.Title, Text: w.Text, Urgent: w.Urgent, Open: w.Open}
	if w.Pressed != nil {
		word.Pressed = func() { widgets.Later(w.Pressed) }
	}
	go func() {
		if err := o.session.Tell(context.Background(), word); err != nil {
			slog.Warn("a word was not shown on the desktop", "err", err)
		}
	}()
}

// hasTray answers on the interface's goroutine whether the tray is shown by
// anybody: an icon that nobody sees brings no window back.
func (o *outside) hasTray(answer func(bool)) {
	if o.session == nil {
		answer(o.tray != nil && !onLinux)
		return
	}
	go func() {
		there := o.tray != nil && o.session.HasTray(context.Background())
		widgets.Later(func() { answer(there) })
	}()
}

// badge shows how many requests wait for the official.
func (o *outside) badge(n int) {
	if o.tray == nil || n == o.counted {
		return
	}
	o.counted = n
	icon, err := badged(o.icon, n)
	if err != nil {
		slog.Warn("the tray shows no number", "err", err)
		return
	}
	o.tray.SetSystemTrayIcon(icon)
}

// The tray's icon, in pixels.
const (
	traySize  = 64
	badgeSize = 40
)

// badged is the icon with a number in its corner; without one for 0.
func badged(icon fyne.Resource, n int) (fyne.Resource, error) {
	if n <= 0 {
		return icon, nil
	}
	word := strconv.Itoa(n)
	if n > 99 {
		word = "99+"
	}
	disc := canvas.NewCircle(color.NRGBA{R: 0xB3, G: 0x26, B: 0x1E, A: 0xFF})
	disc.StrokeColor, disc.StrokeWidth = color.White, 2
	text := canvas.NewText(word, color.White)
	text.TextStyle.Bold, text.Alignment = true, fyne.TextAlignCenter
	text.TextSize = 30 - 5*float32(len(word)-1)
	disc.Resize(fyne.NewSquareSize(badgeSize))
	disc.Move(fyne.NewPos(traySize-badgeSize, traySize-badgeSize))
	height := text.MinSize().Height
	text.Resize(fyne.NewSize(badgeSize, height))
	text.Move(fyne.NewPos(traySize-badgeSize, traySize-badgeSize/2-height/2))
	var out bytes.Buffer
	if err := png.Encode(&out, drawn(whole(icon), disc, text)); err != nil {
		return nil, fmt.Errorf("draw the number to sign: %w", err)
	}
	return fyne.NewStaticResource("icon-"+word+".png", out.Bytes()), nil
}

// whole is the icon over all of the tray's square.
func whole(icon fyne.Resource) fyne.CanvasObject {
	sign := canvas.NewImageFromResource(icon)
	sign.Resize(fyne.NewSquareSize(traySize))
	return sign
}

// drawn draws objects where they stand, without a display.
func drawn(objects ...fyne.CanvasObject) image.Image {
	c := software.NewTransparentCanvas()
	c.SetPadded(false)
	c.SetContent(container.NewWithoutLayout(objects...))
	c.Resize(fyne.NewSquareSize(traySize))
	return c.Capture()
}

// lastCrash is the report of the last run of a profile; nil: it ended in order.
func lastCrash(a fyne.App, profile string) *ui.Crash {
	folder := filepath.Join(profile, crashFolder)
	r, ok := crash.Last(folder)
	if !ok {
		return nil
	}
	return &ui.Crash{Reference: r.Reference, Text: r.Text,
		OpenFolder: func() error { return a.OpenURL(&url.URL{Scheme: "file", Path: folder}) },
		Dismiss:    func() error { return crash.Dismiss(folder) }}
}

// watchCrashes has a second process record a fault of this one.
func watchCrashes(profile string) (*crash.Watcher, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("watch for crashes: %w", err)
	}
	return crash.Watch(filepath.Join(profile, crashFolder), self)
}

// recordCrash is what that second process does.
func recordCrash(folder string) error { return crash.Record(os.Stdin, folder, appVersion, time.Now) }
