package desk

import (
	"slices"
	"strings"
	"testing"
	"time"
)

var paris = time.FixedZone("CEST", 2*60*60)

func local(text string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", text, paris)
	if err != nil {
		panic(err)
	}
	return t
}

// told writes notices short: "hour request:VM-1,part:VM-2".
func told(notices []Notice) string {
	var out []string
	for _, n := range notices {
		var what []string
		for _, s := range n.Signals {
			what = append(what, string(s.Kind)+":"+s.Case)
		}
		out = append(out, string(n.Pace)+" "+strings.Join(what, ","))
	}
	return strings.Join(out, " | ")
}

func signals(words ...string) []Signal {
	var out []Signal
	for _, w := range words {
		kind, number, _ := strings.Cut(w, ":")
		out = append(out, Signal{Kind: NoticeKind(kind), Key: w, Agency: "Police", Case: number})
	}
	return out
}

// lookAt is one look at the desk, and what it leads to.
type lookAt struct {
	when    string
	locked  bool
	off     []NoticeKind
	signals []Signal
	want    string
}

func TestNotices(t *testing.T) {
	for _, story := range []struct {
		name  string
		looks []lookAt
	}{
		{"what is due today is told at once, and once", []lookAt{
			{when: "2026-06-10 10:00", signals: signals("due_today:VM-1"), want: "now due_today:VM-1"},
			{when: "2026-06-10 10:01", signals: signals("due_today:VM-1")},
			{when: "2026-06-10 10:02", signals: signals("due_today:VM-1", "due_today:VM-2"), want: "now due_today:VM-2"},
		}},
		{"a failed check and a suspect key are told each for itself", []lookAt{
			{when: "2026-06-10 08:00", signals: signals("check:VM-1", "key:"), want: "now check:VM-1 | now key:"},
		}},
		{"what was there at the first look is no news", []lookAt{
			{when: "2026-06-10 10:00", signals: signals("request:VM-1", "receipt:VM-2")},
			{when: "2026-06-10 11:00", signals: signals("request:VM-1", "receipt:VM-2")},
		}},
		{"other requests wait for the full hour and come together", []lookAt{
			{when: "2026-06-10 10:00"},
			{when: "2026-06-10 10:10", signals: signals("request:VM-1")},
			{when: "2026-06-10 10:59", signals: signals("part:VM-3", "request:VM-1", "request:VM-2")},
			{when: "2026-06-10 11:00", signals: signals("receipt:VM-4", "part:VM-3", "request:VM-1", "request:VM-2"),
				want: "hour request:VM-1,request:VM-2,part:VM-3,receipt:VM-4"},
			{when: "2026-06-10 11:01", signals: signals("part:VM-3", "request:VM-1", "request:VM-2")},
			{when: "2026-06-10 12:00", signals: signals("part:VM-3", "request:VM-1", "request:VM-2")},
		}},
		{"the same hour of the next day is another hour", []lookAt{
			{when: "2026-06-10 10:00"},
			{when: "2026-06-10 10:10", signals: signals("request:VM-1")},
			{when: "2026-06-11 08:20", signals: signals("request:VM-1"), want: "hour request:VM-1"},
		}},
		{"what somebody has seen to meanwhile is not told", []lookAt{
			{when: "2026-06-10 10:00"},
			{when: "2026-06-10 10:10", signals: signals("request:VM-1", "request:VM-2")},
			{when: "2026-06-10 10:40", signals: signals("request:VM-2")},
			{when: "2026-06-10 11:00", signals: signals("request:VM-2"), want: "hour request:VM-2"},
		}},
		{"dates are told at nine and not before, each day anew", []lookAt{
			{when: "2026-06-10 08:59", signals: signals("deadline:VM-1", "retention:VM-2", "key_ends:")},
			{when: "2026-06-10 09:00", signals: signals("retention:VM-2", "deadline:VM-1", "key_ends:"), want: "day deadline:VM-1,retention:VM-2,key_ends:"},
			{when: "2026-06-10 17:00", signals: signals("deadline:VM-1", "deadline:VM-3")},
			{when: "2026-06-11 09:30", signals: signals("deadline:VM-3"), want: "day deadline:VM-3"},
		}},
		{"a day without dates says nothing, also when one comes later", []lookAt{
			{when: "2026-06-10 09:00"},
			{when: "2026-06-10 11:00", signals: signals("deadline:VM-1")},
			{when: "2026-06-11 09:00", signals: signals("deadline:VM-1"), want: "day deadline:VM-1"},
		}},
		{"a locked desk is quiet but for the key, and tells the rest afterwards", []lookAt{
			{when: "2026-06-10 08:00"},
			{when: "2026-06-10 08:30", signals: signals("request:VM-1")},
			{when: "2026-06-10 09:00", locked: true, signals: signals("due_today:VM-2", "request:VM-1", "deadline:VM-3", "key:"), want: "now key:"},
			{when: "2026-06-10 09:10", locked: true, signals: signals("key:")},
			{when: "2026-06-10 10:20", signals: signals("due_today:VM-2", "request:VM-1", "deadline:VM-3", "key:"),
				want: "now due_today:VM-2 | hour request:VM-1 | day deadline:VM-3"},
		}},
		{"kinds that are off are never told, and are old when they are on again", []lookAt{
			{when: "2026-06-10 08:00"},
			{when: "2026-06-10 08:10", off: []NoticeKind{NoticeRequest, NoticeDueToday}, signals: signals("request:VM-1", "due_today:VM-2", "part:VM-3")},
			{when: "2026-06-10 09:10", off: []NoticeKind{NoticeRequest, NoticeDueToday, NoticeDeadline}, signals: signals("request:VM-1", "due_today:VM-2", "part:VM-3", "deadline:VM-4"),
				want: "hour part:VM-3"},
			{when: "2026-06-10 11:00", signals: signals("request:VM-1", "due_today:VM-2", "deadline:VM-4")},
		}},
	} {
		t.Run(story.name, func(t *testing.T) {
			var b noticeBook
			for _, l := range story.looks {
				if got := told(b.take(local(l.when), slices.Clone(l.signals), l.off, l.locked)); got != l.want {
					t.Errorf("%s: told %q, want %q", l.when, got, l.want)
				}
			}
		})
	}
}

func TestWhatIsLongPastIsForgotten(t *testing.T) {
	var b noticeBook
	b.take(local("2026-01-10 10:00"), signals("due_today:VM-1", "due_today:VM-2"), nil, false)
	b.take(local("2026-03-10 10:00"), signals("due_today:VM-2"), nil, false)
	b.take(local("2026-05-10 10:00"), signals("due_today:VM-2"), nil, false)
	if _, ok := b.Told["due_today:VM-1"]; ok || len(b.Told) != 1 {
		t.Errorf("remembered %v", b.Told)
	}
}

func TestEveryKindHasItsPace(t *testing.T) {
	paces := map[Pace]int{}
	for _, k := range NoticeKinds() {
		paces[k.Pace()]++
	}
	if paces[PaceNow] != 3 || paces[PaceHour] != 3 || paces[PaceDay] != 3 {
		t.Errorf("paces %v", paces)
	}
}
