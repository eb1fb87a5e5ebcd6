package consensus

import (
	"context"
	"errors"

	abci "github.com/cometbft/cometbft/abci/types"

	"countersign/ledger"
	"countersign/ledger/rules"
	"countersign/ledger/store"
)

// CheckTx decides whether an entry may wait in the pool. It answers by code and
// never by an error: the pool panics over errors.
func (a *application) CheckTx(_ context.Context, req *abci.RequestCheckTx) (*abci.ResponseCheckTx, error) {
	a.gate.RLock()
	defer a.gate.RUnlock()
	err := ErrStopped
	if !a.closed {
		again := req.Type == abci.CheckTxType_Recheck
		if err = a.check(req.Tx, again); again && err != nil {
			a.evicted(req.Tx)
		}
	}
	switch {
	case err == nil:
		return &abci.ResponseCheckTx{Code: codeAccepted}, nil
	case errors.Is(err, errHeld):
		return &abci.ResponseCheckTx{Code: codeHeld, Log: err.Error()}, nil
	default:
		return &abci.ResponseCheckTx{Code: codeInadmissible, Log: err.Error()}, nil
	}
}

// errHeld says that an entry's author is unknown here so far: this node may be
// a block behind the one that enrolled the author.
var errHeld = errors.New("held for the next blocks")

// check is CheckTx on a snapshot. A recheck, which the engine makes of the
// whole pool after each block, asks only whether one of the newest blocks had
// the identifier (keys never leave the ledger), except for ticks and what a
// proposal of ours has left out.
func (a *application) check(raw []byte, again bool) (err error) {
	e, err := a.parsed.parse(raw)
	if err != nil {
		return err
	}
	if again {
		if a.ordered.has(e.ID()) {
			return rules.ErrSeen
		}
		if e.Body.Kind != ledger.KindTick && !a.doubtful.has(e.SignedHash()) {
			return nil
		}
	}
	at := a.applied.Load() // before the snapshot: a door is never newer than it says
	tx, release := a.store.Snapshot()
	defer release()
	defer func() {
		if r := recover(); r != nil {
			err = asDamage(r)
		} else if err == nil {
			err = tx.Err()
		}
	}()
	faults := !again && a.evidence() // a tick then carries it into a block
	door, last, err := a.doorTo(tx, at)
	if err != nil {
		return err
	}
	err = door.Admit(tx, max(a.now(), last+1), e, a.verifier, faults)
	if !again && errors.Is(err, rules.ErrUnknownAuthor) && a.held.add(raw) {
		return errors.Join(errHeld, err)
	}
	return err
}

// doorTo is the door to the state of a snapshot, and the ledger time there; it is
// kept until a block is applied.
func (a *application) doorTo(tx *store.Tx, at int64) (*rules.Door, ledger.Time, error) {
	a.doorMu.Lock()
	defer a.doorMu.Unlock()
	if a.door != nil && a.doorAt == at {
		return a.door, a.doorOn, nil
	}
	door, err := rules.NewDoor(tx)
	if err == nil {
		a.door, a.doorAt, a.doorOn = door, at, tx.Time()
	}
	return door, tx.Time(), err
}

// orderedLately tells whether one of the newest blocks had a transaction.
func (a *application) orderedLately(t transaction) bool {
	e, err := a.parsed.parseSummed(t.hash, t.raw)
	return err == nil && a.ordered.has(e.ID())
}

// reason is why CheckTx has just refused a transaction, as an error to test.
func (a *application) reason(raw []byte, res *abci.ResponseCheckTx) error {
	a.gate.RLock()
	defer a.gate.RUnlock()
	if a.closed {
		return ErrStopped
	}
	if err := a.check(raw, false); err != nil {
		return err
	}
	return errors.New(res.Log)
}

// asDamage turns the rules' panic over an unreadable record into an error;
// any other panic goes on.
func asDamage(r any) error {
	if d, ok := r.(*rules.Damaged); ok {
		return d
	}
	panic(r)
}
