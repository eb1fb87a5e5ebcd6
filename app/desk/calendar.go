package desk

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // many a computer has no list of time zones of its own

	"countersign/ledger"
	"countersign/ledger/keyring"
)

// A calendar stands on the record as the instants at which an agency's working
// days begin (DOMAIN rule 6). People write and read it as a week, days off and a
// last day, in the time zone of the office.

// WorkPlan is a calendar as an administrator writes it.
type WorkPlan struct {
	Zone *time.Location
	Week [7]bool     // worked on, by time.Weekday
	Free []time.Time // days off, each as its midnight in UTC
	Last time.Time   // the last day it covers, as its midnight in UTC
}

// WorkWeeks is what is left of a calendar as it is read in a time zone.
type WorkWeeks struct {
	Days   int             // from today on
	Last   time.Time       // the last day, at noon in the zone
	Week   [7]bool         // weekdays that are worked on
	Free   []time.Time     // days of such weekdays that are not
	Begins []time.Duration // when days begin, after their midnight or (negative) before; sorted
}

// Weekdays are the days of a week as people read them, from Monday on.
func Weekdays() [7]time.Weekday {
	return [...]time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday, time.Sunday}
}

// calendarKept is how far back a new calendar keeps the days of the one before:
// requests whose clock stands still count theirs.
const calendarKept = 180 * oneDay

// ReadWeeks reads a calendar from the day of now on in a time zone. What begins
// there in the evening is the day that follows: it is elsewhere that it is midnight.
func ReadWeeks(days []ledger.Time, zone *time.Location, now time.Time) WorkWeeks {
	var out WorkWeeks
	if len(days) == 0 {
		return out
	}
	today := noonOf(now.In(zone))
	out.Last = noonOf(days[len(days)-1].Std().In(zone).Add(oneDay / 2))
	worked := map[string]bool{}
	var often [7]int
	for _, d := range days {
		t := d.Std().In(zone)
		noon := noonOf(t.Add(oneDay / 2))
		if noon.Before(today) {
			continue
		}
		out.Days++
		worked[noon.Format(time.DateOnly)] = true
		often[noon.Weekday()]++
		if begins := t.Sub(midnightOf(noon)); !slices.Contains(out.Begins, begins) {
			out.Begins = append(out.Begins, begins)
		}
	}
	slices.Sort(out.Begins)
	weeks := int(out.Last.Sub(today)/oneDay)/7 + 1
	for i, n := range often { // one Saturday worked for another day does not make a week of six days
		out.Week[i] = n > 0 && 2*n >= weeks
	}
	for noon := today; !noon.After(out.Last); noon = noonOf(noon.AddDate(0, 0, 1)) {
		if out.Week[noon.Weekday()] && !worked[noon.Format(time.DateOnly)] {
			out.Free = append(out.Free, noon)
		}
	}
	return out
}

// Noon exists on every day; midnight is skipped where clocks go forward then.
func noonOf(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 12, 0, 0, 0, t.Location())
}

func midnightOf(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
}

// Zone is a time zone by its name, such as Europe/Paris.
func Zone(name string) (*time.Location, error) {
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("time zone: %w", err)
	}
	return zone, nil
}

// ParseDay reads a day written year-month-day, as its midnight in UTC.
func ParseDay(text string) (time.Time, error) { return time.Parse(time.DateOnly, text) }

// ParseDays reads days off, one a line as year-month-day; what follows a day on
// its line is a remark. A line that names no day is returned as bad.
func ParseDays(text string) (days []time.Time, bad string) {
	for line := range strings.Lines(text) {
		word, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		if word == "" {
			continue
		}
		day, err := ParseDay(word)
		if err != nil {
			return nil, strings.TrimSpace(line)
		}
		days = append(days, day)
	}
	return days, ""
}

// PlanField names a field of the page on which working days are written.
type PlanField string

// The fields that can have a problem, and the codes they have beside CodeMissing.
const (
	PlanWeek PlanField = "week"
	PlanLast PlanField = "last"

	CodePast    AskCode = "past"     // it ends before it begins
	CodeTooMany AskCode = "too-many" // Which says on which day it is full
)

// PlanProblem is shown beside its field.
type PlanProblem struct {
	Field PlanField
	Code  AskCode
	Which time.Time
}

// WorkDays is the calendar of one's agency as it stands.
func (d *Desk) WorkDays(ctx context.Context) ([]ledger.Time, error) {
	s, err := d.session()
	if err != nil {
		return nil, err
	}
	var out []ledger.Time
	err = d.look(ctx, func(l *look) error {
		out = slices.Clone(l.Calendar(s.agency))
		return nil
	})
	return out, err
}

// CheckCalendar finds what is wrong with a plan and says what it would make: the
// days on record that have begun, and those of the plan that have not.
func (d *Desk) CheckCalendar(ctx context.Context, p WorkPlan) ([]ledger.Time, []PlanProblem, error) {
	s, err := d.session()
	if err != nil {
		return nil, nil, err
	}
	var days []ledger.Time
	var problems []PlanProblem
	err = d.look(ctx, func(l *look) error {
		days, problems = p.after(l.Calendar(s.agency), l.now)
		return nil
	})
	return days, problems, err
}

// CalendarProposal is what two administrators sign to publish a plan. Deadlines
// that run already stay where they are.
func (d *Desk) CalendarProposal(ctx context.Context, p WorkPlan) (*ledger.Propose, error) {
	days, problems, err := d.CheckCalendar(ctx, p)
	if err != nil {
		return nil, fmt.Errorf("publish working days: %w", err)
	}
	if len(problems) > 0 {
		return nil, fmt.Errorf("publish working days: %w", ErrNothingToSign)
	}
	return &ledger.Propose{Calendar: &ledger.Calendar{Days: days}}, nil
}

func (p WorkPlan) after(old []ledger.Time, now ledger.Time) ([]ledger.Time, []PlanProblem) {
	begun, _ := slices.BinarySearch(old, now)
	from, _ := slices.BinarySearch(old, now.Add(-calendarKept))
	kept := slices.Clone(old[from:begun])
	today := now.Std().In(p.Zone)
	last := time.Date(p.Last.Year(), p.Last.Month(), p.Last.Day(), 12, 0, 0, 0, p.Zone)
	var problems []PlanProblem
	if p.Week == [7]bool{} {
		problems = append(problems, PlanProblem{Field: PlanWeek, Code: CodeMissing})
	}
	switch {
	case p.Last.IsZero():
		problems = append(problems, PlanProblem{Field: PlanLast, Code: CodeMissing})
	case !last.After(noonOf(today)):
		problems = append(problems, PlanProblem{Field: PlanLast, Code: CodePast})
	}
	if len(problems) > 0 {
		return nil, problems
	}
	free := map[string]bool{}
	for _, f := range p.Free {
		free[f.Format(time.DateOnly)] = true
	}
	coming := keyring.DaysWorked(today.AddDate(0, 0, 1), ledger.MaxCalendarDays+1, p.Zone, func(noon time.Time) bool {
		return p.Week[noon.Weekday()] && !free[noon.Format(time.DateOnly)]
	})
	end, _ := slices.BinarySearch(coming, ledger.TimeOf(last))
	coming = coming[:end]
	days := append(kept, coming...)
	if len(days) > ledger.MaxCalendarDays {
		full := days[ledger.MaxCalendarDays-1].Std().In(p.Zone)
		return nil, []PlanProblem{{Field: PlanLast, Code: CodeTooMany, Which: full}}
	}
	if len(coming) == 0 {
		return nil, []PlanProblem{{Field: PlanLast, Code: CodePast}}
	}
	return days, nil
}
