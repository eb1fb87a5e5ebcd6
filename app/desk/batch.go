package desk

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"

	"countersign/ledger"
	"countersign/ledger/keyring"
	"countersign/ledger/vault"
)

// MaxBatch is how many requests are decided under one passphrase at most: as
// many as a person can look through on one page.
const MaxBatch = 50

// maxAlike is how many requests are compared for a batch.
const maxAlike = 2000

// ErrNotAlike says that requests differ in more than their subjects: they are
// decided one by one.
var ErrNotAlike = errors.New("the requests differ in more than their subjects")

// Batch is the sign pages of decisions that are identical but for the subject,
// one for each request. Each has its own body, check code and signature.
type Batch struct{ Pages []*SignPage }

// Pen signs the pages of one batch with a key that was opened once.
type Pen interface {
	// Sign signs one page, at most once, and hands it to the outbox. An error is
	// about this page alone.
	Sign(ctx context.Context, page int) (Ticket, error)
	// Close forgets the key. Locking the desk does so too.
	Close()
}

// alike is a request that could be decided together with another.
type alike struct{ id, version ledger.EntryID }

// Alike lists the requests that the official may decide now and that differ from
// this one in their subjects only, in the order of the legal deadline, at most
// MaxBatch-1: the same person asks for the same fields of the same dataset, on
// the same basis, for the same purpose, case, period and time, in the same words;
// the same signatures have been given, so the same would follow.
func (d *Desk) Alike(ctx context.Context, id ledger.EntryID) ([]RequestRow, error) {
	s, err := d.session()
	if err != nil {
		return nil, err
	}
	_, others, err := d.alike(ctx, s, id)
	if err != nil || len(others) == 0 {
		return nil, err
	}
	ids := make([]ledger.EntryID, len(others))
	for i, o := range others {
		ids[i] = o.id
	}
	rows, err := d.rowsOf(ctx, s, ids)
	if err != nil {
		return nil, fmt.Errorf("compare requests: %w", err)
	}
	return slices.DeleteFunc(rows, func(r RequestRow) bool { return !r.MineToSign }), nil
}

// alike finds a request's version and those that are like it.
func (d *Desk) alike(ctx context.Context, s *session, id ledger.EntryID) (ledger.EntryID, []alike, error) {
	var self *file
	var missing error
	err := d.upToDate(ctx, s, func(l *look) { self, missing = l.file(s, id, false) })
	if err = errors.Join(err, missing); err != nil {
		return ledger.EntryID{}, nil, fmt.Errorf("compare requests: %w", err)
	}
	if self.req.Provider != s.agency || !self.mine || self.req.Offer != nil {
		return self.req.Version, nil, nil
	}
	var same []*file
	err = d.look(ctx, func(l *look) error {
		same = nil
		for _, other := range s.roll.mineFrom(self.req.Requester, maxAlike) {
			r := l.Request(other)
			if r == nil || r.ID == id || r.Dataset != self.req.Dataset || r.Basis != self.req.Basis || r.State != self.req.State {
				continue
			}
			f, err := l.file(s, other, false)
			if err != nil {
				return err
			}
			if f.like(self) {
				same = append(same, f)
			}
		}
		return nil
	})
	if err != nil {
		return ledger.EntryID{}, nil, fmt.Errorf("compare requests: %w", err)
	}
	mine, err := d.letter(ctx, s, self.letter())
	if err != nil {
		return self.req.Version, nil, nil // nobody decides what is not open here
	}
	var out []alike
	for _, f := range same {
		if t, err := d.letter(ctx, s, f.letter()); err == nil && likeLetter(mine, t) {
			out = append(out, alike{f.req.ID, f.req.Version})
		}
		if len(out) == MaxBatch-1 || ctx.Err() != nil {
			break
		}
	}
	return self.req.Version, out, ctx.Err()
}

