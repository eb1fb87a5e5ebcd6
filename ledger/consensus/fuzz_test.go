package consensus

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	stded25519 "crypto/ed25519"
	cs "github.com/cometbft/cometbft/consensus"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	cmtversion "github.com/cometbft/cometbft/proto/tendermint/version"
	cmttypes "github.com/cometbft/cometbft/types"
	"github.com/cometbft/cometbft/version"

	"countersign/ledger"
)

// FAULTS 25: what comes from outside or from a disk never makes a decoder panic,
// and what is taken has one form only.

// founderCertificate is a certificate of a network that its founder alone
// orders, and the founding document. The header after the block announces a
// change of keepers.
func founderCertificate(f *testing.F) (*ledger.Document, *Certificate) {
	f.Helper()
	s := &testSigner{key: stded25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, 32))}
	founding := &ledger.Document{Consensus: s.Public()}
	chain := ledger.ChainID(founding.NetworkID())
	set, err := keeperSet([]ledger.PublicKey{s.Public()})
	if err != nil {
		f.Fatal(err)
	}
	hash := func(what string) []byte { h := sha256.Sum256([]byte(what)); return h[:] }
	after := func(before cmttypes.BlockID, height int64) cmttypes.Header {
		return cmttypes.Header{Version: cmtversion.Consensus{Block: version.BlockProtocol, App: 1}, ChainID: chain, Height: height,
			Time: time.Unix(1_700_000_000+height, 0).UTC(), LastBlockID: before, LastCommitHash: hash("commit"), DataHash: hash("data"),
			ValidatorsHash: set.Hash(), NextValidatorsHash: set.Hash(), ConsensusHash: hash("parameters"), AppHash: hash("state"),
			LastResultsHash: hash("results"), EvidenceHash: hash("evidence"), ProposerAddress: set.Validators[0].Address}
	}
	idOf := func(h cmttypes.Header) cmttypes.BlockID {
		return cmttypes.BlockID{Hash: h.Hash(), PartSetHeader: cmttypes.PartSetHeader{Total: 1, Hash: hash("parts")}}
	}
	commit := func(h cmttypes.Header) *cmttypes.Commit {
		v := &cmttypes.Vote{Type: cmtproto.PrecommitType, Height: h.Height, BlockID: idOf(h), Timestamp: h.Time, ValidatorAddress: set.Validators[0].Address}
		sig, err := s.Sign(cmttypes.VoteSignBytes(chain, v.ToProto()))
		if err != nil {
			f.Fatal(err)
		}
		v.Signature = sig
		return &cmttypes.Commit{Height: h.Height, BlockID: v.BlockID, Signatures: []cmttypes.CommitSig{v.CommitSig()}}
	}
	first := after(cmttypes.BlockID{Hash: hash("genesis"), PartSetHeader: cmttypes.PartSetHeader{Total: 1, Hash: hash("parts")}}, 4)
	block := after(idOf(first), 5)
	next := after(idOf(block), 6)
	return founding, &Certificate{Header: block, Next: next, Commit: commit(next), Keepers: []ledger.PublicKey{s.Public()},
		Changes: []KeeperSetChange{{Header: first, Commit: commit(first), Keepers: []ledger.PublicKey{s.Public()}}}}
}

func FuzzCertificate(f *testing.F) {
	founding, cert := founderCertificate(f)
	if err := VerifyCertificate(founding, cert); err != nil {
		f.Fatal(err)
	}
	f.Add(cert.Bytes())
	alone := *cert
	alone.Changes = nil
	f.Add(alone.Bytes())
	f.Add(ledger.Encode(wireCertificate{Version: 1}))
	f.Fuzz(func(t *testing.T, raw []byte) {
		c, err := ParseCertificate(raw)
		if err != nil {
			if !errors.Is(err, ErrBadCertificate) {
				t.Fatalf("an error of no kind: %v", err)
			}
			return
		}
		if !bytes.Equal(c.Bytes(), raw) {
			t.Fatal("taken and written otherwise")
		}
		if VerifyCertificate(founding, c) == nil && (c.AppHash() != cert.AppHash() || !bytes.Equal(c.Header.Hash(), cert.Header.Hash())) {
			t.Fatal("the founder's key has not signed this")
		}
	})
}

// The sum in front would keep a fuzzer out: it is made to fit.
func FuzzGuardRecord(f *testing.F) {
	key := (&testSigner{key: stded25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, 32))}).Public()
	for _, rec := range []lastSigned{
		{Version: guardVersion, Network: testNetwork, Key: key.ID()},
		{Version: guardVersion, Network: testNetwork, Key: key.ID(), At: place{Height: 9, Round: 1, Step: stepPrecommit},
			SignBytes: []byte("sign bytes"), Signature: []byte("signature"), Refused: "an old copy", Cleared: 3},
	} {
		raw, err := rec.bytes()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw[sha256.Size:])
	}
	path := filepath.Join(f.TempDir(), "guard")
	f.Fuzz(func(t *testing.T, rest []byte) {
		page := make([]byte, guardBytes)
		copy(page[sha256.Size:], rest)
		sum := sha256.Sum256(page[sha256.Size:])
		copy(page, sum[:])
		if err := os.WriteFile(path, page, 0o600); err != nil {
			t.Fatal(err)
		}
		rec, err := loadGuard(path, testNetwork, key)
		if err != nil {
			if !errors.Is(err, ErrGuardDamaged) && !errors.Is(err, ErrGuardOtherKey) {
				t.Fatalf("an error of no kind: %v", err)
			}
			return
		}
		if again, err := rec.bytes(); err != nil || !bytes.Equal(again, page) {
			t.Fatal("taken and written otherwise", err)
		}
	})
}

// The engine's log is read up to where it is torn; what is written back for the
// engine is read whole.
func FuzzEngineLog(f *testing.F) {
	for _, messages := range [][]*cs.TimedWALMessage{nil, {{Time: time.Unix(1_700_000_000, 0).UTC(), Msg: cs.EndHeightMessage{Height: 4}}}} {
		raw, err := marked(messages, 5)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
		f.Add(raw[:len(raw)-3])
		f.Add(append(raw, raw...))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		messages, err := readLog(raw)
		if err != nil {
			return
		}
		whole, err := marked(messages, 5)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := readLog(whole); err != nil || len(again) != len(messages)+1 {
			t.Fatalf("%d messages, %d read again: %v", len(messages), len(again), err)
		}
	})
}
