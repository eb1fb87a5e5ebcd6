package rules

import (
	"sort"

	"countersign/ledger"
)

// calendar is an agency's working days as the UTC instants at which they begin.
// Past its end every 24 hours count as one, so no rule ever lacks a day and no
// rule loads a time zone.
type calendar []ledger.Time

// index is the working day in which t falls: the last one begun at or before t,
// or -1 before the first.
func (c calendar) index(t ledger.Time) int {
	if len(c) == 0 {
		return int(t / dayMillis)
	}
	if last := c[len(c)-1]; t >= last {
		return len(c) - 1 + int((t-last)/dayMillis)
	}
	return sort.Search(len(c), func(i int) bool { return c[i] > t }) - 1
}

// day is the instant at which working day i begins.
func (c calendar) day(i int) ledger.Time {
	switch {
	case len(c) == 0:
		return ledger.Time(i) * dayMillis
	case i < 0:
		return c[0]
	case i < len(c):
		return c[i]
	default:
		return c[len(c)-1] + ledger.Time(i-len(c)+1)*dayMillis
	}
}

// deadline of n working days from t: the instant at which working day n+1
// after that of t begins.
func (c calendar) deadline(t ledger.Time, n int) ledger.Time { return c.day(c.index(t) + n + 1) }

// resume moves a deadline past a pause: as many working days are left at now as
// were left when the clock stopped.
func (c calendar) resume(deadline, paused, now ledger.Time) ledger.Time {
	return c.day(c.index(now) + c.index(deadline) - c.index(paused))
}

// Deadline is the instant at which n working days from t are over by a calendar
// (View.Calendar).
func Deadline(days []ledger.Time, t ledger.Time, n int) ledger.Time {
	return calendar(days).deadline(t, n)
}
