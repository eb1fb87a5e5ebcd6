package source

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"unicode/utf8"

	"countersign/ledger"
)

// Errors of a source. What the file holds is safe: it is only read. No error
// quotes a cell: it says the line, and the column where that helps.
var (
	ErrNoKeyColumn = errors.New("the file has no such key column")
	ErrNoField     = errors.New("the file lacks a field of the dataset")
	ErrRagged      = errors.New("a row has more or fewer cells than the header")
	ErrNotUTF8     = errors.New("the file is not UTF-8 text")
	ErrTooLarge    = errors.New("the result is larger than a release can be")
	ErrRowTooLarge = errors.New("a row is longer than any honest one")
	ErrNotCSV      = errors.New("the file is not comma-separated text")
	ErrNotADate    = errors.New("a cell is not a date, month or year")
)

// Limits of a source, in bytes.
const (
	MaxResult = 256 << 20 // CSV that one release carries
	MaxRow    = 1 << 20   // one row of a file
)

// CSV is a connected file. Its cells are separated by commas, or by semicolons
// as spreadsheets in many countries write them.
type CSV struct {
	Path string
	Key  ledger.FieldName // the column that names the subject
	// Progress is told how much of the file has been read, in bytes, every 64 KiB
	// or so; nil: nobody is told.
	Progress func(read, size int64)
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

// Summary is what Write has written.
type Summary struct {
	Columns []ledger.FieldName
	Rows    int
	Bytes   int64
}

// Check opens the file and tests header and first rows against a dataset: what
// a settings page asks before it connects.
func (c CSV) Check(fields []ledger.FieldName) error {
	t, err := c.open()
	if err != nil {
		return err
	}
	defer t.Close()
	for _, name := range fields {
		if _, ok := t.at[name]; !ok {
			return fmt.Errorf("%s: %w: %q", c.base(), ErrNoField, name)
		}
	}
	const look = 1000
	for range look {
		if _, err := t.next(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
	return nil
}

// Read takes the rows of the query's subjects, in the order of the file.
func (c CSV) Read(q Query) (*Result, error) {
	var out bytes.Buffer
	s, err := c.Write(&out, q)
	if err != nil {
		return nil, err
	}
	return &Result{CSV: out.Bytes(), Columns: s.Columns, Rows: s.Rows}, nil
}

// Write is Read without holding the result: rows go to out as they are found.
// What out has got when an error is returned is worthless.
func (c CSV) Write(out io.Writer, q Query) (*Summary, error) {
	t, err := c.open()
	if err != nil {
		return nil, err
	}
	defer t.Close()
	s := new(Summary)
	columns, err := t.columns(q, s)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.base(), err)
	}
	keep, err := q.test(t.at)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.base(), err)
	}
	wanted := make(map[string]bool, len(q.Subjects))
	for _, s := range q.Subjects {
		wanted[s] = true
	}
	limited := &limited{out: out}
	w := csv.NewWriter(limited)
	row := make([]string, len(columns))
	for i, name := range s.Columns {
		row[i] = string(name)
	}
	err = w.Write(row)
	for err == nil {
		var cells []string
		if cells, err = t.next(); err != nil {
			break
		}
		if !wanted[cells[t.at[c.Key]]] {
			continue
		}
		kept, bad := keep(cells)
		if bad != nil {
			line, _ := t.csv.FieldPos(0)
			return nil, fmt.Errorf("%s, line %d: %w", c.base(), line, bad)
		}
		if !kept {
			continue
		}
		for i, col := range columns {
			row[i] = cells[col]
		}
		err = w.Write(row)
		s.Rows++
	}
	if !errors.Is(err, io.EOF) {
		return nil, err
	}
	if w.Flush(); w.Error() != nil {
		return nil, fmt.Errorf("%s: %w", c.base(), w.Error())
	}
	s.Bytes = limited.n
	return s, nil
}

// table is an open file with its header.
type table struct {
	c    CSV
	file *os.File
	in   *guard
	csv  *csv.Reader
	at   map[ledger.FieldName]int
}

func (t *table) Close() error { return t.file.Close() }

// columns are the approved fields in the dataset's order. A field that the
// dataset or the file does not have is an error: nothing is left out silently.
func (t *table) columns(q Query, s *Summary) ([]int, error) {
	for _, name := range q.Fields {
		if !slices.Contains(q.Order, name) {
			return nil, fmt.Errorf("%w: %q", ErrNoField, name)
		}
	}
	var columns []int
	for _, name := range q.Order {
		if !slices.Contains(q.Fields, name) {
			continue
		}
		i, ok := t.at[name]
		if !ok {
			return nil, fmt.Errorf("%w: %q", ErrNoField, name)
		}
		columns, s.Columns = append(columns, i), append(s.Columns, name)
	}
	if len(columns) == 0 {
		return nil, fmt.Errorf("no field is approved: %w", ErrNoField)
	}
	return columns, nil
}

