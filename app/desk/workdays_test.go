package desk

import (
	"testing"
	"time"

	"countersign/ledger"
)

func at(s string) ledger.Time {
	t, err := time.Parse("2006-01-02 15:04", s)
	if err != nil {
		panic(err)
	}
	return ledger.TimeOf(t)
}

// june is the working days of June 2026 from the 8th, beginning at 06:00 UTC.
func june() workdays {
	var w workdays
	for d := at("2026-06-08 06:00").Std(); d.Month() == time.June; d = d.AddDate(0, 0, 1) {
		if wd := d.Weekday(); wd != time.Saturday && wd != time.Sunday {
			w = append(w, ledger.TimeOf(d))
		}
	}
	return w
}

// A request of Monday 8 June with eight working days is to be decided by
// Thursday 18: its deadline is the instant at which Friday 19 begins.
func TestDaysLeftCountWorkingDays(t *testing.T) {
	deadline := at("2026-06-19 06:00")
	for _, c := range []struct {
		now         string
		days, hours int
		overdue     bool
	}{
		{"2026-06-08 09:11", 8, 0, false},
		{"2026-06-10 10:42", 6, 0, false}, // Wednesday: 11, 12, 15, 16, 17, 18
		{"2026-06-13 10:00", 4, 0, false}, // Saturday counts nothing
		{"2026-06-17 05:59", 2, 0, false},
		{"2026-06-17 06:00", 1, 0, false},
		{"2026-06-18 06:00", 0, 24, false},
		{"2026-06-19 02:30", 0, 4, false},
		{"2026-06-19 06:00", 0, 0, true},
	} {
		got := june().left(at(c.now), deadline)
		if got.days != c.days || got.hours != c.hours || got.overdue != c.overdue {
			t.Errorf("%s: %+v, want %d days, %d hours, overdue %v", c.now, got, c.days, c.hours, c.overdue)
		}
		if got.by != at("2026-06-18 06:00") {
			t.Errorf("%s: decide by %s", c.now, got.by)
		}
	}
}

// On a Friday before a Monday deadline the hours of Friday are left, and on the
// weekend those until Monday begins.
func TestHoursLeftBeforeAWeekend(t *testing.T) {
	deadline := at("2026-06-15 06:00")
	if c := june().left(at("2026-06-12 16:00"), deadline); c.hours != 14 || c.days != 0 {
		t.Errorf("Friday 16:00: %+v", c)
	}
	if c := june().left(at("2026-06-14 06:00"), deadline); c.hours != 24 {
		t.Errorf("Sunday: %+v", c)
	}
}

// Past the calendar's end every 24 hours count as one working day.
func TestPastTheCalendarEveryDayCounts(t *testing.T) {
	w := june() // ends on Tuesday 30 June
	if n := w.between(at("2026-06-29 07:00"), at("2026-07-03 06:00")); n != 3 {
		t.Errorf("30 June, 1 and 2 July are three days, got %d", n)
	}
	if by := w.lastBefore(at("2026-07-03 06:00")); by != at("2026-07-02 06:00") {
		t.Errorf("by %s", by)
	}
	if n := workdays(nil).between(at("2026-07-01 06:00"), at("2026-07-03 06:00")); n != 1 {
		t.Errorf("no calendar: %d", n)
	}
}
