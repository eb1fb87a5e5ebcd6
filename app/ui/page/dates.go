package page

import (
	"strings"
	"time"

	"countersign/app/widgets"
)

// dateForms and timeForms are how a day and a time of day can be typed, whatever
// forms the screens write.
var (
	dateForms = [...]string{time.DateOnly, "2/1/2006", "2.1.2006", "2006/1/2", "2006年1月2日"}
	timeForms = [...]string{"15:04", "15h04", "15h"}
)

// Day reads a day that somebody has typed: its first instant in their time zone.
func (e *Env) Day(text string) (time.Time, bool) {
	for _, form := range dateForms {
		if day, err := time.ParseInLocation(form, strings.TrimSpace(text), e.Zone); err == nil {
			return day, true
		}
	}
	return time.Time{}, false
}

// TimeOn reads a time of day that somebody has typed, on a day.
func TimeOn(day time.Time, text string) (time.Time, bool) {
	text = strings.Join(strings.Fields(text), "") // "18 h 00"
	for _, form := range timeForms {
		if at, err := time.Parse(form, text); err == nil {
			return time.Date(day.Year(), day.Month(), day.Day(), at.Hour(), at.Minute(), 0, 0, day.Location()), true
		}
	}
	return time.Time{}, false
}

// PastDay is a field for a day that is not after today.
func (e *Env) PastDay() *widgets.Input {
	return e.dayField(e.Now().Format(time.DateOnly), e.Now, e.Now)
}

// AnyDay is a field for a day, past or to come. Whoever reads it may take less than a
// day too, such as a year.
func (e *Env) AnyDay() *widgets.Input { return e.dayField("", e.Now, nil) }

func (e *Env) dayField(hint string, start, last func() time.Time) *widgets.Input {
	return widgets.NewDateInput(hint, widgets.DateForm{
		Words: widgets.CalendarWords{Month: e.Month, Day: e.Date, Heads: e.Weekdays(),
			Before: e.T("calendar.before"), After: e.T("calendar.after"), Open: e.T("calendar.open")},
		Read: e.Day, Write: func(day time.Time) string { return day.Format(time.DateOnly) }, Start: start, Last: last,
	})
}
