package gossip_test

import (
	"bytes"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	dbm "github.com/cometbft/cometbft-db"
	"github.com/cometbft/cometbft/abci/example/kvstore"
	"github.com/cometbft/cometbft/blocksync"
	cfg "github.com/cometbft/cometbft/config"
	"github.com/cometbft/cometbft/consensus"
	"github.com/cometbft/cometbft/evidence"
	"github.com/cometbft/cometbft/libs/log"
	"github.com/cometbft/cometbft/mempool"
	"github.com/cometbft/cometbft/proxy"
	sm "github.com/cometbft/cometbft/state"
	"github.com/cometbft/cometbft/store"
	"github.com/cometbft/cometbft/types"
	cmttime "github.com/cometbft/cometbft/types/time"

	"countersign/p2p"
	"countersign/p2p/gossip"
)

// keeper is one whole engine over a switch, with CometBFT's example application.
type keeper struct {
	host    *p2p.Host
	sw      *gossip.Switch
	bus     *types.EventBus
	app     proxy.AppConns
	mempool *mempool.CListMempool
	blocks  *store.BlockStore
	final   <-chan int64 // heights, as they become final here
}

// settings are those of DESIGN.md, "The engine".
func settings(t testing.TB) *cfg.Config {
	c := cfg.DefaultConfig()
	c.SetRoot(t.TempDir())
	c.Consensus.SetWalFile(filepath.Join(c.RootDir, "wal", "wal"))
	c.Consensus.CreateEmptyBlocks = false
	c.Consensus.TimeoutCommit = 0
	c.Consensus.SkipTimeoutCommit = true
	c.Consensus.TimeoutPropose = 80 * time.Millisecond
	c.Consensus.TimeoutProposeDelta = 100 * time.Millisecond
	c.Consensus.TimeoutPrevote = 150 * time.Millisecond
	c.Consensus.TimeoutPrecommit = 30 * time.Millisecond
	c.Consensus.PeerGossipSleepDuration = 100 * time.Millisecond
	return c
}

// assemble builds an engine the way DESIGN.md describes, on the host.
func assemble(t testing.TB, h *p2p.Host, key types.PrivValidator, genesis *types.GenesisDoc) *keeper {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	c := settings(t)
	k := &keeper{host: h, blocks: store.NewBlockStore(dbm.NewMemDB())}
	states := sm.NewStore(dbm.NewMemDB(), sm.StoreOptions{DiscardABCIResponses: true})
	state, err := states.LoadFromDBOrGenesisDoc(genesis)
	must(err)
	k.app = proxy.NewAppConns(proxy.NewConnSyncLocalClientCreator(kvstore.NewInMemoryApplication()), proxy.NopMetrics())
	must(k.app.Start())
	k.bus = types.NewEventBus()
	must(k.bus.Start())
	handshake := consensus.NewHandshaker(states, state, k.blocks, genesis)
	handshake.SetEventBus(k.bus)
	must(handshake.HandshakeWithContext(t.Context(), k.app))
	state, err = states.Load() // the handshake has changed it
	must(err)

	k.mempool = mempool.NewCListMempool(c.Mempool, k.app.Mempool(), state.LastBlockHeight,
		mempool.WithPreCheck(sm.TxPreCheck(state)), mempool.WithPostCheck(sm.TxPostCheck(state)))
	k.mempool.EnableTxsAvailable()
	pool, err := evidence.NewPool(dbm.NewMemDB(), states, k.blocks)
	must(err)
	executor := sm.NewBlockExecutor(states, log.NewNopLogger(), k.app.Consensus(), k.mempool, pool, k.blocks)
	pub, err := key.GetPubKey()
	must(err)
	engine := consensus.NewState(c.Consensus, state.Copy(), executor, k.blocks, k.mempool, pool)
	engine.SetPrivValidator(key)
	reactor := consensus.NewReactor(engine, false)
	reactor.SetEventBus(k.bus)

	k.sw = gossip.New(gossip.Config{Network: harbour}, gossip.OverHost(h))
	k.sw.AddReactor("MEMPOOL", mempool.NewReactor(c.Mempool, k.mempool, false))
	k.sw.AddReactor("BLOCKSYNC", blocksync.NewReactor(false, false, state.Copy(), executor, k.blocks, pub.Address(), 0, blocksync.NopMetrics()))
	k.sw.AddReactor("CONSENSUS", reactor)
	k.sw.AddReactor("EVIDENCE", evidence.NewReactor(pool))
	k.sw.AttachConsensus(gossip.Consensus{State: engine, Reactor: reactor, Blocks: k.blocks})

	sub, err := k.bus.Subscribe(t.Context(), "test", types.EventQueryNewBlock, 1000)
	must(err)
	final := make(chan int64, 1000)
	k.final = final
	go func() {
		for {
			select {
			case m := <-sub.Out():
				final <- m.Data().(types.EventDataNewBlock).Block.Height
			case <-sub.Canceled():
				return
			}
		}
	}()
	must(k.sw.Start())
	t.Cleanup(func() {
		_ = k.bus.Stop()
		_ = k.sw.Stop()
		_ = k.app.Stop()
	})
	return k
}

