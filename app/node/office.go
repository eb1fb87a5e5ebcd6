package node

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"countersign/app/desk"
	"countersign/ledger"
	"countersign/ledger/rules"
	"countersign/ledger/store"
)

// office does what the agency's one office node does by itself: it releases
// after approval, receives, receipts, erases, and says when a letter is missing.
// What there is to do follows from the ledger alone, so a restart forgets nothing.
type office struct {
	node *Node

	mu       sync.Mutex
	todo     map[ledger.EntryID]bool
	all      bool // look at everything that is open
	progress map[ledger.EntryID]desk.Progress
	since    map[ledger.EntryID]time.Time // a letter has been missed since, by version
	failures map[ledger.EntryID]int       // in a row
	wake     chan struct{}
}

func newOffice(n *Node) *office {
	return &office{node: n, todo: map[ledger.EntryID]bool{}, all: true, progress: map[ledger.EntryID]desk.Progress{},
		since: map[ledger.EntryID]time.Time{}, failures: map[ledger.EntryID]int{}, wake: make(chan struct{}, 1)}
}

// Intervals of the office node.
const (
	sweepEvery     = time.Second
	firstRetry     = 100 * time.Millisecond // doubled with each failure in a row
	lastRetry      = 5 * time.Second
	letterPatience = 2 * time.Minute // until a letter that has not come is said to be missing
)

// look queues requests; all queues everything that is open.
func (o *office) look(requests []ledger.EntryID, all bool) {
	o.mu.Lock()
	for _, r := range requests {
		o.todo[r] = true
	}
	o.all = o.all || all
	o.mu.Unlock()
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

// run works through the queue until the node closes.
func (o *office) run() {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	sweeps := 0
	for {
		select {
		case <-o.node.ctx.Done():
			return
		case <-o.wake:
		case <-tick.C:
			if sweeps++; sweeps%30 == 0 {
				o.look(nil, true)
				o.node.parts.sweep()
			}
		}
		o.work()
	}
}

func (o *office) work() {
	o.mu.Lock()
	todo, all := o.todo, o.all
	o.todo, o.all = map[ledger.EntryID]bool{}, false
	o.mu.Unlock()
	if all {
		open, err := o.open()
		if err != nil {
			o.node.log.Error("list open requests", "err", err)
		}
		for _, id := range open {
			todo[id] = true
		}
		if err := o.node.wrapGrants(); err != nil {
			o.node.log.Warn("wrap grants", "err", err)
		}
	}
	for id := range todo {
		if o.node.ctx.Err() != nil {
			return
		}
		if err := o.tend(id); err != nil {
			o.failed(id, err)
			continue
		}
		o.mu.Lock()
		delete(o.failures, id)
		o.mu.Unlock()
	}
}

// failed says what went wrong and tries again later.
func (o *office) failed(id ledger.EntryID, err error) {
	o.mu.Lock()
	n := o.failures[id]
	o.failures[id] = n + 1
	o.mu.Unlock()
	if n > 2 { // the first ones are the other side being a block behind
		o.node.log.Warn("request", "id", id.Short(), "err", err)
	}
	time.AfterFunc(min(firstRetry<<min(n, 10), lastRetry), func() { o.look([]ledger.EntryID{id}, false) })
}

// open lists the requests that may ask for something: what still binds this agency.
func (o *office) open() ([]ledger.EntryID, error) {
	var out []ledger.EntryID
	us := o.node.currentProfile().Agency
	err := o.node.store.View(func(tx *store.Tx) error {
		v := rules.NewView(tx)
		for _, r := range v.OpenRequests(us) {
			out = append(out, r.ID)
		}
		return tx.Err()
	})
	return out, err
}

// task is one request with what is needed to act on it.
type task struct {
	request  *rules.Request
	dataset  *rules.DatasetEdition
	provider bool
	now      ledger.Time
}

// tend does the next thing that a request asks of this node.
func (o *office) tend(id ledger.EntryID) error {
	n := o.node
	us := n.currentProfile().Agency
	var t task
	office := false
	err := n.view(func(v rules.View) error {
		t.request = v.Request(id)
		if t.request != nil {
			t.dataset = v.Dataset(t.request.Dataset)
		}
		office, t.now = n.isOffice(v), n.clock.Ledger()
		return nil
	})
	if err != nil || t.request == nil || t.dataset == nil {
		return err
	}
	r := t.request
	t.provider = r.Provider == us
	if !t.provider && r.Requester != us {
		return nil
	}
	if t.provider || r.Requester == us {
		if err := o.erase(t); err != nil {
			return err
		}
	}
	if !office {
		return nil
	}
	if t.provider {
		if err := o.letter(t); err != nil {
			return err
		}
		return o.releaseIfDue(t)
	}
	return o.receiveAll(t)
}

// sign signs an act of this node and puts it into the outbox; parts are the
// ciphertexts it names, when they are to be handed over.
func (o *office) sign(nonce ledger.Nonce, p ledger.Payload, parts [][]byte) error {
	n := o.node
	key := n.keys.Signer()
	e, err := ledger.Sign(ledger.NewBody(n.currentProfile().Network, key.Public().ID(), n.clock.Ledger(), nonce, p), key)
	if err != nil {
		return err
	}
	return n.Submit(n.ctx, e, parts)
}

// waiting tells whether an act of this kind on the request is in the outbox
// already, not final yet.
func (o *office) waiting(kind ledger.Kind, request ledger.EntryID) bool {
	now := o.node.clock.Ledger()
	for _, e := range o.node.outbox.unsent(now) {
		if act, ok := ledger.ActOf(e.Payload); ok && e.Body.Kind == kind && act.Request == request {
			return true
		}
	}
	return false
}

// waitingKind tells whether any act of this kind is in the outbox, not final yet.
func (o *office) waitingKind(kind ledger.Kind) bool {
	for _, e := range o.node.outbox.unsent(o.node.clock.Ledger()) {
		if e.Body.Kind == kind {
			return true
		}
	}
	return false
}

// letter makes sure that the version's letter is here, and says so on the
// ledger when it was never handed over, or has come after all.
func (o *office) letter(t task) error {
	r := t.request
	if r.State != rules.Submitted {
		return nil
	}
	ctx, cancel := context.WithTimeout(o.node.ctx, partPatience)
	defer cancel()
	_, err := o.node.Part(ctx, r.LetterOf, r.Letter)
	act := ledger.Act{Request: r.ID, Version: r.Version}
	o.mu.Lock()
	since, missed := o.since[r.Version]
	if err == nil {
		delete(o.since, r.Version)
	} else if !missed {
		since = time.Now()
		o.since[r.Version] = since
	}
	o.mu.Unlock()
	switch {
	case err == nil && r.NoLetter && !o.waiting(ledger.KindLetterFound, r.ID):
		return o.sign(ledger.NewNonce(), &ledger.LetterFound{Act: act}, nil)
	case err == nil:
		return nil
	case !errors.Is(err, desk.ErrPartAway):
		return err
	case !r.NoLetter && time.Since(since) > letterPatience && !o.waiting(ledger.KindLetterMissing, r.ID):
		if err := o.sign(ledger.NewNonce(), &ledger.LetterMissing{Act: act}, nil); err != nil {
			return err
		}
	}
	return fmt.Errorf("letter of %s: %w", r.ID.Short(), err) // asked for again
}

func (o *office) setProgress(id ledger.EntryID, p desk.Progress) {
	o.mu.Lock()
	if len(o.progress) > 10_000 { // finished long ago
		clear(o.progress)
	}
	o.progress[id] = p
	o.mu.Unlock()
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
