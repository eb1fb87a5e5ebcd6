package node

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"sync"

	"countersign/app/desk"
	"countersign/ledger"
	"countersign/ledger/rules"
	"countersign/ledger/vault"
	"countersign/p2p"
	"countersign/p2p/delivery"
)

// parts are the sealed parts and grants that this node holds.
type parts struct {
	store  *vault.Store
	grants *vault.Grants
	epochs *vault.Epochs // the agency's identities, on an office node
	copies *copies       // sheets that were sealed again here
	clock  *Clock
	warn   func(string, error)

	discarding sync.Mutex
}

func openParts(folder string, clock *Clock, warn func(string, error)) (*parts, error) {
	store, bad, err := vault.OpenStore(filepath.Join(folder, dirVault), vault.Limits{})
	if err != nil {
		return nil, err
	}
	grants, worse, err := vault.OpenGrants(filepath.Join(folder, dirGrants))
	if err != nil {
		return nil, err
	}
	for _, b := range append(bad, worse...) {
		warn("vault", b)
	}
	return &parts{store: store, grants: grants, epochs: vault.NewEpochs(), copies: &copies{m: map[ledger.Hash]*sheetCopy{}}, clock: clock, warn: warn}, nil
}

func (p *parts) close() { p.epochs.Close() }

// keepOwn keeps the letters of an entry that is signed here.
func (p *parts) keepOwn(e *ledger.Entry, ciphertexts [][]byte) error {
	named := ledger.Parts(e.Payload)
	for i, c := range ciphertexts {
		if err := p.store.Put(vault.PartOf(named[i], "", p.clock.Ledger()), c); err != nil {
			return err
		}
	}
	return nil
}

// named keeps for good what an accepted entry names, as far as it is here; kept
// are ciphertexts that the outbox still has.
func (p *parts) named(e *ledger.Entry, kept [][]byte) {
	for i, s := range ledger.Parts(e.Payload) {
		err := p.store.Name(s.Commitment)
		if errors.Is(err, vault.ErrAbsent) && i < len(kept) {
			if err = p.store.Put(vault.PartOf(s, "", p.clock.Ledger()), kept[i]); err == nil {
				err = p.store.Name(s.Commitment)
			}
		}
		if err != nil && !errors.Is(err, vault.ErrAbsent) {
			p.warn("keep part", err)
		}
	}
}

// sweep erases what no entry has named in time.
func (p *parts) sweep(n *Node) {
	if _, pending, err := p.store.Commitments(); err != nil || len(pending) > 0 {
		if err := n.tidy(); err != nil {
			p.warn("sweep", err)
		}
	}
}

// serveParts offers letters and releases to the peers that may have them.
func (n *Node) serveParts() {
	delivery.Serve(n.host, access{n})
	p2p.Serve(n.host, protoOffice, p2p.StreamLimits{}, maxOfficeBytes, n.serveOffice)
}

// access answers delivery for a node.
type access struct{ n *Node }

// Open returns a part to a node of an agency that an accepted entry names as its
// recipient or author; a release only while it may be handed over.
func (a access) Open(ctx context.Context, peer p2p.PeerID, w delivery.Wanted) (delivery.Ciphertext, error) {
	m, ok := a.n.peerOf(peer)
	if !ok {
		return nil, delivery.ErrAbsent
	}
	e, final, err := a.n.Entry(ctx, w.Entry)
	if err != nil || final.Code != ledger.Accepted {
		return nil, delivery.ErrAbsent
	}
	i := slices.IndexFunc(ledger.Parts(e.Payload), func(s ledger.Sealed) bool { return s.Commitment == w.Part.Commitment })
	if i < 0 || !a.n.mayHave(m.agency, e, ledger.Parts(e.Payload)[i]) {
		return nil, delivery.ErrAbsent
	}
	if isSheet(e) {
		return a.n.serveSheet(ctx, m.agency, e, ledger.Parts(e.Payload)[i], w.Part.Root)
	}
	f, err := a.n.parts.store.Get(w.Part.Commitment)
	if err != nil {
		if a.n.lostRelease(e) {
			a.n.log.Error("a release that has to be handed over is lost", "part", w.Part.Commitment.Short(), "err", err)
			return nil, delivery.ErrDamaged
		}
		return nil, delivery.ErrAbsent
	}
	return kept{f}, nil
}

