package vault

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"filippo.io/age"

	"countersign/ledger"
	"countersign/ledger/keyring/hybrid"
)

// grantVersion is the format of grants written today.
const grantVersion = 1

// MaxGrantBytes limits a grant as it travels and lies on a disk.
const MaxGrantBytes = 8 << 10

// Grant is the identity of one epoch of an agency, wrapped for one reader. It is
// never on the ledger and leaves the agency's own nodes never.
type Grant struct {
	Version uint8              `cbor:"0,keyasint"`
	Network ledger.NetworkID   `cbor:"1,keyasint"`
	Epoch   ledger.AgencyEpoch `cbor:"2,keyasint"`
	Reader  ledger.Hash        `cbor:"3,keyasint"` // ReaderID of the reader's recipient
	Wrapped []byte             `cbor:"4,keyasint"` // age file over seed ‖ grantBinding
}

// grantBinding repeats inside what a grant is for.
type grantBinding struct {
	Network ledger.NetworkID   `cbor:"0,keyasint"`
	Epoch   ledger.AgencyEpoch `cbor:"1,keyasint"`
}

// ReaderID names a reader by their age recipient.
func ReaderID(recipient string) ledger.Hash {
	return ledger.Sum([]byte("countersign/reader/v1\x00"), []byte(recipient))
}

// Wrap grants an epoch's identity to a reader.
func Wrap(network ledger.NetworkID, epoch ledger.AgencyEpoch, id *hybrid.Identity, reader string) (*Grant, error) {
	key, err := age.ParseHybridRecipient(reader)
	if err != nil {
		return nil, fmt.Errorf("grant epoch %d: %w", epoch.Epoch, ErrNoRecipient)
	}
	var wrapped []byte
	err = id.Lend(func(seed []byte) (err error) {
		binding := ledger.Encode(grantBinding{Network: network, Epoch: epoch})
		secret := append(append(make([]byte, 0, len(seed)+len(binding)), seed...), binding...)
		defer clear(secret)
		wrapped, err = hybrid.SealSecret(secret, key)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("grant epoch %d: %w", epoch.Epoch, err)
	}
	return &Grant{Version: grantVersion, Network: network, Epoch: epoch, Reader: ReaderID(reader), Wrapped: wrapped}, nil
}

// Open unwraps the identity. It counts only if it yields recipient, which the
// ledger has for this epoch: anything else is ErrMismatch.
func (g *Grant) Open(reader age.Identity, recipient string) (*hybrid.Identity, error) {
	var id *hybrid.Identity
	err := hybrid.OpenSecret(g.Wrapped, reader, func(secret []byte) (err error) {
		binding := ledger.Encode(grantBinding{Network: g.Network, Epoch: g.Epoch})
		if len(secret) != hybrid.SeedBytes+len(binding) || !bytes.Equal(secret[hybrid.SeedBytes:], binding) {
			return ErrMismatch
		}
		id, err = hybrid.FromSeed(secret[:hybrid.SeedBytes])
		return err
	})
	if errors.Is(err, age.ErrIncorrectIdentity) {
		return nil, fmt.Errorf("open grant of epoch %d: %w", g.Epoch.Epoch, ErrNotForUs)
	} else if err != nil {
		return nil, fmt.Errorf("open grant of epoch %d: %w: %w", g.Epoch.Epoch, ErrMismatch, err)
	}
	if id.Recipient() != recipient {
		id.Close()
		return nil, fmt.Errorf("open grant of epoch %d: %w", g.Epoch.Epoch, ErrMismatch)
	}
	return id, nil
}

// Bytes is the canonical form.
func (g *Grant) Bytes() []byte { return ledger.Encode(g) }

// ID names a grant: one for each epoch and reader. Grants travel under it.
func (g *Grant) ID() ledger.Hash { return GrantID(g.Network, g.Epoch, g.Reader) }

// GrantID is the ID of the grant of an epoch for a reader.
func GrantID(network ledger.NetworkID, epoch ledger.AgencyEpoch, reader ledger.Hash) ledger.Hash {
	return ledger.Sum([]byte("countersign/grant/v1\x00"), ledger.Encode([]any{network[:], epoch, reader[:]}))
}

// ParseGrant reads a grant and checks its form.
func ParseGrant(b []byte) (*Grant, error) {
	g := new(Grant)
	if err := ledger.Decode(b, MaxGrantBytes, g); err != nil || g.Version != grantVersion ||
		!ledger.ValidCode(g.Epoch.Agency) || g.Network.IsZero() || g.Reader.IsZero() || len(g.Wrapped) == 0 {
		return nil, fmt.Errorf("grant: %w", ErrBadContent)
	}
	return g, nil
}

const grantSuffix = ".grant"

// Grants keeps an agency's grants as files of one folder.
type Grants struct {
	dir string

	mu  sync.Mutex
	all map[ledger.Hash]*Grant
}

// OpenGrants opens or makes the folder. Files that cannot be used are set out in
// problems and count as absent.
func OpenGrants(dir string) (g *Grants, problems []error, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, nil, fmt.Errorf("open grants: %w", err)
	}
	names, err := os.ReadDir(dir)
	if err != nil {
		return nil, nil, fmt.Errorf("open grants: %w", err)
	}
	g = &Grants{dir: dir, all: map[ledger.Hash]*Grant{}}
	for _, n := range names {
		if !strings.HasSuffix(n.Name(), grantSuffix) {
			continue
		}
		b, err := readSmall(filepath.Join(dir, n.Name()), MaxGrantBytes)
		if err == nil {
			var one *Grant
			if one, err = ParseGrant(b); err == nil && one.ID().String()+grantSuffix != n.Name() {
				err = ErrDamaged
			} else if err == nil {
				g.all[one.ID()] = one
			}
		}
		if err != nil {
			problems = append(problems, fmt.Errorf("grant %s: %w", clipName(n.Name()), err))
		}
	}
	return g, problems, nil
}

