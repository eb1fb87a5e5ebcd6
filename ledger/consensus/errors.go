package consensus

import (
	"errors"
	"fmt"

	"countersign/ledger"
	"countersign/ledger/rules"
)

// Errors of an engine. Callers test with errors.Is.
var (
	// ErrPoolFull says that the pool of waiting entries is full: send again later.
	ErrPoolFull = errors.New("the pool of waiting entries is full")
	// ErrStopped says that the engine is not running.
	ErrStopped = errors.New("the engine has stopped")
	// ErrHalted says that consensus has stopped by itself: the node applies
	// nothing any more and must be started again.
	ErrHalted = errors.New("consensus has stopped on this node")
	// ErrNewerRules says that the network's rules are newer than this program's.
	ErrNewerRules = errors.New("the network has moved to newer rules: this program must be updated")
	// ErrEngineDamaged says that the engine's own folder cannot be read, or
	// does not fit the store: see SetAside.
	ErrEngineDamaged = errors.New("the engine's folder is damaged")
	// ErrOtherNetwork says that a folder or certificate is of another network.
	ErrOtherNetwork = errors.New("of another network")
)

// Refused is why an entry is not taken into the pool: it would not be admitted
// to a block (rules.Admit). Code is the refusal code where there is one, else
// empty and Reason says it. What the rules refuse of a member is taken in and
// stands on the ledger with its code: ask rules.Check beforehand.
type Refused struct {
	Code   ledger.Refusal
	Reason error
}

// Error is the code or the reason.
func (r *Refused) Error() string {
	return fmt.Sprintf("entry not taken in: %v", r.Reason)
}

// Unwrap gives the reason, such as rules.ErrSeen.
func (r *Refused) Unwrap() error { return r.Reason }

func refused(err error) *Refused {
	r := &Refused{Reason: err}
	if errors.Is(err, rules.ErrUnknownAuthor) {
		r.Code = ledger.UnknownKey
	}
	return r
}
