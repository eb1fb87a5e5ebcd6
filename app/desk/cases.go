package desk

import (
	"cmp"
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/ledger"
	"countersign/ledger/rules"
)

// Case is a case file: requests of the official's own agency that belong
// together. The grouping is the requester's alone. The record knows nothing of
// it; a letter that was written from a case names it for the colleagues who can
// open the letter, and what was put in by hand stands in the official's own
// book on this computer (see caseBook).
type Case struct {
	ID     string    // as in Ask.CaseFile
	Number string    // of the agency itself: "SC-2026-0931"
	Title  string    // empty: none was given
	Opened time.Time // on this computer; zero: known from letters alone
	Parts  []CasePart
}

// CasePart is one request of a case file.
type CasePart struct {
	Row     RequestRow
	Stage   PartStage
	Without bool // it was not given, and the official goes on without it
	Again   bool // it was not given, and a later part asks for the same data set
}

// PartStage is how far a part of a case file has come.
type PartStage string

// The stages.
const (
	PartWaiting  PartStage = "waiting"   // being decided, or something is owed before
	PartArriving PartStage = "arriving"  // approved, and not whole here
	PartArrived  PartStage = "arrived"   // received, with its receipt on the record
	PartNotGiven PartStage = "not-given" // it ended without data, or the data was recalled
	PartDeleted  PartStage = "deleted"   // it had arrived
)

// stage sorts a request into its stage.
func stage(row RequestRow) PartStage {
	switch row.State {
	case rules.Refused, rules.Withdrawn, rules.Lapsed:
		return PartNotGiven
	}
	switch {
	case row.Deleted:
		return PartDeleted
	case row.State == rules.Revoked:
		return PartNotGiven
	case row.Arrived:
		return PartArrived
	case row.State == rules.Expired || row.State == rules.Closed:
		return PartNotGiven
	case row.State == rules.Approved || row.State == rules.Suspended || row.State == rules.Fulfilled:
		return PartArriving
	}
	return PartWaiting
}

// Count counts the parts in one of the stages.
func (c *Case) Count(stages ...PartStage) int {
	n := 0
	for _, p := range c.Parts {
		if slices.Contains(stages, p.Stage) {
			n++
		}
	}
	return n
}

// Decided counts the parts that their agencies have answered for good.
func (c *Case) Decided() int { return len(c.Parts) - c.Count(PartWaiting) }

// KeepUntil is the first end of retention among what has arrived; 0: nothing is kept.
func (c *Case) KeepUntil() ledger.Time {
	var first ledger.Time
	for _, p := range c.Parts {
		if p.Stage == PartArrived && p.Row.KeepUntil != 0 && (first == 0 || p.Row.KeepUntil < first) {
			first = p.Row.KeepUntil
		}
	}
	return first
}

// changed is when something last happened in the case.
func (c *Case) changed() ledger.Time {
	t := ledger.Time(0)
	if !c.Opened.IsZero() {
		t = ledger.TimeOf(c.Opened)
	}
	for _, p := range c.Parts {
		t = max(t, p.Row.Changed, p.Row.Submitted)
	}
	return t
}

// NewCaseFile draws the number by which letters name a case file. It is random
// and says nothing to the agency that reads it.
func NewCaseFile() string {
	n := ledger.NewNonce()
	return hex.EncodeToString(n[:])
}

// Cases lists the case files, the one in which something happened last first.
// It opens the letters of the agency's last maxToDecide requests; those not
// opened within a moment follow with a Change.
func (d *Desk) Cases(ctx context.Context) ([]Case, error) {
	s, err := d.session()
	if err != nil {
		return nil, err
	}
	book, err := s.readCases()
	if err != nil {
		return nil, fmt.Errorf("read case files: %w", err)
	}
	rows, _, err := d.rows(ctx, s, ListQuery{Kind: ListMine, Limit: maxToDecide})
	if err != nil {
		return nil, fmt.Errorf("read case files: %w", err)
	}
	if book.hold(rows) {
		if err := d.changeCases(func(b *caseBook) { b.hold(rows) }); err != nil {
			return nil, err
		}
	}
	return book.group(rows), nil
}

// Case is one case file; ErrNoCase when there is none of that ID.
func (d *Desk) Case(ctx context.Context, id string) (*Case, error) {
	all, err := d.Cases(ctx)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(all, func(c Case) bool { return c.ID == id })
	if i < 0 {
		return nil, fmt.Errorf("read case file: %w", ErrNoCase)
	}
	return &all[i], nil
}

