package desk

import (
	"cmp"
	"context"
	"slices"

	"countersign/ledger"
)

// proposals are the acts of the agency that wait for a second admin; only
// admins see them.
func (d *Desk) proposals(ctx context.Context, s *session) ([]ProposalRow, error) {
	var out []ProposalRow
	var about []ledger.OfficialID // parallel to out; zero where it concerns no person
	var who []ledger.OfficialID
	err := d.look(ctx, func(l *look) error {
		out, about, who = nil, nil, nil
		me := l.Official(s.me)
		if me == nil || me.Grant(ledger.RoleAdmin) == nil {
			return nil
		}
		for _, p := range l.OpenProposals(s.agency) {
			if p.Until <= l.now {
				continue
			}
			row := ProposalRow{ID: p.ID, Act: p.Act.Name(), By: Person{ID: p.By}, At: p.At, Until: p.Until, Mine: p.By == s.me, Propose: p.Act}
			var o ledger.OfficialID
			switch act := p.Act; {
			case act.Enrol != nil:
				o = act.Enrol.Official
			case act.Restore != nil:
				o = act.Restore.Official
			case act.Revoke != nil:
				o = act.Revoke.Official
			case act.Dataset != nil:
				row.What = act.Dataset.Title
			case act.Basis != nil:
				row.What = act.Basis.Title
			case act.Office != nil:
				row.What = string(act.Office.Node)
			}
			out, about, who = append(out, row), append(about, o), append(who, p.By)
			if !o.IsZero() {
				who = append(who, o)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	people := d.persons(ctx, unique(who)...)
	for i := range out {
		row := &out[i]
		row.By = people[row.By.ID]
		if about[i].IsZero() {
			continue
		}
		p := people[about[i]]
		if row.Propose.Enrol != nil {
			if card, err := d.proposedCard(ctx, s, row.ID); err == nil {
				p.Name, p.Title, p.Unit = card.Name, card.Title, card.Unit
			}
			p.Agency, p.Roles = s.agency, row.Propose.Enrol.Roles
		}
		row.Whom, row.What = &p, p.Name
	}
	slices.SortFunc(out, func(a, b ProposalRow) int { return cmp.Compare(a.At, b.At) })
	return out, nil
}

// Suspect is one decision that a suspect key made and nobody has reviewed.
type Suspect struct {
	Row      RequestRow
	Decision ledger.EntryID
	Kind     ledger.Kind
	At       ledger.Time
	By       Person
	Released bool // data has left on the strength of it
}

// Suspects lists the decisions of the agency that wait to be confirmed or
// annulled after a revocation.
func (d *Desk) Suspects(ctx context.Context) ([]Suspect, error) {
	return d.decisionsBy(ctx, func(l *look, s *session) ([]Suspect, []named, error) {
		var out []Suspect
		var letters []named
		for _, r := range l.Suspect(s.agency) {
			f, err := l.file(s, r.ID, false)
			if err != nil {
				return nil, nil, err
			}
			for _, dec := range r.Decisions {
				if dec.Suspect && !dec.Annulled {
					out = append(out, Suspect{Row: f.row(s), Decision: dec.Entry, Kind: dec.Kind, At: dec.At,
						By: Person{ID: dec.Official}, Released: len(r.Releases) > 0})
					letters = append(letters, f.letter())
				}
			}
		}
		return out, letters, nil
	})
}

// DecisionsSince lists what an official has decided since a time, in requests
// that something still can come of: what a revocation with that time would put
// up for review.
func (d *Desk) DecisionsSince(ctx context.Context, official ledger.OfficialID, since ledger.Time) ([]Suspect, error) {
	return d.decisionsBy(ctx, func(l *look, s *session) ([]Suspect, []named, error) {
		var out []Suspect
		var letters []named
		for _, r := range l.OpenRequests(s.agency) {
			if r.Provider != s.agency {
				continue
			}
			for _, dec := range r.Decisions {
				if dec.Official != official || dec.At < since || dec.Annulled {
					continue
				}
				f, err := l.file(s, r.ID, false)
				if err != nil {
					return nil, nil, err
				}
				out = append(out, Suspect{Row: f.row(s), Decision: dec.Entry, Kind: dec.Kind, At: dec.At,
					By: Person{ID: official}, Released: len(r.Releases) > 0})
				letters = append(letters, f.letter())
			}
		}
		return out, letters, nil
	})
}

func (d *Desk) decisionsBy(ctx context.Context, read func(*look, *session) ([]Suspect, []named, error)) ([]Suspect, error) {
	s, err := d.session()
	if err != nil {
		return nil, err
	}
	var out []Suspect
	var letters []named
	err = d.look(ctx, func(l *look) (err error) {
		out, letters, err = read(l, s)
		return err
	})
	if err != nil {
		return nil, err
	}
	rows := make([]RequestRow, len(out))
	for i := range out {
		rows[i] = out[i].Row
	}
	d.fill(ctx, s, rows, letters)
	for i := range out {
		out[i].Row, out[i].By = rows[i], d.Person(ctx, out[i].By.ID)
	}
	slices.SortStableFunc(out, func(a, b Suspect) int { return cmp.Compare(a.At, b.At) })
	return out, nil
}
