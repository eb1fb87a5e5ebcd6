package gossip

import (
	"context"
	"net"
)

// Transport carries streams between nodes. Peers are named by the text of their
// peer ID and are authenticated by whoever implements it. Only types of the
// standard library appear, so that a network in memory needs nothing of ours.
type Transport interface {
	// Self returns our own peer ID.
	Self() string
	// Open opens a stream on a connection that is there; it does not dial. Close of
	// the stream ends both directions at once and makes the other side fail.
	Open(ctx context.Context, peer string) (net.Conn, error)
	// Handle has serve called, on a goroutine of its own, for each stream others
	// open. Serve keeps the stream and closes it in the end. Nil refuses streams.
	Handle(serve func(peer string, stream net.Conn))
	// ClosePeer closes the connection itself, because nothing comes over it.
	ClosePeer(peer string)
	// Watch has tell called when a connection with a peer has come about. Tell does
	// not block.
	Watch(tell func(peer string)) (stop func())
}
