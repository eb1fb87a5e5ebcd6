package rules

import (
	"crypto/ed25519"
	"fmt"
	"testing"
	"time"

	"countersign/ledger"
)

const day = 24 * time.Hour

// signerOf is an Ed25519 key drawn from a name, so that tests are repeatable.
type signerOf struct{ private ed25519.PrivateKey }

func newSigner(name string) signerOf {
	seed := ledger.Sum([]byte(name))
	return signerOf{ed25519.NewKeyFromSeed(seed[:])}
}

func (s signerOf) Public() ledger.PublicKey {
	return ledger.PublicKey{Algorithm: ledger.Ed25519, Bytes: s.private.Public().(ed25519.PublicKey)}
}

func (s signerOf) Sign(m []byte) ([]byte, error) { return ed25519.Sign(s.private, m), nil }

func (s signerOf) mustSign(m []byte) []byte { return ed25519.Sign(s.private, m) }

// somebody signs entries: an official, a node, a keeper.
type somebody struct {
	signerOf
	agency ledger.AgencyID
	id     ledger.OfficialID
}

// city is the demo city on one replica in memory.
type city struct {
	testing.TB
	state   *MapState
	network ledger.NetworkID
	params  ledger.Parameters
	now     ledger.Time
	height  ledger.Height
	digest  ledger.Hash
	leaves  [][]byte
	keepers map[string]int64
	last    *Result
	blocks  []Block
	genesis *Result
	count   int
	people  map[string]*somebody
	made    map[ledger.EntryID]*ledger.Entry
}

// monday is 2026-03-02 08:00 UTC, when the city is founded.
var monday = ledger.TimeOf(time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC))

// weekdays are a year of working days, each beginning at 00:00 UTC.
func weekdays() []ledger.Time {
	var out []ledger.Time
	for d := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC); d.Year() == 2026; d = d.AddDate(0, 0, 1) {
		if d.Weekday() != time.Saturday && d.Weekday() != time.Sunday {
			out = append(out, ledger.TimeOf(d))
		}
	}
	return out
}

func officialID(name string) (o ledger.OfficialID) {
	h := ledger.Sum([]byte("official " + name))
	copy(o[:], h[:])
	return o
}

func recipient(name string) string { return "age1" + ledger.Sum([]byte(name)).String() }

// found founds the network with one agency.
func found(t testing.TB, agency ledger.AgencyID) *city {
	c := &city{TB: t, state: &MapState{}, params: ledger.DefaultParameters(), now: monday,
		keepers: map[string]int64{}, people: map[string]*somebody{}, made: map[ledger.EntryID]*ledger.Entry{}}
	doc := c.document(agency)
	doc.Parameters = &c.params
	c.prove(doc)
	res, err := Genesis(doc)
	if err != nil {
		t.Fatal(err)
	}
	c.network = doc.NetworkID()
	c.genesis = res
	c.take(res)
	return c
}

func (c *city) take(res *Result) {
	c.Helper()
	c.state.Write(res.Changes)
	c.digest, c.last = res.Digest, res
	for i, k := range res.Keepers {
		id := string(k.Key.Bytes)
		_, in := c.keepers[id]
		if i > 0 && string(res.Keepers[i-1].Key.Bytes) >= id || in == (k.Power > 0) {
			c.Fatalf("keeper changes that stop the engine: %+v", res.Keepers)
		}
		if k.Power == 0 {
			delete(c.keepers, id)
		} else {
			c.keepers[id] = k.Power
		}
	}
	if len(c.keepers) == 0 {
		c.Fatal("the keeper set is empty")
	}
}

// document introduces an agency with admins admin1 and admin2; prove signs it.
func (c *city) document(agency ledger.AgencyID) *ledger.Document {
	doc := &ledger.Document{
		Version: ledger.DocumentVersion, Agency: agency, Title: "Agency " + string(agency), Made: c.now,
		Consensus: c.person(agency, "consensus").Public(), Checkpoint: c.person(agency, "checkpoint").Public(),
		Epoch: ledger.Epoch{Recipient: recipient(string(agency) + " epoch 0")}, Calendar: weekdays(),
	}
	for i := range doc.Admins {
		p := c.person(agency, fmt.Sprintf("admin%d", i+1))
		doc.Admins[i] = ledger.AdminDocument{Official: p.id, Key: p.Public(), Recipient: recipient(string(agency) + fmt.Sprint(" admin ", i))}
	}
	doc.Office = c.nodeDocument(agency, "office")
	doc.Office.Recipient = recipient(string(agency) + " office")
	return doc
}

