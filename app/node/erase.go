package node

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"sync"

	"countersign/app/desk"
	"countersign/ledger"
	"countersign/ledger/rules"
	"countersign/ledger/store"
)

// erasures notes of which requests this node has destroyed everything that it
// kept, by order of its agency's data protection officers: a text file of one JSON
// object a line. A request is noted once nothing of it is left, so that what a
// crash cut off is done again.
type erasures struct {
	mu   sync.Mutex // held while files are destroyed
	file *os.File
	end  int64 // after the last whole line
	done map[ledger.EntryID]desk.ErasedHere
}

// erasedLine is one line of the file.
type erasedLine struct {
	Version int            `json:"v"`
	Request ledger.EntryID `json:"request"`
	At      ledger.Time    `json:"at"`
	Parts   int            `json:"parts"` // that its entries name
}

const erasedVersion = 1

// openErasures opens or makes the file. What cannot be read of it is cut off: its
// requests are looked at once more.
func openErasures(path string) (*erasures, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open list of erasures: %w", err)
	}
	x := &erasures{file: f, done: map[ledger.EntryID]desk.ErasedHere{}}
	for r := bufio.NewReader(f); err == nil; {
		var line []byte
		if line, err = r.ReadBytes('\n'); err != nil {
			break
		}
		var l erasedLine
		if json.Unmarshal(line, &l) != nil || l.Version != erasedVersion {
			break
		}
		x.done[l.Request] = desk.ErasedHere{At: l.At, Parts: l.Parts}
		x.end += int64(len(line))
	}
	if err == nil || errors.Is(err, io.EOF) {
		err = f.Truncate(x.end)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open list of erasures: %w", err), f.Close())
	}
	return x, nil
}

func (x *erasures) close() error { return x.file.Close() }

// note adds a request durably; the lock is held.
func (x *erasures) note(request ledger.EntryID, e desk.ErasedHere) error {
	b, err := json.Marshal(erasedLine{Version: erasedVersion, Request: request, At: e.At, Parts: e.Parts})
	if err != nil {
		return err
	}
	b = append(b, '\n')
	if _, err = x.file.WriteAt(b, x.end); err == nil {
		err = x.file.Sync()
	}
	if err != nil {
		return fmt.Errorf("note an erasure: %w", err)
	}
	x.end += int64(len(b))
	x.done[request] = e
	return nil
}

// eraseRequest destroys everything that this node keeps of a request whose erasure
// the agency has ordered: every sealed part that its entries name, wherever it is,
// and what the outbox still has of it. Done once, it does nothing any more.
func (n *Node) eraseRequest(id ledger.EntryID) error {
	x := n.erased
	x.mu.Lock()
	defer x.mu.Unlock()
	if _, done := x.done[id]; done {
		return nil
	}
	parts, err := n.partsOf(id)
	if err != nil || parts == nil {
		return err
	}
	here := desk.ErasedHere{At: n.clock.Ledger(), Parts: len(parts)}
	if err := n.outbox.eraseRequest(id); err != nil {
		return err
	}
	for c := range parts {
		if err := n.parts.store.Erase(c); err != nil {
			return fmt.Errorf("erase what is kept of %s: %w", id.Short(), err)
		}
	}
	if err := x.note(id, here); err != nil {
		return n.noteWrite(err)
	}
	n.feed.publish(desk.Change{Requests: []ledger.EntryID{id}})
	n.log.Info("erased what was kept of a request, as the data protection officer ordered", "request", id.Short(), "parts", here.Parts)
	return nil
}

// partsOf lists the parts that the accepted entries about a request name; nil when
// our agency has ordered no erasure of it.
func (n *Node) partsOf(id ledger.EntryID) (parts map[ledger.Hash]bool, err error) {
	us := n.currentProfile().Agency
	err = n.store.View(func(tx *store.Tx) error {
		parts = nil
		r := rules.NewView(tx).Request(id)
		if r == nil || r.ErasedBy(us) == nil {
			return tx.Err()
		}
		parts = map[ledger.Hash]bool{}
		const page = 200
		for before := uint64(math.MaxUint64); ; {
			list, err := tx.EntriesOfRequest(id, before, page)
			if err != nil {
				return err
			}
			for _, rec := range list {
				before = rec.Position
				if rec.Outcome != ledger.Accepted {
					continue // its parts may be another request's: a thief can name any commitment
				}
				e, err := rec.Entry()
				if err != nil {
					return err
				}
				for _, s := range ledger.Parts(e.Payload) {
					parts[s.Commitment] = true
				}
			}
			if len(list) < page {
				return nil
			}
		}
	})
	return parts, err
}

// eraseOrdered does what has been ordered and is not done here yet: this node was
// away, or ended in the middle of it.
func (n *Node) eraseOrdered() error {
	var ordered []ledger.EntryID
	us := n.currentProfile().Agency
	if err := n.view(func(v rules.View) error { ordered = v.ErasedRequestIDs(us); return nil }); err != nil {
		return err
	}
	var errs []error
	for _, id := range ordered {
		errs = append(errs, n.eraseRequest(id))
	}
	return errors.Join(errs...)
}

// subject is the request that an entry is about; nil when it is about none that
// the state knows.
func subject(v rules.View, e *ledger.Entry) *rules.Request {
	if request, _ := concerns(e); !request.IsZero() {
		return v.Request(request)
	}
	return nil
}

// gone tells whether our agency keeps nothing any more of what an entry about a
// request names: its data protection officer had it erased, or, of a letter, its
// retention is over.
func (n *Node) gone(v rules.View, e *ledger.Entry) bool {
	r := subject(v, e)
	return r.ErasedBy(n.currentProfile().Agency) != nil || e.Body.Kind != ledger.KindRelease && r != nil && n.letterOver(r, v.Global())
}

// checkGone says desk.ErrErased of what is neither to be shown nor fetched here
// any more, whether its files are destroyed already or not.
func (n *Node) checkGone(ctx context.Context, entry ledger.EntryID) error {
	e, _, err := n.Entry(ctx, entry)
	if errors.Is(err, desk.ErrNotKept) { // not final yet
		return nil
	}
	gone := false
	if err == nil {
		err = n.view(func(v rules.View) error { gone = n.gone(v, e); return nil })
	}
	if err == nil && gone {
		err = fmt.Errorf("part of entry %s: %w", entry.Short(), desk.ErrErased)
	}
	return err
}

// erasedBy tells whether an agency has had its copies erased of the request that
// an entry is about.
func (n *Node) erasedBy(agency ledger.AgencyID, e *ledger.Entry) bool {
	erased := false
	err := n.view(func(v rules.View) error { erased = subject(v, e).ErasedBy(agency) != nil; return nil })
	return erased && err == nil
}

// ErasedHere is what this node has destroyed of a request by order of a data
// protection officer; the zero value while it has not.
func (n *Node) ErasedHere(_ context.Context, request ledger.EntryID) (desk.ErasedHere, error) {
	n.erased.mu.Lock()
	defer n.erased.mu.Unlock()
	return n.erased.done[request], nil
}
