package rules

import (
	"fmt"
	"testing"

	"countersign/ledger"
)

func TestAdmissionNeedsMoreThanTwoThirds(t *testing.T) {
	v := newValmarine(t)
	doc := v.document("port")
	v.prove(doc)
	p := &ledger.Motion{Act: ledger.MotionAdmit, Agency: "port", Document: doc}
	id := v.do(v.lindqvist, p)
	vote := &ledger.Vote{Motion: id, Subject: p.Subject(), Yes: true}
	v.refused(ledger.AlreadyDecided, v.meyer, vote) // one vote for each agency
	v.refused(ledger.MissingRole, v.vidal, vote)
	v.refused(ledger.StaleVersion, v.person("police", "admin1"), &ledger.Vote{Motion: id, Subject: ledger.Sum(), Yes: true})
	v.do(v.person("police", "admin1"), vote)
	v.do(v.person("civil", "admin1"), &ledger.Vote{Motion: id, Subject: p.Subject()})
	if v.view().Agency("port") != nil {
		t.Fatal("admitted by two of four")
	}
	mustEqual(t, "open", len(v.view().OpenMotions()), 1)
	v.do(v.person("health", "admin2"), vote)
	if a := v.view().Agency("port"); a == nil || a.Standing != StandingMember || a.Keeper {
		t.Fatalf("three of four admit: %+v", a)
	}
	mustEqual(t, "open", len(v.view().OpenMotions()), 0)
	v.refused(ledger.KeyReused, v.lindqvist, p) // also name-taken
}

// A vote that comes after the last one needed is late and no more: the keys in
// the document are on the ledger because it was carried.
func TestVoteAfterTheMotionWasCarriedIsLate(t *testing.T) {
	v := newValmarine(t)
	doc := v.document("port")
	v.prove(doc)
	p := &ledger.Motion{Act: ledger.MotionAdmit, Agency: "port", Document: doc}
	id := v.voteOn(p, "tax", "police", "civil")
	if v.view().Agency("port") == nil {
		t.Fatal("three of four did not admit")
	}
	for _, yes := range []bool{true, false} {
		v.refused(ledger.VoteClosed, v.person("health", "admin1"), &ledger.Vote{Motion: id, Subject: p.Subject(), Yes: yes})
	}
}

func TestAdmissionIsRefusedWithUsedOrUnprovenKeys(t *testing.T) {
	v := newValmarine(t)
	doc := v.document("port")
	v.prove(doc)
	doc.CheckProof = make([]byte, ledger.SignatureSize)
	v.refused(ledger.ProofMissing, v.lindqvist, &ledger.Motion{Act: ledger.MotionAdmit, Agency: "port", Document: doc})
	v.person("port", "checkpoint").signerOf = v.person("tax", "consensus").signerOf
	doc = v.document("port")
	v.prove(doc)
	v.refused(ledger.KeyReused, v.lindqvist, &ledger.Motion{Act: ledger.MotionAdmit, Agency: "port", Document: doc})
	v.person("port", "checkpoint").signerOf = v.person("port", "consensus").signerOf
	doc = v.document("port")
	v.prove(doc)
	v.refused(ledger.KeyReused, v.lindqvist, &ledger.Motion{Act: ledger.MotionAdmit, Agency: "port", Document: doc})
}

func TestTheOneConcernedIsNeitherAskedNorCounted(t *testing.T) {
	v := newValmarine(t)
	p := &ledger.Motion{Act: ledger.MotionSuspend, Agency: "police"}
	v.refused(ledger.VoteClosed, v.person("police", "admin1"), p)
	id := v.voteOn(p, "tax", "civil")
	mustEqual(t, "standing", v.view().Agency("police").Standing, StandingMember) // two of three others are not more than two thirds
	v.refused(ledger.VoteClosed, v.person("police", "admin1"), &ledger.Vote{Motion: id, Subject: p.Subject(), Yes: true})
	v.do(v.person("health", "admin1"), &ledger.Vote{Motion: id, Subject: p.Subject(), Yes: true})
	mustEqual(t, "standing", v.view().Agency("police").Standing, StandingSuspended)
	v.refused(ledger.AgencySuspended, v.person("police", "admin1"), &ledger.Motion{Act: ledger.MotionSuspend, Agency: "tax"})
	v.refused(ledger.WrongState, v.lindqvist, p)
	// Police, suspended, are not counted: tax and health are all others of civil.
	v.vote(ledger.MotionSuspend, "civil", "tax", "health")
	mustEqual(t, "standing", v.view().Agency("civil").Standing, StandingSuspended)
	v.vote(ledger.MotionReinstate, "police", "tax", "health")
	mustEqual(t, "standing", v.view().Agency("police").Standing, StandingMember)
	v.ask()
}

