package consensus_test

import (
	"bytes"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"

	"countersign/ledger"
	"countersign/ledger/consensus"
	"countersign/ledger/ledgertest"
	"countersign/ledger/store"
)

// desk is an application with its world, a store and a clock.
type desk struct {
	t     *testing.T
	app   abci.Application
	world *ledgertest.World
	store *store.Store
	clock *ledgertest.Clock
	last  int64
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{t: t, world: ledgertest.Found(90, "tax"), clock: &ledgertest.Clock{}}
	var err error
	if d.store, err = store.Open(filepath.Join(t.TempDir(), "ledger.db"), store.Options{NoSync: true}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.store.Close() })
	d.app = consensus.NewApplication(t, consensus.Config{Founding: d.world.Founding, Store: d.store, Clock: d.clock.Now,
		Logger: slog.New(slog.DiscardHandler)})
	return d
}

func (d *desk) entry() []byte {
	return d.world.Entry(d.world.Agencies[0].Admins[0].Key, &ledger.Sheet{Name: "duty", Part: d.world.SealedToMembers()}).Bytes()
}

func (d *desk) propose(txs ...[]byte) [][]byte {
	d.t.Helper()
	res, err := d.app.PrepareProposal(d.t.Context(), &abci.RequestPrepareProposal{MaxTxBytes: 1 << 20, Txs: txs, Height: d.last + 1})
	if err != nil {
		d.t.Fatal(err)
	}
	return res.Txs
}

func (d *desk) accepts(txs [][]byte) bool {
	d.t.Helper()
	res, err := d.app.ProcessProposal(d.t.Context(), &abci.RequestProcessProposal{Txs: txs, Height: d.last + 1})
	if err != nil {
		d.t.Fatal(err)
	}
	return res.IsAccepted()
}

func (d *desk) apply(txs [][]byte) *abci.ResponseFinalizeBlock {
	d.t.Helper()
	d.last++
	res, err := d.app.FinalizeBlock(d.t.Context(), &abci.RequestFinalizeBlock{Txs: txs, Height: d.last, Hash: bytes.Repeat([]byte{byte(d.last)}, 32)})
	if err != nil {
		d.t.Fatal(err)
	}
	if _, err := d.app.Commit(d.t.Context(), &abci.RequestCommit{}); err != nil {
		d.t.Fatal(err)
	}
	return res
}

func (d *desk) seal(txs [][]byte) ledger.Time {
	d.t.Helper()
	if len(txs) == 0 {
		d.t.Fatal("no seal in an empty block")
	}
	s, err := ledger.ParseSeal(txs[0])
	if err != nil {
		d.t.Fatal(err)
	}
	return s.Time
}

func sealed(at ledger.Time, entries ...[]byte) [][]byte {
	return append([][]byte{ledger.NewSeal(at).Bytes()}, entries...)
}

func TestSealIsTheProposersClockButNeverGoesBack(t *testing.T) {
	d := newDesk(t)
	now := ledger.TimeOf(time.Now())
	first := d.propose(d.entry())
	if at := d.seal(first); at < now || at > now.Add(5*time.Second) {
		t.Errorf("sealed at %s, the clock says %s", at, now)
	}
	if !d.accepts(first) {
		t.Fatal("an honest proposal is refused")
	}
	d.apply(first)
	d.clock.Set(-time.Hour)
	second := d.propose(d.entry())
	if d.seal(second) != d.seal(first)+1 {
		t.Errorf("a slow clock seals at %s after %s", d.seal(second), d.seal(first))
	}
}

func TestNothingToSayIsAnEmptyBlock(t *testing.T) {
	d := newDesk(t)
	e := d.entry()
	genesis := d.apply(nil).AppHash
	after := d.apply(d.propose(e)).AppHash
	if bytes.Equal(after, genesis) {
		t.Error("an entry leaves the hash as it was")
	}
	if txs := d.propose(e, []byte("no entry")); len(txs) != 0 {
		t.Errorf("proposed %d transactions of nothing admissible", len(txs))
	}
	if !d.accepts(nil) {
		t.Error("an empty block is refused")
	}
	if again := d.apply(nil).AppHash; !bytes.Equal(again, after) {
		t.Error("an empty block changes the hash: blocks would never stop")
	}
}

