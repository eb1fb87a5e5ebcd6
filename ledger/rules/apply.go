package rules

import (
	"fmt"

	"countersign/ledger"
)

// headsKept is how many log heads a keeper-ready may name.
const headsKept = 20

// Apply judges the entries of a block and says what it changes. Refusals are
// results; an error is a failure of this replica, which must stop: the state is
// damaged, or the block cannot follow it.
//
// A block without entries and faults changes nothing, not even the time.
func Apply(r Reader, b Block, v Verifier) (*Result, error) { return apply(newOverlay(r), b, v) }

func apply(state *overlay, b Block, v Verifier) (res *Result, err error) {
	defer func() {
		if err != nil {
			res, err = nil, fmt.Errorf("apply block %d: %w", b.Height, err)
		}
	}()
	defer guard(&err)
	now := b.Time
	w, err := begin(state, now, b.Height, len(b.Faults) > 0, v)
	if err != nil {
		return nil, err
	}
	log, err := w.frontier()
	if err != nil {
		return nil, err
	}
	if head := log.head(); b.Head != (ledger.LogHead{}) && b.Head != head {
		return nil, fmt.Errorf("the log has %d entries and root %s, the state says %d and %s",
			b.Head.Size, b.Head.Root.Short(), head.Size, head.Root.Short())
	}
	if len(b.Entries) > 0 && b.Time <= w.global.Now {
		return nil, fmt.Errorf("the seal %s is not after the last one, %s", b.Time, w.global.Now)
	}
	res = &Result{Digest: b.Digest, Log: log.head()}
	for i, e := range b.Entries {
		code, err := w.take(e)
		if err != nil {
			res.Dropped = append(res.Dropped, Dropped{Index: i, Err: err})
			continue
		}
		res.Outcomes = append(res.Outcomes, Outcome{Entry: e, Code: code, Index: i})
	}
	for _, f := range b.Faults {
		if rec := w.convict(f); rec != nil {
			res.Faults = append(res.Faults, *rec)
		}
	}
	if len(res.Outcomes) == 0 && len(res.Faults) == 0 {
		return res, nil // what fell due falls due again with the next block
	}
	w.finish(res, log)
	res.Changes = w.state.changes()
	res.Digest = digest(b.Digest, res.Changes)
	return res, nil
}

func (w *walk) frontier() (*frontier, error) {
	f := fetch[frontier](w.state, keyLog)
	if f == nil || !f.sound() {
		return nil, &Damaged{Key: keyLog, Err: fmt.Errorf("no frontier of the log")}
	}
	return f, nil
}

// finish writes what every block with entries or faults changes.
func (w *walk) finish(res *Result, log *frontier) {
	g := w.global
	g.Now = w.now
	if len(res.Outcomes) > 0 {
		leaf := ledger.Leaf{Height: w.height, Time: w.now}
		for i, o := range res.Outcomes {
			leaf.Index, leaf.Entry, leaf.Outcome = uint32(i), o.Entry.SignedHash(), o.Code
			log.add(leaf.Hash())
		}
		res.Log = log.head()
		g.Heads = append(g.Heads, Head{Height: w.height, Size: res.Log.Size, Root: res.Log.Root})
		g.Heads = g.Heads[max(0, len(g.Heads)-headsKept):]
		w.state.put(keyLog, log)
	}
	if g.NextVersion != 0 && w.height >= g.NextHeight {
		g.RulesVersion, res.RulesVersion = g.NextVersion, g.NextVersion
		g.NextVersion, g.NextHeight = 0, 0
	}
	w.state.put(keyGlobal, g)
	w.forgetQuotas()
	res.Keepers = w.keeperChanges()
}

// forgetQuotas drops the counters of days past.
func (w *walk) forgetQuotas() {
	today := int64(w.now) / dayMillis
	var old []string
	w.state.base.Ascend([]byte(prefixQuota), nil, func(k, _ []byte) bool {
		if quotaDay(string(k)) >= today {
			return false
		}
		old = append(old, string(k))
		return true
	})
	for _, key := range old {
		w.state.del(key)
	}
}
