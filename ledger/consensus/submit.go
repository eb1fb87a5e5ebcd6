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
	o := offer{newTransaction(entry.Bytes()), make(chan error, 1)}
	select { // the pool is locked while a block is committed
	case e.offers <- o:
	case <-ctx.Done():
		return ctx.Err()
	case <-e.ctx.Done():
		return fmt.Errorf("submit: %w", ErrStopped)
	}
	select {
	case err := <-o.answer:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// offer is an entry on its way into the pool, and who waits for the answer.
type offer struct {
	transaction
	answer chan error
}

// offersAtOnce is how many offers are verified together.
const offersAtOnce = 64

// takeIn puts what Submit offers into the pool until the engine stops. One
// goroutine does it for all: a new one for each entry would have its stack grown
// for each, and what comes at once is verified at once.
func (e *Engine) takeIn() {
	for {
		var offers []offer
		select {
		case <-e.ctx.Done():
			return
		case o := <-e.offers:
			offers = append(offers, o)
		}
		for more := true; more && len(offers) < offersAtOnce; {
			select {
			case o := <-e.offers:
				offers = append(offers, o)
			default:
				more = false
			}
		}
		txs := make([]transaction, len(offers))
		for i, o := range offers {
			txs[i] = o.transaction
		}
		e.app.verifyAhead(txs)
		for _, o := range offers {
			o.answer <- e.enter(o.transaction)
		}
	}
}

// enter puts one transaction into the pool.
func (e *Engine) enter(t transaction) error {
	e.life.RLock()
	defer e.life.RUnlock()
	if !e.started || e.stopped {
		return fmt.Errorf("submit: %w", ErrStopped)
	}
	err := e.spread.enter(t, nil)
	not := (*notTaken)(nil)
	switch full := (mempl.ErrMempoolIsFull{}); {
	case errors.As(err, &not):
		return refused(e.app.reason(t.raw, not.res))
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
		if err := e.enter(newTransaction(raw)); errors.Is(err, ErrStopped) {
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
