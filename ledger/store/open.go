package store

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"countersign/ledger"
	"countersign/ledger/rules"

	bolt "go.etcd.io/bbolt"
)

// formatVersion is the version of the file's layout written today.
const formatVersion = 1

// formatRecord marks a file as ours.
type formatRecord struct {
	_       struct{} `cbor:",toarray"`
	Program string
	Version uint32
}

const formatProgram = "countersign/replica"

// lockWait is how long Open waits for another process to let go.
const lockWait = 300 * time.Millisecond

// Options of Open. The zero value is what a node uses.
type Options struct {
	// MustExist makes Open fail with ErrMissing where it would create the file.
	MustExist bool
	// NoSync leaves writing to the system's pleasure: only for files that can be
	// built again, such as a rehearsal's or a benchmark's.
	NoSync bool
}

// Store is an open replica. One goroutine prepares and commits; any number read.
type Store struct {
	db   *bolt.DB
	path string

	mu      sync.Mutex // guards the fields below
	agency  map[ledger.KeyID]ledger.AgencyID
	failed  error
	damaged atomic.Pointer[DamageError]
}

// Open opens the replica at path, or creates an empty one. Errors wrap ErrInUse,
// ErrDamaged, ErrNotOurs, ErrNewerVersion, ErrMissing or ErrFull.
func Open(path string, opt Options) (s *Store, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("open ledger: %w", err)
		}
	}()
	fresh, magic, err := inspect(path)
	if err != nil {
		return nil, err
	}
	if opt.MustExist && fresh {
		if _, statErr := os.Stat(path); statErr == nil {
			return nil, fmt.Errorf("%w: it is empty", ErrDamaged)
		}
		return nil, ErrMissing
	}
	db, err := openBolt(path, opt)
	if err != nil {
		return nil, openError(err, magic)
	}
	s = &Store{db: db, path: path, agency: map[ledger.KeyID]ledger.AgencyID{}}
	if err := s.recognise(); err != nil {
		_ = db.Close()
		return nil, err
	}
	sweepVerify(path)
	return s, nil
}

// openBolt opens the file and turns bbolt's panics over a damaged one into
// errors: reading past the end of a cut file is a fault, not an error.
func openBolt(path string, opt Options) (db *bolt.DB, err error) {
	var file *os.File
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			if file != nil {
				unlock(file) // bbolt's mapping would keep the lock
				_ = file.Close()
			}
			db, err = nil, damaged("%v", r)
		}
	}()
	db, err = bolt.Open(path, 0o600, &bolt.Options{
		Timeout:         lockWait,
		FreelistType:    bolt.FreelistMapType,
		InitialMmapSize: mapBytes,
		NoSync:          opt.NoSync,
		NoStatistics:    true,
		OpenFile: func(name string, flag int, perm os.FileMode) (*os.File, error) {
			f, err := os.OpenFile(name, flag, perm)
			file = f
			return f, err
		},
	})
	if err != nil {
		return nil, err
	}
	return db, nil
}

// recognise checks that an open file is a replica of a version we can read, and
// that its tip, last block and last entry are there.
func (s *Store) recognise() error {
	tx, release, err := s.begin()
	if err != nil {
		return err
	}
	defer release()
	empty, ours := tx.shape()
	switch {
	case tx.err != nil:
		return tx.err
	case empty:
		return nil
	case !ours:
		return ErrNotOurs
	}
	raw := tx.get(bMeta, keyFormat)
	if tx.err != nil {
		return tx.err
	}
	var f formatRecord
	if raw == nil || ledger.DecodeRecord(raw, &f) != nil || f.Program != formatProgram {
		return ErrNotOurs
	}
	if f.Version > formatVersion {
		return fmt.Errorf("%w: format %d, this program reads %d", ErrNewerVersion, f.Version, formatVersion)
	}
	tip, err := tx.tip()
	if err != nil {
		return err
	}
	if tip.Last > 0 {
		if _, err := tx.Block(tip.Last); err != nil {
			return asDamage(err, "the last block")
		}
	}
	if tip.Head.Size > 0 {
		if _, err := tx.EntryAt(tip.Head.Size - 1); err != nil {
			return asDamage(err, "the last entry")
		}
	}
	return nil
}

// asDamage says that something that must be there is not.
func asDamage(err error, what string) error {
	if errors.Is(err, ErrNotFound) {
		return damaged("%s is missing", what)
	}
	return err
}

// shape tells whether the file has no buckets at all, or all of ours.
func (tx *Tx) shape() (empty, ours bool) {
	defer tx.caught(debug.SetPanicOnFault(true))
	empty = true
	for b := bucket(0); b < bucketCount; b++ {
		if tx.bolt.Bucket([]byte(b.name())) == nil {
			ours = false
			k, _ := tx.bolt.Cursor().First()
			return k == nil, false
		}
	}
	return false, true
}

// Init founds the replica: the founding document and the state that
// rules.Genesis made of it. It is the state before the first block.
func (s *Store) Init(doc *ledger.Document, res *rules.Result) error {
	if _, err := s.Founding(); err == nil {
		return errors.New("found ledger: it holds a network already")
	} else if !errors.Is(err, ErrNotFounded) {
		return fmt.Errorf("found ledger: %w", err)
	}
	err := s.update(func(btx *bolt.Tx) error {
		for b := bucket(0); b < bucketCount; b++ {
			if _, err := btx.CreateBucketIfNotExists([]byte(b.name())); err != nil {
				return err
			}
		}
		w := newWriter(s, btx)
		w.put(bMeta, keyFormat, ledger.Encode(formatRecord{Program: formatProgram, Version: formatVersion}))
		w.put(bMeta, keyFounding, doc.Bytes())
		w.changes(res.Changes)
		w.tip = tipRecord{Head: emptyHead(), Digest: res.Digest}
		return w.flush()
	})
	if err != nil {
		return fmt.Errorf("found ledger: %w", err)
	}
	return nil
}

// Founding is the founding document, or ErrNotFounded.
func (s *Store) Founding() (*ledger.Document, error) {
	doc := new(ledger.Document)
	err := s.View(func(tx *Tx) error {
		raw := tx.get(bMeta, keyFounding)
		if raw == nil {
			return ErrNotFounded
		}
		if err := ledger.DecodeRecord(raw, doc); err != nil {
			return damaged("the founding document: %v", err)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return doc, nil
}

// Path is the replica's file.
func (s *Store) Path() string { return s.path }

// Close closes the file; it waits for open snapshots.
func (s *Store) Close() error { return s.db.Close() }

// CopyTo writes a backup of the replica as it stands, beside commits.
func (s *Store) CopyTo(w io.Writer) error {
	return s.View(func(tx *Tx) error {
		if _, err := tx.bolt.WriteTo(w); err != nil {
			return fmt.Errorf("copy ledger: %w", err)
		}
		return nil
	})
}

// SetAside renames a replica that is damaged, so that a new one can be built in
// its place, and returns the new name. The store must be closed.
func SetAside(path string) (string, error) {
	for n := 1; n < 1000; n++ {
		to := fmt.Sprintf("%s.damaged-%d", path, n)
		if _, err := os.Lstat(to); errors.Is(err, fs.ErrNotExist) {
			if err := os.Rename(path, to); err != nil {
				return "", fmt.Errorf("set ledger aside: %w", err)
			}
			return to, nil
		}
	}
	return "", fmt.Errorf("set ledger aside: a thousand damaged files lie beside %s", path)
}
