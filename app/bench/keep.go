package bench

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"os"
	"strings"
	"sync"
	"time"

	"countersign/app/control"
	"countersign/app/node"
	"countersign/ledger"
	"countersign/ledger/consensus"
)

// keeper is the process of one node with the client that loads it.
type keeper struct {
	node *node.Node
	out  *json.Encoder
	made *maker

	ready []*ledger.Entry // prepared for the next load

	outMu sync.Mutex

	mu      sync.Mutex
	marks   []mark
	open    map[ledger.EntryID]bool // own entries under load that are not final
	moved   chan struct{}           // an entry of open became final
	telling bool                    // blocks are told to the parent

	work    context.CancelFunc // ends the work under way; nil: none
	workers sync.WaitGroup
}

// Keep runs the node of a folder and answers the requests that come in, a line
// each, until in ends or ctx does.
func Keep(ctx context.Context, folder string, in io.Reader, out io.Writer) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	n, err := node.Open(folder, node.Options{Rehearsal: true, Version: "bench",
		Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))})
	if err != nil {
		return err
	}
	server, err := control.Serve(folder, n, control.Hooks{Stop: stop})
	if err != nil {
		return errors.Join(err, n.Close())
	}
	defer server.Close()
	k := &keeper{node: n, out: json.NewEncoder(out), made: newMaker(n), open: map[ledger.EntryID]bool{}, moved: make(chan struct{}, 1)}
	events, cancel := n.Engine().Subscribe()
	followed := make(chan struct{})
	go func() {
		defer close(followed)
		k.follow(ctx, events)
	}()
	err = n.Start()
	if err == nil {
		k.tell(line{Reply: &reply{}}) // it runs
		err = k.serve(ctx, in)
	}
	k.rest()
	cancel()
	stop()
	<-followed
	return errors.Join(err, n.Close())
}

func (k *keeper) tell(l line) {
	k.outMu.Lock()
	defer k.outMu.Unlock()
	_ = k.out.Encode(l) // the parent is gone: the input ends too
}

// serve answers until the input or ctx ends.
func (k *keeper) serve(ctx context.Context, in io.Reader) error {
	requests := make(chan request)
	failed := make(chan error, 1)
	go func() { // ends with the input, at the latest with the process
		dec := json.NewDecoder(bufio.NewReader(in))
		for {
			var r request
			if err := dec.Decode(&r); err != nil {
				failed <- err
				return
			}
			select {
			case requests <- r:
			case <-ctx.Done():
				return
			}
		}
	}()
	for {
		select {
		case <-ctx.Done():
			return nil
		case err := <-failed:
			if errors.Is(err, io.EOF) {
				return nil
			}
			return fmt.Errorf("read request: %w", err)
		case r := <-requests:
			var rep reply
			if err := k.answer(ctx, r, &rep); err != nil {
				rep.Error = err.Error()
			}
			k.tell(line{Reply: &rep})
		}
	}
}

func (k *keeper) answer(ctx context.Context, r request, rep *reply) (err error) {
	switch r.Op {
	case opStat:
		return k.stat(ctx, rep)
	case opLatency:
		rep.Millis, err = k.latency(ctx, r)
	case opPrepare:
		k.ready, err = k.made.sheets(r.Count)
		if len(k.ready) > 0 {
			rep.Bytes = len(k.ready[0].Bytes())
		}
	case opLoad:
		rep.Resent, err = k.load(ctx, r.Window)
	case opMarks:
		k.mu.Lock()
		defer k.mu.Unlock()
		for _, m := range k.marks {
			if m.Height > r.Since {
				rep.Marks = append(rep.Marks, m)
			}
		}
	case opForget:
		k.mu.Lock()
		defer k.mu.Unlock()
		k.marks = nil
	case opWork:
		k.begin(ctx)
	case opRest:
		k.rest()
	case opCheck:
		rep.Missing, err = k.check(ctx, r.Finals)
	case opVerify:
		v, err := k.node.Verify(ctx, func(done, total uint64) {})
		rep.Verified = &v
		return err
	default:
		return fmt.Errorf("unknown request %q", r.Op)
	}
	return err
}

func (k *keeper) stat(ctx context.Context, rep *reply) error {
	s, err := k.node.Standing()
	if err != nil {
		return err
	}
	st, err := k.node.Status(ctx)
	if err != nil {
		return err
	}
	rep.Standing, rep.Waiting = s, k.node.Engine().Waiting()
	rep.Keepers, rep.Online, rep.Kept = st.Network.Keepers, st.Network.Online, st.Network.Kept
	rep.Problem = strings.Join(st.Problems, "; ")
	rep.Sent, rep.Received = st.Traffic.Sent, st.Traffic.Received
	if ms := cpuMillis(); !math.IsNaN(ms) {
		rep.CPUMs = ms
	}
	return nil
}

// follow notes when blocks were applied and which own entries they had.
func (k *keeper) follow(ctx context.Context, events <-chan consensus.BlockEvent) {
	for e := range events {
		now := time.Now().UnixNano()
		k.mu.Lock()
		k.marks = append(k.marks, mark{Height: int64(e.Height), Nanos: now, Entries: len(e.Outcomes)})
		before, telling := len(k.open), k.telling
		for _, o := range e.Outcomes {
			delete(k.open, o.Entry.ID())
		}
		if e.Missed {
			k.lookAgain(ctx)
		}
		moved := len(k.open) != before
		k.mu.Unlock()
		if moved {
			select {
			case k.moved <- struct{}{}:
			default:
			}
		}
		if telling {
			if s, err := k.node.Standing(); err == nil {
				k.tell(line{Block: &standingAt{Standing: s, Nanos: now}})
			}
		}
	}
}

// lookAgain looks every open entry up, after an event that did not list all;
// called with the lock held.
func (k *keeper) lookAgain(ctx context.Context) {
	for id := range k.open {
		if _, _, err := k.node.Entry(ctx, id); err == nil {
			delete(k.open, id)
		}
	}
}
