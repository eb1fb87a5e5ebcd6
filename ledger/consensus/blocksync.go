package consensus

import (
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"github.com/cometbft/cometbft/blocksync"
	"github.com/cometbft/cometbft/p2p"
	"github.com/cometbft/cometbft/p2p/conn"
	bcproto "github.com/cometbft/cometbft/proto/tendermint/blocksync"
	sm "github.com/cometbft/cometbft/state"
	cmttypes "github.com/cometbft/cometbft/types"
)

// Block sync speaks CometBFT's protocol of that name ("Block Sync", CometBFT
// specification) and applies blocks with its executor, but is ours. CometBFT's
// own takes a block out of its pool after it has verified it, and dies with the
// whole process if the peer that sent it has left meanwhile
// (BlockPool.PopRequest, v0.40.0).

const (
	// firstWords is how long a node waits for peers that are connected to say what
	// they have, before it believes those that did.
	firstWords = 3 * time.Second
	// wordsEvery is how often peers are asked what they have.
	wordsEvery = time.Second
	// barren is how long nothing may come from peers that say they have more,
	// before consensus gossip is to try its luck.
	barren = 30 * time.Second
	// lookEvery is how often block sync looks for what nobody wakes it for.
	lookEvery = 50 * time.Millisecond
)

var (
	errUnasked   = errors.New("a block that was not asked for")
	errBadBlocks = errors.New("the blocks do not fit the keepers' commit")
)

// blockSync serves blocks to peers. A node that starts first fetches what its
// peers have and it lacks, and then starts consensus: gossip, which could catch up
// as well, takes some messages back and forth for each block.
type blockSync struct {
	p2p.BaseReactor
	e      *Engine
	exec   *sm.BlockExecutor
	state  sm.State // of the fetching goroutine
	first  bool     // begins by fetching
	wanted *wanted
	wake   chan struct{}
	wg     sync.WaitGroup
}

func newBlockSync(e *Engine, exec *sm.BlockExecutor, state sm.State, first bool) *blockSync {
	r := &blockSync{e: e, exec: exec, state: state, first: first,
		wanted: newWanted(max(state.LastBlockHeight+1, state.InitialHeight)), wake: make(chan struct{}, 1)}
	r.BaseReactor = *p2p.NewBaseReactor("Blocksync", r)
	return r
}

// GetChannels is the engine's own channel.
func (r *blockSync) GetChannels() []*conn.ChannelDescriptor {
	return []*conn.ChannelDescriptor{{ID: blocksync.BlocksyncChannel, Priority: 5, SendQueueCapacity: 1000,
		RecvMessageCapacity: blocksync.MaxMsgSize, MessageType: &bcproto.Message{}}}
}

// OnStart begins to fetch, where that comes first.
func (r *blockSync) OnStart() error {
	if r.first {
		r.wg.Go(r.fetch)
	}
	return nil
}

// OnStop waits for the end of fetching.
func (r *blockSync) OnStop() { r.wg.Wait() }

// AddPeer tells a peer what we have.
func (r *blockSync) AddPeer(peer p2p.Peer) { peer.Send(r.have()) }

// RemovePeer forgets a peer.
func (r *blockSync) RemovePeer(peer p2p.Peer, _ any) {
	r.wanted.gone(peer)
	r.poke()
}

func (r *blockSync) have() p2p.Envelope {
	return envelope(&bcproto.StatusResponse{Base: r.e.blocks.Base(), Height: r.e.blocks.Height()})
}

func envelope(m p2p.Wrapper) p2p.Envelope {
	return p2p.Envelope{ChannelID: blocksync.BlocksyncChannel, Message: m}
}

// FilterMsgBytes turns away blocks that were not asked for, and commits with
// more signatures than there can be, before they are unmarshalled.
func (r *blockSync) FilterMsgBytes(_ byte, src p2p.Peer, msg []byte) error {
	var stub bcproto.SigCountMessage
	if err := stub.Unmarshal(msg); err != nil {
		return fmt.Errorf("message of block sync: %w", err)
	}
	b := stub.BlockResponse
	switch {
	case b == nil:
		return nil
	case !r.wanted.owes(src):
		return errUnasked
	case b.ExtCommit != nil, b.Block != nil && b.Block.LastCommit != nil && len(b.Block.LastCommit.Signatures) > cmttypes.MaxVotesCount:
		return errBadBlocks
	}
	return nil
}

