package page

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/widgets"
	"countersign/assets"
)

// Initial writes a person's name short: "T. Okafor". A Chinese name stays whole.
func Initial(name string) string {
	words := strings.Fields(name)
	if len(words) < 2 {
		return name
	}
	r, _ := utf8.DecodeRuneInString(words[0])
	return string(r) + ". " + words[len(words)-1]
}

// Surname is the last word of a name.
func Surname(name string) string {
	words := strings.Fields(name)
	if len(words) == 0 {
		return name
	}
	return words[len(words)-1]
}

// Upper begins a sentence.
func Upper(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}

// Sentences puts sentences one after the other; what is empty is left out. After a
// Chinese full stop there is no space.
func Sentences(parts ...string) string {
	out := ""
	for _, s := range parts {
		if out != "" && s != "" && !strings.HasSuffix(strings.TrimRight(out, "*"), "。") {
			out += " "
		}
		out += s
	}
	return out
}

// Article keeps an article's number on one line: "L.141‑2" with U+2011.
func Article(code desk.Code) string { return strings.ReplaceAll(string(code), "-", "\u2011") }

// People are names as a list: "T. Okafor and H. Arnaud".
func (e *Env) People(people []desk.Person) string {
	names := make([]string, len(people))
	for i, p := range people {
		names[i] = Initial(p.Name)
	}
	return e.List(names)
}

