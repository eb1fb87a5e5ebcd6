package rules

import (
	"errors"
	"fmt"
	"slices"

	"countersign/ledger"
)

// FirstRules is the version of the rules with which every network begins.
const FirstRules = 1

// Genesis is the state in which a network begins: one agency, which keeps
// alone. Keepers holds the founder's consensus key.
func Genesis(doc *ledger.Document) (*Result, error) {
	if err := foundable(doc); err != nil {
		return nil, fmt.Errorf("found a network: %w", err)
	}
	state := newOverlay(&MapState{})
	w := &walk{state: state, view: View{src: state}, now: doc.Made}
	w.global = &Global{
		Version: recordVersion, Network: doc.NetworkID(), Founder: doc.Agency, Parameters: *doc.Parameters,
		Now: doc.Made, RulesVersion: FirstRules,
	}
	if w.reused(doc) {
		return nil, fmt.Errorf("found a network: %w", ledger.KeyReused)
	}
	founder := w.addAgency(doc)
	founder.Ready, founder.Keeper = true, true
	log := &frontier{}
	state.put(keyLog, log)
	state.put(keyGlobal, w.global)
	changes := state.changes()
	return &Result{
		Changes: changes, Digest: digest(ledger.Hash{}, changes), Log: log.head(),
		Keepers: w.keeperChanges(), RulesVersion: FirstRules,
	}, nil
}

func foundable(doc *ledger.Document) error {
	if err := doc.Check(); err != nil {
		return err
	}
	if doc.Parameters == nil || doc.Parameters.IdleLapseDays == 0 {
		return errors.New("the document has no parameters")
	}
	if !doc.Proven(ledger.NetworkID{}) {
		return ledger.ProofMissing
	}
	return nil
}

// keysIn lists the keys and age recipients that a document introduces.
func keysIn(doc *ledger.Document) (keys []ledger.PublicKey, recipients []string) {
	keys = []ledger.PublicKey{
		doc.Admins[0].Key, doc.Admins[1].Key, doc.Office.Key, {Algorithm: ledger.Ed25519, Bytes: doc.Office.Peer},
		doc.Consensus, doc.Checkpoint,
	}
	return keys, []string{doc.Admins[0].Recipient, doc.Admins[1].Recipient, doc.Office.Recipient, doc.Epoch.Recipient}
}

// reused tells whether a document brings a key or recipient twice, or one that
// was on the ledger before.
func (w *walk) reused(doc *ledger.Document) bool {
	keys, recipients := keysIn(doc)
	seen := map[string]bool{}
	for _, k := range keys {
		seen[keyKey(k.ID())] = true
	}
	for _, r := range recipients {
		seen[recipientKey(r)] = true
	}
	if len(seen) != len(keys)+len(recipients) {
		return true
	}
	for key := range seen {
		if w.state.has(key) {
			return true
		}
	}
	return false
}

// addAgency makes a member of the agency in a document, at founding as at joining.
func (w *walk) addAgency(doc *ledger.Document) *Agency {
	a := &Agency{
		ID: doc.Agency, Title: doc.Title, Standing: StandingMember, Joined: w.now,
		Consensus: doc.Consensus, Checkpoint: doc.Checkpoint, Office: doc.Office.Code,
	}
	i, _ := slices.BinarySearch(w.global.Agencies, a.ID)
	w.global.Agencies = slices.Insert(w.global.Agencies, i, a.ID)
	w.state.put(keyGlobal, w.global)
	for i := range doc.Admins {
		w.addAdmin(a, &doc.Admins[i])
	}
	w.addNode(a, &doc.Office)
	w.addKey(Key{Public: doc.Consensus, Holder: ledger.HolderConsensus, Agency: a.ID})
	w.addKey(Key{Public: doc.Checkpoint, Holder: ledger.HolderCheckpoint, Agency: a.ID})
	w.state.put(calendarKey(a.ID), &CalendarRecord{Days: doc.Calendar})
	w.openEpoch(a, doc.Epoch)
	return a
}

// addAdmin enrols an admin whom a document or the members introduce; the caller
// saves the agency.
func (w *walk) addAdmin(a *Agency, doc *ledger.AdminDocument) *Official {
	a.Officials = append(a.Officials, doc.Official)
	w.addKey(Key{Public: doc.Key, Holder: ledger.HolderOfficial, Agency: a.ID, Official: doc.Official})
	w.addRecipient(doc.Recipient)
	o := &Official{
		ID: doc.Official, Agency: a.ID, Roles: []ledger.RoleGrant{{Role: ledger.RoleAdmin}},
		Keys: []ledger.KeyID{doc.Key.ID()}, Recipient: doc.Recipient, Enrolled: w.now,
	}
	w.saveOfficial(o)
	return o
}
