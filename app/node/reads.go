package node

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"countersign/app/desk"
	"countersign/ledger"
	"countersign/ledger/rules"
	"countersign/ledger/store"
)

var _ desk.Node = (*Node)(nil)

// Profile says whose node it is.
func (n *Node) Profile() desk.Profile {
	p := n.currentProfile()
	return desk.Profile{Network: p.Network, Agency: p.Agency, Node: p.Node, Keeper: p.Keeper, Rehearsal: p.Rehearsal,
		Demo: p.Demo, Folder: n.folder, Version: n.opt.Version, HideSubjects: p.HideSubjects}
}

// Now is the node's clock.
func (n *Node) Now() time.Time { return n.clock.Now() }

// Read runs fn on one snapshot of the state.
func (n *Node) Read(_ context.Context, fn func(rules.Reader) error) error {
	return n.store.View(func(tx *store.Tx) error { return fn(tx) })
}

// Snapshot is a reader that stays until its release function is called.
func (n *Node) Snapshot() (rules.Reader, func()) { return n.store.Snapshot() }

// view reads typed records of one snapshot.
func (n *Node) view(fn func(rules.View) error) error {
	return n.store.View(func(tx *store.Tx) error { return fn(rules.NewView(tx)) })
}

// Await waits until an entry is final here.
func (n *Node) Await(ctx context.Context, id ledger.EntryID) (desk.Final, error) {
	ch, stop := n.waiters.add(id)
	defer stop()
	if f, ok, err := n.final(id); err != nil || ok {
		return f, err
	}
	select {
	case f := <-ch:
		return f, nil
	case <-ctx.Done():
		return desk.Final{}, fmt.Errorf("entry %s is not final: %w", id.Short(), ctx.Err())
	case <-n.ctx.Done():
		return desk.Final{}, errClosed
	}
}

// final looks an entry up in the log.
func (n *Node) final(id ledger.EntryID) (desk.Final, bool, error) {
	var f desk.Final
	err := n.store.View(func(tx *store.Tx) error {
		rec, err := tx.EntryByID(id)
		if err == nil {
			f = finalOf(id, rec)
		}
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return f, false, nil
	}
	if err != nil {
		return f, false, err
	}
	return n.dress(f), true, nil
}

func finalOf(id ledger.EntryID, rec *store.EntryRecord) desk.Final {
	return desk.Final{ID: id, Height: rec.Height, Index: rec.Index, Time: rec.Time, Code: rec.Outcome}
}

// dress adds what only this node knows: how long it took, who holds it.
func (n *Node) dress(f desk.Final) desk.Final {
	f.Took = n.timings.of(f.ID)
	f.Holders = n.holders(f.Height)
	return f
}

// List pages through an index of the replica.
func (n *Node) List(_ context.Context, q desk.ListQuery) (desk.ListPage, error) {
	limit := q.Limit
	if limit <= 0 || limit > 1000 {
		limit = 100
	}
	us := n.currentProfile().Agency
	var page desk.ListPage
	err := n.store.View(func(tx *store.Tx) error {
		var list store.List
		switch q.Kind {
		case desk.ListToDecide:
			list = store.ListOpen(us, store.AsProvider)
		case desk.ListDecided:
			list = store.ListDone(us, store.AsProvider)
		case desk.ListMine:
			list = store.ListAll(us, store.AsRequester)
		case desk.ListReceived:
			list = store.ListReleased(us, store.AsRequester)
		case desk.ListProposals:
			for _, p := range rules.NewView(tx).OpenProposals(us) {
				page.IDs = append(page.IDs, p.ID)
			}
			return tx.Err()
		default:
			return fmt.Errorf("no list %q", q.Kind)
		}
		ids, next, err := tx.RequestIDs(list, q.Cursor, limit)
		page.IDs, page.Next = ids, next
		return err
	})
	return page, err
}

// Counts are the counters by state of requests to and from this agency.
func (n *Node) Counts(context.Context) (desk.Counts, error) {
	us := n.currentProfile().Agency
	var c desk.Counts
	err := n.store.View(func(tx *store.Tx) error {
		var err error
		if c.ToUs, err = tx.CountByState(us, store.AsProvider); err != nil {
			return err
		}
		c.FromUs, err = tx.CountByState(us, store.AsRequester)
		return err
	})
	return c, err
}

// Precedents counts what became of requests with the same editions and purpose.
func (n *Node) Precedents(_ context.Context, dataset, basis ledger.EntryID, purpose ledger.Code) (desk.Precedents, error) {
	like := store.Like{Dataset: dataset, Basis: basis, Purpose: purpose}
	var out desk.Precedents
	err := n.store.View(func(tx *store.Tx) error {
		months, err := tx.Precedents(like)
		if err != nil {
			return err
		}
		for _, m := range months {
			if year, _ := m.Month.Date(); out.SinceYear == 0 {
				out.SinceYear = year
			}
			switch m.Answer {
			case store.AnsweredWhole:
				out.Approved += m.Count
			case store.AnsweredPart:
				out.ApprovedPart += m.Count
			case store.AnsweredRefusal:
				out.Refused += m.Count
			default:
				out.Other += m.Count
			}
		}
		days, err := tx.AnswerDays(like)
		out.MedianDays = median(days, store.AnswerDayLimits())
		return err
	})
	return out, err
}

// median finds the bucket in which the middle answer lies and returns its upper
// limit in days; 0 when there are no answers.
func median(buckets []uint64, limits []int) int {
	var all, sum uint64
	for _, b := range buckets {
		all += b
	}
	for i, b := range buckets {
		if sum += b; b > 0 && sum*2 >= all {
			return limits[min(i, len(limits)-1)]
		}
	}
	return 0
}

// CountEntries counts "entries", "refused" or "blocks" of the log, or the
// accepted entries of a kind.
func (n *Node) CountEntries(_ context.Context, what string) (uint64, error) {
	var count uint64
	err := n.store.View(func(tx *store.Tx) error {
		switch what {
		case "entries":
			count = tx.Head().Size
			return nil
		case "blocks":
			count = tx.CountBlocks()
			return nil
		case "refused":
			count = tx.CountRefused()
			return tx.Err()
		}
		kind, err := ledger.KindOf(what)
		if err != nil {
			return err
		}
		count = tx.CountByKind(kind)
		return tx.Err()
	})
	return count, err
}

// holders are the agencies whose replica is at least so high, as last heard.
func (n *Node) holders(h ledger.Height) []ledger.AgencyID {
	us := n.currentProfile().Agency
	var out []ledger.AgencyID
	if n.height() >= h {
		out = append(out, us)
	}
	if n.Sealed() {
		return out
	}
	for _, p := range n.host.Status() {
		a := ledger.AgencyID(p.Agency)
		if p.Up && ledger.Height(p.Height) >= h && !slices.Contains(out, a) {
			out = append(out, a)
		}
	}
	slices.Sort(out)
	return out
}

func (n *Node) height() ledger.Height {
	var h ledger.Height
	if err := n.store.View(func(tx *store.Tx) error { h = tx.Height(); return nil }); err != nil {
		n.log.Warn("read height", "err", err)
	}
	return h
}
