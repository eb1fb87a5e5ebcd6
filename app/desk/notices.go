package desk

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"countersign/ledger"
)

// NoticeKind is what a word on the official's desktop is about.
type NoticeKind string

// The kinds, by when they are told: at once, in a digest each hour, each day at nine.
const (
	NoticeDueToday  NoticeKind = "due_today" // a request to be signed by the official ends today
	NoticeKey       NoticeKind = "key"       // the official's own key is suspect
	NoticeCheck     NoticeKind = "check"     // a received file failed its check
	NoticeRequest   NoticeKind = "request"   // another request to be signed by the official
	NoticePart      NoticeKind = "part"      // data that the official asked for has arrived
	NoticeReceipt   NoticeKind = "receipt"   // what the official approved is received
	NoticeDeadline  NoticeKind = "deadline"  // a request to be signed ends within NoticeDays working days
	NoticeRetention NoticeKind = "retention" // received data must go within NoticeRetentionDays
	NoticeKeyEnds   NoticeKind = "key_ends"  // the official's key ends within endingDays
)

// How long before a date the daily notice names it.
const (
	NoticeDays          = 2 // working days
	NoticeRetentionDays = 10
)

// noticeHour is the hour of the day from which the daily notice is told.
const noticeHour = 9

// Pace is when a kind of notice is told.
type Pace string

// The paces.
const (
	PaceNow  Pace = "now"
	PaceHour Pace = "hour"
	PaceDay  Pace = "day"
)

// NoticeKinds lists the kinds in the order in which they are shown.
func NoticeKinds() []NoticeKind {
	return []NoticeKind{NoticeDueToday, NoticeKey, NoticeCheck, NoticeRequest, NoticePart, NoticeReceipt, NoticeDeadline, NoticeRetention, NoticeKeyEnds}
}

// Pace tells when a kind is told.
func (k NoticeKind) Pace() Pace {
	switch k {
	case NoticeDueToday, NoticeKey, NoticeCheck:
		return PaceNow
	case NoticeRequest, NoticePart, NoticeReceipt:
		return PaceHour
	}
	return PaceDay
}

// Signal is something that is true now and may be worth a word. It names nobody
// and no data set.
type Signal struct {
	Kind   NoticeKind
	Key    string // the same thing has the same key; never shown
	Agency string // title of the other party; empty: about the official's own key
	Case   string // empty: not known here
	// Request is what pressing the word leads to; zero: about the official's own key.
	Request ledger.EntryID
}

// Notice is one word on the desktop: one thing told at once, or a digest.
type Notice struct {
	Pace    Pace
	Signals []Signal // not empty
}

// Urgent tells whether the word has to stay until somebody has seen it.
func (n Notice) Urgent() bool {
	return n.Signals[0].Kind == NoticeKey || n.Signals[0].Kind == NoticeCheck
}

// noticeBook remembers what one official has been told. It holds request
// numbers only.
type noticeBook struct {
	Begun   bool                 `json:"begun"`
	Told    map[string]time.Time `json:"told"`    // by key: when the signal was last there
	Waiting map[string]time.Time `json:"waiting"` // for the next digest, since when
	Day     string               `json:"day"`     // of the last daily notice
}

// forgetTold is after how long a signal that is gone is forgotten.
const forgetTold = 90 * 24 * time.Hour

// take decides what is to be told now, the official's local time, of what is
// true, and notes it. off are kinds that the official does not want. While the
// desk is locked only a suspect key is told; the rest waits.
//
// What is there at the very first look is no news: only what has to be acted on
// at once is told of it. Until then it has been read on the screen.
func (b *noticeBook) take(now time.Time, signals []Signal, off []NoticeKind, locked bool) []Notice {
	if b.Told == nil {
		b.Told, b.Waiting = map[string]time.Time{}, map[string]time.Time{}
	}
	here := make(map[string]bool, len(signals))
	var out []Notice
	var hour, day []Signal
	for _, s := range signals {
		if locked && s.Kind != NoticeKey {
			continue
		}
		here[s.Key] = true
		_, told := b.Told[s.Key]
		silent := slices.Contains(off, s.Kind)
		switch s.Kind.Pace() {
		case PaceNow:
			if !told && !silent {
				out = append(out, Notice{Pace: PaceNow, Signals: []Signal{s}})
			}
		case PaceHour:
			if !told && !silent && b.Begun {
				b.Waiting[s.Key] = now
			}
			if since, ok := b.Waiting[s.Key]; ok && !silent && !sameHour(since, now) {
				hour = append(hour, s)
			}
		case PaceDay:
			if !silent {
				day = append(day, s)
			}
			continue // told again each day
		}
		b.Told[s.Key] = now
	}
	if locked {
		return out
	}
	b.Begun = true
	b.forget(now, here)
	if len(hour) > 0 {
		// One digest holds all that waits, also what has come within this hour.
		hour = hour[:0]
		for _, s := range signals {
			if _, ok := b.Waiting[s.Key]; ok && !slices.Contains(off, s.Kind) {
				hour = append(hour, s)
			}
		}
		clear(b.Waiting)
		out = append(out, digest(PaceHour, hour))
	}
	if today := now.Format(time.DateOnly); now.Hour() >= noticeHour && b.Day != today {
		b.Day = today
		if len(day) > 0 {
			out = append(out, digest(PaceDay, day))
		}
	}
	return out
}

// forget drops what no longer waits, since somebody has seen to it, and what is
// long past.
func (b *noticeBook) forget(now time.Time, here map[string]bool) {
	maps.DeleteFunc(b.Waiting, func(key string, _ time.Time) bool { return !here[key] })
	maps.DeleteFunc(b.Told, func(key string, last time.Time) bool { return !here[key] && now.Sub(last) > forgetTold })
}

// digest puts the signals of one kind together.
func digest(p Pace, signals []Signal) Notice {
	order := NoticeKinds()
	slices.SortStableFunc(signals, func(a, b Signal) int {
		return cmp.Compare(slices.Index(order, a.Kind), slices.Index(order, b.Kind))
	})
	return Notice{Pace: p, Signals: signals}
}

func sameHour(a, b time.Time) bool {
	a = a.In(b.Location())
	return a.Format(time.DateOnly) == b.Format(time.DateOnly) && a.Hour() == b.Hour()
}
