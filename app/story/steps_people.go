package story

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"countersign/app/control"
	"countersign/app/desk"
	"countersign/app/node"
	"countersign/ledger"
	"countersign/ledger/keyring"
	"countersign/ledger/rules"
	"countersign/ledger/vault"
)

// joinLimit is how long joining and becoming a keeper may take.
const joinLimit = 30 * time.Second

// agencyStep founds the network, or has an agency invited, admitted, synced and
// ready to keep.
func (p *Player) agencyStep(ctx context.Context, s Step) error {
	a := &agency{id: ledger.AgencyID(s.Args[0]), keeper: s.Opt("keeper", "yes") != "no"}
	o := node.AgencyOptions{Agency: a.id, Title: s.Args[1], Listen: loopback(), Keeper: a.keeper, WorkFactor: workFactor, Now: p.now()}
	for i := range o.Admins {
		o.Admins[i] = node.AdminOptions{Official: ledger.NewOfficialID(), Passphrase: Passphrase}
	}
	n := p.city.Add(a.office())
	if err := os.MkdirAll(filepath.Dir(n.Folder), 0o700); err != nil {
		return err
	}
	if len(p.agencies) == 0 {
		o.Parameters = ledger.DefaultParameters()
		o.Parameters.Rehearsal = true
		if _, err := node.Found(n.Folder, o); err != nil {
			return err
		}
	} else if err := p.join(ctx, a, o, n); err != nil {
		return err
	}
	if err := p.addAdmins(a, o, n.Folder); err != nil {
		return err
	}
	p.agencies = append(p.agencies, a)
	if s.Opt("start", "yes") == "no" {
		return nil
	}
	if err := p.city.Start(ctx, n); err != nil {
		return err
	}
	if err := p.setClock(ctx, n); err != nil {
		return err
	}
	if err := p.synced(ctx, a); err != nil {
		return err
	}
	return p.publishCards(ctx, a)
}

// addAdmins takes over the two admins' key files.
func (p *Player) addAdmins(a *agency, o node.AgencyOptions, folder string) error {
	keys := filepath.Join(folder, node.KeysFolder)
	listed, err := keyring.List(keys)
	if err != nil {
		return err
	}
	for i, admin := range o.Admins {
		who := &person{name: fmt.Sprintf("%s/admin%d", a.id, i+1), agency: a.id, official: admin.Official, keys: keys, desks: map[string]*desk.Desk{}, admin: true}
		at := slices.IndexFunc(listed, func(l keyring.Listed) bool { return l.Header.Official == admin.Official })
		if at < 0 {
			return fmt.Errorf("no key file of %s", who.name)
		}
		who.file = listed[at].Path
		a.admins[i], p.people[who.name] = who, who
	}
	return nil
}

// join invites an agency, compares the words on both sides and has it admitted
// by the votes of the agencies there.
func (p *Player) join(ctx context.Context, a *agency, o node.AgencyOptions, n *Child) error {
	host, inviter, err := p.inviter()
	if err != nil {
		return err
	}
	text, err := inviter.Invite(ctx, node.InviteOptions{})
	if err != nil {
		return err
	}
	request, err := p.guest(ctx, inviter, func(ctx context.Context, confirm node.Confirm) error {
		_, err := node.JoinAgency(ctx, n.Folder, text, o, confirm)
		return err
	})
	if err != nil {
		return err
	}
	motion := &ledger.Motion{Act: ledger.MotionAdmit, Agency: a.id, Document: request.Document}
	return p.carry(ctx, host, desk.Act{Kind: desk.ActMotion, Motion: motion}, nil)
}

// inviter is the first agency whose node runs.
func (p *Player) inviter() (*agency, *control.Client, error) {
	for _, a := range p.agencies {
		if p.running(a) {
			c, err := p.client(a.id, "")
			return a, c, err
		}
	}
	return nil, nil, errors.New("no agency's node runs that could invite")
}

