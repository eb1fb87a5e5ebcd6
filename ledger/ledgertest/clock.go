package ledgertest

import (
	"sync/atomic"
	"time"
)

// Clock is a clock that a test can set wrong. The zero value is right.
type Clock struct{ off atomic.Int64 }

// Now is the computer's time moved by the offset.
func (c *Clock) Now() time.Time { return time.Now().Add(time.Duration(c.off.Load())) }

// Set sets the offset from the computer's clock.
func (c *Clock) Set(offset time.Duration) { c.off.Store(int64(offset)) }

// Advance moves the clock.
func (c *Clock) Advance(d time.Duration) { c.off.Add(int64(d)) }
