package delivery

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"

	"lukechampine.com/blake3"
	"lukechampine.com/blake3/bao"

	"countersign/ledger"
	"countersign/p2p"
)

// Access is the node behind the protocols.
type Access interface {
	// Open returns a part's ciphertext if the peer may have it now, else an
	// error; the peer learns of every error as ErrAbsent, but for ErrDamaged,
	// which says that it might have had it. It is asked again at
	// each slice. A zero root asks for the ciphertext this node has, which of a
	// part that was sealed again is not the first one.
	Open(ctx context.Context, peer p2p.PeerID, w Wanted) (Ciphertext, error)
	// Keep keeps letters that a peer hands over, durably; ErrQuota when the
	// peer has too many that no entry on the ledger names. They are what the
	// entry names, but the entry itself is unchecked: network, signature and
	// membership of its author are Keep's to judge.
	Keep(ctx context.Context, peer p2p.PeerID, e *ledger.Entry, parts [][]byte) error
}

// Watcher is an Access that wants to know how far a transfer has come: up to how
// many bytes of a part a peer has been given. It holds the answer up, so it is quick.
type Watcher interface {
	Given(peer p2p.PeerID, w Wanted, upto, size uint64)
}

// Ciphertext is a part that is whole.
type Ciphertext interface {
	io.ReaderAt
	io.Closer
	Size() uint64
}

// Rooted is a Ciphertext that knows its root: when what it reads has another one,
// the disk has spoilt it.
type Rooted interface{ Root() ledger.Hash }

// spoilt is what a ciphertext is that does not verify under the root asked for:
// damaged here, or never that one.
func spoilt(c Ciphertext, root ledger.Hash) error {
	if r, ok := c.(Rooted); ok && r.Root() == root {
		return ErrDamaged
	}
	return ErrAbsent
}

// maxTrees is how many hash trees of served parts stay in memory; a tree takes a
// thousandth of its part.
const maxTrees = 16

// Server serves parts from a node.
type Server struct {
	access Access

	mu    sync.Mutex
	trees []*tree // most recently used last
}

// tree is a part's Bao tree without its data.
type tree struct {
	root  ledger.Hash
	ready chan struct{} // closed when data and err are set
	data  []byte
	err   error
}

// Serve registers the protocols on the host. Slices are asked one after another,
// so few streams a peer are enough; an offer takes more memory than a slice.
func Serve(h *p2p.Host, a Access) *Server {
	s := &Server{access: a}
	p2p.Serve(h, ProtocolVault, p2p.StreamLimits{PerPeer: 4, Total: 32}, maxOffer, s.take)
	p2p.Serve(h, ProtocolDelivery, p2p.StreamLimits{PerPeer: 8, Total: 128}, maxSlice, s.give)
	p2p.Serve(h, ProtocolCopy, p2p.StreamLimits{PerPeer: 4, Total: 32}, maxQuestion, s.describe)
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

// give answers with one slice, which it has verified: a damaged disk must not
// make an honest node look like a liar.
func (s *Server) give(ctx context.Context, peer p2p.PeerID, q ask) (slice, error) {
	if q.Length == 0 || q.Length > SliceSize {
		return slice{}, fmt.Errorf("slice of %d bytes: %w", q.Length, ledger.ErrBadForm)
	}
	c, err := s.access.Open(ctx, peer, Wanted{Entry: q.Entry, Part: ledger.Sealed{Commitment: q.Commitment, Root: q.Root}})
	switch {
	case errors.Is(err, ErrDamaged):
		return slice{}, toWire(err)
	case err != nil:
		return slice{}, toWire(ErrAbsent)
	}
	defer c.Close()
	size := c.Size()
	if q.Offset > size || q.Length > size-q.Offset {
		return slice{}, fmt.Errorf("slice outside the part: %w", ledger.ErrBadForm)
	}
	outboard, err := s.tree(ctx, q.Root, c)
	if err != nil {
		return slice{}, toWire(err)
	}
	first := int64(q.Offset) &^ (groupBytes - 1) // of the first group in the slice
	var out bytes.Buffer
	data := io.NewSectionReader(c, first, int64(size)-first)
	if err := bao.ExtractSlice(&out, data, bytes.NewReader(outboard), group, q.Offset, q.Length); err != nil {
		return slice{}, fmt.Errorf("cut slice: %w", err)
	}
	if _, ok := bao.VerifySlice(out.Bytes(), group, q.Offset, q.Length, q.Root); !ok {
		s.forget(q.Root)
		return slice{}, toWire(spoilt(c, q.Root))
	}
	if watcher, ok := s.access.(Watcher); ok {
		watcher.Given(peer, Wanted{Entry: q.Entry, Part: ledger.Sealed{Commitment: q.Commitment, Root: q.Root}}, q.Offset+q.Length, size)
	}
	return slice{Data: out.Bytes()}, nil
}

// describe tells root and size of the ciphertext that this node has of a part.
func (s *Server) describe(ctx context.Context, peer p2p.PeerID, q ask) (described, error) {
	c, err := s.access.Open(ctx, peer, Wanted{Entry: q.Entry, Part: ledger.Sealed{Commitment: q.Commitment}})
	if err != nil {
		return described{}, toWire(ErrAbsent)
	}
	defer c.Close()
	if c.Size() > MaxLetter {
		return described{}, toWire(ErrAbsent) // releases are never sealed again
	}
	b := make([]byte, c.Size())
	if _, err := io.ReadFull(io.NewSectionReader(c, 0, int64(len(b))), b); err != nil {
		return described{}, toWire(ErrAbsent)
	}
	return described{Root: Root(b), Size: c.Size()}, nil
}

// tree returns the Bao tree of a part, made once while it is being asked for.
// Others wait for the one who makes it; parts do not wait for one another.
func (s *Server) tree(ctx context.Context, root ledger.Hash, c Ciphertext) ([]byte, error) {
	s.mu.Lock()
	i := slices.IndexFunc(s.trees, func(t *tree) bool { return t.root == root })
	if i >= 0 {
		t := s.trees[i]
		s.trees = append(slices.Delete(s.trees, i, i+1), t)
		s.mu.Unlock()
		select {
		case <-t.ready:
			return t.data, t.err
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	t := &tree{root: root, ready: make(chan struct{})}
	if len(s.trees) >= maxTrees {
		s.trees = slices.Delete(s.trees, 0, 1)
	}
	s.trees = append(s.trees, t)
	s.mu.Unlock()
	defer close(t.ready)
	if t.data, t.err = grow(root, c); t.err != nil {
		s.forget(root)
	}
	return t.data, t.err
}

// forget drops a tree that does not fit the part any more.
func (s *Server) forget(root ledger.Hash) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.trees = slices.DeleteFunc(s.trees, func(t *tree) bool { return t.root == root })
}

func grow(root ledger.Hash, c Ciphertext) ([]byte, error) {
	size := int64(c.Size())
	w := &buffer{b: make([]byte, bao.EncodedSize(int(size), group, true))}
	got, err := bao.Encode(w, io.NewSectionReader(c, 0, size), size, group, true)
	if err != nil {
		return nil, fmt.Errorf("hash part: %w", err)
	}
	if got != [32]byte(root) {
		return nil, fmt.Errorf("part %s is another or damaged here: %w", root.Short(), spoilt(c, root))
	}
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
	return blake3.Sum256(ciphertext)
}
