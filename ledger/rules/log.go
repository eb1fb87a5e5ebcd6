package rules

import (
	"math/bits"

	"countersign/ledger"
)

// frontier is the right edge of the log's Merkle tree (RFC 6962 section 2.1):
// the roots of its full subtrees, largest first. The rules keep it so that
// keeper-ready can be judged, by Admit as by Apply, against the log after the
// very last block; the log itself is the store's.
type frontier struct {
	Size uint64        `cbor:"0,keyasint"`
	Full []ledger.Hash `cbor:"1,keyasint"`
}

func hashChildren(l, r ledger.Hash) ledger.Hash { return ledger.Sum([]byte{1}, l[:], r[:]) }

// add appends the hash of one leaf.
func (f *frontier) add(h ledger.Hash) {
	for n := f.Size; n&1 == 1; n >>= 1 {
		last := len(f.Full) - 1
		h = hashChildren(f.Full[last], h)
		f.Full = f.Full[:last]
	}
	f.Full = append(f.Full, h)
	f.Size++
}

// head is the log's size and root.
func (f *frontier) head() ledger.LogHead {
	if f.Size == 0 {
		return ledger.LogHead{Root: ledger.Sum()}
	}
	root := f.Full[len(f.Full)-1]
	for i := len(f.Full) - 2; i >= 0; i-- {
		root = hashChildren(f.Full[i], root)
	}
	return ledger.LogHead{Size: f.Size, Root: root}
}

// sound tells whether the record can be a frontier.
func (f *frontier) sound() bool { return len(f.Full) == bits.OnesCount64(f.Size) }
