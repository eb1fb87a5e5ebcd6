package desk

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"countersign/ledger"
)

// Sizes of lists. What waits for a decision is shown whole; what has been
// decided in pages.
const (
	maxToDecide = 1000
	pageSize    = 50
)

// Inbox is what the official's agency is asked for, in the order of the legal
// deadline, and for an admin what waits for a second signature. Case numbers
// and counts come from letters; those not opened within a moment follow with a
// Change that names their requests.
func (d *Desk) Inbox(ctx context.Context) (InboxGroups, error) {
	s, err := d.session()
	if err != nil {
		return InboxGroups{}, err
	}
	open, _, err := d.rows(ctx, s, ListQuery{Kind: ListToDecide, Limit: maxToDecide})
	if err != nil {
		return InboxGroups{}, fmt.Errorf("read inbox: %w", err)
	}
	decided, next, err := d.rows(ctx, s, ListQuery{Kind: ListDecided, Limit: pageSize})
	if err != nil {
		return InboxGroups{}, fmt.Errorf("read inbox: %w", err)
	}
	g := InboxGroups{Decided: decided, More: next != nil}
	for _, row := range open {
		if row.MineToSign {
			g.ToSign = append(g.ToSign, row)
		} else {
			g.Waiting = append(g.Waiting, row)
		}
	}
	byDeadline(g.ToSign)
	byDeadline(g.Waiting)
	if g.Proposals, err = d.proposals(ctx, s); err != nil {
		return InboxGroups{}, fmt.Errorf("read inbox: %w", err)
	}
	return g, nil
}

// Decided pages through what the official's agency has decided, newest first.
func (d *Desk) Decided(ctx context.Context, cursor []byte) ([]RequestRow, []byte, error) {
	return d.page(ctx, ListDecided, cursor)
}

// Mine pages through what the official's agency has asked for, newest first.
func (d *Desk) Mine(ctx context.Context, cursor []byte) ([]RequestRow, []byte, error) {
	return d.page(ctx, ListMine, cursor)
}

// Received lists the requests of the official's agency for which data was
// released, newest first: at most the first page.
func (d *Desk) Received(ctx context.Context) ([]RequestRow, error) {
	rows, _, err := d.page(ctx, ListReceived, nil)
	return rows, err
}

// ReceivedPage pages through them.
func (d *Desk) ReceivedPage(ctx context.Context, cursor []byte) ([]RequestRow, []byte, error) {
	return d.page(ctx, ListReceived, cursor)
}

func (d *Desk) page(ctx context.Context, kind ListKind, cursor []byte) ([]RequestRow, []byte, error) {
	s, err := d.session()
	if err != nil {
		return nil, nil, err
	}
	rows, next, err := d.rows(ctx, s, ListQuery{Kind: kind, Cursor: cursor, Limit: pageSize})
	if err != nil {
		return nil, nil, fmt.Errorf("read list %s: %w", kind, err)
	}
	return rows, next, nil
}

// byDeadline sorts paused requests last: their clock stands still.
func byDeadline(rows []RequestRow) {
	slices.SortStableFunc(rows, func(a, b RequestRow) int {
		if a.Paused != b.Paused {
			if a.Paused {
				return 1
			}
			return -1
		}
		return cmp.Or(cmp.Compare(a.Deadline, b.Deadline), cmp.Compare(a.Submitted, b.Submitted))
	})
}

// rows reads one page of an index and the requests on it.
func (d *Desk) rows(ctx context.Context, s *session, q ListQuery) ([]RequestRow, []byte, error) {
	page, err := d.node.List(ctx, q)
	if err != nil {
		return nil, nil, err
	}
	rows, err := d.rowsOf(ctx, s, page.IDs)
	return rows, page.Next, err
}

// rowsOf reads requests in the order given; what the record does not hold is left out.
func (d *Desk) rowsOf(ctx context.Context, s *session, ids []ledger.EntryID) ([]RequestRow, error) {
	rows := make([]RequestRow, 0, len(ids))
	letters := make([]named, 0, len(ids))
	waits := make([][]ledger.OfficialID, 0, len(ids))
	var who []ledger.OfficialID
	err := d.look(ctx, func(l *look) error {
		rows, letters, waits, who = rows[:0], letters[:0], waits[:0], who[:0]
		for _, id := range ids {
			f, err := l.file(s, id, false)
			if errors.Is(err, ledger.UnknownRequest) {
				continue
			}
			if err != nil {
				return err
			}
			rows, letters = append(rows, f.row(s)), append(letters, f.letter())
			waits = append(waits, f.waits)
			who = append(who, f.waits...)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	people := d.persons(ctx, unique(who)...)
	for i := range rows {
		rows[i].WaitsFor = list(people, waits[i])
	}
	d.fill(ctx, s, rows, letters)
	return rows, nil
}

func unique(ids []ledger.OfficialID) []ledger.OfficialID {
	seen := map[ledger.OfficialID]bool{}
	return slices.DeleteFunc(slices.Clone(ids), func(id ledger.OfficialID) bool {
		was := seen[id]
		seen[id] = true
		return was
	})
}

// letter names the sealed part of the version on the table.
func (f *file) letter() named { return f.named(f.req.LetterOf, f.req.Letter) }
