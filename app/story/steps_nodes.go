package story

import (
	"context"
	"fmt"

	"countersign/app/desk"
	"countersign/app/node"
	"countersign/ledger"
)

// nodeStep adds a further node to an agency: a desktop, or a spare that holds the
// agency's identities when the step ends.
func (p *Player) nodeStep(ctx context.Context, s Step) error {
	id, name, err := split(s.Args[0])
	if err != nil {
		return err
	}
	a, err := p.agency(string(id))
	if err != nil {
		return err
	}
	spare := s.Opt("spare", "no") == "yes"
	inviter, err := p.client(id, "")
	if err != nil {
		return err
	}
	n := p.city.Add(s.Args[0])
	text, err := inviter.Invite(ctx, node.InviteOptions{Agency: id, Node: ledger.NodeCode(name)})
	if err != nil {
		return err
	}
	request, err := p.guest(ctx, inviter, func(ctx context.Context, confirm node.Confirm) error {
		_, err := node.JoinNode(ctx, n.Folder, text, node.NodeOptions{Listen: loopback(), Now: p.now(), Spare: spare}, confirm)
		return err
	})
	if err != nil {
		return err
	}
	if _, err := p.admin(ctx, a, desk.Act{Kind: desk.ActNode, Node: &ledger.Node{Node: *request.Node}}); err != nil {
		return err
	}
	if err := p.city.Start(ctx, n); err != nil {
		return err
	}
	if err := p.setClock(ctx, n); err != nil {
		return err
	}
	if err := p.caughtUp(ctx, id, name); err != nil || !spare {
		return err
	}
	return p.holdsIdentities(ctx, a, name)
}

// holdsIdentities waits until a spare has been given the agency's identities: it
// then has a grant for whoever unlocks there.
func (p *Player) holdsIdentities(ctx context.Context, a *agency, name string) error {
	client, err := p.client(a.id, name)
	if err != nil {
		return err
	}
	ok, err := until(ctx, joinLimit, func() (bool, error) {
		st, err := client.Status(ctx)
		return err == nil && st.Spare && st.Identities, err
	})
	if err == nil && !ok {
		err = fmt.Errorf("%w: %s/%s has not been given the agency's identities", ErrStory, a.id, name)
	}
	return err
}

// officeStep has two admins move the office. They sign at the office node, or, when
// it is gone, at the node that is to be it.
func (p *Player) officeStep(ctx context.Context, s Step) error {
	a, err := p.agency(s.Args[0])
	if err != nil {
		return err
	}
	at, to := "", s.Args[1]
	if !p.running(a) {
		at = to
	}
	d, err := p.desk(ctx, a.admins[0], at)
	if err != nil {
		return err
	}
	propose := &ledger.Propose{Office: &ledger.MoveOffice{Node: ledger.NodeCode(to)}}
	if !s.Refused {
		if propose, err = d.OfficeProposal(ctx, ledger.NodeCode(to)); err != nil {
			return err
		}
	}
	if err := p.bothSign(ctx, s, a.admins, at, propose); err != nil || s.Refused || s.NoWait {
		return err
	}
	client, err := p.client(a.id, to)
	if err != nil {
		return err
	}
	ok, err := until(ctx, joinLimit, func() (bool, error) {
		st, err := client.Status(ctx)
		return err == nil && st.Office, err
	})
	if err == nil && !ok {
		err = fmt.Errorf("%w: %s/%s is not the office node", ErrStory, a.id, to)
	}
	if err == nil {
		a.moved = to
	}
	return err
}

// caughtUp waits until a node has what its agency's office node has now.
func (p *Player) caughtUp(ctx context.Context, id ledger.AgencyID, name string) error {
	office, err := p.client(id, "")
	if err != nil {
		return err
	}
	want, err := office.Status(ctx)
	if err != nil {
		return err
	}
	client, err := p.client(id, name)
	if err != nil {
		return err
	}
	ok, err := until(ctx, joinLimit, func() (bool, error) {
		st, err := client.Status(ctx)
		return err == nil && st.Log.Size >= want.Log.Size, err
	})
	if err == nil && !ok {
		err = fmt.Errorf("%w: %s/%s has not caught up", ErrStory, id, name)
	}
	return err
}
