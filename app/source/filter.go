package source

import (
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"countersign/ledger"
)

// ErrBadFilter says that a row filter is not FIELD OP VALUE.
var ErrBadFilter = errors.New(`a row filter is written FIELD>=VALUE, with one of = < <= > >=`)

// ErrBadPeriod says that a period's ends are not dates, or in the wrong order.
var ErrBadPeriod = errors.New("a period has two dates such as 2021 or 2021-06-30, the earlier first")

// Filter keeps the rows whose field compares so with a value: as numbers when
// both are, else as text.
type Filter struct {
	Field ledger.FieldName
	Op    string
	Value string
}

var filterForm = regexp.MustCompile(`^\s*([A-Za-z0-9._-]{1,32})\s*(<=|>=|=|<|>)\s*(.+?)\s*$`)

// ParseFilter reads a row filter; empty text is no filter.
func ParseFilter(text string) (Filter, error) {
	if strings.TrimSpace(text) == "" {
		return Filter{}, nil
	}
	m := filterForm.FindStringSubmatch(text)
	if m == nil {
		return Filter{}, fmt.Errorf("%q: %w", text, ErrBadFilter)
	}
	return Filter{Field: ledger.FieldName(m[1]), Op: m[2], Value: m[3]}, nil
}

func (f Filter) keeps(cell string) bool {
	c := strings.Compare(cell, f.Value)
	a, errA := strconv.ParseFloat(cell, 64)
	b, errB := strconv.ParseFloat(f.Value, 64)
	if errA == nil && errB == nil {
		switch {
		case a < b:
			c = -1
		case a > b:
			c = 1
		default:
			c = 0
		}
	}
	switch f.Op {
	case "=":
		return c == 0
	case "<":
		return c < 0
	case "<=":
		return c <= 0
	case ">":
		return c > 0
	default:
		return c >= 0
	}
}

// Period keeps the rows whose date column lies inside, both ends included.
type Period struct{ From, To time.Time }

// periodColumns are the names by which a file's date column is known, in order.
func periodColumns() []ledger.FieldName {
	return []ledger.FieldName{"date", "day", "month", "year", "period"}
}

var dateForms = []string{time.DateOnly, "2006-01", "2006"}

// ParsePeriod reads the two ends; both empty is no period. A year or month
// stands for its first day as the beginning and its last as the end.
func ParsePeriod(from, to string) (Period, error) {
	if from == "" && to == "" {
		return Period{}, nil
	}
	a, _, okA := parseDate(from)
	_, b, okB := parseDate(to)
	if !okA || !okB || b.Before(a) {
		return Period{}, fmt.Errorf("%q to %q: %w", from, to, ErrBadPeriod)
	}
	return Period{From: a, To: b}, nil
}

// parseDate gives the first and the last day of a date, month or year.
func parseDate(s string) (first, last time.Time, ok bool) {
	for i, form := range dateForms {
		if t, err := time.Parse(form, s); err == nil {
			switch i {
			case 0:
				return t, t, true
			case 1:
				return t, t.AddDate(0, 1, -1), true
			default:
				return t, t.AddDate(1, 0, -1), true
			}
		}
	}
	return first, last, false
}

func (p Period) keeps(cell string) bool {
	first, last, ok := parseDate(cell)
	return ok && !first.Before(p.From) && !last.After(p.To)
}

// test makes the query's row test for a header. A filter or period that the
// file has no column for is an error: rows must not slip through.
func (q Query) test(at map[ledger.FieldName]int) (func([]string) bool, error) {
	tests := []func([]string) bool{}
	for _, f := range q.Rows {
		i, ok := at[f.Field]
		if !ok {
			return nil, fmt.Errorf("%w: %q, named by the row filter", ErrNoField, f.Field)
		}
		tests = append(tests, func(c []string) bool { return f.keeps(c[i]) })
	}
	if q.Period != (Period{}) {
		i := -1
		for _, name := range periodColumns() {
			if at, ok := at[name]; ok && i < 0 {
				i = at
			}
		}
		if i < 0 {
			return nil, fmt.Errorf("%w: a date, month or year, which the period needs", ErrNoField)
		}
		tests = append(tests, func(c []string) bool { return q.Period.keeps(c[i]) })
	}
	return func(c []string) bool {
		for _, t := range tests {
			if !t(c) {
				return false
			}
		}
		return true
	}, nil
}

func (c CSV) base() string { return filepath.Base(c.Path) }
