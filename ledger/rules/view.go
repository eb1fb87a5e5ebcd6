package rules

import (
	"slices"

	"countersign/ledger"
)

// View reads the state in the words of the domain. Accessors return nil for
// what is not there; values belong to the caller, who may keep them but not
// change the state by them. A record that cannot be read panics with *Damaged.
type View struct{ src source }

// NewView looks at a state. It is valid as long as the Reader is.
func NewView(r Reader) View { return View{src: plain{r}} }

// Global is the record about the network; nil before genesis.
func (v View) Global() *Global { return fetch[Global](v.src, keyGlobal) }

// Agency is a member or former member.
func (v View) Agency(id ledger.AgencyID) *Agency { return fetch[Agency](v.src, agencyKey(id)) }

// Agencies lists all that ever were members, sorted by ID.
func (v View) Agencies() []*Agency {
	g := v.Global()
	if g == nil {
		return nil
	}
	out := make([]*Agency, 0, len(g.Agencies))
	for _, id := range g.Agencies {
		out = append(out, v.Agency(id))
	}
	return out
}

// Keepers lists the agencies in the keeper set, sorted by ID.
func (v View) Keepers() []*Agency {
	return slices.DeleteFunc(v.Agencies(), func(a *Agency) bool { return !a.Keeper })
}

// Member tells whether the agency belongs to the network, suspended or not.
func (a *Agency) Member() bool {
	return a.Standing == StandingMember || a.Standing == StandingSuspended
}

// Key is an enrolled key of any kind.
func (v View) Key(id ledger.KeyID) *Key { return fetch[Key](v.src, keyKey(id)) }

// Usable tells whether the key signs at a ledger time.
func (k *Key) Usable(now ledger.Time) bool {
	return (k.State == KeyActive || k.State == KeyRotated) && (k.Ends == 0 || now < k.Ends)
}

// Official is a person's standing.
func (v View) Official(id ledger.OfficialID) *Official {
	return fetch[Official](v.src, officialKey(id))
}

// OfficialsOf lists an agency's officials in the order of their enrolment.
func (v View) OfficialsOf(agency ledger.AgencyID) []*Official {
	a := v.Agency(agency)
	if a == nil {
		return nil
	}
	var out []*Official
	for _, id := range a.Officials {
		if o := v.Official(id); o != nil && o.Agency == agency {
			out = append(out, o)
		}
	}
	return out
}

// Grant is the official's grant of a role, or nil.
func (o *Official) Grant(role ledger.Role) *ledger.RoleGrant {
	for i := range o.Roles {
		if o.Roles[i].Role == role {
			return &o.Roles[i]
		}
	}
	return nil
}

// Holds tells whether the official holds a role for a dataset.
func (o *Official) Holds(role ledger.Role, d *ledger.Dataset) bool {
	g := o.Grant(role)
	return g != nil && g.Scope.Includes(d.Class, d.Code)
}

// Active tells whether the official can sign with the current key.
func (v View) Active(o *Official, now ledger.Time) bool {
	if o == nil || len(o.Keys) == 0 {
		return false
	}
	k := v.Key(o.Keys[len(o.Keys)-1])
	return k != nil && k.Usable(now)
}

// Admins lists an agency's usable admins.
func (v View) Admins(agency ledger.AgencyID, now ledger.Time) []*Official {
	return slices.DeleteFunc(v.OfficialsOf(agency), func(o *Official) bool {
		return o.Grant(ledger.RoleAdmin) == nil || !v.Active(o, now)
	})
}

// Node is an enrolled node, removed or not.
func (v View) Node(agency ledger.AgencyID, code ledger.NodeCode) *Node {
	return fetch[Node](v.src, nodeKey(agency, code))
}

