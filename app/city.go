package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"countersign/app/demo"
	"countersign/app/desk"
	"countersign/app/ui/page"
	"countersign/app/ui/unlock"
)

// cityWait is how long a demo city may take to be made and to start.
const cityWait = 5 * time.Minute

// city is the demo city to whose desk this window belongs.
type city struct {
	dir    string
	agency string
	all    []demo.Person
	titles map[desk.AgencyID]string
}

// other is the desk that can be opened beside this one.
func (c *city) other() string {
	if c.agency == "tax" {
		return "police"
	}
	return "tax"
}

// errCity says that the demo city did not come to stand.
var errCity = errors.New("the demo city")

// findCity joins the city that is running, or starts it and reports its steps.
func (d *desktop) findCity(ctx context.Context, report func(demo.Progress)) error {
	c := &city{dir: d.args.city, agency: d.args.demo, titles: map[desk.AgencyID]string{}}
	state, err := demo.Status(ctx, c.dir)
	if errors.Is(err, demo.ErrNotRunning) {
		fmt.Fprintln(d.out, "Starting the demo city.")
		report(demo.Progress{})
		state, err = startCity(ctx, c.dir, report)
	}
	if err != nil {
		return fmt.Errorf("%w: %w", errCity, err)
	}
	for _, n := range state.Nodes {
		c.titles[n.Profile.Agency] = n.Title
	}
	if d.args.profile, err = demo.DeskFolder(c.dir, c.agency); err != nil {
		return err
	}
	if c.all, err = demo.People(c.dir); err != nil {
		return err
	}
	d.city = c
	return nil
}

// startCity starts the city as a process of its own, which stays when the window
// closes, and returns once the city stands. Where that process ends before, its
// last words say why.
func startCity(ctx context.Context, dir string, report func(demo.Progress)) (demo.State, error) {
	program, err := beside("countersignd")
	if err != nil {
		return demo.State{}, err
	}
	words, err := os.CreateTemp("", "countersign-demo-*.txt")
	if err != nil {
		return demo.State{}, err
	}
	defer os.Remove(words.Name())
	defer words.Close()
	cmd := exec.Command(program, "demo", "up", "--dir", dir)
	cmd.Stderr = words
	if err := cmd.Start(); err != nil {
		return demo.State{}, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }() // with the city, which outlives this window
	limit := time.NewTimer(cityWait)
	defer limit.Stop()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		state, err := demo.Status(ctx, dir)
		if err == nil {
			return state, nil
		}
		if p, ok := demo.ReadProgress(dir); ok {
			report(p)
		}
		select {
		case <-ctx.Done():
			return state, ctx.Err()
		case <-limit.C:
			return state, err
		case failed := <-ended: // in order, when another process starts it already
			if failed != nil {
				said, _ := os.ReadFile(words.Name())
				return state, fmt.Errorf("%w: %s", failed, strings.TrimSpace(string(said)))
			}
		case <-tick.C:
		}
	}
}

// beside finds a program next to this one, else on the path.
func beside(name string) (string, error) {
	self, err := os.Executable()
	if err == nil {
		at := filepath.Join(filepath.Dir(self), name)
		if info, err := os.Stat(at); err == nil && !info.IsDir() {
			return at, nil
		}
	}
	at, err := exec.LookPath(name)
	if err != nil {
		return "", fmt.Errorf("%s is neither beside countersign nor on the path: %w", name, err)
	}
	return at, nil
}

// people are those of the window's agency, in the order in which they are offered.
func (c *city) people() ([]desk.OfficialID, []unlock.Known) {
	here := slices.DeleteFunc(slices.Clone(c.all), func(p demo.Person) bool { return string(p.Agency) != c.agency })
	first := desk.RoleApprover // at the tax desk the newcomer signs, at the police desk they read what arrived
	if c.agency == "police" {
		first = desk.RoleRequester
	}
	slices.SortStableFunc(here, func(a, b demo.Person) int { return rank(a, first) - rank(b, first) })
	var order []desk.OfficialID
	var known []unlock.Known
	for _, p := range here {
		order = append(order, p.Number)
		known = append(known, unlock.Known{Name: p.Name, Title: p.Title, Agency: c.titles[p.Agency], Role: p.Roles[0]})
	}
	return order, known
}

// rank puts those with the first role first and the administrators last.
func rank(p demo.Person, first desk.Role) int {
	switch {
	case slices.Contains(p.Roles, first):
		return 0
	case slices.Contains(p.Roles, desk.RoleAdmin):
		return 2
	}
	return 1
}

// demo is what the demo city offers beside the product.
func (d *desktop) demo() *page.Demo {
	c := d.city
	return &page.Demo{Passphrase: demo.Passphrase, Other: c.titles[desk.AgencyID(c.other())],
		OpenOther: d.openOther, Again: func(ctx context.Context) (string, error) { return demo.Again(ctx, c.dir) }}
}

// openOther opens the other side's desk as a process of its own.
func (d *desktop) openOther() error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("open the other desk: %w", err)
	}
	cmd := exec.Command(self, "--demo", d.city.other(), "--dir", d.city.dir)
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("open the other desk: %w", err)
	}
	return cmd.Process.Release()
}
