package rules

import (
	"slices"

	"countersign/ledger"
)

// Lists inside records are bounded so that a record always can be read.
const (
	maxOfficials = 4000
	maxKeys      = 1000
)

// keyKnown tells whether a key of any kind was ever on the ledger.
func (w *walk) keyKnown(k ledger.PublicKey) bool { return w.state.has(keyKey(k.ID())) }

// recipientKnown tells whether an age recipient was ever on the ledger.
func (w *walk) recipientKnown(r string) bool { return w.state.has(recipientKey(r)) }

// current is the official's current key.
func (o *Official) current() ledger.KeyID { return o.Keys[len(o.Keys)-1] }

// rolesClash tells whether roles may not be held together (rule 3).
func rolesClash(roles []ledger.RoleGrant) bool {
	o := Official{Roles: roles}
	return o.Grant(ledger.RoleAdmin) != nil && (o.Grant(ledger.RoleApprover) != nil || o.Grant(ledger.RoleDPO) != nil)
}

// checkEnrolFirm tests proofs and that key and recipient are new. An official
// of the agency who gets new roles may keep the current key and recipient.
func (a *act) checkEnrolFirm(p *ledger.Enrol) {
	a.failIf(!p.Proven(a.w.global.Network, a.agency.ID), ledger.ProofMissing)
	a.failIf(rolesClash(p.Roles), ledger.AdminCannotDecide)
	a.failIf(p.Ends != 0 && p.Ends <= a.now(), ledger.BadPeriod)
	o := a.w.view.Official(p.Official)
	same := o != nil && o.Agency == a.agency.ID
	a.failIf(a.w.keyKnown(p.Key) && !(same && o.current() == p.Key.ID()), ledger.KeyReused)
	a.failIf(a.w.recipientKnown(p.Recipient) && !(same && o.Recipient == p.Recipient), ledger.KeyReused)
}

// checkEnrol tests that the identifier is free, that a key kept is not revoked,
// and that the agency keeps an admin.
func (a *act) checkEnrol(p *ledger.Enrol) {
	a.failIf(len(a.agency.Officials) >= maxOfficials, ledger.WrongState)
	o := a.w.view.Official(p.Official)
	if o == nil {
		return
	}
	a.failIf(len(o.Keys) >= maxKeys, ledger.WrongState)
	if o.Agency != a.agency.ID {
		a.failIf(a.w.view.Agency(o.Agency).Member() && a.w.view.Active(o, a.now()), ledger.NameTaken)
		return
	}
	if k := a.w.view.Key(p.Key.ID()); k != nil {
		a.failIf(k.State == KeyRevoked, ledger.KeyReused)
		a.failIf(k.State != KeyActive, ledger.WrongState) // suspended: restore it, or bring a new one
	}
	stays := slices.ContainsFunc(p.Roles, func(g ledger.RoleGrant) bool { return g.Role == ledger.RoleAdmin })
	admins := a.w.view.Admins(a.agency.ID, a.now())
	a.failIf(!stays && len(admins) == 1 && admins[0].ID == o.ID, ledger.WrongState)
}

// enrol gives the official key and roles. An earlier key ends.
func (a *act) enrol(p *ledger.Enrol, entry ledger.EntryID) {
	w, id := a.w, p.Key.ID()
	o := w.view.Official(p.Official)
	if o == nil {
		o = &Official{ID: p.Official, Enrolled: a.now()}
	}
	if o.Agency != a.agency.ID {
		o.Agency = a.agency.ID
		a.agency.Officials = append(a.agency.Officials, o.ID)
		w.saveAgency(a.agency)
	}
	if k := w.view.Key(id); k != nil {
		k.Ends = p.Ends
		w.saveKey(k)
	} else {
		for _, old := range o.Keys {
			w.endKey(w.view.Key(old), KeyRotated)
		}
		w.addKey(Key{Public: p.Key, Holder: ledger.HolderOfficial, Agency: a.agency.ID, Official: o.ID, Ends: p.Ends})
		o.Keys = append(o.Keys, id)
	}
	w.addRecipient(p.Recipient)
	o.Roles, o.Recipient = p.Roles, p.Recipient
	if p.Card != nil {
		o.Card, o.CardEntry = p.Card, entry
	}
	w.saveOfficial(o)
}

// addKey puts a new key on the ledger.
func (w *walk) addKey(k Key) {
	k.ID, k.State, k.Since, k.Changed = k.Public.ID(), KeyActive, w.now, w.now
	w.saveKey(&k)
}

// endKey ends a key that still works, or would after a restore.
func (w *walk) endKey(k *Key, s KeyState) {
	if k.State == KeyRevoked || k.State == KeyRemoved {
		return
	}
	k.State, k.Changed = s, w.now
	if k.Ends == 0 || k.Ends > w.now {
		k.Ends = w.now
	}
	w.saveKey(k)
}

func (w *walk) addRecipient(r string)    { w.state.putRaw(recipientKey(r), marker()) }
func (w *walk) saveKey(k *Key)           { w.state.put(keyKey(k.ID), k) }
func (w *walk) saveOfficial(o *Official) { w.state.put(officialKey(o.ID), o) }