// group sorts requests (the newest first, as lists have them) into case files.
func (b *caseBook) group(rows []RequestRow) []Case {
	at := map[string]int{}
	var out []Case
	find := func(id string) *Case {
		i, ok := at[id]
		if !ok {
			i = len(out)
			at[id] = i
			c := Case{ID: id}
			if note, known := b.Cases[id]; known {
				c.Number, c.Title, c.Opened = note.Number, note.Title, note.Opened
			}
			out = append(out, c)
		}
		return &out[i]
	}
	for id := range b.Cases {
		find(id)
	}
	for _, row := range slices.Backward(rows) { // parts stand in the order of submission
		id, placed := b.Placed[row.ID]
		if !placed {
			id = row.CaseFile
		}
		if id == "" {
			continue
		}
		c := find(id)
		p := CasePart{Row: row, Stage: stage(row)}
		p.Without = p.Stage == PartNotGiven && b.Without[row.ID]
		for i := range c.Parts {
			if was := &c.Parts[i]; was.Row.Code == row.Code && was.Row.Other == row.Other && was.Stage == PartNotGiven {
				was.Again = true
			}
		}
		c.Parts = append(c.Parts, p)
		if c.Number == "" {
			c.Number = row.Case
		}
	}
	slices.SortFunc(out, func(x, y Case) int {
		return cmp.Or(cmp.Compare(y.changed(), x.changed()), cmp.Compare(x.ID, y.ID))
	})
	return out
}

// NewCase opens a case file under a number of the agency's own.
func (d *Desk) NewCase(number, title string) (Case, error) {
	c := Case{ID: NewCaseFile(), Opened: d.clock()}
	if err := d.NameCase(c.ID, number, title); err != nil {
		return Case{}, err
	}
	c.Number, c.Title = strings.TrimSpace(number), strings.TrimSpace(title)
	return c, nil
}

// NameCase gives a case file its number and title. Letters that were sent keep
// the number they have.
func (d *Desk) NameCase(id, number, title string) error {
	number, title = strings.TrimSpace(number), strings.TrimSpace(title)
	switch {
	case number == "":
		return &AskProblem{Field: AskCase, Code: CodeMissing}
	case !visible(number, maxLineRunes):
		return &AskProblem{Field: AskCase, Code: CodeBadText}
	case title != "" && !visible(title, maxLineRunes):
		return &AskProblem{Field: AskNote, Code: CodeBadText}
	}
	if _, err := caseFileOf(id); err != nil {
		return fmt.Errorf("name case file: %w", ErrNoCase)
	}
	return d.changeCases(func(b *caseBook) {
		note, known := b.Cases[id]
		if !known {
			note.Opened = d.clock()
		}
		note.Number, note.Title = number, title
		b.Cases[id] = note
	})
}

// KeepCase keeps a case file as it was once read, dropped or renamed meanwhile:
// its number and title, and when it was opened. One known from letters alone is
// so again.
func (d *Desk) KeepCase(c Case) error {
	if _, err := caseFileOf(c.ID); err != nil {
		return fmt.Errorf("keep case file: %w", ErrNoCase)
	}
	return d.changeCases(func(b *caseBook) {
		if c.Opened.IsZero() {
			delete(b.Cases, c.ID)
			return
		}
		b.Cases[c.ID] = caseNote{Number: c.Number, Title: c.Title, Opened: c.Opened}
	})
}

// PutInCase puts a request of the agency into a case file, out of any other; an
// empty id takes it out. Nothing leaves this computer.
func (d *Desk) PutInCase(ctx context.Context, request ledger.EntryID, id string) error {
	s, err := d.session()
	if err != nil {
		return err
	}
	err = d.look(ctx, func(l *look) error {
		if r := l.Request(request); r == nil || r.Requester != s.agency {
			return ErrNotYours
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("put in case file: %w", err)
	}
	if id != "" {
		if _, err := caseFileOf(id); err != nil {
			return fmt.Errorf("put in case file: %w", ErrNoCase)
		}
	}
	return d.changeCases(func(b *caseBook) { b.Placed[request] = id })
}

// GoOnWithout notes that a part which was not given is done without, or no
// longer so. The part stays visible with its reason.
func (d *Desk) GoOnWithout(request ledger.EntryID, on bool) error {
	return d.changeCases(func(b *caseBook) {
		if on {
			b.Without[request] = true
		} else {
			delete(b.Without, request)
		}
	})
}

// DropCase forgets a case file that holds no request (ErrCaseHolds otherwise).
func (d *Desk) DropCase(ctx context.Context, id string) error {
	c, err := d.Case(ctx, id)
	if err != nil {
		return err
	}
	if len(c.Parts) > 0 {
		return fmt.Errorf("drop case file: %w", ErrCaseHolds)
	}
	return d.changeCases(func(b *caseBook) { delete(b.Cases, id) })
}