func readSmall(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(b)) > limit {
		err = ErrDamaged
	}
	return b, err
}

func (g *Grants) path(id ledger.Hash) string { return filepath.Join(g.dir, id.String()+grantSuffix) }

// Put keeps a grant durably, in place of an older one for the same epoch and reader.
func (g *Grants) Put(one *Grant) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if err := writeWhole(g.path(one.ID()), one.Bytes()); err != nil {
		return fmt.Errorf("keep grant: %w", err)
	}
	g.all[one.ID()] = one
	return nil
}

// Get returns a grant by its ID; nil if it is not here.
func (g *Grants) Get(id ledger.Hash) *Grant {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.all[id]
}

// For lists a reader's grants, newest epoch first.
func (g *Grants) For(reader ledger.Hash) []*Grant {
	return g.list(func(one *Grant) bool { return one.Reader == reader })
}

// All lists every grant, newest epoch first.
func (g *Grants) All() []*Grant { return g.list(func(*Grant) bool { return true }) }

func (g *Grants) list(want func(*Grant) bool) []*Grant {
	g.mu.Lock()
	defer g.mu.Unlock()
	var out []*Grant
	for _, one := range g.all {
		if want(one) {
			out = append(out, one)
		}
	}
	slices.SortFunc(out, func(a, b *Grant) int {
		if a.Epoch.Epoch != b.Epoch.Epoch {
			return int(b.Epoch.Epoch) - int(a.Epoch.Epoch)
		}
		return bytes.Compare(a.Reader[:], b.Reader[:])
	})
	return out
}

// Drop destroys the grants that match: those of an official or node that was
// removed, or of an epoch whose last part is erased.
func (g *Grants) Drop(match func(*Grant) bool) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	for id, one := range g.all {
		if !match(one) {
			continue
		}
		if err := erase(g.path(id)); err != nil {
			return fmt.Errorf("drop grant: %w", err)
		}
		delete(g.all, id)
	}
	return nil
}

// Epochs are an agency's identities while a desk is unlocked or an office node runs.
type Epochs struct {
	mu  sync.RWMutex
	all map[uint32]*hybrid.Identity
}

// NewEpochs makes an empty set.
func NewEpochs() *Epochs { return &Epochs{all: map[uint32]*hybrid.Identity{}} }

// Add takes over an identity; a second one of an epoch is wiped.
func (e *Epochs) Add(epoch uint32, id *hybrid.Identity) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.all[epoch] != nil {
		id.Close()
		return
	}
	e.all[epoch] = id
}

// Get returns one epoch's identity, which stays the set's; nil if it is not here.
func (e *Epochs) Get(epoch uint32) *hybrid.Identity {
	e.mu.RLock()
	defer e.mu.RUnlock()
	return e.all[epoch]
}

// Identities lists them for opening parts, newest epoch first.
func (e *Epochs) Identities() []age.Identity {
	e.mu.RLock()
	defer e.mu.RUnlock()
	var out []age.Identity
	for _, n := range slices.Backward(slices.Sorted(maps.Keys(e.all))) {
		out = append(out, e.all[n])
	}
	return out
}

// Close wipes all of them.
func (e *Epochs) Close() {
	e.mu.Lock()
	defer e.mu.Unlock()
	for n, id := range e.all {
		id.Close()
		delete(e.all, n)
	}
}
