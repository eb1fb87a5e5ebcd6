package story

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"countersign/ledger"
)

// nodesOf lists the nodes that AGENCY or AGENCY/NODE names.
func (p *Player) nodesOf(name string) ([]*Child, error) {
	if strings.Contains(name, "/") {
		n, err := p.city.Node(name)
		return []*Child{n}, err
	}
	a, err := p.agency(name)
	if err != nil {
		return nil, err
	}
	n, err := p.city.Node(a.office())
	return []*Child{n}, err
}

func (p *Player) stopStep(ctx context.Context, s Step) error {
	if len(s.Args) == 2 && s.Args[1] != "kill" {
		return errors.New("write: stop AGENCY [kill]")
	}
	nodes, err := p.nodesOf(s.Args[0])
	if err != nil {
		return err
	}
	for _, n := range nodes {
		if err := p.city.Stop(ctx, n, len(s.Args) == 2); err != nil {
			return err
		}
		p.forgetDesks(n.Name)
	}
	return nil
}

func (p *Player) startStep(ctx context.Context, s Step) error {
	nodes, err := p.nodesOf(s.Args[0])
	if err != nil {
		return err
	}
	for _, n := range nodes {
		if err := p.startNode(ctx, n); err != nil {
			return err
		}
	}
	return nil
}

func (p *Player) startNode(ctx context.Context, n *Child) error {
	if err := p.city.Start(ctx, n); err != nil {
		return err
	}
	return p.setClock(ctx, n)
}

// setClock gives a node that has just started the story's clock.
func (p *Player) setClock(ctx context.Context, n *Child) error {
	if p.clock == 0 {
		return nil
	}
	c, err := n.Client()
	if err != nil {
		return err
	}
	return c.MoveClock(ctx, p.clock)
}

// replayStep sends an entry that is final already once more.
func (p *Player) replayStep(ctx context.Context, s Step) error {
	id, ok := p.marks[s.Args[1]]
	if !ok {
		return fmt.Errorf("no request %q in this story", s.Args[1])
	}
	from, err := p.upToDate(ctx)
	if err != nil {
		return err
	}
	e, _, err := from.Entry(ctx, id)
	if err != nil {
		return err
	}
	to, err := p.client(ledger.AgencyID(s.Args[0]), "")
	if err != nil {
		return err
	}
	parts := make([][]byte, 0, len(ledger.Parts(e.Payload)))
	for _, part := range ledger.Parts(e.Payload) {
		b, err := to.Part(ctx, id, part)
		if err != nil {
			return err
		}
		parts = append(parts, b)
	}
	return to.Submit(ctx, e, parts)
}

// restartStep ends every node and starts all of them again.
func (p *Player) restartStep(ctx context.Context, s Step) error {
	if s.Args[0] != "all" {
		return errors.New("write: restart all")
	}
	nodes := p.city.Running()
	for _, n := range nodes {
		if err := p.city.Stop(ctx, n, false); err != nil {
			return err
		}
		p.forgetDesks(n.Name)
	}
	var wait sync.WaitGroup
	errs := make([]error, len(nodes))
	for i, n := range nodes {
		wait.Add(1)
		go func() {
			defer wait.Done()
			errs[i] = p.startNode(ctx, n)
		}()
	}
	wait.Wait()
	return errors.Join(errs...)
}

// cutStep makes the links between two groups of agencies black holes.
func (p *Player) cutStep(ctx context.Context, s Step) error {
	if s.Args[1] != "from" {
		return errors.New("write: cut A,B from C,D")
	}
	return p.setCut(ctx, strings.Split(s.Args[0], ","), strings.Split(s.Args[2], ","), true)
}

func (p *Player) setCut(ctx context.Context, left, right []string, on bool) error {
	for _, side := range []struct{ these, those []string }{{left, right}, {right, left}} {
		var others []ledger.AgencyID
		for _, o := range side.those {
			if _, err := p.agency(o); err != nil {
				return err
			}
			others = append(others, ledger.AgencyID(o))
		}
		for _, n := range p.city.Running() {
			own, _, _ := strings.Cut(n.Name, "/")
			for _, a := range side.these {
				if a != own {
					continue
				}
				c, err := n.Client()
				if err != nil {
					return err
				}
				if err := c.Cut(ctx, others, on); err != nil {
					return fmt.Errorf("%s: %w", n.Name, err)
				}
			}
		}
	}
	return nil
}

func (p *Player) healStep(ctx context.Context, _ Step) error {
	var all []string
	for _, a := range p.agencies {
		all = append(all, string(a.id))
	}
	return p.setCut(ctx, all, all, false)
}

// idleStep lets time pass; with blocks=N exactly so many blocks may be made in it.
func (p *Player) idleStep(ctx context.Context, s Step) error {
	d, err := span(s.Args[0])
	if err != nil {
		return err
	}
	blocks := func() (uint64, error) {
		if s.Opt("blocks", "") == "" {
			return 0, nil
		}
		_, client, err := p.inviter()
		if err != nil {
			return 0, err
		}
		return client.CountEntries(ctx, "blocks")
	}
	before, err := blocks()
	if err != nil {
		return err
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
	}
	after, err := blocks()
	if want := s.Opt("blocks", ""); err == nil && want != "" && want != strconv.FormatUint(after-before, 10) {
		return fmt.Errorf("%w: %d blocks were made", ErrStory, after-before)
	}
	return err
}

// clockStep moves every running node's clock; one that starts later is given it then.
func (p *Player) clockStep(ctx context.Context, s Step) error {
	d, err := span(s.Args[0])
	if err != nil {
		return err
	}
	p.clock += d
	all, err := p.everyone()
	if err != nil {
		return err
	}
	for name, c := range all {
		if err := c.MoveClock(ctx, d); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}
