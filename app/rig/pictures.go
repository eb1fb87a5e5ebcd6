package main

import (
	"context"
	"errors"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"strings"
	"time"

	"countersign/app/control"
	"countersign/app/demo"
)

// looks are the languages and colours in which every screen is taken.
var looks = []struct {
	name  string
	style style
}{
	{"en-light", english},
	{"en-dark", style{Language: "en", Scheme: 2, Scale: 1, Motion: true}},
	{"fr-light", style{Language: "fr", Scheme: 1, Scale: 1, Motion: true}},
	{"zh-light", style{Language: "zh", Scheme: 1, Scale: 1, Motion: true}},
	{"zh-dark", style{Language: "zh", Scheme: 2, Scale: 1, Motion: true}},
	{"fr-dark", style{Language: "fr", Scheme: 2, Scale: 1, Motion: true}},
}

// toastStays is how long "Copied" stays at the lower edge: no picture has it.
const toastStays = 4300 * time.Millisecond

// album takes pictures in one look.
type album struct {
	*rig
	to, look string
	style    style
}

// pictures takes a picture of every screen in every look.
func (r *rig) pictures(ctx context.Context, to, only string) error {
	if err := os.MkdirAll(to, 0o755); err != nil {
		return err
	}
	for _, l := range looks {
		if !strings.Contains(l.name, only) {
			continue
		}
		a := &album{rig: r, to: to, look: l.name, style: l.style}
		for _, part := range []func(context.Context) error{a.firstRun, a.approver, a.requester, a.administrator} {
			if err := part(ctx); err != nil {
				return fmt.Errorf("%s: %w", l.name, err)
			}
		}
		say("%s", l.name)
	}
	for _, agency := range []string{"health", "civil"} {
		if err := r.stopOffice(ctx, agency); err != nil {
			return err
		}
	}
	for _, l := range looks {
		if !strings.Contains(l.name, only) {
			continue
		}
		a := &album{rig: r, to: to, look: l.name, style: l.style}
		if err := a.waiting(ctx); err != nil {
			return fmt.Errorf("%s: %w", l.name, err)
		}
	}
	say("two agencies away")
	return nil
}

// stopOffice stops the office node of an agency in order.
func (r *rig) stopOffice(ctx context.Context, agency string) error {
	c, err := control.Dial(ctx, filepath.Join(r.city, agency, "office"))
	if err != nil {
		return err
	}
	defer c.Close()
	return c.Stop(ctx)
}

