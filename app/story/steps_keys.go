package story

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"countersign/app/desk"
	"countersign/ledger"
	"countersign/ledger/keyring"
	"countersign/ledger/rules"
)

// keyStep rotates, suspends, restores or revokes a person's key.
func (p *Player) keyStep(ctx context.Context, s Step) error {
	who, err := p.person(s.Args[1])
	if err != nil {
		return err
	}
	a, err := p.agency(string(who.agency))
	if err != nil {
		return err
	}
	by := a.admins
	for i, name := range s.List("by") {
		if i < len(by) {
			if by[i], err = p.person(name); err != nil {
				return err
			}
		}
	}
	switch s.Args[0] {
	case "rotate":
		return p.rotate(ctx, s, who)
	case "suspend":
		return p.sign(ctx, s, by[0], "", desk.Act{Kind: desk.ActSuspendKey, Official: who.official})
	case "restore":
		d, err := p.desk(ctx, by[0], "")
		if err != nil {
			return err
		}
		return p.bothSign(ctx, s, by, "", d.RestoreProposal(who.official))
	case "revoke":
		return p.revokeKey(ctx, s, by, who)
	default:
		return fmt.Errorf("no key act %q", s.Args[0])
	}
}

func (p *Player) rotate(ctx context.Context, s Step, who *person) error {
	d, err := p.desk(ctx, who, "")
	if err != nil {
		return err
	}
	before, err := keyring.List(who.keys)
	if err != nil {
		return err
	}
	rotate, err := d.RotateKey(ctx, Passphrase, d.EndsIn(1), 0)
	if err != nil {
		return err
	}
	if err := p.sign(ctx, s, who, "", desk.Act{Kind: desk.ActRotate, Rotate: rotate}); err != nil || s.Refused {
		return err
	}
	after, err := keyring.List(who.keys)
	if err != nil {
		return err
	}
	for _, l := range after {
		known := slices.ContainsFunc(before, func(b keyring.Listed) bool { return b.Path == l.Path })
		if !known && l.Header.Official == who.official {
			who.file = l.Path
		}
	}
	for at, d := range who.desks { // the new key from now on
		d.Lock()
		delete(who.desks, at)
	}
	return nil
}

func (p *Player) revokeKey(ctx context.Context, s Step, by [2]*person, who *person) error {
	since := ledger.Time(0)
	if v := s.Opt("since", ""); v != "" {
		d, err := span(v)
		if err != nil {
			return err
		}
		since = ledger.TimeOf(p.now().Add(d))
	}
	d, err := p.desk(ctx, by[0], "")
	if err != nil {
		return err
	}
	propose, err := d.RevokeProposal(ctx, who.official, ledger.Code(s.Opt("reason", "key-compromise")), since)
	if err != nil {
		return err
	}
	for _, n := range s.List("remove") {
		propose.Revoke.Nodes = append(propose.Revoke.Nodes, ledger.NodeCode(n))
	}
	slices.Sort(propose.Revoke.Nodes)
	return p.bothSign(ctx, s, by, "", propose)
}

// reviewStep has approvers confirm or annul the suspect decisions of a request.
func (p *Player) reviewStep(ctx context.Context, s Step) error {
	id, err := p.request(s.Args[0])
	if err != nil {
		return err
	}
	annul := s.Args[1] == "annul"
	if !annul && s.Args[1] != "confirm" {
		return errors.New("write: review R confirm|annul by=…")
	}
	for _, name := range s.List("by") {
		who, err := p.person(name)
		if err != nil {
			return err
		}
		decision, err := p.suspectDecision(ctx, who, id)
		if err != nil {
			return err
		}
		act := desk.Act{Kind: desk.ActReview, Request: id, Review: &desk.Review{Decision: decision, Annul: annul}}
		if err := p.sign(ctx, s, who, "", act); err != nil {
			return err
		}
	}
	return nil
}

