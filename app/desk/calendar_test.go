package desk_test

import (
	"context"
	"testing"
	"time"

	"countersign/app/desk"
	"countersign/ledger"
)

func paris(t *testing.T) *time.Location {
	t.Helper()
	zone, err := desk.Zone("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func workPlan(t *testing.T, last, free string) desk.WorkPlan {
	t.Helper()
	p := desk.WorkPlan{Zone: paris(t)}
	for d := time.Monday; d <= time.Friday; d++ {
		p.Week[d] = true
	}
	var bad string
	if p.Free, bad = desk.ParseDays(free); bad != "" {
		t.Fatalf("%q is no day", bad)
	}
	if last != "" {
		day, err := desk.ParseDay(last)
		if err != nil {
			t.Fatal(err)
		}
		p.Last = day
	}
	return p
}

// Two administrators publish the working days of the office: what has begun stays
// on record, what comes begins at the office's midnight, without the days off.
func TestWorkingDaysArePublishedByTwoAdmins(t *testing.T) {
	v, ctx := newValmarine(t), context.Background()
	admin := v.tax.desk("admin1")
	before, err := admin.WorkDays(ctx)
	v.must(err)
	p, err := admin.CalendarProposal(ctx, workPlan(t, "2027-12-31", "2026-07-14 national day\n\n2026-12-25\n"))
	v.must(err)
	proposed := v.sign(admin, desk.Act{Kind: desk.ActPropose, Propose: p}).ID
	groups, err := v.tax.desk("admin2").Inbox(ctx)
	v.must(err)
	equal(t, "waits for", groups.Proposals[0].Act, "calendar")
	v.sign(v.tax.desk("admin2"), desk.Act{Kind: desk.ActSecond, Target: proposed})
	days, err := admin.WorkDays(ctx)
	v.must(err)
	equal(t, "first", days[0], before[0])
	w := desk.ReadWeeks(days, paris(t), v.now)
	equal(t, "week", w.Week, [7]bool{false, true, true, true, true, true, false})
	equal(t, "last", w.Last.Format(time.DateOnly), "2027-12-31")
	var off []string
	for _, d := range w.Free {
		off = append(off, d.Format(time.DateOnly))
	}
	equal(t, "days off", off, []string{"2026-07-14", "2026-12-25"})
	later := desk.ReadWeeks(days, paris(t), v.now.AddDate(0, 0, 1))
	equal(t, "begins", later.Begins, []time.Duration{0})
	elsewhere := desk.ReadWeeks(days, time.UTC, v.now.AddDate(0, 0, 1))
	equal(t, "week elsewhere", elsewhere.Week, w.Week)
	equal(t, "begins elsewhere", elsewhere.Begins, []time.Duration{-2 * time.Hour, -time.Hour})
}

// What a plan lacks stands beside its field, and nothing can be proposed.
func TestProblemsOfAWorkPlanStandBesideTheirFields(t *testing.T) {
	v, ctx := newValmarine(t), context.Background()
	admin := v.tax.desk("admin1")
	none := workPlan(t, "", "")
	none.Week = [7]bool{}
	for _, c := range []struct {
		plan desk.WorkPlan
		want []desk.PlanProblem
	}{
		{none, []desk.PlanProblem{{Field: desk.PlanWeek, Code: desk.CodeMissing}, {Field: desk.PlanLast, Code: desk.CodeMissing}}},
		{workPlan(t, "2026-01-01", ""), []desk.PlanProblem{{Field: desk.PlanLast, Code: desk.CodePast}}},
	} {
		_, problems, err := admin.CheckCalendar(ctx, c.plan)
		v.must(err)
		equal(t, "problems", problems, c.want)
		if _, err := admin.CalendarProposal(ctx, c.plan); err == nil {
			t.Error("proposed all the same")
		}
	}
	_, problems, err := admin.CheckCalendar(ctx, workPlan(t, "2036-12-31", ""))
	v.must(err)
	equal(t, "problems", len(problems), 1)
	equal(t, "code", problems[0].Code, desk.CodeTooMany)
	until := problems[0].Which
	full, problems, err := admin.CheckCalendar(ctx, workPlan(t, until.Format(time.DateOnly), ""))
	v.must(err)
	equal(t, "problems of the longest", len(problems), 0)
	equal(t, "days of the longest", len(full), ledger.MaxCalendarDays)
	if _, bad := desk.ParseDays("2026-07-14\n14 July"); bad != "14 July" {
		t.Errorf("the bad line is %q", bad)
	}
	if _, err := desk.Zone("Europe/Valmarine"); err == nil {
		t.Error("a time zone that does not exist")
	}
}
