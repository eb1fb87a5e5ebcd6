package consensus

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"countersign/ledger"
)

// Reasons why a keeper does not sign. The node goes on as an observer.
var (
	// ErrGuardMissing says that there is no record of what the key last signed.
	ErrGuardMissing = errors.New("the record of the keeper's last signature is missing")
	// ErrGuardDamaged says that the record is torn or altered.
	ErrGuardDamaged = errors.New("the record of the keeper's last signature is damaged")
	// ErrGuardRolledBack says that the record is older than what the key has signed.
	ErrGuardRolledBack = errors.New("the keeper's key has signed more than its record says: an old copy of this folder, or a second node with the same key")
	// ErrGuardOtherKey says that the record belongs to another key or network.
	ErrGuardOtherKey = errors.New("the record of the keeper's last signature is of another key or network")
)

// lastSigned is the record: the place of the last signature and the signature
// itself, so that a repeat after a crash gives the same one.
type lastSigned struct {
	Version   uint8            `cbor:"0,keyasint"`
	Network   ledger.NetworkID `cbor:"1,keyasint"`
	Key       ledger.KeyID     `cbor:"2,keyasint"`
	At        place            `cbor:"3,keyasint"`
	SignBytes []byte           `cbor:"4,keyasint"`
	Signature []byte           `cbor:"5,keyasint"`
	Refused   string           `cbor:"6,keyasint"` // not empty: signs nothing until an admin decides
	Cleared   int64            `cbor:"7,keyasint"` // what was signed below is decided about
}

const guardVersion = 1

// maxGuardBytes is more than a record ever needs.
const maxGuardBytes = 4096

// place is where a signature stands: a key signs each place once, and places
// in their order.
type place struct {
	_      struct{} `cbor:",toarray"`
	Height int64
	Round  int32
	Step   int8 // 1 proposal, 2 prevote, 3 precommit
}

const (
	stepPropose   = 1
	stepPrevote   = 2
	stepPrecommit = 3
)

func (p place) after(q place) bool {
	if p.Height != q.Height {
		return p.Height > q.Height
	}
	if p.Round != q.Round {
		return p.Round > q.Round
	}
	return p.Step > q.Step
}

func (p place) String() string {
	return fmt.Sprintf("height %d round %d step %d", p.Height, p.Round, p.Step)
}

// CreateGuard writes the first record of a keeper's key, when the key is made.
// It refuses to replace one: a key whose record is lost must not sign until an
// admin has decided (ReplaceGuard).
func CreateGuard(path string, network ledger.NetworkID, key ledger.PublicKey) error {
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		if err == nil {
			err = os.ErrExist
		}
		return fmt.Errorf("create keeper's guard: %w", err)
	}
	rec := lastSigned{Version: guardVersion, Network: network, Key: key.ID()}
	return saveGuard(path, rec)
}

// ReplaceGuard writes a record that signs only above a height: an admin's
// decision that this node is the one with the key from now on. The height must
// lie above everything the key can have signed elsewhere: what the other
// keepers' nodes have applied, and one more.
func ReplaceGuard(path string, network ledger.NetworkID, key ledger.PublicKey, above ledger.Height) error {
	rec := lastSigned{Version: guardVersion, Network: network, Key: key.ID(), Cleared: int64(above) + 1,
		At: place{Height: int64(above), Round: 1<<31 - 1, Step: stepPrecommit}}
	return saveGuard(path, rec)
}

func loadGuard(path string, network ledger.NetworkID, key ledger.PublicKey) (lastSigned, error) {
	var rec lastSigned
	raw, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return rec, fmt.Errorf("%s: %w", path, ErrGuardMissing)
	}
	if err != nil {
		return rec, fmt.Errorf("read keeper's guard: %w", err)
	}
	if len(raw) < sha256.Size || len(raw) > maxGuardBytes {
		return rec, fmt.Errorf("%s: %w", path, ErrGuardDamaged)
	}
	sum, body := raw[:sha256.Size], raw[sha256.Size:]
	if want := sha256.Sum256(body); !bytes.Equal(sum, want[:]) {
		return rec, fmt.Errorf("%s: %w", path, ErrGuardDamaged)
	}
	if err := ledger.Decode(body, maxGuardBytes, &rec); err != nil || rec.Version != guardVersion {
		return rec, fmt.Errorf("%s: %w", path, ErrGuardDamaged)
	}
	if rec.Network != network || rec.Key != key.ID() {
		return rec, fmt.Errorf("%s: %w", path, ErrGuardOtherKey)
	}
	return rec, nil
}

// saveGuard makes the record durable: temporary file, sync, rename, sync of
// the folder. Only after it returns may a signature leave.
func saveGuard(path string, rec lastSigned) error {
	body := ledger.Encode(rec)
	sum := sha256.Sum256(body)
	if err := writeDurably(path, append(sum[:], body...)); err != nil {
		return fmt.Errorf("save keeper's guard: %w", err)
	}
	return nil
}

func writeDurably(path string, data []byte) error {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, filepath.Base(path)+".*.tmp") // 0600
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return err
	}
	return syncDir(dir)
}

// syncDir makes a rename inside dir durable, where the system can.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	if cerr := d.Close(); err == nil {
		err = cerr
	}
	if err != nil && !canSyncDirs {
		return nil
	}
	return err
}
