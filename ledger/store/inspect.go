package store

import (
	"encoding/binary"
	"errors"
	"hash/fnv"
	"io/fs"
	"os"
)

// bbolt's meta page: a header, then these fields in the machine's byte order.
const (
	boltMagic      = 0xED0CDAED
	boltPageHeader = 16
	boltMetaBytes  = 64
	boltPageSizeAt = 8
	boltPagesAt    = 40 // pages in use
	boltTxAt       = 48
	boltSumAt      = 56
)

// inspect looks at a file before bbolt does, which maps it and takes it at its
// word: whether there is nothing in it yet, and whether it bears bbolt's mark.
// It fails with ErrDamaged when the file is shorter than its last transaction.
func inspect(path string) (fresh, magic bool, err error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return true, false, nil
	}
	if err != nil {
		return false, false, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return false, false, err
	}
	if !info.Mode().IsRegular() {
		return false, false, ErrNotOurs
	}
	var lastTx, needs uint64
	buf := make([]byte, boltMetaBytes)
	// The second meta page begins where the first page ends: at the system's
	// page size when the file was made.
	for _, page := range []int64{0, 4096, 8192, 16384, 65536} {
		n, _ := f.ReadAt(buf, page+boltPageHeader)
		if n < 4 || binary.NativeEndian.Uint32(buf) != boltMagic {
			continue
		}
		magic = true
		if n < boltMetaBytes {
			continue
		}
		sum := fnv.New64a()
		sum.Write(buf[:boltSumAt])
		tx := binary.NativeEndian.Uint64(buf[boltTxAt:])
		if binary.NativeEndian.Uint64(buf[boltSumAt:]) == sum.Sum64() && tx >= lastTx {
			lastTx = tx
			needs = binary.NativeEndian.Uint64(buf[boltPagesAt:]) * uint64(binary.NativeEndian.Uint32(buf[boltPageSizeAt:]))
		}
	}
	if magic && (needs == 0 || uint64(info.Size()) < needs) {
		return false, true, damaged("the file has %d bytes of %d", info.Size(), needs)
	}
	return info.Size() == 0, magic, nil
}
