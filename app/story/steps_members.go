package story

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"countersign/app/desk"
	"countersign/ledger"
	"countersign/ledger/keyring"
	"countersign/ledger/vault"
)

// offered is what an agency without a usable admin has offered, and by what names
// the story calls the two people.
type offered struct {
	offer desk.AdminOffer
	names [2]string
}

// offerAdminsStep has two people make their keys at their agency's node, and the
// offer that another member puts to the vote.
func (p *Player) offerAdminsStep(ctx context.Context, s Step) error {
	var pair [2]desk.NewAdmin
	var o offered
	var id ledger.AgencyID
	for i, name := range s.Args {
		of, short, err := split(name)
		if err != nil {
			return err
		}
		if i > 0 && of != id {
			return fmt.Errorf("%s and %s are not of one agency", s.Args[0], name)
		}
		if p.people[name] != nil {
			return fmt.Errorf("there is a %s already", name)
		}
		id, o.names[i] = of, name
		pair[i] = desk.NewAdmin{Card: vault.Card{Name: short, Title: "Administrator"}, Passphrase: Passphrase}
	}
	a, err := p.agency(string(id))
	if err != nil {
		return err
	}
	client, err := p.client(id, s.Opt("on", ""))
	if err != nil {
		return err
	}
	d := desk.New(client, desk.Options{Keys: a.admins[0].keys, State: filepath.Join(p.opt.Dir, "desks", string(id), "offer"), WorkFactor: workFactor})
	o.offer, err = d.OfferAdmins(ctx, pair)
	if s.Refused {
		if err == nil {
			return fmt.Errorf("%w: the offer was made", ErrStory)
		}
		if !errors.Is(err, desk.ErrHasAdmins) {
			return err
		}
		return nil
	}
	if err == nil {
		p.offers[id] = o
	}
	return err
}

// voteStep puts a motion about an agency to the vote of others.
func (p *Player) voteStep(ctx context.Context, s Step) error {
	act := ledger.MotionAct(s.Args[1])
	about, err := p.agency(s.Args[0])
	if err != nil {
		return err
	}
	motion := desk.Act{Kind: desk.ActMotion, Motion: &ledger.Motion{Act: act, Agency: about.id}}
	switch act {
	case ledger.MotionSuspend, ledger.MotionReinstate, ledger.MotionExpel, ledger.MotionReplaceKeeper:
	case ledger.MotionNewAdmins:
		o, ok := p.offers[about.id]
		if !ok {
			return fmt.Errorf("%s has made no offer: write offer-admins first", about.id)
		}
		motion = o.offer.Act()
	default:
		return fmt.Errorf("no motion %q", s.Args[1])
	}
	var voters []*agency
	for _, id := range s.List("by") {
		a, err := p.agency(id)
		if err != nil {
			return err
		}
		voters = append(voters, a)
	}
	err = p.carry(ctx, voters[0], motion, voters)
	switch {
	case s.Refused && err == nil:
		return fmt.Errorf("%w: the motion was carried", ErrStory)
	case s.Refused && isRefusal(err):
		return refusedAs(s, err)
	case s.Refused && errors.Is(err, ErrStory) && s.Options[demanded] == "":
		return nil // every vote counted, and they were too few
	case err != nil || act != ledger.MotionNewAdmins:
		return err
	}
	return p.newAdmins(ctx, about, voters)
}

// newAdmins takes over the people who now administer an agency, once every agency
// that voted has the same words and names of them.
func (p *Player) newAdmins(ctx context.Context, a *agency, voters []*agency) error {
	o := p.offers[a.id]
	for _, voter := range voters {
		if voter == a {
			continue
		}
		d, err := p.desk(ctx, voter.admins[0], "")
		if err != nil {
			return err
		}
		_, err = until(ctx, readLimit, func() (bool, error) {
			rows, err := d.Motions(ctx)
			if err != nil {
				return false, err
			}
			i := slices.IndexFunc(rows, func(r desk.MotionRow) bool {
				return r.Motion.Motion.Act == ledger.MotionNewAdmins && r.Motion.Motion.Agency == a.id
			})
			switch {
			case i < 0 || rows[i].Words != o.offer.Words:
				return false, fmt.Errorf("%w: at %s the six words are not those of the offer", ErrStory, voter.id)
			case len(rows[i].Admins) != 2:
				return false, fmt.Errorf("%w: at %s the new admins have no names", ErrStory, voter.id)
			}
			return true, nil
		})
		if err != nil {
			return err
		}
	}
	keys := a.admins[0].keys
	listed, err := keyring.List(keys)
	if err != nil {
		return err
	}
	for i, name := range o.names {
		who := &person{name: name, agency: a.id, official: o.offer.Motion.Admins[i].Official, keys: keys, desks: map[string]*desk.Desk{}, admin: true}
		at := slices.IndexFunc(listed, func(l keyring.Listed) bool { return l.Err == nil && l.Header.Official == who.official })
		if at < 0 {
			return fmt.Errorf("no key file of %s", name)
		}
		who.file = listed[at].Path
		a.admins[i], p.people[name] = who, who
	}
	return nil
}
