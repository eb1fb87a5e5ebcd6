package consensus

import (
	"countersign/ledger"
	"countersign/ledger/rules"
	"countersign/ledger/store"
)

// fewAhead is how many signatures are worth a batch.
const fewAhead = 4

// verifyAhead verifies the signatures of transactions that came together as one
// batch, which takes half the time. It decides nothing: the check of each finds
// its signature verified, or verifies it by itself.
func (a *application) verifyAhead(txs [][]byte) {
	a.gate.RLock()
	defer a.gate.RUnlock()
	if len(txs) < fewAhead || a.closed {
		return
	}
	var entries []*ledger.Entry
	for _, raw := range txs {
		if e, err := a.parsed.parse(raw); err == nil {
			entries = append(entries, e)
		}
	}
	tx, release := a.store.Snapshot()
	defer release()
	defer func() {
		if r := recover(); r != nil {
			_ = asDamage(r) // the checks will meet it and say so
		}
	}()
	a.verifier.verifyTogether(tx, entries)
}

// verifyTogether verifies the signatures of entries whose authors the state
// knows, and remembers those that hold.
func (c *signatureCache) verifyTogether(tx *store.Tx, entries []*ledger.Entry) {
	view, keys := rules.NewView(tx), map[ledger.KeyID]*rules.Key{}
	var marks []ledger.Hash
	var items []ledger.Signed
	for _, e := range entries {
		key, known := keys[e.Body.Author]
		if !known {
			key = view.Key(e.Body.Author)
			keys[e.Body.Author] = key
		}
		if key == nil {
			continue
		}
		signed, id := e.SignedHash(), key.Public.ID()
		if mark := ledger.Sum(signed[:], id[:]); !c.known(mark) {
			marks = append(marks, mark)
			items = append(items, ledger.Signed{Key: key.Public, Message: e.SigningBytes(), Signature: e.Signature})
		}
	}
	hold := c.keys.VerifyAll(items)
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, holds := range hold {
		if !holds {
			continue
		}
		if len(c.young) >= c.half {
			c.old, c.young = c.young, make(map[ledger.Hash]struct{}, c.half)
		}
		c.young[marks[i]] = struct{}{}
	}
}
