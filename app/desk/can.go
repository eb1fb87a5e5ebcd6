package desk

import (
	"countersign/ledger"
	"countersign/ledger/rules"
)

// decides tells whether any decision is open.
func (c Can) decides() bool {
	for _, r := range []ledger.Refusal{c.Approve, c.Return, c.Refuse, c.JoinOffer} {
		if r == ledger.Accepted {
			return true
		}
	}
	return false
}

// withLetter closes the decisions while the letter is not open here: nobody
// decides what their desk has not opened and matched.
func (c Can) withLetter(s LetterState) Can {
	code := ledger.Accepted
	switch s {
	case LetterAway:
		code = CanLetterAway
	case LetterMismatch:
		code = CanMismatch
	case LetterNotYours:
		code = CanLetterNotYours
	case LetterErased:
		code = CanErased
	}
	if code == ledger.Accepted {
		return c
	}
	for _, p := range []*ledger.Refusal{&c.Approve, &c.Return, &c.Refuse, &c.Offer, &c.JoinOffer, &c.Accept} {
		if *p == ledger.Accepted {
			*p = code
		}
	}
	return c
}

// closed is a Can in which nothing is open.
func closed() Can {
	return Can{Approve: Hidden, Return: Hidden, Refuse: Hidden, Offer: Hidden, JoinOffer: Hidden, Accept: Hidden,
		Withdraw: Hidden, Answer: Hidden, Delete: Hidden, Suspend: Hidden, Resume: Hidden, Revoke: Hidden, Erase: Hidden}
}

// can asks the rules about every act that the official's role has, with a body
// that differs from a real one only in its sealed part.
func (l *look) can(s *session, f *file) Can {
	c := closed()
	r := f.req
	ask := func(p ledger.Payload) ledger.Refusal {
		b := ledger.NewBody(s.network, s.keys.Public().ID(), l.now, ledger.NewNonce(), p)
		code, err := l.check(b)
		if err != nil {
			return ledger.WrongState
		}
		return code
	}
	act := ledger.Act{Request: r.ID, Version: r.Version}
	both := l.placeholder(r.Requester, r.Provider)
	if r.Provider == s.agency && decider(f.me) {
		c.Refuse = ask(&ledger.Refuse{Act: act, Role: f.role, Code: ledger.RefuseCodes()[0], Reason: both})
		if offer := offerOnTheWay(r); !offer.IsZero() {
			c.JoinOffer = ask(&ledger.Offer{Act: act, Role: f.role, Join: offer})
		}
		c.Approve = ledger.NothingInCommon
		if fields := f.approvable(); len(fields) > 0 {
			c.Approve = ask(&ledger.Approve{Act: act, Role: f.role, Fields: fields, Reason: &both})
		} else if !pending(r.State) {
			c.Approve = ledger.WrongState
		} else {
			c.Approve = CanNoneTicked
		}
		c.Return = ask(&ledger.Return{Act: act, Role: f.role, Code: ledger.ReturnCodes()[0], Reason: both})
		c.Offer = ask(&ledger.Offer{Act: act, Role: f.role, Terms: &r.Terms, Letter: &both})
		c.Suspend = ask(&ledger.Suspend{Act: act, Reason: both})
		c.Resume = ask(&ledger.Resume{Act: act})
		c.Revoke = ask(&ledger.Revoke{Act: act, Reason: both})
	}
	if f.me.Grant(ledger.RoleRequester) != nil && r.Requester == s.agency {
		c.Accept = ask(&ledger.Accept{Act: act})
		c.Withdraw = ask(&ledger.Withdraw{Act: act})
		c.Answer = ask(&ledger.Answer{Act: act, Terms: r.Terms, Letter: both})
		c.Delete = ask(&ledger.Delete{Act: act})
	}
	if f.me.Grant(ledger.RoleDPO) != nil && (r.Requester == s.agency || r.Provider == s.agency) {
		c.Erase = ask(&ledger.Erase{Act: act, Code: ledger.EraseCodes()[0]})
	}
	return c
}

// decider tells whether the official holds a role that decides at all.
func decider(o *rules.Official) bool {
	return o.Grant(ledger.RoleApprover) != nil || o.Grant(ledger.RoleDPO) != nil
}

// offerOnTheWay is the offer on this version that waits for the other
// signatories; zero when there is none.
func offerOnTheWay(r *rules.Request) ledger.EntryID {
	if r.Offer == nil || r.State != rules.Submitted {
		return ledger.EntryID{}
	}
	return r.Offer.ID
}

// approvable are the fields that nobody has struck.
func (f *file) approvable() []ledger.FieldName {
	t := rules.TallyApprovals(f.req, f.dataset.Dataset.Policy)
	if t.Fields == nil {
		return f.req.Terms.Fields
	}
	return t.Fields
}

// placeholder stands for a sealed part in a question to the rules. Its
// commitment is random, so it is never a reused one.
func (l *look) placeholder(agencies ...ledger.AgencyID) ledger.Sealed {
	n, m := ledger.NewNonce(), ledger.NewNonce()
	h := ledger.Sum(n[:], m[:])
	return ledger.Sealed{Commitment: h, Root: h, Size: 4096, Epochs: l.EpochsOf(agencies...)}
}
