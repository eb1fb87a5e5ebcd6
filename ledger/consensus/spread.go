package consensus

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cometbft/cometbft/libs/log"
	mempl "github.com/cometbft/cometbft/mempool"
	"github.com/cometbft/cometbft/p2p"
	"github.com/cometbft/cometbft/p2p/conn"
	protomem "github.com/cometbft/cometbft/proto/tendermint/mempool"

	"countersign/ledger"
	"countersign/ledger/rules"
)

// How entries are spread.
const (
	batchBytes  = 48 << 10             // of entries in one message; the channel takes a little more than the largest entry
	batchPause  = 5 * time.Millisecond // between messages to one peer: the first goes at once
	relaySoon   = 50 * time.Millisecond
	relayLate   = time.Second
	relayFew    = 64 // waiting entries, up to which a proposer might have none: relaySoon
	repeatFirst = 2 * time.Second
	repeatLast  = 32 * time.Second
)

// spread carries waiting entries from pool to pool, in place of the engine's own
// reactor, which sends each to every peer by itself, and so does everybody that
// receives it: among keepers, who are all connected, most of that is for nothing.
//
//   - What is submitted here, or comes from a node that keeps nothing, goes to
//     every peer at once; what collects meanwhile goes in one message.
//   - What comes from a keeper has gone to the other keepers too. It is passed
//     on only when it still waits after a while, as it does when links are cut.
//   - Signatures that come together are verified together.
type spread struct {
	p2p.BaseReactor
	wire    *mempl.Reactor // the engine's, for its channel and its filter; it sends nothing
	pool    *mempl.CListMempool
	app     *application
	keeper  func(peer string) (ledger.KeyID, bool)
	height  func() int64 // of this node
	syncing atomic.Bool

	mu     sync.Mutex
	items  map[ledger.Hash]*waiting
	order  []*waiting // as they came; some are gone
	late   []*waiting // from keepers, to be passed on later; some are gone
	lines  map[p2p.ID]*line
	slots  peerSet // in use
	lateIn chan struct{}
}

// waiting is an entry of the pool.
type waiting struct {
	transaction
	height int64     // of this node when it came
	since  time.Time // when it came
	again  time.Time // not sent anew before
	pause  time.Duration
	has    peerSet // who sent it or was sent it
	gone   bool
}

// line is what goes to one peer.
type line struct {
	peer  p2p.Peer
	slot  int
	queue []*waiting // guarded by spread.mu
	ready chan struct{}
}

var (
	_ p2p.Reactor        = (*spread)(nil)
	_ p2p.MsgBytesFilter = (*spread)(nil)
)

func newSpread(wire *mempl.Reactor, e *Engine, syncing bool) *spread {
	s := &spread{wire: wire, pool: e.pool, app: e.app, keeper: e.cfg.Keeper, height: e.height.Load,
		items: map[ledger.Hash]*waiting{}, lines: map[p2p.ID]*line{}, lateIn: make(chan struct{}, 1)}
	s.BaseReactor = *p2p.NewBaseReactor("Entries", s)
	s.syncing.Store(syncing)
	e.app.evicted = func(raw []byte) { s.remove(ledger.Sum(raw)) }
	return s
}

// SetLogger sets the logger of both reactors.
func (s *spread) SetLogger(l log.Logger) {
	s.BaseReactor.SetLogger(l)
	s.wire.SetLogger(l)
}

// GetChannels is the engine's own channel.
func (s *spread) GetChannels() []*conn.ChannelDescriptor { return s.wire.GetChannels() }

// FilterMsgBytes is the engine's own bound on what a message may hold.
func (s *spread) FilterMsgBytes(ch byte, src p2p.Peer, msg []byte) error {
	return s.wire.FilterMsgBytes(ch, src, msg)
}

// EnableInOutTxs is called by block sync when it has caught up.
func (s *spread) EnableInOutTxs() { s.syncing.Store(false) }

// OnStart begins to pass on what waits too long.
func (s *spread) OnStart() error {
	go s.relay()
	return nil
}

// AddPeer begins to send to a peer: first all that waits.
func (s *spread) AddPeer(peer p2p.Peer) {
	l := &line{peer: peer, ready: make(chan struct{}, 1)}
	s.mu.Lock()
	l.slot = s.slots.take()
	l.queue = s.all()
	s.lines[peer.ID()] = l
	s.mu.Unlock()
	l.kick()
	go s.serve(l)
}

// all lists what waits; called with the lock held.
func (s *spread) all() []*waiting {
	return slices.DeleteFunc(slices.Clone(s.order), func(w *waiting) bool { return w.gone })
}

// RemovePeer forgets what the peer has: its next session is sent everything.
func (s *spread) RemovePeer(peer p2p.Peer, _ any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.lines[peer.ID()]
	if l == nil || l.peer != peer {
		return
	}
	delete(s.lines, peer.ID())
	for _, w := range s.order {
		w.has.drop(l.slot)
	}
	s.slots.drop(l.slot)
}

