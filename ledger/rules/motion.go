package rules

import (
	"slices"
	"time"

	"countersign/ledger"
)

const motionLife = ledger.MotionLifeDays * 24 * time.Hour

// checkMotion tests a motion as its effect will be tested, and whether the
// author's agency is asked at all.
func checkMotion(a *act) {
	m := &MotionRecord{Motion: *a.e.Payload.(*ledger.Motion)}
	a.failIf(!m.asks(a.agency), ledger.VoteClosed)
	for _, part := range m.Motion.Cards {
		a.sealedToAll(part)
	}
	a.checkMotionAct(&m.Motion)
}

// doMotion opens the vote with the author's agency in favour.
func doMotion(a *act) {
	p := a.e.Payload.(*ledger.Motion)
	m := &MotionRecord{
		ID: a.id(), By: a.agency.ID, At: a.now(), Until: a.now().Add(motionLife), Subject: p.Subject(), Motion: *p,
		Votes: []AgencyVote{{Agency: a.agency.ID, Yes: true, At: a.now()}},
	}
	a.w.state.putRaw(openMotionKey(m.ID), marker())
	a.w.state.putRaw(dueKey(m.Until, dueMotion, m.ID), marker())
	a.carryIfDecided(m)
}

func checkVote(a *act) {
	p := a.e.Payload.(*ledger.Vote)
	m := a.w.view.Motion(p.Motion)
	if m == nil {
		a.fail(ledger.UnknownProposal)
		return
	}
	a.failIf(p.Subject != m.Subject, ledger.StaleVersion)
	back := m.By == a.agency.ID && !p.Yes
	voted := slices.ContainsFunc(m.Votes, func(v AgencyVote) bool { return v.Agency == a.agency.ID })
	a.failIf(voted && !back, ledger.AlreadyDecided)
	open := m.Open(a.now())
	a.failIf(!open || !m.asks(a.agency), ledger.VoteClosed)
	if open && p.Yes && a.w.carries(m, a.agency.ID) {
		a.checkMotionAct(&m.Motion) // judged when it takes effect, and not once it has
	}
}

func doVote(a *act) {
	p := a.e.Payload.(*ledger.Vote)
	m := a.w.view.Motion(p.Motion)
	if m.By == a.agency.ID { // who moved it has voted for it with the motion
		m.Back = a.now()
		a.closeMotion(m)
		a.w.state.put(motionKey(m.ID), m)
		return
	}
	m.Votes = append(m.Votes, AgencyVote{Agency: a.agency.ID, Yes: p.Yes, At: a.now()})
	a.carryIfDecided(m)
}

func (a *act) carryIfDecided(m *MotionRecord) {
	if last := m.Votes[len(m.Votes)-1]; last.Yes && a.w.carries(m, "") {
		m.Carried = a.now()
		a.closeMotion(m)
		a.carry(m)
	}
	a.w.state.put(motionKey(m.ID), m)
}

// closeMotion ends the vote; the caller saves the motion.
func (a *act) closeMotion(m *MotionRecord) {
	a.w.state.del(openMotionKey(m.ID))
	a.w.state.del(dueKey(m.Until, dueMotion, m.ID))
}

// ofAll tells whether a motion is for all agencies to vote on, not for the
// others about one.
func (m *MotionRecord) ofAll() bool {
	return m.Motion.Act == ledger.MotionAdmit || m.Motion.Act == ledger.MotionRulesVersion
}

// asks tells whether an agency may vote: suspended ones and the one concerned
// are neither asked nor counted.
func (m *MotionRecord) asks(a *Agency) bool {
	return a.Standing == StandingMember && (m.ofAll() || a.ID != m.Motion.Agency)
}

// carries tells whether the votes, with one more in favour, carry the motion.
func (w *walk) carries(m *MotionRecord, more ledger.AgencyID) bool {
	t := w.view.tally(m, more)
	return t.Yes >= t.Needed
}

// MotionTally is how a vote of the members stands. Suspended agencies and the one
// concerned are neither asked nor counted.
type MotionTally struct {
	Yes     int // of those asked now
	Needed  int // more than two thirds of them, and at least two where it is about one agency
	Asked   int
	Waiting []ledger.AgencyID // asked, and has not voted
}

