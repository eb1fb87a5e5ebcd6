package wire

import (
	"fmt"
	"time"
)

// Deadliner is what Within needs of a stream; net.Conn has it.
type Deadliner interface {
	SetDeadline(t time.Time) error
}

// Within runs do with one deadline for all reading and writing it does on s, and
// takes the deadline off afterwards. One deadline covers the whole exchange, so a
// peer that sends a byte now and then gains no time by it.
func Within(s Deadliner, limit time.Duration, do func() error) error {
	if err := s.SetDeadline(time.Now().Add(limit)); err != nil {
		return fmt.Errorf("set deadline: %w", err)
	}
	if err := do(); err != nil {
		return err
	}
	if err := s.SetDeadline(time.Time{}); err != nil {
		return fmt.Errorf("clear deadline: %w", err)
	}
	return nil
}
