package delivery

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"sync"

	"lukechampine.com/blake3/bao"

	"countersign/ledger"
	"countersign/p2p"
)

// Access is the node behind the protocols.
type Access interface {
	// Open returns a part's ciphertext if the peer may have it now, else an
	// error that wraps ErrAbsent. It is asked again at each slice.
	Open(ctx context.Context, peer p2p.PeerID, w Wanted) (Ciphertext, error)
	// Keep keeps letters that a peer hands over, durably; ErrQuota when the
	// peer has too many that no entry on the ledger names.
	Keep(ctx context.Context, peer p2p.PeerID, e *ledger.Entry, parts [][]byte) error
}

// Ciphertext is a part that is whole.
type Ciphertext interface {
	io.ReaderAt
	io.Closer
	Size() uint64
}

// limits of both protocols: slices are asked one after another.
var limits = p2p.StreamLimits{PerPeer: 8, Total: 128}

// maxTrees is how many hash trees of served parts stay in memory.
const maxTrees = 16

// Server serves parts from a node.
type Server struct {
	access Access

	mu    sync.Mutex
	trees []tree // most recently used last
}

// tree is a part's Bao tree without its data.
type tree struct {
	root ledger.Hash
	data []byte
}

// Serve registers both protocols on the host.
func Serve(h *p2p.Host, a Access) *Server {
	s := &Server{access: a}
	p2p.Serve(h, ProtocolVault, limits, maxOffer, s.take)
	p2p.Serve(h, ProtocolDelivery, limits, maxSlice, s.give)
	return s
}

// take checks that letters are what their entry names, then has them kept.
func (s *Server) take(ctx context.Context, peer p2p.PeerID, o offer) (acknowledged, error) {
	e, err := ledger.Parse(o.Entry)
	if err != nil {
		return acknowledged{}, err
	}
	named := ledger.Parts(e.Payload)
	if len(named) != len(o.Parts) {
		return acknowledged{}, fmt.Errorf("%d letters for %d parts: %w", len(o.Parts), len(named), ledger.ErrBadForm)
	}
	for i, part := range o.Parts {
		if len(part) > MaxLetter || uint64(len(part)) != named[i].Size || Root(part) != named[i].Root {
			return acknowledged{}, fmt.Errorf("letter %d is not what the entry names: %w", i, ledger.ErrBadForm)
		}
	}
	if err := s.access.Keep(ctx, peer, e, o.Parts); err != nil {
		return acknowledged{}, toWire(err)
	}
	return acknowledged{OK: true}, nil
}

// give answers with one slice.
func (s *Server) give(ctx context.Context, peer p2p.PeerID, q ask) (slice, error) {
	if q.Length == 0 || q.Length > SliceSize {
		return slice{}, fmt.Errorf("slice of %d bytes: %w", q.Length, ledger.ErrBadForm)
	}
	c, err := s.access.Open(ctx, peer, Wanted{Entry: q.Entry, Part: ledger.Sealed{Commitment: q.Commitment, Root: q.Root}})
	if err != nil {
		return slice{}, toWire(err)
	}
	defer c.Close()
	if q.Offset > c.Size() || q.Length > c.Size()-q.Offset {
		return slice{}, fmt.Errorf("slice outside the part: %w", ledger.ErrBadForm)
	}
	size := int64(c.Size())
	outboard, err := s.tree(q.Root, io.NewSectionReader(c, 0, size), c.Size())
	if err != nil {
		return slice{}, toWire(err)
	}
	first := int64(q.Offset) &^ (groupBytes - 1) // of the first group in the slice
	var out bytes.Buffer
	data := io.NewSectionReader(c, first, size-first)
	if err := bao.ExtractSlice(&out, data, bytes.NewReader(outboard), group, q.Offset, q.Length); err != nil {
		return slice{}, fmt.Errorf("cut slice: %w", err)
	}
	return slice{Data: out.Bytes()}, nil
}

// tree returns the Bao tree of a part, made once while it is being asked for.
func (s *Server) tree(root ledger.Hash, data io.Reader, size uint64) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := slices.IndexFunc(s.trees, func(t tree) bool { return t.root == root }); i >= 0 {
		t := s.trees[i]
		s.trees = append(slices.Delete(s.trees, i, i+1), t)
		return t.data, nil
	}
	w := &buffer{b: make([]byte, bao.EncodedSize(int(size), group, true))}
	got, err := bao.Encode(w, data, int64(size), group, true)
	if err != nil {
		return nil, fmt.Errorf("hash part: %w", err)
	}
	if got != [32]byte(root) {
		return nil, fmt.Errorf("part %s is damaged here: %w", root.Short(), ErrAbsent)
	}
	if len(s.trees) == maxTrees {
		s.trees = slices.Delete(s.trees, 0, 1)
	}
	s.trees = append(s.trees, tree{root: root, data: w.b})
	return w.b, nil
}

// buffer is a fixed io.WriterAt.
type buffer struct{ b []byte }

func (w *buffer) WriteAt(p []byte, off int64) (int, error) {
	if off < 0 || off > int64(len(w.b)) {
		return 0, io.ErrShortWrite
	}
	n := copy(w.b[off:], p)
	if n < len(p) {
		return n, io.ErrShortWrite
	}
	return n, nil
}

// Root is a ciphertext's BLAKE3 root, as entries name it.
func Root(ciphertext []byte) ledger.Hash {
	_, root := bao.EncodeBuf(ciphertext, group, true)
	return root
}
