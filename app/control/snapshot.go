package control

import (
	"context"
	"errors"
	"net/http"
	"time"

	"countersign/ledger/rules"
)

// snapshotLife is how long a snapshot of a client that says nothing is kept:
// an open one keeps the database from reusing pages.
const snapshotLife = 20 * time.Second

// maxSnapshots bounds what clients can hold at once.
const maxSnapshots = 64

// errSnapshotGone says that a snapshot was closed because its client was slow.
var errSnapshotGone = errors.New("the snapshot has been closed: read again")

// snapshot is one consistent reader held for a client.
type snapshot struct {
	reader rules.Reader
	close  func()
	timer  *time.Timer
	busy   chan struct{} // holds one token: a bolt transaction has one user at a time
}

type (
	getQuery struct {
		ID  uint64 `json:"id"`
		Key []byte `json:"key"`
	}
	ascendQuery struct {
		ID     uint64 `json:"id"`
		Prefix []byte `json:"prefix"`
		From   []byte `json:"from"`
	}
	record struct {
		Key   []byte `json:"k"`
		Value []byte `json:"v"`
	}
	ascendPage struct {
		Records []record `json:"records"`
		More    bool     `json:"more"`
	}
)

// ascendPageSize is how many records travel at once.
const ascendPageSize = 256

func (c *Server) snapshotRoutes(mux *http.ServeMux) {
	handle(mux, "snapshot/open", func(context.Context, none) (uint64, error) { return c.openSnapshot() })
	handle(mux, "snapshot/close", func(_ context.Context, id uint64) (none, error) {
		c.closeSnapshot(id)
		return none{}, nil
	})
	handle(mux, "snapshot/get", func(ctx context.Context, q getQuery) ([]byte, error) {
		var v []byte
		err := c.with(ctx, q.ID, func(r rules.Reader) { v = append(v, r.Get(q.Key)...) })
		return v, err
	})
	handle(mux, "snapshot/ascend", func(ctx context.Context, q ascendQuery) (ascendPage, error) {
		var p ascendPage
		err := c.with(ctx, q.ID, func(r rules.Reader) {
			r.Ascend(q.Prefix, q.From, func(k, v []byte) bool {
				if len(p.Records) == ascendPageSize {
					p.More = true
					return false
				}
				p.Records = append(p.Records, record{Key: append([]byte{}, k...), Value: append([]byte{}, v...)})
				return true
			})
		})
		return p, err
	})
}

func (c *Server) openSnapshot() (uint64, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return 0, errSnapshotGone
	}
	if len(c.snaps) >= maxSnapshots {
		return 0, errors.New("too many snapshots are open")
	}
	r, done := c.service.Snapshot()
	c.next++
	id := c.next
	s := &snapshot{reader: r, close: done, busy: make(chan struct{}, 1)}
	s.timer = time.AfterFunc(c.life, func() { c.closeSnapshot(id) })
	c.snaps[id] = s
	return id, nil
}

func (c *Server) closeSnapshot(id uint64) {
	c.mu.Lock()
	s := c.snaps[id]
	delete(c.snaps, id)
	c.mu.Unlock()
	if s == nil {
		return
	}
	s.timer.Stop()
	s.busy <- struct{}{} // whoever reads now finishes first
	s.close()
}

func (c *Server) with(ctx context.Context, id uint64, fn func(rules.Reader)) error {
	c.mu.Lock()
	s := c.snaps[id]
	c.mu.Unlock()
	if s == nil {
		return errSnapshotGone
	}
	select {
	case s.busy <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-s.busy }()
	c.mu.Lock()
	gone := c.snaps[id] == nil
	c.mu.Unlock()
	if gone {
		return errSnapshotGone
	}
	s.timer.Reset(c.life)
	fn(s.reader)
	if r, ok := s.reader.(interface{ Err() error }); ok {
		return r.Err() // what could not be read is not "nothing"
	}
	return nil
}
