package ledger

import "fmt"

// Propose names exactly one act that needs two admins of the agency. In an
// agency that has one usable admin it takes effect at once; else when seconded.
type Propose struct {
	Enrol    *Enrol      `cbor:"0,keyasint,omitempty"`
	Restore  *Restore    `cbor:"1,keyasint,omitempty"`
	Revoke   *RevokeKey  `cbor:"2,keyasint,omitempty"`
	Dataset  *Dataset    `cbor:"3,keyasint,omitempty"`
	Basis    *Basis      `cbor:"4,keyasint,omitempty"`
	Office   *MoveOffice `cbor:"5,keyasint,omitempty"`
	Calendar *Calendar   `cbor:"6,keyasint,omitempty"`
}

// ProposalLifeDays is how long a proposal can be seconded, in ledger time.
const ProposalLifeDays = 7

// Second seconds another admin's proposal of the same agency.
type Second struct {
	Proposal EntryID `cbor:"0,keyasint"`
}

// Enrol gives an official a key and roles, or new roles to one enrolled before.
type Enrol struct {
	Official       OfficialID  `cbor:"0,keyasint"`
	Key            PublicKey   `cbor:"1,keyasint"`
	KeyProof       []byte      `cbor:"2,keyasint"` // Possession of the key
	Recipient      string      `cbor:"3,keyasint"` // the official's age recipient
	RecipientProof []byte      `cbor:"4,keyasint"` // Possession, signed by the key
	Roles          []RoleGrant `cbor:"5,keyasint"` // sorted by role
	Ends           Time        `cbor:"6,keyasint"` // the key's end; 0: none
	Card           *Sealed     `cbor:"7,keyasint,omitempty"`
}

// Restore ends the suspension of an official's key.
type Restore struct {
	Official OfficialID `cbor:"0,keyasint"`
}

// RevokeKey ends an official's key for good and opens the agency's next epoch.
type RevokeKey struct {
	Official     OfficialID `cbor:"0,keyasint"`
	Code         Code       `cbor:"1,keyasint"`
	SuspectSince Time       `cbor:"2,keyasint"` // 0: nothing is suspect
	Next         Epoch      `cbor:"3,keyasint"`
	Nodes        []NodeCode `cbor:"4,keyasint,omitempty"` // the official's nodes, removed in the same act
}

// RevokeCodes are the codes of RevokeKey (RFC 5280 section 5.3.1, adapted).
func RevokeCodes() []Code {
	return []Code{"key-compromise", "card-lost", "affiliation-changed", "superseded", "cessation"}
}

// Epoch opens an agency's next age identity.
type Epoch struct {
	Number    uint32 `cbor:"0,keyasint"`
	Recipient string `cbor:"1,keyasint"`
	Proof     []byte `cbor:"2,keyasint"` // Possession (KindEpoch), signed by the key of the admin who carries it
}

// Dataset publishes an edition of a catalogue entry (DCAT-AP 3 dcat:Dataset).
type Dataset struct {
	Code     Code           `cbor:"0,keyasint"`
	Title    string         `cbor:"1,keyasint"`
	Class    Class          `cbor:"2,keyasint"`
	Sharing  Sharing        `cbor:"3,keyasint"`
	Fields   []DatasetField `cbor:"4,keyasint"` // in the order of the source
	Policy   Policy         `cbor:"5,keyasint"`
	Withdraw bool           `cbor:"6,keyasint"` // the last edition: nobody may ask any more
	Sheet    *Sealed        `cbor:"7,keyasint,omitempty"`
}

// DatasetField is one column.
type DatasetField struct {
	Name       FieldName `cbor:"0,keyasint"`
	Sensitive  bool      `cbor:"1,keyasint"`
	ThirdParty bool      `cbor:"2,keyasint"` // names somebody else than the subject
}

// Policy is a dataset's approval policy.
type Policy struct {
	Quorum          uint8  `cbor:"0,keyasint"` // approvers needed, 1 to 16
	DPO             bool   `cbor:"1,keyasint"` // a DPO's visa besides
	RefusalByQuorum bool   `cbor:"2,keyasint"` // false: one refusal refuses
	DeadlineDays    uint16 `cbor:"3,keyasint"` // working days
	Emergency       bool   `cbor:"4,keyasint"`
	MaxReleases     uint32 `cbor:"5,keyasint"` // a standing agreement's limit; 0: none
}

// DefaultPolicy is the policy for a class when the provider names none.
func DefaultPolicy(c Class) Policy {
	p := Policy{Quorum: 1, DeadlineDays: 10}
	switch c {
	case ClassPersonal:
		p.Quorum = 2
	case ClassSpecial:
		p.Quorum, p.DPO = 2, true
	}
	return p
}

// Basis publishes an edition of a legal basis: an article that lets a purpose
// use named fields of a dataset (GDPR art. 6; local law).
type Basis struct {
	Code       Code        `cbor:"0,keyasint"`
	Title      string      `cbor:"1,keyasint"`
	Dataset    Code        `cbor:"2,keyasint"`
	Purpose    Code        `cbor:"3,keyasint"`
	Fields     []FieldName `cbor:"4,keyasint"`           // sorted
	KeepDays   uint16      `cbor:"5,keyasint"`           // at most so long; 0: MaxKeepDays
	Requesters []AgencyID  `cbor:"6,keyasint,omitempty"` // sorted; empty: any member
	Sheet      *Sealed     `cbor:"7,keyasint,omitempty"`
}

