package p2p

import (
	"context"
	"errors"
	"fmt"
	"time"

	"countersign/p2p/wire"
)

// callLimit is how long a call takes at most when its context names no deadline.
const callLimit = 10 * time.Second

// Refusal is an answer that says no, with a code that both sides know. A served
// function returns one to tell the caller why; any other error reaches the caller
// as the code "failed", because what went wrong here is not the peer's business.
type Refusal struct{ Code string }

// Error returns the code.
func (r *Refusal) Error() string { return "peer refused: " + r.Code }

// CodeFailed is the code of a call that failed at the other end.
const CodeFailed = "failed"

// answer is what goes back over the wire.
type answer struct {
	Code string `cbor:"1,keyasint"` // empty means that Body is the answer
	Body []byte `cbor:"2,keyasint"`
}

// envelopeBytes is what an answer adds to its body.
const envelopeBytes = 128

// Call asks one question on a stream of its own and reads the answer into
// response, a pointer to a zero value. Neither may be larger than maxBytes. The
// error is a *Refusal if the peer said no.
func (h *Host) Call(ctx context.Context, p PeerID, protocol string, request, response any, maxBytes int) error {
	if _, ok := ctx.Deadline(); !ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, callLimit)
		defer cancel()
	}
	s, err := h.Open(ctx, p, protocol)
	if err != nil {
		return err
	}
	if err := h.exchange(ctx, s, request, response, maxBytes); err != nil {
		_ = s.Reset()
		return fmt.Errorf("call %s of %s: %w", protocol, p.Short(), err)
	}
	_ = s.Close() // the answer is here; over QUIC closing may say that the peer closed first
	return nil
}

func (h *Host) exchange(ctx context.Context, s *Stream, request, response any, maxBytes int) error {
	deadline, _ := ctx.Deadline()
	if err := s.SetDeadline(deadline); err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { _ = s.Reset() })
	defer stop()
	if err := h.codec.Write(s, request, maxBytes); err != nil {
		return err
	}
	_ = s.CloseWrite() // fails if the peer, done with the request, closed first
	var a answer
	if err := h.codec.Read(s, &a, maxBytes+envelopeBytes); err != nil {
		return errors.Join(err, ctx.Err())
	}
	if a.Code != "" {
		return &Refusal{Code: a.Code}
	}
	return h.codec.Decode(a.Body, response)
}

// Serve answers calls of a protocol. Requests and answers are at most maxBytes.
func Serve[Request, Response any](h *Host, protocol string, limits StreamLimits, maxBytes int,
	serve func(context.Context, PeerID, Request) (Response, error)) {
	h.SetHandler(protocol, limits, func(ctx context.Context, s *Stream) {
		if err := serveOne(ctx, h, s, maxBytes, serve); err != nil {
			h.log.Debug("call not answered", "protocol", protocol, "peer", s.Peer().Short(), "err", err)
			_ = s.Reset()
		}
	})
}

func serveOne[Request, Response any](ctx context.Context, h *Host, s *Stream, maxBytes int,
	serve func(context.Context, PeerID, Request) (Response, error)) error {
	var request Request
	if err := h.codec.Read(s, &request, maxBytes); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	response, err := serve(ctx, s.Peer(), request)
	var a answer
	var refusal *Refusal
	switch {
	case err == nil:
		if a.Body, err = h.codec.Encode(response); err != nil {
			return err
		}
	case errors.As(err, &refusal):
		a.Code = refusal.Code
	default:
		h.log.Warn("call failed", "peer", s.Peer().Short(), "err", err)
		a.Code = CodeFailed
	}
	return wire.Within(s, callLimit, func() error { return h.codec.Write(s, a, maxBytes+envelopeBytes) })
}
