package node

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"countersign/ledger"
	"countersign/ledger/consensus"
	"countersign/ledger/keyring"
	"countersign/ledger/keyring/hybrid"
	"countersign/ledger/vault"
)

// AgencyOptions describes an agency that founds or joins a network.
type AgencyOptions struct {
	Agency     ledger.AgencyID
	Title      string
	Office     ledger.NodeCode // code of its first node; empty: "office"
	Admins     [2]AdminOptions
	Calendar   []ledger.Time // empty: Monday to Friday, two years, in UTC
	Listen     []string      // empty: every interface, ports the system picks
	MDNS       bool
	Keeper     bool // becomes a keeper when ready
	WorkFactor int  // of the key files; lower than the default only in rehearsals
	Demo       bool
	Now        time.Time

	Parameters ledger.Parameters // founding only
}

// AdminOptions is how an admin's key file is made.
type AdminOptions struct {
	Official   ledger.OfficialID // zero: drawn
	Passphrase string
	Card       vault.Card // who it is, for all members; without a name none is published
}

// ErrProfileExists says that a folder holds a profile already.
var ErrProfileExists = errors.New("this folder holds a profile already: choose an empty one")

// defaultOffice is the code of an agency's first node.
const defaultOffice = "office"

// calendarDays is two years of working days.
const calendarDays = 520

// agencyKeys are the keys of a new agency, in memory until both sides have confirmed.
type agencyKeys struct {
	admins [2]*keyring.Identity
	node   *keyring.Node
	epoch  *hybrid.Identity
}

func newAgencyKeys(o AgencyOptions) (*agencyKeys, error) {
	k := &agencyKeys{}
	for i, a := range o.Admins {
		id := a.Official
		if id.IsZero() {
			id = ledger.NewOfficialID()
		}
		admin, err := keyring.NewOfficial(o.Agency, id, ledger.Ed25519)
		if err != nil {
			return nil, err
		}
		k.admins[i] = admin
	}
	var err error
	if k.node, err = keyring.NewNode(o.Agency, o.Office, keyring.NodeOptions{Office: true, Keeper: true}); err != nil {
		return nil, err
	}
	if k.epoch, err = hybrid.Generate(); err != nil {
		return nil, err
	}
	return k, nil
}

func (k *agencyKeys) close() {
	for _, a := range k.admins {
		if a != nil {
			a.Close()
		}
	}
	if k.node != nil {
		k.node.Close()
	}
	if k.epoch != nil {
		k.epoch.Close()
	}
}

// introduction is what the agency's document says.
func (k *agencyKeys) introduction(o AgencyOptions) keyring.Introduction {
	return keyring.Introduction{Title: o.Title, Made: ledger.TimeOf(o.Now), Admins: [2]keyring.Holder{k.admins[0], k.admins[1]},
		Office: k.node, Epoch: k.epoch.Recipient(), Calendar: o.Calendar}
}

func (o AgencyOptions) complete() AgencyOptions {
	if o.Office == "" {
		o.Office = defaultOffice
	}
	if o.Now.IsZero() {
		o.Now = time.Now()
	}
	if len(o.Calendar) == 0 {
		// From two months back: a rehearsal's past has working days too.
		o.Calendar = keyring.WorkingDays(o.Now.AddDate(0, -3, 0), calendarDays, time.UTC)
	}
	return o
}

// Found makes a new network in an empty folder: the agency's keys, the founding
// document and the profile of its first node. Nothing is left behind when it fails.
func Found(folder string, o AgencyOptions) (Profile, error) {
	o = o.complete()
	if err := empty(folder); err != nil {
		return Profile{}, err
	}
	keys, err := newAgencyKeys(o)
	if err != nil {
		return Profile{}, fmt.Errorf("found network: %w", err)
	}
	defer keys.close()
	doc, err := keyring.Found(keys.introduction(o), o.Parameters)
	if err != nil {
		return Profile{}, fmt.Errorf("found network: %w", err)
	}
	p := Profile{Network: doc.NetworkID(), Agency: o.Agency, Node: o.Office, Keeper: true,
		Rehearsal: o.Parameters.Rehearsal, Demo: o.Demo, Listen: o.Listen, MDNS: o.MDNS}
	if err := keys.save(folder, doc, p, o); err != nil {
		return Profile{}, fmt.Errorf("found network: %w", err)
	}
	return p, nil
}

// empty makes sure that a folder can take a new profile.
func empty(folder string) error {
	if _, err := os.Stat(filepath.Join(folder, fileProfile)); err == nil {
		return fmt.Errorf("%s: %w", folder, ErrProfileExists)
	}
	return nil
}

// save writes an agency's first node into folder: keys first, the profile, which
// makes it a node, last.
func (k *agencyKeys) save(folder string, founding *ledger.Document, p Profile, o AgencyOptions) (err error) {
	made, err := makeFolders(folder)
	defer func() { err = undo(folder, made, err) }()
	if err != nil {
		return err
	}
	options := keyring.Options{Rehearsal: p.Rehearsal, WorkFactor: o.WorkFactor}
	for i, a := range k.admins {
		path := filepath.Join(folder, KeysFolder, a.Header().FileName())
		if err := a.Save(path, p.Network, o.Admins[i].Passphrase, options); err != nil {
			return err
		}
	}
	if err := k.node.Save(filepath.Join(folder, fileNodeKeys), p.Network, keyring.Protection{}); err != nil {
		return err
	}
	readers := []string{k.node.Age().Recipient()}
	for _, a := range k.admins {
		readers = append(readers, a.Recipient())
	}
	if err := writeFirstGrants(filepath.Join(folder, dirGrants), p.Network, o.Agency, k.epoch, readers); err != nil {
		return err
	}
	var cards []firstCard
	for i, a := range k.admins {
		if card := o.Admins[i].Card; card.Name != "" {
			cards = append(cards, firstCard{a.Official(), card})
		}
	}
	if err := keepFirstCards(folder, cards, k.node); err != nil {
		return err
	}
	if err := consensus.CreateGuard(filepath.Join(folder, fileGuard), p.Network, k.node.Consensus().Public()); err != nil {
		return err
	}
	if err := writeFile(filepath.Join(folder, fileFounding), founding.Bytes()); err != nil {
		return err
	}
	return WriteProfile(folder, p)
}

// undo removes a folder that was made for nothing; one that was there stays.
func undo(folder string, made bool, err error) error {
	if err == nil || !made {
		return err
	}
	return errors.Join(err, os.RemoveAll(folder))
}

// makeFolders makes a profile's folders, and tells whether folder itself is new.
func makeFolders(folder string) (made bool, err error) {
	_, err = os.Stat(folder)
	made = errors.Is(err, os.ErrNotExist)
	for _, d := range []string{KeysFolder, StateFolder, dirVault, dirGrants, dirOutbox} {
		if err := os.MkdirAll(filepath.Join(folder, d), 0o700); err != nil {
			return made, fmt.Errorf("make profile folder: %w", err)
		}
	}
	return made, nil
}
