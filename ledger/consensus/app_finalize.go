package consensus

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	cmttypes "github.com/cometbft/cometbft/types"

	"countersign/ledger"
	"countersign/ledger/rules"
	"countersign/ledger/store"
)

// FinalizeBlock applies a decided block. It changes nothing on disk: that is
// Commit or, while the node catches up, the end of a transaction of many blocks.
// An error stops consensus on this node.
func (a *application) FinalizeBlock(_ context.Context, req *abci.RequestFinalizeBlock) (*abci.ResponseFinalizeBlock, error) {
	res, err := a.finalize(req)
	if err != nil {
		return nil, a.fail(fmt.Errorf("apply block %d: %w", req.Height, err))
	}
	return res, nil
}

func (a *application) finalize(req *abci.RequestFinalizeBlock) (out *abci.ResponseFinalizeBlock, err error) {
	a.lookForOwnVote(req)
	tx, release, err := a.state()
	if err != nil {
		return nil, err
	}
	defer release()
	defer func() {
		if r := recover(); r != nil {
			err = asDamage(r)
		}
	}()
	if err := a.knownRules(tx); err != nil {
		return nil, err
	}
	block, at := a.read(tx, req)
	if block.Faults, err = a.faults(req); err != nil {
		return nil, err
	}
	res := &rules.Result{Digest: block.Digest}
	if len(block.Entries) > 0 || len(block.Faults) > 0 { // else the hash must stay, or blocks never stop
		if a.judged.is(block, req.Hash) {
			res = a.judged.result
		} else if res, err = a.apply(tx, block); err != nil {
			return nil, err
		}
	}
	a.judged = nil
	if err := tx.Err(); err != nil {
		return nil, err
	}
	if len(block.Entries) > 0 {
		a.ordered.add(block.Entries)
	}
	for _, f := range block.Faults {
		a.ownFault(f)
	}
	codes := a.results(len(req.Txs), at, res)
	updates, err := a.updates(req.Height, res)
	if err != nil {
		return nil, err
	}
	if a.pending, err = a.prepare(admitted(block, res), res, req.Hash); err != nil {
		return nil, err
	}
	if err := a.certify(req.Height); err != nil {
		return nil, err
	}
	a.event = BlockEvent{Height: block.Height, Time: ledgerTime(tx.Time(), block, res), Outcomes: res.Outcomes, Faults: len(res.Faults), KeepersChanged: len(updates) > 0}
	hash := a.pending.AppHash()
	out = &abci.ResponseFinalizeBlock{TxResults: codes, ValidatorUpdates: updates, AppHash: hash[:]}
	if res.RulesVersion > 0 {
		out.ConsensusParamUpdates = &cmtproto.ConsensusParams{Version: &cmtproto.VersionParams{App: res.RulesVersion}}
	}
	return out, nil
}

// knownRules tells whether this program has the rules that are in force.
func (a *application) knownRules(tx *store.Tx) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = asDamage(r)
		}
	}()
	if g := rules.NewView(tx).Global(); g != nil && g.RulesVersion > a.rules {
		return fmt.Errorf("rules version %d: %w", g.RulesVersion, ErrNewerRules)
	}
	return tx.Err()
}

// read makes the rules' block of the engine's. at tells, for each entry, which
// transaction it is. What no honest keeper lets into a block is left out here
// or dropped by the rules: a quorum of dishonest keepers alone can decide such
// a block, and then every replica leaves out the same.
func (a *application) read(tx *store.Tx, req *abci.RequestFinalizeBlock) (b rules.Block, at []int) {
	b = rules.Block{Height: ledger.Height(req.Height), Time: tx.Time(), Head: tx.Head(), Digest: tx.Digest()}
	if len(req.Txs) == 0 {
		return b, nil
	}
	seal, raw, err := opened(tx, req.Txs)
	if err != nil {
		a.log.Error("a decided block has no proper seal", "height", req.Height, "error", err)
		return b, nil
	}
	known := a.early.take(req.Height, raw)
	for i := range raw {
		e := known[i]
		var err error
		if e == nil {
			e, err = a.parsed.parse(raw[i])
		}
		if err != nil {
			a.log.Error("a decided block has a malformed entry", "height", req.Height, "entry", i, "error", err)
			continue
		}
		b.Entries, at = append(b.Entries, e), append(at, i+1)
	}
	if len(b.Entries) > 0 {
		b.Time = seal
	}
	return b, at
}

// results gives the engine one result for each transaction, in their order.
func (a *application) results(txs int, at []int, res *rules.Result) []*abci.ExecTxResult {
	out := make([]*abci.ExecTxResult, txs)
	for i := range out {
		out[i] = &abci.ExecTxResult{Code: codeInadmissible}
	}
	if txs > 0 && len(res.Outcomes) > 0 {
		out[0].Code = codeAccepted
	}
	for _, o := range res.Outcomes {
		r := out[at[o.Index]]
		r.Code = codeAccepted
		if o.Code != ledger.Accepted {
			r.Code, r.Data = codeRefused, []byte(o.Code)
		}
	}
	for _, d := range res.Dropped {
		a.log.Error("a decided block has an inadmissible entry", "entry", d.Index, "error", d.Err)
	}
	return out
}

// admitted is the block as it is recorded: without what was dropped.
func admitted(b rules.Block, res *rules.Result) rules.Block {
	b.Entries = nil
	for _, o := range res.Outcomes {
		b.Entries = append(b.Entries, o.Entry)
	}
	if len(res.Faults) == 0 {
		b.Faults = nil
	}
	return b
}