// AnyOf are names of whom one is enough: "T. Okafor or H. Arnaud".
func (e *Env) AnyOf(people []desk.Person) string {
	names := make([]string, len(people))
	for i, p := range people {
		names[i] = Initial(p.Name)
	}
	if len(names) < 2 {
		return e.List(names)
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " " + e.T("common.or") + " " + names[last]
}

// Titled is a name with its title, where there is one.
func Titled(p desk.Person) string {
	if p.Title == "" {
		return p.Name
	}
	return p.Name + ", " + p.Title
}

// Role is the first of an official's roles in words.
func (e *Env) Role(grants []desk.RoleGrant) string {
	if len(grants) == 0 {
		return ""
	}
	return e.RoleName(grants[0].Role)
}

// RoleName is a role in words.
func (e *Env) RoleName(r desk.Role) string { return e.Or("role."+string(r), string(r)) }

// Purpose is a purpose inside a sentence: "a criminal investigation".
func (e *Env) Purpose(c desk.Code) string { return e.Or("purpose."+string(c), string(c)) }

// PurposeName is a purpose as a heading: "Criminal investigation".
func (e *Env) PurposeName(c desk.Code) string { return e.Or("purpose_name."+string(c), string(c)) }

// Code is a reason code in words.
func (e *Env) Code(c desk.Code) string { return e.Or("code."+string(c), string(c)) }

// Refusal is the rules' answer in a sentence.
func (e *Env) Refusal(r desk.Refusal) string { return e.Or("refusal."+string(r), string(r)) }

// ReleaseProblem says why data could not be handed over and what to do.
func (e *Env) ReleaseProblem(code string) string { return e.Or("release_problem."+code, code) }

// Subjects is how many people a letter is about; empty when that is not known.
func (e *Env) Subjects(n int) string {
	if n == 0 {
		return ""
	}
	return e.N("count.people", n)
}

// Left is what is left of a row's legal deadline.
func Left(row desk.RequestRow) i18n.Left {
	return i18n.Left{WorkingDays: row.DaysLeft, Hours: row.HoursLeft, Overdue: row.Overdue, Paused: row.Paused}
}

// Pending tells whether the provider has still to answer.
func Pending(s desk.State) bool { return s == desk.Submitted || s == "appealed" }

// Chip is the chip of a row: the deadline while it is pending, else its state.
func (e *Env) Chip(row desk.RequestRow) widgets.ChipData {
	if row.Paused {
		return widgets.ChipData{Text: e.T("time.paused")}
	}
	if !Pending(row.State) {
		return e.StateChip(row)
	}
	chip := widgets.ChipData{Text: e.Left(Left(row)), Tone: widgets.ToneNeutral}
	switch {
	case row.Overdue || row.DaysLeft == 0:
		chip.Tone, chip.Icon = widgets.ToneRefuse, assets.IconBolt
	case row.DaysLeft <= 2:
		chip.Tone = widgets.ToneWarn
	}
	return chip
}

// StateChip is a request's state as a chip.
func (e *Env) StateChip(row desk.RequestRow) widgets.ChipData {
	chip := widgets.ChipData{Text: e.T("state." + string(row.State))}
	switch row.State {
	case desk.Approved, desk.Fulfilled:
		chip.Tone = widgets.ToneApprove
	case desk.Refused, desk.Revoked:
		chip.Tone, chip.Icon = widgets.ToneRefuse, assets.IconX
	case desk.Offered, desk.Returned, desk.Suspended:
		chip.Tone = widgets.ToneWarn
	}
	return chip
}

// Pips are a row's signatures, the visa of the data protection officer last.
func (e *Env) Pips(row desk.RequestRow) ([]widgets.PipState, string) {
	pips := widgets.SignedOf(row.Signed, row.Needed)
	if !row.DPO {
		return pips, e.T("inbox.pips", i18n.P{"signed": row.Signed, "needed": row.Needed})
	}
	visa := widgets.PipOpen
	if row.DPOSigned {
		visa = widgets.PipSigned
	}
	return append(pips, visa), e.T("inbox.pips_dpo", i18n.P{"signed": row.Signed, "needed": row.Needed})
}

// AgencyIcon is the sign of an agency: that of its branch where its code tells, else a house.
func AgencyIcon(id desk.AgencyID) assets.IconName {
	for _, known := range []struct {
		part string
		icon assets.IconName
	}{
		{"police", assets.IconPolice}, {"tax", assets.IconTax}, {"health", assets.IconHealth}, {"civil", assets.IconCivil},
		{"registry", assets.IconCivil}, {"pension", assets.IconPension}, {"school", assets.IconSchools}, {"metro", assets.IconMetro},
	} {
		if strings.Contains(string(id), known.part) {
			return known.icon
		}
	}
	return assets.IconBuilding
}

// Dataset is a data set's title with its period: "Declared income, 2021–2023".
func Dataset(row desk.RequestRow) string {
	if row.Period == "" {
		return row.Dataset
	}
	return row.Dataset + ", " + row.Period
}

// Reason puts what went wrong into a sentence for a person.
func (e *Env) Reason(err error) string {
	var refusal desk.Refusal
	var no *desk.NoOfficeError
	switch {
	case err == nil:
		return ""
	case errors.As(err, &refusal):
		return e.Refusal(refusal)
	case errors.As(err, &no):
		return e.T("computers.cannot", i18n.P{"code": string(no.Node)})
	case errors.Is(err, desk.ErrDiskFull):
		return e.T("states.disk_full")
	case errors.Is(err, desk.ErrWrongPassphrase):
		return e.T("sign.wrong_passphrase")
	case errors.Is(err, desk.ErrPartAway):
		return e.Refusal(desk.CanLetterAway)
	case errors.Is(err, desk.ErrMismatch):
		return e.Refusal(desk.CanMismatch)
	case errors.Is(err, desk.ErrErased):
		return e.Refusal(desk.CanErased)
	case errors.Is(err, desk.ErrNotYours):
		return e.T("states.no_permission_title") + "."
	case errors.Is(err, desk.ErrNotOpener):
		return e.T("unlock.not_opener")
	case errors.Is(err, desk.ErrSealed):
		return e.T("unlock.sealed") + "."
	case errors.Is(err, desk.ErrCaseHolds):
		return e.T("cases.holds")
	case errors.Is(err, desk.ErrBadOffer):
		return e.T("members.bad_offer")
	case errors.Is(err, desk.ErrHasAdmins):
		return e.T("members.not_new-admins_wrong-state")
	case errors.Is(err, desk.ErrLocked):
		return e.T("states.locked_title") + "."
	}
	return err.Error()
}

// Reference is how a request is named: by its case number where that is open
// here, else by its request number.
func (e *Env) Reference(number string, id desk.EntryID) string {
	if number != "" {
		return number
	}
	return e.T("evidence.request_number", i18n.P{"n": desk.CheckCode(id)})
}
