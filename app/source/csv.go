package source

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"unicode/utf8"

	"countersign/ledger"
)

// Errors of a source. What the file holds is safe: it is only read.
var (
	ErrNoKeyColumn = errors.New("the file has no such key column")
	ErrNoField     = errors.New("the file lacks a field of the dataset")
	ErrRagged      = errors.New("a row has more or fewer cells than the header")
	ErrNotUTF8     = errors.New("the file is not UTF-8 text")
	ErrTooLarge    = errors.New("the result is larger than a release can be")
	ErrNotCSV      = errors.New("the file is not comma-separated text")
)

// MaxResult bounds what one release carries, in bytes of CSV.
const MaxResult = 256 << 20

// CSV is a connected file.
type CSV struct {
	Path string
	Key  ledger.FieldName // the column that names the subject
}

// Query says what to take out: the agreement's fields, the letter's subjects,
// row filter and period.
type Query struct {
	Fields   []ledger.FieldName // of the agreement, sorted
	Order    []ledger.FieldName // the dataset's fields in its own order
	Subjects []string
	Rows     []Filter // all must hold
	Period   Period   // zero: none
}

// Result is a table as CSV with a header; Rows counts without it.
type Result struct {
	CSV     []byte
	Columns []ledger.FieldName
	Rows    int
}

// Check opens the file and tests header and first rows against a dataset: what
// a settings page asks before it connects.
func (c CSV) Check(fields []ledger.FieldName) error {
	f, r, at, err := c.open()
	if err != nil {
		return err
	}
	defer f.Close()
	for _, name := range fields {
		if _, ok := at[name]; !ok {
			return fmt.Errorf("%s: %w: %q", c.base(), ErrNoField, name)
		}
	}
	const look = 1000
	for range look {
		if _, err := c.next(r); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
	return nil
}

// Read takes the rows of the query's subjects, in the order of the file.
func (c CSV) Read(q Query) (*Result, error) {
	f, r, at, err := c.open()
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var out Result
	var columns []int
	for _, name := range q.Order {
		if !slices.Contains(q.Fields, name) {
			continue
		}
		i, ok := at[name]
		if !ok {
			return nil, fmt.Errorf("%s: %w: %q", c.base(), ErrNoField, name)
		}
		columns, out.Columns = append(columns, i), append(out.Columns, name)
	}
	keep, err := q.test(at)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.base(), err)
	}
	wanted := make(map[string]bool, len(q.Subjects))
	for _, s := range q.Subjects {
		wanted[s] = true
	}
	buf := &limited{}
	w := csv.NewWriter(buf)
	row := make([]string, len(columns))
	for i, name := range out.Columns {
		row[i] = string(name)
	}
	if err := w.Write(row); err != nil {
		return nil, fmt.Errorf("%s: %w", c.base(), err)
	}
	for {
		cells, err := c.next(r)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if !wanted[cells[at[c.Key]]] || !keep(cells) {
			continue
		}
		for i, col := range columns {
			row[i] = cells[col]
		}
		if err := w.Write(row); err != nil {
			return nil, fmt.Errorf("%s: %w", c.base(), err)
		}
		out.Rows++
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return nil, fmt.Errorf("%s: %w", c.base(), err)
	}
	out.CSV = buf.Bytes()
	return &out, nil
}

// open reads the header.
func (c CSV) open() (*os.File, *csv.Reader, map[ledger.FieldName]int, error) {
	f, err := os.Open(c.Path)
	if err != nil {
		return nil, nil, nil, fmt.Errorf("open source: %w", err)
	}
	fail := func(err error) (*os.File, *csv.Reader, map[ledger.FieldName]int, error) {
		f.Close()
		return nil, nil, nil, err
	}
	in := bufio.NewReader(f)
	if mark, err := in.Peek(3); err == nil && bytes.Equal(mark, []byte("\xef\xbb\xbf")) {
		_, _ = in.Discard(3)
	}
	r := csv.NewReader(in)
	r.ReuseRecord = true
	header, err := c.next(r)
	if errors.Is(err, io.EOF) {
		return fail(fmt.Errorf("%s: %w: it is empty", c.base(), ErrNotCSV))
	}
	if err != nil {
		return fail(err)
	}
	at := make(map[ledger.FieldName]int, len(header))
	for i, name := range header {
		if _, twice := at[ledger.FieldName(name)]; twice {
			return fail(fmt.Errorf("%s: the column %q is there twice: %w", c.base(), name, ErrNotCSV))
		}
		at[ledger.FieldName(name)] = i
	}
	if _, ok := at[c.Key]; !ok {
		return fail(fmt.Errorf("%s: %w: %q", c.base(), ErrNoKeyColumn, c.Key))
	}
	return f, r, at, nil
}

// next reads a row and names what is wrong with it by its line.
func (c CSV) next(r *csv.Reader) ([]string, error) {
	cells, err := r.Read()
	var parse *csv.ParseError
	switch {
	case err == nil:
	case errors.Is(err, csv.ErrFieldCount):
		errors.As(err, &parse)
		return nil, fmt.Errorf("%s, line %d: %w", c.base(), parse.Line, ErrRagged)
	case errors.As(err, &parse):
		return nil, fmt.Errorf("%s, line %d: %w", c.base(), parse.Line, ErrNotCSV)
	default:
		return nil, err // io.EOF, or the disk
	}
	for i := range cells {
		if !utf8.ValidString(cells[i]) {
			line, _ := r.FieldPos(i)
			return nil, fmt.Errorf("%s, line %d: %w", c.base(), line, ErrNotUTF8)
		}
	}
	return cells, nil
}

// limited is a buffer that stops at MaxResult.
type limited struct{ bytes.Buffer }

func (l *limited) Write(p []byte) (int, error) {
	if l.Len()+len(p) > MaxResult {
		return 0, ErrTooLarge
	}
	return l.Buffer.Write(p)
}
