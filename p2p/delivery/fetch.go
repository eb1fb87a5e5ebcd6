package delivery

import (
	"context"
	"fmt"
	"io"

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
// stays and the next call, of this peer or another, goes on from there.
func Fetch(ctx context.Context, c Caller, peer p2p.PeerID, w Wanted, to Receiver, progress func(have, size uint64)) error {
	for at := to.Have(); at < w.Part.Size; {
		n := min(SliceSize, w.Part.Size-at)
		var s slice
		err := c.Call(ctx, peer, ProtocolDelivery, ask{Entry: w.Entry, Commitment: w.Part.Commitment,
			Root: w.Part.Root, Offset: at, Length: n}, &s, maxSlice)
		if err != nil {
			return fmt.Errorf("fetch part %s: %w", w.Part.Commitment.Short(), fromWire(err))
		}
		plain, ok := bao.VerifySlice(s.Data, group, at, n, w.Part.Root)
		if !ok || uint64(len(plain)) != n {
			return fmt.Errorf("fetch part %s: %w", w.Part.Commitment.Short(), &LieError{Peer: peer, Offset: at})
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
