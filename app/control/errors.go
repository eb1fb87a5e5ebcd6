package control

import (
	"context"
	"errors"
	"strings"

	"countersign/app/desk"
	"countersign/app/node"
	"countersign/ledger"
	"countersign/ledger/store"
)

// failure is an error on the wire: a word that both sides know, and the text.
type failure struct {
	Word string `json:"word"`
	Text string `json:"text"`
}

// known maps words to the errors that callers test for, both ways.
var known = []struct {
	word string
	err  error
}{
	{"part-away", desk.ErrPartAway},
	{"not-yours", desk.ErrNotYours},
	{"erased", desk.ErrErased},
	{"not-kept", desk.ErrNotKept},
	{"sealed", desk.ErrSealed},
	{"too-large", ledger.ErrTooLarge},
	{"not-canonical", ledger.ErrNotCanonical},
	{"bad-signature", ledger.ErrBadSignature},
	{"wrong-network", ledger.ErrWrongNetwork},
	{"not-a-rehearsal", node.ErrNotRehearsal},
	{"bad-invitation", node.ErrBadInvitation},
	{"invitation-expired", node.ErrInvitationExpired},
	{"invitation-used", node.ErrInvitationUsed},
	{"no-profile", node.ErrNoProfile},
	{"node-taken", node.ErrNodeTaken},
	{"not-keeper", node.ErrNotKeeper},
	{"votes", node.ErrVotes},
	{"too-few", node.ErrTooFew},
	{"not-offered", node.ErrNotOffered},
	{"not-office", desk.ErrNotOffice},
	{"not-connected", desk.ErrNotConnected},
	{"bad-form", ledger.ErrBadForm},
	{"bad-code", ledger.ErrBadCode},
	{"unknown-kind", ledger.ErrUnknownKind},
	{"damaged", store.ErrDamaged},
	{"no-room", desk.ErrDiskFull},
	{"disk-full", store.ErrFull},
	{"snapshot-gone", errSnapshotGone},
	{"deadline", context.DeadlineExceeded},
	{"canceled", context.Canceled},
}

// refusalPrefix heads the word of a ledger refusal.
const refusalPrefix = "refused:"

func toFailure(err error) failure {
	f := failure{Text: err.Error()}
	var code ledger.Refusal
	if errors.As(err, &code) {
		f.Word = refusalPrefix + string(code)
		return f
	}
	for _, k := range known {
		if errors.Is(err, k.err) {
			f.Word = k.word
			return f
		}
	}
	return f
}

// remoteError keeps the node's text and unwraps to the known error.
type remoteError struct {
	text string
	err  error
}

func (e *remoteError) Error() string { return e.text }
func (e *remoteError) Unwrap() error { return e.err }

func (f failure) asError() error {
	e := &remoteError{text: f.Text}
	if code, ok := strings.CutPrefix(f.Word, refusalPrefix); ok {
		e.err = ledger.Refusal(code)
		return e
	}
	for _, k := range known {
		if f.Word == k.word {
			e.err = k.err
		}
	}
	return e
}
