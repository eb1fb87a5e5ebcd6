package ledger

import "fmt"

// Release hands data over under an agreement. Part is sealed for the requester
// alone, with the manifest inside; this entry is the manifest's signature.
type Release struct {
	Act  Act    `cbor:"0,keyasint"`
	Part Sealed `cbor:"1,keyasint"`
	Last bool   `cbor:"2,keyasint"` // all that was asked has now been handed over
}

// Receipt is the requester's word that a release arrived and matched.
type Receipt struct {
	Act     Act     `cbor:"0,keyasint"`
	Release EntryID `cbor:"1,keyasint"`
}

// DeliveryFailed says why a release did not arrive or did not match.
type DeliveryFailed struct {
	Act     Act     `cbor:"0,keyasint"`
	Release EntryID `cbor:"1,keyasint"`
	Code    Code    `cbor:"2,keyasint"`
}

// DeliveryFailures are the codes of DeliveryFailed.
func DeliveryFailures() []Code { return []Code{"mismatch", "unreadable", "unavailable"} }

// LetterMissing says that a version's letter was never handed over, or does
// not match: the clock stands still.
type LetterMissing struct {
	Act Act `cbor:"0,keyasint"`
}

// LetterFound ends LetterMissing.
type LetterFound struct {
	Act Act `cbor:"0,keyasint"`
}

// Delete orders the requester's nodes to destroy what was received.
type Delete struct {
	Act Act `cbor:"0,keyasint"`
}

// DeletionReceipt is the requester's word that a release was destroyed. Pending
// are nodes that have not confirmed yet; a receipt without any ends the debt.
type DeletionReceipt struct {
	Act     Act        `cbor:"0,keyasint"`
	Pending []NodeCode `cbor:"1,keyasint,omitempty"`
}

// Erase is a data protection officer's order that the nodes of the author's own
// agency destroy what they keep of a request that has come to rest: its letters
// and reasons. What the ledger holds of it stays, and so does what the other
// party keeps.
type Erase struct {
	Act  Act  `cbor:"0,keyasint"`
	Code Code `cbor:"1,keyasint"`
}

// EraseCodes are the grounds of an erasure: those of GDPR art. 17(1) that can
// arise between agencies (a: no longer needed; d: unlawful), a data subject's
// request, and a letter that should never have been sent.
func EraseCodes() []Code {
	return []Code{"no-longer-needed", "data-subject-request", "unlawful-processing", "sent-in-error"}
}

func (*Release) Kind() Kind         { return KindRelease }
func (*Receipt) Kind() Kind         { return KindReceipt }
func (*DeliveryFailed) Kind() Kind  { return KindDeliveryFailed }
func (*LetterMissing) Kind() Kind   { return KindLetterMissing }
func (*LetterFound) Kind() Kind     { return KindLetterFound }
func (*Delete) Kind() Kind          { return KindDelete }
func (*DeletionReceipt) Kind() Kind { return KindDeletionReceipt }
func (*Erase) Kind() Kind           { return KindErase }

func (p *Release) Check() error { return firstError(p.Act.check(), p.Part.Check()) }

func (p *Receipt) Check() error {
	if p.Release.IsZero() {
		return ErrBadForm
	}
	return p.Act.check()
}

func (p *DeliveryFailed) Check() error {
	if p.Release.IsZero() {
		return ErrBadForm
	}
	return firstError(p.Act.check(), checkCode(p.Code, DeliveryFailures()))
}

func (p *LetterMissing) Check() error { return p.Act.check() }
func (p *LetterFound) Check() error   { return p.Act.check() }
func (p *Delete) Check() error        { return p.Act.check() }
func (p *Erase) Check() error         { return firstError(p.Act.check(), checkCode(p.Code, EraseCodes())) }

func (p *DeletionReceipt) Check() error {
	for i, n := range p.Pending {
		if !ValidCode(n) || i > 0 && p.Pending[i-1] >= n {
			return fmt.Errorf("pending nodes: %w", ErrBadForm)
		}
	}
	return p.Act.check()
}
