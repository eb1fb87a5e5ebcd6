package store

import (
	"crypto/ed25519"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"countersign/ledger"
	"countersign/ledger/rules"
)

// signer is an official's key, made from a seed.
type signer struct{ private ed25519.PrivateKey }

func (s signer) Public() ledger.PublicKey {
	return ledger.PublicKey{Algorithm: ledger.Ed25519, Bytes: s.private.Public().(ed25519.PublicKey)}
}

func (s signer) Sign(m []byte) ([]byte, error) { return ed25519.Sign(s.private, m), nil }

// script writes blocks whose results are made by hand: requests that wander
// between states, entries that are refused, keys of three agencies. The same
// seed writes the same bytes.
type script struct {
	rand     *rand.Rand
	now      ledger.Time
	network  ledger.NetworkID
	signers  []signer
	agencies []ledger.AgencyID
	requests []*rules.Request
}

const scriptStart = ledger.Time(1_790_000_000_000)

func newScript(seed uint64) *script {
	s := &script{rand: rand.New(rand.NewPCG(seed, 1)), now: scriptStart, network: ledger.Sum([]byte("test network")),
		agencies: []ledger.AgencyID{"police", "tax", "health"}}
	for i := range 6 {
		seed := ledger.Sum([]byte(fmt.Sprint("signer", i)))
		s.signers = append(s.signers, signer{ed25519.NewKeyFromSeed(seed[:])})
	}
	return s
}

func (s *script) document() *ledger.Document {
	return &ledger.Document{Version: 1, Agency: "police", Title: "Police", Made: scriptStart}
}

// genesis enrols the keys.
func (s *script) genesis() *rules.Result {
	res := &rules.Result{Digest: ledger.Sum([]byte("genesis"))}
	for i, sg := range s.signers {
		k := rules.Key{ID: sg.Public().ID(), Public: sg.Public(), Agency: s.agencies[i%3], State: rules.KeyActive}
		res.Changes = append(res.Changes, rules.Change{Key: append([]byte("k/"), k.ID[:]...), Value: ledger.Encode(k)})
	}
	return res
}

func (s *script) hash() (h ledger.Hash) {
	for i := range h {
		h[i] = byte(s.rand.Uint32())
	}
	return h
}

func (s *script) entry(p ledger.Payload) *ledger.Entry {
	sg := s.signers[s.rand.IntN(len(s.signers))]
	h := s.hash()
	b := ledger.NewBody(s.network, sg.Public().ID(), s.now, ledger.Nonce(h[:16]), p)
	e, err := ledger.Sign(b, sg)
	if err != nil {
		panic(err)
	}
	return e
}

func (s *script) sealed() ledger.Sealed {
	return ledger.Sealed{Commitment: s.hash(), Root: s.hash(), Size: 4096,
		Epochs: []ledger.AgencyEpoch{{Agency: "police"}, {Agency: "tax"}}}
}

// next makes the block after tip with n entries.
func (s *script) next(before rules.Block, n int) (rules.Block, *rules.Result) {
	s.now += ledger.Time(1 + s.rand.IntN(8*3600*1000))
	b := before
	b.Time = s.now
	res := &rules.Result{}
	changed := map[ledger.EntryID]*rules.Request{}
	for range n {
		var e *ledger.Entry
		code := ledger.Accepted
		if len(s.requests) == 0 || s.rand.IntN(4) == 0 {
			e, changed = s.submit(changed)
		} else {
			e, code = s.act(b.Height, changed)
		}
		b.Entries = append(b.Entries, e)
		res.Outcomes = append(res.Outcomes, rules.Outcome{Entry: e, Code: code})
	}
	for _, id := range sortedKeys(byKey(changed)) {
		r := byKey(changed)[id]
		res.Changes = append(res.Changes, rules.Change{Key: []byte(id), Value: ledger.Encode(r)})
	}
	res.Digest = b.Digest
	if n > 0 {
		res.Digest = ledger.Sum(b.Digest[:], ledger.Encode(res.Changes))
	}
	return b, res
}

