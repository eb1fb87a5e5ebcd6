package rules

import (
	"errors"
	"sync"

	"countersign/ledger"
)

// Door admits entries one by one to a pool at one state, and remembers what it
// has read of it. It may be used from several goroutines.
type Door struct {
	network ledger.NetworkID
	now     ledger.Time

	mu      sync.Mutex
	authors map[ledger.KeyID]author
}

// author is what the door knows of a key.
type author struct {
	key  *Key
	room bool // in the quotas, on the state's own day
}

// maxAuthors bounds what a door remembers.
const maxAuthors = 4096

// NewDoor makes a door to the state that r reads. Errors are failures of this
// replica.
func NewDoor(r Reader) (d *Door, err error) {
	defer guard(&err)
	g := NewView(r).Global()
	switch {
	case g == nil:
		return nil, errors.New("the state is empty: genesis is missing")
	case g.Version != recordVersion:
		return nil, errors.New("the state's records are of another version")
	}
	return &Door{network: g.Network, now: g.Now, authors: map[ledger.KeyID]author{}}, nil
}

// Admit answers as AdmitEntries does for a single entry, on the same state, and
// quicker: what would come of the entry matters only where the quotas of refused
// entries leave no room, so elsewhere it is not judged.
func (d *Door) Admit(r Reader, now ledger.Time, e *ledger.Entry, v Verifier, faults bool) error {
	decided, err := d.unjudged(r, now, e, v)
	if decided || err != nil {
		return err
	}
	return AdmitEntries(r, now, []*ledger.Entry{e}, v, faults)[0]
}

// unjudged makes the tests of walk.take in their order. It leaves undecided what
// depends on more of the state: ticks, and authors without room in a quota.
func (d *Door) unjudged(r Reader, now ledger.Time, e *ledger.Entry, v Verifier) (decided bool, err error) {
	defer guard(&err)
	switch {
	case e == nil:
		return true, ErrNoEntry
	case e.Body.Kind == ledger.KindTick:
		return false, nil
	case e.Body.Network != d.network:
		return true, ledger.ErrWrongNetwork
	}
	by := d.author(r, e.Body.Author)
	switch {
	case by.key == nil:
		return true, ErrUnknownAuthor
	case NewView(r).SeenEntry(e.Body.ValidUntil, e.ID()):
		return true, ErrSeen
	case !v.Verify(by.key.Public, e):
		return true, ledger.ErrBadSignature
	}
	now = max(now, d.now)
	sameDay := int64(now)/dayMillis == int64(d.now)/dayMillis
	return sameDay && by.room && by.key.Usable(now), nil
}

// author looks a key up. Keys that are not there are not remembered: anybody can
// name them.
func (d *Door) author(r Reader, id ledger.KeyID) author {
	d.mu.Lock()
	by, ok := d.authors[id]
	d.mu.Unlock()
	if ok {
		return by
	}
	if by.key = NewView(r).Key(id); by.key == nil {
		return by
	}
	w := &walk{state: newOverlay(r)}
	by.room = w.room(agencyQuota(d.now, by.key), QuotaAgency)
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.authors) < maxAuthors {
		d.authors[id] = by
	}
	return by
}
