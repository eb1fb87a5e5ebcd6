package desk_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"countersign/app/desk"
	"countersign/ledger"
	"countersign/ledger/keyring"
	"countersign/ledger/keyring/hybrid"
	"countersign/ledger/rules"
	"countersign/ledger/vault"
)

const passphrase = "correct horse battery staple"

// city is one ledger on which every entry is final at once, and the agencies'
// nodes around it. Keys, seals and rules are the real ones.
type city struct {
	t        testing.TB
	mu       sync.RWMutex // of what follows: desks read in the background
	feed     *feed
	network  ledger.NetworkID
	state    *rules.MapState
	digest   ledger.Hash
	head     ledger.LogHead
	height   ledger.Height
	now      time.Time
	entries  map[ledger.EntryID]*ledger.Entry
	finals   map[ledger.EntryID]desk.Final
	parts    map[ledger.Hash][]byte
	agencies map[ledger.AgencyID]*agency
}

// agency is one member: its office node's keys, its admins, its grants.
type agency struct {
	city    *city
	id      ledger.AgencyID
	folder  string
	office  *keyring.Node
	epochs  []*hybrid.Identity
	admins  [2]*keyring.Identity
	node    *fakeNode
	people  map[string]ledger.OfficialID
	desks   map[string]*desk.Desk
	grants  []desk.Grant
	journal []desk.JournalLine
}

// newCity founds a rehearsal network with the tax service and admits the police.
func newCity(t testing.TB) *city {
	t.Helper()
	c := &city{t: t, feed: &feed{}, state: &rules.MapState{}, now: at("2026-06-08 09:00").Std(), entries: map[ledger.EntryID]*ledger.Entry{},
		finals: map[ledger.EntryID]desk.Final{}, parts: map[ledger.Hash][]byte{}, agencies: map[ledger.AgencyID]*agency{}}
	tax := c.newAgency("tax")
	p := ledger.DefaultParameters()
	p.Rehearsal = true
	doc, err := keyring.Found(tax.introduction("Tax Service"), p)
	c.must(err)
	res, err := rules.Genesis(doc)
	c.must(err)
	c.network = doc.NetworkID()
	c.state.Write(res.Changes)
	c.digest, c.head = res.Digest, res.Log
	tax.settle()

	police := c.newAgency("police")
	join, err := keyring.Join(c.network, police.introduction("Valmarine Police"))
	c.must(err)
	admin := tax.desk("admin1")
	c.sign(admin, desk.Act{Kind: desk.ActMotion, Motion: &ledger.Motion{Act: ledger.MotionAdmit, Agency: "police", Document: join}})
	police.settle()
	return c
}

