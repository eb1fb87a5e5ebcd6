package desk

import (
	"errors"
	"time"

	"countersign/ledger"
	"countersign/ledger/rules"
	"countersign/ledger/vault"
)

// Errors that screens tell apart. A refusal by the rules is a ledger.Refusal.
var (
	ErrLocked          = errors.New("locked")
	ErrWrongPassphrase = errors.New("wrong passphrase")
	ErrPartAway        = errors.New("nobody who is online has this part")
	ErrMismatch        = errors.New("the letter does not match what was signed")
	ErrNotYours        = errors.New("not open to this official")
	// ErrDiskFull says that nothing could be kept for want of room on the node's disk.
	ErrDiskFull = errors.New("the disk is full")
	ErrNotKept  = errors.New("the entry is not in the outbox and not final")
	// ErrErased says that the agency keeps nothing private of a request any more.
	ErrErased = errors.New("erased here for good")
	// ErrSealed says that a desktop's own keys open with those of an official who
	// works there, and that nobody has unlocked theirs yet.
	ErrSealed = errors.New("this computer's own key is closed until an official unlocks here")
	// ErrNotOpener says that the own key of a desktop was not sealed for the
	// official who unlocks: a colleague who has worked there has to do so first.
	ErrNotOpener = errors.New("this computer's own key was not sealed for this official")
)

// Person is an official as screens show them: names come from the sealed card.
type Person struct {
	ID     ledger.OfficialID  `json:"id"`
	Agency ledger.AgencyID    `json:"agency"`
	Name   string             `json:"name"`  // "Official 3fa9" while the card is not open here
	Title  string             `json:"title"` // "Inspector"
	Unit   string             `json:"unit"`  // "Financial Crime Unit"
	Roles  []ledger.RoleGrant `json:"roles"`
}

// RequestRow is one row of the inbox, of my requests or of received data.
type RequestRow struct {
	ID         ledger.EntryID
	State      rules.State
	Other      ledger.AgencyID // requester in the inbox, provider in my requests
	OtherTitle string
	Dataset    string // title
	Code       ledger.Code
	Case       string // from the letter; empty while it is not open here
	Subjects   int    // 0: not known
	Period     string // "2021–2023"; empty: none or not known
	Submitted  ledger.Time
	Changed    ledger.Time
	Deadline   ledger.Time
	DecideBy   ledger.Time // the start of the last working day before the deadline: "decide by"
	DaysLeft   int         // working days; stands still when Paused
	HoursLeft  int         // when under one day
	Overdue    bool
	Paused     bool
	Signed     int // approvals (or offers) counted in this version
	Needed     int
	DPO        bool // a visa is due as well
	DPOSigned  bool
	Unread     bool
	MineToSign bool // the unlocked official may decide it now
	SignedByMe bool
	Offered    bool        // the signatures counted are for an offer
	CaseFile   string      // from the letter; only its writers' agency groups by it
	WaitsFor   []Person    // who may still sign
	KeepUntil  ledger.Time // received: end of retention
	KeepDays   int
	Arrived    bool // received: its last part is here, and the receipt is on the record
	Deleted    bool
	AskedByMe  bool // the unlocked official signed the request
	Parts      int  // releases so far
	Failed     bool // the last release failed its check
}

// InboxGroups is the inbox, in the order of the legal deadline.
type InboxGroups struct {
	ToSign    []RequestRow
	Waiting   []RequestRow
	Decided   []RequestRow
	Proposals []ProposalRow // for admins: acts that wait for a second signature
	More      bool          // Decided has more than fits a page
}

// ProposalRow is an act of another admin that waits to be seconded.
type ProposalRow struct {
	ID    ledger.EntryID
	Act   string // enrol, restore, revoke-key, dataset, basis, office, calendar
	What  string // whom or what it concerns, in plain words without names of codes
	By    Person
	At    ledger.Time
	Until ledger.Time
	Mine  bool // proposed by the unlocked admin: somebody else has to second
	Whom  *Person
	// Propose is the act itself, for the page on which it is seconded.
	Propose ledger.Propose
}

