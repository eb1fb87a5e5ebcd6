package rules

import "countersign/ledger"

// maxReleases bounds a request's record where the policy names no limit.
const maxReleases = 4000

// live tells whether a release counts: one that failed does not.
func (r *Release) live() bool { return r.Failed == "" }

func (r *Request) findRelease(id ledger.EntryID) *Release {
	for i := range r.Releases {
		if r.Releases[i].Entry == id {
			return &r.Releases[i]
		}
	}
	return nil
}

// handedOver counts the releases that did not fail, and tells whether the last
// of them was announced.
func (r *Request) handedOver() (n int, last bool) {
	for i := range r.Releases {
		if r.Releases[i].live() {
			n++
			last = last || r.Releases[i].Last
		}
	}
	return n, last || n > 0 && r.Agreement.Terms.StandingDays == 0
}

// checkRelease tests that an agreement stands and has a release left.
func checkRelease(a *act) {
	p, r := a.e.Payload.(*ledger.Release), a.request
	a.sealed(p.Part, r.Requester)
	a.failIf(!a.w.view.Agency(r.Requester).Member(), ledger.NotAMember)
	a.failIf(a.w.view.Agency(r.Requester).Standing == StandingSuspended, ledger.AgencySuspended)
	if r.Agreement == nil {
		a.fail(ledger.WrongState) // closed without one
		return
	}
	a.failIf(r.State != Approved || a.now() >= r.Agreement.Until, ledger.AgreementEnded)
	n, last := r.handedOver()
	limit := a.policy().MaxReleases
	a.failIf(last || len(r.Releases) >= maxReleases || limit != 0 && r.Agreement.Terms.StandingDays != 0 && n >= int(limit), ledger.ReleaseLimit)
}

func doRelease(a *act) {
	p, r := a.e.Payload.(*ledger.Release), a.request
	r.Releases = append(r.Releases, Release{Entry: a.id(), Part: p.Part, At: a.now(), Height: a.w.height, Last: p.Last})
	a.w.save(r)
}

// openRelease finds the release that a receipt or a failure is about; both are
// said once.
func (a *act) openRelease(id ledger.EntryID) {
	rel := a.request.findRelease(id)
	if rel == nil {
		a.fail(ledger.UnknownTarget)
		return
	}
	a.failIf(rel.Received != 0, ledger.AlreadyDecided)
	a.failIf(!rel.live(), ledger.WrongState)
}

func checkReceipt(a *act) { a.openRelease(a.e.Payload.(*ledger.Receipt).Release) }

func doReceipt(a *act) {
	r := a.request
	rel := r.findRelease(a.e.Payload.(*ledger.Receipt).Release)
	rel.Receipt, rel.Received = a.id(), a.now()
	a.w.fulfilIfDone(r, a.id())
	a.w.save(r)
}

// fulfilIfDone ends an agreement when all that was agreed has arrived. An
// emergency agreement waits for its missing signatures.
func (w *walk) fulfilIfDone(r *Request, by ledger.EntryID) {
	if _, all := r.handedOver(); r.State != Approved || !all || r.confirming() {
		return
	}
	for i := range r.Releases {
		if r.Releases[i].live() && r.Releases[i].Received == 0 {
			return
		}
	}
	w.endAgreement(r, Fulfilled, by)
}

func checkFailed(a *act) { a.openRelease(a.e.Payload.(*ledger.DeliveryFailed).Release) }

// doFailed notes that a release did not arrive: it counts no longer, and the
// provider may release again.
func doFailed(a *act) {
	p, r := a.e.Payload.(*ledger.DeliveryFailed), a.request
	r.findRelease(p.Release).Failed = p.Code
	if n, _ := r.handedOver(); n == 0 && r.Deletion != nil {
		r.Deletion = nil
		a.w.move(r, Closed, a.id())
	}
	a.w.fulfilIfDone(r, a.id())
	a.w.save(r)
}