// city starts n keepers that all know each other.
func city(t testing.TB, n int) []*keeper {
	t.Helper()
	genesis := &types.GenesisDoc{ChainID: "harbour", GenesisTime: cmttime.Now(), ConsensusParams: types.DefaultConsensusParams()}
	var keys []types.MockPV
	var hosts []*p2p.Host
	for i := range n {
		key := types.NewMockPV()
		pub, err := key.GetPubKey()
		if err != nil {
			t.Fatal(err)
		}
		genesis.Validators = append(genesis.Validators, types.GenesisValidator{Address: pub.Address(), PubKey: pub, Power: 10})
		keys = append(keys, key)
		hosts = append(hosts, host(t, fmt.Sprintf("Keeper %d", i)))
	}
	know(t, hosts...)
	var keepers []*keeper
	for i := range n {
		keepers = append(keepers, assemble(t, hosts[i], keys[i], genesis))
	}
	for _, k := range keepers {
		for _, h := range hosts {
			k.sw.Enroll(string(h.ID()))
		}
	}
	return keepers
}

func (k *keeper) submit(t testing.TB, tx string) {
	t.Helper()
	if err := k.mempool.CheckTx(types.Tx(tx), nil, mempool.TxInfo{}); err != nil {
		t.Fatal(err)
	}
}

// finalHere waits until a block with the transaction is final at the keeper.
func (k *keeper) finalHere(t testing.TB, tx string, limit time.Duration) {
	t.Helper()
	timeout := time.NewTimer(limit)
	defer timeout.Stop()
	for {
		select {
		case h := <-k.final:
			for _, got := range k.blocks.LoadBlock(h).Txs {
				if string(got) == tx {
					return
				}
			}
		case <-timeout.C:
			t.Fatalf("%.40s not final within %v", tx, limit)
		}
	}
}

func (k *keeper) settled(t testing.TB) {
	t.Helper()
	eventually(t, "the empty block that certifies the outcome", 10*time.Second, func() bool {
		b := k.blocks.LoadBlock(k.blocks.Height())
		return b != nil && len(b.Txs) == 0
	})
}

// Four keepers, idle but for one entry at a time: each is final everywhere, and in
// far less time than gossip that looks every 100 ms would take.
func TestIdleKeepersFinaliseAtOnce(t *testing.T) {
	keepers := city(t, 4)
	for _, k := range keepers {
		eventually(t, "all sessions", 10*time.Second, func() bool { return k.sw.Peers().Size() == 3 })
	}
	var took []time.Duration
	for i := range 30 {
		tx := fmt.Sprintf("request-%d=approved", i)
		began := time.Now()
		keepers[i%4].submit(t, tx)
		keepers[i%4].finalHere(t, tx, 10*time.Second)
		took = append(took, time.Since(began))
		for j, k := range keepers {
			if j != i%4 {
				k.finalHere(t, tx, 10*time.Second)
			}
			k.settled(t)
		}
	}
	slices.Sort(took)
	p50 := took[len(took)/2]
	t.Logf("submit to final: p50 %v, worst %v; %+v", p50, took[len(took)-1], keepers[0].sw.Stats())
	if p50 > 150*time.Millisecond {
		t.Errorf("p50 is %v; polling gossip alone would take that long", p50)
	}
}

// One of four is cut off until its sessions are dead; three go on without it, and it
// catches up once healed.
func TestCutKeeperCatchesUp(t *testing.T) {
	keepers := city(t, 4)
	for _, k := range keepers {
		eventually(t, "all sessions", 10*time.Second, func() bool { return k.sw.Peers().Size() == 3 })
	}
	away := keepers[3]
	cut := func(on bool) {
		t.Helper()
		for _, k := range keepers[:3] {
			if err := away.host.Cut(k.host.ID(), on); err != nil {
				t.Fatal(err)
			}
		}
	}
	cut(true)
	for i := range 20 {
		tx := fmt.Sprintf("while-away-%d=1", i)
		keepers[0].submit(t, tx)
		keepers[0].finalHere(t, tx, 20*time.Second)
	}
	waitSession(t, away.sw, keepers[0].host, false)
	cut(false)
	height := keepers[0].blocks.Height()
	took := eventually(t, "caught up", 30*time.Second, func() bool { return away.blocks.Height() >= height })
	t.Logf("caught up to height %d in %v", height, took)
	if took > 10*time.Second {
		t.Errorf("caught up after %v", took)
	}
	tx := "after-healing=1"
	away.submit(t, tx)
	keepers[0].finalHere(t, tx, 10*time.Second)
}

// Blocks of many parts cross as well, and all keepers hold the same.
func TestLargeBlocksCross(t *testing.T) {
	keepers := city(t, 4)
	for _, k := range keepers {
		eventually(t, "all sessions", 10*time.Second, func() bool { return k.sw.Peers().Size() == 3 })
	}
	var last string
	for i := range 24 {
		last = fmt.Sprintf("letter-%d=%s", i, strings.Repeat("x", 60<<10))
		keepers[i%4].submit(t, last)
	}
	keepers[3].finalHere(t, last, 2*time.Minute)
	height := keepers[3].blocks.Height()
	for _, k := range keepers[:3] {
		eventually(t, "the same height", 10*time.Second, func() bool { return k.blocks.Height() >= height })
		if got, want := k.blocks.LoadBlock(height).Hash(), keepers[3].blocks.LoadBlock(height).Hash(); !bytes.Equal(got, want) {
			t.Errorf("block %d is %x at one keeper and %x at another", height, got, want)
		}
	}
}
