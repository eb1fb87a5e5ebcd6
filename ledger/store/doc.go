// Package store is the replica on disk: blocks, entries with their outcomes,
// the state, the indexes that screens read, and the Merkle log, all in one
// bbolt file and one transaction a block.
//
// It owns what is kept and how it is found again. What an entry means is
// ledger/rules; who orders entries is ledger/consensus, which keeps the
// engine's own blocks in its own folder; sealed parts lie in ledger/vault.
//
// The life of a block, in the goroutine that owns the ledger:
//
//	tx, release := s.Snapshot()                       // the state before the block
//	res, err := rules.Apply(tx, block, verifier)
//	release()
//	pending, err := s.Prepare(block, res, blockID)    // writes nothing
//	... FinalizeBlock answers pending.AppHash() ...
//	err = pending.Commit()                            // durable on return
//	... and only now the application answers Commit ...
//
// Everybody else reads snapshots (View, Snapshot), beside commits and without
// waiting for them.
//
// bbolt has no checksums on its pages, so every record carries one of its own,
// bound to its bucket and key. A record that does not match is never handed
// out: the read fails with ErrDamaged, and so does every later Prepare, so that
// no replica answers for a state it could not read.
//
// The log follows RFC 6962 (Merkle tree hash, inclusion and consistency proofs).
package store
