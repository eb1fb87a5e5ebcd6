package ledger

// Refusal is why an ordered entry does not count. Empty means that it counts.
// Every replica comes to the same one; where several apply, the first in the
// order of Refusals is given.
type Refusal string

// The refusal codes of DOMAIN, "Rules every replica enforces in the same way".
const (
	Accepted            Refusal = ""
	UnknownKey          Refusal = "unknown-key"
	KeyNotActive        Refusal = "key-not-active"
	ExpiredEntry        Refusal = "expired-entry"
	NotAMember          Refusal = "not-a-member"
	AgencySuspended     Refusal = "agency-suspended"
	UnknownRequest      Refusal = "unknown-request"
	UnknownDataset      Refusal = "unknown-dataset"
	UnknownBasis        Refusal = "unknown-basis"
	NotMemberOfProvider Refusal = "not-member-of-provider"
	NotMemberOfAsker    Refusal = "not-member-of-requester"
	OwnRequest          Refusal = "own-request"
	NotOfficeNode       Refusal = "not-office-node"
	AdminCannotDecide   Refusal = "admin-cannot-decide"
	MissingRole         Refusal = "missing-role"
	DelegationInvalid   Refusal = "delegation-invalid"
	DelegationEnded     Refusal = "delegation-ended"
	TwoAdminsNeeded     Refusal = "two-admins-needed"
	ProofMissing        Refusal = "proof-missing"
	KeyReused           Refusal = "key-reused"
	CommitmentReused    Refusal = "commitment-reused"
	StaleEpoch          Refusal = "stale-epoch"
	StaleVersion        Refusal = "stale-version"
	WrongState          Refusal = "wrong-state"
	AlreadyDecided      Refusal = "already-decided"
	NotShared           Refusal = "not-shared"
	UnknownField        Refusal = "unknown-field"
	NoBasis             Refusal = "no-basis"
	ReasonMissing       Refusal = "reason-missing"
	NothingInCommon     Refusal = "nothing-in-common"
	BadPeriod           Refusal = "bad-period"
	AgreementEnded      Refusal = "agreement-ended"
	ReleaseLimit        Refusal = "release-limit"
	VoteClosed          Refusal = "vote-closed"
	KeeperNotReady      Refusal = "keeper-not-ready"
	UnknownProposal     Refusal = "unknown-proposal"
	NameTaken           Refusal = "name-taken"
	UnknownTarget       Refusal = "unknown-target"
)

// Refusals lists the codes in their order of precedence.
func Refusals() []Refusal {
	return []Refusal{UnknownKey, KeyNotActive, ExpiredEntry, NotAMember, AgencySuspended, UnknownRequest,
		UnknownDataset, UnknownBasis, NotMemberOfProvider, NotMemberOfAsker, OwnRequest, NotOfficeNode,
		AdminCannotDecide, MissingRole, DelegationInvalid, DelegationEnded, TwoAdminsNeeded, ProofMissing,
		KeyReused, CommitmentReused, StaleEpoch, StaleVersion, WrongState, AlreadyDecided, NotShared,
		UnknownField, NoBasis, ReasonMissing, NothingInCommon, BadPeriod, AgreementEnded, ReleaseLimit,
		VoteClosed, KeeperNotReady, UnknownProposal, NameTaken, UnknownTarget}
}

// Error lets a refusal be wrapped and found with errors.Is.
func (r Refusal) Error() string { return string(r) }
