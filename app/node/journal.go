package node

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"countersign/app/desk"
	"countersign/ledger"
	"countersign/ledger/rules"
)

// journal is the agency's own hash chain of looks, openings and exports: a text
// file of one JSON object a line. The office node puts its head on the ledger.
type journal struct {
	mu    sync.Mutex
	file  *os.File
	end   int64 // after the last whole line
	chain chain
	taken map[ledger.NodeCode]uint64 // of each other node's lines, up to which number they are here
}

// chain is how far a journal has come.
type chain struct {
	head  ledger.Hash
	count uint64      // lines, those of a journal that was set aside before included
	since ledger.Time // when the first line was written
}

// journalRecord is one line of the file.
type journalRecord struct {
	Version int              `json:"v"`
	Base    uint64           `json:"base,omitempty"` // lines of journals before, which lie elsewhere: one set aside, or another office node's
	Prev    ledger.Hash      `json:"prev"`
	From    ledger.NodeCode  `json:"from,omitempty"`   // the desktop whose line it is; empty: this node's own
	Number  uint64           `json:"number,omitempty"` // in that desktop's journal
	Line    desk.JournalLine `json:"line"`
}

const journalVersion = 1

// ErrJournalBroken says that the journal's chain does not hold.
var ErrJournalBroken = errors.New("the journal has been changed by somebody else")

// openJournal opens or makes the journal and checks its chain. A torn last line
// (power loss) is cut off. A chain that does not hold is set aside under a name
// of its own, and a new journal goes on counting after it; broken says so.
func openJournal(path string) (j *journal, broken, err error) {
	j, err = readJournal(path)
	if !errors.Is(err, ErrJournalBroken) {
		return j, nil, err
	}
	broken = err
	lines, err := countLines(path)
	aside := ""
	if err == nil {
		aside, err = setAside(path)
	}
	if err == nil {
		j, err = readJournal(path)
	}
	if err != nil {
		return nil, broken, fmt.Errorf("open journal: %w", err)
	}
	j.chain.count = lines
	return j, fmt.Errorf("the old one lies in %s: %w", aside, broken), nil
}

// setAside renames a file so that nothing reads it again and nothing is lost.
func setAside(path string) (string, error) {
	for i := 1; ; i++ {
		to := fmt.Sprintf("%s.unreadable-%d", path, i)
		if _, err := os.Lstat(to); errors.Is(err, os.ErrNotExist) {
			return to, os.Rename(path, to)
		} else if err != nil {
			return "", err
		}
	}
}

func countLines(path string) (uint64, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	var n uint64
	for r := bufio.NewReader(f); ; n++ {
		if _, err := r.ReadSlice('\n'); errors.Is(err, io.EOF) {
			return n, nil
		} else if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return n, err
		}
	}
}

func readJournal(path string) (*journal, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open journal: %w", err)
	}
	j := &journal{file: f, taken: map[ledger.NodeCode]uint64{}}
	if j.chain, j.end, err = j.replay(func(_ uint64, r journalRecord) {
		if r.From != "" {
			j.taken[r.From] = max(j.taken[r.From], r.Number)
		}
	}); err == nil {
		err = f.Truncate(j.end)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open journal: %w", err), f.Close())
	}
	return j, nil
}

// replay walks the chain from the start and gives each line with its number. It
// returns how far the chain goes and the offset after its last whole line.
func (j *journal) replay(fn func(number uint64, r journalRecord)) (c chain, end int64, err error) {
	r := bufio.NewReader(io.NewSectionReader(j.file, 0, 1<<62))
	for {
		line, err := r.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return c, end, nil
		}
		if err != nil {
			return c, end, err
		}
		var rec journalRecord
		if json.Unmarshal(line, &rec) != nil || rec.Prev != c.head || rec.Version != journalVersion || end > 0 && rec.Base != 0 && rec.Base <= c.count {
			return c, end, fmt.Errorf("line %d: %w", c.count+1, ErrJournalBroken)
		}
		if end == 0 {
			c.since = rec.Line.At
		}
		if end == 0 || rec.Base != 0 {
			c.count = rec.Base
		}
		c.head, c.count = ledger.Sum(line), c.count+1
		end += int64(len(line))
		fn(c.count, rec)
	}
}

// append adds a line durably, or changes nothing.
func (j *journal) append(l desk.JournalLine) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.write(journalRecord{Line: l})
}

// write adds a record; the lock is held.
func (j *journal) write(rec journalRecord) error {
	rec.Version, rec.Prev = journalVersion, j.chain.head
	count, since := j.chain.count, j.chain.since
	if j.end == 0 {
		rec.Base, since = max(rec.Base, count), rec.Line.At
	}
	count = max(count, rec.Base)
	b, err := json.Marshal(rec)
	if err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	b = append(b, '\n')
	if _, err = j.file.WriteAt(b, j.end); err == nil {
		err = j.file.Sync()
	}
	if err != nil { // half a line would break the chain for the next one
		return fmt.Errorf("journal: %w", errors.Join(err, j.file.Truncate(j.end)))
	}
	j.end += int64(len(b))
	j.chain = chain{head: ledger.Sum(b), count: count + 1, since: since}
	return nil
}

// goOn has the journal go on counting after what the ledger has of another one:
// the agency's journal of before lies on a computer that cannot be read.
func (j *journal) goOn(after uint64, at ledger.Time) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if after <= j.chain.count {
		return nil
	}
	return j.write(journalRecord{Base: after, Line: desk.JournalLine{At: at, Act: journalGoesOn}})
}

// journalGoesOn is the act of a line by nobody: the node is the office node now.
const journalGoesOn = "office"

// about returns the lines about one request, oldest first.
func (j *journal) about(request ledger.EntryID) ([]desk.JournalLine, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	var out []desk.JournalLine
	_, _, err := j.replay(func(_ uint64, r journalRecord) {
		if r.Line.Request == request {
			out = append(out, r.Line)
		}
	})
	return out, err
}

func (j *journal) state() chain {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.chain
}

func (j *journal) close() error { return j.file.Close() }

// journalEvery is how often the office node puts the journal's head on the ledger.
const journalEvery = 24 * time.Hour

// fixJournal puts the head of the journal on the ledger once a day, when it has grown.
func (o *office) fixJournal() error {
	n := o.node
	us, now, c := n.currentProfile().Agency, n.clock.Ledger(), n.journal.state()
	due, before := false, uint64(0)
	err := n.view(func(v rules.View) error {
		a := v.Agency(us)
		if c.count == 0 || a == nil || !a.Member() || !n.isOffice(v) {
			return nil
		}
		last := v.Journal(us)
		due = last == nil && now.Sub(c.since) >= journalEvery ||
			last != nil && c.head != last.Head && now.Sub(last.At) >= journalEvery
		if last != nil && c.count <= last.Count { // fixed by an office node of before
			before = last.Count
		}
		return nil
	})
	if err != nil || !due || o.waitingKind(ledger.KindJournalHead) {
		return err
	}
	if before > 0 {
		if err := n.noteWrite(n.journal.goOn(before, now)); err != nil {
			return err
		}
		c = n.journal.state()
	}
	return o.sign(ledger.NewNonce(), &ledger.JournalHead{Head: c.head, Count: c.count})
}
