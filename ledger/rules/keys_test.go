package rules

import (
	"fmt"
	"testing"
	"time"

	"countersign/ledger"
)

func TestEnrollingNeedsTwoAdmins(t *testing.T) {
	v := newValmarine(t)
	id := v.do(v.lindqvist, &ledger.Propose{Enrol: v.enrolment("tax", "rossi", ledger.RoleApprover)})
	rossi := v.person("tax", "rossi")
	if v.view().Official(rossi.id) != nil {
		t.Fatal("enrolled by one admin")
	}
	mustEqual(t, "waiting", len(v.view().OpenProposals("tax")), 1)
	v.refused(ledger.UnknownProposal, v.person("police", "admin1"), &ledger.Second{Proposal: id})
	v.do(v.meyer, &ledger.Second{Proposal: id})
	v.refused(ledger.AlreadyDecided, v.meyer, &ledger.Second{Proposal: id})
	mustEqual(t, "waiting", len(v.view().OpenProposals("tax")), 0)
	v.do(rossi, v.approval(v.ask(), "declared_income"))
}

// Two admins may second one proposal at once. The later one hears that it is
// done, and not that its keys are on the ledger, where the first has put them.
func TestSecondOfWhatIsDoneIsLate(t *testing.T) {
	v := newValmarine(t)
	v.enrol("tax", "rossi", ledger.RoleAdmin)
	rossi := v.person("tax", "rossi")
	revoked := v.two("tax", &ledger.Propose{Revoke: v.revocation(v.lindqvist, v.arnaud, 0)})
	v.refused(ledger.AlreadyDecided, rossi, &ledger.Second{Proposal: revoked})
	enrolled := v.two("tax", &ledger.Propose{Enrol: v.enrolment("tax", "weber", ledger.RoleApprover)})
	v.rotate(v.person("tax", "weber"), "weber 2", v.now)
	v.refused(ledger.AlreadyDecided, rossi, &ledger.Second{Proposal: enrolled})
}

func TestProposalLapsesAfterSevenDays(t *testing.T) {
	v := newValmarine(t)
	id := v.do(v.lindqvist, &ledger.Propose{Enrol: v.enrolment("tax", "rossi", ledger.RoleApprover)})
	v.wait(7 * day)
	v.refused(ledger.WrongState, v.meyer, &ledger.Second{Proposal: id})
	mustEqual(t, "waiting", len(v.view().OpenProposals("tax")), 0)
}

func TestProposalIsJudgedWhenSeconded(t *testing.T) {
	v := newValmarine(t)
	first := v.do(v.lindqvist, &ledger.Propose{Enrol: v.enrolment("tax", "rossi", ledger.RoleApprover)})
	again := v.do(v.lindqvist, &ledger.Propose{Enrol: v.enrolment("tax", "rossi", ledger.RoleApprover, ledger.RoleDPO)})
	v.do(v.meyer, &ledger.Second{Proposal: first})
	v.do(v.meyer, &ledger.Second{Proposal: again}) // new roles, same key
	if v.view().Official(v.person("tax", "rossi").id).Grant(ledger.RoleDPO) == nil {
		t.Fatal("new roles were not given")
	}
	p := v.enrolment("tax", "thief", ledger.RoleApprover)
	stolen := v.do(v.lindqvist, &ledger.Propose{Enrol: p})
	v.do(v.meyer, &ledger.SuspendKey{Official: v.lindqvist.id})
	v.refused(ledger.TwoAdminsNeeded, v.meyer, &ledger.Second{Proposal: stolen}) // the proposer is no usable admin any more
}

