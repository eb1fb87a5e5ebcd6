package desk

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"countersign/ledger"
	"countersign/ledger/rules"
)

// MotionRow is an act of the members that is open to votes.
type MotionRow struct {
	Motion rules.MotionRecord
	By     string // title of the agency that moved it
	About  string // title of the agency concerned; the newcomer's own for admit
	Voted  bool   // the reader's agency has voted
	CanYes ledger.Refusal
}

// Motions lists what the members vote on, the oldest first.
func (d *Desk) Motions(ctx context.Context) ([]MotionRow, error) {
	s, err := d.session()
	if err != nil {
		return nil, err
	}
	var out []MotionRow
	err = d.look(ctx, func(l *look) error {
		out = nil
		key := s.keys.Public().ID()
		for _, m := range l.OpenMotions() {
			row := MotionRow{Motion: *m, By: l.title(m.By), About: l.title(m.Motion.Agency)}
			if m.Motion.Document != nil {
				row.About = m.Motion.Document.Title
			}
			row.Voted = slices.ContainsFunc(m.Votes, func(v rules.AgencyVote) bool { return v.Agency == s.agency })
			vote := &ledger.Vote{Motion: m.ID, Subject: m.Subject, Yes: true}
			var err error
			if row.CanYes, err = l.check(ledger.NewBody(s.network, key, l.now, ledger.NewNonce(), vote)); err != nil {
				return err
			}
			out = append(out, row)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list motions: %w", err)
	}
	slices.SortStableFunc(out, func(a, b MotionRow) int { return cmp.Compare(a.Motion.At, b.Motion.At) })
	return out, nil
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