func TestTwoOthersAreNeededAtLeast(t *testing.T) {
	c := found(t, "tax")
	c.join("police")
	c.vote(ledger.MotionSuspend, "police", "tax")
	mustEqual(t, "standing", c.view().Agency("police").Standing, StandingMember)
}

// Story 10: the Port Authority leaves with requests pending and an agreement live.
func TestLeavingLapsesAndRecalls(t *testing.T) {
	v := newValmarine(t)
	pending, returned, live, unused, held := v.ask(), v.ask(), v.standing(), v.standing(), v.approved()
	v.receive(held, v.release(held))
	v.in(held, Fulfilled)
	v.do(v.arnaud, v.returning(returned))
	v.receive(live, v.release(live))
	police := v.person("police", "admin1")
	open := v.do(police, &ledger.Propose{Enrol: v.enrolment("police", "late", ledger.RoleRequester)})
	v.do(police, &ledger.Leave{})
	mustEqual(t, "keepers", len(v.keepers), 3)
	v.in(pending, Lapsed)
	v.in(returned, Lapsed)
	v.in(unused, Closed)
	mustEqual(t, "owed", v.in(held, Revoked).Deletion.Owed, v.now)
	mustEqual(t, "owed", v.in(live, Revoked).Deletion.Owed, v.now)
	v.refused(ledger.NotAMember, v.vidal, &ledger.Delete{Act: v.about(live)})
	v.refused(ledger.NotAMember, v.person("police", "admin2"), &ledger.Second{Proposal: open})
	v.do(v.policeOffice, &ledger.DeletionReceipt{Act: v.about(live)})
	v.in(live, Closed)
	p := v.asking() // sheets and letters are not sealed to former members any more
	p.Letter = v.sealed("tax")
	v.refused(ledger.NotAMember, v.vidal, p)
	for _, e := range v.view().MemberEpochs() {
		if e.Agency == "police" {
			t.Fatal("a former member is a recipient")
		}
	}
}

func TestAskingAFormerMemberIsRefused(t *testing.T) {
	v := newValmarine(t)
	p := v.asking()
	held := v.approved()
	v.receive(held, v.release(held))
	v.vote(ledger.MotionExpel, "tax", "police", "civil", "health")
	v.refused(ledger.NotAMember, v.vidal, p)
	mustEqual(t, "keepers", len(v.keepers), 3)
	v.in(held, Fulfilled) // who stays keeps what it got until its retention ends
}

func TestFounderKeepsAloneUntilThreeOthersAreReady(t *testing.T) {
	c := found(t, "tax")
	for _, a := range []ledger.AgencyID{"police", "civil", "health", "port"} {
		c.join(a)
	}
	c.ready("police")
	c.ready("civil")
	mustEqual(t, "keepers", len(c.keepers), 1)
	c.refused(ledger.AlreadyDecided, c.person("civil", "consensus"), &ledger.KeeperReady{LogSize: 1, LogRoot: ledger.Sum()})
	c.ready("health")
	mustEqual(t, "keepers", len(c.keepers), 4)
	mustEqual(t, "changes in one block", len(c.last.Keepers), 3)
	c.ready("port")
	mustEqual(t, "keepers", len(c.keepers), 5)
	c.refused(ledger.WrongState, c.person("port", "consensus"), &ledger.KeeperReady{LogSize: 1, LogRoot: ledger.Sum()})
	c.refused(ledger.MissingRole, c.person("port", "office"), &ledger.KeeperReady{LogSize: 1, LogRoot: ledger.Sum()})
}

func TestReadyNamesOneOfTheLastTwentyHeads(t *testing.T) {
	v := newValmarine(t)
	v.join("port")
	head := naiveHead(v.leaves)
	for i := 0; i < headsKept; i++ {
		v.ask()
	}
	v.refused(ledger.KeeperNotReady, v.person("port", "consensus"), &ledger.KeeperReady{LogSize: head.Size, LogRoot: head.Root})
	head = naiveHead(v.leaves)
	for i := 0; i < headsKept-1; i++ {
		v.block()
		v.ask()
	}
	v.do(v.person("port", "consensus"), &ledger.KeeperReady{LogSize: head.Size, LogRoot: head.Root})
	mustEqual(t, "keepers", len(v.keepers), 5)
}