func TestOneUsableAdminActsAlone(t *testing.T) {
	v := newValmarine(t)
	v.do(v.lindqvist, &ledger.SuspendKey{Official: v.lindqvist.id}) // the holder reports it
	v.refused(ledger.UnknownTarget, v.meyer, &ledger.Propose{Restore: &ledger.Restore{Official: v.vidal.id}})
	v.do(v.meyer, &ledger.Propose{Enrol: v.enrolment("tax", "rossi", ledger.RoleAdmin)})
	mustEqual(t, "usable admins", len(v.view().Admins("tax", v.now)), 2)
	v.refused(ledger.TwoAdminsNeeded, v.meyer, &ledger.Second{Proposal: v.do(v.meyer, &ledger.Propose{Restore: &ledger.Restore{Official: v.lindqvist.id}})})
}

func TestOnlyAdminKeepsTheirRole(t *testing.T) {
	v := newValmarine(t)
	v.do(v.lindqvist, &ledger.SuspendKey{Official: v.lindqvist.id})
	e := v.enrolment("tax", "admin2", ledger.RoleAuditor)
	e.Recipient = v.view().Official(v.meyer.id).Recipient
	e.KeyProof, e.RecipientProof = v.proofs(v.meyer, v.meyer.signerOf, e.Recipient)
	v.refused(ledger.WrongState, v.meyer, &ledger.Propose{Enrol: e})
}

func TestAdminIsNeitherApproverNorDPO(t *testing.T) {
	v := newValmarine(t)
	v.refused(ledger.AdminCannotDecide, v.lindqvist, &ledger.Propose{Enrol: v.enrolment("tax", "rossi", ledger.RoleAdmin, ledger.RoleApprover)})
	v.refused(ledger.AdminCannotDecide, v.lindqvist, &ledger.Propose{Enrol: v.enrolment("tax", "rossi", ledger.RoleAdmin, ledger.RoleDPO)})
}

func TestRotatedKeyWorksUntilItsEnd(t *testing.T) {
	v := newValmarine(t)
	r := v.ask()
	fresh := v.rotate(v.arnaud, "arnaud 2", v.now.Add(day))
	v.refused(ledger.WrongState, v.arnaud, v.rotation(v.arnaud, "arnaud 3")) // only the current key signs the next
	v.do(v.arnaud, v.approval(r, "declared_income"))
	v.wait(day)
	v.refused(ledger.KeyNotActive, v.arnaud, v.returning(r))
	v.do(fresh, v.approval(v.ask(), "declared_income"))
	v.refused(ledger.KeyReused, fresh, v.rotation(v.arnaud, "tax/arnaud")) // never used again, not even by its holder
	p := v.rotation(fresh, "arnaud 4")
	p.OldEnds = v.now.Add(91 * day)
	v.refused(ledger.BadPeriod, fresh, p)
}

func (c *city) rotation(who *somebody, name string) *ledger.Rotate {
	next := newSigner(name)
	p := &ledger.Rotate{Key: next.Public(), OldEnds: c.now}
	p.KeyProof, _ = c.proofs(who, next, "")
	return p
}

func TestKeyEndsWhenItWasGivenAnEnd(t *testing.T) {
	v := newValmarine(t)
	e := v.enrolment("tax", "temp", ledger.RoleApprover)
	e.Ends = v.now.Add(10 * day)
	v.two("tax", &ledger.Propose{Enrol: e})
	temp := v.person("tax", "temp")
	v.refused(ledger.BadPeriod, temp, v.rotation(temp, "temp 2")) // no end: an escape from the given one
	r := v.ask()
	v.wait(10 * day)
	v.refused(ledger.KeyNotActive, temp, v.approval(r, "declared_income"))
}

func TestRestoreNeedsTwoAdmins(t *testing.T) {
	v := newValmarine(t)
	r := v.ask()
	v.do(v.meyer, &ledger.SuspendKey{Official: v.arnaud.id})
	v.refused(ledger.WrongState, v.meyer, &ledger.SuspendKey{Official: v.arnaud.id})
	v.refused(ledger.MissingRole, v.okafor, &ledger.SuspendKey{Official: v.bauer.id})
	v.refused(ledger.KeyNotActive, v.arnaud, v.approval(r, "declared_income"))
	v.two("tax", &ledger.Propose{Restore: &ledger.Restore{Official: v.arnaud.id}})
	v.do(v.arnaud, v.approval(r, "declared_income"))
}

