package desk

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"countersign/ledger"
	"countersign/ledger/keyring"
	"countersign/ledger/vault"
)

// NewEnrolment makes a new official: keys in a file of the keys folder under
// their own passphrase, and the proposal with proofs of possession. Their card
// is sealed when the page is prepared. Ends is the key's end; zero: none. The
// proposal is signed by Prepare and Sign of ActPropose, and seconded by another
// admin. The file goes again with DropKey, or with Lock, where nobody signs.
func (d *Desk) NewEnrolment(ctx context.Context, name, title, unit string, roles []ledger.RoleGrant, passphrase string, ends ledger.Time) (*ledger.Propose, error) {
	s, err := d.session()
	if err != nil {
		return nil, err
	}
	official := ledger.NewOfficialID()
	keys, err := keyring.NewOfficial(s.agency, official, ledger.Ed25519)
	if err != nil {
		return nil, fmt.Errorf("enrol: %w", err)
	}
	defer keys.Close()
	if err := os.MkdirAll(d.opt.Keys, 0o700); err != nil {
		return nil, fmt.Errorf("enrol: %w", err)
	}
	if err := keys.Save(d.newKeyPath(keys.Public()), s.network, passphrase, d.keyOptions()); err != nil {
		return nil, fmt.Errorf("enrol: %w", err)
	}
	s.noteUnsigned(keys.Public())
	return d.EnrolmentOf(keys, vault.Card{Name: name, Title: title, Unit: unit}, roles, ends)
}

// EnrolmentOf makes the proposal for keys that exist already: a person's own
// desk, or a card.
func (d *Desk) EnrolmentOf(keys keyring.Holder, card vault.Card, roles []ledger.RoleGrant, ends ledger.Time) (*ledger.Propose, error) {
	s, err := d.session()
	if err != nil {
		return nil, err
	}
	e, err := keyring.Enrol(s.network, s.agency, keys)
	if err != nil {
		return nil, fmt.Errorf("enrol: %w", err)
	}
	e.Roles, e.Ends = sortRoles(roles), ends
	s.keepCard(e.Official, card)
	return &ledger.Propose{Enrol: e}, nil
}

func sortRoles(roles []ledger.RoleGrant) []ledger.RoleGrant {
	out := slices.Clone(roles)
	slices.SortFunc(out, func(a, b ledger.RoleGrant) int {
		switch {
		case a.Role < b.Role:
			return -1
		case a.Role > b.Role:
			return 1
		}
		return 0
	})
	return out
}

