package consensus

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/cometbft/cometbft/crypto"
	"github.com/cometbft/cometbft/crypto/ed25519"
	"github.com/cometbft/cometbft/libs/protoio"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	"github.com/cometbft/cometbft/types"
	"github.com/cosmos/gogoproto/proto"

	"countersign/ledger"
	"countersign/ledger/rules"
)

// errBehind refuses a vote that can no longer count: the others are past that
// height. A restored folder would else vote there a second time.
var errBehind = errors.New("not signed: the other nodes are past this height")

// guard implements CometBFT's PrivValidator over a key that lies elsewhere,
// with privval's rules for never signing two different things: places are
// signed in their order, and a repeat for the same place returns the stored
// signature. The record of the last signature is durable before it is
// returned. Once a signature of our key is seen that the record does not know,
// the guard signs nothing more until an admin decides (ReplaceGuard).
type guard struct {
	path   string
	chain  string
	signer ledger.Signer
	pub    ed25519.PubKey
	log    *slog.Logger

	// behind tells whether most peers are past a height. Asked only until the
	// first signature of this run: from then on the node is abreast.
	behind func(height int64) bool

	mu     sync.Mutex
	rec    lastSigned
	fault  error // why nothing is signed
	signed bool  // something was signed in this run
	recent map[place][]byte
}

var _ types.PrivValidator = (*guard)(nil)

// openGuard loads the record. A guard that must not sign is still returned,
// with the reason in guard.fault.
func openGuard(path string, network ledger.NetworkID, signer ledger.Signer, log *slog.Logger) (*guard, error) {
	key := signer.Public()
	if key.Algorithm != ledger.Ed25519 || key.Check() != nil {
		return nil, fmt.Errorf("keeper's key: %w", ledger.ErrBadKey)
	}
	g := &guard{path: path, chain: ledger.ChainID(network), signer: signer, pub: ed25519.PubKey(key.Bytes), log: log,
		behind: func(int64) bool { return false }, recent: map[place][]byte{}}
	rec, err := loadGuard(path, network, key)
	switch {
	case errors.Is(err, ErrGuardMissing), errors.Is(err, ErrGuardDamaged), errors.Is(err, ErrGuardOtherKey):
		g.fault = err
	case err != nil:
		return nil, err
	case rec.Refused != "":
		g.fault = fmt.Errorf("%w (%s)", ErrGuardRolledBack, rec.Refused)
	}
	g.rec = rec
	return g, nil
}

// GetPubKey is CometBFT's type of the key; its signatures are verified by
// ZIP-215, as ledger.PublicKey.Verify does.
func (g *guard) GetPubKey() (crypto.PubKey, error) { return g.pub, nil }

// refusal tells why nothing is signed, or nil.
func (g *guard) refusal() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.fault
}

// last is the place of the last signature.
func (g *guard) last() place {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.rec.At
}

// SignVote signs a vote, or returns the signature given for the same place.
func (g *guard) SignVote(chainID string, vote *cmtproto.Vote) error {
	at := place{Height: vote.Height, Round: vote.Round, Step: stepPrevote}
	if vote.Type == cmtproto.PrecommitType {
		at.Step = stepPrecommit
	} else if vote.Type != cmtproto.PrevoteType {
		return fmt.Errorf("sign vote: unknown type %d", vote.Type)
	}
	if len(vote.Extension) > 0 {
		return errors.New("sign vote: this network has no vote extensions")
	}
	msg := types.VoteSignBytes(chainID, vote)
	sig, stamp, err := g.sign(chainID, at, msg, sameVoteButTime)
	if err != nil {
		return fmt.Errorf("sign vote at %s: %w", at, err)
	}
	if stamp != nil {
		vote.Timestamp = *stamp
	}
	vote.Signature = sig
	return nil
}

// SignProposal signs a proposal, or returns the signature given for the same place.
func (g *guard) SignProposal(chainID string, p *cmtproto.Proposal) error {
	at := place{Height: p.Height, Round: p.Round, Step: stepPropose}
	sig, stamp, err := g.sign(chainID, at, types.ProposalSignBytes(chainID, p), sameProposalButTime)
	if err != nil {
		return fmt.Errorf("sign proposal at %s: %w", at, err)
	}
	if stamp != nil {
		p.Timestamp = *stamp
	}
	p.Signature = sig
	return nil
}

