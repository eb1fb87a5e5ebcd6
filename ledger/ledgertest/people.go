package ledgertest

import (
	"slices"

	"countersign/ledger"
)

// Enrol makes an official of an agency and the two entries that enrol them:
// the proposal of one admin and the other's second.
func (w *World) Enrol(a *Agency, name string, roles ...ledger.Role) (*Official, []*ledger.Entry) {
	o := newOfficial(w.Seed, a.ID, name)
	key, rec := o.proofs(w.ID)
	var grants []ledger.RoleGrant
	for _, r := range slices.Sorted(slices.Values(roles)) {
		grants = append(grants, ledger.RoleGrant{Role: r})
	}
	a.Officials[name] = o
	return o, w.Propose(a, &ledger.Propose{Enrol: &ledger.Enrol{Official: o.ID, Key: o.Key.Public(), KeyProof: key,
		Recipient: o.Recipient, RecipientProof: rec, Roles: grants}})
}

// Propose is an act of two admins: the proposal and the second.
func (w *World) Propose(a *Agency, p *ledger.Propose) []*ledger.Entry {
	first := w.Entry(a.Admins[0].Key, p)
	return []*ledger.Entry{first, w.Entry(a.Admins[1].Key, &ledger.Second{Proposal: first.ID()})}
}

// RevokeKey is the revocation of an official's key by two admins.
func (w *World) RevokeKey(a *Agency, o *Official, next uint32) []*ledger.Entry {
	return w.Propose(a, &ledger.Propose{Revoke: &ledger.RevokeKey{Official: o.ID, Code: "key-compromise",
		SuspectSince: w.Now(), Next: w.Epoch(a.ID, next, a.Admins[0])}})
}

// Fields turns names into fields as payloads need them.
func Fields(names ...string) []ledger.FieldName {
	var out []ledger.FieldName
	for _, n := range names {
		out = append(out, ledger.FieldName(n))
	}
	return ledger.SortFields(out)
}

// Dataset publishes a dataset with the default policy of its class. The
// edition's ID is the first entry's.
func (w *World) Dataset(a *Agency, code ledger.Code, class ledger.Class, fields ...string) (edition ledger.EntryID, entries []*ledger.Entry) {
	d := &ledger.Dataset{Code: code, Title: "Dataset " + string(code), Class: class, Sharing: ledger.SharingConditional, Policy: ledger.DefaultPolicy(class)}
	for _, f := range fields {
		d.Fields = append(d.Fields, ledger.DatasetField{Name: ledger.FieldName(f)})
	}
	entries = w.Propose(a, &ledger.Propose{Dataset: d})
	return entries[0].ID(), entries
}

// Basis publishes a legal basis for fields of a dataset.
func (w *World) Basis(a *Agency, code, dataset, purpose ledger.Code, fields ...string) (edition ledger.EntryID, entries []*ledger.Entry) {
	entries = w.Propose(a, &ledger.Propose{Basis: &ledger.Basis{Code: code, Title: "Basis " + string(code),
		Dataset: dataset, Purpose: purpose, Fields: Fields(fields...)}})
	return entries[0].ID(), entries
}

// Sealed names a sealed part that exists nowhere, for agencies in epoch 0.
func (w *World) Sealed(agencies ...ledger.AgencyID) ledger.Sealed {
	label := w.fresh("part")
	s := ledger.Sealed{Commitment: hashOf(w.Seed, label), Root: hashOf(w.Seed, label+"/root"), Size: 4096}
	for _, a := range slices.Compact(slices.Sorted(slices.Values(agencies))) {
		s.Epochs = append(s.Epochs, ledger.AgencyEpoch{Agency: a})
	}
	return s
}

// keepDays is how long what was asked for is kept, and then destroyed.
const keepDays = 180

// Ask is a request of an official for fields of a dataset.
func (w *World) Ask(by *Official, provider ledger.AgencyID, dataset, basis ledger.EntryID, purpose ledger.Code, fields ...string) *ledger.Entry {
	return w.Entry(by.Key, &ledger.Request{Dataset: dataset, Basis: basis, Purpose: purpose,
		Terms: ledger.Terms{Fields: Fields(fields...), KeepDays: keepDays}, Letter: w.Sealed(by.Agency, provider)})
}

// Approve is an approval of a request's first version.
func (w *World) Approve(by *Official, request ledger.EntryID, fields ...string) *ledger.Entry {
	return w.Entry(by.Key, &ledger.Approve{Act: ledger.Act{Request: request, Version: request}, Role: ledger.RoleApprover, Fields: Fields(fields...)})
}

// SealedToMembers names a sealed part for all agencies of this world.
func (w *World) SealedToMembers() ledger.Sealed {
	var all []ledger.AgencyID
	for _, a := range w.Agencies {
		all = append(all, a.ID)
	}
	return w.Sealed(all...)
}
