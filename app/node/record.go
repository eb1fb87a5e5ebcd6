package node

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"

	"countersign/app/desk"
	"countersign/ledger"
	"countersign/ledger/store"
)

// Recorded lists entries of the record, newest first.
func (n *Node) Recorded(_ context.Context, q desk.RecordQuery) ([]desk.Recorded, error) {
	before, limit := q.Before, q.Limit
	if before == 0 {
		before = math.MaxUint64
	}
	if limit <= 0 || limit > 1000 {
		limit = 50
	}
	var out []desk.Recorded
	err := n.store.View(func(tx *store.Tx) error {
		before, err := upTo(tx, q, before)
		if err != nil {
			return err
		}
		list, err := recorded(tx, q, before, limit)
		if err != nil {
			return err
		}
		for _, r := range list {
			if r.Time < q.From {
				break // all that follow are older
			}
			e, err := r.Entry()
			if err != nil {
				return err
			}
			out = append(out, desk.Recorded{Position: r.Position, Height: r.Height, Index: r.Index, At: r.Time, Code: r.Outcome, Entry: e})
		}
		return nil
	})
	return out, err
}

func recorded(tx *store.Tx, q desk.RecordQuery, before uint64, limit int) ([]*store.EntryRecord, error) {
	kinds := q.Filter.Kinds()
	switch {
	case q.Number != "":
		list, err := tx.EntriesNumbered(q.Number, limit)
		return slices.DeleteFunc(list, func(r *store.EntryRecord) bool { return r.Position >= before }), err
	case !q.Request.IsZero():
		list, err := tx.EntriesOfRequest(q.Request, before, limit)
		if errors.Is(err, store.ErrNotFound) { // such as a submission that did not count
			return nil, nil
		}
		return list, err
	case q.Any != nil:
		return anyOf(tx, *q.Any, before, limit)
	case q.Filter == desk.RecordRefused:
		return tx.EntriesRefused(before, limit)
	case len(kinds) > 0:
		return anyOf(tx, desk.RecordAny{Kinds: kinds}, before, limit)
	}
	return tx.EntriesBefore(before, limit)
}

// anyOf lists the newest of several indexes, each entry once.
func anyOf(tx *store.Tx, any desk.RecordAny, before uint64, limit int) ([]*store.EntryRecord, error) {
	var list []*store.EntryRecord
	add := func(of []*store.EntryRecord, err error) error {
		list = append(list, of...)
		return err
	}
	for _, k := range any.Kinds {
		if err := add(tx.EntriesByKind(k, before, limit)); err != nil {
			return nil, err
		}
	}
	for _, k := range any.Authors {
		if err := add(tx.EntriesByAuthor(k, before, limit)); err != nil {
			return nil, err
		}
	}
	if any.Refused {
		if err := add(tx.EntriesRefused(before, limit)); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(list, func(a, b *store.EntryRecord) int { return cmp.Compare(b.Position, a.Position) }) // newest first
	list = slices.CompactFunc(list, func(a, b *store.EntryRecord) bool { return a.Position == b.Position })
	return list[:min(len(list), limit)], nil
}

// upTo is the position below which the blocks of a query end: before, or less
// where a height or a time is asked for.
func upTo(tx *store.Tx, q desk.RecordQuery, before uint64) (uint64, error) {
	var last *store.BlockInfo
	at := func(h ledger.Height) (err error) { // the last block with entries up to a height
		last = nil
		blocks, err := tx.BlocksBefore(h+1, 1)
		if err == nil && len(blocks) == 1 {
			last = blocks[0]
		}
		return err
	}
	switch {
	case q.Height != 0:
		if err := at(min(q.Height, math.MaxInt64-1)); err != nil {
			return 0, err
		}
	case q.At != 0: // later blocks are never of an earlier time
		newest, err := tx.BlocksBefore(0, 1)
		if err != nil || len(newest) == 0 {
			return 0, err
		}
		low, high := ledger.Height(0), newest[0].Height // low is not too late
		for low < high {
			middle := low + (high-low+1)/2
			if err := at(middle); err != nil {
				return 0, err
			}
			if last == nil || last.Time <= q.At {
				low = middle
			} else {
				high = last.Height - 1
			}
		}
		if err := at(low); err != nil {
			return 0, err
		}
	default:
		return before, nil
	}
	if last == nil {
		return 0, nil
	}
	return min(before, last.Head.Size), nil
}

// RecordBlock is the block at a height.
func (n *Node) RecordBlock(_ context.Context, h ledger.Height) (desk.RecordBlock, error) {
	var out desk.RecordBlock
	err := n.store.View(func(tx *store.Tx) error {
		b, err := tx.Block(h)
		if err != nil {
			return err
		}
		out = desk.RecordBlock{Height: b.Height, At: b.Time, Entries: int(b.Count), ID: b.EngineID, LogSize: b.Head.Size, LogRoot: b.Head.Root}
		if last, err := tx.BlocksBefore(h, 1); err != nil {
			return err
		} else if len(last) == 1 {
			out.Before = last[0].EngineID
		}
		_, _, err = tx.Certificate(h)
		if out.Provable = err == nil; errors.Is(err, store.ErrNotFound) {
			return nil
		}
		return err
	})
	return out, err
}

// CheckRecord verifies the whole record.
func (n *Node) CheckRecord(ctx context.Context, progress func(done, total uint64)) (desk.RecordCheck, error) {
	r, err := n.store.Verify(ctx, progress)
	if err != nil {
		return desk.RecordCheck{}, err
	}
	out := desk.RecordCheck{Height: r.Height, Blocks: r.Blocks, Entries: r.Entries}
	if r.Problem != nil {
		out.Bad, out.Safe, out.Problem = r.Problem.Block, r.Problem.Safe, r.Problem.Error()
	}
	return out, nil
}
