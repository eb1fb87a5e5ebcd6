package rules

import (
	"testing"
	"time"

	"countersign/ledger"
)

func at(s string) ledger.Time {
	v, err := time.Parse(time.DateTime, s)
	if err != nil {
		panic(err)
	}
	return ledger.TimeOf(v)
}

func TestDeadlineIsWhenTheDayAfterTheLastWorkingDayBegins(t *testing.T) {
	days := weekdays()
	for _, c := range []struct {
		from string
		n    int
		want string
	}{
		{"2026-03-02 09:00:00", 1, "2026-03-04 00:00:00"},  // Monday: by Tuesday
		{"2026-03-06 23:59:59", 1, "2026-03-10 00:00:00"},  // Friday: by Monday
		{"2026-03-07 12:00:00", 1, "2026-03-10 00:00:00"},  // Saturday counts as Friday
		{"2026-03-02 09:00:00", 10, "2026-03-17 00:00:00"}, // two weeks on: by Monday
		{"2026-12-31 10:00:00", 1, "2027-01-02 00:00:00"},  // past the calendar's end every 24 hours count as one
		{"2027-02-01 10:00:00", 3, "2027-02-05 00:00:00"},
		{"2025-12-31 10:00:00", 1, "2026-01-02 00:00:00"}, // before its beginning: the first working day is day 1
	} {
		if got := Deadline(days, at(c.from), c.n); got != at(c.want) {
			t.Errorf("%d days from %s: %s, want %s", c.n, c.from, got, c.want)
		}
	}
	if got := Deadline(nil, at("2026-03-02 09:00:00"), 2); got != at("2026-03-05 00:00:00") {
		t.Errorf("without a calendar: %s", got)
	}
}

func TestPassedDeadlineEscalatesAndNeverApproves(t *testing.T) {
	v := newValmarine(t)
	r := v.ask()
	v.now = v.in(r, Submitted).Deadline - 2000
	v.do(v.arnaud, v.approval(r, "declared_income"))
	if Due(v.state, v.now) || v.in(r, Submitted).Escalated {
		t.Fatal("escalated before the deadline")
	}
	v.tick()
	if got := v.in(r, Submitted); !got.Escalated {
		t.Fatal("not escalated")
	}
	v.do(v.okafor, v.approval(r, "declared_income"))
	v.in(r, Approved)
}

func TestReturnStopsTheClock(t *testing.T) {
	v := newValmarine(t)
	r := v.ask()                      // Monday 2 March, ten working days
	v.now = at("2026-03-05 10:00:00") // three are used
	v.do(v.arnaud, v.returning(r))    //
	v.now = at("2026-03-26 10:00:00") // Thursday three weeks later
	answer := &ledger.Answer{Act: v.about(r), Terms: v.asking().Terms, Letter: v.reason()}
	id := v.do(v.vidal, answer)
	got := v.in(r, Submitted)
	mustEqual(t, "deadline", got.Deadline, at("2026-04-07 00:00:00")) // as from a Thursday on 5 March: 17 March
	mustEqual(t, "version", got.Version, id)
	mustEqual(t, "letter", got.LetterOf, id)
}

func TestMissingLetterStopsTheClock(t *testing.T) {
	v := newValmarine(t)
	r := v.ask()
	deadline := v.in(r, Submitted).Deadline
	v.refused(ledger.WrongState, v.taxOffice, &ledger.LetterFound{Act: v.about(r)})
	v.refused(ledger.WrongState, v.vidal, &ledger.Answer{Act: v.about(r), Terms: v.asking().Terms, Letter: v.reason()})
	v.do(v.taxOffice, &ledger.LetterMissing{Act: v.about(r)})
	v.refused(ledger.AlreadyDecided, v.taxOffice, &ledger.LetterMissing{Act: v.about(r)})
	v.now = deadline.Add(day)
	if Due(v.state, v.now) {
		t.Fatal("a stopped clock escalates")
	}
	v.do(v.taxOffice, &ledger.LetterFound{Act: v.about(r)})
	if got := v.in(r, Submitted); got.Deadline <= deadline || got.Paused != 0 || got.NoLetter {
		t.Fatalf("the clock does not run again: %+v", got)
	}
	v.do(v.taxOffice, &ledger.LetterMissing{Act: v.about(r)})
	v.do(v.vidal, &ledger.Answer{Act: v.about(r), Terms: v.asking().Terms, Letter: v.reason()})
	if got := v.in(r, Submitted); got.NoLetter || got.Paused != 0 {
		t.Fatal("an answer brings a new letter")
	}
}

func TestReturnedRequestLapsesAfterThirtyIdleWorkingDays(t *testing.T) {
	v := newValmarine(t)
	r := v.ask()
	v.do(v.arnaud, v.returning(r))
	v.now = Deadline(weekdays(), v.now, 30) - 2000
	if Due(v.state, v.now) {
		t.Fatal("lapses too early")
	}
	v.wait(time.Second)
	v.refused(ledger.WrongState, v.vidal, &ledger.Answer{Act: v.about(r), Terms: v.asking().Terms, Letter: v.reason()}) // by the block's own time
	v.in(r, Lapsed)
}

func TestTickIsAdmittedOnceAndOnlyWhenSomethingIsDue(t *testing.T) {
	v := newValmarine(t)
	node := v.person("tax", "office")
	res := v.block(v.sign(node, &ledger.Tick{}))
	if len(res.Outcomes) != 0 || res.Dropped[0].Err != ErrIdleTick || len(res.Changes) != 0 {
		t.Fatalf("an idle tick: %+v", res)
	}
	r := v.ask()
	v.now = v.in(r, Submitted).Deadline
	res = v.block(v.sign(node, &ledger.Tick{}), v.sign(v.person("police", "office"), &ledger.Tick{}))
	if len(res.Outcomes) != 1 || len(res.Dropped) != 1 {
		t.Fatalf("two ticks in a block: %+v", res)
	}
	v.join("port")
	v.wait(100 * day)
	v.ask() // makes its own deadline
	v.now = v.now.Add(30 * day)
	res = v.block(v.sign(v.person("port", "office"), &ledger.Tick{}))
	mustEqual(t, "tick by a node that keeps nothing", res.Outcomes[0].Code, ledger.MissingRole)
}

func TestSealNeverGoesBack(t *testing.T) {
	v := newValmarine(t)
	b := Block{Height: v.height + 1, Time: v.now, Entries: []*ledger.Entry{v.sign(v.vidal, v.asking())}, Digest: v.digest}
	if _, err := Apply(v.state, b, Signatures{}); err == nil {
		t.Fatal("a block with the time of the one before was applied")
	}
	b.Time++
	if _, err := Apply(v.state, b, Signatures{}); err != nil {
		t.Fatal(err)
	}
	b.Head = ledger.LogHead{Size: 1}
	if _, err := Apply(v.state, b, Signatures{}); err == nil {
		t.Fatal("a block on another log was applied")
	}
}

func TestEmptyBlockChangesNothing(t *testing.T) {
	v := newValmarine(t)
	v.ask()
	v.wait(365 * day) // much is due
	before := v.digest
	res := v.block()
	if len(res.Changes) != 0 || res.Digest != before || len(res.Keepers) != 0 {
		t.Fatalf("an empty block changed %d records", len(res.Changes))
	}
}
