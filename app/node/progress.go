package node

import (
	"context"
	"slices"
	"time"

	"countersign/app/desk"
	"countersign/ledger"
	"countersign/ledger/rules"
	"countersign/p2p"
	"countersign/p2p/delivery"
)

// stepProgress says how much of a step is done; screens hear of whole percents.
func (o *office) stepProgress(id ledger.EntryID, step desk.ProgressStep, done, of uint64) {
	o.setProgress(id, desk.Progress{Step: step, Percent: int(done * 100 / max(of, 1))})
}

// Given follows a release that the other side fetches: how much of it has left.
func (a access) Given(_ p2p.PeerID, w delivery.Wanted, upto, size uint64) {
	e, _, err := a.n.Entry(a.n.ctx, w.Entry)
	if err != nil {
		return
	}
	if rel, ok := e.Payload.(*ledger.Release); ok {
		a.n.office.stepProgress(rel.Act.Request, desk.StepSending, upto, size)
	}
}

func (o *office) setProgress(id ledger.EntryID, p desk.Progress) {
	o.mu.Lock()
	if len(o.progress) > 10_000 { // finished long ago
		clear(o.progress)
	}
	same := o.progress[id] == p
	o.progress[id] = p
	o.mu.Unlock()
	if same {
		return
	}
	o.node.feed.publish(desk.Change{Requests: []ledger.EntryID{id}})
}

// Progress is how far a request's release has come: what the ledger says of its
// end, else what this node knows, which is ahead of the ledger.
func (n *Node) Progress(_ context.Context, id ledger.EntryID) (desk.Progress, error) {
	n.office.mu.Lock()
	p, known := n.office.progress[id]
	n.office.mu.Unlock()
	known = known && p.Step != desk.StepNone
	var r *rules.Request
	if err := n.view(func(v rules.View) error { r = v.Request(id); return nil }); err != nil {
		return desk.Progress{Percent: -1}, err
	}
	if r != nil && len(r.Releases) > 0 {
		last := r.Releases[len(r.Releases)-1]
		switch {
		case last.Failed != "" && known: // it is made again, or the reason why not
			return p, nil
		case last.Failed != "":
			return desk.Progress{Step: desk.StepProblem, Percent: -1, Problem: string(last.Failed)}, nil
		case last.Received != 0:
			return desk.Progress{Step: desk.StepReceipted, Percent: 100}, nil
		case !known:
			return desk.Progress{Step: desk.StepSending, Percent: -1}, nil
		}
	}
	if known {
		return p, nil
	}
	return desk.Progress{Percent: -1}, nil
}

// The office node does the work; a desktop asks it how far it has come, sooner
// while something moves.
const (
	firstAsk    = 300 * time.Millisecond
	lastAsk     = 15 * time.Second
	askPatience = 5 * time.Second
	maxWatched  = 64 // requests in one question
)

// watch keeps an eye on a request whose data is on its way, on a node that is
// not the office node.
func (o *office) watch(t task) {
	r := t.request
	moves := r.Agreement != nil && (r.State == rules.Approved || r.State == rules.Fulfilled)
	if n := len(r.Releases); n > 0 {
		moves = moves && r.Releases[n-1].Received == 0 && r.Releases[n-1].Failed == ""
	}
	o.mu.Lock()
	was := o.watched[r.ID]
	if moves {
		o.watched[r.ID] = true
	} else {
		delete(o.watched, r.ID)
	}
	o.mu.Unlock()
	if moves && !was {
		o.node.askSoon()
	}
}

// watchedNow is the next question, a part of it when there is much.
func (o *office) watchedNow() []ledger.EntryID {
	o.mu.Lock()
	defer o.mu.Unlock()
	var out []ledger.EntryID
	for id := range o.watched { // in no order: of many each has its turn
		if out = append(out, id); len(out) == maxWatched {
			break
		}
	}
	return out
}

// askOffice follows the office node's work and hands it this node's journal.
func (n *Node) askOffice() {
	wait := firstAsk
	for {
		moved, busy := n.askOnce()
		var again <-chan time.Time
		if moved {
			wait = firstAsk
		}
		if busy {
			again, wait = time.After(wait), min(2*wait, lastAsk)
		}
		select {
		case <-n.ctx.Done():
			return
		case <-n.officeWake:
			wait = firstAsk
		case <-again:
		}
	}
}

// askSoon asks the office node again now.
func (n *Node) askSoon() {
	select {
	case n.officeWake <- struct{}{}:
	default:
	}
}

// askOnce tells whether anything has moved, and whether there is more to ask.
func (n *Node) askOnce() (moved, busy bool) {
	ids := n.office.watchedNow()
	peer, err := n.officePeer()
	if err != nil { // we are it, or it is not known yet
		return false, len(ids) > 0
	}
	if len(ids) > 0 {
		ctx, cancel := context.WithTimeout(n.ctx, askPatience)
		var a officeAnswer
		err := n.host.Call(ctx, peer, protoOffice, officeAsk{Progress: ids}, &a, maxOfficeBytes)
		cancel()
		if err != nil { // steps without percent until it is back
			n.log.Debug("ask the office node how far it is", "err", err)
		}
		for _, p := range a.Progress {
			if slices.Contains(ids, p.Request) {
				moved = n.office.heard(p) || moved
			}
		}
	}
	sent, left := n.sendJournal(peer)
	return moved || sent, len(ids) > 0 || left
}

// problems are the requests whose data cannot be handed over, with the reasons.
func (o *office) problems() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	var out []string
	for id, p := range o.progress {
		if p.Step == desk.StepProblem {
			out = append(out, "request "+id.Short()+": its data is not handed over: "+p.Problem)
		}
	}
	slices.Sort(out)
	return out
}

// heard notes what the office node says of a request; it tells whether that was news.
func (o *office) heard(p officeProgress) bool {
	now := desk.Progress{Step: desk.ProgressStep(p.Step), Percent: int(p.Percent), Problem: p.Problem}
	o.mu.Lock()
	news := o.progress[p.Request] != now
	o.mu.Unlock()
	if news {
		o.setProgress(p.Request, now)
	}
	return news
}

// progressOf answers a node of our agency about requests.
func (n *Node) progressOf(ids []ledger.EntryID) []officeProgress {
	var out []officeProgress
	n.office.mu.Lock()
	defer n.office.mu.Unlock()
	for _, id := range ids[:min(len(ids), maxWatched)] {
		if p, known := n.office.progress[id]; known {
			out = append(out, officeProgress{Request: id, Step: string(p.Step), Percent: int8(p.Percent), Problem: p.Problem})
		}
	}
	return out
}
