package ledger

import "fmt"

// MotionAct is what the members vote on.
type MotionAct string

// The acts of the members.
const (
	MotionAdmit         MotionAct = "admit"          // more than two thirds of the agencies
	MotionSuspend       MotionAct = "suspend"        // more than two thirds of the others, at least two
	MotionReinstate     MotionAct = "reinstate"      // as suspend
	MotionExpel         MotionAct = "expel"          // as suspend
	MotionReplaceKeeper MotionAct = "replace-keeper" // as suspend; the agency stays a member
	MotionNewAdmins     MotionAct = "new-admins"     // for an agency without a usable admin
	MotionRulesVersion  MotionAct = "rules-version"  // as admit
)

// Motion puts an act to the vote; it is also its agency's vote for it.
type Motion struct {
	Act      MotionAct       `cbor:"0,keyasint"`
	Agency   AgencyID        `cbor:"1,keyasint"`           // the one concerned; the newcomer for admit
	Document *Document       `cbor:"2,keyasint,omitempty"` // admit
	Admins   []AdminDocument `cbor:"3,keyasint,omitempty"` // new-admins: two
	Epoch    *Epoch          `cbor:"4,keyasint,omitempty"` // new-admins
	Version  uint64          `cbor:"5,keyasint,omitempty"` // rules-version
	AtHeight Height          `cbor:"6,keyasint,omitempty"` // rules-version
	Code     Code            `cbor:"7,keyasint,omitempty"` // why: suspend, reinstate, expel, replace-keeper; may be empty
	Cards    []Sealed        `cbor:"8,keyasint,omitempty"` // new-admins: none, or each one's card, sealed to all members
}

// MotionLifeDays is how long a motion is open.
const MotionLifeDays = 30

// MotionCodes are the codes with which members say why they judge one of them:
// for reinstating, and for the other acts.
func MotionCodes(act MotionAct) []Code {
	if act == MotionReinstate {
		return []Code{"remedied", "unfounded"}
	}
	return []Code{"security-incident", "double-votes", "terms-broken", "not-reachable", "ceased"}
}

// Vote is one agency's vote, by an admin. Subject repeats the hash of what is
// voted on (Motion.Subject), so that nobody votes for what they have not seen.
// The agency that moved it takes its motion back by voting against it.
type Vote struct {
	Motion  EntryID `cbor:"0,keyasint"`
	Subject Hash    `cbor:"1,keyasint"`
	Yes     bool    `cbor:"2,keyasint"`
}

// Leave takes the author's agency out; it needs nobody else.
type Leave struct{}

// KeeperReady enters the keeper set, or offers to while the founder keeps
// alone. Signed by the consensus key; it proves that the node has the log.
type KeeperReady struct {
	LogSize uint64 `cbor:"0,keyasint"`
	LogRoot Hash   `cbor:"1,keyasint"`
}

// Tick lets what falls due by time happen.
type Tick struct{}

func (*Motion) Kind() Kind      { return KindMotion }
func (*Vote) Kind() Kind        { return KindVote }
func (*Leave) Kind() Kind       { return KindLeave }
func (*KeeperReady) Kind() Kind { return KindKeeperReady }
func (*Tick) Kind() Kind        { return KindTick }

// Subject is the hash of what is voted on.
func (p *Motion) Subject() Hash { return Sum([]byte("countersign/motion/v1\x00"), Encode(p)) }

func (p *Motion) Check() error {
	if !ValidCode(p.Agency) {
		return ErrBadForm
	}
	ok := false
	switch p.Act {
	case MotionAdmit:
		if p.Document == nil || p.Document.Agency != p.Agency || p.Document.Parameters != nil {
			return fmt.Errorf("admit: %w", ErrBadForm)
		}
		if err := p.Document.Check(); err != nil {
			return err
		}
		ok = p.Admins == nil && p.Epoch == nil && p.Version == 0 && p.AtHeight == 0
	case MotionSuspend, MotionReinstate, MotionExpel, MotionReplaceKeeper:
		why := p.Code == "" || ValidCode(p.Code)
		ok = why && p.Document == nil && p.Admins == nil && p.Epoch == nil && p.Version == 0 && p.AtHeight == 0
	case MotionNewAdmins:
		if len(p.Admins) != 2 || p.Epoch == nil || p.Epoch.check() != nil || len(p.Cards) != 0 && len(p.Cards) != 2 {
			return fmt.Errorf("new-admins: %w", ErrBadForm)
		}
		for _, c := range p.Cards {
			if err := c.Check(); err != nil {
				return fmt.Errorf("new-admins: %w", err)
			}
		}
		for _, a := range p.Admins {
			if err := a.check(); err != nil {
				return err
			}
		}
		ok = p.Document == nil && p.Version == 0 && p.AtHeight == 0
	case MotionRulesVersion:
		ok = p.Document == nil && p.Admins == nil && p.Epoch == nil && p.Version > 0 && p.AtHeight > 0
	}
	if p.Code != "" && !p.about() || p.Cards != nil && p.Act != MotionNewAdmins {
		ok = false
	}
	if !ok {
		return fmt.Errorf("motion %q: %w", clip(string(p.Act)), ErrBadForm)
	}
	return nil
}

// about tells whether the motion is a judgement on one agency, which may say why.
func (p *Motion) about() bool {
	switch p.Act {
	case MotionSuspend, MotionReinstate, MotionExpel, MotionReplaceKeeper:
		return true
	}
	return false
}

func (p *Vote) Check() error {
	if p.Motion.IsZero() || p.Subject.IsZero() {
		return ErrBadForm
	}
	return nil
}

func (*Leave) Check() error { return nil }

func (p *KeeperReady) Check() error {
	if p.LogRoot.IsZero() {
		return ErrBadForm
	}
	return nil
}

func (*Tick) Check() error { return nil }
