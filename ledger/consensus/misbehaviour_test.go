package consensus_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"
	"time"

	cs "github.com/cometbft/cometbft/consensus"
	"github.com/cometbft/cometbft/p2p"
	cmtcons "github.com/cometbft/cometbft/proto/tendermint/consensus"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	cmttypes "github.com/cometbft/cometbft/types"

	"countersign/ledger"
	"countersign/ledger/consensus"
	"countersign/ledger/ledgertest"
	"countersign/ledger/rules"
	"countersign/ledger/store"
)

// forge signs a prevote at a place with a keeper's key, past its guard.
func forge(t *testing.T, c *ledgertest.Cluster, culprit *ledgertest.Node, height int64, round int32, block byte) *cmttypes.Vote {
	t.Helper()
	_, vals := culprit.Engine.Internals().State.GetValidators()
	set := cmttypes.ValidatorSet{Validators: vals}
	key := culprit.Agency.Consensus
	hash := bytes.Repeat([]byte{block}, 32)
	v := &cmttypes.Vote{Type: cmtproto.PrevoteType, Height: height, Round: round, Timestamp: time.Now().UTC(),
		BlockID: cmttypes.BlockID{Hash: hash, PartSetHeader: cmttypes.PartSetHeader{Total: 1, Hash: hash}}}
	for i, val := range set.Validators {
		if bytes.Equal(val.PubKey.Bytes(), key.Public().Bytes) {
			v.ValidatorIndex, v.ValidatorAddress = int32(i), val.Address
		}
	}
	sig, err := key.Sign(cmttypes.VoteSignBytes(ledger.ChainID(c.World.ID), v.ToProto()))
	if err != nil {
		t.Fatal(err)
	}
	v.Signature = sig
	return v
}

// FAULTS 13: a keeper that votes twice stands on the ledger with both
// signatures, and its agency is named.
func TestDoubleVoteIsKeptWithItsProof(t *testing.T) {
	c := fourKeepers(t, 40)
	culprit, witness := c.Nodes[3], c.Nodes[0]
	c.Final(10*time.Second, nil, c.Something(c.Nodes[1].Agency))
	var height int64
	c.Until(10*time.Second, "all wait at one height", func() bool {
		height = witness.Engine.Internals().State.GetRoundState().Height
		for _, n := range c.Nodes {
			if n.Engine.Internals().State.GetRoundState().Height != height {
				return false
			}
		}
		return int64(witness.Engine.Height())+1 == height
	})
	peer := culprit.Switch.Peers().Get(p2p.ID(witness.Name))
	for _, block := range []byte{'a', 'b'} {
		v := forge(t, c, culprit, height, 0, block)
		if !peer.Send(p2p.Envelope{ChannelID: cs.VoteChannel, Message: &cmtcons.Vote{Vote: v.ToProto()}}) {
			t.Fatal("the forged vote was not sent")
		}
	}
	c.Final(20*time.Second, nil, c.Something(c.Nodes[1].Agency)) // evidence is made when the height is over
	for _, n := range c.Nodes {
		c.Until(20*time.Second, "the double vote is on record at "+n.Name, func() bool {
			var faults uint32
			if err := n.View(func(v rules.View) { faults = v.Agency(culprit.Agency.ID).Faults }); err != nil {
				t.Fatal(err)
			}
			return faults == 1
		})
	}
	c.Until(10*time.Second, "the culprit's own guard notices its key elsewhere", func() bool {
		return errors.Is(culprit.Engine.Keeping().Refusal, consensus.ErrGuardRolledBack)
	})
	checkProof(t, c, culprit)
	c.Final(20*time.Second, nil, c.Something(c.Nodes[2].Agency)) // the other three go on
	c.Agree()
}

