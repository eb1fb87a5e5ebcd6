package gossip

import (
	"sync"
	"time"
)

// frame is one frame as it goes on the wire, shared by all queues it stands in.
type frame []byte

// patience says what to do when a queue is full.
type patience int

const (
	giveUp patience = iota // drop the frame
	stay                   // wait for room, up to sendLimit
	insist                 // go beyond the bound, up to overrun times of it
)

const (
	sendLimit = 10 * time.Second
	overrun   = 4
)

// idly is how long a frame that nobody waits for stands in a queue until another
// takes it along. It is less than the push waits, which such frames spare work.
const idly = 4 * time.Millisecond

// lane is one order of frames with bounds. A single frame fits always.
type lane struct {
	frames              []frame
	bytes               int
	maxFrames, maxBytes int
}

func (l *lane) fits(f frame, times int) bool {
	return len(l.frames) == 0 || len(l.frames) < times*l.maxFrames && l.bytes+len(f) <= times*l.maxBytes
}

// queue holds what waits for one stream: an urgent lane that goes first, and a
// plain one. Many put, one takes.
type queue struct {
	mu            sync.Mutex
	urgent, plain lane
	ready         chan struct{} // something is to be sent
	room          chan struct{} // closed, and replaced, when something was taken
	idle          *time.Timer   // makes ready what nobody waits for; nil: nothing stands here idly
}

func newQueue(maxFrames, maxBytes int) *queue {
	l := lane{maxFrames: maxFrames, maxBytes: maxBytes}
	return &queue{urgent: l, plain: l, ready: make(chan struct{}, 1), room: make(chan struct{})}
}

// put appends f and reports whether it stands in the queue now. It is sent at once.
func (q *queue) put(f frame, first bool, p patience, quit <-chan struct{}) bool {
	return q.enter(f, first, p, quit) && q.wake()
}

// putIdly is put for a frame that goes with the next one, or after a while.
func (q *queue) putIdly(f frame, first bool, p patience, quit <-chan struct{}) bool {
	if !q.enter(f, first, p, quit) {
		return false
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.idle == nil {
		q.idle = time.AfterFunc(idly, func() { q.wake() })
	}
	return true
}

// wake has the writer look.
func (q *queue) wake() bool {
	select {
	case q.ready <- struct{}{}:
	default:
	}
	return true
}

// enter appends f and wakes nobody.
func (q *queue) enter(f frame, first bool, p patience, quit <-chan struct{}) bool {
	times := 1
	if p == insist {
		times = overrun
	}
	done, room := q.tryPut(f, first, times)
	if done || p != stay {
		return done
	}
	limit := time.NewTimer(sendLimit)
	defer limit.Stop()
	for {
		select {
		case <-room:
		case <-quit:
			return false
		case <-limit.C:
			return false
		}
		if done, room = q.tryPut(f, first, times); done {
			return true
		}
	}
}

func (q *queue) tryPut(f frame, first bool, times int) (done bool, room <-chan struct{}) {
	q.mu.Lock()
	defer q.mu.Unlock()
	l := &q.plain
	if first {
		l = &q.urgent
	}
	if !l.fits(f, times) {
		return false, q.room
	}
	l.frames = append(l.frames, f)
	l.bytes += len(f)
	return true, nil
}

// take returns the next frame, or nil if there is none now.
func (q *queue) take() frame {
	q.mu.Lock()
	defer q.mu.Unlock()
	l := &q.urgent
	if len(l.frames) == 0 {
		l = &q.plain
	}
	if len(l.frames) == 0 {
		if q.idle != nil {
			q.idle.Stop()
			q.idle = nil
		}
		return nil
	}
	f := l.frames[0]
	l.frames[0] = nil
	if l.frames = l.frames[1:]; len(l.frames) == 0 {
		l.frames = nil // let go of what append has grown
	}
	l.bytes -= len(f)
	close(q.room)
	q.room = make(chan struct{})
	return f
}
