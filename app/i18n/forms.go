package i18n

import (
	"strconv"
	"strings"
)

// Forms are how dates and numbers are written, where somebody wants them
// otherwise than their language has them. Months stay in the words of the
// language, and what is signed is the same in every form.
type Forms struct {
	Dates   DateForm   `json:"dates,omitempty"`
	Numbers NumberForm `json:"numbers,omitempty"`
}

// DateForm is a way to write dates and the times beside them; empty is the language's own.
type DateForm string

// The forms of dates.
const (
	DatesFigures DateForm = "figures" // 18/06/2026, in Chinese 2026/06/18
	DatesISO     DateForm = "iso"     // 2026-06-18
)

// DateForms are all forms of dates, the language's own first.
func DateForms() []DateForm { return []DateForm{"", DatesFigures, DatesISO} }

// NumberForm is a pair of marks: between groups of three digits, and before the
// decimals; empty is the language's own.
type NumberForm string

// The forms of numbers.
const (
	NumbersComma NumberForm = "comma" // 1,284.50
	NumbersSpace NumberForm = "space" // 1 284,50
	NumbersPoint NumberForm = "point" // 1.284,50
)

// NumberForms are all forms of numbers, the language's own first.
func (l *Locale) NumberForms() []NumberForm {
	out := []NumberForm{l.ownNumbers()}
	for _, f := range []NumberForm{NumbersComma, NumbersSpace, NumbersPoint} {
		if f != out[0] {
			out = append(out, f)
		}
	}
	out[0] = ""
	return out
}

// With is the same language with dates and numbers in other forms. What is not
// known counts as the language's own.
func (l *Locale) With(f Forms) *Locale {
	out := *l
	out.forms = f
	switch f.Dates {
	case DatesFigures, DatesISO:
	default:
		out.forms.Dates = ""
	}
	switch f.Numbers {
	case NumbersComma, NumbersSpace, NumbersPoint:
	default:
		out.forms.Numbers = ""
	}
	return &out
}

func (l *Locale) ownNumbers() NumberForm {
	if l.lang == French {
		return NumbersSpace
	}
	return NumbersComma
}

// marks stand between groups of three digits and before the decimals.
func (l *Locale) marks() (group, point string) {
	form := l.forms.Numbers
	if form == "" {
		form = l.ownNumbers()
	}
	switch form {
	case NumbersSpace:
		return "\u202f", ","
	case NumbersPoint:
		return ".", ","
	}
	return ",", "."
}

// Number groups a whole number: "1,284", "1 284".
func (l *Locale) Number(n int64) string {
	s := strconv.FormatInt(n, 10)
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "-", s[1:]
	}
	sep, _ := l.marks()
	var b strings.Builder
	for i, r := range s {
		if i > 0 && (len(s)-i)%3 == 0 {
			b.WriteString(sep)
		}
		b.WriteRune(r)
	}
	return sign + b.String()
}

// Decimal writes a number with so many digits after the point: "1,284.50", "1 284,50".
func (l *Locale) Decimal(v float64, digits int) string {
	s := strconv.FormatFloat(v, 'f', digits, 64)
	whole, rest, _ := strings.Cut(s, ".")
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil {
		return s
	}
	out := l.Number(n)
	if n == 0 && strings.HasPrefix(whole, "-") {
		out = "-" + out
	}
	if rest == "" {
		return out
	}
	_, point := l.marks()
	return out + point + rest
}
