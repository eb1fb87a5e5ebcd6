package story

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"countersign/app/control"
	"countersign/app/desk"
	"countersign/ledger"
	"countersign/ledger/rules"
)

// within reads the option of that name.
func within(s Step, otherwise time.Duration) (time.Duration, error) {
	v := s.Opt("within", "")
	if v == "" {
		return otherwise, nil
	}
	return span(v)
}

// notYet is why something has not come true. Any other error is a failure: what a
// node that does not answer says proves nothing.
type notYet string

func (n notYet) Error() string { return string(n) }

// comesTrue waits for ok; a step led by "!" demands that it does not come true.
func comesTrue(ctx context.Context, s Step, limit time.Duration, ok func() (bool, error)) error {
	done, err := until(ctx, limit, ok)
	var why notYet
	switch {
	case s.Refused && done:
		return fmt.Errorf("%w: it came true", ErrStory)
	case s.Refused && err != nil && !errors.As(err, &why):
		return err
	case s.Refused:
		return nil
	case !done && err != nil:
		return fmt.Errorf("%w within %s: %w", ErrStory, limit, err)
	case !done:
		return fmt.Errorf("%w within %s", ErrStory, limit)
	}
	return nil
}

// stateStep waits until a request is, or has been since its last signed step,
// in a state on every running replica.
func (p *Player) stateStep(ctx context.Context, s Step) error {
	id, err := p.request(s.Args[0])
	if err != nil {
		return err
	}
	if !slices.Contains(rules.States(), rules.State(s.Args[1])) {
		return fmt.Errorf("%q is no state", s.Args[1])
	}
	limit, err := within(s, 5*time.Second)
	if err != nil {
		return err
	}
	return comesTrue(ctx, s, limit, func() (bool, error) {
		all, err := p.everyone()
		if err != nil {
			return false, err
		}
		for name, c := range all {
			if err := p.inState(ctx, c, id, p.marks[s.Args[0]], rules.State(s.Args[1])); err != nil {
				return false, fmt.Errorf("%s: %w", name, err)
			}
		}
		return len(all) > 0, nil
	})
}

func (p *Player) inState(ctx context.Context, c *control.Client, id, since ledger.EntryID, want rules.State) error {
	return c.Read(ctx, func(r rules.Reader) error {
		req := rules.NewView(r).Request(id)
		if req == nil {
			return notYet("the request is not here yet")
		}
		if req.State == want {
			return nil
		}
		from := slices.IndexFunc(req.History, func(h rules.StateChange) bool { return h.Entry == since })
		if from >= 0 && slices.ContainsFunc(req.History[from:], func(h rules.StateChange) bool { return h.State == want }) {
			return nil
		}
		return notYet("it is " + req.State)
	})
}

// receivedStep waits until data has arrived, opened and matched, and its
// receipt is final; then it looks at the table as a person of that agency does.
func (p *Player) receivedStep(ctx context.Context, s Step) error {
	a, err := p.agency(s.Args[0])
	if err != nil {
		return err
	}
	id, err := p.request(s.Args[1])
	if err != nil {
		return err
	}
	limit, err := within(s, 5*time.Second)
	if err != nil {
		return err
	}
	client, err := p.client(a.id, "")
	if err != nil {
		return err
	}
	start := time.Now()
	err = comesTrue(ctx, s, limit, func() (bool, error) {
		err := client.Read(ctx, func(r rules.Reader) error {
			req := rules.NewView(r).Request(id)
			switch {
			case req == nil || len(req.Releases) == 0:
				return notYet("nothing was released")
			case req.Releases[len(req.Releases)-1].Receipt.IsZero():
				return notYet("there is no receipt")
			}
			return nil
		})
		return err == nil, err
	})
	if err != nil || s.Refused {
		return err
	}
	p.detail["received_ms"] = float64(time.Since(start).Microseconds()) / 1000
	return p.lookAt(ctx, s, a, id)
}

