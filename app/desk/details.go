package desk

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"time"

	"countersign/ledger"
	"countersign/ledger/vault"
)

// named is a sealed part together with the final entry that names it.
type named struct {
	entry ledger.EntryID
	part  ledger.Sealed
	of    ledger.EntryID // the request it belongs to; zero: a card or a sheet
	gone  bool           // destroyed here for good: nothing opens it any more
}

// opened is what the desk remembers of a part until it locks: its content, or
// why it could not be opened and until when not to try again.
type opened struct {
	of      ledger.EntryID // as in named
	content vault.Content
	err     error
	retry   time.Time
}

// retryAfter is how long lists leave a part alone that nobody had.
const retryAfter = 10 * time.Second

// A part that nobody had is asked for again in the background: at once after
// firstAgain, for it may be on its way, then ever more seldom.
const (
	firstAgain = time.Second
	lastAgain  = 5 * time.Minute
)

// listBudget is how long a list waits for letters; the others follow in the
// background, so an inbox of a thousand requests is there at once.
const listBudget = 250 * time.Millisecond

// part opens a part as a content of its type, or takes it from memory. Errors
// wrap ErrPartAway, ErrMismatch, ErrNotYours or ErrErased. The content is shared: callers
// must not change it.
func part[T any, P interface {
	*T
	vault.Content
}](ctx context.Context, d *Desk, s *session, n named) (*T, error) {
	if n.gone {
		s.drop(n.part.Commitment)
		return nil, ErrErased
	}
	if o := s.recall(n.part.Commitment, d.clock()); o != nil {
		if out, ok := o.content.(P); ok {
			return (*T)(out), nil
		}
		return nil, cmp.Or(o.err, ErrMismatch)
	}
	out := P(new(T))
	err := d.openPart(ctx, s, n, out)
	if err != nil && ctx.Err() != nil {
		return nil, errors.Join(ErrPartAway, err) // not its fault: nothing to remember
	}
	o := &opened{of: n.of, err: err}
	if err == nil {
		o.content = out
	} else if !errors.Is(err, ErrMismatch) {
		o.retry = d.clock().Add(retryAfter)
	}
	s.keep(n.part.Commitment, o)
	if err != nil {
		return nil, err
	}
	return (*T)(out), nil
}

func (d *Desk) letter(ctx context.Context, s *session, n named) (*vault.Letter, error) {
	return part[vault.Letter](ctx, d, s, n)
}

// letterNow opens a letter that somebody waits for, even when it could not be
// opened a moment ago.
func (d *Desk) letterNow(ctx context.Context, s *session, n named) (*vault.Letter, error) {
	s.retry(n.part.Commitment)
	return d.letter(ctx, s, n)
}

func (d *Desk) offerNow(ctx context.Context, s *session, n named) (*vault.OfferLetter, error) {
	s.retry(n.part.Commitment)
	return part[vault.OfferLetter](ctx, d, s, n)
}

func (d *Desk) sheet(ctx context.Context, s *session, n named) (*vault.Sheet, error) {
	return part[vault.Sheet](ctx, d, s, n)
}

func (d *Desk) card(ctx context.Context, s *session, n named) (*vault.Card, error) {
	return part[vault.Card](ctx, d, s, n)
}

// proposedCard opens the card inside a proposal that waits to be seconded.
func (d *Desk) proposedCard(ctx context.Context, s *session, proposal ledger.EntryID) (*vault.Card, error) {
	m, err := d.meta(ctx, proposal)
	if err != nil {
		return nil, err
	}
	if p, ok := m.payload.(*ledger.Propose); ok && p.Enrol != nil && p.Enrol.Card != nil {
		return d.card(ctx, s, named{entry: proposal, part: *p.Enrol.Card})
	}
	return nil, ErrPartAway
}

func (s *session) recall(c ledger.Hash, now time.Time) *opened {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.opened[c]
	if o == nil || o.err != nil && !o.retry.IsZero() && now.After(o.retry) {
		return nil
	}
	return o
}

// retry forgets that a part could not be opened.
func (s *session) retry(c ledger.Hash) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if o := s.opened[c]; o != nil && o.err != nil {
		delete(s.opened, c)
	}
}

// drop forgets a part, opened or not.
func (s *session) drop(c ledger.Hash) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.opened, c)
}

