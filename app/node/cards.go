package node

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"filippo.io/age"

	"countersign/app/desk"
	"countersign/ledger"
	"countersign/ledger/keyring"
	"countersign/ledger/keyring/hybrid"
	"countersign/ledger/rules"
	"countersign/ledger/vault"
)

// The first admins of an agency stand in its document, where names have no
// place. Their cards wait in a file, sealed for the agency's office node, which
// publishes them once the agency is a member.
const (
	fileCards    = "cards.sealed"
	cardsVersion = 1
	maxCardsFile = 64 << 10
)

// firstCards is the file's content.
type firstCards struct {
	Version uint8       `cbor:"0,keyasint"`
	Cards   []firstCard `cbor:"1,keyasint"`
}

type firstCard struct {
	Official ledger.OfficialID `cbor:"0,keyasint"`
	Card     vault.Card        `cbor:"1,keyasint"`
}

// keepFirstCards seals the cards of an agency's first admins for its office node.
func keepFirstCards(folder string, cards []firstCard, office *keyring.Node) error {
	if len(cards) == 0 {
		return nil
	}
	for _, c := range cards {
		for _, s := range []string{c.Card.Name, c.Card.Title, c.Card.Unit} {
			if s != "" && !ledger.ValidTitle(s) {
				return fmt.Errorf("keep cards: name or title of an admin: %w", ledger.ErrBadTitle)
			}
		}
	}
	to, err := age.ParseHybridRecipient(office.Age().Recipient())
	if err != nil {
		return fmt.Errorf("keep cards: %w", err)
	}
	plain := ledger.Encode(firstCards{Version: cardsVersion, Cards: cards})
	defer clear(plain)
	sealed, err := hybrid.SealSecret(plain, to)
	if err != nil {
		return fmt.Errorf("keep cards: %w", err)
	}
	return writeFile(filepath.Join(folder, fileCards), sealed)
}

func (n *Node) readFirstCards() (firstCards, error) {
	var c firstCards
	sealed, err := readOptional(filepath.Join(n.folder, fileCards))
	if err != nil || sealed == nil {
		return c, err
	}
	err = hybrid.OpenSecret(sealed, n.keys.Age(), func(plain []byte) error { return ledger.Decode(plain, maxCardsFile, &c) })
	if err == nil && c.Version > cardsVersion {
		err = ErrNewerProfile
	}
	return c, err
}

// publishCards publishes the cards of the agency's first admins who have none on
// the record, and forgets them when all have.
func (o *office) publishCards() error {
	n := o.node
	if n.keys.Age() == nil {
		return nil
	}
	kept, err := n.readFirstCards()
	if err != nil {
		return fmt.Errorf("publish cards: %w", err)
	}
	if len(kept.Cards) == 0 {
		return nil
	}
	us, waits := n.currentProfile(), false
	var missing []firstCard
	var members []ledger.AgencyID
	err = n.view(func(v rules.View) error {
		a := v.Agency(us.Agency)
		if a == nil || !a.Member() || !n.isOffice(v) {
			waits = true
			return nil
		}
		for _, e := range v.MemberEpochs() {
			members = append(members, e.Agency)
		}
		for _, c := range kept.Cards {
			if who := v.Official(c.Official); who != nil && who.Card == nil {
				missing = append(missing, c)
			}
		}
		return nil
	})
	if err != nil || waits {
		return err
	}
	if len(missing) == 0 {
		return os.Remove(filepath.Join(n.folder, fileCards))
	}
	if o.waitingKind(ledger.KindSheet) {
		return nil
	}
	to, err := n.recipients(members...)
	if err != nil {
		return fmt.Errorf("publish cards: %w", err)
	}
	var errs []error
	for _, c := range missing {
		nonce := ledger.NewNonce()
		binding := vault.Binding{Network: us.Network, Agency: us.Agency, Author: n.keys.Signer().Public().ID(), Nonce: nonce}
		cipher, part, err := vault.Seal(binding, &c.Card, to)
		if err == nil {
			err = o.sign(nonce, &ledger.Sheet{Name: desk.CardName(c.Official), Official: &c.Official, Part: part}, cipher)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