// Receive takes entries from a peer into the pool.
func (s *spread) Receive(e p2p.Envelope) {
	msg, ok := e.Message.(*protomem.Txs)
	if !ok {
		s.Switch.StopPeerForError(e.Src, "not a message of entries")
		return
	}
	if s.syncing.Load() {
		return
	}
	fresh := s.unknown(e.Src, msg.Txs)
	s.app.verifyAhead(fresh)
	for _, t := range fresh {
		_ = s.enter(t, e.Src) // full, known or refused: the sender offers it again
	}
}

// unknown leaves out what waits here already, and notes that the peer has it.
func (s *spread) unknown(src p2p.Peer, raw [][]byte) []transaction {
	txs := make([]transaction, len(raw))
	for i := range raw {
		txs[i] = newTransaction(raw[i])
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	l, fresh := s.lines[src.ID()], txs[:0]
	for _, t := range txs {
		w := s.items[t.hash]
		if w == nil {
			fresh = append(fresh, t)
		} else if l != nil {
			w.has.add(l.slot)
		}
	}
	return fresh
}

// enter puts an entry into the pool and spreads what the pool has taken; src is
// nil for what is submitted here. The answer is the pool's, nil for one that it
// has, or had lately.
func (s *spread) enter(t transaction, src p2p.Peer) error {
	var res *abci.ResponseCheckTx
	err := s.pool.CheckTx(t.raw, func(r *abci.ResponseCheckTx) { res = r }, mempl.TxInfo{})
	switch {
	case err != nil:
		return err
	case res == nil:
		return mempl.ErrRecheckFull
	case res.Code != codeAccepted:
		return &notTaken{res}
	}
	s.add(t, src)
	return nil
}

// notTaken says that the application did not admit an entry.
type notTaken struct{ res *abci.ResponseCheckTx }

func (n *notTaken) Error() string { return n.res.Log }

// add spreads an entry that is in the pool now.
func (s *spread) add(t transaction, src p2p.Peer) {
	w := &waiting{transaction: t, height: s.height(), since: time.Now(), pause: repeatFirst}
	w.again = w.since.Add(w.pause)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.items[w.hash] != nil || s.app.orderedLately(t) { // a block was quicker
		return
	}
	s.items[w.hash] = w
	s.order = append(s.order, w)
	if src == nil {
		s.toAll(w)
		return
	}
	if l := s.lines[src.ID()]; l != nil {
		w.has.add(l.slot)
	}
	if _, keeps := s.keeper(string(src.ID())); !keeps {
		s.toAll(w)
		return
	}
	s.late = append(s.late, w)
	if len(s.late) == 1 {
		select {
		case s.lateIn <- struct{}{}:
		default:
		}
	}
}

// toAll queues an entry for everybody who lacks it; called with the lock held.
func (s *spread) toAll(w *waiting) {
	for _, l := range s.lines {
		if !w.has.in(l.slot) {
			l.queue = append(l.queue, w)
			l.kick()
		}
	}
}

// ordered forgets what a block had.
func (s *spread) ordered(outcomes []rules.Outcome) {
	hashes := make([]ledger.Hash, len(outcomes))
	for i, o := range outcomes {
		hashes[i] = o.Entry.SignedHash()
	}
	s.remove(hashes...)
}

// remove forgets entries that wait no longer.
func (s *spread) remove(hashes ...ledger.Hash) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, h := range hashes {
		if w := s.items[h]; w != nil {
			w.gone = true
			delete(s.items, h)
		}
	}
	if len(s.order) > 2*len(s.items) {
		s.order = slices.DeleteFunc(s.order, func(w *waiting) bool { return w.gone })
	}
}

// repeat offers a waiting entry to everybody once more, more and more seldom;
// false when it does not wait here.
func (s *spread) repeat(raw []byte) bool {
	h, now := ledger.Sum(raw), time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.items[h]
	if w == nil {
		return false
	}
	if now.Before(w.again) {
		return true
	}
	w.pause = min(2*w.pause, repeatLast)
	w.again = now.Add(w.pause)
	w.has = nil
	s.toAll(w)
	return true
}

// relay passes on what came from keepers and waits too long.
func (s *spread) relay() {
	for {
		select {
		case <-s.Quit():
			return
		case <-s.lateIn:
		}
		for {
			pause := s.overdue(time.Now())
			if pause == 0 {
				break
			}
			select {
			case <-s.Quit():
				return
			case <-time.After(pause):
			}
		}
	}
}

// overdue queues what is to be passed on now, and says when to look again; 0
// means that nothing is left.
func (s *spread) overdue(now time.Time) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	after := relaySoon
	if len(s.items) > relayFew {
		after = relayLate
	}
	n := 0
	for ; n < len(s.late); n++ {
		if w := s.late[n]; w.gone {
			continue
		} else if now.Sub(w.since) < after {
			break
		} else {
			s.toAll(w)
		}
	}
	if s.late = s.late[n:]; len(s.late) == 0 {
		s.late = nil
		return 0
	}
	return max(min(after-now.Sub(s.late[0].since), relaySoon), time.Millisecond)
}
