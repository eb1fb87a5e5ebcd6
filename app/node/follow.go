package node

import (
	"errors"
	"syscall"
	"time"

	"countersign/app/desk"
	"countersign/ledger"
	"countersign/ledger/consensus"
	"countersign/ledger/rules"
	"countersign/p2p"
)

// follow does what each new block asks for. The engine never waits for it.
func (n *Node) follow(events <-chan consensus.BlockEvent) {
	for {
		select {
		case <-n.ctx.Done():
			return
		case e, ok := <-events:
			if !ok {
				return
			}
			n.applied(e)
		}
	}
}

func (n *Node) applied(e consensus.BlockEvent) {
	change := desk.Change{Height: e.Height}
	for _, o := range e.Outcomes {
		if o.Code == ledger.Accepted {
			n.parts.named(o.Entry, n.outbox.ciphertexts(o.Entry.ID()))
		}
		n.noteOutcome(o)
		request, people := concerns(o.Entry)
		if !request.IsZero() {
			change = merge(change, desk.Change{Requests: []ledger.EntryID{request}})
		}
		change.People = change.People || people
	}
	if e.Missed {
		change.People = true
		n.outboxAgain()
	}
	if change.People || e.Faults > 0 {
		if err := n.followMembers(); err != nil {
			n.log.Error("follow members", "err", err)
		}
		change.Peers = true
	}
	n.office.look(change.Requests, change.People || e.Missed)
	if change.People {
		n.keep()
	}
	n.host.Announce()
	n.feed.publish(change)
	n.kick()
}

// noteOutcome tells whoever waits for an entry.
func (n *Node) noteOutcome(o rules.Outcome) {
	id := o.Entry.ID()
	if at, ok := n.submitted.LoadAndDelete(id); ok {
		n.took.Store(id, time.Since(at.(time.Time)))
	}
	n.outbox.final(id, o.Code)
	f, ok, err := n.final(id)
	if err != nil || !ok {
		n.log.Error("final entry not found", "entry", id.Short(), "err", err)
		return
	}
	n.waiters.done(f)
}

// outboxAgain looks every kept entry up: outcomes were missed.
func (n *Node) outboxAgain() {
	for _, it := range n.outbox.list() {
		if f, ok, err := n.final(it.entry.ID()); err == nil && ok {
			n.outbox.final(f.ID, f.Code)
			n.waiters.done(f)
		}
	}
}

// concerns tells which request an entry is about, and whether it changes
// people, members or the catalogue.
func concerns(e *ledger.Entry) (request ledger.EntryID, people bool) {
	if act, ok := ledger.ActOf(e.Payload); ok {
		return act.Request, false
	}
	if e.Body.Kind == ledger.KindRequest {
		return e.ID(), false
	}
	return ledger.EntryID{}, e.Body.Kind != ledger.KindTick
}

// peerChanged reports a peer that came, went or has another height.
func (n *Node) peerChanged(p2p.PeerStatus) {
	n.feed.publish(desk.Change{Peers: true})
	n.kick()
}

// readOnly tells whether nothing can be written now: the disk is full.
func (n *Node) readOnly() bool {
	return errors.Is(n.lastFailure(), syscall.ENOSPC)
}
