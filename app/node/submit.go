package node

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"countersign/app/desk"
	"countersign/ledger"
	"countersign/ledger/rules"
	"countersign/ledger/store"
	"countersign/ledger/vault"
	"countersign/p2p"
	"countersign/p2p/delivery"
)

// resendEvery is how often the outbox offers what is not final once more.
const resendEvery = time.Second

// Submit keeps a signed entry with its letters durably and sends both. It
// returns when they are kept: only Await says that the entry is final. What can
// never become final is refused and not kept; what is final already is left as
// it is. Errors: ledger.ErrWrongNetwork, ledger.ErrBadSignature, ledger.ErrBadForm,
// ledger.ExpiredEntry, or what the disk says.
func (n *Node) Submit(ctx context.Context, e *ledger.Entry, ciphertexts [][]byte) error {
	err := n.ready()
	if err == nil {
		err = n.acceptable(e, ciphertexts)
	}
	if err != nil {
		return fmt.Errorf("submit: %w", err)
	}
	if _, known, err := n.final(e.ID()); err != nil || known {
		return err
	}
	n.timings.begin(e.ID())
	if err := n.keepToSend(e, ciphertexts); err != nil {
		return n.noteWrite(fmt.Errorf("submit: %w", err))
	}
	n.feed.publish(desk.Change{Outbox: true})
	err = n.eng().Submit(ctx, e)
	if len(ciphertexts) > 0 {
		n.kick() // letters go out at once, entry or not
	}
	if f, ok, err := n.final(e.ID()); err == nil && ok { // it came from elsewhere while it was kept here
		n.parts.named(e, ciphertexts)
		n.outbox.final(e.ID(), f.Code)
	}
	if err != nil {
		n.log.Info("entry not taken in yet", "kind", e.Body.Kind, "err", err)
	}
	return nil // what was not taken in now is offered again
}

// acceptable tests what never changes about an entry. A key that is not known
// here may be one block away.
func (n *Node) acceptable(e *ledger.Entry, ciphertexts [][]byte) error {
	if e.Body.Network != n.currentProfile().Network {
		return ledger.ErrWrongNetwork
	}
	named := ledger.Parts(e.Payload)
	if e.Body.Kind == ledger.KindRelease { // its part is too large to travel with it
		named = nil
	}
	if len(named) != len(ciphertexts) {
		return fmt.Errorf("%d letters for an entry that names %d: %w", len(ciphertexts), len(named), ledger.ErrBadForm)
	}
	for i, s := range named {
		if !vault.Matches(ciphertexts[i], s) {
			return fmt.Errorf("letter %d is not the one that the entry names: %w", i+1, ledger.ErrBadForm)
		}
	}
	var key *rules.Key
	var now ledger.Time
	err := n.store.View(func(tx *store.Tx) error {
		key, now = rules.NewView(tx).Key(e.Body.Author), tx.Time()
		return nil
	})
	switch {
	case err != nil:
		return err
	case key != nil && !key.Public.Verify(e.SigningBytes(), e.Signature):
		return ledger.ErrBadSignature
	case e.Body.ValidUntil < now:
		return ledger.ExpiredEntry
	}
	return nil
}

// keepToSend puts an entry's letters into the vault and all of it into the
// outbox, or nothing.
func (n *Node) keepToSend(e *ledger.Entry, ciphertexts [][]byte) error {
	if n.outbox.find(e.ID()) != nil {
		return nil
	}
	err := n.parts.keepOwn(e, ciphertexts)
	if err == nil {
		err = n.outbox.add(e, ciphertexts, n.clock.Now())
	}
	if err != nil && len(ciphertexts) > 0 {
		for _, s := range ledger.Parts(e.Payload) {
			err = errors.Join(err, n.parts.store.Erase(s.Commitment))
		}
	}
	return err
}

// kick makes the outbox look again now.
func (n *Node) kick() {
	select {
	case n.wake <- struct{}{}:
	default:
	}
}

// sendOut offers what is kept until it is final and acknowledged.
func (n *Node) sendOut() {
	tick := time.NewTicker(resendEvery)
	defer tick.Stop()
	n.outboxAgain()
	n.rememberAddresses() // a restart listens where others look
	for {
		timed := false
		select {
		case <-n.ctx.Done():
			return
		case <-n.wake:
		case <-tick.C:
			timed = true
		}
		if timed {
			if entries := n.outbox.unsent(n.clock.Ledger()); len(entries) > 0 {
				n.eng().Resend(entries)
			}
			n.keep()
			n.rememberAddresses()
			n.probe()
			n.dropExpired()
		}
		for _, it := range n.outbox.list() {
			n.handOver(it)
		}
	}
}

// dropExpired forgets what this node signed by itself and never became final:
// whatever is still to be done is signed anew.
func (n *Node) dropExpired() {
	authors := []ledger.KeyID{n.keys.Signer().Public().ID()}
	if n.keys.Keeps() {
		authors = append(authors, n.keys.Consensus().Public().ID())
	}
	for _, e := range n.outbox.expired(n.clock.Ledger(), authors...) {
		n.log.Warn("an act of this node expired before it was final", "kind", e.Body.Kind, "entry", e.ID().Short())
		if err := n.drop(e); err != nil {
			n.log.Warn("forget", "err", err)
		}
		if request, _ := concerns(e); !request.IsZero() {
			n.office.look([]ledger.EntryID{request}, false)
		}
	}
}

