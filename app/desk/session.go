package desk

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"filippo.io/age"

	"countersign/ledger"
	"countersign/ledger/keyring"
	"countersign/ledger/keyring/hybrid"
	"countersign/ledger/vault"
)

// session is one official's unlocked time at the desk.
type session struct {
	me        ledger.OfficialID
	agency    ledger.AgencyID
	network   ledger.NetworkID
	path      string // of the key file
	keys      *keyring.Identity
	recipient age.Recipient // of the official's own age identity
	identity  age.Identity
	cabinet   cabinet
	marks     *marks
	roll      *roll
	asked     asked
	casesMu   sync.Mutex // one change of the book of case files at a time
	erasing   sync.Mutex
	erased    int // requests erased at this desk so far, of those that the agency has ordered to be

	ctx    context.Context // ends at Lock
	cancel context.CancelFunc
	work   sync.WaitGroup

	mu          sync.Mutex
	epochs      map[uint32]*hybrid.Identity      // the agency's, by number
	grantsAfter time.Time                        // no sooner are grants read again
	opened      map[ledger.Hash]*opened          // by commitment
	cards       map[ledger.OfficialID]vault.Card // of people to be enrolled
	sheets      map[ledger.Code]vault.Sheet      // of datasets and bases to be published
	queued      map[ledger.Hash]bool             // letters waiting to be opened in the background
	person      Person
	signed      map[ledger.EntryID]Act // signed here, not final yet
	unsigned    []ledger.PublicKey     // keys made here for an act that is not signed yet
}

func (d *Desk) session() (*session, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.current == nil {
		return nil, ErrLocked
	}
	return d.current, nil
}

// KeyFile is an official who can unlock here, as their key file tells in the clear.
type KeyFile struct {
	Official ledger.OfficialID
	Agency   ledger.AgencyID
	Key      ledger.PublicKey
	Path     string
	Enrolled bool   // the record names this key
	Name     string // as it was at the last unlock here, or in an offer made here; else empty
	Title    string
	Err      error // why a file that looks like a key file cannot be used
}

// Identities lists the officials of this network whose key files lie here. An
// official with a new key and an old one appears once, with the key that the
// record names last.
func (d *Desk) Identities() ([]KeyFile, error) {
	listed, err := keyring.List(d.opt.Keys)
	if err != nil {
		return nil, fmt.Errorf("list keys: %w", err)
	}
	profile := d.node.Profile()
	rank := d.keyRanks(listed)
	known := d.readFaces()
	var out []KeyFile
	at := map[ledger.OfficialID]int{}
	for _, f := range listed {
		if f.Err != nil {
			out = append(out, KeyFile{Path: f.Path, Err: f.Err})
			continue
		}
		h := f.Header
		if h.Kind != keyring.KindOfficial || h.Network != profile.Network || h.Agency != profile.Agency {
			continue
		}
		face := known[h.Official]
		k := KeyFile{Official: h.Official, Agency: h.Agency, Key: h.Key, Path: f.Path,
			Enrolled: rank[h.Key.ID()] > 0, Name: face.Name, Title: face.Title}
		if i, ok := at[h.Official]; ok {
			if rank[h.Key.ID()] > rank[out[i].Key.ID()] {
				out[i] = k
			}
			continue
		}
		at[h.Official] = len(out)
		out = append(out, k)
	}
	return out, nil
}

// keyRanks orders an official's keys: the record's current key highest, then
// older ones, then keys that the record does not know (yet).
func (d *Desk) keyRanks(listed []keyring.Listed) map[ledger.KeyID]int {
	rank := map[ledger.KeyID]int{}
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	_ = d.look(ctx, func(l *look) error { // without the record every rank is the same
		for _, f := range listed {
			if f.Err != nil {
				continue
			}
			if o := l.Official(f.Header.Official); o != nil {
				rank[f.Header.Key.ID()] = slices.Index(o.Keys, f.Header.Key.ID()) + 1
			}
		}
		return nil
	})
	return rank
}

