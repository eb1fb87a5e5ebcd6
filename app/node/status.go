package node

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"countersign/app/desk"
	"countersign/app/source"
	"countersign/ledger"
	"countersign/ledger/consensus"
	"countersign/ledger/keyring"
	"countersign/ledger/rules"
	"countersign/ledger/store"
	"countersign/p2p"
)

// Status is how the node is, for administrators.
func (n *Node) Status(ctx context.Context) (Status, error) {
	var net desk.Network
	if !n.Sealed() {
		var err error
		if net, err = n.Network(ctx); err != nil {
			return Status{}, err
		}
	}
	p := n.currentProfile()
	s := Status{Profile: n.Profile(), Clock: n.clock.Offset(), Started: n.started, PID: os.Getpid(), Network: net}
	err := n.store.View(func(tx *store.Tx) error {
		s.Height, s.Log, s.Digest, s.AppHash, s.Ledger = tx.Height(), tx.Head(), tx.Digest(), tx.AppHash(), tx.Time()
		v := rules.NewView(tx)
		if a := v.Agency(p.Agency); a != nil {
			s.Title, s.Keeper, s.Office, s.OfficeNode = a.Title, a.Keeper, a.Office == p.Node, a.Office
		}
		if me := v.Node(p.Agency, p.Node); me != nil {
			s.Spare = me.Removed == 0 && me.Recipient != "" && !s.Office
		}
		if s.Office {
			s.MissingSources, s.TakingOver = missingSources(v, p), n.takingOver()
		}
		for _, src := range p.Sources {
			st := SourceStatus{Source: src}
			if err := checkSource(v, src); err != nil {
				st.Problem = err.Error()
			}
			s.Sources = append(s.Sources, st)
		}
		return tx.Err()
	})
	if net.Problem != "" {
		s.Problems = append(s.Problems, net.Problem)
	}
	s.Problems = append(s.Problems, n.office.problems()...)
	if n.Sealed() {
		s.Problems = append(s.Problems, desk.ErrSealed.Error())
		return s, err
	}
	if n.keys.Age() != nil {
		lacks, lackErr := n.lacksGrants()
		s.Identities, err = !lacks && lackErr == nil, errors.Join(err, lackErr)
	}
	sent, received := n.host.Traffic()
	s.Peer, s.Addrs, s.Traffic = string(n.host.ID()), n.host.Addresses(), Traffic{Sent: sent, Received: received}
	if k := n.eng().Keeping(); k.Refusal != nil {
		s.Problems = append(s.Problems, "this keeper signs nothing until an admin decides (countersignd resume-voting): "+k.Refusal.Error())
	}
	return s, err
}

// missingSources are the data sets that the agency offers and hands over on
// request, and that no source is connected for on this computer.
func missingSources(v rules.View, p Profile) []ledger.Code {
	var out []ledger.Code
	for _, d := range v.Datasets() {
		if _, connected := p.source(d.Dataset.Code); d.Provider == p.Agency && !connected &&
			!d.Dataset.Withdraw && d.Dataset.Sharing != ledger.SharingNot {
			out = append(out, d.Dataset.Code)
		}
	}
	return out
}

// ErrNotOffered says that the agency's catalogue has no dataset of a code.
var ErrNotOffered = errors.New("this agency offers no such data set")

// checkSource tests a source's file against the current edition of its dataset.
func checkSource(v rules.View, s Source) error {
	var fields []ledger.FieldName
	if d := v.CurrentDataset(s.Dataset); d != nil {
		for _, f := range d.Dataset.Fields {
			fields = append(fields, f.Name)
		}
	}
	return source.CSV{Path: s.File, Key: s.Key}.Check(fields)
}

// Connect connects a dataset of this agency with a file after looking at it. Only
// the office node reads sources, and only what the agency offers is asked for, so
// anything else is refused (desk.ErrNotOffice, ErrNotOffered) rather than kept in vain.
func (n *Node) Connect(_ context.Context, s Source) error {
	if !ledger.ValidCode(s.Dataset) || !ledger.ValidCode(s.Key) {
		return fmt.Errorf("connect: %w", ledger.ErrBadCode)
	}
	file, err := filepath.Abs(s.File)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	s.File = file
	if err := n.view(func(v rules.View) error {
		if !n.isOffice(v) {
			return desk.ErrNotOffice
		}
		if d := v.CurrentDataset(s.Dataset); d == nil || d.Provider != n.currentProfile().Agency {
			return ErrNotOffered
		}
		return checkSource(v, s)
	}); err != nil {
		return fmt.Errorf("connect %s: %w", s.Dataset, err)
	}
	n.mu.Lock()
	p := n.profile
	p.setSource(s)
	err = WriteProfile(n.folder, p)
	if err == nil {
		n.profile = p
	}
	n.mu.Unlock()
	if err == nil {
		n.office.look(nil, true)
	}
	return err
}

