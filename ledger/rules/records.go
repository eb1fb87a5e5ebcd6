package rules

import "countersign/ledger"

// recordVersion heads the state: a replica written by another version of these
// records is set aside and rebuilt from the engine's blocks.
const recordVersion = 1

// Global is the one record about the network as a whole.
type Global struct {
	Version      uint8             `cbor:"0,keyasint"`
	Network      ledger.NetworkID  `cbor:"1,keyasint"`
	Founder      ledger.AgencyID   `cbor:"2,keyasint"`
	Parameters   ledger.Parameters `cbor:"3,keyasint"`
	Agencies     []ledger.AgencyID `cbor:"4,keyasint"` // all that ever were members, sorted
	Now          ledger.Time       `cbor:"5,keyasint"` // the last seal
	RulesVersion uint64            `cbor:"6,keyasint"`
	NextVersion  uint64            `cbor:"7,keyasint"` // 0: none decided
	NextHeight   ledger.Height     `cbor:"8,keyasint"`
	Heads        []Head            `cbor:"9,keyasint"` // the log after the last blocks with entries, newest last, at most 20
}

// Head is the log after one block.
type Head struct {
	Height ledger.Height `cbor:"0,keyasint"`
	Size   uint64        `cbor:"1,keyasint"`
	Root   ledger.Hash   `cbor:"2,keyasint"`
}

// Standing is where an agency stands as a member.
type Standing string

// The standings of an agency.
const (
	StandingMember    Standing = "member"
	StandingSuspended Standing = "suspended"
	StandingLeft      Standing = "left"
	StandingExpelled  Standing = "expelled"
)

// Agency is a member or former member.
type Agency struct {
	ID         ledger.AgencyID     `cbor:"0,keyasint"`
	Title      string              `cbor:"1,keyasint"`
	Standing   Standing            `cbor:"2,keyasint"`
	Joined     ledger.Time         `cbor:"3,keyasint"`
	Ended      ledger.Time         `cbor:"4,keyasint"`
	Consensus  ledger.PublicKey    `cbor:"5,keyasint"`
	Checkpoint ledger.PublicKey    `cbor:"6,keyasint"`
	Ready      bool                `cbor:"7,keyasint"` // offered to keep (keeper-ready)
	Keeper     bool                `cbor:"8,keyasint"` // in the keeper set
	Epoch      uint32              `cbor:"9,keyasint"` // the current one
	Office     ledger.NodeCode     `cbor:"10,keyasint"`
	Nodes      []ledger.NodeCode   `cbor:"11,keyasint"`           // active, sorted
	Officials  []ledger.OfficialID `cbor:"12,keyasint"`           // ever enrolled, in order
	Faults     uint32              `cbor:"13,keyasint"`           // double votes on record
	Keeps      ledger.NodeCode     `cbor:"14,keyasint,omitempty"` // holds the consensus key, when that is not the office node
}

// KeeperNode is the node that holds the agency's consensus key: its first office
// node, wherever the office has moved since.
func (a *Agency) KeeperNode() ledger.NodeCode {
	if a.Keeps != "" {
		return a.Keeps
	}
	return a.Office
}

// EpochRecord is one epoch of an agency's age identity.
type EpochRecord struct {
	Agency    ledger.AgencyID `cbor:"0,keyasint"`
	Number    uint32          `cbor:"1,keyasint"`
	Recipient string          `cbor:"2,keyasint"`
	Opened    ledger.Time     `cbor:"3,keyasint"`
}

// KeyState is where a key stands.
type KeyState string

// The states of a key. A rotated key works until its end.
const (
	KeyActive    KeyState = "active"
	KeyRotated   KeyState = "rotated"
	KeySuspended KeyState = "suspended"
	KeyRevoked   KeyState = "revoked"
	KeyRemoved   KeyState = "removed" // its node was removed or its agency's keeper replaced
)

// Key is one enrolled key of any kind. Keys are never used again.
type Key struct {
	ID           ledger.KeyID      `cbor:"0,keyasint"`
	Public       ledger.PublicKey  `cbor:"1,keyasint"`
	Holder       ledger.HolderKind `cbor:"2,keyasint"`
	Agency       ledger.AgencyID   `cbor:"3,keyasint"`
	Official     ledger.OfficialID `cbor:"4,keyasint"` // HolderOfficial
	Node         ledger.NodeCode   `cbor:"5,keyasint"` // HolderNode, HolderPeer
	State        KeyState          `cbor:"6,keyasint"`
	Since        ledger.Time       `cbor:"7,keyasint"`
	Ends         ledger.Time       `cbor:"8,keyasint"` // 0: none
	Changed      ledger.Time       `cbor:"9,keyasint"` // of the last change of State
	Code         ledger.Code       `cbor:"10,keyasint"`
	SuspectSince ledger.Time       `cbor:"11,keyasint"`
}

// Official is a person's standing in one agency; names are in sealed cards.
type Official struct {
	ID        ledger.OfficialID  `cbor:"0,keyasint"`
	Agency    ledger.AgencyID    `cbor:"1,keyasint"`
	Roles     []ledger.RoleGrant `cbor:"2,keyasint"`
	Keys      []ledger.KeyID     `cbor:"3,keyasint"` // in order; the last is the current one
	Recipient string             `cbor:"4,keyasint"` // age recipient
	Enrolled  ledger.Time        `cbor:"5,keyasint"`
	Card      *ledger.Sealed     `cbor:"6,keyasint"`
	CardEntry ledger.EntryID     `cbor:"7,keyasint"` // the entry that names the card
}

