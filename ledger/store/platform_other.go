//go:build !windows

package store

import (
	"math/bits"
	"os"
	"syscall"
)

const onWindows = false

// mapBytes is reserved as address space, not as memory or disk: a file that
// outgrows its mapping waits for every reader before it can be mapped anew.
const mapBytes = 1 << (28 + 4*(bits.UintSize/64))

// unlock lets go of bbolt's lock. Closing alone does not while the file is mapped.
func unlock(f *os.File) { _ = syscall.Flock(int(f.Fd()), syscall.LOCK_UN) }
