package vault

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"

	"countersign/ledger"
)

// syncBytes is after how much a download makes what it has durable. A crash
// costs at most so much.
const syncBytes = 4 << 20

// Download is a part that arrives in slices, in any order, over several tries.
// The caller has verified each slice against the root before it writes it.
type Download struct {
	store *Store
	part  Part
	slice int
	path  string
	done  chan struct{} // closed once another download of the part may begin

	mu      sync.Mutex
	file    *os.File // nil after Close, Finish or erasure
	erased  bool
	have    []byte // one bit a slice
	count   int
	unsaved int // bytes
}

// downloadMap is the file beside an incomplete part.
type downloadMap struct {
	Version uint8  `cbor:"0,keyasint"`
	Part    Part   `cbor:"1,keyasint"`
	Slice   uint32 `cbor:"2,keyasint"`
	Have    []byte `cbor:"3,keyasint"`
}

// maxMapBytes covers MaxPartBytes in slices of minSliceBytes.
const (
	minSliceBytes = 16 << 10
	maxMapBytes   = MaxPartBytes/minSliceBytes/8 + 1<<10
)

func (s *Store) mapPath(c ledger.Hash) string {
	return filepath.Join(s.dir, dirPartial, c.String()+mapSuffix)
}

// Begin starts to fetch a part that an accepted entry names, or goes on where an
// earlier try of the same root stopped. One download of a part runs at a time
// (ErrInUse).
func (s *Store) Begin(p Part, slice int) (*Download, error) {
	if err := p.check(); err != nil {
		return nil, fmt.Errorf("begin download: %w", err)
	}
	if slice < minSliceBytes {
		return nil, fmt.Errorf("begin download in slices of %d bytes: %w", slice, ErrBadContent)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.downloads[p.Commitment] != nil {
		return nil, fmt.Errorf("begin download: %w", ErrInUse)
	}
	d := &Download{store: s, part: p, slice: slice, path: s.path(dirPartial, p.Commitment), done: make(chan struct{})}
	if !d.resume() {
		if err := d.create(); err != nil {
			return nil, fmt.Errorf("begin download: %w", err)
		}
	}
	s.downloads[p.Commitment] = d
	return d, nil
}

// Await waits until no download of a part runs, or the context ends.
func (s *Store) Await(ctx context.Context, c ledger.Hash) error {
	s.mu.Lock()
	d := s.downloads[c]
	s.mu.Unlock()
	if d == nil {
		return nil
	}
	select {
	case <-d.done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("await download: %w", ctx.Err())
	}
}

// leave lets another download of the part begin. The store's lock is held.
func (d *Download) leave() {
	delete(d.store.downloads, d.part.Commitment)
	close(d.done)
}

// resume takes up what is there; anything that does not fit begins anew.
func (d *Download) resume() bool {
	b, err := os.ReadFile(d.store.mapPath(d.part.Commitment))
	if err != nil {
		return false
	}
	var m downloadMap
	if err := ledger.Decode(b, maxMapBytes, &m); err != nil || m.Version != fileVersion || m.Part.Commitment != d.part.Commitment ||
		m.Part.Root != d.part.Root || m.Part.Size != d.part.Size || int(m.Slice) != d.slice || len(m.Have) != (d.Slices()+7)/8 {
		return false
	}
	f, err := os.OpenFile(d.path, os.O_RDWR, 0)
	if err != nil {
		return false
	}
	if info, err := f.Stat(); err != nil || uint64(info.Size()) != headerBytes+d.part.Size {
		_ = f.Close()
		return false
	}
	d.part, d.file, d.have = m.Part, f, m.Have
	for i := range d.Slices() {
		if d.has(i) {
			d.count++
		}
	}
	return true
}

func (d *Download) create() error {
	if err := errors.Join(erase(d.path), erase(d.store.mapPath(d.part.Commitment))); err != nil {
		return err
	}
	f, err := os.OpenFile(d.path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteAt(d.part.header(), 0)
	if err = errors.Join(err, f.Truncate(headerBytes+int64(d.part.Size)), f.Sync()); err != nil {
		_ = f.Close()
		return err
	}
	d.file, d.have = f, make([]byte, (d.Slices()+7)/8)
	return nil
}

// Part is what is being fetched.
func (d *Download) Part() Part { return d.part }

// Slices is how many slices the part has.
func (d *Download) Slices() int {
	return int((d.part.Size + uint64(d.slice) - 1) / uint64(d.slice))
}

// Done is how many of them are here.
func (d *Download) Done() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.count
}

func (d *Download) has(i int) bool { return d.have[i/8]>>(i%8)&1 == 1 }

// Missing is the first run of slices that are not here; n is 0 when all are.
func (d *Download) Missing() (first, n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for first < d.Slices() && d.has(first) {
		first++
	}
	for first+n < d.Slices() && !d.has(first+n) {
		n++
	}
	return first, n
}

// WriteSlice writes a verified slice. ErrGone if the part was erased meanwhile.
func (d *Download) WriteSlice(i int, b []byte) error {
	if i < 0 || i >= d.Slices() || len(b) != d.sliceBytes(i) {
		return fmt.Errorf("write slice %d of %d bytes: %w", i, len(b), ErrBadContent)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.usable(); err != nil {
		return fmt.Errorf("write slice %d: %w", i, err)
	}
	if d.has(i) {
		return nil
	}
	if _, err := d.file.WriteAt(b, headerBytes+int64(i)*int64(d.slice)); err != nil {
		return fmt.Errorf("write slice %d: %w", i, err)
	}
	d.have[i/8] |= 1 << (i % 8)
	d.count++
	if d.unsaved += len(b); d.unsaved >= syncBytes {
		return d.save()
	}
	return nil
}

// Have is how many bytes are here from the start without a gap.
func (d *Download) Have() uint64 {
	first, _ := d.Missing()
	return min(d.part.Size, uint64(first)*uint64(d.slice))
}

// WriteAt writes verified bytes: whole slices, which the last one ends early.
// It makes a Download the receiver of a transfer.
func (d *Download) WriteAt(b []byte, at int64) (int, error) {
	end := uint64(at) + uint64(len(b))
	if at < 0 || at%int64(d.slice) != 0 || end > d.part.Size || end != d.part.Size && end%uint64(d.slice) != 0 {
		return 0, fmt.Errorf("write %d bytes at %d: %w", len(b), at, ErrBadContent)
	}
	n := 0
	for i := int(at / int64(d.slice)); n < len(b); i++ {
		end := min(len(b), n+d.sliceBytes(i))
		if err := d.WriteSlice(i, b[n:end]); err != nil {
			return n, err
		}
		n = end
	}
	return n, nil
}

func (d *Download) sliceBytes(i int) int {
	return int(min(uint64(d.slice), d.part.Size-uint64(i)*uint64(d.slice)))
}

func (d *Download) usable() error {
	switch {
	case d.erased:
		return ErrGone
	case d.file == nil:
		return os.ErrClosed
	}
	return nil
}

// save makes the slices durable before the map says that they are here.
func (d *Download) save() error {
	if err := d.file.Sync(); err != nil {
		return fmt.Errorf("save download: %w", err)
	}
	m := downloadMap{Version: fileVersion, Part: d.part, Slice: uint32(d.slice), Have: d.have}
	if err := writeWhole(d.store.mapPath(d.part.Commitment), ledger.Encode(m)); err != nil {
		return fmt.Errorf("save download: %w", err)
	}
	d.unsaved = 0
	return nil
}

// Close stops for now; a later Begin goes on from here.
func (d *Download) Close() error {
	d.store.mu.Lock()
	defer d.store.mu.Unlock()
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.file == nil {
		return nil
	}
	err := errors.Join(d.save(), d.file.Close())
	d.file = nil
	d.leave()
	return err
}

// Finish checks the whole part once more against its root and keeps it for good.
// A disk that lost slices gives ErrDamaged, and the next Begin starts anew.
func (d *Download) Finish() error {
	d.store.mu.Lock()
	defer d.store.mu.Unlock()
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.usable(); err != nil {
		return fmt.Errorf("finish download: %w", err)
	}
	if d.count != d.Slices() {
		return fmt.Errorf("finish download with %d of %d slices: %w", d.count, d.Slices(), ErrAbsent)
	}
	content := io.NewSectionReader(d.file, headerBytes, int64(d.part.Size))
	err := errors.Join(d.file.Sync(), verifyRoot(content, d.part), d.file.Close())
	d.file = nil
	d.leave()
	if err == nil {
		err = d.store.keep(d.path, d.part.Commitment)
	}
	err = errors.Join(err, erase(d.store.mapPath(d.part.Commitment)))
	if err == nil { // an offered copy that no entry had named yet is of no more use
		err = erase(d.store.path(dirPending, d.part.Commitment))
	}
	if err != nil {
		return fmt.Errorf("finish download: %w", err)
	}
	delete(d.store.pending, d.part.Commitment)
	return nil
}

// abandon closes a download whose part is being erased.
func (d *Download) abandon() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.file != nil {
		_ = d.file.Close()
	}
	d.file, d.erased = nil, true
}