func TestKeepersRefuseWhatNoHonestProposerMakes(t *testing.T) {
	d := newDesk(t)
	d.apply(d.propose(d.entry()))
	last := ledger.Time(0)
	if err := d.store.View(func(tx *store.Tx) error { last = tx.Time(); return nil }); err != nil {
		t.Fatal(err)
	}
	ahead := d.world.Founding.Parameters.ClockAhead()
	now := func() ledger.Time { return ledger.TimeOf(d.clock.Now()) }
	d.clock.Set(time.Hour)
	e, other := d.entry(), d.entry()
	stranger := ledgertest.Found(91, "customs")
	foreign := stranger.Entry(stranger.Agencies[0].Admins[0].Key, &ledger.Leave{}).Bytes()
	bad := bytes.Clone(e)
	bad[len(bad)-1] ^= 1
	refused := map[string][][]byte{
		"a seal without entries":    sealed(now()),
		"entries without a seal":    {e},
		"a seal that is not first":  {e, ledger.NewSeal(now()).Bytes()},
		"a seal as old as the last": sealed(last, e),
		"a seal before the last":    sealed(last-1, e),
		"a seal too far ahead":      sealed(now().Add(ahead+time.Minute), e),
		"a seal too far behind":     sealed(now().Add(-ahead-time.Minute), e),
		"two seals":                 append(sealed(now(), ledger.NewSeal(now()).Bytes()), e),
		"an entry twice":            sealed(now(), e, e),
		"another network's entry":   sealed(now(), e, foreign),
		"a signature that fails":    sealed(now(), bad),
		"bytes that are no entry":   sealed(now(), e, []byte{0xa0}),
	}
	for name, txs := range refused {
		if d.accepts(txs) {
			t.Errorf("accepted %s", name)
		}
	}
	for name, txs := range map[string][][]byte{
		"a little ahead":  sealed(now().Add(ahead-time.Second), e, other),
		"a little behind": sealed(now().Add(time.Second-ahead), e, other),
	} {
		if !d.accepts(txs) {
			t.Errorf("refused a seal %s", name)
		}
	}
	consensus.ProposedAgain(d.app, true)
	if !d.accepts(sealed(last+1, e)) {
		t.Error("refused a seal an hour old, of a block that others may be locked on")
	}
}

// A quorum of dishonest keepers alone can decide a block that breaks the form;
// every replica then leaves out the same and goes on.
func TestDecidedBlockOfBadFormLeavesTheBadPartOut(t *testing.T) {
	d := newDesk(t)
	before := d.apply(nil).AppHash
	now := ledger.TimeOf(time.Now())
	for name, txs := range map[string][][]byte{
		"no seal":    {d.entry()},
		"seal alone": sealed(now),
		"junk":       sealed(now, []byte("junk"), []byte{}),
	} {
		res := d.apply(txs)
		if !bytes.Equal(res.AppHash, before) {
			t.Errorf("%s: the state changed", name)
		}
		for i, r := range res.TxResults {
			if r.Code == abci.CodeTypeOK {
				t.Errorf("%s: transaction %d counts", name, i)
			}
		}
	}
	e := d.entry()
	res := d.apply(sealed(now+1, []byte("junk"), e, e))
	var codes []uint32
	for _, r := range res.TxResults {
		codes = append(codes, r.Code)
	}
	if len(codes) != 4 || codes[0] != 0 || codes[1] == 0 || codes[2] != 0 || codes[3] == 0 {
		t.Errorf("codes %v", codes)
	}
}

func TestRefusedEntryStandsOnTheLedgerWithItsCode(t *testing.T) {
	d := newDesk(t)
	tax := d.world.Agencies[0]
	wrong := d.world.Entry(tax.Admins[0].Key, &ledger.Second{Proposal: ledger.Sum([]byte("no such proposal"))})
	res := d.apply(d.propose(wrong.Bytes()))
	if len(res.TxResults) != 2 || res.TxResults[1].Code == abci.CodeTypeOK || len(res.TxResults[1].Data) == 0 {
		t.Fatalf("results %v", res.TxResults)
	}
	err := d.store.View(func(tx *store.Tx) error {
		r, err := tx.EntryByID(wrong.ID())
		if err == nil && r.Outcome != ledger.Refusal(res.TxResults[1].Data) {
			t.Errorf("the ledger says %q, the engine %q", r.Outcome, res.TxResults[1].Data)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
