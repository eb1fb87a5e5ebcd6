package store

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"countersign/ledger"

	berrors "go.etcd.io/bbolt/errors"
)

// Why a replica cannot be opened, read or written. Callers test with errors.Is.
var (
	// ErrMissing says that there is no file where one was expected.
	ErrMissing = errors.New("the ledger file is missing")
	// ErrInUse says that another process has the replica open.
	ErrInUse = errors.New("another running program has this ledger open")
	// ErrDamaged says that the file is cut short, or that something in it is not
	// what was written. Set the file aside: the engine's blocks rebuild it.
	ErrDamaged = errors.New("the ledger file is damaged")
	// ErrNotOurs says that the file is something else than a replica.
	ErrNotOurs = errors.New("the file is not a ledger of this program")
	// ErrNewerVersion says that a newer program wrote the replica.
	ErrNewerVersion = errors.New("the ledger was written by a newer version of this program")
	// ErrFull says that the disk had no room; nothing was changed, and the same
	// block can be committed again when there is.
	ErrFull = errors.New("the disk is full")
	// ErrFailed says that an earlier write failed in a way that leaves open what
	// reached the disk: close the store and open it again.
	ErrFailed = errors.New("an earlier write failed; the ledger must be opened again")
	// ErrNotFounded says that the store holds no genesis yet.
	ErrNotFounded = errors.New("the ledger holds no network yet")
	// ErrNotFound says that there is no such block, entry, certificate or request.
	ErrNotFound = errors.New("not on this ledger")
)

// DamageError says where damage was found. It wraps ErrDamaged.
type DamageError struct {
	Where string        // which record
	Block ledger.Height // the block it belongs to; 0: not known, or none
}

// Error names the place.
func (e *DamageError) Error() string { return fmt.Sprintf("%v: %s", ErrDamaged, e.Where) }

// Unwrap makes errors.Is find ErrDamaged.
func (e *DamageError) Unwrap() error { return ErrDamaged }

func damaged(format string, args ...any) error {
	return &DamageError{Where: fmt.Sprintf(format, args...)}
}

// openError turns what bbolt and the system say into our own sentinels. Magic
// tells whether the file's first pages bear bbolt's mark: with it an unreadable
// file is a damaged one of ours, without it something else.
func openError(err error, magic bool) error {
	switch {
	case errors.Is(err, berrors.ErrTimeout):
		return ErrInUse
	case errors.Is(err, fs.ErrNotExist):
		return ErrMissing
	case errors.Is(err, berrors.ErrVersionMismatch) && magic:
		return ErrNotOurs
	case errors.Is(err, berrors.ErrInvalid), errors.Is(err, berrors.ErrChecksum),
		errors.Is(err, berrors.ErrVersionMismatch), errors.Is(err, berrors.ErrInvalidMapping):
		if magic {
			return fmt.Errorf("%w: %v", ErrDamaged, err)
		}
		return ErrNotOurs
	case isFull(err):
		return fmt.Errorf("%w: %v", ErrFull, err)
	}
	return err
}

// isFull tells whether the system refused to write for want of room: a full
// disk, a quota, or a limit on the size of files.
func isFull(err error) bool {
	const windowsDiskFull, windowsHandleDiskFull = syscall.Errno(112), syscall.Errno(39)
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG) ||
		onWindows && (errors.Is(err, windowsDiskFull) || errors.Is(err, windowsHandleDiskFull))
}
