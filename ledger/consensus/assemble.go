package consensus

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"

	cfg "github.com/cometbft/cometbft/config"
	cs "github.com/cometbft/cometbft/consensus"
	"github.com/cometbft/cometbft/evidence"
	mempl "github.com/cometbft/cometbft/mempool"
	"github.com/cometbft/cometbft/proxy"
	sm "github.com/cometbft/cometbft/state"
	cmtstore "github.com/cometbft/cometbft/store"
	cmttypes "github.com/cometbft/cometbft/types"

	"countersign/ledger"
	"countersign/ledger/store"
)

// assemble builds a CometBFT node from its public packages, in the order of
// node.NewNode, which builds its own networking and cannot be used.
func (e *Engine) assemble(ctx context.Context) (err error) {
	defer func() {
		if r := recover(); r != nil { // CometBFT's answer to stores that do not fit each other
			err = fmt.Errorf("%w: %v", ErrEngineDamaged, r)
		}
	}()
	c := settings(e.cfg.Dir, *e.cfg.Founding.Parameters, e.cfg.GossipSleep)
	gen, err := genesis(e.cfg.Founding)
	if err != nil {
		return err
	}
	state, evidenceDB, err := e.openStores(gen)
	if err != nil {
		return err
	}
	if err := e.openGuard(c.Consensus.WalFile()); err != nil {
		return err
	}
	lg := logger{e.log}
	e.conns = proxy.NewAppConns(proxy.NewConnSyncLocalClientCreator(e.app), proxy.NopMetrics())
	e.conns.SetLogger(lg)
	if err := e.conns.Start(); err != nil {
		return err
	}
	e.bus = cmttypes.NewEventBus()
	e.bus.SetLogger(lg)
	if err := e.bus.Start(); err != nil {
		return err
	}
	if state, err = e.handshake(ctx, state, gen); err != nil {
		return err
	}
	if err := mendLog(c.Consensus.WalFile(), state.LastBlockHeight); err != nil {
		return err
	}
	first := e.syncFirst(state)

	e.pool = mempl.NewCListMempool(c.Mempool, e.conns.Mempool(), state.LastBlockHeight,
		mempl.WithPreCheck(sm.TxPreCheck(state)), mempl.WithPostCheck(sm.TxPostCheck(state)))
	e.pool.EnableTxsAvailable()
	e.spread = newSpread(mempl.NewReactor(c.Mempool, e.pool, false), e, first)
	e.spread.SetLogger(lg)

	if e.evidence, err = evidence.NewPool(evidenceDB, e.states, e.blocks); err != nil {
		return fmt.Errorf("evidence: %w", err)
	}
	e.evidenceR = evidence.NewReactor(e.evidence)
	e.evidenceR.SetLogger(lg)
	e.app.evidence = func() bool { return e.evidence.Size() > 0 }

	exec := sm.NewBlockExecutor(e.states, lg, e.conns.Consensus(), e.pool, e.evidence, e.blocks,
		sm.BlockExecutorWithBlockTimeTolerance(c.Consensus.BlockTimeTolerance))
	fetching := newBlockSync(e, exec, state.Copy(), first)
	fetching.SetLogger(lg)
	e.assembleConsensus(c, state, exec, first)

	// Block sync starts consensus, and must stop before it.
	e.cfg.Switch.AddReactor("MEMPOOL", e.spread)
	e.cfg.Switch.AddReactor("BLOCKSYNC", fetching)
	e.cfg.Switch.AddReactor("CONSENSUS", e.consR)
	e.cfg.Switch.AddReactor("EVIDENCE", e.evidenceR)
	e.height.Store(state.LastBlockHeight)
	return nil
}

func (e *Engine) assembleConsensus(c *cfg.Config, state sm.State, exec *sm.BlockExecutor, first bool) {
	e.cons = cs.NewState(c.Consensus, state.Copy(), exec, e.blocks, e.pool, e.evidence)
	e.cons.SetLogger(logger{e.log})
	if e.guard != nil {
		e.guard.behind = e.peersPast
		e.cons.SetPrivValidator(caster{e.guard, e})
	}
	e.consR = cs.NewReactor(e.cons, first)
	e.consR.SetLogger(logger{e.log})
	e.consR.SetEventBus(e.bus)
}

