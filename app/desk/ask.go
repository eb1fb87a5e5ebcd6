package desk

import (
	"context"
	"fmt"
	"time"
	"unicode/utf8"

	"countersign/ledger"
	"countersign/ledger/rules"
	"countersign/ledger/vault"
)

// AskField names a field of the page for a new request.
type AskField string

// The fields that can have a problem.
const (
	AskDataset  AskField = "dataset"
	AskBasis    AskField = "basis"
	AskPurpose  AskField = "purpose"
	AskFields   AskField = "fields"
	AskSubjects AskField = "subjects"
	AskRows     AskField = "rows"
	AskPeriod   AskField = "period"
	AskKeep     AskField = "keep"
	AskStanding AskField = "standing"
	AskCase     AskField = "case"
	AskNote     AskField = "note"
)

// AskCode says what is wrong with a field.
type AskCode string

// The codes. CodeBeyond alone does not stop a request: the provider sees the flag.
const (
	CodeMissing     AskCode = "missing"
	CodeUnknown     AskCode = "unknown"
	CodeNotShared   AskCode = "not-shared"   // or withdrawn
	CodeOwn         AskCode = "own"          // the agency's own dataset
	CodeNotForUs    AskCode = "not-for-us"   // the basis names other requesters
	CodeNotForThis  AskCode = "not-for-it"   // basis and dataset or purpose do not match
	CodeOutdated    AskCode = "outdated"     // a later edition is published
	CodeNoEmergency AskCode = "no-emergency" // its policy knows none
	CodeBeyond      AskCode = "beyond"       // outside the legal basis
	CodeTooLong     AskCode = "too-long"     // more text, days or subjects than can be
	CodeBadDate     AskCode = "bad-date"     //
	CodeWrongOrder  AskCode = "wrong-order"  // the period ends before it begins
	CodeBadText     AskCode = "bad-text"     // characters that cannot be seen
	CodeTwice       AskCode = "twice"        // a subject is listed more than once
)

func (c AskCode) stops() bool { return c != CodeBeyond }

// AskProblem is shown beside its field. Which names the column or subject it is about.
type AskProblem struct {
	Field AskField
	Code  AskCode
	Which string
}

// Error lets a problem be the reason why nothing was prepared.
func (p *AskProblem) Error() string {
	return fmt.Sprintf("%s: %s %s", p.Field, p.Code, p.Which)
}

// Limits of what a letter holds.
const (
	MaxSubjects  = vault.MaxSubjects
	MaxNoteRunes = 4000
	// MaxStandingDays is how long data is sent again and again at most.
	MaxStandingDays = ledger.MaxStandingDays
	maxLineRunes    = 64
)

