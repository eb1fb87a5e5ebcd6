package rules

import (
	"slices"

	"countersign/ledger"
)

// signer says which kind of key signs a kind of entry.
type signer uint8

const (
	byOfficial  signer = iota
	byOffice           // the agency's office node
	byConsensus        // the agency's consensus key
	byKeeper           // a node of a keeper, or its consensus key
	byEither           // the kind's own check says
)

// side says on which side of the request the author's agency stands; sideNone:
// the entry is not about a request.
type side uint8

const (
	sideNone side = iota
	sideProvider
	sideRequester
	sideParty // either of the two
)

// roleOfPayload marks kinds whose payload names the role they are signed in.
const roleOfPayload ledger.Role = "*"

// row says of one kind who may author it, in which states of the request, what
// it can lead to, and which functions hold the rest.
type row struct {
	kind           ledger.Kind
	by             signer
	role           ledger.Role // "": any
	side           side
	decides        bool // separation of duties applies
	afterLeaving   bool // a former member may
	whileSuspended bool // a suspended agency may
	from           []State
	to             []State // besides staying as it is
	check          func(*act)
	do             func(*act)
}

func (r *row) allows(s State) bool { return slices.Contains(r.from, s) }

const (
	admin     = ledger.RoleAdmin
	requester = ledger.RoleRequester
	approver  = ledger.RoleApprover
	dpo       = ledger.RoleDPO
)

func states(s ...State) []State { return s }

// table is the one list of who may do what, in the order of the kinds. It never
// changes.
var table = []row{
	{kind: ledger.KindPropose, role: admin, check: checkPropose, do: doPropose},
	{kind: ledger.KindSecond, role: admin, check: checkSecond, do: doSecond},
	{kind: ledger.KindRotate, check: checkRotate, do: doRotate},
	{kind: ledger.KindSuspendKey, check: checkSuspendKey, do: doSuspendKey},
	{kind: ledger.KindNode, role: admin, check: checkNode, do: doNode},
	{kind: ledger.KindNodeRemove, role: admin, check: checkNodeRemove, do: doNodeRemove},
	{kind: ledger.KindMotion, role: admin, check: checkMotion, do: doMotion},
	{kind: ledger.KindVote, role: admin, check: checkVote, do: doVote},
	{kind: ledger.KindLeave, role: admin, whileSuspended: true, check: checkLeave, do: doLeave},
	{kind: ledger.KindKeeperReady, by: byConsensus, check: checkReady, do: doReady},
	{kind: ledger.KindTick, by: byKeeper, whileSuspended: true, do: func(*act) {}}, // the start of the walk did it
	{kind: ledger.KindSheet, by: byEither, check: checkSheet, do: doSheet},
	{kind: ledger.KindJournalHead, by: byOffice, check: checkJournal, do: doJournal},
	{kind: ledger.KindNodeIdentity, by: byEither, check: checkNodeIdentity, do: doNodeIdentity},

	{kind: ledger.KindRequest, role: requester, to: states(Submitted, Approved), check: checkRequest, do: doRequest},
	{kind: ledger.KindAnswer, side: sideRequester, role: requester,
		from: states(Submitted, Returned), to: states(Submitted), check: checkAnswer, do: doAnswer},
	{kind: ledger.KindApprove, side: sideProvider, role: roleOfPayload, decides: true,
		from: states(Submitted, Approved), to: states(Approved, Fulfilled), check: checkApprove, do: doApprove},
	{kind: ledger.KindOffer, side: sideProvider, role: roleOfPayload, decides: true,
		from: states(Submitted), to: states(Offered), check: checkOffer, do: doOffer},
	{kind: ledger.KindAccept, side: sideRequester, role: requester,
		from: states(Offered), to: states(Approved), check: checkAccept, do: doAccept},
	{kind: ledger.KindReturn, side: sideProvider, role: roleOfPayload, decides: true,
		from: states(Submitted), to: states(Returned), check: checkReturn, do: doReturn},
	{kind: ledger.KindRefuse, side: sideProvider, role: roleOfPayload, decides: true,
		from: states(Submitted, Approved), to: states(Refused, Revoked, Closed), check: checkRefuse, do: doRefuse},
	{kind: ledger.KindWithdraw, side: sideRequester, role: requester,
		from: states(Submitted, Returned, Offered), to: states(Withdrawn), do: doWithdraw},
	{kind: ledger.KindSuspend, side: sideProvider, role: approver, decides: true,
		from: states(Approved), to: states(Suspended), check: checkSuspend, do: doSuspend},
	{kind: ledger.KindResume, side: sideProvider, role: approver, decides: true,
		from: states(Suspended), to: states(Approved, Fulfilled), do: doResume},
	{kind: ledger.KindRevoke, side: sideProvider, role: approver, decides: true,
		from: states(Approved, Suspended, Expired, Fulfilled), to: states(Revoked, Closed), check: checkRevoke, do: doRevoke},
	{kind: ledger.KindReview, side: sideProvider, role: approver, decides: true,
		from: states(Submitted, Returned, Offered, Approved, Suspended, Expired, Fulfilled),
		to:   states(Approved, Fulfilled, Offered, Refused, Lapsed, Revoked, Closed), check: checkReview, do: doReview},

	{kind: ledger.KindRelease, side: sideProvider, by: byOffice,
		from: states(Approved, Revoked, Expired, Fulfilled, Closed), check: checkRelease, do: doRelease}, // ended ones: agreement-ended
	{kind: ledger.KindReceipt, side: sideRequester, by: byOffice,
		from: states(Approved, Suspended, Revoked, Expired, Fulfilled), to: states(Fulfilled), check: checkReceipt, do: doReceipt},
	{kind: ledger.KindDeliveryFailed, side: sideRequester, by: byOffice,
		from: states(Approved, Suspended, Revoked, Expired, Fulfilled), to: states(Fulfilled, Closed), check: checkFailed, do: doFailed},
	{kind: ledger.KindLetterMissing, side: sideProvider, by: byOffice,
		from: states(Submitted), check: checkLetterMissing, do: doLetterMissing},
	{kind: ledger.KindLetterFound, side: sideProvider, by: byOffice,
		from: states(Submitted), check: checkLetterFound, do: doLetterFound},
	{kind: ledger.KindDelete, side: sideRequester, role: requester,
		from: states(Revoked, Expired, Fulfilled), check: checkDelete, do: doDelete},
	{kind: ledger.KindDeletionReceipt, side: sideRequester, by: byOffice, afterLeaving: true, whileSuspended: true,
		from: states(Revoked, Expired, Fulfilled), to: states(Closed), check: checkDeletionReceipt, do: doDeletionReceipt},
	{kind: ledger.KindErase, side: sideParty, role: dpo, afterLeaving: true, whileSuspended: true,
		from: resting(), check: checkErase, do: doErase},
}

// rowOf finds a kind's row. Every kind that parses has one.
func rowOf(k ledger.Kind) *row {
	for i := range table {
		if table[i].kind == k {
			return &table[i]
		}
	}
	panic("no rule for " + k.String())
}

// RequestOf is the number of the request that an entry is about; ok is false
// for entries about none. A submission is about the request it opens.
func RequestOf(e *ledger.Entry) (id ledger.EntryID, ok bool) {
	if e.Body.Kind == ledger.KindRequest {
		return e.ID(), true
	}
	about, ok := ledger.ActOf(e.Payload)
	return about.Request, ok
}
