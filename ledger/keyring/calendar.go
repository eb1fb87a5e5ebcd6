package keyring

import (
	"slices"
	"time"

	"countersign/ledger"
)

// WorkingDays is a calendar for agencies that name none of their own: the
// instants at which n days from Monday to Friday begin in loc, the first on or
// after from, without the given holidays (any instant of the day in loc). It
// gives at most ledger.MaxCalendarDays.
func WorkingDays(from time.Time, n int, loc *time.Location, holidays ...time.Time) []ledger.Time {
	free := map[string]bool{}
	for _, h := range holidays {
		free[h.In(loc).Format(time.DateOnly)] = true
	}
	year, month, day := from.In(loc).Date()
	out := make([]ledger.Time, 0, max(0, min(n, ledger.MaxCalendarDays)))
	for ; len(out) < cap(out); day++ {
		// Noon exists everywhere; midnight is skipped where clocks go forward then.
		noon := time.Date(year, month, day, 12, 0, 0, 0, loc)
		if w := noon.Weekday(); w == time.Saturday || w == time.Sunday || free[noon.Format(time.DateOnly)] {
			continue
		}
		out = append(out, ledger.TimeOf(time.Date(year, month, day, 0, 0, 0, 0, loc)))
	}
	return slices.Compact(out)
}
