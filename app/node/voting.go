package node

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"countersign/ledger"
	"countersign/ledger/consensus"
)

// Why an admin has nothing to decide about this keeper, or cannot yet.
var (
	ErrNotKeeper = errors.New("this node holds no keeper's key")
	ErrVotes     = errors.New("this keeper signs: there is nothing to decide")
	ErrTooFew    = errors.New("too few of the other keepers are in reach to know how far this key may have signed")
)

// ResumeVoting lets a keeper sign again that had stopped: its record of the last
// signature was lost, or is older than what the key has signed. That no other
// copy of the folder runs, only an admin can know. The key signs above what it can
// have signed elsewhere: the highest block that the other keepers know of, and one
// more. Next leaves that one out, for a record that stands still without this
// keeper; a vote given there before is then a double vote. It returns the height
// above which the key signs. Errors wrap ErrNotKeeper, ErrVotes or ErrTooFew.
func (n *Node) ResumeVoting(ctx context.Context, next bool) (ledger.Height, error) {
	above, err := n.resumeVoting(ctx, next)
	if err != nil {
		return 0, fmt.Errorf("resume voting: %w", err)
	}
	return above, nil
}

func (n *Node) resumeVoting(ctx context.Context, next bool) (ledger.Height, error) {
	if err := n.ready(); err != nil {
		return 0, err
	}
	p := n.currentProfile()
	switch {
	case !p.Keeper || !n.keys.Keeps():
		return 0, ErrNotKeeper
	case n.eng().Keeping().Refusal == nil:
		return 0, ErrVotes
	}
	net, err := n.Network(ctx)
	if err != nil {
		return 0, err
	}
	others, up := 0, 0
	for _, m := range net.Members {
		if m.Keeper && !m.Us {
			others++
			if m.Online {
				up++
			}
		}
	}
	above := max(net.SyncTo, n.eng().ChainHeight())
	if others > 0 {
		if !knowsTheLast(others, up) {
			return 0, ErrTooFew
		}
		if !next {
			above++
		}
	}
	n.log.Warn("an admin lets the keeper's key sign again", "above", above)
	if err := consensus.ReplaceGuard(filepath.Join(n.folder, fileGuard), p.Network, n.keys.Consensus().Public(), above); err != nil {
		return 0, n.noteWrite(err)
	}
	return above, n.restartMotor()
}

// knowsTheLast tells whether the keepers that are up must know of the last block:
// whoever signed it with us, more than two thirds in all, cannot all be away.
func knowsTheLast(others, up int) bool {
	quorum := (others+1)*2/3 + 1
	return others-up < quorum-1
}
