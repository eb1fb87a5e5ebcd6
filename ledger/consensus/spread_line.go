package consensus

import (
	"math/bits"
	"time"

	mempl "github.com/cometbft/cometbft/mempool"
	"github.com/cometbft/cometbft/p2p"
	protomem "github.com/cometbft/cometbft/proto/tendermint/mempool"
	cmttypes "github.com/cometbft/cometbft/types"
)

// lagPause is how often a peer that is behind is looked at again.
const lagPause = 100 * time.Millisecond

func (l *line) kick() {
	select {
	case l.ready <- struct{}{}:
	default:
	}
}

// serve sends to one peer until its session ends.
func (s *spread) serve(l *line) {
	for {
		select {
		case <-l.peer.Quit():
			return
		case <-s.Quit():
			return
		case <-l.ready:
		}
		pause := batchPause
		switch batch, more, behind := s.next(l); {
		case behind:
			pause = lagPause
			l.kick()
		case len(batch) == 0:
			continue
		case !l.send(batch):
			s.back(l, batch)
			pause = lagPause
			l.kick()
		case more:
			l.kick()
			continue // a full message: no need to collect
		}
		select {
		case <-l.peer.Quit():
			return
		case <-s.Quit():
			return
		case <-time.After(pause):
		}
	}
}

func (l *line) send(batch []*waiting) bool {
	txs := make([][]byte, len(batch))
	for i, w := range batch {
		txs[i] = w.raw
	}
	return l.peer.Send(p2p.Envelope{ChannelID: mempl.MempoolChannel, Message: &protomem.Txs{Txs: txs}})
}

// next takes a message's worth of what the peer lacks. An entry is kept back
// while the peer is more than a block behind where we were when it came: it
// might not know the author yet.
func (s *spread) next(l *line) (batch []*waiting, more, behind bool) {
	height := int64(1<<63 - 1) // as long as consensus has not spoken with it
	if ps, ok := l.peer.Get(cmttypes.PeerStateKey).(interface{ GetHeight() int64 }); ok {
		height = ps.GetHeight()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	size, n := 0, 0
	for ; n < len(l.queue); n++ {
		w := l.queue[n]
		if w.gone || w.has.in(l.slot) {
			continue
		}
		if height < w.height-1 {
			behind = len(batch) == 0
			break
		}
		if len(batch) > 0 && size+len(w.raw) > batchBytes {
			more = true
			break
		}
		w.has.add(l.slot)
		batch, size = append(batch, w), size+len(w.raw)
	}
	if l.queue = l.queue[n:]; len(l.queue) == 0 {
		l.queue = nil // let go of what append has grown
	} else {
		more = true
	}
	return batch, more, behind
}

// back puts a message that was not sent before the rest.
func (s *spread) back(l *line, batch []*waiting) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, w := range batch {
		w.has.drop(l.slot)
	}
	l.queue = append(batch, l.queue...)
}

// peerSet is a set of peers by their slots.
type peerSet []uint64

func (p peerSet) in(slot int) bool { return slot/64 < len(p) && p[slot/64]>>(slot%64)&1 == 1 }

func (p *peerSet) add(slot int) {
	for slot/64 >= len(*p) {
		*p = append(*p, 0)
	}
	(*p)[slot/64] |= 1 << (slot % 64)
}

func (p peerSet) drop(slot int) {
	if slot/64 < len(p) {
		p[slot/64] &^= 1 << (slot % 64)
	}
}

// take adds the smallest slot that is free.
func (p *peerSet) take() int {
	slot := 64 * len(*p)
	for i, word := range *p {
		if word != ^uint64(0) {
			slot = 64*i + bits.TrailingZeros64(^word)
			break
		}
	}
	p.add(slot)
	return slot
}
