package ledgertest

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	dbm "github.com/cometbft/cometbft-db"
	sm "github.com/cometbft/cometbft/state"
	cmtstore "github.com/cometbft/cometbft/store"
	cmttypes "github.com/cometbft/cometbft/types"

	"countersign/ledger"
	"countersign/ledger/consensus"
	"countersign/ledger/store"
)

// Engine writes the folder of an engine that stands where a loaded replica
// stands, as one that has joined from a snapshot would: its state, and one block
// with the founder's vote. Earlier blocks it does not have.
func (l *BulkLedger) Engine(dir string, st *store.Store) error {
	if err := l.beginEngine(dir); err != nil {
		return fmt.Errorf("engine of a loaded replica: %w", err)
	}
	var height ledger.Height
	var hash ledger.Hash
	var now ledger.Time
	err := st.View(func(tx *store.Tx) error {
		height, hash = tx.Height(), tx.AppHash()
		now = l.World.Now()
		return tx.Err()
	})
	if err == nil {
		err = l.moveEngine(dir, int64(height), hash, now.Std())
	}
	if err != nil {
		return fmt.Errorf("engine of a loaded replica: %w", err)
	}
	return nil
}

// beginEngine makes the folder of an engine without a block.
func (l *BulkLedger) beginEngine(dir string) error {
	path := dir + ".db"
	empty, err := store.Open(path, store.Options{})
	if err != nil {
		return err
	}
	defer os.Remove(path)
	defer empty.Close()
	e, err := consensus.New(consensus.Config{Dir: dir, Founding: l.World.Founding, Store: empty, Switch: NewFabric(1).NewSwitch("replica")})
	if err != nil {
		return err
	}
	e.Stop()
	return nil
}

// moveEngine moves an engine without a block to a height.
func (l *BulkLedger) moveEngine(dir string, height int64, hash ledger.Hash, now time.Time) error {
	at := filepath.Join(dir, "data")
	stateDB, err := dbm.NewGoLevelDB("state", at)
	if err != nil {
		return err
	}
	defer stateDB.Close()
	blockDB, err := dbm.NewGoLevelDB("blockstore", at)
	if err != nil {
		return err
	}
	defer blockDB.Close()
	states := sm.NewStore(stateDB, sm.StoreOptions{DiscardABCIResponses: true})
	state, err := states.Load()
	if err != nil {
		return err
	}
	keeper := l.World.Agency(l.Provider).Consensus
	address := state.Validators.Validators[0].Address
	before := &cmttypes.Commit{Height: height - 1, BlockID: cmttypes.BlockID{Hash: hash[:], PartSetHeader: cmttypes.PartSetHeader{Total: 1, Hash: hash[:]}},
		Signatures: []cmttypes.CommitSig{{BlockIDFlag: cmttypes.BlockIDFlagCommit, ValidatorAddress: address, Timestamp: now, Signature: make([]byte, 64)}}}
	state.LastBlockHeight, state.LastValidators = height-1, state.Validators.Copy()
	block, err := state.MakeBlock(height, nil, before, nil, address)
	if err != nil {
		return err
	}
	parts, err := block.MakePartSet(cmttypes.BlockPartSizeBytes)
	if err != nil {
		return err
	}
	id := cmttypes.BlockID{Hash: block.Hash(), PartSetHeader: parts.Header()}
	vote := &cmttypes.Vote{Type: 2, Height: height, BlockID: id, Timestamp: now, ValidatorAddress: address}
	vote.Signature = mustSign(keeper, cmttypes.VoteSignBytes(state.ChainID, vote.ToProto()))
	commit := &cmttypes.Commit{Height: height, BlockID: id, Signatures: []cmttypes.CommitSig{vote.CommitSig()}}
	cmtstore.NewBlockStore(blockDB).SaveBlock(block, parts, commit)

	state.LastBlockHeight, state.LastBlockID, state.LastBlockTime = height, id, block.Time
	state.AppHash = hash[:]
	return states.Bootstrap(state)
}
