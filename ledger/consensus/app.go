package consensus

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	cmtstore "github.com/cometbft/cometbft/store"
	cmttypes "github.com/cometbft/cometbft/types"

	"countersign/ledger"
	"countersign/ledger/rules"
	"countersign/ledger/store"
)

// Result codes for the engine. Zero is accepted; a refused entry stands on the
// ledger all the same.
const (
	codeAccepted     = abci.CodeTypeOK
	codeRefused      = 1
	codeInadmissible = 2
	codeHeld         = 3
)

// application is the ABCI application over rules and store.
//
// CometBFT calls it on three connections, each serialised by itself:
// PrepareProposal, ProcessProposal, FinalizeBlock and Commit come one at a
// time from consensus, CheckTx from the pool beside them. So CheckTx reads a
// snapshot, and only the fields under mu are shared.
type application struct {
	abci.BaseApplication

	founding *ledger.Document
	network  ledger.NetworkID
	store    *store.Store
	clock    func() time.Time
	log      *slog.Logger
	verifier *signatureCache
	held     *heldEntries
	doubtful *hashSet // entries that a proposal of ours left out: looked at whole on recheck
	parsed   *parsedEntries
	rules    uint64       // the newest version of the rules that this program applies
	ordered  lately       // what the newest blocks had: not admissible again
	applied  atomic.Int64 // blocks committed since the start: tells states apart

	// Set by the assembly before the first call.
	blocks     *cmtstore.BlockStore
	validators func(height int64) (*cmttypes.ValidatorSet, error)
	answers    *database              // where the engine keeps what FinalizeBlock answered
	changes    *database              // heights at which the keeper set changes
	committed  func(BlockEvent)       // after a block is durable; must not block
	evicted    func(raw []byte)       // the pool is told to drop a transaction that waited
	ownVote    func(place, []byte)    // our signature seen in a commit
	ownFault   func(rules.DoubleVote) // evidence of a double vote is on the ledger
	ownAddress cmttypes.Address       // nil: no key
	evidence   func() bool            // evidence is pending: a tick may start a block
	syncing    func() bool            // block sync is applying blocks
	asked      func()                 // consensus asks about a proposal
	again      func() bool            // what is judged was proposed in an earlier round, and voted for
	done       chan struct{}          // closed when the engine stops
	trouble    atomic.Pointer[error]  // why blocks are not applied just now

	doorMu sync.Mutex
	door   *rules.Door // to the newest state that CheckTx has seen; nil: none yet
	doorAt int64       // applied, when it was made
	doorOn ledger.Time // ledger time then

	gate   sync.RWMutex // held for reading by CheckTx
	closed bool

	judged *judged // the last proposal found good; nil: none

	// Of the block between FinalizeBlock and Commit.
	pending *store.Pending
	event   BlockEvent

	replaying atomic.Bool // the handshake is replaying blocks
	backlog   backlog
	early     *early
}

func newApplication(c Config, network ledger.NetworkID) *application {
	return &application{
		founding: c.Founding, network: network, store: c.Store, clock: c.Clock, log: c.Logger,
		verifier: newSignatureCache(signatureCacheSize), held: newHeldEntries(), doubtful: newHashSet(maxDoubtful), parsed: newParsedEntries(parsedBytes), rules: cmp.Or(c.Rules, RulesVersion),
		committed: func(BlockEvent) {}, asked: func() {}, again: func() bool { return false }, evicted: func([]byte) {}, ownVote: func(place, []byte) {}, ownFault: func(rules.DoubleVote) {}, evidence: func() bool { return false },
		syncing: func() bool { return false },
		done:    make(chan struct{}),
		early:   newEarly(),
		answers: new(database),
	}
}

// close waits for calls of CheckTx and lets none in again.
func (a *application) close() {
	a.gate.Lock()
	defer a.gate.Unlock()
	a.closed = true
}

// Info tells the engine where the store stands.
func (a *application) Info(context.Context, *abci.RequestInfo) (*abci.ResponseInfo, error) {
	res := &abci.ResponseInfo{AppVersion: rules.FirstRules} // read before the first block alone
	err := a.store.View(func(tx *store.Tx) error {
		res.LastBlockHeight = int64(tx.Height())
		if res.LastBlockHeight > 0 {
			h := tx.AppHash()
			res.LastBlockAppHash = h[:]
		}
		return tx.Err()
	})
	if err != nil && !errors.Is(err, store.ErrNotFounded) {
		return nil, fmt.Errorf("read the store's height: %w", err)
	}
	return res, nil
}

// InitChain founds the store, unless it is founded, and answers with the hash
// of the state before the first block.
func (a *application) InitChain(_ context.Context, req *abci.RequestInitChain) (*abci.ResponseInitChain, error) {
	if req.ChainId != ledger.ChainID(a.network) {
		return nil, fmt.Errorf("init chain %q: %w", req.ChainId, ErrOtherNetwork)
	}
	if err := Found(a.store, a.founding); err != nil {
		return nil, err
	}
	var hash ledger.Hash
	err := a.store.View(func(tx *store.Tx) error { hash = tx.AppHash(); return tx.Err() })
	if err != nil {
		return nil, err
	}
	return &abci.ResponseInitChain{AppHash: hash[:]}, nil
}

// Found writes the state before the first block into an empty store. A store
// that holds this network already is left as it is; of another network,
// ErrOtherNetwork.
func Found(st *store.Store, doc *ledger.Document) error {
	have, err := st.Founding()
	switch {
	case err == nil && have.NetworkID() == doc.NetworkID():
		return nil
	case err == nil:
		return fmt.Errorf("the ledger file holds network %s: %w", have.NetworkID().Short(), ErrOtherNetwork)
	case !errors.Is(err, store.ErrNotFounded):
		return err
	}
	res, err := rules.Genesis(doc)
	if err != nil {
		return fmt.Errorf("state before the first block: %w", err)
	}
	return st.Init(doc, res)
}

// now is this node's clock as a ledger time.
func (a *application) now() ledger.Time { return ledger.TimeOf(a.clock()) }

// fail remembers why blocks are not applied, for Health. Consensus and block sync
// stop over the error.
func (a *application) fail(err error) error {
	a.trouble.Store(&err)
	return err
}
