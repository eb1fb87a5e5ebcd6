package control

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"

	"countersign/app/desk"
	"countersign/ledger"
)

// recorded is an entry of the record on the wire.
type recorded struct {
	Position uint64         `json:"position"`
	Height   ledger.Height  `json:"height"`
	Index    uint32         `json:"index"`
	At       ledger.Time    `json:"at"`
	Code     ledger.Refusal `json:"code"`
	Entry    []byte         `json:"entry"` // as it was signed
}

// checkLine is one line of a check's progress; the last one has the result or a failure.
type checkLine struct {
	Done    uint64            `json:"done"`
	Total   uint64            `json:"total"`
	Check   *desk.RecordCheck `json:"check,omitempty"`
	Failure *failure          `json:"failure,omitempty"`
}

func (c *Server) recordRoutes(mux *http.ServeMux) {
	s := c.service
	handle(mux, "recorded", func(ctx context.Context, q desk.RecordQuery) ([]recorded, error) {
		list, err := s.Recorded(ctx, q)
		out := make([]recorded, len(list))
		for i, r := range list {
			out[i] = recorded{Position: r.Position, Height: r.Height, Index: r.Index, At: r.At, Code: r.Code, Entry: r.Entry.Bytes()}
		}
		return out, err
	})
	handle(mux, "record-block", func(ctx context.Context, h ledger.Height) (desk.RecordBlock, error) { return s.RecordBlock(ctx, h) })
	mux.HandleFunc("POST /v1/check-record", c.checkRecord)
}

func (c *Server) checkRecord(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/x-ndjson")
	var mu sync.Mutex
	enc, flush := json.NewEncoder(w), http.NewResponseController(w)
	send := func(l checkLine) {
		mu.Lock()
		defer mu.Unlock()
		_ = enc.Encode(l) // a client that is gone ends the context
		_ = flush.Flush()
	}
	check, err := c.service.CheckRecord(r.Context(), func(done, total uint64) { send(checkLine{Done: done, Total: total}) })
	if err != nil {
		f := toFailure(err)
		send(checkLine{Failure: &f})
		return
	}
	send(checkLine{Check: &check})
}

// Recorded lists entries of the record, newest first.
func (c *Client) Recorded(ctx context.Context, q desk.RecordQuery) ([]desk.Recorded, error) {
	list, err := get[[]recorded](ctx, c, "recorded", q)
	if err != nil {
		return nil, err
	}
	out := make([]desk.Recorded, len(list))
	for i, r := range list {
		e, err := ledger.Parse(r.Entry)
		if err != nil {
			return nil, fmt.Errorf("read the record: %w", err)
		}
		out[i] = desk.Recorded{Position: r.Position, Height: r.Height, Index: r.Index, At: r.At, Code: r.Code, Entry: e}
	}
	return out, nil
}

// RecordBlock is the block at a height.
func (c *Client) RecordBlock(ctx context.Context, h ledger.Height) (desk.RecordBlock, error) {
	return get[desk.RecordBlock](ctx, c, "record-block", h)
}

// CheckRecord verifies the whole record on the node, with progress.
func (c *Client) CheckRecord(ctx context.Context, progress func(done, total uint64)) (desk.RecordCheck, error) {
	resp, err := c.post(ctx, "check-record", none{})
	if err != nil {
		return desk.RecordCheck{}, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return desk.RecordCheck{}, refused(resp)
	}
	dec := json.NewDecoder(resp.Body)
	for {
		var l checkLine
		if err := dec.Decode(&l); err != nil {
			return desk.RecordCheck{}, fmt.Errorf("check the record: the node's answer ended early: %w", err)
		}
		switch {
		case l.Failure != nil:
			return desk.RecordCheck{}, l.Failure.asError()
		case l.Check != nil:
			return *l.Check, nil
		default:
			progress(l.Done, l.Total)
		}
	}
}
