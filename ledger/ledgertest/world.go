package ledgertest

import (
	"fmt"
	"slices"
	"time"

	"countersign/ledger"
)

// World is a network on paper: its founding document, its agencies and the
// entries their people sign. It is not safe for concurrent use.
type World struct {
	Seed     uint64
	ID       ledger.NetworkID
	Founding *ledger.Document
	Agencies []*Agency // the founder first, then in the order of NewAgency
	// Now is the claimed time of entries made; their validity runs from it.
	Now func() ledger.Time
	// Life tells runs over the same folders apart: what one has named, such as
	// a nonce or a sealed part, the other does not name again.
	Life uint64

	nonces uint64
}

// Agency is a member or a newcomer, with all its keys.
type Agency struct {
	ID         ledger.AgencyID
	Document   *ledger.Document
	Admins     [2]*Official
	Officials  map[string]*Official // enrolled later, by name
	Consensus  *Key
	Checkpoint *Key
	Office     *Key // signs the office node's acts
	Peer       *Key
}

// epoch0 is when worlds are founded unless told otherwise: in the past, or the
// engine would take its genesis for a block from the future.
var epoch0 = time.Date(2025, 1, 6, 8, 0, 0, 0, time.UTC)

// Found makes a network of one agency, founded a minute before the computer's
// clock, with default parameters for a rehearsal.
func Found(seed uint64, founder ledger.AgencyID) *World {
	p := ledger.DefaultParameters()
	p.Rehearsal = true
	now := ledger.TimeOf(time.Now())
	w := FoundAt(seed, founder, now.Add(-time.Minute), p)
	w.Now = func() ledger.Time { return ledger.TimeOf(time.Now()) }
	return w
}

// FoundAt makes a network of one agency at a time, with parameters. Entries
// claim the founding time until World.Now is set.
func FoundAt(seed uint64, founder ledger.AgencyID, at ledger.Time, p ledger.Parameters) *World {
	if at == 0 {
		at = ledger.TimeOf(epoch0)
	}
	w := &World{Seed: seed, Now: func() ledger.Time { return at }}
	a := w.newAgency(founder, at, &p)
	w.Founding, w.ID = a.Document, a.Document.NetworkID()
	w.Agencies = []*Agency{a}
	return w
}

// NewAgency makes a newcomer with its document. It is a member once its
// Admission is final.
func (w *World) NewAgency(id ledger.AgencyID) *Agency {
	a := w.newAgency(id, w.Now(), nil)
	w.Agencies = append(w.Agencies, a)
	return a
}

// Agency finds an agency by its code; it panics over one that was never made.
func (w *World) Agency(id ledger.AgencyID) *Agency {
	i := slices.IndexFunc(w.Agencies, func(a *Agency) bool { return a.ID == id })
	if i < 0 {
		panic(fmt.Sprintf("no agency %q in this world", id))
	}
	return w.Agencies[i]
}

func (w *World) newAgency(id ledger.AgencyID, at ledger.Time, p *ledger.Parameters) *Agency {
	a := &Agency{ID: id, Officials: map[string]*Official{},
		Admins:    [2]*Official{newOfficial(w.Seed, id, "admin-1"), newOfficial(w.Seed, id, "admin-2")},
		Consensus: NewKey(w.Seed, string(id)+"/consensus"), Checkpoint: NewKey(w.Seed, string(id)+"/checkpoint"),
		Office: NewKey(w.Seed, string(id)+"/office"), Peer: NewKey(w.Seed, string(id)+"/peer")}
	d := &ledger.Document{Version: ledger.DocumentVersion, Agency: id, Title: "Agency " + string(id), Made: at,
		Consensus: a.Consensus.Public(), Checkpoint: a.Checkpoint.Public(), Calendar: workingDays(at), Parameters: p}
	prove := func(k *Key, holder string, kind ledger.HolderKind, what []byte) []byte {
		return mustSign(k, ledger.Possession(w.ID, id, holder, kind, what))
	}
	for i, o := range a.Admins {
		key, rec := o.proofs(w.ID)
		d.Admins[i] = ledger.AdminDocument{Official: o.ID, Key: o.Key.Public(), KeyProof: key, Recipient: o.Recipient, RecipientProof: rec}
	}
	d.ConsensusProof = prove(a.Consensus, "keeper", ledger.HolderConsensus, d.Consensus.Bytes)
	d.CheckProof = prove(a.Checkpoint, "keeper", ledger.HolderCheckpoint, d.Checkpoint.Bytes)
	d.Office = w.nodeDocument(id, "office", a.Peer, a.Office)
	d.Epoch = w.Epoch(id, 0, a.Admins[0])
	if err := d.Check(); err != nil || !d.Proven(w.ID) {
		panic(fmt.Sprintf("document of %s: %v", id, err))
	}
	a.Document = d
	return a
}

