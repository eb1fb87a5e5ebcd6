package consensus

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
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

// guardBytes is the size of the file: a page, so that a record is written in
// place, in one piece. What a usual record fills of it is less than a disk's
// sector; the rest is zeros before and after.
const guardBytes = 4096

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
	return newGuard(path, rec)
}

// ReplaceGuard writes a record that signs only above a height: an admin's
// decision that this node is the one with the key from now on. The height must
// lie above everything the key can have signed elsewhere: what the other
// keepers' nodes have applied, and one more.
func ReplaceGuard(path string, network ledger.NetworkID, key ledger.PublicKey, above ledger.Height) error {
	rec := lastSigned{Version: guardVersion, Network: network, Key: key.ID(), Cleared: int64(above) + 1,
		At: place{Height: int64(above), Round: 1<<31 - 1, Step: stepPrecommit}}
	return newGuard(path, rec)
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
	if len(raw) != guardBytes {
		return rec, fmt.Errorf("%s: %w", path, ErrGuardDamaged)
	}
	sum, rest := raw[:sha256.Size], raw[sha256.Size:]
	size := int(binary.BigEndian.Uint16(rest))
	if want := sha256.Sum256(rest); !bytes.Equal(sum, want[:]) || size > len(rest)-2 {
		return rec, fmt.Errorf("%s: %w", path, ErrGuardDamaged)
	}
	if err := ledger.Decode(rest[2:2+size], guardBytes, &rec); err != nil || rec.Version != guardVersion {
		return rec, fmt.Errorf("%s: %w", path, ErrGuardDamaged)
	}
	if again, err := rec.bytes(); err != nil || !bytes.Equal(again, raw) {
		return rec, fmt.Errorf("%s: %w", path, ErrGuardDamaged)
	}
	if rec.Network != network || rec.Key != key.ID() {
		return rec, fmt.Errorf("%s: %w", path, ErrGuardOtherKey)
	}
	return rec, nil
}

// bytes is the file's content: SHA-256 over the rest, length, record, zeros.
func (r lastSigned) bytes() ([]byte, error) {
	body := ledger.Encode(r)
	if len(body) > guardBytes-sha256.Size-2 {
		return nil, fmt.Errorf("record of %d bytes: %w", len(body), ledger.ErrTooLarge)
	}
	out := make([]byte, guardBytes)
	binary.BigEndian.PutUint16(out[sha256.Size:], uint16(len(body)))
	copy(out[sha256.Size+2:], body)
	sum := sha256.Sum256(out[sha256.Size:])
	copy(out, sum[:])
	return out, nil
}

// newGuard writes the file whole, in place of one that may be there.
func newGuard(path string, rec lastSigned) error {
	b, err := rec.bytes()
	if err == nil {
		err = writeDurably(path, b)
	}
	if err != nil {
		return fmt.Errorf("write keeper's guard: %w", err)
	}
	return nil
}

// saveGuard makes the record durable in place of the last one. Only after it
// returns may a signature leave. A file made anew and renamed would cost four
// times as long, twice on the way of every block; one that a power failure has
// torn in place does not match its sum, and the key signs nothing.
func saveGuard(path string, rec lastSigned) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("save keeper's guard: %w", err)
		}
	}()
	b, err := rec.bytes()
	if err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer func() {
		if cerr := f.Close(); err == nil {
			err = cerr
		}
	}()
	if _, err = f.WriteAt(b, 0); err != nil {
		return err
	}
	return syncData(f)
}

// writeDurably writes a file whole: temporary file, sync, rename, sync of the
// folder.
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
