package keyring

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"countersign/ledger"
)

// fileVersion is the version of key files written today.
const fileVersion = 1

const fileTag = "countersign/key"

// maxFileBytes is more than any key file needs.
const maxFileBytes = 64 << 10

// Kind says whose keys a file holds.
type Kind string

// The kinds of key files.
const (
	KindOfficial Kind = "official"
	KindNode     Kind = "node"
)

// Header is what a key file tells without being opened. It is a claim until the
// file has been opened: then it is compared with the copy inside.
type Header struct {
	Kind      Kind              `cbor:"0,keyasint"`
	Network   ledger.NetworkID  `cbor:"1,keyasint"`
	Agency    ledger.AgencyID   `cbor:"2,keyasint"`
	Official  ledger.OfficialID `cbor:"3,keyasint"` // zero in a node's file
	Node      ledger.NodeCode   `cbor:"4,keyasint"` // empty in an official's file
	Key       ledger.PublicKey  `cbor:"5,keyasint"` // the signing key
	Recipient string            `cbor:"6,keyasint"` // of the age identity; may be empty in a node's file
}

// lockKind says how the secrets of a file are protected.
type lockKind string

const (
	lockPassphrase lockKind = "passphrase"
	lockRecipients lockKind = "recipients" // sealed to age identities, such as an official's
	lockMode       lockKind = "mode"       // by the file's mode alone
)

// container is a key file.
type container struct {
	Tag     string   `cbor:"0,keyasint"`
	Version uint8    `cbor:"1,keyasint"`
	Header  Header   `cbor:"2,keyasint"`
	Lock    lockKind `cbor:"3,keyasint"`
	Body    []byte   `cbor:"4,keyasint"` // secrets, inside an age file unless Lock is "mode"
}

// version is enough of a container to tell its version.
type version struct {
	Tag     string `cbor:"0,keyasint"`
	Version uint8  `cbor:"1,keyasint"`
}

// secrets is what a key file protects.
type secrets struct {
	Header     Header `cbor:"0,keyasint"` // binds them to the clear one
	Sign       []byte `cbor:"1,keyasint"` // each secret has 32 bytes
	Age        []byte `cbor:"2,keyasint,omitempty"`
	Peer       []byte `cbor:"3,keyasint,omitempty"`
	Consensus  []byte `cbor:"4,keyasint,omitempty"`
	Checkpoint []byte `cbor:"5,keyasint,omitempty"`
}

func (s *secrets) wipe() {
	for _, b := range s.list() {
		clear(b)
	}
}

// list is in the order of the fields' numbers.
func (s *secrets) list() [][]byte {
	return [][]byte{s.Sign, s.Age, s.Peer, s.Consensus, s.Checkpoint}
}

// bytes is the canonical form, as ledger.Encode would write it. It is written by
// hand because the encoder's buffers are pooled: what has been in one stays in
// memory. The caller wipes the result.
func (s *secrets) bytes() []byte {
	header := ledger.Encode(s.Header)
	pairs := byte(1)
	for i, b := range s.list() {
		if i == 0 || len(b) > 0 {
			pairs++
		}
	}
	out := make([]byte, 0, 2+len(header)+len(s.list())*(3+secretBytes))
	out = append(out, 0xa0|pairs, 0)
	out = append(out, header...)
	for i, b := range s.list() {
		if len(b) > 0 {
			out = append(out, byte(i+1), 0x58, byte(len(b)))
			out = append(out, b...)
		}
	}
	return out
}

// parse reads a key file. Errors wrap ErrNotAKeyFile, ErrNewerVersion or ErrDamaged.
func parse(b []byte) (*container, error) {
	var v version
	if len(b) > maxFileBytes {
		return nil, ErrNotAKeyFile
	}
	if err := decodePart(b, &v); err != nil || v.Tag != fileTag {
		return nil, ErrNotAKeyFile
	}
	if v.Version > fileVersion {
		return nil, ErrNewerVersion
	}
	c := new(container)
	if err := ledger.Decode(b, maxFileBytes, c); err != nil || c.Version != fileVersion {
		return nil, ErrDamaged
	}
	if err := c.Header.check(); err != nil {
		return nil, err
	}
	return c, nil
}

func (h Header) check() error {
	ok := ledger.ValidCode(h.Agency) && h.Key.Check() == nil && len(h.Recipient) <= ledger.MaxRecipientBytes
	switch h.Kind {
	case KindOfficial:
		ok = ok && !h.Official.IsZero() && h.Node == "" && h.Recipient != ""
	case KindNode:
		ok = ok && h.Official.IsZero() && ledger.ValidCode(h.Node)
	default:
		ok = false
	}
	if !ok {
		return ErrDamaged
	}
	return nil
}

func (h Header) equal(o Header) bool {
	return string(ledger.Encode(h)) == string(ledger.Encode(o))
}

// readFile reads a key file and whether others could read it too.
func readFile(path string) (c *container, private bool, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, false, fmt.Errorf("read key file: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, false, fmt.Errorf("read key file: %w", err)
	}
	if !info.Mode().IsRegular() || info.Size() > maxFileBytes {
		return nil, false, fmt.Errorf("read key file %s: %w", filepath.Base(path), ErrNotAKeyFile)
	}
	b := make([]byte, info.Size())
	if _, err := f.ReadAt(b, 0); err != nil {
		return nil, false, fmt.Errorf("read key file: %w", err)
	}
	if c, err = parse(b); err != nil {
		return nil, false, fmt.Errorf("read key file %s: %w", filepath.Base(path), err)
	}
	if c.Lock == lockMode {
		clear(b)
	}
	private = runtime.GOOS == "windows" || info.Mode().Perm()&0o077 == 0
	return c, private, nil
}

// writeFile writes a key file whole or not at all, readable by its owner alone.
func writeFile(path string, c *container, replace bool) error {
	if _, err := os.Lstat(path); err == nil && !replace {
		return fmt.Errorf("write key file %s: %w", filepath.Base(path), ErrExists)
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("write key file: %w", err)
	}
	b := ledger.Encode(c)
	if c.Lock == lockMode {
		defer clear(b)
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".key-*") // created with mode 0600
	if err != nil {
		return fmt.Errorf("write key file: %w", err)
	}
	_, err = f.Write(b)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return fmt.Errorf("write key file: %w", err)
	}
	return syncFolder(filepath.Dir(path))
}

// syncFolder makes a rename durable. Windows does so by itself and cannot sync a folder.
func syncFolder(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("sync folder: %w", err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("sync folder: %w", err)
	}
	return nil
}

// Listed is one key file of a folder. Err says why a file that looks like one
// cannot be used; Header is then empty.
type Listed struct {
	Path   string
	Header Header
	Err    error
}

// List reads the headers of the key files of a folder, sorted by name, and opens none.
func List(dir string) ([]Listed, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*"+FileSuffix))
	if err != nil {
		return nil, fmt.Errorf("list key files: %w", err)
	}
	out := make([]Listed, 0, len(paths))
	for _, p := range paths {
		l := Listed{Path: p}
		if c, _, err := readFile(p); err != nil {
			l.Err = err
		} else {
			l.Header = c.Header
			clear(c.Body)
		}
		out = append(out, l)
	}
	return out, nil
}

// FileSuffix ends the names of key files.
const FileSuffix = ".key"

// FileName is a name for a key file that tells nothing about a person.
func (h Header) FileName() string {
	if h.Kind == KindNode {
		return "node" + FileSuffix
	}
	return "official-" + h.Key.ID().Short() + FileSuffix
}