// Unlock opens an official's key file and the agency's identities granted to
// them, and locks whoever was here before. Without grants (the office node has
// not sent any yet) the desk works, and letters stay closed until they come.
// Errors wrap ErrWrongPassphrase, ErrNotYours or what Options.Unlocked says.
func (d *Desk) Unlock(ctx context.Context, official ledger.OfficialID, passphrase string) error {
	files, err := d.Identities()
	if err != nil {
		return err
	}
	i := slices.IndexFunc(files, func(f KeyFile) bool { return f.Err == nil && f.Official == official })
	if i < 0 {
		return fmt.Errorf("unlock: no key file of this official is here: %w", ErrNotYours)
	}
	keys, err := keyring.Open(files[i].Path, passphrase, d.keyOptions())
	if err != nil {
		return fmt.Errorf("unlock: %w", openError(err))
	}
	return d.UnlockWith(ctx, keys, files[i].Path)
}

// openError turns keyring's word for a wrong passphrase into the desk's.
func openError(err error) error {
	if errors.Is(err, keyring.ErrWrongPassphrase) || errors.Is(err, keyring.ErrEmptyPassphrase) {
		return ErrWrongPassphrase
	}
	return err
}

// UnlockWith starts a session with keys that are open already; the desk closes
// them when it locks. Path is the key file's; empty where there is none, and
// then Sign needs SignWith.
func (d *Desk) UnlockWith(ctx context.Context, keys *keyring.Identity, path string) error {
	profile := d.node.Profile()
	if keys.Agency() != profile.Agency {
		keys.Close()
		return fmt.Errorf("unlock: key of agency %s: %w", keys.Agency(), ErrNotYours)
	}
	recipient, err := age.ParseHybridRecipient(keys.Recipient())
	if err == nil && d.opt.Unlocked != nil {
		err = d.opt.Unlocked(keys)
	}
	if err != nil {
		keys.Close()
		return fmt.Errorf("unlock: %w", err)
	}
	where := cabinetOf(d.opt.State, keys.Official())
	s := &session{
		me: keys.Official(), agency: profile.Agency, network: profile.Network, path: path,
		keys: keys, recipient: recipient, identity: keys, cabinet: where, marks: openMarks(where), roll: newRoll(), asked: asked{count: map[ledger.Code]int{}},
		epochs: map[uint32]*hybrid.Identity{}, opened: map[ledger.Hash]*opened{},
		cards: map[ledger.OfficialID]vault.Card{}, sheets: map[ledger.Code]vault.Sheet{}, queued: map[ledger.Hash]bool{}, signed: map[ledger.EntryID]Act{},
		person: Person{ID: keys.Official(), Agency: profile.Agency, Name: unnamed(keys.Official())},
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	d.Lock()
	d.mu.Lock()
	d.current = s
	d.mu.Unlock()
	if err := d.loadGrants(ctx, s); err != nil && ctx.Err() != nil {
		d.Lock()
		return fmt.Errorf("unlock: %w", err)
	}
	s.loadSigned()
	_ = d.eraseHere(ctx, s) // tried again with the next change
	d.persons(ctx, s.me)    // sets the session's person
	d.keepFace(s)
	return nil
}

// Lock forgets the official: keys, identities, opened letters and cards leave
// memory. The files of keys that were made for an act which nobody signed go too.
func (d *Desk) Lock() {
	d.mu.Lock()
	s := d.current
	d.current = nil
	d.mu.Unlock()
	if s == nil {
		return
	}
	s.cancel()
	s.work.Wait()
	for _, key := range s.takeUnsigned() {
		ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
		_ = d.destroyKey(ctx, key) // one that stays opens nothing
		cancel()
	}
	s.mu.Lock()
	for _, id := range s.epochs {
		id.Close()
	}
	s.epochs, s.opened = nil, nil
	clear(s.cards)
	s.mu.Unlock()
	s.keys.Close() // scrubs memory as well
}

// Me is the unlocked official.
func (d *Desk) Me() (Person, bool) {
	s, err := d.session()
	if err != nil {
		return Person{}, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.person, true
}

// MeNow is Me as the record has it now: roles given and cards that came since the
// unlock.
func (d *Desk) MeNow(ctx context.Context) (Person, bool) {
	if s, err := d.session(); err == nil {
		d.persons(ctx, s.me) // sets the session's person
	}
	return d.Me()
}

func (s *session) setPerson(p Person) {
	s.mu.Lock()
	s.person = p
	s.mu.Unlock()
}

// newKeyPath names the file of a new official key in the keys folder.
func (d *Desk) newKeyPath(key ledger.PublicKey) string {
	return filepath.Join(d.opt.Keys, keyring.Header{Kind: keyring.KindOfficial, Key: key}.FileName())
}
