package consensus

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/cometbft/cometbft/crypto/ed25519"
	cmttypes "github.com/cometbft/cometbft/types"

	"countersign/ledger"
	"countersign/ledger/rules"
)

// ErrBadCertificate says that a certificate does not prove what it claims.
var ErrBadCertificate = errors.New("the certificate does not hold")

// Certificate proves what stood on the ledger after one block, to somebody who
// has the founding document and nothing else: the block's header, the next
// header, which carries the application hash after the block, and the commit
// by which more than two thirds of the keepers signed it. Changes leads from
// the founder to the keepers who signed (as a CometBFT light client goes, one
// change at a time).
type Certificate struct {
	Header  cmttypes.Header    // of the block
	Next    cmttypes.Header    // of the one after it
	Commit  *cmttypes.Commit   // on Next
	Keepers []ledger.PublicKey // who order Next
	Changes []KeeperSetChange  // since genesis, in order
}

// KeeperSetChange proves one change of keepers: a header, signed by those who
// kept until then, that names those who keep from the next block on.
type KeeperSetChange struct {
	Header  cmttypes.Header
	Commit  *cmttypes.Commit
	Keepers []ledger.PublicKey // from Header.Height+1 on
}

// Height is the block's.
func (c *Certificate) Height() ledger.Height { return ledger.Height(c.Header.Height) }

// AppHash is what is proven: log and state after the block (ledger.AppHash).
func (c *Certificate) AppHash() ledger.Hash {
	var h ledger.Hash
	copy(h[:], c.Next.AppHash)
	return h
}

// Certificate returns the proof of what stood after block h. It exists once the
// block after h is final.
func (e *Engine) Certificate(h ledger.Height) (*Certificate, error) {
	e.life.RLock()
	defer e.life.RUnlock()
	if e.stopped {
		return nil, ErrStopped
	}
	c := &Certificate{}
	var err error
	fail := func(err error) (*Certificate, error) { return nil, fmt.Errorf("certificate of block %d: %w", h, err) }
	if c.Header, _, err = e.signedHeader(int64(h)); err != nil {
		return fail(err)
	}
	if c.Next, c.Commit, err = e.signedHeader(int64(h) + 1); err != nil {
		return fail(err)
	}
	if c.Keepers, err = e.keepersAt(int64(h) + 1); err != nil {
		return fail(err)
	}
	at, err := e.changeHeights(int64(h))
	if err != nil {
		return fail(err)
	}
	for _, height := range at {
		ch := KeeperSetChange{}
		if ch.Header, ch.Commit, err = e.signedHeader(height); err != nil {
			return fail(err)
		}
		if ch.Keepers, err = e.keepersAt(height + 1); err != nil {
			return fail(err)
		}
		c.Changes = append(c.Changes, ch)
	}
	return c, nil
}

// errNotYet says that a block is not final here.
var errNotYet = errors.New("not final on this node yet")

func (e *Engine) signedHeader(h int64) (cmttypes.Header, *cmttypes.Commit, error) {
	meta := e.blocks.LoadBlockMeta(h)
	commit := e.blocks.LoadBlockCommit(h)
	if commit == nil {
		commit = e.blocks.LoadSeenCommit(h)
	}
	if meta == nil || commit == nil {
		return cmttypes.Header{}, nil, fmt.Errorf("block %d: %w", h, errNotYet)
	}
	return meta.Header, commit, nil
}

func (e *Engine) keepersAt(h int64) ([]ledger.PublicKey, error) {
	set, err := e.states.LoadValidators(h)
	if err != nil {
		return nil, fmt.Errorf("keepers of block %d: %w", h, err)
	}
	var out []ledger.PublicKey
	for _, v := range set.Validators {
		out = append(out, ledger.PublicKey{Algorithm: ledger.Ed25519, Bytes: v.PubKey.Bytes()})
	}
	return out, nil
}

