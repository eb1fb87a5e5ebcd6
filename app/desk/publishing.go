package desk

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"countersign/ledger"
)

// PubField names a field of the pages on which a dataset or a legal basis is
// published.
type PubField string

// The fields that can have a problem.
const (
	PubCode     PubField = "code"
	PubTitle    PubField = "title"
	PubText     PubField = "text"
	PubContact  PubField = "contact"
	PubCycle    PubField = "cycle"
	PubFields   PubField = "fields" // Row names the field
	PubAbout    PubField = "about"  // of the field Row
	PubQuorum   PubField = "quorum"
	PubDPO      PubField = "dpo"
	PubDeadline PubField = "deadline"
	PubPurpose  PubField = "purpose"
	PubKeep     PubField = "keep"
	PubWho      PubField = "who"
)

// Codes beside those of a request. The last three warn and stop nothing.
const (
	CodeTaken    AskCode = "taken"     // another agency uses the code
	CodeBadCode  AskCode = "bad-code"  // not letters, digits, dot, dash, underscore
	CodeRange    AskCode = "range"     // a number outside its limits
	CodeFewSign  AskCode = "few-sign"  // fewer officials may sign than are needed
	CodeNoDPO    AskCode = "no-dpo"    // nobody holds the role
	CodeBasisHas AskCode = "basis-has" // a legal basis names a field that would go
)

// PubProblem is shown beside its field.
type PubProblem struct {
	Field PubField
	Row   int // of the field it is about, from 0
	Code  AskCode
	Which string
}

// Stops tells whether nothing can be signed before it is mended.
func (p PubProblem) Stops() bool {
	return p.Code != CodeFewSign && p.Code != CodeNoDPO && p.Code != CodeBasisHas
}

// Limits of an approval policy, as every replica tests them.
const (
	MaxQuorum       = 16
	MaxDeadlineDays = 250
	MaxDatasetField = 256
)

// publishing collects what is wrong with something to be published.
type publishing struct{ out []PubProblem }

func (p *publishing) add(f PubField, c AskCode, which string) {
	p.out = append(p.out, PubProblem{Field: f, Code: c, Which: which})
}

// code checks a code, and that nobody else uses it.
func (p *publishing) code(code ledger.Code, taken bool) {
	switch {
	case code == "":
		p.add(PubCode, CodeMissing, "")
	case !ledger.ValidCode(code):
		p.add(PubCode, CodeBadCode, "")
	case taken:
		p.add(PubCode, CodeTaken, string(code))
	}
}

func (p *publishing) title(title string) {
	switch {
	case strings.TrimSpace(title) == "":
		p.add(PubTitle, CodeMissing, "")
	case !ledger.ValidTitle(title):
		p.add(PubTitle, CodeBadText, "")
	}
}

func (p *publishing) long(f PubField, text string) {
	if len([]rune(text)) > MaxNoteRunes {
		p.add(f, CodeTooLong, fmt.Sprint(MaxNoteRunes))
	}
}