// FieldMark says why a field is as it is.
type FieldMark string

// The marks.
const (
	MarkWithin FieldMark = "within" // inside the legal basis
	MarkBeyond FieldMark = "beyond" // outside it: starts struck, a reason is needed to grant
	MarkStruck FieldMark = "struck" // an earlier signer struck it: locked
)

// FieldLine is one field of a letter.
type FieldLine struct {
	Name       ledger.FieldName
	About      string // description from the dataset's sheet
	Sensitive  bool
	ThirdParty bool
	Mark       FieldMark
	Beyond     bool // outside the legal basis, whoever struck it
	StruckBy   *Person
	Ticked     bool // where the pencil starts
}

// Event is one line of a request's history.
type Event struct {
	At     ledger.Time
	Height ledger.Height
	Entry  ledger.EntryID
	Kind   ledger.Kind // 0: by time
	State  rules.State // the state it led to
	Who    *Person
	Agency ledger.AgencyID
	Fields int // ticked in an approval
	Of     int
	Code   ledger.Code
	Text   string // the reason given, when it is open to us
}

// Letter is a request as its reader sees it.
type Letter struct {
	Row           RequestRow
	Version       ledger.EntryID
	Provider      string
	ProviderID    ledger.AgencyID
	Requester     string
	RequesterID   ledger.AgencyID
	Sender        Person
	SenderAt      ledger.Time // when it was signed
	PurposeCode   ledger.Code
	BasisCode     ledger.Code
	BasisTitle    string
	BasisText     string // from its sheet
	BasisKeepDays int    // what the basis allows; 0: the network's limit
	DatasetText   string // from the dataset's sheet
	Emergency     bool
	Role          ledger.Role // in which the reader would decide
	KeepDays      int
	StandingDays  int
	From, To      string   // period of the data; empty: none
	Rows          string   // row filter in words of the source: "year >= 2021"
	Subjects      []string // covered until revealed
	Note          string
	LetterState   LetterState
	Fields        []FieldLine
	Precedents    Precedents
	History       []Event
	MaySign       []Person // who may still sign
	Class         ledger.Class
	Policy        ledger.Policy
	Offer         *OfferView
	Agreement     *rules.Agreement
	Reason        string // of the last return, refusal, suspension or revocation, when it is open to us
	Can           Can
	LastNeeded    bool // the reader's approval would complete the quorum
	Progress      Progress
	Final         *Final // of the act that completed it, when known
	ReceiptHeight ledger.Height
	ReceiptAt     ledger.Time
	Releases      []rules.Release
	Erasures      []ErasureView // by either party, in order
	ErasedHere    ErasedHere    // what this node has destroyed by order of its agency
}

// LetterState says whether the private part is here.
type LetterState string

// The states of a letter.
const (
	LetterOpen     LetterState = "open"
	LetterAway     LetterState = "away"     // not handed over yet
	LetterMismatch LetterState = "mismatch" // does not match what was signed
	LetterNotYours LetterState = "not-yours"
	LetterErased   LetterState = "erased" // destroyed here for good
)

// OfferView is an offer on the table.
type OfferView struct {
	ID       ledger.EntryID
	Terms    ledger.Terms
	From, To string
	Rows     string
	Reason   string
	Signed   []Person
	Needed   int
}

// Can says which acts are open to the unlocked official now. A refusal code
// says why not; Accepted ("") means it can be done; "hidden" that the role never has it.
type Can struct {
	Approve, Return, Refuse, Offer, JoinOffer ledger.Refusal
	Accept, Withdraw, Answer, Delete, Suspend ledger.Refusal
	Resume, Revoke, Erase                     ledger.Refusal
}

