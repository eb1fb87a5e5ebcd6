package desk

import (
	"errors"
	"fmt"
	"io/fs"
	"time"

	"countersign/ledger"
)

// Errors of case files.
var (
	ErrNoCase    = errors.New("no such case file")
	ErrCaseHolds = errors.New("the case file holds requests")
)

// casesFile is the official's own book of case files: sealed for them, on this
// computer, in the frame of every file of the desk, which carries the version.
const casesFile = "cases.sealed"

// caseBook is what an official has grouped by hand.
type caseBook struct {
	Cases   map[string]caseNote       `json:"cases"`
	Placed  map[ledger.EntryID]string `json:"placed"`  // wins over the letter; "" takes a request out
	Without map[ledger.EntryID]bool   `json:"without"` // parts the official goes on without
	// Held is which of these case files a letter named, so that it is known when
	// the letter is there no more.
	Held map[ledger.EntryID]string `json:"held,omitempty"`
}

type caseNote struct {
	Number string    `json:"number"`
	Title  string    `json:"title,omitempty"`
	Opened time.Time `json:"opened"`
}

// readCases reads the book; none has been written before the first case. One
// that cannot be read is an error and stays as it is: nobody's grouping is
// replaced by an empty one.
func (s *session) readCases() (*caseBook, error) {
	b := &caseBook{}
	if err := s.cabinet.readSealed(casesFile, s.identity, b); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if b.Cases == nil {
		b.Cases = map[string]caseNote{}
	}
	if b.Placed == nil {
		b.Placed = map[ledger.EntryID]string{}
	}
	if b.Held == nil {
		b.Held = map[ledger.EntryID]string{}
	}
	if b.Without == nil {
		b.Without = map[ledger.EntryID]bool{}
	}
	return b, nil
}

// hold notes the case files of the book that letters name, and tells whether one
// was not noted yet.
func (b *caseBook) hold(rows []RequestRow) (news bool) {
	for _, row := range rows {
		if _, noted := b.Cases[row.CaseFile]; noted && b.Held[row.ID] != row.CaseFile {
			b.Held[row.ID], news = row.CaseFile, true
		}
	}
	return news
}

// changeCases changes the book, whole or not at all.
func (d *Desk) changeCases(change func(*caseBook)) error {
	s, err := d.session()
	if err != nil {
		return err
	}
	s.casesMu.Lock()
	defer s.casesMu.Unlock()
	b, err := s.readCases()
	if err != nil {
		return fmt.Errorf("keep case files: %w", err)
	}
	change(b)
	if err := s.cabinet.writeSealed(casesFile, b, s.recipient); err != nil {
		return fmt.Errorf("keep case files: %w", err)
	}
	return nil
}
