package desk

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"countersign/ledger"
)

// MotionTarget is an agency that can be judged, with what the rules would say now
// to a motion of the reader's own agency about it.
type MotionTarget struct {
	Agency   ledger.AgencyID
	Title    string
	Standing Standing
	Keeper   bool
	Check    map[ledger.MotionAct]ledger.Refusal // by act: suspend, reinstate, expel, replace-keeper
	Open     []ledger.MotionAct                  // what the members vote on about it already
}

// judgements are the acts of the members about one of them.
func judgements() []ledger.MotionAct {
	return []ledger.MotionAct{ledger.MotionSuspend, ledger.MotionReinstate, ledger.MotionExpel, ledger.MotionReplaceKeeper}
}

// MotionTargets lists the other members, suspended ones among them, by title.
func (d *Desk) MotionTargets(ctx context.Context) ([]MotionTarget, error) {
	s, err := d.session()
	if err != nil {
		return nil, err
	}
	var out []MotionTarget
	err = d.look(ctx, func(l *look) error {
		out = nil
		open := map[ledger.AgencyID][]ledger.MotionAct{}
		for _, m := range l.Motions() {
			if m.Open(l.now) {
				open[m.Motion.Agency] = append(open[m.Motion.Agency], m.Motion.Act)
			}
		}
		for _, a := range l.Agencies() {
			if a.ID == s.agency || !a.Member() {
				continue
			}
			t := MotionTarget{Agency: a.ID, Title: a.Title, Standing: a.Standing, Keeper: a.Keeper, Check: map[ledger.MotionAct]ledger.Refusal{}, Open: open[a.ID]}
			for _, act := range judgements() {
				if t.Check[act], err = l.checkMotion(s, &ledger.Motion{Act: act, Agency: a.ID}); err != nil {
					return err
				}
			}
			out = append(out, t)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list members: %w", err)
	}
	slices.SortStableFunc(out, func(a, b MotionTarget) int { return strings.Compare(a.Title, b.Title) })
	return out, nil
}

// CheckMotion asks what the rules would say now to a motion of the reader's agency.
func (d *Desk) CheckMotion(ctx context.Context, m ledger.Motion) (ledger.Refusal, error) {
	s, err := d.session()
	if err != nil {
		return "", err
	}
	var code ledger.Refusal
	err = d.look(ctx, func(l *look) error {
		code, err = l.checkMotion(s, &m)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("check motion: %w", err)
	}
	return code, nil
}

func (l *look) checkMotion(s *session, m *ledger.Motion) (ledger.Refusal, error) {
	if err := m.Check(); err != nil {
		return "", err
	}
	return l.check(ledger.NewBody(s.network, s.keys.Public().ID(), l.now, ledger.NewNonce(), m))
}

// WithoutAdmins tells whether no admin's key of the desk's own agency works any
// more. Nobody has to have unlocked here.
func (d *Desk) WithoutAdmins(ctx context.Context) (bool, error) {
	lost := false
	us := d.node.Profile().Agency
	err := d.look(ctx, func(l *look) error {
		a := l.Agency(us)
		lost = a != nil && a.Member() && len(l.Admins(us, l.now)) == 0
		return nil
	})
	if err != nil {
		return false, fmt.Errorf("look for administrators: %w", err)
	}
	return lost, nil
}
