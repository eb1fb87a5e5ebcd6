package node

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"countersign/app/desk"
	"countersign/ledger"
	"countersign/ledger/rules"
	"countersign/ledger/vault"
	"countersign/p2p/delivery"
)

// receiveAll fetches, checks and receipts what was released to us, or says that
// it is destroyed.
func (o *office) receiveAll(t task) error {
	r := t.request
	if r.State == rules.Revoked || r.State == rules.Closed || t.deletionDue || r.Deletion != nil && !r.Deletion.Ordered.IsZero() {
		return o.deletionReceipt(t)
	}
	for _, rel := range r.Releases {
		if !rel.Receipt.IsZero() || rel.Failed != "" || o.waiting(ledger.KindReceipt, r.ID) || o.waiting(ledger.KindDeliveryFailed, r.ID) {
			continue
		}
		if err := o.receive(t, rel); err != nil {
			return err
		}
	}
	return nil
}

func (o *office) receive(t task, rel rules.Release) error {
	n, r := o.node, t.request
	act := ledger.Act{Request: r.ID, Version: r.Version}
	o.stepProgress(r.ID, desk.StepSending, 0, 1)
	err := n.fetch(n.ctx, rel.Entry, rel.Part, func(have, size uint64) { o.stepProgress(r.ID, desk.StepSending, have, size) })
	if errors.Is(err, delivery.ErrDamaged) { // on record, so that the provider releases again
		n.log.Error("the provider's copy of a release is damaged", "request", r.ID.Short())
		o.setProgress(r.ID, desk.Progress{Step: desk.StepProblem, Percent: -1, Problem: "unavailable"})
		return o.sign(ledger.NewNonce(), &ledger.DeliveryFailed{Act: act, Release: rel.Entry, Code: "unavailable"})
	}
	if err != nil {
		return fmt.Errorf("fetch release: %w", err)
	}
	err = n.checkRelease(t, rel)
	switch {
	case err == nil:
		o.setProgress(r.ID, desk.Progress{Step: desk.StepArrived, Percent: 100})
		return o.sign(ledger.NewNonce(), &ledger.Receipt{Act: act, Release: rel.Entry})
	case errors.Is(err, vault.ErrMismatch), errors.Is(err, vault.ErrBadContent):
		n.log.Error("release does not match", "request", r.ID.Short(), "err", err)
		o.setProgress(r.ID, desk.Progress{Step: desk.StepProblem, Percent: -1, Problem: "mismatch"})
		return o.sign(ledger.NewNonce(), &ledger.DeliveryFailed{Act: act, Release: rel.Entry, Code: "mismatch"})
	default:
		return err
	}
}

// checkRelease opens a release to the end and compares its manifest with the agreement.
func (n *Node) checkRelease(t task, rel rules.Release) error {
	c, err := n.parts.store.Get(rel.Part.Commitment)
	if errors.Is(err, vault.ErrDamaged) {
		return errors.Join(err, n.parts.damaged(rel.Part.Commitment, err))
	}
	if err != nil {
		return err
	}
	defer c.Close()
	if err := c.Verify(); err != nil { // our own disk, not the sender
		return errors.Join(err, n.parts.damaged(rel.Part.Commitment, err))
	}
	want, err := n.expected(n.ctx, rel.Entry, rel.Part)
	if err != nil {
		return err
	}
	ids, err := n.identities()
	if err != nil {
		return err
	}
	opened, err := vault.OpenRelease(c, int64(c.Size()), ids, want)
	if err != nil {
		return err
	}
	m, r := opened.Manifest, t.request
	fields := ledger.SortFields(m.Fields)
	if m.Request != r.ID || m.Dataset != r.Dataset || r.Agreement == nil || m.Agreement != r.Agreement.Entry ||
		len(ledger.Subtract(fields, r.Agreement.Terms.Fields)) > 0 {
		return fmt.Errorf("manifest: %w", vault.ErrMismatch)
	}
	return nil
}

// erase destroys, on every node of the agency, what is to go.
func (o *office) erase(t task) error {
	for _, c := range t.over {
		if err := o.node.parts.store.Erase(c); err != nil {
			return fmt.Errorf("erase release: %w", err)
		}
	}
	return nil
}

// errStillHeld says that another computer of the agency has not destroyed its copy yet.
var errStillHeld = errors.New("the office node of before still keeps a copy")

// deletionReceipt says that what was received is destroyed: when an official
// ordered it, or when it was due without an order. Other nodes of the agency hold
// a release in memory only, but for an office node of before: one that has not
// confirmed is named as pending, and the receipt is signed anew when it has.
func (o *office) deletionReceipt(t task) error {
	r := t.request
	if r.Deletion == nil || r.Deletion.Deleted != 0 || r.Deletion.Ordered.IsZero() && !t.deletionDue || o.waiting(ledger.KindDeletionReceipt, r.ID) {
		return nil
	}
	pending, soon, err := o.node.stillHeld(r)
	switch {
	case err != nil:
		return err
	case soon: // asked again in a moment
		return fmt.Errorf("deletion of %s: %w", r.ID.Short(), errStillHeld)
	case len(pending) > 0 && slices.Equal(pending, r.Deletion.Pending):
		return nil // as it was said
	}
	return o.sign(ledger.NewNonce(), &ledger.DeletionReceipt{Act: ledger.Act{Request: r.ID, Version: r.Version}, Pending: pending})
}

// expected is what the ledger says about a part of a final entry.
func (n *Node) expected(ctx context.Context, entry ledger.EntryID, part ledger.Sealed) (vault.Expected, error) {
	e, _, err := n.Entry(ctx, entry)
	if err != nil {
		return vault.Expected{}, err
	}
	var agency ledger.AgencyID
	if err := n.view(func(v rules.View) error {
		if k := v.Key(e.Body.Author); k != nil {
			agency = k.Agency
		}
		return nil
	}); err != nil {
		return vault.Expected{}, err
	}
	return vault.Expected{Binding: vault.BindingOf(e, agency), Sealed: part}, nil
}

// openPart fetches a letter if need be and opens it with the agency's identity.
func (n *Node) openPart(ctx context.Context, entry ledger.EntryID, part ledger.Sealed, out vault.Content) error {
	cipher, err := n.Part(ctx, entry, part)
	if err != nil {
		return err
	}
	want, err := n.expected(ctx, entry, part)
	if err != nil {
		return err
	}
	ids, err := n.identities()
	if err != nil {
		return err
	}
	return vault.Open(cipher, ids, want, out)
}