// changeHeights lists the heights up to last whose headers announce a change.
func (e *Engine) changeHeights(last int64) (out []int64, err error) {
	it, err := e.app.changes.Iterator(changeKey(1), changeKey(last+1))
	if err != nil {
		return nil, err
	}
	defer it.Close()
	for ; it.Valid(); it.Next() {
		out = append(out, changeHeight(it.Key()))
	}
	return out, it.Error()
}

// VerifyCertificate checks a certificate with the founding document alone.
// Errors wrap ErrBadCertificate or ErrOtherNetwork.
func VerifyCertificate(founding *ledger.Document, c *Certificate) error {
	if err := verifyCertificate(founding, c); err != nil {
		return fmt.Errorf("verify certificate: %w", err)
	}
	return nil
}

func verifyCertificate(founding *ledger.Document, c *Certificate) error {
	chain := ledger.ChainID(founding.NetworkID())
	if c.Header.ChainID != chain || c.Next.ChainID != chain {
		return ErrOtherNetwork
	}
	set, err := keeperSet([]ledger.PublicKey{founding.Consensus})
	if err != nil {
		return err
	}
	last := int64(0)
	for _, ch := range c.Changes {
		if ch.Header.Height <= last || ch.Header.Height >= c.Next.Height {
			return bad("changes of keepers are out of order")
		}
		if err := verifySigned(chain, set, &ch.Header, ch.Commit); err != nil {
			return err
		}
		next, err := keeperSet(ch.Keepers)
		if err != nil {
			return err
		}
		if !bytes.Equal(next.Hash(), ch.Header.NextValidatorsHash) {
			return bad("block %d announces other keepers", ch.Header.Height)
		}
		set, last = next, ch.Header.Height
	}
	named, err := keeperSet(c.Keepers)
	if err != nil {
		return err
	}
	if !bytes.Equal(named.Hash(), set.Hash()) {
		return bad("the keepers named are not those the changes lead to")
	}
	if err := verifySigned(chain, set, &c.Next, c.Commit); err != nil {
		return err
	}
	if c.Next.Height != c.Header.Height+1 || !bytes.Equal(c.Next.LastBlockID.Hash, c.Header.Hash()) {
		return bad("the two headers do not follow one another")
	}
	return nil
}

// verifySigned checks that more than two thirds of a set signed a header. Every
// signature that is there must hold, and at its owner's place: nobody counts
// twice.
func verifySigned(chain string, set *cmttypes.ValidatorSet, h *cmttypes.Header, commit *cmttypes.Commit) error {
	if commit == nil || h.ChainID != chain {
		return bad("block %d is not of this network, or unsigned", h.Height)
	}
	if err := h.ValidateBasic(); err != nil {
		return bad("header %d: %v", h.Height, err)
	}
	if !bytes.Equal(h.ValidatorsHash, set.Hash()) {
		return bad("block %d was ordered by other keepers", h.Height)
	}
	if err := commit.ValidateBasic(); err != nil {
		return bad("commit on block %d: %v", h.Height, err)
	}
	if !bytes.Equal(commit.BlockID.Hash, h.Hash()) {
		return bad("the commit is on another block than %d", h.Height)
	}
	if err := set.VerifyCommit(chain, commit.BlockID, h.Height, commit); err != nil {
		return bad("commit on block %d: %v", h.Height, err)
	}
	return nil
}

// keeperSet is CometBFT's set of keepers with equal power.
func keeperSet(keys []ledger.PublicKey) (*cmttypes.ValidatorSet, error) {
	if len(keys) == 0 || len(keys) > cmttypes.MaxVotesCount {
		return nil, bad("%d keepers", len(keys))
	}
	seen := map[ledger.KeyID]bool{}
	vals := make([]*cmttypes.Validator, 0, len(keys))
	for _, k := range keys {
		if k.Algorithm != ledger.Ed25519 || k.Check() != nil || seen[k.ID()] {
			return nil, bad("a keeper's key is unusable or named twice")
		}
		seen[k.ID()] = true
		vals = append(vals, cmttypes.NewValidator(ed25519.PubKey(k.Bytes), rules.KeeperPower))
	}
	return cmttypes.NewValidatorSet(vals), nil
}

func bad(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrBadCertificate, fmt.Sprintf(format, args...))
}
