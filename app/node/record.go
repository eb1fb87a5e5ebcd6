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
		return []ledger.Kind{ledger.KindReceipt, ledger.KindDeletionReceipt, ledger.KindDeliveryFailed}
	case desk.RecordKeys:
		return []ledger.Kind{ledger.KindPropose, ledger.KindSecond, ledger.KindRotate, ledger.KindSuspendKey, ledger.KindNode, ledger.KindNodeRemove}
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