// Answers of Can beside the rules' own codes.
const (
	Hidden            ledger.Refusal = "hidden"      // the official's role never has the act
	CanLetterAway     ledger.Refusal = "letter-away" // nobody decides what their desk has not opened
	CanLetterNotYours ledger.Refusal = "letter-not-yours"
	CanMismatch       ledger.Refusal = "letter-mismatch" // it does not match what was signed
	CanErased         ledger.Refusal = "letter-erased"   // the agency keeps nothing of it any more
	CanNoneTicked     ledger.Refusal = "none-ticked"     // every field asked for has been struck by somebody
)

// ActKind is what a person wants to sign.
type ActKind string

// The acts a sign page can be made for.
const (
	ActApprove    ActKind = "approve"
	ActOffer      ActKind = "offer"
	ActJoin       ActKind = "join-offer"
	ActReturn     ActKind = "return"
	ActRefuse     ActKind = "refuse"
	ActAccept     ActKind = "accept"
	ActWithdraw   ActKind = "withdraw"
	ActAnswer     ActKind = "answer"
	ActDelete     ActKind = "delete"
	ActSuspend    ActKind = "suspend"
	ActResume     ActKind = "resume"
	ActRevoke     ActKind = "revoke"
	ActAsk        ActKind = "ask"
	ActSecond     ActKind = "second"
	ActPropose    ActKind = "propose"
	ActRotate     ActKind = "rotate"
	ActSuspendKey ActKind = "suspend-key"
	ActNode       ActKind = "node"
	ActRemoveNode ActKind = "node-remove"
	ActReview     ActKind = "review"
	ActErase      ActKind = "erase"
	ActPublish    ActKind = "publish" // one's own card, or an admin's sheet
	ActMotion     ActKind = "motion"
	ActVote       ActKind = "vote"
	ActLeave      ActKind = "leave"
)

// Act is what a person wants to sign. Only the fields of its kind count.
type Act struct {
	Kind      ActKind
	Request   ledger.EntryID
	Version   ledger.EntryID // what was read; zero: the current one
	Fields    []ledger.FieldName
	Reason    string
	Code      ledger.Code
	Ask       *Ask // ask; answer (Note, and fields if changed); offer (fields, period, rows)
	Propose   *ledger.Propose
	Rotate    *ledger.Rotate
	Target    ledger.EntryID     // second
	Official  ledger.OfficialID  // suspend-key
	Role      ledger.Role        // a decision's role; empty: the one that is needed most
	Node      *ledger.Node       // node
	Remove    *ledger.NodeRemove // node-remove
	Review    *Review            // review
	Motion    *ledger.Motion     // motion
	Cards     []vault.Card       // motion, of the new admins it brings
	Yes       bool               // vote, on the motion named by Target
	Card      *vault.Card        // publish, or of the person to be enrolled
	Sheet     *vault.Sheet       // publish (named by Code), or of the dataset or basis proposed
	Unchecked bool               // leave the rules' answer to the network (rehearsals)
}

// Review confirms or annuls one decision that a suspect key made.
type Review struct {
	Decision ledger.EntryID
	Annul    bool
}

// Ask is a new request, as composed.
type Ask struct {
	Dataset      ledger.EntryID
	Basis        ledger.EntryID
	Purpose      ledger.Code
	Fields       []ledger.FieldName
	Subjects     []string
	Rows         string
	From, To     string
	KeepDays     int
	StandingDays int
	Case         string
	Note         string
	CaseFile     string
	Emergency    bool // one signature now, the missing ones within 72 hours
	// Copied is the request whose letter it was begun from; zero: none. It stays on
	// this computer, so that an erasure of that letter reaches what was copied.
	Copied ledger.EntryID
}

// SignPage is all that a signature will say, in plain words, and the body it
// will cover. Screens show it; Desk.Sign signs exactly it.
type SignPage struct {
	Act         Act
	Body        ledger.Body
	CheckCode   string         // first eight characters of the entry ID, "417C 902E"
	Check       ledger.Refusal // what the rules would say now
	Case        string
	Agency      string // signing agency's title
	Other       string // the other party's title
	OtherUnit   string
	Dataset     string
	Period      string
	Subjects    int
	Sent        []ledger.FieldName
	NotSent     []Struck
	Beyond      []ledger.FieldName // sent although outside the legal basis; the reason goes with it
	PurposeCode ledger.Code
	BasisCode   ledger.Code
	BasisTitle  string
	KeepDays    int
	Signer      Person
	Key         ledger.KeyID
	KeyEnds     ledger.Time
	LastNeeded  bool       // the data leaves as soon as this is final
	EndsRequest bool       // a refusal that ends it
	Admin       *AdminPage // set on a page that is about the agency and no request
	Language    string     // of the words the signer reads; they bind in it
	parts       [][]byte   // ciphertexts of sealed parts
}

