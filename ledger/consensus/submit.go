package consensus

import (
	"context"
	"errors"
	"fmt"

	mempl "github.com/cometbft/cometbft/mempool"
	"github.com/cometbft/cometbft/p2p"
	protomem "github.com/cometbft/cometbft/proto/tendermint/mempool"

	"countersign/ledger"
)

// Submit puts an entry into the pool, from where it goes to all nodes and into
// a block. Nil means taken in or already known; only a BlockEvent says that it
// is final, so the caller keeps it and calls Resend until then. Errors:
// *Refused, ErrPoolFull, ErrStopped, or Health's.
func (e *Engine) Submit(ctx context.Context, entry *ledger.Entry) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := e.Health(); err != nil {
		return fmt.Errorf("submit: %w", err)
	}
	answer := make(chan error, 1) // the pool is locked while a block is committed
	go func() { answer <- e.enter(entry.Bytes()) }()
	select {
	case err := <-answer:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// enter puts one transaction into the pool.
func (e *Engine) enter(raw []byte) error {
	e.life.RLock()
	defer e.life.RUnlock()
	if !e.started || e.stopped {
		return fmt.Errorf("submit: %w", ErrStopped)
	}
	err := e.spread.enter(raw, nil)
	not := (*notTaken)(nil)
	switch full := (mempl.ErrMempoolIsFull{}); {
	case errors.As(err, &not):
		return refused(e.app.reason(raw, not.res))
	case errors.Is(err, mempl.ErrTxInCache):
		return nil
	case errors.As(err, &full), errors.Is(err, mempl.ErrRecheckFull):
		return fmt.Errorf("submit: %w", ErrPoolFull)
	case err != nil:
		return refused(err)
	}
	return nil
}

// Resend offers entries that are not final yet once more, to the own pool and
// straight to every peer: an entry is sent once to a peer, and one that was a
// block behind may have refused it. What waits in the own pool is sent anew more
// and more seldom, so that a network that is busy is not made busier.
func (e *Engine) Resend(entries []*ledger.Entry) {
	for _, entry := range entries {
		raw := entry.Bytes()
		if err := e.enter(raw); errors.Is(err, ErrStopped) {
			return
		}
		e.life.RLock()
		if e.started && !e.stopped && !e.spread.repeat(raw) {
			e.cfg.Switch.TryBroadcast(p2p.Envelope{
				ChannelID: mempl.MempoolChannel,
				Message:   &protomem.Txs{Txs: [][]byte{raw}},
			})
		}
		e.life.RUnlock()
	}
}
