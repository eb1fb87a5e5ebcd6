package p2p

import (
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
)

// PeerStatus is what this host knows of an enrolled peer.
type PeerStatus struct {
	ID    PeerID
	Up    bool
	Since time.Time // when it came up or went away; at first, when it was enrolled

	Version string // the rest is from its last hello and stays when it goes away
	Agency  string
	Node    string
	Height  int64
	LogSize uint64
	Heard   time.Time // when that hello came; zero if none ever did

	Delay       time.Duration // there and back; zero until measured
	ClockOffset time.Duration // its clock minus ours
	Addresses   []string      // where we would dial it
	LastError   error         // why it is away, or went last
}

// Status returns every enrolled peer, sorted by ID.
func (h *Host) Status() []PeerStatus {
	h.mu.Lock()
	links := make([]*link, 0, len(h.links))
	for _, l := range h.links {
		links = append(links, l)
	}
	h.mu.Unlock()
	out := make([]PeerStatus, 0, len(links))
	for _, l := range links {
		out = append(out, l.snapshot())
	}
	slices.SortFunc(out, func(a, b PeerStatus) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return out
}

// PeerStatus returns one enrolled peer.
func (h *Host) PeerStatus(p PeerID) (PeerStatus, bool) {
	l := h.linkOf(p)
	if l == nil {
		return PeerStatus{}, false
	}
	return l.snapshot(), true
}

// Traffic counts the bytes on all streams since the host was made, without what
// transports and encryption add.
func (h *Host) Traffic() (sent, received uint64) { return h.gate.sent.Load(), h.gate.received.Load() }

// Announce tells all peers our new state now, instead of at the next heartbeat.
func (h *Host) Announce() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, l := range h.links {
		signal(l.news)
	}
}

func (l *link) snapshot() PeerStatus {
	addrs := textOfAddrs(l.addrs())
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.status
	s.Addresses = addrs
	return s
}

// setUp takes in a hello.
func (l *link) setUp(m *hello, delay time.Duration) {
	now := time.Now()
	told, err := parseAddrs(m.Addresses)
	l.mu.Lock()
	s := &l.status
	came := !s.Up
	changed := came || s.Height != m.Height || s.LogSize != m.LogSize
	if came {
		s.Up, s.Since = true, now
	}
	s.Version, s.Agency, s.Node = m.Version, m.Agency, m.Node
	s.Height, s.LogSize, s.Heard = m.Height, m.LogSize, now
	if delay != 0 {
		s.Delay = delay
	}
	s.ClockOffset = time.UnixMilli(m.Clock).Sub(l.h.cfg.Clock()) + s.Delay/2
	if err == nil && len(told) > 0 {
		l.told = told
	}
	l.mu.Unlock()
	if came {
		l.h.log.Info("peer is up", "peer", textOf(l.id).Short(), "agency", m.Agency, "node", m.Node)
	}
	if changed {
		l.h.changed(l)
	}
}

// setDown notes why the peer is away.
func (l *link) setDown(err error) {
	if err == nil {
		return
	}
	l.mu.Lock()
	went := l.status.Up
	if went {
		l.status.Up, l.status.Since = false, time.Now()
	}
	l.status.LastError = err
	l.mu.Unlock()
	if went {
		l.h.log.Info("peer is away", "peer", textOf(l.id).Short(), "why", err)
		l.h.changed(l)
	}
}

// subscription hands changes to one subscriber, the latest of each peer only.
type subscription struct {
	tell func(PeerStatus)
	kick chan struct{}
	end  chan struct{}
	once sync.Once

	mu    sync.Mutex
	dirty map[peer.ID]*link
}

// OnChange calls tell, on a goroutine of its own, whenever a peer comes up, goes
// away or reports another height. Changes that follow quickly are told as one. After
// stop at most the call under way comes to its end.
func (h *Host) OnChange(tell func(PeerStatus)) (stop func()) {
	sub := &subscription{tell: tell, kick: make(chan struct{}, 1), end: make(chan struct{}), dirty: map[peer.ID]*link{}}
	if !h.begin() {
		return func() {}
	}
	h.mu.Lock()
	h.subs[sub] = true
	h.mu.Unlock()
	go func() {
		defer h.wait.Done()
		for {
			select {
			case <-sub.kick:
				sub.deliver()
			case <-sub.end:
				return
			case <-h.ctx.Done():
				return
			}
		}
	}()
	return func() {
		h.mu.Lock()
		delete(h.subs, sub)
		h.mu.Unlock()
		sub.once.Do(func() { close(sub.end) })
	}
}

func (s *subscription) deliver() {
	s.mu.Lock()
	dirty := s.dirty
	s.dirty = map[peer.ID]*link{}
	s.mu.Unlock()
	for _, l := range dirty {
		select {
		case <-s.end:
			return
		default:
			s.tell(l.snapshot())
		}
	}
}

func (h *Host) changed(l *link) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for s := range h.subs {
		s.mu.Lock()
		s.dirty[l.id] = l
		s.mu.Unlock()
		signal(s.kick)
	}
}
