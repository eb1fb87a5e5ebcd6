//go:build !unix

package demo

import (
	"errors"
	"io/fs"
	"os"
)

// tryLock takes the lock of a city's folder for as long as the file is open: a
// file that somebody has open cannot be removed here.
func tryLock(path string) (*os.File, error) {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, ErrRunning
	}
	return os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
}
