package node

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"countersign/ledger"
	"countersign/ledger/rules"
	"countersign/ledger/store"
	"countersign/p2p"
)

// invitationLife is how long an invitation holds when nobody says otherwise.
const invitationLife = 72 * time.Hour

// ErrNodeTaken says that a node's code is in use, or was: codes are not used twice.
var ErrNodeTaken = errors.New("this agency has, or had, a node of this code: choose another code")

// Invite makes an invitation's text and lets its one-time peer in for joining alone.
func (n *Node) Invite(_ context.Context, o InviteOptions) (string, error) {
	if err := n.ready(); err != nil {
		return "", fmt.Errorf("invite: %w", err)
	}
	p := n.currentProfile()
	if o.Valid <= 0 {
		o.Valid = invitationLife
	}
	if o.Node != "" && o.Agency != p.Agency {
		return "", errors.New("invite: a node can be invited by its own agency only")
	}
	if o.Node != "" && !ledger.ValidCode(o.Node) {
		return "", fmt.Errorf("invite: %w", ledger.ErrBadCode)
	}
	if o.Node != "" {
		if err := n.view(func(v rules.View) error {
			if v.Node(p.Agency, o.Node) != nil {
				return ErrNodeTaken
			}
			return nil
		}); err != nil {
			return "", fmt.Errorf("invite: %w", err)
		}
	}
	inv := newInvitation(p.Network, n.clock.Ledger().Add(o.Valid))
	inv.Agency, inv.Node, inv.Peer, inv.Addrs = o.Agency, o.Node, n.keys.Peer(), n.host.Addresses()
	if err := n.store.View(func(tx *store.Tx) error {
		inv.Pin = Pin{Height: tx.Height()}
		copy(inv.Pin.Hash[:], tx.EngineID())
		return nil
	}); err != nil {
		return "", fmt.Errorf("invite: %w", err)
	}
	n.dismissGuests()
	n.guests.mu.Lock()
	defer n.guests.mu.Unlock()
	if len(n.guests.open) >= maxInvitations {
		return "", fmt.Errorf("invite: %d invitations are open already", maxInvitations)
	}
	g := &invited{inv: inv}
	n.guests.open[inv.Serial] = g
	err := n.guests.save()
	if err == nil {
		err = n.admit(g)
	}
	if err != nil {
		delete(n.guests.open, inv.Serial)
		return "", n.noteWrite(fmt.Errorf("invite: %w", err))
	}
	return inv.text(n.keys.PeerKey()), nil
}

// Joins lists guests that have handed in a document, the oldest first.
func (n *Node) Joins(context.Context) ([]JoinRequest, error) {
	n.guests.mu.Lock()
	defer n.guests.mu.Unlock()
	var out []JoinRequest
	for _, g := range n.guests.open {
		if g.document != nil {
			out = append(out, g.request)
		}
	}
	slices.SortFunc(out, func(a, b JoinRequest) int { return a.At.Compare(b.At) })
	return out, nil
}

// ConfirmJoin says that the six words agree. From now on the invitation is good
// for this guest alone.
func (n *Node) ConfirmJoin(_ context.Context, serial ledger.Nonce) error {
	n.guests.mu.Lock()
	defer n.guests.mu.Unlock()
	g := n.guests.open[serial]
	if g == nil || g.document == nil || n.clock.Ledger() > g.inv.Expires {
		return fmt.Errorf("confirm: no such guest: %w", ErrInvitationUsed)
	}
	g.request.Confirmed = true
	if err := n.guests.save(); err != nil {
		g.request.Confirmed = false
		return n.noteWrite(fmt.Errorf("confirm: %w", err))
	}
	return nil
}

// serveJoin answers a guest.
func (n *Node) serveJoin(_ context.Context, _ p2p.PeerID, q joinAsk) (joinAnswer, error) {
	n.guests.mu.Lock()
	defer n.guests.mu.Unlock()
	g := n.guests.open[q.Serial]
	if g == nil || n.clock.Ledger() > g.inv.Expires {
		return joinAnswer{}, &p2p.Refusal{Code: codeGone}
	}
	a := joinAnswer{Founding: n.founding.Bytes(), Confirmed: g.request.Confirmed}
	g.told = a.Confirmed
	if len(q.Document) == 0 {
		return a, nil
	}
	if g.document != nil { // the first document counts: words were read from it
		if string(g.document) != string(q.Document) {
			return joinAnswer{}, &p2p.Refusal{Code: codeGone}
		}
		return a, nil
	}
	if err := g.take(q.Document, n.clock.Ledger()); err != nil {
		n.log.Warn("a guest's document", "err", err)
		return joinAnswer{}, &p2p.Refusal{Code: codeBadDocument}
	}
	n.feed.publish(peopleChanged)
	return a, nil
}
