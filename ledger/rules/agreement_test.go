package rules

import (
	"testing"
	"time"

	"countersign/ledger"
)

// tick lets what is due happen; it must be admissible.
func (c *city) tick() {
	c.Helper()
	if !Due(c.state, c.now.Add(time.Second)) {
		c.Fatal("nothing is due")
	}
	c.do(c.person("tax", "office"), &ledger.Tick{})
}

func TestStandingAgreementIsSuspendedResumedAndExpires(t *testing.T) {
	v := newValmarine(t)
	r := v.standing()
	got := v.in(r, Approved)
	mustEqual(t, "until", got.Agreement.Until, got.Agreement.Since.Add(90*day))
	first := v.release(r)
	v.do(v.arnaud, &ledger.Suspend{Act: v.about(r), Reason: v.reason()})
	v.refused(ledger.WrongState, v.taxOffice, &ledger.Release{Act: v.about(r), Part: v.sealed("police")})
	v.receive(r, first)
	v.do(v.okafor, &ledger.Resume{Act: v.about(r)})
	v.receive(r, v.release(r))
	v.wait(90 * day)
	v.tick()
	got = v.in(r, Expired)
	mustEqual(t, "deletion owed", got.Deletion.Owed, got.Releases[1].Received.Add(180*day))
}

func TestAgreementWithNothingReleasedOwesNothing(t *testing.T) {
	v := newValmarine(t)
	expired, revoked := v.standing(), v.approved()
	v.do(v.arnaud, &ledger.Revoke{Act: v.about(revoked), Reason: v.reason()})
	v.wait(90 * day)
	v.tick()
	for r, was := range map[ledger.EntryID]State{expired: Expired, revoked: Revoked} {
		h := v.in(r, Closed).History
		mustEqual(t, "state before", h[len(h)-2].State, was)
	}
}

func TestOneOffAgreementWaitsThirtyDays(t *testing.T) {
	v := newValmarine(t)
	r := v.approved()
	v.wait(30 * day)
	v.refused(ledger.AgreementEnded, v.taxOffice, &ledger.Release{Act: v.about(r), Part: v.sealed("police")})
}

func TestStandingReleasesUpToThePolicysLimit(t *testing.T) {
	v := newValmarine(t)
	v.publish(func(d *ledger.Dataset) { d.Policy.MaxReleases = 2 })
	r := v.standing()
	v.release(r)
	failed := v.release(r)
	v.refused(ledger.ReleaseLimit, v.taxOffice, &ledger.Release{Act: v.about(r), Part: v.sealed("police")})
	v.do(v.policeOffice, &ledger.DeliveryFailed{Act: v.about(r), Release: failed, Code: "mismatch"})
	v.release(r) // the one that failed does not count
}

func TestLastReleaseFulfilsAStandingAgreement(t *testing.T) {
	v := newValmarine(t)
	r := v.standing()
	first := v.release(r)
	last := v.do(v.taxOffice, &ledger.Release{Act: v.about(r), Part: v.sealed("police"), Last: true})
	v.refused(ledger.ReleaseLimit, v.taxOffice, &ledger.Release{Act: v.about(r), Part: v.sealed("police")})
	v.receive(r, last)
	v.in(r, Approved)
	v.receive(r, first)
	v.in(r, Fulfilled)
}

func TestReceiptIsSignedOnceByTheRequestersOfficeNode(t *testing.T) {
	v := newValmarine(t)
	r := v.standing()
	release := v.release(r)
	v.refused(ledger.NotMemberOfAsker, v.taxOffice, &ledger.Receipt{Act: v.about(r), Release: release})
	v.refused(ledger.NotOfficeNode, v.vidal, &ledger.Receipt{Act: v.about(r), Release: release})
	v.refused(ledger.UnknownTarget, v.policeOffice, &ledger.Receipt{Act: v.about(r), Release: r})
	v.receive(r, release)
	v.refused(ledger.AlreadyDecided, v.policeOffice, &ledger.Receipt{Act: v.about(r), Release: release})
	v.refused(ledger.AlreadyDecided, v.policeOffice, &ledger.DeliveryFailed{Act: v.about(r), Release: release, Code: "mismatch"})
}

func TestOneOffIsReleasedAgainWhenDeliveryFailed(t *testing.T) {
	v := newValmarine(t)
	r := v.approved()
	first := v.release(r)
	v.do(v.policeOffice, &ledger.DeliveryFailed{Act: v.about(r), Release: first, Code: "unreadable"})
	v.refused(ledger.WrongState, v.policeOffice, &ledger.Receipt{Act: v.about(r), Release: first})
	v.receive(r, v.release(r))
	v.in(r, Fulfilled)
}

