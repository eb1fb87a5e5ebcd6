package consensus

import (
	"context"
	"errors"
	"fmt"

	abci "github.com/cometbft/cometbft/abci/types"
	mempl "github.com/cometbft/cometbft/mempool"
	"github.com/cometbft/cometbft/p2p"
	protomem "github.com/cometbft/cometbft/proto/tendermint/mempool"
	cmttypes "github.com/cometbft/cometbft/types"

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
	var res *abci.ResponseCheckTx
	err := e.pool.CheckTx(cmttypes.Tx(raw), func(r *abci.ResponseCheckTx) { res = r }, mempl.TxInfo{})
	switch full := (mempl.ErrMempoolIsFull{}); {
	case errors.Is(err, mempl.ErrTxInCache):
		return nil
	case errors.As(err, &full), errors.Is(err, mempl.ErrRecheckFull):
		return fmt.Errorf("submit: %w", ErrPoolFull)
	case err != nil:
		return refused(err)
	case res == nil: // the pool filled up while the entry was checked
		return fmt.Errorf("submit: %w", ErrPoolFull)
	case res.Code != codeAccepted:
		return refused(e.app.reason(raw, res))
	}
	return nil
}

// Resend offers entries that are not final yet once more, to the own pool and
// straight to every peer: the pool's gossip sends an entry once to a peer, and
// one that was a block behind may have refused it.
func (e *Engine) Resend(entries []*ledger.Entry) {
	for _, entry := range entries {
		raw := entry.Bytes()
		if err := e.enter(raw); errors.Is(err, ErrStopped) {
			return
		}
		e.life.RLock()
		if e.started && !e.stopped {
			e.cfg.Switch.TryBroadcast(p2p.Envelope{
				ChannelID: mempl.MempoolChannel,
				Message:   &protomem.Txs{Txs: [][]byte{raw}},
			})
		}
		e.life.RUnlock()
	}
}
