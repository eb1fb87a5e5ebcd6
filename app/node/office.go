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
// Each request is tended by one goroutine at a time, a few requests at once.
type office struct {
	node  *Node
	slots chan struct{}
	wake  chan struct{}

	// sealing is held for reading while a release is sealed and signed.
	sealing sync.RWMutex

	mu       sync.Mutex
	todo     map[ledger.EntryID]bool
	busy     map[ledger.EntryID]bool
	all      bool                           // look at everything that is open
	again    bool                           // look at what is open and may have fallen due
	resting  map[ledger.EntryID]ledger.Time // what asks nothing as it stands, and until when
	looks    int                            // at everything, so far
	untidy   bool                           // the vault may hold what it should not
	progress map[ledger.EntryID]desk.Progress
	watched  map[ledger.EntryID]bool      // on a desktop: the office node's work on them is asked for
	since    map[ledger.EntryID]time.Time // a request's letter has been missed since
	failures map[ledger.EntryID]int       // in a row
}

func newOffice(n *Node) *office {
	return &office{node: n, todo: map[ledger.EntryID]bool{}, busy: map[ledger.EntryID]bool{}, resting: map[ledger.EntryID]ledger.Time{}, all: true, untidy: true,
		progress: map[ledger.EntryID]desk.Progress{}, watched: map[ledger.EntryID]bool{}, since: map[ledger.EntryID]time.Time{}, failures: map[ledger.EntryID]int{},
		slots: make(chan struct{}, atOnce), wake: make(chan struct{}, 1)}
}

// Intervals and limits of the office node.
const (
	sweepEvery     = 30 * time.Second
	firstRetry     = 100 * time.Millisecond // doubled with each failure in a row
	lastRetry      = 5 * time.Second
	letterPatience = 2 * time.Minute // until a letter that has not come is said to be missing
	atOnce         = 4               // requests tended at the same time
	maxFailed      = 3               // releases of one agreement that may fail before an official has to look
)

// look queues requests; all queues everything that is open.
func (o *office) look(requests []ledger.EntryID, all bool) {
	o.mu.Lock()
	for _, r := range requests {
		o.todo[r] = true
	}
	if all {
		o.all = true
		o.looks++
		clear(o.resting)
	}
	o.mu.Unlock()
	o.rouse()
}

// tidyLater asks for the vault to be compared with the ledger at the next look.
func (o *office) tidyLater() {
	o.mu.Lock()
	o.untidy = true
	o.mu.Unlock()
}

// tidySoon asks for it now.
func (o *office) tidySoon() {
	o.tidyLater()
	o.rouse()
}

func (o *office) rouse() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

// run works through the queue until the node closes.
func (o *office) run() {
	sweep, tidy := time.NewTicker(sweepEvery), time.NewTicker(tidyEvery)
	defer sweep.Stop()
	defer tidy.Stop()
	for {
		o.work()
		select {
		case <-o.node.ctx.Done():
			return
		case <-o.wake:
		case <-sweep.C:
			o.sweep()
			o.node.parts.sweep(o.node)
			o.node.dismissGuests()
		case <-tidy.C:
			o.tidySoon()
		}
	}
}

func (o *office) work() {
	o.mu.Lock()
	todo, all, untidy := o.todo, o.all || o.again, o.untidy
	o.todo, o.all, o.again, o.untidy = map[ledger.EntryID]bool{}, false, false, false
	o.mu.Unlock()
	if untidy {
		if err := o.node.tidy(); err != nil {
			o.node.log.Warn("compare the vault with the ledger", "err", err)
		}
	}
	if all {
		open, err := o.open()
		if err != nil {
			o.node.log.Error("list open requests", "err", err)
		}
		o.due(open, todo)
		if err := o.node.wrapGrants(); err != nil {
			o.node.log.Warn("wrap grants", "err", o.node.noteWrite(err))
		}
		o.node.fetchGrants()
		o.node.gatherSoon()
		if err := o.publishCards(); err != nil {
			o.node.log.Warn("publish the first cards", "err", o.node.noteWrite(err))
		}
		if err := o.fixJournal(); err != nil {
			o.node.log.Warn("fix the journal", "err", err)
		}
	}
	for id := range todo {
		if o.node.ctx.Err() != nil {
			return // whoever closes a window does not wait for all of them
		}
		o.start(id)
	}
}

// start tends a request beside the others. One that is being tended is looked at
// again when that is done.
func (o *office) start(id ledger.EntryID) {
	o.mu.Lock()
	if o.busy[id] {
		o.todo[id] = true
		o.mu.Unlock()
		return
	}
	o.busy[id] = true
	o.mu.Unlock()
	select {
	case o.slots <- struct{}{}:
	case <-o.node.ctx.Done():
		return
	}
	o.node.run(func() {
		err := o.tend(id)
		<-o.slots
		o.ended(id, err)
	})
}

