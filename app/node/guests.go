package node

import (
	"bytes"
	"crypto/ed25519"
	"fmt"
	"path/filepath"
	"sync"

	"countersign/ledger"
	"countersign/ledger/rules"
	"countersign/p2p"
)

// maxInvitations bounds what is open at once.
const maxInvitations = 32

// hostess keeps the invitations that this node has given out and the guests
// that came with them. An invitation holds as long as it is in the file of open
// ones: it leaves it when its guest has joined, or when it expires.
type hostess struct {
	mu   sync.Mutex
	open map[ledger.Nonce]*invited
	path string
}

// invited is one open invitation and what its guest has handed in.
type invited struct {
	inv      Invitation
	dismiss  func() // closes the door; nil until the host is there
	document []byte
	request  JoinRequest
	told     bool // the guest knows that the words were confirmed
}

// openRecord is the file of open invitations.
type openRecord struct {
	Version uint8        `cbor:"0,keyasint"`
	Open    []openInvite `cbor:"1,keyasint"`
}

// openInvite is one of them. The document is kept once the words were confirmed:
// from then on the invitation is good for that guest alone.
type openInvite struct {
	Invitation Invitation `cbor:"0,keyasint"`
	Document   []byte     `cbor:"1,keyasint"`
}

const (
	fileInvitations = "invitations.open"
	openVersion     = 1
	maxOpenRecord   = maxInvitations * (maxInvitation + ledger.MaxDocumentBytes)
)

func openHostess(folder string) (*hostess, error) {
	h := &hostess{open: map[ledger.Nonce]*invited{}, path: filepath.Join(folder, fileInvitations)}
	b, err := readOptional(h.path)
	if err != nil || b == nil {
		return h, err
	}
	var r openRecord
	if err := ledger.Decode(b, maxOpenRecord, &r); err != nil || r.Version != openVersion {
		if _, e := setAside(h.path); e != nil {
			return nil, fmt.Errorf("set invitations aside: %w", e)
		}
		return h, nil // who was invited asks for a new invitation
	}
	for _, o := range r.Open {
		g := &invited{inv: o.Invitation}
		if len(o.Document) > 0 {
			if err := g.take(o.Document, o.Invitation.Expires); err != nil {
				return nil, fmt.Errorf("read invitations: %w", err)
			}
			g.request.Confirmed = true
		}
		h.open[o.Invitation.Serial] = g
	}
	return h, nil
}

// take takes a guest's document in and computes the words that both sides compare.
func (g *invited) take(document []byte, at ledger.Time) error {
	req := JoinRequest{Serial: g.inv.Serial, Words: CheckWords(g.inv, document), At: at.Std()}
	if g.inv.Node == "" {
		doc, err := ledger.ParseDocument(document, g.inv.Network)
		if err != nil {
			return err
		}
		req.Document = doc
	} else {
		doc := new(ledger.NodeDocument)
		if err := ledger.Decode(document, ledger.MaxDocumentBytes, doc); err != nil {
			return err
		}
		if doc.Code != g.inv.Node || !doc.Proven(g.inv.Network, g.inv.Agency) {
			return ledger.ErrBadSignature
		}
		req.Node = doc
	}
	g.document, g.request = document, req
	return nil
}

// save keeps the open invitations durably; called with the lock held.
func (h *hostess) save() error {
	r := openRecord{Version: openVersion}
	for _, g := range h.open {
		o := openInvite{Invitation: g.inv}
		if g.request.Confirmed {
			o.Document = g.document
		}
		r.Open = append(r.Open, o)
	}
	return writeFile(h.path, ledger.Encode(r))
}

// admitGuests lets in those who were invited before the node was started.
func (n *Node) admitGuests() {
	n.guests.mu.Lock()
	defer n.guests.mu.Unlock()
	for _, g := range n.guests.open {
		if err := n.admit(g); err != nil {
			n.log.Warn("let a guest in", "err", err)
		}
	}
}

func (n *Node) admit(g *invited) error {
	peer, err := p2p.PeerIDFromPublicKey(g.inv.guestKey().Public().(ed25519.PublicKey))
	if err != nil {
		return err
	}
	g.dismiss, err = n.host.AdmitOnce(peer, protoJoin)
	return err
}

// dismissGuests closes the door behind those who have joined and those whose
// invitation has expired.
func (n *Node) dismissGuests() {
	n.guests.mu.Lock()
	defer n.guests.mu.Unlock()
	now, gone := n.clock.Ledger(), false
	for serial, g := range n.guests.open {
		over := now > g.inv.Expires
		if !over && g.told {
			if err := n.view(func(v rules.View) error { over = g.joined(v); return nil }); err != nil {
				n.log.Warn("guests", "err", err)
			}
		}
		if !over {
			continue
		}
		if g.dismiss != nil {
			g.dismiss()
		}
		delete(n.guests.open, serial)
		gone = true
	}
	if !gone {
		return
	}
	if err := n.guests.save(); err != nil {
		n.log.Warn("guests", "err", n.noteWrite(err))
	}
	n.feed.publish(peopleChanged)
}

// joined tells whether the ledger has the guest as it introduced itself.
func (g *invited) joined(v rules.View) bool {
	if d := g.request.Document; d != nil {
		a := v.Agency(d.Agency)
		return a != nil && a.Member() && a.Consensus.ID() == d.Consensus.ID()
	}
	if d := g.request.Node; d != nil {
		node := v.Node(g.inv.Agency, d.Code)
		return node != nil && bytes.Equal(node.Peer, d.Peer)
	}
	return false
}