func (s *session) keep(c ledger.Hash, o *opened) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.opened != nil { // nil once locked
		s.opened[c] = o
	}
}

// letterState puts an error of opening into the reader's words.
func letterState(err error) LetterState {
	switch {
	case err == nil:
		return LetterOpen
	case errors.Is(err, ErrMismatch):
		return LetterMismatch
	case errors.Is(err, ErrNotYours):
		return LetterNotYours
	case errors.Is(err, ErrErased):
		return LetterErased
	default:
		return LetterAway
	}
}

// describe puts what stands only in the letter into a row.
func describe(row *RequestRow, t *vault.Letter) {
	row.Case, row.Subjects, row.Period = t.Case, len(t.Subjects), period(string(t.From), string(t.To))
	if t.CaseFile != (vault.CaseFileID{}) {
		row.CaseFile = hex.EncodeToString(t.CaseFile[:])
	}
}

// fill opens the letters of the rows shown, as many as a moment allows; a
// worker opens the rest and reports them as a Change.
func (d *Desk) fill(ctx context.Context, s *session, rows []RequestRow, letters []named) {
	quick, cancel := context.WithTimeout(ctx, listBudget)
	defer cancel()
	var later []int
	for i := range rows {
		known := s.recall(letters[i].part.Commitment, d.clock()) != nil
		if !known && quick.Err() != nil {
			later = append(later, i)
			continue
		}
		if t, err := d.letter(quick, s, letters[i]); err == nil {
			describe(&rows[i], t)
		} else if ctx.Err() == nil && (quick.Err() != nil || errors.Is(err, ErrPartAway)) {
			later = append(later, i)
		}
	}
	if ctx.Err() != nil {
		return
	}
	jobs := make([]job, len(later))
	for i, at := range later {
		jobs[i] = job{request: rows[at].ID, part: letters[at]}
	}
	d.openLater(s, jobs)
}

// job is a letter or card to be opened in the background.
type job struct {
	card    bool
	request ledger.EntryID // the letter's
	part    named
}

// openLater opens parts one after another until the desk locks, and reports
// what could be opened. What nobody has is tried again.
func (d *Desk) openLater(s *session, jobs []job) {
	jobs = s.claim(jobs)
	if len(jobs) == 0 || !s.begin() {
		return
	}
	go func() {
		defer s.work.Done()
		for pause := firstAgain; ; pause = min(2*pause, lastAgain) {
			if jobs = d.openJobs(s, jobs); len(jobs) == 0 {
				return
			}
			select {
			case <-s.ctx.Done():
				return
			case <-time.After(pause):
			}
			for _, j := range jobs {
				s.retry(j.part.part.Commitment)
			}
		}
	}()
}

// openJobs opens each part once and returns those that nobody has.
func (d *Desk) openJobs(s *session, jobs []job) (away []job) {
	var done Change
	for _, j := range jobs {
		if s.ctx.Err() != nil {
			return nil
		}
		switch err := d.openJob(s, j); {
		case err == nil && j.card:
			done.People = true
		case err == nil:
			done.Requests = append(done.Requests, j.request)
		case errors.Is(err, ErrPartAway):
			away = append(away, j)
			continue // nobody else need claim it
		}
		s.release(j.part.part.Commitment)
		if len(done.Requests) >= 20 {
			d.publish(done)
			done = Change{}
		}
	}
	if done.People || len(done.Requests) > 0 {
		d.publish(done)
	}
	return away
}

func (d *Desk) openJob(s *session, j job) error {
	ctx, cancel := context.WithTimeout(s.ctx, readTimeout)
	defer cancel()
	if j.card {
		_, err := d.card(ctx, s, j.part)
		return err
	}
	_, err := d.letter(ctx, s, j.part)
	return err
}

// begin counts one more piece of work, unless the desk is locking.
func (s *session) begin() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ctx.Err() != nil {
		return false
	}
	s.work.Add(1)
	return true
}

// claim leaves out parts that another worker has on its list.
func (s *session) claim(jobs []job) []job {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []job
	for _, j := range jobs {
		if c := j.part.part.Commitment; !s.queued[c] {
			s.queued[c] = true
			out = append(out, j)
		}
	}
	return out
}

func (s *session) release(c ledger.Hash) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.queued, c)
}
