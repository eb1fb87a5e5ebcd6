package desk

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"countersign/ledger"
	"countersign/ledger/rules"
	"countersign/ledger/vault"
)

// MotionState is where a motion stands.
type MotionState string

// The states of a motion. One that is overtaken could not be carried as things
// are now: its agency has left, or it has come true another way.
const (
	MotionOpen      MotionState = "open"
	MotionOvertaken MotionState = "overtaken"
	MotionCarried   MotionState = "carried"
	MotionLapsed    MotionState = "lapsed"
	MotionBack      MotionState = "taken-back"
)

// MotionRow is an act of the members that is open to votes, or was.
type MotionRow struct {
	Motion  rules.MotionRecord
	By      string // title of the agency that moved it
	About   string // title of the agency concerned; the newcomer's own for admit
	State   MotionState
	Votes   []MemberVote // in order
	Waiting []string     // titles of the agencies that are asked and have not voted
	Yes     int          // votes for it of those asked
	Needed  int          // for it to be carried
	Asked   int
	Words   [6]string    // of the new admins' keys
	Admins  []vault.Card // the new admins, as far as their cards can be opened here
	Voted   bool         // the reader's agency has voted
	CanYes  ledger.Refusal
	CanBack bool // the reader may take it back
}

// MemberVote is one agency's vote.
type MemberVote struct {
	Agency ledger.AgencyID
	Title  string
	Yes    bool
	At     ledger.Time
}

// maxClosedMotions is how many motions that are closed a list has.
const maxClosedMotions = 10

// Motions lists what the members vote on, the oldest first, and then what they
// have decided or left, the newest first.
func (d *Desk) Motions(ctx context.Context) ([]MotionRow, error) {
	s, err := d.session()
	if err != nil {
		return nil, err
	}
	var open, closed []MotionRow
	err = d.look(ctx, func(l *look) error {
		open, closed = nil, nil
		for _, m := range l.Motions() {
			switch isOpen := m.Open(l.now); {
			case !isOpen && len(closed) >= maxClosedMotions:
				continue
			case !isOpen:
				closed = append(closed, l.motionRow(s, m))
			default:
				row := l.motionRow(s, m)
				if err := l.openMotion(s, &row); err != nil {
					return err
				}
				open = append(open, row)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list motions: %w", err)
	}
	slices.SortStableFunc(open, func(a, b MotionRow) int { return cmp.Compare(a.Motion.At, b.Motion.At) })
	out := append(open, closed...)
	for i := range out {
		out[i].Admins = d.offeredCards(ctx, s, out[i].Motion.ID, &out[i].Motion.Motion)
	}
	return out, nil
}

func (l *look) motionRow(s *session, m *rules.MotionRecord) MotionRow {
	row := MotionRow{Motion: *m, By: l.title(m.By), About: l.aboutMotion(&m.Motion)}
	for _, v := range m.Votes {
		row.Votes = append(row.Votes, MemberVote{Agency: v.Agency, Title: l.title(v.Agency), Yes: v.Yes, At: v.At})
		row.Voted = row.Voted || v.Agency == s.agency
		if v.Yes {
			row.Yes++
		}
	}
	if m.Motion.Act == ledger.MotionNewAdmins {
		row.Words = AdminWords(s.network, &m.Motion)
	}
	switch {
	case m.Carried != 0:
		row.State = MotionCarried
	case m.Back != 0:
		row.State = MotionBack
	default:
		row.State = MotionLapsed
	}
	return row
}

// openMotion says how the vote stands, and what the reader can do about it.
func (l *look) openMotion(s *session, row *MotionRow) error {
	m := &row.Motion
	t := l.Tally(m)
	row.State, row.Yes, row.Needed, row.Asked = MotionOpen, t.Yes, t.Needed, t.Asked
	for _, a := range t.Waiting {
		row.Waiting = append(row.Waiting, l.title(a))
	}
	if l.rules().Motion(&m.Motion) != ledger.Accepted {
		row.State = MotionOvertaken
	}
	vote := func(yes bool) (ledger.Refusal, error) {
		return l.check(ledger.NewBody(s.network, s.keys.Public().ID(), l.now, ledger.NewNonce(), &ledger.Vote{Motion: m.ID, Subject: m.Subject, Yes: yes}))
	}
	var err error
	if row.CanYes, err = vote(true); err != nil {
		return err
	}
	if m.By == s.agency {
		code, err := vote(false)
		row.CanBack = code == ledger.Accepted
		return err
	}
	return nil
}

// aboutMotion is the title of the agency concerned.
func (l *look) aboutMotion(m *ledger.Motion) string {
	if m.Document != nil {
		return m.Document.Title
	}
	return l.title(m.Agency)
}

// offeredCards opens the cards of the admins whom a motion brings, as far as they
// are here.
func (d *Desk) offeredCards(ctx context.Context, s *session, id ledger.EntryID, m *ledger.Motion) []vault.Card {
	var out []vault.Card
	for _, part := range m.Cards {
		quick, cancel := context.WithTimeout(ctx, listBudget)
		card, err := d.card(quick, s, named{entry: id, part: part})
		cancel()
		if err == nil {
			out = append(out, *card)
		}
	}
	return out
}

// vote repeats the hash of what is voted on, so that nobody votes for what they
// have not seen.
func (w *writer) vote(ctx context.Context) (ledger.Payload, error) {
	p := &ledger.Vote{Motion: w.act.Target, Yes: w.act.Yes}
	err := w.d.look(ctx, func(l *look) error {
		m := l.Motion(w.act.Target)
		if m == nil {
			return ledger.UnknownProposal
		}
		p.Subject = m.Subject
		return nil
	})
	return p, err
}

// MotionAbout puts a judgement on one agency to the vote of the others: suspend,
// reinstate, expel or replace-keeper, with a code that says why.
func MotionAbout(act ledger.MotionAct, agency ledger.AgencyID, code ledger.Code) Act {
	return Act{Kind: ActMotion, Code: code, Motion: &ledger.Motion{Act: act, Agency: agency, Code: code}}
}

// RulesMotion puts a version of the rules to the vote of all members, in force
// from a height on.
func (d *Desk) RulesMotion(version uint64, from ledger.Height) Act {
	return Act{Kind: ActMotion, Motion: &ledger.Motion{Act: ledger.MotionRulesVersion, Agency: d.node.Profile().Agency, Version: version, AtHeight: from}}
}

// RulesState is which version of the rules is in force, and what the members have
// decided about the next.
type RulesState struct {
	Version uint64        `json:"version"`
	Next    uint64        `json:"next"`  // 0: none is decided
	From    ledger.Height `json:"from"`  // of the next
	Known   uint64        `json:"known"` // the newest that this computer's program applies
}

// Stops tells whether this computer will stop when the next version comes into force.
func (r RulesState) Stops() bool { return r.Next > r.Known }
