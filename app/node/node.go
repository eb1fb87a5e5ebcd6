package node

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"countersign/app/desk"
	"countersign/ledger"
	"countersign/ledger/consensus"
	"countersign/ledger/keyring"
	"countersign/ledger/rules"
	"countersign/ledger/store"
	"countersign/p2p"
)

// Options of a node.
type Options struct {
	Version string
	Log     *slog.Logger // nil discards
	Clock   *Clock       // nil: this computer's
	// Rehearsal allows clock and cut; refused unless the network is a rehearsal.
	Rehearsal bool
	Keys      *keyring.Node // nil: opened from the profile
	// Desktop says that officials unlock in this process: the node's own key is
	// sealed for them, and opens with the first of them (Unlock).
	Desktop bool
}

// Errors of a node.
var (
	// ErrNotRehearsal says that clock and cuts exist only on a network that was
	// founded as a rehearsal, in a node started with --rehearsal.
	ErrNotRehearsal = errors.New("this is not a rehearsal: the clock and the links stay as they are")
	errClosed       = errors.New("the node has stopped")
)

// Node is one running replica. Its methods may be called from any goroutine.
type Node struct {
	folder   string
	opt      Options
	founding *ledger.Document
	clock    *Clock
	log      *slog.Logger
	started  time.Time

	sealed atomic.Bool   // keys, host and motor are not there yet
	opened chan struct{} // closed when they are
	sealMu sync.Mutex    // held while they are opened, and guards seal
	seal   seal

	keys    *keyring.Node
	store   *store.Store
	host    *p2p.Host
	motor   atomic.Pointer[motor]
	outbox  *outbox
	parts   *parts
	journal *journal
	erased  *erasures
	guests  *hostess
	office  *office
	heir    *heir
	feed    *feed
	waiters *waiters

	timings     *timings
	trouble     *trouble
	handing     sync.Map // letters on their way: entry and agency
	keeping     sync.Mutex
	motorMu     sync.Mutex // held while a motor is replaced
	closing     sync.Once
	stopTelling func()

	known addresses // used by assemble, then by sendOut alone

	mu      sync.Mutex
	profile Profile
	missing map[ledger.Hash]bool // readers here that wait for grants

	lastSeen map[p2p.PeerID][]string // from before the start; read only

	peersMu sync.Mutex
	peers   map[p2p.PeerID]enrolled
	self    enrolled

	ctx    context.Context
	cancel context.CancelFunc
	wait   sync.WaitGroup
	wake   chan struct{} // the outbox has something to send

	sheetsWake chan struct{} // sheets may be missing
	officeWake chan struct{} // the office node is to be asked
	handedOver atomic.Uint64 // lines of the own journal that the office node has
	handedTo   p2p.PeerID    // which one; askOffice's alone
}

// What a change is that names no request.
var (
	peopleChanged = desk.Change{People: true} // officials, keys, agencies, the catalogue
	peersChanged  = desk.Change{Peers: true}  // who is up, and how this node is
)

