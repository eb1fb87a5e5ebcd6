package demo

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"countersign/app/desk"
	"countersign/app/node"
	"countersign/ledger"
	"countersign/ledger/keyring"
)

// openDesks enrols a desktop node for every agency that has one, lays its
// people's keys there and lets it fetch the record once. The desk's window starts
// the node again.
func (c *city) openDesks(ctx context.Context) error {
	return each(len(c.plan.Agencies), func(i int) error {
		a := &c.plan.Agencies[i]
		if !a.Desk {
			return nil
		}
		if err := c.openDesk(ctx, a); err != nil {
			return fmt.Errorf("desk of %s: %w", a.ID, err)
		}
		return nil
	})
}

func (c *city) openDesk(ctx context.Context, a *Agency) error {
	office, err := c.office(a.ID)
	if err != nil {
		return err
	}
	n := c.nodes.Add(name(a.ID, deskNode))
	text, err := office.Invite(ctx, node.InviteOptions{Agency: a.ID, Node: deskNode})
	if err != nil {
		return err
	}
	guest, err := c.guest(ctx, office, func(ctx context.Context, confirm node.Confirm) error {
		_, err := node.JoinNode(ctx, n.Folder, text, node.NodeOptions{Listen: loopback(), Demo: true, Now: c.now(), HideSubjects: a.HideSubjects}, confirm)
		return err
	})
	if err != nil {
		return err
	}
	if _, err := c.sign(ctx, adminOf(a, 0), desk.Act{Kind: desk.ActNode, Node: &ledger.Node{Node: *guest.Node}}); err != nil {
		return fmt.Errorf("enrol the desk's node: %w", err)
	}
	if err := copyKeys(keys(c.opt.Dir, a.ID), filepath.Join(n.Folder, node.KeysFolder)); err != nil {
		return err
	}
	if err := c.nodes.Start(ctx, n); err != nil {
		return err
	}
	if err := c.caughtUp(ctx, a.ID); err != nil {
		return err
	}
	return c.nodes.Stop(ctx, n, false)
}

// caughtUp waits until an agency's desktop has what its office node has now.
func (c *city) caughtUp(ctx context.Context, a ledger.AgencyID) error {
	office, err := c.office(a)
	if err != nil {
		return err
	}
	want, err := office.Status(ctx)
	if err != nil {
		return err
	}
	n, err := c.nodes.Node(name(a, deskNode))
	if err != nil {
		return err
	}
	client, err := n.Client()
	if err != nil {
		return err
	}
	return until(ctx, joinLimit, func() (bool, error) {
		have, err := client.Status(ctx)
		return err == nil && have.Log.Size >= want.Log.Size, err
	})
}

// copyKeys lays the officials' key files of one folder into another.
func copyKeys(from, to string) error {
	listed, err := keyring.List(from)
	if err != nil {
		return fmt.Errorf("copy keys: %w", err)
	}
	if err := os.MkdirAll(to, 0o700); err != nil {
		return fmt.Errorf("copy keys: %w", err)
	}
	for _, l := range listed {
		if l.Err != nil || l.Header.Kind != keyring.KindOfficial {
			continue
		}
		b, err := os.ReadFile(l.Path)
		if err != nil {
			return fmt.Errorf("copy keys: %w", err)
		}
		if err := os.WriteFile(filepath.Join(to, filepath.Base(l.Path)), b, 0o600); err != nil {
			return fmt.Errorf("copy keys: %w", err)
		}
	}
	return nil
}

// make builds the whole city; its past and desks only with full.
func (c *city) make(ctx context.Context, full bool) error {
	start := time.Now()
	if full {
		first := when{days: -pastDays}.on(start)
		c.mu.Lock()
		c.offset = time.Until(first)
		c.mu.Unlock()
		c.nodes.SetClock(c.offset)
	}
	c.say("The agencies found their network:")
	if err := c.step(StepFound); err != nil {
		return err
	}
	if err := c.found(ctx); err != nil {
		return fmt.Errorf("found the city: %w", err)
	}
	c.say("People are enrolled, datasets and legal bases published.")
	if err := c.step(StepFurnish); err != nil {
		return err
	}
	if err := c.furnish(ctx); err != nil {
		return fmt.Errorf("furnish the city: %w", err)
	}
	if !full {
		return nil
	}
	c.say("Sixty days pass:")
	if err := c.step(StepPast); err != nil {
		return err
	}
	if err := c.live(ctx); err != nil {
		return fmt.Errorf("make the past: %w", err)
	}
	c.say("The desks fetch the record.")
	if err := c.step(StepDesks); err != nil {
		return err
	}
	if err := c.openDesks(ctx); err != nil {
		return err
	}
	for who, unread := range map[string][]string{
		"tax/arnaud":   {"VM-2026-0433", "CR-26-1188", "PO-26-1188"},
		"police/vidal": nil,
	} {
		if err := c.reads(ctx, who, unread...); err != nil {
			return fmt.Errorf("%s reads: %w", who, err)
		}
	}
	return nil
}

// pastDays is when the city is founded, in working days before today: sixty days.
const pastDays = 43