func (w *World) nodeDocument(agency ledger.AgencyID, code ledger.NodeCode, peer, key *Key) ledger.NodeDocument {
	prove := func(k *Key, kind ledger.HolderKind, what []byte) []byte {
		return mustSign(k, ledger.Possession(w.ID, agency, string(code), kind, what))
	}
	n := ledger.NodeDocument{Code: code, Peer: peer.Public().Bytes, Key: key.Public(),
		Recipient: recipientOf(w.Seed, string(agency)+"/node/"+string(code))}
	n.PeerProof = prove(peer, ledger.HolderPeer, n.Peer)
	n.KeyProof = prove(key, ledger.HolderNode, n.Key.Bytes)
	n.RecipientProof = prove(key, ledger.HolderNode, []byte(n.Recipient))
	return n
}

// Epoch is an agency's key epoch, carried by an admin.
func (w *World) Epoch(agency ledger.AgencyID, number uint32, by *Official) ledger.Epoch {
	e := ledger.Epoch{Number: number, Recipient: recipientOf(w.Seed, fmt.Sprintf("%s/epoch/%d", agency, number))}
	e.Proof = mustSign(by.Key, ledger.Possession(w.ID, agency, fmt.Sprintf("epoch-%d", number), ledger.HolderEpoch, []byte(e.Recipient)))
	return e
}

// workingDays are Mondays to Fridays at 07:00 UTC for a year from the week before.
func workingDays(from ledger.Time) []ledger.Time {
	var out []ledger.Time
	day := from.Std().Truncate(24*time.Hour).AddDate(0, 0, -7).Add(7 * time.Hour)
	for range 366 {
		if wd := day.Weekday(); wd != time.Saturday && wd != time.Sunday {
			out = append(out, ledger.TimeOf(day))
		}
		day = day.AddDate(0, 0, 1)
	}
	return out
}

// Entry signs a payload now, with a nonce of this world's own.
func (w *World) Entry(by ledger.Signer, p ledger.Payload) *ledger.Entry {
	return w.EntryAt(by, w.Now(), p)
}

// EntryAt signs a payload with a claimed time, from which its validity runs.
func (w *World) EntryAt(by ledger.Signer, at ledger.Time, p ledger.Payload) *ledger.Entry {
	h := hashOf(w.Seed, w.fresh("nonce"))
	e, err := ledger.Sign(ledger.NewBody(w.ID, by.Public().ID(), at, ledger.Nonce(h[:16]), p), by)
	if err != nil {
		panic(fmt.Sprintf("sign a %s: %v", p.Kind(), err))
	}
	return e
}

// Admission is the motion to admit a newcomer, by the first voter's admin, and
// the other voters' votes for it.
func (w *World) Admission(newcomer *Agency, voters []*Agency) (motion *ledger.Entry, votes []*ledger.Entry) {
	m := &ledger.Motion{Act: ledger.MotionAdmit, Agency: newcomer.ID, Document: newcomer.Document}
	return w.Motion(m, voters)
}

// Motion is a motion by the first voter's admin, and the others' votes for it.
func (w *World) Motion(m *ledger.Motion, voters []*Agency) (motion *ledger.Entry, votes []*ledger.Entry) {
	motion = w.Entry(voters[0].Admins[0].Key, m)
	for _, a := range voters[1:] {
		votes = append(votes, w.Entry(a.Admins[0].Key, &ledger.Vote{Motion: motion.ID(), Subject: m.Subject(), Yes: true}))
	}
	return motion, votes
}

// KeeperReady is an agency's offer to keep, naming the log as it stands.
func (w *World) KeeperReady(a *Agency, head ledger.LogHead) *ledger.Entry {
	return w.Entry(a.Consensus, &ledger.KeeperReady{LogSize: head.Size, LogRoot: head.Root})
}

// fresh is a label that was not used before.
func (w *World) fresh(what string) string {
	w.nonces++
	return fmt.Sprintf("%s/%d/%d", what, w.Life, w.nonces)
}
