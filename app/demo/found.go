package demo

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"countersign/app/control"
	"countersign/app/desk"
	"countersign/app/node"
	"countersign/ledger"
	"countersign/ledger/rules"
)

// Limits while a city is made.
const (
	joinLimit  = 60 * time.Second // until a newcomer has the record and keeps it
	readLimit  = 15 * time.Second // until a node has what an act answers
	finalLimit = 30 * time.Second // until an entry is final
)

// keepers of the demo city: the first four agencies.
const keepers = 4

// errNotCarried says that all have voted and it was not enough.
var errNotCarried = errors.New("the members have not admitted it")

// found founds the network with the first agency and has the others join it,
// each invited and voted for by those who are there.
func (c *city) found(ctx context.Context) error {
	for i := range c.plan.Agencies {
		a := &c.plan.Agencies[i]
		c.say("  %s %s", a.Title, map[bool]string{true: "founds the network", false: "joins"}[i == 0])
		if err := c.settle(ctx, a, i); err != nil {
			return fmt.Errorf("%s: %w", a.ID, err)
		}
	}
	// The first four keep together as soon as all of them are ready.
	for i := range c.plan.Agencies {
		if err := c.ready(ctx, &c.plan.Agencies[i], i < keepers); err != nil {
			return fmt.Errorf("%s: %w", c.plan.Agencies[i].ID, err)
		}
	}
	return nil
}

// settle makes one agency's office node and starts it.
func (c *city) settle(ctx context.Context, a *Agency, i int) error {
	n := c.nodes.Add(name(a.ID, officeNode))
	if err := os.MkdirAll(filepath.Dir(n.Folder), 0o700); err != nil {
		return err
	}
	o := node.AgencyOptions{Agency: a.ID, Title: a.Title, Office: officeNode, Listen: loopback(), Keeper: i < keepers,
		WorkFactor: workFactor, Demo: true, Now: c.now()}
	c.mu.Lock()
	for k := range o.Admins {
		o.Admins[k] = node.AdminOptions{Official: ledger.NewOfficialID(), Passphrase: Passphrase}
		c.people[string(a.ID)+"/"+a.People[k].ID] = o.Admins[k].Official
	}
	c.mu.Unlock()
	if i == 0 {
		o.Parameters = ledger.DefaultParameters()
		o.Parameters.Rehearsal = true
		if _, err := node.Found(n.Folder, o); err != nil {
			return err
		}
	} else if err := c.join(ctx, a, i, o, n.Folder); err != nil {
		return err
	}
	if err := c.nodes.Start(ctx, n); err != nil {
		return err
	}
	return c.member(ctx, a.ID)
}

// join invites an agency, compares the words on both sides and has it admitted.
func (c *city) join(ctx context.Context, a *Agency, i int, o node.AgencyOptions, folder string) error {
	host := &c.plan.Agencies[0]
	inviter, err := c.office(host.ID)
	if err != nil {
		return err
	}
	text, err := inviter.Invite(ctx, node.InviteOptions{})
	if err != nil {
		return err
	}
	guest, err := c.guest(ctx, inviter, func(ctx context.Context, confirm node.Confirm) error {
		_, err := node.JoinAgency(ctx, folder, text, o, confirm)
		return err
	})
	if err != nil {
		return err
	}
	motion, err := c.sign(ctx, adminOf(host, 0), desk.Act{Kind: desk.ActMotion,
		Motion: &ledger.Motion{Act: ledger.MotionAdmit, Agency: a.ID, Document: guest.Document}})
	if err != nil {
		return fmt.Errorf("motion: %w", err)
	}
	return carry(c.plan.Agencies[:i], func(at ledger.AgencyID) (bool, error) {
		return c.carried(ctx, at, motion)
	}, func(by *Agency) error {
		_, err := c.sign(ctx, adminOf(by, 0), desk.Act{Kind: desk.ActVote, Target: motion, Yes: true})
		return err
	})
}

// carry has agencies vote, one after another, until a motion is carried that the
// first of them has put. Whether it is, the node of the one that signed last
// tells: it has every vote so far, and any other may be a block behind.
func carry(agencies []Agency, carried func(ledger.AgencyID) (bool, error), vote func(*Agency) error) error {
	for i := range agencies {
		by := &agencies[i]
		if i > 0 {
			if err := vote(by); err != nil {
				return fmt.Errorf("vote of %s: %w", by.ID, err)
			}
		}
		if done, err := carried(by.ID); err != nil || done {
			return err
		}
	}
	return errNotCarried
}

