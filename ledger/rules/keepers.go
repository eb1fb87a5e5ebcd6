package rules

import (
	"slices"

	"countersign/ledger"
)

// startersNeeded is how many others must be ready before the one keeper is
// joined: two or three equal keepers would stop when one is away.
const startersNeeded = 3

// checkReady tests that the node has the log: it names one of the last heads.
func checkReady(a *act) {
	p := a.e.Payload.(*ledger.KeeperReady)
	a.failIf(a.agency.Keeper, ledger.WrongState)
	a.failIf(a.agency.Ready, ledger.AlreadyDecided)
	known := slices.ContainsFunc(a.w.global.Heads, func(h Head) bool { return h.Size == p.LogSize && h.Root == p.LogRoot })
	a.failIf(!known, ledger.KeeperNotReady)
}

// doReady notes that the agency is ready; it enters at once when several keep,
// else together with the others that are ready.
func doReady(a *act) {
	a.agency.Ready = true
	a.w.saveAgency(a.agency)
	if len(a.w.view.Keepers()) > 1 {
		a.agency.Keeper = true
		return
	}
	var ready []*Agency
	for _, x := range a.w.view.Agencies() {
		if x.Ready && !x.Keeper && x.Standing == StandingMember {
			ready = append(ready, x)
		}
	}
	if len(ready) < startersNeeded {
		return
	}
	for _, x := range ready {
		x.Keeper = true
		a.w.saveAgency(x)
	}
}

// lastKeeper tells whether the set would be empty without the agency.
func (w *walk) lastKeeper(a *Agency) bool { return a.Keeper && len(w.view.Keepers()) == 1 }

// dropKeeper takes the agency out of the set for good: its consensus key is
// never used again. The caller saves the agency.
func (w *walk) dropKeeper(a *Agency) {
	a.Ready, a.Keeper = false, false
	w.endKey(w.view.Key(a.Consensus.ID()), KeyRemoved)
}

// keeperChanges is the difference of the keeper set before and after the walk.
// An agency has one consensus key for ever, so no key can stand in it twice,
// and only what differs from the base is in it, so nothing absent is removed.
func (w *walk) keeperChanges() []KeeperChange {
	before := plain{w.state.base}
	var out []KeeperChange
	for _, key := range w.state.writtenFrom(prefixAgency, "") {
		now := fetch[Agency](w.state, key)
		was := fetch[Agency](before, key)
		switch kept := was != nil && was.Keeper; {
		case now.Keeper && !kept:
			out = append(out, KeeperChange{Key: now.Consensus, Power: KeeperPower})
		case !now.Keeper && kept:
			out = append(out, KeeperChange{Key: now.Consensus})
		}
	}
	slices.SortFunc(out, func(a, b KeeperChange) int { return slices.Compare(a.Key.Bytes, b.Key.Bytes) })
	return out
}

// convict puts a double vote on record: the proof, and the count that every
// screen shows. One already on record, or of a key we do not know, changes nothing.
func (w *walk) convict(f DoubleVote) *Fault {
	k := w.view.Key(f.Consensus)
	if k == nil || k.Holder != ledger.HolderConsensus || w.state.has(faultKey(k.Agency, f.Height)) {
		return nil
	}
	rec := &Fault{Agency: k.Agency, Consensus: f.Consensus, Height: f.Height, Seen: w.height, At: w.now, Proof: f.Proof}
	w.state.put(faultKey(k.Agency, f.Height), rec)
	agency := w.view.Agency(k.Agency)
	agency.Faults++
	w.saveAgency(agency)
	return rec
}