// CheckAsk finds what is wrong with a request as composed so far; none means
// that it can be signed.
func (d *Desk) CheckAsk(ctx context.Context, a Ask) ([]AskProblem, error) {
	s, err := d.session()
	if err != nil {
		return nil, err
	}
	var out []AskProblem
	err = d.look(ctx, func(l *look) error {
		out = append(l.askedOf(s, a), texts(a)...)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("check request: %w", err)
	}
	return out, nil
}

// askedOf checks a request against catalogue and register.
func (l *look) askedOf(s *session, a Ask) (out []AskProblem) {
	add := func(f AskField, c AskCode, which string) { out = append(out, AskProblem{f, c, which}) }
	ds, basis := l.Dataset(a.Dataset), l.Basis(a.Basis)
	switch {
	case a.Dataset.IsZero():
		add(AskDataset, CodeMissing, "")
	case ds == nil:
		add(AskDataset, CodeUnknown, "")
	case ds.Provider == s.agency:
		add(AskDataset, CodeOwn, "")
	case ds.Dataset.Withdraw || ds.Dataset.Sharing == ledger.SharingNot:
		add(AskDataset, CodeNotShared, "")
	default:
		if now := l.CurrentDataset(ds.Dataset.Code); now != nil && now.ID != ds.ID {
			add(AskDataset, CodeOutdated, "")
		}
		if a.Emergency && !ds.Dataset.Policy.Emergency {
			add(AskDataset, CodeNoEmergency, "")
		}
	}
	if a.Purpose == "" {
		add(AskPurpose, CodeMissing, "")
	}
	switch {
	case a.Basis.IsZero():
		add(AskBasis, CodeMissing, "")
	case basis == nil:
		add(AskBasis, CodeUnknown, "")
	default:
		l.basisFits(s, a, ds, basis, add)
	}
	if len(a.Fields) == 0 {
		add(AskFields, CodeMissing, "")
	}
	for _, f := range ledger.SortFields(a.Fields) {
		if ds != nil && !hasField(&ds.Dataset, f) {
			add(AskFields, CodeUnknown, string(f))
		} else if basis != nil && len(ledger.Intersect([]ledger.FieldName{f}, basis.Basis.Fields)) == 0 {
			add(AskFields, CodeBeyond, string(f))
		}
	}
	limit := ledger.MaxKeepDays
	if basis != nil && basis.Basis.KeepDays > 0 {
		limit = int(basis.Basis.KeepDays)
	}
	if a.KeepDays < 1 {
		add(AskKeep, CodeMissing, "")
	} else if a.KeepDays > limit {
		add(AskKeep, CodeTooLong, fmt.Sprint(limit))
	}
	if a.StandingDays < 0 || a.StandingDays > ledger.MaxStandingDays {
		add(AskStanding, CodeTooLong, fmt.Sprint(ledger.MaxStandingDays))
	}
	return out
}

func (l *look) basisFits(s *session, a Ask, ds *rules.DatasetEdition, b *rules.BasisEdition, add func(AskField, AskCode, string)) {
	if ds != nil && (b.Basis.Dataset != ds.Dataset.Code || b.Provider != ds.Provider) {
		add(AskBasis, CodeNotForThis, "")
	}
	if a.Purpose != "" && a.Purpose != b.Basis.Purpose {
		add(AskPurpose, CodeNotForThis, string(b.Basis.Purpose))
	}
	if len(b.Basis.Requesters) > 0 {
		ours := false
		for _, id := range b.Basis.Requesters {
			ours = ours || id == s.agency
		}
		if !ours {
			add(AskBasis, CodeNotForUs, "")
		}
	}
	if now := l.CurrentBasis(b.Basis.Code); now != nil && now.ID != b.ID {
		add(AskBasis, CodeOutdated, "")
	}
}

func hasField(ds *ledger.Dataset, name ledger.FieldName) bool {
	for _, f := range ds.Fields {
		if f.Name == name {
			return true
		}
	}
	return false
}

// texts checks what stands only in the letter.
func texts(a Ask) (out []AskProblem) {
	add := func(f AskField, c AskCode, which string) { out = append(out, AskProblem{f, c, which}) }
	if len(a.Subjects) == 0 {
		add(AskSubjects, CodeMissing, "")
	}
	if len(a.Subjects) > MaxSubjects {
		add(AskSubjects, CodeTooLong, fmt.Sprint(MaxSubjects))
	}
	seen := map[string]bool{}
	for _, sub := range a.Subjects {
		if !visible(sub, maxLineRunes) {
			add(AskSubjects, CodeBadText, sub)
		} else if seen[sub] {
			add(AskSubjects, CodeTwice, sub)
		}
		seen[sub] = true
	}
	if a.Case != "" && !visible(a.Case, maxLineRunes) {
		add(AskCase, CodeBadText, "")
	}
	if _, err := caseFileOf(a.CaseFile); a.CaseFile != "" && err != nil {
		add(AskCase, CodeUnknown, "")
	}
	if utf8.RuneCountInString(a.Note) > MaxNoteRunes {
		add(AskNote, CodeTooLong, fmt.Sprint(MaxNoteRunes))
	}
	return append(out, CheckTerms(a.From, a.To, a.Rows)...)
}

// CheckTerms checks what a person has written of a period and of the rows, in a
// request or in an offer.
func CheckTerms(from, to, rows string) (out []AskProblem) {
	add := func(f AskField, c AskCode, which string) { out = append(out, AskProblem{f, c, which}) }
	if filters, err := parseRows(rows); err != nil {
		add(AskRows, CodeBadText, "")
	} else if len(filters) > vault.MaxRowFilters {
		add(AskRows, CodeTooLong, fmt.Sprint(vault.MaxRowFilters))
	}
	begins, errFrom := dateOf(from, false)
	ends, errTo := dateOf(to, true)
	switch {
	case errFrom != nil || errTo != nil:
		add(AskPeriod, CodeBadDate, "")
	case from != "" && to != "" && ends.Before(begins):
		add(AskPeriod, CodeWrongOrder, "")
	}
	return out
}

// visible tells whether a line has text and nothing that deceives the eye.
func visible(s string, limit int) bool { return vault.ValidName(s, limit) }

// dateOf reads a bound of the data's period: a year, a month or a day
// (ISO 8601). Empty is no bound. End gives the last day of a year or month.
func dateOf(s string, end bool) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	for _, form := range []struct {
		layout        string
		years, months int
	}{{"2006", 1, 0}, {"2006-01", 0, 1}, {time.DateOnly, 0, 0}} {
		t, err := time.Parse(form.layout, s)
		if err != nil {
			continue
		}
		if end && form.layout != time.DateOnly {
			t = t.AddDate(form.years, form.months, -1)
		}
		return t, nil
	}
	return time.Time{}, fmt.Errorf("%q is no year, month or day", s)
}

// period is the data's period as lists show it: "2021–2023" where it covers
// whole years, else both days.
func period(from, to string) string {
	f, errF := dateOf(from, false)
	t, errT := dateOf(to, true)
	switch {
	case from == "" && to == "" || errF != nil || errT != nil:
		return ""
	case to == "":
		return from + "–"
	case from == "":
		return "–" + to
	case f.YearDay() == 1 && t.Month() == time.December && t.Day() == 31:
		if f.Year() == t.Year() {
			return f.Format("2006")
		}
		return f.Format("2006") + "–" + t.Format("2006")
	case from == to:
		return from
	}
	return from + " – " + to
}
