package rules

import (
	"errors"

	"countersign/ledger"
)

// AdmitOne is AdmitEntries for a single entry, and quicker: what would come of
// the entry matters only where the quotas of refused entries leave no room, so
// elsewhere it is not judged. A pool asks this for every entry it is offered.
func AdmitOne(r Reader, now ledger.Time, e *ledger.Entry, v Verifier, faults bool) error {
	decided, err := admitUnjudged(r, now, e, v)
	if decided || err != nil {
		return err
	}
	return AdmitEntries(r, now, []*ledger.Entry{e}, v, faults)[0]
}

// admitUnjudged makes the tests of walk.take in their order. It leaves undecided
// what depends on more of the state: ticks, and authors without room in a quota.
func admitUnjudged(r Reader, now ledger.Time, e *ledger.Entry, v Verifier) (decided bool, err error) {
	defer guard(&err)
	if e == nil {
		return true, ErrNoEntry
	}
	view := NewView(r)
	g := view.Global()
	switch {
	case g == nil:
		return true, errors.New("the state is empty: genesis is missing")
	case g.Version != recordVersion || e.Body.Kind == ledger.KindTick:
		return false, nil
	case e.Body.Network != g.Network:
		return true, ledger.ErrWrongNetwork
	}
	key := view.Key(e.Body.Author)
	switch {
	case key == nil:
		return true, ErrUnknownAuthor
	case view.SeenEntry(e.Body.ValidUntil, e.ID()):
		return true, ErrSeen
	case !v.Verify(key.Public, e):
		return true, ledger.ErrBadSignature
	}
	now = max(now, g.Now)
	w := &walk{state: newOverlay(r), now: now}
	if !key.Usable(now) && !w.room(inactiveQuota(now, key), QuotaInactiveKey) {
		return false, nil
	}
	return w.room(agencyQuota(now, key), QuotaAgency), nil
}