// like tells whether the record says the same of two requests, but for whom
// they are about.
func (f *file) like(o *file) bool {
	a, b := f.req, o.req
	return f.mine && a.Offer == nil && a.Submitter == b.Submitter && a.Purpose == b.Purpose && a.Emergency == b.Emergency &&
		reflect.DeepEqual(a.Terms, b.Terms) && f.role == o.role && slices.Equal(f.approvable(), o.approvable()) &&
		f.tally.Have == o.tally.Have && f.tally.Visa == o.tally.Visa
}

// likeLetter tells whether two letters say the same, but for whom they are about.
func likeLetter(a, b *vault.Letter) bool {
	return a.Case == b.Case && a.From == b.From && a.To == b.To && a.Note == b.Note && reflect.DeepEqual(a.Rows, b.Rows)
}

// PrepareBatch makes the sign pages of one act (approve, return or refuse) on
// several requests. The first is the one that was read; the others have to be
// like it still (ErrNotAlike).
func (d *Desk) PrepareBatch(ctx context.Context, act Act, ids []ledger.EntryID) (*Batch, error) {
	s, err := d.session()
	if err != nil {
		return nil, err
	}
	switch {
	case act.Kind != ActApprove && act.Kind != ActReturn && act.Kind != ActRefuse:
		return nil, fmt.Errorf("prepare batch: %q is not decided in a batch: %w", act.Kind, ErrNotAlike)
	case len(ids) == 0 || len(ids) > MaxBatch:
		return nil, fmt.Errorf("prepare batch: %d requests: %w", len(ids), ErrNothingToSign)
	}
	version, others, err := d.alike(ctx, s, ids[0])
	if err != nil {
		return nil, fmt.Errorf("prepare batch: %w", err)
	}
	if !act.Version.IsZero() && act.Version != version {
		return nil, fmt.Errorf("prepare batch: %w", ledger.StaleVersion)
	}
	versions := map[ledger.EntryID]ledger.EntryID{ids[0]: version}
	for _, o := range others {
		versions[o.id] = o.version
	}
	out := &Batch{}
	for _, id := range ids {
		v, ok := versions[id]
		if !ok {
			return nil, fmt.Errorf("prepare batch: request %s: %w", id.Short(), ErrNotAlike)
		}
		delete(versions, id) // each once
		act.Request, act.Version = id, v
		page, err := d.Prepare(ctx, act)
		if err != nil {
			return nil, err
		}
		out.Pages = append(out.Pages, page)
	}
	return out, nil
}

// OpenBatch opens the official's key file once for all pages of a batch.
func (d *Desk) OpenBatch(_ context.Context, b *Batch, passphrase string) (Pen, error) {
	s, err := d.session()
	if err != nil {
		return nil, err
	}
	if s.path == "" {
		return nil, fmt.Errorf("sign: no key file of this official is here: %w", ErrNotYours)
	}
	keys, err := keyring.Open(s.path, passphrase, d.keyOptions())
	if err != nil {
		return nil, fmt.Errorf("sign: %w", openError(err))
	}
	p := &pen{desk: d, keys: keys, pages: slices.Clone(b.Pages)}
	p.unlocked = context.AfterFunc(s.ctx, p.Close)
	return p, nil
}

// pen implements Pen.
type pen struct {
	desk     *Desk
	unlocked func() bool // stops waiting for the lock

	mu    sync.Mutex
	keys  *keyring.Identity // nil once closed
	pages []*SignPage       // nil: signed, or tried
}

// Sign implements Pen.
func (p *pen) Sign(ctx context.Context, page int) (Ticket, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.keys == nil {
		return Ticket{}, fmt.Errorf("sign: %w", ErrLocked)
	}
	if page < 0 || page >= len(p.pages) || p.pages[page] == nil {
		return Ticket{}, fmt.Errorf("sign: page %d of the batch: %w", page, ErrNothingToSign)
	}
	if err := ctx.Err(); err != nil {
		return Ticket{}, fmt.Errorf("sign: %w", err)
	}
	one := p.pages[page]
	p.pages[page] = nil
	return p.desk.SignWith(ctx, one, p.keys)
}

// Close implements Pen.
func (p *pen) Close() {
	p.unlocked()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.keys != nil {
		p.keys.Close()
		p.keys = nil
	}
}
