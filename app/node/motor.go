package node

import (
	"fmt"
	"path/filepath"
	"time"

	"countersign/ledger"
	"countersign/ledger/consensus"
	"countersign/p2p"
	"countersign/p2p/gossip"
)

// motor is the engine with its switch. Both are used once: when consensus has
// stopped by itself (a log that could not be written), a new motor takes the
// place of the old one over the same folders and the same host.
type motor struct {
	engine   *consensus.Engine
	gossip   *gossip.Switch
	followed chan struct{} // closed when nothing follows its blocks any more
}

// Waits before a motor that stopped by itself is replaced: doubled each time.
const (
	firstRestart = time.Second
	lastRestart  = time.Minute
)

func (n *Node) eng() *consensus.Engine { return n.motor.Load().engine }

func (n *Node) sw() *gossip.Switch { return n.motor.Load().gossip }

// newMotor makes engine and switch; nothing runs yet.
func (n *Node) newMotor() (*motor, error) {
	p := n.currentProfile()
	m := &motor{gossip: gossip.New(gossip.Config{Network: p.Network}, gossip.OverHost(n.host)), followed: make(chan struct{})}
	var signer ledger.Signer
	if p.Keeper && n.keys.Keeps() {
		signer = n.keys.Consensus()
	}
	var err error
	m.engine, err = consensus.New(consensus.Config{Dir: filepath.Join(n.folder, dirEngine), Founding: n.founding, Store: n.store,
		Signer: signer, Guard: filepath.Join(n.folder, fileGuard), Switch: m.gossip, Clock: n.clock.Now, Logger: n.log, Keeper: n.keeperAt})
	if err != nil {
		return nil, err
	}
	in := m.engine.Internals()
	m.gossip.AttachConsensus(gossip.Consensus{State: in.State, Reactor: in.Reactor, Blocks: in.BlockStore, Abreast: func(peer string) bool {
		_, keeps := n.keeperAt(peer)
		return keeps
	}})
	return m, nil
}

// startMotor lets the members in, starts the engine and follows its blocks.
func (n *Node) startMotor() error {
	m := n.motor.Load()
	if err := n.followMembers(); err != nil {
		return err
	}
	for _, h := range n.currentProfile().Peers { // before the ledger names them, an invitation did
		if err := n.host.Enroll(p2p.PeerID(h.Peer), h.Addrs...); err != nil {
			n.log.Warn("enrol inviting peer", "err", err)
			continue
		}
		m.gossip.Enroll(h.Peer)
	}
	events, stop := m.engine.Subscribe()
	if err := m.engine.Start(); err != nil {
		stop()
		return err
	}
	n.checkPin()
	n.run(func() {
		defer close(m.followed)
		defer stop()
		n.follow(events)
	})
	return nil
}

// tendMotor replaces a motor that stopped by itself, until the node closes.
func (n *Node) tendMotor() {
	wait := firstRestart
	for {
		select {
		case <-n.ctx.Done():
			return
		case <-time.After(wait):
		}
		if err := n.eng().Health(); err != consensus.ErrHalted && !isFull(err) {
			wait = firstRestart
			continue
		}
		if err := tryWrite(n.folder); err != nil {
			n.log.Warn("consensus has stopped and cannot go on yet", "err", n.noteWrite(err))
			continue
		}
		if err := n.eng().Health(); err != consensus.ErrHalted {
			continue // it waited for room, and goes on by itself
		}
		n.log.Warn("consensus stopped by itself and is started again")
		if err := n.restartMotor(); err != nil {
			n.log.Error("start consensus again", "err", n.noteWrite(err))
		}
		wait = min(2*wait, lastRestart)
	}
}

// restartMotor puts a new motor in the place of the old one, and looks at what
// may have been missed between.
func (n *Node) restartMotor() error {
	n.motorMu.Lock()
	defer n.motorMu.Unlock()
	if n.ctx.Err() != nil {
		return n.ctx.Err()
	}
	old := n.motor.Load()
	old.engine.Stop()
	select {
	case <-old.followed:
	case <-n.ctx.Done():
		return n.ctx.Err()
	}
	m, err := n.newMotor()
	if err != nil {
		return fmt.Errorf("restart: %w", err)
	}
	n.motor.Store(m)
	if err := n.startMotor(); err != nil {
		m.engine.Stop()
		close(m.followed)
		return fmt.Errorf("restart: %w", err)
	}
	n.outboxAgain()
	n.office.look(nil, true)
	n.office.tidySoon()
	n.feed.publish(peopleChanged)
	n.kick()
	return nil
}
