package ledgertest

import (
	"context"
	"errors"
	"fmt"
	"os"

	"countersign/ledger"
	"countersign/ledger/rules"
)

// Raise admits the agencies through the founder, starts the other nodes and
// makes the keepers ready. What an earlier run over the same folder has done is
// not done again.
func (c *Cluster) Raise(ctx context.Context) error {
	founder := c.Nodes[0]
	if err := founder.Start(); err != nil {
		return err
	}
	if err := c.admit(ctx); err != nil {
		return err
	}
	if err := c.copyFounder(); err != nil {
		return err
	}
	if err := c.each(c.Nodes[1:], (*Node).Start); err != nil {
		return err
	}
	for _, n := range c.Nodes[1:] {
		if err := c.until(ctx, func() bool { return !n.Engine.Syncing() }); err != nil {
			return fmt.Errorf("%s does not finish block sync: %w", n.Name, err)
		}
	}
	if c.opt.Keepers <= 1 {
		return nil
	}
	return c.MakeKeepers(ctx, c.Nodes[1:c.opt.Keepers])
}

// copyFounder gives the nodes that have nothing yet the founder's blocks.
func (c *Cluster) copyFounder() error {
	founder := c.Nodes[0]
	var empty []*Node
	for _, n := range c.Nodes[1:] {
		if _, err := os.Stat(n.StorePath()); errors.Is(err, os.ErrNotExist) && !c.opt.Sync {
			empty = append(empty, n)
		}
	}
	if len(empty) == 0 {
		return nil
	}
	if err := founder.Stop(); err != nil {
		return err
	}
	for _, n := range empty {
		if err := n.copyFrom(founder); err != nil {
			return fmt.Errorf("copy the founder's blocks: %w", err)
		}
	}
	return founder.Start()
}

// admit admits every agency that is not a member yet, with the votes of as many
// members as it takes.
func (c *Cluster) admit(ctx context.Context) error {
	founder := c.Nodes[0]
	for i, a := range c.World.Agencies {
		var known bool
		if err := founder.View(func(v rules.View) { known = v.Agency(a.ID) != nil }); err != nil {
			return err
		}
		if !known {
			motion, votes := c.World.Admission(a, c.World.Agencies[:i*2/3+1])
			if err := founder.accepted(ctx, append([]*ledger.Entry{motion}, votes...)); err != nil {
				return fmt.Errorf("admit %s: %w", a.ID, err)
			}
		}
	}
	return nil
}

// MakeKeepers lets nodes offer to keep, and waits until all of them know that
// they are in the set that orders the next block.
func (c *Cluster) MakeKeepers(ctx context.Context, nodes []*Node) error {
	head, _ := c.Nodes[0].Head()
	var offers []*ledger.Entry
	for _, n := range nodes {
		var ready bool
		err := c.Nodes[0].View(func(v rules.View) { a := v.Agency(n.Agency.ID); ready = a.Ready || a.Keeper })
		if err != nil {
			return err
		}
		if !ready {
			offers = append(offers, c.World.KeeperReady(n.Agency, head))
		}
	}
	if err := c.Nodes[0].accepted(ctx, offers); err != nil {
		return fmt.Errorf("offers to keep: %w", err)
	}
	return c.until(ctx, func() bool {
		for _, n := range nodes {
			if !n.Engine.Keeping().Voting {
				return false
			}
		}
		return true
	})
}