func TestTheLastKeeperStays(t *testing.T) {
	v := newValmarine(t)
	for _, a := range []ledger.AgencyID{"police", "civil", "health"} {
		v.do(v.person(a, "admin1"), &ledger.Leave{})
	}
	mustEqual(t, "keepers", len(v.keepers), 1)
	v.refused(ledger.KeeperNotReady, v.lindqvist, &ledger.Leave{})
}

func TestReplacedKeeperStaysAMember(t *testing.T) {
	v := newValmarine(t)
	v.vote(ledger.MotionReplaceKeeper, "police", "tax", "civil", "health")
	mustEqual(t, "keepers", len(v.keepers), 3)
	v.ask()
	head := naiveHead(v.leaves)
	v.refused(ledger.KeyNotActive, v.person("police", "consensus"), &ledger.KeeperReady{LogSize: head.Size, LogRoot: head.Root})
	v.refused(ledger.WrongState, v.lindqvist, &ledger.Motion{Act: ledger.MotionReplaceKeeper, Agency: "police"})
}

// A keeper that enters and goes within one block is no change.
func TestKeeperChangesAreTheDifferenceOfTheBlock(t *testing.T) {
	v := newValmarine(t)
	v.join("port")
	head := naiveHead(v.leaves)
	res := v.block(v.sign(v.person("port", "consensus"), &ledger.KeeperReady{LogSize: head.Size, LogRoot: head.Root}),
		v.sign(v.person("port", "admin1"), &ledger.Leave{}))
	if len(res.Outcomes) != 2 || res.Outcomes[1].Code != "" || len(res.Keepers) != 0 {
		t.Fatalf("%+v", res)
	}
}

// Who moved it may take it back while it is open, and nobody's later vote counts.
func TestAMotionIsTakenBackByWhoMovedIt(t *testing.T) {
	v := newValmarine(t)
	p := &ledger.Motion{Act: ledger.MotionExpel, Agency: "police", Code: "other"}
	id := v.do(v.lindqvist, p)
	v.do(v.person("civil", "admin1"), &ledger.Vote{Motion: id, Subject: p.Subject(), Yes: true})
	v.refused(ledger.AlreadyDecided, v.person("civil", "admin1"), &ledger.Vote{Motion: id, Subject: p.Subject()})
	v.refused(ledger.AlreadyDecided, v.lindqvist, &ledger.Vote{Motion: id, Subject: p.Subject(), Yes: true})
	v.do(v.lindqvist, &ledger.Vote{Motion: id, Subject: p.Subject()})
	m := v.view().Motion(id)
	if m.Back == 0 || m.Open(v.now) || len(v.view().OpenMotions()) != 0 || v.view().Motions()[0].ID != id {
		t.Fatalf("taken back: %+v", m)
	}
	v.refused(ledger.VoteClosed, v.person("health", "admin1"), &ledger.Vote{Motion: id, Subject: p.Subject(), Yes: true})
	v.refused(ledger.VoteClosed, v.lindqvist, &ledger.Vote{Motion: id, Subject: p.Subject()})
	mustEqual(t, "standing", v.view().Agency("police").Standing, StandingMember)
}

// Tally says what a screen shows: who is asked, who is waited for, how many are
// needed. The one concerned and suspended ones are not asked.
func TestTheTallyCountsAsTheRulesDo(t *testing.T) {
	v := newValmarine(t)
	p := &ledger.Motion{Act: ledger.MotionSuspend, Agency: "police"}
	id := v.do(v.lindqvist, p)
	got := v.view().Tally(v.view().Motion(id))
	if got.Yes != 1 || got.Needed != 3 || got.Asked != 3 || fmt.Sprint(got.Waiting) != "[civil health]" {
		t.Fatalf("%+v", got)
	}
	v.vote(ledger.MotionSuspend, "civil", "police", "tax", "health")
	got = v.view().Tally(v.view().Motion(id))
	if got.Asked != 2 || got.Needed != 2 || fmt.Sprint(got.Waiting) != "[health]" {
		t.Fatalf("with one suspended: %+v", got)
	}
}