// kept is a part of the vault that knows its root, so that what the disk has
// spoilt is told apart from what was never there.
type kept struct{ *vault.File }

func (k kept) Root() ledger.Hash { return k.Part.Root }

// lostRelease tells whether an entry is a release of this agency that has not
// arrived yet and whose ciphertext nobody has any more: it has to be here, or at
// the office node of before, which has been removed or stays away.
func (n *Node) lostRelease(e *ledger.Entry) bool {
	rel, ok := e.Payload.(*ledger.Release)
	if !ok {
		return false
	}
	us := n.currentProfile()
	owes, office := false, false
	var author *rules.Key
	err := n.view(func(v rules.View) error {
		author, office = v.Key(e.Body.Author), n.isOffice(v)
		if r := v.Request(rel.Act.Request); r != nil {
			owes = slices.ContainsFunc(r.Releases, func(x rules.Release) bool {
				return x.Entry == e.ID() && x.Received == 0 && x.Failed == ""
			})
		}
		return nil
	})
	if err != nil || !owes || author == nil || author.Agency != us.Agency {
		return false
	}
	return author.Node == us.Node || office && n.goneFor(author.Node, lostPatience)
}

// mayHave is the one answer to who may fetch a part: the agency whose key signed
// for it and those it is sealed for; a sheet is for every member. A release stands
// still with its request, a suspended agency gets nothing new, and one that has had
// its copies erased gets none again.
func (n *Node) mayHave(agency ledger.AgencyID, e *ledger.Entry, s ledger.Sealed) bool {
	us := n.currentProfile().Agency
	may := false
	err := n.view(func(v rules.View) error {
		author, member := v.Key(e.Body.Author), v.Agency(agency)
		if member == nil {
			return nil
		}
		ours := author != nil && author.Agency == agency
		may = ours || isSheet(e) || slices.ContainsFunc(s.Epochs, func(x ledger.AgencyEpoch) bool { return x.Agency == agency })
		if agency != us && !ours {
			may = may && member.Standing == rules.StandingMember
		}
		if rel, ok := e.Payload.(*ledger.Release); ok {
			r := v.Request(rel.Act.Request)
			may = may && r != nil && r.State != rules.Revoked && (r.State != rules.Suspended || agency == us)
		}
		return nil
	})
	return may && err == nil && !n.erasedBy(agency, e)
}

// Keep keeps letters that a peer hands over with their entry.
func (a access) Keep(ctx context.Context, peer p2p.PeerID, e *ledger.Entry, ciphertexts [][]byte) error {
	if m, ok := a.n.peerOf(peer); !ok || e.Body.Network != a.n.currentProfile().Network || !a.n.maySend(m.agency, e) {
		return delivery.ErrAbsent
	}
	if a.n.erasedBy(a.n.currentProfile().Agency, e) {
		return nil // taken, and destroyed like the rest: nobody need hand it over any more
	}
	for i, s := range ledger.Parts(e.Payload) {
		err := a.n.parts.store.Put(vault.PartOf(s, string(peer), a.n.clock.Ledger()), ciphertexts[i])
		if errors.Is(err, vault.ErrQuota) {
			return delivery.ErrQuota
		}
		if err != nil {
			return a.n.noteWrite(err)
		}
	}
	if _, final, err := a.n.Entry(ctx, e.ID()); err == nil && final.Code == ledger.Accepted {
		a.n.parts.named(e, nil)
		if request, _ := concerns(e); !request.IsZero() {
			a.n.office.look([]ledger.EntryID{request}, false)
			a.n.feed.publish(desk.Change{Requests: []ledger.EntryID{request}})
		}
	}
	return nil
}