// MoveOffice names another node of the agency its office node.
type MoveOffice struct {
	Node NodeCode `cbor:"0,keyasint"`
}

// Calendar sets the UTC instants at which the agency's working days begin, sorted.
type Calendar struct {
	Days []Time `cbor:"0,keyasint"`
}

// Rotate replaces the author's key: the old key signs the new one, and works
// until OldEnds.
type Rotate struct {
	Key      PublicKey `cbor:"0,keyasint"`
	KeyProof []byte    `cbor:"1,keyasint"`
	OldEnds  Time      `cbor:"2,keyasint"`
	Ends     Time      `cbor:"3,keyasint"` // the new key's end; 0: none
}

// SuspendKey suspends an official's key: one admin, or the holder.
type SuspendKey struct {
	Official OfficialID `cbor:"0,keyasint"`
}

// Node enrols a further node of the author's agency.
type Node struct {
	Node NodeDocument `cbor:"0,keyasint"`
}

// NodeRemove removes a node and opens the agency's next epoch.
type NodeRemove struct {
	Code NodeCode `cbor:"0,keyasint"`
	Next Epoch    `cbor:"1,keyasint"`
}

// NodeIdentity declares an age recipient of the node that signs it, its first or
// in place of an earlier one: a node needs one before it can be the office node.
type NodeIdentity struct {
	Recipient string `cbor:"0,keyasint"`
	Proof     []byte `cbor:"1,keyasint"` // Possession (KindNode) of the recipient, by the node's key
}

// Sheet publishes a text for all members: an official's card, a duty desk. It
// replaces the last sheet of the same name and agency.
type Sheet struct {
	Name     Code        `cbor:"0,keyasint"`
	Official *OfficialID `cbor:"1,keyasint,omitempty"` // whose card it is
	Part     Sealed      `cbor:"2,keyasint"`
}

// JournalHead fixes the head of the agency's own journal of looks and exports.
type JournalHead struct {
	Head  Hash   `cbor:"0,keyasint"`
	Count uint64 `cbor:"1,keyasint"`
}

func (*Propose) Kind() Kind      { return KindPropose }
func (*Second) Kind() Kind       { return KindSecond }
func (*Rotate) Kind() Kind       { return KindRotate }
func (*SuspendKey) Kind() Kind   { return KindSuspendKey }
func (*Node) Kind() Kind         { return KindNode }
func (*NodeRemove) Kind() Kind   { return KindNodeRemove }
func (*Sheet) Kind() Kind        { return KindSheet }
func (*JournalHead) Kind() Kind  { return KindJournalHead }
func (*NodeIdentity) Kind() Kind { return KindNodeIdentity }

// Name is the act's word: enrol, restore, revoke-key, dataset, basis, office or calendar.
func (p *Propose) Name() string {
	switch {
	case p.Enrol != nil:
		return "enrol"
	case p.Restore != nil:
		return "restore"
	case p.Revoke != nil:
		return "revoke-key"
	case p.Dataset != nil:
		return "dataset"
	case p.Basis != nil:
		return "basis"
	case p.Office != nil:
		return "office"
	default:
		return "calendar"
	}
}

// ProposeNames lists the names of acts that need two admins.
func ProposeNames() []string {
	return []string{"enrol", "restore", "revoke-key", "dataset", "basis", "office", "calendar"}
}

func (p *Propose) Check() error {
	var acts []interface{ check() error }
	if p.Enrol != nil {
		acts = append(acts, p.Enrol)
	}
	if p.Restore != nil {
		acts = append(acts, p.Restore)
	}
	if p.Revoke != nil {
		acts = append(acts, p.Revoke)
	}
	if p.Dataset != nil {
		acts = append(acts, p.Dataset)
	}
	if p.Basis != nil {
		acts = append(acts, p.Basis)
	}
	if p.Office != nil {
		acts = append(acts, p.Office)
	}
	if p.Calendar != nil {
		acts = append(acts, p.Calendar)
	}
	if len(acts) != 1 {
		return fmt.Errorf("a proposal has one act: %w", ErrBadForm)
	}
	return acts[0].check()
}

func (p *Second) Check() error {
	if p.Proposal.IsZero() {
		return ErrBadForm
	}
	return nil
}

func (p *Rotate) Check() error {
	if p.Key.Check() != nil || len(p.KeyProof) != SignatureSize || p.OldEnds < 0 || p.Ends < 0 {
		return ErrBadForm
	}
	return nil
}

func (p *SuspendKey) Check() error {
	if p.Official.IsZero() {
		return ErrBadForm
	}
	return nil
}

func (p *Node) Check() error { return p.Node.check() }

func (p *NodeRemove) Check() error {
	if !ValidCode(p.Code) {
		return ErrBadForm
	}
	return p.Next.check()
}

func (p *NodeIdentity) Check() error {
	if !validRecipient(p.Recipient) || len(p.Proof) != SignatureSize {
		return ErrBadForm
	}
	return nil
}

func (p *Sheet) Check() error {
	if !ValidCode(p.Name) {
		return ErrBadForm
	}
	return p.Part.Check()
}

func (p *JournalHead) Check() error {
	if p.Head.IsZero() || p.Count == 0 {
		return ErrBadForm
	}
	return nil
}
