package vault

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"countersign/ledger"
)

// The folders of a store.
const (
	dirKept    = "kept"    // parts that an accepted entry names, or our own
	dirPending = "pending" // parts that no entry names yet
	dirPartial = "partial" // parts that are being fetched, with a map of what is there
	partSuffix = ".part"
	mapSuffix  = ".map"
)

// Limits of what is kept for others before an entry names it. Zero values mean
// the defaults of DefaultLimits.
type Limits struct {
	Unnamed   time.Duration // how long
	PeerParts int           // how many of one peer
	PeerBytes int64         // how much of one peer
	Bytes     int64         // how much of all peers
}

// DefaultLimits are 10 minutes, 64 parts and 8 MiB a peer, 256 MiB in all.
func DefaultLimits() Limits {
	return Limits{Unnamed: 10 * time.Minute, PeerParts: 64, PeerBytes: 8 << 20, Bytes: 256 << 20}
}

// Store keeps sealed parts as files: files and not database values, because the
// freed pages of a database keep bytes. File names are commitments. A Store may
// be used from several goroutines; a folder has one Store.
type Store struct {
	dir    string
	limits Limits

	mu        sync.Mutex
	pending   map[ledger.Hash]Part
	downloads map[ledger.Hash]*Download
}

// OpenStore opens or makes a store in dir, which becomes private to the user.
// Files that cannot be used are set out in problems and left alone; they count
// as absent.
func OpenStore(dir string, limits Limits) (s *Store, problems []error, err error) {
	d := DefaultLimits()
	if limits.Unnamed == 0 {
		limits.Unnamed = d.Unnamed
	}
	if limits.PeerParts == 0 {
		limits.PeerParts = d.PeerParts
	}
	if limits.PeerBytes == 0 {
		limits.PeerBytes = d.PeerBytes
	}
	if limits.Bytes == 0 {
		limits.Bytes = d.Bytes
	}
	s = &Store{dir: dir, limits: limits, pending: map[ledger.Hash]Part{}, downloads: map[ledger.Hash]*Download{}}
	for _, sub := range []string{"", dirKept, dirPending, dirPartial} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o700); err != nil {
			return nil, nil, fmt.Errorf("open vault: %w", err)
		}
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		return nil, nil, fmt.Errorf("open vault: %w", err)
	}
	if problems, err = s.load(); err != nil {
		return nil, nil, fmt.Errorf("open vault: %w", err)
	}
	return s, problems, nil
}

// load reads the headers of pending parts and removes what a crash left half
// written. Kept parts are looked at when they are read: there may be many.
func (s *Store) load() (problems []error, err error) {
	err = filepath.WalkDir(s.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if strings.HasPrefix(d.Name(), tempPrefix) {
			return erase(path)
		}
		if filepath.Base(filepath.Dir(path)) != dirPending || !strings.HasSuffix(path, partSuffix) {
			return nil
		}
		f, err := openFile(path)
		if err != nil {
			problems = append(problems, fmt.Errorf("pending part %s: %w", clipName(d.Name()), err))
			return nil
		}
		defer f.Close()
		if path == s.path(dirPending, f.Part.Commitment) {
			s.pending[f.Part.Commitment] = f.Part
		}
		return nil
	})
	return problems, err
}

func clipName(s string) string { return s[:min(len(s), 12)] }

// path of a part; kept parts lie in 256 folders so that none grows too large.
func (s *Store) path(sub string, c ledger.Hash) string {
	name := c.String() + partSuffix
	if sub == dirKept {
		return filepath.Join(s.dir, sub, name[:2], name)
	}
	return filepath.Join(s.dir, sub, name)
}

// Put keeps a whole small part until an entry names it, within the peer's quota
// (ErrQuota). The ciphertext has to be the one that the part names. A part that
// is here already is left as it is.
func (s *Store) Put(p Part, ciphertext []byte) error {
	if err := p.check(); err != nil {
		return fmt.Errorf("keep part: %w", err)
	}
	if len(ciphertext) > MaxLetterBytes {
		return fmt.Errorf("keep part: %w", ErrTooLarge)
	}
	if uint64(len(ciphertext)) != p.Size || Root(ciphertext) != p.Root {
		return fmt.Errorf("keep part: %w", ErrMismatch)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.held(p.Commitment) {
		return nil
	}
	if err := s.room(p); err != nil {
		return fmt.Errorf("keep part: %w", err)
	}
	if err := writeWhole(s.path(dirPending, p.Commitment), p.header(), ciphertext); err != nil {
		return fmt.Errorf("keep part: %w", err)
	}
	s.pending[p.Commitment] = p
	return nil
}

// room checks the quotas; our own parts have none.
func (s *Store) room(p Part) error {
	if p.From == "" {
		return nil
	}
	count, bytes, all := 0, int64(p.Size), int64(p.Size)
	for _, o := range s.pending {
		if o.From == "" {
			continue
		}
		all += int64(o.Size)
		if o.From == p.From {
			count++
			bytes += int64(o.Size)
		}
	}
	if count >= s.limits.PeerParts || bytes > s.limits.PeerBytes || all > s.limits.Bytes {
		return ErrQuota
	}
	return nil
}

// held tells whether a usable file is here; the lock is held.
func (s *Store) held(c ledger.Hash) bool {
	sub := dirKept
	if _, ok := s.pending[c]; ok {
		sub = dirPending
	}
	f, err := openFile(s.path(sub, c))
	if err != nil {
		return false
	}
	return f.Close() == nil
}

// Has tells whether a part is here, and whether it is kept for good.
func (s *Store) Has(c ledger.Hash) (held, named bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, pending := s.pending[c]
	held = s.held(c)
	return held, held && !pending
}

// Name keeps a part for good: an accepted entry names it. ErrAbsent if it is not here.
func (s *Store) Name(c ledger.Hash) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.pending[c]; !ok {
		if s.held(c) {
			return nil
		}
		return fmt.Errorf("keep part for good: %w", ErrAbsent)
	}
	if err := s.keep(s.path(dirPending, c), c); err != nil {
		return fmt.Errorf("keep part for good: %w", err)
	}
	delete(s.pending, c)
	return nil
}

