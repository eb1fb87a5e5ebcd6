package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/godbus/dbus/v5"
	"github.com/godbus/dbus/v5/prop"
)

// session is a private session bus with a desktop on it that notes what it is
// told: org.freedesktop.Notifications and the watcher of a tray.
type session struct {
	address string
	daemon  *exec.Cmd
	conn    *dbus.Conn

	mu    sync.Mutex
	words []word
	items []dbus.Sender // programs that put an icon into the tray, in order
}

// word is one word that a program showed.
type word struct {
	number      uint32
	from        dbus.Sender
	program     string
	title, text string
	actions     []string
	urgency     byte
	entry       string // the .desktop file
	expires     int32
}

// errNoBus says that this machine has no message bus to start.
var errNoBus = errors.New("dbus-daemon is not installed")

// openSession starts a bus of its own and a desktop on it.
func openSession(ctx context.Context) (s *session, err error) {
	daemon, err := exec.LookPath("dbus-daemon")
	if err != nil {
		return nil, errNoBus
	}
	s = &session{daemon: exec.CommandContext(ctx, daemon, "--session", "--nofork", "--nopidfile", "--print-address")}
	out, err := s.daemon.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.daemon.Start(); err != nil {
		return nil, fmt.Errorf("start a session bus: %w", err)
	}
	defer func() {
		if err != nil {
			s.close()
		}
	}()
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return nil, fmt.Errorf("start a session bus: it said no address: %w", err)
	}
	s.address = strings.TrimSpace(line)
	if s.conn, err = dbus.Connect(s.address); err != nil {
		return nil, fmt.Errorf("start a session bus: %w", err)
	}
	return s, s.serve()
}

// serve puts the desktop's two names on the bus.
func (s *session) serve() error {
	_, err := prop.Export(s.conn, "/StatusNotifierWatcher", prop.Map{"org.kde.StatusNotifierWatcher": {
		"IsStatusNotifierHostRegistered": {Value: true}, "ProtocolVersion": {Value: int32(0)}}})
	for _, e := range []struct{ name, path string }{{"org.freedesktop.Notifications", "/org/freedesktop/Notifications"}, {"org.kde.StatusNotifierWatcher", "/StatusNotifierWatcher"}} {
		if err == nil {
			err = s.conn.Export(listener{s}, dbus.ObjectPath(e.path), e.name)
		}
		if err == nil {
			_, err = s.conn.RequestName(e.name, dbus.NameFlagDoNotQueue)
		}
	}
	if err != nil {
		return fmt.Errorf("serve a desktop: %w", err)
	}
	return nil
}

func (s *session) close() {
	if s.conn != nil {
		_ = s.conn.Close()
	}
	_ = s.daemon.Process.Signal(syscall.SIGTERM)
	_ = s.daemon.Wait()
}

// listener is what programs call.
type listener struct{ s *session }

// GetCapabilities implements org.freedesktop.Notifications.
func (listener) GetCapabilities() ([]string, *dbus.Error) {
	return []string{"actions", "body", "body-markup"}, nil
}

// Notify implements org.freedesktop.Notifications.
func (l listener) Notify(from dbus.Sender, program string, _ uint32, _, title, text string, actions []string, hints map[string]dbus.Variant, expires int32) (uint32, *dbus.Error) {
	l.s.mu.Lock()
	defer l.s.mu.Unlock()
	w := word{number: uint32(len(l.s.words) + 1), from: from, program: program, title: title, text: text, actions: actions, expires: expires}
	w.urgency, _ = hints["urgency"].Value().(byte)
	w.entry, _ = hints["desktop-entry"].Value().(string)
	l.s.words = append(l.s.words, w)
	return w.number, nil
}

// RegisterStatusNotifierItem implements org.kde.StatusNotifierWatcher.
func (l listener) RegisterStatusNotifierItem(from dbus.Sender, _ string) *dbus.Error {
	l.s.mu.Lock()
	defer l.s.mu.Unlock()
	l.s.items = append(l.s.items, from)
	return nil
}

