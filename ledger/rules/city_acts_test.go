package rules

import (
	"fmt"
	"testing"

	"countersign/ledger"
)

// join admits an agency by the votes of those there, and makes it ready to keep.
func (c *city) join(agency ledger.AgencyID) {
	c.Helper()
	doc := c.document(agency)
	c.prove(doc)
	var motion ledger.EntryID
	p := &ledger.Motion{Act: ledger.MotionAdmit, Agency: agency, Document: doc}
	for _, a := range c.view().Agencies() {
		if a.Standing != StandingMember || c.view().Agency(agency) != nil {
			continue
		}
		if by := c.person(a.ID, "admin1"); motion.IsZero() {
			motion = c.do(by, p)
		} else {
			c.do(by, &ledger.Vote{Motion: motion, Subject: p.Subject(), Yes: true})
		}
	}
	if c.view().Agency(agency) == nil {
		c.Fatalf("%s was not admitted", agency)
	}
}

func (c *city) ready(agency ledger.AgencyID) {
	c.Helper()
	head := naiveHead(c.leaves)
	c.do(c.person(agency, "consensus"), &ledger.KeeperReady{LogSize: head.Size, LogRoot: head.Root})
}

// two lets an act take effect by both admins and returns the proposal's ID.
func (c *city) two(agency ledger.AgencyID, p *ledger.Propose) ledger.EntryID {
	c.Helper()
	id := c.do(c.person(agency, "admin1"), p)
	c.do(c.person(agency, "admin2"), &ledger.Second{Proposal: id})
	return id
}

func grants(roles ...ledger.Role) []ledger.RoleGrant {
	var out []ledger.RoleGrant
	for _, r := range roles {
		out = append(out, ledger.RoleGrant{Role: r})
	}
	return out
}

func (c *city) enrolment(agency ledger.AgencyID, name string, roles ...ledger.Role) *ledger.Enrol {
	p := c.person(agency, name)
	e := &ledger.Enrol{Official: p.id, Key: p.Public(), Recipient: recipient(string(agency) + "/" + name), Roles: grants(roles...)}
	e.KeyProof, e.RecipientProof = c.proofs(p, p.signerOf, e.Recipient)
	return e
}

func (c *city) enrol(agency ledger.AgencyID, name string, roles ...ledger.Role) *somebody {
	c.Helper()
	c.two(agency, &ledger.Propose{Enrol: c.enrolment(agency, name, roles...)})
	return c.person(agency, name)
}

// income is the tax service's dataset of the demo city.
func income() *ledger.Dataset {
	return &ledger.Dataset{
		Code: "TAX-INC-04", Title: "Declared income", Class: ledger.ClassPersonal, Sharing: ledger.SharingConditional,
		Fields: []ledger.DatasetField{{Name: "declared_income"}, {Name: "income_band"}, {Name: "employer_id"},
			{Name: "bank_account_refs", Sensitive: true}, {Name: "spouse_id", ThirdParty: true}},
		Policy: ledger.DefaultPolicy(ledger.ClassPersonal),
	}
}

func fields(names ...ledger.FieldName) []ledger.FieldName { return ledger.SortFields(names) }

func incomeBasis() *ledger.Basis {
	return &ledger.Basis{
		Code: "L.141-2", Title: "Fiscal Procedure Code L.141-2", Dataset: "TAX-INC-04", Purpose: "criminal-investigation",
		Fields: fields("declared_income", "income_band", "employer_id", "bank_account_refs"), KeepDays: 365,
	}
}

// valmarine is the demo city with four keepers and its people.
type valmarine struct {
	*city
	dataset, basis ledger.EntryID

	arnaud, okafor, bauer, lindqvist, meyer, vidal *somebody
	taxOffice, policeOffice                        *somebody
}

func newValmarine(t testing.TB) *valmarine {
	t.Helper()
	v := &valmarine{city: found(t, "tax")}
	for _, a := range []ledger.AgencyID{"police", "civil", "health"} {
		v.join(a)
	}
	for _, a := range []ledger.AgencyID{"police", "civil", "health"} {
		v.ready(a)
	}
	v.lindqvist, v.meyer = v.person("tax", "admin1"), v.person("tax", "admin2")
	v.arnaud = v.enrol("tax", "arnaud", ledger.RoleApprover)
	v.okafor = v.enrol("tax", "okafor", ledger.RoleApprover)
	v.bauer = v.enrol("tax", "bauer", ledger.RoleApprover, ledger.RoleDPO)
	v.vidal = v.enrol("police", "vidal", ledger.RoleRequester)
	v.taxOffice, v.policeOffice = v.person("tax", "office"), v.person("police", "office")
	v.dataset = v.two("tax", &ledger.Propose{Dataset: income()})
	v.basis = v.two("tax", &ledger.Propose{Basis: incomeBasis()})
	return v
}

// asking is Vidal's request for declared income and whatever else is named.
func (v *valmarine) asking(more ...ledger.FieldName) *ledger.Request {
	return &ledger.Request{
		Dataset: v.dataset, Basis: v.basis, Purpose: "criminal-investigation",
		Terms:  ledger.Terms{Fields: fields(append(more, "declared_income")...), KeepDays: 180},
		Letter: v.sealed("police", "tax"),
	}
}

