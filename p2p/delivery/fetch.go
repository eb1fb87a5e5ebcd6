package delivery

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"

	"lukechampine.com/blake3/bao"

	"countersign/ledger"
	"countersign/p2p"
)

// Caller asks a peer one question; p2p.Host does.
type Caller interface {
	Call(ctx context.Context, p p2p.PeerID, protocol string, request, response any, maxBytes int) error
}

// Wanted names a part and the entry that names it.
type Wanted struct {
	Entry ledger.EntryID
	Part  ledger.Sealed
}

// Receiver takes verified slices. Have is how many bytes from the start it has
// already; a transfer goes on from there.
type Receiver interface {
	io.WriterAt
	Have() uint64
}

// Fetch fetches what the receiver lacks of a part, slice by slice. progress, if
// not nil, is told how many bytes there are. When it fails, what was verified
// stays and the next call, of this peer or another, goes on from there. On a slow
// line slices become smaller until they arrive in time.
func Fetch(ctx context.Context, c Caller, peer p2p.PeerID, w Wanted, to Receiver, progress func(have, size uint64)) error {
	longest := uint64(SliceSize)
	for at := to.Have(); at < w.Part.Size; {
		n := min(longest, w.Part.Size-at)
		plain, err := fetchSlice(ctx, c, peer, w, at, n)
		if tooSlow(err) && ctx.Err() == nil && longest > groupBytes {
			longest /= 2
			continue
		}
		if err != nil {
			return fmt.Errorf("fetch part %s: %w", w.Part.Commitment.Short(), errors.Join(err, ctx.Err()))
		}
		if _, err := to.WriteAt(plain, int64(at)); err != nil {
			return fmt.Errorf("keep part %s: %w", w.Part.Commitment.Short(), err)
		}
		at += n
		if progress != nil {
			progress(at, w.Part.Size)
		}
	}
	return nil
}

// fetchSlice returns verified bytes only.
func fetchSlice(ctx context.Context, c Caller, peer p2p.PeerID, w Wanted, at, n uint64) ([]byte, error) {
	var s slice
	err := c.Call(ctx, peer, ProtocolDelivery, ask{Entry: w.Entry, Commitment: w.Part.Commitment,
		Root: w.Part.Root, Offset: at, Length: n}, &s, maxSlice)
	if err != nil {
		return nil, fromWire(err)
	}
	plain, ok := verifySlice(s.Data, w.Part.Size, at, n, w.Part.Root)
	if !ok {
		return nil, &LieError{Peer: peer, Offset: at}
	}
	return plain, nil
}

// verifySlice takes n bytes at an offset out of a slice of a part of that size. A
// slice begins with the length of the whole: another length is another tree, in
// which bytes of this one would be verified at other offsets. One that is cut short
// verifies with fewer bytes where groups repeat: the library's buffer still holds
// the one before.
func verifySlice(data []byte, size, at, n uint64, root [32]byte) ([]byte, bool) {
	if len(data) < 8 || binary.LittleEndian.Uint64(data) != size {
		return nil, false
	}
	plain, ok := bao.VerifySlice(data, group, at, n, root)
	return plain, ok && uint64(len(plain)) == n
}

func tooSlow(err error) bool {
	return errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded)
}

// Copy asks a peer which ciphertext it has of a part that may have been sealed
// again for new members, such as a card or a dataset's sheet. The answer is what
// to Fetch; only opening it shows that it is the part, by its commitment.
func Copy(ctx context.Context, c Caller, peer p2p.PeerID, w Wanted) (Wanted, error) {
	var d described
	err := c.Call(ctx, peer, ProtocolCopy, ask{Entry: w.Entry, Commitment: w.Part.Commitment}, &d, maxQuestion)
	if err != nil {
		return Wanted{}, fmt.Errorf("ask for a copy of part %s: %w", w.Part.Commitment.Short(), fromWire(err))
	}
	if d.Size == 0 || d.Size > MaxLetter || d.Root.IsZero() {
		return Wanted{}, fmt.Errorf("ask for a copy of part %s: %w", w.Part.Commitment.Short(), &LieError{Peer: peer})
	}
	w.Part.Root, w.Part.Size = d.Root, d.Size
	return w, nil
}

// HandOver hands an entry's letters to a peer and returns when the peer keeps them.
func HandOver(ctx context.Context, c Caller, peer p2p.PeerID, e *ledger.Entry, parts [][]byte) error {
	var ok acknowledged
	err := c.Call(ctx, peer, ProtocolVault, offer{Entry: e.Bytes(), Parts: parts}, &ok, maxOffer)
	if err != nil {
		return fmt.Errorf("hand over the letter of entry %s: %w", e.ID().Short(), fromWire(err))
	}
	if !ok.OK {
		return fmt.Errorf("hand over the letter of entry %s: %w", e.ID().Short(), ErrQuota)
	}
	return nil
}
