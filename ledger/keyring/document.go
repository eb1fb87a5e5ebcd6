package keyring

import (
	"fmt"

	"countersign/ledger"
)

// Holder is an official who can prove their keys: an Identity, or a card
// together with a file for the age identity.
type Holder interface {
	ledger.Signer
	// Official names the holder.
	Official() ledger.OfficialID
	// Recipient is the holder's age recipient.
	Recipient() string
}

// prove signs a proof of possession of key or recipient.
func prove(by ledger.Signer, network ledger.NetworkID, agency ledger.AgencyID, holder string, kind ledger.HolderKind, key []byte) ([]byte, error) {
	proof, err := by.Sign(ledger.Possession(network, agency, holder, kind, key))
	if err != nil {
		return nil, fmt.Errorf("prove possession of the %s's key: %w", kind, err)
	}
	return proof, nil
}

// AdminDocument introduces an admin. The network is zero in a founding document.
func AdminDocument(network ledger.NetworkID, agency ledger.AgencyID, h Holder) (ledger.AdminDocument, error) {
	e, err := Enrol(network, agency, h)
	if err != nil {
		return ledger.AdminDocument{}, err
	}
	return ledger.AdminDocument{Official: e.Official, Key: e.Key, KeyProof: e.KeyProof,
		Recipient: e.Recipient, RecipientProof: e.RecipientProof}, nil
}

// Enrol is a future official's half of an enrolment: identifier, keys and proofs.
// The admin who proposes it adds roles, an end and a card.
func Enrol(network ledger.NetworkID, agency ledger.AgencyID, h Holder) (*ledger.Enrol, error) {
	e := &ledger.Enrol{Official: h.Official(), Key: h.Public(), Recipient: h.Recipient()}
	var err error
	if e.KeyProof, err = prove(h, network, agency, e.Official.String(), ledger.HolderOfficial, e.Key.Bytes); err != nil {
		return nil, err
	}
	if e.RecipientProof, err = prove(h, network, agency, e.Official.String(), ledger.HolderOfficial, []byte(e.Recipient)); err != nil {
		return nil, err
	}
	return e, nil
}

// Rotate replaces an official's key by next. The entry that carries it is signed
// with the old key. oldEnds is when the old key stops; ends that of the new one, 0 for none.
func Rotate(network ledger.NetworkID, agency ledger.AgencyID, official ledger.OfficialID, next ledger.Signer, oldEnds, ends ledger.Time) (*ledger.Rotate, error) {
	key := next.Public()
	proof, err := prove(next, network, agency, official.String(), ledger.HolderOfficial, key.Bytes)
	if err != nil {
		return nil, err
	}
	return &ledger.Rotate{Key: key, KeyProof: proof, OldEnds: oldEnds, Ends: ends}, nil
}

// NodeDocument introduces a node. Holder is the official whose desktop it is, nil for none.
func NodeDocument(network ledger.NetworkID, n *Node, holder *ledger.OfficialID) (ledger.NodeDocument, error) {
	d := ledger.NodeDocument{Code: n.Code(), Peer: n.Peer(), Key: n.key.public, Holder: holder}
	code := string(d.Code)
	var err error
	if d.PeerProof, err = prove(n.peer, network, n.Agency(), code, ledger.HolderPeer, d.Peer); err != nil {
		return d, err
	}
	if d.KeyProof, err = prove(n.key, network, n.Agency(), code, ledger.HolderNode, d.Key.Bytes); err != nil {
		return d, err
	}
	if n.age != nil {
		d.Recipient = n.age.Recipient()
		if d.RecipientProof, err = prove(n.key, network, n.Agency(), code, ledger.HolderNode, []byte(d.Recipient)); err != nil {
			return d, err
		}
	}
	return d, nil
}

// NodeIdentity declares the node's own age recipient; the node must have one.
func NodeIdentity(network ledger.NetworkID, n *Node) (*ledger.NodeIdentity, error) {
	if n.age == nil {
		return nil, fmt.Errorf("declare a node's identity: it has none: %w", ledger.ErrBadForm)
	}
	p := &ledger.NodeIdentity{Recipient: n.age.Recipient()}
	var err error
	p.Proof, err = prove(n.key, network, n.Agency(), string(n.Code()), ledger.HolderNode, []byte(p.Recipient))
	return p, err
}

// Epoch vouches for an agency's age recipient. By is the admin whose entry
// carries it, or the first admin of a document.
func Epoch(network ledger.NetworkID, agency ledger.AgencyID, number uint32, recipient string, by ledger.Signer) (ledger.Epoch, error) {
	proof, err := prove(by, network, agency, fmt.Sprintf("epoch-%d", number), ledger.HolderEpoch, []byte(recipient))
	if err != nil {
		return ledger.Epoch{}, err
	}
	return ledger.Epoch{Number: number, Recipient: recipient, Proof: proof}, nil
}

// Introduction is what an agency brings when it founds or joins a network.
type Introduction struct {
	Title    string
	Made     ledger.Time
	Admins   [2]Holder
	Office   *Node // with an age identity and a keeper's keys
	Holder   *ledger.OfficialID
	Epoch    string // recipient of the agency's first age identity
	Calendar []ledger.Time
}

// Join makes the document an agency hands in to join network.
func Join(network ledger.NetworkID, i Introduction) (*ledger.Document, error) {
	return i.document(network, nil)
}

// Found makes the founding document of a network.
func Found(i Introduction, p ledger.Parameters) (*ledger.Document, error) {
	return i.document(ledger.NetworkID{}, &p)
}

func (i Introduction) document(network ledger.NetworkID, p *ledger.Parameters) (*ledger.Document, error) {
	if i.Office == nil || i.Office.age == nil || !i.Office.Keeps() || i.Admins[0] == nil || i.Admins[1] == nil {
		return nil, fmt.Errorf("make agency document: two admins and an office node's keys are needed: %w", ledger.ErrBadForm)
	}
	agency := i.Office.Agency()
	d := &ledger.Document{Version: ledger.DocumentVersion, Agency: agency, Title: i.Title, Made: i.Made,
		Calendar: i.Calendar, Parameters: p, Consensus: i.Office.consensus.public, Checkpoint: i.Office.checkpoint.public}
	var err error
	for n, a := range i.Admins {
		if d.Admins[n], err = AdminDocument(network, agency, a); err != nil {
			return nil, fmt.Errorf("make agency document: %w", err)
		}
	}
	if d.Office, err = NodeDocument(network, i.Office, i.Holder); err != nil {
		return nil, fmt.Errorf("make agency document: %w", err)
	}
	if d.ConsensusProof, err = prove(i.Office.consensus, network, agency, "keeper", ledger.HolderConsensus, d.Consensus.Bytes); err != nil {
		return nil, fmt.Errorf("make agency document: %w", err)
	}
	if d.CheckProof, err = prove(i.Office.checkpoint, network, agency, "keeper", ledger.HolderCheckpoint, d.Checkpoint.Bytes); err != nil {
		return nil, fmt.Errorf("make agency document: %w", err)
	}
	if d.Epoch, err = Epoch(network, agency, 0, i.Epoch, i.Admins[0]); err != nil {
		return nil, fmt.Errorf("make agency document: %w", err)
	}
	return ledger.ParseDocument(d.Bytes(), network)
}