func (c *city) must(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

func (c *city) newAgency(id ledger.AgencyID) *agency {
	a := &agency{city: c, id: id, folder: c.t.TempDir(), people: map[string]ledger.OfficialID{}, desks: map[string]*desk.Desk{}}
	var err error
	a.office, err = keyring.NewNode(id, "office", keyring.NodeOptions{Office: true, Keeper: true})
	c.must(err)
	for i := range a.admins {
		a.admins[i], err = keyring.NewOfficial(id, ledger.NewOfficialID(), ledger.Ed25519)
		c.must(err)
	}
	epoch, err := hybrid.Generate()
	c.must(err)
	a.epochs = []*hybrid.Identity{epoch}
	a.node = &fakeNode{city: c, agency: a}
	c.agencies[id] = a
	return a
}

func (a *agency) introduction(title string) keyring.Introduction {
	return keyring.Introduction{Title: title, Made: ledger.TimeOf(a.city.now), Office: a.office, Epoch: a.epochs[0].Recipient(),
		Admins: [2]keyring.Holder{a.admins[0], a.admins[1]}, Calendar: june()}
}

func lowWork() keyring.Options { return keyring.Options{Rehearsal: true, WorkFactor: 4} }

// settle writes the admins' key files and grants them the first epoch.
func (a *agency) settle() {
	a.city.must(os.MkdirAll(a.keys(), 0o700))
	for i, id := range a.admins {
		a.city.must(id.Save(filepath.Join(a.keys(), id.Header().FileName()), a.city.network, passphrase, lowWork()))
		a.grant(id.Official(), id.Recipient())
		a.people["admin"+string(rune('1'+i))] = id.Official()
	}
	a.grant(ledger.OfficialID{}, a.office.Header().Recipient)
}

func (a *agency) grant(o ledger.OfficialID, recipient string) {
	for n, id := range a.epochs {
		g, err := vault.Wrap(a.city.network, ledger.AgencyEpoch{Agency: a.id, Epoch: uint32(n)}, id, recipient)
		a.city.must(err)
		a.grants = append(a.grants, desk.Grant{Agency: a.id, Epoch: uint32(n), Official: o, Wrapped: g.Bytes()})
	}
}

func (a *agency) keys() string { return filepath.Join(a.folder, "keys") }

// desk is a person's own, unlocked.
func (a *agency) desk(name string) *desk.Desk {
	a.city.t.Helper()
	if d := a.desks[name]; d != nil {
		return d
	}
	d := desk.New(a.node, desk.Options{Keys: a.keys(), WorkFactor: 4})
	a.city.must(d.Unlock(context.Background(), a.people[name], passphrase))
	a.city.t.Cleanup(d.Lock)
	a.desks[name] = d
	return d
}

// enrol makes an official the way two admins do.
func (a *agency) enrol(name, title, unit string, roles ...ledger.Role) ledger.OfficialID {
	c := a.city
	c.t.Helper()
	var grants []ledger.RoleGrant
	for _, r := range roles {
		grants = append(grants, ledger.RoleGrant{Role: r})
	}
	p, err := a.desk("admin1").NewEnrolment(context.Background(), name, title, unit, grants, passphrase, 0)
	c.must(err)
	a.proposeAndSecond(p)
	a.people[name] = p.Enrol.Official
	return p.Enrol.Official
}

func (a *agency) proposeAndSecond(p *ledger.Propose) ledger.EntryID {
	a.city.t.Helper()
	f := a.city.sign(a.desk("admin1"), desk.Act{Kind: desk.ActPropose, Propose: p})
	a.city.sign(a.desk("admin2"), desk.Act{Kind: desk.ActSecond, Target: f.ID})
	return f.ID
}

// sign prepares, signs and awaits an act that must count.
func (c *city) sign(d *desk.Desk, act desk.Act) desk.Final {
	c.t.Helper()
	page, err := d.Prepare(context.Background(), act)
	c.must(err)
	ticket, err := d.Sign(context.Background(), page, passphrase)
	c.must(err)
	f, err := d.Await(context.Background(), ticket)
	c.must(err)
	if f.Code != ledger.Accepted {
		c.t.Fatalf("%s: %s", act.Kind, f.Code)
	}
	return f
}

// order puts one entry into a block of its own.
func (c *city) order(e *ledger.Entry) desk.Final {
	c.t.Helper()
	f := c.block(e)
	change := desk.Change{Height: f.Height, People: true}
	if r := requestOf(e); !r.IsZero() {
		change = desk.Change{Height: f.Height, Requests: []ledger.EntryID{r}}
	}
	c.feed.publish(change)
	return f
}

// requestOf is the request that an entry is about.
func requestOf(e *ledger.Entry) ledger.EntryID {
	if e.Body.Kind == ledger.KindRequest {
		return e.ID()
	}
	if act, ok := ledger.ActOf(e.Payload); ok {
		return act.Request
	}
	return ledger.EntryID{}
}

func (c *city) block(e *ledger.Entry) desk.Final {
	c.t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.height++
	c.now = c.now.Add(time.Second)
	res, err := rules.Apply(c.state, rules.Block{Height: c.height, Time: ledger.TimeOf(c.now), Entries: []*ledger.Entry{e},
		Head: c.head, Digest: c.digest}, rules.Signatures{})
	c.must(err)
	if len(res.Dropped) > 0 {
		c.t.Fatalf("entry is not admissible: %v", res.Dropped[0].Err)
	}
	c.state.Write(res.Changes)
	c.digest, c.head = res.Digest, res.Log
	f := desk.Final{ID: e.ID(), Height: c.height, Time: ledger.TimeOf(c.now), Code: res.Outcomes[0].Code}
	c.entries[e.ID()], c.finals[e.ID()] = e, f
	return f
}

// view is the state as of now.
func (c *city) view() rules.View { return rules.NewView(c.state) }

// asOffice signs an act of an agency's office node.
func (a *agency) asOffice(nonce ledger.Nonce, p ledger.Payload) desk.Final {
	a.city.t.Helper()
	b := ledger.NewBody(a.city.network, a.office.Signer().Public().ID(), ledger.TimeOf(a.city.now), nonce, p)
	e, err := ledger.Sign(b, a.office.Signer())
	a.city.must(err)
	f := a.city.order(e)
	if f.Code != ledger.Accepted {
		a.city.t.Fatalf("office %s: %s", e.Body.Kind, f.Code)
	}
	return f
}

// release seals rows for the requester and signs the release, as an office node
// does once an agreement stands; change may spoil the manifest before it is sealed.
func (a *agency) release(id ledger.EntryID, csv string, change func(*vault.Manifest)) desk.Final {
	c := a.city
	c.t.Helper()
	r := c.view().Request(id)
	lines := bytes.Count([]byte(csv), []byte("\n"))
	var fields []ledger.FieldName
	for _, f := range bytes.Split([]byte(csv[:bytes.IndexByte([]byte(csv), '\n')]), []byte(",")) {
		fields = append(fields, ledger.FieldName(f))
	}
	m := &vault.Manifest{Request: id, Agreement: r.Agreement.Entry, Dataset: r.Dataset, Fields: fields, Rows: uint64(lines - 1),
		Name: "declared-income.csv", Type: "text/csv"}
	c.must(m.Measure(bytes.NewReader([]byte(csv))))
	if change != nil {
		change(m)
	}
	nonce := ledger.NewNonce()
	epoch := c.view().CurrentEpoch(r.Requester)
	to := []vault.Recipient{{AgencyEpoch: ledger.AgencyEpoch{Agency: r.Requester, Epoch: epoch.Number}, Key: epoch.Recipient}}
	b := vault.Binding{Network: c.network, Agency: a.id, Author: a.office.Signer().Public().ID(), Nonce: nonce}
	var out bytes.Buffer
	sealed, err := vault.SealRelease(&out, b, m, bytes.NewReader([]byte(csv)), to)
	c.must(err)
	c.mu.Lock()
	c.parts[sealed.Commitment] = out.Bytes()
	c.mu.Unlock()
	return a.asOffice(nonce, &ledger.Release{Act: ledger.Act{Request: id, Version: r.Version}, Part: sealed, Last: true})
}

// receipt is the requester's office node's word that the last release arrived.
func (a *agency) receipt(id ledger.EntryID) {
	r := a.city.view().Request(id)
	rel := r.Releases[len(r.Releases)-1]
	a.asOffice(ledger.NewNonce(), &ledger.Receipt{Act: ledger.Act{Request: id, Version: r.Version}, Release: rel.Entry})
}

// requests lists all requests of the state, the newest first.
func (c *city) requests() []*rules.Request {
	c.mu.RLock()
	defer c.mu.RUnlock()
	var out []*rules.Request
	for id := range c.finals {
		if r := c.view().Request(id); r != nil {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(a, b *rules.Request) int { return int(b.Submitted - a.Submitted) })
	return out
}

func at(s string) ledger.Time {
	t, err := time.Parse("2006-01-02 15:04", s)
	if err != nil {
		panic(err)
	}
	return ledger.TimeOf(t)
}

// june is the working days from Monday 8 June 2026, beginning at midnight.
func june() []ledger.Time {
	return keyring.WorkingDays(at("2026-06-08 00:00").Std(), 250, time.UTC)
}
