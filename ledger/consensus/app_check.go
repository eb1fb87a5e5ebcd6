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
		err = a.check(req.Tx, req.Type == abci.CheckTxType_Recheck)
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
	now := max(a.now(), tx.Time()+1)
	door, err := a.doorTo(tx)
	if err != nil {
		return err
	}
	err = door.Admit(tx, now, e, a.verifier, faults)
	if !again && errors.Is(err, rules.ErrUnknownAuthor) && a.held.add(raw) {
		return errors.Join(errHeld, err)
	}
	return err
}

// doorTo is the door to the state of a snapshot; it is kept until a block changes
// the state.
func (a *application) doorTo(tx *store.Tx) (*rules.Door, error) {
	a.doorMu.Lock()
	defer a.doorMu.Unlock()
	if a.door != nil && a.doorAt == tx.Digest() {
		return a.door, nil
	}
	door, err := rules.NewDoor(tx)
	if err == nil {
		a.door, a.doorAt = door, tx.Digest()
	}
	return door, err
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
