package node

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"countersign/app/desk"
	"countersign/ledger"
	"countersign/ledger/keyring"
	"countersign/ledger/rules"
	"countersign/ledger/vault"
)

// member is one agency of a test's town, with its office node in this process.
type member struct {
	t         testing.TB
	agency    ledger.AgencyID
	folder    string
	node      *Node
	officials map[string]ledger.OfficialID
	desks     map[string]*desk.Desk
}

const (
	passphrase = "valmarine"
	patience   = 30 * time.Second // for what takes milliseconds on an idle computer
)

func agencyOptions(agency ledger.AgencyID, title string) AgencyOptions {
	o := AgencyOptions{Agency: agency, Title: title, WorkFactor: 10, Parameters: ledger.DefaultParameters(),
		Listen: []string{"/ip4/127.0.0.1/tcp/0"}}
	o.Parameters.Rehearsal = true
	for i := range o.Admins {
		o.Admins[i] = AdminOptions{Official: ledger.NewOfficialID(), Passphrase: passphrase}
	}
	return o
}

func memberOf(t testing.TB, folder string, o AgencyOptions) *member {
	return &member{t: t, agency: o.Agency, folder: folder, desks: map[string]*desk.Desk{},
		officials: map[string]ledger.OfficialID{"admin1": o.Admins[0].Official, "admin2": o.Admins[1].Official}}
}

// foundTown founds a network with one agency, whose node runs.
func foundTown(t testing.TB) *member {
	t.Helper()
	return foundIn(t, filepath.Join(t.TempDir(), "tax"))
}

func foundIn(t testing.TB, folder string) *member {
	t.Helper()
	o := agencyOptions("tax", "Tax Service")
	if _, err := Found(folder, o); err != nil {
		t.Fatal(err)
	}
	m := memberOf(t, folder, o)
	m.start()
	return m
}

func (m *member) open() (*Node, error) {
	return Open(m.folder, Options{Version: "test", Rehearsal: true})
}

func (m *member) start() {
	m.t.Helper()
	n, err := m.open()
	if err != nil {
		m.t.Fatal(err)
	}
	m.node = n
	m.t.Cleanup(func() { _ = n.Close() })
	if err := n.Start(); err != nil {
		m.t.Fatal(err)
	}
}

func (m *member) stop() {
	m.t.Helper()
	for name, d := range m.desks {
		d.Lock()
		delete(m.desks, name)
	}
	if err := m.node.Close(); err != nil {
		m.t.Fatal(err)
	}
}

// desk is an official's desk, unlocked.
func (m *member) desk(name string) *desk.Desk {
	m.t.Helper()
	if d := m.desks[name]; d != nil {
		return d
	}
	d := desk.New(m.node, desk.Options{Keys: filepath.Join(m.folder, KeysFolder), State: m.t.TempDir(), WorkFactor: 10})
	if err := d.Unlock(m.t.Context(), m.officials[name], passphrase); err != nil {
		m.t.Fatalf("unlock %s: %v", name, err)
	}
	m.desks[name] = d
	return d
}

// act has an official sign something that must be accepted.
func (m *member) act(name string, act desk.Act) ledger.EntryID {
	m.t.Helper()
	ctx, cancel := context.WithTimeout(m.t.Context(), patience)
	defer cancel()
	d := m.desk(name)
	var page *desk.SignPage
	m.until("the rules to accept "+string(act.Kind), func() bool {
		var err error
		page, err = d.Prepare(ctx, act)
		return err == nil && page.Check == ledger.Accepted
	})
	ticket, err := d.SignUnlocked(ctx, page)
	if err != nil {
		m.t.Fatal(err)
	}
	final, err := d.Await(ctx, ticket)
	if err == nil && final.Code != ledger.Accepted {
		err = final.Code
	}
	if err != nil {
		m.t.Fatalf("%s: %v", act.Kind, err)
	}
	return ticket.Entry
}

// both has two admins sign a proposal.
func (m *member) both(p *ledger.Propose, err error) {
	m.t.Helper()
	if err != nil {
		m.t.Fatal(err)
	}
	m.act("admin2", desk.Act{Kind: desk.ActSecond, Target: m.act("admin1", desk.Act{Kind: desk.ActPropose, Propose: p})})
}

func (m *member) enrol(name string, roles ...ledger.Role) {
	m.t.Helper()
	var grants []ledger.RoleGrant
	for _, r := range roles {
		grants = append(grants, ledger.RoleGrant{Role: r})
	}
	p, err := m.desk("admin1").NewEnrolment(m.t.Context(), name, "", "", grants, passphrase, 0)
	m.both(p, err)
	m.officials[name] = p.Enrol.Official
}

// until waits for something that another goroutine brings about.
func (m *member) until(what string, ok func() bool) {
	m.t.Helper()
	ctx, cancel := context.WithTimeout(m.t.Context(), patience)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-ctx.Done():
			m.t.Fatal("gave up waiting for", what)
		case <-tick.C:
		}
	}
}

// view reads the member's replica.
func (m *member) view(fn func(rules.View)) {
	m.t.Helper()
	if err := m.node.view(func(v rules.View) error { fn(v); return nil }); err != nil {
		m.t.Fatal(err)
	}
}