// RevokeProposal ends an official's key for good, with the nodes that are
// theirs, and opens the agency's next identity. Since is the time from which the
// key's decisions are suspect; zero: none are.
func (d *Desk) RevokeProposal(ctx context.Context, official ledger.OfficialID, code ledger.Code, since ledger.Time) (*ledger.Propose, error) {
	s, err := d.session()
	if err != nil {
		return nil, err
	}
	next, err := d.nextEpoch(ctx, s)
	if err != nil {
		return nil, fmt.Errorf("revoke: %w", err)
	}
	var nodes []ledger.NodeCode
	err = d.look(ctx, func(l *look) error {
		if o := l.Official(official); o == nil || o.Agency != s.agency {
			return ledger.UnknownTarget
		}
		agency := l.Agency(s.agency)
		for _, n := range l.NodesOf(s.agency) {
			if n.Holder != nil && *n.Holder == official && n.Code != agency.Office {
				nodes = append(nodes, n.Code)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("revoke: %w", err)
	}
	slices.Sort(nodes)
	return &ledger.Propose{Revoke: &ledger.RevokeKey{Official: official, Code: code, SuspectSince: since, Next: next, Nodes: nodes}}, nil
}

// RestoreProposal ends a suspension.
func (d *Desk) RestoreProposal(official ledger.OfficialID) *ledger.Propose {
	return &ledger.Propose{Restore: &ledger.Restore{Official: official}}
}

// RemoveNode takes a node out and opens the agency's next identity.
func (d *Desk) RemoveNode(ctx context.Context, code ledger.NodeCode) (*ledger.NodeRemove, error) {
	s, err := d.session()
	if err != nil {
		return nil, err
	}
	next, err := d.nextEpoch(ctx, s)
	if err != nil {
		return nil, fmt.Errorf("remove node: %w", err)
	}
	return &ledger.NodeRemove{Code: code, Next: next}, nil
}

// RotateKey makes the unlocked official's next signing key, in a file of its own
// under the same passphrase, and the act by which the old key signs it. The old
// key works until oldEnds; the new one ends at ends (zero: never). The next
// unlock takes the new key once the record names it. The file goes again with
// DropKey, or with Lock, where nobody signs.
func (d *Desk) RotateKey(ctx context.Context, passphrase string, oldEnds, ends ledger.Time) (*ledger.Rotate, error) {
	s, err := d.session()
	if err != nil {
		return nil, err
	}
	if s.path == "" {
		return nil, fmt.Errorf("new key: %w", ErrNotYours)
	}
	old, err := keyring.Open(s.path, passphrase, d.keyOptions())
	if err != nil {
		return nil, fmt.Errorf("new key: %w", openError(err))
	}
	defer old.Close()
	next, err := old.Successor(old.Public().Algorithm)
	if err != nil {
		return nil, err
	}
	defer next.Close()
	if err := next.Save(d.newKeyPath(next.Public()), s.network, passphrase, d.keyOptions()); err != nil {
		return nil, fmt.Errorf("new key: %w", err)
	}
	s.noteUnsigned(next.Public())
	r, err := keyring.Rotate(s.network, s.agency, s.me, next, oldEnds, ends)
	if err != nil {
		return nil, fmt.Errorf("new key: %w", err)
	}
	return r, nil
}

// ChangePassphrase writes the unlocked official's key file anew.
func (d *Desk) ChangePassphrase(old, new string) error {
	s, err := d.session()
	if err != nil {
		return err
	}
	if s.path == "" {
		return fmt.Errorf("change passphrase: %w", ErrNotYours)
	}
	if err := keyring.ChangePassphrase(s.path, old, new, d.keyOptions()); err != nil {
		if errors.Is(err, keyring.ErrWrongPassphrase) {
			err = ErrWrongPassphrase
		}
		return fmt.Errorf("change passphrase: %w", err)
	}
	return nil
}

// administer writes an act about the agency itself.
func (w *writer) administer(ctx context.Context) (ledger.Payload, error) {
	switch a := w.act; {
	case a.Kind == ActSecond && !a.Target.IsZero():
		return &ledger.Second{Proposal: a.Target}, nil
	case a.Kind == ActRotate && a.Rotate != nil:
		return a.Rotate, nil
	case a.Kind == ActSuspendKey && !a.Official.IsZero():
		return &ledger.SuspendKey{Official: a.Official}, nil
	case a.Kind == ActNode && a.Node != nil:
		return a.Node, nil
	case a.Kind == ActRemoveNode && a.Remove != nil:
		return a.Remove, nil
	case a.Kind == ActMotion && a.Motion != nil:
		return w.motion(ctx)
	case a.Kind == ActVote && !a.Target.IsZero():
		return w.vote(ctx)
	case a.Kind == ActLeave:
		return &ledger.Leave{}, nil
	case a.Kind == ActPublish:
		return w.publish(ctx)
	case a.Kind == ActPropose && a.Propose != nil:
		return w.propose(ctx)
	default:
		return nil, ErrNothingToSign
	}
}

// EndsIn is the ledger time so many days from now, for a key's end.
func (d *Desk) EndsIn(days int) ledger.Time {
	return ledger.TimeOf(d.clock()).Add(time.Duration(days) * oneDay)
}
