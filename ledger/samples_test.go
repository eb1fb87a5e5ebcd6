package ledger_test

import (
	"crypto/ed25519"
	"fmt"

	. "countersign/ledger"
)

// signerOf is an Ed25519 key drawn from a name.
type signerOf struct{ private ed25519.PrivateKey }

func newSigner(name string) signerOf {
	seed := Sum([]byte(name))
	return signerOf{ed25519.NewKeyFromSeed(seed[:])}
}

func (s signerOf) Public() PublicKey {
	return PublicKey{Algorithm: Ed25519, Bytes: s.private.Public().(ed25519.PublicKey)}
}

func (s signerOf) Sign(m []byte) ([]byte, error) { return ed25519.Sign(s.private, m), nil }

func (s signerOf) proof(network NetworkID, holder string, kind HolderKind, key []byte) []byte {
	return ed25519.Sign(s.private, Possession(network, "tax", holder, kind, key))
}

const sampleTime Time = 1772438400000 // 2026-03-02 08:00 UTC

func hashOf(name string) Hash { return Sum([]byte(name)) }

func officialOf(name string) (o OfficialID) {
	h := hashOf(name)
	copy(o[:], h[:])
	return o
}

func partOf(name string, to ...AgencyID) Sealed {
	s := Sealed{Commitment: hashOf("commitment " + name), Root: hashOf("root " + name), Size: 4096}
	for i, a := range to {
		s.Epochs = append(s.Epochs, AgencyEpoch{Agency: a, Epoch: uint32(i)})
	}
	return s
}

// sampleDocument founds a network when network is zero.
func sampleDocument(network NetworkID) *Document {
	d := &Document{
		Version: DocumentVersion, Agency: "tax", Title: "Tax Service", Made: sampleTime, Calendar: []Time{sampleTime, sampleTime + 86400000},
		Epoch: Epoch{Recipient: "age1epoch"},
	}
	if network.IsZero() {
		p := DefaultParameters()
		d.Parameters = &p
	}
	for i := range d.Admins {
		key := newSigner(fmt.Sprint("admin ", i))
		a := AdminDocument{Official: officialOf(fmt.Sprint("admin ", i)), Key: key.Public(), Recipient: fmt.Sprint("age1admin", i)}
		a.KeyProof = key.proof(network, a.Official.String(), HolderOfficial, a.Key.Bytes)
		a.RecipientProof = key.proof(network, a.Official.String(), HolderOfficial, []byte(a.Recipient))
		d.Admins[i] = a
	}
	d.Epoch.Proof = newSigner("admin 0").proof(network, "epoch-0", HolderEpoch, []byte(d.Epoch.Recipient))
	d.Office = sampleNode(network, "office")
	keeper, check := newSigner("consensus"), newSigner("checkpoint")
	d.Consensus, d.Checkpoint = keeper.Public(), check.Public()
	d.ConsensusProof = keeper.proof(network, "keeper", HolderConsensus, d.Consensus.Bytes)
	d.CheckProof = check.proof(network, "keeper", HolderCheckpoint, d.Checkpoint.Bytes)
	return d
}

func sampleNode(network NetworkID, code NodeCode) NodeDocument {
	peer, key := newSigner("peer "+string(code)), newSigner("node "+string(code))
	n := NodeDocument{Code: code, Peer: peer.Public().Bytes, Key: key.Public(), Recipient: "age1" + string(code)}
	n.PeerProof = peer.proof(network, string(code), HolderPeer, n.Peer)
	n.KeyProof = key.proof(network, string(code), HolderNode, n.Key.Bytes)
	n.RecipientProof = key.proof(network, string(code), HolderNode, []byte(n.Recipient))
	return n
}

// sample is one payload with a name for it.
type sample struct {
	name    string
	payload Payload
}