// ended takes a request off; after a failure it is tried again later.
func (o *office) ended(id ledger.EntryID, err error) {
	o.mu.Lock()
	delete(o.busy, id)
	again, n := o.todo[id], o.failures[id]
	if err == nil {
		delete(o.failures, id)
	} else {
		o.failures[id] = n + 1
	}
	o.mu.Unlock()
	if again {
		o.rouse()
	}
	if err == nil || o.node.ctx.Err() != nil {
		return
	}
	if n > 2 { // the first ones are the other side being a block behind
		o.node.log.Warn("request", "id", id.Short(), "err", err)
	}
	o.node.run(func() {
		wait := time.NewTimer(min(firstRetry<<min(n, 10), lastRetry))
		defer wait.Stop()
		select {
		case <-o.node.ctx.Done():
		case <-wait.C:
			o.look([]ledger.EntryID{id}, false)
		}
	})
}

// open lists the requests that may ask for something: what still binds this agency.
func (o *office) open() ([]ledger.EntryID, error) {
	var out []ledger.EntryID
	us := o.node.currentProfile().Agency
	err := o.node.store.View(func(tx *store.Tx) error {
		out = rules.NewView(tx).OpenRequestIDs(us)
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

	over        []ledger.Hash // parts of releases that are to be destroyed here
	deletionDue bool          // without an order
}

// tend does the next thing that a request asks of this node.
func (o *office) tend(id ledger.EntryID) error {
	n := o.node
	o.mu.Lock()
	looks := o.looks
	o.mu.Unlock()
	us := n.currentProfile().Agency
	var t task
	office := false
	err := n.view(func(v rules.View) error {
		t.request, t.now, office = v.Request(id), n.clock.Ledger(), n.isOffice(v)
		if r := t.request; r != nil {
			t.dataset, t.deletionDue = v.Dataset(r.Dataset), r.Requester == us && n.deletionDue(r, v)
			for i := range r.Releases {
				if n.releaseOver(r, &r.Releases[i], v) {
					t.over = append(t.over, r.Releases[i].Part.Commitment)
				}
			}
		}
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
	if err := o.erase(t); err != nil {
		return err
	}
	if r.ErasedBy(us) != nil {
		return n.eraseRequest(id)
	}
	defer o.rest(r, looks)
	if !office {
		o.watch(t)
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

// sign signs an act of this node and puts it into the outbox. What the rules
// would refuse now is not signed: it is tried again later. Parts are the
// ciphertexts of the sealed parts that it names, but for a release's.
func (o *office) sign(nonce ledger.Nonce, p ledger.Payload, parts ...[]byte) error {
	n := o.node
	key := n.keys.Signer()
	body := ledger.NewBody(n.currentProfile().Network, key.Public().ID(), n.clock.Ledger(), nonce, p)
	draft, err := ledger.Unsigned(body)
	if err != nil {
		return err
	}
	code := ledger.Accepted
	err = n.store.View(func(tx *store.Tx) error {
		code = rules.Check(tx, max(body.Claimed, tx.Time()+1), draft)
		return nil
	})
	if err == nil && code != ledger.Accepted {
		err = code
	}
	if err != nil {
		return fmt.Errorf("sign %s: %w", p.Kind(), err)
	}
	e, err := ledger.Sign(body, key)
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
		o.mu.Lock()
		delete(o.since, r.ID)
		o.mu.Unlock()
		return nil
	}
	ctx, cancel := context.WithTimeout(o.node.ctx, partPatience)
	defer cancel()
	_, err := o.node.Part(ctx, r.LetterOf, r.Letter)
	act := ledger.Act{Request: r.ID, Version: r.Version}
	o.mu.Lock()
	since, missed := o.since[r.ID]
	if err == nil {
		delete(o.since, r.ID)
	} else if !missed {
		since = time.Now()
		o.since[r.ID] = since
	}
	o.mu.Unlock()
	switch {
	case err == nil && r.NoLetter && !o.waiting(ledger.KindLetterFound, r.ID):
		return o.sign(ledger.NewNonce(), &ledger.LetterFound{Act: act})
	case err == nil:
		return nil
	case !errors.Is(err, desk.ErrPartAway):
		return err
	case !r.NoLetter && time.Since(since) > letterPatience && !o.waiting(ledger.KindLetterMissing, r.ID):
		if err := o.sign(ledger.NewNonce(), &ledger.LetterMissing{Act: act}); err != nil {
			return err
		}
	}
	return fmt.Errorf("letter of %s: %w", r.ID.Short(), err) // asked for again
}
