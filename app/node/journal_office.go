package node

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"countersign/app/desk"
	"countersign/ledger"
	"countersign/ledger/rules"
	"countersign/p2p"
)

// The agency's journal is the office node's: its head is what the ledger fixes. A
// desktop writes a line into its own journal before it shows anything, and hands
// it to the office node, which takes each line once. Whoever reads gets both. When
// the office moves, the former office node hands over what it took from others too.

// Limits of what nodes of one agency tell each other in one answer.
const (
	maxJournalLines = 1000
	maxActBytes     = 32
)

// officeLine is a line of a journal between two nodes of one agency.
type officeLine struct {
	Number   uint64            `cbor:"0,keyasint,omitempty"` // in the desktop's own journal, from 1; 0 in answers
	At       ledger.Time       `cbor:"1,keyasint"`
	Official ledger.OfficialID `cbor:"2,keyasint"`
	Act      string            `cbor:"3,keyasint"`
	Request  ledger.EntryID    `cbor:"4,keyasint"`
	From     ledger.NodeCode   `cbor:"5,keyasint,omitempty"` // whose line it is, when it is not the sender's
	Theirs   uint64            `cbor:"6,keyasint,omitempty"` // its number in that node's journal
}

func lineOf(l desk.JournalLine, number uint64) officeLine {
	return officeLine{Number: number, At: l.At, Official: l.Official, Act: l.Act, Request: l.Request}
}

func (l officeLine) line() desk.JournalLine {
	return desk.JournalLine{At: l.At, Official: l.Official, Act: l.Act, Request: l.Request}
}

// sendJournal hands the office node the lines it has not got. It tells whether
// something was taken, and whether something is left.
func (n *Node) sendJournal(peer p2p.PeerID) (sent, left bool) {
	if peer != n.handedTo { // another office node: it says itself what it has
		n.handedTo = peer
		n.handedOver.Store(0)
	}
	if n.journal.state().count == n.handedOver.Load() {
		return false, false
	}
	lines, err := n.journal.after(n.handedOver.Load(), maxJournalLines)
	if err != nil {
		n.log.Warn("read the journal", "err", err)
		return false, true
	}
	if len(lines) == 0 { // the rest are nobody's looks
		n.handedOver.Store(n.journal.state().count)
		return false, false
	}
	ctx, cancel := context.WithTimeout(n.ctx, askPatience)
	defer cancel()
	var a officeAnswer
	if err := n.host.Call(ctx, peer, protoOffice, officeAsk{Lines: lines}, &a, maxOfficeBytes); err != nil {
		n.log.Debug("hand the journal over", "err", err)
		return false, true
	}
	if a.Has <= n.handedOver.Load() {
		return false, true
	}
	n.handedOver.Store(a.Has)
	return true, a.Has < n.journal.state().count
}