// Node is one enrolled node of an agency.
type Node struct {
	Agency    ledger.AgencyID    `cbor:"0,keyasint"`
	Code      ledger.NodeCode    `cbor:"1,keyasint"`
	Peer      []byte             `cbor:"2,keyasint"` // Ed25519 public key
	Key       ledger.KeyID       `cbor:"3,keyasint"`
	Recipient string             `cbor:"4,keyasint"`
	Holder    *ledger.OfficialID `cbor:"5,keyasint"`
	Added     ledger.Time        `cbor:"6,keyasint"`
	Removed   ledger.Time        `cbor:"7,keyasint"`           // 0: active
	Declared  bool               `cbor:"8,keyasint,omitempty"` // the recipient came from the node itself, with no admin's signature
}

// DatasetEdition is one edition of a catalogue entry; its ID is the entry that published it.
type DatasetEdition struct {
	ID       ledger.EntryID  `cbor:"0,keyasint"`
	Provider ledger.AgencyID `cbor:"1,keyasint"`
	At       ledger.Time     `cbor:"2,keyasint"`
	Replaced ledger.EntryID  `cbor:"3,keyasint"` // the edition before; zero in the first
	Dataset  ledger.Dataset  `cbor:"4,keyasint"`
}

// BasisEdition is one edition of a legal basis.
type BasisEdition struct {
	ID       ledger.EntryID  `cbor:"0,keyasint"`
	Provider ledger.AgencyID `cbor:"1,keyasint"`
	At       ledger.Time     `cbor:"2,keyasint"`
	Replaced ledger.EntryID  `cbor:"3,keyasint"`
	Basis    ledger.Basis    `cbor:"4,keyasint"`
}

// Proposal is an act that waits for a second admin.
type Proposal struct {
	ID     ledger.EntryID    `cbor:"0,keyasint"`
	Agency ledger.AgencyID   `cbor:"1,keyasint"`
	By     ledger.OfficialID `cbor:"2,keyasint"`
	At     ledger.Time       `cbor:"3,keyasint"`
	Until  ledger.Time       `cbor:"4,keyasint"`
	Done   bool              `cbor:"5,keyasint"` // taken effect, by Second or at once
	Second ledger.OfficialID `cbor:"6,keyasint"`
	Act    ledger.Propose    `cbor:"7,keyasint"`
	Key    ledger.KeyID      `cbor:"8,keyasint"` // the proposer's, which vouches for a next epoch
}

// MotionRecord is a motion with its votes.
type MotionRecord struct {
	ID      ledger.EntryID  `cbor:"0,keyasint"`
	By      ledger.AgencyID `cbor:"1,keyasint"`
	At      ledger.Time     `cbor:"2,keyasint"`
	Until   ledger.Time     `cbor:"3,keyasint"`
	Subject ledger.Hash     `cbor:"4,keyasint"`
	Votes   []AgencyVote    `cbor:"5,keyasint"` // in order
	Carried ledger.Time     `cbor:"6,keyasint"` // 0: open or lapsed
	Motion  ledger.Motion   `cbor:"7,keyasint"`
	Back    ledger.Time     `cbor:"8,keyasint,omitempty"` // taken back by the agency that moved it
}

// Open tells whether votes still count at a ledger time.
func (m *MotionRecord) Open(now ledger.Time) bool {
	return m.Carried == 0 && m.Back == 0 && now < m.Until
}

// AgencyVote is one agency's vote.
type AgencyVote struct {
	Agency ledger.AgencyID `cbor:"0,keyasint"`
	Yes    bool            `cbor:"1,keyasint"`
	At     ledger.Time     `cbor:"2,keyasint"`
}

// SheetRecord is the last sheet of a name that an agency published.
type SheetRecord struct {
	Agency   ledger.AgencyID    `cbor:"0,keyasint"`
	Name     ledger.Code        `cbor:"1,keyasint"`
	Official *ledger.OfficialID `cbor:"2,keyasint"` // whose card it is
	Part     ledger.Sealed      `cbor:"3,keyasint"`
	Entry    ledger.EntryID     `cbor:"4,keyasint"` // the entry that names the part
	At       ledger.Time        `cbor:"5,keyasint"`
}

// JournalRecord is the last head of an agency's own journal.
type JournalRecord struct {
	Head  ledger.Hash    `cbor:"0,keyasint"`
	Count uint64         `cbor:"1,keyasint"`
	Entry ledger.EntryID `cbor:"2,keyasint"`
	At    ledger.Time    `cbor:"3,keyasint"`
}

// CalendarRecord holds the instants at which an agency's working days begin.
type CalendarRecord struct {
	Days []ledger.Time `cbor:"0,keyasint"`
}

// Fault is a keeper's double vote, kept as portable evidence.
type Fault struct {
	Agency    ledger.AgencyID `cbor:"0,keyasint"`
	Consensus ledger.KeyID    `cbor:"1,keyasint"`
	Height    ledger.Height   `cbor:"2,keyasint"` // of the votes
	Seen      ledger.Height   `cbor:"3,keyasint"` // the block that carries the proof
	At        ledger.Time     `cbor:"4,keyasint"`
	Proof     []byte          `cbor:"5,keyasint"`
}
