package vault

import (
	"fmt"
	"time"
	"unicode"
	"unicode/utf8"
)

// ValidName checks one line that people read as a name or number: visible text
// without controls or characters that deceive the eye (bidirectional controls,
// zero-width characters).
func ValidName(s string, maxRunes int) bool {
	if !utf8.ValidString(s) || utf8.RuneCountInString(s) > maxRunes || !hasVisible(s) {
		return false
	}
	for _, r := range s {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || isLineEnd(r) {
			return false
		}
	}
	return true
}

// checkText checks free text of several lines. Joiners that scripts and signs
// need are allowed; controls that turn the direction of text are not.
func checkText(what, s string) error {
	if !utf8.ValidString(s) || utf8.RuneCountInString(s) > maxTextRunes {
		return fmt.Errorf("%s: %w", what, ErrBadContent)
	}
	for _, r := range s {
		joiner := r == '\u200c' || r == '\u200d'
		if unicode.IsControl(r) && r != '\n' && r != '\t' || unicode.Is(unicode.Cf, r) && !joiner || isLineEnd(r) {
			return fmt.Errorf("%s: %w", what, ErrBadContent)
		}
	}
	return nil
}

func isLineEnd(r rune) bool { return r == '\u2028' || r == '\u2029' }

func hasVisible(s string) bool {
	for _, r := range s {
		if unicode.IsGraphic(r) && !unicode.IsSpace(r) {
			return true
		}
	}
	return false
}

// Date is a day, a month or a year: "2021-05-31", "2021-05" or "2021". Empty is none.
type Date string

func (d Date) valid() bool {
	if d == "" {
		return true
	}
	for _, form := range []string{"2006", "2006-01", "2006-01-02"} {
		if len(d) == len(form) {
			_, err := time.Parse(form, string(d))
			return err == nil
		}
	}
	return false
}

// upTo tells whether d does not begin after end is over.
func (d Date) upTo(end Date) bool {
	n := min(len(d), len(end))
	return d[:n] <= end[:n]
}
