package consensus

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sort"

	cs "github.com/cometbft/cometbft/consensus"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	"github.com/cometbft/cometbft/store"
	"github.com/cometbft/cometbft/types"
)

// scanDepth limits how many commits are read back; the newest that bears our
// signature decides, and an active keeper is in one of the last few.
const scanDepth = 2000

// checkOwnTraces compares the record with what this very folder shows that the
// key has signed: the engine's blocks and its write-ahead log, where every own
// vote stands after the record was written. A newer trace means that the
// record was rolled back.
func (g *guard) checkOwnTraces(blocks *store.BlockStore, walFile string) error {
	if g.refusal() != nil {
		return nil
	}
	addr := g.pub.Address()
	last := g.last()
	top := blocks.Height()
	for h := top; h > 0 && h >= last.Height && h > top-scanDepth; h-- {
		commit := blocks.LoadSeenCommit(h)
		if h < top {
			commit = blocks.LoadBlockCommit(h)
		}
		if at, sig := ownSignature(commit, addr); sig != nil {
			g.seen(at, sig)
			break
		}
	}
	at, sig, err := newestInLog(walFile, addr)
	if err != nil {
		return err
	}
	if sig != nil {
		g.seen(at, sig)
	}
	return nil
}

// ownSignature finds the signature of an address in a commit.
func ownSignature(c *types.Commit, addr types.Address) (place, []byte) {
	if c == nil {
		return place{}, nil
	}
	for _, s := range c.Signatures {
		if s.BlockIDFlag != types.BlockIDFlagAbsent && bytes.Equal(s.ValidatorAddress, addr) {
			return place{Height: c.Height, Round: c.Round, Step: stepPrecommit}, s.Signature
		}
	}
	return place{}, nil
}

// newestInLog returns the last place that the engine's write-ahead log shows
// our own vote at. Only the newest two files are read: the log turns over at
// 10 MB, far more than a height needs. A damaged end is the engine's to repair.
func newestInLog(head string, addr types.Address) (at place, sig []byte, err error) {
	files, err := newestLogs(head)
	if err != nil {
		return at, nil, err
	}
	for _, name := range files {
		f, err := os.Open(name)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return at, nil, err
		}
		dec := cs.NewWALDecoder(f)
		for {
			m, err := dec.Decode()
			if errors.Is(err, io.EOF) || err != nil && cs.IsDataCorruptionError(err) {
				break
			}
			if err != nil {
				_ = f.Close()
				return at, nil, err
			}
			if v := ownVote(m.Msg, addr); v != nil {
				p := placeOf(v)
				if p.after(at) {
					at, sig = p, v.Signature
				}
			}
		}
		_ = f.Close()
	}
	return at, sig, nil
}

// newestLogs are the head of the log and, before it, the file it replaced.
func newestLogs(head string) ([]string, error) {
	older, err := filepath.Glob(head + ".[0-9]*[0-9]")
	if err != nil {
		return nil, err
	}
	if n := len(older); n > 0 {
		sort.Strings(older)
		return []string{older[n-1], head}, nil
	}
	return []string{head}, nil
}

// ownVote returns the vote of an address in a message of the log.
func ownVote(m cs.WALMessage, addr types.Address) *cmtproto.Vote {
	pb, err := cs.WALToProto(m)
	if err != nil {
		return nil
	}
	info := pb.GetMsgInfo()
	if info == nil {
		return nil
	}
	vote := info.Msg.GetVote()
	if vote == nil || vote.Vote == nil || !bytes.Equal(vote.Vote.ValidatorAddress, addr) {
		return nil
	}
	return vote.Vote
}

func placeOf(v *cmtproto.Vote) place {
	p := place{Height: v.Height, Round: v.Round, Step: stepPrevote}
	if v.Type == cmtproto.PrecommitType {
		p.Step = stepPrecommit
	}
	return p
}
