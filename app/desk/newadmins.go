package desk

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"filippo.io/age"

	"countersign/ledger"
	"countersign/ledger/keyring"
	"countersign/ledger/keyring/hybrid"
	"countersign/ledger/vault"
)

// An agency that has lost its last usable admin cannot enrol anybody. The two
// people who are to follow make their keys at a computer of the agency, and an
// offer: text that travels to another member by any channel. An admin there reads
// it and puts it to the vote. The six words stand for the keys, so that every
// member can telephone the agency before it votes.

// Errors of offers.
var (
	ErrHasAdmins = errors.New("this agency has an administrator whose key works: administrators enrol others themselves")
	ErrBadOffer  = errors.New("this is no offer of two administrators, or part of it is missing")
)

// NewAdmin is one of the two people who are to administer the agency.
type NewAdmin struct {
	Card       vault.Card
	Passphrase string
}

// AdminOffer is an offer of two admins, read and proven.
type AdminOffer struct {
	Text   string
	Agency ledger.AgencyID
	Title  string // the agency's
	Words  [6]string
	Cards  [2]vault.Card
	Motion ledger.Motion
}

const (
	offerVersion = 1
	offerPrefix  = "countersign-admins-1:"
	maxOffer     = 64 << 10
)

// offerBody is what the text of an offer says.
type offerBody struct {
	Version uint8                   `cbor:"0,keyasint"`
	Network ledger.NetworkID        `cbor:"1,keyasint"`
	Agency  ledger.AgencyID         `cbor:"2,keyasint"`
	Admins  [2]ledger.AdminDocument `cbor:"3,keyasint"`
	Epoch   ledger.Epoch            `cbor:"4,keyasint"`
	Cards   [2]vault.Card           `cbor:"5,keyasint"`
}

// AdminWords are the six words of the keys that a motion for new admins brings;
// anybody can work them out from the record.
func AdminWords(network ledger.NetworkID, m *ledger.Motion) [6]string {
	bare := ledger.Motion{Act: m.Act, Agency: m.Agency, Admins: m.Admins, Epoch: m.Epoch}
	return SixWords(ledger.Sum(network[:], ledger.Encode(&bare)))
}

// OfferAdmins makes the keys of two new admins for the desk's own agency, each in
// a file of the keys folder under the person's own passphrase, and the agency's
// next identity, which the agency's nodes and the two can open. Nobody has to have
// unlocked here. ErrHasAdmins while the agency can still help itself.
func (d *Desk) OfferAdmins(ctx context.Context, admins [2]NewAdmin) (AdminOffer, error) {
	p := d.node.Profile()
	var number uint32
	var office string
	err := d.look(ctx, func(l *look) error {
		a := l.Agency(p.Agency)
		switch {
		case a == nil || !a.Member():
			return ledger.NotAMember
		case len(l.Admins(p.Agency, l.now)) > 0:
			return ErrHasAdmins
		}
		number = a.Epoch + 1
		if n := l.Node(p.Agency, a.Office); n != nil {
			office = n.Recipient
		}
		return nil
	})
	if err != nil {
		return AdminOffer{}, fmt.Errorf("offer administrators: %w", err)
	}
	out, err := d.makeAdmins(ctx, p, number, office, admins)
	if err != nil {
		return AdminOffer{}, fmt.Errorf("offer administrators: %w", err)
	}
	return out, nil
}