// Open opens everything a node has on disk; nothing runs yet. A folder that
// another process holds is refused (store.ErrInUse), as is one that a newer
// version has written, or whose own key opens with an official's alone
// (desk.ErrSealed); on a desktop it is opened and waits for one.
func Open(folder string, opt Options) (n *Node, err error) {
	p, err := ReadProfile(folder)
	if err != nil {
		return nil, err
	}
	if opt.Rehearsal && !p.Rehearsal {
		return nil, ErrNotRehearsal
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	if opt.Clock == nil {
		opt.Clock = new(Clock)
	}
	n = &Node{folder: folder, opt: opt, clock: opt.Clock, profile: p, started: time.Now(),
		log: opt.Log.With("agency", p.Agency, "node", p.Node), keys: opt.Keys,
		timings: newTimings(), trouble: newTrouble(), waiters: newWaiters(), heir: newHeir(), missing: map[ledger.Hash]bool{}, peers: map[p2p.PeerID]enrolled{}, wake: make(chan struct{}, 1), sheetsWake: make(chan struct{}, 1), officeWake: make(chan struct{}, 1), opened: make(chan struct{})}
	n.ctx, n.cancel = context.WithCancel(context.Background())
	n.feed = newFeed(n.ctx.Done())
	defer func() {
		if err != nil {
			n.release()
			n = nil
		}
	}()
	if n.founding, err = readFounding(folder); err != nil {
		return n, err
	}
	if err = n.openKeys(); err != nil {
		return n, err
	}
	moved, err := setForeignAside(folder, &n.profile)
	if err != nil {
		return n, err
	}
	if len(moved) > 0 {
		n.log.Warn("a record that was not the one vouched for was set aside", "files", moved)
	}
	if n.store, err = store.Open(filepath.Join(folder, fileLedger), store.Options{}); err != nil {
		return n, err
	}
	if err = consensus.Found(n.store, n.founding); err != nil {
		return n, err
	}
	if err = n.openKept(); err != nil {
		return n, err
	}
	if n.Sealed() {
		return n, nil
	}
	close(n.opened)
	return n, n.assemble()
}

// openKept opens what is never quarantined with the ledger.
func (n *Node) openKept() error {
	box, bad, err := openOutbox(filepath.Join(n.folder, dirOutbox))
	if err != nil {
		return err
	}
	for _, b := range bad {
		n.log.Warn("outbox", "err", b)
	}
	n.outbox = box
	var broken error
	if n.journal, broken, err = openJournal(filepath.Join(n.folder, fileJournal)); err != nil {
		return err
	}
	if broken != nil {
		n.log.Error("journal", "err", broken)
		n.trouble.set(troubleJournal, broken)
	}
	if n.erased, err = openErasures(filepath.Join(n.folder, fileErased)); err != nil {
		return err
	}
	if n.guests, err = openHostess(n.folder); err != nil {
		return err
	}
	if n.parts, err = openParts(n.folder, n.clock, func(what string, err error) { n.log.Warn(what, "err", err) }); err != nil {
		return err
	}
	n.office = newOffice(n)
	return nil
}

// assemble joins host, gossip and engine.
func (n *Node) assemble() error {
	p := n.profile
	listen := p.Listen
	if len(listen) == 0 {
		listen = p2p.DefaultListen()
	}
	var err error
	if n.known, err = readAddresses(n.folder); err != nil {
		n.log.Warn("addresses", "err", err)
	}
	n.lastSeen = map[p2p.PeerID][]string{}
	for peer, at := range n.known.Peers {
		n.lastSeen[p2p.PeerID(peer)] = at
	}
	n.host, err = newHost(p2p.Config{Key: n.keys.PeerKey(), Network: p.Network, Listen: listen, LocalDiscovery: p.MDNS,
		Rehearsal: n.opt.Rehearsal, Version: n.opt.Version, Agency: string(p.Agency), Node: string(p.Node),
		State: n.replicaState, Clock: n.clock.Now, Log: n.log}, n.known.Listen)
	if err != nil {
		return err
	}
	m, err := n.newMotor()
	if err != nil {
		return err
	}
	n.motor.Store(m)
	n.admitGuests()
	p2p.Serve(n.host, protoJoin, p2p.StreamLimits{}, maxJoinBytes, n.serveJoin)
	n.serveParts()
	return nil
}

// replicaState is what heartbeats tell.
func (n *Node) replicaState() p2p.State {
	var s p2p.State
	if err := n.store.View(func(tx *store.Tx) error {
		s = p2p.State{Height: int64(tx.Height()), LogSize: tx.Head().Size}
		return nil
	}); err != nil {
		n.log.Warn("read the replica's height", "err", err)
	}
	return s
}

// Start lets the members in, starts the engine and everything that follows it.
func (n *Node) Start() error {
	if err := n.ready(); err != nil {
		return fmt.Errorf("start node: %w", err)
	}
	n.stopTelling = n.host.OnChange(n.peerChanged)
	if err := n.startMotor(); err != nil {
		return fmt.Errorf("start node: %w", err)
	}
	n.run(n.tendMotor)
	n.run(n.sendOut)
	n.run(n.office.run)
	n.run(n.gather)
	n.run(n.askOffice)
	n.run(n.tendHeir)
	return nil
}

// run starts a goroutine that Close waits for.
func (n *Node) run(fn func()) {
	n.wait.Add(1)
	go func() {
		defer n.wait.Done()
		fn()
	}()
}

// Close stops everything in order and waits for it. It may be called again.
func (n *Node) Close() (err error) {
	n.closing.Do(func() {
		n.cancel()
		if n.stopTelling != nil {
			n.stopTelling()
		}
		n.sealMu.Lock() // whoever opens the keys now has done so, and nobody does later
		sealed := n.Sealed()
		n.sealMu.Unlock()
		if !sealed {
			n.motorMu.Lock() // no other one is started any more
			n.eng().Stop()
			n.motorMu.Unlock()
		}
		n.wait.Wait()
		err = n.release()
	})
	return err
}

// release closes what Open opened.
func (n *Node) release() error {
	n.cancel()
	var errs []error
	if n.host != nil {
		errs = append(errs, n.host.Close())
	}
	if n.parts != nil {
		n.parts.close()
	}
	if n.journal != nil {
		errs = append(errs, n.journal.close())
	}
	if n.erased != nil {
		errs = append(errs, n.erased.close())
	}
	if n.store != nil {
		errs = append(errs, n.store.Close())
	}
	if n.keys != nil && n.opt.Keys == nil {
		n.keys.Close()
	}
	return errors.Join(errs...)
}

func (n *Node) currentProfile() Profile {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.profile
}

// profileIsKeeper tells whether this node has, or will have, a keeper's place.
func (n *Node) profileIsKeeper() bool { return n.currentProfile().Keeper }

// isOffice tells whether the ledger names this node its agency's office node.
func (n *Node) isOffice(v rules.View) bool {
	p := n.currentProfile()
	a := v.Agency(p.Agency)
	return a != nil && a.Office == p.Node
}
