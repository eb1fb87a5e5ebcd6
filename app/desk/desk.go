package desk

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"countersign/ledger"
	"countersign/ledger/keyring"
)

var errNoGenesis = errors.New("the record has no beginning yet")

// Options of a desk.
type Options struct {
	// Keys is the folder of the officials' key files on this computer.
	Keys string
	// State is the folder for drafts, unread marks and what the desk keeps
	// sealed for its official; empty: the node's profile folder.
	State string
	// Clock is the desk's clock; nil: the node's.
	Clock func() time.Time
	// Language of the texts a person signs, as in "en"; kept with what they sign.
	Language string
	// WorkFactor of new key files; 0 is keyring's default. A lower one works
	// only in a rehearsal.
	WorkFactor int
	// Unlocked is told whose keys have been opened before a session begins with
	// them; an error keeps the desk locked. A desktop's node opens its own keys
	// with an official's. Nil: nobody is told.
	Unlocked func(keys *keyring.Identity) error
}

// Desk serves one official at a time. Its methods may be called from several
// goroutines. Everything opened for the official is forgotten by Lock.
type Desk struct {
	node Node
	opt  Options

	mu      sync.Mutex
	current *session
	metas   map[ledger.EntryID]meta // of final entries: they never change
	subs    map[chan Change]struct{}

	notices sync.Mutex // one look for news at a time
}

// New makes a desk over a replica. Nothing is opened yet.
func New(node Node, opt Options) *Desk {
	if opt.Clock == nil {
		opt.Clock = node.Now
	}
	if opt.State == "" {
		opt.State = node.Profile().Folder
	}
	return &Desk{node: node, opt: opt, metas: map[ledger.EntryID]meta{}, subs: map[chan Change]struct{}{}}
}

func (d *Desk) clock() time.Time { return d.opt.Clock() }

func (d *Desk) keyOptions() keyring.Options {
	return keyring.Options{Rehearsal: d.node.Profile().Rehearsal, WorkFactor: d.opt.WorkFactor}
}

// Profile says whose node the desk sits at.
func (d *Desk) Profile() Profile { return d.node.Profile() }

// Network is the state of members and peers.
func (d *Desk) Network(ctx context.Context) (Network, error) {
	n, err := d.node.Network(ctx)
	if err != nil {
		return n, fmt.Errorf("look at the network: %w", err)
	}
	return n, nil
}

// Counts are the counters at the heads of lists.
func (d *Desk) Counts(ctx context.Context) (Counts, error) { return d.node.Counts(ctx) }

// Progress is how far a request's release has come.
func (d *Desk) Progress(ctx context.Context, request ledger.EntryID) (Progress, error) {
	return d.node.Progress(ctx, request)
}

// Changes reports what has changed, in the replica and at this desk (a letter
// opened in the background), until ctx ends. Reports are merged while the
// reader is slow.
func (d *Desk) Changes(ctx context.Context) <-chan Change {
	out, own := make(chan Change), make(chan Change, 1)
	d.mu.Lock()
	d.subs[own] = struct{}{}
	d.mu.Unlock()
	remote := d.node.Changes(ctx)
	go func() {
		defer close(out)
		defer func() {
			d.mu.Lock()
			delete(d.subs, own)
			d.mu.Unlock()
		}()
		var next Change
		var send chan<- Change
		for {
			select {
			case <-ctx.Done():
				return
			case c, ok := <-remote:
				if !ok {
					remote = nil
					continue
				}
				if c.People {
					d.forgetAway()
				}
				if c.People || len(c.Requests) > 0 {
					d.followErasures(ctx)
				}
				next, send = merge(next, c), out
			case c := <-own:
				next, send = merge(next, c), out
			case send <- next:
				next, send = Change{}, nil
			}
		}
	}()
	return out
}

// followErasures destroys what is to go before anybody is told of the change.
func (d *Desk) followErasures(ctx context.Context) {
	if s, err := d.session(); err == nil {
		_ = d.eraseHere(ctx, s) // tried again with the next change
	}
}

// forgetAway has parts asked for again that nobody had: cards may have come.
func (d *Desk) forgetAway() {
	s, err := d.session()
	if err != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for c, o := range s.opened {
		if errors.Is(o.err, ErrPartAway) {
			delete(s.opened, c)
		}
	}
}

// publish tells the desk's own readers.
func (d *Desk) publish(c Change) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for ch := range d.subs {
		select {
		case old := <-ch: // only publish sends, and it holds the mutex: there is room now
			ch <- merge(old, c)
		default:
			ch <- c
		}
	}
}

func merge(a, b Change) Change {
	a.Height = max(a.Height, b.Height)
	a.People, a.Peers, a.Outbox = a.People || b.People, a.Peers || b.Peers, a.Outbox || b.Outbox
	for _, id := range b.Requests {
		found := false
		for _, have := range a.Requests {
			found = found || have == id
		}
		if !found {
			a.Requests = append(a.Requests[:len(a.Requests):len(a.Requests)], id)
		}
	}
	return a
}