func (d *Desk) makeAdmins(ctx context.Context, p Profile, number uint32, office string, admins [2]NewAdmin) (offer AdminOffer, err error) {
	body := offerBody{Version: offerVersion, Network: p.Network, Agency: p.Agency}
	next, err := hybrid.Generate()
	if err != nil {
		return offer, err
	}
	defer next.Close()
	var keys [2]*keyring.Identity
	var files []string
	defer func() {
		for _, k := range keys {
			if k != nil {
				k.Close()
			}
		}
		for _, f := range files {
			if err != nil {
				err = errors.Join(err, os.Remove(f))
			}
		}
	}()
	if err = os.MkdirAll(d.opt.Keys, 0o700); err != nil {
		return offer, err
	}
	readers := []reader{{recipient: office}}
	for i, a := range admins {
		if !ledger.ValidTitle(a.Card.Name) {
			return offer, fmt.Errorf("name of administrator %d: %w", i+1, ledger.ErrBadTitle)
		}
		if keys[i], err = keyring.NewOfficial(p.Agency, ledger.NewOfficialID(), ledger.Ed25519); err != nil {
			return offer, err
		}
		if body.Admins[i], err = keyring.AdminDocument(p.Network, p.Agency, keys[i]); err != nil {
			return offer, err
		}
		path := d.newKeyPath(keys[i].Public())
		if err = keys[i].Save(path, p.Network, a.Passphrase, d.keyOptions()); err != nil {
			return offer, err
		}
		files = append(files, path)
		body.Cards[i] = a.Card
		readers = append(readers, reader{keys[i].Official(), keys[i].Recipient()})
		if err = d.keepMade(keys[i], number, next); err != nil {
			return offer, err
		}
	}
	if body.Epoch, err = keyring.Epoch(p.Network, p.Agency, number, next.Recipient(), keys[0]); err != nil {
		return offer, err
	}
	readers = slices.DeleteFunc(readers, func(r reader) bool { return r.recipient == "" })
	if err = d.putGrants(ctx, p.Network, p.Agency, epochKey{number, next}, readers); err != nil {
		return offer, err
	}
	for i, k := range keys { // the page for unlocking names them, also while they wait
		d.writeFace(k.Official(), face{Name: admins[i].Card.Name, Title: admins[i].Card.Title})
	}
	return d.ReadOffer(ctx, offerPrefix+base64.RawURLEncoding.EncodeToString(ledger.Encode(body)))
}

// keepMade keeps the next identity for one of its makers, as nextEpoch does:
// whoever unlocks first wraps it for everybody who lacks it.
func (d *Desk) keepMade(of *keyring.Identity, number uint32, id *hybrid.Identity) error {
	to, err := age.ParseHybridRecipient(of.Recipient())
	if err != nil {
		return err
	}
	return id.Lend(func(seed []byte) error {
		made := []madeEpoch{{number, id.Recipient(), seed}}
		return cabinetOf(d.opt.State, of.Official()).writeSealed(epochsFile, made, to)
	})
}

// ReadOffer reads an offer's text and checks form and proofs. White space, as mail
// programs add it, does not matter. Whether the agency needs it the rules say.
func (d *Desk) ReadOffer(ctx context.Context, text string) (AdminOffer, error) {
	var b offerBody
	if len(text) > maxOffer {
		return AdminOffer{}, ErrBadOffer
	}
	text = strings.Join(strings.Fields(text), "")
	coded, ok := strings.CutPrefix(text, offerPrefix)
	raw, err := base64.RawURLEncoding.DecodeString(coded)
	if !ok || err != nil {
		return AdminOffer{}, ErrBadOffer
	}
	if err := ledger.Decode(raw, maxOffer, &b); err != nil || b.Version != offerVersion {
		return AdminOffer{}, ErrBadOffer
	}
	out := AdminOffer{Text: text, Agency: b.Agency, Title: string(b.Agency), Cards: b.Cards,
		Motion: ledger.Motion{Act: ledger.MotionNewAdmins, Agency: b.Agency, Admins: b.Admins[:], Epoch: &b.Epoch}}
	network := d.node.Profile().Network
	if out.Motion.Check() != nil || b.Network != network || !ledger.ValidTitle(b.Cards[0].Name) || !ledger.ValidTitle(b.Cards[1].Name) ||
		!b.Admins[0].Proven(network, b.Agency) || !b.Admins[1].Proven(network, b.Agency) || !b.Epoch.Proven(network, b.Agency, b.Admins[0].Key) {
		return AdminOffer{}, ErrBadOffer
	}
	out.Words = AdminWords(network, &out.Motion)
	err = d.look(ctx, func(l *look) error { out.Title = l.title(b.Agency); return nil })
	return out, err
}

// Act puts the offer to the vote of the members. The two cards are sealed for all
// members when the page is prepared.
func (o AdminOffer) Act() Act {
	m := o.Motion
	return Act{Kind: ActMotion, Motion: &m, Cards: o.Cards[:]}
}

// motion seals the cards that go with a motion; the motion that was handed in
// stays as it is.
func (w *writer) motion(ctx context.Context) (ledger.Payload, error) {
	m := *w.act.Motion
	m.Cards = nil
	for i := range w.act.Cards {
		part, err := w.sealToAll(ctx, &w.act.Cards[i])
		if err != nil {
			return nil, err
		}
		m.Cards = append(m.Cards, part)
	}
	return &m, nil
}
