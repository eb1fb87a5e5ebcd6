package consensus

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	cs "github.com/cometbft/cometbft/consensus"
	"github.com/cometbft/cometbft/evidence"
	mempl "github.com/cometbft/cometbft/mempool"
	"github.com/cometbft/cometbft/p2p"
	"github.com/cometbft/cometbft/proxy"
	sm "github.com/cometbft/cometbft/state"
	cmtstore "github.com/cometbft/cometbft/store"
	cmttypes "github.com/cometbft/cometbft/types"

	"countersign/ledger"
	"countersign/ledger/store"
)

// Config says what an engine works on. Dir, Founding, Store and Switch are needed.
type Config struct {
	// Dir is the engine's own folder; nothing else may lie in it.
	Dir string
	// Founding is the network's founding document.
	Founding *ledger.Document
	// Store is the replica; it must stay open until Stop has returned.
	Store *store.Store
	// Signer is the consensus key of a keeper or of one that wants to be; nil
	// for a follower.
	Signer ledger.Signer
	// Guard is the file with the record of the key's last signature
	// (CreateGuard). It lies outside Dir: it is kept when Dir is set aside.
	Guard string
	// Switch carries the engine's messages. It belongs to this engine alone and
	// must not be started yet.
	Switch p2p.Switcher
	// Clock is this node's clock; nil means time.Now.
	Clock func() time.Time
	// Logger; nil means none.
	Logger *slog.Logger
	// Keeper tells whether a peer, named as the switch names it, is the node of a
	// keeper, and by which consensus key; nil: of none that is known.
	Keeper func(peer string) (key ledger.KeyID, ok bool)
	// Rules is the newest version of the rules that the program applies; zero means
	// RulesVersion. Once the members have put a newer one in force the engine stops.
	Rules uint64
	// GossipSleep is how often the engine's own gossip polls; zero means 100 ms,
	// right for a switch that pushes.
	GossipSleep time.Duration
}

func (c *Config) complete() error {
	switch {
	case c.Dir == "" || c.Founding == nil || c.Founding.Parameters == nil || c.Store == nil || c.Switch == nil:
		return errors.New("an engine needs a folder, a founding document, a store and a switch")
	case c.Signer != nil && c.Guard == "":
		return errors.New("a keeper's key needs the file of its guard")
	}
	if c.Signer != nil {
		rel, err := filepath.Rel(c.Dir, c.Guard)
		if err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
			return errors.New("the keeper's guard must not lie in the engine's folder")
		}
	}
	if c.Clock == nil {
		c.Clock = time.Now
	}
	if c.Keeper == nil {
		c.Keeper = func(string) (ledger.KeyID, bool) { return ledger.KeyID{}, false }
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return nil
}

// Engine is CometBFT with our application: one replica's part in the order of
// entries. Its methods may be called from any goroutine.
type Engine struct {
	cfg     Config
	network ledger.NetworkID
	log     *slog.Logger

	dbs       []*database
	blocks    *cmtstore.BlockStore
	states    sm.Store
	conns     proxy.AppConns
	bus       *cmttypes.EventBus
	pool      *mempl.CListMempool
	spread    *spread
	evidence  *evidence.Pool
	evidenceR *evidence.Reactor
	cons      *cs.State
	consR     *cs.Reactor
	guard     *guard // nil: follower
	app       *application
	hub       *hub

	height atomic.Int64 // applied and durable

	life    sync.RWMutex // held for reading while a caller uses the pool
	started bool
	stopped bool
	ctx     context.Context
	cancel  context.CancelFunc
	wg      sync.WaitGroup

	watching atomic.Bool // whether the end of consensus is watched for
	halted   atomic.Bool
	offers   chan offer    // by Submit
	rejoined chan struct{} // blocks were committed: try held entries again
}

// New opens the engine and replays into the store what a crash cut off. Errors
// wrap ErrEngineDamaged, ErrOtherNetwork, ErrNewerRules or the store's own.
func New(c Config) (*Engine, error) { return Open(context.Background(), c) }

// Open is New, and gives up a long replay when the context ends.
func Open(ctx context.Context, c Config) (*Engine, error) {
	if err := c.complete(); err != nil {
		return nil, fmt.Errorf("open engine: %w", err)
	}
	e := &Engine{cfg: c, network: c.Founding.NetworkID(), log: c.Logger, hub: newHub(), offers: make(chan offer), rejoined: make(chan struct{}, 1)}
	e.ctx, e.cancel = context.WithCancel(context.Background())
	e.app = newApplication(c, e.network)
	e.app.committed = e.onCommit
	if err := e.assemble(ctx); err != nil {
		e.cancel()
		e.release()
		return nil, fmt.Errorf("open engine: %w", err)
	}
	return e, nil
}

