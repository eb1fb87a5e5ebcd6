package node

import (
	"countersign/ledger"
	"countersign/ledger/rules"
)

// sweep queues what is open and may have fallen due.
func (o *office) sweep() {
	o.mu.Lock()
	o.again = true
	o.mu.Unlock()
	o.rouse()
}

// due adds to what is to be done what does not rest.
func (o *office) due(open []ledger.EntryID, todo map[ledger.EntryID]bool) {
	now := o.node.clock.Ledger()
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, id := range open {
		if until := o.resting[id]; until <= now {
			todo[id] = true
		}
	}
}

// rest notes that a request has been tended and asks nothing any more, unless
// everything is to be looked at again since then.
func (o *office) rest(r *rules.Request, looks int) {
	until := restsUntil(r)
	o.mu.Lock()
	defer o.mu.Unlock()
	if delete(o.resting, r.ID); until > 0 && looks == o.looks {
		o.resting[r.ID] = until
	}
}

// restsUntil tells until when a request asks nothing of any node as it stands: all
// that was released has arrived, and is kept until its retention is over. There
// may be hundreds of thousands of those. 0: it may ask now.
func restsUntil(r *rules.Request) ledger.Time {
	if r.State != rules.Fulfilled && r.State != rules.Expired || r.Deletion == nil || !r.Deletion.Ordered.IsZero() {
		return 0
	}
	for i := range r.Releases {
		if rel := &r.Releases[i]; rel.Receipt.IsZero() && rel.Failed == "" {
			return 0
		}
	}
	return r.Deletion.Owed
}
