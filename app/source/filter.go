package source

import (
	"errors"
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strings"
	"time"

	"countersign/ledger"
)

// ErrBadFilter says that a row filter is not FIELD OP VALUE.
var ErrBadFilter = errors.New(`a row filter is written FIELD>=VALUE, with one of = < <= > >=`)

// ErrBadPeriod says that a period's ends are not dates, or in the wrong order.
var ErrBadPeriod = errors.New("a period has two dates such as 2021 or 2021-06-30, the earlier first")

// Filter keeps the rows whose field compares so with a value: as decimal numbers
// when both are written as such, else as text. Order between a number and a text
// means nothing, so a row whose cell is not a number is not kept then.
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
		return Filter{}, ErrBadFilter // without the text: its value is private
	}
	return Filter{Field: ledger.FieldName(m[1]), Op: m[2], Value: m[3]}, nil
}

// numberForm leaves out leading zeros: "007" is a code, not seven.
var numberForm = regexp.MustCompile(`^-?(0|[1-9][0-9]{0,29})(\.[0-9]{1,30})?$`)

// number reads a decimal exactly: a floating-point number would take
// neighbouring identifiers for one.
func number(s string) *big.Rat {
	if !numberForm.MatchString(s) {
		return nil
	}
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		return nil
	}
	return r
}

// test makes the filter's test of a cell.
func (f Filter) test() (func(cell string) bool, error) {
	if !slices.Contains([]string{"=", "<", "<=", ">", ">="}, f.Op) {
		return nil, ErrBadFilter
	}
	value := number(f.Value)
	return func(cell string) bool {
		c := strings.Compare(cell, f.Value)
		if value != nil {
			n := number(cell)
			if n == nil {
				return false
			}
			c = n.Cmp(value)
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
	}, nil
}

// Period keeps the rows whose date column lies inside, both ends included.
type Period struct{ From, To time.Time }

// periodColumns are the names by which a file's date column is known, in order.
func periodColumns() []ledger.FieldName {
	return []ledger.FieldName{"date", "year", "period", "month", "day"}
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
		return Period{}, ErrBadPeriod
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

// keeps tells whether a cell lies inside. An empty cell does not; one that is no
// date is an error, because a whole column of those would be an empty release.
func (p Period) keeps(cell string) (bool, error) {
	if cell == "" {
		return false, nil
	}
	first, last, ok := parseDate(cell)
	if !ok {
		return false, ErrNotADate
	}
	return !first.Before(p.From) && !last.After(p.To), nil
}

// test makes the query's row test for a header. A filter or period that the
// file has no column for is an error: rows must not slip through.
func (q Query) test(at map[ledger.FieldName]int) (func([]string) (bool, error), error) {
	tests := []func([]string) (bool, error){}
	for _, f := range q.Rows {
		i, ok := at[f.Field]
		if !ok {
			return nil, fmt.Errorf("%w: %q, named by the row filter", ErrNoField, f.Field)
		}
		keeps, err := f.test()
		if err != nil {
			return nil, err
		}
		tests = append(tests, func(c []string) (bool, error) { return keeps(c[i]), nil })
	}
	if q.Period != (Period{}) {
		name, i, err := periodColumn(at)
		if err != nil {
			return nil, err
		}
		tests = append(tests, func(c []string) (bool, error) {
			keep, err := q.Period.keeps(c[i])
			if err != nil {
				err = fmt.Errorf("column %q: %w", name, err)
			}
			return keep, err
		})
	}
	return func(c []string) (bool, error) {
		for _, t := range tests {
			if keep, err := t(c); !keep || err != nil {
				return false, err
			}
		}
		return true, nil
	}, nil
}

func periodColumn(at map[ledger.FieldName]int) (ledger.FieldName, int, error) {
	for _, name := range periodColumns() {
		if i, ok := at[name]; ok {
			return name, i, nil
		}
	}
	return "", 0, fmt.Errorf("%w: a date, month or year, which the period needs", ErrNoField)
}
