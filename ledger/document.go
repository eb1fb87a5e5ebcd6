package ledger

import (
	"crypto/ed25519"
	"fmt"
	"time"
)

// Document introduces an agency: the founding document of a network, or a
// newcomer's, handed in on joining. Both have the same form; the founder's has
// Parameters and a zero network in its proofs.
type Document struct {
	Version        uint8            `cbor:"0,keyasint"`
	Agency         AgencyID         `cbor:"1,keyasint"`
	Title          string           `cbor:"2,keyasint"`
	Made           Time             `cbor:"3,keyasint"`
	Admins         [2]AdminDocument `cbor:"4,keyasint"`
	Office         NodeDocument     `cbor:"5,keyasint"`
	Consensus      PublicKey        `cbor:"6,keyasint"` // Ed25519
	ConsensusProof []byte           `cbor:"7,keyasint"`
	Checkpoint     PublicKey        `cbor:"8,keyasint"`
	CheckProof     []byte           `cbor:"9,keyasint"`
	Epoch          Epoch            `cbor:"10,keyasint"` // number 0, proof by the first admin's key
	Calendar       []Time           `cbor:"11,keyasint"`
	Parameters     *Parameters      `cbor:"12,keyasint,omitempty"`
}

// DocumentVersion is the version written today.
const DocumentVersion = 1

// MaxDocumentBytes limits a document; as part of a motion it must fit an entry.
const MaxDocumentBytes = 48 << 10

// Parameters are fixed at founding.
type Parameters struct {
	Rehearsal         bool   `cbor:"0,keyasint" json:"rehearsal"`
	ProposeTimeout    uint32 `cbor:"1,keyasint" json:"propose_timeout_ms"`   // ms; an absent keeper's turn costs so much
	LetterKeepDays    uint32 `cbor:"2,keyasint" json:"letter_keep_days"`     // letters stay so long after closing
	IdleLapseDays     uint16 `cbor:"3,keyasint" json:"idle_lapse_days"`      // working days a returned or offered request waits
	MaxClockAheadSecs uint16 `cbor:"4,keyasint" json:"max_clock_ahead_secs"` // a seal may be so far ahead
}

// DefaultParameters are those of DESIGN.
func DefaultParameters() Parameters {
	return Parameters{ProposeTimeout: 80, LetterKeepDays: 5 * 365, IdleLapseDays: 30, MaxClockAheadSecs: 30}
}

// ClockAhead is how far a seal may be ahead of a keeper's clock.
func (p Parameters) ClockAhead() time.Duration {
	return time.Duration(p.MaxClockAheadSecs) * time.Second
}

// AdminDocument introduces one of an agency's first two admins.
type AdminDocument struct {
	Official       OfficialID `cbor:"0,keyasint"`
	Key            PublicKey  `cbor:"1,keyasint"`
	KeyProof       []byte     `cbor:"2,keyasint"`
	Recipient      string     `cbor:"3,keyasint"`
	RecipientProof []byte     `cbor:"4,keyasint"`
}

// NodeDocument introduces a node.
type NodeDocument struct {
	Code           NodeCode    `cbor:"0,keyasint"`
	Peer           []byte      `cbor:"1,keyasint"` // libp2p identity: an Ed25519 public key
	PeerProof      []byte      `cbor:"2,keyasint"` // by the peer key
	Key            PublicKey   `cbor:"3,keyasint"` // signs the node's own acts
	KeyProof       []byte      `cbor:"4,keyasint"`
	Recipient      string      `cbor:"5,keyasint,omitempty"` // age recipient; the office node must have one
	RecipientProof []byte      `cbor:"6,keyasint,omitempty"` // by Key
	Holder         *OfficialID `cbor:"7,keyasint,omitempty"` // whose desktop it is
}

// HolderKind says what a proof of possession is for.
type HolderKind string

// The kinds of holders.
const (
	HolderOfficial   HolderKind = "official"
	HolderNode       HolderKind = "node"
	HolderPeer       HolderKind = "peer"
	HolderConsensus  HolderKind = "consensus"
	HolderCheckpoint HolderKind = "checkpoint"
	HolderEpoch      HolderKind = "epoch"
)

// Possession is the message that proves possession of a key or recipient:
// "countersign/possess/v1" ‖ 0 ‖ network ‖ CBOR [agency, holder, kind, key or
// recipient]. The network is zero in a founding document.
func Possession(network NetworkID, agency AgencyID, holder string, kind HolderKind, key []byte) []byte {
	return SigningBytes("possess", network, Encode([]any{string(agency), holder, string(kind), key}))
}

// Bytes is the canonical form.
func (d *Document) Bytes() []byte { return Encode(d) }

// NetworkID is the identity of the network that this founding document founds.
func (d *Document) NetworkID() NetworkID { return Sum(d.Bytes()) }

// ParseDocument reads a document and checks its form and proofs for the network
// (zero for a founding document).
func ParseDocument(b []byte, network NetworkID) (*Document, error) {
	d := new(Document)
	if err := Decode(b, MaxDocumentBytes, d); err != nil {
		return nil, fmt.Errorf("agency document: %w", err)
	}
	if err := d.Check(); err != nil {
		return nil, err
	}
	if !d.Proven(network) {
		return nil, fmt.Errorf("agency document: %w", ErrBadSignature)
	}
	return d, nil
}

