package rules

import "countersign/ledger"

// checkErase tests an erasure by a data protection officer: not of what the same
// person asked for, and once for each party. Somebody who decided the request may
// order it: signature and reason code stay on the ledger, and an agency whose one
// officer has to give the visa could else never erase.
func checkErase(a *act) {
	a.failIf(a.by() == a.request.Submitter, ledger.OwnRequest)
	a.failIf(a.request.ErasedBy(a.agency.ID) != nil, ledger.AlreadyDecided)
}

// doErase notes the erasure. The request stays as it is, and so does the day from
// which the other party's retention runs.
func doErase(a *act) {
	p, r := a.e.Payload.(*ledger.Erase), a.request
	r.Erasures = append(r.Erasures, Erasure{Entry: a.id(), Agency: a.agency.ID, Official: a.by(), Code: p.Code, At: a.now(), Height: a.w.height})
	a.w.state.putRaw(erasedKey(a.agency.ID, r.ID), marker())
	a.w.save(r)
}
