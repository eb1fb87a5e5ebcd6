package consensus

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	stded25519 "crypto/ed25519"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	cmttypes "github.com/cometbft/cometbft/types"

	"countersign/ledger"
)

// testSigner counts signatures.
type testSigner struct {
	key   stded25519.PrivateKey
	count int
}

func (s *testSigner) Public() ledger.PublicKey {
	return ledger.PublicKey{Algorithm: ledger.Ed25519, Bytes: s.key.Public().(stded25519.PublicKey)}
}

func (s *testSigner) Sign(m []byte) ([]byte, error) {
	s.count++
	return stded25519.Sign(s.key, m), nil
}

var testNetwork = ledger.Sum([]byte("network of the guard's tests"))

func newTestGuard(t *testing.T) (*guard, *testSigner, string) {
	t.Helper()
	s := &testSigner{key: stded25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, 32))}
	path := filepath.Join(t.TempDir(), "guard")
	if err := CreateGuard(path, testNetwork, s.Public()); err != nil {
		t.Fatal(err)
	}
	return reopen(t, path, s), s, path
}

func reopen(t *testing.T, path string, s *testSigner) *guard {
	t.Helper()
	g, err := openGuard(path, testNetwork, s, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func blockID(b byte) cmtproto.BlockID {
	h := bytes.Repeat([]byte{b}, 32)
	return cmtproto.BlockID{Hash: h, PartSetHeader: cmtproto.PartSetHeader{Total: 1, Hash: h}}
}

func vote(kind cmtproto.SignedMsgType, height int64, round int32, block byte) *cmtproto.Vote {
	return &cmtproto.Vote{Type: kind, Height: height, Round: round, BlockID: blockID(block), Timestamp: time.Unix(1_700_000_000, 0).UTC()}
}

func TestKeeperSignsEachPlaceOnce(t *testing.T) {
	g, s, path := newTestGuard(t)
	chain := ledger.ChainID(testNetwork)
	first := vote(cmtproto.PrevoteType, 5, 1, 'a')
	if err := g.SignVote(chain, first); err != nil {
		t.Fatal(err)
	}
	pub, _ := g.GetPubKey()
	if !pub.VerifySignature(cmttypes.VoteSignBytes(chain, first), first.Signature) {
		t.Fatal("the signature does not hold")
	}
	refused := map[string]*cmtproto.Vote{
		"another block at the same place": vote(cmtproto.PrevoteType, 5, 1, 'b'),
		"an earlier round":                vote(cmtproto.PrecommitType, 5, 0, 'a'),
		"an earlier height":               vote(cmtproto.PrecommitType, 4, 9, 'a'),
	}
	for name, v := range refused {
		if err := g.SignVote(chain, v); err == nil {
			t.Errorf("signed %s", name)
		}
		if err := reopen(t, path, s).SignVote(chain, v); err == nil {
			t.Errorf("signed %s after a restart", name)
		}
	}
	if err := g.SignProposal(chain, &cmtproto.Proposal{Type: cmtproto.ProposalType, Height: 5, Round: 1, BlockID: blockID('a')}); err == nil {
		t.Error("signed a proposal after the prevote of its round")
	}
	if err := g.SignVote("cs-other", vote(cmtproto.PrecommitType, 6, 0, 'a')); !errors.Is(err, ErrGuardOtherKey) {
		t.Errorf("signed for another chain: %v", err)
	}
	if s.count != 1 {
		t.Errorf("the key signed %d times", s.count)
	}
	if err := g.SignVote(chain, vote(cmtproto.PrecommitType, 5, 1, 'a')); err != nil {
		t.Errorf("the next step: %v", err)
	}
}

func TestRepeatGetsTheStoredSignature(t *testing.T) {
	g, s, path := newTestGuard(t)
	chain := ledger.ChainID(testNetwork)
	first := vote(cmtproto.PrecommitType, 3, 0, 'a')
	if err := g.SignVote(chain, first); err != nil {
		t.Fatal(err)
	}
	later := vote(cmtproto.PrecommitType, 3, 0, 'a')
	later.Timestamp = later.Timestamp.Add(time.Second)
	if err := reopen(t, path, s).SignVote(chain, later); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(later.Signature, first.Signature) || !later.Timestamp.Equal(first.Timestamp) {
		t.Error("a repeat after a crash is another vote")
	}
	if s.count != 1 {
		t.Errorf("the key signed %d times", s.count)
	}
}

func TestRecordIsDurableBeforeASignatureLeaves(t *testing.T) {
	g, _, path := newTestGuard(t)
	if err := os.RemoveAll(filepath.Dir(path)); err != nil {
		t.Fatal(err)
	}
	v := vote(cmtproto.PrevoteType, 1, 0, 'a')
	if err := g.SignVote(ledger.ChainID(testNetwork), v); err == nil || v.Signature != nil {
		t.Errorf("signed without a record: %v", err)
	}
}

func TestDamagedRecordSignsNothing(t *testing.T) {
	g, s, path := newTestGuard(t)
	chain := ledger.ChainID(testNetwork)
	if err := g.SignVote(chain, vote(cmtproto.PrevoteType, 9, 0, 'a')); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	cases := map[string][]byte{"empty": {}, "appended to": append(bytes.Clone(whole), 0)}
	for n := range whole {
		cases["cut"] = whole[:n]
		flipped := bytes.Clone(whole)
		flipped[n] ^= 1
		cases["flipped"] = flipped
		for name, raw := range cases {
			if err := os.WriteFile(path, raw, 0o600); err != nil {
				t.Fatal(err)
			}
			g := reopen(t, path, s)
			if err := g.SignVote(chain, vote(cmtproto.PrevoteType, 10, 0, 'a')); !errors.Is(err, ErrGuardDamaged) {
				t.Fatalf("record %s at byte %d: %v", name, n, err)
			}
		}
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := reopen(t, path, s).SignVote(chain, vote(cmtproto.PrevoteType, 10, 0, 'a')); !errors.Is(err, ErrGuardMissing) {
		t.Errorf("record missing: %v", err)
	}
	if err := CreateGuard(path, ledger.Sum(), s.Public()); err != nil {
		t.Fatal(err)
	}
	if err := reopen(t, path, s).SignVote(chain, vote(cmtproto.PrevoteType, 10, 0, 'a')); !errors.Is(err, ErrGuardOtherKey) {
		t.Errorf("record of another network: %v", err)
	}
}

func TestForeignSignatureStopsTheKeeperForGood(t *testing.T) {
	g, s, path := newTestGuard(t)
	chain := ledger.ChainID(testNetwork)
	v := vote(cmtproto.PrecommitType, 7, 0, 'a')
	if err := g.SignVote(chain, v); err != nil {
		t.Fatal(err)
	}
	g.seen(placeOf(v), v.Signature)                                      // our own, back from a peer
	g.seen(place{Height: 6, Round: 3, Step: stepPrevote}, []byte("old")) // of an earlier run
	if err := g.refusal(); err != nil {
		t.Fatalf("stopped by its own signature: %v", err)
	}
	g.seen(place{Height: 8, Round: 0, Step: stepPrevote}, []byte("not ours"))
	next := vote(cmtproto.PrevoteType, 20, 0, 'a')
	if err := g.SignVote(chain, next); !errors.Is(err, ErrGuardRolledBack) {
		t.Errorf("after a foreign signature: %v", err)
	}
	if err := reopen(t, path, s).SignVote(chain, next); !errors.Is(err, ErrGuardRolledBack) {
		t.Errorf("after a restart: %v", err)
	}
	if err := ReplaceGuard(path, testNetwork, s.Public(), 30); err != nil {
		t.Fatal(err)
	}
	g = reopen(t, path, s)
	if err := g.SignVote(chain, vote(cmtproto.PrecommitType, 30, 5, 'a')); err == nil {
		t.Error("signed what an admin has excluded")
	}
	if err := g.SignVote(chain, vote(cmtproto.PrevoteType, 31, 0, 'a')); err != nil {
		t.Errorf("after an admin has decided: %v", err)
	}
}

func TestKeeperBehindDoesNotSign(t *testing.T) {
	g, _, _ := newTestGuard(t)
	chain := ledger.ChainID(testNetwork)
	g.behind = func(h int64) bool { return h < 10 }
	if err := g.SignVote(chain, vote(cmtproto.PrevoteType, 9, 0, 'a')); !errors.Is(err, errBehind) {
		t.Errorf("behind: %v", err)
	}
	if err := g.SignVote(chain, vote(cmtproto.PrevoteType, 10, 0, 'a')); err != nil {
		t.Errorf("abreast: %v", err)
	}
	g.behind = func(int64) bool { return true }
	if err := g.SignVote(chain, vote(cmtproto.PrecommitType, 10, 0, 'a')); err != nil {
		t.Errorf("later in the run: %v", err)
	}
}

func TestGuardIsNotCreatedTwice(t *testing.T) {
	_, s, path := newTestGuard(t)
	if err := CreateGuard(path, testNetwork, s.Public()); !errors.Is(err, os.ErrExist) {
		t.Errorf("created again: %v", err)
	}
}
