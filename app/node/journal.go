package node

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"countersign/app/desk"
	"countersign/ledger"
)

// journal is the agency's own hash chain of looks, openings and exports: a text
// file of one JSON object a line. The office node puts its head on the ledger.
type journal struct {
	mu    sync.Mutex
	file  *os.File
	head  ledger.Hash
	count uint64
}

// journalRecord is one line of the file.
type journalRecord struct {
	Version int              `json:"v"`
	Prev    ledger.Hash      `json:"prev"`
	Line    desk.JournalLine `json:"line"`
}

const journalVersion = 1

// ErrJournalBroken says that the journal's chain does not hold.
var ErrJournalBroken = errors.New("the journal has been changed by somebody else")

// openJournal opens or makes the journal and checks its chain. A torn last line
// (power loss) is cut off.
func openJournal(path string) (*journal, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open journal: %w", err)
	}
	j := &journal{file: f}
	end, err := j.replay(func(journalRecord) {})
	if err == nil {
		err = f.Truncate(end)
	}
	if err == nil {
		_, err = f.Seek(end, io.SeekStart)
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("open journal: %w", err)
	}
	return j, nil
}

// replay walks the chain from the start and returns the offset after the last whole line.
func (j *journal) replay(fn func(journalRecord)) (int64, error) {
	if _, err := j.file.Seek(0, io.SeekStart); err != nil {
		return 0, err
	}
	j.head, j.count = ledger.Hash{}, 0
	r := bufio.NewReader(j.file)
	var end int64
	for {
		line, err := r.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return end, nil
		}
		if err != nil {
			return end, err
		}
		var rec journalRecord
		if json.Unmarshal(line, &rec) != nil || rec.Prev != j.head {
			return end, fmt.Errorf("line %d: %w", j.count+1, ErrJournalBroken)
		}
		j.head, j.count = ledger.Sum(line), j.count+1
		end += int64(len(line))
		fn(rec)
	}
}

// append adds a line durably.
func (j *journal) append(l desk.JournalLine) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	b, err := json.Marshal(journalRecord{Version: journalVersion, Prev: j.head, Line: l})
	if err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	b = append(b, '\n')
	if _, err := j.file.Write(b); err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	if err := j.file.Sync(); err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	j.head, j.count = ledger.Sum(b), j.count+1
	return nil
}

// about returns the lines about one request, oldest first.
func (j *journal) about(request ledger.EntryID) ([]desk.JournalLine, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	var out []desk.JournalLine
	end, err := j.replay(func(r journalRecord) {
		if r.Line.Request == request {
			out = append(out, r.Line)
		}
	})
	if err != nil {
		return nil, err
	}
	_, err = j.file.Seek(end, io.SeekStart)
	return out, err
}

func (j *journal) close() error { return j.file.Close() }