func adminOf(a *Agency, i int) string { return string(a.ID) + "/" + a.People[i].ID }

// guest runs a join and confirms it on the inviting side once both sides show
// the same words.
func (c *city) guest(ctx context.Context, inviter *control.Client, join func(context.Context, node.Confirm) error) (*node.JoinRequest, error) {
	ctx, cancel := context.WithTimeout(ctx, joinLimit)
	defer cancel()
	words, done := make(chan [6]string, 1), make(chan error, 1)
	go func() {
		done <- join(ctx, func(_ context.Context, w [6]string) (bool, error) { words <- w; return true, nil })
	}()
	var mine [6]string
	select {
	case mine = <-words:
	case err := <-done:
		return nil, fmt.Errorf("the guest ended before the words were compared: %w", err)
	}
	joins, err := inviter.Joins(ctx)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(joins, func(j node.JoinRequest) bool { return j.Words == mine })
	if i < 0 {
		return nil, node.ErrNotConfirmed
	}
	if err := inviter.ConfirmJoin(ctx, joins[i].Serial); err != nil {
		return nil, err
	}
	return &joins[i], <-done
}

func (c *city) carried(ctx context.Context, at ledger.AgencyID, motion ledger.EntryID) (bool, error) {
	carried := false
	err := c.read(ctx, at, func(v rules.View) error {
		m := v.Motion(motion)
		carried = m != nil && m.Carried != 0
		return nil
	})
	return carried, err
}

// read looks at the state of an agency's office node.
func (c *city) read(ctx context.Context, at ledger.AgencyID, fn func(rules.View) error) error {
	client, err := c.office(at)
	if err != nil {
		return err
	}
	return client.Read(ctx, func(r rules.Reader) error { return fn(rules.NewView(r)) })
}

// member waits until an agency's node has the entry that admitted it.
func (c *city) member(ctx context.Context, id ledger.AgencyID) error {
	return until(ctx, joinLimit, func() (bool, error) {
		member := false
		err := c.read(ctx, id, func(v rules.View) error {
			a := v.Agency(id)
			member = a != nil && a.Member()
			return nil
		})
		return member, err
	})
}

// ready waits until an agency keeps the record, if it is to.
func (c *city) ready(ctx context.Context, a *Agency, keeps bool) error {
	return until(ctx, joinLimit, func() (bool, error) {
		ready := false
		err := c.read(ctx, a.ID, func(v rules.View) error {
			rec := v.Agency(a.ID)
			ready = rec != nil && rec.Member() && (rec.Keeper || !keeps)
			return nil
		})
		return ready, err
	})
}

// sign has a person sign an act that must be accepted and waits until it is
// final on their node.
func (c *city) sign(ctx context.Context, who string, act desk.Act) (ledger.EntryID, error) {
	id, await, err := c.submit(ctx, who, act)
	if err == nil {
		_, err = await()
	}
	return id, err
}

// submit has a person sign an act as soon as their node has what it answers. The
// function it returns waits until the entry is final there.
func (c *city) submit(ctx context.Context, who string, act desk.Act) (ledger.EntryID, func() (desk.Final, error), error) {
	d, err := c.desk(ctx, who)
	if err != nil {
		return ledger.EntryID{}, nil, err
	}
	page, err := prepare(ctx, d, act)
	if err != nil {
		return ledger.EntryID{}, nil, err
	}
	ticket, err := d.SignUnlocked(ctx, page)
	if err != nil {
		return ledger.EntryID{}, nil, err
	}
	return ticket.Entry, func() (desk.Final, error) { return await(ctx, d, ticket) }, nil
}

// prepare makes the page of an act, waiting for what it answers.
func prepare(ctx context.Context, d *desk.Desk, act desk.Act) (page *desk.SignPage, err error) {
	err = until(ctx, readLimit, func() (bool, error) {
		var err error
		if page, err = d.Prepare(ctx, act); err == nil && page.Check != ledger.Accepted {
			err = page.Check
		}
		return err == nil, err
	})
	return page, err
}

// await waits until a signature is final; a refusal is an error.
func await(ctx context.Context, d *desk.Desk, t desk.Ticket) (desk.Final, error) {
	ctx, cancel := context.WithTimeout(ctx, finalLimit)
	defer cancel()
	f, err := d.Await(ctx, t)
	if err == nil && f.Code != ledger.Accepted {
		err = f.Code
	}
	return f, err
}
