package node

import (
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
	n.checkPin()
	change := desk.Change{Height: e.Height}
	for _, o := range e.Outcomes {
		if o.Code == ledger.Accepted {
			n.parts.named(o.Entry, n.outbox.ciphertexts(o.Entry.ID()))
		}
		request, people := concerns(o.Entry)
		if o.Code == ledger.Accepted && o.Entry.Body.Kind == ledger.KindErase {
			if err := n.eraseRequest(request); err != nil { // tried again when the request is looked at
				n.log.Error("erase", "request", request.Short(), "err", err)
			}
		}
		n.noteOutcome(o)
		if !request.IsZero() {
			change = merge(change, desk.Change{Requests: []ledger.EntryID{request}})
		}
		change.People = change.People || people
	}
	if e.Missed {
		change.People = true
		n.outboxAgain()
		n.office.tidySoon()
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
		n.resealKeys()
		n.heirSoon()
		n.askSoon() // the office may have moved
	}
	n.host.Announce()
	n.feed.publish(change)
	n.kick()
}

// noteOutcome tells whoever waits for an entry.
func (n *Node) noteOutcome(o rules.Outcome) {
	id := o.Entry.ID()
	n.timings.end(id)
	if o.Code != ledger.Accepted && n.outbox.find(id) != nil {
		n.refusedHere(o.Entry)
	}
	n.outbox.final(id, o.Code)
	if !n.waiters.waited(id) { // most entries are other agencies': nobody asks for their place
		return
	}
	f, ok, err := n.final(id)
	if err != nil || !ok {
		n.log.Error("final entry not found", "entry", id.Short(), "err", err)
		return
	}
	n.waiters.done(f)
}

// refusedHere destroys the parts of an own entry that does not count.
func (n *Node) refusedHere(e *ledger.Entry) {
	for _, s := range ledger.Parts(e.Payload) {
		named := false
		if err := n.view(func(v rules.View) error { named = !v.CommitmentEntry(s.Commitment).IsZero(); return nil }); err != nil || named {
			continue
		}
		if err := n.parts.store.Erase(s.Commitment); err != nil {
			n.log.Warn("erase a refused entry's part", "err", err)
		}
	}
}

// outboxAgain looks every kept entry up, and every one that is waited for:
// outcomes were missed.
func (n *Node) outboxAgain() {
	for _, id := range n.waiters.all() {
		if f, ok, err := n.final(id); err == nil && ok {
			n.waiters.done(f)
		}
	}
	for _, it := range n.outbox.list() {
		if f, ok, err := n.final(it.entry.ID()); err == nil && ok {
			if f.Code == ledger.Accepted {
				n.parts.named(it.entry, it.parts)
			}
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
func (n *Node) peerChanged(s p2p.PeerStatus) {
	if m, ok := n.peerOf(s.ID); ok && s.Up && m.agency == n.currentProfile().Agency && n.heir.awaited(m.code) {
		n.office.sweep()
	}
	n.feed.publish(peersChanged)
	n.kick()
	n.heirSoon()
}