// maySend tells whether a peer's agency may hand over an entry's letters: its own
// ones, signed by a key that the ledger knows. A key that is not known yet may be
// one block away; its letter is kept within the peer's quota.
func (n *Node) maySend(agency ledger.AgencyID, e *ledger.Entry) bool {
	may := false
	err := n.view(func(v rules.View) error {
		k := v.Key(e.Body.Author)
		may = k == nil || k.Agency == agency && k.Public.Verify(e.SigningBytes(), e.Signature)
		return nil
	})
	return may && err == nil
}

// Part returns a sealed part's ciphertext, from here or from a peer. A file that
// is damaged here is destroyed and fetched again.
func (n *Node) Part(ctx context.Context, entry ledger.EntryID, part ledger.Sealed) ([]byte, error) {
	if err := n.checkGone(ctx, entry); err != nil {
		return nil, err
	}
	b, err := n.partHere(entry, part)
	if err == nil {
		return b, nil
	}
	if errors.Is(err, vault.ErrDamaged) {
		if err := n.discardDamaged(entry, part); err != nil {
			return nil, err
		}
	}
	if part.Size > vault.MaxLetterBytes || n.isRelease(ctx, entry) {
		return n.fetchIntoMemory(ctx, entry, part)
	}
	if err := n.fetch(ctx, entry, part, nil); err != nil {
		return nil, err
	}
	return n.partHere(entry, part)
}

// discardDamaged destroys a damaged part once: who reads it at the same time must
// not destroy what the first reader is fetching already.
func (n *Node) discardDamaged(entry ledger.EntryID, part ledger.Sealed) error {
	n.parts.discarding.Lock()
	defer n.parts.discarding.Unlock()
	if _, err := n.partHere(entry, part); errors.Is(err, vault.ErrDamaged) {
		return n.parts.damaged(part.Commitment, err)
	}
	return nil
}

// damaged destroys a file that cannot be used, so that it can be fetched again.
func (p *parts) damaged(c ledger.Hash, why error) error {
	p.warn("a part is damaged and is fetched again", why)
	return p.store.Erase(c)
}

// partHere finds a part among what is being sent, or in the vault.
func (n *Node) partHere(entry ledger.EntryID, part ledger.Sealed) ([]byte, error) {
	if b := n.outbox.ciphertext(entry, part.Commitment); b != nil {
		return b, nil
	}
	f, err := n.parts.store.Get(part.Commitment)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b := make([]byte, f.Size())
	if _, err := io.ReadFull(io.NewSectionReader(f, 0, int64(f.Size())), b); err != nil {
		return nil, fmt.Errorf("read part: %w: %w", vault.ErrDamaged, err)
	}
	if vault.Root(b) != f.Part.Root {
		return nil, fmt.Errorf("read part: %w", vault.ErrDamaged)
	}
	return b, nil
}

func (n *Node) isRelease(ctx context.Context, entry ledger.EntryID) bool {
	e, _, err := n.Entry(ctx, entry)
	return err == nil && e.Body.Kind == ledger.KindRelease
}

// fetchSlice is what a download remembers as here or not, in bytes: delivery asks
// for multiples of it, fewer on slow lines.
const fetchSlice = 64 << 10

// fetch fetches a part that an accepted entry names into the vault, from
// whichever peer has it; what came stays for the next try.
func (n *Node) fetch(ctx context.Context, entry ledger.EntryID, part ledger.Sealed, progress func(have, size uint64)) error {
	if held, _ := n.parts.store.Has(part.Commitment); held {
		return nil
	}
	if e, _, err := n.Entry(ctx, entry); err == nil && isSheet(e) {
		return n.fetchSheet(ctx, e, part)
	}
	err := n.checkGone(ctx, entry)
	if err == nil {
		err = n.fetchFirst(ctx, entry, part, progress)
	}
	if err == nil { // the order to erase it may have come meanwhile
		if err = n.checkGone(ctx, entry); errors.Is(err, desk.ErrErased) {
			err = errors.Join(err, n.parts.store.Erase(part.Commitment))
		}
	}
	return err
}

