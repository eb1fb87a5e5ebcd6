package node

import (
	"fmt"
	"time"

	"countersign/ledger"
	"countersign/ledger/rules"
	"countersign/ledger/store"
)

// tidyEvery is how often the vault is brought in line with the ledger without cause.
const tidyEvery = time.Hour

// tidy brings the vault in line with the ledger: what an accepted entry names is
// kept for good, what nobody may keep any longer is destroyed, and what no entry
// has named in time goes. It repairs what a crash between a final block and the
// files left undone.
func (n *Node) tidy() error {
	if !n.office.sealing.TryLock() { // a release is in the vault before its entry is in the outbox
		n.office.tidyLater()
		return nil
	}
	defer n.office.sealing.Unlock()
	if err := n.eraseOrdered(); err != nil {
		return fmt.Errorf("tidy: %w", err)
	}
	kept, pending, err := n.parts.store.Commitments()
	if err != nil {
		return err
	}
	for _, c := range pending {
		f, err := n.fateOf(c)
		switch {
		case err == nil && f == fateKeep:
			err = n.parts.store.Name(c)
		case err == nil && f == fateErase:
			err = n.parts.store.Erase(c)
		}
		if err != nil {
			return fmt.Errorf("tidy: %w", err)
		}
	}
	for _, c := range kept {
		if n.ctx.Err() != nil {
			return nil
		}
		f, err := n.fateOf(c)
		if err == nil && (f == fateErase || f == fateUnnamed && !n.outbox.names(c)) {
			err = n.parts.store.Erase(c)
		}
		if err != nil {
			return fmt.Errorf("tidy: %w", err)
		}
	}
	_, err = n.parts.store.Sweep(n.clock.Ledger())
	return err
}

// fate is what is to become of a part.
type fate int

const (
	fateUnnamed fate = iota // no accepted entry names it
	fateKeep
	fateErase
)

// fateOf reads from the ledger what is to become of a part.
func (n *Node) fateOf(c ledger.Hash) (f fate, err error) {
	err = n.store.View(func(tx *store.Tx) error {
		v := rules.NewView(tx)
		id := v.CommitmentEntry(c)
		if id.IsZero() {
			return nil
		}
		f = fateKeep
		rec, err := tx.EntryByID(id)
		if err != nil {
			return err
		}
		e, err := rec.Entry()
		if err != nil {
			return err
		}
		request, _ := concerns(e)
		if request.IsZero() {
			return nil
		}
		r := v.Request(request)
		if r == nil {
			return nil
		}
		if n.gone(v, e) {
			f = fateErase
		}
		for i := range r.Releases {
			if r.Releases[i].Part.Commitment == c && n.releaseOver(r, &r.Releases[i], v) {
				f = fateErase
			}
		}
		return nil
	})
	return f, err
}

// letterOver tells whether a request's letters have been kept long enough: a
// founding parameter, from the day on which nothing was owed any more.
func (n *Node) letterOver(r *rules.Request, g *rules.Global) bool {
	days := n.letterDays()
	return r.AtRest() && g != nil && days > 0 && n.clock.Ledger() > r.Changed.Add(time.Duration(days)*24*time.Hour) && !n.clockOff()
}

func (n *Node) letterDays() uint32 {
	if n.founding.Parameters == nil {
		return ledger.DefaultParameters().LetterKeepDays
	}
	return n.founding.Parameters.LetterKeepDays
}

// releaseOver tells whether a release is to be destroyed here. The provider's
// copy goes when it has arrived or may not be fetched any more; the requester's
// when its deletion was ordered, its retention is over or it was recalled from
// somebody who is no member any more.
func (n *Node) releaseOver(r *rules.Request, rel *rules.Release, v rules.View) bool {
	us := n.currentProfile().Agency
	if rel.Failed != "" || r.State == rules.Closed {
		return true
	}
	if r.Provider == us {
		return rel.Received != 0 || r.State == rules.Revoked
	}
	return r.Deletion != nil && (r.Deletion.Deleted != 0 || !r.Deletion.Ordered.IsZero() || n.deletionDue(r, v))
}

// deletionDue tells whether the requester has to destroy what it got without
// being ordered to: the retention is over, or it has left the network. What a
// provider recalls is destroyed by an official's order.
func (n *Node) deletionDue(r *rules.Request, v rules.View) bool {
	if r.Deletion == nil || r.Deletion.Deleted != 0 || n.clock.Ledger() < r.Deletion.Owed {
		return false
	}
	if a := v.Agency(r.Requester); a != nil && !a.Member() {
		return true
	}
	return r.State != rules.Revoked && !n.clockOff()
}