// keep moves a file among the kept ones.
func (s *Store) keep(from string, c ledger.Hash) error {
	to := s.path(dirKept, c)
	if err := os.Mkdir(filepath.Dir(to), 0o700); err == nil {
		err = syncFolder(filepath.Dir(filepath.Dir(to)))
		if err != nil {
			return err
		}
	} else if !errors.Is(err, fs.ErrExist) {
		return err
	}
	return move(from, to)
}

// Get opens a part. ErrAbsent if it is not here; ErrDamaged if its file cannot be
// used: erase it and fetch it again.
func (s *Store) Get(c ledger.Hash) (*File, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sub := dirKept
	if _, ok := s.pending[c]; ok {
		sub = dirPending
	}
	f, err := openFile(s.path(sub, c))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("open part %s: %w", c.Short(), ErrAbsent)
	}
	if err == nil && f.Part.Commitment != c {
		err = errors.Join(ErrDamaged, f.Close())
	}
	if err != nil {
		return nil, fmt.Errorf("open part %s: %w", c.Short(), err)
	}
	return f, nil
}

// Bytes reads a small part whole.
func (s *Store) Bytes(c ledger.Hash) ([]byte, Part, error) {
	f, err := s.Get(c)
	if err != nil {
		return nil, Part{}, err
	}
	defer f.Close()
	b, err := f.Bytes()
	if err != nil {
		return nil, Part{}, fmt.Errorf("read part %s: %w", c.Short(), err)
	}
	return b, f.Part, nil
}

// Write keeps for good a part that this node makes as a stream: seal gets the
// writer of the ciphertext and returns what the entry will say (SealRelease does).
func (s *Store) Write(at ledger.Time, seal func(ciphertext io.Writer) (ledger.Sealed, error)) (ledger.Sealed, error) {
	f, err := os.CreateTemp(filepath.Join(s.dir, dirPartial), tempPrefix+"*")
	if err != nil {
		return ledger.Sealed{}, fmt.Errorf("write part: %w", err)
	}
	sealed, err := s.write(f, at, seal)
	if err != nil {
		_ = f.Close()
		return ledger.Sealed{}, errors.Join(fmt.Errorf("write part: %w", err), erase(f.Name()))
	}
	return sealed, nil
}

func (s *Store) write(f *os.File, at ledger.Time, seal func(io.Writer) (ledger.Sealed, error)) (ledger.Sealed, error) {
	if _, err := f.Seek(headerBytes, io.SeekStart); err != nil {
		return ledger.Sealed{}, err
	}
	sealed, err := seal(f)
	if err != nil {
		return ledger.Sealed{}, err
	}
	p := PartOf(sealed, "", at)
	if err := p.check(); err != nil {
		return ledger.Sealed{}, err
	}
	if _, err := f.WriteAt(p.header(), 0); err != nil {
		return ledger.Sealed{}, err
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return ledger.Sealed{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return sealed, s.keep(f.Name(), p.Commitment)
}

// Erase destroys a part wherever it is, a fetch in progress too: overwritten,
// removed and the folder synced before it returns. Erasing what is absent succeeds.
func (s *Store) Erase(c ledger.Hash) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if d := s.downloads[c]; d != nil {
		d.abandon()
		d.leave()
	}
	var errs []error
	for _, sub := range []string{dirKept, dirPending, dirPartial} {
		errs = append(errs, erase(s.path(sub, c)))
	}
	errs = append(errs, erase(s.mapPath(c)))
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("erase part %s: %w", c.Short(), err)
	}
	delete(s.pending, c)
	return nil
}

// Sweep erases parts that no entry has named in time and tells how many.
func (s *Store) Sweep(now ledger.Time) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for c, p := range s.pending {
		if now.Sub(p.At) < s.limits.Unnamed {
			continue
		}
		if err := erase(s.path(dirPending, c)); err != nil {
			return n, fmt.Errorf("sweep vault: %w", err)
		}
		delete(s.pending, c)
		n++
	}
	return n, nil
}

// Commitments lists the parts that are here: those that an accepted entry names
// or that are our own, and those that no entry names yet. Their files are not
// looked at. A part that is moved meanwhile may be in both lists.
func (s *Store) Commitments() (kept, pending []ledger.Hash, err error) {
	s.mu.Lock()
	for c := range s.pending {
		pending = append(pending, c)
	}
	s.mu.Unlock()
	names, err := filepath.Glob(filepath.Join(s.dir, dirKept, "*", "*"+partSuffix))
	if err != nil {
		return nil, nil, fmt.Errorf("list parts: %w", err)
	}
	for _, name := range names {
		var c ledger.Hash
		if c.UnmarshalText([]byte(strings.TrimSuffix(filepath.Base(name), partSuffix))) == nil {
			kept = append(kept, c)
		}
	}
	return kept, pending, nil
}
