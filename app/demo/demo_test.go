package demo

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"countersign/app/desk"
	"countersign/app/node"
	"countersign/assets"
)

func options(t *testing.T, n int) Options {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "cs") // a short path: sockets lie below it
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return Options{Program: program, Dir: dir, Agencies: n, Say: func(s string) { t.Log(s) }}
}

func TestPoliceAndTaxAcrossProcesses(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	m, err := Headless(ctx, options(t, 4), 3)
	if err != nil {
		t.Fatal(err)
	}
	if m.Fields != 4 || m.Rows != 5 {
		t.Errorf("received %d rows with %d fields, want 5 with 4", m.Rows, m.Fields)
	}
	if m.Final.P50 <= 0 || m.Received.P50 < m.Final.P50 || m.Receipt.P50 < m.Received.P50 {
		t.Errorf("times %+v: final, received, receipt come in this order", m)
	}
}

// TestTheCityWithItsPast makes a whole city and looks at it as its people do.
func TestTheCityWithItsPast(t *testing.T) {
	o := options(t, 4)
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	if _, err := Status(ctx, o.Dir); !errors.Is(err, ErrNotRunning) {
		t.Errorf("status of an empty folder: %v", err)
	}
	if err := Stop(ctx, o.Dir); !errors.Is(err, ErrNotRunning) {
		t.Errorf("stop in an empty folder: %v", err)
	}
	ready, ended := make(chan struct{}), make(chan error, 1)
	go func() { ended <- Up(ctx, o, func() { close(ready) }) }()
	select {
	case <-ready:
	case err := <-ended:
		t.Fatal(err)
	}
	plan, err := LoadPlan(assets.Demo(), o.Agencies)
	if err != nil {
		t.Fatal(err)
	}
	v := &visit{t: t, ctx: ctx, c: newCity(o, plan)}
	v.must(v.c.remember())
	v.must(v.c.attach(ctx))
	t.Run("inbox of the newcomer", v.inbox)
	t.Run("letter of the story", v.letter)
	t.Run("received by the police", v.received)
	t.Run("second start", v.secondStart)
	t.Run("at the desk", v.atTheDesk)
	t.Run("the story again", v.again)
	v.c.lockDesks()
	if err := Stop(ctx, o.Dir); err != nil {
		t.Error(err)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// visit is somebody who looks at a city that another process runs.
type visit struct {
	t   *testing.T
	ctx context.Context
	c   *city
}

func (v *visit) must(err error) {
	v.t.Helper()
	if err != nil {
		v.t.Fatal(err)
	}
}

func (v *visit) desk(t *testing.T, who string) *desk.Desk {
	t.Helper()
	d, err := v.c.desk(v.ctx, who)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// chips are rows as "case state signed/needed days", in the order of the list.
func chips(rows []desk.RequestRow) (out []string) {
	for _, r := range rows {
		left := fmt.Sprintf("%dd", r.DaysLeft)
		if r.HoursLeft > 0 {
			left = "today"
		}
		if r.Paused {
			left = "paused"
		}
		if r.Unread {
			left += " new"
		}
		out = append(out, fmt.Sprintf("%s %s %d/%d %s", r.Case, r.State, r.Signed, r.Needed, left))
	}
	return out
}

func (v *visit) inbox(t *testing.T) {
	var g desk.InboxGroups
	err := until(v.ctx, readLimit, func() (bool, error) { // letters open in the background
		var err error
		g, err = v.desk(t, "tax/arnaud").Inbox(v.ctx)
		for _, r := range slices.Concat(g.ToSign, g.Waiting) {
			if r.Case == "" {
				return false, fmt.Errorf("request %s is not open here", r.ID.Short())
			}
		}
		return err == nil, err
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"VM-2026-0433 submitted 1/2 today new", "HF-CMU-2071 submitted 0/2 2d",
		"VM-2026-0417 submitted 1/2 6d", "CR-26-1188 submitted 0/2 8d new"}
	if got := chips(g.ToSign); !slices.Equal(got, want) {
		t.Errorf("to sign: %q, want %q", got, want)
	}
	want = []string{"HF-CC-0419 submitted 1/2 9d", "CR-26-1131 returned 0/2 paused"}
	got := chips(g.Waiting)
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("waiting: %q, want %q", got, want)
	}
	if len(g.Decided) < 20 {
		t.Errorf("decided: %d, want at least 20", len(g.Decided))
	}
}

func (v *visit) story(t *testing.T) (*desk.Desk, desk.RequestRow) {
	t.Helper()
	d := v.desk(t, "tax/arnaud")
	g, err := d.Inbox(v.ctx)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(g.ToSign, func(r desk.RequestRow) bool { return r.Case == "VM-2026-0417" })
	if i < 0 {
		t.Fatal("the story's request does not wait for the newcomer")
	}
	return d, g.ToSign[i]
}

func (v *visit) letter(t *testing.T) {
	d, row := v.story(t)
	l, err := d.Letter(v.ctx, row.ID)
	if err != nil {
		t.Fatal(err)
	}
	if l.Precedents.ApprovedPart != 9 || l.Precedents.Refused != 2 || l.Precedents.Approved != 0 {
		t.Errorf("precedents: %+v, want 9 approved in part and 2 refused", l.Precedents)
	}
	if l.Sender.Name != "Marco Vidal" || l.Sender.Unit != "Financial Crime Unit" || !l.LastNeeded {
		t.Errorf("sender %+v, last needed %v", l.Sender, l.LastNeeded)
	}
	if l.Fields[0].About != "Income declared, per year" || !l.Fields[3].Sensitive {
		t.Errorf("fields: %+v", l.Fields)
	}
	spouse := l.Fields[4]
	if spouse.Name != "spouse_id" || spouse.StruckBy == nil || spouse.StruckBy.Name != "Tomás Okafor" || !spouse.Beyond {
		t.Errorf("spouse_id: %+v, want struck by Okafor and beyond the basis", spouse)
	}
	if l.BasisText == "" || l.DatasetText == "" {
		t.Error("the words of basis and dataset are missing")
	}
}

func (v *visit) received(t *testing.T) {
	rows, err := v.desk(t, "police/vidal").Received(v.ctx)
	if err != nil {
		t.Fatal(err)
	}
	var deleted, kept int
	for _, r := range rows {
		if r.Deleted {
			deleted++
		} else {
			kept++
		}
	}
	if deleted != 1 || kept < 11 {
		t.Errorf("received: %d kept and %d deleted, want 11 and more, and 1", kept, deleted)
	}
}

func (v *visit) secondStart(t *testing.T) {
	if err := Up(v.ctx, v.c.opt, func() {}); !errors.Is(err, ErrRunning) {
		t.Errorf("a second start: %v", err)
	}
	s, err := Status(v.ctx, v.c.opt.Dir)
	if err != nil || len(s.Nodes) != 4 || len(s.Desks) != 2 {
		t.Errorf("status: %d nodes, %d desks, %v", len(s.Nodes), len(s.Desks), err)
	}
	for _, n := range s.Nodes {
		if n.Clock != 0 || len(n.Problems) > 0 || !n.Keeper {
			t.Errorf("%s: clock moved by %s, problems %q, keeper %v", n.Profile.Agency, n.Clock, n.Problems, n.Keeper)
		}
	}
}

// atTheDesk starts the tax desk's node as its window does and unlocks there.
func (v *visit) atTheDesk(t *testing.T) {
	at, err := DeskFolder(v.c.opt.Dir, "tax")
	if err != nil {
		t.Fatal(err)
	}
	n := v.c.nodes.Add("tax/desk")
	if n.Folder != at {
		t.Fatalf("desk folder %s, want %s", at, n.Folder)
	}
	if err := v.c.nodes.Start(v.ctx, n); err != nil {
		t.Fatal(err)
	}
	defer v.c.nodes.Stop(v.ctx, n, false)
	client, err := n.Client()
	if err != nil {
		t.Fatal(err)
	}
	if !client.Profile().Demo {
		t.Error("the desk does not know that it is the demo's")
	}
	d := desk.New(client, desk.Options{Keys: filepath.Join(at, node.KeysFolder), WorkFactor: workFactor})
	people, err := d.Identities()
	if err != nil || len(people) != 6 {
		t.Fatalf("who can unlock here: %d people, %v", len(people), err)
	}
	if err := d.Unlock(v.ctx, v.c.number("tax/arnaud"), Passphrase); err != nil {
		t.Fatal(err)
	}
	defer d.Lock()
	_, row := v.story(t)
	err = until(v.ctx, readLimit, func() (bool, error) {
		l, err := d.Letter(v.ctx, row.ID)
		if err == nil && l.LetterState != desk.LetterOpen {
			err = fmt.Errorf("the letter is %s", l.LetterState)
		}
		return err == nil, err
	})
	if err != nil {
		t.Error(err)
	}
}

func (v *visit) again(t *testing.T) {
	number, err := Again(v.ctx, v.c.opt.Dir)
	if err != nil {
		t.Fatal(err)
	}
	g, err := v.desk(t, "tax/arnaud").Inbox(v.ctx)
	if err != nil {
		t.Fatal(err)
	}
	if got := chips(g.ToSign); !slices.ContainsFunc(got, func(s string) bool { return s == number+" submitted 1/2 8d new" }) {
		t.Errorf("to sign: %q, want %s half signed", got, number)
	}
}
