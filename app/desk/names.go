package desk

import (
	"countersign/ledger"
	"countersign/ledger/rules"
	"countersign/ledger/vault"
)

// The words of the record that a screen has to name. A screen imports the desk
// and nothing below it.
type (
	EntryID      = ledger.EntryID
	OfficialID   = ledger.OfficialID
	AgencyID     = ledger.AgencyID
	FieldName    = ledger.FieldName
	Code         = ledger.Code
	Time         = ledger.Time
	Height       = ledger.Height
	Kind         = ledger.Kind
	Refusal      = ledger.Refusal
	Role         = ledger.Role
	RoleGrant    = ledger.RoleGrant
	Scope        = ledger.Scope
	Class        = ledger.Class
	Dataset      = ledger.Dataset
	Propose      = ledger.Propose
	MoveOffice   = ledger.MoveOffice
	Calendar     = ledger.Calendar
	Rotate       = ledger.Rotate
	NodeCode     = ledger.NodeCode
	NodeDocument = ledger.NodeDocument
	Motion       = ledger.Motion
	MotionAct    = ledger.MotionAct
	State        = rules.State
	Standing     = rules.Standing
	Card         = vault.Card
	Sheet        = vault.Sheet
	FieldNote    = vault.FieldNote
	Basis        = ledger.Basis
	Policy       = ledger.Policy
	Sharing      = ledger.Sharing

	DatasetField = ledger.DatasetField
	BasisEdition = rules.BasisEdition
	MotionRecord = rules.MotionRecord
)

// Accepted is the answer of the rules to what counts.
const Accepted = ledger.Accepted

// The states that screens tell apart.
const (
	Submitted = rules.Submitted
	Returned  = rules.Returned
	Offered   = rules.Offered
	Approved  = rules.Approved
	Suspended = rules.Suspended
	Refused   = rules.Refused
	Appealed  = rules.Appealed
	Withdrawn = rules.Withdrawn
	Lapsed    = rules.Lapsed
	Revoked   = rules.Revoked
	Expired   = rules.Expired
	Fulfilled = rules.Fulfilled
	Closed    = rules.Closed
)

// The kinds of entries that a request's history tells apart.
const (
	KindRequest         = ledger.KindRequest
	KindAnswer          = ledger.KindAnswer
	KindApprove         = ledger.KindApprove
	KindOffer           = ledger.KindOffer
	KindAccept          = ledger.KindAccept
	KindReturn          = ledger.KindReturn
	KindRefuse          = ledger.KindRefuse
	KindWithdraw        = ledger.KindWithdraw
	KindSuspend         = ledger.KindSuspend
	KindResume          = ledger.KindResume
	KindRevoke          = ledger.KindRevoke
	KindReview          = ledger.KindReview
	KindRelease         = ledger.KindRelease
	KindReceipt         = ledger.KindReceipt
	KindDeliveryFailed  = ledger.KindDeliveryFailed
	KindLetterMissing   = ledger.KindLetterMissing
	KindLetterFound     = ledger.KindLetterFound
	KindDelete          = ledger.KindDelete
	KindDeletionReceipt = ledger.KindDeletionReceipt
	KindErase           = ledger.KindErase
)

// The roles.
const (
	RoleRequester = ledger.RoleRequester
	RoleApprover  = ledger.RoleApprover
	RoleDPO       = ledger.RoleDPO
	RoleAdmin     = ledger.RoleAdmin
)

// Roles lists the roles in the order screens show them.
func Roles() []Role { return ledger.Roles() }

// The acts of the members.
const (
	MotionAdmit         = ledger.MotionAdmit
	MotionSuspend       = ledger.MotionSuspend
	MotionReinstate     = ledger.MotionReinstate
	MotionExpel         = ledger.MotionExpel
	MotionReplaceKeeper = ledger.MotionReplaceKeeper
	MotionNewAdmins     = ledger.MotionNewAdmins
	MotionRulesVersion  = ledger.MotionRulesVersion
)

// MotionLifeDays is how long the members can vote on a motion.
const MotionLifeDays = ledger.MotionLifeDays

// Why the rules would not count a motion.
const (
	WrongState     = ledger.WrongState
	StaleEpoch     = ledger.StaleEpoch
	KeyReused      = ledger.KeyReused
	KeeperNotReady = ledger.KeeperNotReady
)

// MotionCodes lists the codes of a motion about one agency.
func MotionCodes(act MotionAct) []Code { return ledger.MotionCodes(act) }

// RefuseCodes lists the codes of a refusal.
func RefuseCodes() []Code { return ledger.RefuseCodes() }

// Refusals lists why an entry may not count.
func Refusals() []Refusal { return ledger.Refusals() }

// ReturnCodes lists the codes of a return.
func ReturnCodes() []Code { return ledger.ReturnCodes() }

// EraseCodes lists the codes of an erasure.
func EraseCodes() []Code { return ledger.EraseCodes() }

// RevokeCodes lists the codes of a revocation.
func RevokeCodes() []Code { return ledger.RevokeCodes() }
