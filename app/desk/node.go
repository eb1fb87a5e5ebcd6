package desk

import (
	"context"
	"strings"
	"time"

	"countersign/ledger"
	"countersign/ledger/rules"
)

// Node is what a desk needs of a running replica. The node in the same process
// serves it, and so does the client of a node's control socket: keys,
// passphrases and opened letters stay in the desk's process either way.
type Node interface {
	// Profile says whose node it is.
	Profile() Profile
	// Read runs fn on one snapshot of the state.
	Read(ctx context.Context, fn func(rules.Reader) error) error
	// List pages through an index of the replica.
	List(ctx context.Context, q ListQuery) (ListPage, error)
	// Counts are the counters of the list page's heads.
	Counts(ctx context.Context) (Counts, error)
	// Precedents counts what became of similar requests.
	Precedents(ctx context.Context, dataset, basis ledger.EntryID, purpose ledger.Code) (Precedents, error)
	// Submit puts a signed entry and the ciphertexts of its sealed parts into
	// the durable outbox and sends them. It returns when they are kept.
	Submit(ctx context.Context, e *ledger.Entry, parts [][]byte) error
	// Await waits until the entry is final on this node, or ctx ends.
	Await(ctx context.Context, id ledger.EntryID) (Final, error)
	// Part returns a sealed part's ciphertext, fetching it from the office node
	// or the other party when it is not here yet; ErrPartAway when nobody has it now.
	Part(ctx context.Context, entry ledger.EntryID, part ledger.Sealed) ([]byte, error)
	// Grants are the agency's epoch identities, each wrapped for this official.
	Grants(ctx context.Context, official ledger.OfficialID) ([]Grant, error)
	// PutGrants hands wrapped identities to the agency's nodes.
	PutGrants(ctx context.Context, g []Grant) error
	// Network is the state of the peers.
	Network(ctx context.Context) (Network, error)
	// Progress is how far a request's release has come; zero when unknown here.
	Progress(ctx context.Context, request ledger.EntryID) (Progress, error)
	// Changes reports what has changed until ctx ends. Reports are merged when
	// the reader is slow.
	Changes(ctx context.Context) <-chan Change
	// Journal appends a line to the agency's own journal (a look at a hidden
	// subject, an export).
	Journal(ctx context.Context, line JournalLine) error
	// Journals are the journal's lines about one request, newest first.
	Journals(ctx context.Context, request ledger.EntryID) ([]JournalLine, error)
	// Entry returns a final entry and where it stands; ErrNotKept when this
	// replica has none of that ID.
	Entry(ctx context.Context, id ledger.EntryID) (*ledger.Entry, Final, error)
	// Kept lists what the outbox holds, oldest first.
	Kept(ctx context.Context) ([]Kept, error)
	// Forget drops an expired entry from the outbox with its parts.
	Forget(ctx context.Context, id ledger.EntryID) error
	// Now is the node's clock.
	Now() time.Time
}

// Kept is one signed entry in the outbox.
type Kept struct {
	ID         ledger.EntryID `json:"id"`
	Kind       ledger.Kind    `json:"kind"`
	Author     ledger.KeyID   `json:"author"`
	Since      time.Time      `json:"since"`
	ValidUntil ledger.Time    `json:"valid_until"` // later it has to be signed again
	Final      bool           `json:"final"`       // ordered; only its letter is still to be handed over
	LetterHere bool           `json:"letter_here"` // a sealed part that the other party has not acknowledged
}

// Profile says whose node it is.
type Profile struct {
	Network   ledger.NetworkID `json:"network"`
	Agency    ledger.AgencyID  `json:"agency"`
	Node      ledger.NodeCode  `json:"node"`
	Keeper    bool             `json:"keeper"` // holds the agency's consensus key
	Rehearsal bool             `json:"rehearsal"`
	Demo      bool             `json:"demo"`   // the demo city: unlock shows the passphrase
	Folder    string           `json:"folder"` // the profile folder
	Version   string           `json:"version"`
	// HideSubjects is the agency's rule for this desk: subjects stay covered
	// until they are asked for, whatever its officials set.
	HideSubjects bool `json:"hide_subjects"`
}

// ListKind names an index.
type ListKind string

// The indexes.
const (
	ListToDecide  ListKind = "to-decide" // open at this agency as provider, by deadline
	ListDecided   ListKind = "decided"   // this agency as provider, newest first
	ListMine      ListKind = "mine"      // this agency as requester, newest first
	ListReceived  ListKind = "received"  // this agency as requester, with releases, newest first
	ListProposals ListKind = "proposals" // of this agency, open
)

// ListQuery asks for a page.
type ListQuery struct {
	Kind   ListKind `json:"kind"`
	Cursor []byte   `json:"cursor,omitempty"`
	Limit  int      `json:"limit"` // 0: 100
}

// ListPage is one page of request numbers (or proposals).
type ListPage struct {
	IDs  []ledger.EntryID `json:"ids"`
	Next []byte           `json:"next,omitempty"` // nil: the end
}

// Counts are the counters by state of requests to and from this agency.
type Counts struct {
	ToUs   map[rules.State]uint64 `json:"to_us"`
	FromUs map[rules.State]uint64 `json:"from_us"`
}