func (c *city) nodeDocument(agency ledger.AgencyID, code ledger.NodeCode) ledger.NodeDocument {
	return ledger.NodeDocument{Code: code, Key: c.person(agency, string(code)).Public(), Peer: c.person(agency, "peer of "+string(code)).Public().Bytes}
}

func (c *city) proveNode(agency ledger.AgencyID, n *ledger.NodeDocument) {
	key, peer := c.person(agency, string(n.Code)), c.person(agency, "peer of "+string(n.Code))
	n.PeerProof = peer.mustSign(ledger.Possession(c.network, agency, string(n.Code), ledger.HolderPeer, n.Peer))
	n.KeyProof = key.mustSign(ledger.Possession(c.network, agency, string(n.Code), ledger.HolderNode, n.Key.Bytes))
	if n.Recipient != "" {
		n.RecipientProof = key.mustSign(ledger.Possession(c.network, agency, string(n.Code), ledger.HolderNode, []byte(n.Recipient)))
	}
}

func (c *city) prove(doc *ledger.Document) {
	a := doc.Agency
	for i := range doc.Admins {
		d := &doc.Admins[i]
		p := c.person(a, fmt.Sprintf("admin%d", i+1))
		d.KeyProof, d.RecipientProof = c.proofs(p, p.signerOf, d.Recipient)
	}
	c.proveNode(a, &doc.Office)
	cons, check := c.person(a, "consensus"), c.person(a, "checkpoint")
	doc.ConsensusProof = cons.mustSign(ledger.Possession(c.network, a, "keeper", ledger.HolderConsensus, doc.Consensus.Bytes))
	doc.CheckProof = check.mustSign(ledger.Possession(c.network, a, "keeper", ledger.HolderCheckpoint, doc.Checkpoint.Bytes))
	doc.Epoch = c.epoch(c.person(a, "admin1"), 0, doc.Epoch.Recipient)
}

func (c *city) proofs(p *somebody, key signerOf, recipient string) (keyProof, recipientProof []byte) {
	return key.mustSign(ledger.Possession(c.network, p.agency, p.id.String(), ledger.HolderOfficial, key.Public().Bytes)),
		key.mustSign(ledger.Possession(c.network, p.agency, p.id.String(), ledger.HolderOfficial, []byte(recipient)))
}

func (c *city) epoch(by *somebody, n uint32, recipient string) ledger.Epoch {
	return ledger.Epoch{Number: n, Recipient: recipient, Proof: by.mustSign(ledger.Possession(
		c.network, by.agency, fmt.Sprintf("epoch-%d", n), ledger.HolderEpoch, []byte(recipient)))}
}

// nextEpoch opens the next epoch of the author's agency.
func (c *city) nextEpoch(by *somebody) ledger.Epoch {
	n := c.view().Agency(by.agency).Epoch + 1
	return c.epoch(by, n, recipient(fmt.Sprint(by.agency, " epoch ", n)))
}

// person finds or makes somebody by agency and name.
func (c *city) person(agency ledger.AgencyID, name string) *somebody {
	id := string(agency) + "/" + name
	p := c.people[id]
	if p == nil {
		p = &somebody{signerOf: newSigner(id), agency: agency, id: officialID(id)}
		c.people[id] = p
	}
	return p
}

func (c *city) view() View { return NewView(c.state) }

func (c *city) nonce() (n ledger.Nonce) {
	c.count++
	h := ledger.Sum([]byte(fmt.Sprint("nonce ", c.count)))
	copy(n[:], h[:])
	return n
}

// sealed makes a part with a fresh commitment for agencies in their current epochs.
func (c *city) sealed(to ...ledger.AgencyID) ledger.Sealed {
	c.count++
	return ledger.Sealed{
		Commitment: ledger.Sum([]byte(fmt.Sprint("commitment ", c.count))), Root: ledger.Sum([]byte("root")), Size: 4096,
		Epochs: c.view().EpochsOf(to...),
	}
}

func (c *city) sealedToAll() ledger.Sealed {
	s := c.sealed()
	s.Epochs = c.view().MemberEpochs()
	return s
}