// sign signs a payload with an official's key, past the desk.
func (m *member) sign(name string, p ledger.Payload) *ledger.Entry {
	m.t.Helper()
	listed, err := keyring.List(filepath.Join(m.folder, KeysFolder))
	if err != nil {
		m.t.Fatal(err)
	}
	for _, l := range listed {
		if l.Header.Official != m.officials[name] {
			continue
		}
		id, err := keyring.Open(l.Path, passphrase, keyring.Options{Rehearsal: true, WorkFactor: 10})
		if err != nil {
			m.t.Fatal(err)
		}
		defer id.Close()
		e, err := ledger.Sign(ledger.NewBody(m.node.Profile().Network, id.Public().ID(), m.node.clock.Ledger(), ledger.NewNonce(), p), id)
		if err != nil {
			m.t.Fatal(err)
		}
		return e
	}
	m.t.Fatalf("no key of %s", name)
	return nil
}

// something is an entry that an admin may sign at any time, without a letter.
func (m *member) something() *ledger.Entry {
	m.t.Helper()
	calendar := &ledger.Calendar{Days: keyring.WorkingDays(time.Now(), 30, time.UTC)}
	return m.sign("admin1", &ledger.Propose{Calendar: calendar})
}

// final waits until an entry is final on the member's node.
func (m *member) final(e *ledger.Entry) desk.Final {
	m.t.Helper()
	ctx, cancel := context.WithTimeout(m.t.Context(), patience)
	defer cancel()
	f, err := m.node.Await(ctx, e.ID())
	if err != nil {
		m.t.Fatal(err)
	}
	return f
}

// invite has a newcomer join up to the point at which both sides have confirmed.
func (m *member) invite(folder string, o AgencyOptions) JoinRequest {
	m.t.Helper()
	text, err := m.node.Invite(m.t.Context(), InviteOptions{})
	if err != nil {
		m.t.Fatal(err)
	}
	var request JoinRequest
	_, err = JoinAgency(m.t.Context(), folder, text, o, func(ctx context.Context, words [6]string) (bool, error) {
		joins, err := m.node.Joins(ctx)
		if err != nil || len(joins) != 1 || joins[0].Words != words {
			return false, errors.Join(err, errors.New("the two sides show different words"))
		}
		request = joins[0]
		return true, m.node.ConfirmJoin(ctx, request.Serial)
	})
	if err != nil {
		m.t.Fatal(err)
	}
	return request
}

// join invites, admits and starts another agency; voters are the other members
// whose votes it takes.
func (m *member) join(agency ledger.AgencyID, title string, voters ...*member) *member {
	m.t.Helper()
	folder, o := filepath.Join(m.t.TempDir(), string(agency)), agencyOptions(agency, title)
	request := m.invite(folder, o)
	motion := m.act("admin1", desk.Act{Kind: desk.ActMotion, Motion: &ledger.Motion{Act: ledger.MotionAdmit, Agency: agency, Document: request.Document}})
	for _, v := range voters {
		v.act("admin1", desk.Act{Kind: desk.ActVote, Target: motion, Yes: true})
	}
	other := memberOf(m.t, folder, o)
	other.start()
	other.until("the record to arrive", func() bool {
		known := false
		other.view(func(v rules.View) { known = v.Agency(agency) != nil })
		return known
	})
	return other
}

// offerIncome publishes TAX-INC-04, connected with a file, and the basis for it.
func (m *member) offerIncome() {
	m.t.Helper()
	ds := ledger.Dataset{Code: "TAX-INC-04", Title: "Declared income", Class: ledger.ClassPersonal, Sharing: ledger.SharingConditional,
		Fields: []ledger.DatasetField{{Name: "year"}, {Name: "declared_income"}, {Name: "income_band"}}, Policy: ledger.DefaultPolicy(ledger.ClassPersonal)}
	ds.Policy.Quorum = 1
	m.both(m.desk("admin1").DatasetProposal(ds, vault.Sheet{Title: ds.Title, Text: "What people have declared."}))
	b := ledger.Basis{Code: "FPC-L.141-2", Title: "Fiscal Procedure Code L.141-2", Dataset: ds.Code, Purpose: "criminal-investigation",
		Fields: ledger.SortFields([]ledger.FieldName{"year", "declared_income", "income_band"}), KeepDays: 365}
	m.both(m.desk("admin1").BasisProposal(b, vault.Sheet{Title: b.Title}))
	m.enrol("okafor", ledger.RoleApprover)
}

const income = "person,year,declared_income,income_band\nP-1,2021,41280,D\nP-1,2022,44900,D\nP-2,2021,12000,A\n"

func (m *member) file(name, content string) string {
	m.t.Helper()
	path := filepath.Join(m.t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		m.t.Fatal(err)
	}
	return path
}

// ask has vidal ask for what offerIncome offers.
func (m *member) ask() ledger.EntryID {
	m.t.Helper()
	ask := &desk.Ask{Purpose: "criminal-investigation", Fields: ledger.SortFields([]ledger.FieldName{"declared_income", "income_band"}),
		Subjects: []string{"P-1"}, KeepDays: 180, Case: "VM-2026-0417"}
	m.until("the catalogue", func() bool {
		ok := false
		m.view(func(v rules.View) {
			d, b := v.CurrentDataset("TAX-INC-04"), v.CurrentBasis("FPC-L.141-2")
			if ok = d != nil && b != nil; ok {
				ask.Dataset, ask.Basis = d.ID, b.ID
			}
		})
		return ok
	})
	return m.act("vidal", desk.Act{Kind: desk.ActAsk, Ask: ask})
}

// request waits until a request is as it should be on the member's node.
func (m *member) request(id ledger.EntryID, what string, ok func(*rules.Request) bool) *rules.Request {
	m.t.Helper()
	var r *rules.Request
	m.until(what, func() bool {
		m.view(func(v rules.View) { r = v.Request(id) })
		return r != nil && ok(r)
	})
	return r
}
