package consensus

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	cs "github.com/cometbft/cometbft/consensus"
)

// CometBFT finds its place in the write-ahead log by the mark that ends the
// height before. Two things leave the mark out: a crash after a block was saved
// and before the mark was written (the handshake then applies the block), and
// block sync. It then replays nothing, and a keeper forgets what it has voted
// and locked at the height in question: alone that costs a round, but when all
// keepers have crashed they may wait for votes that nobody casts again.
//
// mendLog puts the mark where it belongs: before the first message of the
// height that follows it. A torn end is left off, as CometBFT's own repair does.
func mendLog(head string, ended int64) error {
	files, err := newestLogs(head)
	if err != nil || ended <= 0 {
		return err
	}
	var messages []*cs.TimedWALMessage // of the head, which is the last
	for _, name := range files {
		raw, err := os.ReadFile(name)
		if errors.Is(err, os.ErrNotExist) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("engine's log: %w", err)
		}
		if messages, err = readLog(raw); err != nil {
			return fmt.Errorf("engine's log: %w", err)
		}
		for _, m := range messages {
			if end, ok := m.Msg.(cs.EndHeightMessage); ok && end.Height == ended {
				return nil
			}
		}
	}
	raw, err := marked(messages, ended)
	if err == nil {
		err = writeDurably(head, raw)
	}
	if err != nil {
		return fmt.Errorf("mend the engine's log: %w", err)
	}
	return nil
}

// marked writes messages with the mark before the first that is later.
func marked(messages []*cs.TimedWALMessage, ended int64) ([]byte, error) {
	at := slices.IndexFunc(messages, func(m *cs.TimedWALMessage) bool { return logHeight(m.Msg) > ended })
	if at < 0 {
		at = len(messages)
	}
	mark := &cs.TimedWALMessage{Msg: cs.EndHeightMessage{Height: ended}}
	if at > 0 {
		mark.Time = messages[at-1].Time
	}
	var out bytes.Buffer
	enc := cs.NewWALEncoder(&out)
	for _, m := range slices.Insert(messages, at, mark) {
		if err := enc.Encode(m); err != nil {
			return nil, err
		}
	}
	return out.Bytes(), nil
}

// readLog reads messages up to the end or to where the log is torn.
func readLog(raw []byte) (out []*cs.TimedWALMessage, err error) {
	dec := cs.NewWALDecoder(bytes.NewReader(raw))
	for {
		m, err := dec.Decode()
		if errors.Is(err, io.EOF) || err != nil && cs.IsDataCorruptionError(err) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		out = append(out, m)
	}
}

// logHeight is the height that a message of the log belongs to; 0 for others.
func logHeight(m cs.WALMessage) int64 {
	pb, err := cs.WALToProto(m)
	if err != nil {
		return 0
	}
	switch {
	case pb.GetEventDataRoundState() != nil:
		return pb.GetEventDataRoundState().Height
	case pb.GetTimeoutInfo() != nil:
		return pb.GetTimeoutInfo().Height
	case pb.GetMsgInfo() == nil:
		return 0
	}
	msg := pb.GetMsgInfo().Msg
	switch {
	case msg.GetVote() != nil && msg.GetVote().Vote != nil:
		return msg.GetVote().Vote.Height
	case msg.GetProposal() != nil:
		return msg.GetProposal().Proposal.Height
	case msg.GetBlockPart() != nil:
		return msg.GetBlockPart().Height
	}
	return 0
}
