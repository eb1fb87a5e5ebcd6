package keyring

import (
	"slices"
	"time"

	"countersign/ledger"
)

// WorkingDays is a calendar for agencies that name none of their own: the
// instants at which n days from Monday to Friday begin in loc, the first on or
// after from. It gives at most ledger.MaxCalendarDays.
func WorkingDays(from time.Time, n int, loc *time.Location) []ledger.Time {
	return DaysWorked(from, min(n, ledger.MaxCalendarDays), loc, func(noon time.Time) bool {
		w := noon.Weekday()
		return w != time.Saturday && w != time.Sunday
	})
}

// DaysWorked is the instants at which n days begin in loc, the first on or after
// from: of each day works is asked with its noon whether people work then. It has
// to say so of some day of every year.
func DaysWorked(from time.Time, n int, loc *time.Location, works func(noon time.Time) bool) []ledger.Time {
	year, month, day := from.In(loc).Date()
	out := make([]ledger.Time, 0, max(0, n))
	for ; len(out) < n; day++ {
		// Noon exists everywhere; midnight is skipped where clocks go forward then.
		if works(time.Date(year, month, day, 12, 0, 0, 0, loc)) {
			out = append(out, ledger.TimeOf(time.Date(year, month, day, 0, 0, 0, 0, loc)))
		}
	}
	return slices.Compact(out)
}