// sign returns the signature and, for a repeat that differs in time alone, the
// time that the stored signature covers.
func (g *guard) sign(chainID string, at place, msg []byte, butTime func(last, now []byte) (time.Time, bool)) ([]byte, *time.Time, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if chainID != g.chain {
		return nil, nil, fmt.Errorf("for %q: %w", chainID, ErrGuardOtherKey)
	}
	if g.fault != nil {
		return nil, nil, g.fault
	}
	if g.rec.At == at && g.rec.SignBytes != nil {
		if bytes.Equal(g.rec.SignBytes, msg) {
			return g.rec.Signature, nil, nil
		}
		if t, ok := butTime(g.rec.SignBytes, msg); ok {
			return g.rec.Signature, &t, nil
		}
		return nil, nil, errors.New("something else was signed at this place")
	}
	if !at.after(g.rec.At) {
		return nil, nil, fmt.Errorf("the last signature was at %s", g.rec.At)
	}
	if !g.signed && g.behind(at.Height) {
		return nil, nil, errBehind
	}
	sig, err := g.signer.Sign(msg)
	if err != nil {
		return nil, nil, err
	}
	rec := g.rec
	rec.At, rec.SignBytes, rec.Signature = at, msg, sig
	if err := saveGuard(g.path, rec); err != nil {
		return nil, nil, err
	}
	g.rec, g.signed = rec, true
	g.remember(at, sig)
	return sig, nil, nil
}

// remember keeps this run's signatures of the last heights, to tell our own
// votes from a second node's when they come back from peers.
func (g *guard) remember(at place, sig []byte) {
	g.recent[at] = sig
	if len(g.recent) > 512 {
		for p := range g.recent {
			if p.Height < at.Height-2 {
				delete(g.recent, p)
			}
		}
	}
}

// seen is told of every signature of our key that the network shows. One that
// we did not give means that the record is old or the key is used elsewhere.
func (g *guard) seen(at place, sig []byte) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.fault != nil {
		return
	}
	known, mine := g.recent[at]
	switch {
	case at.after(g.rec.At), mine && sig != nil && !bytes.Equal(known, sig),
		at == g.rec.At && g.rec.SignBytes != nil && sig != nil && !bytes.Equal(g.rec.Signature, sig):
		g.trip(at)
	}
}

// convicted is told of evidence that enters the ledger. Against our key it
// means that somebody else signs with it: we never sign a place twice. Evidence
// that an admin has decided about already comes again on a replay.
func (g *guard) convicted(f rules.DoubleVote) {
	g.mu.Lock()
	defer g.mu.Unlock()
	at := place{Height: int64(f.Height), Step: stepPrevote}
	if g.fault == nil && f.Consensus == g.signer.Public().ID() && at.Height >= g.rec.Cleared {
		g.trip(at)
	}
}

// trip stops signing for good. The reason is kept in the record; should that
// fail, the next start will see the same signature again.
func (g *guard) trip(at place) {
	g.rec.Refused = "a foreign signature at " + at.String()
	g.fault = fmt.Errorf("%w (%s)", ErrGuardRolledBack, g.rec.Refused)
	if err := saveGuard(g.path, g.rec); err != nil {
		g.log.Error("keep the guard's refusal", "error", err)
	}
	g.log.Error("the keeper stops signing and observes", "error", g.fault)
}

func sameVoteButTime(last, now []byte) (time.Time, bool) {
	var a, b cmtproto.CanonicalVote
	if protoio.UnmarshalDelimited(last, &a) != nil || protoio.UnmarshalDelimited(now, &b) != nil {
		return time.Time{}, false
	}
	t := a.Timestamp
	b.Timestamp = t
	return t, proto.Equal(&a, &b)
}

func sameProposalButTime(last, now []byte) (time.Time, bool) {
	var a, b cmtproto.CanonicalProposal
	if protoio.UnmarshalDelimited(last, &a) != nil || protoio.UnmarshalDelimited(now, &b) != nil {
		return time.Time{}, false
	}
	t := a.Timestamp
	b.Timestamp = t
	return t, proto.Equal(&a, &b)
}