// open reads the header.
func (c CSV) open() (*table, error) {
	info, err := os.Stat(c.Path)
	if err == nil && !info.Mode().IsRegular() {
		err = ErrNotCSV
	}
	var f *os.File
	if err == nil {
		f, err = os.Open(c.Path)
	}
	if err != nil {
		var path *fs.PathError
		if errors.As(err, &path) { // the folder is nobody's business
			err = path.Err
		}
		return nil, fmt.Errorf("open source %s: %w", c.base(), err)
	}
	t, err := c.header(f)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return t, nil
}

func (c CSV) header(f *os.File) (*table, error) {
	t := &table{c: c, file: f, in: &guard{in: c.metered(f)}, at: map[ledger.FieldName]int{}}
	t.in.allow(0)
	buffered := bufio.NewReaderSize(t.in, 64<<10)
	if mark, err := buffered.Peek(3); err == nil && bytes.Equal(mark, []byte("\xef\xbb\xbf")) {
		_, _ = buffered.Discard(3)
	}
	first, _ := buffered.Peek(buffered.Size()) // shorter at the end of a short file
	first, _, _ = bytes.Cut(first, []byte("\n"))
	t.csv = csv.NewReader(buffered)
	t.csv.ReuseRecord = true
	if bytes.ContainsRune(first, ';') && !bytes.ContainsRune(first, ',') {
		t.csv.Comma = ';'
	}
	header, err := t.next()
	if errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: %w: it is empty", c.base(), ErrNotCSV)
	}
	if err != nil {
		return nil, err
	}
	for i, name := range header {
		if _, twice := t.at[ledger.FieldName(name)]; twice {
			return nil, fmt.Errorf("%s: the column %q is there twice: %w", c.base(), name, ErrNotCSV)
		}
		t.at[ledger.FieldName(name)] = i
	}
	if _, ok := t.at[c.Key]; !ok {
		return nil, fmt.Errorf("%s: %w: %q", c.base(), ErrNoKeyColumn, c.Key)
	}
	return t, nil
}

// metered tells how far a file has been read.
func (c CSV) metered(f *os.File) io.Reader {
	info, err := f.Stat()
	if c.Progress == nil || err != nil {
		return f
	}
	return &meter{in: f, size: info.Size(), tell: c.Progress}
}

type meter struct {
	in         io.Reader
	read, size int64
	tell       func(read, size int64)
}

func (m *meter) Read(b []byte) (int, error) {
	n, err := m.in.Read(b)
	if m.read += int64(n); n > 0 {
		m.tell(m.read, max(m.size, m.read))
	}
	return n, err
}

// next reads a row and names what is wrong with it by its line.
func (t *table) next() ([]string, error) {
	t.in.allow(t.csv.InputOffset())
	cells, err := t.csv.Read()
	var parse *csv.ParseError
	switch {
	case err == nil:
	case errors.Is(err, ErrRowTooLarge):
		return nil, fmt.Errorf("%s: %w", t.c.base(), ErrRowTooLarge)
	case errors.Is(err, csv.ErrFieldCount):
		errors.As(err, &parse)
		return nil, fmt.Errorf("%s, line %d: %w", t.c.base(), parse.Line, ErrRagged)
	case errors.As(err, &parse):
		return nil, fmt.Errorf("%s, line %d: %w", t.c.base(), parse.Line, ErrNotCSV)
	default:
		return nil, err // io.EOF, or the disk
	}
	for i := range cells {
		if !utf8.ValidString(cells[i]) {
			line, _ := t.csv.FieldPos(i)
			return nil, fmt.Errorf("%s, line %d: %w", t.c.base(), line, ErrNotUTF8)
		}
	}
	return cells, nil
}

func (c CSV) base() string { return filepath.Base(c.Path) }

// guard stops a reader that would gather a whole file into one row, as an open
// quote does.
type guard struct {
	in   io.Reader
	read int64
	most int64
}

// allow lets one row and what is read ahead follow after offset.
func (g *guard) allow(offset int64) { g.most = offset + MaxRow + 128<<10 }

func (g *guard) Read(p []byte) (int, error) {
	if g.read >= g.most {
		return 0, ErrRowTooLarge
	}
	n, err := g.in.Read(p[:min(int64(len(p)), g.most-g.read)])
	g.read += int64(n)
	return n, err
}

// limited stops at MaxResult.
type limited struct {
	out io.Writer
	n   int64
}

func (l *limited) Write(p []byte) (int, error) {
	if l.n += int64(len(p)); l.n > MaxResult {
		return 0, ErrTooLarge
	}
	return l.out.Write(p)
}