// Disconnect forgets file and column of a dataset; desk.ErrNotConnected when nothing
// is connected with it. What is approved from then on waits for a file.
func (n *Node) Disconnect(_ context.Context, dataset ledger.Code) error {
	n.mu.Lock()
	p := n.profile
	err := fmt.Errorf("disconnect %s: %w", dataset, desk.ErrNotConnected)
	if p.dropSource(dataset) {
		if err = WriteProfile(n.folder, p); err == nil {
			n.profile = p
		}
	}
	n.mu.Unlock()
	if err == nil {
		n.office.look(nil, true)
	}
	return err
}

// Verify verifies the whole ledger: hashes, signatures, rules, log.
func (n *Node) Verify(ctx context.Context, progress func(done, total uint64)) (store.Report, error) {
	r, err := n.store.Verify(ctx, progress)
	if err == nil && r.Problem != nil {
		err = r.Problem
	}
	return r, err
}

// MoveClock moves the node's clock, in rehearsals.
func (n *Node) MoveClock(d time.Duration) error {
	if !n.opt.Rehearsal {
		return ErrNotRehearsal
	}
	n.clock.Move(d)
	n.office.look(nil, true)
	return nil
}

// Cut makes the links to all nodes of other agencies black holes, or heals
// them, in rehearsals.
func (n *Node) Cut(_ context.Context, agencies []ledger.AgencyID, on bool) error {
	if !n.opt.Rehearsal {
		return ErrNotRehearsal
	}
	if err := n.ready(); err != nil {
		return fmt.Errorf("cut: %w", err)
	}
	n.peersMu.Lock()
	var peers []p2p.PeerID
	for p, m := range n.peers {
		for _, a := range agencies {
			if m.agency == a {
				peers = append(peers, p)
			}
		}
	}
	n.peersMu.Unlock()
	var errs []error
	for _, p := range peers {
		if p != n.host.ID() {
			errs = append(errs, n.host.Cut(p, on))
		}
	}
	return errors.Join(errs...)
}

// keep offers this node as a keeper once it has the record: keeper-ready names
// the log after one of the last blocks.
func (n *Node) keep() {
	n.keeping.Lock() // one offer at a time
	defer n.keeping.Unlock()
	p := n.currentProfile()
	if !p.Keeper || !n.keys.Keeps() || n.eng().Syncing() {
		return
	}
	var head *rules.Head
	err := n.view(func(v rules.View) error {
		a, g := v.Agency(p.Agency), v.Global()
		if a == nil || g == nil || !a.Member() || a.Ready || a.Keeper || a.Consensus.ID() != n.keys.Consensus().Public().ID() || len(g.Heads) == 0 {
			return nil
		}
		last := g.Heads[len(g.Heads)-1]
		head = &last
		return nil
	})
	if err != nil || head == nil || n.office.waitingKind(ledger.KindKeeperReady) {
		return
	}
	if n.eng().Keeping().Refusal != nil {
		return // a keeper that signs nothing would only weaken the others
	}
	key := n.keys.Consensus()
	e, err := ledger.Sign(ledger.NewBody(p.Network, key.Public().ID(), n.clock.Ledger(), ledger.NewNonce(),
		&ledger.KeeperReady{LogSize: head.Size, LogRoot: head.Root}), key)
	if err == nil {
		err = n.Submit(n.ctx, e, nil)
	}
	if err != nil {
		n.log.Warn("offer to keep", "err", err)
	}
}

// Rebuild sets a damaged replica aside and makes it anew from the engine's own
// blocks. Where these cannot be used either they are set aside too, and the next
// start fetches the record from the peers. Keys, the keeper's record of its last
// signature, outbox, letters and journal stay. Keys are the node's own; nil: opened
// from the profile.
func Rebuild(folder string, keys *keyring.Node) error {
	if _, err := ReadProfile(folder); err != nil {
		return err
	}
	replica := filepath.Join(folder, fileLedger)
	st, err := store.Open(replica, store.Options{})
	switch {
	case errors.Is(err, store.ErrInUse):
		return fmt.Errorf("rebuild: %w", err)
	case err == nil:
		err = st.Close()
	default:
		err = nil // that is why it is rebuilt
	}
	if _, e := os.Stat(replica); err == nil && e == nil {
		_, err = store.SetAside(replica)
	}
	if err != nil {
		return fmt.Errorf("rebuild: %w", err)
	}
	n, err := Open(folder, Options{Keys: keys})
	if err == nil {
		return n.Close()
	}
	if errors.Is(err, consensus.ErrEngineDamaged) {
		err = FetchAgain(folder)
	}
	if err != nil {
		return fmt.Errorf("rebuild: %w", err)
	}
	return nil
}

// FetchAgain sets replica and engine's blocks aside, so that the next start
// fetches the whole record from the peers. A network's only keeper has none.
func FetchAgain(folder string) error {
	if _, err := ReadProfile(folder); err != nil {
		return err
	}
	_, err := consensus.SetAside(filepath.Join(folder, dirEngine), filepath.Join(folder, fileLedger))
	return err
}

// readOptional reads a small file; nil when it is not there.
func readOptional(path string) ([]byte, error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	return b, err
}
