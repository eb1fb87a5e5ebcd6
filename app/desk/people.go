package desk

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"countersign/ledger"
	"countersign/ledger/rules"
)

// endingDays is how long before its end a key is shown as ending.
const endingDays = 30

// Person is an official with the name from their card; while the card is not
// open here the name is "Official" and the beginning of their number.
func (d *Desk) Person(ctx context.Context, id ledger.OfficialID) Person {
	return d.persons(ctx, id)[id]
}

// persons opens several cards at once. Those that are not here within a moment
// follow with a Change of people.
func (d *Desk) persons(ctx context.Context, ids ...ledger.OfficialID) map[ledger.OfficialID]Person {
	out := make(map[ledger.OfficialID]Person, len(ids))
	cards := map[ledger.OfficialID]named{}
	err := d.look(ctx, func(l *look) error {
		for _, id := range ids {
			p := Person{ID: id, Name: unnamed(id)}
			if o := l.Official(id); o != nil {
				p.Agency, p.Roles = o.Agency, o.Roles
				if o.Card != nil {
					cards[id] = named{entry: o.CardEntry, part: *o.Card}
				}
			}
			out[id] = p
		}
		return nil
	})
	if err != nil {
		for _, id := range ids {
			out[id] = Person{ID: id, Name: unnamed(id)}
		}
		return out
	}
	s, err := d.session()
	if err != nil {
		return out
	}
	quick, cancel := context.WithTimeout(ctx, listBudget)
	defer cancel()
	var later []job
	for id, n := range cards {
		card, err := d.card(quick, s, n)
		if err == nil {
			p := out[id]
			p.Name, p.Title, p.Unit = card.Name, card.Title, card.Unit
			out[id] = p
		} else if ctx.Err() == nil && (quick.Err() != nil || errors.Is(err, ErrPartAway)) {
			later = append(later, job{card: true, part: n})
		}
	}
	d.openLater(s, later)
	if me, ok := out[s.me]; ok {
		s.setPerson(me)
	}
	return out
}

func unnamed(id ledger.OfficialID) string { return "Official " + id.String()[:4] }

// list picks persons in the order of ids.
func list(all map[ledger.OfficialID]Person, ids []ledger.OfficialID) []Person {
	out := make([]Person, 0, len(ids))
	for _, id := range ids {
		out = append(out, all[id])
	}
	return out
}

// fingerprint is how a key is named on screens: its last four characters.
func fingerprint(k ledger.KeyID) string {
	s := fmt.Sprintf("%X", k[:])
	return s[len(s)-4:]
}

// People lists the officials of the desk's agency: those in use first, then
// those proposed, then those that are no more.
func (d *Desk) People(ctx context.Context) ([]PersonRow, error) {
	s, err := d.session()
	if err != nil {
		return nil, err
	}
	var rows []PersonRow
	err = d.look(ctx, func(l *look) error {
		rows = nil
		about := map[ledger.OfficialID]ledger.EntryID{}
		var invited []PersonRow
		for _, p := range l.OpenProposals(s.agency) {
			switch act := p.Act; {
			case act.Enrol != nil:
				about[act.Enrol.Official] = p.ID
				if l.Official(act.Enrol.Official) == nil {
					invited = append(invited, PersonRow{
						Person: Person{ID: act.Enrol.Official, Agency: s.agency, Roles: act.Enrol.Roles},
						Key:    fingerprint(act.Enrol.Key.ID()), KeyID: act.Enrol.Key.ID(),
						State: PersonInvited, Since: p.At, Proposal: p.ID,
					})
				}
			case act.Restore != nil:
				about[act.Restore.Official] = p.ID
			case act.Revoke != nil:
				about[act.Revoke.Official] = p.ID
			}
		}
		for _, o := range l.OfficialsOf(s.agency) {
			row := l.personRow(o)
			row.Me, row.Proposal = o.ID == s.me, about[o.ID]
			rows = append(rows, row)
		}
		rows = append(rows, invited...)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list people: %w", err)
	}
	ids := make([]ledger.OfficialID, len(rows))
	for i := range rows {
		ids[i] = rows[i].Person.ID
	}
	who := d.persons(ctx, ids...)
	for i := range rows {
		p := who[rows[i].Person.ID]
		if rows[i].State == PersonInvited {
			p.Agency, p.Roles = s.agency, rows[i].Person.Roles
			if card, err := d.proposedCard(ctx, s, rows[i].Proposal); err == nil {
				p.Name, p.Title, p.Unit = card.Name, card.Title, card.Unit
			}
		}
		rows[i].Person = p
	}
	slices.SortStableFunc(rows, func(a, b PersonRow) int {
		return cmp.Or(cmp.Compare(standingOrder(a.State), standingOrder(b.State)), cmp.Compare(a.Person.Name, b.Person.Name))
	})
	return rows, nil
}

func standingOrder(s PersonState) int {
	return slices.Index([]PersonState{PersonInUse, PersonEnding, PersonSuspended, PersonInvited, PersonEnded, PersonRevoked}, s) / 2
}

// personRow is what the record says of one official's keys.
func (l *look) personRow(o *rules.Official) PersonRow {
	row := PersonRow{Person: Person{ID: o.ID}, State: PersonEnded}
	for i := len(o.Keys) - 1; i >= 0; i-- {
		k := l.Key(o.Keys[i])
		if k == nil {
			continue
		}
		line := KeyLine{Key: fingerprint(k.ID), State: k.State, Since: k.Since, Until: k.Ends}
		if k.State == rules.KeyRevoked || k.State == rules.KeySuspended {
			line.Until = k.Changed
		}
		row.History = append(row.History, line)
		if row.KeyID.IsZero() {
			row.Key, row.KeyID, row.Since, row.Ends = line.Key, k.ID, k.Since, k.Ends
			row.State = l.keyState(k)
		}
	}
	return row
}

func (l *look) keyState(k *rules.Key) PersonState {
	switch {
	case k.State == rules.KeyRevoked || k.State == rules.KeyRemoved:
		return PersonRevoked
	case k.State == rules.KeySuspended:
		return PersonSuspended
	case k.Ends != 0 && k.Ends <= l.now:
		return PersonEnded
	case k.Ends != 0 && k.Ends <= l.now.Add(endingDays*oneDay):
		return PersonEnding
	default:
		return PersonInUse
	}
}
