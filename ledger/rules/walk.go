package rules

import (
	"errors"
	"fmt"

	"countersign/ledger"
)

// Why an entry is not admissible, besides ledger.ErrTooLarge, ErrNotCanonical,
// ErrUnknownKind, ErrBadForm, ErrWrongNetwork and ErrBadSignature.
var (
	ErrUnknownAuthor = errors.New("the author's key is not on the ledger")
	ErrSeen          = errors.New("this entry is in the log already")
	ErrQuota         = errors.New("too many refused entries of this author today")
	ErrIdleTick      = errors.New("a tick that would change nothing")
	ErrNoEntry       = errors.New("not an entry")
)

// walk takes the entries of a block in order. Admit, Apply and Check are this
// walk, so what one calls admissible the other does too.
type walk struct {
	state  *overlay
	view   View // over state
	verify Verifier
	global *Global

	now    ledger.Time
	height ledger.Height // of the block; 0 in Admit and Check. No rule may depend on it
	faults bool          // the block puts double votes on record: a tick may carry them

	swept  int  // how much fell due at the start
	ticked bool // a tick was taken
	taken  int  // admitted entries
}

// begin opens a walk at a ledger time and lets happen what has fallen due.
func begin(state *overlay, now ledger.Time, h ledger.Height, faults bool, v Verifier) (*walk, error) {
	w := &walk{state: state, view: View{src: state}, verify: v, height: h, faults: faults}
	w.global = w.view.Global()
	if w.global == nil {
		return nil, errors.New("the state is empty: genesis is missing")
	}
	if w.global.Version != recordVersion {
		return nil, fmt.Errorf("the state's records have version %d, this program reads %d", w.global.Version, recordVersion)
	}
	w.now = max(now, w.global.Now)
	w.sweep()
	return w, nil
}

// take judges one entry. An error says that it is not admissible and has left
// no trace; otherwise the entry is admitted with the outcome returned.
func (w *walk) take(e *ledger.Entry) (ledger.Refusal, error) {
	if e == nil {
		return "", ErrNoEntry
	}
	if e.Body.Network != w.global.Network {
		return "", ledger.ErrWrongNetwork
	}
	key := w.view.Key(e.Body.Author)
	if key == nil {
		return "", ErrUnknownAuthor
	}
	seen := seenKey(e.Body.ValidUntil, e.ID())
	if w.state.has(seen) {
		return "", ErrSeen
	}
	if e.Body.Kind == ledger.KindTick && (w.ticked || w.swept == 0 && !w.faults) {
		return "", ErrIdleTick
	}
	if !w.verify.Verify(key.Public, e) {
		return "", ledger.ErrBadSignature
	}
	a := w.judge(e, key)
	if a.code == ledger.Accepted {
		for _, part := range ledger.Parts(e.Payload) {
			id := e.ID()
			w.state.put(commitmentKey(part.Commitment), &id)
		}
		a.row.do(a)
	} else if !w.count(key) {
		return "", ErrQuota
	}
	w.ticked = w.ticked || e.Body.Kind == ledger.KindTick
	w.taken++
	w.state.putRaw(seen, marker())
	return a.code, nil
}

// Quotas of rule 7, a ledger day.
const (
	QuotaInactiveKey = 16
	QuotaAgency      = 1000
)

// count notes a refused entry, or tells that there were too many today.
func (w *walk) count(key *Key) bool {
	agency, own := agencyQuota(w.now, key), inactiveQuota(w.now, key)
	if !w.room(agency, QuotaAgency) {
		return false
	}
	if !key.Usable(w.now) {
		if !w.room(own, QuotaInactiveKey) {
			return false
		}
		w.add(own)
	}
	w.add(agency)
	return true
}

// agencyQuota and inactiveQuota are the keys of today's counters.
func agencyQuota(now ledger.Time, key *Key) string {
	return quotaKey(int64(now)/dayMillis, "a"+string(key.Agency))
}

func inactiveQuota(now ledger.Time, key *Key) string {
	return quotaKey(int64(now)/dayMillis, "k"+string(key.ID[:]))
}

func (w *walk) room(key string, limit uint32) bool {
	n := fetch[uint32](w.state, key)
	return n == nil || *n < limit
}

