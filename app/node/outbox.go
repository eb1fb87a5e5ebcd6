package node

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"sync"
	"time"

	"countersign/ledger"
	"countersign/ledger/vault"
)

// outbox keeps signed entries, with the ciphertexts of their sealed parts, until
// they are final and the parts have been acknowledged. One file an entry.
type outbox struct {
	dir string

	mu    sync.Mutex
	items map[ledger.EntryID]*outItem
	seq   uint64
}

// outItem is one kept entry.
type outItem struct {
	entry *ledger.Entry
	parts [][]byte
	file  string
	added time.Time
	final bool
	// acked are the agencies whose office node has every part.
	acked map[ledger.AgencyID]bool
}

// outRecord is the file's content.
type outRecord struct {
	Version uint8       `cbor:"0,keyasint"`
	Added   ledger.Time `cbor:"1,keyasint"`
	Entry   []byte      `cbor:"2,keyasint"`
	Parts   [][]byte    `cbor:"3,keyasint"`
}

const outboxVersion = 1

// maxOutRecord bounds a file: an entry with a few letters.
const maxOutRecord = 4 << 20

// openOutbox reads what was kept. A file that cannot be read is set aside under
// an ending .unreadable-1 and reported; the others are kept.
func openOutbox(dir string) (*outbox, []error, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, nil, fmt.Errorf("open outbox: %w", err)
	}
	o := &outbox{dir: dir, items: map[ledger.EntryID]*outItem{}}
	names, err := filepath.Glob(filepath.Join(dir, "*.entry"))
	if err != nil {
		return nil, nil, fmt.Errorf("open outbox: %w", err)
	}
	sort.Strings(names)
	torn, err := filepath.Glob(filepath.Join(dir, ".*.entry-*")) // half written when the process was killed
	if err != nil {
		return nil, nil, fmt.Errorf("open outbox: %w", err)
	}
	var bad []error
	for _, name := range torn {
		bad = append(bad, os.Remove(name))
	}
	bad = slices.DeleteFunc(bad, func(err error) bool { return err == nil })
	for _, name := range names {
		it, err := readOutItem(name)
		if err != nil {
			bad = append(bad, fmt.Errorf("outbox file %s set aside: %w", filepath.Base(name), err))
			if _, err := setAside(name); err != nil {
				bad = append(bad, err)
			}
			continue
		}
		o.items[it.entry.ID()] = it
		var n uint64
		if _, err := fmt.Sscanf(filepath.Base(name), "%d-", &n); err == nil {
			o.seq = max(o.seq, n)
		}
	}
	return o, bad, nil
}

func readOutItem(name string) (*outItem, error) {
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	it, err := parseOutItem(b)
	if err != nil {
		return nil, err
	}
	it.file = name
	return it, nil
}

func parseOutItem(b []byte) (*outItem, error) {
	var r outRecord
	if err := ledger.Decode(b, maxOutRecord, &r); err != nil {
		return nil, err
	}
	if r.Version != outboxVersion {
		return nil, fmt.Errorf("version %d: %w", r.Version, ErrNewerProfile)
	}
	e, err := ledger.Parse(r.Entry)
	if err != nil {
		return nil, err
	}
	return &outItem{entry: e, parts: r.Parts, added: r.Added.Std(), acked: map[ledger.AgencyID]bool{}}, nil
}

func outBytes(e *ledger.Entry, parts [][]byte, added ledger.Time) []byte {
	return ledger.Encode(outRecord{Version: outboxVersion, Added: added, Entry: e.Bytes(), Parts: parts})
}

// add keeps an entry durably; adding it again changes nothing.
func (o *outbox) add(e *ledger.Entry, parts [][]byte, now time.Time) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.items[e.ID()] != nil {
		return nil
	}
	rec := outBytes(e, parts, ledger.TimeOf(now))
	if len(rec) > maxOutRecord {
		return fmt.Errorf("outbox: %w", ledger.ErrTooLarge)
	}
	o.seq++
	name := filepath.Join(o.dir, fmt.Sprintf("%012d-%s.entry", o.seq, e.ID().Short()))
	if err := writeFile(name, rec); err != nil {
		return fmt.Errorf("outbox: %w", err)
	}
	o.items[e.ID()] = &outItem{entry: e, parts: parts, file: name, added: now, acked: map[ledger.AgencyID]bool{}}
	return nil
}

