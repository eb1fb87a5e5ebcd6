package gossip

import "sync/atomic"

// Stats counts since the switch was made.
type Stats struct {
	FramesSent, BytesSent         uint64
	FramesReceived, BytesReceived uint64
	Dropped                       uint64 // frames not sent because a queue was full, or too large
	Rejected                      uint64 // frames received that ended their session
	Sessions                      uint64 // begun
	Kicks                         uint64 // times a push loop ran
	Pushed                        uint64 // parts, proposals and votes it sent
}

type counters struct {
	framesSent, bytesSent         atomic.Uint64
	framesReceived, bytesReceived atomic.Uint64
	dropped, rejected             atomic.Uint64
	sessions, kicks, pushed       atomic.Uint64
}

// Stats returns the counters as they stand.
func (s *Switch) Stats() Stats {
	c := &s.count
	return Stats{
		FramesSent: c.framesSent.Load(), BytesSent: c.bytesSent.Load(),
		FramesReceived: c.framesReceived.Load(), BytesReceived: c.bytesReceived.Load(),
		Dropped: c.dropped.Load(), Rejected: c.rejected.Load(),
		Sessions: c.sessions.Load(), Kicks: c.kicks.Load(), Pushed: c.pushed.Load(),
	}
}