func (w *walk) add(key string) {
	n := uint32(1)
	if before := fetch[uint32](w.state, key); before != nil {
		n += *before
	}
	w.state.put(key, &n)
}

// guard turns the panic of a damaged record into an error.
func guard(err *error) {
	switch p := recover().(type) {
	case nil:
	case *Damaged:
		*err = p
	default:
		panic(p)
	}
}

// Admit tells for each transaction (without the seal) whether it may stand in
// the next block, given those before it: nil says yes. A proposer leaves the
// others out, which then had no effect on those behind them; keepers reject a
// block in which one is not nil.
func Admit(r Reader, now ledger.Time, raw [][]byte, v Verifier) []error {
	return AdmitWith(r, now, raw, v, false)
}

// AdmitWith is Admit for a block that also carries evidence of double votes:
// there a tick is admissible although nothing is due. A keeper that holds
// evidence takes such a tick into its mempool and proposes it.
func AdmitWith(r Reader, now ledger.Time, raw [][]byte, v Verifier, faults bool) []error {
	entries, errs := make([]*ledger.Entry, len(raw)), make([]error, len(raw))
	for i := range raw {
		entries[i], errs[i] = ledger.Parse(raw[i])
	}
	for i, err := range AdmitEntries(r, now, entries, v, faults) {
		if errs[i] == nil {
			errs[i] = err
		}
	}
	return errs
}

// AdmitEntries is AdmitWith for parsed entries; nil stands for what is none.
func AdmitEntries(r Reader, now ledger.Time, entries []*ledger.Entry, v Verifier, faults bool) []error {
	errs := make([]error, len(entries))
	if err := admit(r, now, entries, v, faults, errs); err != nil {
		for i := range errs {
			errs[i] = err
		}
	}
	return errs
}

func admit(r Reader, now ledger.Time, entries []*ledger.Entry, v Verifier, faults bool, errs []error) (err error) {
	defer guard(&err)
	w, err := begin(newOverlay(r), now, 0, faults, v)
	if err != nil {
		return err
	}
	for i, e := range entries {
		_, errs[i] = w.take(e)
	}
	return nil
}

// Check says what would come of an entry if it were ordered now, alone; it does
// not look at the signature, so an entry made by ledger.Unsigned will do. A
// state that cannot be read panics with *Damaged.
func Check(r Reader, now ledger.Time, e *ledger.Entry) ledger.Refusal {
	return NewChecker(r, now).Check(e)
}

// Checker checks many entries against one state at one time. What has fallen due
// by then happens once for all of them: on a replica that was away for long it
// is much.
type Checker struct{ walk *walk } // nil: the state is empty

// NewChecker makes a checker of the state that r reads, for as long as r does.
func NewChecker(r Reader, now ledger.Time) *Checker {
	w, err := begin(newOverlay(r), now, 0, true, nil)
	if err != nil {
		return &Checker{}
	}
	return &Checker{w}
}

// Check is as the function of this name. Judging an entry leaves no trace, so
// the order of the questions does not matter.
func (c *Checker) Check(e *ledger.Entry) ledger.Refusal {
	if c.walk == nil {
		return ledger.NotAMember
	}
	key := c.walk.view.Key(e.Body.Author)
	if key == nil {
		return ledger.UnknownKey
	}
	return c.walk.judge(e, key).code
}

// Motion says what would hinder a motion if it were carried now; Accepted when
// nothing does.
func (c *Checker) Motion(m *ledger.Motion) ledger.Refusal {
	if c.walk == nil {
		return ledger.NotAMember
	}
	a := &act{w: c.walk}
	a.checkMotionAct(m)
	return a.code
}

// Due tells whether a tick would change something at a ledger time.
func Due(r Reader, now ledger.Time) bool {
	due := false
	r.Ascend([]byte(prefixDue), nil, func(k, _ []byte) bool {
		at, _, _ := dueAt(string(k))
		due = at <= now
		return false
	})
	return due
}

// Signatures is the plain Verifier: it remembers nothing.
type Signatures struct{}

// Verify checks the signature of the entry by the key.
func (Signatures) Verify(key ledger.PublicKey, e *ledger.Entry) bool {
	return key.Verify(e.SigningBytes(), e.Signature)
}
