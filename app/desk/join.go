package desk

import (
	"context"
	"errors"
	"fmt"
	"time"

	"countersign/ledger"
)

// InviteOptions says whom an invitation is for.
type InviteOptions struct {
	Agency ledger.AgencyID `json:"agency,omitempty"` // with Node: a further node of this agency
	Node   ledger.NodeCode `json:"node,omitempty"`
	Valid  time.Duration   `json:"valid"` // 0: 72 hours
}

// JoinRequest is a newcomer that has handed in its document and waits for the
// six words to be compared.
type JoinRequest struct {
	Serial    ledger.Nonce         `json:"serial"`
	Words     [6]string            `json:"words"`
	Document  *ledger.Document     `json:"document,omitempty"` // of a new agency
	Node      *ledger.NodeDocument `json:"node,omitempty"`     // of a further node of ours
	At        time.Time            `json:"at"`
	Confirmed bool                 `json:"confirmed"`
}

// Host is what a desk needs of a node to let newcomers in. app/node and the
// control socket's client serve it beside Node.
type Host interface {
	// Invite makes an invitation's text; the node lets its one-time peer in for
	// joining alone.
	Invite(ctx context.Context, o InviteOptions) (string, error)
	// Joins lists guests that have handed in a document.
	Joins(ctx context.Context) ([]JoinRequest, error)
	// ConfirmJoin says that the six words agree; the invitation is used up.
	ConfirmJoin(ctx context.Context, serial ledger.Nonce) error
}

// ErrNoHost says that this desk's node lets nobody in.
var ErrNoHost = errors.New("this node lets nobody in")

func (d *Desk) host() (Host, error) {
	h, ok := d.node.(Host)
	if !ok {
		return nil, ErrNoHost
	}
	return h, nil
}

// Invite makes an invitation's text for a new agency or a node of our own.
func (d *Desk) Invite(ctx context.Context, o InviteOptions) (string, error) {
	if _, err := d.session(); err != nil {
		return "", err
	}
	h, err := d.host()
	if err != nil {
		return "", fmt.Errorf("invite: %w", err)
	}
	return h.Invite(ctx, o)
}

// Joins lists newcomers that wait here, with the words to compare by telephone.
func (d *Desk) Joins(ctx context.Context) ([]JoinRequest, error) {
	h, err := d.host()
	if err != nil {
		return nil, fmt.Errorf("list newcomers: %w", err)
	}
	return h.Joins(ctx)
}

// ConfirmJoin says that both sides read the same six words, and returns the act
// that an admin then signs: a motion to admit the agency, or the node's entry.
func (d *Desk) ConfirmJoin(ctx context.Context, j JoinRequest) (Act, error) {
	h, err := d.host()
	if err != nil {
		return Act{}, fmt.Errorf("confirm newcomer: %w", err)
	}
	if !j.Confirmed {
		if err := h.ConfirmJoin(ctx, j.Serial); err != nil {
			return Act{}, fmt.Errorf("confirm newcomer: %w", err)
		}
	}
	if j.Node != nil {
		return Act{Kind: ActNode, Node: &ledger.Node{Node: *j.Node}}, nil
	}
	if j.Document == nil {
		return Act{}, fmt.Errorf("confirm newcomer: %w", ErrNothingToSign)
	}
	return Act{Kind: ActMotion, Motion: &ledger.Motion{Act: ledger.MotionAdmit, Agency: j.Document.Agency, Document: j.Document}}, nil
}
