package demo

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"countersign/app/control"
	"countersign/app/desk"
	"countersign/app/node"
	"countersign/app/story"
	"countersign/ledger"
)

// workFactor is that of the demo's key files: their passphrase is known to all.
const workFactor = 10

// Names of an agency's nodes.
const (
	officeNode ledger.NodeCode = "office"
	deskNode   ledger.NodeCode = "desk"
)

// Options of a city.
type Options struct {
	Program  string       // the countersignd that runs the nodes
	Dir      string       // the city's folder
	Agencies int          // MinAgencies to MaxAgencies
	Say      func(string) // a line about what is being done; nil: silence
}

// city is a city whose nodes run.
type city struct {
	opt   Options
	plan  *Plan
	nodes *story.City
	steps []Step // until it stands

	attached map[ledger.AgencyID]*control.Client // nodes that another process runs

	mu     sync.Mutex
	offset time.Duration                // of every node's clock
	people map[string]ledger.OfficialID // by AGENCY/PERSON
	desks  map[string]*desk.Desk        // by AGENCY/PERSON
}

func newCity(o Options, p *Plan) *city {
	if o.Say == nil {
		o.Say = func(string) {}
	}
	return &city{opt: o, plan: p, nodes: story.NewCity(o.Program, o.Dir), people: map[string]ledger.OfficialID{},
		desks: map[string]*desk.Desk{}}
}

func (c *city) say(format string, args ...any) { c.opt.Say(fmt.Sprintf(format, args...)) }

// close locks every desk and ends every node in order.
func (c *city) close() error {
	c.lockDesks()
	return c.nodes.Close()
}

func (c *city) lockDesks() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for name, d := range c.desks {
		d.Lock()
		delete(c.desks, name)
	}
}

// name of a node as story.City has it.
func name(a ledger.AgencyID, n ledger.NodeCode) string { return string(a) + "/" + string(n) }

// folder of a node's profile.
func folder(dir string, a ledger.AgencyID, n ledger.NodeCode) string {
	return filepath.Join(dir, string(a), string(n))
}

// keys is where an agency's people keep their key files.
func keys(dir string, a ledger.AgencyID) string {
	return filepath.Join(folder(dir, a, officeNode), node.KeysFolder)
}

// office is the control client of an agency's office node.
func (c *city) office(a ledger.AgencyID) (*control.Client, error) {
	if client := c.attached[a]; client != nil {
		return client, nil
	}
	n, err := c.nodes.Node(name(a, officeNode))
	if err != nil {
		return nil, err
	}
	return n.Client()
}

// attach connects to office nodes that another process runs.
func (c *city) attach(ctx context.Context) error {
	c.attached = map[ledger.AgencyID]*control.Client{}
	for _, a := range c.plan.Agencies {
		client, err := control.Dial(ctx, folder(c.opt.Dir, a.ID, officeNode))
		if err != nil {
			return fmt.Errorf("%s: %w", a.Title, err)
		}
		c.attached[a.ID] = client
	}
	return nil
}

// desk is a person's desk at their agency's office node, unlocked. What it keeps
// for them lies with the agency's desktop where there is one: that is where they
// will sit.
func (c *city) desk(ctx context.Context, who string) (*desk.Desk, error) {
	c.mu.Lock()
	d, official := c.desks[who], c.people[who]
	c.mu.Unlock()
	if d != nil {
		return d, nil
	}
	p := c.plan.person(who)
	if p == nil || official.IsZero() {
		return nil, fmt.Errorf("nobody is called %q in the demo city", who)
	}
	client, err := c.office(p.Agency)
	if err != nil {
		return nil, err
	}
	o := desk.Options{Keys: keys(c.opt.Dir, p.Agency), WorkFactor: workFactor, Language: "en"}
	if a := c.agency(p.Agency); a.Desk {
		o.State = folder(c.opt.Dir, p.Agency, deskNode)
		if err := os.MkdirAll(o.State, 0o700); err != nil {
			return nil, fmt.Errorf("desk of %s: %w", who, err)
		}
	}
	d = desk.New(client, o)
	if err := d.Unlock(ctx, official, Passphrase); err != nil {
		return nil, fmt.Errorf("desk of %s: %w", who, err)
	}
	c.mu.Lock()
	c.desks[who] = d
	c.mu.Unlock()
	return d, nil
}

func (c *city) agency(id ledger.AgencyID) *Agency {
	for i := range c.plan.Agencies {
		if c.plan.Agencies[i].ID == id {
			return &c.plan.Agencies[i]
		}
	}
	return nil
}

// now is the city's clock.
func (c *city) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.offset)
}

// setClock moves the clock of every node to an instant, never past the real
// time and never back.
func (c *city) setClock(ctx context.Context, to time.Time) error {
	return c.setOffset(ctx, min(time.Until(to), 0))
}

// setOffset moves the clock of every node to so far from the real time, never back.
func (c *city) setOffset(ctx context.Context, offset time.Duration) error {
	c.mu.Lock()
	move := offset - c.offset
	c.mu.Unlock()
	if move <= 0 {
		return nil
	}
	running := c.nodes.Running()
	err := each(len(running), func(i int) error {
		client, err := running[i].Client()
		if err != nil {
			return err
		}
		return client.MoveClock(ctx, move)
	})
	if err != nil {
		return fmt.Errorf("move the clock: %w", err)
	}
	c.mu.Lock()
	c.offset = offset
	c.mu.Unlock()
	c.nodes.SetClock(offset)
	return nil
}

// remember reads who is who out of people.json.
func (c *city) remember() error {
	people, err := People(c.opt.Dir)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, p := range people {
		c.people[string(p.Agency)+"/"+p.ID] = p.Number
	}
	return nil
}

// each runs fn for 0 to n-1 side by side and waits for all.
func each(n int, fn func(i int) error) error {
	errs := make([]error, n)
	var wait sync.WaitGroup
	for i := range n {
		wait.Add(1)
		go func() {
			defer wait.Done()
			errs[i] = fn(i)
		}()
	}
	wait.Wait()
	return errors.Join(errs...)
}

// errLate says that something did not come true in time.
var errLate = errors.New("it did not happen in time")

// until asks again and again until ok, or fails with the last error.
func until(ctx context.Context, limit time.Duration, ok func() (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		done, err := ok()
		if done {
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.Join(errLate, err)
		case <-tick.C:
		}
	}
}

// loopback is where the demo's nodes listen: ports the system picks, and nobody
// outside this computer.
func loopback() []string {
	return []string{"/ip4/127.0.0.1/tcp/0", "/ip4/127.0.0.1/udp/0/quic-v1"}
}
