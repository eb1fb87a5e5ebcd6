package source

import (
	"encoding/csv"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"countersign/ledger"
)

// Export writes a table as CSV that spreadsheets cannot execute: a cell that
// begins as a formula does is headed by an apostrophe (CWE-1236).
func Export(out io.Writer, columns []ledger.FieldName, rows [][]string) error {
	w := csv.NewWriter(out)
	head := make([]string, len(columns))
	for i, c := range columns {
		head[i] = inert(string(c))
	}
	if err := w.Write(head); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	for _, r := range rows {
		cells := make([]string, len(r))
		for i, c := range r {
			cells[i] = inert(c)
		}
		if err := w.Write(cells); err != nil {
			return fmt.Errorf("export: %w", err)
		}
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	return nil
}

// formula holds what makes a spreadsheet run a cell; the last four are the
// full-width forms that some read alike.
const formula = "=+-@|%＝＋－＠"

// inert heads a cell with an apostrophe when a spreadsheet would run it. Plain
// numbers stay as they are.
func inert(cell string) string {
	trimmed := strings.TrimLeftFunc(cell, unicode.IsSpace)
	first, _ := utf8.DecodeRuneInString(trimmed)
	runs := trimmed != "" && strings.ContainsRune(formula, first) && !isNumber(trimmed)
	if runs || cell != "" && strings.ContainsRune("\t\r\n", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}

func isNumber(s string) bool {
	digits := 0
	for i, r := range s {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case i == 0 && (r == '-' || r == '+'), r == '.', r == ',':
		default:
			return false
		}
	}
	return digits > 0
}

// SafeName turns a delivered name into one that stays in its folder on every
// system: no separators, no drive letters, no device names, no hidden files.
func SafeName(name string) string {
	var b strings.Builder
	for _, r := range name {
		switch {
		case r == '/' || r == '\\' || r == ':' || strings.ContainsRune(`<>"|?*`, r), unicode.IsControl(r), unicode.Is(unicode.Cf, r):
			b.WriteByte('-')
		default:
			b.WriteRune(r)
		}
	}
	const longest = 80
	out := strings.Trim(b.String(), " .-")
	out = strings.ToValidUTF8(out[:min(len(out), longest)], "")
	out = strings.TrimRight(out, " .-") // the cut may have laid a dot or space bare
	stem, _, _ := strings.Cut(strings.ToLower(out), ".")
	if out == "" || isDevice(stem) {
		return "file-" + out
	}
	return out
}

// isDevice tells names that Windows gives to devices.
func isDevice(stem string) bool {
	switch stem {
	case "con", "prn", "aux", "nul", "conin$", "conout$":
		return true
	}
	return len(stem) == 4 && (strings.HasPrefix(stem, "com") || strings.HasPrefix(stem, "lpt")) && stem[3] >= '0' && stem[3] <= '9'
}
