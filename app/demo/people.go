package demo

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"countersign/app/desk"
	"countersign/app/node"
	"countersign/ledger"
)

// furnish enrols everybody and publishes the catalogue: in each agency one admin
// proposes, the other seconds, and sources are connected.
func (c *city) furnish(ctx context.Context) error {
	err := each(len(c.plan.Agencies), func(i int) error {
		a := &c.plan.Agencies[i]
		if err := c.introduce(ctx, a); err != nil {
			return fmt.Errorf("%s: %w", a.ID, err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return c.writePeople()
}

func (c *city) introduce(ctx context.Context, a *Agency) error {
	var waits []func() (desk.Final, error)
	for i := range 2 {
		card := a.People[i].card()
		act := desk.Act{Kind: desk.ActPublish, Official: c.number(adminOf(a, i)), Card: &card}
		_, wait, err := c.submit(ctx, adminOf(a, i), act)
		if err != nil {
			return fmt.Errorf("card of %s: %w", a.People[i].ID, err)
		}
		waits = append(waits, wait)
	}
	first, err := c.desk(ctx, adminOf(a, 0))
	if err != nil {
		return err
	}
	proposals, err := c.proposals(ctx, a, first)
	if err != nil {
		return err
	}
	var ids []ledger.EntryID
	for _, p := range proposals {
		id, wait, err := c.submit(ctx, adminOf(a, 0), desk.Act{Kind: desk.ActPropose, Propose: p})
		if err != nil {
			return fmt.Errorf("propose %s: %w", p.Name(), err)
		}
		ids, waits = append(ids, id), append(waits, wait)
	}
	if err := all(waits); err != nil {
		return fmt.Errorf("propose: %w", err)
	}
	waits = waits[:0]
	for _, id := range ids {
		_, wait, err := c.submit(ctx, adminOf(a, 1), desk.Act{Kind: desk.ActSecond, Target: id})
		if err != nil {
			return fmt.Errorf("second: %w", err)
		}
		waits = append(waits, wait)
	}
	if err := all(waits); err != nil {
		return fmt.Errorf("second: %w", err)
	}
	return c.connect(ctx, a)
}

func all(waits []func() (desk.Final, error)) error {
	for _, wait := range waits {
		if _, err := wait(); err != nil {
			return err
		}
	}
	return nil
}

// proposals are an agency's people, datasets and bases, for two admins to sign.
func (c *city) proposals(ctx context.Context, a *Agency, d *desk.Desk) ([]*ledger.Propose, error) {
	var out []*ledger.Propose
	for _, who := range a.People[2:] {
		p, err := d.NewEnrolment(ctx, who.Name, who.Title, who.Unit, who.grants(), Passphrase, 0)
		if err != nil {
			return nil, err
		}
		c.mu.Lock()
		c.people[string(a.ID)+"/"+who.ID] = p.Enrol.Official
		c.mu.Unlock()
		out = append(out, p)
	}
	for _, ds := range c.plan.Datasets {
		if ds.Agency != a.ID {
			continue
		}
		p, err := d.DatasetProposal(ds.entry(), ds.sheet())
		if err != nil {
			return nil, fmt.Errorf("dataset %s: %w", ds.Code, err)
		}
		out = append(out, p)
	}
	for _, b := range c.plan.Bases {
		if c.plan.dataset(b.Dataset).Agency != a.ID {
			continue
		}
		p, err := d.BasisProposal(b.entry(), b.sheet())
		if err != nil {
			return nil, fmt.Errorf("basis %s: %w", b.Code, err)
		}
		out = append(out, p)
	}
	return out, nil
}

func (c *city) number(who string) ledger.OfficialID {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.people[who]
}

// connect lays an agency's records beside its node and connects them.
func (c *city) connect(ctx context.Context, a *Agency) error {
	client, err := c.office(a.ID)
	if err != nil {
		return err
	}
	for _, d := range c.plan.Datasets {
		if d.Agency != a.ID {
			continue
		}
		b, err := fs.ReadFile(c.plan.files, d.Source)
		if err != nil {
			return fmt.Errorf("records of %s: %w", d.Code, err)
		}
		file := filepath.Join(c.opt.Dir, "data", d.Source)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			return fmt.Errorf("records of %s: %w", d.Code, err)
		}
		if err := os.WriteFile(file, b, 0o600); err != nil {
			return fmt.Errorf("records of %s: %w", d.Code, err)
		}
		if err := client.Connect(ctx, node.Source{Dataset: d.Code, File: file, Key: d.key()}); err != nil {
			return fmt.Errorf("records of %s: %w", d.Code, err)
		}
	}
	return nil
}