// sign makes an entry.
func (c *city) sign(by *somebody, p ledger.Payload) *ledger.Entry {
	c.Helper()
	e, err := ledger.Sign(ledger.NewBody(c.network, by.Public().ID(), c.now, c.nonce(), p), by)
	if err != nil {
		c.Fatalf("sign %s: %v", p.Kind(), err)
	}
	c.made[e.ID()] = e
	return e
}

// block applies entries one second later and compares Admit with Apply.
func (c *city) block(entries ...*ledger.Entry) *Result {
	c.Helper()
	return c.blockWith(nil, entries...)
}

func (c *city) blockWith(faults []DoubleVote, entries ...*ledger.Entry) *Result {
	c.Helper()
	c.height++
	c.now = c.now.Add(time.Second)
	raw := make([][]byte, len(entries))
	for i, e := range entries {
		raw[i] = e.Bytes()
	}
	errs := AdmitWith(c.state, c.now, raw, Signatures{}, len(faults) > 0)
	b := Block{Height: c.height, Time: c.now, Entries: entries, Faults: faults, Head: naiveHead(c.leaves), Digest: c.digest}
	res, err := Apply(c.state, b, Signatures{})
	if err != nil {
		c.Fatal(err)
	}
	dropped := map[int]error{}
	for _, d := range res.Dropped {
		dropped[d.Index] = d.Err
	}
	for i, err := range errs {
		if fmt.Sprint(err) != fmt.Sprint(dropped[i]) {
			c.Fatalf("entry %d: Admit says %v, Apply says %v", i, err, dropped[i])
		}
	}
	for i, o := range res.Outcomes {
		c.leaves = append(c.leaves, ledger.Leaf{Height: c.height, Index: uint32(i), Time: c.now, Entry: o.Entry.SignedHash(), Outcome: o.Code}.Bytes())
	}
	if head := naiveHead(c.leaves); head != res.Log {
		c.Fatalf("log head %v, computed leaf by leaf %v", res.Log, head)
	}
	c.blocks = append(c.blocks, b)
	c.take(res)
	return res
}

// naiveHead is RFC 6962 section 2.1 written down as it reads.
func naiveHead(leaves [][]byte) ledger.LogHead {
	var root func([][]byte) ledger.Hash
	root = func(d [][]byte) ledger.Hash {
		switch len(d) {
		case 0:
			return ledger.Sum()
		case 1:
			return ledger.Sum([]byte{0}, d[0])
		}
		k := 1
		for k*2 < len(d) {
			k *= 2
		}
		l, r := root(d[:k]), root(d[k:])
		return ledger.Sum([]byte{1}, l[:], r[:])
	}
	return ledger.LogHead{Size: uint64(len(leaves)), Root: root(leaves)}
}

// submit orders one entry and returns its outcome; what Check said before must
// be the same.
func (c *city) submit(by *somebody, p ledger.Payload) (ledger.EntryID, ledger.Refusal) {
	c.Helper()
	e := c.sign(by, p)
	said := Check(c.state, c.now.Add(time.Second), e)
	res := c.block(e)
	if len(res.Outcomes) != 1 {
		c.Fatalf("%s by %s was not admitted: %v", p.Kind(), by.agency, res.Dropped)
	}
	if got := res.Outcomes[0].Code; got != said {
		c.Fatalf("%s: Check said %q, the block %q", p.Kind(), said, got)
	}
	return e.ID(), res.Outcomes[0].Code
}

// do demands that the entry is accepted.
func (c *city) do(by *somebody, p ledger.Payload) ledger.EntryID {
	c.Helper()
	id, code := c.submit(by, p)
	if code != ledger.Accepted {
		c.Fatalf("%s by %s: refused as %s", p.Kind(), by.agency, code)
	}
	return id
}

// refused demands a refusal with a code.
func (c *city) refused(want ledger.Refusal, by *somebody, p ledger.Payload) {
	c.Helper()
	if _, got := c.submit(by, p); got != want {
		c.Fatalf("%s by %s: outcome %q, want %q", p.Kind(), by.agency, got, want)
	}
}

// state demands a request's state.
func (c *city) in(r ledger.EntryID, want State) *Request {
	c.Helper()
	got := c.view().Request(r)
	if got == nil || got.State != want {
		c.Fatalf("request is %+v, want %s", got, want)
	}
	return got
}

// wait lets ledger time pass.
func (c *city) wait(d time.Duration) { c.now = c.now.Add(d) }
