// Package notify speaks to the desktop of a session over its bus: it shows words
// that lead back to the window when they are pressed, and tells whether a tray
// shows icons and whether somebody knows which colours are preferred. Its words
// are those of the Desktop Notifications Specification 1.2, StatusNotifierItem and
// the desktop portal. What is worth a word, and in which words, is the desk's and
// the screens'.
package notify

import (
	"context"
	"errors"
	"fmt"
	"html"
	"image"
	"image/draw"
	"slices"
	"sync"
	"time"

	"github.com/godbus/dbus/v5"
)

// answerLimit is how long the desktop may take to answer.
const answerLimit = 10 * time.Second

// Names of the specifications.
const (
	notifications = "org.freedesktop.Notifications"
	notifyPath    = "/org/freedesktop/Notifications"
	pressAction   = "default" // the whole word is the button
	watcher       = "org.kde.StatusNotifierWatcher"
	watcherPath   = "/StatusNotifierWatcher"
)

// ErrNoDesktop says that no desktop is there to be told anything.
var ErrNoDesktop = errors.New("no session bus")

// Program is who speaks.
type Program struct {
	ID   string // names the .desktop file
	Name string
	Icon image.Image
}

// Word is one word on the desktop.
type Word struct {
	Title, Text string
	Urgent      bool   // stays until somebody has seen it
	Open        string // what pressing it does, for desktops that show it as a button
	Pressed     func() // on a goroutine of its own; nil: pressing it does nothing
}

// Desktop is the desktop of a session. Its methods may be called from several
// goroutines.
type Desktop struct {
	conn    *dbus.Conn
	program Program

	mu      sync.Mutex
	markup  *bool // whether texts are read as markup; nil: not asked yet
	pressed map[uint32]func()
}

// Connect finds the desktop of this session; ErrNoDesktop where there is none.
func Connect(p Program) (*Desktop, error) {
	conn, err := dbus.ConnectSessionBus()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoDesktop, err)
	}
	d := &Desktop{conn: conn, program: p, pressed: map[uint32]func(){}}
	if err := conn.AddMatchSignal(dbus.WithMatchObjectPath(notifyPath), dbus.WithMatchInterface(notifications)); err != nil {
		return nil, errors.Join(fmt.Errorf("listen to the desktop: %w", err), conn.Close())
	}
	heard := make(chan *dbus.Signal, 16)
	conn.Signal(heard)
	go d.follow(heard) // until the connection closes
	return d, nil
}

// Close ends listening. Words that are shown stay, and lead nowhere.
func (d *Desktop) Close() error { return d.conn.Close() }

// Tell shows a word and returns when the desktop has taken it.
func (d *Desktop) Tell(ctx context.Context, w Word) error {
	ctx, cancel := context.WithTimeout(ctx, answerLimit)
	defer cancel()
	d.mu.Lock() // until the number is kept: nobody may press a word that is not known here
	defer d.mu.Unlock()
	var actions []string
	if w.Pressed != nil {
		actions = []string{pressAction, w.Open}
	}
	text := w.Text
	if d.readsMarkup(ctx) {
		text = html.EscapeString(text)
	}
	var number uint32
	err := d.conn.Object(notifications, notifyPath).CallWithContext(ctx, notifications+".Notify", 0,
		d.program.Name, uint32(0), "", w.Title, text, actions, d.hints(w), int32(-1)).Store(&number)
	if err != nil {
		return fmt.Errorf("show a word on the desktop: %w", err)
	}
	if w.Pressed != nil {
		d.pressed[number] = w.Pressed
	}
	return nil
}

// readsMarkup tells whether texts have to be written so that nothing in them is
// taken for markup. A desktop that does not say so shows them as they are.
func (d *Desktop) readsMarkup(ctx context.Context) bool {
	if d.markup == nil {
		var can []string
		if d.conn.Object(notifications, notifyPath).CallWithContext(ctx, notifications+".GetCapabilities", 0).Store(&can) != nil {
			return false
		}
		reads := slices.Contains(can, "body-markup")
		d.markup = &reads
	}
	return *d.markup
}

// hints of the specification, table 6.
func (d *Desktop) hints(w Word) map[string]dbus.Variant {
	const normal, critical = byte(1), byte(2)
	urgency := normal
	if w.Urgent {
		urgency = critical
	}
	out := map[string]dbus.Variant{"urgency": dbus.MakeVariant(urgency), "desktop-entry": dbus.MakeVariant(d.program.ID)}
	if d.program.Icon != nil {
		out["image-data"] = dbus.MakeVariant(pixels(d.program.Icon))
	}
	return out
}

// raster is a picture as the bus carries it, (iiibiiay).
type raster struct {
	Width, Height, Stride int32
	Alpha                 bool
	BitsPerSample         int32
	Channels              int32
	Pixels                []byte
}

func pixels(img image.Image) raster {
	flat := image.NewNRGBA(image.Rectangle{Max: img.Bounds().Size()})
	draw.Draw(flat, flat.Bounds(), img, img.Bounds().Min, draw.Src)
	size := flat.Bounds().Size()
	return raster{Width: int32(size.X), Height: int32(size.Y), Stride: int32(flat.Stride), Alpha: true, BitsPerSample: 8, Channels: 4, Pixels: flat.Pix}
}

// follow runs what a pressed word leads to, and forgets words that are gone.
func (d *Desktop) follow(heard <-chan *dbus.Signal) {
	for s := range heard {
		if len(s.Body) < 2 {
			continue
		}
		number, ok := s.Body[0].(uint32)
		if !ok {
			continue
		}
		switch s.Name {
		case notifications + ".ActionInvoked":
			if s.Body[1] == pressAction {
				if pressed := d.take(number); pressed != nil {
					go pressed()
				}
			}
		case notifications + ".NotificationClosed":
			d.take(number)
		}
	}
}

// take forgets a word and returns what pressing it does.
func (d *Desktop) take(number uint32) func() {
	d.mu.Lock()
	defer d.mu.Unlock()
	pressed := d.pressed[number]
	delete(d.pressed, number)
	return pressed
}

// TellsColours tells whether this session has a desktop portal, which says
// whether light or dark colours are preferred, running or to be started.
func TellsColours() bool {
	const portal = "org.freedesktop.portal.Desktop"
	conn, err := dbus.ConnectSessionBus()
	if err != nil {
		return false
	}
	defer conn.Close()
	for _, list := range []string{"ListNames", "ListActivatableNames"} {
		var names []string
		if err := conn.BusObject().Call("org.freedesktop.DBus."+list, 0).Store(&names); err == nil && slices.Contains(names, portal) {
			return true
		}
	}
	return false
}

// HasTray tells whether something in this session shows icons of programs.
func (d *Desktop) HasTray(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, time.Second) // somebody waits at the window
	defer cancel()
	var there dbus.Variant
	err := d.conn.Object(watcher, watcherPath).CallWithContext(ctx, "org.freedesktop.DBus.Properties.Get", 0,
		watcher, "IsStatusNotifierHostRegistered").Store(&there)
	shown, ok := there.Value().(bool)
	return err == nil && ok && shown
}
