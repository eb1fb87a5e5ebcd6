package node

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	"countersign/ledger"
	"countersign/ledger/store"
	"countersign/p2p"
)

// invitationLife is how long an invitation holds when nobody says otherwise.
const invitationLife = 72 * time.Hour

// maxInvitations bounds what is open at once.
const maxInvitations = 32

// hostess keeps the invitations that this node has given out and the guests
// that came with them.
type hostess struct {
	mu   sync.Mutex
	open map[ledger.Nonce]*invited
	used map[ledger.Nonce]ledger.Time // kept durably: an invitation is used once
	path string
}

type invited struct {
	inv      Invitation
	dismiss  func()
	document []byte
	request  JoinRequest
}

// usedRecord is the file of used invitations.
type usedRecord struct {
	Version uint8          `cbor:"0,keyasint"`
	Serials []ledger.Nonce `cbor:"1,keyasint"`
}

const fileUsed = "invitations.used"

func openHostess(folder string) (*hostess, error) {
	h := &hostess{open: map[ledger.Nonce]*invited{}, used: map[ledger.Nonce]ledger.Time{}, path: filepath.Join(folder, fileUsed)}
	b, err := readOptional(h.path)
	if err != nil || b == nil {
		return h, err
	}
	var r usedRecord
	if err := ledger.Decode(b, maxOutRecord, &r); err != nil {
		return nil, fmt.Errorf("read used invitations: %w", err)
	}
	for _, s := range r.Serials {
		h.used[s] = 1
	}
	return h, nil
}

// markUsed keeps durably that an invitation has been used; called with the lock held.
func (h *hostess) markUsed(s ledger.Nonce) error {
	r := usedRecord{Version: 1}
	for u := range h.used {
		r.Serials = append(r.Serials, u)
	}
	r.Serials = append(r.Serials, s)
	if err := writeFile(h.path, ledger.Encode(r)); err != nil {
		return err
	}
	h.used[s] = 1
	return nil
}

// Invite makes an invitation's text and lets its one-time peer in for joining alone.
func (n *Node) Invite(_ context.Context, o InviteOptions) (string, error) {
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
	inv := newInvitation(p.Network, n.clock.Ledger().Add(o.Valid))
	inv.Agency, inv.Node, inv.Peer, inv.Addrs = o.Agency, o.Node, n.keys.Peer(), n.host.Addresses()
	if err := n.store.View(func(tx *store.Tx) error {
		inv.Pin = Pin{Height: tx.Height(), Hash: ledger.Hash{}}
		copy(inv.Pin.Hash[:], tx.EngineID())
		return nil
	}); err != nil {
		return "", fmt.Errorf("invite: %w", err)
	}
	peer, err := p2p.PeerIDFromPublicKey(inv.guestKey().Public().(ed25519.PublicKey))
	if err != nil {
		return "", fmt.Errorf("invite: %w", err)
	}
	n.guests.mu.Lock()
	defer n.guests.mu.Unlock()
	if len(n.guests.open) >= maxInvitations {
		return "", fmt.Errorf("invite: %d invitations are open already", maxInvitations)
	}
	dismiss, err := n.host.AdmitOnce(peer, protoJoin)
	if err != nil {
		return "", fmt.Errorf("invite: %w", err)
	}
	n.guests.open[inv.Serial] = &invited{inv: inv, dismiss: dismiss}
	return inv.text(n.keys.PeerKey()), nil
}

// Joins lists guests that have handed in a document.
func (n *Node) Joins(context.Context) ([]JoinRequest, error) {
	n.guests.mu.Lock()
	defer n.guests.mu.Unlock()
	var out []JoinRequest
	for _, g := range n.guests.open {
		if g.document != nil {
			out = append(out, g.request)
		}
	}
	return out, nil
}

// ConfirmJoin says that the six words agree. The invitation is used up.
func (n *Node) ConfirmJoin(_ context.Context, serial ledger.Nonce) error {
	n.guests.mu.Lock()
	defer n.guests.mu.Unlock()
	g := n.guests.open[serial]
	if g == nil || g.document == nil {
		return fmt.Errorf("confirm: no such guest: %w", ErrInvitationUsed)
	}
	if err := n.guests.markUsed(serial); err != nil {
		return fmt.Errorf("confirm: %w", err)
	}
	g.request.Confirmed = true
	return nil
}

// serveJoin answers a guest.
func (n *Node) serveJoin(_ context.Context, _ p2p.PeerID, q joinAsk) (joinAnswer, error) {
	n.guests.mu.Lock()
	defer n.guests.mu.Unlock()
	g := n.guests.open[q.Serial]
	if g == nil || n.clock.Ledger() > g.inv.Expires || n.guests.used[q.Serial] != 0 && !g.request.Confirmed {
		return joinAnswer{}, &p2p.Refusal{Code: codeGone}
	}
	a := joinAnswer{Founding: n.founding.Bytes(), Confirmed: g.request.Confirmed}
	if len(q.Document) == 0 {
		return a, nil
	}
	if g.document != nil { // the first document counts: words were read from it
		if string(g.document) != string(q.Document) {
			return joinAnswer{}, &p2p.Refusal{Code: codeGone}
		}
		return a, nil
	}
	req := JoinRequest{Serial: q.Serial, Words: CheckWords(g.inv, q.Document), At: n.clock.Now()}
	if g.inv.Node == "" {
		doc, err := ledger.ParseDocument(q.Document, g.inv.Network)
		if err != nil {
			return joinAnswer{}, err
		}
		req.Document = doc
	} else {
		doc := new(ledger.NodeDocument)
		if err := ledger.Decode(q.Document, ledger.MaxDocumentBytes, doc); err != nil {
			return joinAnswer{}, err
		}
		if doc.Code != g.inv.Node || !doc.Proven(g.inv.Network, g.inv.Agency) {
			return joinAnswer{}, ledger.ErrBadSignature
		}
		req.Node = doc
	}
	g.document, g.request = q.Document, req
	n.feed.publish(peopleChanged)
	return a, nil
}
