package node

import (
	"context"
	"errors"
	"math"
	"slices"

	"countersign/app/desk"
	"countersign/ledger"
	"countersign/ledger/store"
)

// recordKinds are the kinds behind each filter of the record.
func recordKinds(f desk.RecordFilter) []ledger.Kind {
	switch f {
	case desk.RecordDecisions:
		return []ledger.Kind{ledger.KindApprove, ledger.KindOffer, ledger.KindAccept, ledger.KindReturn, ledger.KindRefuse, ledger.KindWithdraw,
			ledger.KindSuspend, ledger.KindResume, ledger.KindRevoke, ledger.KindReview}
	case desk.RecordReceipts:
		return []ledger.Kind{ledger.KindReceipt, ledger.KindDeletionReceipt, ledger.KindDeliveryFailed, ledger.KindErase}
	case desk.RecordKeys:
		return []ledger.Kind{ledger.KindPropose, ledger.KindSecond, ledger.KindRotate, ledger.KindSuspendKey, ledger.KindNode, ledger.KindNodeRemove, ledger.KindNodeIdentity}
	case desk.RecordMembers:
		return []ledger.Kind{ledger.KindMotion, ledger.KindVote, ledger.KindLeave, ledger.KindKeeperReady}
	}
	return nil
}

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
	switch {
	case !q.Request.IsZero():
		return tx.EntriesOfRequest(q.Request, before, limit)
	case q.Filter == desk.RecordRefused:
		return tx.EntriesRefused(before, limit)
	case q.Filter == desk.RecordAll:
		return tx.EntriesBefore(before, limit)
	}
	var list []*store.EntryRecord
	for _, k := range recordKinds(q.Filter) {
		of, err := tx.EntriesByKind(k, before, limit)
		if err != nil {
			return nil, err
		}
		list = append(list, of...)
	}
	slices.SortFunc(list, func(a, b *store.EntryRecord) int { // newest first
		if a.Position > b.Position {
			return -1
		}
		return 1
	})
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
