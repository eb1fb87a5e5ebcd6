package desk

import (
	"slices"
	"time"

	"countersign/ledger"
)

const oneDay = 24 * time.Hour

// workdays counts working days by an agency's calendar: the sorted UTC instants
// at which its working days begin. Past the end every 24 hours count as one
// (DOMAIN rule 6), so a calendar that nobody has renewed still gives an answer.
type workdays []ledger.Time

// between counts the working days that begin after from and before to.
func (w workdays) between(from, to ledger.Time) int {
	if to <= from {
		return 0
	}
	lo, found := slices.BinarySearch(w, from)
	if found {
		lo++
	}
	hi, _ := slices.BinarySearch(w, to)
	n := max(hi-lo, 0)
	if len(w) == 0 {
		return int((to.Sub(from) - 1) / oneDay)
	}
	last := w[len(w)-1]
	return n + beyond(last, to-1) - beyond(last, from)
}

// beyond counts the instants last+24h, last+48h … that are not after t.
func beyond(last, t ledger.Time) int {
	if t <= last {
		return 0
	}
	return int(t.Sub(last) / oneDay)
}

// lastBefore is the instant at which the last working day before t begins: the
// day that screens name with "by". It is t less a day when the calendar says nothing.
func (w workdays) lastBefore(t ledger.Time) ledger.Time {
	if len(w) == 0 || t <= w[0] {
		return t.Add(-oneDay)
	}
	last := w[len(w)-1]
	if n := beyond(last, t-1); n > 0 {
		return last.Add(time.Duration(n) * oneDay)
	}
	i, _ := slices.BinarySearch(w, t)
	return w[i-1]
}

// clock is what a deadline chip shows.
type clock struct {
	days, hours int
	by          ledger.Time
	overdue     bool
}

// left is how much of the statutory time is left at now. On the last working
// day it counts hours: to the end of that day, or to the deadline itself when
// that day is over (a deadline after a weekend).
func (w workdays) left(now, deadline ledger.Time) clock {
	if deadline == 0 {
		return clock{}
	}
	c := clock{by: w.lastBefore(deadline), overdue: now >= deadline}
	if c.overdue {
		return c
	}
	c.days = w.between(now, deadline)
	if c.days == 0 {
		end := deadline
		if day := c.by.Add(oneDay); day < end && now < day {
			end = day
		}
		c.hours = int((end.Sub(now) + time.Hour - 1) / time.Hour)
	}
	return c
}