// Story 8: closed only after the deletion receipt names no node any more.
func TestRecallIsClosedByTheDeletionReceipt(t *testing.T) {
	v := newValmarine(t)
	r := v.standing()
	v.receive(r, v.release(r))
	v.refused(ledger.WrongState, v.vidal, &ledger.Delete{Act: v.about(r)})
	v.do(v.okafor, &ledger.Revoke{Act: v.about(r), Reason: v.reason()})
	mustEqual(t, "deletion owed", v.in(r, Revoked).Deletion.Owed, v.now)
	v.do(v.vidal, &ledger.Delete{Act: v.about(r)})
	v.refused(ledger.AlreadyDecided, v.vidal, &ledger.Delete{Act: v.about(r)})
	v.do(v.policeOffice, &ledger.DeletionReceipt{Act: v.about(r), Pending: []ledger.NodeCode{"desk-1"}})
	v.in(r, Revoked)
	v.do(v.policeOffice, &ledger.DeletionReceipt{Act: v.about(r)})
	v.in(r, Closed)
	v.refused(ledger.WrongState, v.policeOffice, &ledger.DeletionReceipt{Act: v.about(r)})
}

// Schools find wrong pupils' rows after release.
func TestFulfilledRequestIsRecalled(t *testing.T) {
	v := newValmarine(t)
	r := v.approved()
	v.receive(r, v.release(r))
	v.do(v.vidal, &ledger.Delete{Act: v.about(r)})
	ordered := v.in(r, Fulfilled).Deletion.Ordered
	v.refused(ledger.MissingRole, v.enrol("tax", "auditor", ledger.RoleAuditor), &ledger.Revoke{Act: v.about(r), Reason: v.reason()})
	v.do(v.okafor, &ledger.Revoke{Act: v.about(r), Reason: v.reason()})
	d := v.in(r, Revoked).Deletion
	mustEqual(t, "owed", d.Owed, v.now)
	mustEqual(t, "ordered before", d.Ordered, ordered)
	v.refused(ledger.AgreementEnded, v.taxOffice, &ledger.Release{Act: v.about(r), Part: v.sealed("police")})
	v.do(v.policeOffice, &ledger.DeletionReceipt{Act: v.about(r)})
	v.in(r, Closed)
	v.refused(ledger.WrongState, v.okafor, &ledger.Revoke{Act: v.about(r), Reason: v.reason()})
}

func TestSteppingBackAndForthIsBounded(t *testing.T) {
	v := newValmarine(t)
	r := v.standing()
	for {
		_, code := v.submit(v.arnaud, &ledger.Suspend{Act: v.about(r), Reason: v.reason()})
		if code == ledger.WrongState {
			break
		}
		v.do(v.arnaud, &ledger.Resume{Act: v.about(r)})
	}
	if n := len(v.view().Request(r).History); n < maxSteps || n > maxSteps+1 {
		t.Fatalf("%d steps", n)
	}
	v.do(v.arnaud, &ledger.Revoke{Act: v.about(r), Reason: v.reason()}) // ending is always possible
}

// Every change of state that happens stands in the table of DOMAIN.
func checkTransitions(t testing.TB, r *Request) {
	t.Helper()
	allowed := map[State][]State{
		Submitted: {Submitted, Returned, Offered, Approved, Refused, Withdrawn, Lapsed}, // itself: an answer to a missing letter
		Returned:  {Submitted, Withdrawn, Lapsed},
		Offered:   {Approved, Appealed, Withdrawn, Lapsed},
		Approved:  {Suspended, Revoked, Expired, Fulfilled},
		Suspended: {Approved, Revoked, Expired},
		Refused:   {Appealed, Closed},
		Appealed:  {Approved, Refused},
		Revoked:   {Closed},
		Expired:   {Closed, Revoked}, // a recall, while the data are still held
		Fulfilled: {Closed, Revoked},
	}
	for i := 1; i < len(r.History); i++ {
		from, to := r.History[i-1].State, r.History[i].State
		ok := false
		for _, s := range allowed[from] {
			ok = ok || s == to
		}
		if !ok {
			t.Fatalf("request went from %s to %s", from, to)
		}
	}
	if last := r.History[len(r.History)-1].State; last != r.State {
		t.Fatalf("history ends with %s, the state is %s", last, r.State)
	}
}

func TestRecallOfWhatNeverArrivedOwesNothing(t *testing.T) {
	v := newValmarine(t)
	r := v.standing()
	release := v.release(r)
	v.do(v.okafor, &ledger.Revoke{Act: v.about(r), Reason: v.reason()})
	v.in(r, Revoked)
	v.do(v.policeOffice, &ledger.DeliveryFailed{Act: v.about(r), Release: release, Code: "unavailable"})
	v.in(r, Closed)
}

func TestEntriesAreAboutTheirRequest(t *testing.T) {
	v := newValmarine(t)
	r := v.approved()
	for id, e := range v.made {
		about, ok := RequestOf(e)
		switch e.Body.Kind {
		case ledger.KindRequest, ledger.KindApprove:
			mustEqual(t, "request of "+id.Short(), about, r)
		default:
			mustEqual(t, e.Body.Kind.String(), ok, false)
		}
	}
}