func (v *valmarine) ask(more ...ledger.FieldName) ledger.EntryID {
	v.Helper()
	return v.do(v.vidal, v.asking(more...))
}

func (c *city) about(r ledger.EntryID) ledger.Act {
	c.Helper()
	rec := c.view().Request(r)
	if rec == nil {
		c.Fatal("no such request")
	}
	return ledger.Act{Request: r, Version: rec.Version}
}

func (v *valmarine) approval(r ledger.EntryID, f ...ledger.FieldName) *ledger.Approve {
	v.Helper()
	return &ledger.Approve{Act: v.about(r), Role: ledger.RoleApprover, Fields: fields(f...)}
}

// approved is a request that Arnaud and Okafor approved.
func (v *valmarine) approved() ledger.EntryID {
	v.Helper()
	r := v.ask()
	v.do(v.arnaud, v.approval(r, "declared_income"))
	v.do(v.okafor, v.approval(r, "declared_income"))
	v.in(r, Approved)
	return r
}

func (v *valmarine) release(r ledger.EntryID) ledger.EntryID {
	v.Helper()
	return v.do(v.taxOffice, &ledger.Release{Act: v.about(r), Part: v.sealed("police")})
}

func (v *valmarine) receive(r, release ledger.EntryID) {
	v.Helper()
	v.do(v.policeOffice, &ledger.Receipt{Act: v.about(r), Release: release})
}

// standing is an approved request for ninety days.
func (v *valmarine) standing() ledger.EntryID {
	v.Helper()
	p := v.asking()
	p.Terms.StandingDays = 90
	r := v.do(v.vidal, p)
	v.do(v.arnaud, v.approval(r, "declared_income"))
	v.do(v.okafor, v.approval(r, "declared_income"))
	v.in(r, Approved)
	return r
}

func (v *valmarine) reason() ledger.Sealed { return v.sealed("police", "tax") }

func (v *valmarine) refusal(r ledger.EntryID) *ledger.Refuse {
	return &ledger.Refuse{Act: v.about(r), Role: ledger.RoleApprover, Code: "excessive", Reason: v.reason()}
}

func (v *valmarine) returning(r ledger.EntryID) *ledger.Return {
	return &ledger.Return{Act: v.about(r), Role: ledger.RoleApprover, Code: "information-required", Reason: v.reason()}
}

func mustEqual[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Fatalf("%s: got %v, want %v", what, got, want)
	}
}

func mustFields(t testing.TB, got []ledger.FieldName, want ...ledger.FieldName) {
	t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Fatalf("fields %v, want %v", got, want)
	}
}

// vote carries a motion about an agency by the agencies named, the first of
// which makes it.
func (c *city) vote(act ledger.MotionAct, about ledger.AgencyID, by ...ledger.AgencyID) {
	c.Helper()
	c.voteOn(&ledger.Motion{Act: act, Agency: about}, by...)
}

func (c *city) voteOn(p *ledger.Motion, by ...ledger.AgencyID) ledger.EntryID {
	c.Helper()
	id := c.do(c.person(by[0], "admin1"), p)
	for _, a := range by[1:] {
		c.do(c.person(a, "admin1"), &ledger.Vote{Motion: id, Subject: p.Subject(), Yes: true})
	}
	return id
}

func (c *city) addNode(agency ledger.AgencyID, code ledger.NodeCode, holder *somebody) {
	c.Helper()
	n := c.nodeDocument(agency, code)
	n.Recipient = recipient(string(agency) + "/" + string(code))
	c.enrolNode(agency, n, holder)
}

// addPlainNode adds a node without an identity of its own.
func (c *city) addPlainNode(agency ledger.AgencyID, code ledger.NodeCode, holder *somebody) {
	c.Helper()
	c.enrolNode(agency, c.nodeDocument(agency, code), holder)
}

func (c *city) enrolNode(agency ledger.AgencyID, n ledger.NodeDocument, holder *somebody) {
	c.Helper()
	if holder != nil {
		n.Holder = &holder.id
	}
	c.proveNode(agency, &n)
	c.do(c.person(agency, "admin1"), &ledger.Node{Node: n})
}

// revocation revokes an official's key, to be proposed by an admin.
func (c *city) revocation(by, of *somebody, since ledger.Time, nodes ...ledger.NodeCode) *ledger.RevokeKey {
	return &ledger.RevokeKey{Official: of.id, Code: "key-compromise", SuspectSince: since, Next: c.nextEpoch(by), Nodes: nodes}
}

// publish publishes another edition of the tax dataset.
func (v *valmarine) publish(change func(*ledger.Dataset)) {
	v.Helper()
	d := income()
	change(d)
	v.dataset = v.two("tax", &ledger.Propose{Dataset: d})
}

// rotate gives somebody a new key; the old one works until ends.
func (c *city) rotate(who *somebody, name string, ends ledger.Time) *somebody {
	c.Helper()
	next := &somebody{signerOf: newSigner(name), agency: who.agency, id: who.id}
	p := &ledger.Rotate{Key: next.Public(), OldEnds: ends}
	p.KeyProof, _ = c.proofs(who, next.signerOf, "")
	c.do(who, p)
	return next
}