func TestRevokingOpensTheNextEpochAndRemovesNodes(t *testing.T) {
	v := newValmarine(t)
	v.addNode("tax", "desk-1", v.arnaud)
	desk := v.person("tax", "desk-1")
	peer := v.person("tax", "peer of desk-1").Public().Bytes
	if v.view().NodeByPeer(peer) == nil {
		t.Fatal("the node is not found by its peer key")
	}
	bad := v.revocation(v.lindqvist, v.arnaud, 0, "office")
	id := v.do(v.lindqvist, &ledger.Propose{Revoke: bad})
	v.refused(ledger.WrongState, v.meyer, &ledger.Second{Proposal: id}) // the office node moves first
	v.refused(ledger.ProofMissing, v.lindqvist, &ledger.Propose{Revoke: v.revocation(v.meyer, v.arnaud, 0)})
	v.two("tax", &ledger.Propose{Revoke: v.revocation(v.lindqvist, v.arnaud, 0, "desk-1")})
	mustEqual(t, "epoch", v.view().CurrentEpoch("tax").Number, uint32(1))
	mustEqual(t, "recipient", v.view().CurrentEpoch("tax").Recipient, recipient("tax epoch 1"))
	if v.view().NodeByPeer(peer) != nil || len(v.view().NodesOf("tax")) != 1 {
		t.Fatal("the node was not removed")
	}
	v.refused(ledger.KeyNotActive, desk, &ledger.JournalHead{Head: ledger.Sum(), Count: 1})
	again := v.do(v.lindqvist, &ledger.Propose{Revoke: v.revocation(v.lindqvist, v.arnaud, 0)})
	v.refused(ledger.WrongState, v.meyer, &ledger.Second{Proposal: again})
	v.refused(ledger.KeyReused, v.lindqvist, &ledger.Propose{Revoke: &ledger.RevokeKey{
		Official: v.okafor.id, Code: "superseded", Next: v.epoch(v.lindqvist, 2, recipient("tax epoch 1"))}})
}

func TestRevokedOfficialComesBackWithANewKey(t *testing.T) {
	v := newValmarine(t)
	r := v.ask()
	v.do(v.arnaud, v.approval(r, "declared_income"))
	v.two("tax", &ledger.Propose{Revoke: v.revocation(v.lindqvist, v.arnaud, 0)})
	v.refused(ledger.KeyNotActive, v.arnaud, v.refusal(r))
	mustEqual(t, "earlier signature", TallyApprovals(v.view().Request(r), income().Policy).Have, 1)
	old := v.enrolment("tax", "arnaud", ledger.RoleApprover)
	id := v.do(v.lindqvist, &ledger.Propose{Enrol: old})
	v.refused(ledger.KeyReused, v.meyer, &ledger.Second{Proposal: id})
	v.person("tax", "arnaud").signerOf = newSigner("arnaud again")
	e := v.enrolment("tax", "arnaud", ledger.RoleApprover)
	v.two("tax", &ledger.Propose{Enrol: e})
	v.refused(ledger.AlreadyDecided, v.arnaud, v.refusal(r)) // an official, not a key, decides once
}

func TestOfficeMovesByTwoAdmins(t *testing.T) {
	v := newValmarine(t)
	v.addNode("tax", "vault", nil)
	r := v.approved()
	v.two("tax", &ledger.Propose{Office: &ledger.MoveOffice{Node: "vault"}})
	v.refused(ledger.NotOfficeNode, v.taxOffice, &ledger.Release{Act: v.about(r), Part: v.sealed("police")})
	v.do(v.person("tax", "vault"), &ledger.Release{Act: v.about(r), Part: v.sealed("police")})
	v.do(v.meyer, &ledger.NodeRemove{Code: "office", Next: v.nextEpoch(v.meyer)})
	v.refused(ledger.WrongState, v.meyer, &ledger.NodeRemove{Code: "vault", Next: v.nextEpoch(v.meyer)})
	v.refused(ledger.UnknownTarget, v.meyer, &ledger.NodeRemove{Code: "office", Next: v.nextEpoch(v.meyer)})
	p := v.epoch(v.meyer, 7, recipient("seven"))
	v.refused(ledger.StaleEpoch, v.meyer, &ledger.NodeRemove{Code: "vault", Next: p})
}

