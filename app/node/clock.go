package node

import (
	"sync/atomic"
	"time"

	"countersign/ledger"
)

// Clock is this computer's clock, moved by an offset in rehearsals.
type Clock struct {
	offset atomic.Int64
}

// Now is the time with the offset.
func (c *Clock) Now() time.Time { return time.Now().Add(time.Duration(c.offset.Load())) }

// Ledger is Now as ledger time.
func (c *Clock) Ledger() ledger.Time { return ledger.TimeOf(c.Now()) }

// Move moves the clock; only a node on a rehearsal network is asked to.
func (c *Clock) Move(d time.Duration) { c.offset.Add(int64(d)) }

// Set sets the whole offset.
func (c *Clock) Set(d time.Duration) { c.offset.Store(int64(d)) }

// Offset is how far the clock was moved.
func (c *Clock) Offset() time.Duration { return time.Duration(c.offset.Load()) }
