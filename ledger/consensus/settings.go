package consensus

import (
	"fmt"
	"path/filepath"
	"time"

	cfg "github.com/cometbft/cometbft/config"
	"github.com/cometbft/cometbft/crypto/ed25519"
	cmttypes "github.com/cometbft/cometbft/types"

	"countersign/ledger"
	"countersign/ledger/rules"
)

// Sizes of the network, part of its genesis: the engine's defaults (53 MiB
// blocks) could not cross a link within a propose timeout.
const (
	MaxBlockBytes    = 2 << 20
	maxEvidenceBytes = 128 << 10
	maxPoolBytes     = 64 << 20
	maxPoolEntries   = 100_000
)

// RulesVersion is the newest version of the rules that this program applies. It
// may be newer than the one that a network begins with (rules.FirstRules), which
// stands in the engine's genesis and is the same in every program.
const RulesVersion = 1

// settings are the engine's, measured in DESIGN: CometBFT's defaults are for
// public networks with seconds between blocks.
func settings(dir string, p ledger.Parameters, gossipSleep time.Duration) *cfg.Config {
	c := cfg.DefaultConfig()
	c.SetRoot(dir)
	k := c.Consensus
	k.SetWalFile(filepath.Join(dir, "wal", "wal"))
	k.CreateEmptyBlocks = false
	k.TimeoutCommit = 0
	k.SkipTimeoutCommit = true
	k.TimeoutPropose = time.Duration(p.ProposeTimeout) * time.Millisecond
	k.TimeoutProposeDelta = 100 * time.Millisecond
	k.TimeoutPrevote = 150 * time.Millisecond
	k.TimeoutPrevoteDelta = 50 * time.Millisecond
	k.TimeoutPrecommit = min(k.TimeoutPropose/8, 100*time.Millisecond) // a nil round always waits for it
	k.TimeoutPrecommitDelta = 20 * time.Millisecond
	k.PeerGossipSleepDuration = 100 * time.Millisecond // the switch pushes; this is the fallback
	if gossipSleep > 0 {
		k.PeerGossipSleepDuration = gossipSleep
	}
	k.PeerQueryMaj23SleepDuration = 500 * time.Millisecond
	k.BlockTimeTolerance = 24 * time.Hour // else a desktop a minute slow refuses good blocks
	c.BlockSync.AdaptiveSync = false
	m := c.Mempool
	m.Size = maxPoolEntries
	m.CacheSize = maxPoolEntries
	m.MaxTxBytes = ledger.MaxEntryBytes
	m.MaxTxsBytes = maxPoolBytes
	m.Recheck = true
	return c
}

// genesis is CometBFT's form of the founding document: one keeper, the founder.
func genesis(doc *ledger.Document) (*cmttypes.GenesisDoc, error) {
	if doc.Parameters == nil {
		return nil, fmt.Errorf("founding document without parameters: %w", ledger.ErrBadForm)
	}
	params := cmttypes.DefaultConsensusParams()
	params.Block.MaxBytes = MaxBlockBytes
	params.Block.MaxGas = -1
	params.Evidence.MaxBytes = maxEvidenceBytes
	params.Version.App = rules.FirstRules
	g := &cmttypes.GenesisDoc{
		GenesisTime:     doc.Made.Std(),
		ChainID:         ledger.ChainID(doc.NetworkID()),
		InitialHeight:   1,
		ConsensusParams: params,
		Validators: []cmttypes.GenesisValidator{{
			PubKey: ed25519.PubKey(doc.Consensus.Bytes),
			Power:  rules.KeeperPower,
			Name:   string(doc.Agency),
		}},
	}
	if err := g.ValidateAndComplete(); err != nil {
		return nil, fmt.Errorf("genesis: %w", err)
	}
	return g, nil
}