// openStores opens the engine's databases and loads its state.
func (e *Engine) openStores(gen *cmttypes.GenesisDoc) (state sm.State, evidenceDB *database, err error) {
	var dbs [4]*database
	for i, name := range []string{"blockstore", "state", "evidence", "changes"} {
		if dbs[i], err = openDatabase(filepath.Join(e.cfg.Dir, "data"), name); err != nil {
			return state, nil, err
		}
		e.dbs = append(e.dbs, dbs[i])
	}
	e.blocks = cmtstore.NewBlockStore(dbs[0])
	e.states = sm.NewStore(dbs[1], sm.StoreOptions{DiscardABCIResponses: true})
	e.app.blocks, e.app.validators, e.app.answers, e.app.changes = e.blocks, e.states.LoadValidators, dbs[1], dbs[3]
	if state, err = e.states.LoadFromDBOrGenesisDoc(gen); err != nil {
		return state, nil, fmt.Errorf("engine's state: %w: %w", ErrEngineDamaged, err)
	}
	if state.ChainID != gen.ChainID {
		return state, nil, fmt.Errorf("the engine's folder: %w", ErrOtherNetwork)
	}
	return state, dbs[2], nil
}

// openGuard opens the keeper's guard, if this node has a consensus key. A guard
// that must not sign leaves the node an observer; Keeping says why.
func (e *Engine) openGuard(walFile string) error {
	if e.cfg.Signer == nil {
		return nil
	}
	g, err := openGuard(e.cfg.Guard, e.network, e.cfg.Signer, e.log)
	if err != nil {
		return err
	}
	if err := g.checkOwnTraces(e.blocks, walFile); err != nil {
		return fmt.Errorf("what the key has signed: %w", err)
	}
	if err := g.refusal(); err != nil {
		e.log.Error("the keeper's key signs nothing", "error", err)
	}
	e.guard = g
	e.app.ownVote, e.app.ownFault, e.app.ownAddress = g.seen, g.convicted, g.pub.Address()
	return nil
}

// handshake replays the engine's blocks into the store and returns the
// engine's state, which the replay may have moved.
func (e *Engine) handshake(ctx context.Context, state sm.State, gen *cmttypes.GenesisDoc) (sm.State, error) {
	if err := e.fits(); err != nil {
		return state, err
	}
	hs := cs.NewHandshaker(e.states, state, e.blocks, gen)
	hs.SetLogger(logger{e.log})
	hs.SetEventBus(e.bus)
	e.app.replaying.Store(true)
	err := hs.HandshakeWithContext(ctx, e.conns)
	e.app.replaying.Store(false)
	if err == nil {
		err = e.app.settle()
	}
	if err != nil {
		if cause := e.app.trouble.Load(); cause != nil { // CometBFT drops the chain of errors
			err = *cause
		}
		return state, fmt.Errorf("replay: %w", err)
	}
	return e.states.Load()
}

// fits tests that replica and engine are of one network, and that the engine
// has every block that the replica has.
func (e *Engine) fits() error {
	doc, err := e.cfg.Store.Founding()
	switch {
	case errors.Is(err, store.ErrNotFounded):
		return nil
	case err != nil:
		return err
	case doc.NetworkID() != e.network:
		return fmt.Errorf("the replica is of network %s: %w", doc.NetworkID().Short(), ErrOtherNetwork)
	}
	return e.cfg.Store.View(func(tx *store.Tx) error {
		if have := ledger.Height(e.blocks.Height()); tx.Height() > have {
			return fmt.Errorf("%w: it ends with block %d, the replica with %d", ErrEngineDamaged, have, tx.Height())
		}
		return e.app.knownRules(tx)
	})
}

// address is our validator address, or nil for followers and for keepers that
// fetch again what they once had.
func (e *Engine) address() cmttypes.Address {
	if e.guard == nil {
		return nil
	}
	if e.guard.last().Height > e.blocks.Height()+1 {
		return nil
	}
	return e.guard.pub.Address()
}

// syncFirst tells whether to begin with fetching what peers have more. A keeper
// alone has nobody to fetch from.
func (e *Engine) syncFirst(state sm.State) bool {
	if a := e.address(); a != nil && state.Validators.Size() == 1 {
		only, _ := state.Validators.GetByIndex(0)
		return !bytes.Equal(only, a)
	}
	return true
}

// peersPast tells whether most connected peers stand above a height.
func (e *Engine) peersPast(height int64) bool {
	past, all := 0, 0
	for _, p := range e.cfg.Switch.Peers().Copy() {
		if ps, ok := p.Get(cmttypes.PeerStateKey).(*cs.PeerState); ok {
			all++
			if ps.GetHeight() > height {
				past++
			}
		}
	}
	return past*2 > all
}

// ChainHeight is the height of the engine's newest block; the store may be one
// behind while a block is applied.
func (e *Engine) ChainHeight() ledger.Height { return ledger.Height(e.blocks.Height()) }
