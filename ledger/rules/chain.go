package rules

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
	state *overlay
	keep  int // decoded records in each generation
}

// maxKept bounds the decoded records in each generation.
const maxKept = 1 << 13

// NewChain begins at a state.
func NewChain(r Reader) *Chain { return &Chain{state: newOverlay(r), keep: maxKept} }

// Resume goes on with the same state through another Reader.
func (c *Chain) Resume(r Reader) { c.state.base = r }

// Forget drops what is kept: after a block whose changes were not written.
func (c *Chain) Forget() { c.state = newOverlay(c.state.base) }

// Apply is the function Apply on the chain's state.
func (c *Chain) Apply(b Block, v Verifier) (*Result, error) {
	res, err := apply(c.state, b, v)
	if err != nil || len(res.Changes) == 0 {
		c.Forget() // the walk may have changed what it had decoded, and nothing of it counts
		return res, err
	}
	c.state.settle(c.keep)
	return res, nil
}