func byKey(m map[ledger.EntryID]*rules.Request) map[string]*rules.Request {
	out := map[string]*rules.Request{}
	for id, r := range m {
		out[string(requestKey(id))] = r
	}
	return out
}

func (s *script) submit(changed map[ledger.EntryID]*rules.Request) (*ledger.Entry, map[ledger.EntryID]*rules.Request) {
	dataset, basis := ledger.Sum([]byte{byte(s.rand.IntN(3))}), ledger.Sum([]byte{9})
	fields := []ledger.FieldName{"a", "b", "c"}[:1+s.rand.IntN(3)]
	p := &ledger.Request{Dataset: dataset, Basis: basis, Purpose: "audit", Terms: ledger.Terms{Fields: fields, KeepDays: 30}, Letter: s.sealed()}
	e := s.entry(p)
	r := &rules.Request{ID: e.ID(), Requester: s.agencies[s.rand.IntN(2)], Provider: "health", Dataset: dataset, Basis: basis,
		Purpose: "audit", Terms: p.Terms, Letter: p.Letter, State: rules.Submitted, Version: e.ID(), Submitted: s.now, Changed: s.now,
		Deadline: s.now + ledger.Time(s.rand.IntN(20)*86_400_000), History: []rules.StateChange{{State: rules.Submitted, At: s.now, Entry: e.ID()}}}
	s.requests = append(s.requests, r)
	changed[r.ID] = r
	return e, changed
}

// act moves a request to a random state, or is refused.
func (s *script) act(h ledger.Height, changed map[ledger.EntryID]*rules.Request) (*ledger.Entry, ledger.Refusal) {
	i := s.rand.IntN(len(s.requests))
	r := *s.requests[i]
	e := s.entry(&ledger.Withdraw{Act: ledger.Act{Request: r.ID, Version: r.Version}})
	if s.rand.IntN(5) == 0 {
		return e, ledger.WrongState
	}
	states := []rules.State{rules.Returned, rules.Offered, rules.Approved, rules.Refused, rules.Withdrawn, rules.Fulfilled, rules.Submitted}
	r.State, r.Changed = states[s.rand.IntN(len(states))], s.now
	if r.State == rules.Approved {
		t := r.Terms
		t.Fields = t.Fields[:1]
		r.Agreement = &rules.Agreement{Terms: t, Since: s.now}
	}
	if r.State == rules.Fulfilled {
		r.Releases = append(r.Releases[:len(r.Releases):len(r.Releases)], rules.Release{Entry: e.ID(), At: s.now, Height: h})
	}
	r.History = append(r.History[:len(r.History):len(r.History)], rules.StateChange{State: r.State, At: s.now, Entry: e.ID(), H: h})
	s.requests[i] = &r
	changed[r.ID] = &r
	return e, ledger.Accepted
}

// found opens a store in a new folder and founds it.
func (s *script) found(t testing.TB, opt Options) *Store {
	t.Helper()
	st := open(t, filepath.Join(t.TempDir(), "ledger.db"), opt)
	if err := st.Init(s.document(), s.genesis()); err != nil {
		t.Fatal(err)
	}
	return st
}

func open(t testing.TB, path string, opt Options) *Store {
	t.Helper()
	st, err := Open(path, opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	return st
}

// following is the block that follows the store's last one.
func following(t testing.TB, st *Store) rules.Block {
	t.Helper()
	var b rules.Block
	err := st.View(func(tx *Tx) error {
		b = rules.Block{Height: tx.Height() + 1, Head: tx.Head(), Digest: tx.Digest()}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (s *script) write(t testing.TB, st *Store, n int) *Pending {
	t.Helper()
	b, res := s.next(following(t, st), n)
	p, err := st.Prepare(b, res, []byte(fmt.Sprint("engine ", b.Height)))
	if err == nil {
		err = p.Commit()
	}
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// view runs fn on a snapshot and fails on its error.
func view(t testing.TB, st *Store, fn func(*Tx) error) {
	t.Helper()
	if err := st.View(fn); err != nil {
		t.Fatal(err)
	}
}

func heightString(h ledger.Height) string { return fmt.Sprint(int64(h)) }
