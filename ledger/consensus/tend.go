package consensus

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"time"

	cmtpubsub "github.com/cometbft/cometbft/libs/pubsub"
	cmttypes "github.com/cometbft/cometbft/types"

	"countersign/ledger"
	"countersign/ledger/rules"
	"countersign/ledger/store"
)

const (
	tendEvery = time.Second
	// othersTick is how long the other keepers wait for the one whose turn it is.
	othersTick = 5 * time.Second
	// tickValidity is short, so that ticks that come too late are not kept long.
	tickValidity = 10 * time.Minute
)

// tend is the engine's own goroutine: it tries held entries again after each
// block and lets time pass on an idle network.
func (e *Engine) tend() {
	beat := time.NewTicker(tendEvery)
	defer beat.Stop()
	var due dueSince
	var still standstill
	for {
		select {
		case <-e.ctx.Done():
			return
		case <-e.rejoined:
			for _, raw := range e.app.held.take() {
				_ = e.enter(newTransaction(raw)) // refused, or held again
			}
		case <-beat.C:
			e.watchConsensus()
			e.lookAfter(&still)
			if err := e.tick(&due); err != nil {
				e.log.Warn("submit a tick", "error", err)
			}
		}
	}
}

// dueSince remembers since when a tick is wanted at one height.
type dueSince struct {
	height ledger.Height
	since  time.Time
}

// tick submits a tick when something has fallen due or evidence is pending, if
// this node keeps and it is its turn, or nobody else did in time.
func (e *Engine) tick(d *dueSince) error {
	if e.guard == nil || e.halted.Load() || e.consR.WaitSync() {
		return nil
	}
	wanted, height, turn, err := e.wanted()
	if err != nil {
		return err
	}
	switch {
	case !wanted:
		d.since = time.Time{}
		return nil
	case d.since.IsZero() || d.height != height:
		d.height, d.since = height, time.Now()
	}
	if !turn && time.Since(d.since) < othersTick {
		return nil
	}
	entry, err := e.makeTick()
	if err != nil {
		return err
	}
	d.since = time.Now() // the next attempt, should this one be lost
	return e.enter(newTransaction(entry.Bytes()))
}

// wanted tells whether a tick is wanted now and whether it is this keeper's
// turn: the keepers take turns by height.
func (e *Engine) wanted() (wanted bool, height ledger.Height, turn bool, err error) {
	err = e.cfg.Store.View(func(tx *store.Tx) (err error) {
		defer func() {
			if r := recover(); r != nil {
				err = asDamage(r)
			}
		}()
		wanted = e.evidence.Size() > 0 || rules.Due(tx, e.app.now())
		height = tx.Height()
		if !wanted {
			return nil
		}
		keepers := rules.NewView(tx).Keepers()
		own := e.cfg.Signer.Public().ID()
		i := slices.IndexFunc(keepers, func(a *rules.Agency) bool { return a.Consensus.ID() == own })
		wanted = i >= 0
		turn = wanted && int(int64(height)%int64(len(keepers))) == i
		return nil
	})
	return wanted, height, turn, err
}

func (e *Engine) makeTick() (*ledger.Entry, error) {
	now := e.app.now()
	body := ledger.NewBody(e.network, e.cfg.Signer.Public().ID(), now, ledger.NewNonce(), &ledger.Tick{})
	body.ValidUntil = now.Add(tickValidity)
	entry, err := ledger.Sign(body, e.cfg.Signer)
	if err != nil {
		return nil, fmt.Errorf("make a tick: %w", err)
	}
	return entry, nil
}

// watchConsensus begins, once consensus runs, to wait for its end: an end that
// nobody ordered is a failure, and Health says so.
func (e *Engine) watchConsensus() {
	if e.consR.WaitSync() || !e.cons.IsRunning() || !e.watching.CompareAndSwap(false, true) {
		return
	}
	e.castAgain()
	e.wg.Go(func() {
		e.cons.Wait()
		e.stand(nil)
	})
}

// stand notes that this node applies no more blocks, for a reason unless the
// application has given it.
func (e *Engine) stand(why error) {
	if e.ctx.Err() != nil {
		return // the engine stops
	}
	if why != nil {
		e.app.trouble.CompareAndSwap(nil, &why)
	}
	e.halted.Store(true)
	e.log.Error("consensus has stopped on this node", "error", e.Health())
}

// watchVotes shows the guard every vote of our key that the network shows.
func (e *Engine) watchVotes() error {
	if e.guard == nil {
		return nil
	}
	addr := e.guard.pub.Address()
	return e.eachEvent("guard", cmttypes.EventQueryVote, func(data any) {
		v, ok := data.(cmttypes.EventDataVote)
		if ok && bytes.Equal(v.Vote.ValidatorAddress, addr) {
			e.guard.seen(placeOf(v.Vote.ToProto()), v.Vote.Signature)
		}
	})
}

// eachEvent calls a function with the events of one kind until the engine stops.
// The bus drops a reader that lags: what matters is seen elsewhere too, and it is
// read from again.
func (e *Engine) eachEvent(reader string, kind cmtpubsub.Query, see func(data any)) error {
	const room = 1024
	sub, err := e.bus.Subscribe(context.Background(), reader, kind, room)
	if err != nil {
		return err
	}
	e.wg.Go(func() {
		for {
			select {
			case <-e.ctx.Done():
				return
			case m := <-sub.Out():
				see(m.Data())
			case <-sub.Canceled():
				if e.ctx.Err() != nil {
					return
				}
				if sub, err = e.bus.Subscribe(e.ctx, reader, kind, room); err != nil {
					return
				}
			}
		}
	})
	return nil
}
