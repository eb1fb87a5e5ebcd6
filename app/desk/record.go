package desk

import (
	"context"
	"errors"
	"fmt"

	"countersign/ledger"
)

// RecordFilter says which entries of the record are listed.
type RecordFilter string

// The filters.
const (
	RecordAll       RecordFilter = ""
	RecordDecisions RecordFilter = "decisions"
	RecordReceipts  RecordFilter = "receipts"
	RecordRefused   RecordFilter = "refused" // ordered, and not counted
	RecordKeys      RecordFilter = "keys"    // people, keys and nodes
	RecordMembers   RecordFilter = "members"
)

// Kinds are the kinds of entries that a filter leaves; nil: it does not go by kind.
func (f RecordFilter) Kinds() []ledger.Kind {
	switch f {
	case RecordDecisions:
		return []ledger.Kind{ledger.KindApprove, ledger.KindOffer, ledger.KindAccept, ledger.KindReturn, ledger.KindRefuse, ledger.KindWithdraw,
			ledger.KindSuspend, ledger.KindResume, ledger.KindRevoke, ledger.KindReview}
	case RecordReceipts:
		return []ledger.Kind{ledger.KindReceipt, ledger.KindDeletionReceipt, ledger.KindDeliveryFailed, ledger.KindErase}
	case RecordKeys:
		return []ledger.Kind{ledger.KindPropose, ledger.KindSecond, ledger.KindRotate, ledger.KindSuspendKey, ledger.KindNode, ledger.KindNodeRemove, ledger.KindNodeIdentity}
	case RecordMembers:
		return []ledger.Kind{ledger.KindMotion, ledger.KindVote, ledger.KindLeave, ledger.KindKeeperReady}
	}
	return nil
}

// RecordQuery asks for entries, newest first.
type RecordQuery struct {
	Filter  RecordFilter
	Request ledger.EntryID // zero: of any request
	Number  string         // hexadecimal digits, four at least, with which an entry's number begins; empty: any
	Any     *RecordAny     // nil: no further narrowing
	Before  uint64         // position to go on from; 0: the newest
	Height  ledger.Height  // of the newest block to list; 0: the last
	At      ledger.Time    // when the newest block to list was made, at the latest; 0: the last
	From    ledger.Time    // when the oldest block to list was made, at the earliest; 0: the first
	Limit   int            // 0: 50
}

// RecordAny asks for entries that are of one of the kinds, or by one of the keys, or
// refused. It goes by indexes, so that a few among a million are found at once.
type RecordAny struct {
	Kinds   []ledger.Kind
	Authors []ledger.KeyID
	Refused bool
}

// Recorded is an entry where it stands on the record.
type Recorded struct {
	Position uint64 // in the log, from 0
	Height   ledger.Height
	Index    uint32 // in its block, from 0
	At       ledger.Time
	Code     ledger.Refusal // Accepted, or why it does not count
	Entry    *ledger.Entry
}

// RecordBlock is a block that has entries, and what stood after it.
type RecordBlock struct {
	Height   ledger.Height
	At       ledger.Time
	Entries  int
	ID       []byte      // the engine's hash of the block
	Before   []byte      // of the block with entries before it; nil: none
	LogSize  uint64      // entries of the log up to it
	LogRoot  ledger.Hash // Merkle root over them
	Provable bool        // the agreement of the keepers on it is here
}

// RecordCheck is what checking the whole record has found.
type RecordCheck struct {
	Height  ledger.Height
	Blocks  uint64
	Entries uint64
	Bad     ledger.Height // with Problem: the block that does not check; 0: none in particular
	Safe    ledger.Height // with Problem: up to here everything was verified
	Problem string        // empty: all is well
}

// Recorder is what a desk needs of a node to show the record. app/node serves it
// beside Node.
type Recorder interface {
	// Recorded lists entries, newest first.
	Recorded(ctx context.Context, q RecordQuery) ([]Recorded, error)
	// RecordBlock is the block at a height.
	RecordBlock(ctx context.Context, h ledger.Height) (RecordBlock, error)
	// CheckRecord verifies the whole record: hashes, signatures, rules, log.
	CheckRecord(ctx context.Context, progress func(done, total uint64)) (RecordCheck, error)
}

// ErrNoRecord says that this desk's node does not show the record.
var ErrNoRecord = errors.New("this node does not show the record")

// RecordRow is one entry of the record in the words of a screen. Outside the
// parties a request has its number alone.
type RecordRow struct {
	ID          ledger.EntryID
	Position    uint64
	Height      ledger.Height
	Index       uint32
	At          ledger.Time
	Kind        string // "approve"; of a proposal the act's name, "enrol"
	Code        ledger.Refusal
	Agency      ledger.AgencyID
	AgencyTitle string
	Who         *Person         // nil: a node or keeper of the agency
	Node        ledger.NodeCode // whose act it is, when nobody's
	Request     ledger.EntryID  // zero: about none
	Case        string          // of the reader's own requests, while the letter is open here
	Asker       string
	Provider    string
	Dataset     string
	Partial     bool // an approval of a part
	Sent        []ledger.FieldName
	Struck      []ledger.FieldName
	Reason      ledger.Code
	Key         string // last four characters of the key's fingerprint
}