// Struck is a field that was asked for and does not leave, with what speaks
// against it. Without anything it is the signer's own choice.
type Struck struct {
	Name       ledger.FieldName
	Beyond     bool   // outside the legal basis
	ThirdParty bool   // and about somebody else than the subject
	By         Person // who struck it before the signer; the zero Person: nobody
}

// AdminPage is what a page says about an act of administration or of the members.
type AdminPage struct {
	Act     string  // as ProposalRow.Act; or rotate, suspend-key, node, node-remove, publish, motion, vote, leave
	What    string  // title of a dataset, basis or agency; code of a node
	Whom    *Person // whom it concerns
	By      *Person // who proposed what is seconded
	Propose *ledger.Propose
	Motion  *ledger.Motion
	Words   [6]string    // of the keys of the new admins whom a motion brings
	Admins  []vault.Card // their cards
	Back    bool         // a vote by which the agency takes its own motion back
	Yes     bool         // a vote
	Alone   bool         // takes effect at once: no second admin is needed
}

// Ticket follows a signed entry.
type Ticket struct {
	Entry  ledger.EntryID
	Signed time.Time
}

// PersonRow is one row of the people and keys page.
type PersonRow struct {
	Person   Person
	Key      string // last four characters of the key's fingerprint
	KeyID    ledger.KeyID
	State    PersonState
	Ends     ledger.Time
	Since    ledger.Time
	LastUsed ledger.Time // 0: not known
	History  []KeyLine
	Me       bool
	Proposal ledger.EntryID // an open proposal about this person
}

// PersonState is the chip of a person's row.
type PersonState string

// The states of a person's key.
const (
	PersonInUse     PersonState = "in-use"
	PersonEnding    PersonState = "ending" // within 30 days
	PersonSuspended PersonState = "suspended"
	PersonRevoked   PersonState = "revoked"
	PersonInvited   PersonState = "invited" // proposed, not seconded
	PersonEnded     PersonState = "ended"
)

// KeyLine is one key of a person's history.
type KeyLine struct {
	Key   string
	State rules.KeyState
	Since ledger.Time
	Until ledger.Time
}

// Table is received data, opened and checked. Values stay in memory.
type Table struct {
	Row      RequestRow
	File     string
	Columns  []ledger.FieldName
	Rows     [][]string // at most PreviewRows
	Total    int
	Struck   []ledger.FieldName
	SignedBy []Person
	Height   ledger.Height // of the release
	At       ledger.Time   // of the release
	Part     int           // which release, from 0
	Parts    int           // how many there are
	Receipt  ledger.Height
	Checked  time.Time // on this computer
	Title    string
	Provider string
	Unit     string // for whom it is sealed
	Until    ledger.Time
	DaysLeft int
	KeepDays int
	Opened   []JournalLine
	People   map[ledger.OfficialID]Person
}

// PreviewRows is how many rows a table carries.
const PreviewRows = 1000

// DatasetView is one catalogue entry.
type DatasetView struct {
	Edition  ledger.EntryID
	Provider ledger.AgencyID
	Title    string // provider's
	Dataset  ledger.Dataset
	About    map[ledger.FieldName]string
	Text     string // description from its sheet
	Contact  string
	Cycle    string               // of updates
	Ours     bool                 // offered by the reader's own agency
	Bases    []rules.BasisEdition // current ones for it
	Signers  int                  // approvers of the provider who may sign today
	Asked    Precedents           // what became of requests for it, by any agency
}
