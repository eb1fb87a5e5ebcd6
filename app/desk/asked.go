package desk

import (
	"context"
	"fmt"
	"sync"

	"countersign/ledger"
)

// asked counts what the agency has asked for, by data set. Requests are never
// taken off the record and the newest stand first in their list, so that only
// those are read which came since the last look.
type asked struct {
	mu    sync.Mutex
	read  uint64 // requests counted so far
	count map[ledger.Code]int
}

// Asked is how often the desk's agency has asked for a data set, in whatever
// edition. The first look reads all requests of the agency, in pages.
func (d *Desk) Asked(ctx context.Context, dataset ledger.Code) (int, error) {
	s, err := d.session()
	if err != nil {
		return 0, err
	}
	s.asked.mu.Lock()
	defer s.asked.mu.Unlock()
	if err := d.countAsked(ctx, s); err != nil {
		return 0, fmt.Errorf("count requests: %w", err)
	}
	return s.asked.count[dataset], nil
}

// countAsked brings the counts up to the record as it is now, or leaves them as
// they were. A request that comes in meanwhile would move the list under the
// reader, so the number of all is the same before and after.
func (d *Desk) countAsked(ctx context.Context, s *session) error {
	total, err := d.sent(ctx)
	if err != nil {
		return err
	}
	for {
		fresh, err := d.readAsked(ctx, int(total-s.asked.read))
		if err != nil {
			return err
		}
		now, err := d.sent(ctx)
		if err != nil {
			return err
		}
		if now != total {
			total = now
			continue
		}
		for code, n := range fresh {
			s.asked.count[code] += n
		}
		s.asked.read = total
		return nil
	}
}

// sent is how many requests the agency has sent.
func (d *Desk) sent(ctx context.Context) (total uint64, err error) {
	counts, err := d.node.Counts(ctx)
	for _, n := range counts.FromUs {
		total += n
	}
	return total, err
}

// readAsked counts the newest requests of the agency by data set.
func (d *Desk) readAsked(ctx context.Context, newest int) (map[ledger.Code]int, error) {
	out := map[ledger.Code]int{}
	q := ListQuery{Kind: ListMine, Limit: rollPage}
	for newest > 0 {
		page, err := d.node.List(ctx, q)
		if err != nil {
			return nil, err
		}
		ids := page.IDs[:min(newest, len(page.IDs))]
		newest -= len(ids)
		part := map[ledger.Code]int{}
		if err := d.look(ctx, func(l *look) error {
			clear(part) // a snapshot can be read again
			for _, id := range ids {
				if r := l.Request(id); r != nil {
					part[l.Dataset(r.Dataset).Dataset.Code]++
				}
			}
			return nil
		}); err != nil {
			return nil, err
		}
		for code, n := range part {
			out[code] += n
		}
		if q.Cursor = page.Next; q.Cursor == nil {
			break
		}
	}
	return out, nil
}