// The cards come with the motion, sealed to all members, and stand with the new
// admins once it is carried.
func TestNewAdminsBringTheirCards(t *testing.T) {
	v := newValmarine(t)
	one, two := v.person("police", "admin1"), v.person("police", "admin2")
	v.do(one, &ledger.SuspendKey{Official: one.id})
	v.do(two, &ledger.SuspendKey{Official: two.id})
	m := v.newAdmins("police")
	m.Cards = []ledger.Sealed{v.sealed("tax"), v.sealed("tax")}
	v.refused(ledger.StaleEpoch, v.lindqvist, m)
	m.Cards = []ledger.Sealed{v.sealed("civil", "health", "police", "tax"), v.sealed("civil", "health", "police", "tax")}
	id := v.voteOn(m, "tax", "civil", "health")
	for i, a := range m.Admins {
		o := v.view().Official(a.Official)
		if o.Card == nil || o.Card.Commitment != m.Cards[i].Commitment || o.CardEntry != id {
			t.Errorf("card of %d: %+v", i, o.Card)
		}
	}
	if got := v.view().CommitmentEntry(m.Cards[0].Commitment); got != id {
		t.Errorf("the card is named by %s", got.Short())
	}
}

// newAdmins is a motion that gives an agency two admins.
func (v *valmarine) newAdmins(agency ledger.AgencyID) *ledger.Motion {
	m := &ledger.Motion{Act: ledger.MotionNewAdmins, Agency: agency}
	for _, name := range []string{"new1", "new2"} {
		p := v.person(agency, name)
		d := ledger.AdminDocument{Official: p.id, Key: p.Public(), Recipient: recipient(name)}
		d.KeyProof, d.RecipientProof = v.proofs(p, p.signerOf, d.Recipient)
		m.Admins = append(m.Admins, d)
	}
	e := v.nextEpoch(v.person(agency, "new1"))
	m.Epoch = &e
	return m
}

func TestMembersGiveNewAdminsToAnAgencyWithoutOne(t *testing.T) {
	v := newValmarine(t)
	v.refused(ledger.WrongState, v.lindqvist, v.newAdmins("police"))
	one, two := v.person("police", "admin1"), v.person("police", "admin2")
	v.do(one, &ledger.SuspendKey{Official: one.id})
	v.do(two, &ledger.SuspendKey{Official: two.id})
	v.voteOn(v.newAdmins("police"), "tax", "civil", "health")
	mustEqual(t, "usable admins", len(v.view().Admins("police", v.now)), 2)
	mustEqual(t, "epoch", v.view().Agency("police").Epoch, uint32(1))
	id := v.do(v.person("police", "new1"), &ledger.Propose{Restore: &ledger.Restore{Official: one.id}})
	v.do(v.person("police", "new2"), &ledger.Second{Proposal: id})
}

func TestRulesVersionComesIntoForceFromItsHeight(t *testing.T) {
	v := newValmarine(t)
	p := &ledger.Motion{Act: ledger.MotionRulesVersion, Agency: "tax", Version: 2, AtHeight: v.height + 6}
	v.voteOn(p, "tax", "police", "civil")
	mustEqual(t, "next", v.view().Global().NextVersion, uint64(2))
	v.ask()
	mustEqual(t, "result", v.last.RulesVersion, uint64(0))
	v.block()
	v.ask()
	mustEqual(t, "result", v.last.RulesVersion, uint64(2))
	mustEqual(t, "in force", v.view().Global().RulesVersion, uint64(2))
	v.refused(ledger.WrongState, v.lindqvist, p)
}

func TestDoubleVoteIsKeptAndCounted(t *testing.T) {
	v := newValmarine(t)
	f := DoubleVote{Consensus: v.person("civil", "consensus").Public().ID(), Height: 9, Proof: []byte("two votes")}
	res := v.blockWith([]DoubleVote{f, f, {Consensus: ledger.Sum([]byte("nobody")), Height: 9}},
		v.sign(v.person("police", "office"), &ledger.Tick{})) // nothing is due: the tick carries the evidence
	mustEqual(t, "faults", len(res.Faults), 1)
	mustEqual(t, "outcomes", len(res.Outcomes), 1)
	mustEqual(t, "count", v.view().Agency("civil").Faults, uint32(1))
	got := v.view().Faults("civil")
	if len(got) != 1 || string(got[0].Proof) != "two votes" || got[0].Height != 9 {
		t.Fatalf("on record: %+v", got)
	}
	if res = v.blockWith([]DoubleVote{f}); len(res.Changes) != 0 {
		t.Fatal("the same evidence twice changed something")
	}
	f.Height = 10
	if res = v.blockWith([]DoubleVote{f}); len(res.Faults) != 1 || res.Log.Size != uint64(len(v.leaves)) {
		t.Fatal("evidence without entries is put on record too")
	}
}
