package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"countersign/ledger"
	"countersign/ledger/keyring"
)

// ErrOtherKey says that a page was made for another key than the one at hand.
var ErrOtherKey = errors.New("the page is for another key")

// Sign opens the key file with the passphrase, signs exactly the page's body and
// hands the entry to the node's outbox. It returns when that is durable: the
// screen says "signed". A page that the rules would refuse is not signed; its
// refusal is the error.
func (d *Desk) Sign(ctx context.Context, page *SignPage, passphrase string) (Ticket, error) {
	s, err := d.session()
	if err != nil {
		return Ticket{}, err
	}
	if s.path == "" {
		return Ticket{}, fmt.Errorf("sign: no key file of this official is here: %w", ErrNotYours)
	}
	keys, err := keyring.Open(s.path, passphrase, d.keyOptions())
	if err != nil {
		return Ticket{}, fmt.Errorf("sign: %w", openError(err))
	}
	defer keys.Close()
	return d.SignWith(ctx, page, keys)
}

// SignUnlocked signs with the session's own key: for a story player and the
// demo, which open each key once.
func (d *Desk) SignUnlocked(ctx context.Context, page *SignPage) (Ticket, error) {
	s, err := d.session()
	if err != nil {
		return Ticket{}, err
	}
	return d.SignWith(ctx, page, s.keys)
}

// SignWith signs with a key that the caller holds open, such as a card's.
func (d *Desk) SignWith(ctx context.Context, page *SignPage, signer ledger.Signer) (Ticket, error) {
	s, err := d.session()
	if err != nil {
		return Ticket{}, err
	}
	if signer.Public().ID() != page.Key {
		return Ticket{}, fmt.Errorf("sign: %w", ErrOtherKey)
	}
	if page.Check != ledger.Accepted && !(page.Act.Unchecked && d.node.Profile().Rehearsal) {
		return Ticket{}, fmt.Errorf("sign: %w", page.Check)
	}
	e, err := ledger.Sign(page.Body, signer)
	if err != nil {
		return Ticket{}, fmt.Errorf("sign: %w", err)
	}
	s.remember(e.ID(), page.Act) // before the outbox: an expired one must be found again
	if err := d.node.Submit(ctx, e, page.parts); err != nil {
		s.forget(e.ID())
		return Ticket{}, fmt.Errorf("sign: hand to the outbox: %w", err)
	}
	if key, ok := page.Act.newKey(); ok {
		s.forgetUnsigned(key.ID())
	}
	if err := d.shareNextEpoch(ctx, s, e.Payload); err != nil {
		return Ticket{}, fmt.Errorf("sign: share the agency's next identity: %w", err)
	}
	d.shareWithOffice(ctx, s, e.Payload)
	return Ticket{Entry: e.ID(), Signed: d.clock()}, nil
}

// Await waits until a signed entry is final or ctx ends. What came of it is in
// Final.Code: ordered and refused is no error. While it waits the entry is kept
// in the outbox.
func (d *Desk) Await(ctx context.Context, t Ticket) (Final, error) {
	f, err := d.node.Await(ctx, t.Entry)
	if err != nil {
		return f, fmt.Errorf("await finality: %w", err)
	}
	if s, err := d.session(); err == nil {
		if act, ok := s.forget(t.Entry); ok && act.administers() && f.Code == ledger.Accepted {
			// The new reader may open what is theirs; if it fails now, the next unlock tries again.
			_ = d.KeepGrants(ctx)
		}
	}
	return f, nil
}

func (a Act) administers() bool {
	switch a.Kind {
	case ActPropose, ActSecond, ActNode, ActRemoveNode:
		return true
	}
	return false
}

// KeptEntry is one of this official's signatures that is not final yet, or whose
// letter has not been handed over. An expired one has to be signed again.
type KeptEntry struct {
	Kept
	Act     *Act // nil: signed by somebody else, or on another computer
	Mine    bool
	Expired bool
}

// Kept lists what the outbox holds, oldest first.
func (d *Desk) Kept(ctx context.Context) ([]KeptEntry, error) {
	s, err := d.session()
	if err != nil {
		return nil, err
	}
	list, err := d.node.Kept(ctx)
	if err != nil {
		return nil, fmt.Errorf("list what is kept: %w", err)
	}
	now := ledger.TimeOf(d.clock())
	out := make([]KeptEntry, 0, len(list))
	for _, k := range list {
		e := KeptEntry{Kept: k, Mine: k.Author == s.keys.Public().ID(), Expired: !k.Final && k.ValidUntil < now}
		if act, ok := s.signedAct(k.ID); ok {
			e.Act = &act
		}
		out = append(out, e)
	}
	slices.SortStableFunc(out, func(a, b KeptEntry) int { return a.Since.Compare(b.Since) })
	return out, nil
}

// Again makes a fresh page of a signature that expired before it was final. The
// old entry leaves the outbox; it could not count any more.
func (d *Desk) Again(ctx context.Context, entry ledger.EntryID) (*SignPage, error) {
	s, err := d.session()
	if err != nil {
		return nil, err
	}
	act, ok := s.signedAct(entry)
	if !ok {
		return nil, fmt.Errorf("sign again: %w", ErrNotKept)
	}
	page, err := d.Prepare(ctx, act)
	if err != nil {
		return nil, fmt.Errorf("sign again: %w", err)
	}
	if err := d.node.Forget(ctx, entry); err != nil && !errors.Is(err, ErrNotKept) {
		return nil, fmt.Errorf("sign again: %w", err)
	}
	s.forget(entry)
	return page, nil
}

const signedFile = "signed.sealed"

// signedActs is the file of acts signed here that are not final.
type signedActs struct {
	Acts map[ledger.EntryID]Act
}

// loadSigned reads what was signed before the desk was locked; without a
// readable file nothing can be signed again, and nothing else is lost.
func (s *session) loadSigned() {
	var f signedActs
	if s.cabinet.readSealed(signedFile, s.identity, &f) != nil || f.Acts == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, act := range f.Acts {
		s.signed[id] = act
	}
}

// remember keeps an act until its entry is final. A failure to write costs
// "sign again" after a restart and must not stop the signature.
func (s *session) remember(id ledger.EntryID, act Act) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.signed[id] = act
	s.saveSigned()
}

func (s *session) forget(id ledger.EntryID) (Act, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	act, ok := s.signed[id]
	if ok {
		delete(s.signed, id)
		s.saveSigned()
	}
	return act, ok
}

func (s *session) saveSigned() {
	if len(s.signed) == 0 {
		_ = s.cabinet.remove(signedFile)
		return
	}
	_ = s.cabinet.writeSealed(signedFile, signedActs{Acts: s.signed}, s.recipient)
}

func (s *session) signedAct(id ledger.EntryID) (Act, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	act, ok := s.signed[id]
	return act, ok
}
