package ledger

import (
	"fmt"
	"slices"
)

// Role is what an official may do in their agency.
type Role string

// The roles (GDPR art. 39 for the data protection officer).
const (
	RoleRequester Role = "requester"
	RoleApprover  Role = "approver"
	RoleDPO       Role = "dpo"
	RoleAdmin     Role = "admin"
	RoleAuditor   Role = "auditor"
)

// Roles lists them in the order screens show them.
func Roles() []Role { return []Role{RoleRequester, RoleApprover, RoleDPO, RoleAdmin, RoleAuditor} }

// Class is a dataset's classification, ordered by how much care it needs.
type Class string

// The classes (GDPR art. 9 and 10, PIPL art. 28).
const (
	ClassOpen     Class = "open"
	ClassOrdinary Class = "ordinary"
	ClassPersonal Class = "personal"
	ClassSpecial  Class = "special"
)

// Classes lists them from least to most care.
func Classes() []Class { return []Class{ClassOpen, ClassOrdinary, ClassPersonal, ClassSpecial} }

// Sharing is a dataset's sharing type.
type Sharing string

// The sharing types (State Council rules on government data sharing).
const (
	SharingUnconditional Sharing = "unconditional"
	SharingConditional   Sharing = "conditional"
	SharingNot           Sharing = "not-shared"
)

// Sharings lists the sharing types.
func Sharings() []Sharing { return []Sharing{SharingUnconditional, SharingConditional, SharingNot} }

// Scope narrows a role: a request is inside when its dataset's class or code is
// named. An empty scope has no limit.
type Scope struct {
	Classes  []Class `cbor:"0,keyasint,omitempty" json:"classes,omitempty"`
	Datasets []Code  `cbor:"1,keyasint,omitempty" json:"datasets,omitempty"`
}

// Includes tells whether a dataset is inside the scope.
func (s Scope) Includes(class Class, dataset Code) bool {
	return len(s.Classes) == 0 && len(s.Datasets) == 0 ||
		slices.Contains(s.Classes, class) || slices.Contains(s.Datasets, dataset)
}

// RoleGrant is a role with its scope.
type RoleGrant struct {
	Role  Role  `cbor:"0,keyasint" json:"role"`
	Scope Scope `cbor:"1,keyasint" json:"scope"`
}

// AgencyEpoch names one epoch of an agency's age identity; epochs count from 0.
type AgencyEpoch struct {
	Agency AgencyID `cbor:"0,keyasint" json:"agency"`
	Epoch  uint32   `cbor:"1,keyasint" json:"epoch"`
}

// Sealed names a sealed part: its salted commitment, and the BLAKE3 root and
// size in bytes of the first ciphertext. Epochs are the recipients', sorted by agency.
type Sealed struct {
	Commitment Hash          `cbor:"0,keyasint" json:"commitment"`
	Root       Hash          `cbor:"1,keyasint" json:"root"`
	Size       uint64        `cbor:"2,keyasint" json:"size"`
	Epochs     []AgencyEpoch `cbor:"3,keyasint" json:"epochs"`
}

// Check tests the form.
func (s Sealed) Check() error {
	if s.Commitment.IsZero() || s.Root.IsZero() || s.Size == 0 || len(s.Epochs) == 0 {
		return fmt.Errorf("sealed part: %w", ErrBadForm)
	}
	for i, e := range s.Epochs {
		if !ValidCode(e.Agency) || i > 0 && s.Epochs[i-1].Agency >= e.Agency {
			return fmt.Errorf("sealed part's epochs: %w", ErrBadForm)
		}
	}
	return nil
}

// For tells whether the recipients are exactly these agencies, in any order.
func (s Sealed) For(agencies ...AgencyID) bool {
	want := slices.Clone(agencies)
	slices.Sort(want)
	want = slices.Compact(want)
	return slices.EqualFunc(s.Epochs, want, func(e AgencyEpoch, a AgencyID) bool { return e.Agency == a })
}

// Terms are the part of a request, offer or agreement that stands on the
// ledger. Row filter, period of the data and subjects stand in the letter.
type Terms struct {
	Fields       []FieldName `cbor:"0,keyasint" json:"fields"`        // sorted, no duplicates
	KeepDays     uint16      `cbor:"1,keyasint" json:"keep_days"`     // retention after delivery, at least 1
	StandingDays uint16      `cbor:"2,keyasint" json:"standing_days"` // 0: one release; else releases run for so long
}

// MaxKeepDays and MaxStandingDays limit terms.
const (
	MaxKeepDays     = 3660
	MaxStandingDays = 1830
)

// Check tests the form; an impossible period is a rule's matter (bad-period).
func (t Terms) Check() error { return checkFields(t.Fields) }

func checkFields(f []FieldName) error {
	if len(f) == 0 || len(f) > 256 {
		return fmt.Errorf("fields: %w", ErrBadForm)
	}
	for i, n := range f {
		if !ValidCode(n) || i > 0 && f[i-1] >= n {
			return fmt.Errorf("field %q: %w", clip(string(n)), ErrBadForm)
		}
	}
	return nil
}

// SortFields returns the fields sorted and without duplicates, as payloads need them.
func SortFields(f []FieldName) []FieldName {
	out := slices.Clone(f)
	slices.Sort(out)
	return slices.Compact(out)
}

// Intersect returns the fields that both sorted lists have.
func Intersect(a, b []FieldName) []FieldName {
	var out []FieldName
	for _, f := range a {
		if _, ok := slices.BinarySearch(b, f); ok {
			out = append(out, f)
		}
	}
	return out
}

// Subtract returns the fields of a that b has not.
func Subtract(a, b []FieldName) []FieldName {
	var out []FieldName
	for _, f := range a {
		if _, ok := slices.BinarySearch(b, f); !ok {
			out = append(out, f)
		}
	}
	return out
}
