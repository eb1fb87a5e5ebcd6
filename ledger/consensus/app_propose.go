package consensus

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	abci "github.com/cometbft/cometbft/abci/types"
	cmttypes "github.com/cometbft/cometbft/types"

	"countersign/ledger"
	"countersign/ledger/rules"
	"countersign/ledger/store"
)

// PrepareProposal puts the seal before the entries and drops what is not
// admissible. With nothing to say the block is empty. It never fails: an error
// here would stop consensus.
func (a *application) PrepareProposal(_ context.Context, req *abci.RequestPrepareProposal) (*abci.ResponsePrepareProposal, error) {
	txs, err := a.propose(req.Height, req.Txs, req.MaxTxBytes, len(req.Misbehavior) > 0)
	if err != nil {
		a.log.Error("prepare a proposal", "height", req.Height, "error", err)
	}
	return &abci.ResponsePrepareProposal{Txs: txs}, nil
}

func (a *application) propose(height int64, txs [][]byte, room int64, faults bool) (out [][]byte, err error) {
	if len(txs) == 0 {
		return nil, nil
	}
	if err := a.settle(); err != nil {
		return nil, err
	}
	tx, release := a.store.Snapshot()
	defer release()
	defer func() {
		if r := recover(); r != nil {
			out, err = nil, asDamage(r)
		}
	}()
	seal := max(a.now(), tx.Time()+1)
	entries, errs := a.parseAll(txs)
	if a.judged = a.foresee(tx, height, seal, entries, faults); a.judged == nil {
		for i, err := range rules.AdmitEntries(tx, seal, entries, a.verifier, faults) {
			errs[i] = cmp.Or(errs[i], err)
		}
	}
	if err := tx.Err(); err != nil {
		return nil, err
	}
	out = append(out, ledger.NewSeal(seal).Bytes())
	used := wireSize(out[0])
	for i, raw := range txs {
		if errs[i] != nil {
			a.doubtful.add(ledger.Sum(raw))
			continue
		}
		if used+wireSize(raw) > room {
			a.judged = nil // it is not the whole that was judged
			break
		}
		used += wireSize(raw)
		out = append(out, raw)
	}
	if len(out) == 1 {
		return nil, nil
	}
	return out, nil
}

// foresee judges a proposal of our own that has nothing to leave out, so that it
// need not be judged again when the engine asks; nil when something is wrong.
func (a *application) foresee(tx *store.Tx, height int64, seal ledger.Time, entries []*ledger.Entry, faults bool) *judged {
	if faults || slices.Contains(entries, nil) {
		return nil
	}
	j := &judged{block: rules.Block{Height: ledger.Height(height), Time: seal, Entries: entries, Head: tx.Head(), Digest: tx.Digest()}}
	var err error
	if j.result, err = rules.Apply(tx, j.block, a.verifier); err != nil || len(j.result.Dropped) > 0 {
		return nil
	}
	return j
}

// wireSize is what a transaction takes up in a block.
func wireSize(raw []byte) int64 { return cmttypes.ComputeProtoSizeForTxs([]cmttypes.Tx{raw}) }

// ProcessProposal accepts exactly what an honest proposer makes now: a keeper that
// was cut off must not date what it proposed then into the present. A block that
// others may be locked on is proposed again with the round that voted for it, and
// stays acceptable at any age.
func (a *application) ProcessProposal(_ context.Context, req *abci.RequestProcessProposal) (*abci.ResponseProcessProposal, error) {
	a.asked()
	if err := a.judge(req); err != nil {
		a.log.Warn("a proposed block is refused", "height", req.Height, "error", err)
		return &abci.ResponseProcessProposal{Status: abci.ResponseProcessProposal_REJECT}, nil
	}
	return &abci.ResponseProcessProposal{Status: abci.ResponseProcessProposal_ACCEPT}, nil
}

// judged is a proposal that was found good, with what would come of it: the
// block that is decided is nearly always the one proposed.
type judged struct {
	block  rules.Block
	hash   []byte
	result *rules.Result
}

// is tells whether a decided block, as read, is the one that was judged, on the
// same state.
func (j *judged) is(b rules.Block, hash []byte) bool {
	return j != nil && j.block.Height == b.Height && j.block.Time == b.Time && j.block.Head == b.Head && j.block.Digest == b.Digest &&
		len(b.Faults) == 0 && slices.Equal(j.block.Entries, b.Entries) && bytes.Equal(j.hash, hash)
}

func (a *application) judge(req *abci.RequestProcessProposal) (err error) {
	foreseen := a.judged
	a.judged = nil
	if len(req.Txs) == 0 {
		return nil
	}
	if err := a.settle(); err != nil {
		return err
	}
	tx, release := a.store.Snapshot()
	defer release()
	defer func() {
		if r := recover(); r != nil {
			err = asDamage(r)
		}
	}()
	seal, raw, err := opened(tx, req.Txs)
	if err != nil {
		return err
	}
	now, apart := a.now(), a.founding.Parameters.ClockAhead()
	switch {
	case seal > now.Add(apart):
		return fmt.Errorf("seal %s is too far ahead of this node's clock", seal)
	case seal < now.Add(-apart) && !a.again():
		return fmt.Errorf("seal %s is too far behind this node's clock", seal)
	}
	entries, errs := a.parseAll(raw)
	for i, err := range errs {
		if err != nil {
			return fmt.Errorf("entry %d: %w", i, err)
		}
	}
	if len(req.Misbehavior) > 0 { // the proofs of what it carries come with the decided block only
		for i, err := range rules.AdmitEntries(tx, seal, entries, a.verifier, true) {
			if err != nil {
				return fmt.Errorf("entry %d: %w", i, err)
			}
		}
		return tx.Err()
	}
	j := &judged{hash: req.Hash, block: rules.Block{Height: ledger.Height(req.Height), Time: seal, Entries: entries, Head: tx.Head(), Digest: tx.Digest()}}
	if foreseen.is(j.block, nil) {
		j.result, a.judged = foreseen.result, j
		return tx.Err()
	}
	if j.result, err = rules.Apply(tx, j.block, a.verifier); err != nil {
		return err
	}
	for _, d := range j.result.Dropped {
		return fmt.Errorf("entry %d: %w", d.Index, d.Err)
	}
	if err := tx.Err(); err != nil {
		return err
	}
	a.judged = j
	return nil
}

// parseAll parses transactions; nil stands for one that is no entry, with the
// error that says why.
func (a *application) parseAll(raw [][]byte) ([]*ledger.Entry, []error) {
	entries, errs := make([]*ledger.Entry, len(raw)), make([]error, len(raw))
	for i := range raw {
		entries[i], errs[i] = a.parsed.parse(raw[i])
	}
	return entries, errs
}

// opened splits a block into its seal and its entries. What every replica must
// agree on is tested here; the proposer's clock is not.
func opened(tx *store.Tx, txs [][]byte) (ledger.Time, [][]byte, error) {
	seal, err := ledger.ParseSeal(txs[0])
	if err != nil {
		return 0, nil, fmt.Errorf("seal: %w", err)
	}
	if seal.Time <= tx.Time() {
		return 0, nil, fmt.Errorf("seal %s is not later than the last, %s", seal.Time, tx.Time())
	}
	if len(txs) == 1 {
		return 0, nil, errors.New("a seal without entries")
	}
	return seal.Time, txs[1:], nil
}