// Receive takes a peer's message.
func (r *blockSync) Receive(m p2p.Envelope) {
	if err := blocksync.ValidateMsg(m.Message); err != nil {
		r.Switch.StopPeerForError(m.Src, err)
		return
	}
	switch msg := m.Message.(type) {
	case *bcproto.BlockRequest:
		if b := r.e.blocks.LoadBlockProto(msg.Height); b != nil {
			m.Src.TrySend(envelope(&bcproto.BlockResponse{Block: b}))
		} else {
			m.Src.TrySend(envelope(&bcproto.NoBlockResponse{Height: msg.Height}))
		}
	case *bcproto.StatusRequest:
		m.Src.TrySend(r.have())
	case *bcproto.StatusResponse:
		if r.first {
			r.wanted.says(m.Src, msg.Base, msg.Height)
			r.poke()
		}
	case *bcproto.NoBlockResponse:
		r.wanted.lacks(m.Src, msg.Height, time.Now())
		r.poke()
	case *bcproto.BlockResponse:
		r.arrive(m.Src, msg)
	}
}

func (r *blockSync) arrive(src p2p.Peer, msg *bcproto.BlockResponse) {
	b, err := cmttypes.BlockFromProto(msg.Block)
	if err != nil {
		r.Switch.StopPeerForError(src, err)
		return
	}
	if r.wanted.take(src, b, msg.Block.Size(), time.Now()) && r.e.consR.WaitSync() {
		r.e.app.early.offer(b.Height, msg.Block.Data.Txs)
		r.poke()
	}
}

func (r *blockSync) poke() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// fetch asks for blocks and applies them until nobody has more, and then starts
// consensus. What fails here stops this node's part and nothing else.
func (r *blockSync) fetch() {
	defer func() {
		if p := recover(); p != nil {
			r.e.log.Error("block sync panicked", "panic", p, "stack", string(debug.Stack()))
			r.e.stand(fmt.Errorf("block sync: %v", p))
		}
	}()
	look, words := time.NewTicker(lookEvery), time.NewTicker(wordsEvery)
	defer look.Stop()
	defer words.Stop()
	began := time.Now()
	progress := began
	for r.IsRunning() {
		r.ask()
		applied, err := r.applyNext()
		switch {
		case err != nil:
			r.e.stand(err)
			return
		case applied:
			progress = time.Now()
			continue
		case r.done(began, progress):
			r.e.spread.EnableInOutTxs()
			r.e.consR.SwitchToConsensus(r.state, progress != began) // without blocks the log is replayed
			r.e.watchConsensus()
			return
		}
		select {
		case <-r.wake:
		case <-look.C:
		case <-words.C:
			r.Switch.BroadcastAsync(envelope(&bcproto.StatusRequest{}))
		}
	}
}

// ask puts the questions that are due.
func (r *blockSync) ask() {
	for _, q := range r.wanted.questions(time.Now()) {
		if !q.peer.TrySend(envelope(&bcproto.BlockRequest{Height: q.height})) {
			r.wanted.unasked(q)
		}
	}
}

// done tells whether fetching is over: there are peers, they have said what they
// have, and it is all here but for the last block, whose commit is still on its
// way.
func (r *blockSync) done(began, progress time.Time) bool {
	now, told := time.Now(), r.wanted.told()
	if told == 0 || told < r.Switch.Peers().Size() && now.Sub(began) < firstWords {
		return false
	}
	return r.wanted.enough(now) || now.Sub(progress) > barren
}

// applyNext verifies the next block by the commit in the one after it, keeps and
// applies it; false if they are not both here, or one of them is not good.
func (r *blockSync) applyNext() (bool, error) {
	first, second := r.wanted.pair()
	if first == nil || second == nil {
		return false, nil
	}
	parts, err := first.MakePartSet(cmttypes.BlockPartSizeBytes)
	if err != nil {
		return false, fmt.Errorf("block sync: %w", err)
	}
	id := cmttypes.BlockID{Hash: first.Hash(), PartSetHeader: parts.Header()}
	if err := r.verify(id, first, second); err != nil {
		r.e.log.Warn("blocks from a peer are not good", "height", first.Height, "error", err)
		for _, peer := range r.wanted.reject(time.Now()) {
			r.Switch.StopPeerForError(peer, fmt.Errorf("%w: %w", errBadBlocks, err))
		}
		return false, nil
	}
	r.wanted.advance()
	r.e.blocks.SaveBlock(first, parts, second.LastCommit)
	state, err := r.exec.ApplyVerifiedBlock(r.state, id, first)
	if err != nil {
		return false, fmt.Errorf("block sync: block %d: %w", first.Height, err)
	}
	r.state = state
	return true, nil
}

// verify checks a block whose own last commit was checked with the block before.
func (r *blockSync) verify(id cmttypes.BlockID, first, second *cmttypes.Block) error {
	if err := r.state.Validators.VerifyCommit(r.state.ChainID, id, first.Height, second.LastCommit); err != nil {
		return err
	}
	return r.exec.ValidateBlockSkipLastCommit(r.state, first)
}
