package rules

import "countersign/ledger"

// What falls due by time stands under due keys, ordered by time. A walk begins
// by letting all of it happen that is due at the block's time, so every entry
// meets the state as it is then: a release under an agreement that has just
// ended is refused, tick or no tick.

// sweep lets happen what has fallen due, until nothing is.
func (w *walk) sweep() {
	for {
		var keys []string
		w.state.Ascend([]byte(prefixDue), nil, func(k, _ []byte) bool {
			at, _, _ := dueAt(string(k))
			if at > w.now {
				return false
			}
			keys = append(keys, string(k))
			return true
		})
		if len(keys) == 0 {
			return
		}
		w.swept += len(keys)
		for _, key := range keys {
			w.state.del(key)
			w.fallDue(key)
		}
	}
}

func (w *walk) fallDue(key string) {
	switch _, what, id := dueAt(key); what {
	case dueRequest:
		r := w.view.Request(id)
		r.Due = 0
		w.requestDue(r)
		w.save(r)
	case dueProposal:
		w.state.del(openProposalKey(w.view.Proposal(id).Agency, id))
	case dueMotion:
		w.state.del(openMotionKey(id))
	}
}

// requestDue is what time does to a request.
func (w *walk) requestDue(r *Request) {
	switch r.State {
	case Submitted:
		r.Escalated = true // never approved by silence
	case Returned, Offered:
		w.move(r, Lapsed, ledger.EntryID{})
	case Approved, Suspended:
		if r.Agreement.Confirm != 0 && w.now >= r.Agreement.Confirm {
			w.endAgreement(r, Revoked, ledger.EntryID{})
		} else {
			w.endAgreement(r, Expired, ledger.EntryID{})
		}
	}
}

// setDue moves the request's due key.
func (w *walk) setDue(r *Request, at ledger.Time) {
	if r.Due == at {
		return
	}
	if r.Due != 0 {
		w.state.del(dueKey(r.Due, dueRequest, r.ID))
	}
	if at != 0 {
		w.state.putRaw(dueKey(at, dueRequest, r.ID), marker())
	}
	r.Due = at
}

// reschedule sets when time next does something to the request.
func (w *walk) reschedule(r *Request) {
	switch r.State {
	case Submitted:
		if r.Paused != 0 || r.Escalated {
			w.setDue(r, 0)
		} else {
			w.setDue(r, r.Deadline)
		}
	case Returned, Offered:
		idle := int(w.global.Parameters.IdleLapseDays)
		w.setDue(r, w.calendar(r).deadline(r.Changed, idle))
	case Approved, Suspended:
		at := r.Agreement.Until
		if r.confirming() { // the missing signatures are owed, be the period ever so short
			at = r.Agreement.Confirm
		}
		w.setDue(r, at)
	default:
		w.setDue(r, 0)
	}
}

func (w *walk) calendar(r *Request) calendar { return calendar(w.view.Calendar(r.Provider)) }

// save keeps a request that was changed.
func (w *walk) save(r *Request) { w.state.put(requestKey(r.ID), r) }

// move takes a request to another state. by is the entry that did it; zero: time.
func (w *walk) move(r *Request, s State, by ledger.EntryID) {
	r.State, r.Changed = s, w.now
	r.History = append(r.History, StateChange{State: s, At: w.now, Entry: by, H: w.height})
	switch s {
	case Withdrawn, Lapsed, Refused, Closed:
		w.unbind(r)
	}
	if over(s) && r.Ended == 0 {
		r.Ended = w.now
	}
	w.reschedule(r)
}

// over tells whether nothing more is released in a state.
func over(s State) bool {
	switch s {
	case Submitted, Returned, Offered, Approved, Suspended, Appealed:
		return false
	default:
		return true
	}
}

// unbind takes the request off the lists of what its parties still have to do.
func (w *walk) unbind(r *Request) {
	w.state.del(openRequestKey(r.Requester, r.ID))
	w.state.del(openRequestKey(r.Provider, r.ID))
	for _, d := range r.Decisions {
		w.state.del(decidedKey(d.Official, r.ID))
	}
}

// pause stops the request's clock.
func (w *walk) pause(r *Request) {
	if r.Paused == 0 {
		r.Paused = w.now
	}
}

// unpause lets the clock run again: as many working days are left as were.
func (w *walk) unpause(r *Request) {
	if r.Paused != 0 {
		r.Deadline = w.calendar(r).resume(r.Deadline, r.Paused, w.now)
		r.Paused = 0
	}
}
