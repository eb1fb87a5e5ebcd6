package demo

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"countersign/assets"
	"countersign/ledger"
	"countersign/ledger/rules"
)

// ErrRunning says that another process runs the city.
var ErrRunning = errors.New("the demo city is running already")

// ErrNotRunning says that no process runs the city.
var ErrNotRunning = errors.New("the demo city is not running")

// Up makes the city if need be, starts its agencies and runs them until ctx ends
// or somebody stops them; then it ends them in order. ErrRunning: another process
// does so already. ready is called once every agency answers.
func Up(ctx context.Context, o Options, ready func()) (err error) {
	if o.Say == nil {
		o.Say = func(string) {}
	}
	if o.Dir, err = filepath.Abs(o.Dir); err != nil {
		return fmt.Errorf("demo city: %w", err)
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return fmt.Errorf("demo city: %w", err)
	}
	lock, err := takeLock(ctx, o.Dir)
	if err != nil {
		return err
	}
	defer lock.Close()
	rec, state, err := inspect(o.Dir)
	if err != nil {
		return err
	}
	if state == isWhole && o.Agencies != 0 && o.Agencies != rec.Agencies {
		state = isOld
		o.Say(fmt.Sprintf("The city that is here has %d agencies.", rec.Agencies))
	}
	// A process that was killed leaves nodes behind. Windows are processes of
	// their own: they stay, unless their city goes.
	if err := endNodes(ctx, o.Dir, state == isWhole); err != nil {
		return err
	}
	if state == isOld {
		aside, err := setAside(o.Dir)
		if err != nil {
			return err
		}
		o.Say("It is set aside in " + aside + ", and a new one is made.")
	}
	if state == isHalf {
		o.Say("The city that is here was never finished: it is made again.")
		if err := clearAway(o.Dir); err != nil {
			return err
		}
	}
	if state == isWhole {
		o.Agencies = rec.Agencies
	} else if o.Agencies == 0 {
		o.Agencies = MinAgencies
	}
	plan, err := LoadPlan(assets.Demo(), o.Agencies)
	if err != nil {
		return err
	}
	c := newCity(o, plan)
	defer func() { err = errors.Join(err, c.close()) }()
	if state == isWhole {
		err = c.resume(ctx)
	} else {
		err = c.build(ctx)
	}
	if err != nil {
		return err
	}
	c.lockDesks()
	if err := c.stands(); err != nil {
		return err
	}
	ready()
	c.wait(ctx)
	o.Say("Ending the city.")
	return nil
}

// build makes the city in an empty folder.
func (c *city) build(ctx context.Context) error {
	start := time.Now()
	c.steps = []Step{StepFound, StepFurnish, StepPast, StepDesks}
	rec := record{Agencies: c.opt.Agencies, Since: start}
	if err := writeRecord(c.opt.Dir, rec); err != nil {
		return err
	}
	if err := c.make(ctx, true); err != nil {
		return err
	}
	rec.Made = true
	if err := writeRecord(c.opt.Dir, rec); err != nil {
		return err
	}
	c.say("The city stands after %d seconds.", int(time.Since(start).Seconds()))
	return nil
}

// resume starts a city that was made before. Where the story has been told to
// its end, it begins again.
func (c *city) resume(ctx context.Context) error {
	c.say("Starting %d agencies.", len(c.plan.Agencies))
	c.steps = []Step{StepStart, StepTogether}
	if err := c.step(StepStart); err != nil {
		return err
	}
	err := each(len(c.plan.Agencies), func(i int) error {
		return c.nodes.Start(ctx, c.nodes.Add(name(c.plan.Agencies[i].ID, officeNode)))
	})
	if err != nil {
		return err
	}
	if err := errors.Join(c.remember(), c.step(StepTogether)); err != nil {
		return err
	}
	if err := c.together(ctx); err != nil {
		return err
	}
	open, err := c.storyOpen(ctx)
	if err != nil || open {
		return err
	}
	c.say("The story has been told to its end: the police ask again.")
	_, err = c.again(ctx)
	return err
}

// together waits until the agencies' nodes have found one another.
func (c *city) together(ctx context.Context) error {
	return each(len(c.plan.Agencies), func(i int) error {
		client, err := c.office(c.plan.Agencies[i].ID)
		if err != nil {
			return err
		}
		return until(ctx, joinLimit, func() (bool, error) {
			n, err := client.Network(ctx)
			return err == nil && n.Online == n.Keepers, err
		})
	})
}

// storyOpen tells whether a request of the story waits for the newcomer's signature.
func (c *city) storyOpen(ctx context.Context) (bool, error) {
	r, err := c.plan.story()
	if err != nil {
		return false, err
	}
	open := false
	err = c.read(ctx, c.plan.dataset(c.plan.basis(r.Basis).Dataset).Agency, func(v rules.View) error {
		for _, req := range v.OpenRequests(c.plan.dataset(c.plan.basis(r.Basis).Dataset).Agency) {
			b := v.Basis(req.Basis)
			open = open || req.State == rules.Submitted && b != nil && b.Basis.Code == r.Basis && req.Deadline > ledger.TimeOf(time.Now())
		}
		return nil
	})
	return open, err
}

// wait returns when ctx ends or every node has ended.
func (c *city) wait(ctx context.Context) {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for len(c.nodes.Running()) > 0 {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// again has the police ask as in the story, and the first official sign.
func (c *city) again(ctx context.Context) (string, error) {
	r, err := c.plan.story()
	if err != nil {
		return "", err
	}
	rec, err := readRecord(c.opt.Dir)
	if err != nil {
		return "", err
	}
	rec.Stories++
	if err := writeRecord(c.opt.Dir, rec); err != nil {
		return "", err
	}
	r.Case = fmt.Sprintf("VM-2026-%04d", firstNewCase+rec.Stories)
	id, err := c.ask(ctx, r)
	if err != nil {
		return "", fmt.Errorf("tell the story again: %w", err)
	}
	h := &history{c: c, requests: []ledger.EntryID{id}}
	for _, line := range r.Then {
		e, err := parseEvent(line)
		if err != nil {
			return "", err
		}
		act, err := h.act(ctx, e, r, id)
		if err == nil {
			_, err = c.sign(ctx, e.who, act)
		}
		if err != nil {
			return "", fmt.Errorf("tell the story again: %w", err)
		}
	}
	return r.Case, nil
}

// firstNewCase is the number before the first that a story told again takes.
const firstNewCase = 433

// Again remakes the story in a city that runs: the police ask again, the first
// official signs. It returns the new case's number.
func Again(ctx context.Context, dir string) (string, error) {
	rec, err := readRecord(dir)
	if err != nil {
		return "", err
	}
	plan, err := LoadPlan(assets.Demo(), rec.Agencies)
	if err != nil {
		return "", err
	}
	c := newCity(Options{Dir: dir, Agencies: rec.Agencies}, plan)
	defer c.lockDesks()
	if err := c.remember(); err != nil {
		return "", err
	}
	if err := c.attach(ctx); err != nil {
		return "", err
	}
	return c.again(ctx)
}
