package consensus

import (
	"slices"
	"sync"
	"time"

	"github.com/cometbft/cometbft/p2p"
	cmttypes "github.com/cometbft/cometbft/types"
)

const (
	// windowBlocks is how far ahead of the block to be applied others are asked for.
	windowBlocks = 128
	// windowBytes of blocks that wait for their turn end the asking for more.
	windowBytes = 32 << 20
	// openPerPeer is how many questions a peer has to answer at once.
	openPerPeer = 20
	// askAfter is when a question that has no answer is put once more.
	askAfter = 3 * time.Second
	// silentAfter is when a peer that answers nothing is left alone, for restTime.
	silentAfter = 15 * time.Second
	restTime    = time.Minute
)

// wanted knows which blocks a node lacks, who says that they have them, and whom
// it has asked. Blocks that came stay when their sender leaves: the keepers'
// commit vouches for them. Its methods may be called from any goroutine.
type wanted struct {
	mu      sync.Mutex
	next    int64 // the first block that was not applied
	sources map[p2p.ID]*source
	blocks  map[int64]arrived
	bytes   int // of blocks
}

// source is a peer that has said which blocks it has.
type source struct {
	peer      p2p.Peer
	low, high int64
	open      map[int64]time.Time // questions without an answer, since when
	heard     time.Time           // its last answer, or when it was asked after all were answered
	rests     time.Time           // until then it is not asked
}

// arrived is a block that nobody has verified yet.
type arrived struct {
	block *cmttypes.Block
	from  p2p.ID
	size  int
}

// question asks a peer for a block.
type question struct {
	peer   p2p.Peer
	height int64
}

func newWanted(next int64) *wanted {
	return &wanted{next: next, sources: map[p2p.ID]*source{}, blocks: map[int64]arrived{}}
}

// says notes what a peer says that it has.
func (w *wanted) says(peer p2p.Peer, low, high int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := w.sources[peer.ID()]
	if s == nil || s.peer != peer { // of another session nothing is open
		s = &source{peer: peer, open: map[int64]time.Time{}}
		w.sources[peer.ID()] = s
	}
	s.low, s.high = low, high
}

// gone forgets a peer whose session has ended; what it was asked others are.
func (w *wanted) gone(peer p2p.Peer) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if s := w.sources[peer.ID()]; s != nil && s.peer == peer {
		delete(w.sources, peer.ID())
	}
}

// owes tells whether a peer has questions to answer.
func (w *wanted) owes(peer p2p.Peer) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := w.sources[peer.ID()]
	return s != nil && s.peer == peer && len(s.open) > 0
}

// take keeps a block that a peer was asked for; false if it was not.
func (w *wanted) take(peer p2p.Peer, b *cmttypes.Block, size int, now time.Time) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := w.answers(peer, b.Height, now)
	if s == nil {
		return false
	}
	if _, twice := w.blocks[b.Height]; b.Height >= w.next && !twice {
		w.blocks[b.Height] = arrived{b, peer.ID(), size}
		w.bytes += size
	}
	return true
}

// lacks notes that a peer does not have what it said it had.
func (w *wanted) lacks(peer p2p.Peer, height int64, now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if s := w.answers(peer, height, now); s != nil {
		s.rests = now.Add(restTime)
	}
}

// answers closes a question; called with the lock held.
func (w *wanted) answers(peer p2p.Peer, height int64, now time.Time) *source {
	s := w.sources[peer.ID()]
	if s == nil || s.peer != peer {
		return nil
	}
	if _, asked := s.open[height]; !asked {
		return nil
	}
	delete(s.open, height)
	s.heard = now
	return s
}

// pair is the block to be applied and the one that holds its commit, or nil.
func (w *wanted) pair() (first, second *cmttypes.Block) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.blocks[w.next].block, w.blocks[w.next+1].block
}

// advance goes on to the next block.
func (w *wanted) advance() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.drop(w.next)
	w.next++
}

func (w *wanted) drop(height int64) {
	w.bytes -= w.blocks[height].size
	delete(w.blocks, height)
}

// reject leaves alone whoever has sent the pair, drops all that they have sent,
// and returns them.
func (w *wanted) reject(now time.Time) (senders []p2p.Peer) {
	w.mu.Lock()
	defer w.mu.Unlock()
	bad := []p2p.ID{w.blocks[w.next].from, w.blocks[w.next+1].from}
	for height, b := range w.blocks {
		if slices.Contains(bad, b.from) {
			w.drop(height)
		}
	}
	for _, id := range slices.Compact(bad) {
		if s := w.sources[id]; s != nil {
			s.rests = now.Add(restTime)
			senders = append(senders, s.peer)
		}
	}
	return senders
}

// told counts the peers that have said what they have.
func (w *wanted) told() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.sources)
}

// enough tells whether nobody who can be asked has a block that could be applied:
// each needs the commit in the next.
func (w *wanted) enough(now time.Time) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.best(now) <= w.next
}

// best is the newest block that anybody has who is not left alone.
func (w *wanted) best(now time.Time) (height int64) {
	for _, s := range w.sources {
		if !now.Before(s.rests) && s.low <= w.next {
			height = max(height, s.high)
		}
	}
	return height
}

// questions are what is to be asked now, the next block first.
func (w *wanted) questions(now time.Time) (out []question) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for id, s := range w.sources {
		if !s.peer.IsRunning() {
			delete(w.sources, id)
		} else if len(s.open) > 0 && now.Sub(s.heard) > silentAfter {
			s.rests = now.Add(restTime)
			s.heard = s.rests // silence counts from then
		}
	}
	last := min(w.best(now), w.next+windowBlocks)
	for height := w.next; height <= last; height++ {
		if _, here := w.blocks[height]; here || height > w.next+1 && w.bytes > windowBytes {
			continue
		}
		if s := w.whom(height, now); s != nil {
			if len(s.open) == 0 {
				s.heard = now
			}
			s.open[height] = now
			out = append(out, question{s.peer, height})
		}
	}
	return out
}

// whom is the one to ask for a block: nobody while an answer may still come, then
// the one with the fewest questions, and one that was asked before last.
func (w *wanted) whom(height int64, now time.Time) (best *source) {
	load := func(s *source) int {
		if _, again := s.open[height]; again {
			return openPerPeer + len(s.open)
		}
		return len(s.open)
	}
	for _, s := range w.sources {
		since, asked := s.open[height]
		if asked && now.Sub(since) < askAfter {
			return nil
		}
		full := !asked && len(s.open) >= openPerPeer
		if full || height < s.low || height > s.high || now.Before(s.rests) {
			continue
		}
		if best == nil || load(s) < load(best) {
			best = s
		}
	}
	return best
}

// unasked takes a question back that could not be sent.
func (w *wanted) unasked(q question) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if s := w.sources[q.peer.ID()]; s != nil && s.peer == q.peer {
		delete(s.open, q.height)
	}
}
