// Package rules is the deterministic state machine of Countersign: it accepts
// or refuses each entry of a block and says what the block changes.
//
// It owns what an entry means: who may do what, in which state, and what
// follows (DOMAIN, "Rules every replica enforces in the same way"). It does not
// keep anything: state is read through a Reader and changes are handed back.
// It reads no clock, no file, no network and draws no random number, so the
// same blocks give the same bytes on every replica. Time is the block's seal.
//
// The loop of the caller, for one block:
//
//	errs := rules.Admit(state, seal, raw, verifier)     // what a proposer drops by and the others reject by
//	res, err := rules.Apply(state, block, verifier)     // the same walk again, with its result
//	store the outcomes, res.Changes, res.Digest in one transaction
//	hand res.Keepers to the engine
//
// Admit and Apply are one walk (walk.go). It first lets happen what has fallen
// due by the block's time (schedule.go), then takes the entries in order: an
// inadmissible one leaves no trace, a refused one leaves its identifier, its
// outcome and its author's count for the day, an accepted one leaves its
// effects. Who may do what stands in one table (table.go), and where several
// refusals apply the first in ledger.Refusals is given (act.go).
package rules
