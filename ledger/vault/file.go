package vault

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"

	"lukechampine.com/blake3"

	"countersign/ledger"
)

// A file of the store is a header of fixed size, then the ciphertext.
const (
	fileVersion = 1
	fileMagic   = "countersign/part"
	headerBytes = 1 << 10
)

// Part says which ciphertext a file holds. From is the peer that brought it,
// empty for our own; At is when, by this node's clock.
type Part struct {
	Commitment ledger.Hash `cbor:"0,keyasint"`
	Root       ledger.Hash `cbor:"1,keyasint"` // of this ciphertext
	Size       uint64      `cbor:"2,keyasint"`
	From       string      `cbor:"3,keyasint"`
	At         ledger.Time `cbor:"4,keyasint"`
}

// PartOf is the first ciphertext that an entry names.
func PartOf(s ledger.Sealed, from string, at ledger.Time) Part {
	return Part{Commitment: s.Commitment, Root: s.Root, Size: s.Size, From: from, At: at}
}

func (p Part) check() error {
	if p.Commitment.IsZero() || p.Root.IsZero() || p.Size == 0 || len(p.From) > 128 {
		return ErrBadContent
	}
	if p.Size > MaxPartBytes {
		return ErrTooLarge
	}
	return nil
}

// header: magic, version, length of the CBOR, the CBOR, zeros.
func (p Part) header() []byte {
	body := ledger.Encode(p)
	out := make([]byte, 0, headerBytes)
	out = append(out, fileMagic...)
	out = append(out, fileVersion)
	out = binary.BigEndian.AppendUint16(out, uint16(len(body)))
	out = append(out, body...)
	return out[:headerBytes] // make has zeroed the rest
}

func parseHeader(b []byte) (Part, error) {
	var p Part
	const before = len(fileMagic) + 3
	if len(b) != headerBytes || !bytes.HasPrefix(b, []byte(fileMagic)) || b[len(fileMagic)] != fileVersion {
		return p, ErrDamaged
	}
	n := int(binary.BigEndian.Uint16(b[before-2:]))
	if n > headerBytes-before || ledger.Decode(b[before:before+n], headerBytes, &p) != nil || p.check() != nil {
		return p, ErrDamaged
	}
	if !bytes.Equal(p.header(), b) {
		return p, ErrDamaged
	}
	return p, nil
}

// File is an open part: its ciphertext, read in place. Close it.
type File struct {
	Part Part
	f    *os.File
}

// Size is the ciphertext's, in bytes.
func (f *File) Size() uint64 { return f.Part.Size }

// openFile opens a part's file and checks header and length.
func openFile(path string) (*File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	b := make([]byte, headerBytes)
	_, err = f.ReadAt(b, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, errors.Join(err, f.Close())
	}
	p, err := parseHeader(b)
	if err == nil {
		var info os.FileInfo
		if info, err = f.Stat(); err == nil && uint64(info.Size()) != headerBytes+p.Size {
			err = ErrDamaged
		}
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &File{Part: p, f: f}, nil
}

// ReadAt reads the ciphertext.
func (f *File) ReadAt(b []byte, at int64) (int, error) {
	return io.NewSectionReader(f.f, headerBytes, int64(f.Part.Size)).ReadAt(b, at)
}

// Close closes the file.
func (f *File) Close() error { return f.f.Close() }

// Bytes reads the whole ciphertext of a small part and compares its root.
func (f *File) Bytes() ([]byte, error) {
	if f.Part.Size > MaxLetterBytes {
		return nil, ErrTooLarge
	}
	b := make([]byte, f.Part.Size)
	if _, err := io.ReadFull(io.NewSectionReader(f, 0, int64(f.Part.Size)), b); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if Root(b) != f.Part.Root {
		return nil, ErrDamaged
	}
	return b, nil
}

// Verify reads the whole ciphertext and compares its root.
func (f *File) Verify() error { return verifyRoot(f, f.Part) }

func verifyRoot(r io.ReaderAt, p Part) error {
	h := blake3.New(32, nil)
	n, err := io.Copy(h, io.NewSectionReader(r, 0, int64(p.Size)))
	if err != nil || uint64(n) != p.Size || ledger.Hash(h.Sum(nil)) != p.Root {
		return errors.Join(ErrDamaged, err)
	}
	return nil
}

// writeWhole writes a file whole or not at all, and durably.
func writeWhole(path string, parts ...[]byte) error {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, tempPrefix+"*")
	if err != nil {
		return err
	}
	for _, b := range parts {
		if err == nil {
			_, err = f.Write(b)
		}
	}
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return err
	}
	return syncFolder(dir)
}

const tempPrefix = ".new-"

// move renames durably.
func move(from, to string) error {
	if err := os.Rename(from, to); err != nil {
		return err
	}
	return errors.Join(syncFolder(filepath.Dir(to)), syncFolder(filepath.Dir(from)))
}

// erase overwrites a file, then removes it, durably. Where a disk keeps old
// blocks (flash, snapshots) overwriting is no promise; what is erased there is
// ciphertext, and the grants and salts that open it go in the same way.
// An absent file is erased already.
func erase(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err == nil {
		_, err = io.Copy(f, io.LimitReader(zeros{}, info.Size()))
	}
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Remove(path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

// EraseFile destroys a small private file beside the vault's own as the vault
// destroys a part: overwritten, removed and its folder synced before it returns.
// An absent file is erased already.
func EraseFile(path string) error { return erase(path) }

// syncFolder makes names durable. Windows does so by itself and cannot sync a folder.
func syncFolder(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