// Precedents counts what became of requests with the same dataset, basis and purpose.
type Precedents struct {
	Approved     uint64 `json:"approved"`
	ApprovedPart uint64 `json:"approved_part"`
	Refused      uint64 `json:"refused"`
	Other        uint64 `json:"other"`
	SinceYear    int    `json:"since_year"`
	MedianDays   int    `json:"median_days"` // working days to the answer
}

// Final says that an entry is final and what came of it.
type Final struct {
	ID      ledger.EntryID    `json:"id"`
	Height  ledger.Height     `json:"height"`
	Index   uint32            `json:"index"`
	Time    ledger.Time       `json:"time"`
	Code    ledger.Refusal    `json:"code"`
	Took    time.Duration     `json:"took"`    // from Submit to final on this node's clock; 0 when it was not ours
	Holders []ledger.AgencyID `json:"holders"` // agencies whose height covers it, as heard so far
}

// Grant is one epoch's identity, wrapped for one reader's age recipient. Wrapped
// is a vault.Grant in its canonical form (Bytes, ParseGrant).
type Grant struct {
	Agency   ledger.AgencyID   `cbor:"0,keyasint" json:"agency"`
	Epoch    uint32            `cbor:"1,keyasint" json:"epoch"`
	Official ledger.OfficialID `cbor:"2,keyasint" json:"official"` // zero: the office node
	Wrapped  []byte            `cbor:"3,keyasint" json:"wrapped"`
}

// Progress of a release.
type Progress struct {
	Step    ProgressStep `json:"step"`
	Percent int          `json:"percent"` // of the step; -1: not known on this node
	Problem string       `json:"problem,omitempty"`
}

// ProgressStep is a step after the last signature.
type ProgressStep string

// The steps, in order.
const (
	StepNone      ProgressStep = ""
	StepReading   ProgressStep = "reading"   // the source
	StepSealing   ProgressStep = "sealing"   //
	StepSending   ProgressStep = "sending"   // the release is on the record
	StepArrived   ProgressStep = "arrived"   // whole and verified
	StepReceipted ProgressStep = "receipted" // the receipt is final
	StepProblem   ProgressStep = "problem"
)

// Change reports that something has changed. Height alone: a new block.
type Change struct {
	Height   ledger.Height    `json:"height"`
	Requests []ledger.EntryID `json:"requests,omitempty"`
	People   bool             `json:"people,omitempty"` // officials, keys, agencies, catalogue
	Peers    bool             `json:"peers,omitempty"`
	Outbox   bool             `json:"outbox,omitempty"`
}

// JournalLine is one line of the agency's own journal.
type JournalLine struct {
	At       ledger.Time       `json:"at"`
	Official ledger.OfficialID `json:"official"`
	Act      string            `json:"act"` // reveal, open, export
	Request  ledger.EntryID    `json:"request"`
}

// Network is the state of members and peers as this node sees it.
type Network struct {
	Height    ledger.Height `json:"height"`
	LogSize   uint64        `json:"log_size"`
	Keepers   int           `json:"keepers"`
	Online    int           `json:"online"` // keepers online, ourselves counted
	Needed    int           `json:"needed"`
	Kept      int           `json:"kept"`    // entries in our outbox
	Problem   string        `json:"problem"` // consensus stopped, disk full, clock off; empty: none
	ReadOnly  bool          `json:"read_only"`
	Syncing   bool          `json:"syncing"`
	SyncTo    ledger.Height `json:"sync_to"`
	Members   []Member      `json:"members"`
	LastBlock ledger.Time   `json:"last_block"`
	Rules     RulesState    `json:"rules"`
	// DoubleVotes are the newest on record, the newest first: at most MaxDoubleVotes.
	DoubleVotes []DoubleVote `json:"double_votes,omitempty"`
}

// MaxDoubleVotes is how many double votes a screen is told of.
const MaxDoubleVotes = 16

// DoubleVote says that an agency's keeper signed two different votes at one
// place. Proof carries both signatures (CometBFT's DuplicateVoteEvidence): anybody
// can check it with the keeper's public key alone.
type DoubleVote struct {
	Agency ledger.AgencyID `json:"agency"`
	Title  string          `json:"title"`
	Height ledger.Height   `json:"height"` // of the votes
	Seen   ledger.Height   `json:"seen"`   // the block that carries the proof
	At     ledger.Time     `json:"at"`
	Proof  []byte          `json:"proof"`
}

// Stopped tells whether nothing new can be taken in or followed here; other
// problems are said and hinder nothing.
func (n Network) Stopped() bool {
	return n.ReadOnly || strings.HasPrefix(n.Problem, "stopped")
}

// Member is one agency on the network screen.
type Member struct {
	Agency    ledger.AgencyID `json:"agency"`
	Title     string          `json:"title"`
	Standing  rules.Standing  `json:"standing"`
	Keeper    bool            `json:"keeper"`
	Us        bool            `json:"us"`
	Online    bool            `json:"online"`
	Since     time.Time       `json:"since"`  // online or away since
	Delay     time.Duration   `json:"delay"`  // from us; 0: not known
	Height    ledger.Height   `json:"height"` // last heard
	ClockOff  time.Duration   `json:"clock_off"`
	Addresses []string        `json:"addresses"`
	Faults    uint32          `json:"faults"` // double votes on record
}