// ledgerTime is the time after a block: the seal's, unless nothing counted.
func ledgerTime(before ledger.Time, b rules.Block, res *rules.Result) ledger.Time {
	if len(res.Outcomes) == 0 {
		return before
	}
	return b.Time
}

// faults fetches the proofs of double votes: ABCI names the culprit without the
// signatures, the block has them, and the engine has stored the block.
func (a *application) faults(req *abci.RequestFinalizeBlock) ([]rules.DoubleVote, error) {
	if len(req.Misbehavior) == 0 {
		return nil, nil
	}
	block := a.blocks.LoadBlock(req.Height)
	if block == nil || !bytes.Equal(block.Hash(), req.Hash) {
		return nil, fmt.Errorf("evidence of block %d: the engine's store does not have the block", req.Height)
	}
	var out []rules.DoubleVote
	for _, ev := range block.Evidence.Evidence {
		dv, ok := ev.(*cmttypes.DuplicateVoteEvidence)
		if !ok {
			continue // an attack on light clients: this network has none
		}
		vals, err := a.validators(dv.Height())
		if err != nil {
			return nil, fmt.Errorf("keepers of block %d: %w", dv.Height(), err)
		}
		_, val := vals.GetByAddress(dv.VoteA.ValidatorAddress)
		if val == nil {
			return nil, fmt.Errorf("evidence of block %d names no keeper of block %d", req.Height, dv.Height())
		}
		proof, err := dv.ToProto().Marshal()
		if err != nil {
			return nil, fmt.Errorf("evidence of block %d: %w", req.Height, err)
		}
		key := ledger.PublicKey{Algorithm: ledger.Ed25519, Bytes: val.PubKey.Bytes()}
		out = append(out, rules.DoubleVote{Consensus: key.ID(), Height: ledger.Height(dv.Height()), Proof: proof})
	}
	return out, nil
}

// updates hands the changes of the keeper set to the engine and notes the
// height whose header announces them, for chains of certificates.
func (a *application) updates(height int64, res *rules.Result) ([]abci.ValidatorUpdate, error) {
	var out []abci.ValidatorUpdate
	for _, k := range res.Keepers {
		out = append(out, abci.Ed25519ValidatorUpdate(k.Key.Bytes, k.Power))
	}
	if len(out) == 0 {
		return nil, nil
	}
	// A change made at height h votes from h+2; the header of h+1 names the set.
	if err := a.changes.SetSync(changeKey(height+1), []byte{1}); err != nil {
		return nil, fmt.Errorf("note change of keepers: %w", err)
	}
	return out, nil
}

// certify keeps the header and commit of the block before, when that block had
// entries or follows one that had.
func (a *application) certify(height int64) error {
	before := a.blocks.LoadBlockMeta(height - 1)
	on := a.blocks.LoadBlockCommit(height - 1)
	if before == nil || on == nil {
		return nil
	}
	if before.NumTxs == 0 {
		if m := a.blocks.LoadBlockMeta(height - 2); m == nil || m.NumTxs == 0 {
			return nil
		}
	}
	header, err := before.Header.ToProto().Marshal()
	if err != nil {
		return fmt.Errorf("keep certificate: %w", err)
	}
	commit, err := on.ToProto().Marshal()
	if err != nil {
		return fmt.Errorf("keep certificate: %w", err)
	}
	a.pending.Certify(ledger.Height(height-1), header, commit)
	return nil
}

// lookForOwnVote tells the guard of our signature on the block before: one that
// it does not know means an old copy or a second node with our key.
func (a *application) lookForOwnVote(req *abci.RequestFinalizeBlock) {
	if a.ownAddress == nil {
		return
	}
	for _, v := range req.DecidedLastCommit.Votes {
		if v.BlockIdFlag != cmtproto.BlockIDFlagAbsent && bytes.Equal(v.Validator.Address, a.ownAddress) {
			if at, sig := ownSignature(a.blocks.LoadBlockCommit(req.Height-1), a.ownAddress); sig != nil {
				a.ownVote(at, sig)
			}
		}
	}
}

// diskPatience is how long Commit waits between attempts when the disk is full.
const diskPatience = time.Second

// Commit makes the block durable before it answers, unless the node catches up.
// A full disk is waited for: nothing else is wrong, and the block is decided.
func (a *application) Commit(context.Context, *abci.RequestCommit) (*abci.ResponseCommit, error) {
	if a.pending == nil {
		return nil, a.fail(errors.New("commit without a block"))
	}
	if added, err := a.add(); err != nil {
		return nil, a.fail(fmt.Errorf("commit block %d: %w", a.event.Height, err))
	} else if added {
		a.pending, a.event = nil, BlockEvent{}
		return &abci.ResponseCommit{}, nil
	}
	for {
		err := a.pending.Commit()
		if err == nil {
			break
		}
		err = a.fail(fmt.Errorf("commit block %d: %w", a.event.Height, err))
		if !errors.Is(err, store.ErrFull) {
			return nil, err
		}
		a.log.Error("the disk is full: blocks wait", "error", err)
		select {
		case <-a.done:
			return nil, err
		case <-time.After(diskPatience):
		}
	}
	a.trouble.Store(nil)
	a.pending = nil
	a.applied.Add(1)
	a.committed(a.event)
	a.event = BlockEvent{}
	return &abci.ResponseCommit{}, nil
}
