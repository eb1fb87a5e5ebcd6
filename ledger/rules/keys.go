package rules

import (
	"time"

	"countersign/ledger"
)

// maxOverlap is how long a rotated key may go on working.
const maxOverlap = 90 * 24 * time.Hour

func checkRotate(a *act) {
	p, o := a.e.Payload.(*ledger.Rotate), a.official
	a.failIf(!p.Proven(a.w.global.Network, a.agency.ID, o.ID), ledger.ProofMissing)
	a.failIf(a.w.keyKnown(p.Key), ledger.KeyReused)
	a.failIf(o.current() != a.key.ID || len(o.Keys) >= maxKeys, ledger.WrongState)
	a.failIf(p.OldEnds > a.now().Add(maxOverlap), ledger.BadPeriod)
	a.failIf(p.Ends != 0 && p.Ends <= a.now(), ledger.BadPeriod)
	// A key that was given an end does not escape it by rotating.
	a.failIf(a.key.Ends != 0 && (p.Ends == 0 || p.Ends > a.key.Ends), ledger.BadPeriod)
}

func doRotate(a *act) {
	p, o, old := a.e.Payload.(*ledger.Rotate), a.official, a.key
	ends := max(p.OldEnds, a.now())
	if old.Ends == 0 || old.Ends > ends {
		old.Ends = ends
	}
	old.State, old.Changed = KeyRotated, a.now()
	a.w.saveKey(old)
	a.w.addKey(Key{Public: p.Key, Holder: ledger.HolderOfficial, Agency: a.agency.ID, Official: o.ID, Ends: p.Ends})
	o.Keys = append(o.Keys, p.Key.ID())
	a.w.saveOfficial(o)
}

// target finds an official of the author's agency.
func (a *act) target(id ledger.OfficialID) *Official {
	o := a.w.view.Official(id)
	if o == nil || o.Agency != a.agency.ID {
		a.fail(ledger.UnknownTarget)
		return nil
	}
	return o
}

// keysOf lists the official's keys of this agency.
func (a *act) keysOf(o *Official) []*Key {
	var out []*Key
	for _, id := range o.Keys {
		if k := a.w.view.Key(id); k.Agency == a.agency.ID {
			out = append(out, k)
		}
	}
	return out
}

// checkSuspendKey lets one admin, or the holder, stop an official's keys.
func checkSuspendKey(a *act) {
	p := a.e.Payload.(*ledger.SuspendKey)
	a.failIf(a.by() != p.Official && a.official.Grant(ledger.RoleAdmin) == nil, ledger.MissingRole)
	if o := a.target(p.Official); o != nil {
		a.failIf(!a.w.view.Active(o, a.now()), ledger.WrongState)
	}
}

func doSuspendKey(a *act) {
	o := a.w.view.Official(a.e.Payload.(*ledger.SuspendKey).Official)
	for _, k := range a.keysOf(o) {
		if k.Usable(a.now()) {
			k.State, k.Changed = KeySuspended, a.now()
			a.w.saveKey(k)
		}
	}
}

func (a *act) checkRestore(p *ledger.Restore) {
	if o := a.target(p.Official); o != nil {
		a.failIf(a.w.view.Key(o.current()).State != KeySuspended, ledger.WrongState)
	}
}

// restore ends the suspension of the current key and of rotated ones that have
// not ended meanwhile.
func (a *act) restore(p *ledger.Restore) {
	o := a.w.view.Official(p.Official)
	for _, k := range a.keysOf(o) {
		if k.State != KeySuspended {
			continue
		}
		k.State, k.Changed = KeyRotated, a.now()
		if k.ID == o.current() {
			k.State = KeyActive
		}
		a.w.saveKey(k)
	}
}

// checkNextEpoch tests what no later state mends in a next epoch.
func (a *act) checkNextEpoch(next ledger.Epoch, by ledger.PublicKey) {
	a.failIf(!next.Proven(a.w.global.Network, a.agency.ID, by), ledger.ProofMissing)
	a.failIf(a.w.recipientKnown(next.Recipient), ledger.KeyReused)
}

func (a *act) checkRevokeKey(p *ledger.RevokeKey) {
	a.failIf(p.Next.Number != a.agency.Epoch+1, ledger.StaleEpoch)
	a.failIf(p.SuspectSince > a.now(), ledger.BadPeriod)
	for _, code := range p.Nodes {
		a.checkRemovable(code)
	}
	if o := a.target(p.Official); o != nil {
		open := false
		for _, k := range a.keysOf(o) {
			open = open || k.State != KeyRevoked
		}
		a.failIf(!open, ledger.WrongState)
	}
}

// revokeKey ends the official's keys for good, opens the next epoch, removes
// the nodes named and marks what the keys decided since they were suspect.
func (a *act) revokeKey(p *ledger.RevokeKey) {
	o := a.w.view.Official(p.Official)
	for _, k := range a.keysOf(o) {
		if k.State == KeyRevoked {
			continue
		}
		k.State, k.Changed, k.Code, k.SuspectSince = KeyRevoked, a.now(), p.Code, p.SuspectSince
		a.w.saveKey(k)
	}
	for _, code := range p.Nodes {
		a.removeNode(code)
	}
	a.w.openEpoch(a.agency, p.Next)
	if p.SuspectSince != 0 {
		a.w.markSuspect(o.ID, p.SuspectSince)
	}
}

// openEpoch opens the agency's next epoch and saves the agency.
func (w *walk) openEpoch(agency *Agency, next ledger.Epoch) {
	agency.Epoch = next.Number
	w.saveAgency(agency)
	w.addRecipient(next.Recipient)
	w.state.put(epochKey(agency.ID, next.Number), &EpochRecord{
		Agency: agency.ID, Number: next.Number, Recipient: next.Recipient, Opened: w.now,
	})
}

// markSuspect lists for review what an official decided since a time, in
// requests that something still can come of.
func (w *walk) markSuspect(o ledger.OfficialID, since ledger.Time) {
	for _, key := range keysUnder(w.state, prefixDecided+string(o[:])) {
		r := w.view.Request(tail(key))
		if r.State == Revoked {
			continue
		}
		marked := false
		for i := range r.Decisions {
			if d := &r.Decisions[i]; d.Official == o && d.At >= since && !d.Annulled {
				d.Suspect, marked = true, true
			}
		}
		if marked {
			w.save(r)
		}
	}
}
