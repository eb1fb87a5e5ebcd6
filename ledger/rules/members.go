package rules

import "countersign/ledger"

// carry lets the members' decision happen.
func (a *act) carry(rec *MotionRecord) {
	w, m := a.w, &rec.Motion
	switch m.Act {
	case ledger.MotionRulesVersion:
		w.global.NextVersion, w.global.NextHeight = m.Version, m.AtHeight
		w.state.put(keyGlobal, w.global)
		return
	case ledger.MotionAdmit:
		w.addAgency(m.Document)
		return
	}
	x := w.view.Agency(m.Agency)
	switch m.Act {
	case ledger.MotionSuspend:
		x.Standing = StandingSuspended
	case ledger.MotionReinstate:
		x.Standing = StandingMember
	case ledger.MotionExpel:
		w.end(x, StandingExpelled, a.id())
	case ledger.MotionReplaceKeeper:
		w.dropKeeper(x)
	case ledger.MotionNewAdmins:
		for i := range m.Admins {
			o := w.addAdmin(x, &m.Admins[i])
			if len(m.Cards) > i {
				o.Card, o.CardEntry = &m.Cards[i], rec.ID
				w.saveOfficial(o)
			}
		}
		w.openEpoch(x, *m.Epoch)
	}
	w.saveAgency(x)
}

// checkLeave lets an agency go without asking anybody, but the last keeper:
// without one there is no network.
func checkLeave(a *act) { a.failIf(a.w.lastKeeper(a.agency), ledger.KeeperNotReady) }

func doLeave(a *act) {
	a.w.end(a.agency, StandingLeft, a.id())
	a.w.saveAgency(a.agency)
}

// end ends a membership: pending requests lapse, live agreements are revoked
// with deletion owed, what it still holds is recalled, the keeper goes. Officials' and nodes' keys stay as they
// are, because deletion receipts are still to be signed.
func (w *walk) end(x *Agency, s Standing, by ledger.EntryID) {
	x.Standing, x.Ended = s, w.now
	w.dropKeeper(x)
	for _, key := range keysUnder(w.state, prefixOpenRequest+string(x.ID)+"/") {
		r := w.view.Request(tail(key))
		switch r.State {
		case Submitted, Returned, Offered, Appealed:
			w.move(r, Lapsed, by)
		case Approved, Suspended:
			w.endAgreement(r, Revoked, by)
		case Expired, Fulfilled:
			if r.Requester != x.ID {
				continue // who is still a member keeps what it got until its retention ends
			}
			w.endAgreement(r, Revoked, by)
		default:
			continue
		}
		w.save(r)
	}
	for _, key := range keysUnder(w.state, prefixOpenProposal+string(x.ID)+"/") {
		p := w.view.Proposal(tail(key))
		w.state.del(key)
		w.state.del(dueKey(p.Until, dueProposal, p.ID))
	}
}