func (p *Player) suspectDecision(ctx context.Context, who *person, id ledger.EntryID) (ledger.EntryID, error) {
	var out ledger.EntryID
	client, err := p.client(who.agency, "")
	if err != nil {
		return out, err
	}
	ok, err := until(ctx, readLimit, func() (bool, error) {
		err := client.Read(ctx, func(r rules.Reader) error {
			req := rules.NewView(r).Request(id)
			if req == nil {
				return ledger.UnknownRequest
			}
			for _, d := range req.Decisions {
				if d.Suspect {
					out = d.Entry
				}
			}
			return nil
		})
		return !out.IsZero(), err
	})
	if err == nil && !ok {
		err = fmt.Errorf("%w: no decision on it is suspect", ErrStory)
	}
	return out, err
}

// leaveStep takes an agency out; its node goes on until it is stopped.
func (p *Player) leaveStep(ctx context.Context, s Step) error {
	a, err := p.agency(s.Args[0])
	if err != nil {
		return err
	}
	return p.sign(ctx, s, a.admins[0], "", desk.Act{Kind: desk.ActLeave})
}

func isRefusal(err error) bool {
	var code ledger.Refusal
	return errors.As(err, &code)
}

// signDelay is how soon after the enrolment is final the new official signs
// elsewhere.
const signDelay = 10 * time.Millisecond

// burstStep enrols people at the office node, one after another, and has each
// sign a request on another node of the agency 10 ms later: the entry of an
// author whom other nodes may not know yet must become final all the same.
func (p *Player) burstStep(ctx context.Context, s Step) error {
	n, err := strconv.Atoi(s.Args[0])
	if err != nil || n < 1 {
		return errors.New("write: burst N AGENCY R on=NODE")
	}
	a, err := p.agency(s.Args[1])
	if err != nil {
		return err
	}
	pattern, err := p.request(s.Args[2])
	if err != nil {
		return err
	}
	for i := range n {
		name := fmt.Sprintf("%s/burst%d", a.id, i+1)
		enrol := Step{Verb: "person", Args: []string{name, string(ledger.RoleRequester)}, Options: map[string]string{}}
		if err := p.personStep(ctx, enrol); err != nil {
			return fmt.Errorf("enrol %d: %w", i+1, err)
		}
		timer := time.NewTimer(signDelay)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-timer.C:
		}
		if err := p.askLike(ctx, p.people[name], strings.TrimPrefix(s.Opt("on", ""), string(a.id)+"/"), pattern); err != nil {
			return fmt.Errorf("sign %d: %w", i+1, err)
		}
		for _, d := range p.people[name].desks {
			d.Lock()
		}
		delete(p.people, name)
	}
	return nil
}

// askLike has a person ask what an earlier request asked, on a given node.
func (p *Player) askLike(ctx context.Context, who *person, at string, pattern ledger.EntryID) error {
	client, err := p.client(who.agency, at)
	if err != nil {
		return err
	}
	ask := desk.Ask{Subjects: []string{"P-1"}, Case: "like-" + pattern.Short()}
	if err := client.Read(ctx, func(r rules.Reader) error {
		req := rules.NewView(r).Request(pattern)
		if req == nil {
			return ledger.UnknownRequest
		}
		ask.Dataset, ask.Basis, ask.Purpose = req.Dataset, req.Basis, req.Purpose
		ask.Fields, ask.KeepDays = req.Terms.Fields, int(req.Terms.KeepDays)
		return nil
	}); err != nil {
		return err
	}
	d, err := p.desk(ctx, who, at)
	if err != nil {
		return err
	}
	page, err := d.Prepare(ctx, desk.Act{Kind: desk.ActAsk, Ask: &ask, Unchecked: true})
	if err != nil {
		return err
	}
	ticket, err := d.SignUnlocked(ctx, page)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, finalLimit)
	defer cancel()
	final, err := d.Await(ctx, ticket)
	if err == nil && final.Code != ledger.Accepted {
		err = final.Code
	}
	return err
}