// checkProof verifies the kept evidence with the culprit's key alone.
func checkProof(t *testing.T, c *ledgertest.Cluster, culprit *ledgertest.Node) {
	t.Helper()
	err := c.Nodes[1].Store.View(func(tx *store.Tx) error {
		blocks, err := tx.BlocksFrom(1, 1000)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(blocks, func(b *store.BlockInfo) bool { return len(b.Faults) > 0 })
		if i < 0 {
			return errors.New("no block bears the evidence")
		}
		f := blocks[i].Faults[0]
		var pb cmtproto.DuplicateVoteEvidence
		if err := pb.Unmarshal(f.Proof); err != nil {
			return err
		}
		ev, err := cmttypes.DuplicateVoteEvidenceFromProto(&pb)
		if err != nil {
			return err
		}
		key := culprit.Agency.Consensus.Public()
		for _, v := range []*cmttypes.Vote{ev.VoteA, ev.VoteB} {
			if !key.Verify(cmttypes.VoteSignBytes(ledger.ChainID(c.World.ID), v.ToProto()), v.Signature) {
				t.Error("a signature of the evidence does not hold")
			}
		}
		if f.Consensus != key.ID() || ev.VoteA.BlockID.Equals(ev.VoteB.BlockID) {
			t.Error("the evidence proves nothing against the culprit")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// FAULTS 4: a record of the last signature that is older than the engine's own
// traces, or gone, leaves the node an observer that follows the chain.
func TestRolledBackRecordMakesAnObserver(t *testing.T) {
	c := fourKeepers(t, 41)
	n := c.Nodes[1]
	old := readFile(t, n.GuardPath())
	for range 3 {
		c.Final(10*time.Second, nil, c.Something(c.Nodes[0].Agency))
	}
	restart := func(with []byte) consensus.Keeping {
		t.Helper()
		if err := n.Stop(); err != nil {
			t.Fatal(err)
		}
		writeFile(t, n.GuardPath(), with)
		if err := n.Start(); err != nil {
			t.Fatal(err)
		}
		c.Final(20*time.Second, nil, c.Something(n.Agency))
		return n.Engine.Keeping()
	}
	if err := n.Stop(); err != nil {
		t.Fatal(err)
	}
	good := readFile(t, n.GuardPath())
	if err := n.Start(); err != nil {
		t.Fatal(err)
	}
	if k := restart(old); !errors.Is(k.Refusal, consensus.ErrGuardRolledBack) || !k.Keeper {
		t.Errorf("an old record: %+v", k)
	}
	if k := restart(good[:len(good)-1]); !errors.Is(k.Refusal, consensus.ErrGuardDamaged) {
		t.Errorf("a torn record: %+v", k)
	}
	if err := consensus.ReplaceGuard(n.GuardPath(), c.World.ID, n.Agency.Consensus.Public(), c.Nodes[0].Engine.Height()+2); err != nil {
		t.Fatal(err)
	}
	if k := restart(readFile(t, n.GuardPath())); k.Refusal != nil {
		t.Errorf("after an admin has decided: %+v", k)
	}
	c.Agree()
}

// FAULTS 5: an old copy of the whole folder signs nothing once it has seen what
// its key has signed since.
func TestOldBackupMakesAnObserver(t *testing.T) {
	c := fourKeepers(t, 42)
	n := c.Nodes[2]
	if err := n.Stop(); err != nil {
		t.Fatal(err)
	}
	backup := t.TempDir()
	copyTree(t, n.Dir, backup)
	if err := n.Start(); err != nil {
		t.Fatal(err)
	}
	before := n.Engine.Keeping().Last
	for range 4 {
		c.Final(10*time.Second, nil, c.Something(c.Nodes[0].Agency))
	}
	c.Until(20*time.Second, "the keeper has signed again", func() bool {
		c.Final(10*time.Second, nil, c.Something(c.Nodes[1].Agency))
		return n.Engine.Keeping().Last > before+2
	})
	if err := n.Stop(); err != nil {
		t.Fatal(err)
	}
	restoreTree(t, backup, n.Dir)
	if err := n.Start(); err != nil {
		t.Fatal(err)
	}
	c.Final(30*time.Second, nil, c.Something(n.Agency))
	c.Until(20*time.Second, "the old copy is noticed", func() bool {
		return errors.Is(n.Engine.Keeping().Refusal, consensus.ErrGuardRolledBack)
	})
	for _, o := range c.Nodes {
		if err := o.View(func(v rules.View) {
			if v.Agency(n.Agency.ID).Faults != 0 {
				t.Error("the old copy has voted twice")
			}
		}); err != nil {
			t.Fatal(err)
		}
	}
	c.Agree()
}