// final notes that an entry is final with an outcome. A refused entry's parts
// are nobody's any more.
func (o *outbox) final(id ledger.EntryID, code ledger.Refusal) {
	o.mu.Lock()
	defer o.mu.Unlock()
	it := o.items[id]
	if it == nil {
		return
	}
	it.final = true
	if code != ledger.Accepted || len(it.parts) == 0 {
		o.drop(it)
	}
}

// ack notes that an agency's office node has all parts of an entry; needed are
// the agencies that must. The entry is forgotten when it is final and all have.
func (o *outbox) ack(id ledger.EntryID, from ledger.AgencyID, needed []ledger.AgencyID) {
	o.mu.Lock()
	defer o.mu.Unlock()
	it := o.items[id]
	if it == nil {
		return
	}
	it.acked[from] = true
	for _, a := range needed {
		if !it.acked[a] {
			return
		}
	}
	if it.final {
		o.drop(it)
	}
}

// drop forgets an item; called with the lock held. A file that cannot be
// removed is read again at the next start and dropped then.
func (o *outbox) drop(it *outItem) {
	delete(o.items, it.entry.ID())
	_ = os.Remove(it.file)
}

// list returns the kept items in the order they were added.
func (o *outbox) list() []*outItem {
	o.mu.Lock()
	defer o.mu.Unlock()
	out := make([]*outItem, 0, len(o.items))
	for _, it := range o.items {
		out = append(out, it)
	}
	sort.Slice(out, func(i, j int) bool { return strings.Compare(out[i].file, out[j].file) < 0 })
	return out
}

// unsent returns the entries that are not final and still valid.
func (o *outbox) unsent(now ledger.Time) []*ledger.Entry {
	var out []*ledger.Entry
	for _, it := range o.list() {
		o.mu.Lock()
		keep := !it.final && it.entry.Body.ValidUntil >= now
		o.mu.Unlock()
		if keep {
			out = append(out, it.entry)
		}
	}
	return out
}

// expired returns the entries of these authors whose time is over: nobody can
// sign them again, because nobody signed them.
func (o *outbox) expired(now ledger.Time, authors ...ledger.KeyID) []*ledger.Entry {
	o.mu.Lock()
	defer o.mu.Unlock()
	var out []*ledger.Entry
	for _, it := range o.items {
		if !it.final && it.entry.Body.ValidUntil < now && slices.Contains(authors, it.entry.Body.Author) {
			out = append(out, it.entry)
		}
	}
	return out
}

// names tells whether a kept entry names a part.
func (o *outbox) names(commitment ledger.Hash) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, it := range o.items {
		for _, s := range ledger.Parts(it.entry.Payload) {
			if s.Commitment == commitment {
				return true
			}
		}
	}
	return false
}

// pending is how many entries are not final, or have parts nobody acknowledged.
func (o *outbox) pending() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.items)
}

// ciphertext finds a part among the kept entries.
func (o *outbox) ciphertext(id ledger.EntryID, commitment ledger.Hash) []byte {
	it := o.find(id)
	if it == nil {
		return nil
	}
	for i, s := range ledger.Parts(it.entry.Payload) {
		if s.Commitment == commitment && i < len(it.parts) {
			return it.parts[i]
		}
	}
	return nil
}

// ciphertexts are all parts of a kept entry; nil when it is not kept.
func (o *outbox) ciphertexts(id ledger.EntryID) [][]byte {
	if it := o.find(id); it != nil {
		return it.parts
	}
	return nil
}

func (o *outbox) find(id ledger.EntryID) *outItem {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.items[id]
}

// forget drops an entry, whatever became of it.
func (o *outbox) forget(id ledger.EntryID) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if it := o.items[id]; it != nil {
		o.drop(it)
	}
}

// eraseRequest destroys the entries about a request that have parts: what came to
// rest takes nothing in any more.
func (o *outbox) eraseRequest(id ledger.EntryID) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, it := range o.items {
		if request, _ := concerns(it.entry); request != id || len(it.parts) == 0 {
			continue
		}
		if err := vault.EraseFile(it.file); err != nil {
			return fmt.Errorf("erase from the outbox: %w", err)
		}
		o.drop(it)
	}
	return nil
}

func (o *outbox) isFinal(it *outItem) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return it.final
}

// missing lists the agencies that have not acknowledged an item's parts.
func (o *outbox) missing(it *outItem, agencies []ledger.AgencyID) []ledger.AgencyID {
	o.mu.Lock()
	defer o.mu.Unlock()
	var out []ledger.AgencyID
	for _, a := range agencies {
		if !it.acked[a] {
			out = append(out, a)
		}
	}
	return out
}