// Start starts the switch and with it the engine's reactors.
func (e *Engine) Start() error {
	e.life.Lock()
	defer e.life.Unlock()
	if e.started || e.stopped {
		return fmt.Errorf("start engine: %w", ErrStopped)
	}
	e.app.syncing = e.consR.WaitSync
	e.app.again = func() bool { // asked by consensus itself, which holds its own lock
		p := e.cons.Proposal
		return p != nil && p.POLRound >= 0
	}
	e.app.asked = e.show
	if err := e.watchVotes(); err != nil {
		return fmt.Errorf("start engine: %w", err)
	}
	if err := e.cfg.Switch.Start(); err != nil {
		return fmt.Errorf("start engine: %w", err)
	}
	e.started = true
	e.watchConsensus()
	e.wg.Go(e.tend)
	e.wg.Go(e.takeIn)
	for range max(1, runtime.GOMAXPROCS(0)-1) { // one core is left for applying
		e.wg.Go(func() { e.app.lookAhead(e.ctx) })
	}
	return nil
}

// Stop ends everything in order and returns when nothing uses the store any
// more. It may be called again.
func (e *Engine) Stop() {
	e.life.Lock()
	if e.stopped {
		e.life.Unlock()
		e.wg.Wait()
		return
	}
	e.stopped = true
	started := e.started
	e.life.Unlock()

	close(e.app.done) // a wait for room on the disk ends
	e.cancel()
	_ = e.bus.Stop()
	if started {
		_ = e.cfg.Switch.Stop() // peers, then reactors; waits for consensus
	}
	e.wg.Wait()
	e.release()
	e.hub.close()
}

// release closes what assemble has opened, in the opposite order.
func (e *Engine) release() {
	e.app.close()
	e.app.endBacklog()
	if e.bus != nil && e.bus.IsRunning() {
		_ = e.bus.Stop()
	}
	if e.conns != nil && e.conns.IsRunning() {
		_ = e.conns.Stop()
	}
	for i := len(e.dbs) - 1; i >= 0; i-- {
		if err := e.dbs[i].Close(); err != nil {
			e.log.Warn("close the engine's database", "error", err)
		}
	}
}

// Subscribe returns a channel of blocks as they become final and durable here.
// A slow reader gets several blocks as one event; the engine never waits. The
// channel is closed by cancel and when the engine stops.
func (e *Engine) Subscribe() (events <-chan BlockEvent, cancel func()) { return e.hub.subscribe() }

func (e *Engine) onCommit(ev BlockEvent) {
	e.height.Store(int64(ev.Height))
	if e.spread != nil { // nil while a replay catches up
		e.spread.ordered(ev.Outcomes)
	}
	e.hub.emit(ev)
	select {
	case e.rejoined <- struct{}{}:
	default:
	}
}

// Height is the last block applied and durable here.
func (e *Engine) Height() ledger.Height { return ledger.Height(e.height.Load()) }

// Waiting counts the entries in this node's pool.
func (e *Engine) Waiting() int { return e.pool.Size() }

// Syncing tells whether this node is still fetching blocks from its peers, or
// waits for one that says what there is.
func (e *Engine) Syncing() bool { return e.consR.WaitSync() }

// Health says why this node does not take part, or nil. Errors wrap ErrStopped,
// ErrHalted, and store.ErrFull while blocks wait for room.
func (e *Engine) Health() error {
	e.life.RLock()
	up := e.started && !e.stopped
	e.life.RUnlock()
	trouble := e.app.trouble.Load()
	switch {
	case !up:
		return ErrStopped
	case e.halted.Load() && trouble != nil:
		return fmt.Errorf("%w: %w", ErrHalted, *trouble)
	case e.halted.Load():
		return ErrHalted
	case trouble != nil:
		return *trouble
	}
	return nil
}

// Keeping describes this node's part as a keeper.
type Keeping struct {
	Keeper  bool  // the key is in the set that orders the next block, or the one after
	Voting  bool  // the key is in the set that orders the next block
	Refusal error // why the key signs nothing: see ErrGuardMissing and its neighbours
	Last    ledger.Height
}

// Keeping tells whether this node keeps, and whether its guard lets it sign. A
// node that leaves the set must run until Keeper is false: it still votes on
// the block after the one that removed it.
func (e *Engine) Keeping() Keeping {
	if e.guard == nil {
		return Keeping{}
	}
	rs := e.cons.GetState()
	addr := e.guard.pub.Address()
	voting := rs.Validators.HasAddress(addr)
	return Keeping{Keeper: voting || rs.NextValidators.HasAddress(addr), Voting: voting, Refusal: e.guard.refusal(), Last: ledger.Height(e.guard.last().Height)}
}

// Internals are CometBFT's parts, for a switch that pushes gossip.
type Internals struct {
	State      *cs.State
	Reactor    *cs.Reactor
	BlockStore *cmtstore.BlockStore
}

// Internals gives the switch what it needs for its push.
func (e *Engine) Internals() Internals {
	return Internals{State: e.cons, Reactor: e.consR, BlockStore: e.blocks}
}
