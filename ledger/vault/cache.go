package vault

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"

	"filippo.io/age"

	"countersign/ledger"
)

// CacheRow is what lists show of one of the agency's own requests.
type CacheRow struct {
	Case     string `cbor:"0,keyasint,omitempty"`
	Subjects uint32 `cbor:"1,keyasint"`
	From     Date   `cbor:"2,keyasint,omitempty"`
	To       Date   `cbor:"3,keyasint,omitempty"`
}

// RowOf is the row of a letter.
func RowOf(l *Letter) CacheRow {
	return CacheRow{Case: l.Case, Subjects: uint32(len(l.Subjects)), From: l.From, To: l.To}
}

type cacheLine struct {
	_       struct{} `cbor:",toarray"`
	Request ledger.EntryID
	Row     CacheRow
}

// Cache keeps the rows of the agency's own requests, so that a list need not
// open every letter. On disk it is sealed under the agency's identity, in 256
// files by the first byte of the request's number; in memory it lives from unlock
// to Close. What is lost is made again from the letters.
type Cache struct {
	dir string
	key age.Recipient

	mu     sync.RWMutex
	closed bool
	rows   [256]map[ledger.EntryID]CacheRow
}

const (
	cacheSuffix   = ".rows"
	maxCacheBytes = 64 << 20
	maxLineBytes  = 1 << 10
)

// OpenCache reads the cache with the agency's identities; recipient is the
// current epoch's. Files that do not open are set out in problems, and their rows
// are missing until they are put again.
func OpenCache(dir, recipient string, ids []age.Identity) (c *Cache, problems []error, err error) {
	key, err := age.ParseHybridRecipient(recipient)
	if err != nil {
		return nil, nil, fmt.Errorf("open list cache: %w", ErrNoRecipient)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, nil, fmt.Errorf("open list cache: %w", err)
	}
	c = &Cache{dir: dir, key: key}
	for n := range c.rows {
		if c.rows[n], err = c.load(n, ids); err != nil && !errors.Is(err, os.ErrNotExist) {
			problems = append(problems, fmt.Errorf("list cache %02x: %w", n, err))
		}
	}
	return c, problems, nil
}

func (c *Cache) path(n int) string {
	return filepath.Join(c.dir, fmt.Sprintf("%02x%s", n, cacheSuffix))
}

func (c *Cache) load(n int, ids []age.Identity) (map[ledger.EntryID]CacheRow, error) {
	b, err := readSmall(c.path(n), maxCacheBytes)
	if err != nil {
		return nil, err
	}
	r, size, err := decrypt(bytes.NewReader(b), int64(len(b)), ids)
	if err != nil {
		return nil, err
	}
	plain, err := io.ReadAll(io.NewSectionReader(r, 0, size))
	if err != nil {
		return nil, ErrDamaged
	}
	return parseLines(plain)
}

// parseLines reads lines with two bytes of length each; a length of zero begins the padding.
func parseLines(plain []byte) (map[ledger.EntryID]CacheRow, error) {
	rows := map[ledger.EntryID]CacheRow{}
	for len(plain) >= 2 {
		n := int(binary.BigEndian.Uint16(plain))
		if plain = plain[2:]; n == 0 {
			return rows, nil
		}
		var l cacheLine
		if n > len(plain) || ledger.Decode(plain[:n], maxLineBytes, &l) != nil {
			return nil, ErrDamaged
		}
		rows[l.Request], plain = l.Row, plain[n:]
	}
	return nil, ErrDamaged
}

// Get returns a request's row.
func (c *Cache) Get(request ledger.EntryID) (CacheRow, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	r, ok := c.rows[request[0]][request]
	return r, ok
}

// Put keeps rows; the files concerned are written once.
func (c *Cache) Put(rows map[ledger.EntryID]CacheRow) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return fmt.Errorf("write list cache: %w", os.ErrClosed)
	}
	changed := map[int]bool{}
	for id, row := range rows {
		if len(ledger.Encode(cacheLine{Request: id, Row: row})) > maxLineBytes {
			return fmt.Errorf("list cache: %w", ErrTooLarge)
		}
		n := int(id[0])
		if have, ok := c.rows[n][id]; ok && have == row {
			continue
		}
		if c.rows[n] == nil {
			c.rows[n] = map[ledger.EntryID]CacheRow{}
		}
		c.rows[n][id], changed[n] = row, true
	}
	for n := range changed {
		if err := c.write(n); err != nil {
			return fmt.Errorf("write list cache: %w", err)
		}
	}
	return nil
}

// Remove forgets a request: its letter has been erased. The old file is
// overwritten before the new one is written.
func (c *Cache) Remove(request ledger.EntryID) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return fmt.Errorf("remove from list cache: %w", os.ErrClosed)
	}
	n := int(request[0])
	if _, ok := c.rows[n][request]; !ok {
		return nil
	}
	delete(c.rows[n], request)
	err := erase(c.path(n))
	if err == nil {
		err = c.write(n)
	}
	if err != nil {
		return fmt.Errorf("remove from list cache: %w", err)
	}
	return nil
}

func (c *Cache) write(n int) error {
	var plain []byte
	for id, row := range c.rows[n] {
		line := ledger.Encode(cacheLine{Request: id, Row: row})
		plain = append(binary.BigEndian.AppendUint16(plain, uint16(len(line))), line...)
	}
	plain = append(plain, 0, 0)
	plain = append(plain, make([]byte, paddedSize(uint64(len(plain)))-uint64(len(plain)))...)
	var out bytes.Buffer
	w, err := age.Encrypt(&out, c.key)
	if err == nil {
		_, err = w.Write(plain)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return err
	}
	return writeWhole(c.path(n), out.Bytes())
}

// Close drops the rows from memory.
func (c *Cache) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	for n := range c.rows {
		clear(c.rows[n])
		c.rows[n] = nil
	}
}
