package consensus

import (
	"countersign/ledger"
	"countersign/ledger/rules"
	"countersign/ledger/store"
)

// transaction is an entry as it comes, with the hash over it.
type transaction struct {
	hash ledger.Hash
	raw  []byte
}

func newTransaction(raw []byte) transaction { return transaction{ledger.Sum(raw), raw} }

// fewAhead is how many signatures are worth a batch.
const fewAhead = 4

// verifyAhead verifies the signatures of transactions that came together as one
// batch, which takes half the time. It decides nothing: the check of each finds
// its signature verified, or verifies it by itself.
func (a *application) verifyAhead(txs []transaction) {
	a.gate.RLock()
	defer a.gate.RUnlock()
	if len(txs) < fewAhead || a.closed {
		return
	}
	var entries []*ledger.Entry
	for _, t := range txs {
		if e, err := a.parsed.parseSummed(t.hash, t.raw); err == nil {
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
	var marks []verified
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
		if mark := verifiedBy(key.Public, e); !c.known(mark) {
			marks = append(marks, mark)
			items = append(items, ledger.Signed{Key: key.Public, Message: e.SigningBytes(), Signature: e.Signature})
		}
	}
	good := marks[:0]
	for i, holds := range c.keys.VerifyAll(items) {
		if holds {
			good = append(good, marks[i])
		}
	}
	c.remember(good...)
}
