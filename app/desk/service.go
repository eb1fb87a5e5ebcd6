package desk

import (
	"context"
	"fmt"
)

// Service is what this computer's node does for others while it runs.
type Service struct {
	Office bool // it releases, receives and receipts for its agency
	Keeper bool // it votes on each block
	Alone  bool // nobody else keeps: nothing becomes final without it
}

// Any tells whether anybody would miss it.
func (s Service) Any() bool { return s.Office || s.Keeper }

// Service tells what stops when this node does.
func (d *Desk) Service(ctx context.Context) (Service, error) {
	var out Service
	us := d.node.Profile()
	err := d.look(ctx, func(l *look) error {
		a := l.Agency(us.Agency)
		if a == nil || !a.Member() {
			return nil
		}
		out.Office = a.Office == us.Node
		out.Keeper = us.Keeper && a.Keeper
		out.Alone = out.Keeper && len(l.Keepers()) == 1
		return nil
	})
	if err != nil {
		return Service{}, fmt.Errorf("look at what this computer does: %w", err)
	}
	return out, nil
}
