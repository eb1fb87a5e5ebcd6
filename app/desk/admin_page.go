package desk

import (
	"context"

	"countersign/ledger"
)

// adminPage says what an act of administration is about; nil for other acts.
// Names follow in nameAdmin, because cards may have to be fetched.
func (w *writer) adminPage(l *look) *AdminPage {
	a := w.act
	p := &AdminPage{Act: string(a.Kind)}
	switch a.Kind {
	case ActPropose:
		p.Alone = len(l.Admins(w.s.agency, l.now)) == 1
		p.about(a.Propose)
	case ActSecond:
		if rec := l.Proposal(a.Target); rec != nil {
			p.By = &Person{ID: rec.By}
			p.about(&rec.Act)
		}
	case ActRotate:
		p.Whom = &Person{ID: w.s.me}
	case ActSuspendKey:
		p.Whom = &Person{ID: a.Official}
	case ActPublish:
		if a.Card != nil {
			p.Whom = &Person{ID: a.Official}
		} else {
			p.What = string(a.Code)
		}
	case ActNode:
		p.What = string(a.Node.Node.Code)
	case ActRemoveNode:
		p.What = string(a.Remove.Code)
	case ActMotion:
		p.aboutMotion(l, w.s, a.Motion)
		p.Admins = a.Cards
	case ActVote:
		if m := l.Motion(a.Target); m != nil {
			p.aboutMotion(l, w.s, &m.Motion)
			p.Back = m.By == w.s.agency && !a.Yes
		}
		p.Yes = a.Yes
	case ActLeave:
		p.What = l.title(w.s.agency)
	default:
		return nil
	}
	return p
}

func (p *AdminPage) about(act *ledger.Propose) {
	p.Act, p.Propose = act.Name(), act
	switch {
	case act.Enrol != nil:
		p.Whom = &Person{ID: act.Enrol.Official}
	case act.Restore != nil:
		p.Whom = &Person{ID: act.Restore.Official}
	case act.Revoke != nil:
		p.Whom = &Person{ID: act.Revoke.Official}
	case act.Dataset != nil:
		p.What = act.Dataset.Title
	case act.Basis != nil:
		p.What = act.Basis.Title
	case act.Office != nil:
		p.What = string(act.Office.Node)
	}
}

func (p *AdminPage) aboutMotion(l *look, s *session, m *ledger.Motion) {
	p.Motion, p.What = m, l.aboutMotion(m)
	if m.Act == ledger.MotionNewAdmins {
		p.Words = AdminWords(s.network, m)
	}
}

// nameAdmin puts names to the people on the page. Somebody who is only proposed
// has their card in the proposal.
func (w *writer) nameAdmin(ctx context.Context) {
	p := w.out.Admin
	if w.act.Kind == ActVote && p.Motion != nil {
		p.Admins = w.d.offeredCards(ctx, w.s, w.act.Target, p.Motion)
	}
	if p.By != nil {
		by := w.d.Person(ctx, p.By.ID)
		p.By = &by
	}
	if p.Whom == nil {
		return
	}
	whom := w.d.Person(ctx, p.Whom.ID)
	card := w.act.Card
	if p.Propose != nil && p.Propose.Enrol != nil {
		whom.Agency, whom.Roles = w.s.agency, p.Propose.Enrol.Roles
		if w.act.Kind == ActSecond {
			if c, err := w.d.proposedCard(ctx, w.s, w.act.Target); err == nil {
				card = c
			}
		}
	}
	if card != nil {
		whom.Name, whom.Title, whom.Unit = card.Name, card.Title, card.Unit
	}
	p.Whom = &whom
}