// guest runs a join and confirms it on the inviting side once both sides show
// the same words.
func (p *Player) guest(ctx context.Context, inviter *control.Client, join func(context.Context, node.Confirm) error) (*node.JoinRequest, error) {
	ctx, cancel := context.WithTimeout(ctx, joinLimit)
	defer cancel()
	words := make(chan [6]string, 1)
	done := make(chan error, 1)
	go func() {
		done <- join(ctx, func(_ context.Context, w [6]string) (bool, error) { words <- w; return true, nil })
	}()
	var mine [6]string
	select {
	case mine = <-words:
	case err := <-done:
		return nil, errors.Join(errors.New("the guest ended before the words were compared"), err)
	}
	joins, err := inviter.Joins(ctx)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(joins, func(j node.JoinRequest) bool { return j.Words == mine })
	if i < 0 {
		return nil, fmt.Errorf("%w: the two sides show different words", ErrStory)
	}
	if err := inviter.ConfirmJoin(ctx, joins[i].Serial); err != nil {
		return nil, err
	}
	return &joins[i], <-done
}

// carry puts a motion and has the agencies vote for it until it is carried;
// voters nil: all whose nodes run and who are not concerned.
func (p *Player) carry(ctx context.Context, host *agency, act desk.Act, voters []*agency) error {
	m := act.Motion
	id, err := p.admin(ctx, host, act)
	if err != nil {
		return fmt.Errorf("motion: %w", err)
	}
	if voters == nil {
		voters = p.agencies
	}
	for _, a := range voters {
		if a == host || a.id == m.Agency || !p.running(a) {
			continue
		}
		carried, err := p.carried(ctx, a, id)
		if err != nil {
			return err
		}
		if carried {
			break
		}
		if _, err := p.admin(ctx, a, desk.Act{Kind: desk.ActVote, Target: id, Yes: true}); err != nil && !isRefusal(err) {
			return fmt.Errorf("vote of %s: %w", a.id, err)
		} // refused: it was carried a block ago, which the end of this function tells
	}
	// The last vote is final on the voter's node; the others may be a block behind.
	for _, a := range p.agencies {
		if a.id == m.Agency && m.Act == ledger.MotionExpel || !p.running(a) {
			continue // nobody sends blocks to who is expelled
		}
		ok, err := until(ctx, readLimit, func() (bool, error) { return p.carried(ctx, a, id) })
		if err == nil && !ok {
			err = fmt.Errorf("%w: the motion was not carried", ErrStory)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// carried waits until an agency's node has a motion and tells whether it is carried.
func (p *Player) carried(ctx context.Context, a *agency, id ledger.EntryID) (bool, error) {
	client, err := p.client(a.id, "")
	if err != nil {
		return false, err
	}
	carried := false
	_, err = until(ctx, readLimit, func() (bool, error) {
		known := false
		err := client.Read(ctx, func(r rules.Reader) error {
			if m := rules.NewView(r).Motion(id); m != nil {
				known, carried = true, m.Carried != 0
			}
			return nil
		})
		return known, err
	})
	return carried, err
}

// admin has an agency's first admin sign something and waits until it is final.
func (p *Player) admin(ctx context.Context, a *agency, act desk.Act) (ledger.EntryID, error) {
	return p.act(ctx, a.admins[0], act)
}

// act has a person sign something that must be accepted.
func (p *Player) act(ctx context.Context, who *person, act desk.Act) (ledger.EntryID, error) {
	d, err := p.desk(ctx, who, "")
	if err != nil {
		return ledger.EntryID{}, err
	}
	var page *desk.SignPage
	if _, err := until(ctx, readLimit, func() (bool, error) {
		var err error
		if page, err = d.Prepare(ctx, act); err == nil && page.Check != ledger.Accepted {
			err = page.Check
		}
		return err == nil, err
	}); err != nil {
		return ledger.EntryID{}, err
	}
	ticket, err := d.SignUnlocked(ctx, page)
	if err != nil {
		return ledger.EntryID{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, finalLimit)
	defer cancel()
	final, err := d.Await(ctx, ticket)
	if err == nil && final.Code != ledger.Accepted {
		err = final.Code
	}
	return ticket.Entry, err
}

// synced waits until a new agency's node has the ledger that admitted it, and,
// if it wants to keep, has offered to.
func (p *Player) synced(ctx context.Context, a *agency) error {
	client, err := p.client(a.id, "")
	if err != nil {
		return err
	}
	ok, err := until(ctx, joinLimit, func() (bool, error) {
		member := false
		err := client.Read(ctx, func(r rules.Reader) error {
			rec := rules.NewView(r).Agency(a.id)
			member = rec != nil && rec.Member() && (rec.Ready || rec.Keeper || !a.keeper)
			return nil
		})
		return member, err
	})
	if err == nil && !ok {
		err = fmt.Errorf("%w: %s has not become ready", ErrStory, a.id)
	}
	return err
}

// publishCards gives the two admins names that people can read.
func (p *Player) publishCards(ctx context.Context, a *agency) error {
	for i, who := range a.admins {
		card := &vault.Card{Name: fmt.Sprintf("%s admin %d", a.id, i+1), Title: "Administrator"}
		if _, err := p.act(ctx, who, desk.Act{Kind: desk.ActPublish, Official: who.official, Card: card}); err != nil {
			return fmt.Errorf("publish card: %w", err)
		}
	}
	return nil
}

// personStep enrols an official: proposed by one admin, seconded by the other.
func (p *Player) personStep(ctx context.Context, s Step) error {
	id, name, err := split(s.Args[0])
	if err != nil {
		return err
	}
	a, err := p.agency(string(id))
	if err != nil {
		return err
	}
	roles, err := grants(s.Args[1])
	if err != nil {
		return err
	}
	d, err := p.desk(ctx, a.admins[0], "")
	if err != nil {
		return err
	}
	card := s.Opt("name", strings.ToUpper(name[:1])+name[1:])
	propose, err := d.NewEnrolment(ctx, card, s.Opt("title", ""), s.Opt("unit", ""), roles, Passphrase, 0)
	if err != nil {
		return err
	}
	who := &person{name: s.Args[0], agency: id, official: propose.Enrol.Official, keys: a.admins[0].keys, desks: map[string]*desk.Desk{}}
	if err := p.twoAdmins(ctx, s, a, propose); err != nil || s.Refused {
		return err
	}
	listed, err := keyring.List(who.keys)
	if err != nil {
		return err
	}
	for _, l := range listed {
		if l.Header.Official == who.official {
			who.file = l.Path
		}
	}
	p.people[who.name] = who
	return nil
}

func grants(list string) ([]ledger.RoleGrant, error) {
	var out []ledger.RoleGrant
	for _, r := range strings.Split(list, ",") {
		if !slices.Contains(ledger.Roles(), ledger.Role(r)) {
			return nil, fmt.Errorf("%q is no role", r)
		}
		out = append(out, ledger.RoleGrant{Role: ledger.Role(r)})
	}
	return out, nil
}

// twoAdmins has one admin propose and the other second. A step that must be
// refused is judged at whichever entry is refused.
func (p *Player) twoAdmins(ctx context.Context, s Step, a *agency, propose *ledger.Propose) error {
	return p.bothSign(ctx, s, a.admins, "", propose)
}

// bothSign has two admins sign at a node; empty: the office node.
func (p *Player) bothSign(ctx context.Context, s Step, admins [2]*person, at string, propose *ledger.Propose) error {
	first := s
	first.Refused, first.NoWait = false, false
	act := desk.Act{Kind: desk.ActPropose, Propose: propose}
	if s.Refused {
		act.Unchecked = true
	}
	err := p.sign(ctx, first, admins[0], at, act)
	if s.Refused {
		if err != nil {
			return refusedAs(s, err)
		}
	} else if err != nil {
		return fmt.Errorf("propose: %w", err)
	}
	return p.sign(ctx, s, admins[1], at, desk.Act{Kind: desk.ActSecond, Target: p.lastEntry})
}

// refusedAs judges an expected refusal that came at the first of two entries.
func refusedAs(s Step, err error) error {
	var code ledger.Refusal
	if !errors.As(err, &code) {
		return err
	}
	return judge(s, code)
}