// NodesOf lists an agency's active nodes, sorted by code.
func (v View) NodesOf(agency ledger.AgencyID) []*Node {
	a := v.Agency(agency)
	if a == nil {
		return nil
	}
	out := make([]*Node, 0, len(a.Nodes))
	for _, code := range a.Nodes {
		out = append(out, v.Node(agency, code))
	}
	return out
}

// NodeByPeer finds the active node with a libp2p identity (an Ed25519 public key).
func (v View) NodeByPeer(peer []byte) *Node {
	k := v.Key(ledger.PublicKey{Algorithm: ledger.Ed25519, Bytes: peer}.ID())
	if k == nil || k.Holder != ledger.HolderPeer {
		return nil
	}
	n := v.Node(k.Agency, k.Node)
	if n == nil || n.Removed != 0 {
		return nil
	}
	return n
}

// Epoch is one epoch of an agency's age identity.
func (v View) Epoch(agency ledger.AgencyID, n uint32) *EpochRecord {
	return fetch[EpochRecord](v.src, epochKey(agency, n))
}

// CurrentEpoch is the epoch to which new parts are sealed.
func (v View) CurrentEpoch(agency ledger.AgencyID) *EpochRecord {
	a := v.Agency(agency)
	if a == nil {
		return nil
	}
	return v.Epoch(agency, a.Epoch)
}

// Calendar is the agency's working days as instants in UTC.
func (v View) Calendar(agency ledger.AgencyID) []ledger.Time {
	c := fetch[CalendarRecord](v.src, calendarKey(agency))
	if c == nil {
		return nil
	}
	return c.Days
}

// Dataset is an edition by the entry that proposed it.
func (v View) Dataset(edition ledger.EntryID) *DatasetEdition {
	return fetch[DatasetEdition](v.src, datasetKey(edition))
}

// CurrentDataset is the last edition of a dataset.
func (v View) CurrentDataset(code ledger.Code) *DatasetEdition {
	id := fetch[ledger.EntryID](v.src, currentDatasetKey(code))
	if id == nil {
		return nil
	}
	return v.Dataset(*id)
}

// Basis is an edition by the entry that proposed it.
func (v View) Basis(edition ledger.EntryID) *BasisEdition {
	return fetch[BasisEdition](v.src, basisKey(edition))
}

// CurrentBasis is the last edition of a legal basis.
func (v View) CurrentBasis(code ledger.Code) *BasisEdition {
	id := fetch[ledger.EntryID](v.src, currentBasisKey(code))
	if id == nil {
		return nil
	}
	return v.Basis(*id)
}

// Request is everything the ledger knows about one request. Its ID is the entry
// of the first submission.
func (v View) Request(id ledger.EntryID) *Request { return fetch[Request](v.src, requestKey(id)) }

// Proposal is an act that waited or waits for a second admin.
func (v View) Proposal(id ledger.EntryID) *Proposal { return fetch[Proposal](v.src, proposalKey(id)) }

// Motion is a motion with its votes.
func (v View) Motion(id ledger.EntryID) *MotionRecord {
	return fetch[MotionRecord](v.src, motionKey(id))
}

// Sheet is the last sheet of a name.
func (v View) Sheet(agency ledger.AgencyID, name ledger.Code) *SheetRecord {
	return fetch[SheetRecord](v.src, sheetKey(agency, name))
}

// Journal is the last head of the agency's journal.
func (v View) Journal(agency ledger.AgencyID) *JournalRecord {
	return fetch[JournalRecord](v.src, journalKey(agency))
}

// SeenEntry tells whether an entry is in the log, accepted or refused.
func (v View) SeenEntry(validUntil ledger.Time, id ledger.EntryID) bool {
	return v.src.has(seenKey(validUntil, id))
}

// CommitmentEntry is the accepted entry that names a commitment; zero when none does.
func (v View) CommitmentEntry(commitment ledger.Hash) ledger.EntryID {
	if id := fetch[ledger.EntryID](v.src, commitmentKey(commitment)); id != nil {
		return *id
	}
	return ledger.EntryID{}
}
