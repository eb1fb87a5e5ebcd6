package keyring

import (
	"fmt"

	"filippo.io/age"

	"countersign/ledger"
	"countersign/ledger/keyring/hybrid"
)

// Identity is an official's unlocked keys: it signs (ledger.Signer) and opens
// what is sealed for the official (age.Identity). It may be used from several
// goroutines until Close.
type Identity struct {
	header Header
	signer *signer
	age    *hybrid.Identity
}

// NewOfficial makes an official's keys in memory. Algorithm is ledger.Ed25519 or ledger.P256.
func NewOfficial(agency ledger.AgencyID, official ledger.OfficialID, algorithm ledger.Algorithm) (*Identity, error) {
	s, err := newSigner(algorithm)
	if err != nil {
		return nil, err
	}
	a, err := hybrid.Generate()
	if err != nil {
		return nil, fmt.Errorf("make official's keys: %w", err)
	}
	h := Header{Kind: KindOfficial, Agency: agency, Official: official, Key: s.public, Recipient: a.Recipient()}
	if err := h.check(); err != nil {
		return nil, fmt.Errorf("make official's keys: %w", ledger.ErrBadForm)
	}
	return &Identity{header: h, signer: s, age: a}, nil
}

// Save writes the keys to a new file for a network. It never overwrites one
// (ErrExists).
func (i *Identity) Save(path string, network ledger.NetworkID, passphrase string, o Options) error {
	return i.save(path, network, passphrase, o, false)
}

func (i *Identity) save(path string, network ledger.NetworkID, passphrase string, o Options, replace bool) error {
	s := &secrets{Header: i.header, Sign: i.signer.copySecret()}
	defer s.wipe()
	s.Header.Network = network
	err := i.age.Lend(func(seed []byte) error {
		s.Age = append(make([]byte, 0, len(seed)), seed...)
		return nil
	})
	if err != nil || s.Sign == nil {
		return fmt.Errorf("save key file: %w", ErrLocked)
	}
	c, err := lockWith(s, passphrase, o)
	if err != nil {
		return fmt.Errorf("save key file: %w", err)
	}
	return writeFile(path, c, replace)
}

// Create makes an official's keys and their file in one step, for a network that
// exists already.
func Create(path string, network ledger.NetworkID, agency ledger.AgencyID, official ledger.OfficialID,
	algorithm ledger.Algorithm, passphrase string, o Options) (*Identity, error) {
	id, err := NewOfficial(agency, official, algorithm)
	if err != nil {
		return nil, err
	}
	if err := id.Save(path, network, passphrase, o); err != nil {
		id.Close()
		return nil, err
	}
	id.header.Network = network
	return id, nil
}

// Open unlocks an official's key file. Errors wrap ErrWrongPassphrase,
// ErrDamaged, ErrNotAKeyFile, ErrNewerVersion, ErrWeakFile or ErrTooMuchWork.
func Open(path, passphrase string, o Options) (*Identity, error) {
	c, _, err := readFile(path)
	if err != nil {
		return nil, err
	}
	if c.Header.Kind != KindOfficial {
		return nil, fmt.Errorf("open key file of a %s: %w", c.Header.Kind, ErrWrongHolder)
	}
	s, err := c.unlock(passphrase, o)
	if err != nil {
		return nil, fmt.Errorf("open key file: %w", err)
	}
	defer s.wipe()
	id, err := identityOf(s)
	if err != nil {
		return nil, fmt.Errorf("open key file: %w", err)
	}
	return id, nil
}

func identityOf(s *secrets) (*Identity, error) {
	sign, err := signerOf(s.Header.Key.Algorithm, s.Sign)
	if err != nil {
		return nil, err
	}
	a, err := hybrid.FromSeed(s.Age)
	if err != nil || a.Recipient() != s.Header.Recipient || sign.public.ID() != s.Header.Key.ID() {
		sign.wipe()
		return nil, ErrDamaged
	}
	return &Identity{header: s.Header, signer: sign, age: a}, nil
}

// ChangePassphrase writes an official's file anew under another passphrase. The
// keys stay the same; copies of the old file still open with the old passphrase.
func ChangePassphrase(path, old, new string, o Options) error {
	if new == "" {
		return fmt.Errorf("change passphrase: %w", ErrEmptyPassphrase)
	}
	id, err := Open(path, old, o)
	if err != nil {
		return fmt.Errorf("change passphrase: %w", err)
	}
	defer id.Close()
	return id.save(path, id.header.Network, new, o, true)
}

// Header is what the key file tells in the clear.
func (i *Identity) Header() Header { return i.header }

// Agency is the agency whose official holds the keys.
func (i *Identity) Agency() ledger.AgencyID { return i.header.Agency }

// Official is the holder.
func (i *Identity) Official() ledger.OfficialID { return i.header.Official }

// Public is the signing key's public half.
func (i *Identity) Public() ledger.PublicKey { return i.signer.public }

// Sign implements ledger.Signer; the error wraps ErrLocked after Close.
func (i *Identity) Sign(message []byte) ([]byte, error) { return i.signer.Sign(message) }

// Recipient is the public half of the age identity.
func (i *Identity) Recipient() string { return i.age.Recipient() }

// Unwrap implements age.Identity.
func (i *Identity) Unwrap(stanzas []*age.Stanza) ([]byte, error) { return i.age.Unwrap(stanzas) }

// Close locks: it wipes the keys from memory. It may be called more than once.
func (i *Identity) Close() {
	i.signer.wipe()
	i.age.Close()
	Scrub()
}

// String names the official's key without its secret.
func (i *Identity) String() string { return "official's " + i.signer.String() }

// GoString keeps the secret out of %#v.
func (i *Identity) GoString() string { return i.String() }
