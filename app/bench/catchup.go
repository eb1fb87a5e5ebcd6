package bench

import (
	"context"
	"path/filepath"
	"time"

	"countersign/app/node"
)

// catchUp starts a fresh replica beside the keepers and times its way over a
// stretch of full blocks and one of small blocks.
func (b *run) catchUp(ctx context.Context) error {
	full, err := b.load(ctx, b.Entries, window/len(b.city.nodes))
	if err != nil {
		return err
	}
	small, err := b.load(ctx, b.SmallBlocks*10, 3)
	if err != nil {
		return err
	}
	folder := filepath.Join(b.city.dir, "tax", "replica")
	var entries, blocks, whole []float64
	for range max(b.Rounds, 1) {
		if err := node.FetchAgain(folder); err != nil {
			return err
		}
		begun := time.Now()
		p, err := start(ctx, b.Program, "tax", folder, nil)
		if err != nil {
			return err
		}
		err = until(ctx, 5*time.Minute, "a fresh replica to catch up", func() (bool, error) {
			s, err := p.call(ctx, request{Op: opStat})
			return int64(s.Height) >= small.to, err
		})
		whole = append(whole, time.Since(begun).Seconds())
		var marks reply
		if err == nil {
			marks, err = p.call(ctx, request{Op: opMarks})
		}
		if endErr := p.end(); err == nil {
			err = endErr
		}
		if err != nil {
			return err
		}
		_, e := pace(marks.Marks, full.from, full.to)
		h, _ := pace(marks.Marks, small.from, small.to)
		entries, blocks = append(entries, e), append(blocks, h)
	}
	r := b.report
	r.add("catch-up of a fresh replica, full blocks", "entries/s", median(entries))
	r.add("catch-up of a fresh replica, small blocks", "blocks/s", median(blocks))
	r.add("catch-up, process start to all there", "s", median(whole))
	r.note("catch-up: full blocks are those of a saturated load, small ones have about ten entries (here %.0f); %d blocks in all", small.perBlock, small.to)
	if b.peers == nil {
		return nil
	}
	smallSync, err := b.peers.small(ctx)
	if err != nil {
		return err
	}
	r.add("CometBFT tuned: block sync, full blocks", "tx/s", b.peers.sync)
	r.add("CometBFT tuned: block sync, small blocks", "blocks/s", smallSync)
	r.least("catch-up, full blocks / CometBFT's block sync", "ratio", ratio(median(entries), b.peers.sync), goalCatchUp)
	r.least("catch-up, small blocks / CometBFT's block sync", "ratio", ratio(median(blocks), smallSync), goalCatchUp)
	return nil
}

// pace is how many blocks and entries a second a replica applied between two
// heights.
func pace(marks []mark, from, to int64) (blocks, entries float64) {
	var first, last *mark
	sum := 0
	for i := range marks {
		m := &marks[i]
		if m.Height < from || m.Height > to {
			continue
		}
		if first == nil {
			first = m
			continue
		}
		last = m
		sum += m.Entries
	}
	if last == nil || last.Nanos == first.Nanos {
		return 0, 0
	}
	secs := float64(last.Nanos-first.Nanos) / 1e9
	return float64(last.Height-first.Height) / secs, float64(sum) / secs
}
