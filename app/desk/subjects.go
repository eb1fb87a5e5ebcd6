package desk

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
)

// Subjects is what a list of subjects from a file holds: "212 valid, 2 need a look".
type Subjects struct {
	Valid  []string
	Doubts []SubjectDoubt
	Header string // the column's title when the first line is one
}

// SubjectDoubt is a line that needs a look.
type SubjectDoubt struct {
	Line  int // from 1
	Value string
	Code  AskCode // missing, too-long, bad-text, twice
}

// ErrNoList says that a file is no list of subjects.
var ErrNoList = errors.New("not a list of subjects")

// maxSubjectsFile limits what is read of a file.
const maxSubjectsFile = 1 << 20

// ReadSubjects reads the first column of a CSV file (RFC 4180; semicolons and a
// byte-order mark are taken as well). Everything is checked here: no value
// leaves the computer.
func ReadSubjects(r io.Reader) (Subjects, error) {
	raw, err := io.ReadAll(io.LimitReader(r, maxSubjectsFile+1))
	if err != nil {
		return Subjects{}, fmt.Errorf("read subjects: %w", err)
	}
	text := strings.TrimPrefix(string(raw), "\ufeff")
	if len(raw) > maxSubjectsFile || strings.ContainsRune(text, 0) {
		return Subjects{}, fmt.Errorf("read subjects: %w", ErrNoList)
	}
	in := csv.NewReader(strings.NewReader(text))
	in.FieldsPerRecord, in.TrimLeadingSpace, in.LazyQuotes = -1, true, true
	if first, _, _ := strings.Cut(text, "\n"); strings.Count(first, ";") > strings.Count(first, ",") {
		in.Comma = ';'
	}
	var out Subjects
	seen := map[string]bool{}
	for first := true; ; first = false {
		record, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return Subjects{}, fmt.Errorf("read subjects: %w: %w", ErrNoList, err)
		}
		line, _ := in.FieldPos(0)
		value := strings.TrimSpace(record[0])
		if first && isTitle(value) {
			out.Header = value
			continue
		}
		code := subjectCode(value, seen[value], len(out.Valid))
		if code == "" {
			seen[value] = true
			out.Valid = append(out.Valid, value)
			continue
		}
		out.Doubts = append(out.Doubts, SubjectDoubt{Line: line, Value: value, Code: code})
	}
	if len(out.Valid) == 0 && len(out.Doubts) == 0 {
		return Subjects{}, fmt.Errorf("read subjects: %w", ErrNoList)
	}
	return out, nil
}

// isTitle takes a first line without any digit for the column's title: the
// identifiers of people and things have digits.
func isTitle(s string) bool { return s != "" && strings.IndexFunc(s, unicode.IsDigit) < 0 }

func subjectCode(value string, twice bool, have int) AskCode {
	switch {
	case value == "":
		return CodeMissing
	case !visible(value, maxLineRunes):
		return CodeBadText
	case twice:
		return CodeTwice
	case have >= MaxSubjects:
		return CodeTooLong
	}
	return ""
}
