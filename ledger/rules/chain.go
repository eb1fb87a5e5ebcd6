package rules

import "strings"

// Chain applies blocks one after another, as Apply does, to a state that nobody
// else changes meanwhile. It keeps records decoded from one block to the next,
// which most of the time is saved by:
//
//	c := NewChain(state)
//	res, err := c.Apply(block, verifier)
//	... write res.Changes to the state, or Forget ...
//	res, err = c.Apply(next, verifier)
//
// It is not safe for concurrent use.
type Chain struct {
	state Reader
	kept  keptRecords
}

// NewChain begins at a state.
func NewChain(r Reader) *Chain { return &Chain{state: r, kept: keptRecords{max: maxKept}} }

// Resume goes on with the same state through another Reader.
func (c *Chain) Resume(r Reader) { c.state = r }

// Forget drops what is kept: after a block whose changes were not written.
func (c *Chain) Forget() { c.kept = keptRecords{max: c.kept.max} }

// Apply is the function Apply on the chain's state.
func (c *Chain) Apply(b Block, v Verifier) (*Result, error) {
	o := newOverlay(c.state)
	o.kept = &c.kept
	res, err := apply(o, b, v)
	if err != nil || len(res.Changes) == 0 {
		c.Forget() // the walk may have changed what it had decoded, and nothing of it counts
		return res, err
	}
	for key, it := range o.items {
		c.kept.put(key, it)
	}
	return res, nil
}

// maxKept bounds the decoded records in each generation.
const maxKept = 1 << 13

// keptRecords are decoded records, the newest in a young generation: when that
// is full the old one goes.
type keptRecords struct {
	max        int // in each generation
	young, old map[string]any
}

func (k *keptRecords) get(key string) any {
	if k == nil {
		return nil
	}
	if v := k.young[key]; v != nil {
		return v
	}
	return k.old[key]
}

// put keeps what a walk has left of a record. Small ones that are read once are
// not worth it, and lists are walked in the state itself.
func (k *keptRecords) put(key string, it *item) {
	if it.gone || it.value == nil || strings.HasPrefix(key, prefixCommitment) || strings.HasPrefix(key, prefixQuota) {
		delete(k.young, key)
		delete(k.old, key)
		return
	}
	if k.young == nil || len(k.young) >= k.max {
		k.old, k.young = k.young, make(map[string]any, k.max)
	}
	k.young[key] = it.value
}