// fetchFirst fetches the ciphertext that the entry names.
func (n *Node) fetchFirst(ctx context.Context, entry ledger.EntryID, part ledger.Sealed, progress func(have, size uint64)) error {
	d, err := n.parts.store.Begin(vault.PartOf(part, "", n.clock.Ledger()), fetchSlice)
	for errors.Is(err, vault.ErrInUse) {
		if err := n.parts.store.Await(ctx, part.Commitment); err != nil {
			return fmt.Errorf("%w: %w", desk.ErrPartAway, err)
		}
		if held, _ := n.parts.store.Has(part.Commitment); held {
			return nil
		}
		d, err = n.parts.store.Begin(vault.PartOf(part, "", n.clock.Ledger()), fetchSlice)
	}
	if err != nil {
		return n.noteWrite(err)
	}
	if err := n.fetchFrom(ctx, entry, part, d, progress); err != nil {
		return n.noteWrite(errors.Join(err, d.Close()))
	}
	return n.noteWrite(d.Finish())
}

// memory is a Receiver that keeps nothing on disk.
type memory struct {
	b    []byte
	have uint64
}

func (m *memory) Have() uint64 { return m.have }

func (m *memory) WriteAt(b []byte, off int64) (int, error) {
	copy(m.b[off:], b)
	m.have = uint64(off) + uint64(len(b))
	return len(b), nil
}

// fetchIntoMemory is how a desktop node reads a received file: deleting then
// erases one copy, the office node's.
func (n *Node) fetchIntoMemory(ctx context.Context, entry ledger.EntryID, part ledger.Sealed) ([]byte, error) {
	if part.Size > vault.MaxPartBytes {
		return nil, fmt.Errorf("fetch part: %w", ledger.ErrTooLarge)
	}
	m := &memory{b: make([]byte, part.Size)}
	if err := n.fetchFrom(ctx, entry, part, m, nil); err != nil {
		return nil, err
	}
	return m.b, nil
}

// fetchFrom asks one peer after another: our office node, then the author's
// agency, then the other recipients.
func (n *Node) fetchFrom(ctx context.Context, entry ledger.EntryID, part ledger.Sealed, to delivery.Receiver, progress func(have, size uint64)) error {
	if n.Sealed() {
		return fmt.Errorf("part %s: %w: %w", part.Commitment.Short(), desk.ErrPartAway, desk.ErrSealed)
	}
	peers, err := n.whoHas(ctx, entry, part)
	if err != nil {
		return err
	}
	away := desk.ErrPartAway
	for _, p := range peers {
		err := delivery.Fetch(ctx, n.host, p, delivery.Wanted{Entry: entry, Part: part}, to, progress)
		if err == nil {
			return nil
		}
		if errors.Is(err, delivery.ErrDamaged) {
			away = fmt.Errorf("%w: %w", desk.ErrPartAway, delivery.ErrDamaged)
		}
		var lie *delivery.LieError
		if errors.As(err, &lie) {
			n.log.Warn("a wrong slice was not kept", "from", p.Short())
		}
		if isFull(err) { // not the peer's fault
			return err
		}
		if ctx.Err() != nil {
			break
		}
	}
	return fmt.Errorf("part %s: %w", part.Commitment.Short(), away)
}

// whoHas lists peers that are up and may have a part, the likeliest first.
func (n *Node) whoHas(ctx context.Context, entry ledger.EntryID, part ledger.Sealed) ([]p2p.PeerID, error) {
	e, _, err := n.Entry(ctx, entry)
	if err != nil {
		return nil, err
	}
	us := n.currentProfile().Agency
	agencies := []ledger.AgencyID{us}
	offices := map[ledger.AgencyID]ledger.NodeCode{}
	err = n.view(func(v rules.View) error {
		if k := v.Key(e.Body.Author); k != nil && k.Agency != us {
			agencies = append(agencies, k.Agency)
		}
		for _, x := range part.Epochs {
			if !slices.Contains(agencies, x.Agency) {
				agencies = append(agencies, x.Agency)
			}
		}
		for _, a := range agencies {
			if rec := v.Agency(a); rec != nil {
				offices[a] = rec.Office
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var out []p2p.PeerID
	for _, a := range agencies {
		for _, p := range n.peersOf(a, offices[a]) {
			if n.host.Connected(p) {
				out = append(out, p)
			}
		}
	}
	return out, nil
}
