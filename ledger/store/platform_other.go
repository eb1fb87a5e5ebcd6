//go:build !windows

package store

import "math/bits"

const onWindows = false

// mapBytes is reserved as address space, not as memory or disk: a file that
// outgrows its mapping waits for every reader before it can be mapped anew.
const mapBytes = 1 << (28 + 6*(bits.UintSize/64))
