package desk

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"countersign/ledger"
)

// A key is made before the act that names it can be signed. Where that act is
// never signed its file would be left behind: the session notes which keys it
// has made, and forgets them once the act that names them is in the outbox.

// noteUnsigned notes a key that waits for its act to be signed.
func (s *session) noteUnsigned(key ledger.PublicKey) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unsigned = append(s.unsigned, key)
}

// forgetUnsigned takes a key off the list and reports whether it was on it.
func (s *session) forgetUnsigned(key ledger.KeyID) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.unsigned, func(k ledger.PublicKey) bool { return k.ID() == key })
	if i >= 0 {
		s.unsigned = slices.Delete(s.unsigned, i, i+1)
	}
	return i >= 0
}

// takeUnsigned empties the list.
func (s *session) takeUnsigned() []ledger.PublicKey {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.unsigned
	s.unsigned = nil
	return out
}

// newKey is the key that an act brings onto the record; false: none.
func (a Act) newKey() (ledger.PublicKey, bool) {
	switch {
	case a.Kind == ActRotate && a.Rotate != nil:
		return a.Rotate.Key, true
	case a.Kind == ActPropose && a.Propose != nil && a.Propose.Enrol != nil:
		return a.Propose.Enrol.Key, true
	}
	return ledger.PublicKey{}, false
}

// DropKey destroys the file of a key that was made here for an act (enrol or
// rotate) which nobody has signed. For another act, and once it is signed, it
// does nothing; a key that the record or a proposal on it knows stays as well.
func (d *Desk) DropKey(ctx context.Context, act Act) error {
	s, err := d.session()
	if err != nil {
		return nil // Lock has seen to it
	}
	key, ok := act.newKey()
	if !ok || !s.forgetUnsigned(key.ID()) {
		return nil
	}
	return d.destroyKey(ctx, key)
}

// destroyKey removes a key's file unless the record knows the key.
func (d *Desk) destroyKey(ctx context.Context, key ledger.PublicKey) error {
	known := false
	err := d.look(ctx, func(l *look) error {
		known = l.Key(key.ID()) != nil
		for _, p := range l.OpenProposals(d.node.Profile().Agency) {
			known = known || p.Act.Enrol != nil && p.Act.Enrol.Key.ID() == key.ID()
		}
		return nil
	})
	if err == nil && !known {
		err = os.Remove(d.newKeyPath(key))
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("drop a key that was not signed for: %w", err)
	}
	return nil
}
