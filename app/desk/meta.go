package desk

import (
	"context"
	"fmt"
	"time"

	"countersign/ledger"
	"countersign/ledger/rules"
)

// readTimeout is how long a read model waits for the replica; a part that is
// not here must not hold up a list.
const readTimeout = 5 * time.Second

// maxMetas limits what is remembered of entries.
const maxMetas = 8192

// meta is what a desk needs of a final entry: who made it and when. It comes
// from the entry itself, so a sealed part is checked against what was signed.
type meta struct {
	kind     ledger.Kind
	author   ledger.KeyID
	agency   ledger.AgencyID
	official ledger.OfficialID // zero: a node's or keeper's act
	nonce    ledger.Nonce
	claimed  ledger.Time
	at       ledger.Time
	height   ledger.Height
	payload  ledger.Payload
	parts    []ledger.Sealed
}

// meta looks a final entry up.
func (d *Desk) meta(ctx context.Context, id ledger.EntryID) (meta, error) {
	d.mu.Lock()
	m, ok := d.metas[id]
	d.mu.Unlock()
	if ok {
		return m, nil
	}
	e, final, err := d.node.Entry(ctx, id)
	if err != nil {
		return m, fmt.Errorf("read entry: %w", err)
	}
	m = meta{kind: e.Body.Kind, author: e.Body.Author, nonce: e.Body.Nonce, claimed: e.Body.Claimed,
		at: final.Time, height: final.Height, payload: e.Payload, parts: ledger.Parts(e.Payload)}
	err = d.look(ctx, func(l *look) error {
		if k := l.Key(m.author); k != nil {
			m.agency, m.official = k.Agency, k.Official
			return nil
		}
		return fmt.Errorf("read entry: %w", ledger.UnknownKey)
	})
	if err != nil {
		return m, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.metas) >= maxMetas {
		clear(d.metas)
	}
	d.metas[id] = m
	return m, nil
}

// file is one request with everything the record says around it, read in one
// snapshot.
type file struct {
	req     *rules.Request
	dataset *rules.DatasetEdition
	basis   *rules.BasisEdition
	tally   tally
	clock   clock
	waits   []ledger.OfficialID
	titles  [2]string // of requester and provider
	me      *rules.Official
	now     ledger.Time
	can     Can         // of a letter
	mine    bool        // the official may decide it now
	role    ledger.Role // in which the official would decide
	gone    bool        // what is private of it is destroyed here
}

// file reads a request. full also asks the rules which acts are open.
func (l *look) file(s *session, id ledger.EntryID, full bool) (*file, error) {
	r := l.Request(id)
	if r == nil {
		return nil, ledger.UnknownRequest
	}
	f := &file{req: r, dataset: l.Dataset(r.Dataset), basis: l.Basis(r.Basis), now: l.now}
	if f.dataset == nil || f.basis == nil {
		return nil, fmt.Errorf("request %s names no dataset and basis of the record: %w", id.Short(), ledger.UnknownDataset)
	}
	f.gone = l.gone(s.agency, r)
	f.tally = count(r, f.dataset.Dataset.Policy)
	now := l.now
	if r.Paused != 0 {
		now = r.Paused
	}
	f.clock = l.calendar(r.Provider).left(now, r.Deadline)
	f.waits = l.maySign(r, f.tally)
	f.titles = [2]string{l.title(r.Requester), l.title(r.Provider)}
	f.me = l.Official(s.me)
	if f.me != nil {
		f.role = roleFor(f.me, &f.dataset.Dataset, f.tally)
		if full {
			f.can = l.can(s, f)
			f.mine = f.can.decides()
		} else {
			f.mine = l.mayDecide(s, r)
		}
	}
	return f, nil
}

// row is the request as a line of a list.
func (f *file) row(s *session) RequestRow {
	r := f.req
	row := RequestRow{
		ID: r.ID, State: r.State, Dataset: f.dataset.Dataset.Title, Code: f.dataset.Dataset.Code,
		Submitted: r.Submitted, Changed: r.Changed, Deadline: r.Deadline,
		DecideBy: f.clock.by, DaysLeft: f.clock.days, HoursLeft: f.clock.hours,
		Overdue: f.clock.overdue && pending(r.State), Paused: r.Paused != 0,
		Signed: f.tally.Have, Needed: f.tally.Need, Offered: f.tally.offer,
		DPO: f.tally.DPO, DPOSigned: f.tally.Visa,
		Unread:     s.marks.unread(r.ID, r.Version, lastChange(r)),
		MineToSign: f.mine,
		SignedByMe: r.Decided(s.me),
		KeepDays:   int(r.Terms.KeepDays),
		AskedByMe:  r.Submitter == s.me,
		Parts:      len(r.Releases),
	}
	if row.Other, row.OtherTitle = r.Requester, f.titles[0]; r.Requester == s.agency {
		row.Other, row.OtherTitle = r.Provider, f.titles[1]
	}
	if r.Agreement != nil {
		row.KeepDays = int(r.Agreement.Terms.KeepDays)
	}
	if n := len(r.Releases); n > 0 {
		row.KeepUntil = keepUntil(r)
		row.Arrived = !r.Releases[n-1].Receipt.IsZero()
		row.Failed = r.Releases[n-1].Failed != ""
	}
	row.Deleted = r.Deletion != nil && (r.Deletion.Deleted != 0 || !r.Deletion.Ordered.IsZero())
	return row
}

// keepUntil is the end of retention: counted from the last delivery.
func keepUntil(r *rules.Request) ledger.Time {
	days := r.Terms.KeepDays
	if r.Agreement != nil {
		days = r.Agreement.Terms.KeepDays
	}
	last := r.Releases[len(r.Releases)-1]
	from := last.Received
	if from == 0 {
		from = last.At
	}
	return from.Add(time.Duration(days) * oneDay)
}

// pending tells whether the provider still owes an answer.
func pending(s rules.State) bool { return s == rules.Submitted || s == rules.Appealed }

// lastChange is when the request's state last changed, or a party had its copies
// erased: a colleague's signature alone does not make it unread again.
func lastChange(r *rules.Request) ledger.Time {
	t := r.Submitted
	if n := len(r.History); n > 0 {
		t = r.History[n-1].At
	}
	for _, x := range r.Erasures {
		t = max(t, x.At)
	}
	return t
}