// Check tests the form.
func (d *Document) Check() error {
	if d.Version != DocumentVersion {
		return fmt.Errorf("agency document version %d: %w", d.Version, ErrUnknownKind)
	}
	if !ValidCode(d.Agency) || !ValidTitle(d.Title) || d.Made <= 0 {
		return fmt.Errorf("agency document: %w", ErrBadForm)
	}
	if d.Consensus.Algorithm != Ed25519 || d.Checkpoint.Algorithm != Ed25519 || d.Epoch.Number != 0 || d.Office.Recipient == "" {
		return fmt.Errorf("agency document keys: %w", ErrBadForm)
	}
	if d.Admins[0].Official == d.Admins[1].Official {
		return fmt.Errorf("agency document needs two admins: %w", ErrBadForm)
	}
	return firstError(d.Consensus.Check(), d.Checkpoint.Check(), d.Epoch.check(), checkCalendar(d.Calendar),
		d.Admins[0].check(), d.Admins[1].check(), d.Office.check())
}

func (a AdminDocument) check() error {
	if a.Official.IsZero() || a.Key.Check() != nil || !validRecipient(a.Recipient) {
		return fmt.Errorf("admin: %w", ErrBadForm)
	}
	return nil
}

func (n NodeDocument) check() error {
	if !ValidCode(n.Code) || n.Key.Check() != nil || (PublicKey{Ed25519, n.Peer}).Check() != nil ||
		n.Recipient != "" && !validRecipient(n.Recipient) || n.Holder != nil && n.Holder.IsZero() {
		return fmt.Errorf("node: %w", ErrBadForm)
	}
	return nil
}

// Proven tells whether every key in the document proves its possession.
func (d *Document) Proven(network NetworkID) bool {
	for _, a := range d.Admins {
		if !a.Proven(network, d.Agency) {
			return false
		}
	}
	first := d.Admins[0]
	return d.Office.Proven(network, d.Agency) &&
		d.Consensus.Verify(Possession(network, d.Agency, "keeper", HolderConsensus, d.Consensus.Bytes), d.ConsensusProof) &&
		d.Checkpoint.Verify(Possession(network, d.Agency, "keeper", HolderCheckpoint, d.Checkpoint.Bytes), d.CheckProof) &&
		d.Epoch.Proven(network, d.Agency, first.Key)
}

// Proven tells whether the admin's key and recipient are proven.
func (a AdminDocument) Proven(network NetworkID, agency AgencyID) bool {
	return officialProven(network, agency, a.Official, a.Key, a.KeyProof, a.Recipient, a.RecipientProof)
}

// Proven tells whether the official's key and recipient are proven.
func (p *Enrol) Proven(network NetworkID, agency AgencyID) bool {
	return officialProven(network, agency, p.Official, p.Key, p.KeyProof, p.Recipient, p.RecipientProof)
}

func officialProven(network NetworkID, agency AgencyID, o OfficialID, k PublicKey, keyProof []byte, recipient string, recipientProof []byte) bool {
	return k.Verify(Possession(network, agency, o.String(), HolderOfficial, k.Bytes), keyProof) &&
		k.Verify(Possession(network, agency, o.String(), HolderOfficial, []byte(recipient)), recipientProof)
}

// Proven tells whether the new key is proven by itself.
func (p *Rotate) Proven(network NetworkID, agency AgencyID, o OfficialID) bool {
	return p.Key.Verify(Possession(network, agency, o.String(), HolderOfficial, p.Key.Bytes), p.KeyProof)
}

// Proven tells whether the node's keys are proven.
func (n NodeDocument) Proven(network NetworkID, agency AgencyID) bool {
	if len(n.Peer) != ed25519.PublicKeySize {
		return false
	}
	holder := string(n.Code)
	peer := PublicKey{Algorithm: Ed25519, Bytes: n.Peer}
	return peer.Verify(Possession(network, agency, holder, HolderPeer, n.Peer), n.PeerProof) &&
		n.Key.Verify(Possession(network, agency, holder, HolderNode, n.Key.Bytes), n.KeyProof) &&
		(n.Recipient == "" || n.Key.Verify(Possession(network, agency, holder, HolderNode, []byte(n.Recipient)), n.RecipientProof))
}

// Proven tells whether the key of the node that signs vouches for the recipient.
func (p *NodeIdentity) Proven(network NetworkID, agency AgencyID, code NodeCode, by PublicKey) bool {
	return by.Verify(Possession(network, agency, string(code), HolderNode, []byte(p.Recipient)), p.Proof)
}

// Proven tells whether the epoch's recipient is vouched for by the key of the admin who carries it.
func (e Epoch) Proven(network NetworkID, agency AgencyID, by PublicKey) bool {
	return by.Verify(Possession(network, agency, fmt.Sprintf("epoch-%d", e.Number), HolderEpoch, []byte(e.Recipient)), e.Proof)
}