// identityOf declares a recipient of a node, proven by its own key.
func (c *city) identityOf(who *somebody, code ledger.NodeCode, recipient string) *ledger.NodeIdentity {
	return &ledger.NodeIdentity{Recipient: recipient, Proof: who.mustSign(
		ledger.Possession(c.network, who.agency, string(code), ledger.HolderNode, []byte(recipient)))}
}

// A node without an identity cannot hold the agency's, so the office cannot move there.
func TestNodeDeclaresAnIdentityAndCanBecomeTheOffice(t *testing.T) {
	v := newValmarine(t)
	v.addPlainNode("tax", "vault", nil)
	vault := v.person("tax", "vault")
	move := &ledger.Propose{Office: &ledger.MoveOffice{Node: "vault"}}
	early := v.do(v.lindqvist, move)
	v.refused(ledger.UnknownTarget, v.meyer, &ledger.Second{Proposal: early})

	first := recipient("vault 1")
	v.do(vault, v.identityOf(vault, "vault", first))
	n := v.view().Node("tax", "vault")
	mustEqual(t, "recipient", n.Recipient, first)
	mustEqual(t, "declared", n.Declared, true)
	v.refused(ledger.KeyReused, vault, v.identityOf(vault, "vault", first))

	v.do(vault, v.identityOf(vault, "vault", recipient("vault 2")))
	mustEqual(t, "replaced", v.view().Node("tax", "vault").Recipient, recipient("vault 2"))
	v.refused(ledger.KeyReused, vault, v.identityOf(vault, "vault", first)) // never used again

	v.do(v.meyer, &ledger.Second{Proposal: early}) // judged when it is seconded
	mustEqual(t, "office", v.view().Agency("tax").Office, "vault")
}

func TestNodeIdentityIsTheNodesOwn(t *testing.T) {
	v := newValmarine(t)
	v.addPlainNode("tax", "vault", nil)
	v.addPlainNode("tax", "desk-1", v.arnaud)
	vault, desk := v.person("tax", "vault"), v.person("tax", "desk-1")
	of := func(who *somebody, code ledger.NodeCode) *ledger.NodeIdentity {
		return v.identityOf(who, code, recipient("fresh"))
	}
	v.refused(ledger.ProofMissing, vault, of(vault, "desk-1")) // for another node
	v.refused(ledger.ProofMissing, vault, of(v.lindqvist, "vault"))
	v.refused(ledger.MissingRole, v.lindqvist, of(v.lindqvist, "vault"))
	v.refused(ledger.MissingRole, v.person("tax", "consensus"), of(v.person("tax", "consensus"), "vault"))
	v.refused(ledger.MissingRole, desk, of(desk, "desk-1")) // somebody's desktop
	v.refused(ledger.KeyReused, vault, v.identityOf(vault, "vault", v.view().CurrentEpoch("police").Recipient))
	v.do(v.meyer, &ledger.NodeRemove{Code: "vault", Next: v.nextEpoch(v.meyer)})
	v.refused(ledger.KeyNotActive, vault, of(vault, "vault"))
	mustEqual(t, "recipient", v.view().Node("tax", "desk-1").Recipient, "")
}

