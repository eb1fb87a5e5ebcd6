// Package delivery moves sealed parts between nodes: it hands over letters with
// the entry that names them, and fetches ciphertexts slice by slice, each
// verified against the part's BLAKE3 root before it is kept, so that a transfer
// goes on where it was cut and a wrong slice is never stored.
//
// It opens nothing and decides nothing: who may have a part is the answer of
// the node's Access, asked again at each slice. "Not here" and "not yours" are
// one answer, so that nobody learns what exists by asking.
//
// The caller's loop, on the side that fetches:
//
//	r, err := store.Begin(part, slice)         // a file, with what came before
//	err := delivery.Fetch(ctx, host, peer, delivery.Wanted{…}, r)
//	if errors.Is(err, delivery.ErrAbsent) { … } // ask another peer
//	var lie *delivery.LieError; errors.As(err, &lie) // say who sent it; what was verified stays
//
// Verified streaming is the Bao encoding of BLAKE3.
package delivery
