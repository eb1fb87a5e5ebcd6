// Package ledgertest builds networks for tests: agencies with keys made from a
// seed, the entries their people sign, and clusters of whole engines in one
// process over an in-memory transport that delays, cuts and drops links.
//
// It owns nothing that ships: only tests import it. A seed fixes keys, entries
// and faults; the interleaving is the engine's, which has real timers.
//
//	w := ledgertest.Found(seed, "tax")               // a founding document and its agency
//	police := w.NewAgency("police")                  // a newcomer with keys and document
//	motion, votes := w.Admission(police, w.Members()) // entries to order
//
//	c := ledgertest.NewCluster(t, ledgertest.Options{Seed: seed, Agencies: 4, Keepers: 4})
//	c.Submit(entry)                                  // until it is final everywhere
//	c.Fabric.Cut("tax", "police")
package ledgertest
