// Package consensus orders entries: CometBFT, embedded, with an application
// over ledger/rules and ledger/store.
//
// It owns the engine's assembly and settings, the ABCI application, the guard
// that keeps a keeper's key from signing two different things, certificates of
// final blocks, how waiting entries spread, how a node fetches the blocks that it
// lacks, and the ticks by which time passes on an idle network. It does not own the
// network: the caller hands in CometBFT's own interface p2p.Switcher, and what an
// entry means is ledger/rules.
//
// The life of an engine:
//
//	sw := ...                          // a p2p.Switcher, made for this engine alone
//	e, err := consensus.New(consensus.Config{Dir: dir, Founding: doc, Store: st, Signer: key, Guard: path, Switch: sw})
//	                                   // replays into the store what a crash cut off
//	in := e.Internals()                // for the switch's push
//	err = e.Start()                    // starts the switch with the engine's reactors
//	err = e.Submit(ctx, entry)         // into the pool; final when a BlockEvent names it
//	e.Stop()                           // then close the store
//
// An engine is used once: to start again make a new one over the same folders.
//
// Sources: CometBFT 0.40 (Tendermint consensus, arXiv 1807.04938), ABCI 2.0,
// RFC 6962 for the log under the application hash.
package consensus