// told is what has been shown so far, from the nth word on.
func (s *session) told(from int) []word {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]word(nil), s.words[min(from, len(s.words)):]...)
}

// press presses a word.
func (s *session) press(w word) error {
	return s.conn.Emit("/org/freedesktop/Notifications", "org.freedesktop.Notifications.ActionInvoked", w.number, "default")
}

// tray is the icon of one program.
type tray struct {
	conn *dbus.Conn
	of   string
}

// icons counts the icons that programs have put into the tray so far.
func (s *session) icons() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.items)
}

// tray waits for the nth icon of this session.
func (s *session) tray(ctx context.Context, n int) (tray, error) {
	var t tray
	return t, until(ctx, openLimit, "an icon in the tray", func() (bool, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if len(s.items) <= n {
			return false, nil
		}
		t = tray{s.conn, string(s.items[n])}
		return true, nil
	})
}

// numbered tells whether the icon has a disc with a number in its corner.
func (t tray) numbered() (bool, error) {
	v, err := t.conn.Object(t.of, "/StatusNotifierItem").GetProperty("org.kde.StatusNotifierItem.IconPixmap")
	if err != nil {
		return false, fmt.Errorf("read the icon in the tray: %w", err)
	}
	var icons []struct {
		Width, Height int32
		ARGB          []byte
	}
	if err := v.Store(&icons); err != nil || len(icons) != 1 || icons[0].Width != icons[0].Height || icons[0].Width == 0 {
		return false, fmt.Errorf("the icon in the tray is no square: %w", err)
	}
	size := int(icons[0].Width)
	at := icons[0].ARGB[4*(size*(size*3/8+5*size/64)+size*11/16):] // the upper edge of the disc, above the number
	return at[1] > 0x90 && at[2] < 0x60 && at[3] < 0x60, nil
}

// shows waits until the icon has a number, or none.
func (t tray) shows(ctx context.Context, number bool) error {
	what := "the tray to show no number"
	if number {
		what = "the tray to show a number"
	}
	return until(ctx, pageLimit, what, func() (bool, error) {
		have, err := t.numbered()
		return have == number, err
	})
}

// entry is one entry of a menu, com.canonical.dbusmenu.
type entry struct {
	ID       int32
	Props    map[string]dbus.Variant
	Children []dbus.Variant
}

func (t tray) menu() ([]entry, error) {
	var revision uint32
	var root entry
	err := t.conn.Object(t.of, "/StatusNotifierItem/menu").Call("com.canonical.dbusmenu.GetLayout", 0, int32(0), int32(-1), []string{}).Store(&revision, &root)
	if err != nil {
		return nil, fmt.Errorf("read the tray's menu: %w", err)
	}
	out := make([]entry, len(root.Children))
	for i, child := range root.Children {
		if err := child.Store(&out[i]); err != nil {
			return nil, fmt.Errorf("read the tray's menu: %w", err)
		}
	}
	return out, nil
}

// labels are the words of the menu.
func (t tray) labels() ([]string, error) {
	entries, err := t.menu()
	var out []string
	for _, e := range entries {
		if label, ok := e.Props["label"].Value().(string); ok && label != "" {
			out = append(out, label)
		}
	}
	return out, err
}

// choose presses an entry of the menu.
func (t tray) choose(label string) error {
	entries, err := t.menu()
	if err != nil {
		return err
	}
	for _, e := range entries {
		if have, _ := e.Props["label"].Value().(string); have == label {
			return t.conn.Object(t.of, "/StatusNotifierItem/menu").Call("com.canonical.dbusmenu.Event", 0,
				e.ID, "clicked", dbus.MakeVariant(""), uint32(time.Now().Unix())).Err
		}
	}
	return fmt.Errorf("the tray's menu has no %q", label)
}