// Tally counts a motion's votes as they would be counted now.
func (v View) Tally(m *MotionRecord) MotionTally { return v.tally(m, "") }

func (v View) tally(m *MotionRecord, more ledger.AgencyID) MotionTally {
	var t MotionTally
	for _, x := range v.Agencies() {
		if !m.asks(x) {
			continue
		}
		t.Asked++
		i := slices.IndexFunc(m.Votes, func(v AgencyVote) bool { return v.Agency == x.ID })
		switch {
		case x.ID == more || i >= 0 && m.Votes[i].Yes:
			t.Yes++
		case i < 0:
			t.Waiting = append(t.Waiting, x.ID)
		}
	}
	t.Needed = 2*t.Asked/3 + 1
	if !m.ofAll() {
		t.Needed = max(t.Needed, 2)
	}
	return t
}

// checkMotionAct tests that the act is possible now.
func (a *act) checkMotionAct(m *ledger.Motion) {
	w := a.w
	if m.Act == ledger.MotionRulesVersion {
		a.failIf(m.Version <= w.global.RulesVersion || m.AtHeight <= w.lastHeight(), ledger.WrongState)
		return
	}
	x := w.view.Agency(m.Agency)
	if m.Act == ledger.MotionAdmit {
		a.failIf(x != nil, ledger.NameTaken) // a former member's name too
		a.failIf(!m.Document.Proven(w.global.Network), ledger.ProofMissing)
		a.failIf(w.reused(m.Document), ledger.KeyReused)
		a.failIf(w.officialsTaken(m.Document.Admins[:]), ledger.NameTaken)
		return
	}
	if x == nil {
		a.fail(ledger.UnknownTarget)
		return
	}
	switch m.Act {
	case ledger.MotionSuspend:
		a.failIf(x.Standing != StandingMember, ledger.WrongState)
	case ledger.MotionReinstate:
		a.failIf(x.Standing != StandingSuspended, ledger.WrongState)
	case ledger.MotionExpel:
		a.failIf(!x.Member(), ledger.WrongState)
		a.failIf(w.lastKeeper(x), ledger.KeeperNotReady)
	case ledger.MotionReplaceKeeper:
		a.failIf(!x.Member() || !x.Keeper && !x.Ready, ledger.WrongState)
		a.failIf(w.lastKeeper(x), ledger.KeeperNotReady)
	case ledger.MotionNewAdmins:
		a.checkNewAdmins(m, x)
	}
}

// lastHeight is the last block with entries. Rules do not look at the height of
// the block being judged, which a proposer's Admit does not know.
func (w *walk) lastHeight() ledger.Height {
	if n := len(w.global.Heads); n > 0 {
		return w.global.Heads[n-1].Height
	}
	return 0
}

// officialsTaken tells whether an identifier of new admins was used before.
func (w *walk) officialsTaken(admins []ledger.AdminDocument) bool {
	return slices.ContainsFunc(admins, func(d ledger.AdminDocument) bool { return w.view.Official(d.Official) != nil })
}

// checkNewAdmins lets the members help an agency that has no usable admin.
func (a *act) checkNewAdmins(m *ledger.Motion, x *Agency) {
	w := a.w
	a.failIf(!x.Member() || len(w.view.Admins(x.ID, a.now())) > 0, ledger.WrongState)
	a.failIf(m.Epoch.Number != x.Epoch+1, ledger.StaleEpoch)
	first, second := m.Admins[0], m.Admins[1]
	proven := first.Proven(w.global.Network, x.ID) && second.Proven(w.global.Network, x.ID) &&
		m.Epoch.Proven(w.global.Network, x.ID, first.Key)
	a.failIf(!proven, ledger.ProofMissing)
	a.failIf(w.keyKnown(first.Key) || w.keyKnown(second.Key) || first.Key.ID() == second.Key.ID(), ledger.KeyReused)
	recipients := []string{first.Recipient, second.Recipient, m.Epoch.Recipient}
	slices.Sort(recipients)
	a.failIf(len(slices.Compact(recipients)) != 3 || slices.ContainsFunc(recipients, w.recipientKnown), ledger.KeyReused)
	a.failIf(w.officialsTaken(m.Admins) || first.Official == second.Official, ledger.NameTaken)
}
