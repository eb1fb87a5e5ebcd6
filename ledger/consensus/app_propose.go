package consensus

import (
	"context"
	"errors"
	"fmt"

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
	txs, err := a.propose(req.Txs, req.MaxTxBytes, len(req.Misbehavior) > 0)
	if err != nil {
		a.log.Error("prepare a proposal", "height", req.Height, "error", err)
	}
	return &abci.ResponsePrepareProposal{Txs: txs}, nil
}

func (a *application) propose(txs [][]byte, room int64, faults bool) (out [][]byte, err error) {
	if len(txs) == 0 {
		return nil, nil
	}
	tx, release := a.store.Snapshot()
	defer release()
	defer func() {
		if r := recover(); r != nil {
			out, err = nil, asDamage(r)
		}
	}()
	seal := max(a.now(), tx.Time()+1)
	errs := rules.AdmitWith(tx, seal, txs, a.verifier, faults)
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

// wireSize is what a transaction takes up in a block.
func wireSize(raw []byte) int64 { return cmttypes.ComputeProtoSizeForTxs([]cmttypes.Tx{raw}) }

// ProcessProposal accepts exactly what an honest proposer makes. It never tests
// how old a seal is: a locked block proposed again must stay acceptable.
func (a *application) ProcessProposal(_ context.Context, req *abci.RequestProcessProposal) (*abci.ResponseProcessProposal, error) {
	if err := a.judge(req.Txs, len(req.Misbehavior) > 0); err != nil {
		a.log.Warn("a proposed block is refused", "height", req.Height, "error", err)
		return &abci.ResponseProcessProposal{Status: abci.ResponseProcessProposal_REJECT}, nil
	}
	return &abci.ResponseProcessProposal{Status: abci.ResponseProcessProposal_ACCEPT}, nil
}

func (a *application) judge(txs [][]byte, faults bool) (err error) {
	if len(txs) == 0 {
		return nil
	}
	tx, release := a.store.Snapshot()
	defer release()
	defer func() {
		if r := recover(); r != nil {
			err = asDamage(r)
		}
	}()
	seal, entries, err := opened(tx, txs)
	if err != nil {
		return err
	}
	if limit := a.now().Add(a.founding.Parameters.ClockAhead()); seal > limit {
		return fmt.Errorf("seal %s is too far ahead of this node's clock", seal)
	}
	for i, err := range rules.AdmitWith(tx, seal, entries, a.verifier, faults) {
		if err != nil {
			return fmt.Errorf("entry %d: %w", i, err)
		}
	}
	return tx.Err()
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
