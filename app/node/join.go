package node

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"countersign/ledger"
	"countersign/ledger/keyring"
	"countersign/ledger/store"
	"countersign/p2p"
)

// The join protocol: a guest asks for the founding document, hands in its own
// and asks until the other side has compared the words.
const (
	protoJoin    = "join"
	maxJoinBytes = ledger.MaxDocumentBytes + 4096
)

// joinAsk is one question of a guest.
type joinAsk struct {
	Serial   ledger.Nonce `cbor:"0,keyasint"`
	Document []byte       `cbor:"1,keyasint"` // an agency's or a node's; empty: only ask
}

// joinAnswer tells how far the guest's joining is.
type joinAnswer struct {
	Founding  []byte `cbor:"0,keyasint"`
	Confirmed bool   `cbor:"1,keyasint"`
}

// Answers to an invitation that is used, expired or unknown here, and to a
// document that does not fit it.
const (
	codeGone        = "gone"
	codeBadDocument = "bad-document"
)

// ErrBadDocument says that the inviting node did not accept who we say we are.
var ErrBadDocument = errors.New("the inviting node does not accept the document: it does not fit the invitation")

// ErrDesktopSpare says that somebody's desktop cannot become the office node: its
// key opens with that person's alone.
var ErrDesktopSpare = errors.New("somebody's desktop cannot be a spare office node: choose a computer that is always on")

// ErrNotConfirmed says that the person here found the words to differ.
var ErrNotConfirmed = errors.New("the six words were not confirmed: nothing was written")

// Confirm is asked with the six words before anything is written; it returns
// true when the other side reads the same ones on the telephone.
type Confirm func(ctx context.Context, words [6]string) (bool, error)

// joinEvery is how often a guest asks whether the other side has confirmed.
const joinEvery = 200 * time.Millisecond

// guest is the joining side's connection to the inviting node.
type guest struct {
	host *p2p.Host
	peer p2p.PeerID
	inv  Invitation
}

func newGuest(inv Invitation) (*guest, error) {
	h, err := p2p.New(p2p.Config{Key: inv.guestKey(), Network: inv.Network})
	if err != nil {
		return nil, err
	}
	g := &guest{host: h, inv: inv}
	if g.peer, err = p2p.PeerIDFromPublicKey(ed25519.PublicKey(inv.Peer)); err == nil {
		err = h.Enroll(g.peer, inv.Addrs...)
	}
	if err != nil {
		return nil, errors.Join(err, h.Close())
	}
	return g, nil
}

func (g *guest) ask(ctx context.Context, document []byte) (joinAnswer, error) {
	var a joinAnswer
	err := g.host.Call(ctx, g.peer, protoJoin, joinAsk{Serial: g.inv.Serial, Document: document}, &a, maxJoinBytes)
	var no *p2p.Refusal
	if errors.As(err, &no) && no.Code == codeGone {
		return a, ErrInvitationUsed
	}
	if errors.As(err, &no) && no.Code == codeBadDocument {
		return a, ErrBadDocument
	}
	return a, err
}

// asked repeats a question until it is answered, refused or ctx ends: a
// connection may take its time, or be lost while people compare words.
func (g *guest) asked(ctx context.Context, document []byte) (joinAnswer, error) {
	tick := time.NewTicker(joinEvery)
	defer tick.Stop()
	for {
		a, err := g.ask(ctx, document)
		if err == nil || errors.Is(err, ErrInvitationUsed) || errors.Is(err, ErrBadDocument) {
			return a, err
		}
		select {
		case <-ctx.Done():
			return a, fmt.Errorf("the inviting node does not answer: %w", err)
		case <-tick.C:
		}
	}
}

// founding asks for the network's founding document and checks it against the invitation.
func (g *guest) founding(ctx context.Context) (*ledger.Document, error) {
	a, err := g.asked(ctx, nil)
	if err != nil {
		return nil, err
	}
	doc, err := ledger.ParseDocument(a.Founding, ledger.NetworkID{})
	if err != nil {
		return nil, err
	}
	if doc.NetworkID() != g.inv.Network {
		return nil, fmt.Errorf("the founding document is another network's: %w", ErrBadInvitation)
	}
	return doc, nil
}

// handIn hands in a document, has the words confirmed here and waits until the
// other side has confirmed them too.
func (g *guest) handIn(ctx context.Context, document []byte, confirm Confirm) error {
	if _, err := g.asked(ctx, document); err != nil {
		return err
	}
	ok, err := confirm(ctx, CheckWords(g.inv, document))
	if err != nil {
		return err
	}
	if !ok {
		return ErrNotConfirmed
	}
	tick := time.NewTicker(joinEvery)
	defer tick.Stop()
	for {
		if a, err := g.asked(ctx, document); err != nil {
			return err
		} else if a.Confirmed {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the other side has not confirmed the words: %w", ctx.Err())
		case <-tick.C:
		}
	}
}

// JoinAgency asks for a new agency to be admitted. It returns when the inviting
// side has confirmed the words; the node can be started then and syncs once the
// members have admitted the agency. Nothing is written before both confirm.
func JoinAgency(ctx context.Context, folder, invitation string, o AgencyOptions, confirm Confirm) (Profile, error) {
	o = o.complete()
	inv, err := ParseInvitation(invitation, ledger.TimeOf(o.Now))
	if err != nil {
		return Profile{}, err
	}
	if err := empty(folder); err != nil {
		return Profile{}, err
	}
	g, err := newGuest(inv)
	if err != nil {
		return Profile{}, fmt.Errorf("join: %w", err)
	}
	defer g.host.Close()
	founding, err := g.founding(ctx)
	if err != nil {
		return Profile{}, fmt.Errorf("join: %w", err)
	}
	keys, err := newAgencyKeys(o)
	if err != nil {
		return Profile{}, fmt.Errorf("join: %w", err)
	}
	defer keys.close()
	doc, err := keyring.Join(inv.Network, keys.introduction(o))
	if err != nil {
		return Profile{}, fmt.Errorf("join: %w", err)
	}
	if err := g.handIn(ctx, doc.Bytes(), confirm); err != nil {
		return Profile{}, fmt.Errorf("join: %w", err)
	}
	p := inv.profile(o.Agency, o.Office, founding)
	p.Keeper, p.Demo, p.Listen, p.MDNS = o.Keeper, o.Demo, o.Listen, o.MDNS
	if err := keys.save(folder, founding, p, o); err != nil {
		return Profile{}, fmt.Errorf("join: %w", err)
	}
	return p, nil
}

