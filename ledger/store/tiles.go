package store

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"

	"countersign/ledger"

	"github.com/transparency-dev/merkle/compact"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
)

// The log's nodes are kept in tiles of up to 16 neighbours of every fourth
// level; the levels between are hashed from them when a proof asks.
const (
	tileLevels = 4
	tileWidth  = 1 << tileLevels
	hashSize   = len(ledger.Hash{})
)

var treeRanges = compact.RangeFactory{Hash: hashChildren}

// hashChildren is RFC 6962's hash of an inner node, and what rfc6962.DefaultHasher
// makes of it in one allocation.
func hashChildren(left, right []byte) []byte {
	h := ledger.Sum([]byte{rfc6962.RFC6962NodeHashPrefix}, left, right)
	return h[:]
}

// emptyHead is the log before the first entry.
func emptyHead() ledger.LogHead {
	return ledger.LogHead{Root: ledger.Hash(rfc6962.DefaultHasher.EmptyRoot())}
}

func tileKey(level uint, index uint64) []byte {
	return binary.BigEndian.AppendUint64([]byte{byte(level)}, index)
}

// node is the hash of a complete subtree of the log.
func (tx *Tx) node(id compact.NodeID) ([]byte, error) {
	tile, up := id.Level/tileLevels, id.Level%tileLevels
	first := id.Index << up
	raw := tx.get(bTiles, tileKey(tile, first/tileWidth))
	from := int(first%tileWidth) * hashSize
	to := from + hashSize<<up
	if tx.err != nil {
		return nil, tx.err
	}
	if len(raw) < to {
		tx.fail("node %d/%d of the log is missing", id.Level, id.Index)
		return nil, tx.err
	}
	hashes := slices.Collect(slices.Chunk(bytes.Clone(raw[from:to]), hashSize))
	for ; len(hashes) > 1; hashes = hashes[:len(hashes)/2] {
		for i := 0; i < len(hashes)/2; i++ {
			hashes[i] = hashChildren(hashes[2*i], hashes[2*i+1])
		}
	}
	return hashes[0], nil
}

func (tx *Tx) nodes(ids []compact.NodeID) ([][]byte, error) {
	out := make([][]byte, len(ids))
	for i, id := range ids {
		h, err := tx.node(id)
		if err != nil {
			return nil, err
		}
		out[i] = h
	}
	return out, nil
}

// tree is the right edge of the log, ready to grow.
func (tx *Tx) tree(size uint64) (*compact.Range, error) {
	hashes, err := tx.nodes(compact.RangeNodes(0, size, nil))
	if err != nil {
		return nil, err
	}
	return treeRanges.NewRange(0, size, hashes)
}

func rootOf(r *compact.Range) (ledger.LogHead, error) {
	if r.End() == 0 {
		return emptyHead(), nil
	}
	root, err := r.GetRootHash(nil)
	if err != nil {
		return ledger.LogHead{}, fmt.Errorf("root of the log: %w", err)
	}
	return ledger.LogHead{Size: r.End(), Root: ledger.Hash(root)}, nil
}

// HeadAt is the log when it had size entries.
func (tx *Tx) HeadAt(size uint64) (ledger.LogHead, error) {
	if size > tx.Head().Size {
		return ledger.LogHead{}, fmt.Errorf("log of size %d: %w", size, ErrNotFound)
	}
	r, err := tx.tree(size)
	if err != nil {
		return ledger.LogHead{}, err
	}
	return rootOf(r)
}

// InclusionProof proves the entry at position in the log as it stands (RFC 6962
// section 2.1.1).
func (tx *Tx) InclusionProof(position uint64) ([]ledger.Hash, error) {
	return tx.InclusionProofAt(position, tx.Head().Size)
}

// InclusionProofAt proves the entry at position in the log of the given size,
// such as BlockInfo.Head's of the block that an evidence bundle stands on.
func (tx *Tx) InclusionProofAt(position, size uint64) ([]ledger.Hash, error) {
	if size > tx.Head().Size || position >= size {
		return nil, fmt.Errorf("prove entry %d in a log of size %d: %w", position, size, ErrNotFound)
	}
	n, err := proof.Inclusion(position, size)
	return tx.proof(n, err)
}

// ConsistencyProof proves that the log of size new continues the one of size
// old (RFC 6962 section 2.1.2).
func (tx *Tx) ConsistencyProof(old, new uint64) ([]ledger.Hash, error) {
	if new > tx.Head().Size || old > new {
		return nil, fmt.Errorf("prove log of size %d in %d: %w", old, new, ErrNotFound)
	}
	n, err := proof.Consistency(old, new)
	return tx.proof(n, err)
}

func (tx *Tx) proof(n proof.Nodes, err error) ([]ledger.Hash, error) {
	if err != nil {
		return nil, fmt.Errorf("prove: %w", err)
	}
	hashes, err := tx.nodes(n.IDs)
	if err != nil {
		return nil, err
	}
	hashes, err = n.Rehash(hashes, rfc6962.DefaultHasher.HashChildren)
	if err != nil {
		return nil, fmt.Errorf("prove: %w", err)
	}
	out := make([]ledger.Hash, len(hashes))
	for i, h := range hashes {
		out[i] = ledger.Hash(h)
	}
	return out, nil
}

// newNode is a subtree that a block completed.
type newNode struct {
	id   compact.NodeID
	hash ledger.Hash
}

// grow appends leaves to the log's edge and lists the nodes to keep.
func grow(r *compact.Range, leaves []ledger.Leaf) ([]newNode, error) {
	var kept []newNode
	for i := range leaves {
		hash := leaves[i].Hash()
		err := r.Append(hash[:], func(id compact.NodeID, hash []byte) {
			if id.Level%tileLevels == 0 {
				kept = append(kept, newNode{id, ledger.Hash(hash)})
			}
		})
		if err != nil {
			return nil, fmt.Errorf("append to the log: %w", err)
		}
	}
	return kept, nil
}

// tile adds a node to its tile, which is written when the writer flushes.
func (w *writer) tile(n newNode) {
	key := string(tileKey(n.id.Level/tileLevels, n.id.Index/tileWidth))
	t, ok := w.tiles[key]
	if !ok && n.id.Index%tileWidth != 0 {
		t = bytes.Clone(w.tx.get(bTiles, []byte(key)))
	}
	if want := int(n.id.Index%tileWidth) * hashSize; len(t) != want && w.tx.err == nil {
		w.tx.fail("tile %x of the log has %d bytes of %d", key, len(t), want)
	}
	w.tiles[key] = append(t, n.hash[:]...)
}
