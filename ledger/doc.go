// Package ledger is the vocabulary of Countersign: identifiers, entries and
// their payloads, documents, the canonical encoding, signatures and limits.
//
// It owns how a thing is written and signed. What an entry means, and whether
// it counts, is ledger/rules; where it is kept is ledger/store; who orders it
// is ledger/consensus. Nothing here reads a clock, a file or the network.
//
// The life of one entry:
//
//	body := ledger.NewBody(network, author, now, payload)  // what will be signed
//	entry, err := ledger.Sign(body, signer)                // the official's key
//	wire := entry.Bytes()                                  // a CometBFT transaction
//	...
//	entry, err := ledger.Parse(wire)                       // size, canonical form
//	ok := verifier.Verify(key, entry.SigningBytes(), entry.Signature)
//
// Words follow DCAT-AP 3 (dataset), W3C DPV (purpose, legal basis, refusal
// codes), the Dataspace Protocol (agreement, transfer) and RFC 6962 (log).
// Encoding is RFC 8949 section 4.2.1, core deterministic CBOR.
package ledger
