package ledger

import (
	"fmt"
	"slices"
	"strings"
)

func (p *Enrol) check() error {
	if p.Official.IsZero() || p.Key.Check() != nil || len(p.KeyProof) != SignatureSize ||
		!validRecipient(p.Recipient) || len(p.RecipientProof) != SignatureSize || p.Ends < 0 {
		return fmt.Errorf("enrol: %w", ErrBadForm)
	}
	if err := checkRoles(p.Roles); err != nil {
		return err
	}
	return checkOptional(p.Card)
}

func checkRoles(roles []RoleGrant) error {
	if len(roles) == 0 {
		return fmt.Errorf("no roles: %w", ErrBadForm)
	}
	for i, g := range roles {
		if !slices.Contains(Roles(), g.Role) || i > 0 && roles[i-1].Role >= g.Role {
			return fmt.Errorf("role %q: %w", clip(string(g.Role)), ErrBadForm)
		}
		for _, c := range g.Scope.Classes {
			if !slices.Contains(Classes(), c) {
				return fmt.Errorf("scope: %w", ErrBadForm)
			}
		}
		for _, c := range g.Scope.Datasets {
			if !ValidCode(c) {
				return fmt.Errorf("scope: %w", ErrBadForm)
			}
		}
	}
	return nil
}

func (p *Restore) check() error {
	if p.Official.IsZero() {
		return ErrBadForm
	}
	return nil
}

func (p *RevokeKey) check() error {
	if p.Official.IsZero() || p.SuspectSince < 0 || !slices.IsSorted(p.Nodes) {
		return fmt.Errorf("revoke-key: %w", ErrBadForm)
	}
	for _, n := range p.Nodes {
		if !ValidCode(n) {
			return fmt.Errorf("revoke-key: %w", ErrBadForm)
		}
	}
	return firstError(checkCode(p.Code, RevokeCodes()), p.Next.check())
}

func (e Epoch) check() error {
	if !validRecipient(e.Recipient) || len(e.Proof) != SignatureSize {
		return fmt.Errorf("epoch: %w", ErrBadForm)
	}
	return nil
}

// MaxRecipientBytes is more than a hybrid post-quantum age recipient needs (1,959 characters).
const MaxRecipientBytes = 2100

func validRecipient(s string) bool {
	return strings.HasPrefix(s, "age1") && len(s) <= MaxRecipientBytes
}

func (p *Dataset) check() error {
	if !ValidCode(p.Code) || !ValidTitle(p.Title) || !slices.Contains(Classes(), p.Class) ||
		!slices.Contains(Sharings(), p.Sharing) || len(p.Fields) == 0 || len(p.Fields) > 256 {
		return fmt.Errorf("dataset: %w", ErrBadForm)
	}
	seen := map[FieldName]bool{}
	for _, f := range p.Fields {
		if !ValidCode(f.Name) || seen[f.Name] {
			return fmt.Errorf("dataset field %q: %w", clip(string(f.Name)), ErrBadForm)
		}
		seen[f.Name] = true
	}
	if p.Policy.Quorum < 1 || p.Policy.Quorum > 16 || p.Policy.DeadlineDays < 1 || p.Policy.DeadlineDays > 250 {
		return fmt.Errorf("dataset policy: %w", ErrBadForm)
	}
	return checkOptional(p.Sheet)
}

func (p *Basis) check() error {
	if !ValidCode(p.Code) || !ValidTitle(p.Title) || !ValidCode(p.Dataset) || !ValidCode(p.Purpose) || p.KeepDays > MaxKeepDays {
		return fmt.Errorf("basis: %w", ErrBadForm)
	}
	for i, a := range p.Requesters {
		if !ValidCode(a) || i > 0 && p.Requesters[i-1] >= a {
			return fmt.Errorf("basis: %w", ErrBadForm)
		}
	}
	return firstError(checkFields(p.Fields), checkOptional(p.Sheet))
}

func (p *MoveOffice) check() error {
	if !ValidCode(p.Node) {
		return ErrBadForm
	}
	return nil
}

// MaxCalendarDays is about four years of working days.
const MaxCalendarDays = 1100

func (p *Calendar) check() error { return checkCalendar(p.Days) }

func checkCalendar(days []Time) error {
	if len(days) == 0 || len(days) > MaxCalendarDays {
		return fmt.Errorf("calendar: %w", ErrBadForm)
	}
	for i, d := range days {
		if d <= 0 || i > 0 && days[i-1] >= d {
			return fmt.Errorf("calendar: %w", ErrBadForm)
		}
	}
	return nil
}