// CheckDataset finds what is wrong with an edition of a dataset as written so
// far. What only warns is told apart by Stops.
func (d *Desk) CheckDataset(ctx context.Context, ds Dataset, sheet Sheet) ([]PubProblem, error) {
	s, err := d.session()
	if err != nil {
		return nil, err
	}
	p := &publishing{}
	err = d.look(ctx, func(l *look) error {
		p.out = nil
		now := l.CurrentDataset(ds.Code)
		p.code(ds.Code, now != nil && now.Provider != s.agency)
		p.policy(l, s, &ds)
		for _, b := range l.Bases() {
			if b.Basis.Dataset != ds.Code || b.Provider != s.agency {
				continue
			}
			for _, f := range b.Basis.Fields {
				if !hasField(&ds, f) {
					p.add(PubFields, CodeBasisHas, string(b.Basis.Code)+": "+string(f))
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("check data set: %w", err)
	}
	p.title(ds.Title)
	p.fields(ds.Fields)
	p.long(PubText, sheet.Text)
	p.long(PubContact, sheet.Contact)
	p.long(PubCycle, sheet.Updated)
	return p.out, nil
}

// policy checks the approval policy against its limits and the agency's people.
func (p *publishing) policy(l *look, s *session, ds *ledger.Dataset) {
	q := int(ds.Policy.Quorum)
	able := func(role ledger.Role) int {
		n := 0
		for _, o := range l.OfficialsOf(s.agency) {
			if o.Holds(role, ds) && l.Active(o, l.now) {
				n++
			}
		}
		return n
	}
	switch n := able(ledger.RoleApprover); {
	case q < 1 || q > MaxQuorum:
		p.add(PubQuorum, CodeRange, fmt.Sprintf("1–%d", MaxQuorum))
	case n < q:
		p.add(PubQuorum, CodeFewSign, fmt.Sprint(n))
	}
	if ds.Policy.DPO && able(ledger.RoleDPO) == 0 {
		p.add(PubDPO, CodeNoDPO, "")
	}
	if n := int(ds.Policy.DeadlineDays); n < 1 || n > MaxDeadlineDays {
		p.add(PubDeadline, CodeRange, fmt.Sprintf("1–%d", MaxDeadlineDays))
	}
}

// fields checks the columns.
func (p *publishing) fields(fields []ledger.DatasetField) {
	if len(fields) == 0 {
		p.add(PubFields, CodeMissing, "")
	}
	if len(fields) > MaxDatasetField {
		p.add(PubFields, CodeTooLong, fmt.Sprint(MaxDatasetField))
	}
	seen := map[ledger.FieldName]bool{}
	for i, f := range fields {
		code := AskCode("")
		switch {
		case f.Name == "":
			code = CodeMissing
		case !ledger.ValidCode(f.Name):
			code = CodeBadCode
		case seen[f.Name]:
			code = CodeTwice
		}
		seen[f.Name] = true
		if code != "" {
			p.out = append(p.out, PubProblem{Field: PubFields, Row: i, Code: code, Which: string(f.Name)})
		}
	}
}

// CheckBasis finds what is wrong with an edition of a legal basis as written so far.
func (d *Desk) CheckBasis(ctx context.Context, b Basis, sheet Sheet) ([]PubProblem, error) {
	s, err := d.session()
	if err != nil {
		return nil, err
	}
	p := &publishing{}
	err = d.look(ctx, func(l *look) error {
		p.out = nil
		now := l.CurrentBasis(b.Code)
		p.code(b.Code, now != nil && (now.Provider != s.agency || now.Basis.Dataset != b.Dataset))
		ds := l.CurrentDataset(b.Dataset)
		for _, f := range b.Fields {
			if ds == nil || !hasField(&ds.Dataset, f) {
				p.add(PubFields, CodeUnknown, string(f))
			}
		}
		for _, a := range b.Requesters {
			if g := l.Agency(a); g == nil || !g.Member() || a == s.agency {
				p.add(PubWho, CodeUnknown, string(a))
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("check legal basis: %w", err)
	}
	p.title(b.Title)
	if len(b.Fields) == 0 {
		p.add(PubFields, CodeMissing, "")
	}
	switch {
	case b.Purpose == "":
		p.add(PubPurpose, CodeMissing, "")
	case !ledger.ValidCode(b.Purpose):
		p.add(PubPurpose, CodeBadCode, "")
	}
	if int(b.KeepDays) > ledger.MaxKeepDays {
		p.add(PubKeep, CodeTooLong, fmt.Sprint(ledger.MaxKeepDays))
	}
	p.long(PubText, sheet.Text)
	return p.out, nil
}

// BasisText is what a legal basis says in its own words; empty when none was
// published or its text is not here yet.
func (d *Desk) BasisText(ctx context.Context, edition ledger.EntryID) (string, error) {
	s, err := d.session()
	if err != nil {
		return "", err
	}
	var n *named
	err = d.look(ctx, func(l *look) error {
		b := l.Basis(edition)
		if b == nil {
			return ledger.UnknownBasis
		}
		if b.Basis.Sheet != nil {
			n = &named{entry: edition, part: *b.Basis.Sheet}
		}
		return nil
	})
	if err != nil || n == nil {
		return "", err
	}
	quick, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	if t, err := d.sheet(quick, s, *n); err == nil {
		return t.Text, nil
	}
	return "", nil // a text that is away is written anew, or left out
}

// Askers are the agencies that a legal basis can name: all other members, with
// their titles, sorted by title.
func (d *Desk) Askers(ctx context.Context) ([]Asker, error) {
	s, err := d.session()
	if err != nil {
		return nil, err
	}
	var out []Asker
	err = d.look(ctx, func(l *look) error {
		out = nil
		for _, e := range l.MemberEpochs() {
			if e.Agency != s.agency {
				out = append(out, Asker{e.Agency, l.title(e.Agency)})
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list agencies: %w", err)
	}
	slices.SortFunc(out, func(a, b Asker) int { return strings.Compare(a.Title, b.Title) })
	return out, nil
}

// Asker is an agency that may ask.
type Asker struct {
	ID    ledger.AgencyID
	Title string
}

// Classes are the classifications of a dataset.
func Classes() []Class { return ledger.Classes() }

// Sharings are the ways in which a dataset is shared.
func Sharings() []Sharing { return ledger.Sharings() }

// DefaultPolicy is the policy of a class where the provider names none.
func DefaultPolicy(c Class) Policy { return ledger.DefaultPolicy(c) }