// NodeOptions describes a further node of an agency.
type NodeOptions struct {
	Holder *ledger.OfficialID // whose desktop it is
	// Spare makes a node that may become the office node: it has an age identity of
	// its own, is given the agency's, and starts with nobody there. Nobody's desktop.
	Spare  bool
	Listen []string
	MDNS   bool
	Demo   bool
	Now    time.Time
	// HideSubjects keeps subjects covered on that desk until they are asked for.
	HideSubjects bool
}

// JoinNode asks for a further node of the inviting agency. As JoinAgency it
// returns when both sides have confirmed; an admin then signs for the node.
func JoinNode(ctx context.Context, folder, invitation string, o NodeOptions, confirm Confirm) (Profile, error) {
	if o.Now.IsZero() {
		o.Now = time.Now()
	}
	inv, err := ParseInvitation(invitation, ledger.TimeOf(o.Now))
	if err != nil {
		return Profile{}, err
	}
	if inv.Agency == "" || inv.Node == "" {
		return Profile{}, fmt.Errorf("this invitation is for a new agency, not for a node: %w", ErrBadInvitation)
	}
	if o.Spare && o.Holder != nil {
		return Profile{}, fmt.Errorf("join: %w", ErrDesktopSpare)
	}
	if err := empty(folder); err != nil {
		return Profile{}, err
	}
	g, err := newGuest(inv)
	if err != nil {
		return Profile{}, fmt.Errorf("join: %w", err)
	}
	defer g.host.Close()
	founding, err := g.founding(ctx)
	if err != nil {
		return Profile{}, fmt.Errorf("join: %w", err)
	}
	keys, err := keyring.NewNode(inv.Agency, inv.Node, keyring.NodeOptions{Office: o.Spare})
	if err != nil {
		return Profile{}, fmt.Errorf("join: %w", err)
	}
	defer keys.Close()
	doc, err := keyring.NodeDocument(inv.Network, keys, o.Holder)
	if err != nil {
		return Profile{}, fmt.Errorf("join: %w", err)
	}
	if err := g.handIn(ctx, ledger.Encode(doc), confirm); err != nil {
		return Profile{}, fmt.Errorf("join: %w", err)
	}
	p := inv.profile(inv.Agency, inv.Node, founding)
	p.Spare, p.Demo, p.Listen, p.MDNS, p.HideSubjects = o.Spare, o.Demo, o.Listen, o.MDNS, o.HideSubjects
	if err := saveNode(folder, keys, founding, p); err != nil {
		return Profile{}, fmt.Errorf("join: %w", err)
	}
	return p, nil
}

// MakeSpare makes a further node whose process does not run one that may become
// the office node. It declares its identity on the ledger when it runs again, and
// is given the agency's once an admin names it. Errors wrap store.ErrInUse, or
// ErrDesktopSpare where its key opens with an official's alone.
func MakeSpare(folder string) error {
	p, err := ReadProfile(folder)
	if err != nil {
		return err
	}
	st, err := store.Open(filepath.Join(folder, fileLedger), store.Options{}) // nobody else runs it
	if err != nil {
		return fmt.Errorf("make a spare: %w", err)
	}
	defer st.Close()
	switch err := keyring.GiveIdentity(filepath.Join(folder, fileNodeKeys)); {
	case errors.Is(err, keyring.ErrLocked):
		return fmt.Errorf("make a spare: %w", ErrDesktopSpare)
	case err != nil:
		return fmt.Errorf("make a spare: %w", spoiltKeys(filepath.Join(folder, fileNodeKeys), err))
	}
	p.Spare = true
	return WriteProfile(folder, p)
}

// saveNode writes a further node into folder: keys first, the profile, which
// makes it a node, last.
func saveNode(folder string, keys *keyring.Node, founding *ledger.Document, p Profile) (err error) {
	made, err := makeFolders(folder)
	defer func() { err = undo(folder, made, err) }()
	if err != nil {
		return err
	}
	if err := keys.Save(filepath.Join(folder, fileNodeKeys), p.Network, keyring.Protection{}); err != nil {
		return err
	}
	if err := writeFile(filepath.Join(folder, fileFounding), founding.Bytes()); err != nil {
		return err
	}
	return WriteProfile(folder, p)
}

// profile is what an invitation tells about the network.
func (i Invitation) profile(agency ledger.AgencyID, code ledger.NodeCode, founding *ledger.Document) Profile {
	p := Profile{Network: i.Network, Agency: agency, Node: code}
	if founding.Parameters != nil {
		p.Rehearsal = founding.Parameters.Rehearsal
	}
	if peer, err := p2p.PeerIDFromPublicKey(ed25519.PublicKey(i.Peer)); err == nil {
		p.Peers = []PeerHint{{Peer: string(peer), Addrs: i.Addrs}}
	}
	if i.Pin.Height > 0 {
		pin := i.Pin
		p.Pin = &pin
	}
	return p
}
