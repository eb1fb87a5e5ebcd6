package node

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"countersign/app/desk"
	"countersign/ledger"
	"countersign/ledger/rules"
	"countersign/p2p"
)

// takeOver fetches what the other nodes with an identity keep and this one lacks.
func (n *Node) takeOver() (busy bool, err error) {
	codes, err := n.former()
	if err != nil {
		return false, err
	}
	for _, code := range codes {
		n.heir.mu.Lock()
		left, asked := n.heir.left[code]
		n.heir.mu.Unlock()
		peer, known := n.peerAt(code)
		if asked && left == 0 || !known {
			continue
		}
		if !n.host.Connected(peer) {
			busy = true
			continue
		}
		left, err := n.takeFrom(peer)
		if err != nil {
			n.log.Debug("take over from the former office node", "node", code, "err", err)
			left = max(left, 1)
		}
		n.heir.mu.Lock()
		n.heir.left[code] = left
		n.heir.mu.Unlock()
		if left == 0 && err == nil {
			n.feed.publish(peopleChanged)
		}
		busy = busy || left > 0
		if isFull(err) {
			return busy, err
		}
	}
	return busy, nil
}

// takeFrom fetches, page by page, what a node keeps and this one lacks; it tells
// how many parts could not be had yet. What has come stays, whatever happens.
func (n *Node) takeFrom(peer p2p.PeerID) (left int, err error) {
	var after ledger.Hash
	for {
		ctx, cancel := context.WithTimeout(n.ctx, askPatience)
		var a officeAnswer
		err := n.host.Call(ctx, peer, protoOffice, officeAsk{Holds: &after}, &a, maxOfficeBytes)
		cancel()
		if err != nil {
			return left, err
		}
		for _, c := range a.Held {
			after = c
			ok, err := n.takePart(c)
			if err != nil {
				return left + 1, err
			}
			if !ok {
				left++
			}
		}
		if len(a.Held) < maxHolds {
			return left, nil
		}
	}
}

// takePart fetches one part unless it is here or to be destroyed; ok is false
// when nobody hands it over now.
func (n *Node) takePart(c ledger.Hash) (ok bool, err error) {
	if held, _ := n.parts.store.Has(c); held {
		return true, nil
	}
	if f, err := n.fateOf(c); err != nil || f != fateKeep {
		return true, err
	}
	var id ledger.EntryID
	if err := n.view(func(v rules.View) error { id = v.CommitmentEntry(c); return nil }); err != nil {
		return false, err
	}
	e, _, err := n.Entry(n.ctx, id)
	if err != nil {
		return false, err
	}
	i := slices.IndexFunc(ledger.Parts(e.Payload), func(s ledger.Sealed) bool { return s.Commitment == c })
	if i < 0 || isSheet(e) { // sheets are gathered from any member
		return true, nil
	}
	err = n.fetch(n.ctx, id, ledger.Parts(e.Payload)[i], nil)
	if err != nil && !errors.Is(err, desk.ErrPartAway) {
		return false, fmt.Errorf("part %s: %w", c.Short(), err)
	}
	return err == nil, nil
}

// handBack destroys the received files that this node keeps from the time when it
// was the office node, once the office node has them: deleting is to destroy one copy.
func (n *Node) handBack() (busy bool, err error) {
	h := n.heir
	if !h.listed {
		if h.received, err = n.receivedHere(); err != nil {
			return true, err
		}
		h.listed = true
	}
	if len(h.received) == 0 {
		return false, nil
	}
	peer, err := n.officePeer()
	if err != nil {
		return true, nil
	}
	var left []ledger.Hash
	for part := range slices.Chunk(h.received, maxHolds) {
		ctx, cancel := context.WithTimeout(n.ctx, askPatience)
		var a officeAnswer
		err := n.host.Call(ctx, peer, protoOffice, officeAsk{Has: part}, &a, maxOfficeBytes)
		cancel()
		if err != nil {
			n.log.Debug("ask the office node what it has", "err", err)
			return true, nil
		}
		for _, c := range part {
			if !slices.Contains(a.Held, c) {
				left = append(left, c)
			} else if err := n.parts.store.Erase(c); err != nil {
				return true, fmt.Errorf("destroy a received file that the office node has: %w", err)
			}
		}
	}
	h.received = left
	return len(left) > 0, nil
}

