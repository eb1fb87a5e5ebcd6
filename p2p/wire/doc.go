// Package wire owns how bytes are cut on a stream between two nodes: frames
// with a length in front, a cap on that length, deadlines for a whole message,
// and small messages in canonical CBOR.
//
// It does not own connections, peers or meanings: a caller names the cap, and
// what a frame says is the business of the protocol that reads it.
//
// A frame is a length of four bytes, most significant first, and as many bytes.
// A message is one frame whose bytes are CBOR by the core deterministic rules of
// RFC 8949, section 4.2.1. Whatever is accepted is canonical: decoding encodes
// again and compares.
//
// A small protocol reads like this, within one deadline for both steps:
//
//	err := wire.Within(stream, 10*time.Second, func() error {
//		if err := codec.Write(stream, request, maxRequest); err != nil {
//			return err
//		}
//		return codec.Read(stream, &answer, maxAnswer)
//	})
package wire