// samples holds at least one payload of every kind and act.
func samples() []sample {
	network := sampleDocument(NetworkID{}).NetworkID()
	arnaud := officialOf("arnaud")
	fresh := newSigner("fresh")
	next := Epoch{Number: 1, Recipient: "age1next", Proof: make([]byte, SignatureSize)}
	enrol := &Enrol{
		Official: arnaud, Key: fresh.Public(), KeyProof: make([]byte, SignatureSize), Recipient: "age1arnaud",
		RecipientProof: make([]byte, SignatureSize), Ends: sampleTime,
		Roles: []RoleGrant{{Role: RoleApprover, Scope: Scope{Classes: []Class{ClassPersonal}, Datasets: []Code{"TAX-INC-04"}}}, {Role: RoleDPO}},
	}
	card := partOf("card", "police", "tax")
	enrol.Card = &card
	dataset := &Dataset{Code: "TAX-INC-04", Title: "Revenus déclarés", Class: ClassPersonal, Sharing: SharingConditional,
		Fields: []DatasetField{{Name: "declared_income"}, {Name: "spouse_id", Sensitive: true, ThirdParty: true}},
		Policy: Policy{Quorum: 2, DPO: true, DeadlineDays: 10, Emergency: true, MaxReleases: 7}}
	basis := &Basis{Code: "L.141-2", Title: "Fiscal Procedure Code L.141-2", Dataset: "TAX-INC-04", Purpose: "criminal-investigation",
		Fields: []FieldName{"declared_income"}, KeepDays: 365, Requesters: []AgencyID{"police"}}
	joining := sampleDocument(network)
	out := []sample{
		{"propose enrol", &Propose{Enrol: enrol}},
		{"propose restore", &Propose{Restore: &Restore{Official: arnaud}}},
		{"propose revoke", &Propose{Revoke: &RevokeKey{Official: arnaud, Code: "card-lost", SuspectSince: sampleTime, Next: next, Nodes: []NodeCode{"desk-1"}}}},
		{"propose dataset", &Propose{Dataset: dataset}},
		{"propose basis", &Propose{Basis: basis}},
		{"propose office", &Propose{Office: &MoveOffice{Node: "desk-1"}}},
		{"propose calendar", &Propose{Calendar: &Calendar{Days: []Time{sampleTime}}}},
		{"second", &Second{Proposal: hashOf("proposal")}},
		{"rotate", &Rotate{Key: fresh.Public(), KeyProof: make([]byte, SignatureSize), OldEnds: sampleTime}},
		{"suspend-key", &SuspendKey{Official: arnaud}},
		{"node", &Node{Node: sampleNode(network, "desk-1")}},
		{"node-remove", &NodeRemove{Code: "desk-1", Next: next}},
		{"motion admit", &Motion{Act: MotionAdmit, Agency: "tax", Document: joining}},
		{"motion expel", &Motion{Act: MotionExpel, Agency: "port"}},
		{"motion new-admins", &Motion{Act: MotionNewAdmins, Agency: "port", Admins: joining.Admins[:], Epoch: &next}},
		{"motion suspend", &Motion{Act: MotionSuspend, Agency: "port", Code: "security-incident"}},
		{"motion new-admins with cards", &Motion{Act: MotionNewAdmins, Agency: "port", Admins: joining.Admins[:], Epoch: &next, Cards: []Sealed{partOf("card-1", "police", "tax"), partOf("card-2", "police", "tax")}}},
		{"motion rules-version", &Motion{Act: MotionRulesVersion, Agency: "tax", Version: 2, AtHeight: 1000}},
		{"vote", &Vote{Motion: hashOf("motion"), Subject: hashOf("subject"), Yes: true}},
		{"leave", &Leave{}},
		{"keeper-ready", &KeeperReady{LogSize: 12, LogRoot: hashOf("root")}},
		{"tick", &Tick{}},
		{"sheet", &Sheet{Name: "duty-desk", Part: partOf("sheet", "police", "tax")}},
		{"journal-head", &JournalHead{Head: hashOf("head"), Count: 3}},
		{"node-identity", &NodeIdentity{Recipient: "age1desk-1", Proof: newSigner("node desk-1").proof(network, "desk-1", HolderNode, []byte("age1desk-1"))}},
	}
	return append(out, requestSamples()...)
}

func requestSamples() []sample {
	arnaud := officialOf("arnaud")
	act := Act{Request: hashOf("request"), Version: hashOf("version")}
	terms := Terms{Fields: []FieldName{"declared_income", "employer_id"}, KeepDays: 180, StandingDays: 90}
	letter := partOf("letter", "police", "tax")
	return []sample{
		{"request", &Request{Dataset: hashOf("dataset"), Basis: hashOf("basis"), Purpose: "criminal-investigation", Terms: terms, Emergency: true, Letter: letter}},
		{"answer", &Answer{Act: act, Terms: terms, Letter: letter}},
		{"approve", &Approve{Act: act, Role: RoleApprover, Fields: terms.Fields}},
		{"approve with a reason, for another", &Approve{Act: act, Role: RoleDPO, Fields: terms.Fields, Reason: &letter, For: &arnaud}},
		{"offer", &Offer{Act: act, Role: RoleApprover, Terms: &terms, Letter: &letter}},
		{"offer joined", &Offer{Act: act, Role: RoleApprover, Join: hashOf("offer")}},
		{"accept", &Accept{Act: act}},
		{"return", &Return{Act: act, Role: RoleApprover, Code: "complexity", Reason: letter}},
		{"refuse", &Refuse{Act: act, Role: RoleApprover, Code: "excessive", Reason: letter}},
		{"withdraw", &Withdraw{Act: act}},
		{"suspend", &Suspend{Act: act, Reason: letter}},
		{"resume", &Resume{Act: act}},
		{"revoke", &Revoke{Act: act, Reason: letter}},
		{"review", &Review{Act: act, Decision: hashOf("decision"), Annul: true}},
		{"release", &Release{Act: act, Part: partOf("release", "police"), Last: true}},
		{"receipt", &Receipt{Act: act, Release: hashOf("release")}},
		{"delivery-failed", &DeliveryFailed{Act: act, Release: hashOf("release"), Code: "mismatch"}},
		{"letter-missing", &LetterMissing{Act: act}},
		{"letter-found", &LetterFound{Act: act}},
		{"delete", &Delete{Act: act}},
		{"deletion-receipt", &DeletionReceipt{Act: act, Pending: []NodeCode{"desk-1", "desk-2"}}},
		{"erase", &Erase{Act: act, Code: "data-subject-request"}},
	}
}

// sampleEntry signs a payload with a fixed key, time and nonce.
func sampleEntry(p Payload) (*Entry, error) {
	author := newSigner("author")
	return Sign(NewBody(sampleDocument(NetworkID{}).NetworkID(), author.Public().ID(), sampleTime, Nonce{1, 2, 3}, p), author)
}
