package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"countersign/app/control"
	"countersign/app/demo"
)

// Limits of what a window may take, on a machine that does much else.
const (
	openLimit = 60 * time.Second
	pageLimit = 45 * time.Second
	endLimit  = 90 * time.Second // it waits for the replica that it is opening
)

// desk is one window with its process, on a display of its own.
type desk struct {
	*display
	rig     *rig
	program string // empty: countersign
	args    []string
	files   []*os.File // further ones of the process
	profile string
	log     string
	process *exec.Cmd
	ended   chan error
}

// style is how a window looks when it starts: what its settings file says.
type style struct {
	Language string  `json:"language"`
	Scheme   int     `json:"scheme"` // 1 light, 2 dark
	Scale    float32 `json:"scale"`
	Motion   bool    `json:"reduce_motion"`
	Last     string  `json:"last,omitempty"` // who was here last
}

var english = style{Language: "en", Scheme: 1, Scale: 1, Motion: true}

// dress writes a style over the settings of a profile; the rest of them stays.
func dress(profile string, s style) error {
	if err := os.MkdirAll(profile, 0o700); err != nil {
		return err
	}
	path := filepath.Join(profile, "window.json")
	all := map[string]any{}
	if b, err := os.ReadFile(path); err == nil {
		if err := json.Unmarshal(b, &all); err != nil {
			return fmt.Errorf("read %s: %w", path, err)
		}
	}
	b, err := json.Marshal(s)
	if err == nil {
		err = json.Unmarshal(b, &all)
	}
	// Every window begins alike.
	all["width"], all["height"], all["screen"] = wide, high, ""
	if err == nil {
		b, err = json.Marshal(all)
	}
	if err != nil {
		return err
	}
	return os.WriteFile(path, b, 0o600)
}

// openDesk opens a desk of the demo city on a display of its own.
func (r *rig) openDesk(ctx context.Context, agency string, s style) (*desk, error) {
	profile, err := demo.DeskFolder(r.city, agency)
	if err != nil {
		return nil, err
	}
	return r.openWindow(ctx, agency, profile, s, "--demo", agency, "--dir", r.city)
}

// official is English, light, for somebody of the city whom the page to unlock
// then offers.
func (r *rig) official(agency, person string) (style, error) {
	people, err := demo.People(r.city)
	if err != nil {
		return style{}, err
	}
	for _, p := range people {
		if string(p.Agency) == agency && p.ID == person {
			s := english
			s.Last = p.Number.String()
			return s, nil
		}
	}
	return style{}, fmt.Errorf("nobody is %s of %s", person, agency)
}

// openWindow opens a window on a display of its own.
func (r *rig) openWindow(ctx context.Context, name, profile string, s style, args ...string) (*desk, error) {
	if err := dress(profile, s); err != nil {
		return nil, err
	}
	at, err := os.MkdirTemp(r.work, name+"-")
	if err != nil {
		return nil, err
	}
	d := &desk{rig: r, args: args, profile: profile, log: filepath.Join(at, "window.log")}
	if d.display, err = openDisplay(ctx, at); err != nil {
		return nil, err
	}
	if err := d.start(); err != nil {
		d.display.close()
		return nil, err
	}
	return d, nil
}

// start starts the window's process.
func (d *desk) start() error {
	log, err := os.OpenFile(d.log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	d.process = exec.Command(filepath.Join(d.rig.build, cmp.Or(d.program, "countersign")), d.args...)
	d.process.ExtraFiles = d.files
	d.process.Env, d.process.Stdout, d.process.Stderr = d.env(), log, log
	if d.rig.session != nil {
		d.process.Env = append(d.process.Env, "DBUS_SESSION_BUS_ADDRESS="+d.rig.session.address)
	}
	if err := d.process.Start(); err != nil {
		return fmt.Errorf("open a window: %w", err)
	}
	ended, process := make(chan error, 1), d.process
	d.ended = ended
	go func() { ended <- process.Wait() }()
	return nil
}

// running fails when the window's process has ended by itself.
func (d *desk) running() error {
	select {
	case err := <-d.ended:
		d.ended <- err
		text, _ := os.ReadFile(d.log)
		return fmt.Errorf("the window ended by itself: %v: %s", err, text)
	default:
		return nil
	}
}

// end ends the window as closing it would, and its display.
func (d *desk) end() error {
	err := d.stop()
	d.display.close()
	return err
}

// stop ends the window in order.
func (d *desk) stop() error {
	_ = d.process.Process.Signal(syscall.SIGTERM)
	select {
	case err := <-d.ended:
		d.ended <- err
		if err != nil {
			return fmt.Errorf("the window did not end in order: %w", err)
		}
		return nil
	case <-time.After(endLimit):
		_ = d.process.Process.Kill()
		<-d.ended
		return errors.New("the window did not end")
	}
}

// kill ends the window as a power cut would.
func (d *desk) kill() {
	_ = d.process.Process.Kill()
	d.ended <- <-d.ended
}

// says waits until the page has all of the words on it, and returns its text.
func (d *desk) says(ctx context.Context, words ...string) (string, error) {
	var text string
	err := until(ctx, pageLimit, fmt.Sprintf("the page to say %q", words), func() (bool, error) {
		if err := d.running(); err != nil {
			return false, err
		}
		var err error
		if text, err = d.copied(ctx); err != nil {
			return false, err
		}
		for _, w := range words {
			if !strings.Contains(text, w) {
				return false, nil
			}
		}
		return true, nil
	})
	if errors.Is(err, errLate) {
		if img, e := d.look(); e == nil && save(img, d.rig.failure) == nil {
			err = fmt.Errorf("%w; it looks like %s", err, d.rig.failure)
		}
		err = fmt.Errorf("%w and says:\n%s", err, text)
	}
	return text, err
}

// drawn waits until the window shows something.
func (d *desk) drawn(ctx context.Context) error {
	return until(ctx, openLimit, "the window to draw", func() (bool, error) {
		if err := d.running(); err != nil {
			return false, err
		}
		img, err := d.look()
		return err == nil && !flat(img), err
	})
}

// unlock waits for the page to unlock and opens the key of whoever stands there.
func (d *desk) unlock(ctx context.Context, who, passphrase string) error {
	if err := d.drawn(ctx); err != nil {
		return err
	}
	if _, err := d.says(ctx, who); err != nil {
		return err
	}
	if err := d.write(passphrase); err != nil {
		return err
	}
	return d.key("Return")
}

// record is the window's replica, over its control socket.
func (d *desk) record(ctx context.Context) (*control.Client, error) {
	var c *control.Client
	err := until(ctx, openLimit, "the window's node to answer", func() (bool, error) {
		var err error
		c, err = control.Dial(ctx, d.profile)
		if errors.Is(err, control.ErrNotRunning) {
			return false, d.running()
		}
		return err == nil, err
	})
	return c, err
}
