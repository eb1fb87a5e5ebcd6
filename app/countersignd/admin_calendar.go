package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"countersign/app/desk"
)

// calendarExample is a file from which working days are published.
const calendarExample = `zone = "Europe/Paris"     # in which days begin at midnight
week = ["monday", "tuesday", "wednesday", "thursday", "friday"]
free = ["2026-07-14", "2026-12-25"]   # days off
last = "2028-12-31"       # the last day that it covers, about four years ahead at most
`

// calendarFile is what such a file says.
type calendarFile struct {
	Zone string
	Week []string
	Free []string
	Last string
}

func (f *calendarFile) plan() (p desk.WorkPlan, err error) {
	if f.Zone == "" {
		return p, fmt.Errorf("zone: is missing, such as Europe/Paris")
	}
	if p.Zone, err = desk.Zone(f.Zone); err != nil {
		return p, err
	}
	weekdays := desk.Weekdays()
	for _, word := range f.Week {
		day := slices.IndexFunc(weekdays[:], func(d time.Weekday) bool { return strings.EqualFold(d.String(), word) })
		if day < 0 {
			return p, fmt.Errorf("week: %q is no day of the week", word)
		}
		p.Week[weekdays[day]] = true
	}
	var bad string
	if p.Free, bad = desk.ParseDays(strings.Join(f.Free, "\n")); bad != "" {
		return p, fmt.Errorf("free: %q is no day such as 2026-07-14", bad)
	}
	if f.Last != "" {
		if p.Last, err = desk.ParseDay(f.Last); err != nil {
			return p, fmt.Errorf("last: %q is no day such as 2028-12-31", f.Last)
		}
	}
	return p, nil
}

func (f *adminFlags) calendarCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "calendar FOLDER FILE.toml",
		Short: "Publish the working days by which your agency's deadlines are counted",
		Long: "Publishes the working days from a file such as the one below. Days that have begun stay\n" +
			"as they are, and so do deadlines that run already.\n\n" + calendarExample,
		Args: cobra.ExactArgs(2),
		RunE: f.with(func(ctx context.Context, a *admin, args []string) error {
			var in calendarFile
			if err := readStrictly(args[0], &in); err != nil {
				return err
			}
			plan, err := in.plan()
			if err != nil {
				return fmt.Errorf("%s: %w. %w", args[0], err, errNotSigned)
			}
			_, problems, err := a.desk.CheckCalendar(ctx, plan)
			if err != nil {
				return err
			}
			for _, p := range problems {
				fmt.Fprintln(os.Stderr, planWords(p))
			}
			if len(problems) > 0 {
				return fmt.Errorf("%s: %w: mend what is named above", args[0], errNotSigned)
			}
			p, err := a.desk.CalendarProposal(ctx, plan)
			if err != nil {
				return err
			}
			_, err = a.sign(ctx, desk.Act{Kind: desk.ActPropose, Propose: p})
			return err
		}),
	}
}

func planWords(p desk.PlanProblem) string {
	switch p.Code {
	case desk.CodePast:
		return string(p.Field) + ": has to come after today"
	case desk.CodeTooMany:
		return string(p.Field) + ": the record holds about four years; " + p.Which.Format(time.DateOnly) + " or an earlier day"
	}
	return string(p.Field) + ": is missing"
}

// calendarWords say in this computer's time zone what a calendar holds.
func calendarWords(c *desk.Calendar) []string {
	w := desk.ReadWeeks(c.Days, time.Local, time.Now())
	var week, free, begins []string
	for _, day := range desk.Weekdays() {
		if w.Week[day] {
			week = append(week, day.String())
		}
	}
	for _, d := range w.Free {
		free = append(free, d.Format(time.DateOnly))
	}
	for _, b := range w.Begins {
		begins = append(begins, time.Unix(0, 0).UTC().Add(b).Format("15:04"))
	}
	if len(free) == 0 {
		free = []string{"none"}
	}
	return []string{fmt.Sprintf("Deadlines of your agency are counted in these %s, until %s:", plural(w.Days, "working day"), w.Last.Format(time.DateOnly)),
		strings.Join(week, ", ") + ", from " + strings.Join(begins, " or ") + " in this computer's time zone.",
		"Days off: " + strings.Join(free, ", ") + "."}
}
