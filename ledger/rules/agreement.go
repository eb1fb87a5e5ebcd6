package rules

import (
	"time"

	"countersign/ledger"
)

// endAgreement ends an agreement: revoked, expired or fulfilled. What was
// released has to be destroyed, at once when it was revoked, else when its
// retention is over. Where nothing was released nothing is owed: closed. One
// that expired or was fulfilled can still be revoked as long as the requester
// holds the data: that is the recall of DOMAIN, stories 4, 8 and 10.
func (w *walk) endAgreement(r *Request, s State, by ledger.EntryID) {
	w.move(r, s, by)
	var last ledger.Time
	for i := range r.Releases {
		if rel := &r.Releases[i]; rel.live() {
			last = max(last, rel.At, rel.Received)
		}
	}
	if last == 0 {
		w.move(r, Closed, by)
		return
	}
	if r.Deletion == nil {
		r.Deletion = &Deletion{Owed: last.Add(time.Duration(r.Agreement.Terms.KeepDays) * 24 * time.Hour)}
	}
	if s == Revoked {
		r.Deletion.Owed = w.now
	}
}

// checkSuspend tests that the approver's word stops something.
func checkSuspend(a *act) {
	a.failIf(len(a.request.History) >= maxSteps, ledger.WrongState)
	a.sealed(a.e.Payload.(*ledger.Suspend).Reason, a.request.Requester, a.request.Provider)
}

func doSuspend(a *act) {
	a.w.move(a.request, Suspended, a.id())
	a.w.save(a.request)
}

func doResume(a *act) {
	a.w.move(a.request, Approved, a.id())
	a.w.fulfilIfDone(a.request, a.id())
	a.w.save(a.request)
}

func checkRevoke(a *act) {
	a.sealed(a.e.Payload.(*ledger.Revoke).Reason, a.request.Requester, a.request.Provider)
}

// doRevoke ends the agreement; past releases are recalled.
func doRevoke(a *act) {
	a.w.endAgreement(a.request, Revoked, a.id())
	a.w.save(a.request)
}

// doDelete orders the requester's nodes to destroy what was received.
func doDelete(a *act) {
	a.request.Deletion.Ordered = a.id()
	a.w.save(a.request)
}

func checkDelete(a *act) {
	d := a.request.Deletion
	a.failIf(d == nil, ledger.WrongState)
	a.failIf(d != nil && !d.Ordered.IsZero(), ledger.AlreadyDecided)
}

func checkDeletionReceipt(a *act) { a.failIf(a.request.Deletion == nil, ledger.WrongState) }

// doDeletionReceipt ends the debt once no node is pending.
func doDeletionReceipt(a *act) {
	p, r := a.e.Payload.(*ledger.DeletionReceipt), a.request
	r.Deletion.Receipt, r.Deletion.Pending = a.id(), p.Pending
	if len(p.Pending) == 0 {
		r.Deletion.Deleted = a.now()
		a.w.move(r, Closed, a.id())
	}
	a.w.save(r)
}

func checkLetterMissing(a *act) { a.failIf(a.request.NoLetter, ledger.AlreadyDecided) }

// doLetterMissing stops the clock: nobody can decide what was not handed over.
func doLetterMissing(a *act) {
	a.request.NoLetter = true
	a.w.pause(a.request)
	a.w.reschedule(a.request)
	a.w.save(a.request)
}

func checkLetterFound(a *act) { a.failIf(!a.request.NoLetter, ledger.WrongState) }

func doLetterFound(a *act) {
	a.request.NoLetter = false
	a.w.unpause(a.request)
	a.w.reschedule(a.request)
	a.w.save(a.request)
}
