package store

import "os"

const onWindows = true

// mapBytes is 0: on Windows the file would grow to the size of its mapping.
const mapBytes = 0

// unlock has nothing to do: closing lets go of the lock.
func unlock(*os.File) {}
