package demo

import (
	"encoding/csv"
	"errors"
	"fmt"
	"slices"

	"countersign/ledger"
)

// keyColumn is how the records name whom they are about.
const keyColumn ledger.FieldName = "person"

// key is the column that names a dataset's subjects.
func (d dataset) key() ledger.FieldName {
	if d.Key != "" {
		return d.Key
	}
	return keyColumn
}

// check finds what does not fit together before anything runs.
func (p *Plan) check() error {
	if len(p.Agencies) < MaxAgencies {
		return ErrAgencies
	}
	for _, a := range p.Agencies {
		if len(a.People) < 2 {
			return fmt.Errorf("agency %s has no two admins", a.ID)
		}
		for i, who := range a.People {
			if admin := slices.Contains(who.Roles, ledger.RoleAdmin); admin != (i < 2) {
				return fmt.Errorf("agency %s: the first two people are its admins, and nobody else", a.ID)
			}
		}
	}
	for _, d := range p.Datasets {
		if !slices.ContainsFunc(p.Agencies, func(a Agency) bool { return a.ID == d.Agency }) {
			return fmt.Errorf("dataset %s: no agency %q", d.Code, d.Agency)
		}
	}
	for _, b := range p.Bases {
		d := p.dataset(b.Dataset)
		if d == nil {
			return fmt.Errorf("basis %s: no dataset %q", b.Code, b.Dataset)
		}
		if err := d.has(b.Fields); err != nil {
			return fmt.Errorf("basis %s: %w", b.Code, err)
		}
	}
	stories := 0
	for _, r := range p.Past {
		if err := p.checkPast(r); err != nil {
			return fmt.Errorf("request %s: %w", r.Case, err)
		}
		if r.Story {
			stories++
		}
	}
	if stories != 1 {
		return fmt.Errorf("%d stories instead of one", stories)
	}
	return nil
}

func (d dataset) has(fields []ledger.FieldName) error {
	names := d.names()
	for _, f := range fields {
		if !slices.Contains(names, f) {
			return fmt.Errorf("dataset %s has no field %q", d.Code, f)
		}
	}
	return nil
}

func (p *Plan) checkPast(r past) error {
	who, b := p.person(r.From), p.basis(r.Basis)
	if who == nil || b == nil {
		return fmt.Errorf("no person %q or no basis %q", r.From, r.Basis)
	}
	if !slices.Contains(b.Requesters, who.Agency) {
		return fmt.Errorf("%s may not ask under %s", who.Agency, b.Code)
	}
	if (len(r.Subjects) == 0) == (r.People == 0) {
		return errors.New("either subjects or a number of people")
	}
	if err := p.dataset(b.Dataset).has(r.Fields); err != nil {
		return err
	}
	last, err := parseWhen(r.At)
	if err != nil {
		return err
	}
	for _, line := range r.Then {
		e, err := parseEvent(line)
		if err != nil {
			return err
		}
		if e.at.before(last) {
			return fmt.Errorf("%q comes before what it answers", line)
		}
		if p.person(e.who) == nil {
			return fmt.Errorf("%q: no person %q", line, e.who)
		}
		last = e.at
	}
	return nil
}

// subjects reads whom a dataset's records are about, each once, in their order.
func (p *Plan) subjects(d dataset) ([]string, error) {
	f, err := p.files.Open(d.Source)
	if err != nil {
		return nil, fmt.Errorf("records of %s: %w", d.Code, err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("records of %s: %w", d.Code, err)
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("records of %s: the file is empty", d.Code)
	}
	key := slices.Index(rows[0], string(d.key()))
	if key < 0 {
		return nil, fmt.Errorf("records of %s: no column %q", d.Code, d.key())
	}
	for _, f := range d.names() {
		if !slices.Contains(rows[0], string(f)) {
			return nil, fmt.Errorf("records of %s: no column %q", d.Code, f)
		}
	}
	var out []string
	seen := map[string]bool{}
	for _, row := range rows[1:] {
		if s := row[key]; !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out, nil
}

// pick chooses n subjects of a dataset, by the case's number: the same plan asks
// about the same people.
func (p *Plan) pick(d ledger.Code, caseNumber string, n int) []string {
	all := p.records[d]
	n = min(n, len(all))
	start := 0
	for _, r := range caseNumber {
		start = (start*31 + int(r)) % len(all)
	}
	step := 1
	if n*7 < len(all) {
		step = 7 // spread over the file, and 7 times n stays within one round
	}
	out := make([]string, 0, n)
	for i := range n {
		out = append(out, all[(start+i*step)%len(all)])
	}
	return out
}

// about are a request's subjects.
func (p *Plan) about(r past) []string {
	if len(r.Subjects) > 0 {
		return r.Subjects
	}
	return p.pick(p.basis(r.Basis).Dataset, r.Case, r.People)
}