// lookAt opens the received table and compares it with the step's options.
func (p *Player) lookAt(ctx context.Context, s Step, a *agency, id ledger.EntryID) error {
	who := p.requesterOf(a)
	if who == nil {
		return fmt.Errorf("%s has nobody who may read what it received", a.id)
	}
	d, err := p.desk(ctx, who, "")
	if err != nil {
		return err
	}
	t, err := d.OpenReceived(ctx, id)
	if err != nil {
		return err
	}
	p.detail["rows"], p.detail["columns"] = t.Total, t.Columns
	if v := s.Opt("rows", ""); v != "" && v != strconv.Itoa(t.Total) {
		return fmt.Errorf("%w: %d rows", ErrStory, t.Total)
	}
	if want := s.List("columns"); want != nil && !slices.Equal(fields(want), ledger.SortFields(t.Columns)) {
		return fmt.Errorf("%w: columns %v", ErrStory, t.Columns)
	}
	if cell := s.List("cell"); cell != nil {
		return checkCell(t, cell)
	}
	return nil
}

// checkCell compares ROW,COLUMN,VALUE; rows count from 1.
func checkCell(t *desk.Table, cell []string) error {
	if len(cell) != 3 {
		return errors.New("write cell=ROW,COLUMN,VALUE")
	}
	row, err := strconv.Atoi(cell[0])
	col := slices.Index(t.Columns, ledger.FieldName(cell[1]))
	if err != nil || row < 1 || row > len(t.Rows) || col < 0 {
		return fmt.Errorf("%w: there is no cell %s,%s", ErrStory, cell[0], cell[1])
	}
	if got := t.Rows[row-1][col]; got != cell[2] {
		return fmt.Errorf("%w: the cell holds %q", ErrStory, got)
	}
	return nil
}

