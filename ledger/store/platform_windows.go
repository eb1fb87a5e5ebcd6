package store

const onWindows = true

// mapBytes is 0: on Windows the file would grow to the size of its mapping.
const mapBytes = 0