// The office moves and the keeper's key does not; without its computer the agency
// keeps no longer.
func TestKeeperStaysWhereItsKeyIs(t *testing.T) {
	v := newValmarine(t)
	v.addNode("tax", "vault", nil)
	keepers := len(v.keepers)
	v.two("tax", &ledger.Propose{Office: &ledger.MoveOffice{Node: "vault"}})
	mustEqual(t, "keeper", v.view().Agency("tax").KeeperNode(), "office")
	v.two("tax", &ledger.Propose{Office: &ledger.MoveOffice{Node: "office"}})
	mustEqual(t, "back again", v.view().Agency("tax").Keeps, "")
	v.two("tax", &ledger.Propose{Office: &ledger.MoveOffice{Node: "vault"}})
	mustEqual(t, "keepers", len(v.keepers), keepers)
	v.do(v.meyer, &ledger.NodeRemove{Code: "office", Next: v.nextEpoch(v.meyer)})
	mustEqual(t, "keepers", len(v.keepers), keepers-1)
	mustEqual(t, "keeps", v.view().Agency("tax").Keeper, false)

	alone := found(t, "port")
	alone.addNode("port", "vault", nil)
	alone.two("port", &ledger.Propose{Office: &ledger.MoveOffice{Node: "vault"}})
	admin := alone.person("port", "admin1")
	alone.refused(ledger.KeeperNotReady, admin, &ledger.NodeRemove{Code: "office", Next: alone.nextEpoch(admin)})
}

func TestAgencyHasAtMostSixtyFourNodes(t *testing.T) {
	v := newValmarine(t)
	for i := len(v.view().NodesOf("tax")); i < MaxNodes; i++ {
		v.addNode("tax", ledger.NodeCode(fmt.Sprint("desk-", i)), nil)
	}
	n := v.nodeDocument("tax", "one-too-many")
	v.proveNode("tax", &n)
	v.refused(ledger.WrongState, v.lindqvist, &ledger.Node{Node: n})
}

func TestCalendarCountsFromWhenItIsSet(t *testing.T) {
	v := newValmarine(t)
	v.two("tax", &ledger.Propose{Calendar: &ledger.Calendar{Days: []ledger.Time{v.now}}})
	start := v.now - 1000 // the calendar's one day began when it was proposed
	r := v.ask()
	mustEqual(t, "deadline", v.in(r, Submitted).Deadline, start.Add(11*day).Add(-time.Second))
}

// A card is sealed to all members when the enrolment takes effect.
func TestCardsAndSheetsOfProposals(t *testing.T) {
	v := newValmarine(t)
	e := v.enrolment("tax", "rossi", ledger.RoleApprover)
	card := v.sealedToAll()
	e.Card = &card
	id := v.do(v.lindqvist, &ledger.Propose{Enrol: e})
	v.refused(ledger.CommitmentReused, v.lindqvist, &ledger.Propose{Enrol: e})
	v.join("port")
	v.refused(ledger.StaleEpoch, v.meyer, &ledger.Second{Proposal: id}) // the newcomer could not read it
	card = v.sealedToAll()
	id = v.two("tax", &ledger.Propose{Enrol: e})
	o := v.view().Official(v.person("tax", "rossi").id)
	mustEqual(t, "card entry", o.CardEntry, id)
	mustEqual(t, "commitment", v.view().CommitmentEntry(card.Commitment), id)
	mustEqual(t, "no commitment", v.view().CommitmentEntry(id), ledger.EntryID{})
	entry := v.made[id]
	mustEqual(t, "seen", v.view().SeenEntry(entry.Body.ValidUntil, id), true)
	mustEqual(t, "not seen", v.view().SeenEntry(entry.Body.ValidUntil+1, id), false)
	d, b := income(), incomeBasis()
	text, law := v.sealedToAll(), v.sealedToAll()
	d.Sheet, b.Sheet = &text, &law
	mustEqual(t, "dataset text", v.view().CommitmentEntry(text.Commitment), ledger.EntryID{})
	mustEqual(t, "edition", v.view().Dataset(v.two("tax", &ledger.Propose{Dataset: d})).Replaced, v.dataset)
	mustEqual(t, "edition", v.view().Basis(v.two("tax", &ledger.Propose{Basis: b})).Replaced, v.basis)
}