// drop forgets an entry that will never count, with its parts.
func (n *Node) drop(e *ledger.Entry) error {
	n.outbox.forget(e.ID())
	for _, s := range ledger.Parts(e.Payload) {
		if err := n.parts.store.Erase(s.Commitment); err != nil {
			return err
		}
	}
	n.feed.publish(desk.Change{Outbox: true})
	return nil
}

// handOver brings an entry's letters to our office node and the other
// recipients' that have not acknowledged them.
func (n *Node) handOver(it *outItem) {
	if len(it.parts) == 0 {
		return
	}
	needed, offices := n.readers(it.entry)
	missing := n.outbox.missing(it, needed)
	if len(missing) == 0 && n.outbox.isFinal(it) {
		n.outbox.forget(it.entry.ID())
		return
	}
	for _, a := range missing {
		peers := n.peersOf(a, offices[a])
		us := n.currentProfile()
		if a == us.Agency && offices[a] == us.Node {
			n.outbox.ack(it.entry.ID(), a, needed) // kept here already
			continue
		}
		if len(peers) > 0 && n.host.Connected(peers[0]) { // the office node stands first
			n.handOverTo(it, a, peers[0], needed)
		}
	}
}

// handOverTo runs one handing over beside the others; one at a time for each
// entry and agency.
func (n *Node) handOverTo(it *outItem, a ledger.AgencyID, peer p2p.PeerID, needed []ledger.AgencyID) {
	key := it.entry.ID().String() + string(a)
	if _, busy := n.handing.LoadOrStore(key, true); busy {
		return
	}
	n.run(func() {
		defer n.handing.Delete(key)
		ctx, cancel := context.WithTimeout(n.ctx, partPatience)
		defer cancel()
		if err := delivery.HandOver(ctx, n.host, peer, it.entry, it.parts); err != nil {
			n.log.Debug("letter not handed over yet", "to", a, "err", err)
			return
		}
		n.outbox.ack(it.entry.ID(), a, needed)
		n.feed.publish(desk.Change{Outbox: true})
	})
}

// readers are the agencies whose office nodes must have an entry's letters: the
// author's own and every recipient, with the codes of their office nodes.
func (n *Node) readers(e *ledger.Entry) ([]ledger.AgencyID, map[ledger.AgencyID]ledger.NodeCode) {
	out := []ledger.AgencyID{n.currentProfile().Agency}
	for _, s := range ledger.Parts(e.Payload) {
		for _, x := range s.Epochs {
			if !slices.Contains(out, x.Agency) {
				out = append(out, x.Agency)
			}
		}
	}
	offices := map[ledger.AgencyID]ledger.NodeCode{}
	err := n.view(func(v rules.View) error {
		out = slices.DeleteFunc(out, func(a ledger.AgencyID) bool {
			rec := v.Agency(a)
			if rec != nil {
				offices[a] = rec.Office
			}
			return rec == nil || rec.Standing == rules.StandingExpelled || subject(v, e).ErasedBy(a) != nil
		})
		return nil
	})
	if err != nil {
		n.log.Warn("who reads a letter", "err", err)
	}
	return out, offices
}

// Entry returns a final entry and where it stands.
func (n *Node) Entry(_ context.Context, id ledger.EntryID) (*ledger.Entry, desk.Final, error) {
	var e *ledger.Entry
	var f desk.Final
	err := n.store.View(func(tx *store.Tx) error {
		rec, err := tx.EntryByID(id)
		if err != nil {
			return err
		}
		f = finalOf(id, rec)
		e, err = rec.Entry()
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return nil, f, fmt.Errorf("entry %s: %w", id.Short(), desk.ErrNotKept)
	}
	return e, f, err
}

// Kept lists what the outbox holds, oldest first.
func (n *Node) Kept(context.Context) ([]desk.Kept, error) {
	var out []desk.Kept
	for _, it := range n.outbox.list() {
		needed, _ := n.readers(it.entry)
		out = append(out, desk.Kept{ID: it.entry.ID(), Kind: it.entry.Body.Kind, Author: it.entry.Body.Author, Since: it.added,
			ValidUntil: it.entry.Body.ValidUntil, Final: n.outbox.isFinal(it),
			LetterHere: len(it.parts) > 0 && len(n.outbox.missing(it, needed)) > 0})
	}
	return out, nil
}

// Forget drops an expired entry from the outbox, with its letters.
func (n *Node) Forget(_ context.Context, id ledger.EntryID) error {
	it := n.outbox.find(id)
	if it == nil {
		return fmt.Errorf("forget: %w", desk.ErrNotKept)
	}
	if it.entry.Body.ValidUntil >= n.clock.Ledger() {
		return errors.New("forget: the entry is still valid and may become final")
	}
	if err := n.drop(it.entry); err != nil {
		return fmt.Errorf("forget: %w", err)
	}
	return nil
}

// Journal appends a line to the agency's own journal.
func (n *Node) Journal(_ context.Context, l desk.JournalLine) error {
	err := n.noteWrite(n.journal.append(l))
	n.askSoon() // the office node is to have it too
	return err
}

// Changes reports what has changed until ctx ends.
func (n *Node) Changes(ctx context.Context) <-chan desk.Change { return n.feed.subscribe(ctx) }
