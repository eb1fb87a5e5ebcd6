package demo

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"countersign/app/control"
	"countersign/app/node"
)

// lockLimit is how long taking the lock waits: whoever looks whether a city runs
// holds it for a moment.
const lockLimit = time.Second

// takeLock takes the lock of a city's folder; ErrRunning when another process
// holds it.
func takeLock(ctx context.Context, dir string) (lock *os.File, err error) {
	path, last := filepath.Join(dir, fileLock), error(nil)
	_ = until(ctx, lockLimit, func() (bool, error) { // the last error says more
		lock, last = tryLock(path)
		return !errors.Is(last, ErrRunning), last
	})
	return lock, last
}

// State says how a city is.
type State struct {
	Agencies int           `json:"agencies"`
	Made     bool          `json:"made"`
	Nodes    []node.Status `json:"nodes,omitempty"`
	Desks    []string      `json:"desks,omitempty"` // folders of the desks' profiles
}

// Status asks every agency of a city how it is; ErrNotRunning unless the city is
// made and all of them answer.
func Status(ctx context.Context, dir string) (State, error) {
	rec, err := readRecord(dir)
	if errors.Is(err, os.ErrNotExist) {
		return State{}, ErrNotRunning
	}
	if err != nil {
		return State{}, err
	}
	s := State{Agencies: rec.Agencies, Made: rec.Made}
	if !rec.Made {
		return s, ErrNotRunning
	}
	offices, err := filepath.Glob(filepath.Join(dir, "*", string(officeNode)))
	if err != nil {
		return s, err
	}
	for _, f := range offices {
		st, err := ask(ctx, f)
		if err != nil {
			if errors.Is(err, control.ErrNotRunning) {
				return s, ErrNotRunning
			}
			return s, err
		}
		s.Nodes = append(s.Nodes, st)
	}
	if len(s.Nodes) != rec.Agencies {
		return s, ErrNotRunning
	}
	s.Desks, err = filepath.Glob(filepath.Join(dir, "*", string(deskNode)))
	return s, err
}

func ask(ctx context.Context, folder string) (node.Status, error) {
	client, err := control.Dial(ctx, folder)
	if err != nil {
		return node.Status{}, err
	}
	defer client.Close()
	return client.Status(ctx)
}

// Await waits until a city runs, at most so long; its error says why it does not.
func Await(ctx context.Context, dir string, limit time.Duration) (s State, err error) {
	_ = until(ctx, limit, func() (bool, error) { // the last answer says more
		s, err = Status(ctx, dir)
		return err == nil, err
	})
	return s, err
}

// Stop ends a running city: its agencies are told, and the process that runs them
// ends once they have. ErrNotRunning: there was nothing to end.
func Stop(ctx context.Context, dir string) error {
	if _, err := os.Stat(filepath.Join(dir, fileLock)); err != nil {
		return ErrNotRunning
	}
	held, result := false, error(nil)
	err := until(ctx, 2*finalLimit, func() (bool, error) {
		some, err := stopNodes(ctx, dir)
		if err != nil {
			return false, err
		}
		lock, err := tryLock(filepath.Join(dir, fileLock))
		if err != nil {
			held = true // whoever has the city ends when its nodes have ended
			return false, err
		}
		_ = lock.Close() // only looked
		if !held && !some {
			result = ErrNotRunning
		}
		held = held || some
		return !some, nil
	})
	return errors.Join(err, result)
}

// stopNodes tells every node that answers to end; some says whether any did.
func stopNodes(ctx context.Context, dir string) (some bool, err error) {
	nodes, err := nodesIn(dir)
	if err != nil {
		return false, err
	}
	for _, f := range nodes {
		client, err := control.Dial(ctx, f)
		if err != nil {
			continue // nobody is there any more
		}
		some = true
		err = client.Stop(ctx)
		client.Close()
		if err != nil {
			return some, err
		}
	}
	return some, nil
}

// nodesIn lists the profile folders in a city that may have a running node.
func nodesIn(dir string) ([]string, error) {
	sockets, err := filepath.Glob(control.SocketPath(filepath.Join(dir, "*", "*")))
	if err != nil {
		return nil, err
	}
	out := make([]string, len(sockets))
	for i, s := range sockets {
		out[i] = filepath.Dir(filepath.Dir(s))
	}
	return out, nil
}

// endNodes ends the nodes that a killed process has left running in a city's
// folder; desks stay when keepDesks is set. It waits for their processes.
func endNodes(ctx context.Context, dir string, keepDesks bool) error {
	folders, err := nodesIn(dir)
	if err != nil {
		return err
	}
	return each(len(folders), func(i int) error {
		if keepDesks && filepath.Base(folders[i]) == string(deskNode) {
			return nil
		}
		client, err := control.Dial(ctx, folders[i])
		if err != nil {
			return nil // its process is gone, and left the socket
		}
		defer client.Close()
		st, err := client.Status(ctx)
		if err == nil {
			err = client.Stop(ctx)
		}
		if err == nil {
			err = until(ctx, finalLimit, func() (bool, error) { return !alive(st.PID), nil })
		}
		if err != nil {
			return fmt.Errorf("end a node that was left behind: %w", err)
		}
		return nil
	})
}

// alive tells whether a process is there.
func alive(pid int) bool {
	p, err := os.FindProcess(pid)
	return err == nil && p.Signal(syscall.Signal(0)) == nil
}