// requesterOf finds someone of an agency who is no admin; else an admin.
func (p *Player) requesterOf(a *agency) *person {
	var names []string
	for name, who := range p.people {
		if who.agency == a.id && !who.admin {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return a.admins[0]
	}
	slices.Sort(names)
	return p.people[names[0]]
}

// opensStep has a person's desk open a request's letter.
func (p *Player) opensStep(ctx context.Context, s Step) error {
	who, id, err := p.about(s)
	if err != nil {
		return err
	}
	limit := readLimit
	if s.Refused {
		limit = 2 * time.Second
	}
	return comesTrue(ctx, s, limit, func() (bool, error) {
		d, err := p.desk(ctx, who, s.Opt("on", ""))
		if err != nil {
			return false, err
		}
		l, err := d.Letter(ctx, id)
		switch {
		case errors.Is(err, ledger.UnknownRequest):
			err = notYet("the request is not here yet")
		case err == nil && l.LetterState != desk.LetterOpen:
			err = notYet("the letter is " + l.LetterState)
		}
		return err == nil, err
	})
}

// laterStep compares by ledger time when two requests were submitted.
func (p *Player) laterStep(ctx context.Context, s Step) error {
	gap, err := span(s.Args[2])
	if err != nil {
		return err
	}
	var at [2]ledger.Time
	for i := range at {
		id, err := p.request(s.Args[i])
		if err != nil {
			return err
		}
		f, err := p.founder()
		if err != nil {
			return err
		}
		client, err := p.client(f.id, "")
		if err != nil {
			return err
		}
		final, err := client.Await(ctx, id)
		if err != nil {
			return err
		}
		at[i] = final.Time
	}
	if got := at[0].Sub(at[1]); got < gap {
		return fmt.Errorf("%w: only %s later", ErrStory, got)
	}
	return nil
}

// hiddenStep looks for a text in an agency's files, those of its people's desks
// included, and in every ledger.
func (p *Player) hiddenStep(_ context.Context, s Step) error {
	a, err := p.agency(s.Args[0])
	if err != nil {
		return err
	}
	id, text := s.Args[0], []byte(s.Args[1])
	desks := &Child{Name: a.office(), Folder: filepath.Join(p.opt.Dir, "desks", id)}
	for _, n := range append(p.city.All(), desks) {
		whole := strings.HasPrefix(n.Name, id+"/")
		err := filepath.WalkDir(n.Folder, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !d.Type().IsRegular() {
				return err
			}
			rel, _ := filepath.Rel(n.Folder, path)
			ledgerFile := rel == "ledger.db" || strings.HasPrefix(rel, "engine"+string(filepath.Separator))
			if !whole && !ledgerFile {
				return nil
			}
			b, err := os.ReadFile(path)
			if errors.Is(err, fs.ErrNotExist) { // the engine compacts its files
				return nil
			}
			if err == nil && bytes.Contains(b, text) {
				err = fmt.Errorf("%w: it stands in %s of %s", ErrStory, rel, n.Name)
			}
			return err
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// sameStep compares all running replicas and verifies each ledger.
func (p *Player) sameStep(ctx context.Context, s Step) error {
	limit, err := within(s, 10*time.Second)
	if err != nil {
		return err
	}
	if err := comesTrue(ctx, s, limit, func() (bool, error) { return p.alike(ctx) }); err != nil {
		return err
	}
	all, err := p.everyone()
	if err != nil {
		return err
	}
	for name, c := range all {
		r, err := c.Verify(ctx, func(uint64, uint64) {})
		if err != nil {
			return fmt.Errorf("verify %s: %w", name, err)
		}
		p.detail["entries"], p.detail["digest"] = r.Entries, r.Digest.Short()
	}
	return nil
}

func (p *Player) alike(ctx context.Context) (bool, error) {
	all, err := p.everyone()
	if err != nil {
		return false, err
	}
	var first string
	var log ledger.LogHead
	var digest ledger.Hash
	for name, c := range all {
		st, err := c.Status(ctx)
		if err != nil {
			return false, fmt.Errorf("%s: %w", name, err)
		}
		if st.Network.Problem != "" {
			return false, fmt.Errorf("%s: %s", name, st.Network.Problem)
		}
		if first == "" {
			first, log, digest = name, st.Log, st.Digest
		} else if st.Log != log || st.Digest != digest {
			return false, fmt.Errorf("%s has %d entries, %s has %d", first, log.Size, name, st.Log.Size)
		}
	}
	return len(all) > 0, nil
}

// upToDate is a client of the founder's node, or of the first that runs, once it
// has every block that the story's steps were final in: a step ends when its entry
// is final on the signer's own node, and others may get that block a moment later.
func (p *Player) upToDate(ctx context.Context) (*control.Client, error) {
	a, client, err := p.inviter()
	if err != nil {
		return nil, err
	}
	_, err = until(ctx, readLimit, func() (bool, error) {
		st, err := client.Status(ctx)
		if err == nil && st.Height < p.reached {
			err = notYet(fmt.Sprintf("%s has block %d, and the story has reached %d", a.id, st.Height, p.reached))
		}
		return err == nil, err
	})
	return client, err
}

// countStep compares a count of the founder's replica, or of the first that runs.
func (p *Player) countStep(ctx context.Context, s Step) error {
	client, err := p.upToDate(ctx)
	if err != nil {
		return err
	}
	want, err := strconv.ParseUint(s.Args[2], 10, 64)
	if err != nil {
		return err
	}
	within, err := span(s.Opt("within", "0s"))
	if err != nil {
		return err
	}
	var got uint64
	ok, err := until(ctx, within, func() (bool, error) {
		if got, err = client.CountEntries(ctx, s.Args[0]); err != nil {
			return false, err
		}
		holds, known := map[string]bool{"=": got == want, "==": got == want, ">": got > want, ">=": got >= want, "<": got < want, "<=": got <= want}[s.Args[1]]
		if !known {
			return false, fmt.Errorf("%q is no comparison", s.Args[1])
		}
		return holds, nil
	})
	p.detail["count"] = got
	if err != nil {
		return err
	}
	if !ok {
		return fmt.Errorf("%w: %d %s", ErrStory, got, s.Args[0])
	}
	return nil
}
