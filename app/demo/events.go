package demo

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	shellquote "github.com/kballard/go-shellquote"
)

// when is a time of the past: so many working days before today, at an hour in
// UTC.
type when struct {
	days   int // 0: today, -1: the working day before
	minute int // of the day
}

func (w when) before(o when) bool {
	return w.days < o.days || w.days == o.days && w.minute < o.minute
}

var errWhen = errors.New(`a time is written as in "-3 14:40"`)

func parseWhen(text string) (when, error) {
	day, hour, ok := strings.Cut(text, " ")
	n, err := strconv.Atoi(day)
	t, err2 := time.Parse("15:04", hour)
	if !ok || err != nil || err2 != nil || n > 0 {
		return when{}, fmt.Errorf("%q: %w", text, errWhen)
	}
	return when{days: n, minute: t.Hour()*60 + t.Minute()}, nil
}

// on gives the instant, counted from the last day from Monday to Friday that is
// not after now.
func (w when) on(now time.Time) time.Time {
	day := now.UTC().Truncate(24 * time.Hour)
	free := func() bool { return day.Weekday() == time.Saturday || day.Weekday() == time.Sunday }
	for free() {
		day = day.AddDate(0, 0, -1)
	}
	for n := w.days; n < 0; n++ {
		for day = day.AddDate(0, 0, -1); free(); {
			day = day.AddDate(0, 0, -1)
		}
	}
	return day.Add(time.Duration(w.minute) * time.Minute)
}

// event is one act in the past of a request.
type event struct {
	at      when
	request int // index into the plan's past
	verb    string
	who     string // AGENCY/PERSON
	options map[string]string
}

func (e event) list(name string) []string {
	if e.options[name] == "" {
		return nil
	}
	return strings.Split(e.options[name], ",")
}

// verbs are the acts of the past with the options that each knows.
func verbs() map[string][]string {
	return map[string][]string{
		"approve":  {"strike"},
		"offer":    {"fields", "period", "reason"},
		"refuse":   {"code", "reason"},
		"return":   {"code", "reason"},
		"answer":   {"note"},
		"accept":   nil,
		"withdraw": nil,
		"delete":   nil,
	}
}

// parseEvent reads `TIME VERB AGENCY/PERSON option=value…`.
func parseEvent(line string) (event, error) {
	words, err := shellquote.Split(line)
	if err != nil || len(words) < 4 {
		return event{}, fmt.Errorf("%q is not TIME VERB AGENCY/PERSON", line)
	}
	at, err := parseWhen(words[0] + " " + words[1])
	if err != nil {
		return event{}, err
	}
	e := event{at: at, verb: words[2], who: words[3], options: map[string]string{}}
	known, ok := verbs()[e.verb]
	if !ok {
		return event{}, fmt.Errorf("%q: unknown act %q", line, e.verb)
	}
	for _, w := range words[4:] {
		key, value, _ := strings.Cut(w, "=")
		if !slices.Contains(known, key) {
			return event{}, fmt.Errorf("%q: %q has no option %q", line, e.verb, key)
		}
		e.options[key] = value
	}
	return e, nil
}

// timeline is everything that happened, in the order of time; acts of one
// instant stand together.
func (p *Plan) timeline() ([]event, error) {
	var out []event
	for i, r := range p.Past {
		at, err := parseWhen(r.At)
		if err != nil {
			return nil, err
		}
		out = append(out, event{at: at, request: i, verb: "ask", who: r.From})
		for _, line := range r.Then {
			e, err := parseEvent(line)
			if err != nil {
				return nil, err
			}
			e.request = i
			out = append(out, e)
		}
	}
	slices.SortStableFunc(out, func(a, b event) int {
		switch {
		case a.at.before(b.at):
			return -1
		case b.at.before(a.at):
			return 1
		}
		return 0
	})
	return out, nil
}