// take saves what a window shows, once it is still.
func (a *album) take(ctx context.Context, d *desk, name string) error {
	if rest := toastStays - time.Since(d.said); rest > 0 {
		select {
		case <-time.After(rest):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	img, err := d.still(ctx, 600*time.Millisecond)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return save(img, filepath.Join(a.to, name+"-"+a.look+".png"))
}

// step is a picture: what is pressed, what the page says then in any language,
// the picture's name, what is pressed after it.
type step struct {
	press string // keys, or "click x y"; empty: nothing
	wait  string // empty: for nothing but that the picture is still
	name  string // empty: no picture
	after string
}

func (a *album) steps(ctx context.Context, d *desk, all ...step) error {
	press := func(what string) error {
		if at, ok := strings.CutPrefix(what, "click "); ok {
			return d.do("mousemove %s click 1 mousemove %d 1", at, wide-2)
		}
		if what == "" {
			return nil
		}
		return d.key(strings.Fields(what)...)
	}
	for _, s := range all {
		before, err := d.look()
		if err == nil {
			err = press(s.press)
		}
		if err == nil && s.press != "" {
			err = d.moved(ctx, before)
		}
		if err != nil {
			return err
		}
		if s.wait != "" {
			if _, err := d.says(ctx, s.wait); err != nil {
				return err
			}
		}
		if s.name != "" {
			if err := a.take(ctx, d, s.name); err != nil {
				return err
			}
		}
		if before, err = d.look(); err == nil {
			err = press(s.after)
		}
		if err == nil && s.after != "" {
			err = d.moved(ctx, before)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// changeLimit is how long a key may take to show: a list without rows shows nothing.
const changeLimit = 5 * time.Second

// moved waits until the picture is another one, and goes on when it stays.
func (d *display) moved(ctx context.Context, before *image.RGBA) error {
	err := until(ctx, changeLimit, "another picture", func() (bool, error) {
		now, err := d.look()
		return err == nil && differing(before, now) > 1000, err
	})
	if errors.Is(err, errLate) {
		return nil
	}
	return err
}

// at opens a desk of the city for somebody, takes the page to unlock when it is
// named, and unlocks.
func (a *album) at(ctx context.Context, agency, person, name string) (*desk, error) {
	people, err := demo.People(a.city)
	if err != nil {
		return nil, err
	}
	for _, p := range people {
		if string(p.Agency) != agency || p.ID != person {
			continue
		}
		s := a.style
		s.Last = p.Number.String()
		d, err := a.openDesk(ctx, agency, s)
		if err != nil {
			return nil, err
		}
		err = d.drawn(ctx)
		if err == nil && name != "" {
			if _, err = d.says(ctx, p.Name); err == nil {
				err = a.take(ctx, d, name)
			}
		}
		if err == nil {
			err = d.unlock(ctx, p.Name, demo.Passphrase)
		}
		if err != nil {
			return nil, errors.Join(err, d.end())
		}
		return d, nil
	}
	return nil, fmt.Errorf("nobody is %s of %s", person, agency)
}

// firstRun is a computer without a profile.
func (a *album) firstRun(ctx context.Context) (err error) {
	profile := filepath.Join(a.work, "new-"+a.look)
	d, err := a.openWindow(ctx, "new", profile, a.style, "--profile", profile)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.end()) }()
	if err := d.drawn(ctx); err != nil {
		return err
	}
	return a.steps(ctx, d, step{"", "\n3\n", "first-run", ""})
}

// approver is the Tax Service's desk: letters and what can be done with them.
func (a *album) approver(ctx context.Context) (err error) {
	number, err := demo.Again(ctx, a.city)
	if err != nil {
		return err
	}
	d, err := a.at(ctx, "tax", "arnaud", "unlock")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.end()) }()
	record, err := d.record(ctx)
	if err != nil {
		return err
	}
	defer record.Close()
	if err := d.open(ctx, "VM-2026-0417"); err != nil {
		return err
	}
	err = a.steps(ctx, d, step{"", "", "inbox", ""}, step{"question", "", "keys", "Escape"}, step{"p", "", "sign", "Escape"},
		step{"r", "", "refuse", "Escape"}, step{"b", "", "return", "Escape"}, step{"click 1247 24", "", "others", "Down"}, step{"Return", "", "offer", "Escape"},
		step{"g n", "Valmarine Police", "network", ""}, step{"g e", "VM-2026-", "evidence", ""},
		step{"slash p o l i c e", "", "evidence-search", "Escape"}, step{"d", "", "evidence-days", "Escape"}, step{"g c", "TAX\u2011INC\u201104", "catalogue", "g i"})
	if err != nil {
		return err
	}
	before, err := stand(ctx, record)
	if err != nil {
		return err
	}
	if err := d.open(ctx, number); err != nil {
		return err
	}
	if err := d.key("p"); err != nil {
		return err
	}
	if _, err := d.still(ctx, 400*time.Millisecond); err != nil {
		return err
	}
	if err := d.confirm(); err != nil {
		return err
	}
	if err := until(ctx, pageLimit, "the signature to be final", func() (bool, error) {
		now, err := stand(ctx, record)
		return err == nil && now.approvals > before.approvals, err
	}); err != nil {
		return err
	}
	return a.steps(ctx, d, step{"", "", "signed", ""})
}

// requester is the police's desk: asking, and what has arrived.
func (a *album) requester(ctx context.Context) (err error) {
	d, err := a.at(ctx, "police", "vidal", "")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.end()) }()
	if _, err := d.says(ctx, "\nJ\n"); err != nil {
		return err
	}
	return a.steps(ctx, d, step{"g m", "VM-2026-", "", ""}, step{"j", "", "requests", ""}, step{"g f", "", "", ""}, step{"j", "", "case-file", ""},
		step{"g r", "VM-2026-0339", "", ""}, step{"j Return", "\t", "received-covered", "v"}, step{"", "", "received", ""},
		step{"n", "", "compose", ""}, step{"ctrl+k", "", "go-to", "Escape"})
}

// administrator is an administrator's desk: people, members and settings.
func (a *album) administrator(ctx context.Context) (err error) {
	d, err := a.at(ctx, "tax", "lindqvist", "")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.end()) }()
	if _, err := d.says(ctx, "\nJ\n"); err != nil {
		return err
	}
	return a.steps(ctx, d, step{"ctrl+7", "", "people", ""}, step{"click 300 125", "", "members", ""}, step{"click 300 163", "", "working-days", ""},
		step{"click 300 201", "", "computers", ""},
		step{"click 300 239", "", "my-key", ""}, step{"click 300 320", "", "look", ""})
}

// waiting is the network while two of four agencies are away.
func (a *album) waiting(ctx context.Context) (err error) {
	profile, err := demo.DeskFolder(a.city, "tax")
	if err != nil {
		return err
	}
	d, err := a.openWindow(ctx, "tax", profile, a.style, "--profile", profile) // --demo wants the city whole
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.end()) }()
	if err := d.unlock(ctx, "Tax Service", demo.Passphrase); err != nil {
		return err
	}
	record, err := d.record(ctx)
	if err != nil {
		return err
	}
	defer record.Close()
	if err := until(ctx, openLimit, "the desk to notice who is away", func() (bool, error) {
		n, err := record.Network(ctx)
		return err == nil && n.Online == 2, nil // its network starts once it is unlocked
	}); err != nil {
		return err
	}
	return a.steps(ctx, d, step{"g n", "Valmarine Police", "network-waiting", ""})
}