// receivedHere lists the files that were sent to the agency and lie in this vault.
func (n *Node) receivedHere() ([]ledger.Hash, error) {
	kept, _, err := n.parts.store.Commitments()
	if err != nil {
		return nil, err
	}
	us := n.currentProfile().Agency
	var out []ledger.Hash
	for _, c := range kept {
		var id ledger.EntryID
		if err := n.view(func(v rules.View) error { id = v.CommitmentEntry(c); return nil }); err != nil {
			return nil, err
		}
		if id.IsZero() {
			continue
		}
		e, _, err := n.Entry(n.ctx, id)
		if err != nil {
			return nil, err
		}
		rel, ok := e.Payload.(*ledger.Release)
		if !ok {
			continue
		}
		if err := n.view(func(v rules.View) error {
			if r := v.Request(rel.Act.Request); r != nil && r.Requester == us {
				out = append(out, c)
			}
			return nil
		}); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// holds answers what is kept here after a commitment, in order.
func (n *Node) holds(after ledger.Hash) ([]ledger.Hash, error) {
	kept, _, err := n.parts.store.Commitments()
	if err != nil {
		return nil, err
	}
	slices.SortFunc(kept, func(a, b ledger.Hash) int { return bytes.Compare(a[:], b[:]) })
	i, found := slices.BinarySearchFunc(kept, after, func(a, b ledger.Hash) int { return bytes.Compare(a[:], b[:]) })
	if found {
		i++
	}
	return kept[i:min(len(kept), i+maxHolds)], nil
}

// has answers which of these the office node keeps. Another node answers none:
// nobody is to rely on it.
func (n *Node) has(asked []ledger.Hash) (out []ledger.Hash, err error) {
	err = n.view(func(v rules.View) error {
		if !n.isOffice(v) {
			return nil
		}
		for _, c := range asked[:min(len(asked), maxHolds)] {
			if held, named := n.parts.store.Has(c); held && named {
				out = append(out, c)
			}
		}
		return nil
	})
	return out, err
}

// keeps answers which of these lie in this node's vault.
func (n *Node) keeps(asked []ledger.Hash) (out []ledger.Hash) {
	for _, c := range asked[:min(len(asked), maxHolds)] {
		if held, _ := n.parts.store.Has(c); held {
			out = append(out, c)
		}
	}
	return out
}

// stillHeld lists the nodes that received some of a request's files as office nodes
// of before and have not confirmed that they keep none of them any more, sorted. One
// that was removed is no node of the agency: nobody can ask it. Soon tells whether one
// of them answers and is about to destroy its own.
func (n *Node) stillHeld(r *rules.Request) (out []ledger.NodeCode, soon bool, err error) {
	us := n.currentProfile()
	files := map[ledger.NodeCode][]ledger.Hash{}
	for i := range r.Releases {
		rel := &r.Releases[i]
		if rel.Receipt.IsZero() {
			continue
		}
		e, _, err := n.Entry(n.ctx, rel.Receipt)
		if err != nil {
			return nil, false, err
		}
		if err := n.view(func(v rules.View) error {
			if k := v.Key(e.Body.Author); k != nil && k.Node != us.Node {
				if x := v.Node(us.Agency, k.Node); x != nil && x.Removed == 0 {
					files[k.Node] = append(files[k.Node], rel.Part.Commitment)
				}
			}
			return nil
		}); err != nil {
			return nil, false, err
		}
	}
	for code, list := range files {
		peer, known := n.peerAt(code)
		if known && n.host.Connected(peer) {
			ctx, cancel := context.WithTimeout(n.ctx, askPatience)
			var a officeAnswer
			err := n.host.Call(ctx, peer, protoOffice, officeAsk{Keeps: list}, &a, maxOfficeBytes)
			cancel()
			if err == nil && len(a.Held) == 0 {
				continue
			}
			soon = soon || err == nil
		} else {
			n.heir.await(code)
		}
		out = append(out, code)
	}
	slices.Sort(out)
	return out, soon, nil
}