// Record lists the record, newest first, and where older entries begin; 0 is the end.
func (d *Desk) Record(ctx context.Context, q RecordQuery) ([]RecordRow, uint64, error) {
	s, err := d.session()
	if err != nil {
		return nil, 0, err
	}
	node, ok := d.node.(Recorder)
	if !ok {
		return nil, 0, ErrNoRecord
	}
	if q.Limit <= 0 {
		q.Limit = 50
	}
	list, err := node.Recorded(ctx, q)
	if err != nil {
		return nil, 0, fmt.Errorf("read the record: %w", err)
	}
	rows := make([]RecordRow, len(list))
	err = d.look(ctx, func(l *look) error {
		for i, r := range list {
			rows[i] = l.recordRow(r)
		}
		return nil
	})
	if err != nil {
		return nil, 0, err
	}
	d.nameRecord(ctx, s, rows)
	next := uint64(0)
	if len(list) == q.Limit {
		next = list[len(list)-1].Position
	}
	return rows, next, nil
}

// said is what an entry says in codes and names, as lists and searches show it.
type said struct {
	act    string // its kind, or of a proposal what is proposed
	fields []ledger.FieldName
	reason ledger.Code
	about  ledger.EntryID // a request, its own for one that is sent; zero: none
}

func saidBy(e *ledger.Entry) said {
	out := said{act: e.Body.Kind.String()}
	switch p := e.Payload.(type) {
	case *ledger.Propose:
		out.act = p.Name()
	case *ledger.Approve:
		out.fields = p.Fields
	case *ledger.Return:
		out.reason = p.Code
	case *ledger.Refuse:
		out.reason = p.Code
	case *ledger.Erase:
		out.reason = p.Code
	}
	if act, ok := ledger.ActOf(e.Payload); ok {
		out.about = act.Request
	}
	if e.Body.Kind == ledger.KindRequest {
		out.about = e.ID()
	}
	return out
}

// recordRow says what one snapshot of the state knows of an entry.
func (l *look) recordRow(r Recorded) RecordRow {
	e := r.Entry
	row := RecordRow{ID: e.ID(), Position: r.Position, Height: r.Height, Index: r.Index, At: r.At, Code: r.Code,
		Key: fingerprint(e.Body.Author)}
	if k := l.Key(e.Body.Author); k != nil {
		row.Agency, row.AgencyTitle, row.Node = k.Agency, l.title(k.Agency), k.Node
		if !k.Official.IsZero() {
			row.Who = &Person{ID: k.Official}
		}
	}
	what := saidBy(e)
	row.Kind, row.Sent, row.Reason, row.Request = what.act, what.fields, what.reason, what.about
	req := l.Request(row.Request)
	if what.about.IsZero() || req == nil {
		return row
	}
	row.Asker, row.Provider = l.title(req.Requester), l.title(req.Provider)
	if ds := l.Dataset(req.Dataset); ds != nil {
		row.Dataset = ds.Dataset.Title
	}
	if row.Sent != nil {
		row.Struck = ledger.Subtract(req.Terms.Fields, row.Sent)
		row.Partial = len(row.Struck) > 0
	}
	return row
}

// nameRecord puts names to the people and case numbers to the requests that the
// reader's agency is a party of.
func (d *Desk) nameRecord(ctx context.Context, s *session, rows []RecordRow) {
	var ids []ledger.OfficialID
	for _, r := range rows {
		if r.Who != nil {
			ids = append(ids, r.Who.ID)
		}
	}
	people := d.persons(ctx, unique(ids)...)
	cases := map[ledger.EntryID]int{}
	var ours []RequestRow
	var letters []named
	if err := d.look(ctx, func(l *look) error {
		for _, r := range rows {
			req := l.Request(r.Request)
			if req == nil || req.Requester != s.agency && req.Provider != s.agency {
				continue
			}
			if _, seen := cases[r.Request]; seen {
				continue
			}
			f, err := l.file(s, r.Request, false)
			if err != nil {
				return err
			}
			cases[r.Request] = len(ours)
			ours, letters = append(ours, f.row(s)), append(letters, f.letter())
		}
		return nil
	}); err == nil {
		d.fill(ctx, s, ours, letters)
	}
	for i := range rows {
		r := &rows[i]
		if r.Who != nil {
			p := people[r.Who.ID]
			r.Who = &p
		}
		if at, ok := cases[r.Request]; ok && at < len(ours) {
			r.Case = ours[at].Case
		}
	}
}

// RecordBlock is the block at a height.
func (d *Desk) RecordBlock(ctx context.Context, h ledger.Height) (RecordBlock, error) {
	node, ok := d.node.(Recorder)
	if !ok {
		return RecordBlock{}, ErrNoRecord
	}
	return node.RecordBlock(ctx, h)
}

// Holders are the agencies known to hold an entry of the record. It is final, so
// waiting for it returns at once, with who holds it as heard so far.
func (d *Desk) Holders(ctx context.Context, id ledger.EntryID) (Final, error) {
	return d.node.Await(ctx, id)
}

// CheckRecord verifies the whole record and tells how far it is.
func (d *Desk) CheckRecord(ctx context.Context, progress func(done, total uint64)) (RecordCheck, error) {
	node, ok := d.node.(Recorder)
	if !ok {
		return RecordCheck{}, ErrNoRecord
	}
	return node.CheckRecord(ctx, progress)
}
