package ledger

import (
	"fmt"
	"slices"
)

// Request asks a provider for fields of one dataset. It is the first version;
// its entry ID is the request's number.
type Request struct {
	Dataset   EntryID `cbor:"0,keyasint"` // edition
	Basis     EntryID `cbor:"1,keyasint"` // edition
	Purpose   Code    `cbor:"2,keyasint"`
	Terms     Terms   `cbor:"3,keyasint"`
	Emergency bool    `cbor:"4,keyasint"`
	Letter    Sealed  `cbor:"5,keyasint"` // subjects, rows, period, case, note; for both agencies
}

// Answer gives a returned request its next version, with a whole new letter.
type Answer struct {
	Act    Act    `cbor:"0,keyasint"`
	Terms  Terms  `cbor:"1,keyasint"`
	Letter Sealed `cbor:"2,keyasint"`
}

// Act heads every entry about a request: the request's number and the version
// that the signer read.
type Act struct {
	Request EntryID `cbor:"0,keyasint" json:"request"`
	Version EntryID `cbor:"1,keyasint" json:"version"`
}

// Approve approves the fields named and strikes the others. Reason is needed
// when a field lies outside the legal basis.
type Approve struct {
	Act    Act         `cbor:"0,keyasint"`
	Role   Role        `cbor:"1,keyasint"` // approver, or dpo for a visa
	Fields []FieldName `cbor:"2,keyasint"`
	Reason *Sealed     `cbor:"3,keyasint,omitempty"`
	For    *OfficialID `cbor:"4,keyasint,omitempty"` // under a delegation
}

// Offer offers something else than asked. The first carries the terms and the
// sealed part; the others join it by naming its entry ID and carry neither.
type Offer struct {
	Act    Act     `cbor:"0,keyasint"`
	Role   Role    `cbor:"1,keyasint"`
	Join   EntryID `cbor:"2,keyasint"` // zero in the first
	Terms  *Terms  `cbor:"3,keyasint,omitempty"`
	Letter *Sealed `cbor:"4,keyasint,omitempty"`
}

// Accept takes an offer; the version it names is the first offer's entry ID.
type Accept struct {
	Act Act `cbor:"0,keyasint"`
}

// Return sends a request back; the statutory clock stands still.
type Return struct {
	Act    Act    `cbor:"0,keyasint"`
	Role   Role   `cbor:"1,keyasint"`
	Code   Code   `cbor:"2,keyasint"`
	Reason Sealed `cbor:"3,keyasint"`
}

// Refuse refuses a request.
type Refuse struct {
	Act    Act    `cbor:"0,keyasint"`
	Role   Role   `cbor:"1,keyasint"`
	Code   Code   `cbor:"2,keyasint"`
	Reason Sealed `cbor:"3,keyasint"`
}

// Withdraw ends the requester's own request.
type Withdraw struct {
	Act Act `cbor:"0,keyasint"`
}

// Suspend makes an agreement's releases stand still.
type Suspend struct {
	Act    Act    `cbor:"0,keyasint"`
	Reason Sealed `cbor:"1,keyasint"`
}

// Resume ends a suspension.
type Resume struct {
	Act Act `cbor:"0,keyasint"`
}

// Revoke ends an agreement; past releases are recalled.
type Revoke struct {
	Act    Act    `cbor:"0,keyasint"`
	Reason Sealed `cbor:"1,keyasint"`
}

// Review confirms or annuls one decision made since a key was suspect.
type Review struct {
	Act      Act     `cbor:"0,keyasint"`
	Decision EntryID `cbor:"1,keyasint"`
	Annul    bool    `cbor:"2,keyasint"`
}

// ReturnCodes and RefuseCodes are the reason codes (W3C DPV).
func ReturnCodes() []Code { return []Code{"information-required", "complexity"} }

// RefuseCodes lists the reason codes of a refusal.
func RefuseCodes() []Code {
	return []Code{"excessive", "unfounded", "investigation-impaired", "confidentiality", "impossible"}
}

func (*Request) Kind() Kind  { return KindRequest }
func (*Answer) Kind() Kind   { return KindAnswer }
func (*Approve) Kind() Kind  { return KindApprove }
func (*Offer) Kind() Kind    { return KindOffer }
func (*Accept) Kind() Kind   { return KindAccept }
func (*Return) Kind() Kind   { return KindReturn }
func (*Refuse) Kind() Kind   { return KindRefuse }
func (*Withdraw) Kind() Kind { return KindWithdraw }
func (*Suspend) Kind() Kind  { return KindSuspend }
func (*Resume) Kind() Kind   { return KindResume }
func (*Revoke) Kind() Kind   { return KindRevoke }
func (*Review) Kind() Kind   { return KindReview }

func (p *Request) Check() error {
	if p.Dataset.IsZero() || p.Basis.IsZero() || !ValidCode(p.Purpose) {
		return ErrBadForm
	}
	return firstError(p.Terms.Check(), p.Letter.Check())
}

func (p *Answer) Check() error { return firstError(p.Act.check(), p.Terms.Check(), p.Letter.Check()) }

func (p *Approve) Check() error {
	return firstError(p.Act.check(), checkDecider(p.Role), checkFields(p.Fields), checkOptional(p.Reason))
}

func (p *Offer) Check() error {
	if first := p.Join.IsZero(); first != (p.Terms != nil) || first != (p.Letter != nil) {
		return fmt.Errorf("an offer has terms and a letter, or names the offer it joins: %w", ErrBadForm)
	}
	if p.Terms != nil {
		if err := p.Terms.Check(); err != nil {
			return err
		}
	}
	return firstError(p.Act.check(), checkDecider(p.Role), checkOptional(p.Letter))
}

func (p *Accept) Check() error { return p.Act.check() }

func (p *Return) Check() error {
	return firstError(p.Act.check(), checkDecider(p.Role), checkCode(p.Code, ReturnCodes()), p.Reason.Check())
}

func (p *Refuse) Check() error {
	return firstError(p.Act.check(), checkDecider(p.Role), checkCode(p.Code, RefuseCodes()), p.Reason.Check())
}

func (p *Withdraw) Check() error { return p.Act.check() }
func (p *Suspend) Check() error  { return firstError(p.Act.check(), p.Reason.Check()) }
func (p *Resume) Check() error   { return p.Act.check() }
func (p *Revoke) Check() error   { return firstError(p.Act.check(), p.Reason.Check()) }

func (p *Review) Check() error {
	if p.Decision.IsZero() {
		return ErrBadForm
	}
	return p.Act.check()
}

func (a Act) check() error {
	if a.Request.IsZero() || a.Version.IsZero() {
		return fmt.Errorf("act names no request or version: %w", ErrBadForm)
	}
	return nil
}

func checkDecider(r Role) error {
	if r != RoleApprover && r != RoleDPO {
		return fmt.Errorf("role %q decides nothing: %w", clip(string(r)), ErrBadForm)
	}
	return nil
}

func checkCode(c Code, known []Code) error {
	if !slices.Contains(known, c) {
		return fmt.Errorf("reason code %q: %w", clip(string(c)), ErrBadForm)
	}
	return nil
}

func checkOptional(s *Sealed) error {
	if s == nil {
		return nil
	}
	return s.Check()
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
