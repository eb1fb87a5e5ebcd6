package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"countersign/ledger"
	"countersign/ledger/keyring/hybrid"
	"countersign/ledger/vault"
)

// loadGrants opens the agency's identities that are wrapped for this official,
// and those that were made at this desk. One counts only if it yields the
// recipient on the record.
func (d *Desk) loadGrants(ctx context.Context, s *session) error {
	grants, err := d.node.Grants(ctx, s.me)
	if err != nil {
		return fmt.Errorf("read grants: %w", err)
	}
	recipients := map[uint32]string{}
	err = d.look(ctx, func(l *look) error {
		a := l.Agency(s.agency)
		if a == nil {
			return ledger.NotAMember
		}
		for n := uint32(0); n <= a.Epoch; n++ {
			if e := l.Epoch(s.agency, n); e != nil {
				recipients[n] = e.Recipient
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("read grants: %w", err)
	}
	var found []epochKey
	for _, g := range grants {
		recipient, known := recipients[g.Epoch]
		if g.Agency != s.agency || !known || s.holds(g.Epoch) {
			continue
		}
		if id, err := s.openGrant(g, recipient); err == nil { // one that cannot be opened does not count
			found = append(found, epochKey{g.Epoch, id})
		}
	}
	for _, k := range s.madeHere() {
		if recipients[k.number] == k.id.Recipient() {
			found = append(found, k)
		} else {
			k.id.Close()
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, k := range found {
		if s.epochs == nil || s.epochs[k.number] != nil {
			k.id.Close()
			continue
		}
		s.epochs[k.number] = k.id
	}
	return nil
}

func (s *session) openGrant(g Grant, recipient string) (*hybrid.Identity, error) {
	one, err := vault.ParseGrant(g.Wrapped)
	if err != nil {
		return nil, err
	}
	if one.Network != s.network || one.Epoch != (ledger.AgencyEpoch{Agency: g.Agency, Epoch: g.Epoch}) {
		return nil, vault.ErrMismatch
	}
	return one.Open(s.identity, recipient)
}

// epochKey is an agency's identity with its number.
type epochKey struct {
	number uint32
	id     *hybrid.Identity
}

func (s *session) holds(epoch uint32) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.epochs[epoch] != nil
}

// epoch is the agency's identity of one epoch. When it is not here the grants
// are read again: the office node may have sent one since.
func (d *Desk) epoch(ctx context.Context, s *session, n uint32) (*hybrid.Identity, error) {
	for try := 0; ; try++ {
		s.mu.Lock()
		id := s.epochs[n]
		s.mu.Unlock()
		if id != nil {
			return id, nil
		}
		if try > 0 || !s.mayReadGrants(d) {
			return nil, fmt.Errorf("the agency's identity %d is not granted: %w", n, ErrNotYours)
		}
		if err := d.loadGrants(ctx, s); err != nil {
			return nil, err
		}
	}
}

// grantsPause is the least time between two readings of grants.
const grantsPause = time.Second

// mayReadGrants keeps a list of unreadable letters from reading grants for each.
func (s *session) mayReadGrants(d *Desk) bool {
	now := d.clock()
	s.mu.Lock()
	defer s.mu.Unlock()
	if now.Before(s.grantsAfter) {
		return false
	}
	s.grantsAfter = now.Add(grantsPause)
	return true
}

// reader is who gets an agency's identity: an official, or a node (zero).
type reader struct {
	official  ledger.OfficialID
	recipient string
}

// readers are the agency's active officials and the nodes that hold its
// identities, without an official who is being revoked and nodes being removed.
func (l *look) readers(agency ledger.AgencyID, without ledger.OfficialID, gone ...ledger.NodeCode) []reader {
	var out []reader
	for _, o := range l.OfficialsOf(agency) {
		if o.ID != without && l.usableKey(o) != nil {
			out = append(out, reader{o.ID, o.Recipient})
		}
	}
	for _, n := range l.Readers(agency) {
		if !slices.Contains(gone, n.Code) {
			out = append(out, reader{recipient: n.Recipient})
		}
	}
	return out
}

// shareNextEpoch wraps the identity that a signed act opens for everybody who
// stays, and hands the grants to the agency's nodes. Until the record shows the
// epoch they count for nothing.
func (d *Desk) shareNextEpoch(ctx context.Context, s *session, p ledger.Payload) error {
	var next *ledger.Epoch
	var without ledger.OfficialID
	var gone []ledger.NodeCode
	switch p := p.(type) {
	case *ledger.Propose:
		if p.Revoke != nil {
			next, without, gone = &p.Revoke.Next, p.Revoke.Official, p.Revoke.Nodes
		}
	case *ledger.NodeRemove:
		next, gone = &p.Next, []ledger.NodeCode{p.Code}
	}
	if next == nil {
		return nil
	}
	var readers []reader
	err := d.look(ctx, func(l *look) error {
		readers = l.readers(s.agency, without, gone...)
		return nil
	})
	if err != nil {
		return err
	}
	for _, k := range s.madeHere() {
		if k.number == next.Number && k.id.Recipient() == next.Recipient {
			err = d.putGrants(ctx, s.network, s.agency, k, readers)
		}
		k.id.Close()
	}
	return err
}

// shareWithOffice wraps every identity that is open here for the node to which a
// signed act moves the office: the office node of today may be gone. What cannot
// be brought now, that one or a spare wraps when it is there.
func (d *Desk) shareWithOffice(ctx context.Context, s *session, p ledger.Payload) {
	var to []reader
	err := d.look(ctx, func(l *look) error {
		to = nil
		var act *ledger.MoveOffice
		switch p := p.(type) {
		case *ledger.Propose:
			act = p.Office
		case *ledger.Second:
			if x := l.Proposal(p.Proposal); x != nil {
				act = x.Act.Office
			}
		}
		if act == nil {
			return nil
		}
		if n := l.Node(s.agency, act.Node); n != nil && n.Removed == 0 && n.Recipient != "" {
			to = []reader{{recipient: n.Recipient}}
		}
		return nil
	})
	if err != nil || len(to) == 0 {
		return
	}
	for _, k := range s.held() {
		_ = d.putGrants(ctx, s.network, s.agency, k, to)
	}
}

func (d *Desk) putGrants(ctx context.Context, network ledger.NetworkID, agency ledger.AgencyID, k epochKey, readers []reader) error {
	var out []Grant
	for _, r := range readers {
		g, err := vault.Wrap(network, ledger.AgencyEpoch{Agency: agency, Epoch: k.number}, k.id, r.recipient)
		if err != nil {
			return err
		}
		out = append(out, Grant{Agency: agency, Epoch: k.number, Official: r.official, Wrapped: g.Bytes()})
	}
	if len(out) == 0 {
		return nil
	}
	return d.node.PutGrants(ctx, out)
}

// KeepGrants lets an unlocked admin's desk do what the office node does too: it
// wraps every identity of the agency it holds for each active official, and the
// office node, that lacks it. Others' desks do nothing.
func (d *Desk) KeepGrants(ctx context.Context) error {
	s, err := d.session()
	if err != nil {
		return err
	}
	var readers []reader
	err = d.look(ctx, func(l *look) error {
		readers = nil
		if o := l.Official(s.me); o != nil && o.Grant(ledger.RoleAdmin) != nil {
			readers = l.readers(s.agency, ledger.OfficialID{})
		}
		return nil
	})
	if err != nil || len(readers) == 0 {
		return err
	}
	if err := d.loadGrants(ctx, s); err != nil {
		return err
	}
	held := s.held()
	for _, r := range readers {
		have, err := d.node.Grants(ctx, r.official)
		if err != nil && !errors.Is(err, ErrNotYours) {
			return fmt.Errorf("keep grants: %w", err)
		}
		for _, k := range held {
			known := slices.ContainsFunc(have, func(g Grant) bool { return g.Agency == s.agency && g.Epoch == k.number })
			if known || r.official.IsZero() && err != nil && !s.made(k) {
				continue // a node may keep its own grants to itself: it lacks at most what was made here
			}
			if err := d.putGrants(ctx, s.network, s.agency, k, []reader{r}); err != nil {
				return fmt.Errorf("keep grants: %w", err)
			}
		}
	}
	return nil
}

func (s *session) held() []epochKey {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]epochKey, 0, len(s.epochs))
	for n, id := range s.epochs {
		out = append(out, epochKey{n, id})
	}
	return out
}