// takeLines appends a desktop's lines to the agency's journal, each once, and
// answers up to which it has them.
func (n *Node) takeLines(from ledger.NodeCode, lines []officeLine) (uint64, error) {
	us := n.currentProfile()
	former := false // of a former office node, which goes through all it has
	err := n.view(func(v rules.View) error {
		if !n.isOffice(v) {
			return &p2p.Refusal{Code: "not-office-node"}
		}
		sender := v.Node(us.Agency, from)
		former = sender != nil && sender.Recipient != ""
		for _, l := range lines {
			o := v.Official(l.Official)
			others := l.From != "" && (!former || l.Theirs == 0 || !ledger.ValidCode(l.From))
			if o == nil || o.Agency != us.Agency || len(l.Act) > maxActBytes || l.Number == 0 || others {
				return fmt.Errorf("line of a journal: %w", ledger.ErrBadForm)
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	has := uint64(0)
	for _, l := range lines {
		var err error
		switch l.From {
		case "":
			err = n.journal.take(from, l.Number, l.line())
		case us.Node: // our own, which the former office node took
		default:
			err = n.journal.take(l.From, l.Theirs, l.line())
		}
		if err := n.noteWrite(err); err != nil {
			return 0, err
		}
		has = l.Number
	}
	if !former {
		has = max(has, n.journal.has(from))
	}
	return has, nil
}

// Journals are the agency's lines about a request, newest first: those of this
// node, and on a desktop those that the office node has.
func (n *Node) Journals(ctx context.Context, request ledger.EntryID) ([]desk.JournalLine, error) {
	lines, err := n.journal.about(request)
	if err != nil {
		return nil, err
	}
	for _, l := range n.officeLines(ctx, request) {
		if !slices.Contains(lines, l.line()) {
			lines = append(lines, l.line())
		}
	}
	slices.SortStableFunc(lines, func(a, b desk.JournalLine) int { return int(b.At.Sub(a.At)) })
	return lines, nil
}

// officeLines asks the office node; none when it is away.
func (n *Node) officeLines(ctx context.Context, request ledger.EntryID) []officeLine {
	if n.Sealed() {
		return nil
	}
	peer, err := n.officePeer()
	if err != nil || !n.host.Connected(peer) {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, askPatience)
	defer cancel()
	var a officeAnswer
	if err := n.host.Call(ctx, peer, protoOffice, officeAsk{About: &request}, &a, maxOfficeBytes); err != nil {
		n.log.Debug("ask the office node for its journal", "err", err)
	}
	return a.Lines
}

// linesAbout answers a node of our agency.
func (n *Node) linesAbout(request ledger.EntryID) ([]officeLine, error) {
	lines, err := n.journal.about(request)
	if err != nil {
		return nil, err
	}
	var out []officeLine
	for _, l := range lines[max(0, len(lines)-maxJournalLines):] {
		out = append(out, lineOf(l, 0))
	}
	return out, nil
}

// after returns lines of this node's journal from a number on: its own, and those
// that it took when it was the office node.
func (j *journal) after(number uint64, most int) ([]officeLine, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	var out []officeLine
	_, _, err := j.replay(func(at uint64, r journalRecord) {
		if at <= number || len(out) == most || r.Line.Official.IsZero() {
			return
		}
		l := lineOf(r.Line, at)
		l.From, l.Theirs = r.From, r.Number
		out = append(out, l)
	})
	return out, err
}

// take appends a line of another node of the agency, once.
func (j *journal) take(from ledger.NodeCode, number uint64, l desk.JournalLine) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if number <= j.taken[from] {
		return nil
	}
	err := j.write(journalRecord{From: from, Number: number, Line: l})
	if err == nil {
		j.taken[from] = number
	}
	return err
}

// has is the number up to which lines of a node are here.
func (j *journal) has(from ledger.NodeCode) uint64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.taken[from]
}

// serveOffice answers nodes of our own agency, and nobody else.
func (n *Node) serveOffice(_ context.Context, peer p2p.PeerID, q officeAsk) (officeAnswer, error) {
	m, ok := n.peerOf(peer)
	if !ok || m.agency != n.currentProfile().Agency {
		return officeAnswer{}, &p2p.Refusal{Code: "not-yours"}
	}
	var a officeAnswer
	var err error
	switch {
	case len(q.Progress) > 0:
		a.Progress = n.progressOf(q.Progress)
	case q.About != nil:
		a.Lines, err = n.linesAbout(*q.About)
	case len(q.Lines) > 0:
		a.Has, err = n.takeLines(m.code, q.Lines)
	case q.Holds != nil:
		a.Held, err = n.holds(*q.Holds)
	case len(q.Has) > 0:
		a.Held, err = n.has(q.Has)
	case len(q.Keeps) > 0:
		a.Held = n.keeps(q.Keeps)
	case len(q.Bring) > 0:
		err = n.takeGrants(q.Bring)
	default:
		a.Grants, err = n.grantsFor(q.Reader)
	}
	var no *p2p.Refusal
	if err != nil && !errors.As(err, &no) {
		n.log.Warn("a question of another node of the agency", "node", m.code, "err", err)
	}
	return a, err
}
